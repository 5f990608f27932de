"""What a LAN screen is to show of an order, as bytes that the protocol has."""

import json
from typing import Any

from msgspec.structs import replace

from appliance.kitchen.command import ActOnTicket, CreateOrder, FireCourse, UpdateOrder
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import (
    NOBODY,
    Component,
    Costs,
    DeliveryService,
    Guest,
    Item,
    ItemGroup,
    Modifier,
    Order,
)
from appliance.kitchen.rule import Rule
from appliance.kitchen.settings import Settings
from appliance.screens import message
from tests.kitchen.orders import AT_ONCE, RULES, TOGETHER, after, do, item, new_kitchen

HEAD = {"name": "7", "time": 1, "mode": "For Here", "priority": False}


def made(kitchen: Kitchen, *stations: str, order_id: str = "7") -> dict[str, Any] | None:
    """What a screen of these stations is sent."""
    found = kitchen.tickets_of(order_id)
    tickets = [ticket for ticket, _ in found if ticket.station in stations]
    content = message.content(found[0][1], tickets, kitchen.router.passes, ("HUB",))
    if content is None:
        return None
    sent = json.loads(message.create(order_id, content))
    assert (sent["command"], sent["via"], sent["order"].pop("id")) == (
        "create-order",
        ["HUB"],
        order_id,
    )
    order: dict[str, Any] = sent["order"]
    return order


def kitchen_with(
    *items: Item, guest: Guest = NOBODY, settings: Settings = AT_ONCE, **more: Any
) -> Kitchen:
    kitchen = new_kitchen(settings=settings)
    order = Order("7", items, time=1, **more)
    do(kitchen, CreateOrder(order, guest))
    return kitchen


def lines(kitchen: Kitchen, *stations: str) -> list[tuple[str, str | None]]:
    """Ids of lines and their course status."""
    order = made(kitchen, *stations)
    return [(each["lineId"], each.get("courseStatus")) for each in order["items"]] if order else []


def test_everything_that_a_cook_has_to_know() -> None:
    burger = Item(
        "1",
        "Burger",
        2,
        id="PLU-1",
        category="Mains",
        price="$9",
        mods=(
            Modifier("No onion", "M-1"),
            Modifier("Patty", qty=2, components=(Component("Beef"),)),
        ),
        course="Course 1",
        course_status="straightFire",
        seat="Seat 3",
        components=(Component("Bun", 1),),
        item_group=ItemGroup("G", "Combo 1"),
    )
    guest = Guest(
        "Ann",
        phone_number="+1555",
        delivery_address="Elm St",
        special_instructions="quick",
        vehicle_model="Mini",
        vehicle_color="red",
        driver_phone="+1666",
        customer_arrived_url="https://x",
        item_instructions={"1": "rare"},
        group_notes={"1": "shared"},
    )
    kitchen = kitchen_with(
        burger,
        guest=guest,
        mode="Delivery",
        pickup_time="2026-03-02T18:05:00Z",
        pickup_at=after(300).at,
        server="Bob",
        terminal="T1",
        priority=True,
        check_number="12",
        origin_source="Web",
        costs=Costs(total="$9"),
        delivery_service=DeliveryService("Wolt", "W-1"),
        delivery_handoff=True,
        opt_in_for_sms=False,
        covers=4,
    )
    expected = {
        "name": "Ann",
        "time": 1,
        "pickupTime": "2026-03-02T18:05:00Z",
        "mode": "Delivery",
        "server": "Bob",
        "terminal": "T1",
        "specialInstructions": "quick",
        "priority": True,
        "checkNumber": "12",
        "originSource": "Web",
        "covers": 4,
        "vehicleModel": "Mini",
        "vehicleColor": "red",
        "deliveryHandoff": True,
        "deliveryService": {"name": "Wolt", "orderId": "W-1"},
        "items": [
            {
                "lineId": "1",
                "name": "Burger",
                "qty": 2,
                "id": "PLU-1",
                "category": "Mains",
                "mods": [
                    {"name": "No onion", "id": "M-1", "qty": 1},
                    {"name": "Patty", "qty": 2, "components": [{"name": "Beef", "count": 1}]},
                ],
                "course": "Course 1",
                "courseStatus": "straightFire",
                "seat": "Seat 3",
                "components": [{"name": "Bun", "count": 1}],
                "itemGroup": {"id": "G", "name": "Combo 1", "note": "shared"},
                "specialInstructions": "rare",
            }
        ],
    }
    assert made(kitchen, "grill") == expected
    of_pass = {
        "phoneNumber": "+1555",
        "optInForSms": False,
        "deliveryAddress": "Elm St",
        "deliveryService": {"name": "Wolt", "orderId": "W-1", "driverPhone": "+1666"},
    }
    assert made(kitchen, "pass") == expected | of_pass
    assert made(kitchen, "grill", "pass") == expected | of_pass


