"""Reports over HTTP: a day that is known minute by minute, and who may see what of it."""

import csv
import io
import json
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.indexing import follower
from appliance.kitchen.ticket import Moment
from appliance.reports import reports
from appliance.reports.index import Index
from tests.api.asking import PREFIXES, Answer, ask
from tests.running import AT_ONCE, RunningAppliance, running

BERLIN = AT_ONCE.replace('name = "Demo kitchen"', 'name = "Demo"\ntime_zone = "Europe/Berlin"')
SALAD = {"lineId": "1", "name": "House Salad", "qty": 2}
BURGER = {"lineId": "2", "name": "Hamburger", "qty": 1}
MINUTE_MS = 60_000
EVENING = "2026-10-24T19:05+02:00"
"""Before the night in which clocks are set back."""


class Clock:
    """Of the kitchen; it goes on when a test says so."""

    def __init__(self, text: str) -> None:
        self._at = int(datetime.fromisoformat(text).timestamp() * 1000)
        self._tick = 0

    def __call__(self) -> Moment:
        return Moment(self._at, self._tick)

    def pass_by(self, minutes: float) -> None:
        self._at += round(minutes * MINUTE_MS)
        self._tick += round(minutes * MINUTE_MS)


@pytest.fixture
def clock() -> Clock:
    return Clock(EVENING)


@pytest.fixture
async def kitchen(tmp_path: Path, clock: Clock) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, BERLIN) as appliance:
        appliance.expeditor.now = clock
        yield appliance


async def report(appliance: RunningAppliance, path: str, **asking: Any) -> Answer:
    return await ask(appliance, "GET", f"{PREFIXES[0]}/reports/{path}", **asking)


async def act(appliance: RunningAppliance, station: str, order_id: str, action: str) -> None:
    path = f"/stations/{station}/orders/{order_id}/ticket/{action}"
    status, body = await appliance.call("POST", path)
    assert status == 200, body


async def serve(
    appliance: RunningAppliance, clock: Clock, minutes: float, *ids: str, **more: Any
) -> None:
    """Salads that come now, and leave the pass after so long."""
    for order_id in ids:
        await appliance.order(id=order_id, items=[SALAD], **more)
    clock.pass_by(minutes)
    for order_id in ids:
        await act(appliance, "pass", order_id, "bump")


def hour(day: Any, begins: str) -> Any:
    (found,) = [each for each in day["hours"] if each["begins"] == begins]
    return found


async def test_an_evening_is_told_hour_by_hour(kitchen: RunningAppliance, clock: Clock) -> None:
    for minutes in (1, 2, 3, 4, 20):
        await serve(kitchen, clock, minutes, f"A-{minutes}")
    clock.pass_by(60)
    await kitchen.order(id="B-1", items=[SALAD, BURGER])
    await act(kitchen, "grill", "B-1", "void")
    day = (await report(kitchen, "day")).body
    assert (day["date"], day["today"], day["time_zone"]) == (*["2026-10-24"] * 2, "Europe/Berlin")
    assert (day["begins"], day["ends"]) == ("2026-10-24T02:00:00Z", "2026-10-25T03:00:00Z")
    assert len(day["hours"]) == 25
    total = day["total"]
    assert (total["tickets"], total["items"], total["open"], total["voided"]) == (7, 12, 1, 1)
    assert (total["median_seconds"], total["p90_seconds"]) == (180, 1200)
    assert (total["longest_seconds"], total["late"], total["late_share"]) == (1200, 1, 0.2)
    assert (day["orders"]["orders"], day["orders"]["completed"]) == (6, 5)
    seven = hour(day, "2026-10-24T17:00:00Z")
    assert (seven["total"]["tickets"], seven["total"]["late"], seven["finished"]) == (5, 1, 5)
    assert [each["station_id"] for each in seven["stations"]] == ["cold"]
    assert hour(day, "2026-10-24T18:00:00Z")["total"]["voided"] == 1
    assert (day["longest"][0]["order_id"], day["longest"][0]["seconds"]) == ("A-20", 1200)
    assert [(each["order_id"], each["by"]) for each in day["voids"]] == [("B-1", "test")]
    places = [each["begins"] for each in day["hours"]]
    slow = await report(kitchen, f"slowest?hour={places.index(seven['begins'])}&limit=2")
    assert [each["order_id"] for each in slow.body] == ["A-20", "A-4"]
    slow = await report(kitchen, "slowest?station_id=grill")
    assert slow.body == []


