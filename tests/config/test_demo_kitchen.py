"""The kitchen that ships is a model: each dish is made once, where a chef would make it."""

import pytest

from appliance import config, dishes
from appliance.configured import make_kitchen
from appliance.kitchen.order import Item, Modifier, Order

KITCHEN = make_kitchen(config.parse(config.embedded(), "built-in"))


def made_at(name: str, *modifiers: str) -> dict[str, str]:
    """What each station makes of a dish: all of it, or some modifiers alone."""
    mods = tuple(Modifier(each) for each in modifiers)
    (explained,) = KITCHEN.explain(Order("1", items=(Item("1", name, mods=mods),)), 0)
    assert all(stop.why == "rule" or stop.station == "pass" for stop in explained.stops)
    return {
        stop.station: ", ".join(stop.modifiers) or name
        for stop in explained.stops
        if stop.station != "pass"
    }


@pytest.mark.parametrize(
    ("name", "station"),
    [
        ("Chicken Wings", "fry"),
        ("Chicken Nuggets", "fry"),
        ("Steak Fries", "fry"),
        ("Onion Rings", "fry"),
        ("Chicken Caesar Salad", "cold"),
        ("House Salad", "cold"),
        ("Lemon Tart", "cold"),
        ("Chicken Burger", "grill"),
        ("Starter of Chicken", "grill"),
    ],
)
def test_a_dish_is_made_once(name: str, station: str) -> None:
    assert made_at(name) == {station: name}


@pytest.mark.parametrize(
    ("name", "modifier", "station"),
    [
        ("Hamburger", "Side Fries", "fry"),
        ("House Salad", "Side Fries", "fry"),
        ("Grilled Salmon", "Side Salad", "cold"),
    ],
)
def test_a_side_is_made_where_that_is_made(name: str, modifier: str, station: str) -> None:
    assert made_at(name, modifier) == made_at(name) | {station: modifier}


@pytest.mark.parametrize("without", ["No Fries", "No Salad"])
def test_what_is_left_out_is_made_nowhere(without: str) -> None:
    assert made_at("Hamburger", without) == {"grill": "Hamburger"}


@pytest.mark.parametrize("dish", dishes.MENU, ids=lambda dish: str(dish[1]))
def test_the_dinner_service_that_is_sent_has_a_place_for_all_of_it(
    dish: tuple[str, str, str, tuple[str, ...]],
) -> None:
    _id, name, _course, modifiers = dish
    sides = {each for each in modifiers if each.startswith("Side ")}
    made = made_at(name, *modifiers)
    assert sorted(made.values()) == sorted({name, *sides})
