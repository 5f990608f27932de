"""When a ticket is late, by the sentence of `promise.py`."""

from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import CreateOrder, Due, UpdateOrder
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Item, Order
from appliance.kitchen.promise import Promise
from appliance.kitchen.routing import Station
from appliance.kitchen.settings import Late, Settings
from appliance.kitchen.ticket import Leap, Moment
from tests.kitchen.orders import (
    AT_ONCE,
    DAY,
    HOUR,
    MINUTE,
    PASS,
    STATIONS,
    act,
    after,
    create,
    do,
    fire,
    item,
    new_kitchen,
    tick,
    ticket,
    update,
)

BURGER = item("1")
"""Ten minutes at the grill."""
FRIES = item("2", "Fries")
SECONDS = 1_000
PATIENT = replace(AT_ONCE, late_after=5 * MINUTE * SECONDS, very_late_after=8 * MINUTE * SECONDS)


OPENED = after(0)


class Seen(NamedTuple):
    """In seconds after the doors opened."""

    late: float
    very_late: float


def promise(kitchen: Kitchen, station: str, now: Moment = OPENED) -> Seen | None:
    found = ticket(kitchen, station)
    promise = kitchen.promise(found, kitchen.placed(found.number), now)
    return promise and in_seconds(promise)


def in_seconds(promise: Promise) -> Seen:
    opened = after(0).at
    return Seen((promise.late_at - opened) / SECONDS, (promise.very_late_at - opened) / SECONDS)


def kitchen_with(
    *rules: Late, stations: tuple[Station, ...] = STATIONS, settings: Settings = PATIENT
) -> Kitchen:
    return new_kitchen(stations=stations, settings=replace(settings, late=rules))


def of(*items: Item, wanted_in: int | None = None, **more: Any) -> CreateOrder:
    """An order for so many seconds after the doors opened."""
    wanted = None if wanted_in is None else after(wanted_in).at
    return CreateOrder(Order("7", items, pickup_at=wanted, **more), NOBODY)


def test_late_counts_from_when_the_order_came() -> None:
    kitchen = kitchen_with()
    do(kitchen, create(BURGER), after(100))
    assert promise(kitchen, "grill") == (100 + 5 * MINUTE, 100 + 8 * MINUTE)


def test_of_a_ticket_that_was_held_it_counts_from_when_it_was_fired() -> None:
    kitchen = kitchen_with()
    do(kitchen, create(item("1", course=2, status="hold"), FRIES), after(0))
    assert promise(kitchen, "grill") is None
    do(kitchen, fire(2), after(HOUR))
    assert promise(kitchen, "grill") == (HOUR + 5 * MINUTE, HOUR + 8 * MINUTE)
    assert promise(kitchen, "fry") == (5 * MINUTE, 8 * MINUTE)


def test_of_one_that_waits_for_another_station_it_counts_from_when_it_starts() -> None:
    kitchen = kitchen_with(settings=replace(PATIENT, finish_together=True))
    do(kitchen, create(BURGER, FRIES))
    assert promise(kitchen, "fry") is None
    do(kitchen, Due(), after(6 * MINUTE))
    assert promise(kitchen, "fry") == (11 * MINUTE, 14 * MINUTE)


def test_of_a_finished_ticket_that_comes_back_it_counts_from_then() -> None:
    kitchen = kitchen_with()
    do(kitchen, create(BURGER, FRIES))
    do(kitchen, act("grill", "bump"), after(MINUTE))
    assert promise(kitchen, "grill") is None
    do(kitchen, update(BURGER, FRIES, item("3", "Steak")), after(HOUR))
    assert promise(kitchen, "grill") == (HOUR + 5 * MINUTE, HOUR + 8 * MINUTE)


@pytest.mark.parametrize("off_by", [-25 * MINUTE, HOUR, -3_650 * DAY])
def test_of_one_that_came_while_the_clock_was_wrong_it_counts_all_the_same(off_by: int) -> None:
    kitchen = kitchen_with()
    do(kitchen, create(BURGER), after(100, wall_clock_off_by=off_by))
    assert promise(kitchen, "grill", after(130)) == (100 + 5 * MINUTE, 100 + 8 * MINUTE)
    assert ticket(kitchen, "grill").waits_since(after(130)) == after(100).at


