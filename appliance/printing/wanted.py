"""What is to be on paper after something happened, and what is there: the difference is printed.

events ▶ tickets as they stand ─ what is on paper already ▶ chits

Pure: the same events and the same paper make the same chits. An event that comes again prints
nothing: what it asks for is on paper.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from appliance.kitchen.event import Event, OrderCancelled, PrintAsked, TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import PRIORITIES, Priority, Ticket
from appliance.printing.chit import Chit, ChitLine, Head, Kind
from appliance.printing.content import chit_of, head_of
from appliance.printing.difference import Printed, difference
from appliance.printing.dishes import Dish, PrintOn, View, at_station, of_order


class Wants(Struct, frozen=True):
    """What a printer is there for, as the configuration says it."""

    stations: tuple[str, ...]
    print_on: PrintOn
    ticket: Literal["station", "item", "order"]
    has_part_in_all: bool = False
    """Also in orders of which it was told nothing from their beginning: see `stepping_in`."""


class OnPaper(Struct, frozen=True, omit_defaults=True):
    """What a printer has printed, or been given to print, of an order, and what it knows of it."""

    lines: tuple[Printed, ...] = ()
    """What was voided is gone."""
    bare: tuple[str, ...] = ()
    """The stations, "" for the whole order, for which a ticket without lines is out."""
    urgent: tuple[str, ...] = ()
    """The same of those whose paper says that it is urgent."""
    heads: dict[str, Head] = field(default_factory=dict)
    """How the order as a whole reads there, by station, as above."""
    tickets: tuple[Ticket, ...] = ()
    """As they were last told, where the printer prints whole orders."""


class Slips(Struct, frozen=True):
    """What follows from an event, for one printer."""

    chits: tuple[Chit, ...] = ()
    key: tuple[int, str] | None = None
    """Whose paper it is: the order's number, and "": all its stations share it."""
    paper: OnPaper | None = None
    """What is on it once they are out; None: nothing that anybody has to remember."""


def key_of(wants: Wants, event: Event) -> tuple[int, str] | None:
    """Whose paper has to be looked up before `slips`; None where nothing is to be printed.

    A `PrintAsked` for a single printer is for that one alone, whatever its stations are: nobody
    else is to be asked.
    """
    sees_all = wants.ticket == "order" or len(wants.stations) > 1
    match event:
        case TicketChanged(ticket=ticket):
            is_own = wants.print_on != "never" and ticket.station in wants.stations
            return (ticket.number, "") if is_own or sees_all else None
        case PrintAsked(ticket=ticket):
            is_own = event.printer is not None or ticket.station in wants.stations
            return (ticket.number, "") if is_own else None
        case OrderCancelled(number=number):
            return (number, "") if sees_all else None
    return None


def slips(
    wants: Wants, event: Event, placed: Placed | None, paper: OnPaper | None, kitchen: Kitchen
) -> Slips:
    """What is to be printed after an event.

    `placed`: the order that it is about, as it then was. `paper`: that of `key_of`; None for an
    order of which this printer has heard nothing: what it is told first, it is told from its
    beginning, or else it was there before the printer, which then has no part in it, by itself.
    `kitchen`: for what stations are called and which of them is a pass, and for the menu's
    allergens; of it nothing else is asked.
    """
    key = key_of(wants, event)
    if key is None or placed is None:
        return Slips()
    if wants.has_part_in_all:
        paper = paper or OnPaper()
    printer = _Printer(wants, kitchen, placed)
    match event:
        case PrintAsked():
            return Slips(printer.asked(event, paper or OnPaper()))
        case TicketChanged() if paper is not None or event.kind == "created":
            chits, after = printer.told(event, paper or OnPaper())
        case OrderCancelled() if paper is not None:
            chits, after = printer.cancelled(event, paper)
        case _:
            return Slips()
    return Slips(chits, key, after)


