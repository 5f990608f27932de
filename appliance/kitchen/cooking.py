"""Decides what a cook asks: to work a ticket, to tick a line, to fire a course."""

from collections.abc import Mapping
from typing import Final

from appliance.kitchen.closing import forgotten
from appliance.kitchen.command import (
    ActOnTicket,
    Due,
    FireCourse,
    MarkLine,
    Refused,
    SetPriority,
    TicketsNow,
    TimePassed,
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
    let_go,
    mark_line,
    prioritize,
    release,
)
from appliance.kitchen.timing import Plan, planned

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
        self, command: ActOnTicket | SetPriority | MarkLine | FireCourse | Due, now: Moment
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
            case Due():
                return self._run_timers(now)

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
        waited = {line.id for line in before.lines if line.unfired}
        fired = waited - {line.id for line in ticket.lines if line.unfired}
        # What left the pass has left the kitchen: the stations' cards go with it.
        left = (
            kind == "bumped"
            and ticket.status != "voided"
            and self._memory.is_at_pass(known, before)
        )
        tickets = {
            station: let_go(sibling, now, fired) if _is_cooked(sibling) else sibling
            for station, sibling in known.tickets.items()
        }
        tickets = self._planned(known, tickets | {ticket.station: ticket}, now)
        ticket = tickets.pop(ticket.station)
        take_off = bump if ticket.live else clear
        events: list[Event] = []
        for station, after in tickets.items():
            if after is not known.tickets[station]:
                events.append(_of_plan(known.tickets[station], after, now))
            if left and _is_cooked(after) and (after.status != "held" or not ticket.live):
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
        is_for_later = known.placed.release > now.tick
        tickets = dict(known.tickets)
        for station, ticket in known.tickets.items():
            if _is_cooked(ticket):
                # Who fires what has its time already means now; so does who fires an order
                # for later.
                at_once = {line.id for line in ticket.lines if line.timed or is_for_later}
                tickets[station] = let_go(release(ticket, now, at_once & due), now, due)
        tickets = self._planned(known, tickets, now)
        changed = [t for station, t in tickets.items() if t is not known.tickets[station]]
        return Decision(
            TicketsNow(known.placed, tuple(changed)),
            tuple(TicketChanged(now.at, now.tick, "fired", ticket) for ticket in changed),
        )

    def _planned(
        self, known: Known, tickets: Mapping[str, Ticket], now: Moment
    ) -> dict[str, Ticket]:
        plan = Plan(known.placed.order, self._memory.layout.router.cooking, known.placed.release)
        return planned(tickets, plan, now, self._settings)

    def _run_timers(self, now: Moment) -> Decision:
        events = [
            TicketChanged(now.at, now.tick, "forgotten", forgotten(ticket, now))
            for ticket in self._memory.left_over(now.tick)
        ]
        closed = {event.ticket.number for event in events}
        for ticket in self._memory.due(now.tick):
            if ticket.number in closed:
                continue
            due = {line.id for line in ticket.lines if line.timed and (line.due or 0) <= now.tick}
            events.append(TicketChanged(now.at, now.tick, "fired", release(ticket, now, due)))
        return Decision(TimePassed(), tuple(events))

    def _find(self, station: str, order_id: str) -> tuple[Known, Ticket] | Refused:
        known = self._memory.by_id(order_id)
        ticket = known.tickets.get(station) if known else None
        if known is None or ticket is None:
            return Refused(
                "no_such_ticket", f"station {station!r} has no ticket of order {order_id!r}"
            )
        return known, ticket


def _is_cooked(ticket: Ticket) -> bool:
    return ticket.live and ticket.status != "voided"


def _of_plan(before: Ticket, after: Ticket, now: Moment) -> TicketChanged:
    """The event for a ticket whose lines were planned anew."""
    was_held = sum(line.held for line in before.lines)
    fewer = sum(line.held for line in after.lines) < was_held
    return TicketChanged(now.at, now.tick, "fired" if fewer else "updated", after)
