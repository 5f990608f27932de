"""Courses: what waits, what fires it, and what a bump leaves waiting."""

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import (
    CancelOrder,
    Command,
    FireCourse,
    Refused,
    SetPriority,
    TicketsNow,
)
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Item
from appliance.kitchen.settings import Settings
from tests.kitchen.orders import (
    AT_ONCE,
    DAY,
    HOUR,
    RECALL_WINDOW,
    RULES,
    act,
    after,
    board,
    boards,
    busy,
    create,
    do,
    done,
    fire,
    held,
    item,
    kinds,
    marks,
    new_kitchen,
    rule,
    tick,
    ticket,
    to_do,
    update,
)

STARTER = item("1", "Salad", course=1)
MAIN = item("2", "Steak", course=2, status="hold")
SIDE = item("3", "Fries", course=2, status="hold")
DESSERT = item("4", "Cake", course=3, status="hold")
WITHOUT_NUMBER = item("5", "Fries", status="hold")
BURGER = item("6", "Burger", course=2, status="hold")


def dinner() -> Kitchen:
    """The starter is fired; the rest waits at grill, fry and cold."""
    return busy(create(STARTER, MAIN, SIDE, DESSERT))


def waiting(kitchen: Kitchen) -> dict[str, list[str]]:
    return {station: held(each) for station, tickets in boards(kitchen).items() for each in tickets}


def test_firing_a_course_fires_it_at_every_station_and_leaves_later_ones() -> None:
    kitchen = dinner()
    decision = do(kitchen, fire(2))
    assert waiting(kitchen) == {"grill": [], "fry": [], "cold": ["4"], "pass": ["4"]}
    assert ticket(kitchen, "grill").status == ticket(kitchen, "fry").status == "pending"
    assert isinstance(decision.reply, TicketsNow)
    assert {each.station for each in decision.reply.tickets} == {"grill", "fry", "pass"}
    assert kinds(decision.events) == ["fired"] * 3


def test_firing_a_course_fires_earlier_ones_and_lines_without_a_number() -> None:
    kitchen = busy(create(MAIN, DESSERT, WITHOUT_NUMBER), fire(3))
    assert waiting(kitchen) == {"grill": [], "cold": [], "fry": [], "pass": []}
    kitchen = busy(create(MAIN, WITHOUT_NUMBER), fire(1))
    assert waiting(kitchen) == {"grill": ["2"], "fry": [], "pass": ["2"]}


NAMED = Item("8", "Cake", course="Dessert", course_status="hold")


def test_a_course_without_a_number_is_fired_with_all_that_is_held_and_by_no_number() -> None:
    kitchen = busy(create(MAIN, NAMED, WITHOUT_NUMBER), fire(999_999))
    assert waiting(kitchen) == {"grill": [], "cold": ["8"], "fry": [], "pass": ["8"]}
    assert do(kitchen, fire(0)).events == ()
    kitchen = busy(create(MAIN, NAMED, WITHOUT_NUMBER), fire(None))
    assert waiting(kitchen) == {"grill": [], "cold": [], "fry": [], "pass": []}


def test_a_course_may_be_given_its_number_by_a_setting() -> None:
    kitchen = new_kitchen(settings=replace(AT_ONCE, courses={"dessert": 4}))
    spelled = Item("9", "Tart", course=" DESSERT", course_status="hold")
    numbered = Item("2", "Steak", course="Dessert 2", course_status="hold")
    do(kitchen, create(numbered, NAMED, spelled))
    do(kitchen, fire(3))
    assert waiting(kitchen) == {"grill": [], "cold": ["8", "9"], "pass": ["8", "9"]}
    do(kitchen, fire(4))
    assert waiting(kitchen) == {"grill": [], "cold": [], "pass": []}


def test_firing_again_changes_nothing() -> None:
    kitchen = dinner()
    do(kitchen, fire(2))
    assert do(kitchen, fire(2)).events == ()


def test_another_order_waits_on() -> None:
    kitchen = dinner()
    do(kitchen, create(MAIN, id="8"))
    do(kitchen, FireCourse("8", 9))
    assert ticket(kitchen, "grill").status == "held"
    assert ticket(kitchen, "grill", "8").status == "pending"


