"""What a ticket is, one order at one station, and what can be read of it."""

from collections.abc import Collection
from typing import Final, Literal

from msgspec import Struct

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
        at = self.at - self.since(tick)
        return told if abs(at - told) < NOT_SET_MS else at

    def since(self, tick: int) -> int:
        """How many milliseconds ago that tick was; negative for one to come."""
        ago = self.tick - tick
        if self.leap is not None and self.leap.after < tick <= self.leap.until:
            ago -= self.leap.by
        return ago


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
    """The station that it was for, where that had its backup take it, or is no more."""
    waited: bool = False
    """It was taken off the board while it waited for its course: a recall has it wait again."""
    count: int | float = 1
    """How many of it are made here; 1 in a log from before it was kept."""

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

    @property
    def took(self) -> int | None:
        """From its firing, or else its arrival, to its completion, milliseconds.

        None of one that is not finished, or that nobody finished.
        """
        if self.completed_at is None:
            return None
        if self.since_tick is None or self.completed_tick is None:
            return self.completed_at - self.since
        return self.completed_tick - self.since_tick

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


def can_be_bumped(ticket: Ticket) -> bool:
    """Whether something of it was fired, or starts by itself."""
    return not is_held(ticket.lines) or any(line.timed for line in ticket.lines)


def begins_early(ticket: Ticket) -> bool:
    """Whether something of it starts by itself, which a start begins now."""
    return ticket.workable and any(line.timed for line in ticket.lines)


def has_any(ticket: Ticket, line_ids: Collection[str]) -> bool:
    """Whether the ticket has any of these lines on the board."""
    return any(line.id in line_ids and not line.bump for line in ticket.lines)


def recallable(ticket: Ticket) -> frozenset[str]:
    """The lines that a recall brings back: what the last bump, or `ready`, completed.

    What is not wanted any more since is not among them.
    """
    last = 0 if ticket.status == "ready" else ticket.bumps
    return frozenset(line.id for line in ticket.lines if line.done and line.bump == last)


def last_bump(ticket: Ticket) -> int | None:
    """Tick of the bump that a recall takes back, of a held or a bumped one; None for none."""
    if ticket.status == "held":
        return ticket.bumped_tick if ticket.bumps and recallable(ticket) else None
    return ticket.completed_tick


def is_same_press(ticket: Ticket, now: Moment) -> bool:
    """Whether a bump now is that of a moment ago."""
    return ticket.bumped_tick is not None and now.tick - ticket.bumped_tick < SAME_PRESS_MS