def prints_whole(wants: Wants, kitchen: Kitchen) -> bool:
    """Whether a printer has whole orders on its chits."""
    own = [station.cooks for station in kitchen.stations if station.id in wants.stations]
    # A pass has all that any station makes: with both, a dish would be on paper twice.
    return wants.ticket == "order" or (len(own) > 1 and not all(own))


class _Scope(NamedTuple):
    """The paper of one station of a printer, or that of all of them together."""

    station: str
    """"" for the whole order."""
    tickets: tuple[Ticket, ...]
    """That it is about."""

    @property
    def priority(self) -> Priority:
        """The highest of what is to be made."""
        workable = [ticket.priority for ticket in self.tickets if ticket.workable]
        return max(workable, key=PRIORITIES.index, default="normal")

    @property
    def is_voided(self) -> bool:
        """Whether nothing of it is to be made, by somebody's word."""
        return all(ticket.status == "voided" for ticket in self.tickets)


_OfOrder = TicketChanged | OrderCancelled | PrintAsked


class _Printer:
    """What an order is to a printer."""

    def __init__(self, wants: Wants, kitchen: Kitchen, placed: Placed) -> None:
        self._wants = wants
        self._placed = placed
        self._menu = kitchen.menu
        self._names = {station.id: station.name for station in kitchen.stations}
        self._cooking = {station.id for station in kitchen.stations if station.cooks}
        self._whole = prints_whole(wants, kitchen)

    def told(self, event: TicketChanged, paper: OnPaper) -> tuple[tuple[Chit, ...], OnPaper]:
        """What follows from what happened to a ticket."""
        ticket = event.ticket
        if not self._whole:
            if ticket.station not in self._wants.stations:
                return (), paper
            dishes = at_station(self._for(event), ticket)
            return self._printed(event, _Scope(ticket.station, (ticket,)), dishes, paper)
        paper = replace(paper, tickets=_with(paper.tickets, event))
        scope = _Scope("", paper.tickets)
        if event.kind == "voided" and event.effect == "followed":
            return (), paper  # All of it is one slip, with the void at the pass that comes next.
        return self._printed(event, scope, self._dishes(event, scope), paper)

    def cancelled(self, event: OrderCancelled, paper: OnPaper) -> tuple[tuple[Chit, ...], OnPaper]:
        """What follows when the whole order is taken back; its stations are told one by one."""
        if not self._whole:
            return (), paper
        return self._printed(event, _Scope("", paper.tickets), [], paper)

    def asked(self, event: PrintAsked, paper: OnPaper) -> tuple[Chit, ...]:
        """The ticket as it is; what is printed by hand is besides all else."""
        scope = _Scope("", paper.tickets)
        dishes = self._dishes(event, scope) if self._whole else None
        if not dishes:  # A station's own; or not all of the order was told, or it is voided.
            scope = _Scope(event.ticket.station, (event.ticket,))
            dishes = at_station(self._for(event), event.ticket)
        is_void = self._placed.cancelled or scope.is_voided
        if is_void:
            dishes = at_station(self._for(event), replace(event.ticket, status="pending"))
        left = [dish for dish in dishes if not dish.made] or dishes
        lines = [
            replace(dish.line, held=dish.waits, mark="void" if is_void else None) for dish in left
        ]
        return self._chits("void" if is_void else "ticket", event, scope, lines, again=True)

    def _for(self, event: _OfOrder) -> View:
        wants = self._wants
        return View(
            wants.print_on, wants.stations, self._placed, self._menu, self._names, event.tick
        )

    def _dishes(self, event: _OfOrder, scope: _Scope) -> list[Dish] | None:
        return of_order(self._for(event), scope.tickets)

    def _printed(
        self,
        event: TicketChanged | OrderCancelled,
        scope: _Scope,
        dishes: list[Dish] | None,
        paper: OnPaper,
    ) -> tuple[tuple[Chit, ...], OnPaper]:
        """The slips for it, and the paper of the printer then."""
        if dishes is None or self._wants.print_on == "never":
            return (), paper
        station = scope.station
        own = [each for each in paper.lines if self._whole or each.station == station]
        others = (each for each in paper.lines if not self._whole and each.station != station)
        diff = difference(dishes, own, station, self._wants.print_on)
        bare, is_bare = (None, False)
        if not (dishes or self._placed.order.items):
            bare, is_bare = self._bare(event, scope, was=station in paper.bare)
        is_read = is_bare or any(not each.made for each in diff.paper)
        is_read = is_read and self._wants.print_on != "bump"
        is_urgent = is_read and scope.priority == "urgent"
        head, was = head_of(self._placed), paper.heads.get(station)
        was = None if was == head or not is_read else was
        chits: tuple[Chit, ...] = ()
        if diff.marked or bare is not None:
            kind = diff.kind if diff.marked or bare is None else bare
            chits = self._chits(kind, event, scope, diff.marked, was=was)
        elif was is not None or (is_urgent and station not in paper.urgent):
            chits = self._chits("change", event, scope, (), was=was)
        return chits, replace(
            paper,
            lines=(*others, *diff.paper),
            heads=paper.heads | {station: head} if chits else paper.heads,
            bare=_with_or_without(paper.bare, station, there=is_bare),
            # One on bump tells of no hurry, and what it told when it stepped in hangs there still.
            urgent=paper.urgent
            if self._wants.print_on == "bump"
            else _with_or_without(paper.urgent, station, there=is_urgent),
        )

    def _bare(
        self, event: TicketChanged | OrderCancelled, scope: _Scope, *, was: bool
    ) -> tuple[Kind | None, bool]:
        """What is to be printed of an order without lines, and whether that is on paper then.

        Somebody waits for it all the same: what is wanted may be in its notes.
        """
        is_gone = isinstance(event, TicketChanged) and event.gone and not self._whole
        if self._placed.cancelled or scope.is_voided or is_gone:
            return ("void" if was else None), False
        own = [each for each in scope.tickets if each.station in self._wants.stations]
        is_due = {
            "arrival": any(each.workable for each in own),
            "fire": any(each.workable and each.status != "held" for each in own),
            "bump": any(each.status == "bumped" and not each.forgotten for each in own),
        }[self._wants.print_on]
        return ("ticket" if is_due and not was else None), was or is_due

    def _chits(
        self,
        kind: Kind,
        event: _OfOrder,
        scope: _Scope,
        lines: Sequence[ChitLine],
        *,
        was: Head | None = None,
        again: bool = False,
    ) -> tuple[Chit, ...]:
        """One chit, or one for each line of it."""
        chit = chit_of(
            self._placed,
            kind,
            tuple(lines),
            at=event.at,
            station=scope.station,
            names=self._names,
            priority=scope.priority,
            hands_over=scope.station not in self._cooking,
            later=self._placed.release > event.tick and all(line.held for line in lines),
            was=was,
            again=again,
        )
        if self._wants.ticket != "item" or len(lines) < 2:  # noqa: PLR2004 - n of m needs two
            return (chit,)
        return tuple(
            replace(chit, lines=(line,), part=(place, len(lines)))
            for place, line in enumerate(lines, 1)
        )


def _with(tickets: Iterable[Ticket], event: TicketChanged) -> tuple[Ticket, ...]:
    """The tickets of an order with one that has changed, or is gone.

    One that goes as voided stays, acknowledged: nobody else is told to make what it had.
    """
    by_station = {ticket.station: ticket for ticket in tickets}
    station = event.ticket.station
    if not event.gone:
        by_station[station] = event.ticket
    elif (was := by_station.pop(station, None)) is not None and was.status == "voided":
        by_station[station] = replace(was, acknowledged=True)
    return tuple(by_station.values())


def _with_or_without(stations: tuple[str, ...], station: str, *, there: bool) -> tuple[str, ...]:
    others = tuple(each for each in stations if each != station)
    return (*others, station) if there else others
