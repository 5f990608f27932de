"""Decides what a point of sale asks: to take an order, to change it, to take it back."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from appliance.kitchen.amendment import CannotAmend, amended
from appliance.kitchen.balancing import Balance
from appliance.kitchen.boards import Boards
from appliance.kitchen.closing import closing_of, has_begun
from appliance.kitchen.command import (
    AmendOrder,
    CancelOrder,
    CreateOrder,
    OrderAccepted,
    Refused,
    UpdateOrder,
)
from appliance.kitchen.comparison import Comparison, Route, shows_otherwise, unrouted
from appliance.kitchen.decision import Decision, no_such_order
from appliance.kitchen.event import (
    Kind,
    OrderCancelled,
    OrderPlaced,
    OrderUpdated,
    TicketChanged,
)
from appliance.kitchen.following import fired_next
from appliance.kitchen.known import Known
from appliance.kitchen.memory import Memory
from appliance.kitchen.order import Guest, Item, Order, digest
from appliance.kitchen.promise import promised_by
from appliance.kitchen.routing import Stop
from appliance.kitchen.rule import Boost
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Moment, Priority, Ticket, highest
from appliance.kitchen.timing import Terms, changed_release, lead_of, planned, release_of
from appliance.kitchen.update import (
    changed_priority,
    first_tickets,
    new_ticket,
    updated_ticket,
)
from appliance.kitchen.working import clear, void

LATE_RETRY_MS: Final = 24 * 3_600_000
"""How long an equal create with a `time` is a retry of a finished order."""
LATE_RETRY_WITHOUT_TIME_MS: Final = 600_000
"""The same where the order carries no `time` that tells two equal orders apart."""


class Ordering:
    """For one kitchen. Nothing here changes its memory."""

    def __init__(self, memory: Memory, settings: Settings) -> None:
        self._memory = memory
        self._settings = settings

    def decide(
        self, command: CreateOrder | UpdateOrder | AmendOrder | CancelOrder, now: Moment
    ) -> Decision:
        """What follows from a command."""
        match command:
            case CreateOrder(order, guest):
                return self._create(order, guest, now)
            case UpdateOrder():
                return self._update_by_id(command, now)
            case AmendOrder():
                return self._amend(command, now)
            case CancelOrder(order_id, done):
                return self._finish(order_id, now) if done else self._cancel(order_id, now)

    def _create(self, order: Order, guest: Guest, now: Moment) -> Decision:
        accepted = Decision(OrderAccepted(order.id))
        content = digest(order, guest)
        known = self._memory.by_id(order.id)
        if (
            known is not None
            and self._memory.is_open(known)
            and not _is_voided_by_hand(known)
            and not _is_of_another_day(known, now)
        ):
            if known.placed.digest == content:
                return accepted
            return self._update(known, order, guest, now, content)
        create = known.create if known else self._memory.creates.get(order.id)
        if create is not None and create.digest == content:
            window = LATE_RETRY_WITHOUT_TIME_MS if order.time is None else LATE_RETRY_MS
            if now.tick - create.tick <= window:
                return accepted
        return self._place(order, guest, now, content)

    def _place(self, order: Order, guest: Guest, now: Moment, content: str) -> Decision:
        number = self._memory.counted + 1
        router = self._memory.layout.router
        nowhere = router.passes or (router.default,)
        route = route_for(self._memory, self._settings, order, {}, now)
        tickets, longest = first_tickets(number, order, route, nowhere, now)
        target = order.pickup_at or (now.at + longest * 1000 if longest else None)
        release = release_of(order, lead_of(tickets.values()), now, self._settings)
        terms = Terms(order, router.cooking, release)
        tickets = planned(tickets, terms, now, self._settings)
        stations = tuple(sorted(router.cooking & tickets.keys()))
        # A station shows one ticket per order id: cards of an earlier order of this id
        # that nobody has bumped away yet make room.
        cleared = [
            TicketChanged(now.at, now.tick, "bumped", clear(ticket, now), effect="followed")
            for ticket in self._memory.live_of(order.id)
        ]
        return Decision(
            OrderAccepted(order.id),
            (
                *cleared,
                OrderPlaced(
                    now.at,
                    now.tick,
                    number,
                    order,
                    content,
                    target_at=target,
                    release=release,
                    stations=stations,
                    promised=promised_by(order, tickets.values(), now),
                    closes=closing_of(order, now, self._settings.day_closes, router.zone),
                    unrouted=_unrouted(tickets.values()),
                ),
                *(
                    TicketChanged(now.at, now.tick, "created", ticket)
                    for ticket in tickets.values()
                ),
            ),
            guest=(number, guest),
        )

    def _update_by_id(self, command: UpdateOrder, now: Moment) -> Decision:
        order, guest = command.order, command.guest
        known = self._memory.by_id(order.id)
        if known is None or not self._memory.is_open(known):
            return self._ignored(order.id)
        return self._update(known, order, guest, now, known.placed.digest, done=command.done)

    def _amend(self, command: AmendOrder, now: Moment) -> Decision:
        known = self._memory.by_id(command.order_id)
        if known is None or not self._memory.is_open(known):
            return self._ignored(command.order_id)
        placed = known.placed
        try:
            order, guest = amended(placed.order, placed.guest, command.amendment)
        except CannotAmend as error:
            return Decision(Refused("cannot_amend", str(error)))
        return self._update(known, order, guest, now, placed.digest)

    def _ignored(self, order_id: str) -> Decision:
        """A finished order is left alone; one that was never here is refused."""
        if self._memory.was_here(order_id):
            return Decision(OrderAccepted(order_id))
        return no_such_order(order_id)

    def _update(
        self,
        known: Known,
        order: Order,
        guest: Guest,
        now: Moment,
        content: str,
        *,
        done: Collection[str] = (),
    ) -> Decision:
        placed = known.placed
        order = _by_its_channel(order, placed.order)
        accepted = OrderAccepted(order.id)
        if placed.order == order and placed.guest == guest and placed.digest == content:
            return Decision(accepted)
        comparison = Comparison(placed, known.tickets.values(), order, guest, done)
        tickets = dict(known.tickets)
        router = self._memory.layout.router
        route = route_for(self._memory, self._settings, order, tickets, now)
        for station, wanted in comparison.stops(route, tickets).items():
            if station in tickets:
                tickets[station] = updated_ticket(tickets[station], comparison, wanted, now)
            elif wanted:
                tickets[station] = new_ticket(known, station, comparison, wanted, now)
        longest = _longest(tickets.values())
        release = changed_release(placed, order, lead_of(tickets.values()), now, self._settings)
        terms = Terms(order, {*router.cooking, *placed.stations}, release)
        tickets = planned(tickets, terms, now, self._settings)
        promised, closes = placed.promised, placed.closes
        if order.pickup_at != placed.order.pickup_at:
            promised = promised_by(order, tickets.values(), now)
            closes = closing_of(order, now, self._settings.day_closes, router.zone)
        # Who has had a ticket of it goes on cooking, or only seeing, what is on that.
        new = router.cooking & (tickets.keys() - known.tickets.keys())
        facts = replace(
            placed,
            order=order,
            guest=guest,
            target_at=order.pickup_at or (placed.placed_at + longest * 1000 if longest else None),
            removed=comparison.removed(placed, tickets.values()),
            stations=tuple(sorted(new.union(placed.stations))),
            promised=promised,
        )
        set_at_pass = self._set_at_pass(known)
        events: list[TicketChanged] = []
        for station, changed in tickets.items():
            before = known.tickets.get(station)
            is_shown = changed.live and shows_otherwise(changed, placed, facts)
            if changed == before and not is_shown:
                continue
            priority = changed_priority(placed.order, order, before, changed, set_at_pass)
            ticket = replace(changed, updated_at=now.at, priority=priority)
            events.append(TicketChanged(now.at, now.tick, _kind(before, ticket), ticket))
        shown = tickets | {event.ticket.station: event.ticket for event in events}
        events += fired_next(shown, terms, facts.removed, now, self._settings)
        updated = OrderUpdated(
            now.at,
            now.tick,
            placed.number,
            order,
            content,
            target_at=facts.target_at,
            removed=facts.removed,
            release=release,
            stations=facts.stations,
            promised=promised,
            closes=closes,
            unrouted=unrouted(tickets.values(), known.tickets, comparison),
        )
        return Decision(accepted, (updated, *events), guest=(placed.number, guest))

    def _set_at_pass(self, known: Known) -> Priority | None:
        """What somebody made of the priority of the whole order; None for what it is by itself."""
        for ticket in known.tickets.values():
            if ticket.workable and self._memory.is_at_pass(known, ticket):
                boost: Boost = max((line.boost for line in ticket.lines), default=0)
                own = highest("high" if known.placed.order.priority else "normal", boost)
                return None if ticket.priority == own else ticket.priority
        return None

    def _cancel(self, order_id: str, now: Moment) -> Decision:
        known = self._memory.by_id(order_id)
        if known is None or not (self._memory.is_open(known) or self._is_still_cooked(known)):
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

    def _finish(self, order_id: str, now: Moment) -> Decision:
        """What was bumped elsewhere is bumped here, and what was voided is seen."""
        live = list(self._memory.live_of(order_id))
        if not live:
            return self._ignored(order_id)
        bumped = (TicketChanged(now.at, now.tick, "bumped", clear(each, now)) for each in live)
        return Decision(OrderAccepted(order_id), (*bumped,))

    def _is_still_cooked(self, known: Known) -> bool:
        """Whether stations have cards that the pass leaves to them, though it has sent the order.

        Such an order can be taken back, and not be changed: the next one of its number is another.
        """
        if self._settings.pass_clears_stations or known.placed.cancelled:
            return False
        return any(ticket.workable for ticket in known.tickets.values())


def route_for(
    memory: Memory,
    settings: Settings,
    order: Order,
    tickets: Mapping[str, Ticket],
    now: Moment,
    *,
    boards: Boards | None = None,
) -> Route:
    """Where an item goes now, and how long it takes there; `tickets` are the order's.

    `boards` are those that stations have, where these are not those of the memory.
    """
    router = memory.layout.router
    balance = Balance(router, boards or memory.boards, tickets, now, order.pickup_at)
    sent = router.routing(order, now.at)
    learned = memory.learned if settings.learned_prep_times else None

    def route(item: Item) -> tuple[Stop, ...]:
        stops = balance.shared(sent(item), item.line_id)
        return stops if learned is None else learned.timed(stops, item, router.passes, now.at)

    return route


def _by_its_channel(order: Order, before: Order) -> Order:
    """Whoever changes it, the channel that it came by wants to hear how it is."""
    if order.channel_account is not None or before.channel_account is None:
        return order
    return replace(
        order, channel_account=before.channel_account, channel_order=before.channel_order
    )


def _longest(tickets: Iterable[Ticket]) -> int:
    """The longest preparation of an order, seconds."""
    lines = (line for ticket in tickets for line in ticket.lines if line.change != "deleted")
    return max((line.prep for line in lines), default=0)


def _unrouted(tickets: Iterable[Ticket]) -> tuple[str, ...]:
    """The lines of a new order that no rule took."""
    return tuple(line.id for ticket in tickets for line in ticket.lines if line.unrouted)


def _kind(before: Ticket | None, after: Ticket) -> Kind:
    if before is None:
        return "created"
    new = after.status if after.status != before.status else ""
    return new if new in ("voided", "bumped") else "updated"


def _is_voided_by_hand(known: Known) -> bool:
    """Whether all that is left of an order are voided cards of what it still wants."""
    live = [ticket for ticket in known.tickets.values() if ticket.live]
    return all(ticket.status == "voided" for ticket in live) and any(
        line.change != "deleted" for ticket in live for line in ticket.lines
    )


def _is_of_another_day(known: Known, now: Moment) -> bool:
    """Whether an order that still waits for its first course is not the one that is sent now."""
    closes = known.placed.closes
    is_over = closes is not None and closes <= now.tick
    return is_over and not has_begun(known.tickets.values())