def test_what_came_before_the_clock_was_put_forward_has_not_aged_by_the_night() -> None:
    kitchen = kitchen_with()
    do(kitchen, create(BURGER, id="8"), after(-60))
    came = replace(after(10), at=after(10).at + 5 * MINUTE * SECONDS, wall_is_set=False)
    do(kitchen, create(BURGER), came)
    night = 11 * HOUR * SECONDS
    leap = Leap(after(0).tick, after(30).tick, night)
    now = replace(after(11 * HOUR + 40), leap=leap)
    assert ticket(kitchen, "grill").waits_since(now) == now.at - 30 * SECONDS
    assert ticket(kitchen, "grill", "8").waits_since(now) == after(-60).at


def test_what_is_voided_is_not_late() -> None:
    kitchen = kitchen_with()
    do(kitchen, create(BURGER))
    do(kitchen, act("grill", "void"))
    assert promise(kitchen, "grill") is None
    assert promise(kitchen, "pass") is not None


AT_THE_BAR = Late(1 * SECONDS, 2 * SECONDS, station=("fry",))
DELIVERED = Late(3 * SECONDS, 4 * SECONDS, mode=("deliv*", "Drive Thru"))
BOTH = Late(5 * SECONDS, 6 * SECONDS, mode=("Delivery",), station=("fry",))


@pytest.mark.parametrize(
    ("rules", "mode", "station", "seen"),
    [
        ([DELIVERED], "Delivery", "grill", (3, 4)),
        ([DELIVERED], "DELIVERY", "fry", (3, 4)),
        ([DELIVERED], "drive-thru", "fry", (3, 4)),
        ([DELIVERED], "ToGo", "fry", (300, 480)),
        ([DELIVERED], None, "fry", (300, 480)),
        ([replace(DELIVERED, mode=("for here",))], None, "fry", (3, 4)),
        ([AT_THE_BAR], "Delivery", "fry", (1, 2)),
        ([AT_THE_BAR], "Delivery", "grill", (300, 480)),
        ([BOTH], "Delivery", "fry", (5, 6)),
        ([BOTH], "Delivery", "grill", (300, 480)),
        ([BOTH], "ToGo", "fry", (300, 480)),
        ([BOTH, DELIVERED, AT_THE_BAR], "Delivery", "fry", (5, 6)),
        ([DELIVERED, BOTH, AT_THE_BAR], "Delivery", "fry", (3, 4)),
        ([BOTH, DELIVERED, AT_THE_BAR], "ToGo", "fry", (1, 2)),
    ],
)
def test_the_first_rule_that_fits_mode_and_station_counts(
    rules: list[Late], mode: str | None, station: str, seen: tuple[int, int]
) -> None:
    kitchen = kitchen_with(*rules)
    do(kitchen, of(BURGER, FRIES, mode=mode))
    assert promise(kitchen, station) == seen


def test_a_stations_own_threshold_comes_after_the_rules_and_before_what_is_for_all() -> None:
    quick = replace(STATIONS[0], alert_threshold_seconds=60)
    kitchen = kitchen_with(DELIVERED, stations=(quick, *STATIONS[1:]))
    do(kitchen, of(BURGER, FRIES))
    assert promise(kitchen, "grill") == (60, 60 + 180)
    assert promise(kitchen, "fry") == (300, 480)
    delivered = kitchen_with(DELIVERED, stations=(quick, *STATIONS[1:]))
    do(delivered, of(BURGER, FRIES, mode="Delivery"))
    assert promise(delivered, "grill") == (3, 4)


PICKUP = 40 * MINUTE
LAST_CHANCE = PICKUP - 10 * MINUTE
"""Of the burger."""


@pytest.mark.parametrize("settings", [PATIENT, replace(PATIENT, finish_together=True)])
def test_what_is_begun_in_time_is_late_at_the_pick_up_time(settings: Settings) -> None:
    kitchen = kitchen_with(settings=settings)
    do(kitchen, of(BURGER, FRIES, wanted_in=PICKUP))
    assert promise(kitchen, "grill") is None
    # Timers are a little late.
    do(kitchen, Due(), after(LAST_CHANCE + 1))
    assert promise(kitchen, "grill") == (PICKUP, PICKUP)
    do(kitchen, act("grill", "start"), after(LAST_CHANCE + 2))
    assert promise(kitchen, "grill") == (PICKUP, PICKUP)


