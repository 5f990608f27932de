"""A new order: where its lines go, and what it is that comes again."""

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import CancelOrder, CreateOrder, DefineStation, OrderAccepted
from appliance.kitchen.order import NOBODY, Guest
from appliance.kitchen.routing import Station
from tests.kitchen.orders import (
    DAY,
    HOUR,
    MINUTE,
    act,
    after,
    board,
    boards,
    busy,
    create,
    do,
    held,
    item,
    marks,
    order,
    ticket,
    to_do,
    update,
)

CANCEL = CancelOrder("7")
NOON = 1_772_449_200_000
"""A `time`, as a point of sale sends it."""


def test_every_station_gets_its_lines_and_the_pass_sees_all() -> None:
    kitchen = busy(create(item("1", "Burger"), item("2", "Fries"), item("3", "Combo")))
    assert to_do(ticket(kitchen, "grill")) == ["1", "3"]
    assert to_do(ticket(kitchen, "fry")) == ["2", "3"]
    assert to_do(ticket(kitchen, "pass")) == ["1", "2", "3"]
    assert board(kitchen, "cold") == []


def test_what_no_rule_takes_goes_to_the_default_station() -> None:
    kitchen = busy(create(item("1", "Something new"), item("2", "")))
    assert to_do(ticket(kitchen, "cold")) == ["1", "2"]


@pytest.mark.parametrize(("with_pass", "station"), [(True, "pass"), (False, "cold")])
def test_an_order_without_lines_shows(with_pass: bool, station: str) -> None:  # noqa: FBT001
    kitchen = busy(create(), with_pass=with_pass)
    assert {name for name, tickets in boards(kitchen).items() if tickets} == {station}
    assert ticket(kitchen, station).status == "pending"
    do(kitchen, act(station, "bump"))
    assert board(kitchen, station) == []


def test_an_order_is_answered_with_its_id_and_counted_by_the_kitchen() -> None:
    kitchen = busy(create(item("1"), id="99"))
    decision = do(kitchen, create(item("1"), id="12"))
    assert decision.reply == OrderAccepted("12")
    assert [each.number for each in kitchen.live_tickets("grill")] == [1, 2]


def test_a_priority_order_is_in_front() -> None:
    kitchen = busy(create(item("1"), id="1"))
    do(kitchen, CreateOrder(order(item("1"), id="2", priority=True), NOBODY))
    assert board(kitchen, "grill") == board(kitchen, "pass") == ["2", "1"]


def test_held_lines_wait_and_a_ticket_of_held_lines_is_held() -> None:
    lines = [item("1"), item("2", status="hold"), item("3", "Fries", status="hold")]
    kitchen = busy(create(*lines))
    assert held(ticket(kitchen, "pass")) == ["2", "3"]
    assert ticket(kitchen, "grill").status == ticket(kitchen, "pass").status == "pending"
    assert ticket(kitchen, "fry").status == "held"


def test_the_guest_expects_it_at_the_pickup_time_or_else_after_the_longest_preparation() -> None:
    combo, pickup = order(item("1", "Combo"), id="1"), NOON + HOUR * 1000
    kitchen = busy(CreateOrder(combo, NOBODY), create(item("1", "Salad"), id="2"))
    do(kitchen, CreateOrder(replace(combo, id="3", pickup_at=pickup), NOBODY))
    expected = [after(600).at, None, pickup]
    assert [kitchen.placed(number).target_at for number in (1, 2, 3)] == expected


def test_the_same_create_again_is_a_retry_whatever_was_done_meanwhile() -> None:
    first = create(item("1"), item("2", "Fries"))
    kitchen = busy(first, act("grill", "bump"), act("fry", "start"))
    again = do(kitchen, first, after(3 * DAY))
    assert again.reply == OrderAccepted("7")
    assert again.events == ()


def test_a_create_with_other_content_is_an_update_of_the_live_order() -> None:
    kitchen = busy(create(item("1")), create(item("1"), item("2")))
    assert marks(ticket(kitchen, "grill")) == {"1": None, "2": "added"}
    assert board(kitchen, "grill") == ["7"]


def test_another_guest_is_other_content() -> None:
    kitchen = busy(create(item("1")))
    do(kitchen, CreateOrder(order(item("1")), Guest(name="Ann")))
    assert kitchen.placed(1).guest.name == "Ann"
    assert board(kitchen, "grill") == ["7"]


def test_a_late_copy_of_the_create_does_not_undo_an_update() -> None:
    first = create(item("1"))
    kitchen = busy(first, update(item("1"), item("2")))
    again = do(kitchen, first)
    assert again.reply == OrderAccepted("7")
    assert again.events == ()
    assert to_do(ticket(kitchen, "grill")) == ["1", "2"]


def test_a_late_copy_of_a_create_that_was_an_update_is_a_retry_too() -> None:
    second = create(item("1"), item("2"))
    kitchen = busy(create(item("1")), second, update(item("3")))
    assert do(kitchen, second).events == ()


