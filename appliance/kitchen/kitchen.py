"""The one place that decides: a command and the moment in, a reply and events out.

`decide` changes nothing. `apply` changes the state by one event, and is the only thing
that does: live, and when a log is replayed. Between the two the caller writes the log.

    command ─▶ ordering, cooking, moving, homing, undoing, collecting, ... ─▶ events ─▶ memory
"""

from appliance.kitchen import collecting, summoning
from appliance.kitchen.all_day import AllDay, all_day, made_alone
from appliance.kitchen.balancing import Overflow, overflows
from appliance.kitchen.command import (
    ActOnTicket,
    AmendOrder,
    ByHand,
    CancelOrder,
    CollectOrder,
    Command,
    ConfigurationNoted,
    CreateOrder,
    Due,
    FireCourse,
    MarkLine,
    MoveTicket,
    NoteConfiguration,
    PrintTicket,
    SetPriority,
    Summon,
    TicketsNow,
    Undo,
    UpdateOrder,
)
from appliance.kitchen.cooking import Cooking
from appliance.kitchen.decision import Decision, no_such_ticket, signed
from appliance.kitchen.deed import Deed
from appliance.kitchen.event import ConfigurationChanged, Event, PrintAsked
from appliance.kitchen.explaining import Explained, explain
from appliance.kitchen.homing import Homing, taken_in
from appliance.kitchen.known import Known
from appliance.kitchen.layout import Plan
from appliance.kitchen.learning import Learned
from appliance.kitchen.memory import Memory
from appliance.kitchen.menu import Menu, MenuItem
from appliance.kitchen.moving import Moving
from appliance.kitchen.order import Guest, Order, Placed
from appliance.kitchen.ordering import Ordering
from appliance.kitchen.promise import Promise, promise
from appliance.kitchen.routing import Router, Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.settings import DEFAULT, Settings
from appliance.kitchen.silence import Arrivals, Silent
from appliance.kitchen.state import State
from appliance.kitchen.summons import Summons
from appliance.kitchen.ticket import Moment, Ticket, last_bump
from appliance.kitchen.undoing import Undoing
from appliance.kitchen.unrouted import Tally


