"""Decides what moving a ticket means: another station makes what is still on this one's board.

What was bumped stays where it was made. The rest goes as it is: its marks, ticks and place on
the board; what was begun and is not done is to be begun anew, and by nobody yet. A line that
the other station has already is not doubled there: it is to do where either of them is.
"""

from msgspec.structs import replace

from appliance.kitchen.command import MoveTicket, Refused, TicketsNow
from appliance.kitchen.decision import Decision, no_such_ticket, wrong_state
from appliance.kitchen.event import Kind, TicketChanged
from appliance.kitchen.following import sibling_changed, told
from appliance.kitchen.memory import Memory
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import PRIORITIES, Line, Moment, Status, Ticket
from appliance.kitchen.timing import planned, terms_of
from appliance.kitchen.update import brought_back
from appliance.kitchen.working import with_lines, without_lines


class Moving:
    """For one kitchen. Nothing here changes its memory."""

    def __init__(self, memory: Memory, settings: Settings) -> None:
        self._memory = memory
        self._settings = settings

    def decide(self, command: MoveTicket, now: Moment) -> Decision:
        """What follows from a command."""
        found = self._memory.ticket_at(command.station, command.order_id)
        if found is None:
            return Decision(no_such_ticket(command.station, command.order_id))
        known, ticket = found
        refusal = self._refusal(ticket, command.to)
        if refusal is not None:
            return Decision(refusal)
        placed = known.placed
        if ticket.station == command.to:
            return Decision(TicketsNow(placed, (ticket,)))
        target = known.tickets.get(command.to)
        rest = what_stays(ticket, now)
        tickets = known.tickets | {command.to: arrived(ticket, target, command.to, now)}
        if rest.lines:  # It was begun, though nothing of it is here any more.
            tickets[ticket.station] = rest
        else:
            del tickets[ticket.station]
        now_placed = placed.joined(command.to)
        now_placed = now_placed if rest.lines else now_placed.left(ticket.station)
        cooking = self._memory.layout.router.cooking
        tickets = planned(tickets, terms_of(placed, cooking), now, self._settings)
        moved = tickets.pop(command.to)
        tickets.pop(ticket.station, None)
        # It is done to both tickets: the cook of either station may think better of it.
        came: Kind = "created" if target is None else "updated"
        events = [
            TicketChanged(now.at, now.tick, "moved", rest, gone=not rest.lines),
            TicketChanged(now.at, now.tick, came, moved),
        ]
        same = [t for station, t in tickets.items() if t is known.tickets[station]]
        events += [
            sibling_changed(known.tickets[station], after, now)
            for station, after in tickets.items()
            if after is not known.tickets[station]
        ]
        events += told(placed, now_placed, same, now)
        return Decision(TicketsNow(now_placed, (moved,)), tuple(events))

    def _refusal(self, ticket: Ticket, to: str) -> Refused | None:
        router = self._memory.layout.router
        station = router.stations.get(to)
        if station is None:
            return Refused("no_such_station", f"there is no station {to!r}")
        if not ticket.workable:
            return wrong_state(ticket, "move")
        if ticket.station in router.stations and ticket.station not in router.cooking:
            return Refused("cannot_move", "a card of the pass is the whole order: it stays there")
        if not station.cooks:
            return Refused("cannot_move", f"station {to!r} is an expo: nothing is made there")
        if not station.active:
            return Refused("cannot_move", f"station {to!r} is not active")
        return None


def what_stays(ticket: Ticket, now: Moment) -> Ticket:
    """What was bumped of a ticket that moves: a ticket that is complete; or one without lines."""
    rest = without_lines(ticket, now)
    remaining = tuple(line for line in ticket.lines if line.bump)
    if not remaining:
        return rest
    return replace(rest, lines=remaining, completed_at=now.at, completed_tick=now.tick)


def arrived(ticket: Ticket, target: Ticket | None, station: str, now: Moment) -> Ticket:
    """The ticket of the other station with what comes; `target` is what it had."""
    coming = {
        line.id: _to_begin(line, now)
        for line in ticket.lines
        if not line.bump and line.change != "deleted"
    }
    if target is None:
        fresh = Ticket(
            ticket.number,
            station,
            (),
            created_at=ticket.created_at,
            updated_at=now.at,
            priority=ticket.priority,
            queued=ticket.queued,
            fired_at=ticket.fired_at,
            since_tick=ticket.since_tick,
        )
        return _afresh(fresh, tuple(coming.values()), ticket.status, now)
    lines = [_merged(line, coming.pop(line.id, None)) for line in target.lines]
    lines += coming.values()
    priority = max(ticket.priority, target.priority, key=PRIORITIES.index)
    merged = replace(target, priority=priority)
    if merged.workable:
        return with_lines(merged, tuple(lines), now)
    new = {line.id for line in lines if not line.bump} & {line.id for line in ticket.lines}
    back = brought_back(replace(merged, lines=tuple(lines)), new, now)
    return _afresh(replace(back, queued=ticket.queued), back.lines, ticket.status, now)


def _to_begin(line: Line, now: Moment) -> Line:
    return replace(line, begun=None, due=now.tick) if line.to_do else line


def _merged(there: Line, coming: Line | None) -> Line:
    """A line that both have: once, and to do where either of them is."""
    if coming is None:
        return there
    if there.change == "deleted" or there.bump:
        return coming
    done = there.done and coming.done
    first, other = (there, coming) if _waits(there) <= _waits(coming) else (coming, there)
    return replace(
        first,
        done=done,
        prep=max(first.prep, other.prep),
        boost=max(first.boost, other.boost),
        change=there.change or coming.change,
        mods=_mods(there, coming),
        unrouted=there.unrouted or coming.unrouted,
        count=_count(there, coming),
    )


def _mods(there: Line, coming: Line) -> tuple[int, ...]:
    """What is made of an item, of which one station or both made modifiers alone."""
    if not (there.mods and coming.mods):
        return ()  # One of them made it whole.
    return tuple(sorted({*there.mods, *coming.mods}))


def _count(there: Line, coming: Line) -> int | float:
    """How many are made of it: of the whole item, where one of them made it whole."""
    if not (there.mods and coming.mods):
        return coming.count if there.mods else there.count
    is_same = not {*there.mods}.isdisjoint(coming.mods)
    return max(there.count, coming.count) if is_same else there.count + coming.count


def _waits(line: Line) -> int:
    """How far a line is from being made: fired, timed, or waiting for its course."""
    return line.held + line.unfired


def _afresh(ticket: Ticket, lines: tuple[Line, ...], was: Status, now: Moment) -> Ticket:
    """A ticket that nobody at this station has worked on yet, as its lines have it.

    `was` is the state in which it came: what was held stays so.
    """
    status: Status = "held" if was == "held" else "pending"
    if status != "held" and any(line.done and not line.bump for line in lines):
        status = "in_progress" if any(line.to_do for line in lines) else "ready"
    return with_lines(replace(ticket, status=status), lines, now)
