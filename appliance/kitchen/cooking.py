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
from appliance.kitchen.decision import Decision, no_such_order, no_such_ticket, wrong_state
from appliance.kitchen.event import Effect, Event, Kind, TicketChanged
from appliance.kitchen.following import (
    begun_by_hand,
    called_with,
    fired_next,
    gone_ahead,
    sibling_changed,
    with_the_pass,
)
from appliance.kitchen.known import Known
from appliance.kitchen.memory import Memory
from appliance.kitchen.order import course_number
from appliance.kitchen.settings import Settings
from appliance.kitchen.summoning import ended
from appliance.kitchen.ticket import (
    Action,
    Moment,
    Ticket,
    begins_early,
    can_be_bumped,
    is_same_press,
    last_bump,
    recallable,
)
from appliance.kitchen.timing import Terms, planned, terms_of, waits_until
from appliance.kitchen.working import PERFORM, TRANSITIONS, clear, fire, mark_line, prioritize

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
            case FireCourse():
                return self._fire(command, now)
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
        elif action == "start" and begins_early(ticket):
            ticket = fire(ticket, now, {line.id for line in ticket.lines if line.timed})
        elif ticket.status == target:
            return unchanged
        elif ticket.status not in sources:
            return Decision(wrong_state(ticket, action))
        elif action == "bump" and is_same_press(ticket, now):
            return unchanged
        elif refusal := self._refusal(known, ticket, action, now):
            return Decision(refusal)
        elif action == "start" and ticket.status == "held":
            begun = begun_by_hand(known.placed.order, ticket, self._settings.courses)
            ticket = fire(ticket, now, begun)
        return self._changed(known, _KIND[action], PERFORM[action](ticket, now), now)

    def _refusal(self, known: Known, ticket: Ticket, action: Action, now: Moment) -> Refused | None:
        """Why an action that fits the state of a ticket cannot be done all the same."""
        if action == "recall":
            return self._not_recallable(ticket, now)
        if action != "bump":
            return None
        if ticket.status == "held" and not can_be_bumped(ticket):
            message = "it waits for its course: it has to be fired or started first"
            return Refused("wrong_state", message, ticket.status, "bumped")
        if waited_for := self._waited_for(known, ticket):
            message = f"not before it is done at {', '.join(waited_for)}"
            names = tuple(waited_for)
            return Refused("wrong_state", message, ticket.status, "bumped", stations=names)
        return None

    def _waited_for(self, known: Known, ticket: Ticket) -> list[str]:
        """The names of the stations that a bump at the pass has to wait for."""
        router = self._memory.layout.router
        if not self._settings.pass_waits_for_stations or ticket.station not in router.passes:
            return []
        return [
            self._memory.name_of(station)
            for station, sibling in known.tickets.items()
            if station in router.cooking and sibling.workable
            if any(line.to_do or line.timed for line in sibling.lines)
        ]

    def _not_recallable(self, ticket: Ticket, now: Moment) -> Refused | None:
        """Why what was bumped of a ticket cannot be brought back."""
        if ticket.status != "held" and ticket.lines and not recallable(ticket):
            message = "nothing that was done of it is wanted any more"
            return Refused("wrong_state", message, ticket.status, "recalled")
        if ticket.status == "ready":
            return None
        bumped = last_bump(ticket)
        if ticket.status == "held" and bumped is None:
            return wrong_state(ticket, "recall")
        if now.tick - (bumped or 0) <= self._settings.recall_window:
            return None
        return Refused("wrong_state", "the recall window is over", ticket.status, "recalled")

    def _prioritize(self, command: SetPriority, now: Moment) -> Decision:
        found = self._find(command.station, command.order_id)
        if isinstance(found, Refused):
            return Decision(found)
        known, ticket = found
        is_moved = ticket.priority != command.priority or (
            ticket.workable
            and self._memory.is_at_pass(known, ticket)
            and any(
                sibling.workable and sibling.priority != command.priority
                for sibling in known.tickets.values()
            )
        )
        if not is_moved:
            return Decision(TicketsNow(known.placed, (ticket,)))
        if not ticket.workable:
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
        if kind == "recalled":
            ticket = called_with(ticket, known.tickets.values(), now)
        waited = {line.id for line in before.lines if line.unfired}
        fired = waited - {line.id for line in ticket.lines if line.unfired}
        ahead = gone_ahead(known.tickets, fired, now) if fired else {**known.tickets}
        ahead[ticket.station] = ticket
        along: dict[str, Ticket] = {}
        is_clearing = kind in ("bumped", "recalled")
        goes_along = self._settings.pass_clears_stations or not is_clearing
        if goes_along and self._memory.is_at_pass(known, before):
            siblings = [each for each in ahead.values() if each is not ticket]
            along = {
                each.station: each for each in with_the_pass(kind, before, ticket, siblings, now)
            }
        tickets = ahead = ahead | along
        # Last of all: what went along may have begun an order for later.
        if any(line.held for each in tickets.values() for line in each.lines):
            tickets = self._planned(known, ahead, now)
            ticket = tickets[ticket.station]
        events: list[TicketChanged] = []
        for station, after in tickets.items():
            was = known.tickets[station]
            if station == ticket.station or after is was:
                continue
            if station in along:
                events.append(TicketChanged(now.at, now.tick, kind, after, effect="followed"))
            else:
                effect: Effect = "adjusted" if ahead[station] is was else "followed"
                events.append(sibling_changed(was, after, now, effect))
        events.append(TicketChanged(now.at, now.tick, kind, ticket))
        terms, removed = self._terms(known), known.placed.removed
        for event in fired_next(tickets, terms, removed, now, self._settings):
            events.append(event)
            if event.ticket.station == ticket.station:
                ticket = event.ticket
        return Decision(TicketsNow(known.placed, (ticket,)), tuple(events))

    def _fire(self, command: FireCourse, now: Moment) -> Decision:
        known, course = self._memory.by_id(command.order_id), command.course
        if known is None:
            return no_such_order(command.order_id)
        if command.station is not None and command.station not in known.tickets:
            return Decision(no_such_ticket(command.station, command.order_id))
        due = {
            item.line_id
            for item in known.placed.order.items
            if course is None or self._is_due(item.course, course)
        }
        is_for_later = waits_until(known.tickets, self._terms(known), now) > 0
        at_work = dict(known.tickets)
        for station, ticket in known.tickets.items():
            if ticket.workable:
                # Who fires what has its time already means now; so does who fires an order
                # for later.
                at_once = {line.id for line in ticket.lines if line.timed or is_for_later}
                at_work[station] = fire(ticket, now, at_once & due)
        fired = gone_ahead(at_work, due, now)
        changed = {s for s, ticket in fired.items() if ticket is not known.tickets[s]}
        # It is the pass that says when: a cook who takes back the last thing done at his
        # station does not mean this, unless it was done on its card, or by one who is let in
        # there alone.
        own = changed if command.stations is None else changed & command.stations or changed
        done_at = own & {*self._memory.layout.router.passes} or own
        if command.station in changed:
            done_at |= {command.station}
        events = []
        for station, ticket in self._planned(known, fired, now).items():
            if station in changed:
                effect: Effect | None = None if station in done_at else "followed"
                events.append(TicketChanged(now.at, now.tick, "fired", ticket, effect=effect))
            elif ticket is not known.tickets[station]:
                events.append(sibling_changed(known.tickets[station], ticket, now))
        return Decision(
            TicketsNow(known.placed, tuple(event.ticket for event in events)), tuple(events)
        )

    def _is_due(self, text: str | None, course: int) -> bool:
        number = course_number(text, self._settings.courses)
        return number <= course if number is not None else not (text or "").strip()

    def _planned(
        self, known: Known, tickets: Mapping[str, Ticket], now: Moment
    ) -> dict[str, Ticket]:
        return planned(tickets, self._terms(known), now, self._settings)

    def _terms(self, known: Known) -> Terms:
        return terms_of(known.placed, self._memory.layout.router.cooking)

    def _run_timers(self, now: Moment) -> Decision:
        left_over = self._memory.left_over(now.tick)
        events: list[Event] = [_closed(ticket, now) for ticket in left_over]
        closed = {ticket.number for ticket in left_over}
        for ticket in self._memory.boards.due(now.tick):
            if ticket.number in closed:
                continue
            due = {line.id for line in ticket.lines if line.timed and (line.due or 0) <= now.tick}
            events.append(TicketChanged(now.at, now.tick, "fired", fire(ticket, now, due)))
        return Decision(TimePassed(), (*events, *ended(self._memory, now)))

    def _find(self, station: str, order_id: str) -> tuple[Known, Ticket] | Refused:
        return self._memory.ticket_at(station, order_id) or no_such_ticket(station, order_id)


def _closed(ticket: Ticket, now: Moment) -> TicketChanged:
    """The end of the day for a live ticket; of one that is voided nothing was forgotten."""
    if ticket.status == "voided":
        return TicketChanged(now.at, now.tick, "bumped", clear(ticket, now))
    return TicketChanged(now.at, now.tick, "forgotten", forgotten(ticket, now))