async def test_the_night_belongs_to_the_evening_and_is_an_hour_longer(
    kitchen: RunningAppliance, clock: Clock
) -> None:
    clock.pass_by(9 * 60)  # 3:05 once more, by winter time.
    await serve(kitchen, clock, 1, "A-1")
    clock.pass_by(60)
    await serve(kitchen, clock, 1, "A-2")
    days = (await report(kitchen, "days?from=2026-10-24&to=2026-10-25")).body
    assert [day["total"]["tickets"] for day in days] == [1, 1]
    rows = await table(kitchen, "tickets.csv?from=2026-10-24")
    assert {row["since"] for row in rows} == {
        "2026-10-25T03:05:00+01:00",
        "2026-10-25T04:06:00+01:00",
    }


async def test_late_is_by_what_is_set_now_or_by_the_promised_time(
    tmp_path: Path, clock: Clock
) -> None:
    async with running(tmp_path, BERLIN) as appliance:
        appliance.expeditor.now = clock
        await serve(appliance, clock, 4, "A-1")
        await serve(appliance, clock, 6, "A-2")
        promised = {"pickupTime": "2026-10-24T19:35+02:00", "mode": "Pickup"}
        await serve(appliance, clock, 9, "A-3", **promised)
        await serve(appliance, clock, 12, "A-4", **promised)
        assert await late(appliance) == {"A-1": False, "A-2": True, "A-3": False, "A-4": True}
    patient = BERLIN.replace("[timing]", '[timing]\nlate_after = "7m"\nvery_late_after = "9m"')
    async with running(tmp_path, patient) as appliance:
        appliance.expeditor.now = clock
        assert await late(appliance) == {"A-1": False, "A-2": False, "A-3": False, "A-4": True}


async def late(appliance: RunningAppliance) -> dict[str, bool]:
    return {each["order_id"]: each["late"] for each in (await report(appliance, "slowest")).body}


async def test_who_did_what_is_told_page_by_page_and_by_what_is_asked(
    kitchen: RunningAppliance, clock: Clock
) -> None:
    await kitchen.order(id="A-1", name="Maria", checkNumber="77", items=[SALAD, BURGER])
    for station, action in (("grill", "start"), ("cold", "bump"), ("cold", "recall")):
        clock.pass_by(1)
        await act(kitchen, station, "A-1", action)
    path = "/stations/grill/orders/A-1/ticket/move"
    assert (await kitchen.call("POST", path, json={"station_id": "fry"}))[0] == 200
    assert (await kitchen.call("POST", "/stations/fry/undo"))[0] == 200
    assert (await kitchen.call("POST", "/stations", json={"name": "Bar"}))[0] == 201
    await kitchen.order("cancel-order", id="A-1")
    whole = (await report(kitchen, "audit")).body
    assert [each["action"] for each in whole] == [
        *("cancelled", "station_changed", "undone", "undone"),
        *("received", "moved", "recalled", "bumped", "started"),
    ]
    assert {each["by"] for each in whole[1:]} == {"test"}
    assert whole[0]["by"] is None
    assert whole[-1]["order_reference"] == "Maria 77"
    pages: list[Any] = []
    cursor = ""
    while True:
        answer = await report(kitchen, f"audit?limit=2{cursor}")
        pages += answer.body
        if "X-Next-Cursor" not in answer.headers:
            break
        cursor = f"&cursor={answer.headers['X-Next-Cursor']}"
    assert pages == whole
    for asked, found in (
        ("action=moved", ["moved"]),
        ("station_id=fry", ["undone", "received"]),
        ("order=77&action=recalled", ["recalled"]),
        ("order=A-1&station_id=cold", ["recalled", "bumped"]),
        ("by=nobody", []),
        ("to=2026-10-23", []),
    ):
        answer = await report(kitchen, f"audit?{asked}")
        assert [each["action"] for each in answer.body] == found, asked


