"""All-day counts: what a board has in all."""

from msgspec.structs import replace

from appliance.kitchen.all_day import AllDay, all_day
from appliance.kitchen.command import CreateOrder
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import NOBODY, Component, Item, Modifier, Order
from tests.kitchen.orders import act, busy, create, do, item, new_kitchen, rule, tick, update

DOUBLE = replace(item("1", qty=5), components=(Component("Patty", 2), Component("Bun")))
HELD = item("2", qty=3, course=2, status="hold")


def dishes(counts: AllDay) -> dict[str, tuple[float, float]]:
    return {dish.name: (dish.to_do, dish.held) for dish in counts.dishes}


def variants(counts: AllDay, name: str) -> dict[tuple[str, ...], tuple[float, float]]:
    (dish,) = (dish for dish in counts.dishes if dish.name == name)
    return {each.modifiers: (each.to_do, each.held) for each in dish.variants}


def components(counts: AllDay) -> dict[str, tuple[float, float]]:
    return {each.name: (each.to_do, each.held) for each in counts.components}


def modifiers(counts: AllDay) -> dict[str, tuple[float, float]]:
    return {each.name: (each.to_do, each.held) for each in counts.modifiers}


def test_five_double_burgers_are_ten_patties() -> None:
    counts = busy(create(DOUBLE)).all_day("grill")
    assert dishes(counts) == {"Burger": (5, 0)}
    assert components(counts) == {"Patty": (10, 0), "Bun": (5, 0)}


def test_they_are_counted_over_all_orders_of_the_station_and_no_other() -> None:
    kitchen = busy(
        create(item("1", qty=2), item("2", "Fries", qty=4)),
        create(item("1", "BURGER"), item("9", "Steak"), id="8"),
    )
    assert dishes(kitchen.all_day("grill")) == {"Burger": (3, 0), "Steak": (1, 0)}
    assert dishes(kitchen.all_day("fry")) == {"Fries": (4, 0)}
    assert dishes(kitchen.all_day("cold")) == {}
    assert dishes(kitchen.all_day("pass")) == {"Fries": (4, 0), "Burger": (3, 0), "Steak": (1, 0)}


def test_what_there_is_most_of_comes_first() -> None:
    kitchen = busy(create(item("1"), item("2", "Steak", qty=2), replace(HELD, line_id="3", qty=9)))
    assert [dish.name for dish in kitchen.all_day("grill").dishes] == ["Steak", "Burger"]


def test_modifiers_make_another_dish_of_the_same_name_and_are_counted_themselves() -> None:
    double_bacon = replace(
        item("4", "BURGER", qty=2),
        mods=(Modifier("Bacon", qty=2, components=(Component("rasher", 3),)),),
    )
    kitchen = busy(
        create(
            item("1", "Burger"),
            item("2", "Burger", "No onion", "Cheddar"),
            item("3", "BURGER", "Cheddar", "no onion", qty=2),
            double_bacon,
        )
    )
    counts = kitchen.all_day("grill")
    assert dishes(counts) == {"Burger": (6, 0)}
    assert variants(counts, "Burger") == {
        (): (1, 0),
        ("Cheddar", "No onion"): (3, 0),
        ("2 × Bacon",): (2, 0),
    }
    assert modifiers(counts) == {"Cheddar": (3, 0), "No onion": (3, 0), "Bacon": (4, 0)}
    assert components(counts) == {"rasher": (12, 0)}


def test_what_is_held_is_counted_apart() -> None:
    kitchen = busy(create(DOUBLE, replace(HELD, components=DOUBLE.components)))
    counts = kitchen.all_day("grill")
    assert dishes(counts) == {"Burger": (5, 3)}
    assert components(counts) == {"Patty": (10, 6), "Bun": (5, 3)}


