"""A point of sale that falls silent: missed where it is usual, and only there."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import CreateOrder
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.order import NOBODY, Order
from appliance.kitchen.settings import Settings
from appliance.kitchen.silence import SENDERS
from appliance.kitchen.ticket import Moment
from tests.kitchen.nights import restored
from tests.kitchen.orders import RULES, STATIONS, do, item, new_kitchen

FRIDAY = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def moment(when: datetime) -> Moment:
    at = int(when.timestamp() * 1000)
    return Moment(at, at)


def sends(kitchen: Kitchen, when: datetime, orders: int = 1, **who: str | None) -> None:
    """So many orders, a second apart."""
    for count in range(orders):
        now = moment(when + timedelta(seconds=count))
        number = kitchen.state().orders_counted
        order = Order(f"order-{number}", (item("1"),), **who)  # type: ignore[arg-type]
        do(kitchen, CreateOrder(order, NOBODY), now)


def usual(kitchen: Kitchen, *weeks_ago: int, orders: int = 6, **who: str | None) -> Kitchen:
    """A kitchen that got orders on Fridays from 18:00 to 18:30."""
    for weeks in sorted(weeks_ago, reverse=True):
        sends(kitchen, FRIDAY - weeks * WEEK, orders, **who)
    return kitchen


def missed(kitchen: Kitchen, when: datetime) -> list[str]:
    return [silent.name for silent in kitchen.silent(moment(when))]


def test_who_usually_sends_and_does_not_is_missed_after_that_half_hour() -> None:
    kitchen = usual(new_kitchen(), 2, 1, origin_source="Web")
    assert missed(kitchen, FRIDAY + 29 * MINUTE) == []
    assert missed(kitchen, FRIDAY + 30 * MINUTE) == ["Web"]
    (silent,) = kitchen.silent(moment(FRIDAY + 30 * MINUTE))
    assert silent.since == moment(FRIDAY - WEEK + timedelta(seconds=5)).at


def test_the_next_order_ends_it() -> None:
    kitchen = usual(new_kitchen(), 2, 1)
    assert missed(kitchen, FRIDAY + 40 * MINUTE) == [""]
    sends(kitchen, FRIDAY + 40 * MINUTE)
    assert missed(kitchen, FRIDAY + 41 * MINUTE) == []


def test_an_order_in_the_half_hour_is_enough() -> None:
    kitchen = usual(new_kitchen(), 2, 1)
    sends(kitchen, FRIDAY + MINUTE)
    assert missed(kitchen, FRIDAY + 40 * MINUTE) == []


@pytest.mark.parametrize(
    ("weeks_ago", "silent"),
    [((1,), []), ((1, 2), [""]), ((4, 1), [""]), ((5, 1), []), ((1, 2, 3, 4), [""]), ((), [])],
)
def test_two_of_the_last_four_such_weekdays_make_it_usual(
    weeks_ago: tuple[int, ...], silent: list[str]
) -> None:
    kitchen = usual(new_kitchen(), *weeks_ago)
    sends(kitchen, FRIDAY - DAY)
    assert missed(kitchen, FRIDAY + 30 * MINUTE) == silent


@pytest.mark.parametrize(("orders", "silent"), [(5, []), (6, [""])])
def test_a_few_orders_are_no_habit(orders: int, silent: list[str]) -> None:
    kitchen = usual(new_kitchen(), 2, 1, orders=orders)
    assert missed(kitchen, FRIDAY + 30 * MINUTE) == silent


def test_a_few_orders_in_each_of_several_half_hours_are() -> None:
    kitchen = new_kitchen()
    for weeks in (2, 1):
        for half_hours in range(3):
            sends(kitchen, FRIDAY - weeks * WEEK + half_hours * 30 * MINUTE, 2)
    assert missed(kitchen, FRIDAY + 60 * MINUTE) == []
    assert missed(kitchen, FRIDAY + 90 * MINUTE) == [""]


@pytest.mark.parametrize("off", [-DAY, DAY, -3 * HOUR, 3 * HOUR])
def test_nobody_is_missed_on_other_days_and_at_other_hours(off: timedelta) -> None:
    kitchen = usual(new_kitchen(), 3, 2, 1)
    assert missed(kitchen, FRIDAY + 30 * MINUTE) == [""]
    assert missed(kitchen, FRIDAY + 30 * MINUTE + off) == []


def test_who_has_not_sent_for_eight_days_is_not_missed_any_more() -> None:
    kitchen = usual(new_kitchen(), 3, 2)
    sends(kitchen, FRIDAY - 8 * DAY + 30 * MINUTE)
    assert missed(kitchen, FRIDAY + 30 * MINUTE) == [""]
    gone = usual(new_kitchen(), 3, 2)
    sends(gone, FRIDAY - 8 * DAY + 29 * MINUTE)
    assert missed(gone, FRIDAY + 30 * MINUTE) == []


def test_each_sender_is_known_by_what_its_orders_say() -> None:
    kitchen = new_kitchen()
    for who in ({"origin_source": "Web", "source": "x"}, {"source": "Kiosk"}, {}):
        usual(kitchen, 2, 1, **who)  # type: ignore[arg-type]
    assert missed(kitchen, FRIDAY + 30 * MINUTE) == ["", "Kiosk", "Web"]
    sends(kitchen, FRIDAY + 31 * MINUTE, source="Kiosk", terminal="2")
    assert missed(kitchen, FRIDAY + 32 * MINUTE) == ["", "Web"]


def test_while_the_wall_clock_is_not_set_nobody_is_missed() -> None:
    kitchen = usual(new_kitchen(), 2, 1)
    now = moment(FRIDAY + 30 * MINUTE)
    assert kitchen.silent(replace(now, wall_is_set=False)) == []


def test_the_hour_is_that_of_local_clocks_also_when_they_were_changed() -> None:
    zone = ZoneInfo("America/Chicago")
    before, changed = (datetime(2026, 3, day, 18, tzinfo=zone) for day in (6, 13))
    assert before.utcoffset() != changed.utcoffset()
    kitchen = Kitchen(Plan(STATIONS, RULES, "cold", zone))
    sends(kitchen, before - WEEK, 6)
    sends(kitchen, before, 6)
    assert missed(kitchen, changed + 29 * MINUTE) == []
    assert missed(kitchen, changed + 30 * MINUTE) == [""]


def test_a_wall_clock_that_was_wrong_for_a_while_makes_nobody_missed() -> None:
    kitchen = usual(new_kitchen(), 2)
    sends(kitchen, FRIDAY + 3_650 * DAY, 6)
    sends(kitchen, FRIDAY - WEEK, 6)
    assert missed(kitchen, FRIDAY + 30 * MINUTE) == []
    (sender,) = kitchen.state().senders
    assert [count for _half_hour, count in sender.half_hours] == [6]


def test_it_survives_a_restart() -> None:
    kitchen = restored(usual(new_kitchen(), 2, 1, origin_source="Web"))
    assert missed(kitchen, FRIDAY + 30 * MINUTE) == ["Web"]


def test_what_is_remembered_is_bounded() -> None:
    kitchen = new_kitchen()
    for sender in (*range(SENDERS), 0, SENDERS):
        sends(kitchen, FRIDAY + sender * MINUTE, origin_source=f"{sender:03}" * 200)
    for day in range(60):
        sends(kitchen, FRIDAY + day * DAY, origin_source="Web")
    senders = {sender.name: sender for sender in kitchen.state().senders}
    assert len(senders) == SENDERS
    assert {"Web", "0" * 64, ("032" * 22)[:64]} < senders.keys()
    assert all(len(name) <= 64 for name in senders)
    assert len(senders["Web"].half_hours) == 29


def test_orders_are_counted_by_half_hours_from_whomever() -> None:
    kitchen = new_kitchen()
    assert kitchen.arrivals(moment(FRIDAY)).last_at is None
    sends(kitchen, FRIDAY - 18 * HOUR - MINUTE, 4)  # Before midnight.
    sends(kitchen, FRIDAY - 9 * HOUR, 3, origin_source="Web")
    sends(kitchen, FRIDAY - HOUR, 2)
    sends(kitchen, FRIDAY + MINUTE)
    told = kitchen.arrivals(moment(FRIDAY + 29 * MINUTE))
    assert (told.today, told.lately) == (6, 3)
    assert told.lately_since == moment(FRIDAY - HOUR).at
    assert told.last_at == moment(FRIDAY + MINUTE).at
    assert kitchen.arrivals(moment(FRIDAY + 30 * MINUTE)).lately == 1
    assert kitchen.arrivals(moment(FRIDAY + 6 * HOUR)).today == 0


def test_a_day_that_closes_in_the_morning_has_the_orders_after_midnight() -> None:
    kitchen = new_kitchen(settings=Settings(day_closes=4 * 60))
    sends(kitchen, FRIDAY, 2)
    sends(kitchen, FRIDAY + 7 * HOUR)
    assert kitchen.arrivals(moment(FRIDAY + 8 * HOUR)).today == 3
    assert kitchen.arrivals(moment(FRIDAY + 10 * HOUR)).today == 0
