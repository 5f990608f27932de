"""When a ticket starts, was fired and is late, what is forgotten, who is silent: over HTTP."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance import clock, config
from appliance.api import attention
from appliance.api.times import iso
from appliance.kitchen.command import Due
from appliance.kitchen.ticket import Moment
from tests.api.asking import ask, ticket_path
from tests.api.listening import listening
from tests.running import AT_ONCE, RunningAppliance, running

HAMBURGER = {"lineId": "1", "name": "Hamburger"}
FRIES = {"lineId": "2", "name": "Fries"}
TART = {"lineId": "3", "name": "Lemon Tart", "course": "Course 2", "courseStatus": "hold"}
EMBEDDED = config.embedded()
HOUR, DAY = 3_600_000, 86_400_000


def seconds(times: dict[str, str], later: str, earlier: str) -> float:
    """Between two times of a ticket."""
    first, second = (datetime.fromisoformat(times[each]) for each in (earlier, later))
    return (second - first).total_seconds()


async def one(appliance: RunningAppliance, station: str) -> dict[str, Any]:
    """The station's one ticket, its metadata among its keys."""
    (ticket,) = await appliance.tickets(station)
    return {**ticket, **ticket["metadata"]}


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [
        (1_700_000_000_999, "2023-11-14T22:13:20Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59Z"),
        (253_402_300_800_000, "9999-12-31T23:59:59Z"),
        (10**18, "9999-12-31T23:59:59Z"),
        (-62_135_596_800_001, "0001-01-01T00:00:00Z"),
        (-(10**18), "0001-01-01T00:00:00Z"),
    ],
)
def test_a_time_that_no_calendar_has_is_written_as_the_calendars_end(
    milliseconds: int, written: str
) -> None:
    assert iso(milliseconds) == written


def at(appliance: RunningAppliance, moment: Callable[[Moment], Moment]) -> None:
    """From now on the appliance takes it for another time."""
    now = appliance.expeditor.now
    appliance.expeditor.now = lambda: moment(now())


def later(milliseconds: int) -> Callable[[Moment], Moment]:
    return lambda now: Moment(now.at + milliseconds, now.tick + milliseconds)


async def test_a_ticket_says_when_it_starts_and_when_it_is_late(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="7", items=[HAMBURGER, FRIES, TART])
    grill, fry, cold = [await one(appliance, station) for station in ("grill", "fry", "cold")]
    assert fry["status"] == cold["status"] == "held"
    assert seconds(fry, "firesAt", "created_at") == pytest.approx(240, abs=1)
    assert fry["items"]["2"]["firesAt"] == fry["firesAt"]
    assert seconds(grill, "lateAt", "created_at") == 300
    assert seconds(grill, "veryLateAt", "created_at") == 480
    assert "firesAt" not in grill.keys() | cold.keys()
    assert "lateAt" not in fry.keys() | cold.keys()
    assert "firedAt" not in grill.keys() | fry.keys()


async def test_a_ticket_that_waits_says_until_when_its_last_bump_comes_back(
    appliance: RunningAppliance,
) -> None:
    steak = {"lineId": "4", "name": "Steak", "course": "Course 2", "courseStatus": "hold"}
    await appliance.order(id="7", items=[HAMBURGER, steak])
    await appliance.order(id="8", items=[steak])
    await ask(appliance, "POST", ticket_path("grill", "7", "bump"), role="chef")
    bumped, waiting = await appliance.tickets("grill")
    assert bumped["status"] == waiting["status"] == "held"
    assert "recallUntil" not in waiting["metadata"]
    times = bumped["metadata"] | bumped
    assert seconds(times, "recallUntil", "updated_at") == pytest.approx(1_800, abs=1)
    at(appliance, later(1_801_000))
    bumped, _ = await appliance.tickets("grill")
    assert "recallUntil" not in bumped["metadata"]


async def test_a_finished_ticket_says_until_when_it_comes_back(appliance: RunningAppliance) -> None:
    for order_id in ("7", "8"):
        await appliance.order(id=order_id, items=[HAMBURGER])
    await ask(appliance, "POST", ticket_path("grill", "7", "void"), role="manager")
    for order_id in ("7", "8"):
        await ask(appliance, "POST", ticket_path("grill", order_id, "bump"), role="chef")
    path = "/stations/grill/tickets?status=completed"
    _, (bumped, cleared) = await appliance.call("GET", path, role="chef")
    assert "recallUntil" not in cleared["metadata"]
    times = bumped["metadata"] | bumped
    assert seconds(times, "recallUntil", "completed_at") == pytest.approx(1_800, abs=1)