class Kitchen:
    """One kitchen."""

    def __init__(self, plan: Plan, settings: Settings = DEFAULT) -> None:
        self.plan = plan
        self.settings = settings
        self._memory = Memory(plan)
        self._ordering = Ordering(self._memory, settings)
        self._cooking = Cooking(self._memory, settings)
        self._moving = Moving(self._memory, settings)
        self._homing = Homing(self._memory, settings)
        self._undoing = Undoing(self._memory, settings)

    def decide(self, command: Command, now: Moment, by: str | None = None) -> Decision:
        """What follows from a command. Changes nothing; never raises for what was asked.

        `by` is who asks, where that is a person or a person's device.
        """
        action = self._memory.deeds.counted + 1 if isinstance(command, ByHand) else None
        return signed(self._decide(command, now), by, action)

    def _decide(self, command: Command, now: Moment) -> Decision:
        match command:
            case CreateOrder() | UpdateOrder() | AmendOrder() | CancelOrder():
                return self._ordering.decide(command, now)
            case Due() if self._memory.has_strays:
                return self._homing.decide(now)
            case ActOnTicket() | SetPriority() | MarkLine() | FireCourse() | Due():
                return self._cooking.decide(command, now)
            case MoveTicket():
                return self._moving.decide(command, now)
            case Undo():
                return self._undoing.decide(command, now)
            case CollectOrder():
                return collecting.decide(self._memory, command, now)
            case Summon():
                return summoning.decide(self._memory, command, now)
            case PrintTicket():
                return self._print(command, now)
            case NoteConfiguration(what, keys):
                changed = ConfigurationChanged(now.at, now.tick, what, keys)
                return Decision(ConfigurationNoted(), (changed,))
            case _:  # Of stations, rules or the menu.
                memory = self._memory
                return Decision(*memory.layout.decide(command, now, memory.boards.shows_any))

    def _print(self, command: PrintTicket, now: Moment) -> Decision:
        found = self._memory.ticket_at(command.station, command.order_id)
        if found is None:
            return Decision(no_such_ticket(command.station, command.order_id))
        known, ticket = found
        asked = PrintAsked(now.at, now.tick, ticket, command.printer)
        return Decision(TicketsNow(known.placed, (ticket,)), (asked,))

    def apply(self, event: Event, guest: Guest | None = None) -> Placed | None:
        """Change the state by one event; returns the order that it is about, if any.

        `guest` is the guest of an order that is placed or updated; None leaves the guest
        of an order as it was. Raises UnknownOrder, and has changed nothing then.
        """
        return self._memory.apply(event, guest)

    # ── what it knows ────────────────────────────────────────────────────────────────

    @property
    def router(self) -> Router:
        """Routes by the rules that are in force now."""
        return self._memory.layout.router

    @property
    def stations(self) -> tuple[Station, ...]:
        """All that there are now, active or not, in the order of the boards."""
        return self._memory.layout.stations

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All that there are now, the file's first."""
        return self._memory.layout.rules

    @property
    def menu(self) -> Menu:
        """All that is on offer now, the file's first."""
        return self._memory.layout.menu

    def made(self) -> tuple[tuple[Station, ...], tuple[Rule, ...], tuple[MenuItem, ...]]:
        """The stations, rules and items of the menu that were made at run time."""
        return self._memory.layout.made()

    @property
    def unrouted(self) -> Tally:
        """What no rule took, counted."""
        return self._memory.unrouted

    @property
    def learned(self) -> Learned:
        """How long dishes took."""
        return self._memory.learned

    @property
    def learned_in_use(self) -> Learned | None:
        """The same where it counts before what is configured."""
        return self.learned if self.settings.learned_prep_times else None

    def overflows(self, now: Moment) -> list[Overflow]:
        """The stations whose backup takes over now, because they are behind."""
        return overflows(self.router, self._memory.boards, now)

    def taken_in(self) -> dict[str, list[str]]:
        """By station that makes nothing any more, the stations that have its cards now."""
        return taken_in(self.router.cooking, self.live_tickets())

    def explain(self, order: Order, at: int) -> tuple[Explained, ...]:
        """Where the items of an order would go, and why: see `explaining.py`."""
        return explain(self.router, order, at, self.learned_in_use)

    def placed(self, number: int) -> Placed:
        """The facts of an order in memory. KeyError for any other."""
        return self._memory.by_number(number).placed

    def to_undo(self, command: Undo, now: Moment) -> Deed | None:
        """What it would take back as far as that is still possible; None for nothing."""
        return self._undoing.newest(command, now)

    @property
    def next_due(self) -> int | None:
        """The tick at which time itself has something to do (`Due`); None: never, as it stands."""
        return self._memory.next_due

    @property
    def orders_in_memory(self) -> int:
        """Live orders, and the finished ones that are kept."""
        return self._memory.orders

    @property
    def numbers_in_memory(self) -> frozenset[int]:
        """Of those orders."""
        return self._memory.numbers

    @property
    def evicted_until(self) -> int:
        """See `Memory`."""
        return self._memory.evicted_until

    def live_tickets(self, station: str | None = None) -> list[Ticket]:
        """The tickets on a board, or on all of them, in the order of the board."""
        return self._memory.boards.in_order(station)

    def finished_tickets(self, station: str) -> list[Ticket]:
        """Bumped, and voided and acknowledged, tickets still in memory; newest first."""
        return self._memory.finished_tickets(station)

    def promise(self, ticket: Ticket, placed: Placed, now: Moment) -> Promise | None:
        """When a ticket is late: see `promise.py`. None: as it stands, never."""
        station = self.router.stations.get(ticket.station)
        return promise(ticket, placed, station, self.settings, now)

    def recallable_until(self, ticket: Ticket) -> int | None:
        """Tick until which a bumped ticket comes back, or what was bumped of a held one.

        None where nothing does.
        """
        bumped = last_bump(ticket) if ticket.status in ("held", "bumped") else None
        return None if bumped is None else bumped + self.settings.recall_window

    def all_day(self, station: str) -> AllDay:
        """How much of everything a station has still to make."""
        cooking = self.router.cooking
        board = []
        for ticket in self.live_tickets(station):
            known = self._memory.by_number(ticket.number)
            # The pass sees all of an order, whoever makes it.
            others = cooking - {station} if station in cooking else ()
            made = made_alone(each for each in known.tickets.values() if each.station in others)
            board.append((ticket, known.placed, made))
        return all_day(board, self.menu.components)

    def forgotten(self, now: Moment) -> list[Ticket]:
        """The tickets that the end of the newest day closed, oldest first, as far as in memory."""
        return self._memory.forgotten(now.tick)

    def silent(self, now: Moment) -> list[Silent]:
        """The points of sale that are silent when they usually are not: see `silence.py`."""
        return self._memory.senders.silent(now)

    def arrivals(self, now: Moment) -> Arrivals:
        """How many new orders came today and lately: see `silence.py`."""
        return self._memory.senders.arrivals(now, self.settings.day_closes)

    @property
    def summons(self) -> list[Summons]:
        """Where somebody is called to and nobody has come yet, the oldest first."""
        return list(self._memory.summons.values())

    def tickets_of(self, order_id: str) -> list[tuple[Ticket, Placed]]:
        """All tickets of the newest order of that id, in the order of the stations."""
        known = self._memory.by_id(order_id)
        return [] if known is None else [(each, known.placed) for each in self._in_order(known)]

    def was_here(self, order_id: str) -> bool:
        """Whether an order of that id is remembered, live or not."""
        return self._memory.was_here(order_id)

    def orders_on_boards(self) -> list[tuple[Placed, list[Ticket]]]:
        """Orders that a board shows some of, oldest first, with all their tickets."""
        orders = map(self._memory.by_number, self._memory.boards.numbers)
        return [(known.placed, self._in_order(known)) for known in orders]

    def orders_since(self, at: int) -> list[tuple[Placed, list[Ticket]]]:
        """Orders that a board shows some of, or has shown since then, as they came.

        `at` in milliseconds since the epoch. With all their tickets, in no order.
        """
        return [(known.placed, [*known.tickets.values()]) for known in self._memory.since(at)]

    def _in_order(self, known: Known) -> list[Ticket]:
        places = {station: place for place, station in enumerate(self.router.stations)}
        return sorted(
            known.tickets.values(), key=lambda ticket: places.get(ticket.station, len(places))
        )

    # ── snapshots ────────────────────────────────────────────────────────────────────

    def state(self) -> State:
        """All that `restore` needs. It shares only immutable values with the kitchen."""
        return self._memory.state()

    def restore(self, state: State, guests: dict[int, Guest]) -> None:
        """Become what `state` says; to be called on a new kitchen."""
        self._memory.restore(state, guests)
