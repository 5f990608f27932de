"""How the dishes of an order stand for a printer: at one station, or in the whole order.

tickets, as they were last told ▶ Dishes ─▶ what is to be on paper
"""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
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


class Dish(NamedTuple):
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


class View(NamedTuple):
    """What a printer has to do with an order, at one moment."""

    print_on: PrintOn
    stations: Collection[str]
    """The printer's."""
    placed: Placed
    menu: Menu
    names: Mapping[str, str]
    """Of stations, by id."""
    tick: int
    """Of the event."""

    def dish(
        self, item: Item, mods: Iterable[int], on: Sequence[_On], *, made: bool, station: str | None
    ) -> Dish:
        """Of a dish that is on these tickets."""
        line = line_of(item, mods, self.placed, self.menu)
        to_do = any(each.to_do for _, each in on)
        bumped = any(each.bump and not ticket.forgotten for ticket, each in on)
        due = {"arrival": not made, "fire": to_do, "bump": bumped, "never": False}
        return Dish(
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


def at_station(view: View, ticket: Ticket) -> list[Dish]:
    """The dishes of one ticket, in its order; what is struck through or voided is left out."""
    dishes = []
    for line in ticket.lines:
        item = view.placed.item(line.id)
        if item is not None and _is_alive(ticket, line):
            on = ((ticket, line),)
            dishes.append(view.dish(item, line.mods, on, made=bool(line.bump), station=None))
    return dishes


def _is_alive(ticket: Ticket, line: Line) -> bool:
    return line.change != "deleted" and (bool(line.bump) or ticket.status != "voided")


def of_order(view: View, tickets: Sequence[Ticket]) -> list[Dish] | None:
    """The dishes of an order that has these tickets; None: not all of them are told yet.

    An order that none of the printer's stations has is nothing to it. What is fired or bumped
    counts where it is one of theirs. With a void at the pass nothing is wanted, and what
    the pass has sent is made.
    """
    placed = view.placed
    at_pass = {ticket.station: ticket for ticket in tickets if _is_seen(ticket, placed)}
    is_void = bool(at_pass) and all(each.status == "voided" for each in at_pass.values())
    if placed.cancelled or is_void or not any(each.station in view.stations for each in tickets):
        return []
    told = {ticket.station for ticket in tickets}
    made: dict[str, list[_On]] = {item.line_id: [] for item in placed.order.items}
    seen: dict[str, list[_On]] = {line_id: [] for line_id in made}
    for ticket in tickets:
        on = seen if ticket.station in at_pass else made
        for line in ticket.lines:
            if line.id in on and line.change != "deleted":
                on[line.id].append((ticket, line))
    if not (told >= {*placed.stations} and all(made.values())):
        return None
    dishes = (
        _in_order(view, item, made[item.line_id], seen[item.line_id]) for item in placed.order.items
    )
    return [dish for dish in dishes if dish is not None]


def _is_seen(ticket: Ticket, placed: Placed) -> bool:
    """Whether it is of a pass, where nothing is made; `wanted` keeps some that are gone."""
    is_gone = ticket.status == "voided" and ticket.acknowledged
    return ticket.station not in placed.stations and not is_gone


def _in_order(view: View, item: Item, made: Sequence[_On], seen: Sequence[_On]) -> Dish | None:
    alive = [(ticket, line) for ticket, line in made if _is_alive(ticket, line)]
    if not alive:
        return None
    own = [
        (ticket, line)
        for ticket, line in (*made, *seen)
        if ticket.station in view.stations and _is_alive(ticket, line)
    ]
    alone = {*itertools.chain.from_iterable(line.mods for _, line in made)}
    is_whole = not all(line.mods for _, line in made)
    return view.dish(
        item,
        () if is_whole else sorted(alone),
        own or (alive if view.print_on == "arrival" else ()),
        made=all(line.bump for _, line in seen or made),
        station=", ".join(view.names.get(each.station, each.station) for each, _ in made),
    )
