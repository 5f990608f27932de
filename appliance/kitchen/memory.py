"""What a kitchen remembers; `apply` changes it by one event, and is the only thing that does."""

from collections.abc import Iterator

from msgspec.structs import replace

from appliance.kitchen.boards import Boards
from appliance.kitchen.closing import TOLD_MS, Deadlines, deadline
from appliance.kitchen.deed import Deeds
from appliance.kitchen.event import (
    ConfigurationChanged,
    Event,
    MenuItemRemoved,
    MenuItemsDefined,
    OrderCancelled,
    OrderCollected,
    OrderPlaced,
    OrderUpdated,
    PrintAsked,
    RuleRemoved,
    RulesAdded,
    StationDefined,
    StationRemoved,
    Summoned,
    TicketChanged,
    Unknown,
)
from appliance.kitchen.known import Known, placed_by, updated_by
from appliance.kitchen.layout import Layout, Plan
from appliance.kitchen.learning import Learned
from appliance.kitchen.order import NOBODY, Guest, Placed
from appliance.kitchen.silence import Senders
from appliance.kitchen.state import Create, State
from appliance.kitchen.summons import Summons
from appliance.kitchen.ticket import Ticket
from appliance.kitchen.unrouted import Tally

FINISHED_ORDERS_KEPT = 500
"""Finished orders in memory, which can still be recalled: more than a busy evening's
recall window, and small enough to be part of every snapshot."""

CREATES_REMEMBERED = 5_000
"""Finished orders whose late retry is recognised: several days of a busy kitchen."""


class UnknownOrder(LookupError):
    """An event is about an order that is not in memory: a newer version keeps others."""


