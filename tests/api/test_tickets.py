"""The list of a station's tickets: what it holds, page by page, under both prefixes."""

import json
from typing import Any

import pytest

from tests.api.asking import PREFIXES, Answer, ask
from tests.running import RunningAppliance

BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}


async def order_many(appliance: RunningAppliance, *order_ids: str, **more: Any) -> None:
    messages = [
        json.dumps({"order": {"id": order_id, "items": [BURGER]} | more}).encode()
        for order_id in order_ids
    ]
    await appliance.converse(*messages)


async def act(appliance: RunningAppliance, order_id: str, action: str) -> None:
    path = f"/stations/grill/orders/{order_id}/ticket/{action}"
    status, body = await appliance.call("POST", path)
    assert status == 200, body


async def listed(appliance: RunningAppliance, query: str = "", station: str = "grill") -> Answer:
    return await ask(appliance, "GET", f"{PREFIXES[0]}/stations/{station}/tickets{query}")


def order_ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [ticket["order_id"] for ticket in answer.body]


async def test_without_a_status_the_live_ones_are_listed_oldest_first(
    appliance: RunningAppliance,
) -> None:
    await order_many(appliance, "A", "B", "C", "D")
    await act(appliance, "B", "bump")
    await act(appliance, "C", "void")  # Live until a bump acknowledges it.
    assert order_ids(await listed(appliance)) == ["A", "C", "D"]


async def test_priority_goes_in_front(appliance: RunningAppliance) -> None:
    await order_many(appliance, "A", "B")
    await order_many(appliance, "C", priority=True)
    urgent = {"priority": "urgent"}
    path = "/stations/grill/orders/B/ticket/priority"
    _, ticket = await appliance.call("POST", path, json=urgent)
    assert ticket["priority"] == "urgent"
    assert order_ids(await listed(appliance)) == ["B", "C", "A"]


async def test_completed_lists_what_has_left_the_board_newest_first(
    appliance: RunningAppliance,
) -> None:
    await order_many(appliance, "A", "B", "C", "D")
    for order_id in ("B", "A"):
        await act(appliance, order_id, "bump")
    await act(appliance, "C", "void")
    await act(appliance, "C", "bump")
    gone = await listed(appliance, "?status=completed")
    assert sorted(order_ids(gone)) == ["A", "B", "C"]
    assert {t["order_id"]: t["status"] for t in gone.body} == {
        "A": "bumped",
        "B": "bumped",
        "C": "voided",
    }
    times = [ticket["updated_at"] for ticket in gone.body]
    assert times == sorted(times, reverse=True)


async def test_all_lists_both_the_live_ones_in_front(appliance: RunningAppliance) -> None:
    await order_many(appliance, "A", "B", "C")
    await act(appliance, "A", "bump")
    assert order_ids(await listed(appliance, "?status=all")) == ["B", "C", "A"]


async def test_fifty_are_listed_unless_asked_otherwise(appliance: RunningAppliance) -> None:
    everything = [f"A-{number}" for number in range(60)]
    await order_many(appliance, *everything)
    assert order_ids(await listed(appliance)) == everything[:50]
    assert order_ids(await listed(appliance, "?limit=1")) == everything[:1]
    assert order_ids(await listed(appliance, "?limit=500")) == everything


async def test_a_limit_that_is_none_is_named(appliance: RunningAppliance) -> None:
    for limit in ("0", "501", "-1", "abc", "1.5", "", "%D9%A1", "9" * 5_000):
        answer = await listed(appliance, f"?limit={limit}")
        assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
        assert answer.body["details"]["field"] == "limit"
        assert "1 to 500" in answer.body["message"]


async def test_an_unknown_status_is_named_with_those_that_are_allowed(
    appliance: RunningAppliance,
) -> None:
    answer = await listed(appliance, "?status=active")
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert answer.body["details"] == {"field": "status", "allowed": ["all", "completed"]}
    assert "completed" in answer.body["message"]


@pytest.mark.parametrize("limit", [1, 3, 7, 20])
async def test_the_cursor_walks_everything_once(appliance: RunningAppliance, limit: int) -> None:
    everything = [f"A-{number}" for number in range(20)]
    await order_many(appliance, *everything[:15])
    await order_many(appliance, *everything[15:], priority=True)
    for order_id in ("A-3", "A-11", "A-16", "A-4"):
        await act(appliance, order_id, "bump")
    seen: list[str] = []
    cursor, pages = "", 0
    while True:
        page = await listed(appliance, f"?status=all&limit={limit}{cursor}")
        assert len(page.body) <= limit
        seen += order_ids(page)
        pages += 1
        if "X-Next-Cursor" not in page.headers:
            break
        cursor = f"&cursor={page.headers['X-Next-Cursor']}"
    whole = await listed(appliance, "?status=all&limit=500")
    assert seen == order_ids(whole)
    assert sorted(seen) == sorted(everything)
    assert pages == -(-20 // limit)


async def test_a_ticket_bumped_between_two_pages_costs_no_other(
    appliance: RunningAppliance,
) -> None:
    await order_many(appliance, "A", "B", "C", "D")
    first = await listed(appliance, "?limit=2")
    await act(appliance, "A", "bump")
    second = await listed(appliance, f"?limit=2&cursor={first.headers['X-Next-Cursor']}")
    assert order_ids(first) + order_ids(second) == ["A", "B", "C", "D"]


async def test_a_made_up_cursor_is_named(appliance: RunningAppliance) -> None:
    for cursor in ("abc", "1.2", "1.2.3.4", "0.1.2", "2.1.2", "", "1.x.3", "1.2." + "9" * 5_000):
        answer = await listed(appliance, f"?cursor={cursor}")
        assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
        assert answer.body["details"]["field"] == "cursor"


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_an_unknown_station_is_not_found(appliance: RunningAppliance, prefix: str) -> None:
    answer = await ask(appliance, "GET", f"{prefix}/stations/nowhere/tickets")
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")
    assert "nowhere" in answer.body["message"]


async def test_both_prefixes_list_the_same(appliance: RunningAppliance) -> None:
    await order_many(appliance, "A", "B")
    ours, gateways = [
        await ask(appliance, "GET", f"{prefix}/stations/grill/tickets") for prefix in PREFIXES
    ]
    assert order_ids(ours) == ["A", "B"]
    assert ours.body == gateways.body