def test_a_ready_ticket_that_gets_a_course_fired_is_in_progress_again() -> None:
    kitchen = busy(create(STARTER, DESSERT), tick("cold", "1"))
    assert ticket(kitchen, "cold").status == "ready"
    do(kitchen, fire(3))
    assert ticket(kitchen, "cold").status == "in_progress"
    assert to_do(ticket(kitchen, "cold")) == ["4"]


@pytest.mark.parametrize("how", [fire(2), update(item("1", course=1), item("2", course=2))])
def test_a_ready_ticket_that_gets_a_course_fired_stands_at_the_end_and_is_as_fresh(
    how: Command,
) -> None:
    kitchen = busy(create(item("1", course=1), item("2", course=2, status="hold")))
    do(kitchen, act("grill", "start"))
    do(kitchen, act("grill", "ready"), after(480))
    do(kitchen, create(item("1"), id="8"), after(2_000))
    do(kitchen, how, after(2_400))
    assert ticket(kitchen, "grill").since == after(2_400).at
    assert board(kitchen, "grill") == ["8", "7"]


def test_a_tick_that_is_taken_away_makes_nothing_fresh() -> None:
    kitchen = busy(create(item("1", course=1), item("2", course=2, status="hold")))
    do(kitchen, tick("grill", "1"), after(480))
    do(kitchen, tick("grill", "1", done=False), after(490))
    assert ticket(kitchen, "grill").since == after(0).at


def test_starting_a_held_ticket_fires_it_at_the_pass_too() -> None:
    kitchen = dinner()
    do(kitchen, act("grill", "start"))
    assert waiting(kitchen)["pass"] == ["3", "4"]
    assert ticket(kitchen, "fry").status == "held"
    assert ticket(kitchen, "grill").status == "in_progress"


def test_firing_at_the_pass_fires_at_the_stations() -> None:
    kitchen = busy(create(MAIN, SIDE), act("pass", "start"))
    assert waiting(kitchen) == {"grill": [], "fry": [], "pass": []}
    assert ticket(kitchen, "grill").status == "pending"


def test_a_tick_fires_that_line_alone() -> None:
    kitchen = busy(create(MAIN, BURGER), tick("grill", "2"))
    assert waiting(kitchen) == {"grill": ["6"], "pass": ["6"]}


def test_what_is_ticked_early_leaves_the_card_held_until_its_course_is_fired() -> None:
    kitchen = busy(create(MAIN, BURGER), tick("grill", "2"))
    grill = ticket(kitchen, "grill")
    assert (grill.status, grill.started_at, grill.fired_at) == ("held", None, None)
    assert (done(grill), to_do(grill), held(grill)) == (["2"], [], ["6"])
    do(kitchen, SetPriority("grill", "7", "high"))
    assert ticket(kitchen, "grill").status == "held"
    do(kitchen, fire(2), after(60))
    grill = ticket(kitchen, "grill")
    assert (grill.status, grill.fired_at) == ("pending", after(60).at)
    assert (done(grill), to_do(grill)) == (["2"], ["6"])


def test_the_last_tick_of_a_held_ticket_makes_it_ready() -> None:
    kitchen = busy(create(MAIN, BURGER), tick("grill", "2"))
    do(kitchen, tick("grill", "6"), after(60))
    grill = ticket(kitchen, "grill")
    assert (grill.status, held(grill), grill.started_at) == ("ready", [], after(60).at)


def test_what_was_ticked_early_is_to_do_when_the_tick_goes() -> None:
    kitchen = busy(create(MAIN, BURGER), tick("grill", "2"), tick("grill", "2", done=False))
    assert ticket(kitchen, "grill").status == "pending"
    assert waiting(kitchen)["grill"] == ["6"]


def test_what_was_ticked_early_is_ready_when_nothing_else_is_left() -> None:
    kitchen = busy(create(MAIN, BURGER), tick("grill", "2"), update(MAIN))
    assert ticket(kitchen, "grill").status == "ready"


@pytest.mark.parametrize("station", ["grill", "pass"])
def test_a_bump_takes_what_was_ticked_early_and_the_rest_waits_on(station: str) -> None:
    kitchen = busy(create(MAIN, BURGER), tick("grill", "2"), act(station, "bump"))
    grill = ticket(kitchen, "grill")
    assert (grill.status, held(grill)) == ("held", ["6"])
    assert [line.bump for line in grill.lines] == [1, 0]


