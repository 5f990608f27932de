"""An order changes: what that means for the ticket of each station.

Lines are compared by `line_id`. A line that was not there is *added*, one that reads
otherwise is *edited* and is to do (again), one that is gone is *deleted*: struck through
until the ticket is bumped. Nothing else on a ticket moves: adding a line never reopens
a completed one, and what the kitchen fired stays fired until it is asked to wait anew.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from appliance.kitchen.comparison import Comparison, Route
from appliance.kitchen.known import Known
from appliance.kitchen.order import Item, Order, part_of, with_nested
from appliance.kitchen.routing import Stop
from appliance.kitchen.ticket import (
    PRIORITIES,
    Change,
    Line,
    Moment,
    Priority,
    Ticket,
    boost_of,
    can_be_bumped,
    highest,
)
from appliance.kitchen.working import clear, fires_at, void

STRUCK_LINES_KEPT = 100
"""Deleted lines that a ticket shows: more than anyone reads, and a bound on its size."""
MOST_COUNTED = 10_000
"""Of one line: more than any kitchen makes, and small enough to be added up."""


def first_tickets(
    number: int, order: Order, route: Route, nowhere: Collection[str], now: Moment
) -> tuple[dict[str, Ticket], int]:
    """The tickets of a new order, by station, and its longest preparation in seconds.

    An order without lines is at the stations `nowhere`. When the tickets begin is for
    `timing.py` to say.
    """
    lines: dict[str, list[Line]] = {}
    longest = 0
    for item in order.items:
        for stop in route(item):
            line = _new(item, stop, now, unfired=item.held)
            lines.setdefault(stop.station, []).append(line)
            longest = max(longest, stop.prep)
    if not lines:
        # An order without lines is still an order that somebody waits for.
        lines = {station: [] for station in nowhere}
    tickets = {
        station: Ticket(
            number,
            station,
            tuple(on_it),
            created_at=now.at,
            updated_at=now.at,
            priority=priority_of(order, on_it),
            queued=now.tick,
            since_tick=now.tick,
        )
        for station, on_it in lines.items()
    }
    return tickets, longest


def _new(item: Item, stop: Stop, now: Moment, *, unfired: bool) -> Line:
    """A line that is to begin when it is planned, or else waits for its course."""
    due = None if unfired else now.tick
    return Line(
        item.line_id,
        stop.prep,
        held=True,
        due=due,
        boost=stop.boost,
        mods=with_nested(item.mods, stop.mods) if stop.mods else (),
        unrouted=stop.unrouted,
        extra=stop.extra,
        overflow_from=stop.overflow_from,
        count=count_of(item, stop.mods),
    )


def count_of(item: Item, mods: Collection[int]) -> int | float:
    """How many are made of an item, or of its modifiers that are made alone: at these places."""
    alone = part_of(item.mods, mods) if mods else ()
    times = sum([mod.qty for mod in alone if not mod.level]) if mods else 1
    return max(0, min(item.qty * times, MOST_COUNTED))


def priority_of(order: Order, lines: Collection[Line]) -> Priority:
    """The highest of what the order asks for and what the rules say of its lines."""
    return highest("high" if order.priority else "normal", boost_of(lines))


def changed_priority(
    was: Order, order: Order, before: Ticket | None, ticket: Ticket, set_at_pass: Priority | None
) -> Priority:
    """That of a ticket when its order changes, which `was` another; `before` is what it was.

    `set_at_pass` is what somebody made of the priority of the whole order, if anybody did.
    """
    priority = ticket.priority
    comes = before is None or not before.live
    if comes:
        priority = set_at_pass or priority_of(was, ticket.lines)
    if order.priority != was.priority:
        own = priority_of(order, ticket.lines)
        # Who asks for haste slows nobody down.
        return max(priority, own, key=PRIORITIES.index) if order.priority else own
    boost = boost_of(ticket.lines)
    hurries = comes or before is None or boost > boost_of(before.lines)
    return highest(priority, boost) if hurries else priority


def updated_ticket(
    ticket: Ticket, comparison: Comparison, wanted: Mapping[str, Stop | None], now: Moment
) -> Ticket:
    """What becomes of a ticket when its order changes; the same ticket if nothing does."""
    left = [line for line in ticket.lines if not _leaves(line, ticket, comparison)]
    lines = [_struck(line, comparison, wanted) for line in left]
    present = {line.id for line in lines}
    lines = [_current(line, comparison, wanted.get(line.id), now) for line in lines]
    lines += [
        _added(line_id, stop, comparison, now)
        for line_id, stop in wanted.items()
        if stop is not None and line_id not in present
    ]
    changed = replace(ticket, lines=_without_oldest_struck(lines))
    nothing_left = all(line.change == "deleted" for line in lines)
    if len(left) < len(ticket.lines) and all(
        line.bump or line.change == "deleted" for line in lines
    ):
        return _finished_elsewhere(ticket, changed.lines, comparison, now)
    # A card without lines stands for an order without lines, and goes when that gets some.
    if nothing_left and ticket.status not in ("bumped", "voided") and (lines or comparison.items):
        return void(changed, now)
    if changed == ticket:
        return ticket
    if ticket.status in ("bumped", "voided"):
        new = {line_id for line_id, stop in wanted.items() if stop is not None}
        return brought_back(changed, new, now) if new else replace(changed, updated_at=now.at)
    if ticket.status in ("held", "ready") and any(
        line.unfired != changed.unfired for line, changed in zip(left, lines, strict=False)
    ):
        changed = replace(changed, queued=now.tick)
    return replace(changed, fires_at=fires_at(lines, now), updated_at=now.at)


def new_ticket(
    known: Known,
    station: str,
    comparison: Comparison,
    wanted: Mapping[str, Stop | None],
    now: Moment,
) -> Ticket:
    """A station that had nothing of this order gets some of it now.

    It takes its place where the order is being made elsewhere, or else at the end of the board.
    """
    made = [
        ticket.queued
        for station, ticket in known.tickets.items()
        if station in known.placed.stations and ticket.workable and can_be_bumped(ticket)
    ]
    lines = tuple(
        _added(line_id, stop, comparison, now)
        for line_id, stop in wanted.items()
        if stop is not None
    )
    return Ticket(
        known.placed.number,
        station,
        lines,
        created_at=now.at,
        updated_at=now.at,
        queued=min(made, default=now.tick),
        since_tick=now.tick,
    )


def _added(line_id: str, stop: Stop, comparison: Comparison, now: Moment) -> Line:
    new = _new(comparison.items[line_id], stop, now, unfired=line_id in comparison.held)
    return replace(new, change="added")


def _finished_elsewhere(
    ticket: Ticket, lines: tuple[Line, ...], comparison: Comparison, now: Moment
) -> Ticket:
    """Nothing of it is to be made here any more; what was taken back just now is to be seen."""
    if _struck_of(lines) > _struck_of(ticket.lines):
        return void(replace(ticket, lines=lines), now)
    gone = (line for line in ticket.lines if line.id in comparison.done and not line.bump)
    return clear(replace(ticket, lines=(*lines, *gone)), now)


def _struck_of(lines: Iterable[Line]) -> int:
    return sum(line.change == "deleted" and not line.bump for line in lines)


def _leaves(line: Line, ticket: Ticket, comparison: Comparison) -> bool:
    """Whether a line was finished elsewhere, and not here."""
    return line.id in comparison.done and ticket.workable and not line.bump


def _struck(line: Line, comparison: Comparison, wanted: Collection[str]) -> Line:
    """The line, marked as deleted if it is no longer to be made here."""
    if line.change == "deleted":
        return replace(line, id=comparison.struck_id(line.id))
    if line.id in wanted or line.id in comparison.done:
        return line
    return replace(line, id=comparison.struck_id(line.id), done=False, held=False, change="deleted")


def _current(line: Line, comparison: Comparison, stop: Stop | None, now: Moment) -> Line:
    """A line as the changed order has it; `stop` where it is new or edited."""
    unfired = line.id in comparison.held
    if stop is not None:
        unseen = line.change == "deleted" or (line.change == "added" and not line.done)
        change: Change = "added" if unseen else "edited"
        new = replace(_new(comparison.items[line.id], stop, now, unfired=unfired), change=change)
        was_fired = not line.held and line.change != "deleted"
        return replace(new, held=False) if was_fired and not unfired else new
    if line.change == "deleted" or not (line.to_do or line.held):
        return line
    if unfired:
        return replace(line, held=True, due=None, begun=None)
    return replace(line, due=now.tick) if line.unfired else line


def _without_oldest_struck(lines: Sequence[Line]) -> tuple[Line, ...]:
    struck = [line.id for line in lines if line.change == "deleted"]
    surplus = set(struck[: max(0, len(struck) - STRUCK_LINES_KEPT)])
    return tuple(line for line in lines if line.id not in surplus)


def brought_back(ticket: Ticket, new: Collection[str], now: Moment) -> Ticket:
    """A finished ticket comes back for the lines that are new on it, and for them alone.

    It takes its place at the end of the board.
    """
    lines = ticket.lines
    if ticket.status == "voided":
        lines = tuple(
            line
            if line.id in new or line.bump
            else replace(line, done=False, held=False, change="deleted")
            for line in lines
        )
    return replace(
        ticket,
        status="pending",
        lines=lines,
        updated_at=now.at,
        queued=now.tick,
        fired_at=now.at,
        since_tick=now.tick,
        acknowledged=False,
        bumped_tick=None,
        completed_at=None,
        completed_tick=None,
        forgotten=False,
    )
