"""Orders for later: held until they have to be begun, then as fresh as any other."""

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import (
    Command,
    CreateOrder,
    Due,
    FireCourse,
    MarkLine,
    MoveTicket,
    Undo,
    UpdateOrder,
)
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Item
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Action
from tests.kitchen.orders import (
    AT_ONCE,
    DAY,
    HOUR,
    MINUTE,
    RULES,
    TOGETHER,
    act,
    after,
    board,
    create,
    do,
    fire,
    held,
    item,
    new_kitchen,
    order,
    rule,
    ticket,
    to_do,
)
from tests.kitchen.test_finish_together import BURGER, FRIES, run_timers

ALL_OF_IT = (item("1"), item("2", "Fries"))
ALL_OF_COURSE_2 = (("2", "Steak"), ("3", "Fries"))


def later(
    *items: Item,
    at: int = HOUR,
    takes: str | None = None,
    id: str = "7",  # noqa: A002 - the protocol's name
) -> CreateOrder:
    """An order to be picked up so many seconds after the doors opened."""
    wanted = replace(order(*items, id=id), pickup_at=after(at).at, prep_time_duration=takes)
    return CreateOrder(wanted, NOBODY)


def kitchen_with(command: CreateOrder, settings: Settings = TOGETHER) -> Kitchen:
    kitchen = new_kitchen(settings=settings)
    do(kitchen, command)
    return kitchen


def at_stations(kitchen: Kitchen, until: int) -> list[tuple[float, str, list[str]]]:
    """As `run_timers`, of those who cook."""
    return [fired for fired in run_timers(kitchen, until) if fired[1] != "pass"]


def test_it_is_held_until_its_longest_preparation_before_it_is_picked_up() -> None:
    kitchen = kitchen_with(later(item("1"), item("2", "Fries")))
    assert ticket(kitchen, "grill").status == "held"
    assert ticket(kitchen, "grill").fires_at == after(HOUR - BURGER).at
    assert at_stations(kitchen, HOUR) == [
        (HOUR - BURGER, "grill", ["1"]),
        (HOUR - FRIES, "fry", ["2"]),
    ]


def test_without_finishing_together_all_of_it_begins_at_once() -> None:
    kitchen = kitchen_with(later(item("1"), item("2", "Fries")), AT_ONCE)
    assert at_stations(kitchen, HOUR) == [
        (HOUR - BURGER, "fry", ["2"]),
        (HOUR - BURGER, "grill", ["1"]),
    ]


@pytest.mark.parametrize(
    ("takes", "seconds"),
    [
        ("PT30M", 30 * MINUTE),
        ("pt1h", HOUR),
        ("P0DT900S", 15 * MINUTE),
        ("half an hour", BURGER),
        ("-PT30M", BURGER),
        ("P99999999999D", BURGER),
        ("", BURGER),
    ],
)
def test_the_point_of_sale_may_say_how_long_it_takes(takes: str, seconds: int) -> None:
    kitchen = kitchen_with(later(item("1"), takes=takes, at=2 * HOUR))
    assert ticket(kitchen, "grill").fires_at == after(2 * HOUR - seconds).at


@pytest.mark.parametrize(
    ("items", "before"),
    [
        ([item("1", "Salad")], 15 * MINUTE),
        ([item("1", "Salad"), item("2", "Fries")], FRIES),
        ([item("1", "Salad"), item("2", "Cola")], 3 * MINUTE),
    ],
)
def test_what_nobody_knows_how_long_it_takes_is_begun_in_time_all_the_same(
    items: list[Item], before: int
) -> None:
    rules = (*RULES, rule("grill", MINUTE, name=("cola",)))
    kitchen = new_kitchen(settings=TOGETHER, rules=rules)
    do(kitchen, later(*items))
    assert ticket(kitchen, "cold").fires_at == after(HOUR - before).at
    do(kitchen, UpdateOrder(later(*items, at=2 * HOUR).order, NOBODY), after(MINUTE))
    do(kitchen, UpdateOrder(later(item("9", "Salad"), *items, at=2 * HOUR).order, NOBODY))
    assert ticket(kitchen, "cold").fires_at == after(2 * HOUR - before).at


@pytest.mark.parametrize("at", [0, -HOUR, BURGER])
def test_what_has_to_be_begun_by_now_is_for_now(at: int) -> None:
    kitchen = kitchen_with(later(item("1"), at=at))
    assert to_do(ticket(kitchen, "grill")) == ["1"]


