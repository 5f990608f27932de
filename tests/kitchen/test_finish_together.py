"""Stations of an order begin so that they finish together: what each board shows when."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.kitchen.command import Command, Due
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Item
from appliance.kitchen.ticket import Ticket
from appliance.kitchen.working import clear
from tests.kitchen.orders import (
    AT_ONCE,
    MINUTE,
    STATIONS,
    TOGETHER,
    act,
    after,
    board,
    create,
    do,
    done,
    fire,
    held,
    item,
    new_kitchen,
    rule,
    tick,
    ticket,
    to_do,
    update,
)

BURGER, FRIES, SALAD = 600, 240, 0
"""Seconds that the rules of the test kitchen say; nobody knows how long a salad takes."""


def together(*commands: Command, with_pass: bool = True) -> Kitchen:
    kitchen = new_kitchen(with_pass=with_pass, settings=TOGETHER)
    for command in commands:
        do(kitchen, command)
    return kitchen


def run_timers(kitchen: Kitchen, until: float) -> list[tuple[float, str, list[str]]]:
    """When what was fired by itself, and where; `until` in seconds."""
    fired = []
    while (due := kitchen.next_due) is not None and due <= until * 1000:
        decision = do(kitchen, Due(), after(due / 1000))
        for event in decision.events:
            station: Ticket = event.ticket  # type: ignore[union-attr]
            fired.append((due / 1000, station.station, to_do(station)))
    return fired


def test_the_shorter_station_begins_later() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    fry = ticket(kitchen, "fry")
    assert (fry.status, held(fry)) == ("held", ["2"])
    assert fry.fires_at == after(BURGER - FRIES).at
    assert run_timers(kitchen, BURGER - FRIES - 1) == []
    assert run_timers(kitchen, BURGER) == [(BURGER - FRIES, "fry", ["2"])]
    fry = ticket(kitchen, "fry")
    assert (fry.status, fry.fires_at) == ("pending", None)
    assert fry.fired_at == after(BURGER - FRIES).at
    assert kitchen.next_due is None


def test_the_pass_sees_everything_at_once() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    assert to_do(ticket(kitchen, "pass")) == ["1", "2"]


def test_what_takes_nobody_knows_how_long_is_not_held() -> None:
    kitchen = together(create(item("1"), item("2", "Salad")))
    assert to_do(ticket(kitchen, "cold")) == ["2"]


def test_a_setting_turns_it_off() -> None:
    kitchen = new_kitchen(settings=AT_ONCE)
    do(kitchen, create(item("1"), item("2", "Fries")))
    assert to_do(ticket(kitchen, "fry")) == ["2"]
    assert kitchen.next_due is None


@pytest.mark.parametrize("action", ["start", "bump"])
def test_a_station_can_always_begin_now(action: str) -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    do(kitchen, act("fry", action), after(MINUTE))  # type: ignore[arg-type]
    fry = ticket(kitchen, "fry")
    assert fry.status == {"start": "in_progress", "bump": "bumped"}[action]
    assert kitchen.next_due is None


def test_a_tick_begins_that_line_alone() -> None:
    kitchen = together(create(item("1"), item("2", "Fries"), item("3", "Fries large")))
    do(kitchen, tick("fry", "2"), after(MINUTE))
    fry = ticket(kitchen, "fry")
    assert (fry.status, held(fry), done(fry)) == ("held", ["3"], ["2"])
    assert [line.due for line in fry.lines] == [MINUTE * 1000, (BURGER - FRIES) * 1000]
    assert run_timers(kitchen, BURGER) == [(BURGER - FRIES, "fry", ["3"])]
    assert ticket(kitchen, "fry").status == "pending"


def test_a_card_that_is_taken_off_leaves_nothing_behind() -> None:
    course = item("4", "Fries", course=2, status="hold")
    kitchen = together(create(item("1"), item("2", "Fries"), item("3", "Fries"), course))
    do(kitchen, tick("fry", "2"))
    fry = ticket(kitchen, "fry")
    assert [(line.done, line.timed, line.unfired) for line in fry.lines] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    off = clear(fry, after(MINUTE))
    assert not off.live
    assert all(line.bump for line in off.lines)


def test_a_card_starts_when_what_is_left_of_it_does() -> None:
    second = item("3", course=2, status="hold"), item("4", "Fries", course=2, status="hold")
    first = item("1", course=3), item("2", "Fries", course=3)
    kitchen = together(create(*first, *second))
    do(kitchen, fire(2), after(MINUTE))
    assert ticket(kitchen, "fry").fires_at == after(BURGER - FRIES).at
    do(kitchen, tick("fry", "2"), after(2 * MINUTE))
    assert ticket(kitchen, "fry").fires_at == after(MINUTE + BURGER - FRIES).at


def test_it_waits_for_a_burger_that_is_begun_late() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    do(kitchen, act("grill", "start"), after(3 * MINUTE))
    assert ticket(kitchen, "fry").fires_at == after(3 * MINUTE + BURGER - FRIES).at
    assert run_timers(kitchen, 3_600) == [(3 * MINUTE + BURGER - FRIES, "fry", ["2"])]


def test_it_begins_when_nothing_else_is_left_to_wait_for() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    do(kitchen, act("grill", "bump"), after(MINUTE))
    assert to_do(ticket(kitchen, "fry")) == ["2"]
    assert kitchen.next_due is None


def test_where_nobody_presses_start_the_plan_stands() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    do(kitchen, act("pass", "start"), after(3 * MINUTE))
    assert run_timers(kitchen, BURGER) == [(BURGER - FRIES, "fry", ["2"])]


def test_an_item_that_is_added_is_planned_with_the_others() -> None:
    kitchen = together(create(item("2", "Fries")))
    assert to_do(ticket(kitchen, "fry")) == ["2"]
    do(kitchen, update(item("2", "Fries"), item("1"), item("3", "Fries large")), after(MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    fry = ticket(kitchen, "fry")
    assert (to_do(fry), held(fry)) == (["2"], ["3"]), "what was fired is not taken back"
    assert run_timers(kitchen, 3_600) == [(MINUTE + BURGER - FRIES, "fry", ["2", "3"])]


def test_what_took_longest_goes_and_the_rest_is_not_held_for_it() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    do(kitchen, update(item("2", "Fries")), after(MINUTE))
    assert to_do(ticket(kitchen, "fry")) == ["2"]


def test_a_voided_ticket_is_not_waited_for_and_fires_nothing() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    do(kitchen, act("fry", "void"), after(MINUTE))
    assert kitchen.next_due is None
    kitchen = together(create(item("1"), item("2", "Fries")))
    do(kitchen, act("grill", "void"), after(MINUTE))
    assert to_do(ticket(kitchen, "fry")) == ["2"]


def test_courses_are_planned_each_for_itself() -> None:
    first, second = item("1", "Fries", course=1), item("2", course=2, status="hold")
    third = item("3", "Fries", course=2, status="hold")
    kitchen = together(create(first, second, third))
    assert to_do(ticket(kitchen, "fry")) == ["1"], "not held for a burger that nobody cooks yet"
    do(kitchen, fire(2), after(5 * MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["2"]
    assert to_do(ticket(kitchen, "fry")) == ["1"]
    assert run_timers(kitchen, 3_600) == [(5 * MINUTE + BURGER - FRIES, "fry", ["1", "3"])]


def test_firing_again_overrules_the_plan() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    do(kitchen, fire(0), after(MINUTE))
    assert to_do(ticket(kitchen, "fry")) == ["2"]
    assert kitchen.next_due is None


def test_a_line_that_is_made_at_two_stations_begins_at_each_in_its_time() -> None:
    kitchen = together(create(item("1", "Combo")))
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert held(ticket(kitchen, "fry")) == ["1"]
    do(kitchen, act("grill", "start"), after(2 * MINUTE))
    assert run_timers(kitchen, 3_600) == [(2 * MINUTE + BURGER - FRIES, "fry", ["1"])]


def test_a_ticket_that_waits_keeps_its_place_on_the_board() -> None:
    kitchen = together(create(item("1"), item("2", "Fries"), id="7"))
    do(kitchen, create(item("2", "Fries"), id="8"), after(MINUTE))
    assert board(kitchen, "fry") == ["7", "8"]
    run_timers(kitchen, BURGER)
    assert board(kitchen, "fry") == ["7", "8"]


def test_a_course_that_is_fired_stands_behind_what_was_to_cook_before_it() -> None:
    kitchen = together(create(item("1", course=2, status="hold"), id="7"))
    do(kitchen, create(item("1"), id="8"), after(MINUTE))
    do(kitchen, fire(2), after(2 * MINUTE))
    do(kitchen, create(item("1"), id="9"), after(3 * MINUTE))
    assert board(kitchen, "grill") == ["8", "7", "9"]
    assert ticket(kitchen, "grill", "7").fired_at == after(2 * MINUTE).at


preps = st.integers(1, 3_600)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(preps, min_size=3, max_size=3), st.lists(st.integers(0, 2), max_size=8))
def test_the_plan_finishes_together_within_the_time_of_the_slowest(
    prep: list[int], stops: list[int]
) -> None:
    stations = [station.id for station in STATIONS]
    rules = [
        rule(station, seconds, id=station, name=(station,))
        for station, seconds in zip(stations, prep, strict=True)
    ]
    kitchen = new_kitchen(rules=rules, settings=TOGETHER)
    items: Iterable[Item] = [item(str(n), stations[stop]) for n, stop in enumerate(stops)]
    do(kitchen, create(*items))
    used = {stations[stop]: prep[stop] for stop in stops}
    begins = dict.fromkeys(used, 0.0) | {
        station: at for at, station, _lines in run_timers(kitchen, 10_000)
    }
    longest = max(used.values(), default=0)
    assert {station: begins[station] + used[station] for station in used} == dict.fromkeys(
        used, longest
    )


@pytest.mark.parametrize(
    ("fries", "burger", "numbers", "together"),
    [
        ("Starter", "Main", {"starter": 1, "main": 2}, False),
        ("Starter", "Main", {}, False),
        ("Main", " main ", {}, True),
        ("Main", "Course 2", {"main": 2}, True),
        ("", None, {}, True),
    ],
)
def test_what_is_of_one_course_by_name_or_by_number_finishes_together(
    fries: str,
    burger: str | None,
    numbers: dict[str, int],
    together: bool,  # noqa: FBT001
) -> None:
    kitchen = new_kitchen(settings=replace(TOGETHER, courses=numbers))
    items = (Item("1", "Burger", course=burger), Item("2", "Fries", course=fries))
    do(kitchen, create(*items))
    assert ticket(kitchen, "fry").status == ("held" if together else "pending")


def test_a_rebuilt_kitchen_has_the_same_timers() -> None:
    kitchen = together(create(item("1"), item("2", "Fries")))
    again = Kitchen(kitchen.plan, kitchen.settings)
    again.restore(kitchen.state(), {})
    assert again.next_due == kitchen.next_due == (BURGER - FRIES) * 1000
    assert run_timers(again, BURGER) == [(BURGER - FRIES, "fry", ["2"])]
