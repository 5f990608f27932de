"""What a press means: a second one, one on what waits, one that takes back, one for all."""

from typing import Final

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import (
    CancelOrder,
    Command,
    Due,
    MarkLine,
    Refused,
    SetPriority,
    TicketsNow,
    Undo,
)
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Item
from appliance.kitchen.settings import Settings
from tests.kitchen.orders import (
    AT_ONCE,
    MINUTE,
    RECALL_WINDOW,
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
    ticket,
    to_do,
    update,
)

BURGER: Final = item("1", "Burger", course=1)
STEAK: Final = item("2", "Steak", course=2, status="hold")
COMBO: Final = item("3", "Combo", course=3, status="hold")
FRIES: Final = item("4", "Fries", course=1)
PRESSED: Final = 8 * MINUTE
STATIONS: Final = ("grill", "pass")
BY_ITSELF: Final = replace(TOGETHER, fire_next_course=True)


def dinner(*items: Item, settings: Settings = TOGETHER) -> Kitchen:
    kitchen = new_kitchen(settings=settings)
    do(kitchen, create(*items))
    return kitchen


def refused(kitchen: Kitchen, station: str, action: str, at: float) -> str:
    reply = do(kitchen, act(station, action), after(at)).reply  # type: ignore[arg-type]
    assert isinstance(reply, Refused), reply
    assert reply.reason == "wrong_state"
    return reply.message


# ── a second press ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", [TOGETHER, BY_ITSELF])
@pytest.mark.parametrize("station", STATIONS)
def test_a_second_press_is_the_same_press(station: str, settings: Settings) -> None:
    kitchen = dinner(BURGER, STEAK, COMBO, settings=settings)
    do(kitchen, act(station, "bump"), after(PRESSED))
    before = kitchen.state()
    again = do(kitchen, act(station, "bump"), after(PRESSED + 1.9))
    assert isinstance(again.reply, TicketsNow)
    assert again.events == ()
    assert kitchen.state() == before
    assert not {"2", "3"} & set(done(ticket(kitchen, "grill")))


def test_a_later_press_is_another_one() -> None:
    kitchen = dinner(BURGER, STEAK)
    do(kitchen, act("grill", "bump"), after(PRESSED))
    do(kitchen, fire(2), after(PRESSED + 1))
    do(kitchen, act("grill", "bump"), after(PRESSED + 2))
    assert ticket(kitchen, "grill").status == "bumped"


@pytest.mark.parametrize("back", [act("grill", "recall"), Undo("grill", "7")])
def test_what_was_brought_back_can_be_bumped_at_once(back: Undo) -> None:
    kitchen = dinner(BURGER)
    for command in (act("grill", "bump"), back, act("grill", "bump")):
        do(kitchen, command, after(PRESSED))
    assert ticket(kitchen, "grill").status == "bumped"


# ── what waits ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("station", STATIONS)
def test_what_waits_for_its_course_cannot_be_bumped(station: str) -> None:
    kitchen = dinner(BURGER, STEAK)
    do(kitchen, act("pass", "bump"), after(PRESSED))
    assert "fired or started first" in refused(kitchen, station, "bump", PRESSED + MINUTE)
    do(kitchen, update(BURGER, item("2", "Steak", course=2)), after(PRESSED + 2 * MINUTE))
    assert to_do(ticket(kitchen, "grill")) == ["2"]


def test_what_starts_by_itself_can_be_bumped_before() -> None:
    kitchen = dinner(BURGER, FRIES, item("5", "Fries", course=2, status="hold"))
    do(kitchen, act("fry", "bump"), after(MINUTE))
    fry = ticket(kitchen, "fry")
    assert (fry.status, done(fry), held(fry)) == ("held", ["4"], ["5"])
    assert fry.fires_at is None


def test_a_start_fires_the_lowest_course_that_waits_and_no_other() -> None:
    kitchen = dinner(item("9", "Salad", course=1), STEAK, COMBO)
    do(kitchen, act("grill", "start"), after(MINUTE))
    assert (to_do(ticket(kitchen, "grill")), held(ticket(kitchen, "grill"))) == (["2"], ["3"])
    assert held(ticket(kitchen, "fry")) == held(ticket(kitchen, "pass")) == ["3"]


