"""What can be done to a ticket: a state machine of plain functions.

States and actions are those of the ticket API:

    held ─fire─▶ pending ─start─▶ in_progress ─ready─▶ ready ─bump─▶ bumped
                                                          recalled ◀─recall─┘
    anything but bumped ─void─▶ voided ─bump (acknowledged)─▶ off the board

Every function takes a ticket and returns a new one; none of them changes its argument.
"""

from collections.abc import Callable, Collection
from typing import Final

from msgspec.structs import replace

from appliance.kitchen.ticket import (
    Action,
    Line,
    Moment,
    Priority,
    Status,
    Ticket,
    is_held,
    recallable,
)

# Source: ticket API design page, table of actions. An action that finds the ticket where
# it leads (the second element) changes nothing and is no error; but a start of what is on a
# board begins what starts by itself there. Of a held ticket only that can be bumped, and only
# what it was bumped of before can be recalled.
TRANSITIONS: Final[dict[Action, tuple[frozenset[Status], Status]]] = {
    "start": (frozenset({"held", "pending", "recalled"}), "in_progress"),
    "ready": (frozenset({"in_progress"}), "ready"),
    "bump": (frozenset({"held", "pending", "in_progress", "ready", "recalled"}), "bumped"),
    "recall": (frozenset({"held", "ready", "bumped"}), "recalled"),
    "void": (frozenset({"held", "pending", "in_progress", "ready", "recalled"}), "voided"),
}


_TO_DO: Final[dict[Status, Status]] = {"held": "pending", "ready": "in_progress"}
"""What becomes of these when there is something to do."""


def fitting(status: Status, lines: Collection[Line]) -> Status:
    """The state of a live ticket after its lines were held, fired, ticked or changed.

    A held one stays held for what is ticked early, as long as the rest waits. What has
    nothing to do any more is ready.
    """
    if is_held(lines):
        return "held"
    if any(line.to_do for line in lines):
        return _TO_DO.get(status, status)
    if not lines or (status == "held" and any(line.held for line in lines)):
        return status
    return "ready"


def fire(ticket: Ticket, now: Moment, line_ids: Collection[str]) -> Ticket:
    """Fire the held lines among `line_ids` now; a held ticket becomes pending.

    One that was ready is in progress again: there is something to do.
    """
    lines = tuple(
        replace(line, held=False, due=now.tick) if line.held and line.id in line_ids else line
        for line in ticket.lines
    )
    return ticket if lines == ticket.lines else with_lines(ticket, lines, now)


def with_lines(ticket: Ticket, lines: tuple[Line, ...], now: Moment) -> Ticket:
    """The ticket after lines were held or fired.

    A fired one has a place among those that are cooked, by now at the latest. Its age begins
    when it had nothing to be made until then.
    """
    status = fitting(ticket.status, lines)
    waited = {line.id for line in ticket.lines if line.held}
    is_fired = status != "held" == ticket.status or (
        ticket.status == "ready" and any(line.to_do and line.id in waited for line in lines)
    )
    return replace(
        ticket,
        lines=lines,
        status=status,
        updated_at=now.at,
        fires_at=fires_at(lines, now),
        queued=ticket.queued if status == "held" else min(ticket.queued, now.tick),
        fired_at=now.at if is_fired else ticket.fired_at,
        since_tick=now.tick if is_fired else ticket.since_tick,
    )


def fires_at(lines: Collection[Line], now: Moment) -> int | None:
    """When the first of these that starts by itself does, for people."""
    dues = [line.due for line in lines if line.held and line.due is not None]
    return now.at + min(dues) - now.tick if dues else None


def let_go(ticket: Ticket, now: Moment, line_ids: Collection[str]) -> Ticket:
    """Have these lines wait for their course no longer: `timing.planned` says when they begin.

    A ticket that only waited for its course, or was ready but for that, takes its place at the
    end of the board.
    """
    lines = tuple(
        replace(line, due=now.tick) if line.unfired and line.id in line_ids else line
        for line in ticket.lines
    )
    if lines == ticket.lines:
        return ticket
    queued = now.tick if ticket.status in ("held", "ready") else ticket.queued
    return replace(ticket, lines=lines, queued=queued)


def start(ticket: Ticket, now: Moment) -> Ticket:
    """The cook begins with what is fired. `started_at` is stamped the first time only."""
    return replace(
        ticket,
        status="in_progress",
        lines=tuple(
            replace(line, begun=now.tick) if line.to_do and line.begun is None else line
            for line in ticket.lines
        ),
        started_at=ticket.started_at or now.at,
        updated_at=now.at,
    )


def ready(ticket: Ticket, now: Moment) -> Ticket:
    """Everything that was to do is done."""
    lines = tuple(replace(line, done=True) if line.to_do else line for line in ticket.lines)
    return replace(ticket, status="ready", lines=lines, updated_at=now.at)


