"""What is live at some stations, followed along the log: orders, as a LAN screen is to have them.

Only durable changes come in; one entry per live order is kept.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Final, NamedTuple

from appliance.expeditor import Expeditor
from appliance.feed import BehindTail, Change
from appliance.kitchen.event import StationDefined, StationRemoved, TicketChanged
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Ticket
from appliance.log import NotStored
from appliance.screens import message
from appliance.screens.message import Content

logger = logging.getLogger(__name__)

FOLLOWED_AT_ONCE: Final = 256
"""Changes between two turns of the loop: one that catches up holds up nobody."""
RETRY_SECONDS: Final = 1.0
"""Between two looks at a kitchen that cannot be stored at present."""


class _Order(NamedTuple):
    placed: Placed
    tickets: Mapping[str, Ticket]
    """Those at the stations that are on a board, by station."""


class Live:
    """For one screen."""

    def __init__(
        self, screen: str, expeditor: Expeditor, stations: frozenset[str] | None, identifier: str
    ) -> None:
        """`stations`: None for all. `screen`, `identifier`: whom nothing goes back to."""
        self._screen = screen
        self._expeditor = expeditor
        self._identifier = identifier
        self._orders: dict[int, _Order] = {}
        self._is_stale = True
        self.stations = stations
        self.seq = 0
        """Everything up to there is in."""

    def sees(self, station: str) -> bool:
        """Whether it is one of the stations."""
        return self.stations is None or station in self.stations

    def look_anew(self) -> None:
        """`stations` are others: what was followed is not enough."""
        self._is_stale = True

    async def follow(self) -> dict[int, int] | None:
        """Take in what is new: by number of what may be other, the place in the log since when.

        None: nothing can be said at present.
        """
        touched: dict[int, int] = {}
        while True:
            if self._is_stale and not await self._look(touched):
                return None
            try:
                changes = self._expeditor.feed.after(self.seq, FOLLOWED_AT_ONCE)
            except BehindTail:
                self._is_stale = True
                await asyncio.sleep(0)
                continue
            for change in changes:
                for number in self._take(change):
                    touched.setdefault(number, change.seq)
            self.seq += len(changes)
            if len(changes) < FOLLOWED_AT_ONCE:
                return touched
            await asyncio.sleep(0)

    async def _look(self, touched: dict[int, int]) -> bool:
        """Begin with all that is live now; False where that cannot be said."""
        kitchen, seq, stations = self._expeditor.kitchen, self._expeditor.seq, self.stations
        orders: dict[int, _Order] = {}
        for ticket in kitchen.live_tickets():
            if self.sees(ticket.station):
                known = orders.get(ticket.number)
                tickets = {**(known.tickets if known else {}), ticket.station: ticket}
                orders[ticket.number] = _Order(kitchen.placed(ticket.number), tickets)
        try:
            await asyncio.shield(self._expeditor.settled())
        except NotStored:
            await asyncio.sleep(RETRY_SECONDS)
            return False
        touched.update(dict.fromkeys((*self._orders, *orders), seq))
        self._orders, self.seq, self._is_stale = orders, seq, self.stations is not stations
        return True

    def _take(self, change: Change) -> list[int]:
        """The numbers of the orders that it is about.

        What is new of an order as a whole comes with each of its tickets, too.
        """
        placed = change.placed
        match change.event:
            case TicketChanged(ticket=ticket, gone=gone) if placed and self.sees(ticket.station):
                known = self._orders.get(ticket.number)
                tickets = dict(known.tickets) if known else {}
                tickets.pop(ticket.station, None)
                if ticket.live and not gone:
                    tickets[ticket.station] = ticket
                self._orders[ticket.number] = _Order(placed, tickets)
                if not tickets:
                    del self._orders[ticket.number]
                return [ticket.number]
            case StationDefined() | StationRemoved():
                return [*self._orders]  # One may be a pass by now, or none any more.
        return []

    def order_id(self, number: int) -> str | None:
        """Of an order that is live."""
        known = self._orders.get(number)
        return None if known is None else known.placed.order.id

    def is_done(self, number: int) -> bool:
        """Whether an order that leaves was bumped at all of the stations, or is at none of them.

        What is not in the kitchen's memory any more may have been cancelled.
        """
        kitchen = self._expeditor.kitchen
        if number not in kitchen.numbers_in_memory:
            return False
        tickets = [
            ticket
            for ticket, _ in kitchen.tickets_of(kitchen.placed(number).order.id)
            if ticket.number == number and self.sees(ticket.station)
        ]
        return all(ticket.status == "bumped" for ticket in tickets)

    def via(self, before: tuple[str, ...]) -> tuple[str, ...] | None:
        """What an order comes through to the screen; None where it came from there."""
        via = (*before, self._identifier)
        return None if self._screen in via else via

    def via_of(self, number: int) -> tuple[str, ...] | None:
        """The same, of an order that is live."""
        known = self._orders.get(number)
        return None if known is None else self.via(known.placed.order.via)

    @property
    def numbers(self) -> list[int]:
        """Of the orders that are live."""
        return [*self._orders]

    def content(self, number: int) -> Content | None:
        """What the screen should have of an order."""
        known = self._orders.get(number)
        if known is None:
            return None
        via = self.via(known.placed.order.via)
        if via is None:
            return None
        passes = self._expeditor.kitchen.router.passes
        try:
            return message.content(known.placed, [*known.tickets.values()], passes, via)
        except Exception:
            # One order that nothing can be made of must not end the feeding of all others.
            logger.exception("no message could be made of an order for screen %s", self._screen)
            return None
