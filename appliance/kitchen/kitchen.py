"""The one place that decides: a command and the moment in, a reply and events out.

`decide` changes nothing. `apply` changes the state by one event, and is the only thing
that does: live, and when a log is replayed. Between the two the caller writes the log.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.amendment import Amendment, CannotAmend, amended
from appliance.kitchen.command import (
    ActOnTicket,
    AddRules,
    AmendOrder,
    CancelOrder,
    Command,
    CreateOrder,
    DefineStation,
    FireCourse,
    MarkLine,
    OrderAccepted,
    Refused,
    RemoveRule,
    RemoveStation,
    Reply,
    SetPriority,
    TicketsNow,
    UpdateOrder,
)
from appliance.kitchen.event import (
    Event,
    Kind,
    OrderCancelled,
    OrderPlaced,
    OrderUpdated,
    RuleRemoved,
    RulesAdded,
    StationDefined,
    StationRemoved,
    TicketChanged,
)
from appliance.kitchen.explaining import Explained, explain
from appliance.kitchen.layout import Layout, Plan
from appliance.kitchen.order import (
    NO_COURSES,
    NOBODY,
    Courses,
    Guest,
    Order,
    Placed,
    course_number,
    digest,
)
from appliance.kitchen.routing import Router, Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.ticket import (
    PERFORM,
    TRANSITIONS,
    Action,
    Moment,
    Ticket,
    boost_of,
    bump,
    clear,
    highest,
    mark_line,
    prioritize,
    release,
    sort_key,
    void,
)
from appliance.kitchen.update import (
    Comparison,
    first_tickets,
    new_ticket,
    priority_of,
    updated_ticket,
)

FINISHED_ORDERS_KEPT = 500
"""Finished orders in memory, which can still be recalled: more than a busy evening's
recall window, and small enough to be part of every snapshot."""

CREATES_REMEMBERED = 5_000
"""Finished orders whose late retry is recognised: several days of a busy kitchen."""

LATE_RETRY_MS: Final = 24 * 3_600_000
"""How long an equal create with a `time` is a retry of a finished order."""
LATE_RETRY_WITHOUT_TIME_MS: Final = 600_000
"""The same where the order carries no `time` that tells two equal orders apart."""


class Decision(Struct, frozen=True, gc=False):
    """What the kitchen answers, and what has to be remembered before anyone hears it."""

    reply: Reply
    events: tuple[Event, ...] = ()
    guest: tuple[int, Guest] | None = None
    """Order number and guest, where the command brought them."""


class Create(Struct, frozen=True, gc=False, array_like=True):
    """What is remembered of the newest create of a finished order."""

    order_id: str
    digest: str
    tick: int


STATE_FORMAT: Final = 3
"""Counted up whenever `State`, or what `apply` makes of an event, changes: a snapshot of
another format is not believed."""


class State(Struct, frozen=True, gc=False):
    """All of a kitchen, without its guests: what a snapshot holds."""

    orders_counted: int
    orders: tuple[tuple[Placed, tuple[Ticket, ...]], ...]
    finished: tuple[int, ...]
    forgotten_until: int
    creates: tuple[Create, ...]
    stations: tuple[Station, ...]
    """Made at run time, and so are the rules."""
    rules: tuple[Rule, ...]


class _Order(Struct):
    """An order in memory: the newest facts, and its ticket at each station."""

    placed: Placed
    tickets: dict[str, Ticket]


class Kitchen:
    """The state of one kitchen."""

    def __init__(
        self, plan: Plan, recall_window_ms: int = 1_800_000, courses: Courses = NO_COURSES
    ) -> None:
        self.plan = plan
        self._courses = courses
        self._layout = Layout(plan)
        self._recall_window_ms = recall_window_ms
        self._counted = 0
        self._orders: dict[int, _Order] = {}
        self._by_id: dict[str, int] = {}
        """The newest order of each id."""
        self._boards: dict[str, dict[int, Ticket]] = {}
        """Live tickets by station and order number."""
        self._finished: dict[int, None] = {}
        """Numbers of the orders without a live ticket, oldest first."""
        self.forgotten_until = 0
        """The latest `updated_at` of any ticket that is in memory no more; 0 before the first.
        A finished ticket in memory with a later one is newer than all that were forgotten."""
        self._creates: dict[str, Create] = {}

    # ── what it knows ────────────────────────────────────────────────────────────────

    @property
    def router(self) -> Router:
        """Routes by the rules that are in force now."""
        return self._layout.router

    @property
    def stations(self) -> tuple[Station, ...]:
        """All that there are now, active or not, in the order of the boards."""
        return self._layout.stations

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All that there are now, the file's first."""
        return self._layout.rules

    def explain(self, order: Order, at: int) -> tuple[Explained, ...]:
        """Where the items of an order would go, and why: see `explaining.py`."""
        return explain(self.router, order, at)

    def placed(self, number: int) -> Placed:
        """The facts of an order in memory. KeyError for any other."""
        return self._orders[number].placed

    @property
    def orders_in_memory(self) -> int:
        """Live orders, and the finished ones that are kept."""
        return len(self._orders)

    @property
    def numbers_in_memory(self) -> frozenset[int]:
        """Of those orders."""
        return frozenset(self._orders)

    def live_tickets(self, station: str | None = None) -> list[Ticket]:
        """The tickets on a board, or on all of them, in the order of the board."""
        boards = self._boards.values() if station is None else [self._boards.get(station, {})]
        return sorted(
            (ticket for board in boards for ticket in board.values()),
            key=lambda ticket: (sort_key(ticket), ticket.station),
        )

    def finished_tickets(self, station: str) -> list[Ticket]:
        """Bumped, and voided and acknowledged, tickets still in memory; newest first."""
        gone = [
            ticket
            for order in self._orders.values()
            if (ticket := order.tickets.get(station)) and not ticket.live
        ]
        return sorted(gone, key=lambda ticket: (ticket.updated_at, ticket.number), reverse=True)

    def tickets_of(self, order_id: str) -> list[tuple[Ticket, Placed]]:
        """All tickets of the newest order of that id, in the order of the stations."""
        known = self._orders.get(self._by_id.get(order_id, 0))
        return [] if known is None else [(each, known.placed) for each in self._in_order(known)]

    def orders_on_boards(self) -> list[tuple[Placed, list[Ticket]]]:
        """Orders that a board shows some of, oldest first, with all their tickets."""
        numbers = sorted({number for board in self._boards.values() for number in board})
        return [
            (known.placed, self._in_order(known))
            for known in (self._orders[number] for number in numbers)
        ]

    def _in_order(self, known: _Order) -> list[Ticket]:
        places = {station: place for place, station in enumerate(self.router.stations)}
        return sorted(
            known.tickets.values(), key=lambda ticket: places.get(ticket.station, len(places))
        )

    # ── deciding ─────────────────────────────────────────────────────────────────────

    def decide(self, command: Command, now: Moment) -> Decision:
        """What follows from a command. Changes nothing; never raises for what was asked."""
        match command:
            case CreateOrder(order, guest):
                return self._create(order, guest, now)
            case UpdateOrder(order, guest):
                return self._update_by_id(order, guest, now)
            case AmendOrder(order_id, amendment):
                return self._amend(order_id, amendment, now)
            case CancelOrder(order_id):
                return self._cancel(order_id, now)
            case ActOnTicket(station, order_id, action):
                return self._act(station, order_id, action, now)
            case SetPriority(station, order_id):
                return self._prioritize(command, now)
            case MarkLine():
                return self._mark_line(command, now)
            case FireCourse(order_id, course):
                return self._fire(order_id, course, now)
            case DefineStation() | RemoveStation() | AddRules() | RemoveRule():
                return Decision(*self._layout.decide(command, now, self._has_live_tickets))

    def _has_live_tickets(self, station: str) -> bool:
        return bool(self._boards.get(station))

    def _create(self, order: Order, guest: Guest, now: Moment) -> Decision:
        accepted = Decision(OrderAccepted(order.id))
        content = digest(order, guest)
        known = self._orders.get(self._by_id.get(order.id, 0))
        if known is not None and self._is_open(known) and not _is_voided_by_hand(known):
            if known.placed.digest == content:
                return accepted
            return self._update(known, order, guest, now, content)
        create = _create_of(known.placed) if known else self._creates.get(order.id)
        if create is not None and create.digest == content:
            window = LATE_RETRY_WITHOUT_TIME_MS if order.time is None else LATE_RETRY_MS
            if now.tick - create.tick <= window:
                return accepted
        return self._place(order, guest, now, content)

    def _place(self, order: Order, guest: Guest, now: Moment, content: str) -> Decision:
        number = self._counted + 1
        tickets, longest = first_tickets(number, order, self.router, now)
        target = order.pickup_at or (now.at + longest * 1000 if longest else None)
        # A station shows one ticket per order id: cards of an earlier order of this id
        # that nobody has bumped away yet make room.
        cleared = [
            TicketChanged(now.at, now.tick, "bumped", clear(ticket, now))
            for ticket in self._live_of(order.id)
        ]
        return Decision(
            OrderAccepted(order.id),
            (
                *cleared,
                OrderPlaced(now.at, now.tick, number, order, content, target),
                *(TicketChanged(now.at, now.tick, "created", ticket) for ticket in tickets),
            ),
            guest=(number, guest),
        )

    def _update_by_id(self, order: Order, guest: Guest, now: Moment) -> Decision:
        known = self._orders.get(self._by_id.get(order.id, 0))
        if known is None or not self._is_open(known):
            return self._ignored(order.id)
        return self._update(known, order, guest, now, known.placed.digest)

    def _amend(self, order_id: str, amendment: Amendment, now: Moment) -> Decision:
        known = self._orders.get(self._by_id.get(order_id, 0))
        if known is None or not self._is_open(known):
            return self._ignored(order_id)
        placed = known.placed
        try:
            order, guest = amended(placed.order, placed.guest, amendment)
        except CannotAmend as error:
            return Decision(Refused("cannot_amend", str(error)))
        return self._update(known, order, guest, now, placed.digest)

    def _ignored(self, order_id: str) -> Decision:
        """A finished order is left alone; one that was never here is refused."""
        if order_id in self._by_id or order_id in self._creates:
            return Decision(OrderAccepted(order_id))
        return _no_such_order(order_id)

    def _update(
        self, known: _Order, order: Order, guest: Guest, now: Moment, content: str
    ) -> Decision:
        placed = known.placed
        accepted = OrderAccepted(order.id)
        if placed.order == order and placed.guest == guest and placed.digest == content:
            return Decision(accepted)
        comparison = Comparison(placed, known.tickets.values(), order, guest)
        tickets = dict(known.tickets)
        for station, wanted in comparison.stops(self.router, tickets, now).items():
            if station in tickets:
                tickets[station] = updated_ticket(tickets[station], comparison, wanted, now)
            elif wanted:
                tickets[station] = new_ticket(placed, station, comparison, wanted, now)
        events: list[Event] = []
        reprioritized = order.priority != placed.order.priority
        for station, changed in tickets.items():
            before = known.tickets.get(station)
            if not changed.live and changed == before:
                continue
            ticket = replace(changed, updated_at=now.at)
            if reprioritized or before is None or not before.live:
                ticket = prioritize(ticket, now, priority_of(order, ticket.lines))
            elif (boost := boost_of(ticket.lines)) > boost_of(before.lines):
                ticket = prioritize(ticket, now, highest(ticket.priority, boost))
            events.append(TicketChanged(now.at, now.tick, _kind(before, ticket), ticket))
        target = order.pickup_at or self._target(placed, tickets.values())
        removed = comparison.removed(placed, tickets.values())
        updated = OrderUpdated(now.at, now.tick, placed.number, order, content, target, removed)
        return Decision(accepted, (updated, *events), guest=(placed.number, guest))

    @staticmethod
    def _target(placed: Placed, tickets: Iterable[Ticket]) -> int | None:
        lines = (line for ticket in tickets for line in ticket.lines if line.change != "deleted")
        longest = max((line.prep for line in lines), default=0)
        return placed.placed_at + longest * 1000 if longest else None

    def _cancel(self, order_id: str, now: Moment) -> Decision:
        known = self._orders.get(self._by_id.get(order_id, 0))
        if known is None or not self._is_open(known):
            return self._ignored(order_id)
        # A card that is voided already changes all the same: it is one of a cancelled order.
        tickets = (
            TicketChanged(
                now.at,
                now.tick,
                "updated" if ticket.status == "voided" else "voided",
                void(ticket, now),
            )
            for ticket in known.tickets.values()
            if ticket.live
        )
        cancelled = OrderCancelled(now.at, now.tick, known.placed.number)
        return Decision(OrderAccepted(order_id), (cancelled, *tickets))

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
            return Decision(_wrong_state(ticket, action))
        elif action == "recall" and ticket.status == "bumped" and not self._recallable(ticket, now):
            return Decision(
                Refused("wrong_state", "the recall window is over", ticket.status, target)
            )
        return self._changed(known, _KIND[action], PERFORM[action](ticket, now), now)

    def _recallable(self, ticket: Ticket, now: Moment) -> bool:
        return now.tick - (ticket.completed_tick or 0) <= self._recall_window_ms

    def _prioritize(self, command: SetPriority, now: Moment) -> Decision:
        found = self._find(command.station, command.order_id)
        if isinstance(found, Refused):
            return Decision(found)
        known, ticket = found
        if ticket.priority == command.priority:
            return Decision(TicketsNow(known.placed, (ticket,)))
        if not ticket.live or ticket.status == "voided":
            return Decision(_wrong_state(ticket, "prioritize"))
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
            return Decision(_wrong_state(ticket, "mark a line of"))
        changed = mark_line(ticket, now, line.id, done=command.done)
        return self._changed(known, "item_done", changed, now)

    def _changed(self, known: _Order, kind: Kind, ticket: Ticket, now: Moment) -> Decision:
        """One ticket has changed by hand: the event, and what follows for its siblings."""
        before = known.tickets[ticket.station]
        was_held = {line.id for line in before.lines if line.held}
        fired = was_held - {line.id for line in ticket.lines if line.held}
        # What left the pass has left the kitchen: the stations' cards go with it.
        left = kind == "bumped" and ticket.status != "voided" and self._is_at_pass(known, before)
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

    def _fire(self, order_id: str, course: int | None, now: Moment) -> Decision:
        known = self._orders.get(self._by_id.get(order_id, 0))
        if known is None:
            return _no_such_order(order_id)
        due = {
            item.line_id
            for item in known.placed.order.items
            if course is None or self._is_due(item.course, course)
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

    def _is_due(self, text: str | None, course: int) -> bool:
        number = course_number(text, self._courses)
        return number <= course if number is not None else not (text or "").strip()

    def _find(self, station: str, order_id: str) -> tuple[_Order, Ticket] | Refused:
        known = self._orders.get(self._by_id.get(order_id, 0))
        ticket = known.tickets.get(station) if known else None
        if known is None or ticket is None:
            return Refused(
                "no_such_ticket", f"station {station!r} has no ticket of order {order_id!r}"
            )
        return known, ticket

    def _is_open(self, known: _Order) -> bool:
        """Whether the order can still be changed: not cancelled, and not yet bumped.

        It is bumped when its ticket at the pass is; without a pass, when all its tickets are.
        """
        if known.placed.cancelled:
            return False
        at_pass = [
            ticket
            for ticket in known.tickets.values()
            if ticket.status != "voided" and self._is_at_pass(known, ticket)
        ]
        return any(ticket.live for ticket in at_pass or known.tickets.values())

    def _is_at_pass(self, known: _Order, ticket: Ticket) -> bool:
        """Whether a ticket stands for its whole order.

        That of a pass which came into force later has only what was added since.
        """
        if ticket.station not in self.router.passes:
            return False
        return {item.line_id for item in known.placed.order.items} <= {
            line.id for line in ticket.lines
        }

    def _live_of(self, order_id: str) -> Iterator[Ticket]:
        known = self._orders.get(self._by_id.get(order_id, 0))
        if known is not None:
            yield from (ticket for ticket in known.tickets.values() if ticket.live)

    # ── applying ─────────────────────────────────────────────────────────────────────

    def apply(self, event: Event, guest: Guest | None = None) -> Placed | None:
        """Change the state by one event; returns the order that it is about, if any.

        `guest` is the guest of an order that is placed or updated; None leaves the guest
        of an order as it was.
        """
        match event:
            case OrderPlaced():
                return self._place_order(event, guest or NOBODY)
            case OrderUpdated():
                return self._update_order(event, guest)
            case OrderCancelled():
                known = self._orders[event.number]
                known.placed = replace(known.placed, cancelled=True)
                return known.placed
            case TicketChanged():
                return self._put(event.ticket)
            case StationDefined() | StationRemoved() | RulesAdded() | RuleRemoved():
                self._layout.apply(event)
                return None

    def _place_order(self, event: OrderPlaced, guest: Guest) -> Placed:
        placed = Placed(
            event.number,
            event.order,
            guest,
            event.at,
            event.tick,
            event.digest,
            event.target_at,
        )
        self._counted = event.number
        self._orders[event.number] = _Order(placed, {})
        self._by_id[event.order.id] = event.number
        self._creates.pop(event.order.id, None)
        return placed

    def _update_order(self, event: OrderUpdated, guest: Guest | None) -> Placed:
        known = self._orders[event.number]
        placed = known.placed
        known.placed = replace(
            placed,
            order=event.order,
            guest=placed.guest if guest is None else guest,
            digest=event.digest,
            create_tick=placed.create_tick if event.digest == placed.digest else event.tick,
            target_at=event.target_at,
            removed=event.removed,
        )
        return known.placed

    def _put(self, ticket: Ticket) -> Placed:
        known = self._orders[ticket.number]
        known.tickets[ticket.station] = ticket
        board = self._boards.setdefault(ticket.station, {})
        if ticket.live:
            board[ticket.number] = ticket
            self._finished.pop(ticket.number, None)
        else:
            board.pop(ticket.number, None)
            if not any(sibling.live for sibling in known.tickets.values()):
                self._finished[ticket.number] = None
                self._forget_oldest()
        return known.placed

    def _forget_oldest(self) -> None:
        while len(self._finished) > FINISHED_ORDERS_KEPT:
            number = next(iter(self._finished))
            del self._finished[number]
            forgotten = self._orders.pop(number)
            for ticket in forgotten.tickets.values():
                self.forgotten_until = max(self.forgotten_until, ticket.updated_at)
            placed = forgotten.placed
            if self._by_id.get(placed.order.id) == number:
                del self._by_id[placed.order.id]
                self._creates[placed.order.id] = _create_of(placed)
        while len(self._creates) > CREATES_REMEMBERED:
            del self._creates[next(iter(self._creates))]

    # ── snapshots ────────────────────────────────────────────────────────────────────

    def state(self) -> State:
        """All that `restore` needs. It shares only immutable values with the kitchen."""
        return State(
            self._counted,
            tuple(
                (replace(known.placed, guest=NOBODY), tuple(known.tickets.values()))
                for known in self._orders.values()
            ),
            tuple(self._finished),
            self.forgotten_until,
            tuple(self._creates.values()),
            *self._layout.made(),
        )

    def restore(self, state: State, guests: dict[int, Guest]) -> None:
        """Become what `state` says; to be called on a new kitchen."""
        self._counted = state.orders_counted
        for placed, tickets in state.orders:
            whole = replace(placed, guest=guests.get(placed.number, NOBODY))
            self._orders[placed.number] = _Order(whole, {t.station: t for t in tickets})
            self._by_id[placed.order.id] = placed.number
            for ticket in tickets:
                if ticket.live:
                    self._boards.setdefault(ticket.station, {})[placed.number] = ticket
        self._finished = dict.fromkeys(state.finished)
        self.forgotten_until = state.forgotten_until
        self._creates = {create.order_id: create for create in state.creates}
        self._layout.restore(state.stations, state.rules)


_KIND: Final[dict[Action, Kind]] = {
    "start": "started",
    "ready": "ready",
    "bump": "bumped",
    "recall": "recalled",
    "void": "voided",
}


def _kind(before: Ticket | None, after: Ticket) -> Kind:
    if before is None:
        return "created"
    return "voided" if after.status == "voided" != before.status else "updated"


def _is_voided_by_hand(known: _Order) -> bool:
    """Whether all that is left of an order are voided cards of what it still wants."""
    live = [ticket for ticket in known.tickets.values() if ticket.live]
    return all(ticket.status == "voided" for ticket in live) and any(
        line.change != "deleted" for ticket in live for line in ticket.lines
    )


def _create_of(placed: Placed) -> Create:
    return Create(placed.order.id, placed.digest, placed.create_tick)


def _no_such_order(order_id: str) -> Decision:
    return Decision(Refused("no_such_order", f"no order {order_id!r} here"))


def _wrong_state(ticket: Ticket, verb: str) -> Refused:
    target = TRANSITIONS[verb][1] if verb in TRANSITIONS else None
    return Refused(
        "wrong_state", f"cannot {verb} a ticket that is {ticket.status}", ticket.status, target
    )