class Memory:
    """The state of one kitchen. All but `apply` and `restore` only look at it."""

    def __init__(self, plan: Plan) -> None:
        self.layout = Layout(plan)
        self.counted = 0
        """Orders until now: the number of the newest."""
        self.finished: dict[int, None] = {}
        """Numbers of the orders without a live ticket, oldest first."""
        self.evicted_until = 0
        """The latest `updated_at` of any ticket that is in memory no more; 0 before the first.
        A finished ticket in memory with a later one is newer than all of those."""
        self.deeds = Deeds()
        """What was done by hand lately."""
        self.creates: dict[str, Create] = {}
        """Of finished orders that are not in memory any more, by id."""
        self.unrouted = Tally()
        """What no rule took."""
        self._orders: dict[int, Known] = {}
        self._by_id: dict[str, int] = {}
        """The newest order of each id."""
        self.boards = Boards()
        self._strays: set[tuple[int, str]] = set()
        """Order numbers and stations of live tickets that no board shows."""
        self._deadlines = Deadlines()
        self._forgotten: set[tuple[int, str]] = set()
        """Order numbers and stations of forgotten tickets."""
        self.senders = Senders(plan.zone)
        self.learned = Learned(plan.zone)
        """How long dishes took."""
        self.summons: dict[str, Summons] = {}
        """By station, the oldest first."""

    # ── what it knows ────────────────────────────────────────────────────────────────

    def by_id(self, order_id: str) -> Known | None:
        """The newest order of that id, if it is in memory."""
        return self._orders.get(self._by_id.get(order_id, 0))

    def by_number(self, number: int) -> Known:
        """An order in memory. KeyError for any other."""
        return self._orders[number]

    def remembers(self, number: int) -> bool:
        """Whether an order is in memory."""
        return number in self._orders

    def ticket_at(self, station: str, order_id: str) -> tuple[Known, Ticket] | None:
        """The ticket of the newest order of that id at a station, with its order."""
        known = self.by_id(order_id)
        ticket = known.tickets.get(station) if known else None
        return (known, ticket) if known and ticket else None

    @property
    def orders(self) -> int:
        """How many there are: live ones, and the finished ones that are kept."""
        return len(self._orders)

    @property
    def numbers(self) -> frozenset[int]:
        """Of those orders."""
        return frozenset(self._orders)

    def was_here(self, order_id: str) -> bool:
        """Whether an order of that id is remembered at all."""
        return order_id in self._by_id or order_id in self.creates

    def name_of(self, station: str) -> str:
        """What a station is called; its id where there is none such any more."""
        known = self.layout.router.stations.get(station)
        return known.name if known else station

    def finished_tickets(self, station: str) -> list[Ticket]:
        """Bumped, and voided and acknowledged, tickets still in memory; newest first."""
        gone = [
            ticket
            for order in self._orders.values()
            if (ticket := order.tickets.get(station)) and not ticket.live
        ]
        return sorted(gone, key=lambda ticket: (ticket.updated_at, ticket.number), reverse=True)

    def since(self, at: int) -> list[Known]:
        """The orders with a ticket that is live, or has changed since then, as they came."""
        return [
            known
            for _number, known in sorted(self._orders.items())
            if any(each.live or each.updated_at >= at for each in known.tickets.values())
        ]

    @property
    def next_due(self) -> int | None:
        """The tick at which something is to be done by itself; None: nothing is.

        A line is fired, an order closed, a summons ends. 0 where there are strays: they are to
        move at once.
        """
        if self._strays:
            return 0
        over = (summons.until for summons in self.summons.values())
        first = (self.boards.next_due, self._deadlines.next, *over)
        return min((tick for tick in first if tick is not None), default=None)

    @property
    def has_strays(self) -> bool:
        """Whether there are live tickets whose station is not there, or is another kind by now."""
        return bool(self._strays)

    def strays(self) -> list[tuple[Known, list[Ticket]]]:
        """Such tickets by order, those orders first that came first."""
        stations: dict[int, list[str]] = {}
        for number, station in sorted(self._strays):
            stations.setdefault(number, []).append(station)
        orders = ((self._orders[number], at) for number, at in stations.items())
        return [(known, [known.tickets[station] for station in at]) for known, at in orders]

    def left_over(self, tick: int) -> list[Ticket]:
        """The live tickets of orders that are to be closed by then, oldest first."""
        return [
            ticket
            for number in self._deadlines.passed(tick)
            for ticket in self._orders[number].tickets.values()
            if ticket.live
        ]

    def forgotten(self, tick: int) -> list[Ticket]:
        """The tickets that were closed as forgotten not long before then, oldest first."""
        tickets = (
            self._orders[number].tickets[station] for number, station in sorted(self._forgotten)
        )
        return [each for each in tickets if tick - (each.completed_tick or 0) < TOLD_MS]

    def live_of(self, order_id: str) -> Iterator[Ticket]:
        """The live tickets of the newest order of that id."""
        known = self.by_id(order_id)
        if known is not None:
            yield from (ticket for ticket in known.tickets.values() if ticket.live)

    def is_open(self, known: Known) -> bool:
        """Whether the order can still be changed: not cancelled, and not yet bumped.

        It is bumped when its ticket at the pass is; without a pass, when all its tickets are,
        but for one that is left at a pass which is not active any more.
        """
        if known.placed.cancelled:
            return False
        tickets = known.tickets.values()
        at_pass = [
            ticket
            for ticket in tickets
            if ticket.status != "voided" and self.is_at_pass(known, ticket)
        ]
        at_work = {*known.placed.stations, *self.layout.router.passes}
        there = at_pass or [ticket for ticket in tickets if ticket.station in at_work] or tickets
        return any(ticket.live for ticket in there)

    def is_at_pass(self, known: Known, ticket: Ticket) -> bool:
        """Whether a ticket stands for its whole order.

        That of a pass which came into force later has only what was added since.
        """
        at_pass = ticket.station in self.layout.router.passes
        if not at_pass or ticket.station in known.placed.stations:
            return False
        return {item.line_id for item in known.placed.order.items} <= {
            line.id for line in ticket.lines
        }

    # ── applying ─────────────────────────────────────────────────────────────────────

    def apply(self, event: Event, guest: Guest | None = None) -> Placed | None:
        """Change the state by one event; returns the order that it is about, if any.

        `guest` is the guest of an order that is placed or updated; None leaves the guest
        of an order as it was. Raises UnknownOrder, and has changed nothing then.
        """
        match event:
            case OrderPlaced():
                return self._place_order(event, guest or NOBODY)
            case OrderUpdated():
                return self._update_order(event, guest)
            case OrderCancelled() | OrderCollected():
                return self._end_order(event)
            case TicketChanged():
                return self._change_ticket(event)
            case (
                StationDefined()
                | StationRemoved()
                | RulesAdded()
                | RuleRemoved()
                | MenuItemsDefined()
                | MenuItemRemoved()
            ):
                self.layout.apply(event)
                if isinstance(event, StationDefined | StationRemoved):
                    self._find_strays()
                return None
            case Summoned():
                self._summon(event)
                return None
            case PrintAsked():
                return self._order(event.ticket.number).placed
            case ConfigurationChanged() | Unknown():
                return None

    def _order(self, number: int) -> Known:
        """Raises UnknownOrder."""
        self.counted = max(self.counted, number)  # Also then no other may have that number.
        try:
            return self._orders[number]
        except KeyError:
            raise UnknownOrder(number) from None

    def _place_order(self, event: OrderPlaced, guest: Guest) -> Placed:
        known = placed_by(event, guest)
        self.senders.heard(event.order, event.at)
        self.counted = event.number
        self._orders[event.number] = known
        self._by_id[event.order.id] = event.number
        self.creates.pop(event.order.id, None)
        self._count_unrouted(event, known.placed)
        return known.placed

    def _update_order(self, event: OrderUpdated, guest: Guest | None) -> Placed:
        known = self._order(event.number)
        known.placed = updated_by(event, known.placed, guest)
        self._count_unrouted(event, known.placed)
        return known.placed

    def _end_order(self, event: OrderCancelled | OrderCollected) -> Placed:
        known = self._order(event.number)
        placed = known.placed
        if isinstance(event, OrderCollected):
            known.placed = replace(placed, collected=event.at)
        else:
            known.placed = replace(placed, cancelled=True, revision=placed.revision + 1)
        return known.placed

    def _count_unrouted(self, event: OrderPlaced | OrderUpdated, placed: Placed) -> None:
        items = (placed.item(line_id) for line_id in event.unrouted)
        self.unrouted.add((item.name for item in items if item), event.at)

    def _summon(self, event: Summoned) -> None:
        if event.until is None:
            self.summons.pop(event.station, None)
        else:
            called = Summons(event.station, event.at, event.until, event.by)
            self.summons[event.station] = called

    def _change_ticket(self, event: TicketChanged) -> Placed:
        ticket = event.ticket
        known = self._order(ticket.number)
        before = known.tickets.get(ticket.station)
        if before is not None:
            self.learned.observe(event, before, known.placed)
        if event.action is not None:
            if event.kind == "undone":
                self.deeds.undone(event.action)
            else:
                self.deeds.record(event, event.action, before, known.placed.revision)
        if event.gone:
            known.tickets.pop(ticket.station, None)
            known.placed = known.placed.left(ticket.station)
        else:
            known.tickets[ticket.station] = ticket
            if before is None and self._joins(known, event):
                known.placed = known.placed.joined(ticket.station)
        if known.placed.collected is not None and _comes_back(event, before):
            known.placed = replace(known.placed, collected=None)
        self.boards.show(ticket)
        if self._is_stray(known, ticket):
            self._strays.add((ticket.number, ticket.station))
        else:
            self._strays.discard((ticket.number, ticket.station))
        self._set_deadline(known)
        self._list_if_forgotten(known, ticket)
        if ticket.live:
            self.finished.pop(ticket.number, None)
        elif not any(sibling.live for sibling in known.tickets.values()):
            self.finished[ticket.number] = None
            self._evict_oldest()
        return known.placed

    def _joins(self, known: Known, event: TicketChanged) -> bool:
        """Whether a station that had no ticket of the order is to cook what it has now.

        A card that came from another station, by hand or because that is gone, or is back where
        it was, is not told of by an event of the order.
        """
        if known.is_untold:
            return event.ticket.station in self.layout.router.cooking
        is_moved = event.action is not None or event.effect == "followed"
        return is_moved or event.kind == "undone"

    def _is_stray(self, known: Known, ticket: Ticket) -> bool:
        """Whether it is live, and its station is not there, or not of the kind that it was."""
        if not ticket.live:
            return False
        station, router = ticket.station, self.layout.router
        if station in known.placed.stations:
            return station not in router.cooking
        return station not in router.stations or station in router.cooking

    def _find_strays(self) -> None:
        self._strays = {
            (ticket.number, ticket.station)
            for ticket in self.boards.in_order()
            if self._is_stray(self._orders[ticket.number], ticket)
        }

    def _set_deadline(self, known: Known) -> None:
        placed = known.placed
        self._deadlines.set(placed.number, deadline(placed.closes, known.tickets.values()))

    def _list_if_forgotten(self, known: Known, ticket: Ticket) -> None:
        key = (ticket.number, ticket.station)
        if ticket.forgotten and ticket.station in known.tickets:
            self._forgotten.add(key)
        else:
            self._forgotten.discard(key)

    def _evict_oldest(self) -> None:
        while len(self.finished) > FINISHED_ORDERS_KEPT:
            number = next(iter(self.finished))
            del self.finished[number]
            known = self._orders.pop(number)
            for ticket in known.tickets.values():
                self.evicted_until = max(self.evicted_until, ticket.updated_at)
            self._forgotten -= {(number, station) for station in known.tickets}
            order_id = known.placed.order.id
            if self._by_id.get(order_id) == number:
                del self._by_id[order_id]
                self.creates[order_id] = known.create
        while len(self.creates) > CREATES_REMEMBERED:
            del self.creates[next(iter(self.creates))]

    # ── snapshots ────────────────────────────────────────────────────────────────────

    def state(self) -> State:
        """All that `restore` needs. It shares only immutable values with the kitchen."""
        return State(
            self.counted,
            tuple(
                (replace(known.placed, guest=NOBODY), tuple(known.tickets.values()))
                for known in self._orders.values()
            ),
            tuple(self.finished),
            self.evicted_until,
            tuple(self.creates.values()),
            *self.layout.made(),
            self.deeds.counted,
            self.deeds.kept,
            self.unrouted.count,
            self.unrouted.names,
            self.senders.state(),
            self.learned.dishes,
            tuple(self.summons.values()),
        )

    def restore(self, state: State, guests: dict[int, Guest]) -> None:
        """Become what `state` says; to be called on a new kitchen."""
        self.counted = state.orders_counted
        for placed, tickets in state.orders:
            whole = replace(placed, guest=guests.get(placed.number, NOBODY))
            self._orders[placed.number] = Known(whole, {t.station: t for t in tickets})
            self._by_id[placed.order.id] = placed.number
            self._set_deadline(self._orders[placed.number])
            for ticket in tickets:
                self.boards.show(ticket)
                self._list_if_forgotten(self._orders[placed.number], ticket)
        self.finished = dict.fromkeys(state.finished)
        self.evicted_until = state.evicted_until
        self.creates = {create.order_id: create for create in state.creates}
        self.layout.restore(state.stations, state.rules, state.menu)
        self._find_strays()
        self.deeds.restore(state.actions_counted, state.deeds)
        self.unrouted = Tally(state.unrouted_count, state.unrouted)
        self.senders.restore(state.senders)
        self.learned.restore(state.learned)
        self.summons = {each.station: each for each in state.summons}


def _comes_back(event: TicketChanged, before: Ticket | None) -> bool:
    """Whether a ticket that was finished, or voided, is to be made again."""
    is_called = event.kind in ("recalled", "undone")
    return is_called and event.ticket.workable and before is not None and not before.workable