def test_who_starts_a_held_ticket_makes_all_that_is_left_of_it() -> None:
    kitchen = busy(create(MAIN, BURGER), tick("grill", "2"), act("grill", "start"))
    grill = ticket(kitchen, "grill")
    assert (grill.status, done(grill), to_do(grill)) == ("in_progress", ["2"], ["6"])


def test_a_bump_completes_what_is_fired_and_the_rest_waits() -> None:
    kitchen = busy(create(STARTER, DESSERT), act("cold", "bump"))
    cold = ticket(kitchen, "cold")
    assert cold.status == "held"
    assert (done(cold), held(cold)) == (["1"], ["4"])
    assert cold.completed_at is None
    do(kitchen, fire(3))
    assert ticket(kitchen, "cold").status == "pending"
    assert to_do(ticket(kitchen, "cold")) == ["4"]
    assert isinstance(do(kitchen, tick("cold", "1", done=False)).reply, Refused)
    do(kitchen, act("cold", "bump"), after(60))
    assert ticket(kitchen, "cold").status == "bumped"


def test_a_recall_brings_back_just_what_the_last_bump_completed() -> None:
    kitchen = busy(create(STARTER, DESSERT), act("cold", "bump"), fire(3))
    do(kitchen, act("cold", "bump"), after(60))
    do(kitchen, act("cold", "recall"), after(120))
    assert to_do(ticket(kitchen, "cold")) == ["4"]
    assert done(ticket(kitchen, "cold")) == ["1"]


def test_a_recall_of_a_ready_ticket_brings_back_what_is_not_bumped() -> None:
    kitchen = busy(create(STARTER, DESSERT), act("cold", "bump"), fire(3))
    for action in ("start", "ready", "recall"):
        do(kitchen, act("cold", action))
    assert to_do(ticket(kitchen, "cold")) == ["4"]


def test_a_bump_at_the_pass_takes_the_fired_lines_off_every_station() -> None:
    kitchen = dinner()
    do(kitchen, act("pass", "bump"))
    assert waiting(kitchen) == {
        "grill": ["2"],
        "fry": ["3"],
        "cold": ["4"],
        "pass": ["2", "3", "4"],
    }
    assert done(ticket(kitchen, "cold")) == ["1"]
    assert ticket(kitchen, "cold").status == "held"


def test_the_last_bump_at_the_pass_clears_every_station() -> None:
    kitchen = dinner()
    do(kitchen, act("pass", "bump"))
    do(kitchen, fire(3))
    do(kitchen, act("pass", "bump"), after(60))
    assert not any(boards(kitchen).values())
    assert {ticket(kitchen, name).status for name in ("grill", "fry", "cold")} == {"bumped"}


def test_a_bump_at_the_pass_leaves_what_waits_below_a_struck_line() -> None:
    burger = item("1", "Burger")
    kitchen = busy(create(burger, MAIN, item("6", "Salad")), update(MAIN, item("6", "Salad")))
    do(kitchen, act("pass", "bump"))
    assert waiting(kitchen) == {"grill": ["2"], "pass": ["2"]}


def test_a_bump_at_the_pass_leaves_voided_cards_to_be_seen() -> None:
    kitchen = busy(create(STARTER, item("3", "Fries")), update(STARTER), act("pass", "bump"))
    assert {name for name, tickets in boards(kitchen).items() if tickets} == {"fry"}


@pytest.mark.parametrize("wall_clock_off_by", [0, HOUR, -HOUR, 3_650 * DAY])
def test_a_recall_is_possible_within_its_window_whatever_the_wall_clock_says(
    wall_clock_off_by: int,
) -> None:
    in_time = after(60 + RECALL_WINDOW, wall_clock_off_by=wall_clock_off_by)
    too_late = after(60 + RECALL_WINDOW + 1, wall_clock_off_by=-wall_clock_off_by)
    kitchen = busy(create(STARTER))
    do(kitchen, act("cold", "bump"), after(60))
    assert do(kitchen, act("cold", "recall"), too_late).events == ()
    assert ticket(kitchen, "cold").status == "bumped"
    do(kitchen, act("cold", "recall"), in_time)
    assert ticket(kitchen, "cold").status == "recalled"


