"""How an order of the LAN protocol becomes the seed's JSON, field by field."""

import re
from typing import Any

from tests.running import RunningAppliance

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


async def grill_ticket(appliance: RunningAppliance, **order: Any) -> Any:
    """Order by TCP; the ticket at the grill."""
    defaults: dict[str, Any] = {"id": "A-1", "items": [{"name": "Hamburger"}]}
    await appliance.order(**(defaults | order))
    (ticket,) = await appliance.tickets("grill")
    return ticket


async def test_times_are_utc_to_the_second_and_arrival_is_ours(
    appliance: RunningAppliance,
) -> None:
    ticket = await grill_ticket(appliance, time=1551454803184)  # The sender's 2019.
    _, started = await appliance.call("POST", "/stations/grill/orders/A-1/ticket/start")
    _, bumped = await appliance.call("POST", "/stations/grill/orders/A-1/ticket/bump")
    for name in ("created_at", "started_at", "completed_at", "updated_at", "target_time"):
        assert TIME.fullmatch(bumped[name]), name
    assert started["started_at"] == bumped["started_at"]
    assert ticket["created_at"] > "2019-12-31"


async def shown(appliance: RunningAppliance, key: str, orders: list[dict[str, Any]]) -> list[Any]:
    """That key of the tickets of these orders."""
    for number, order in enumerate(orders):
        await appliance.order(id=f"A-{number}", items=[{"name": "Hamburger"}], **order)
    return [ticket[key] for ticket in await appliance.tickets("grill")]


async def test_source_and_check_number_are_appended_to_the_name(
    appliance: RunningAppliance,
) -> None:
    table: list[tuple[dict[str, str], str | None]] = [
        ({"name": "Jane"}, "Jane"),
        ({"name": "Jane", "originSource": "Web"}, "Jane Web"),
        ({"name": "Jane", "originSource": "Web", "checkNumber": "88"}, "Jane Web 88"),
        ({"name": "Jane", "checkNumber": "88"}, "Jane 88"),
        ({"name": "", "checkNumber": "88"}, "88"),
        ({}, None),
    ]
    references = await shown(appliance, "order_reference", [sent for sent, _ in table])
    assert references == [reference for _, reference in table]


async def test_modes_become_channels_by_the_table(appliance: RunningAppliance) -> None:
    table = {
        "For Here": "dine_in",
        "ToGo": "takeout",
        "Pickup": "pickup",
        "DriveThru": "drive_thru",
        "Delivery": "delivery",
        "Curbside": "curbside",
        "CurbSide": "curbside",
        "for here": "dine_in",
        "to-go": "takeout",
        "Room Service": "room_service",
        None: "dine_in",
        "外带": "外带",
        "!?": None,
    }
    channels = await shown(appliance, "order_channel", [{"mode": mode} for mode in table])
    assert channels == list(table.values())


async def test_seat_and_course_are_the_first_numbers_in_their_texts(
    appliance: RunningAppliance,
) -> None:
    items = [
        {"lineId": "1", "name": "Hamburger", "course": "Course 3", "seat": "Seat 12 of 14"},
        {"lineId": "2", "name": "Hamburger", "course": "2. course", "seat": "For Table"},
        {"lineId": "3", "name": "Hamburger", "course": "Starter"},
    ]
    ticket = await grill_ticket(appliance, items=items)
    assert [(i["course"], i["seat_number"]) for i in ticket["items"]] == [
        (3, 12),
        (2, None),
        (None, None),
    ]
    assert ticket["course_number"] == 2
    done = "/stations/grill/orders/A-1/ticket/items/2/done"
    _, ticket = await appliance.call("POST", done)
    assert ticket["course_number"] == 3  # The lowest among those that are still open.


async def test_target_is_arrival_and_the_longest_preparation_where_nothing_is_promised(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[{"name": "Fries"}, {"name": "Hamburger"}])
    (fries,) = await appliance.tickets("fry")
    assert fries["estimated_prep_time"] == 240
    minutes = int(fries["target_time"][14:16]) - int(fries["created_at"][14:16])
    assert minutes % 60 == 8


async def test_all_that_has_no_place_on_a_ticket_is_in_its_metadata(
    appliance: RunningAppliance,
) -> None:
    ticket = await grill_ticket(
        appliance,
        phoneNumber="+16155551234",
        specialInstructions="Allergy: sesame",
        costs={"total": "$ 12.00", "additionalFees": [{"amount": "$ 1.00", "name": "Bag"}]},
        deliveryService={"name": "Dash", "orderId": "D-9", "driverPhone": "+16155550000"},
        covers=4,
        items=[{"lineId": "1", "name": "Hamburger", "price": "$ 9.00", "course": "Course 1"}],
    )
    metadata = ticket["metadata"]
    assert metadata["phoneNumber"] == "+16155551234"
    assert metadata["specialInstructions"] == "Allergy: sesame"
    assert metadata["costs"]["additionalFees"] == [{"amount": "$ 1.00", "name": "Bag"}]
    assert metadata["deliveryService"] == {
        "name": "Dash",
        "orderId": "D-9",
        "driverPhone": "+16155550000",
    }
    assert metadata["covers"] == 4
    assert metadata["items"] == {"1": {"price": "$ 9.00", "course": "Course 1"}}


async def test_an_update_marks_what_it_added_changed_and_struck(
    appliance: RunningAppliance,
) -> None:
    def lines(*names: str) -> list[dict[str, str]]:
        return [{"lineId": str(n), "name": name} for n, name in enumerate(names) if name]

    await grill_ticket(appliance, items=lines("Hamburger", "Steak"))
    await appliance.order(
        "update-order", id="A-1", items=lines("Cheeseburger", "", "Chicken burger")
    )
    (ticket,) = await appliance.tickets("grill")
    changes = {item["name"]: item["change"] for item in ticket["items"]}
    assert changes == {"Cheeseburger": "edited", "Steak": "deleted", "Chicken burger": "added"}


async def test_held_lines_say_so(appliance: RunningAppliance) -> None:
    items = [
        {"lineId": "1", "name": "Hamburger", "courseStatus": "Fired"},
        {"lineId": "2", "name": "Steak", "courseStatus": "Hold"},
    ]
    ticket = await grill_ticket(appliance, items=items)
    assert [item["held"] for item in ticket["items"]] == [False, True]
    assert ticket["status"] == "pending"