def test_what_the_protocol_requires_is_there_though_it_was_not_sent() -> None:
    kitchen = new_kitchen()
    do(kitchen, CreateOrder(Order("7", (Item("1", "Burger"),)), Guest()), after(5))
    assert made(kitchen, "grill") == {
        "name": "7",
        "time": after(5).at,
        "mode": "For Here",
        "priority": False,
        "items": [{"lineId": "1", "name": "Burger", "qty": 1, "mods": []}],
    }


def test_what_came_in_another_type_is_of_the_one_that_is_documented() -> None:
    for time, told in ((1551454803184, 1551454803184), ("1551454803184", 1551454803184)):
        kitchen = new_kitchen()
        order = Order("7", (item("1"),), time=time, delivery_service=DeliveryService())
        do(kitchen, CreateOrder(order, Guest()), after(5))
        made_of_it = made(kitchen, "grill")
        assert made_of_it is not None
        assert (made_of_it["time"], made_of_it["deliveryService"]) == (
            told,
            {"name": "", "orderId": ""},
        )
    for text in ("2019-03-01T15:40:03", "soon"):
        kitchen = new_kitchen()
        do(kitchen, CreateOrder(Order("7", (item("1"),), time=text), Guest()), after(5))
        assert (made(kitchen, "grill") or {})["time"] == after(5).at
    at = after(300).at
    for sent in (at, f"{at}"):
        kitchen = kitchen_with(item("1"), pickup_time=sent, pickup_at=at)
        assert (made(kitchen, "grill") or {})["pickupTime"] == "2026-03-02T18:05:00.000Z"


def test_lines_that_are_done_or_gone_are_left_out() -> None:
    kitchen = kitchen_with(item("1"), item("2"), item("3", course=2, status="hold"))
    do(kitchen, ActOnTicket("grill", "7", "bump"), after(10))
    assert lines(kitchen, "grill") == [("3", "hold")]
    gone = UpdateOrder(Order("7", (item("1"), item("2")), time=1), Guest())
    do(kitchen, gone, after(20))
    assert made(kitchen, "grill") is None


def test_nothing_is_left_of_what_is_bumped_or_voided() -> None:
    for action in ("bump", "void"):
        kitchen = kitchen_with(item("1"))
        do(kitchen, ActOnTicket("grill", "7", action), after(10))
        assert made(kitchen, "grill") is None


def test_each_line_is_there_once_and_as_long_as_anybody_has_it() -> None:
    kitchen = kitchen_with(item("2", "Combo"), item("1", "Burger"))
    assert lines(kitchen, "grill", "fry", "pass") == [("2", None), ("1", None)]
    do(kitchen, ActOnTicket("grill", "7", "bump"), after(10))
    assert lines(kitchen, "grill", "fry") == [("2", None)]


def test_a_course_waits_and_is_fired() -> None:
    kitchen = kitchen_with(item("1", course=1), item("2", course=2, status="hold"))
    assert lines(kitchen, "grill") == [("1", None), ("2", "hold")]
    do(kitchen, FireCourse("7", 2), after(10))
    assert lines(kitchen, "grill") == [("1", None), ("2", "fire")]


def test_what_waits_to_be_finished_together_is_held_and_fired() -> None:
    kitchen = kitchen_with(item("1", "Burger"), item("2", "Fries"), settings=TOGETHER)
    assert lines(kitchen, "fry") == [("2", "hold")]
    do(kitchen, ActOnTicket("fry", "7", "start"), after(10))
    assert lines(kitchen, "fry") == [("2", "fire")]
    assert lines(kitchen, "grill") == [("1", None)]


