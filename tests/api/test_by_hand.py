"""Taking back and moving over HTTP: who may, what is answered, and what listeners hear."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.asking import Answer, ask, ticket_path
from tests.api.listening import is_ticket, listening
from tests.running import RunningAppliance, running

BURGER = {"lineId": "1", "name": "Hamburger"}
SALAD = {"lineId": "2", "name": "House Salad"}
JSON = {"Content-Type": "application/json"}


async def post(
    appliance: RunningAppliance, path: str, *, token: str | None = None, **body: Any
) -> Answer:
    data = json.dumps(body).encode() if body else None
    return await ask(
        appliance, "POST", path, token=token, data=data, headers=JSON if body else {}, role="chef"
    )


async def act(
    appliance: RunningAppliance,
    *action: str,
    station: str = "grill",
    token: str | None = None,
    **body: str,
) -> Answer:
    return await post(appliance, ticket_path(station, "A-1", *action), token=token, **body)


def undo_path(station: str) -> str:
    return f"/api/v1/kds/stations/{station}/undo"


async def shown(appliance: RunningAppliance) -> dict[str, Any]:
    """By station and order, the tickets of every board, but for when they last changed."""
    return {
        f"{station} {ticket['order_id']}": ticket | {"updated_at": None}
        for station in ("grill", "fry", "cold", "pass")
        for ticket in await appliance.tickets(station)
    }


@pytest.mark.parametrize("path", [ticket_path("grill", "A-1", "undo"), undo_path("grill")])
async def test_what_was_done_is_taken_back_step_by_step(
    appliance: RunningAppliance, path: str
) -> None:
    await appliance.order(id="A-1", items=[BURGER, SALAD])
    boards = [await shown(appliance)]
    for action in ("start", "items/1/done", "items/1/undone", "items/1/done", "bump"):
        assert (await act(appliance, *action.split("/"))).status == 200
        boards.append(await shown(appliance))
    boards.pop()
    taken = [
        ("bumped", "ready"),
        ("item_done", "in_progress"),
        ("item_undone", "ready"),
        ("item_done", "in_progress"),
        ("started", "pending"),
    ]
    for undone, status in taken:
        answer = await post(appliance, path)
        assert (answer.status, answer.body["status"]) == (200, status)
        assert (answer.body["station_id"], answer.body["order_id"]) == ("grill", "A-1")
        assert answer.body["undone"] == undone
        assert await shown(appliance) == boards.pop()
    answer = await post(appliance, path)
    assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
    assert "nothing was done here" in answer.body["message"]


async def test_a_card_that_somebody_went_on_with_is_a_conflict(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[BURGER, SALAD])
    await act(appliance, "bump", station="pass")
    await act(appliance, "recall")
    answer = await act(appliance, "undo", station="pass")
    assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
    assert answer.body["message"] == "the ticket at Grill was changed since: it is recalled now"


@pytest.mark.parametrize(
    "path",
    [undo_path("nowhere"), ticket_path("grill", "A-2", "undo"), ticket_path("x", "A-1", "undo")],
)
async def test_what_is_not_there_is_not_found(appliance: RunningAppliance, path: str) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    answer = await post(appliance, path)
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", [ticket_path("grill", "A-1", "undo"), undo_path("grill")])
async def test_a_void_is_taken_back_by_a_manager_alone(
    appliance: RunningAppliance, path: str
) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    assert (await act(appliance, "void", token=appliance.token("manager"))).status == 200
    refused = await post(appliance, path)
    assert (refused.status, refused.body["code"]) == (403, "FORBIDDEN")
    newest, _, needed = refused.body["message"].partition(": ")
    assert newest == "the newest here is the void of order 'A-1'"
    assert "manager" in needed
    assert [ticket["status"] for ticket in await appliance.tickets("grill")] == ["voided"]
    answer = await post(appliance, path, token=appliance.token("manager"))
    assert (answer.status, answer.body["status"]) == (200, "pending")


async def test_what_stands_before_ones_own_is_named_and_the_order_is_the_way_round_it(
    appliance: RunningAppliance,
) -> None:
    for order_id in ("A-1", "A-2"):
        await appliance.order(id=order_id, items=[BURGER])
    token = appliance.token("chef", stations=["grill"])
    own = ticket_path("grill", "A-2")
    await post(appliance, f"{own}/start", token=token)
    await act(appliance, "move", station_id="fry")
    refused = await post(appliance, undo_path("grill"), token=token)
    assert refused.status == 403
    assert refused.body["message"] == (
        "the newest here is the move of order 'A-1': this token is not for station 'fry'"
    )
    assert (await post(appliance, f"{own}/undo", token=token)).body["undone"] == "started"


async def test_what_was_done_elsewhere_is_not_taken_back_with_a_token_for_here(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    await act(appliance, "bump", station="pass")
    token = appliance.token("chef", stations=["grill"])
    refused = await act(appliance, "undo", token=token)
    assert (refused.status, refused.body["code"]) == (403, "FORBIDDEN")
    assert await shown(appliance) == {}
    both = appliance.token("chef", stations=["grill", "pass"])
    assert (await act(appliance, "undo", token=both)).body["station_id"] == "grill"
    assert set(await shown(appliance)) == {"grill A-1", "pass A-1"}


@pytest.mark.parametrize("path", [ticket_path("grill", "A-1", "undo"), undo_path("grill")])
async def test_who_may_fire_a_course_may_take_that_back(
    appliance: RunningAppliance, path: str
) -> None:
    held = [BURGER | {"courseStatus": "hold"}, SALAD | {"courseStatus": "hold"}]
    await appliance.order(id="A-1", items=held)
    before = await shown(appliance)
    grill, cold = (appliance.token("chef", stations=[each]) for each in ("grill", "cold"))
    fire: dict[str, Any] = {"order_id": "A-1", "course_number": None}
    fired = await post(appliance, "/api/v1/kds/courses/fire", token=grill, **fire)
    assert [ticket["station_id"] for ticket in fired.body] == ["grill"]
    assert (await act(appliance, "undo", station="cold", token=cold)).status == 403
    answer = await post(appliance, path, token=grill)
    assert (answer.status, answer.body["status"]) == (200, "held")
    assert await shown(appliance) == before
    # What was fired for the whole kitchen is not theirs to take back.
    await post(appliance, "/api/v1/kds/courses/fire", **fire)
    assert (await post(appliance, path, token=grill)).status in (403, 409)
    assert await shown(appliance) != before


async def test_a_course_that_was_fired_on_a_card_is_taken_back_there(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[BURGER | {"courseStatus": "hold"}])
    fire: dict[str, Any] = {"order_id": "A-1", "course_number": None, "station_id": "grill"}
    path = "/api/v1/kds/courses/fire"
    elsewhere = appliance.token("chef", stations=["pass"])
    assert (await post(appliance, path, token=elsewhere, **fire)).status == 403
    assert (await post(appliance, path, **fire | {"station_id": "fry"})).status == 404
    assert (await post(appliance, path, **fire)).status == 200
    assert (await post(appliance, undo_path("grill"))).body["undone"] == "fired"


@pytest.mark.parametrize("role", ["server", "pos_staff"])
async def test_who_only_reads_takes_nothing_back_and_moves_nothing(
    appliance: RunningAppliance, role: str
) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    await act(appliance, "start")
    before, token = await shown(appliance), appliance.token(role)
    for path in (ticket_path("grill", "A-1", "undo"), undo_path("grill")):
        assert (await post(appliance, path, token=token)).status == 403
    assert (await act(appliance, "move", token=token, station_id="fry")).status == 403
    assert await shown(appliance) == before


async def test_a_ticket_is_moved_and_taken_back(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[BURGER, SALAD])
    before = await shown(appliance)
    answer = await act(appliance, "move", station_id="fry")
    assert (answer.status, answer.body["station_id"], answer.body["status"]) == (
        200,
        "fry",
        "pending",
    )
    assert answer.body["metadata"]["alsoAt"] == ["cold"]
    assert await appliance.tickets("grill", status="all") == []
    (salad,) = await appliance.tickets("cold")
    assert salad["metadata"]["alsoAt"] == ["fry"]
    (order,) = (await ask(appliance, "GET", "/api/v1/kds/expo")).body
    assert [each["station_id"] for each in order["tickets"]] == ["fry", "cold"]
    assert (order["total_items"], order["completed_items"]) == (2, 0)
    stats = (await ask(appliance, "GET", "/api/v1/kds/stats")).body["stations"]
    assert {each["station_id"]: (each["open"], each["completed"]) for each in stats}["grill"] == (
        {},
        0,
    )
    answer = await post(appliance, undo_path("grill"))
    assert (answer.status, answer.body["station_id"]) == (200, "grill")
    assert await shown(appliance) == before


@pytest.mark.parametrize(
    ("evening", "to", "status", "code"),
    [
        ([], "nowhere", 400, "VALIDATION_ERROR"),
        ([], "pass", 409, "CONFLICT"),
        (["bump"], "fry", 409, "CONFLICT"),
        (["void"], "fry", 409, "CONFLICT"),
        (["move"], "fry", 404, "NOT_FOUND"),
    ],
)
async def test_what_cannot_be_moved_is_refused(
    appliance: RunningAppliance, evening: list[str], to: str, status: int, code: str
) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    for action in evening:
        body = {"station_id": "cold"} if action == "move" else {}
        answer = await act(appliance, action, token=appliance.token("manager"), **body)
        assert answer.status == 200
    before = await shown(appliance)
    answer = await act(appliance, "move", station_id=to)
    assert (answer.status, answer.body["code"]) == (status, code)
    if status == 400:
        assert answer.body["details"] == {"field": "station_id"}
    assert await shown(appliance) == before


async def test_a_move_needs_a_token_for_both_stations(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    tried = ((["grill"], 403), (["fry"], 403), (["grill", "fry"], 200))
    for stations, status in tried:
        token = appliance.token("chef", stations=stations)
        answer = await act(appliance, "move", token=token, station_id="fry")
        assert answer.status == status, stations
    moved = await shown(appliance)
    for stations, status in tried:
        assert await shown(appliance) == moved
        token = appliance.token("chef", stations=stations)
        answer = await post(appliance, undo_path(stations[-1]), token=token)
        assert answer.status == status, stations
    assert set(await shown(appliance)) == {"grill A-1", "pass A-1"}


async def test_listeners_hear_who_did_it_and_whether_the_card_is_on_its_board(
    appliance: RunningAppliance,
) -> None:
    async with listening(appliance) as listener:
        await listener.snapshot()
        await appliance.order(id="A-1", items=[BURGER])
        await act(appliance, "bump")
        await act(appliance, "undo")
        await act(appliance, "move", station_id="cold")
        await act(appliance, "undo")
        await act(appliance, "priority", priority="high")
        await appliance.order("cancel-order", id="A-1")
        head = appliance.log.head
        heard = await listener.until(lambda each: each.body["seq"] == head)
    assert [
        (
            each.type.removeprefix("kds.ticket."),
            each.body["payload"]["ticket"]["station_id"],
            each.body["by"],
            each.body["live"],
        )
        for each in heard
        if is_ticket(each) and each.body["payload"]["ticket"]["station_id"] != "pass"
    ] == [
        ("created", "grill", None, True),
        ("bumped", "grill", "test", False),
        ("undone", "grill", "test", True),
        ("moved", "grill", "test", False),
        ("created", "cold", "test", True),
        ("undone", "cold", "test", False),
        ("undone", "grill", "test", True),
        ("prioritized", "grill", "test", True),
        ("voided", "grill", None, True),
    ]
    gone = next(each for each in heard if each.type == "kds.ticket.moved").body["payload"]["ticket"]
    assert (gone["status"], gone["items"], gone["completed_at"]) == ("bumped", [], None)


async def test_every_action_of_a_cook_is_signed(appliance: RunningAppliance) -> None:
    held = {"lineId": "3", "name": "Cheeseburger", "course": "2", "courseStatus": "hold"}
    await appliance.order(id="A-1", items=[BURGER, held])
    for action in ("start", "items/1/done", "items/1/undone", "ready", "recall", "bump"):
        assert (await act(appliance, *action.split("/"))).status == 200, action
    fire = {"order_id": "A-1", "course_number": 2}
    await appliance.call("POST", "/courses/fire", role="chef", json=fire)
    stored = [json.loads(each.event) for each in await appliance.log.read(0, 100)]
    signed = [each for each in stored if each["type"] == "ticket" and each["kind"] != "created"]
    assert {each.get("by") for each in signed} == {"test"}
    kinds = {each["kind"] for each in signed}
    assert kinds == {"started", "item_done", "ready", "recalled", "bumped", "fired"}


SETTINGS = """
[timing]
undo_window = "0s"
fire_next_course = true

[pass]
waits_for_stations = true
clears_stations = false

[[station]]
id = "grill"
name = "Grill"

[[station]]
id = "pass"
name = "The pass"
type = "expo"
"""


async def test_the_settings_are_those_of_the_file(tmp_path: Path) -> None:
    async with running(tmp_path, SETTINGS) as appliance:
        held = {"lineId": "3", "name": "Cheeseburger", "course": "2", "courseStatus": "hold"}
        await appliance.order(id="A-1", items=[BURGER, held])
        waits = await act(appliance, "bump", station="pass")
        assert (waits.status, waits.body["message"]) == (409, "not before it is done at Grill")
        assert waits.body["details"] == {
            "reason": "wrong_state",
            "from": "pending",
            "to": "bumped",
            "stations": ["Grill"],
        }
        bumped = await act(appliance, "bump")
        assert bumped.body["status"] == "pending", "its next course was fired"
        off = await act(appliance, "undo")
        assert (off.status, off.body["message"]) == (409, "taking back is switched off here")
        for action, station in (("start", "grill"), ("ready", "grill"), ("bump", "pass")):
            assert (await act(appliance, action, station=station)).status == 200
        assert [ticket["status"] for ticket in await appliance.tickets("grill")] == ["ready"]
