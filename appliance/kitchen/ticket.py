"""What a ticket is, and what can be done to it: a state machine of plain functions.

A ticket is one order at one station. States and actions are those of the ticket API:

    held ─fire─▶ pending ─start─▶ in_progress ─ready─▶ ready ─bump─▶ bumped
                                                          recalled ◀─recall─┘
    anything but bumped ─void─▶ voided ─bump (acknowledged)─▶ off the board

Every function takes a ticket and returns a new one; none of them changes its argument.
"""

from collections.abc import Callable, Collection
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.rule import Boost

Status = Literal["held", "pending", "in_progress", "ready", "recalled", "bumped", "voided"]
Priority = Literal["normal", "high", "urgent"]
Change = Literal["added", "edited", "deleted"]
Action = Literal["start", "ready", "bump", "recall", "void"]

PRIORITIES: Final[tuple[Priority, ...]] = ("normal", "high", "urgent")
"""The place of each is the boost that leads there."""
URGENCY: Final[dict[Priority, int]] = {"urgent": 0, "high": 1, "normal": 2}


class Moment(Struct, frozen=True, gc=False):
    """Now, twice: for people, and for deadlines."""

    at: int
    """Wall clock, milliseconds since the epoch. It may be wrong, and it may jump."""
    tick: int
    """The kitchen's own clock, milliseconds. It never jumps and goes on after a restart."""
    wall_is_set: bool = True
    """False where the wall clock is known to be wrong: it was not set since power came."""


class Line(Struct, frozen=True, gc=False, omit_defaults=True):
    """An item of the order as this ticket has it."""

    id: str
    prep: int = 0
    """Seconds that this station needs for it; 0 where no rule says."""
    held: bool = False
    due: int | None = None
    """Tick at which a held line is fired by itself, and of a fired one when it was; None of
    a held one: it waits for its course."""
    begun: int | None = None
    """Tick at which a cook began with it."""
    done: bool = False
    bump: int = 0
    """Which bump of the ticket took it off the board (1 is the first); 0 while it is on."""
    change: Change | None = None
    boost: Boost = 0
    """How much the rules that sent it here hurry the ticket."""
    mods: tuple[int, ...] = ()
    """The places of the item's modifiers that are made here alone; none: the whole item."""
    unrouted: bool = False
    """It is here because no rule took it."""
    extra: int = 0
    """Seconds of `prep` that rules added to what the dish takes."""
    overflow_from: str | None = None
    """The station that it was for, where that had its backup take it."""

    @property
    def to_do(self) -> bool:
        """Whether a cook still has to make it now."""
        return not (self.held or self.done or self.bump or self.change == "deleted")

    @property
    def unfired(self) -> bool:
        """Whether it waits for its course."""
        return self.held and self.due is None

    @property
    def timed(self) -> bool:
        """Whether it waits, and is fired by itself."""
        return self.held and self.due is not None


class Ticket(Struct, frozen=True, gc=False, omit_defaults=True):
    """One order at one station. Times are wall-clock milliseconds since the epoch."""

    number: int
    """Of the order, as counted by this appliance."""
    station: str
    lines: tuple[Line, ...]
    created_at: int
    updated_at: int
    status: Status = "pending"
    priority: Priority = "normal"
    started_at: int | None = None
    completed_at: int | None = None
    completed_tick: int | None = None
    bumps: int = 0
    queued: int = 0
    """Tick since when it has its place on the board; of a held one, it may be to come."""
    fires_at: int | None = None
    """When the first of its timed lines is fired, for people; deadlines are in the lines."""
    fired_at: int | None = None
    """When it was fired, of a ticket that was held or had been finished."""
    acknowledged: bool = False
    """Of a voided ticket: a cook has seen it and bumped it away."""
    forgotten: bool = False
    """It was left on the board at the end of the day, and closed then."""

    @property
    def live(self) -> bool:
        """Whether it is on a board."""
        return self.status != "bumped" and not self.acknowledged

    @property
    def workable(self) -> bool:
        """Whether it is on a board, and to be made."""
        return self.live and self.status != "voided"

    @property
    def since(self) -> int:
        """Since when somebody waits for it: it was fired, or else came."""
        return self.created_at if self.fired_at is None else self.fired_at


def sort_key(ticket: Ticket) -> tuple[int, int, int]:
    """The order of tickets on a board.

    Priority in front, once it is fired; then in the order in which they came to be cooked:
    when the order arrived, or its course was fired, or, of an order for later, when it was
    to be begun, or was begun early; or when something was added to a finished ticket.
    """
    priority = "normal" if ticket.status == "held" else ticket.priority
    return URGENCY[priority], ticket.queued, ticket.number


# Source: ticket API design page, table of actions. An action that finds the ticket where
# it leads (the second element) changes nothing and is no error.
TRANSITIONS: Final[dict[Action, tuple[frozenset[Status], Status]]] = {
    "start": (frozenset({"held", "pending", "recalled"}), "in_progress"),
    "ready": (frozenset({"in_progress"}), "ready"),
    "bump": (frozenset({"held", "pending", "in_progress", "ready", "recalled"}), "bumped"),
    "recall": (frozenset({"ready", "bumped"}), "recalled"),
    "void": (frozenset({"held", "pending", "in_progress", "ready", "recalled"}), "voided"),
}


