"""What is kept of finished orders is bounded, and enough."""

import time

from appliance.kitchen.command import CancelOrder, OrderAccepted, Refused
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.memory import CREATES_REMEMBERED, FINISHED_ORDERS_KEPT
from tests.kitchen.orders import (
    act,
    after,
    board,
    create,
    do,
    item,
    kinds,
    new_kitchen,
    ticket,
    update,
)


def after_serving(count: int) -> Kitchen:
    """Orders 0, 1, 2, …, one after the other."""
    kitchen = new_kitchen(with_pass=False)
    for number in range(count):
        do(kitchen, create(item("1"), id=str(number)))
        do(kitchen, act("grill", "bump", str(number)))
    return kitchen


def test_finished_orders_are_kept_up_to_a_number() -> None:
    kitchen = after_serving(FINISHED_ORDERS_KEPT + 10)
    assert kitchen.orders_in_memory == FINISHED_ORDERS_KEPT
    newest_first = [each.number for each in kitchen.finished_tickets("grill")]
    assert newest_first == list(range(FINISHED_ORDERS_KEPT + 10, 10, -1))


def test_live_orders_are_never_evicted() -> None:
    kitchen = new_kitchen(with_pass=False)
    do(kitchen, create(item("1"), id="first"))
    for number in range(FINISHED_ORDERS_KEPT + 10):
        do(kitchen, create(item("1"), id=str(number)))
        do(kitchen, act("grill", "bump", str(number)))
    assert board(kitchen, "grill") == ["first"]
    assert kinds(do(kitchen, act("grill", "bump", "first")).events) == ["bumped"]


def test_a_recalled_order_counts_as_live_again() -> None:
    kitchen = after_serving(2)
    do(kitchen, act("grill", "recall", "0"))
    for number in range(2, FINISHED_ORDERS_KEPT + 10):
        do(kitchen, create(item("1"), id=str(number)))
        do(kitchen, act("grill", "bump", str(number)))
    assert board(kitchen, "grill") == ["0"]


def test_an_evicted_order_is_still_known_by_its_create() -> None:
    kitchen = after_serving(FINISHED_ORDERS_KEPT + 10)
    for command in (create(item("1"), id="0"), update(item("2"), id="0"), CancelOrder("0")):
        decision = do(kitchen, command)
        assert decision.reply == OrderAccepted("0")
        assert decision.events == ()
    do(kitchen, create(item("1"), id="0"), after(601))
    assert board(kitchen, "grill") == ["0"]
    assert ticket(kitchen, "grill", "0").number == FINISHED_ORDERS_KEPT + 11


def test_creates_are_remembered_up_to_a_number() -> None:
    kitchen = after_serving(FINISHED_ORDERS_KEPT + CREATES_REMEMBERED + 10)
    assert len(kitchen.state().creates) == CREATES_REMEMBERED
    assert isinstance(do(kitchen, update(id="9")).reply, Refused)
    assert do(kitchen, update(id="10")).reply == OrderAccepted("10")


def test_the_largest_order_that_fits_a_frame_holds_nobody_up() -> None:
    many = [item(str(number)) for number in range(20_000)]
    kitchen = new_kitchen()
    started = time.process_time()
    do(kitchen, create(*many))
    do(kitchen, update(*(item(line.line_id, "Fries") for line in many[1:])))
    placed = kitchen.placed(1)
    assert all(placed.item(line.id) for line in ticket(kitchen, "fry").lines)
    # It takes a third of a second; with a search of the lines for every line, half a minute.
    assert time.process_time() - started < 3


def test_struck_lines_do_not_pile_up() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("keep"), item("0")))
    for number in range(1, 300):
        do(kitchen, update(item("keep"), item(str(number))))
    shown = ticket(kitchen, "grill").lines
    assert len(shown) < 150
    assert [line.id for line in shown if line.change == "deleted"][-1] == "298"
    assert len(kitchen.placed(1).removed) < 150