def bump(ticket: Ticket, now: Moment) -> Ticket:
    """Complete what is fired, and what starts by itself.

    What waits for its course brings the ticket back as held. Marks of changes and struck
    lines count as seen. A voided ticket is acknowledged.
    """
    if ticket.status == "voided":
        return replace(ticket, acknowledged=True, updated_at=now.at)
    return take_off(ticket, now, {line.id for line in ticket.lines if not line.unfired})


def clear(ticket: Ticket, now: Moment) -> Ticket:
    """Take a ticket off the board, what it holds included."""
    if ticket.status == "voided":
        return replace(ticket, acknowledged=True, updated_at=now.at)
    return take_off(ticket, now, {line.id for line in ticket.lines})


def take_off(ticket: Ticket, now: Moment, line_ids: Collection[str]) -> Ticket:
    """Complete these lines, whether they were fired or not; it is one bump.

    What was to begin later has its place from now: there it stands when it is called back.
    """
    bumps = ticket.bumps + 1
    lines = tuple(
        replace(
            line,
            held=False,
            due=now.tick if line.held else line.due,
            done=True,
            bump=bumps,
            change=None,
            waited=line.unfired,
        )
        if line.id in line_ids and not line.bump
        else line
        for line in ticket.lines
        if line.change != "deleted"
    )
    is_over = all(line.bump for line in lines)
    is_fired = any(line.bump == bumps and not line.waited for line in lines)
    return replace(
        ticket,
        status="bumped" if is_over else _of_what_stays(ticket.status, lines),
        lines=lines,
        bumps=bumps,
        bumped_tick=now.tick,
        queued=min(ticket.queued, now.tick),
        started_at=ticket.started_at or now.at,
        completed_at=now.at if is_over else None,
        completed_tick=now.tick if is_over else None,
        fires_at=fires_at(lines, now),
        fired_at=now.at if ticket.status == "held" and is_fired else ticket.fired_at,
        updated_at=now.at,
    )


def _of_what_stays(status: Status, lines: Collection[Line]) -> Status:
    """The state of a ticket of which something was taken off the board."""
    if status != "held" and not is_held(lines) and not any(line.to_do for line in lines):
        return "ready"
    return fitting(status, lines)


def without_lines(ticket: Ticket, now: Moment) -> Ticket:
    """What is said of a ticket that its station has not any more: nothing of it is there."""
    return replace(
        ticket,
        lines=(),
        status="bumped",
        completed_at=None,
        completed_tick=None,
        fires_at=None,
        updated_at=now.at,
    )


def recall(ticket: Ticket, now: Moment) -> Ticket:
    """Bring back what the last bump, or `ready`, completed: it is to do again.

    What had waited for its course when it was taken off the board does so again; a ticket
    that has nothing else is held, at the end of the board.
    """
    back = recallable(ticket)
    lines = tuple(_recalled(line, now) if line.id in back else line for line in ticket.lines)
    waits = is_held(lines)
    return replace(
        ticket,
        status="held" if waits else "recalled",
        lines=lines,
        bumped_tick=None,
        completed_at=None,
        completed_tick=None,
        queued=now.tick if waits else min(ticket.queued, now.tick),
        forgotten=False,
        updated_at=now.at,
    )


def _recalled(line: Line, now: Moment) -> Line:
    due = None if line.waited else now.tick
    return replace(line, held=line.waited, due=due, begun=None, done=False, bump=0, waited=False)


def void(ticket: Ticket, now: Moment) -> Ticket:
    """Cancel it. It stays on the board, struck through, until a bump acknowledges it."""
    return replace(ticket, status="voided", updated_at=now.at)


def prioritize(ticket: Ticket, now: Moment, priority: Priority) -> Ticket:
    """Move it in the queue."""
    return replace(ticket, priority=priority, updated_at=now.at)


def mark_line(ticket: Ticket, now: Moment, line_id: str, *, done: bool) -> Ticket:
    """Tick one line, or take the tick away.

    The first tick starts the ticket, the last one makes it ready; a tick taken away from
    a ready ticket puts it back in progress. Ticking a held line fires it, and it alone: a
    held ticket stays held until its last line is ticked.
    """
    lines = tuple(
        replace(line, done=done, held=False, due=now.tick if line.held else line.due)
        if line.id == line_id and not line.bump and line.change != "deleted"
        else line
        for line in ticket.lines
    )
    if lines == ticket.lines:
        return ticket
    marked = with_lines(ticket, lines, now)
    if ticket.status != "held" and not any(line.to_do for line in lines):
        marked = replace(marked, status="ready")
    elif ticket.status != "held" and done:
        marked = replace(marked, status="in_progress")
    is_started = done and marked.status != "held"
    return replace(marked, started_at=marked.started_at or now.at) if is_started else marked


PERFORM: Final[dict[Action, Callable[[Ticket, Moment], Ticket]]] = {
    "start": start,
    "ready": ready,
    "bump": bump,
    "recall": recall,
    "void": void,
}