def test_named_courses_are_started_after_the_others_one_by_one() -> None:
    def waits(line_id: str, course: str | None) -> Item:
        return Item(line_id, "Burger", course=course, course_status="hold")

    kitchen = dinner(
        waits("1", "Kids"), waits("2", "Course 2"), waits("3", "Late"), waits("4", "kids ")
    )
    fired = []
    for minute in range(3):
        do(kitchen, act("grill", "start"), after(minute * MINUTE))
        fired.append(to_do(ticket(kitchen, "grill")))
        do(kitchen, act("grill", "bump"), after(minute * MINUTE + 1))
    assert fired == [["2"], ["1", "4"], ["3"]]


def fries_begun_and_rings_to_come(*began: Command) -> Kitchen:
    """The rings wait for the burger, which came with them a minute after the fries."""
    kitchen = dinner(FRIES)
    for command in began:
        do(kitchen, command)
    do(kitchen, update(FRIES, BURGER, replace(FRIES, line_id="5")), after(MINUTE))
    fry = ticket(kitchen, "fry")
    assert (to_do(fry), held(fry)) == ([] if "4" in done(fry) else ["4"], ["5"])
    return kitchen


@pytest.mark.parametrize(
    "began",
    [
        [],
        [act("fry", "start")],
        [act("fry", "start"), act("fry", "ready")],
        [act("fry", "bump"), act("fry", "recall")],
    ],
)
def test_a_start_begins_what_starts_by_itself_whatever_else_is_on_the_card(
    began: list[Command],
) -> None:
    kitchen = fries_begun_and_rings_to_come(*began)
    do(kitchen, act("fry", "start"), after(2 * MINUTE))
    fry = ticket(kitchen, "fry")
    assert (fry.status, held(fry), fry.fires_at) == ("in_progress", [], None)
    assert fry.lines[-1].begun == after(2 * MINUTE).tick
    assert do(kitchen, act("fry", "start"), after(3 * MINUTE)).events == ()


@pytest.mark.parametrize("began", [[], [act("fry", "start"), act("fry", "ready")]])
def test_a_bump_takes_what_starts_by_itself_whatever_else_is_on_the_card(
    began: list[Command],
) -> None:
    kitchen = fries_begun_and_rings_to_come(*began)
    do(kitchen, act("fry", "bump"), after(4 * MINUTE))
    assert ticket(kitchen, "fry").status == "bumped"
    assert kitchen.next_due is None
    do(kitchen, act("fry", "recall"), after(5 * MINUTE))
    assert to_do(ticket(kitchen, "fry")) == ["4", "5"]


def test_a_bump_of_what_was_ticked_early_leaves_what_waits_for_its_course() -> None:
    kitchen = dinner(
        BURGER, FRIES, replace(FRIES, line_id="5"), item("6", "Fries", course=2, status="hold")
    )
    do(kitchen, MarkLine("fry", "7", "4", done=True))
    do(kitchen, act("fry", "bump"), after(MINUTE))
    fry = ticket(kitchen, "fry")
    assert (fry.status, done(fry), held(fry)) == ("held", ["4", "5"], ["6"])


# ── what the pass sends ──────────────────────────────────────────────────────────────


def test_what_the_pass_sends_is_fired_nowhere_any_more() -> None:
    kitchen = dinner(BURGER, FRIES, STEAK)
    assert kitchen.next_due is not None
    do(kitchen, act("pass", "bump"), after(5 * MINUTE))
    assert board(kitchen, "fry") == []
    assert kitchen.next_due is None
    assert (ticket(kitchen, "grill").status, held(ticket(kitchen, "grill"))) == ("held", ["2"])


def test_a_station_that_the_pass_sends_nothing_of_hears_nothing() -> None:
    kitchen = dinner(BURGER, item("6", "Salad", course=2, status="hold"))
    before = ticket(kitchen, "cold")
    do(kitchen, act("pass", "bump"), after(MINUTE))
    assert ticket(kitchen, "cold") == before