async def test_who_let_whom_in_is_told_with_whom(kitchen: RunningAppliance) -> None:
    pin = {"name": "Ana", "pin": "271828", "roles": ["chef"], "stations": []}
    token = kitchen.token("viewer")
    for method, path, body in (
        ("POST", "/pins", pin),
        ("DELETE", "/pins/Ana", None),
        ("POST", "/devices", {"name": "TV", "stations": ["grill"]}),
        ("POST", "/tokens/revoke", {"token": token}),
        ("POST", "/tokens/revoke", {"subject": "Ben"}),
        ("POST", "/screens", {"address": "192.0.2.7", "name": "Wall", "station_id": "grill"}),
    ):
        data = None if body is None else json.dumps(body).encode()
        assert (await ask(kitchen, method, PREFIXES[0] + path, data=data)).status < 300, path
    screens = (await ask(kitchen, "GET", f"{PREFIXES[0]}/screens")).body["screens"]
    screen = f"{PREFIXES[0]}/screens/{screens[0]['id']}"
    assert (await ask(kitchen, "PATCH", screen, data=b'{"name": "Tower"}')).status == 200
    assert (await ask(kitchen, "DELETE", screen)).status == 204
    answer = await report(kitchen, "audit")
    assert [(each["action"], each["what"]) for each in answer.body] == [
        ("screen_removed", "Tower"),
        ("screen_changed", "Tower"),
        ("screen_added", "Wall"),
        ("token_revoked", "Ben"),
        ("token_revoked", ""),
        ("screen_added", "TV"),
        ("pin_removed", "Ana"),
        ("pin_set", "Ana"),
    ]
    assert {each["by"] for each in answer.body} == {"test"}
    assert "271828" not in str(answer.body)
    assert token not in (await report(kitchen, "audit.csv")).body


async def test_a_table_can_be_opened_by_a_spreadsheet_and_does_nothing_there(
    kitchen: RunningAppliance, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "AT_ONCE", 3)
    hostile = '=HYPERLINK("http://x","1"),\r\n@a;"=b" - c'
    harmless = """'=HYPERLINK("http://x","1"),\r\n'@a;'"=b" - c"""
    for number in range(5):
        more = {"name": "Canary", "checkNumber": hostile, "originSource": "+1"}
        await serve(kitchen, clock, 1, f"-{number}", **more)
    answer = await report(kitchen, "tickets.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.body.startswith("\ufefforder_number,")
    rows = await table(kitchen, "tickets.csv")
    assert len(rows) == 10
    assert {row["order_id"] for row in rows} == {f"'-{number}" for number in range(5)}
    assert {row["check_number"] for row in rows} == {harmless}
    assert {row["since"] for row in rows if row["order_number"] == "2"} == {
        "2026-10-24T19:06:00+02:00"
    }
    assert [row["seconds"] for row in rows] == ["60"] * 10
    for name in ("day", "days", "audit"):
        assert (await table(kitchen, f"{name}.csv"))[0]
        assert "Canary" not in (await report(kitchen, f"{name}.csv")).body
    headers = await ask(kitchen, "HEAD", f"{PREFIXES[0]}/reports/tickets.csv")
    assert (headers.status, headers.body) == (200, "")


async def table(appliance: RunningAppliance, path: str) -> list[dict[str, str]]:
    answer = await report(appliance, path)
    assert answer.status == 200, answer.body
    return list(csv.DictReader(io.StringIO(answer.body.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("day?date=tomorrow", "date"),
        ("day?date=9999-12-31", "date"),
        ("day?day=2026-10-24", "day"),
        ("days?from=2026-10-25", "to"),
        ("days?from=2025-10-25", "from"),
        ("days?to=0001-01-01", "to"),
        ("slowest?hour=25", "hour"),
        ("audit?action=flown", "action"),
        ("audit?cursor=1", "cursor"),
        ("tickets.csv?from=soon", "from"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(
    kitchen: RunningAppliance, clock: Clock, path: str, field: str
) -> None:
    clock.pass_by(-24 * 60)  # A day of 24 hours.
    answer = await report(kitchen, path)
    assert (answer.status, answer.body["details"]["field"]) == (400, field)


async def test_what_is_not_indexed_yet_is_asked_to_wait_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(follower, "RETRY_SECONDS", 0.01)
    in_the_way = tmp_path / Index.NAME
    in_the_way.mkdir()
    async with running(tmp_path, BERLIN) as appliance:
        await appliance.order(id="A-1", items=[SALAD])
        for path in ("day", "days", "slowest", "audit", "day.csv", "tickets.csv"):
            answer = await report(appliance, path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert answer.body["details"] == {"indexed": 0, "of": appliance.log.head}
        assert len(await appliance.tickets("cold")) == 1
        shutil.rmtree(in_the_way)
        monkeypatch.setattr(follower, "WAIT_SECONDS", 10)
        assert (await report(appliance, "day")).body["total"]["tickets"] == 1
