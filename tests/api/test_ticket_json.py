"""How an order of the LAN protocol becomes the seed's JSON, field by field."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import inspect

from appliance.kitchen.command import CreateOrder
from appliance.kitchen.order import NOBODY, Guest, Item, Modifier, Order
from tests.api.listening import listening
from tests.running import RunningAppliance, running

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


def as_sent(metadata: dict[str, Any]) -> dict[str, Any]:
    """Without what is ours of time: see `test_timing_json.py`."""
    ours = {"queued", "lateAt", "veryLateAt"}
    return {key: value for key, value in metadata.items() if key not in ours}


async def test_all_that_has_no_place_on_a_ticket_is_in_its_metadata_as_it_was_sent(
    appliance: RunningAppliance,
) -> None:
    rest: dict[str, Any] = {
        "time": 1551454803184,
        "mode": "Pickup",
        "phoneNumber": "+16155551234",
        "optInForSms": False,
        "specialInstructions": "Allergy: sesame",
        "costs": {"total": "$ 12.00", "additionalFees": [{"amount": "$ 1.00", "name": "Bag"}]},
        "deliveryService": {"name": "Dash", "orderId": "D-9", "driverPhone": "+16155550000"},
        "prepTimeDuration": "PT30M",
        "covers": 4,
        "accessibility": {"wheelChairAccess": True},
        "retry": {"notificationUrl": "https://pos.example/r", "expiration": 60},
    }
    of_the_item: dict[str, Any] = {
        "category": "Mains",
        "price": "$ 9.00",
        "course": "Dessert",
        "courseStatus": "fire",
        "seat": "For Table",
        "components": [{"name": "patty", "count": 2}, {"name": "bun", "count": 1}],
        "itemGroup": {"id": "G-1", "name": "Lunch combo", "note": "one plate"},
    }
    mods = [{"name": "Cheddar"}, {"name": "Sauce", "components": [{"name": "cup"}]}]
    item = of_the_item | {"lineId": "1", "name": "Hamburger", "mods": mods}
    ticket = await grill_ticket(appliance, name="Jane", server="Sarah", **rest, items=[item])
    with_cups = {"mods": [{}, {"components": [{"name": "cup", "count": 1}]}]}
    assert as_sent(ticket["metadata"]) == rest | {"items": {"1": of_the_item | with_cups}}


async def test_a_pick_up_time_is_there_as_it_was_sent_and_as_it_was_understood(
    appliance: RunningAppliance,
) -> None:
    sent = ["2026-01-23T12:30:00.000Z", 1769171400000, "2026-01-23T13:30+01:00", "noon"]
    orders = [{"pickupTime": time} for time in sent]
    found = await shown(appliance, "metadata", orders)
    assert [metadata["pickupTime"] for metadata in found] == sent
    understood = "2026-01-23T12:30:00Z"
    assert [metadata.get("pickupAt") for metadata in found] == [*[understood] * 3, None]


async def test_what_was_sent_empty_is_empty_and_what_was_not_sent_is_not_there(
    appliance: RunningAppliance,
) -> None:
    texts = "phoneNumber deliveryAddress terminal vehicleColor checkNumber originSource source"
    empty = dict.fromkeys(texts.split(), "")
    item = {"category": "", "price": "", "seat": "", "course": "", "itemGroup": {}}
    ticket = await grill_ticket(
        appliance, **empty, items=[item | {"lineId": "1", "name": "Hamburger"}]
    )
    assert as_sent(ticket["metadata"]) == empty | {"items": {"1": item}}


async def test_a_card_carries_the_facts_of_its_own_lines_also_of_struck_ones(
    appliance: RunningAppliance,
) -> None:
    burger = {"lineId": "1", "name": "Hamburger", "price": "$ 9.00"}
    fries = {"lineId": "2", "name": "Fries", "price": "$ 3.00"}
    steak = {"lineId": "3", "name": "Steak", "price": "$ 20.00", "seat": "Window"}
    await appliance.order(id="A-1", items=[burger, fries, steak])
    await appliance.order("update-order", id="A-1", items=[burger, fries])
    items = {
        station: ticket["metadata"]["items"]
        for station in ("grill", "fry", "pass")
        for ticket in await appliance.tickets(station)
    }
    fires_at = items["fry"]["2"].get("firesAt")
    of_burger, of_fries = {"price": "$ 9.00"}, {"price": "$ 3.00"}
    of_steak = {"price": "$ 20.00", "seat": "Window"}
    assert items == {
        "grill": {"1": of_burger, "3": of_steak},
        "fry": {"2": of_fries | {"firesAt": fires_at}},
        "pass": {"1": of_burger, "2": of_fries, "3": of_steak},
    }


async def test_a_cancelled_order_says_so_and_a_voided_card_alone_does_not(
    appliance: RunningAppliance,
) -> None:
    await grill_ticket(appliance)
    _, voided = await appliance.call("POST", "/stations/grill/orders/A-1/ticket/void")
    assert voided["status"] == "voided"
    assert "cancelled" not in voided["metadata"]
    await appliance.order("cancel-order", id="A-1")
    (at_pass,) = await appliance.tickets("pass")
    assert at_pass["status"] == "voided"
    assert at_pass["metadata"]["cancelled"] is True


async def test_how_deep_a_modifier_is_nested_stands_beside_it(appliance: RunningAppliance) -> None:
    mods = (Modifier("Cheddar"), Modifier("Side Fries"), Modifier("No salt", level=1))
    order = Order("A-1", (Item("1", "Hamburger", mods=mods),))
    appliance.expeditor.submit(CreateOrder(order, NOBODY))
    for station, names in (("grill", ["Cheddar", "Side Fries", "No salt"]),
                           ("fry", ["Side Fries", "No salt"])):  # fmt: skip
        (ticket,) = await appliance.tickets(station)
        assert [mod["name"] for mod in ticket["items"][0]["modifiers"]] == names
        beside = ticket["metadata"]["items"]["1"]["mods"]
        assert [mod.get("level", 0) for mod in beside] == [0, 0, 1][-len(names) :]


async def test_every_field_of_an_order_comes_back_on_every_path(tmp_path: Path) -> None:
    """By every command and in every answer: an order with all that the structs can hold."""
    numbers = itertools.count(1_000)
    created = _full_order(numbers)
    updated, amended = (_full_order(numbers) | {"id": created["id"]} for _ in range(2))
    async with running(tmp_path) as appliance:
        ticket = await grill_ticket(appliance, **created)
        assert _lost(created, ticket) == []
        for command, order in (("update-order", updated), ("partial-update-order", amended)):
            assert await appliance.order(command, **order) == created["id"].encode()
            (listed,) = await appliance.tickets("grill")
            assert _lost(order, listed) == []
        async with listening(appliance, "?station_id=grill") as listener:
            (shown_first,) = (await listener.snapshot()).body["payload"]["tickets"]
            path = f"/stations/grill/orders/{created['id']}/ticket"
            _, answered = await appliance.call("POST", f"{path}/start")
            heard = (await listener.ticket()).body["payload"]["ticket"]
    async with running(tmp_path) as appliance:
        (after_restart,) = await appliance.tickets("grill")
        await appliance.order("cancel-order", id=created["id"])
        (cancelled,) = await appliance.tickets("grill")
    for ticket in (shown_first, answered, heard, after_restart, cancelled):
        assert _lost(amended, ticket) == []
        assert ticket["priority"] == "high"


def _full_order(numbers: Iterator[int]) -> dict[str, Any]:
    """An order with every field that an order and its guest have, no two values alike."""
    order: dict[str, Any] = _sample(inspect.type_info(Order), "order", numbers)
    guest = _sample(inspect.type_info(Guest), "guest", numbers)
    # What a message does not have under that name, or not with any text.
    del order["pickupAt"], order["via"], guest["itemInstructions"], guest["groupNotes"]
    for of_a_channel in ("asap", "brand", "channelAccount", "channelOrder", "cutlery"):
        order.pop(of_a_channel, None)
    for mod in (mod for item in order["items"] for mod in item["mods"]):
        del mod["level"]  # As all of these: it is what channels send.
    order["deliveryService"]["driverPhone"] = guest.pop("driverPhone")
    for item, status in zip(order["items"], ("hold", "fire"), strict=True):
        item["courseStatus"] = status
        item["specialInstructions"] = f"instructions {next(numbers)}"
        item["itemGroup"]["note"] = f"note {next(numbers)}"
    return {**order, **guest}


def _sample(kind: inspect.Type, name: str, numbers: Iterator[int]) -> Any:
    """A value of a type, as JSON has it, with all that a struct can hold."""
    match kind:
        case inspect.StructType(fields=fields):
            return {f.encode_name: _sample(f.type, f.encode_name, numbers) for f in fields}
        case inspect.VarTupleType(item_type=item):
            return [_sample(item, name, numbers) for _ in range(2)]
        case inspect.UnionType(types=types):
            given = [other for other in types if not isinstance(other, inspect.NoneType)]
            return _sample(given[0], name, numbers)
        case inspect.DictType():
            return {name: f"{name} {next(numbers)}"}
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType():
            return next(numbers)
        case inspect.StrType():
            return f"{name} {next(numbers)}"
    raise TypeError(kind)


def _lost(sent: dict[str, Any], ticket: Any) -> list[tuple[str, object]]:
    """What was sent and is not on the ticket: every text and number under whatever key."""
    there = set(_leaves("", ticket))
    values = {value for _key, value in there if not isinstance(value, bool)}
    return [
        (key, value)
        for key, value in _leaves("", sent)
        if (key, value) not in there
        and (isinstance(value, bool) or value not in values)
        and key != "priority"
    ]


def _leaves(key: str, value: Any) -> Iterator[tuple[str, object]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _leaves(name, inner)
        case list():
            for inner in value:
                yield from _leaves(key, inner)
        case _:
            yield key, value


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


async def test_what_a_struck_line_brought_goes_with_it(appliance: RunningAppliance) -> None:
    burger, steak = ({"lineId": name, "name": name, "price": "$1"} for name in ("Burger", "Steak"))
    await appliance.order(id="A-1", items=[burger, steak])
    await appliance.order("update-order", id="A-1", items=[burger])
    (struck,) = await appliance.tickets("grill")
    assert set(struck["metadata"]["items"]) == {"Burger", "Steak"}
    _, bumped = await appliance.call("POST", "/stations/grill/orders/A-1/ticket/bump")
    assert set(bumped["metadata"]["items"]) == {"Burger"}