def test_what_can_no_longer_be_ready_is_late_and_very_late_at_the_pick_up_time() -> None:
    kitchen = kitchen_with()
    do(kitchen, of(BURGER, FRIES, wanted_in=PICKUP))
    do(kitchen, act("grill", "recall"), after(0))
    do(kitchen, Due(), after(LAST_CHANCE + 5 * MINUTE))
    assert promise(kitchen, "grill") == (LAST_CHANCE, PICKUP)
    do(kitchen, act("grill", "start"), after(LAST_CHANCE + 6 * MINUTE))
    assert promise(kitchen, "grill") == (LAST_CHANCE, PICKUP)
    do(kitchen, tick("grill", "1"), after(LAST_CHANCE + 7 * MINUTE))
    assert promise(kitchen, "grill") == (PICKUP, PICKUP)
    do(kitchen, tick("grill", "1", done=False), after(LAST_CHANCE + 7 * MINUTE))
    assert promise(kitchen, "grill") == (LAST_CHANCE, PICKUP)


def test_what_nobody_knows_how_long_it_takes_is_late_three_minutes_before() -> None:
    kitchen = kitchen_with()
    do(kitchen, of(item("1", "Salad"), wanted_in=PICKUP))
    do(kitchen, Due(), after(PICKUP - 15 * MINUTE))
    assert promise(kitchen, "cold") == (PICKUP, PICKUP)
    do(kitchen, act("cold", "start"), after(PICKUP - MINUTE))
    assert promise(kitchen, "cold") == (PICKUP - 3 * MINUTE, PICKUP)


def test_the_pass_cooks_nothing_and_is_late_at_the_pick_up_time() -> None:
    kitchen = kitchen_with()
    do(kitchen, of(BURGER, wanted_in=PICKUP))
    do(kitchen, Due(), after(PICKUP))
    assert promise(kitchen, PASS.id) == (PICKUP, PICKUP)


def test_what_waits_for_its_course_at_the_stations_makes_the_pass_no_sooner_late() -> None:
    kitchen = kitchen_with()
    do(kitchen, of(FRIES, item("1", course=2, status="hold"), wanted_in=PICKUP))
    do(kitchen, Due(), after(PICKUP))
    assert promise(kitchen, PASS.id) == (PICKUP, PICKUP)


def test_what_was_fired_in_time_and_begun_late_is_late() -> None:
    kitchen = kitchen_with()
    do(kitchen, of(BURGER, wanted_in=PICKUP))
    do(kitchen, Due(), after(LAST_CHANCE))
    do(kitchen, act("grill", "start"), after(LAST_CHANCE + MINUTE + 1))
    assert promise(kitchen, "grill") == (LAST_CHANCE, PICKUP)


@pytest.mark.parametrize(
    ("dish", "wanted_in"),
    [("Burger", -HOUR), ("Burger", 0), ("Burger", 9 * MINUTE), ("Salad", -1), ("Salad", 179)],
)
def test_a_pick_up_time_that_could_not_be_kept_promises_nothing(dish: str, wanted_in: int) -> None:
    kitchen = kitchen_with()
    do(kitchen, of(item("1", dish), wanted_in=wanted_in))
    assert promise(kitchen, "pass") == (300, 480)


def test_while_the_wall_clock_is_not_set_nothing_is_promised() -> None:
    kitchen = kitchen_with()
    do(kitchen, of(BURGER, wanted_in=PICKUP), replace(after(0), wall_is_set=False))
    assert promise(kitchen, "grill") == (300, 480)


def test_an_update_keeps_the_promise_and_another_pick_up_time_is_another_promise() -> None:
    kitchen = kitchen_with()
    do(kitchen, of(BURGER, wanted_in=PICKUP))
    do(kitchen, Due(), after(LAST_CHANCE))
    late = after(PICKUP - MINUTE)
    order = of(BURGER, item("2", "Fries"), wanted_in=PICKUP).order
    do(kitchen, UpdateOrder(order, NOBODY), late)
    assert promise(kitchen, "grill") == (PICKUP, PICKUP)
    assert promise(kitchen, "fry") == (PICKUP - 4 * MINUTE, PICKUP)
    do(kitchen, UpdateOrder(replace(order, pickup_at=after(2 * PICKUP).at), NOBODY), late)
    assert promise(kitchen, "pass") == (2 * PICKUP, 2 * PICKUP)


@pytest.mark.parametrize("jump", [-HOUR, HOUR, 3_650 * DAY])
def test_a_wall_clock_that_jumps_makes_nothing_late_that_was_begun_in_time(jump: int) -> None:
    kitchen = kitchen_with()
    do(kitchen, of(BURGER, wanted_in=PICKUP))
    do(kitchen, Due(), after(LAST_CHANCE, wall_clock_off_by=jump))
    do(kitchen, act("grill", "start"), after(LAST_CHANCE, wall_clock_off_by=jump))
    assert promise(kitchen, "grill") == (PICKUP, PICKUP)