_TO_DO: Final[dict[Status, Status]] = {"held": "pending", "ready": "in_progress"}
"""What becomes of these when there is something to do."""


def boost_of(lines: Collection[Line]) -> Boost:
    """How much the lines that are on the board hurry the ticket."""
    on_board = (line.boost for line in lines if not line.bump and line.change != "deleted")
    return max(on_board, default=0)


def highest(priority: Priority, boost: Boost) -> Priority:
    """The priority, or that of the boost where it is higher."""
    return PRIORITIES[max(PRIORITIES.index(priority), boost)]


def is_held(lines: Collection[Line]) -> bool:
    """Whether lines wait for their course and none is on the board to be cooked."""
    on_board = [line for line in lines if not line.bump and line.change != "deleted"]
    return bool(on_board) and all(line.held for line in on_board)


def fitting(status: Status, lines: Collection[Line]) -> Status:
    """The state of a live ticket after its lines were held, fired, ticked or changed.

    A held one stays held for what is ticked early, as long as the rest waits.
    """
    if is_held(lines):
        return "held"
    if any(line.to_do for line in lines):
        return _TO_DO.get(status, status)
    if status == "held" and lines:
        return "held" if any(line.held for line in lines) else "ready"
    return status


def release(ticket: Ticket, now: Moment, line_ids: Collection[str]) -> Ticket:
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

    A fired one has a place among those that are cooked, by now at the latest.
    """
    status = fitting(ticket.status, lines)
    is_fired = ticket.status == "held" != status
    return replace(
        ticket,
        lines=lines,
        status=status,
        updated_at=now.at,
        fires_at=_fires_at(lines, now),
        queued=ticket.queued if status == "held" else min(ticket.queued, now.tick),
        fired_at=now.at if is_fired else ticket.fired_at,
    )


def _fires_at(lines: Collection[Line], now: Moment) -> int | None:
    dues = [line.due for line in lines if line.held and line.due is not None]
    return now.at + min(dues) - now.tick if dues else None


def let_go(ticket: Ticket, now: Moment, line_ids: Collection[str]) -> Ticket:
    """Have these lines wait for their course no longer: `timing.planned` says when they begin.

    A ticket that only waited for its course takes its place at the end of the board.
    """
    lines = tuple(
        replace(line, due=now.tick) if line.unfired and line.id in line_ids else line
        for line in ticket.lines
    )
    if lines == ticket.lines:
        return ticket
    queued = now.tick if ticket.status == "held" else ticket.queued
    return replace(ticket, lines=lines, queued=queued)


def _release_if_held(ticket: Ticket, now: Moment) -> Ticket:
    """A cook who works on a held ticket has fired it: what is timed, or else all."""
    if ticket.status != "held":
        return ticket
    timed = {line.id for line in ticket.lines if line.timed}
    return release(ticket, now, timed or {line.id for line in ticket.lines})


def start(ticket: Ticket, now: Moment) -> Ticket:
    """The cook begins. `started_at` is stamped the first time only."""
    fired = _release_if_held(ticket, now)
    return replace(
        fired,
        status="in_progress",
        lines=tuple(
            replace(line, begun=now.tick) if line.to_do and line.begun is None else line
            for line in fired.lines
        ),
        started_at=ticket.started_at or now.at,
        updated_at=now.at,
    )


def ready(ticket: Ticket, now: Moment) -> Ticket:
    """Everything that was to do is done."""
    lines = tuple(replace(line, done=True) if line.to_do else line for line in ticket.lines)
    return replace(ticket, status="ready", lines=lines, updated_at=now.at)


def bump(ticket: Ticket, now: Moment) -> Ticket:
    """Complete the fired lines; what is held brings the ticket back as held.

    Of a ticket all of which is held it completes what `start` would fire. Marks of changes
    and struck lines count as seen. A voided ticket is acknowledged.
    """
    if ticket.status == "voided":
        return replace(ticket, acknowledged=True, updated_at=now.at)
    if is_held(ticket.lines):
        ticket = _release_if_held(ticket, now)
    bumps = ticket.bumps + 1
    lines = tuple(
        line if line.held or line.bump else replace(line, done=True, bump=bumps, change=None)
        for line in ticket.lines
        if line.change != "deleted"
    )
    still_held = is_held(lines)
    return replace(
        ticket,
        status="held" if still_held else "bumped",
        lines=lines,
        bumps=bumps,
        started_at=ticket.started_at or now.at,
        completed_at=None if still_held else now.at,
        completed_tick=None if still_held else now.tick,
        updated_at=now.at,
    )


def clear(ticket: Ticket, now: Moment) -> Ticket:
    """Take a ticket off the board, what it holds included."""
    while ticket.live:
        ticket = bump(ticket, now)
    return ticket


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
    """Bring back what the last bump, or `ready`, completed: it is to do again."""
    last = ticket.bumps if ticket.status == "bumped" else 0
    lines = tuple(
        replace(line, done=False, bump=0, due=now.tick, begun=None)
        if line.done and line.bump == last
        else line
        for line in ticket.lines
    )
    return replace(
        ticket,
        status="recalled",
        lines=lines,
        completed_at=None,
        completed_tick=None,
        forgotten=False,
        updated_at=now.at,
    )


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