def test_what_is_done_bumped_struck_or_voided_is_not_counted() -> None:
    kitchen = busy(create(item("1"), item("2", "Steak"), item("3", "Fries")))
    do(kitchen, tick("grill", "1"))
    assert dishes(kitchen.all_day("grill")) == {"Steak": (1, 0)}
    do(kitchen, update(item("1"), item("3", "Fries")))
    assert dishes(kitchen.all_day("grill")) == {}
    do(kitchen, act("fry", "void"))
    assert dishes(kitchen.all_day("fry")) == {}
    do(kitchen, create(item("1"), id="8"))
    assert dishes(kitchen.all_day("grill")) == {"Burger": (1, 0)}
    do(kitchen, act("grill", "bump", "8"))
    assert dishes(kitchen.all_day("grill")) == {}


def test_parts_of_portions_add_up() -> None:
    def third(order_id: str) -> CreateOrder:
        return CreateOrder(Order(order_id, (Item("1", "Burger", 0.1),)), NOBODY)

    kitchen = busy(*map(third, "123"))
    assert dishes(kitchen.all_day("grill")) == {"Burger": (0.3, 0)}


def test_components_come_from_wherever_they_are_looked_up() -> None:
    kitchen: Kitchen = new_kitchen()
    do(kitchen, create(item("1", qty=4)))
    (ticket,) = kitchen.live_tickets("grill")

    def of_the_menu(item: Item | Modifier) -> tuple[Component, ...]:
        return (Component(f"part of {item.name}", 2),)

    counts = all_day([(ticket, kitchen.placed(ticket.number), {})], of_the_menu)
    assert components(counts) == {"part of Burger": (8, 0)}


def test_they_come_from_the_menu_where_the_order_brings_none() -> None:
    patty = MenuItem("B", "Burger", components=(Component("Patty", 2),))
    bacon = MenuItem("M", "Bacon", components=(Component("rasher", 3),))
    kitchen = Kitchen(replace(new_kitchen().plan, menu=(patty, bacon)))
    do(kitchen, create(item("1", "Burger", "Bacon", qty=2)))
    assert components(kitchen.all_day("grill")) == {"Patty": (4, 0), "rasher": (6, 0)}


def test_a_modifier_that_is_made_alone_is_a_dish_there() -> None:
    sides = rule("fry", modifier=("fries",), takes="modifier")
    kitchen = new_kitchen(rules=(rule("grill", name=("burger",), id="grill"), sides))
    order = replace(item("1", "Burger", "Rare", "Fries", qty=2), components=(Component("Patty"),))
    do(kitchen, create(order, replace(HELD, mods=(Modifier("Fries", qty=2),))))
    assert dishes(kitchen.all_day("fry")) == {"Fries": (2, 6)}
    assert variants(kitchen.all_day("fry"), "Fries") == {(): (2, 6)}
    assert (modifiers(kitchen.all_day("fry")), components(kitchen.all_day("fry"))) == ({}, {})
    assert dishes(kitchen.all_day("grill")) == {"Burger": (2, 3)}
    assert modifiers(kitchen.all_day("grill")) == {"Rare": (2, 0)}
    assert variants(kitchen.all_day("grill"), "Burger") == {("Rare",): (2, 0), (): (0, 3)}
    assert modifiers(kitchen.all_day("pass")) == {"Fries": (2, 6), "Rare": (2, 0)}


def test_what_another_station_makes_alone_is_not_made_of_anything_here() -> None:
    potato = MenuItem("F", "Fries", components=(Component("Potato", 2),))
    rules = (
        rule("grill", name=("burger",), id="grill"),
        rule("fry", modifier=("fries",), takes="modifier"),
    )
    kitchen = Kitchen(replace(new_kitchen(rules=rules).plan, menu=(potato,)))
    do(kitchen, create(item("1", "Burger", "Fries", qty=5)))
    assert components(kitchen.all_day("grill")) == {}
    for station in ("fry", "pass"):
        assert components(kitchen.all_day(station)) == {"Potato": (10, 0)}
