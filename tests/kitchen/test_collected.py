"""An order that left the pass is collected, until something of it is called back."""

from typing import Final

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import (
    CancelOrder,
    CollectOrder,
    Command,
    MoveTicket,
    OrderAccepted,
    Refused,
    Undo,
)
from appliance.kitchen.event import OrderCollected
from appliance.kitchen.kitchen import Kitchen
from tests.kitchen.nights import recorded, replayed, restored
from tests.kitchen.orders import (
    AT_ONCE,
    act,
    after,
    busy,
    create,
    do,
    item,
    new_kitchen,
    ticket,
    update,
)

COLLECT: Final = CollectOrder("7")
BOTH: Final = create(item("1"), item("2", "Fries"))
SENT: Final = (BOTH, act("pass", "bump"))


def collected(kitchen: Kitchen, number: int = 1) -> int | None:
    return kitchen.placed(number).collected


def test_who_says_when_is_told_and_kept() -> None:
    kitchen = busy(*SENT)
    decision = kitchen.decide(COLLECT, after(60), "Maria")
    assert decision.reply == OrderAccepted("7")
    assert decision.events == (OrderCollected(after(60).at, 60_000, 1, "Maria"),)
    assert kitchen.apply(decision.events[0]) is kitchen.placed(1)
    assert collected(kitchen) == after(60).at


def test_saying_it_again_changes_nothing() -> None:
    kitchen = busy(*SENT, COLLECT)
    again = do(kitchen, COLLECT, after(60))
    assert (again.reply, again.events) == (OrderAccepted("7"), ())
    assert collected(kitchen) == after(0).at


@pytest.mark.parametrize(
    ("evening", "because"),
    [
        ([BOTH], "still being made"),
        ([BOTH, act("grill", "bump"), act("fry", "bump")], "still being made"),
        ([BOTH, act("pass", "start"), act("pass", "ready")], "still being made"),
        ([*SENT, act("pass", "recall")], "still being made"),
        ([*SENT, Undo("pass")], "still being made"),
        ([BOTH, act("pass", "void")], "was voided"),
        ([BOTH, act("grill", "bump"), act("pass", "void"), act("pass", "bump")], "was voided"),
        ([BOTH, CancelOrder("7")], "was cancelled"),
        ([BOTH, CancelOrder("7"), act("pass", "bump")], "was cancelled"),
    ],
)
def test_what_nobody_can_have_is_refused(evening: list[Command], because: str) -> None:
    kitchen = busy(*evening)
    reply = do(kitchen, COLLECT).reply
    assert isinstance(reply, Refused)
    assert (reply.reason, because in reply.message) == ("wrong_state", True), reply
    assert collected(kitchen) is None


@pytest.mark.parametrize(
    ("evening", "left"),
    [
        ([BOTH, act("grill", "bump")], False),
        ([BOTH, act("grill", "bump"), act("fry", "ready")], False),
        ([BOTH, act("grill", "bump"), act("fry", "bump")], True),
        ([BOTH, act("grill", "bump"), act("fry", "void"), act("fry", "bump")], True),
        ([BOTH, *(act(at, "void") for at in ("grill", "fry"))], False),
        ([BOTH, *(act(at, how) for at in ("grill", "fry") for how in ("void", "bump"))], False),
        ([BOTH, CancelOrder("7", done=True)], True),
    ],
)
def test_without_a_pass_all_its_stations_have_to_be_done(
    evening: list[Command], *, left: bool
) -> None:
    kitchen = new_kitchen(with_pass=False)
    for command in evening:
        do(kitchen, command)
    assert isinstance(do(kitchen, COLLECT).reply, OrderAccepted) is left
    assert (collected(kitchen) is not None) is left


def test_an_order_that_is_none_is_refused_and_the_newest_of_an_id_is_meant() -> None:
    kitchen = new_kitchen()
    reply = do(kitchen, COLLECT).reply
    assert isinstance(reply, Refused)
    assert reply.reason == "no_such_order"
    for command in (*SENT, create(item("1"), item("2", "Salad")), act("pass", "bump"), COLLECT):
        do(kitchen, command)
    assert (collected(kitchen, 1), collected(kitchen, 2)) == (None, after(0).at)


def test_where_stations_bump_their_own_cards_it_is_the_pass_that_counts() -> None:
    kitchen = new_kitchen(settings=replace(AT_ONCE, pass_clears_stations=False))
    for command in (*SENT, COLLECT, act("grill", "start"), MoveTicket("grill", "7", "cold")):
        do(kitchen, command)
    assert ticket(kitchen, "cold").live
    assert collected(kitchen) is not None
    for command in (act("fry", "bump"), MoveTicket("cold", "7", "fry")):
        do(kitchen, command)
    assert ticket(kitchen, "fry").live
    assert collected(kitchen) is not None


@pytest.mark.parametrize(
    "comes_back",
    [act("pass", "recall"), act("fry", "recall"), Undo("pass"), Undo("fry", "7")],
)
def test_what_is_called_back_is_not_collected_any_more(comes_back: Command) -> None:
    kitchen = busy(BOTH, act("fry", "bump"), act("pass", "bump"), COLLECT)
    do(kitchen, act("fry", "start"))  # Refused: it has left.
    assert collected(kitchen) is not None
    reply = do(kitchen, comes_back).reply
    assert not isinstance(reply, Refused), reply
    assert collected(kitchen) is None


def test_a_void_that_is_taken_back_is_to_be_made_again() -> None:
    kitchen = busy(BOTH, act("fry", "void"), act("pass", "bump"), COLLECT, Undo("fry"))
    assert ticket(kitchen, "fry").workable
    assert collected(kitchen) is None


def test_it_is_no_action_and_no_change_of_the_order() -> None:
    kitchen = busy(*SENT, COLLECT, update(item("1"), item("2", "Salad")))
    assert collected(kitchen) is not None  # It has left: no update reaches it.
    assert not isinstance(do(kitchen, Undo("pass")).reply, Refused)
    assert ticket(kitchen, "pass").live


def test_the_log_and_the_snapshot_know_it() -> None:
    kitchen = new_kitchen()
    log = []
    for command in (*SENT, COLLECT):
        decision = do(kitchen, command)
        log += recorded(decision)
    for rebuilt in (replayed(kitchen, log), restored(kitchen)):
        assert collected(rebuilt) == collected(kitchen) == after(0).at
        do(rebuilt, act("grill", "recall"))
        assert collected(rebuilt) is None