def test_of_an_item_whose_modifiers_are_made_alone_there_are_only_these() -> None:
    fries = Rule("r", "fry", modifier=("side*",), takes="modifier")
    kitchen = new_kitchen(rules=(*RULES, fries))
    burger = replace(item("1", "Burger", "No onion", "Side Fries"), components=(Component("Bun"),))
    do(kitchen, CreateOrder(Order("7", (burger,), time=1), Guest()))
    at_fry, at_grill, everywhere = (
        made(kitchen, *stations) for stations in (["fry"], ["grill"], ["grill", "fry"])
    )
    assert at_fry is not None
    assert at_fry["items"] == [
        {"lineId": "1", "name": "Burger", "qty": 1, "mods": [{"name": "Side Fries", "qty": 1}]}
    ]
    assert at_grill == everywhere
    assert at_grill is not None
    assert [mod["name"] for mod in at_grill["items"][0]["mods"]] == ["No onion", "Side Fries"]
    assert "components" in at_grill["items"][0]


def test_a_card_without_lines_is_shown_for_its_notes() -> None:
    kitchen = kitchen_with(guest=Guest(special_instructions="call Ann"))
    assert made(kitchen, "pass") == HEAD | {"specialInstructions": "call Ann", "items": []}


def test_messages_are_those_of_the_protocol() -> None:
    content = message.Content(b'{"items":[]}', b"12345678", ("A", "B"))
    assert json.loads(message.update('7"', content)) == {
        "command": "update-order",
        "via": ["A", "B"],
        "order": {"id": '7"', "items": []},
    }
    cancelled = {"command": "cancel-order", "via": ["A"], "order": {"id": "7~2"}}
    assert json.loads(message.cancel("7~2", ["A"], done=False)) == cancelled
    assert json.loads(message.cancel("7~2", ["A"], done=True)) == cancelled | {"done": True}
    assert message.create("7", content).startswith(b'{"command":"create-order"')


def test_a_modifier_of_a_modifier_says_so_in_its_name_alone() -> None:
    rules = (*RULES, Rule("side", "fry", modifier=("side*",), takes="modifier"))
    mods = (
        Modifier("Cheddar", "C"),
        Modifier("Side Fries"),
        Modifier("No salt", "S", level=1),
        Modifier("At all", level=2),
    )
    kitchen = new_kitchen(rules=rules)
    burger = replace(item("1"), mods=mods)
    do(kitchen, CreateOrder(Order("7", (burger,)), NOBODY))
    for station, wanted in (
        ("grill", ["Cheddar", "Side Fries", "› No salt", "› › At all"]),
        ("fry", ["Side Fries", "› No salt", "› › At all"]),
    ):
        sent = made(kitchen, station)
        assert sent is not None
        (line,) = sent["items"]
        assert [mod["name"] for mod in line["mods"]] == wanted
        assert all(mod.keys() <= {"name", "id", "qty"} for mod in line["mods"])


def done(kitchen: Kitchen, *stations: str) -> list[str]:
    """The lines that an update names as finished elsewhere."""
    found = kitchen.tickets_of("7")
    tickets = [ticket for ticket, _ in found if ticket.station in stations]
    content = message.content(found[0][1], tickets, kitchen.router.passes, ("HUB",))
    assert content is not None
    named: list[str] = json.loads(message.update("7", content)).get("done", [])
    return named


def test_lines_that_are_not_there_for_another_reason_than_being_taken_back_are_named() -> None:
    kitchen = kitchen_with(item("1"), item("2", "Steak"), item("3", "Fries"))
    assert done(kitchen, "grill") == ["3"]
    assert done(kitchen, "grill", "fry") == []
    do(kitchen, ActOnTicket("fry", "7", "bump"), after(5))
    assert done(kitchen, "grill", "fry") == ["3"]
    do(kitchen, ActOnTicket("fry", "7", "recall"), after(6))
    do(kitchen, ActOnTicket("fry", "7", "void"), after(7))
    assert done(kitchen, "grill", "fry") == []


def test_what_is_struck_through_keeps_nothing_else_from_being_finished() -> None:
    kitchen = kitchen_with(item("1"), item("2", "Steak"), item("3", "Fries"))
    left = Order("7", (item("1"), item("3", "Fries")), time=1)
    do(kitchen, UpdateOrder(left, NOBODY), after(5))
    assert done(kitchen, "grill") == ["3"]


def test_a_dish_that_became_another_of_another_station_is_not_finished() -> None:
    kitchen = kitchen_with(item("1"), item("2", "Steak"))
    changed = Order("7", (item("1", "Fries"), item("2", "Steak")), time=1)
    do(kitchen, UpdateOrder(changed, NOBODY), after(5))
    assert done(kitchen, "grill") == []
