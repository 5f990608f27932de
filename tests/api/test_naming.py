"""How a ticket and its lines are named in a path: whatever their ids have in them."""

import pytest

from tests.api.asking import ask, ticket_path
from tests.api.walking import LEADS_TO
from tests.running import RunningAppliance

TWO_BURGERS = [{"lineId": "1", "name": "Hamburger"}, {"lineId": "2", "name": "Cheeseburger"}]


@pytest.mark.parametrize("action", [*LEADS_TO, "priority", "items/1/done", "items/1/undone"])
async def test_a_ticket_that_is_not_there_is_not_found(
    appliance: RunningAppliance, action: str
) -> None:
    await appliance.order(id="A-1", items=TWO_BURGERS)
    body = b'{"priority": "high"}'
    json_type = {"Content-Type": "application/json"}
    for station, order_id in (("grill", "A-2"), ("fry", "A-1"), ("nowhere", "A-1")):
        path = ticket_path(station, order_id, *action.split("/"))
        answer = await ask(appliance, "POST", path, data=body, headers=json_type)
        assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND"), path


@pytest.mark.parametrize(
    "order_id",
    [
        "a/b",
        "/",
        "a b",
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
    started = await ask(appliance, "POST", ticket_path("grill", order_id, "start"))
    assert (started.status, started.body.get("order_id")) == (200, order_id), started.body
    ticked = await ask(appliance, "POST", ticket_path("grill", order_id, "items", "1", "done"))
    assert (ticked.status, ticked.body["items"][0]["is_done"]) == (200, True)


@pytest.mark.parametrize("line_id", ["1/2", "a b", "%2F", "{1}", "ü", "~1234abcd.1"])
async def test_any_line_id_can_be_named_in_a_path(
    appliance: RunningAppliance, line_id: str
) -> None:
    await appliance.order(id="A-1", items=[{"lineId": line_id, "name": "Hamburger"}])
    answer = await ask(appliance, "POST", ticket_path("grill", "A-1", "items", line_id, "done"))
    assert (answer.status, answer.body["status"]) == (200, "ready"), answer.body
