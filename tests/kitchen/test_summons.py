"""Somebody is called to a station, until somebody comes or a quarter of an hour is over."""

from typing import Final

from appliance.kitchen.command import Command, Due, Refused, StationsNow, Summon, TimePassed, Undo
from appliance.kitchen.event import Summoned
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.ticket import Moment
from tests.kitchen.nights import recorded, replayed, restored
from tests.kitchen.orders import (
    MINUTE,
    PASS,
    STATIONS,
    TOGETHER,
    after,
    board,
    create,
    do,
    held,
    item,
    new_kitchen,
    ticket,
)

QUARTER: Final = 15 * MINUTE
CALL: Final = Summon("grill", on=True)
COME: Final = Summon("grill", on=False)


def called(kitchen: Kitchen) -> list[str]:
    return [summons.station for summons in kitchen.summons]


def do_by(kitchen: Kitchen, command: Command, by: str, now: Moment) -> Summoned:
    """What happened, and that it was just one thing."""
    (event,) = kitchen.decide(command, now, by).events
    kitchen.apply(event)
    assert isinstance(event, Summoned)
    return event


def test_who_called_and_who_comes_is_told() -> None:
    kitchen = new_kitchen()
    event = do_by(kitchen, CALL, "button grill-2", after(5))
    assert (event.station, event.by, event.until) == (
        "grill",
        "button grill-2",
        (5 + QUARTER) * 1000,
    )
    (summons,) = kitchen.summons
    assert (summons.station, summons.by, summons.called_at) == (
        "grill",
        "button grill-2",
        after(5).at,
    )
    event = do_by(kitchen, COME, "Maria", after(60))
    assert (event.station, event.by, event.until) == ("grill", "Maria", None)
    assert called(kitchen) == []
    assert kitchen.next_due is None


def test_calling_again_changes_nothing_and_nor_does_coming_to_nobody() -> None:
    kitchen = new_kitchen()
    assert do(kitchen, COME).events == ()
    do(kitchen, CALL, after(0))
    again = do(kitchen, CALL, after(10 * MINUTE))
    assert again.events == ()
    assert isinstance(again.reply, StationsNow)
    do(kitchen, Due(), after(QUARTER))
    assert called(kitchen) == []


def test_each_station_calls_for_itself_and_the_oldest_is_told_first() -> None:
    kitchen = new_kitchen()
    for seconds, station in enumerate(("fry", "pass", "grill")):
        do(kitchen, Summon(station, on=True), after(seconds))
    assert called(kitchen) == ["fry", "pass", "grill"]
    do(kitchen, Summon("pass", on=False))
    assert called(kitchen) == ["fry", "grill"]


def test_a_station_that_is_none_cannot_call_but_one_that_calls_can_be_come_to() -> None:
    kitchen = new_kitchen()
    for on in (True, False):
        reply = do(kitchen, Summon("bar", on=on)).reply
        assert isinstance(reply, Refused)
        assert reply.reason == "no_such_station"
    do(kitchen, CALL)
    without = restored(kitchen, Plan((*STATIONS[1:], PASS), (), "cold"))
    assert called(without) == ["grill"]
    assert do(without, COME).reply == StationsNow(())
    assert called(without) == []


def test_time_ends_it_when_it_says_and_nobody_is_named() -> None:
    kitchen = new_kitchen()
    do(kitchen, CALL, after(0))
    do(kitchen, Summon("fry", on=True), after(MINUTE))
    assert kitchen.next_due == QUARTER * 1000
    assert do(kitchen, Due(), after(QUARTER - 1)).events == ()
    now = after(QUARTER)
    over = do(kitchen, Due(), now)
    assert over.events == (Summoned(now.at, now.tick, "grill"),)
    assert over.reply == TimePassed()
    assert called(kitchen) == ["fry"]
    assert kitchen.next_due == (QUARTER + MINUTE) * 1000


def test_a_wall_clock_that_jumps_ends_nothing() -> None:
    kitchen = new_kitchen()
    do(kitchen, CALL, after(0))
    assert do(kitchen, Due(), after(MINUTE, wall_clock_off_by=86_400)).events == ()
    assert called(kitchen) == ["grill"]


def test_what_else_is_due_then_is_done_as_well() -> None:
    kitchen = new_kitchen(settings=TOGETHER)
    do(kitchen, CALL, after(0))
    moment = QUARTER - 6 * MINUTE
    do(kitchen, create(item("1"), item("2", "Fries")), after(moment))
    assert held(ticket(kitchen, "fry")) == ["2"]
    assert kitchen.next_due == QUARTER * 1000
    do(kitchen, Due(), after(QUARTER))
    assert called(kitchen) == []
    assert held(ticket(kitchen, "fry")) == []


def test_cards_without_a_station_move_first_and_it_ends_then() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1")))
    do(kitchen, Summon("fry", on=True))
    later = restored(kitchen, Plan((*STATIONS[1:], PASS), (), "cold"))
    for _ in range(2):
        assert later.next_due is not None
        do(later, Due(), after(QUARTER))
    assert board(later, "cold") == ["7"]
    assert called(later) == []


def test_it_is_no_action_that_could_be_taken_back() -> None:
    kitchen = new_kitchen()
    do(kitchen, CALL)
    assert isinstance(do(kitchen, Undo("grill")).reply, Refused)
    assert called(kitchen) == ["grill"]


def test_the_log_and_the_snapshot_know_it() -> None:
    kitchen = new_kitchen()
    log = [
        *recorded(kitchen.decide(Summon("fry", on=True), after(0), "Maria")),
        *recorded(kitchen.decide(CALL, after(1))),
    ]
    kitchen = replayed(kitchen, log)
    assert called(kitchen) == ["fry", "grill"]
    for rebuilt in (replayed(kitchen, log), restored(kitchen)):
        assert rebuilt.summons == kitchen.summons
        assert rebuilt.next_due == kitchen.next_due == QUARTER * 1000