def test_what_the_pass_does_not_send_stays() -> None:
    kitchen = dinner(BURGER, STEAK, COMBO)
    sent = act("pass", "bump")
    evening: list[Command] = [sent, act("grill", "recall"), fire(2), sent]
    for minute, command in enumerate(evening):
        do(kitchen, command, after(minute * MINUTE))
    grill = ticket(kitchen, "grill")
    assert (to_do(grill), done(grill), held(grill)) == (["1"], ["2"], ["3"])


# ── calling back ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("station", STATIONS)
def test_a_starter_comes_back_while_its_main_waits(station: str) -> None:
    kitchen = dinner(BURGER, STEAK)
    do(kitchen, act(station, "bump"), after(PRESSED))
    do(kitchen, act(station, "recall"), after(PRESSED + RECALL_WINDOW))
    back = ticket(kitchen, station)
    assert (back.status, to_do(back), held(back)) == ("recalled", ["1"], ["2"])
    do(kitchen, act(station, "bump"), after(PRESSED + RECALL_WINDOW + MINUTE))
    assert ticket(kitchen, station).status == "held"


def test_it_does_so_within_the_recall_window() -> None:
    kitchen = dinner(BURGER, STEAK)
    do(kitchen, act("grill", "bump"), after(PRESSED))
    message = refused(kitchen, "grill", "recall", PRESSED + RECALL_WINDOW + 1)
    assert message == "the recall window is over"


def test_nothing_comes_back_where_nothing_was_bumped() -> None:
    kitchen = dinner(STEAK)
    assert "recall" in refused(kitchen, "grill", "recall", PRESSED)


def closed(*items: Item) -> tuple[Kitchen, float]:
    """A kitchen that has forgotten the order, and when."""
    settings = replace(TOGETHER, day_closes=240)
    kitchen = new_kitchen(settings=settings, with_pass=False)
    do(kitchen, create(*items))
    at = 0.0
    while (due := kitchen.next_due) is not None:
        at = due / 1000
        do(kitchen, Due(), after(at))
    assert not kitchen.live_tickets()
    return kitchen, at


def test_what_was_forgotten_comes_back_as_it_was() -> None:
    kitchen, at = closed(BURGER, STEAK)
    do(kitchen, act("grill", "recall"), after(at + MINUTE))
    back = ticket(kitchen, "grill")
    assert (back.status, to_do(back), held(back)) == ("recalled", ["1"], ["2"])


def test_what_only_waited_comes_back_to_wait_and_has_another_day() -> None:
    kitchen, at = closed(STEAK)
    do(kitchen, act("grill", "recall"), after(at + MINUTE))
    back = ticket(kitchen, "grill")
    assert (back.status, held(back)) == ("held", ["2"])
    assert kitchen.next_due is not None
    assert kitchen.next_due > (at + 2 * 60 * MINUTE) * 1000


# ── for all ──────────────────────────────────────────────────────────────────────────


def test_a_hurry_at_the_pass_is_one_of_every_station() -> None:
    kitchen = dinner(BURGER, FRIES)
    do(kitchen, SetPriority("fry", "7", "urgent"))
    do(kitchen, SetPriority("pass", "7", "urgent"))
    assert {each.priority for each in kitchen.live_tickets()} == {"urgent"}
    assert do(kitchen, SetPriority("pass", "7", "urgent")).events == ()
    do(kitchen, SetPriority("grill", "7", "normal"))
    assert ticket(kitchen, "pass").priority == "urgent"
    do(kitchen, SetPriority("pass", "7", "urgent"))
    assert ticket(kitchen, "grill").priority == "urgent"
    do(kitchen, Undo("pass", "7"))
    assert ticket(kitchen, "grill").priority == "normal"


@pytest.mark.parametrize("clears", [True, False])
def test_an_order_that_was_sent_can_be_taken_back_where_it_is_still_cooked(clears: bool) -> None:  # noqa: FBT001
    kitchen = dinner(BURGER, settings=replace(AT_ONCE, pass_clears_stations=clears))
    do(kitchen, act("pass", "bump"), after(MINUTE))
    do(kitchen, CancelOrder("7"), after(2 * MINUTE))
    assert ticket(kitchen, "grill").status == ("bumped" if clears else "voided")
    assert ticket(kitchen, "pass").status == "bumped"
    again = do(kitchen, CancelOrder("7"), after(3 * MINUTE))
    assert again.events == ()
