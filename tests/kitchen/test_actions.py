"""The ticket API's table of states and actions, walked cell by cell."""

from typing import Final, Literal

import pytest

from appliance.kitchen.command import Command, FireCourse, Refused, SetPriority, TicketsNow
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.ticket import Status
from tests.kitchen.orders import (
    act,
    after,
    board,
    busy,
    create,
    do,
    done,
    fire,
    item,
    tick,
    ticket,
    to_do,
    update,
)

# A state: it goes there. `=`: as it was, and nothing to remember. `-`: refused.
# A held ticket waits for its course here; what starts by itself can be bumped.
# Ticking a held line fires that line alone: the other one of these waits on, and the ticket too.
TABLE: Final = """
              start        ready   bump    recall    void    priority     done         undone       fire
  held        in_progress  -       -       -         voided  held         held         =            pending
  pending     in_progress  -       bumped  -         voided  pending      in_progress  =            =
  in_progress =            ready   bumped  -         voided  in_progress  in_progress  =            =
  ready       -            =       bumped  recalled  voided  ready        =            in_progress  =
  bumped      -            -       =       recalled  -       -            =            -            =
  recalled    in_progress  -       bumped  =         voided  recalled     in_progress  =            =
  voided      -            -       voided  -         =       -            -            =            =
"""  # noqa: E501 - a table is read by column
_ACTIONS, *_ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS: Final = [
    (row[0], action, cell) for row in _ROWS for action, cell in zip(_ACTIONS, row[1:], strict=True)
]

COMMANDS: Final[dict[str, Command]] = {
    "start": act("grill", "start"),
    "ready": act("grill", "ready"),
    "bump": act("grill", "bump"),
    "recall": act("grill", "recall"),
    "void": act("grill", "void"),
    "priority": SetPriority("grill", "7", "urgent"),
    "done": tick("grill", "1"),
    "undone": tick("grill", "1", done=False),
    "fire": fire(1),
}
ON_THE_WAY: Final = {
    "held": [],
    "pending": [],
    "in_progress": ["start"],
    "ready": ["start", "ready"],
    "bumped": ["bump"],
    "recalled": ["bump", "recall"],
    "voided": ["void"],
}
LEADS_TO: Final = {
    "start": "in_progress",
    "ready": "ready",
    "bump": "bumped",
    "recall": "recalled",
    "void": "voided",
}


def kitchen_with_a_ticket_that_is(status: str) -> Kitchen:
    """At the grill, two lines."""
    hold: Literal["hold"] | None = "hold" if status == "held" else None
    lines = [item(line_id, course=1, status=hold) for line_id in ("1", "2")]
    kitchen = busy(create(*lines), *(COMMANDS[action] for action in ON_THE_WAY[status]))
    assert ticket(kitchen, "grill").status == status
    return kitchen


@pytest.mark.parametrize(("status", "action", "cell"), CELLS)
def test_an_action_does_what_the_table_says(status: Status, action: str, cell: str) -> None:
    kitchen = kitchen_with_a_ticket_that_is(status)
    before, now = ticket(kitchen, "grill"), after(60)
    decision = do(kitchen, COMMANDS[action], now)
    ticket_now = ticket(kitchen, "grill")
    if cell == "-":
        assert isinstance(decision.reply, Refused)
        assert decision.reply.reason == "wrong_state"
        assert decision.reply.from_status == status
        assert decision.reply.to_status == LEADS_TO.get(action)
    else:
        assert isinstance(decision.reply, TicketsNow)
        assert action == "fire" or decision.reply.tickets == (ticket_now,)
    if cell in ("-", "="):
        assert decision.events == ()
        assert ticket_now == before
        return
    assert decision.events
    assert ticket_now.status == cell
    assert ticket_now.updated_at == now.at
    works_on_it = action in ("start", "bump", "done") and cell not in ("held", "voided")
    assert ticket_now.started_at == (before.started_at or (now.at if works_on_it else None))
    completes_it = action == "bump" and status != "voided"
    assert ticket_now.completed_at == (now.at if completes_it else None)


def test_the_first_start_is_what_counts() -> None:
    kitchen = busy(create(item("1")))
    for minute, action in enumerate(["start", "ready", "recall", "start", "bump"]):
        do(kitchen, COMMANDS[action], after(60 * minute))
    assert ticket(kitchen, "grill").started_at == after(0).at
    assert ticket(kitchen, "grill").completed_at == after(240).at


