"""`partial-update-order`: what was sent changes, and nothing else, whatever was left out."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.kitchen.command import OrderAccepted, Refused
from appliance.kitchen.decision import Decision
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Guest, Item, Modifier, Placed
from tests.kitchen.orders import act, busy, do, done, marks, new_kitchen, tick, ticket, to_do
from tests.lan.messages import understood

DATA = Path(__file__).parent.parent / "data"
ORDER: dict[str, Any] = {
    "id": "7",
    "name": "Jane Doe",
    "server": "Sarah",
    "phoneNumber": "+16155551234",
    "vehicleModel": "Ford",
    "priority": False,
    "deliveryService": {"name": "Swift", "orderId": "S1", "driverPhone": "+1"},
    "items": [
        {
            "lineId": "1",
            "name": "Burger",
            "qty": 2,
            "mods": ["No Onion"],
            "specialInstructions": "Allergy: sesame",
            "itemGroup": {"id": "c", "name": "Combo", "note": "one plate"},
        },
        {"lineId": "2", "name": "Fries", "qty": 1, "mods": []},
    ],
}


def kitchen_with(**fields: Any) -> Kitchen:
    return busy(understood({"command": "create-order", "order": ORDER | fields}))


def change(kitchen: Kitchen, **fields: Any) -> Decision:
    message = {"command": "partial-update-order", "order": {"id": "7"} | fields}
    return do(kitchen, understood(message))


def changed(**fields: Any) -> Placed:
    """The order after this change."""
    kitchen = kitchen_with()
    assert change(kitchen, **fields).reply == OrderAccepted("7")
    return kitchen.placed(1)


BEFORE = kitchen_with().placed(1)


def items(placed: Placed) -> dict[str, Item]:
    return {item.line_id: item for item in placed.order.items}


# ── fields of the order ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "value", "where", "name"),
    [
        ("mode", "Curbside", "order", "mode"),
        ("server", "Tom", "order", "server"),
        ("priority", True, "order", "priority"),
        ("pickupTime", "2026-11-21T19:45:00Z", "order", "pickup_time"),
        ("originSource", "Web", "order", "origin_source"),
        ("checkNumber", "88", "order", "check_number"),
        ("deliveryHandoff", True, "order", "delivery_handoff"),
        ("prepTimeDuration", "PT30M", "order", "prep_time_duration"),
        ("covers", 4, "order", "covers"),
        ("loyaltyMember", True, "order", "loyalty_member"),
        ("name", "John", "guest", "name"),
        ("phoneNumber", "+2", "guest", "phone_number"),
        ("specialInstructions", "Nuts!", "guest", "special_instructions"),
        ("vehicleModel", "Fiat", "guest", "vehicle_model"),
        ("vehicleColor", "red", "guest", "vehicle_color"),
        ("deliveryAddress", "Elm Street", "guest", "delivery_address"),
        ("customerArrivedUrl", "https://a.example", "guest", "customer_arrived_url"),
    ],
)
def test_a_field_that_is_sent_changes_and_no_other(
    field: str, value: object, where: str, name: str
) -> None:
    after = changed(**{field: value})
    assert getattr(getattr(after, where), name) == value
    for part in ("order", "guest"):
        for other in getattr(after, part).__struct_fields__:
            if (part, other) != (where, name) and other != "pickup_at":
                assert getattr(getattr(after, part), other) == getattr(
                    getattr(BEFORE, part), other
                ), other


def test_a_structure_that_is_sent_replaces_the_one_before() -> None:
    after = changed(deliveryService={"name": "Rapid"}, costs={"total": "$9"})
    assert (after.order.delivery_service, after.guest.driver_phone) != (
        BEFORE.order.delivery_service,
        BEFORE.guest.driver_phone,
    )
    assert after.order.delivery_service is not None
    assert after.order.delivery_service.name == "Rapid"
    assert after.order.delivery_service.order_id is None
    assert after.guest.driver_phone is None
    assert after.order.costs is not None
    assert after.order.costs.total == "$9"


def test_null_is_not_sent_and_an_empty_text_takes_away() -> None:
    after = changed(name=None, phoneNumber="", items=None, itemsToAdd=None, itemsToRemove=None)
    assert after.guest.name == "Jane Doe"
    assert after.guest.phone_number == ""
    assert after.order.items == BEFORE.order.items


def test_another_pickup_time_is_another_target() -> None:
    kitchen = kitchen_with(pickupTime="2026-11-21T19:45:00Z")
    change(kitchen, pickupTime="2026-11-21T19:50:00Z")
    assert kitchen.placed(1).target_at == 1795290600000


def test_priority_moves_every_card_of_the_order() -> None:
    kitchen = kitchen_with()
    change(kitchen, priority=True)
    assert {each.priority for each in kitchen.live_tickets()} == {"high"}
    change(kitchen, server="Tom")
    assert {each.priority for each in kitchen.live_tickets()} == {"high"}
    change(kitchen, priority=False)
    assert {each.priority for each in kitchen.live_tickets()} == {"normal"}


# ── lines ────────────────────────────────────────────────────────────────────────────


def test_lines_are_added_changed_and_removed() -> None:
    kitchen = kitchen_with()
    change(
        kitchen,
        itemsToAdd=[{"lineId": "3", "name": "Steak", "qty": 1, "mods": []}],
        itemsToUpdate=[{"lineId": "1", "name": "Burger", "qty": 3, "mods": []}],
        itemsToRemove=["2"],
    )
    assert marks(ticket(kitchen, "grill")) == {"1": "edited", "3": "added"}
    assert ticket(kitchen, "fry").status == "voided"
    assert marks(ticket(kitchen, "pass")) == {"1": "edited", "2": "deleted", "3": "added"}


def test_the_example() -> None:
    kitchen = busy(understood(json.loads((DATA / "create-order.json").read_bytes())))
    example = understood(json.loads((DATA / "partial-update-order.json").read_bytes()))
    assert do(kitchen, example).reply == OrderAccepted("A-1001")
    placed = kitchen.placed(1)
    assert [item.line_id for item in placed.order.items] == ["1", "2", "4"]
    assert placed.order.priority
    assert placed.guest.special_instructions == "Allergy: sesame"
    assert do(kitchen, example).events == ()


def test_a_change_that_is_sent_again_changes_nothing() -> None:
    kitchen = kitchen_with()
    fields: dict[str, Any] = {
        "itemsToAdd": [{"lineId": "3", "name": "Steak"}, {"lineId": "3", "name": "Soup"}],
        "itemsToUpdate": [{"lineId": "1", "qty": 3}],
        "itemsToRemove": ["2", "99"],
    }
    assert change(kitchen, **fields).events
    assert [item.name for item in kitchen.placed(1).order.items] == ["Burger", "Steak", "Soup"]
    assert change(kitchen, **fields).events == ()


def test_a_done_line_that_is_changed_is_to_do_again_and_others_stay_done() -> None:
    kitchen = kitchen_with()
    for line_id in ("1", "2"):
        do(kitchen, tick("pass", line_id))
    change(kitchen, itemsToUpdate=[{"lineId": "1", "qty": 3}], itemsToRemove=["2"])
    change(kitchen, itemsToAdd=[{"lineId": "3", "name": "Soup"}])
    at_pass = ticket(kitchen, "pass")
    assert marks(at_pass) == {"1": "edited", "2": "deleted", "3": "added"}
    assert done(at_pass) == []


def test_a_line_with_name_quantity_and_modifiers_is_the_whole_line() -> None:
    whole = {"lineId": "1", "name": "Burger", "qty": 2, "mods": []}
    after = changed(itemsToUpdate=[whole])
    assert items(after)["1"] == Item("1", "Burger", 2)
    assert after.guest.group_notes == {}


def test_a_wish_goes_only_when_that_is_said() -> None:
    whole = {"lineId": "1", "name": "Burger", "qty": 2, "mods": []}
    assert changed(itemsToUpdate=[whole]).guest.item_instructions == {"1": "Allergy: sesame"}
    without = changed(itemsToUpdate=[whole | {"specialInstructions": ""}])
    assert without.guest.item_instructions == {}


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"qty": 5}, "qty", 5),
        ({"name": "Steak"}, "name", "Steak"),
        ({"name": "Burger", "qty": "4"}, "qty", 4),
        ({"mods": [{"name": "Rare"}]}, "mods", (Modifier("Rare"),)),
        ({"seat": "Seat 3"}, "seat", "Seat 3"),
        ({"courseStatus": "Hold"}, "course_status", "hold"),
    ],
)
def test_a_line_with_less_changes_only_what_it_brings(
    fields: dict[str, Any], name: str, value: object
) -> None:
    after = changed(itemsToUpdate=[{"lineId": "1"} | fields])
    line, before = items(after)["1"], items(BEFORE)["1"]
    assert getattr(line, name) == value
    assert [
        other for other in Item.__struct_fields__ if getattr(line, other) != getattr(before, other)
    ] == [name]
    assert after.guest.item_instructions == {"1": "Allergy: sesame"}
    assert after.guest.group_notes == {"1": "one plate"}


def test_texts_of_a_line_change_alone() -> None:
    after = changed(itemsToUpdate=[{"lineId": "1", "specialInstructions": "rare"}])
    assert after.guest.item_instructions == {"1": "rare"}
    after = changed(itemsToUpdate=[{"lineId": "1", "specialInstructions": ""}])
    assert after.guest.item_instructions == {}
    after = changed(itemsToUpdate=[{"lineId": "1", "itemGroup": {"id": "d"}}])
    assert after.guest.group_notes == {}
    assert after.guest.item_instructions == {"1": "Allergy: sesame"}


def test_two_changes_of_one_line_in_a_message_are_both_made() -> None:
    after = changed(itemsToUpdate=[{"lineId": "1", "qty": 5}, {"lineId": "1", "seat": "2"}])
    assert (items(after)["1"].qty, items(after)["1"].seat) == (5, "2")


def test_a_change_of_a_line_that_is_not_there_adds_it() -> None:
    after = changed(itemsToUpdate=[{"lineId": "9", "name": "Soup"}])
    assert items(after)["9"] == Item("9", "Soup")


def test_a_removed_line_can_be_added_again() -> None:
    kitchen = kitchen_with()
    change(kitchen, itemsToRemove=["1"])
    assert ticket(kitchen, "grill").status == "voided"
    change(kitchen, itemsToAdd=[{"lineId": "1", "name": "Burger"}])
    assert to_do(ticket(kitchen, "grill")) == ["1"]


def test_removing_and_adding_one_line_in_a_message_replaces_it() -> None:
    after = changed(itemsToRemove=["1"], itemsToAdd=[{"lineId": "1", "name": "Steak"}])
    assert items(after)["1"] == Item("1", "Steak")
    assert after.guest.item_instructions == {}


def test_lines_without_an_id_are_added_each_time() -> None:
    kitchen = kitchen_with()
    change(kitchen, itemsToAdd=[{"name": "Soup"}, {"name": "Soup"}, {"name": "Salad"}])
    change(kitchen, itemsToAdd=[{"name": "Soup"}])
    names = [item.name for item in kitchen.placed(1).order.items]
    assert sorted(names) == ["Burger", "Fries", "Salad", "Soup", "Soup", "Soup"]
    # They are the lines that a whole order without ids would mean.
    whole: list[dict[str, Any]] = [
        *ORDER["items"],
        *({"name": name} for name in ("Soup", "Soup", "Soup", "Salad")),
    ]
    do(kitchen, understood({"command": "update-order", "order": ORDER | {"items": whole}}))
    assert set(marks(ticket(kitchen, "cold")).values()) == {"added"}
    assert len(ticket(kitchen, "cold").lines) == 4


def test_a_line_without_an_id_is_changed_by_what_it_is() -> None:
    kitchen = kitchen_with(items=[{"name": "Soup", "mods": ["Hot"]}])
    change(kitchen, itemsToUpdate=[{"name": "Soup", "mods": ["Hot"], "qty": 4}])
    (item,) = kitchen.placed(1).order.items
    assert item.qty == 4


@pytest.mark.parametrize("field", ["items", "itemsToAdd", "itemsToUpdate", "itemsToRemove"])
def test_a_list_that_is_empty_takes_nothing_away(field: str) -> None:
    assert changed(**{field: []}) == BEFORE


def test_lines_in_items_change_and_add_as_those_to_update_do() -> None:
    after = changed(items=[{"lineId": "2", "name": "Fries", "qty": 4}, {"name": "Soup"}])
    assert [(item.name, item.qty) for item in after.order.items] == [
        ("Burger", 2),
        ("Fries", 4),
        ("Soup", 1),
    ]


def test_a_late_copy_of_the_create_does_not_undo_a_partial_update() -> None:
    kitchen = kitchen_with()
    change(kitchen, itemsToAdd=[{"lineId": "3", "name": "Steak"}])
    retried = do(kitchen, understood({"command": "create-order", "order": ORDER}))
    assert retried == Decision(OrderAccepted("7"))
    assert to_do(ticket(kitchen, "grill")) == ["1", "3"]


# ── what cannot be done ──────────────────────────────────────────────────────────────


def test_an_order_that_was_never_here() -> None:
    refused = change(new_kitchen(), server="Tom").reply
    assert isinstance(refused, Refused)
    assert refused.reason == "no_such_order"


def test_an_order_that_left_the_kitchen_or_was_cancelled_is_left_alone() -> None:
    kitchen = kitchen_with()
    do(kitchen, act("pass", "bump"))
    assert change(kitchen, itemsToAdd=[{"name": "Soup"}]) == Decision(OrderAccepted("7"))
    kitchen = kitchen_with()
    do(kitchen, understood({"command": "cancel-order", "order": {"id": "7"}}))
    assert change(kitchen, itemsToAdd=[{"name": "Soup"}]) == Decision(OrderAccepted("7"))


def test_nothing_is_half_done() -> None:
    kitchen = kitchen_with()
    decision = change(
        kitchen, priority=True, itemsToRemove=["1"], itemsToUpdate=[{"lineId": "9", "qty": 2}]
    )
    assert decision == Decision(
        Refused("cannot_amend", "no line '9' in this order, and no name to add it by")
    )
    assert kitchen.placed(1) == BEFORE


def test_an_order_does_not_grow_beyond_what_one_message_may_bring() -> None:
    kitchen = kitchen_with()
    large = "x" * 60_000
    for number in range(4):
        fields = {"lineId": f"n{number}", "name": large}
        assert change(kitchen, itemsToAdd=[fields]).reply == OrderAccepted("7")
    refused = change(kitchen, itemsToAdd=[{"name": large}]).reply
    assert isinstance(refused, Refused)
    assert refused.message == "the order would be larger than 262144 bytes"


def test_of_an_order_that_is_larger_all_can_be_changed_that_makes_it_no_larger() -> None:
    lines = [{"lineId": f"{number}", "name": "x" * 60_000} for number in range(5)]
    kitchen = kitchen_with(items=lines)
    assert change(kitchen, server="Tom").reply == OrderAccepted("7")
    assert change(kitchen, itemsToRemove=["0"], priority=True).reply == OrderAccepted("7")
    assert isinstance(change(kitchen, itemsToAdd=lines[:2]).reply, Refused)


# ── properties ───────────────────────────────────────────────────────────────────────

LINES = st.fixed_dictionaries(
    {
        "lineId": st.sampled_from("12345"),
        "name": st.sampled_from(["Burger", "Fries", "Combo", "Soup"]),
        "qty": st.integers(1, 2),
        "mods": st.sampled_from([[], ["No Onion"]]),
    },
    optional={
        "specialInstructions": st.sampled_from(["rare", "well done"]),
        "course": st.sampled_from(["Course 1", "Course 2"]),
        "courseStatus": st.sampled_from(["hold", "fire"]),
        "itemGroup": st.sampled_from([{"id": "c"}, {"id": "c", "note": "one plate"}]),
    },
)
ORDERS = st.lists(LINES, max_size=5, unique_by=lambda line: line["lineId"])
Lines = list[dict[str, Any]]


def by_line(lines: Lines) -> dict[str, dict[str, Any]]:
    return {line["lineId"]: line for line in lines}


@settings(deadline=None, derandomize=True, max_examples=300)
@given(before=ORDERS, after=ORDERS)
def test_partial_updates_from_one_order_to_another_leave_to_cook_what_a_create_of_it_would(
    before: Lines, after: Lines
) -> None:
    amended, updated = kitchen_with(items=before), kitchen_with(items=before)
    change(
        amended,
        itemsToRemove=sorted(by_line(before).keys() - by_line(after).keys()),
        itemsToUpdate=[
            {"specialInstructions": "", **line}
            for line in after
            if line["lineId"] in by_line(before)
        ],
        itemsToAdd=[line for line in after if line["lineId"] not in by_line(before)],
    )
    do(updated, understood({"command": "update-order", "order": ORDER | {"items": after}}))
    created = kitchen_with(items=after)
    assert items(amended.placed(1)) == items(created.placed(1))
    assert amended.placed(1).guest == created.placed(1).guest
    for kitchen in (amended, updated):
        for station in ("grill", "fry", "cold"):
            assert _cooking(kitchen, station) == _cooking(created, station)


def _cooking(kitchen: Kitchen, station: str) -> dict[str, bool]:
    """What is on a board to be made, and whether it waits for its course."""
    return {
        line.id: line.held
        for live in kitchen.live_tickets(station)
        if live.status != "voided"
        for line in live.lines
        if line.to_do or line.held
    }


def test_a_guest_is_as_the_create_made_it() -> None:
    assert BEFORE.guest == Guest(
        name="Jane Doe",
        phone_number="+16155551234",
        vehicle_model="Ford",
        driver_phone="+1",
        item_instructions={"1": "Allergy: sesame"},
        group_notes={"1": "one plate"},
    )
