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
SAME_PRESS_MS: Final = 2_000
"""A bump so soon after the last one of a ticket is the same press: nobody has read in between
what is on the card now."""
URGENCY: Final[dict[Priority, int]] = {"urgent": 0, "high": 1, "normal": 2}


NOT_SET_MS: Final = 2_000
"""Clocks that part by less were not set: they are read one after the other, and drift."""


class Leap(Struct, frozen=True, gc=False):
    """The kitchen's clock went forward because the machine had been off."""

    after: int
    """The newest tick of before that, and..."""
    until: int
    """...of the time in which nobody knew for how long: what came between is not that old."""
    by: int
    """Milliseconds."""


class Moment(Struct, frozen=True, gc=False):
    """Now, twice: for people, and for deadlines."""

    at: int
    """Wall clock, milliseconds since the epoch. It may be wrong, and it may jump."""
    tick: int
    """The kitchen's own clock, milliseconds. It never jumps and goes on after a restart."""
    wall_is_set: bool = True
    """False where the wall clock is known to be wrong: it was not set since power came."""
    leap: Leap | None = None
    """The newest of the kitchen's clock."""

    def on_the_wall(self, tick: int, told: int) -> int:
        """When that tick was or will be, by the wall clock as it is now.

        `told` is what was said of it before; it stays where the wall clock was not set since.
        """
        at = self.at + tick - self.tick
        if self.leap is not None and self.leap.after < tick <= self.leap.until:
            at += self.leap.by
        return told if abs(at - told) < NOT_SET_MS else at


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
    waited: bool = False
    """It was taken off the board while it waited for its course: a recall has it wait again."""

    @property
    def to_do(self) -> bool:
        """Whether a cook still has to make it now."""
        return not (self.held or self.done or self.bump or self.change == "deleted")

    @property
    def unfired(self) -> bool:
        """Whether it waits for its course."""
        return self.held and self.due is None

    @property
    def was_called(self) -> bool:
        """Whether it was ever to begin without anybody's word, or had begun."""
        never = self.due is None if self.change == "deleted" else self.unfired
        return not (never or self.waited)

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
    bumped_tick: int | None = None
    """Tick of the last bump, also of one that left what is held; None where it came back."""
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
    since_tick: int | None = None
    """Tick of `since`; None in a log from before it was kept."""

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

    def waits_since(self, now: Moment) -> int:
        """The same by the wall clock as it is now, which may have been set meanwhile."""
        told = self.since
        return told if self.since_tick is None else now.on_the_wall(self.since_tick, told)


def sort_key(ticket: Ticket) -> tuple[int, int, int]:
    """The order of tickets on a board.

    Priority in front, once it is fired; then in the order in which they came to be cooked:
    when the order arrived, or its course was fired, or, of an order for later, when it was
    to be begun, or was begun early; or when something was added to a finished ticket.
    """
    priority = "normal" if ticket.status == "held" else ticket.priority
    return URGENCY[priority], ticket.queued, ticket.number


# Source: ticket API design page, table of actions. An action that finds the ticket where
# it leads (the second element) changes nothing and is no error. Of a held ticket only what
# starts by itself can be bumped, and only what it was bumped of before can be recalled.
TRANSITIONS: Final[dict[Action, tuple[frozenset[Status], Status]]] = {
    "start": (frozenset({"held", "pending", "recalled"}), "in_progress"),
    "ready": (frozenset({"in_progress"}), "ready"),
    "bump": (frozenset({"held", "pending", "in_progress", "ready", "recalled"}), "bumped"),
    "recall": (frozenset({"held", "ready", "bumped"}), "recalled"),
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
        since_tick=now.tick if is_fired else ticket.since_tick,
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


def can_be_bumped(ticket: Ticket) -> bool:
    """Whether something of it was fired, or starts by itself."""
    return not is_held(ticket.lines) or any(line.timed for line in ticket.lines)


def has_any(ticket: Ticket, line_ids: Collection[str]) -> bool:
    """Whether the ticket has any of these lines on the board."""
    return any(line.id in line_ids and not line.bump for line in ticket.lines)


def is_same_press(ticket: Ticket, now: Moment) -> bool:
    """Whether a bump now is that of a moment ago."""
    return ticket.bumped_tick is not None and now.tick - ticket.bumped_tick < SAME_PRESS_MS


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
    """Complete what is fired, of a held ticket also what starts by itself.

    What waits for its course brings the ticket back as held. Marks of changes and struck
    lines count as seen. A voided ticket is acknowledged.
    """
    if ticket.status == "voided":
        return replace(ticket, acknowledged=True, updated_at=now.at)
    if is_held(ticket.lines):
        return take_off(ticket, now, {line.id for line in ticket.lines if line.timed})
    return take_off(ticket, now, {line.id for line in ticket.lines if not line.held})


def clear(ticket: Ticket, now: Moment) -> Ticket:
    """Take a ticket off the board, what it holds included."""
    if ticket.status == "voided":
        return replace(ticket, acknowledged=True, updated_at=now.at)
    return take_off(ticket, now, {line.id for line in ticket.lines})


def take_off(ticket: Ticket, now: Moment, line_ids: Collection[str]) -> Ticket:
    """Complete these lines, whether they were fired or not; it is one bump."""
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
        started_at=ticket.started_at or now.at,
        completed_at=now.at if is_over else None,
        completed_tick=now.tick if is_over else None,
        fires_at=_fires_at(lines, now),
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
    last = 0 if ticket.status == "ready" else ticket.bumps
    lines = tuple(
        _recalled(line, now) if line.done and line.bump == last else line for line in ticket.lines
    )
    waits = is_held(lines)
    return replace(
        ticket,
        status="held" if waits else "recalled",
        lines=lines,
        bumped_tick=None,
        completed_at=None,
        completed_tick=None,
        queued=now.tick if waits else ticket.queued,
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