def test_the_point_of_sale_fires_and_holds_with_an_update() -> None:
    kitchen = dinner()
    fired = item("2", "Steak", course=2, status="fire")
    do(kitchen, update(STARTER, fired, SIDE, DESSERT))
    assert ticket(kitchen, "grill").status == "pending"
    assert marks(ticket(kitchen, "grill")) == {"2": None}
    assert waiting(kitchen)["pass"] == ["3", "4"]
    do(kitchen, update(STARTER, MAIN, SIDE, DESSERT))
    assert ticket(kitchen, "grill").status == "held"
    assert waiting(kitchen)["pass"] == ["2", "3", "4"]


def test_an_update_does_not_hold_again_what_the_kitchen_has_fired() -> None:
    kitchen = dinner()
    for command in (
        fire(2),
        act("grill", "start"),
        update(STARTER, MAIN, SIDE, DESSERT, item("6")),
    ):
        do(kitchen, command)
    assert waiting(kitchen) == {"grill": [], "fry": [], "cold": ["4"], "pass": ["4"]}
    rare = item("2", "Steak", "Rare", course=2, status="hold")
    do(kitchen, update(STARTER, rare, SIDE, DESSERT, item("6")))
    assert to_do(ticket(kitchen, "grill")) == ["2", "6"]
    assert ticket(kitchen, "grill").status == "in_progress"


def test_a_voided_card_does_not_hold_again_what_the_kitchen_has_fired() -> None:
    combo = item("1", "Combo", course=2, status="hold")
    kitchen = busy(create(combo), act("grill", "void"), fire(2), update(combo, item("9", "Salad")))
    assert to_do(ticket(kitchen, "fry")) == ["1"]


def test_an_edited_line_that_waits_waits_on() -> None:
    kitchen = busy(create(MAIN), update(item("2", "Steak", "Rare", course=2, status="hold")))
    assert waiting(kitchen) == {"grill": ["2"], "pass": ["2"]}
    assert ticket(kitchen, "grill").status == "held"


def test_a_line_that_waits_and_moves_waits_at_its_new_station() -> None:
    kitchen = busy(create(MAIN), update(item("2", "Fries", course=2, status="hold")))
    assert held(ticket(kitchen, "fry")) == ["2"]
    assert ticket(kitchen, "fry").status == "held"
    assert ticket(kitchen, "grill").status == "voided"


def test_a_line_that_is_done_is_not_held_any_more() -> None:
    kitchen = busy(create(item("2", "Steak", course=2)), tick("grill", "2"), update(MAIN))
    assert done(ticket(kitchen, "grill")) == ["2"]
    assert ticket(kitchen, "grill").status == "ready"


@pytest.mark.parametrize("others", [[], [item("6", "Burger")]])
def test_what_left_the_pass_waits_nowhere(others: list[Item]) -> None:
    fired = item("2", "Steak", course=2)
    kitchen = busy(create(fired, *others), tick("pass", "2"), update(MAIN, *others))
    assert waiting(kitchen) == {"grill": ["2"], "pass": []}
    do(kitchen, act("pass", "bump"))
    assert not any(boards(kitchen).values())


def test_what_was_fired_meanwhile_on_another_card_waits_on_none_that_is_called_back() -> None:
    alone = Settings(finish_together=False, pass_clears_stations=False)
    side = rule("fry", 240, id="side", modifier=("side*",), takes="modifier")
    kitchen = new_kitchen(rules=(*RULES, side), settings=alone)
    do(kitchen, create(item("1", "Burger", "side fries", status="hold")))
    do(kitchen, CancelOrder("7", done=True), after(5))
    do(kitchen, act("fry", "recall"), after(10))
    do(kitchen, fire(None), after(15))
    for station in ("pass", "grill"):
        reply = do(kitchen, act(station, "recall"), after(20)).reply
        assert isinstance(reply, TicketsNow)
        [ticket] = reply.tickets
        assert (ticket.status, [line.held for line in ticket.lines]) == ("pending", [False])
