"""A modifier of a modifier goes where that one goes, and is no dish of its own there."""

from typing import Final

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import Due, MoveTicket
from appliance.kitchen.explaining import explain
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.order import Item, Modifier, part_of, with_nested
from appliance.kitchen.rule import Rule
from tests.kitchen.nights import restored
from tests.kitchen.orders import (
    PASS,
    RULES,
    STATIONS,
    create,
    do,
    item,
    new_kitchen,
    order,
    rule,
    ticket,
)

SIDES: Final = (
    *RULES,
    rule("fry", 60, id="side", modifier=("side*", "*dip*"), takes="modifier"),
    rule("fry", id="no", modifier=("no *",), takes="modifier", exclude=True),
)


def mods(*names: str) -> tuple[Modifier, ...]:
    """`--No salt` is of level 2."""
    return tuple(Modifier(name.lstrip("-"), level=name.count("-")) for name in names)


COMBO: Final = replace(
    item("1", qty=2),
    mods=mods("Cheddar", "-Extra", "Side Fries", "-No salt", "-Dip", "--Spicy", "No onion"),
)


def making(*items: Item, rules: tuple[Rule, ...] = SIDES) -> Kitchen:
    kitchen = new_kitchen(rules=rules)
    do(kitchen, create(*items))
    return kitchen


def at_fry(kitchen: Kitchen) -> tuple[int, ...]:
    (line,) = ticket(kitchen, "fry").lines
    return line.mods


@pytest.mark.parametrize(
    ("names", "places", "taken", "levels"),
    [
        (("a", "-b", "c"), (0,), (0, 1), (0, 1)),
        (("a", "-b", "--c", "-d", "e"), (0,), (0, 1, 2, 3), (0, 1, 2, 1)),
        (("a", "-b", "--c", "-d"), (1,), (1, 2), (0, 1)),
        (("a", "-b", "-c", "d"), (1, 2), (1, 2), (0, 0)),
        (("a", "-b", "--c"), (0, 1), (0, 1, 2), (0, 1, 2)),
        (("a", "-b", "c", "-d"), (0, 3), (0, 1, 3), (0, 1, 0)),
        (("a", "b", "c"), (0, 2), (0, 2), (0, 0)),
        (("a", "-b"), (), (), ()),
        (("a",), (0, 5), (0,), (0,)),
    ],
)
def test_what_is_nested_goes_with_what_it_is_below(
    names: tuple[str, ...], places: tuple[int, ...], taken: tuple[int, ...], levels: tuple[int, ...]
) -> None:
    assert with_nested(mods(*names), places) == taken
    part = part_of(mods(*names), places)
    assert tuple(mod.level for mod in part) == levels
    assert [mod.name for mod in part] == [names[place].lstrip("-") for place in taken]


def test_a_side_is_made_with_its_own_changes_and_no_others() -> None:
    kitchen = making(COMBO)
    (line,) = ticket(kitchen, "fry").lines
    assert (line.mods, line.prep, line.count) == ((2, 3, 4, 5), 60, 2)
    assert [line.mods for line in ticket(kitchen, "grill").lines] == [()]


def test_what_is_below_is_made_once_also_where_a_rule_takes_it_too() -> None:
    (line,) = ticket(making(replace(COMBO, mods=mods("Side Fries", "-Side Dip"))), "fry").lines
    assert (line.mods, line.count) == ((0, 1), 2)
    (line,) = ticket(making(replace(COMBO, mods=mods("Side Fries", "Side Dip"))), "fry").lines
    assert (line.mods, line.count) == ((0, 1), 4)


def test_it_is_no_dish_of_its_own_in_the_counts() -> None:
    kitchen = making(COMBO)
    counts = kitchen.all_day("fry")
    (dish,) = counts.dishes
    (variant,) = dish.variants
    assert (dish.name, dish.to_do) == ("Side Fries", 2)
    assert variant.modifiers == ("Dip", "No salt", "Spicy")
    assert {each.name: each.to_do for each in counts.modifiers} == {
        "No salt": 2,
        "Dip": 2,
        "Spicy": 2,
    }
    (dish,) = kitchen.all_day("grill").dishes
    assert dish.variants[0].modifiers == ("Cheddar", "Extra", "No onion")


def test_it_goes_along_when_the_card_is_moved_or_its_station_leaves_the_file() -> None:
    kitchen = making(COMBO)
    do(kitchen, MoveTicket("fry", "7", "cold"))
    assert ticket(kitchen, "cold").lines[0].mods == (2, 3, 4, 5)
    gone = (STATIONS[0], STATIONS[2], PASS)
    rules = (*RULES, rule("cold", modifier=("side*",), takes="modifier"))
    kitchen = restored(making(COMBO), Plan(gone, rules, "cold"))
    do(kitchen, Due())
    (line,) = ticket(kitchen, "cold").lines
    assert (line.mods, line.count) == ((2, 3, 4, 5), 2)


def test_why_it_goes_there_names_it() -> None:
    kitchen = making(COMBO)
    (explained,) = explain(kitchen.router, order(COMBO), 0)
    (there,) = [each for each in explained.stops if each.station == "fry"]
    assert there.modifiers == ("Side Fries", "No salt", "Dip", "Spicy")
