"""Lines that another appliance has finished, or shows on a screen of its own again."""

from msgspec.structs import replace

from appliance.kitchen.command import UpdateOrder
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Item
from tests.kitchen.orders import (
    act,
    after,
    board,
    busy,
    create,
    do,
    item,
    marks,
    order,
    struck,
    ticket,
    to_do,
)


def told(kitchen: Kitchen, *items: Item, done: set[str]) -> None:
    do(kitchen, UpdateOrder(order(*items), NOBODY, frozenset(done)), after(5))


def test_they_go_without_being_struck_through() -> None:
    kitchen = busy(create(item("1"), item("2"), item("3", "Fries")))
    told(kitchen, item("1"), done={"2", "3"})
    assert marks(ticket(kitchen, "grill")) == {"1": None}
    assert struck(kitchen, "grill") == []
    assert board(kitchen, "fry") == []
    assert ticket(kitchen, "fry").status == "bumped"
    assert to_do(ticket(kitchen, "pass")) == ["1"]


def test_what_was_taken_back_as_well_is_still_struck_through() -> None:
    kitchen = busy(create(item("1"), item("2"), item("3")))
    told(kitchen, item("3"), done={"1"})
    assert marks(ticket(kitchen, "grill")) == {"2": "deleted", "3": None}
    # A cook there has seen it, and was done with the rest.
    told(kitchen, done={"3"})
    assert ticket(kitchen, "grill").status == "bumped"


def test_a_card_of_which_the_rest_is_taken_back_at_the_same_time_says_so() -> None:
    kitchen = busy(create(item("1"), item("2")))
    told(kitchen, done={"1"})
    assert ticket(kitchen, "grill").status == "voided"
    assert "2" in marks(ticket(kitchen, "grill"))


def test_a_card_of_which_the_rest_was_bumped_here_goes() -> None:
    later = item("2", course=2, status="hold")
    kitchen = busy(create(item("1", course=1), later, item("3", "Fries")))
    do(kitchen, act("grill", "bump"), after(1))
    assert ticket(kitchen, "grill").status == "held"
    told(kitchen, item("3", "Fries"), done={"1", "2"})
    assert board(kitchen, "grill") == []


def test_a_card_that_went_so_has_its_dishes_when_it_is_called_back() -> None:
    kitchen = busy(create(item("1"), item("3", "Fries")))
    told(kitchen, item("1"), done={"3"})
    do(kitchen, act("fry", "recall"), after(6))
    assert [line.id for line in ticket(kitchen, "fry").lines] == ["3"]
    dish = kitchen.placed(1).item("3")
    assert dish is not None
    assert dish.name == "Fries"


def test_what_comes_back_is_added() -> None:
    kitchen = busy(create(item("1"), item("2")))
    told(kitchen, item("1"), done={"2"})
    told(kitchen, item("1"), item("2"), done=set())
    assert marks(ticket(kitchen, "grill")) == {"1": None, "2": "added"}


def test_what_is_still_in_the_order_is_not_finished() -> None:
    kitchen = busy(create(item("1"), item("2")))
    before = ticket(kitchen, "grill")
    told(kitchen, item("1"), item("2"), done={"1", "2"})
    assert replace(ticket(kitchen, "grill"), updated_at=0) == replace(before, updated_at=0)
