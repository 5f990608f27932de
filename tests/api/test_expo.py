"""Whole orders as the pass asks for them, and how the stations are doing."""

from typing import Any

import pytest

from appliance.kitchen.command import CreateOrder
from appliance.kitchen.order import NOBODY, Item, Order
from tests.api.asking import PREFIXES, Answer, ask
from tests.running import RunningAppliance

BURGER = {"lineId": "1", "name": "Hamburger", "mods": ["Side Fries"]}
SALAD = {"lineId": "2", "name": "House Salad"}


async def expo(appliance: RunningAppliance, query: str = "", prefix: str = PREFIXES[0]) -> Answer:
    return await ask(appliance, "GET", f"{prefix}/expo{query}")


async def act(appliance: RunningAppliance, station: str, order_id: str, action: str) -> None:
    status, body = await appliance.call(
        "POST", f"/stations/{station}/orders/{order_id}/ticket/{action}"
    )
    assert status == 200, body


def progress(order: dict[str, Any]) -> dict[str, tuple[str, int, int]]:
    return {
        each["station_id"]: (each["status"], each["completed_count"], each["item_count"])
        for each in order["tickets"]
    }


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_an_order_shows_what_each_station_has_done(
    at_once: RunningAppliance, prefix: str
) -> None:
    await at_once.order(
        id="7", name="Jane", checkNumber="88", mode="Delivery", server="Sarah",
        deliveryService={"name": "Dash", "orderId": "D-1"}, items=[BURGER, SALAD],
    )  # fmt: skip
    (order,) = (await expo(at_once, prefix=prefix)).body
    assert progress(order) == {
        "grill": ("pending", 0, 1),
        "fry": ("pending", 0, 1),
        "cold": ("pending", 0, 1),
    }
    facts = {key: value for key, value in order.items() if key not in ("tickets", "created_at")}
    assert facts.pop("target_time") > order["created_at"]
    assert facts == {
        "order_id": "7",
        "order_reference": "Jane 88",
        "order_channel": "delivery",
        "customer_name": "Jane",
        "server_name": "Sarah",
        "total_items": 2,
        "completed_items": 0,
        "is_complete": False,
        "packaging_instructions": None,
        "assigned_runner": None,
        "delivery_label": "Dash D-1",
    }
    assert order["tickets"][0] == {
        "ticket_id": "ticket-1-grill",
        "station_id": "grill",
        "station_name": "Grill",
        "station_type": "grill",
        "status": "pending",
        "item_count": 1,
        "completed_count": 0,
    }


@pytest.mark.parametrize(
    ("cutlery", "said"), [(True, "include cutlery"), (False, "no cutlery"), (None, None)]
)
async def test_how_it_is_packed_is_said_where_the_guest_has_said_so(
    at_once: RunningAppliance, *, cutlery: bool | None, said: str | None
) -> None:
    order = Order("7", (Item("1", "Hamburger"),), cutlery=cutlery)
    at_once.expeditor.submit(CreateOrder(order, NOBODY))
    (packed,) = (await expo(at_once)).body
    assert packed["packaging_instructions"] == said
    for ticket in await at_once.tickets("pass"):
        assert ticket["metadata"].get("cutlery") is cutlery


async def test_an_item_of_two_stations_is_complete_when_both_are(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="7", items=[BURGER, SALAD])

    async def state() -> tuple[int, bool]:
        (order,) = (await expo(appliance)).body
        return order["completed_items"], order["is_complete"]

    await act(appliance, "grill", "7", "bump")
    assert await state() == (0, False)
    await act(appliance, "fry", "7", "bump")
    assert await state() == (1, False)
    await act(appliance, "cold", "7", "start")
    await act(appliance, "cold", "7", "ready")
    assert await state() == (2, True)
    await act(appliance, "pass", "7", "bump")
    assert (await expo(appliance)).body == []


async def test_the_oldest_order_comes_first_and_struck_lines_do_not_count(
    appliance: RunningAppliance,
) -> None:
    for order_id in ("8", "7"):
        await appliance.order(id=order_id, priority=order_id == "7", items=[BURGER, SALAD])
    await appliance.order("update-order", id="8", items=[BURGER])
    first, second = (await expo(appliance)).body
    assert (first["order_id"], second["order_id"]) == ("8", "7")
    assert progress(first)["cold"] == ("voided", 0, 0)
    assert first["total_items"] == 1


async def test_another_location_is_not_here(appliance: RunningAppliance) -> None:
    for path in ("/expo", "/stats", "/routing"):
        here = await ask(appliance, "GET", f"{PREFIXES[0]}{path}?location_id=default")
        assert here.status == 200
        elsewhere = await ask(appliance, "GET", f"{PREFIXES[0]}{path}?location_id=moon")
        assert (elsewhere.status, elsewhere.body["code"]) == (404, "NOT_FOUND")


async def test_a_voided_ticket_keeps_its_order_waiting_no_longer(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="7", items=[BURGER, SALAD])
    await act(appliance, "grill", "7", "void")
    for station in ("fry", "cold"):
        await act(appliance, station, "7", "bump")
    (order,) = (await expo(appliance)).body
    assert progress(order)["grill"][0] == "voided"
    assert (order["total_items"], order["completed_items"], order["is_complete"]) == (2, 2, True)


async def test_what_is_voided_counts_neither_as_an_item_nor_as_done(
    appliance: RunningAppliance,
) -> None:
    burger = BURGER | {"mods": []}
    await appliance.order(id="7", items=[burger, SALAD])
    await act(appliance, "grill", "7", "void")
    (order,) = (await expo(appliance)).body
    assert (order["total_items"], order["completed_items"], order["is_complete"]) == (1, 0, False)
    # Where nothing is left, there is nothing that could be handed out.
    await act(appliance, "cold", "7", "void")
    (order,) = (await expo(appliance)).body
    assert (order["total_items"], order["completed_items"], order["is_complete"]) == (0, 0, False)


async def test_a_token_for_one_station_sees_the_orders_of_that_one(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="7", items=[BURGER])
    await appliance.order(id="8", items=[SALAD])
    token = appliance.token("chef", stations=["cold"])
    seen = await ask(appliance, "GET", f"{PREFIXES[0]}/expo", token=token)
    assert [order["order_id"] for order in seen.body] == ["8"]
    stats = await ask(appliance, "GET", f"{PREFIXES[0]}/stats", token=token)
    assert [each["station_id"] for each in stats.body["stations"]] == ["cold"]


async def test_statistics_count_what_is_open_and_what_was_completed(
    appliance: RunningAppliance,
) -> None:
    for order_id in ("1", "2", "3"):
        await appliance.order(id=order_id, items=[BURGER])
    await act(appliance, "grill", "1", "bump")
    await act(appliance, "grill", "2", "start")
    body = (await ask(appliance, "GET", f"{PREFIXES[0]}/stats")).body
    assert body["location_id"] == "default"
    stations = {each["station_id"]: each for each in body["stations"]}
    assert list(stations) == ["grill", "fry", "cold", "pass"]
    assert stations["grill"]["open"] == {"in_progress": 1, "pending": 1}
    assert stations["grill"]["completed"] == 1
    assert 0 <= stations["grill"]["average_seconds"] <= 60
    assert 0 <= stations["grill"]["oldest_seconds"] <= 60
    assert stations["cold"] == {
        "station_id": "cold",
        "open": {},
        "oldest_seconds": None,
        "completed": 0,
        "average_seconds": None,
    }
