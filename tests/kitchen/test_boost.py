"""A ticket is as urgent as its order, or the rule for one of its lines, asks for."""

import pytest

from appliance.kitchen.command import CreateOrder, SetPriority, UpdateOrder
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY
from tests.kitchen.orders import RULES, act, create, do, item, new_kitchen, order, rule, update
from tests.kitchen.orders import ticket as ticket_of

HURRIES = (
    *RULES,
    rule("grill", name=("steak",), priority_boost=1),
    rule("grill", name=("liver",), priority_boost=2),
)
BURGER, FRIES, STEAK = item("1"), item("2", "Fries"), item("3", "Steak")
LIVER = item("4", "Liver")


@pytest.fixture
def kitchen() -> Kitchen:
    return new_kitchen(rules=HURRIES)


def priorities(kitchen: Kitchen) -> tuple[str, str, str]:
    """At the grill, at the fry station, at the pass."""
    grill, fry, at_pass = (ticket_of(kitchen, name).priority for name in ("grill", "fry", "pass"))
    return grill, fry, at_pass


def test_the_most_urgent_line_of_a_ticket_counts(kitchen: Kitchen) -> None:
    do(kitchen, create(BURGER, FRIES, STEAK))
    assert priorities(kitchen) == ("high", "normal", "high")
    do(kitchen, create(BURGER, FRIES, STEAK, LIVER, id="7"))
    assert priorities(kitchen) == ("urgent", "normal", "urgent")


def test_the_order_itself_may_be_more_urgent(kitchen: Kitchen) -> None:
    do(kitchen, CreateOrder(order(BURGER, FRIES, LIVER, priority=True), NOBODY))
    assert priorities(kitchen) == ("urgent", "high", "urgent")


def test_a_line_that_comes_later_hurries_the_ticket_that_it_comes_to(kitchen: Kitchen) -> None:
    do(kitchen, create(BURGER, FRIES))
    do(kitchen, update(BURGER, FRIES, STEAK))
    assert priorities(kitchen) == ("high", "normal", "high")


def test_a_line_that_comes_later_elsewhere_is_not_hurried_by_what_the_pass_has(
    kitchen: Kitchen,
) -> None:
    do(kitchen, create(BURGER, STEAK))
    do(kitchen, update(BURGER, STEAK, FRIES))
    assert priorities(kitchen) == ("high", "normal", "high")


def test_a_line_that_becomes_another_dish_does_so_too(kitchen: Kitchen) -> None:
    do(kitchen, create(BURGER, FRIES))
    do(kitchen, update(item("1", "Liver"), FRIES))
    assert priorities(kitchen) == ("urgent", "normal", "urgent")


def test_what_a_cook_has_set_stays_until_something_more_urgent_comes(kitchen: Kitchen) -> None:
    do(kitchen, create(BURGER, FRIES, STEAK))
    do(kitchen, SetPriority("grill", "7", "normal"))
    do(kitchen, update(BURGER, FRIES, STEAK, item("5", "Steak")))
    assert priorities(kitchen)[0] == "normal"
    do(kitchen, SetPriority("fry", "7", "urgent"))
    do(kitchen, update(BURGER, FRIES, STEAK, item("5", "Steak"), LIVER))
    assert priorities(kitchen) == ("urgent", "urgent", "urgent")


def test_an_order_that_is_no_longer_urgent_leaves_what_its_lines_ask_for(kitchen: Kitchen) -> None:
    do(kitchen, CreateOrder(order(BURGER, FRIES, STEAK, priority=True), NOBODY))
    assert priorities(kitchen) == ("high", "high", "high")
    do(kitchen, UpdateOrder(order(BURGER, FRIES, STEAK), NOBODY))
    assert priorities(kitchen) == ("high", "normal", "high")
    do(kitchen, UpdateOrder(order(BURGER, FRIES, STEAK, priority=True), NOBODY))
    do(kitchen, UpdateOrder(order(BURGER, FRIES), NOBODY))
    assert priorities(kitchen) == ("normal", "normal", "normal")


def test_a_ticket_that_comes_back_is_as_urgent_as_what_is_new_on_it(kitchen: Kitchen) -> None:
    do(kitchen, create(FRIES, LIVER))
    do(kitchen, act("grill", "bump"))
    do(kitchen, update(FRIES, LIVER, STEAK))
    assert priorities(kitchen) == ("high", "normal", "urgent")
