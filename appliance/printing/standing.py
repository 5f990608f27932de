"""How the dishes of an order stand for a printer: at one station, or in the whole order.

tickets, as they were last told ▶ Stands ─▶ what is to be on paper
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from appliance.kitchen.menu import Menu
from appliance.kitchen.order import Item, Placed
from appliance.kitchen.ticket import Line, Ticket
from appliance.printing.chit import ChitLine
from appliance.printing.content import line_of

PrintOn = Literal["arrival", "fire", "bump", "never"]
_On = tuple[Ticket, Line]
"""A line, and the ticket that it is on."""


class Stand(NamedTuple):
    """One dish that is wanted, or was made."""

    line: ChitLine
    due: bool
    """It is to be on paper by now, if it is not."""
    held: bool
    """It is not to be made yet, for whatever reason."""
    waits: bool
    """It is held for its course, or with an order for later: what stations that begin one after
    the other wait for is not told on paper."""
    to_do: bool
    made: bool
    """It has left the board: nobody has to be told any more that it is not wanted."""
    added: bool
    """It came after the rest of the order."""


class Asked(NamedTuple):
    """What the stands are for."""

    print_on: PrintOn
    placed: Placed
    menu: Menu
    tick: int
    """Of the event."""

    def stand(
        self, item: Item, mods: Iterable[int], on: Sequence[_On], *, made: bool, station: str | None
    ) -> Stand:
        """Of a dish that is on these tickets."""
        line = line_of(item, mods, self.placed, self.menu)
        to_do = any(each.to_do and ticket.workable for ticket, each in on)
        bumped = any(each.bump and not ticket.forgotten for ticket, each in on)
        due = {"arrival": not made, "fire": to_do, "bump": bumped, "never": False}
        return Stand(
            line if station is None else replace(line, station=station),
            due=due[self.print_on],
            held=bool(on) and all(each.held for _, each in on),
            waits=bool(on) and all(self._waits(each) for _, each in on),
            to_do=to_do,
            made=made,
            added=any(each.change == "added" for _, each in on),
        )

    def _waits(self, line: Line) -> bool:
        return line.unfired or (line.timed and self.placed.release > self.tick)


def at_station(asked: Asked, ticket: Ticket) -> list[Stand]:
    """The dishes of one ticket, in its order; what is struck through or voided is left out."""
    stands = []
    for line in ticket.lines:
        item = asked.placed.item(line.id)
        if item is not None and _is_alive(ticket, line):
            on = ((ticket, line),)
            stands.append(asked.stand(item, line.mods, on, made=bool(line.bump), station=None))
    return stands


def _is_alive(ticket: Ticket, line: Line) -> bool:
    return line.change != "deleted" and (bool(line.bump) or ticket.status != "voided")


def of_order(
    asked: Asked, tickets: Sequence[Ticket], stations: Sequence[str], names: Mapping[str, str]
) -> list[Stand] | None:
    """The dishes of an order that has these tickets; None: not all of them are told yet.

    `stations` are the printer's: an order that none of them has is nothing to it. What is fired
    or bumped counts where it is one of theirs. With a void at the pass nothing is wanted.
    """
    placed = asked.placed
    at_pass = [ticket for ticket in tickets if ticket.station not in placed.stations]
    is_void = bool(at_pass) and all(ticket.status == "voided" for ticket in at_pass)
    if placed.cancelled or is_void or not any(each.station in stations for each in tickets):
        return []
    told = {ticket.station for ticket in tickets}
    on: dict[str, list[_On]] = {item.line_id: [] for item in placed.order.items}
    for ticket in tickets:
        for line in ticket.lines:
            if line.id in on and line.change != "deleted":
                on[line.id].append((ticket, line))
    if not (told >= {*placed.stations} and all(on.values())):
        return None
    stands = (
        _in_order(asked, item, on[item.line_id], stations, names) for item in placed.order.items
    )
    return [stand for stand in stands if stand is not None]


def _in_order(
    asked: Asked,
    item: Item,
    on: Sequence[_On],
    stations: Sequence[str],
    names: Mapping[str, str],
) -> Stand | None:
    cooks = asked.placed.stations
    makes = [(ticket, line) for ticket, line in on if ticket.station in cooks] or on
    if not any(_is_alive(ticket, line) for ticket, line in makes):
        return None
    seen = [(ticket, line) for ticket, line in on if ticket.station not in cooks]
    own = [(ticket, line) for ticket, line in on if ticket.station in stations]
    counts = own or (makes if asked.print_on == "arrival" else ())
    alone: set[int] = (
        set()
        if any(not line.mods for _, line in on)
        else set[int]().union(*(line.mods for _, line in on))
    )
    return asked.stand(
        item,
        sorted(alone),
        [(ticket, line) for ticket, line in counts if _is_alive(ticket, line)],
        made=all(line.bump for _, line in seen or makes),
        station=", ".join(
            names.get(ticket.station, ticket.station)
            for ticket, _ in makes
            if ticket.station in cooks
        ),
    )
