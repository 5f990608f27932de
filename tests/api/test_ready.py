"""What guests may know of their orders, and that whoever shows it to them may see nothing else."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.kitchen.ticket import Moment
from tests.api.asking import Answer, ask
from tests.api.every_path import guarded
from tests.api.talking import subscribed, talking
from tests.api.test_knocks import adopt, knock
from tests.running import AT_ONCE, RunningAppliance, running

READY = "/api/v1/kds/ready"
JSON = {"Content-Type": "application/json"}
BURGER = {"lineId": "1", "name": "Hamburger"}
SALAD = {"lineId": "2", "name": "House Salad"}
SECRETS = {"phoneNumber": "+16155551234", "specialInstructions": "no peanuts", "server": "Sarah"}


def kitchen(section: str = "", *, has_pass: bool = True) -> str:
    """A configuration with this `[ready]`."""
    text = AT_ONCE if has_pass else AT_ONCE.replace('type = "expo" ', "active = false ")
    return f"{text}\n[ready]\n{section}\n"


@pytest.fixture
def section() -> str:
    return ""


@pytest.fixture
def has_pass() -> bool:
    return True


@pytest.fixture
async def appliance(
    tmp_path: Path, section: str, *, has_pass: bool
) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, kitchen(section, has_pass=has_pass)) as appliance:
        yield appliance


async def order(appliance: RunningAppliance, order_id: str, **more: Any) -> None:
    usual: dict[str, Any] = {"mode": "Pickup", "items": [BURGER, SALAD]}
    await appliance.order(id=order_id, **usual | more)


async def act(appliance: RunningAppliance, order_id: str, *deeds: str) -> None:
    """`grill bump`, say."""
    for deed in deeds:
        station, action = deed.split()
        path = f"/stations/{station}/orders/{order_id}/ticket/{action}"
        status, body = await appliance.call("POST", path)
        assert status == 200, body


async def told(appliance: RunningAppliance, **more: Any) -> dict[str, list[str]]:
    """What stands in each of the columns."""
    answer = await ask(appliance, "GET", READY, **more)
    assert answer.status == 200, answer.body
    return {
        column: [each["called"] for each in answer.body[column]]
        for column in ("preparing", "ready")
    }


async def new_screen(appliance: RunningAppliance, **more: Any) -> str:
    """The token of one that guests look at."""
    waits = (await knock(appliance)).body
    answer = await adopt(appliance, waits["code"], **{"shows": "ready"} | more)
    assert answer.status == 201, answer.body
    return str(waits["token"])


async def test_an_order_is_prepared_then_ready_then_handed_over(
    appliance: RunningAppliance,
) -> None:
    await order(appliance, "A-1", name="Jane Doe", checkNumber="88", **SECRETS)
    await order(appliance, "A-2", checkNumber="89")
    assert await told(appliance) == {"preparing": ["88", "89"], "ready": []}
    await act(appliance, "A-1", "grill bump")
    assert await told(appliance) == {"preparing": ["88", "89"], "ready": []}
    await act(appliance, "A-1", "cold start", "cold ready")
    assert await told(appliance) == {"preparing": ["89"], "ready": ["88"]}
    await act(appliance, "A-2", "grill bump", "cold bump")
    assert sorted((await told(appliance))["ready"]) == ["88", "89"]
    await act(appliance, "A-1", "cold recall")
    assert await told(appliance) == {"preparing": ["88"], "ready": ["89"]}
    await act(appliance, "A-2", "pass bump")
    assert await told(appliance) == {"preparing": ["88"], "ready": []}


async def test_nobody_waits_for_what_is_cancelled_voided_for_later_or_eaten_here(
    appliance: RunningAppliance,
) -> None:
    await order(appliance, "A-1", mode="For Here")
    later = datetime(2030, 1, 1, 12, tzinfo=UTC).isoformat()
    await order(appliance, "A-2", pickupTime=later)
    await order(appliance, "A-3")
    await act(appliance, "A-3", "pass void")
    await order(appliance, "A-4")
    await appliance.order("cancel-order", id="A-4")
    assert await told(appliance) == {"preparing": [], "ready": []}
    await order(appliance, "A-5")
    await act(appliance, "A-5", "grill void", "cold bump")
    assert await told(appliance) == {"preparing": [], "ready": ["A-5"]}


async def test_nothing_of_a_guest_is_told_but_what_the_receipt_says(
    appliance: RunningAppliance,
) -> None:
    await order(appliance, "A-1", name="Jane Doe", checkNumber="88", **SECRETS)
    answer = await ask(appliance, "GET", READY)
    number = answer.body["preparing"][0]
    assert number == {"id": "order-1", "called": "88"}
    text = json.dumps(answer.body)
    for secret in ("Jane", "Doe", "555", "peanuts", "Sarah", "Hamburger", "A-1"):
        assert secret not in text


@pytest.mark.parametrize(
    ("sent", "called"),
    [
        ({"checkNumber": "88"}, "88"),
        ({"checkNumber": "88", "deliveryService": {"name": "Dash", "orderId": "D-9"}}, "D-9"),
        ({"id": "A-7"}, "A-7"),
        ({"id": "0b6cbd9e-31fd-4ac5-8af3-b6dcd2a1fe41"}, "FE41"),
        ({"id": "-" * 40}, "-" * 19 + "…"),
        ({"checkNumber": "9" * 10_000}, "9" * 19 + "…"),
        ({"checkNumber": " \n"}, "A-1"),
    ],
)
async def test_what_a_number_is(
    appliance: RunningAppliance, sent: dict[str, Any], called: str
) -> None:
    await order(appliance, order_id=sent.pop("id", "A-1"), name="Jane", **sent)
    assert (await told(appliance))["preparing"] == [called]


@pytest.mark.parametrize("section", ['show = "name"'])
async def test_first_names_stand_there_where_that_is_wanted(appliance: RunningAppliance) -> None:
    names = ["Jane Doe", "Tom", "Jane Roe", "+1 615 555 1234", "Table 7", "Müller, Eva", None]
    for number, name in enumerate(names):
        await order(appliance, f"A-{number}", checkNumber=f"{number}", name=name)
    called = ["Jane 0", "Tom", "Jane 2", "3", "4", "Müller", "6"]
    assert (await told(appliance))["preparing"] == called


@pytest.mark.parametrize("section", ['by = "pass"\nkeep = "10m"\nchannels = ["dine_in"]'])
async def test_the_pass_makes_it_ready_where_it_puts_it_on_the_counter(
    appliance: RunningAppliance,
) -> None:
    now = Moment(1_772_474_400_000, 1_000_000)
    appliance.expeditor.now = lambda: now
    await order(appliance, "A-1", mode="For Here")
    await act(appliance, "A-1", "grill bump", "cold bump")
    assert await told(appliance) == {"preparing": ["A-1"], "ready": []}
    await act(appliance, "A-1", "pass bump")
    assert await told(appliance) == {"preparing": [], "ready": ["A-1"]}
    now = Moment(now.at + 599_000, now.tick + 599_000)
    assert await told(appliance) == {"preparing": [], "ready": ["A-1"]}
    now = Moment(now.at + 1_000, now.tick + 1_000)
    assert await told(appliance) == {"preparing": [], "ready": []}


@pytest.mark.parametrize("has_pass", [False])
async def test_without_a_pass_what_all_stations_bumped_can_be_taken_for_a_while(
    appliance: RunningAppliance,
) -> None:
    await order(appliance, "A-1")
    await act(appliance, "A-1", "grill bump")
    assert await told(appliance) == {"preparing": ["A-1"], "ready": []}
    await act(appliance, "A-1", "cold bump")
    assert await told(appliance) == {"preparing": [], "ready": ["A-1"]}


async def test_the_token_of_a_screen_for_guests_opens_nothing_else(
    appliance: RunningAppliance,
) -> None:
    await order(appliance, "A-1", checkNumber="88")
    token = await new_screen(appliance)
    assert await told(appliance, token=token) == {"preparing": ["88"], "ready": []}
    for asked in await guarded(appliance):
        if asked.path == READY or asked.path.endswith("/events"):
            continue
        answer = await ask(
            appliance, asked.method, asked.path, token=token, headers=JSON, data=b"{}"
        )
        assert answer.status == 403, asked
    async with talking(appliance, headers={}) as talk:
        await talk.say("auth", token=token)
        assert (await talk.hear())["type"] == "auth_error"


async def test_who_is_not_let_in_reads_nothing(appliance: RunningAppliance) -> None:
    assert (await ask(appliance, "GET", READY, role=None)).status == 401
    assert (await ask(appliance, "GET", READY, role="guest")).status == 403
    assert (await ask(appliance, "GET", f"{READY}?painted=x")).status == 400


async def test_a_token_for_some_stations_reads_of_their_orders(
    appliance: RunningAppliance,
) -> None:
    await order(appliance, "A-1", items=[BURGER])
    await order(appliance, "A-2", items=[SALAD])
    token = appliance.token("chef", stations=["cold"])
    assert await told(appliance, token=token) == {"preparing": ["A-2"], "ready": []}


async def state(appliance: RunningAppliance) -> tuple[str, int | None]:
    """How the one screen is, and up to where it has painted."""
    (screen,) = (await ask(appliance, "GET", "/api/v1/kds/screens")).body["screens"]
    return screen["state"], screen["seq"]


async def test_it_counts_as_there_by_what_it_says_to_have_painted(
    appliance: RunningAppliance,
) -> None:
    token = await new_screen(appliance)
    first = (await ask(appliance, "GET", READY, token=token)).body
    assert first["screen"]["shows"] == "ready"
    assert await state(appliance) == ("not seen yet", None)
    await order(appliance, "A-1")
    seq = (await ask(appliance, "GET", READY, token=token)).body["seq"]
    await ask(appliance, "GET", f"{READY}?painted={seq + 1_000}", token=token)
    assert (await state(appliance))[1] is None  # That has not happened yet.
    await ask(appliance, "GET", f"{READY}?painted={seq}", token=token)
    await until_live(appliance, seq)
    # Whoever looks by another right is no screen.
    await ask(appliance, "GET", f"{READY}?painted=1")
    assert await state(appliance) == ("live", seq)


async def until_live(appliance: RunningAppliance, seq: int) -> None:
    while await state(appliance) != ("live", seq):
        pass


async def test_a_screen_becomes_another_and_its_streams_end(appliance: RunningAppliance) -> None:
    token = await new_screen(appliance, shows="pass", station_id="pass")
    (its_id,) = [
        each["id"] for each in (await ask(appliance, "GET", "/api/v1/kds/screens")).body["screens"]
    ]
    async with subscribed(appliance, token=token) as talk:
        answer = await change(appliance, its_id, shows="ready", station_id=None)
        assert (answer.status, answer.body["shows"]) == (200, "ready")
        ended = await talk.until(lambda heard: heard["type"] == "auth_error")
        assert ended[-1]["code"] == "INVALID_TOKEN"
    assert (await ask(appliance, "GET", "/api/v1/kds/expo", token=token)).status == 403
    await change(appliance, its_id, shows="board")
    assert (await ask(appliance, "GET", "/api/v1/kds/expo", token=token)).status == 200


async def change(appliance: RunningAppliance, screen: str, **what: Any) -> Answer:
    data = json.dumps(what).encode()
    path = f"/api/v1/kds/screens/{screen}"
    return await ask(appliance, "PATCH", path, headers=JSON, data=data)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"shows": "ready", "station_id": "grill"}, "station_id"),
        ({"shows": "pass"}, "station_id"),
        ({"shows": "pass", "station_id": "grill"}, "station_id"),
        ({"shows": "wall"}, "shows"),
    ],
)
async def test_what_cannot_be_shown_is_refused(
    appliance: RunningAppliance, wanted: dict[str, Any], field: str
) -> None:
    code = (await knock(appliance)).body["code"]
    answer = await adopt(appliance, code, **wanted)
    assert (answer.status, answer.body["details"]["field"]) == (400, field)
    lan = json.dumps({"address": "192.0.2.7", "name": "Wall", "shows": "ready"}).encode()
    answer = await ask(appliance, "POST", "/api/v1/kds/screens", headers=JSON, data=lan)
    assert (answer.status, answer.body["details"]["field"]) == (400, "shows")


async def test_guests_screens_stand_in_for_none(appliance: RunningAppliance) -> None:
    await new_screen(appliance)
    (guests,) = (await ask(appliance, "GET", "/api/v1/kds/screens")).body["screens"]
    other = (await knock(appliance, screen_id="another-screen")).body["code"]
    answer = await adopt(appliance, other, backup_id=guests["id"])
    assert (answer.status, answer.body["details"]["field"]) == (400, "backup_id")


async def test_who_sees_a_pass_hears_of_whole_orders_if_that_is_wanted(
    appliance: RunningAppliance,
) -> None:
    await order(appliance, "A-1")
    for stations, wants, heard_of in (
        (["pass"], True, {"grill", "cold", "pass"}),
        (["pass"], False, {"pass"}),
        (["grill"], True, {"grill"}),
    ):
        token = appliance.token("chef", stations=stations)
        async with subscribed(appliance, token=token, whole_orders=wants) as talk:
            snapshot = (await talk.until(lambda heard: heard["type"] == "kds.snapshot"))[-1]
            tickets = snapshot["payload"]["tickets"]
            assert {each["station_id"] for each in tickets} == heard_of
