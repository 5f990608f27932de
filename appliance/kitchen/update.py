"""An order changes: what that means for the ticket of each station.

Lines are compared by `line_id`. A line that was not there is *added*, one that reads
otherwise is *edited* and is to do (again), one that is gone is *deleted*: struck through
until the ticket is bumped. Nothing else on a ticket moves: adding a line never reopens
a completed one.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from appliance.kitchen.order import Guest, Item, Order, Placed
from appliance.kitchen.routing import Router, Stop
from appliance.kitchen.ticket import Line, Moment, Priority, Status, Ticket, is_held, void

STRUCK_LINES_KEPT = 100
"""Deleted lines that a ticket shows: more than anyone reads, and a bound on its size."""


def first_tickets(
    number: int, order: Order, router: Router, now: Moment
) -> tuple[list[Ticket], int]:
    """The tickets of a new order, one per station, and its longest preparation in seconds."""
    lines: dict[str, list[Line]] = {}
    longest = 0
    for item in order.items:
        for stop in router.route(item):
            line = Line(item.line_id, stop.prep, held=item.held)
            lines.setdefault(stop.station, []).append(line)
            longest = max(longest, stop.prep)
    if not lines:
        # An order without lines is still an order that somebody waits for.
        lines = {station: [] for station in router.passes or (router.default,)}
    priority: Priority = "high" if order.priority else "normal"
    tickets = [
        Ticket(
            number,
            station,
            tuple(on_it),
            created_at=now.at,
            updated_at=now.at,
            status="held" if is_held(on_it) else "pending",
            priority=priority,
        )
        for station, on_it in lines.items()
    ]
    return tickets, longest


class Comparison:
    """The difference between an order and what it is to become."""

    def __init__(self, placed: Placed, order: Order, guest: Guest) -> None:
        old = {item.line_id: _read_by_cook(item, placed.guest) for item in placed.order.items}
        new = {item.line_id: _read_by_cook(item, guest) for item in order.items}
        self.items = {item.line_id: item for item in order.items}
        self.added = new.keys() - old.keys()
        self.deleted = old.keys() - new.keys()
        self.edited = {line for line in new.keys() & old.keys() if new[line] != old[line]}

    def stops(
        self, router: Router, tickets: Mapping[str, Ticket]
    ) -> dict[str, dict[str, Stop | None]]:
        """By station and line, where every line is to be made; None: as it stands already.

        Only lines that are new or read otherwise are routed; the others stay where they
        are, whatever the rules say by now.
        """
        wanted: dict[str, dict[str, Stop | None]] = {station: {} for station in tickets}
        for line_id, item in self.items.items():
            if line_id in self.added or line_id in self.edited:
                for stop in router.route(item):
                    wanted.setdefault(stop.station, {})[line_id] = stop
            else:
                for station, ticket in tickets.items():
                    if any(line.id == line_id for line in ticket.lines):
                        wanted[station][line_id] = None
        return wanted


def _read_by_cook(item: Item, guest: Guest) -> tuple[object, ...]:
    """All that makes an item another one to make; firing a course does not."""
    return (
        replace(item, course_status=None, price=None),
        guest.item_instructions.get(item.line_id),
        guest.group_notes.get(item.line_id),
    )


def updated_ticket(
    ticket: Ticket, comparison: Comparison, wanted: Mapping[str, Stop | None], now: Moment
) -> Ticket:
    """What becomes of a ticket when its order changes; the same ticket if nothing does."""
    lines = _struck(ticket, wanted)
    present = {line.id for line in lines}
    for line_id, stop in wanted.items():
        if line_id not in present and stop is not None:
            item = comparison.items[line_id]
            lines.append(Line(line_id, stop.prep, held=item.held, change="added"))
    lines = [_current(line, comparison, wanted.get(line.id)) for line in lines]
    changed = replace(ticket, lines=_without_oldest_struck(lines))
    if changed == ticket:
        return ticket
    changed = replace(changed, updated_at=now.at)
    if ticket.live and ticket.lines and all(line.change == "deleted" for line in changed.lines):
        return changed if ticket.status == "voided" else void(changed, now)
    return _with_status(ticket, changed)


def new_ticket(
    placed: Placed,
    station: str,
    comparison: Comparison,
    wanted: Mapping[str, Stop | None],
    now: Moment,
) -> Ticket:
    """A station that had nothing of this order gets some of it now."""
    lines = tuple(
        Line(line_id, stop.prep, held=comparison.items[line_id].held, change="added")
        for line_id, stop in wanted.items()
        if stop is not None
    )
    return Ticket(
        placed.number,
        station,
        lines,
        created_at=now.at,
        updated_at=now.at,
        status="held" if is_held(lines) else "pending",
    )


def _struck(ticket: Ticket, wanted: Mapping[str, Stop | None]) -> list[Line]:
    """The ticket's lines, those that are no longer to be made here marked as deleted."""
    return [
        line
        if line.id in wanted or line.change == "deleted"
        else replace(line, done=False, change="deleted")
        for line in ticket.lines
    ]


def _current(line: Line, comparison: Comparison, stop: Stop | None) -> Line:
    """A line as the changed order has it."""
    item = comparison.items.get(line.id)
    if item is None or (line.change == "deleted" and stop is None):
        return line
    if line.change == "deleted" and stop is not None:
        return Line(line.id, stop.prep, held=item.held, change="added")
    if line.id in comparison.edited and stop is not None:
        unseen = line.change == "added" and line.to_do
        return Line(line.id, stop.prep, held=item.held, change="added" if unseen else "edited")
    if line.held != item.held and line.to_do | line.held:
        return replace(line, held=item.held)
    return line


def _without_oldest_struck(lines: Sequence[Line]) -> tuple[Line, ...]:
    struck = [line.id for line in lines if line.change == "deleted"]
    surplus = set(struck[: max(0, len(struck) - STRUCK_LINES_KEPT)])
    return tuple(line for line in lines if line.id not in surplus)


def _with_status(before: Ticket, changed: Ticket) -> Ticket:
    """The state that fits the lines after the change."""
    if before.status in ("bumped", "voided"):
        return _brought_back(before, changed)
    status: Status = before.status
    if is_held(changed.lines):
        status = "held"
    elif status == "held":
        status = "pending"
    elif status == "ready" and any(line.to_do for line in changed.lines):
        status = "in_progress"
    return replace(changed, status=status)


def _brought_back(before: Ticket, changed: Ticket) -> Ticket:
    """A finished ticket comes back for what is new on it, and for that alone."""
    new = {line.id for line in changed.lines if line.change and (line.to_do or line.held)}
    if not new:
        return changed
    lines = changed.lines
    if before.status == "voided":
        lines = tuple(line if line.id in new else replace(line, change="deleted") for line in lines)
    return replace(
        changed,
        status="held" if is_held(lines) else "pending",
        lines=lines,
        acknowledged=False,
        completed_at=None,
        completed_tick=None,
    )
