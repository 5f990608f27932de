"""What a cook does to a ticket: every action in every state, over HTTP, cell by cell."""

import re

import pytest

from appliance.kitchen.working import TRANSITIONS
from tests.api.asking import PREFIXES, ask, ticket_path
from tests.api.walking import (
    ACTIONS,
    CELLS,
    GATEWAY,
    LEADS_TO,
    LIVE,
    OURS,
    PAGE,
    STATES,
    STATUS,
    Walk,
    expected_change,
)
from tests.running import RunningAppliance


def test_the_table_is_what_the_page_says() -> None:
    for row in PAGE.strip().splitlines():
        said, sources, target, _stamps = (part.strip() for part in row.strip("|").split("|"))
        action = said.split()[0]
        anything = {"any live state", "any but bumped, voided"}
        allowed = LIVE if sources in anything else {*re.findall(r"\w+", sources)} & {*STATES}
        if action == "item":
            ends = {CELLS[state, mark] for state in LIVE for mark in ("done", "last")}
            assert CELLS["held", "done"] == "held"
            assert ends - {"=", "held"} == {*re.findall("`([a-z_]+)`", target)}
            ends = {CELLS[state, mark] for state in LIVE for mark in ("undone", "again")}
            assert ends == {"=", "in_progress"}
            continue
        for state in STATES:
            cell, named = CELLS[state, action], (action, state)
            if state in allowed:
                assert cell == (state if target == "same" else target), named
            elif STATUS[state] == target or action == "fire" or named == ("bump", "seen"):
                assert cell == "=", named
            elif named == ("bump", "voided"):
                assert cell == "voided"
            else:
                assert cell == "-", named


def test_the_kitchen_goes_by_the_table() -> None:
    for action, (sources, target) in TRANSITIONS.items():
        # Of what is held that depends on its lines: what starts by itself, what was bumped before.
        beside = {"late", "seen", *(["held"] if action in ("bump", "recall") else [])}
        cells = {state: CELLS[state, action] for state in STATES if state not in beside}
        assert target == LEADS_TO[action]
        assert sources - beside == {state for state, cell in cells.items() if cell == target}, (
            action
        )
    assert set(TRANSITIONS) == set(LEADS_TO)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("prefix", PREFIXES)
async def test_every_action_does_what_the_table_says(walk: Walk, state: str, prefix: str) -> None:
    for action in ACTIONS:
        if prefix == GATEWAY and action not in (*LEADS_TO, "priority"):
            continue
        cell = await walk.cell(state, lines=1 if action in ("last", "again") else 2)
        before = await cell.ticket("grill")
        expected = CELLS[state, action]
        answer = await cell.do(action, prefix=prefix)
        after = await cell.ticket("grill")
        named = (state, action)
        if expected == "-":
            assert (answer.status, answer.body["code"]) == (409, "CONFLICT"), named
            states = {"from": STATUS[state], "to": LEADS_TO.get(action)}
            details = {"reason": "wrong_state", **states}
            assert answer.body["details"] == details, named
        else:
            assert answer.status == 200, named
            assert answer.body == after or action == "fire", named
        if expected in ("-", "="):
            assert after == before, named
        else:
            changed = expected_change(before, action, expected, walk.clock.shown)
            assert after == before | changed, named
        gone = after["status"] == "bumped" or state == "seen" or named == ("voided", "bump")
        assert await cell.is_on_board() is not gone, named


@pytest.mark.parametrize("state", STATES)
async def test_the_gateway_has_its_six_endpoints_and_no_more(walk: Walk, state: str) -> None:
    for action in ("done", "undone", "fire"):
        cell = await walk.cell(state)
        before = await cell.ticket("grill")
        answer = await cell.do(action, prefix=GATEWAY)
        assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")
        assert await cell.ticket("grill") == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("prefix", PREFIXES)
async def test_every_priority_in_every_state(walk: Walk, state: str, prefix: str) -> None:
    for wanted in ("normal", "high", "urgent"):
        cell = await walk.cell(state)
        before = await cell.ticket("grill")
        answer = await cell.do("priority", prefix=prefix, priority=wanted)
        after = await cell.ticket("grill")
        if wanted == "normal":  # As it is already.
            assert (answer.status, answer.body, after) == (200, before, before)
        elif CELLS[state, "priority"] == "-":
            assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
            assert answer.body["details"]["from"] == STATUS[state]
            assert after == before
        else:
            expected = before | {"priority": wanted, "updated_at": walk.clock.shown}
            assert (answer.status, answer.body, after) == (200, expected, expected)


async def test_of_what_is_held_a_bump_completes_what_was_fired(walk: Walk) -> None:
    first = {"lineId": "1", "name": "Hamburger", "course": "1", "courseStatus": "fire"}
    second = {"lineId": "2", "name": "Hamburger", "course": "2", "courseStatus": "hold"}
    await walk.appliance.order(id="A-1", items=[first, second])
    answer = await ask(walk.appliance, "POST", ticket_path("grill", "A-1", "bump"))
    flags = [(item["is_done"], item["held"]) for item in answer.body["items"]]
    assert (answer.body["status"], flags) == ("held", [(True, False), (False, True)])
    assert answer.body["completed_at"] is None
    fired = await ask(
        walk.appliance,
        "POST",
        f"{OURS}/courses/fire",
        data=b'{"order_id":"A-1","course_number":2}',
    )
    assert {each["station_id"]: each["status"] for each in fired.body}["grill"] == "pending"


async def test_the_first_line_done_starts_a_ticket_and_the_last_makes_it_ready(
    walk: Walk,
) -> None:
    cell = await walk.cell("pending")
    path = ticket_path("grill", "A-1", "items")
    seen = []
    for line, mark in (("1", "done"), ("2", "done"), ("2", "undone"), ("2", "undone")):
        answer = await ask(walk.appliance, "POST", f"{path}/{line}/{mark}")
        flags = [item["is_done"] for item in answer.body["items"]]
        seen.append((answer.status, answer.body["status"], flags))
    assert seen == [
        (200, "in_progress", [True, False]),
        (200, "ready", [True, True]),
        (200, "in_progress", [True, False]),
        (200, "in_progress", [True, False]),
    ]
    assert (await cell.ticket("grill"))["started_at"] == walk.clock.shown
    assert (await ask(walk.appliance, "POST", f"{path}/9/done")).status == 404


async def test_firing_a_course_fires_it_and_those_below_at_every_station(
    appliance: RunningAppliance,
) -> None:
    items = [
        {"lineId": "1", "name": "Fries", "course": "Course 1", "courseStatus": "hold"},
        {"lineId": "2", "name": "Hamburger", "course": "Course 2", "courseStatus": "hold"},
        {"lineId": "3", "name": "Lemon Tart", "course": "Course 3", "courseStatus": "hold"},
    ]
    await appliance.order(id="A-1", items=items)
    body = {"order_id": "A-1", "course_number": 2}
    status, fired = await appliance.call("POST", "/courses/fire", json=body)
    assert status == 200
    states = {ticket["station_id"]: ticket["status"] for ticket in fired}
    assert states == {"grill": "pending", "fry": "pending", "pass": "pending"}
    (cold,) = await appliance.tickets("cold")
    assert cold["status"] == "held"
    status, again = await appliance.call("POST", "/courses/fire", json=body)
    assert (status, again) == (200, [])


async def test_firing_a_course_of_an_unknown_order_is_not_found(
    appliance: RunningAppliance,
) -> None:
    body = {"order_id": "A-1", "course_number": 2}
    status, error = await appliance.call("POST", "/courses/fire", json=body)
    assert (status, error["code"]) == (404, "NOT_FOUND")
