"""What a cook does to a ticket: each action's 200, 409 and 404, and every way to name it."""

import json
from typing import Any

import pytest

from tests.api.asking import PREFIXES, ask, ticket_path
from tests.running import RunningAppliance

TWO_BURGERS = [{"lineId": "1", "name": "Hamburger"}, {"lineId": "2", "name": "Cheeseburger"}]
PATHS: dict[str, list[str]] = {
    "pending": [],
    "in_progress": ["start"],
    "ready": ["start", "ready"],
    "recalled": ["bump", "recall"],
    "bumped": ["bump"],
    "voided": ["void"],
    "held": [],
}
"""Actions that lead a new ticket to each state."""

# Source: ticket API design page, table of actions. What is not allowed is 409.
LEADS_TO = {
    "start": {"held", "pending", "recalled"},
    "ready": {"in_progress"},
    "bump": {"held", "pending", "in_progress", "ready", "recalled"},
    "recall": {"ready", "bumped"},
    "void": {"held", "pending", "in_progress", "ready", "recalled"},
}
TARGET = {
    "start": "in_progress",
    "ready": "ready",
    "bump": "bumped",
    "recall": "recalled",
    "void": "voided",
}


async def ticket_in(appliance: RunningAppliance, state: str, order_id: str = "A-1") -> Any:
    """A new ticket at the grill, brought to that state."""
    held = {"courseStatus": "hold"} if state == "held" else {}
    await appliance.order(id=order_id, items=[item | held for item in TWO_BURGERS])
    for action in PATHS[state]:
        await act(appliance, action, order_id)
    (ticket,) = await appliance.tickets("grill", status="all")
    assert ticket["status"] == state
    return ticket


async def act(
    appliance: RunningAppliance, action: str, order_id: str = "A-1", **body: str
) -> tuple[int, Any]:
    answer = await ask(
        appliance,
        "POST",
        ticket_path("grill", order_id, *action.split("/")),
        data=json.dumps(body).encode() if body else None,
        headers={"Content-Type": "application/json"} if body else {},
    )
    return answer.status, answer.body


@pytest.mark.parametrize("action", TARGET)
@pytest.mark.parametrize("state", PATHS)
async def test_every_action_from_every_state_does_what_the_table_says(
    appliance: RunningAppliance, state: str, action: str
) -> None:
    before = await ticket_in(appliance, state)
    status, body = await act(appliance, action)
    (after,) = await appliance.tickets("grill", status="all")
    if state in LEADS_TO[action]:
        assert (status, body["status"]) == (200, TARGET[action])
        assert body == after
    elif state == TARGET[action]:  # Buttons and networks repeat themselves.
        assert (status, body) == (200, before)
        assert after == before
    elif (state, action) == ("voided", "bump"):  # Seen and cleared away.
        assert (status, body["status"]) == (200, "voided")
        assert await appliance.tickets("grill") == []
    else:
        assert (status, body["code"]) == (409, "CONFLICT")
        assert body["details"] == {"from": state, "to": TARGET[action]}
        assert after == before


async def test_stamps_are_set_by_start_and_bump_and_cleared_by_recall(
    appliance: RunningAppliance,
) -> None:
    await ticket_in(appliance, "pending")
    _, started = await act(appliance, "start")
    assert started["started_at"]
    assert started["completed_at"] is None
    _, ready = await act(appliance, "ready")
    assert [item["is_done"] for item in ready["items"]] == [True, True]
    _, bumped = await act(appliance, "bump")
    assert bumped["completed_at"]
    _, recalled = await act(appliance, "recall")
    assert recalled["completed_at"] is None
    assert recalled["started_at"] == started["started_at"]
    assert [item["is_done"] for item in recalled["items"]] == [False, False]


