"""The seed's JSON to the letter: its example, all of its keys in their order, and no other."""

from pathlib import Path
from typing import Any

from appliance.api import auth
from tests.api.asking import ask
from tests.running import RunningAppliance, running

SEED_TICKET = [
    "id",
    "tenant_id",
    "location_id",
    "order_id",
    "station_id",
    "items",
    "status",
    "priority",
    "course_number",
    "order_channel",
    "order_reference",
    "customer_name",
    "server_name",
    "target_time",
    "estimated_prep_time",
    "metadata",
    "created_at",
    "started_at",
    "completed_at",
    "updated_at",
]
SEED_ITEM = [
    "menu_item_id",
    "name",
    "quantity",
    "modifiers",
    "special_instructions",
    "seat_number",
    "course",
    "is_done",
    "allergens",
]
OUR_ITEM = ["line_id", "change", "held", "unrouted", "only_modifiers"]
SEED_MODIFIER = ["modifier_id", "name", "quantity", "allergens"]
SEED_KITCHEN = """
[appliance]
tenant_id = "tenant-xyz"
location_id = "loc-789"

[[station]]
id = "station-grill"
name = "Grill"
type = "grill"

[[route]]
station = "station-grill"
name = ["*burger*"]
prep_time = "8m"
"""
SEED_ORDER: dict[str, Any] = {
    "id": "order-12345",
    "name": "Table 7",
    "mode": "For Here",
    "server": "Sarah",
    "pickupTime": "2026-01-23T12:30:00Z",
    "items": [
        {
            "id": "item-burger",
            "lineId": "1",
            "name": "Classic Burger",
            "qty": 2,
            "mods": [{"id": "mod-cheese", "name": "Cheddar"}],
            "specialInstructions": "Extra pickles",
            "seat": "Seat 1",
            "course": "Course 2",
        }
    ],
}


async def grill_ticket(appliance: RunningAppliance, **order: Any) -> Any:
    """Order by TCP; the ticket at the grill."""
    await appliance.order(**order)
    (ticket,) = await appliance.tickets("grill")
    return ticket


async def test_the_seeds_example_is_listed_with_the_seeds_values(tmp_path: Path) -> None:
    async with running(tmp_path, SEED_KITCHEN) as appliance:
        await appliance.order(**SEED_ORDER)
        token = auth.issue(
            appliance.secret, roles=["chef"], tenant="tenant-xyz", subject="x", seconds=60
        )
        path = "/api/v1/kds/stations/station-grill/tickets?status=all&limit=50"
        answer = await ask(appliance, "GET", path, token=token)
    (ticket,) = answer.body
    assert ticket == {
        "id": "ticket-1-station-grill",
        "tenant_id": "tenant-xyz",
        "location_id": "loc-789",
        "order_id": "order-12345",
        "station_id": "station-grill",
        "items": [
            {
                "menu_item_id": "item-burger",
                "name": "Classic Burger",
                "quantity": 2,
                "modifiers": [
                    {
                        "modifier_id": "mod-cheese",
                        "name": "Cheddar",
                        "quantity": 1,
                        "allergens": [],
                    }
                ],
                "special_instructions": "Extra pickles",
                "seat_number": 1,
                "course": 2,
                "is_done": False,
                "allergens": [],
                "line_id": "1",
                "change": None,
                "held": False,
                "unrouted": False,
                "only_modifiers": False,
            }
        ],
        "status": "pending",
        "priority": "normal",
        "course_number": 2,
        "order_channel": "dine_in",
        "order_reference": "Table 7",
        "customer_name": "Table 7",
        "server_name": "Sarah",
        "target_time": "2026-01-23T12:30:00Z",
        "estimated_prep_time": 480,
        "metadata": ticket["metadata"],
        "created_at": ticket["created_at"],
        "started_at": None,
        "completed_at": None,
        "updated_at": ticket["created_at"],
    }


async def test_every_key_of_the_seed_is_there_in_its_order_and_no_other(
    appliance: RunningAppliance,
) -> None:
    (full,) = [await grill_ticket(appliance, **SEED_ORDER)]
    (bare,) = [t for t in await appliance.tickets("pass") if t["order_id"] == full["order_id"]]
    for ticket in (full, bare):
        assert list(ticket) == SEED_TICKET
        assert list(ticket["items"][0]) == SEED_ITEM + OUR_ITEM
    assert list(full["items"][0]["modifiers"][0]) == SEED_MODIFIER


async def test_what_is_unknown_is_null_and_not_missing(appliance: RunningAppliance) -> None:
    ticket = await grill_ticket(appliance, id="A-1", items=[{"name": "Stew"}])
    assert list(ticket) == SEED_TICKET
    unknown = {name for name, value in ticket.items() if value is None}
    assert unknown == {
        "course_number",
        "order_reference",
        "customer_name",
        "server_name",
        "target_time",
        "estimated_prep_time",
        "started_at",
        "completed_at",
    }
    (item,) = ticket["items"]
    assert item == {
        "menu_item_id": None,
        "name": "Stew",
        "quantity": 1,
        "modifiers": [],
        "special_instructions": None,
        "seat_number": None,
        "course": None,
        "is_done": False,
        "allergens": [],
        "line_id": item["line_id"],
        "change": None,
        "held": False,
        "unrouted": True,
        "only_modifiers": False,
    }