def test_a_setting_turns_it_off() -> None:
    kitchen = kitchen_with(later(item("1")), Settings(hold_future_orders=False))
    assert to_do(ticket(kitchen, "grill")) == ["1"]


def test_while_the_clock_is_not_set_every_order_is_for_now() -> None:
    kitchen = new_kitchen(settings=TOGETHER)
    do(kitchen, later(item("1"), at=20 * 365 * DAY), replace(after(0), wall_is_set=False))
    assert to_do(ticket(kitchen, "grill")) == ["1"]


def test_it_joins_the_end_of_the_board_with_a_fresh_age() -> None:
    kitchen = kitchen_with(later(item("1"), id="7"))
    do(kitchen, create(item("1"), id="8"), after(HOUR - BURGER - MINUTE))
    run_timers(kitchen, HOUR - BURGER)
    do(kitchen, create(item("1"), id="9"), after(HOUR))
    assert board(kitchen, "grill") == ["8", "7", "9"]
    assert ticket(kitchen, "grill", "7").fired_at == after(HOUR - BURGER).at


def test_it_can_be_begun_at_once_by_hand() -> None:
    kitchen = kitchen_with(later(item("1"), item("2", "Fries")))
    do(kitchen, fire(0), after(MINUTE))
    assert (to_do(ticket(kitchen, "grill")), to_do(ticket(kitchen, "fry"))) == (["1"], ["2"])
    assert kitchen.next_due is None


def test_a_course_of_it_that_is_fired_begins_at_once_too() -> None:
    kitchen = kitchen_with(later(item("1", course=1), item("2", "Fries", course=2, status="hold")))
    do(kitchen, fire(2), after(MINUTE))
    assert (to_do(ticket(kitchen, "grill")), to_do(ticket(kitchen, "fry"))) == (["1"], ["2"])