@pytest.mark.parametrize("action", [*TARGET, "priority", "items/1/done", "items/1/undone"])
async def test_a_ticket_that_is_not_there_is_not_found(
    appliance: RunningAppliance, action: str
) -> None:
    await ticket_in(appliance, "pending")
    body = b'{"priority": "high"}'
    json_type = {"Content-Type": "application/json"}
    for station, order_id in (("grill", "A-2"), ("fry", "A-1"), ("nowhere", "A-1")):
        path = ticket_path(station, order_id, *action.split("/"))
        answer = await ask(appliance, "POST", path, data=body, headers=json_type)
        assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND"), path


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_the_gateways_six_endpoints_answer_under_both_prefixes(
    appliance: RunningAppliance, prefix: str
) -> None:
    await ticket_in(appliance, "pending")
    for action, data, status in (
        ("start", None, "in_progress"),
        ("ready", None, "ready"),
        ("recall", None, "recalled"),
        ("priority", b'{"priority":"high"}', "recalled"),
        ("bump", None, "bumped"),
        ("recall", None, "recalled"),
        ("void", None, "voided"),
    ):
        path = ticket_path("grill", "A-1", action, prefix=prefix)
        answer = await ask(appliance, "POST", path, data=data)
        assert (answer.status, answer.body["status"]) == (200, status), action


@pytest.mark.parametrize(
    "order_id",
    [
        "a/b",
        "/",
        "a b",
        " ",
        "100%",
        "%2F",
        "%252F",
        "%zz",
        "a?b#c&d=e",
        "a+b",
        "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
        "Tisch 7 — Müller",
        "注文-7",
        "🍔",
        "a\nb",
        'a"b\\c',
        "~.a_b-c;v=1,2:3@4!$'()*",
        "x" * 200,
    ],
)
async def test_any_order_id_can_be_named_in_a_path(
    appliance: RunningAppliance, order_id: str
) -> None:
    reply = await appliance.order(id=order_id, items=TWO_BURGERS)
    assert reply.decode() == order_id
    status, ticket = await act(appliance, "start", order_id)
    assert (status, ticket.get("order_id")) == (200, order_id), ticket
    status, ticket = await act(appliance, "items/1/done", order_id)
    assert (status, ticket["items"][0]["is_done"]) == (200, True)


@pytest.mark.parametrize("line_id", ["1/2", "a b", "%2F", "{1}", "ü", "~1234abcd.1"])
async def test_any_line_id_can_be_named_in_a_path(
    appliance: RunningAppliance, line_id: str
) -> None:
    await appliance.order(id="A-1", items=[{"lineId": line_id, "name": "Hamburger"}])
    answer = await ask(appliance, "POST", ticket_path("grill", "A-1", "items", line_id, "done"))
    assert (answer.status, answer.body["status"]) == (200, "ready"), answer.body


async def test_the_first_line_done_starts_a_ticket_and_the_last_makes_it_ready(
    appliance: RunningAppliance,
) -> None:
    await ticket_in(appliance, "pending")
    status, ticket = await act(appliance, "items/1/done")
    assert (status, ticket["status"]) == (200, "in_progress")
    assert [item["is_done"] for item in ticket["items"]] == [True, False]
    assert ticket["started_at"]
    status, ticket = await act(appliance, "items/2/done")
    assert (status, ticket["status"]) == (200, "ready")
    status, ticket = await act(appliance, "items/2/undone")
    assert (status, ticket["status"]) == (200, "in_progress")
    status, again = await act(appliance, "items/2/undone")
    assert (status, again) == (200, ticket)
    assert (await act(appliance, "items/9/done"))[0] == 404


@pytest.mark.parametrize("state", ["bumped", "voided"])
async def test_lines_of_a_finished_ticket_stay_as_they_are(
    appliance: RunningAppliance, state: str
) -> None:
    await ticket_in(appliance, state)
    status, body = await act(appliance, f"items/1/{'undone' if state == 'bumped' else 'done'}")
    assert (status, body["code"], body["details"]["from"]) == (409, "CONFLICT", state)


@pytest.mark.parametrize("state", ["held", "pending", "in_progress", "ready", "recalled"])
async def test_priority_changes_the_priority_of_a_live_ticket_and_nothing_else(
    appliance: RunningAppliance, state: str
) -> None:
    before = await ticket_in(appliance, state)
    for priority in ("high", "urgent", "normal", "normal"):
        status, after = await act(appliance, "priority", priority=priority)
        expected = before | {"priority": priority, "updated_at": after["updated_at"]}
        assert (status, after) == (200, expected)


@pytest.mark.parametrize("state", ["bumped", "voided"])
async def test_priority_of_a_finished_ticket_is_a_conflict(
    appliance: RunningAppliance, state: str
) -> None:
    await ticket_in(appliance, state)
    status, body = await act(appliance, "priority", priority="high")
    assert (status, body["code"], body["details"]["from"]) == (409, "CONFLICT", state)


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
