"""Decides what taking back means: the tickets of an action by hand become what they were.

Nothing of history is deleted: the tickets change once more, by events of the kind `undone`.
Every ticket that the action worked on has to be as the action left it, but for what has begun
by itself since, or is to begin at another time, or nothing is taken back. One whose times alone
it moved goes back as well where it still can, and else stays: time has gone on there, or its
cook has begun.

What comes back to the boards does not wait for what the order has had since: its lines that
were fired elsewhere meanwhile begin, too.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from appliance.kitchen.command import Refused, TicketsNow, Undo
from appliance.kitchen.decision import Decision, no_such_ticket
from appliance.kitchen.deed import Change, Deed
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.following import fired_next, gone_ahead, planned_anew, told
from appliance.kitchen.known import Known
from appliance.kitchen.memory import Memory
from appliance.kitchen.order import Placed
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Moment, Ticket
from appliance.kitchen.timing import terms_of
from appliance.kitchen.working import without_lines

_MS_PER_SECOND: Final = 1000


class Undoing:
    """For one kitchen. Nothing here changes its memory."""

    def __init__(self, memory: Memory, settings: Settings) -> None:
        self._memory = memory
        self._settings = settings

    def newest(self, command: Undo, now: Moment) -> Deed | None:
        """What it would take back, if it can be; None where nothing was done lately."""
        window = self._settings.undo_window
        if not window:
            return None
        number = None
        if command.order_id is not None:
            known = self._memory.by_id(command.order_id)
            number = known.placed.number if known else 0
        for deed in self._memory.deeds.newest_first(now.tick - window):
            if not self._memory.remembers(deed.number):
                continue
            if number is None:
                if command.station in deed.stations:
                    return deed
            elif deed.number == number and deed.touches(command.station):
                return deed
        return None

    def decide(self, command: Undo, now: Moment) -> Decision:
        """What follows from a command."""
        deed = self.newest(command, now)
        if deed is None:
            return Decision(self._nothing(command))
        known = self._memory.by_number(deed.number)
        changed_since = self._changed_since(deed, known)
        if changed_since is not None:
            # It stands before all that was done earlier: so it has to be said which it is.
            last = f"the last thing done here was to order {known.placed.order.id!r}: "
            which = "" if command.order_id is not None else last
            return Decision(replace(changed_since, message=which + changed_since.message))
        changes = [
            change
            for change in deed.changes
            if change.effect != "adjusted" or _is_as_left(change, known)
        ]
        # What goes, goes first: what is shown then tells of the stations that there are.
        changes.sort(key=lambda change: change.before is not None)
        events = [_undone(deed, change, known, now) for change in changes]
        placed = known.placed
        for event in events:
            station = event.ticket.station
            if event.gone:
                placed = placed.left(station)
            elif station not in known.tickets:
                placed = placed.joined(station)
        happened = {event.ticket.station: event.ticket for event in events if not event.gone}
        gone = {event.ticket.station for event in events if event.gone}
        others = {s: t for s, t in known.tickets.items() if s not in happened and s not in gone}
        events += told(known.placed, placed, others.values(), now)
        for event in self._following(placed, others, happened, deed.tick, now):
            events.append(event)
            if event.ticket.station in happened:
                happened[event.ticket.station] = event.ticket
        tickets = sorted(happened.values(), key=lambda ticket: ticket.station != command.station)
        return Decision(TicketsNow(placed, tuple(tickets)), tuple(events))

    def _following(
        self,
        placed: Placed,
        others: Mapping[str, Ticket],
        happened: Mapping[str, Ticket],
        since: int,
        now: Moment,
    ) -> Iterator[TicketChanged]:
        """What follows when the tickets of an order are these again, which `happened`."""
        terms = terms_of(placed, self._memory.layout.router.cooking)
        called = {
            line.id
            for ticket in others.values()
            for line in ticket.lines
            if line.was_called and line.due is not None and line.due >= since
        }
        tickets = {**others, **happened}
        ahead = tickets | gone_ahead(happened, called, now)
        # What comes back has the times of a plan that may have moved since.
        if any(line.held for ticket in ahead.values() for line in ticket.lines):
            for event in planned_anew({**tickets}, ahead, terms, now, self._settings):
                yield event
                tickets[event.ticket.station] = event.ticket
        yield from fired_next(tickets, terms, placed.removed, now, self._settings)

    def _nothing(self, command: Undo) -> Refused:
        """Why there is nothing to take back."""
        order_id, station = command.order_id, command.station
        if order_id is not None and self._memory.ticket_at(station, order_id) is None:
            return no_such_ticket(station, order_id)
        if order_id is None and station not in self._memory.layout.router.stations:
            return Refused("no_such_station", f"there is no station {station!r}")
        seconds = self._settings.undo_window // _MS_PER_SECOND
        if not seconds:
            return Refused("nothing_to_undo", "taking back is switched off here")
        message = f"nothing was done here by hand in the last {seconds} seconds"
        return Refused("nothing_to_undo", message)

    def _changed_since(self, deed: Deed, known: Known) -> Refused | None:
        """Why an action cannot be taken back any more."""
        order_id = known.placed.order.id
        if self._memory.by_id(order_id) is not known:
            message = f"another order {order_id!r} has come since"
            return Refused("cannot_undo", message)
        if known.placed.revision != deed.revision:
            return Refused("cannot_undo", f"the order {order_id!r} was changed since")
        for change in deed.changes:
            if change.effect != "adjusted" and not _is_as_left_by_people(change, known):
                name = self._memory.name_of(change.station)
                ticket = known.tickets.get(change.station)
                state = f"is {ticket.status} now" if ticket else "is not there any more"
                message = f"the ticket at {name} was changed since: it {state}"
                return Refused("cannot_undo", message)
        return None


def _is_as_left(change: Change, known: Known) -> bool:
    """Whether a ticket is what the action made of it, whenever that was said last."""
    ticket = known.tickets.get(change.station)
    if ticket is None or change.after is None:
        return ticket is change.after
    return replace(ticket, updated_at=0) == replace(change.after, updated_at=0)


def _is_as_left_by_people(change: Change, known: Known) -> bool:
    """The same, but for lines that have begun by themselves since, or are to at another time."""
    ticket, after = known.tickets.get(change.station), change.after
    if ticket is None or after is None:
        return ticket is after
    timed = {line.id: line for line in after.lines if line.timed}
    lines = tuple(
        was
        if (was := timed.get(line.id)) and line == replace(was, held=line.held, due=line.due)
        else line
        for line in ticket.lines
    )
    if lines == ticket.lines:
        return _is_as_left(change, known)
    return after == replace(
        ticket,
        lines=lines,
        status=after.status,
        queued=after.queued,
        fires_at=after.fires_at,
        fired_at=after.fired_at,
        since_tick=after.since_tick,
        updated_at=after.updated_at,
    )


def _undone(deed: Deed, change: Change, known: Known, now: Moment) -> TicketChanged:
    """The event for a ticket that becomes what it was, or goes where there was none."""
    gone = change.before is None
    was = change.before or without_lines(known.tickets[change.station], now)
    ticket = replace(was, updated_at=now.at)
    return TicketChanged(
        now.at, now.tick, "undone", ticket, action=deed.action, effect=change.effect, gone=gone
    )