def test_the_first_tick_starts_a_ticket_and_the_last_makes_it_ready() -> None:
    kitchen = busy(create(item("1"), item("2")))
    statuses = []
    for line_id, ticked in [("1", True), ("2", True), ("1", False), ("1", True)]:
        do(kitchen, tick("grill", line_id, done=ticked))
        statuses.append(ticket(kitchen, "grill").status)
    assert statuses == ["in_progress", "ready", "in_progress", "ready"]


def test_taking_a_tick_away_leaves_the_start_as_it_was() -> None:
    kitchen = busy(create(item("1"), item("2")))
    do(kitchen, tick("grill", "1"), after(60))
    do(kitchen, tick("grill", "1", done=False), after(120))
    assert ticket(kitchen, "grill").started_at == after(60).at
    assert to_do(ticket(kitchen, "grill")) == ["1", "2"]


def test_ready_ticks_every_line() -> None:
    kitchen = busy(create(item("1"), item("2")), act("grill", "start"), act("grill", "ready"))
    assert done(ticket(kitchen, "grill")) == ["1", "2"]


def test_a_voided_ticket_is_seen_until_it_is_bumped_and_stays_voided() -> None:
    kitchen = busy(create(item("1")), act("grill", "void"))
    assert board(kitchen, "grill") == ["7"]
    do(kitchen, act("grill", "bump"))
    assert board(kitchen, "grill") == []
    again = do(kitchen, act("grill", "bump"))
    assert isinstance(again.reply, TicketsNow)
    assert again.events == ()
    assert ticket(kitchen, "grill").status == "voided"


def test_voiding_a_ticket_leaves_the_other_stations_alone() -> None:
    kitchen = busy(create(item("1", "Combo")), act("grill", "void"))
    assert ticket(kitchen, "fry").status == "pending"
    assert ticket(kitchen, "pass").status == "pending"


def test_a_line_that_is_struck_through_cannot_be_ticked() -> None:
    kitchen = busy(create(item("1"), item("2")), update(item("2")))
    refused = do(kitchen, tick("grill", "1")).reply
    assert isinstance(refused, Refused)
    assert refused.reason == "wrong_state"


@pytest.mark.parametrize(
    "completed", [[act("fry", "bump")], [act("fry", "start"), act("fry", "ready")]]
)
def test_a_card_of_which_nothing_is_wanted_any_more_is_not_called_back(
    completed: list[Command],
) -> None:
    kitchen = busy(create(item("1"), item("2", "Fries"), item("3", "Fries")), *completed)
    do(kitchen, update(item("1"), item("3", "Fries")))
    do(kitchen, act("fry", "recall"))
    assert to_do(ticket(kitchen, "fry")) == ["3"]
    do(kitchen, act("fry", "bump"), after(60))
    do(kitchen, update(item("1")))
    reply = do(kitchen, act("fry", "recall"), after(61)).reply
    assert isinstance(reply, Refused)
    assert reply.message == "nothing that was done of it is wanted any more"
    assert board(kitchen, "fry") == []


def test_what_is_on_no_ticket_is_named() -> None:
    kitchen = busy(create(item("1")))
    reasons = []
    for command in (act("fry", "bump"), act("grill", "bump", "8"), tick("grill", "9"), fire(1)):
        reply = do(kitchen, command).reply
        reasons.append(reply.reason if isinstance(reply, Refused) else "accepted")
    assert reasons == ["no_such_ticket", "no_such_ticket", "no_such_line", "accepted"]
    nobody_ordered = do(kitchen, FireCourse("8", 1)).reply
    assert isinstance(nobody_ordered, Refused)
    assert nobody_ordered.reason == "no_such_order"


def test_priority_comes_in_front_and_then_who_came_first() -> None:
    kitchen = busy(*(create(item("1"), id=order_id) for order_id in "1234"))
    do(kitchen, SetPriority("grill", "4", "high"))
    do(kitchen, SetPriority("grill", "3", "urgent"))
    do(kitchen, SetPriority("grill", "2", "high"))
    assert board(kitchen, "grill") == ["3", "2", "4", "1"]
    do(kitchen, SetPriority("grill", "3", "normal"))
    assert board(kitchen, "grill") == ["2", "4", "1", "3"]
    assert board(kitchen, "pass") == ["1", "2", "3", "4"]


def test_setting_the_same_priority_again_changes_nothing() -> None:
    kitchen = busy(create(item("1")), SetPriority("grill", "7", "high"))
    assert do(kitchen, SetPriority("grill", "7", "high")).events == ()
