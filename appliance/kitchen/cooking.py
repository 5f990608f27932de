"""Decides what a cook asks: to work a ticket, to tick a line, to fire a course."""

from typing import Final

from appliance.kitchen.command import (
    ActOnTicket,
    FireCourse,
    MarkLine,
    Refused,
    SetPriority,
    TicketsNow,
)
from appliance.kitchen.decision import Decision, no_such_order, wrong_state
from appliance.kitchen.event import Event, Kind, TicketChanged
from appliance.kitchen.memory import Known, Memory
from appliance.kitchen.order import first_number
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import (
    PERFORM,
    TRANSITIONS,
    Action,
    Moment,
    Ticket,
    bump,
    clear,
    mark_line,
    prioritize,
    release,
)

_KIND: Final[dict[Action, Kind]] = {
    "start": "started",
    "ready": "ready",
    "bump": "bumped",
    "recall": "recalled",
    "void": "voided",
}


class Cooking:
    """For one kitchen. Nothing here changes its memory."""

    def __init__(self, memory: Memory, settings: Settings) -> None:
        self._memory = memory
        self._settings = settings

    def decide(
        self, command: ActOnTicket | SetPriority | MarkLine | FireCourse, now: Moment
    ) -> Decision:
        """What follows from a command."""
        match command:
            case ActOnTicket(station, order_id, action):
                return self._act(station, order_id, action, now)
            case SetPriority():
                return self._prioritize(command, now)
            case MarkLine():
                return self._mark_line(command, now)
            case FireCourse(order_id, course):
                return self._fire(order_id, course, now)

    def _act(self, station: str, order_id: str, action: Action, now: Moment) -> Decision:
        found = self._find(station, order_id)
        if isinstance(found, Refused):
            return Decision(found)
        known, ticket = found
        sources, target = TRANSITIONS[action]
        unchanged = Decision(TicketsNow(known.placed, (ticket,)))
        if ticket.status == "voided" and action == "bump":
            if ticket.acknowledged:
                return unchanged
        elif ticket.status == target:
            return unchanged
        elif ticket.status not in sources:
            return Decision(wrong_state(ticket, action))
        elif action == "recall" and ticket.status == "bumped" and not self._recallable(ticket, now):
            return Decision(
                Refused("wrong_state", "the recall window is over", ticket.status, target)
            )
        return self._changed(known, _KIND[action], PERFORM[action](ticket, now), now)

    def _recallable(self, ticket: Ticket, now: Moment) -> bool:
        return now.tick - (ticket.completed_tick or 0) <= self._settings.recall_window

    def _prioritize(self, command: SetPriority, now: Moment) -> Decision:
        found = self._find(command.station, command.order_id)
        if isinstance(found, Refused):
            return Decision(found)
        known, ticket = found
        if ticket.priority == command.priority:
            return Decision(TicketsNow(known.placed, (ticket,)))
        if not ticket.live or ticket.status == "voided":
            return Decision(wrong_state(ticket, "prioritize"))
        changed = prioritize(ticket, now, command.priority)
        return self._changed(known, "prioritized", changed, now)

    def _mark_line(self, command: MarkLine, now: Moment) -> Decision:
        found = self._find(command.station, command.order_id)
        if isinstance(found, Refused):
            return Decision(found)
        known, ticket = found
        line = next((line for line in ticket.lines if line.id == command.line_id), None)
        if line is None:
            return Decision(Refused("no_such_line", f"no line {command.line_id!r} on this ticket"))
        if line.done == command.done:
            return Decision(TicketsNow(known.placed, (ticket,)))
        if not ticket.live or ticket.status == "voided" or line.bump or line.change == "deleted":
            return Decision(wrong_state(ticket, "mark a line of"))
        changed = mark_line(ticket, now, line.id, done=command.done)
        return self._changed(known, "item_done", changed, now)

    def _changed(self, known: Known, kind: Kind, ticket: Ticket, now: Moment) -> Decision:
        """One ticket has changed by hand: the event, and what follows for its siblings."""
        before = known.tickets[ticket.station]
        was_held = {line.id for line in before.lines if line.held}
        fired = was_held - {line.id for line in ticket.lines if line.held}
        # What left the pass has left the kitchen: the stations' cards go with it.
        left = (
            kind == "bumped"
            and ticket.status != "voided"
            and self._memory.is_at_pass(known, before)
        )
        take_off = bump if ticket.live else clear
        events: list[Event] = []
        for sibling in known.tickets.values():
            if sibling.station == ticket.station or not sibling.live or sibling.status == "voided":
                continue
            after = release(sibling, now, fired)
            if after is not sibling:
                events.append(TicketChanged(now.at, now.tick, "fired", after))
            if left and (after.status != "held" or not ticket.live):
                events.append(TicketChanged(now.at, now.tick, "bumped", take_off(after, now)))
        events.append(TicketChanged(now.at, now.tick, kind, ticket))
        return Decision(TicketsNow(known.placed, (ticket,)), tuple(events))

    def _fire(self, order_id: str, course: int, now: Moment) -> Decision:
        known = self._memory.by_id(order_id)
        if known is None:
            return no_such_order(order_id)
        due = {
            item.line_id
            for item in known.placed.order.items
            if (first_number(item.course) or 0) <= course
        }
        fired = [
            after
            for ticket in known.tickets.values()
            if ticket.live
            and ticket.status != "voided"
            and (after := release(ticket, now, due)) is not ticket
        ]
        return Decision(
            TicketsNow(known.placed, tuple(fired)),
            tuple(TicketChanged(now.at, now.tick, "fired", ticket) for ticket in fired),
        )

    def _find(self, station: str, order_id: str) -> tuple[Known, Ticket] | Refused:
        known = self._memory.by_id(order_id)
        ticket = known.tickets.get(station) if known else None
        if known is None or ticket is None:
            return Refused(
                "no_such_ticket", f"station {station!r} has no ticket of order {order_id!r}"
            )
        return known, ticket
