"""Printers that step in: what no screen shows comes out on paper. Pure.

stations that nobody sees ─▶ what a printer wants meanwhile; what is live there ─▶ what it is told
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from msgspec.structs import replace

from appliance.kitchen.event import Event, OrderCancelled, TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Moment
from appliance.printing.wanted import Wants, prints_whole

STEP_IN: Final = ("bump", "never")
"""What such printers print on else: too late to cook by it, or nothing. One on `fire` prints by
itself when the station has to begin."""


class Told(NamedTuple):
    """What a printer is told of an order, that has not just happened."""

    event: TicketChanged
    placed: Placed


def steps_in_for(wants: Wants, unseen: frozenset[str]) -> tuple[str, ...]:
    """The stations for which a printer steps in while nobody sees these."""
    if wants.print_on not in STEP_IN:
        return ()
    return tuple(station for station in wants.stations if station in unseen)


def meanwhile(
    wants: Wants, unseen: frozenset[str], event: Event, placed: Placed, kitchen: Kitchen
) -> Wants:
    """What a printer is there for, as to an event, while nobody sees these stations."""
    own = {*steps_in_for(wants, unseen)}
    match event:
        case TicketChanged(ticket=ticket):
            of = {ticket.station}
        case OrderCancelled():
            of = set[str]()
        case _:
            return wants
    if prints_whole(wants, kitchen):  # Then an order is one, whichever of its tickets it is.
        of |= {*placed.stations, *kitchen.router.passes}
    return replace(wants, print_on="arrival", has_part_in_all=True) if own & of else wants


def to_begin_with(
    wants: Wants, unseen: frozenset[str], kitchen: Kitchen, now: Moment
) -> Iterator[Told]:
    """What a printer is told as soon as nobody sees these stations: what is live there."""
    own = {*steps_in_for(wants, unseen)}
    if not own:
        return
    for placed, tickets in kitchen.orders_on_boards():
        live = [ticket for ticket in tickets if ticket.live and ticket.station in own]
        if live and prints_whole(wants, kitchen):
            # Of an order that it was never told of it needs all, and what the pass has sent first.
            live = sorted(tickets, key=lambda ticket: ticket.station in placed.stations)
        for ticket in live:
            yield Told(TicketChanged(now.at, now.tick, "updated", ticket), placed)