@pytest.mark.parametrize("action", ["start", "bump"])
def test_a_station_that_begins_with_its_own_part_has_begun_all_of_it(action: Action) -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    do(kitchen, act("fry", action), after(MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert to_do(ticket(kitchen, "pass")) == ["1", "2"]


def test_what_the_pass_starts_is_begun_where_it_is_cooked() -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    do(kitchen, act("pass", "start"), after(MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert kitchen.next_due == (MINUTE + BURGER - FRIES) * 1000
    do(kitchen, later(*ALL_OF_IT, item("3", "Burger")), after(2 * MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["1", "3"]
    do(kitchen, create(*ALL_OF_IT, id="8"), after(3 * MINUTE))
    assert board(kitchen, "grill") == ["7", "8"]


def test_the_others_finish_together_with_whoever_begins_early() -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    do(kitchen, act("grill", "start"), after(MINUTE))
    assert kitchen.next_due == (MINUTE + BURGER - FRIES) * 1000
    do(kitchen, act("grill", "void"), after(2 * MINUTE))
    assert to_do(ticket(kitchen, "fry")) == ["2"], "what was begun stays begun"


def test_what_is_made_ahead_and_ticked_begins_nothing_else() -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    do(kitchen, MarkLine("fry", "7", "2", done=True), after(MINUTE))
    assert held(ticket(kitchen, "grill")) == ["1"]
    assert kitchen.next_due == (HOUR - BURGER) * 1000


@pytest.mark.parametrize("begun_early", [FireCourse("7", None), act("grill", "start")])
def test_what_is_added_to_what_was_begun_early_waits_no_longer(begun_early: Command) -> None:
    kitchen = kitchen_with(later(item("1")))
    do(kitchen, begun_early, after(MINUTE))
    do(kitchen, UpdateOrder(later(*ALL_OF_IT).order, NOBODY), after(2 * MINUTE))
    assert at_stations(kitchen, HOUR) == [(MINUTE + BURGER - FRIES, "fry", ["2"])]


def test_a_course_fired_of_what_was_begun_early_finishes_together() -> None:
    steak, fries = (item(n, name, course=2, status="hold") for n, name in ALL_OF_COURSE_2)
    kitchen = kitchen_with(later(item("1", course=1), steak, fries))
    do(kitchen, act("grill", "start"), after(MINUTE))
    do(kitchen, fire(2), after(10 * MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["1", "2"]
    assert kitchen.next_due == (10 * MINUTE + BURGER - FRIES) * 1000


def test_another_time_moves_what_has_not_begun() -> None:
    kitchen = kitchen_with(later(item("1")))
    changed = later(item("1"), at=2 * HOUR)
    do(kitchen, UpdateOrder(changed.order, NOBODY), after(MINUTE))
    assert at_stations(kitchen, 2 * HOUR) == [(2 * HOUR - BURGER, "grill", ["1"])]
    kitchen = kitchen_with(later(item("1")))
    do(kitchen, UpdateOrder(order(item("1")), NOBODY), after(MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["1"], "for now, after all"


def test_a_line_that_is_added_waits_as_well() -> None:
    kitchen = kitchen_with(later(item("1")))
    added = later(item("1"), item("2", "Fries"))
    do(kitchen, UpdateOrder(added.order, NOBODY), after(MINUTE))
    assert at_stations(kitchen, HOUR) == [
        (HOUR - BURGER, "grill", ["1"]),
        (HOUR - FRIES, "fry", ["2"]),
    ]


def test_a_course_of_it_waits_for_its_course() -> None:
    kitchen = kitchen_with(later(item("1"), item("2", "Fries", course=2, status="hold")))
    assert at_stations(kitchen, 2 * HOUR) == [(HOUR - BURGER, "grill", ["1"])]
    do(kitchen, fire(2), after(2 * HOUR))
    assert to_do(ticket(kitchen, "fry")) == ["2"]


def test_a_wall_clock_that_jumps_moves_no_order_that_is_held() -> None:
    kitchen = kitchen_with(later(item("1")))
    due = kitchen.next_due
    do(kitchen, create(item("1"), id="8"), after(MINUTE, wall_clock_off_by=3_650 * DAY))
    do(kitchen, Due(), after(2 * MINUTE, wall_clock_off_by=3_650 * DAY))
    assert kitchen.next_due == due
    assert ticket(kitchen, "grill").status == "held"


@pytest.mark.parametrize("off_by", [HOUR, -HOUR, 3_650 * DAY])
def test_a_wall_clock_that_jumped_moves_no_order_that_is_changed(off_by: int) -> None:
    kitchen = kitchen_with(later(item("1")))
    added = later(item("1"), item("2", "Fries"))
    do(kitchen, UpdateOrder(added.order, NOBODY), after(MINUTE, wall_clock_off_by=off_by))
    assert at_stations(kitchen, HOUR) == [
        (HOUR - BURGER, "grill", ["1"]),
        (HOUR - FRIES, "fry", ["2"]),
    ]


def test_what_takes_longer_than_all_that_was_ordered_is_begun_sooner() -> None:
    kitchen = kitchen_with(later(item("2", "Fries")))
    added = later(item("2", "Fries"), item("1"))
    do(kitchen, UpdateOrder(added.order, NOBODY), after(MINUTE))
    assert at_stations(kitchen, HOUR) == [
        (HOUR - BURGER, "grill", ["1"]),
        (HOUR - FRIES, "fry", ["2"]),
    ]


def test_what_came_while_the_clock_was_not_set_stays_for_now() -> None:
    kitchen = new_kitchen(settings=TOGETHER)
    do(kitchen, later(item("1")), replace(after(0), wall_is_set=False))
    added = later(item("1"), item("2", "Burger large"))
    do(kitchen, UpdateOrder(added.order, NOBODY), after(MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["1", "2"]


def test_what_takes_less_time_by_now_is_begun_later() -> None:
    kitchen = kitchen_with(later(item("1"), item("2", "Fries"), at=BURGER))
    kept = later(item("2", "Fries"), at=BURGER)
    do(kitchen, UpdateOrder(kept.order, NOBODY), after(MINUTE))
    assert at_stations(kitchen, HOUR) == [(BURGER - FRIES, "fry", ["2"])]


def test_a_pick_up_time_that_cannot_be_kept_holds_a_change_no_longer_than_before() -> None:
    kitchen = kitchen_with(later(item("1"), at=5 * MINUTE, takes="PT3M"))
    added = later(item("1"), item("2", "Fries"), at=5 * MINUTE, takes="PT3M")
    do(kitchen, UpdateOrder(added.order, NOBODY), after(MINUTE))
    assert at_stations(kitchen, HOUR)[0] == (2 * MINUTE, "grill", ["1"])


@pytest.mark.parametrize(
    "begun_early",
    [
        FireCourse("7", None),
        act("grill", "start"),
        MarkLine("grill", "7", "1", done=True),
        later(*ALL_OF_IT, at=BURGER + 2 * MINUTE),
    ],
)
def test_what_is_begun_early_has_its_place_since_then(begun_early: Command) -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    do(kitchen, begun_early, after(10 * MINUTE))
    do(kitchen, create(*ALL_OF_IT, id="8"), after(12 * MINUTE))
    assert board(kitchen, "grill") == ["7", "8"]


@pytest.mark.parametrize("station", ["grill", "pass"])
def test_what_was_bumped_early_and_is_called_back_has_its_place_since_then(station: str) -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    do(kitchen, act(station, "bump"), after(10 * MINUTE))
    do(kitchen, act(station, "recall"), after(12 * MINUTE))
    do(kitchen, create(*ALL_OF_IT, id="8"), after(13 * MINUTE))
    assert board(kitchen, station) == board(kitchen, "grill") == ["7", "8"]


def test_moved_to_now_it_has_its_place_now_at_every_station() -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    do(kitchen, later(*ALL_OF_IT, at=12 * MINUTE), after(10 * MINUTE))
    do(kitchen, create(*ALL_OF_IT, id="8"), after(11 * MINUTE))
    run_timers(kitchen, HOUR)
    assert {board(kitchen, station)[0] for station in ("grill", "fry", "pass")} == {"7"}


def test_what_is_added_shortly_before_it_begins_stands_where_the_rest_does() -> None:
    kitchen = kitchen_with(later(item("2", "Fries")))
    do(kitchen, create(item("1"), id="8"), after(40 * MINUTE))
    do(kitchen, later(*ALL_OF_IT), after(55 * MINUTE))
    assert board(kitchen, "grill") == ["8", "7"]


def test_a_course_fired_after_it_began_goes_to_the_end_of_the_board() -> None:
    steak, fries = (item(n, name, course=2, status="hold") for n, name in ALL_OF_COURSE_2)
    kitchen = kitchen_with(later(item("1", course=1), steak, fries))
    run_timers(kitchen, HOUR - BURGER)
    do(kitchen, act("grill", "bump"), after(55 * MINUTE))
    do(kitchen, create(*ALL_OF_IT, id="8"), after(56 * MINUTE))
    do(kitchen, fire(2), after(57 * MINUTE))
    run_timers(kitchen, 2 * HOUR)
    assert (board(kitchen, "grill"), board(kitchen, "fry")) == (["8", "7"], ["8", "7"])


def test_at_the_pass_it_is_held_as_well_and_takes_its_place_when_it_begins() -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    at_pass = ticket(kitchen, "pass")
    assert (at_pass.status, at_pass.fires_at) == ("held", after(HOUR - BURGER).at)
    do(kitchen, create(item("1"), id="8"), after(HOUR - BURGER - MINUTE))
    do(kitchen, Due(), after(HOUR - BURGER))
    assert board(kitchen, "pass") == ["8", "7"]
    assert to_do(ticket(kitchen, "pass", "7")) == ["1", "2"]
    assert ticket(kitchen, "pass", "7").since == after(HOUR - BURGER).at


def test_the_pass_shows_what_it_has_fired() -> None:
    kitchen = kitchen_with(later(*ALL_OF_IT))
    do(kitchen, fire(None), after(MINUTE))
    assert ticket(kitchen, "pass").status == "pending"
    do(kitchen, Undo("pass"), after(2 * MINUTE))
    assert {ticket(kitchen, each).status for each in ("grill", "fry", "pass")} == {"held"}


@pytest.mark.parametrize(
    ("begun", "station"),
    [
        ([act("pass", "bump")], "grill"),
        ([act("pass", "bump")], "pass"),
        ([act("grill", "bump"), MoveTicket("grill", "7", "cold")], "cold"),
    ],
)
def test_a_course_of_what_was_sent_early_has_its_place_among_those_that_wait_since_then(
    begun: list[Command], station: str
) -> None:
    waits = item("2", "Steak", course=2, status="hold")
    kitchen = kitchen_with(later(item("1"), waits))
    for command in begun:
        do(kitchen, command, after(10 * MINUTE))
    do(
        kitchen,
        create(waits, replace(waits, line_id="3", name="Salad"), id="8"),
        after(12 * MINUTE),
    )
    assert [each.status for each in kitchen.live_tickets(station)] == ["held", "held"]
    assert board(kitchen, station) == ["7", "8"]