async def test_listeners_are_told_all_times_anew_when_the_clock_was_set(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    await appliance.order(id="7", items=[HAMBURGER, FRIES])
    before = {station: await one(appliance, station) for station in ("grill", "fry")}
    async with listening(appliance) as listener:
        await listener.snapshot()
        monkeypatch.setattr(clock, "_wall", lambda: time.time_ns() // 1_000_000 + HOUR)
        heard = await listener.until(lambda each: each.type == "kds.snapshot")
    after = {
        each["station_id"]: {**each, **each["metadata"]}
        for each in heard[-1].body["payload"]["tickets"]
    }
    grill, fry = after["grill"], after["fry"]
    assert grill["created_at"] == before["grill"]["created_at"]
    assert seconds(grill, "waitsSince", "created_at") == pytest.approx(3_600, abs=1)
    assert seconds(grill, "lateAt", "waitsSince") == pytest.approx(300, abs=1)
    assert "waitsSince" not in before["grill"]
    assert seconds(fry, "firesAt", "created_at") == pytest.approx(3_600 + 240, abs=1)


async def test_one_that_is_struck_through_starts_never(appliance: RunningAppliance) -> None:
    await appliance.order(id="7", items=[HAMBURGER, FRIES])
    await appliance.order("cancel-order", id="7")
    fry = await one(appliance, "fry")
    assert fry["status"] == "voided"
    assert "firesAt" not in repr(fry["metadata"])


async def test_one_that_was_fired_says_when_and_is_late_from_then(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="7", items=[HAMBURGER, FRIES])
    at(appliance, later(HOUR))
    await appliance.call("POST", "/stations/fry/orders/7/ticket/start")
    fry = await one(appliance, "fry")
    assert seconds(fry, "firedAt", "created_at") == pytest.approx(3_600, abs=10)
    assert seconds(fry, "lateAt", "firedAt") == 300
    assert "firesAt" not in fry


async def test_what_tickets_are_in_order_by_is_the_kitchens(appliance: RunningAppliance) -> None:
    await appliance.order(id="7", items=[TART])
    at(appliance, later(1_000))
    await appliance.order(id="8", items=[TART])
    at(appliance, later(1_000))
    await appliance.call("POST", "/courses/fire", json={"order_id": "7", "course_number": 2})
    listed = await appliance.tickets("cold")
    assert [ticket["order_id"] for ticket in listed] == ["8", "7"]
    queued = [ticket["metadata"]["queued"] for ticket in listed]
    assert queued == sorted(queued)


async def test_when_it_is_late_is_set_by_mode_and_station_in_the_file(tmp_path: Path) -> None:
    for_all = 'late_after = "4m"\nvery_late_after = "6m"'
    text = (
        AT_ONCE.replace("[timing]\n", f"[timing]\n{for_all}\n")
        + """
        [[timing.late]]
        mode = ["ToGo"]
        station = ["fry"]
        late_after = "2m"
        very_late_after = "3m"
    """
    )
    async with running(tmp_path, text) as appliance:
        await appliance.order(id="7", mode="To Go", items=[HAMBURGER, FRIES])
        bar = {"name": "Bar", "settings": {"alert_threshold_seconds": 60}}
        await appliance.call("POST", "/stations", json=bar)
        rule = {"station_id": "bar", "name": ["Beer"]}
        assert (await appliance.call("POST", "/routing", json=rule))[0] == 201
        await appliance.order(id="8", items=[{"name": "Beer"}])
        after = {}
        for station in ("grill", "fry", "bar"):
            ticket = await one(appliance, station)
            after[station] = [
                seconds(ticket, key, "created_at") for key in ("lateAt", "veryLateAt")
            ]
    assert after == {"grill": [240, 360], "fry": [120, 180], "bar": [60, 180]}


async def test_all_day_counts_of_a_station(appliance: RunningAppliance) -> None:
    parts = [{"name": "patty", "count": 2}]
    burgers = HAMBURGER | {"qty": 5, "mods": ["Cheddar"], "components": parts}
    await appliance.order(id="7", items=[burgers, TART])
    answer = await ask(appliance, "GET", "/api/v1/kds/stations/grill/all-day", role="chef")
    assert answer.status == 200
    assert answer.body == {
        "dishes": [
            {
                "name": "Hamburger",
                "to_do": 5,
                "held": 0,
                "variants": [{"modifiers": ["Cheddar"], "to_do": 5, "held": 0}],
            }
        ],
        "modifiers": [{"name": "Cheddar", "to_do": 5, "held": 0}],
        "components": [{"name": "patty", "to_do": 10, "held": 0}],
    }
    cold = await ask(appliance, "GET", "/api/v1/kds/stations/cold/all-day")
    assert [(dish["to_do"], dish["held"]) for dish in cold.body["dishes"]] == [(0, 1)]


async def test_all_day_counts_are_for_everybody_of_stations_that_there_are(
    appliance: RunningAppliance,
) -> None:
    path = "/api/v1/kds/stations/{}/all-day"
    assert (await ask(appliance, "GET", path.format("grill"), role="server")).status == 200
    token = appliance.token("chef", stations=["fry"])
    assert (await ask(appliance, "GET", path.format("grill"), token=token)).status == 403
    missing = await ask(appliance, "GET", path.format("moon"))
    assert (missing.status, missing.body["code"]) == (404, "NOT_FOUND")


async def kitchen_of_status(appliance: RunningAppliance) -> Any:
    return (await ask(appliance, "GET", "/api/v1/kds/status")).body["kitchen"]


async def reminders(appliance: RunningAppliance, token: str | None = None) -> list[str]:
    """Those of the next beat."""
    async with listening(appliance, token=token) as listener:
        beat = (await listener.until(lambda heard: heard.type == "beat"))[-1]
    told = beat.body["reminders"]
    assert isinstance(told, list)
    return told


@pytest.fixture
def found_out_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reminders are those of now, not of a moment ago."""
    monkeypatch.setattr(attention, "KEPT_SECONDS", 0.0)


@pytest.mark.usefixtures("found_out_each_time")
async def test_what_was_forgotten_is_in_the_status_and_in_a_reminder(
    appliance: RunningAppliance,
) -> None:
    for order_id in ("7", "8"):
        await appliance.order(id=order_id, name="Jane", items=[HAMBURGER])
    assert await kitchen_of_status(appliance) == {
        "forgotten": [],
        "silent": [],
        "summons": [],
    }
    assert await reminders(appliance) == []
    async with listening(appliance, "?station_id=grill") as listener:
        await listener.snapshot()
        at(appliance, later(2 * DAY))
        appliance.expeditor.submit(Due())
        heard = await listener.ticket()
    assert heard.type == "kds.ticket.forgotten"
    ticket = heard.body["payload"]["ticket"]
    assert (ticket["status"], ticket["completed_at"]) == ("bumped", None)
    assert ticket["metadata"]["forgotten"] is True
    assert await appliance.tickets("grill") == []
    told = (await kitchen_of_status(appliance))["forgotten"]
    assert [(each["ticket_id"], each["order_id"]) for each in told] == [
        ("ticket-1-grill", "7"),
        ("ticket-1-pass", "7"),
        ("ticket-2-grill", "8"),
        ("ticket-2-pass", "8"),
    ]
    assert seconds(told[0], "closed_at", "created_at") > DAY / 1000
    sentence = "2 orders were left on the boards and closed at the end of the day: 7, 8"
    assert await reminders(appliance) == [sentence]
    assert await reminders(appliance, appliance.token("chef", stations=["grill"])) == []
    _, body = await appliance.call("GET", "/stats")
    assert [each["completed"] for each in body["stations"]] == [0] * 4


@pytest.mark.usefixtures("found_out_each_time")
async def test_one_or_many_that_were_forgotten_are_named_in_a_line(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="7", items=[HAMBURGER])
    at(appliance, later(2 * DAY))
    appliance.expeditor.submit(Due())
    sentence = "An order was left on the boards and closed at the end of the day: 7"
    assert await reminders(appliance) == [sentence]
    for order_id in "abcdef":
        await appliance.order(id=order_id, items=[HAMBURGER])
    at(appliance, later(2 * DAY))
    appliance.expeditor.submit(Due())
    (told,) = await reminders(appliance)
    assert told.endswith(": a, b, c, d, e and 1 more")


@pytest.mark.usefixtures("found_out_each_time")
async def test_a_point_of_sale_that_is_silent_is_told_until_it_sends(tmp_path: Path) -> None:
    text = EMBEDDED.replace("[appliance]", '[appliance]\ntime_zone = "Asia/Kathmandu"')
    friday = datetime.fromisoformat("2026-03-06T18:00+05:45")

    def on(when: datetime) -> Callable[[Moment], Moment]:
        return lambda now: Moment(int(when.timestamp() * 1000), now.tick)

    async with running(tmp_path, text) as appliance:
        for weeks in (2, 1):
            at(appliance, on(friday - timedelta(weeks=weeks)))
            for count in range(6):
                order_id = f"{weeks}-{count}"
                await appliance.order(id=order_id, originSource="Web", items=[HAMBURGER])
        at(appliance, on(friday + timedelta(minutes=30)))
        silent = (await kitchen_of_status(appliance))["silent"]
        assert silent == [{"name": "Web", "since": "2026-02-27T12:15:00Z"}]
        sentence = "No order from Web since 18:00; usually there are some at this hour"
        assert await reminders(appliance) == [sentence]
        await appliance.order(id="x", originSource="Web", items=[HAMBURGER])
        assert await reminders(appliance) == []
        assert (await kitchen_of_status(appliance))["silent"] == []