@pytest.mark.parametrize("with_pass", [True, False])
def test_tomorrow_the_same_number_is_another_order(with_pass: bool) -> None:  # noqa: FBT001
    today, tomorrow = create(item("1"), time=NOON), create(item("1"), time=NOON + DAY * 1000)
    kitchen = busy(today, with_pass=with_pass)
    for station in ["grill", "pass"] if with_pass else ["grill"]:
        do(kitchen, act(station, "bump"))
    do(kitchen, tomorrow, after(DAY))
    assert ticket(kitchen, "grill").number == 2
    assert to_do(ticket(kitchen, "grill")) == ["1"]


# The window counts from the create, by the kitchen's own clock.
WINDOWS = pytest.mark.parametrize(("time", "window"), [(NOON, 24 * HOUR), (None, 10 * MINUTE)])


@WINDOWS
@pytest.mark.parametrize("wall_clock_off_by", [0, -HOUR, 10 * 365 * DAY])
def test_a_late_retry_of_a_finished_order_is_not_cooked_again(
    time: int | None, window: int, wall_clock_off_by: int
) -> None:
    first = create(item("1"), time=time)
    kitchen = busy(first, act("grill", "bump"), act("pass", "bump"))
    in_time = after(window, wall_clock_off_by=wall_clock_off_by)
    again = do(kitchen, first, in_time)
    assert again.reply == OrderAccepted("7")
    assert again.events == ()
    do(kitchen, first, after(window + 1, wall_clock_off_by=-window))
    assert ticket(kitchen, "grill").number == 2
    assert board(kitchen, "grill") == ["7"]


@WINDOWS
def test_an_update_does_not_change_how_late_a_retry_may_be(time: int | None, window: int) -> None:
    first = create(item("1"), time=time)
    with_other_time = replace(order(item("1"), item("2")), time=None if time else NOON)
    kitchen = busy(first)
    do(kitchen, replace(update(), order=with_other_time), after(MINUTE))
    do(kitchen, act("pass", "bump"), after(2 * MINUTE))
    assert do(kitchen, first, after(window)).events == ()
    assert do(kitchen, first, after(window + 1)).events != ()


def test_the_window_of_a_create_that_was_an_update_counts_from_that_create() -> None:
    second = create(item("1"), item("2"))
    kitchen = busy(create(item("1")))
    do(kitchen, second, after(9 * MINUTE))
    do(kitchen, act("pass", "bump"), after(9 * MINUTE))
    assert do(kitchen, second, after(19 * MINUTE)).events == ()
    assert do(kitchen, second, after(19 * MINUTE + 1)).events != ()


def test_a_retry_of_a_cancelled_order_does_not_cook_it() -> None:
    first = create(item("1"))
    kitchen = busy(first, CANCEL)
    assert do(kitchen, first).events == ()
    assert ticket(kitchen, "grill").status == "voided"


@pytest.mark.parametrize("cancelled_by", ["point of sale", "hand"])
def test_a_number_that_comes_again_takes_the_place_of_cards_that_are_still_struck_through(
    cancelled_by: str,
) -> None:
    kitchen = busy(create(item("1", "Combo"), time=NOON))
    by_hand = [act(station, "void") for station in ("grill", "fry", "pass")]
    for command in [CANCEL] if cancelled_by == "point of sale" else by_hand:
        do(kitchen, command)
    do(kitchen, act("fry", "bump"))
    do(kitchen, create(item("1", "Combo"), time=NOON + DAY * 1000), after(DAY))
    for station in ("grill", "fry", "pass"):
        assert [each.number for each in kitchen.live_tickets(station)] == [2]
        assert to_do(ticket(kitchen, station)) == ["1"]


def test_a_number_that_comes_again_leaves_no_old_card_at_other_stations() -> None:
    kitchen = busy(create(item("1", "Combo")), CANCEL, create(item("1", "Salad")))
    assert {name for name, tickets in boards(kitchen).items() if tickets} == {"cold", "pass"}


def window(*, active: bool = True) -> DefineStation:
    return DefineStation(Station("window", "Window", "expo", active=active))


def test_a_number_that_comes_again_is_cooked_though_a_pass_that_is_closed_still_has_its_card() -> (
    None
):
    kitchen = busy(window(), create(item("1")), window(active=False), with_pass=False)
    assert board(kitchen, "window") == ["7"]
    do(kitchen, update(item("1"), item("2")), after(60))
    assert to_do(ticket(kitchen, "grill")) == ["1", "2"], "it is changed while it is cooked"
    do(kitchen, act("grill", "bump"), after(480))
    do(kitchen, create(item("1"), time=NOON), after(3 * HOUR))
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert board(kitchen, "window") == []


def test_an_order_without_lines_at_a_pass_that_is_closed_still_gets_them() -> None:
    kitchen = busy(window(), create(), window(active=False), with_pass=False)
    do(kitchen, update(item("1")))
    assert to_do(ticket(kitchen, "grill")) == ["1"]
