"""What is done to one ticket, and the other tickets of its order."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.asking import ask, ticket_path
from tests.api.walking import ACTIONS, STATES, STATUS, Walk, expected_change
from tests.running import running


@pytest.mark.parametrize("state", STATES)
async def test_what_is_done_at_one_station_leaves_the_others_alone(walk: Walk, state: str) -> None:
    """But for a line that was fired: it is fired wherever it is."""
    for action in ACTIONS:
        cell = await walk.cell(state, lines=1 if action in ("last", "again") else 2)
        fry, at_pass = await cell.ticket("fry"), await cell.ticket("pass")
        await cell.do(action)
        fired = {
            item["line_id"]
            for item in (await cell.ticket("grill"))["items"]
            if state == "held" and not item["held"]
        }
        if action == "fire" and state == "held":
            fired |= {"fries"}
        for before in (fry, at_pass):
            expected = before | released(before, fired, walk.clock.shown)
            assert await cell.ticket(before["station_id"]) == expected, (state, action)


def released(before: Any, fired: set[str], now: str) -> dict[str, Any]:
    if not fired & {item["line_id"] for item in before["items"]}:
        return {}
    items = [
        item | {"held": item["held"] and item["line_id"] not in fired} for item in before["items"]
    ]
    return {"status": "pending", "items": items, "updated_at": now}


@pytest.mark.parametrize("state", [state for state in STATES if state != "held"])
async def test_an_order_is_bumped_when_its_ticket_at_the_pass_is(walk: Walk, state: str) -> None:
    cell = await walk.cell(state)
    before = await cell.ticket("grill")
    assert (await cell.do("bump", "pass")).body["status"] == "bumped"
    after = await cell.ticket("grill")
    if STATUS[state] in (
        "bumped",
        "voided",
    ):  # It had left, or nobody has seen yet that it is void.
        assert after == before
    else:
        assert after == before | expected_change(before, "bump", "bumped", walk.clock.shown)
    fry = await cell.ticket("fry")
    assert (fry["status"], fry["completed_at"]) == ("bumped", walk.clock.shown)
    left = b"A-1"
    assert await walk.appliance.order("update-order", id="A-1", items=[]) == left
    assert await cell.ticket("grill") == after


@pytest.mark.parametrize("action", ["start", "ready", "recall", "done"])
async def test_nothing_else_at_the_pass_is_done_to_the_stations(walk: Walk, action: str) -> None:
    ready = {"ready": ["start"], "recall": ["start", "ready"]}
    cell = await walk.cell("pending")
    before = [await cell.ticket(station) for station in ("grill", "fry")]
    for step in (*ready.get(action, []), action):
        assert (await cell.do(step, "pass")).status == 200
    assert [await cell.ticket(station) for station in ("grill", "fry")] == before


async def test_a_void_at_the_pass_is_that_of_the_order(walk: Walk) -> None:
    cell = await walk.cell("pending")
    assert (await cell.do("void", "pass")).status == 200
    stations = ("pass", "grill", "fry")
    assert {(await cell.ticket(station))["status"] for station in stations} == {"voided"}


async def test_without_a_pass_an_order_is_bumped_when_all_its_tickets_are(tmp_path: Path) -> None:
    stations = '[[station]]\nid = "grill"\nname = "Grill"\n[[station]]\nid = "fry"\nname = "Fry"\n'
    route = '[[route]]\nstation = "fry"\nname = ["fries"]\n'
    async with running(tmp_path, stations + route) as appliance:
        items = [{"lineId": "1", "name": "Hamburger"}, {"lineId": "2", "name": "Fries"}]
        await appliance.order(id="A-1", items=items)
        await ask(appliance, "POST", ticket_path("grill", "A-1", "bump"))
        # It is open: what is added brings the ticket back, with that alone to do.
        more = [*items, {"lineId": "3", "name": "Cheeseburger"}]
        await appliance.order("update-order", id="A-1", items=more)
        (ticket,) = await appliance.tickets("grill")
        to_do = [item["line_id"] for item in ticket["items"] if not item["is_done"]]
        assert (ticket["status"], to_do) == ("pending", ["3"])
        for station in ("grill", "fry"):
            await ask(appliance, "POST", ticket_path(station, "A-1", "bump"))
        await appliance.order("update-order", id="A-1", items=items)
        assert [await appliance.tickets(station) for station in ("grill", "fry")] == [[], []]
