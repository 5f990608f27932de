"""The end of the business day: what is left on the boards is closed, once, and told."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.kitchen.closing import LEAST_MS, TOLD_MS, closing_of
from appliance.kitchen.command import CreateOrder, Due, SetPriority
from appliance.kitchen.decision import Decision
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.memory import FINISHED_ORDERS_KEPT
from appliance.kitchen.order import NOBODY, Order
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Moment
from tests.kitchen.nights import Step, nights, restored
from tests.kitchen.orders import (
    AT_ONCE,
    DAY,
    HOUR,
    MINUTE,
    TOGETHER,
    act,
    after,
    board,
    create,
    do,
    fire,
    item,
    kinds,
    new_kitchen,
    ticket,
    update,
)

CLOSES = 4 * 60
"""The doors opened at 18:00, ten hours before."""
AT_4 = 10 * HOUR
SETTINGS = replace(AT_ONCE, day_closes=CLOSES)


def at_work(*, with_pass: bool = True) -> Kitchen:
    return new_kitchen(settings=SETTINGS, with_pass=with_pass)


def run_timers(kitchen: Kitchen, until: float, *, wall_clock_off_by: int = 0) -> list[str]:
    """Whatever time brings until then; what happened."""
    happened: list[str] = []
    while (due := kitchen.next_due) is not None and due <= until * 1000:
        now = after(due / 1000, wall_clock_off_by=wall_clock_off_by)
        happened += kinds(do(kitchen, Due(), now).events)
        later = kitchen.next_due
        assert later is None or later > due, "a timer that does not end"
    return happened


def closed(kitchen: Kitchen) -> set[tuple[str, str]]:
    """Order ids and stations of what has been forgotten, ever."""
    return {
        (placed.order.id, each.station)
        for placed, tickets in kitchen.state().orders
        for each in tickets
        if each.forgotten
    }


def test_what_is_left_on_the_boards_is_closed_at_the_closing_time() -> None:
    kitchen = at_work()
    do(kitchen, create(item("1"), item("2", "Fries")))
    do(kitchen, act("fry", "bump"), after(HOUR))
    do(kitchen, create(item("1", "Fries"), id="8"), after(HOUR))
    assert kitchen.next_due == AT_4 * 1000
    assert run_timers(kitchen, AT_4 - 1) == []
    assert run_timers(kitchen, AT_4) == ["forgotten"] * 4
    assert kitchen.live_tickets() == []
    assert kitchen.next_due is None
    assert closed(kitchen) == {("7", "grill"), ("7", "pass"), ("8", "fry"), ("8", "pass")}


def test_the_forgotten_are_told_for_a_while_and_no_report_counts_their_time() -> None:
    kitchen = at_work(with_pass=False)
    do(kitchen, create(item("1"), item("2", "Fries")))
    do(kitchen, act("fry", "start"), after(MINUTE))
    run_timers(kitchen, AT_4)
    told = kitchen.forgotten(after(AT_4))
    assert [(each.number, each.station) for each in told] == [(1, "fry"), (1, "grill")]
    fry, grill = told
    assert (grill.status, grill.started_at, grill.completed_at) == ("bumped", None, None)
    assert (fry.started_at, fry.completed_at) == (after(MINUTE).at, None)
    assert kitchen.forgotten(after(AT_4 + TOLD_MS / 1000 - 1)) == told
    assert kitchen.forgotten(after(AT_4 + TOLD_MS / 1000)) == []
    assert restored(kitchen).forgotten(after(AT_4)) == told


def test_one_that_was_not_forgotten_is_recalled_and_has_another_day() -> None:
    kitchen = at_work(with_pass=False)
    do(kitchen, create(item("1")))
    run_timers(kitchen, AT_4)
    decision = do(kitchen, act("grill", "recall"), after(AT_4 + MINUTE))
    assert kinds(decision.events) == ["recalled"]
    assert not ticket(kitchen, "grill").forgotten
    assert kitchen.forgotten(after(AT_4 + MINUTE)) == []
    assert kitchen.next_due == (AT_4 + DAY) * 1000


def test_yesterdays_number_is_another_order_today() -> None:
    kitchen = at_work()
    do(kitchen, create(item("1"), id="123"))
    run_timers(kitchen, AT_4)
    do(kitchen, create(item("1", "Fries"), id="123"), after(17 * HOUR))
    assert board(kitchen, "fry") == ["123"]
    assert board(kitchen, "grill") == []
    assert ticket(kitchen, "fry", "123").number == 2


def test_what_came_or_was_fired_shortly_before_has_two_hours() -> None:
    kitchen = at_work()
    do(kitchen, create(item("1"), id="early"), after(AT_4 - 2 * HOUR - 1))
    do(kitchen, create(item("1"), id="late"), after(AT_4 - 2 * HOUR + 1))
    do(kitchen, create(item("1"), id="changed"))
    do(kitchen, update(item("1"), item("2", "Fries"), id="changed"), after(AT_4 - HOUR))
    run_timers(kitchen, AT_4)
    assert board(kitchen, "grill") == ["changed", "late"]
    do(kitchen, create(item("1"), item("3", "Cake"), id="changed"), after(AT_4 + MINUTE - 1))
    assert ticket(kitchen, "cold", "changed").number == 3
    assert run_timers(kitchen, AT_4 + MINUTE - 1) == []
    run_timers(kitchen, AT_4 + MINUTE)
    assert board(kitchen, "grill") == ["changed"]
    do(kitchen, act("cold", "bump", "changed"), after(AT_4 + 2 * MINUTE))
    run_timers(kitchen, AT_4 + DAY - 1)
    assert board(kitchen, "grill") == ["changed"]
    run_timers(kitchen, AT_4 + DAY)
    assert board(kitchen, "grill") == []


def test_one_that_was_fired_shortly_before_is_closed_two_hours_later() -> None:
    kitchen = at_work()
    do(kitchen, create(HELD))
    do(kitchen, fire(1), after(AT_4 - HOUR))
    assert run_timers(kitchen, AT_4 + HOUR - 1) == []
    assert run_timers(kitchen, AT_4 + HOUR) == ["forgotten"] * 2


def test_an_order_for_tomorrow_is_not_closed_tonight() -> None:
    kitchen = at_work(with_pass=False)
    lunch = 18 * HOUR
    order = Order("7", (item("1"),), pickup_at=after(lunch).at)
    do(kitchen, CreateOrder(order, NOBODY))
    assert run_timers(kitchen, lunch) == ["fired"]
    assert board(kitchen, "grill") == ["7"]
    run_timers(kitchen, AT_4 + DAY - 1)
    assert board(kitchen, "grill") == ["7"]
    run_timers(kitchen, AT_4 + DAY)
    assert board(kitchen, "grill") == []


def test_one_that_is_put_off_until_tomorrow_is_not_closed_tonight() -> None:
    kitchen = at_work()
    do(kitchen, create(item("1")))
    order = Order("7", (item("1"),), pickup_at=after(18 * HOUR).at)
    do(kitchen, update(*order.items), after(MINUTE))
    assert kitchen.next_due == AT_4 * 1000
    put_off = replace(update(), order=order)
    do(kitchen, put_off, after(2 * MINUTE))
    assert kitchen.next_due is not None
    run_timers(kitchen, AT_4)
    assert board(kitchen, "pass") == ["7"]


HELD = item("1", course=1, status="hold")


def test_an_order_of_which_nothing_was_fired_waits_one_day_longer() -> None:
    kitchen = at_work()
    do(kitchen, create(HELD))
    run_timers(kitchen, AT_4 + DAY - 1)
    assert board(kitchen, "grill") == ["7"]
    assert run_timers(kitchen, AT_4 + DAY) == ["forgotten"] * 2


def test_one_that_is_fired_the_next_day_has_that_day() -> None:
    kitchen = at_work()
    do(kitchen, create(HELD))
    noon = 18 * HOUR
    run_timers(kitchen, noon)
    do(kitchen, fire(1), after(noon))
    assert run_timers(kitchen, AT_4 + DAY - 1) == []
    assert kinds(do(kitchen, act("grill", "start"), after(noon + MINUTE)).events)
    run_timers(kitchen, AT_4 + DAY)
    assert board(kitchen, "grill") == []


def test_its_number_is_another_order_as_soon_as_its_day_is_over() -> None:
    kitchen = at_work()
    do(kitchen, create(HELD))
    do(kitchen, create(HELD, item("2", "Fries", course=2, status="hold")), after(AT_4 - 1))
    assert ticket(kitchen, "fry").number == 1
    do(kitchen, create(item("3", "Steak")), after(AT_4))
    assert ticket(kitchen, "grill").number == 2
    assert [line.id for line in ticket(kitchen, "grill").lines] == ["3"]
    assert board(kitchen, "fry") == []


def test_what_a_finished_meal_left_held_is_closed_with_its_day() -> None:
    kitchen = at_work()
    do(kitchen, create(item("1"), item("2", "Cake", course=3, status="hold")))
    do(kitchen, act("pass", "bump"), after(HOUR))
    assert board(kitchen, "cold") == ["7"]
    run_timers(kitchen, AT_4)
    assert closed(kitchen) == {("7", "cold"), ("7", "pass")}
    assert kitchen.live_tickets() == []


def test_struck_cards_that_nobody_cleared_go_too() -> None:
    kitchen = at_work(with_pass=False)
    do(kitchen, create(item("1")))
    do(kitchen, act("grill", "void"))
    assert run_timers(kitchen, AT_4) == ["bumped"]
    assert board(kitchen, "grill") == []
    assert ticket(kitchen, "grill").status == "voided"
    assert kitchen.forgotten(after(AT_4 + HOUR)) == []


def test_a_forgotten_ticket_that_an_update_brings_back_is_one_no_more() -> None:
    kitchen = at_work(with_pass=False)
    do(kitchen, create(item("1"), item("2", "Fries")))
    run_timers(kitchen, AT_4)
    do(kitchen, act("grill", "recall"), after(AT_4 + MINUTE))
    do(kitchen, update(item("1"), item("2", "Fries"), item("3", "Fries")), after(AT_4 + MINUTE))
    assert board(kitchen, "fry") == ["7"]
    assert closed(kitchen) == set()


def test_what_has_left_the_memory_is_told_no_more() -> None:
    kitchen = at_work(with_pass=False)
    do(kitchen, create(item("1"), id="forgotten"))
    run_timers(kitchen, AT_4)
    for count in range(FINISHED_ORDERS_KEPT):
        assert len(kitchen.forgotten(after(AT_4))) == 1
        do(kitchen, create(item("1"), id=f"{count}"), after(AT_4))
        do(kitchen, act("grill", "bump", f"{count}"), after(AT_4))
    assert kitchen.forgotten(after(AT_4)) == []


def test_of_several_days_the_oldest_orders_are_closed_first() -> None:
    kitchen = at_work(with_pass=False)
    for order_id in ("1", "2"):
        do(kitchen, create(item("1"), id=order_id))
    for order_id in ("2", "1"):
        put_off = Order(order_id, (item("1"),), pickup_at=after(18 * HOUR).at)
        do(kitchen, replace(update(), order=put_off))
    events = do(kitchen, Due(), after(9 * DAY)).events
    assert [each.ticket.number for each in events if isinstance(each, TicketChanged)] == [1, 2]


def test_while_the_wall_clock_is_not_set_a_pick_up_time_closes_nothing_later() -> None:
    order = Order("7", pickup_at=after(18 * HOUR).at)
    now = replace(after(0), wall_is_set=False)
    assert closing_of(order, now, CLOSES, UTC) == (DAY + 2 * HOUR) * 1000


@pytest.mark.parametrize("off_by", [8 * HOUR - MINUTE, -HOUR, -3_650 * DAY])
def test_what_the_wall_clock_shows_closes_nothing_while_it_is_not_set(off_by: int) -> None:
    kitchen = at_work()
    now = replace(after(0, wall_clock_off_by=off_by), wall_is_set=False)
    do(kitchen, create(item("1")), now)
    assert run_timers(kitchen, DAY + 2 * HOUR - 1) == []
    assert run_timers(kitchen, DAY + 2 * HOUR) == ["forgotten"] * 2


def test_after_a_long_absence_what_is_over_is_closed_and_not_fired() -> None:
    kitchen = new_kitchen(settings=replace(TOGETHER, day_closes=CLOSES), with_pass=False)
    do(kitchen, create(item("1"), item("2", "Fries")))
    assert ticket(kitchen, "fry").status == "held"
    assert kinds(do(kitchen, Due(), after(2 * DAY)).events) == ["forgotten"] * 2
    assert kitchen.next_due is None


def test_never_is_never() -> None:
    kitchen = new_kitchen(settings=AT_ONCE)
    do(kitchen, create(item("1")))
    assert kitchen.next_due is None
    assert do(kitchen, Due(), after(30 * DAY)).events == ()


def test_the_deadlines_survive_a_restart_whatever_the_settings_are_by_then() -> None:
    kitchen = at_work()
    do(kitchen, create(item("1")))
    state = kitchen.state()
    again = Kitchen(kitchen.plan, AT_ONCE)
    again.restore(state, {})
    assert again.next_due == AT_4 * 1000


@pytest.mark.parametrize(
    ("zone", "at", "wanted"),
    [
        ("UTC", "2026-03-02T18:00", "2026-03-03T04:00"),
        ("UTC", "2026-03-03T02:00", "2026-03-03T04:00"),
        ("UTC", "2026-03-03T02:01", "2026-03-03T04:01"),
        ("UTC", "2026-03-03T04:00", "2026-03-03T06:00"),
        ("UTC", "2026-03-03T04:01", "2026-03-04T04:00"),
        ("America/Chicago", "2026-03-02T18:00", "2026-03-03T04:00"),
        ("America/Chicago", "2026-03-07T18:00", "2026-03-08T04:00"),  # The night is shorter.
        ("America/Chicago", "2026-10-31T18:00", "2026-11-01T04:00"),  # The night is longer.
    ],
)
def test_the_closing_time_is_the_first_on_local_clocks_or_two_hours_later(
    zone: str, at: str, wanted: str
) -> None:
    placed, closing = (
        int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)
        for text in (at, wanted)
    )
    found = closing_of(Order("7"), Moment(placed, 60_000_000), CLOSES, ZoneInfo(zone))
    assert found == 60_000_000 + closing - placed


def test_the_orders_of_a_day_have_one_closing_in_common_however_the_clocks_drift() -> None:
    first = closing_of(Order("7"), Moment(after(0).at, 1_000), CLOSES, UTC)
    second = closing_of(Order("8"), Moment(after(60).at + 7, 61_000), CLOSES, UTC)
    assert first == second
    assert first is not None
    assert first % 60_000 == 0


ZONES = st.sampled_from([UTC, ZoneInfo("America/Chicago"), ZoneInfo("Asia/Kathmandu")])
TIMES = st.integers(0, 253_402_300_799_999)


@settings(deadline=None, derandomize=True)
@given(TIMES, st.none() | TIMES, st.integers(0, 1_439), ZONES)
def test_whatever_time_it_is_an_order_has_two_hours_and_at_most_a_day_more(
    at: int, pickup_at: int | None, day_closes: int, zone: tzinfo
) -> None:
    order = Order("7", pickup_at=pickup_at)
    closes = closing_of(order, Moment(at, 0), day_closes, zone)
    wanted = max(0, (pickup_at or 0) - at)
    an_hour_for_clocks_that_are_changed = 3_600_000
    if closes is None:
        assert at + wanted > 253_402_300_799_999 - 3 * DAY * 1000
    else:
        longest = DAY * 1000 + an_hour_for_clocks_that_are_changed
        assert wanted + LEAST_MS <= closes <= wanted + LEAST_MS + longest


WAYS_TO_WORK = st.sampled_from([SETTINGS, replace(TOGETHER, day_closes=CLOSES)])


def decisions(kitchen: Kitchen, night: list[Step], jump: int) -> list[Decision]:
    """An order, then the night with a wall clock that is off from then on; timers run."""
    made = [do(kitchen, create(item("1"), item("2", "Fries"), id="7"))]
    seconds = 0.0
    for command, pause, _off_by in night:
        until = seconds + pause
        while (due := kitchen.next_due) is not None and due <= until * 1000:
            seconds = max(seconds, due / 1000)
            made.append(do(kitchen, Due(), after(seconds, wall_clock_off_by=jump)))
        seconds = until
        if not isinstance(command, CreateOrder):
            made.append(do(kitchen, command, after(seconds, wall_clock_off_by=jump)))
    return made


@settings(deadline=None, derandomize=True, max_examples=60)
@given(nights, st.sampled_from([-HOUR, HOUR, 3_650 * DAY]), WAYS_TO_WORK)
def test_a_wall_clock_that_jumps_closes_and_fires_nothing_and_moves_no_ticket(
    night: list[Step], jump: int, way_to_work: Settings
) -> None:
    right, wrong = new_kitchen(settings=way_to_work), new_kitchen(settings=way_to_work)
    as_it_should_be = decisions(right, night, 0)
    for one, other in zip(as_it_should_be, decisions(wrong, night, jump), strict=True):
        assert kinds(one.events) == kinds(other.events)
    assert right.next_due == wrong.next_due
    assert closed(right) == closed(wrong)
    for station in right.router.stations:
        assert board(right, station) == board(wrong, station)


def test_priority_moves_a_ticket_to_the_front_once_it_is_fired() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1"), id="1"), after(0))
    do(kitchen, create(HELD, id="2"), after(1))
    do(kitchen, create(item("1"), id="3"), after(2))
    do(kitchen, SetPriority("grill", "2", "urgent"), after(3))
    assert board(kitchen, "grill") == ["1", "2", "3"]
    do(kitchen, act("grill", "start", "2"), after(4))
    assert board(kitchen, "grill") == ["2", "1", "3"]
