"""Follows the log: the tickets of each station in their places, and what was shown when.

log ─ durable changes ▶ Boards ─▶ lamps, and presses that ask what was there
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from appliance.expeditor import Expeditor
from appliance.feed import BehindTail
from appliance.kitchen.event import Summoned, TicketChanged
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Ticket, sort_key
from appliance.log import NotStored
from appliance.panel.shown import Shown

RETRY_SECONDS: Final = 1.0
"""Until the state is asked for again where it is not durable."""

Happened = TicketChanged | Summoned
"""What lamps and sounds follow."""


class Card(NamedTuple):
    """A ticket on a board."""

    ticket: Ticket
    placed: Placed

    @property
    def order_id(self) -> str:
        """The id of its order."""
        return self.placed.order.id


class Board:
    """One station's."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.cards: list[Card] = []
        """In their places."""
        self.counts = False
        """Whether the all-day counts are shown."""

    def take(self, ticket: Ticket, placed: Placed, at: float, by: str | None) -> None:
        """A ticket is now so, by somebody; it is shown at a moment."""
        cards = [card for card in self.cards if card.ticket.number != ticket.number]
        if ticket.live:
            cards.append(Card(ticket, placed))
        self._show(cards, at, placed.order.id, by)

    def read(self, cards: list[Card], at: float) -> None:
        """These are all that there are."""
        self._show(cards, at)

    def _show(
        self, cards: list[Card], at: float, moved: str | None = None, by: str | None = None
    ) -> None:
        self.cards = sorted(cards, key=lambda card: sort_key(card.ticket))
        self.shown.change([card.order_id for card in self.cards], at, moved, by)


class Boards:
    """Those of some stations."""

    def __init__(
        self, expeditor: Expeditor, boards: Mapping[str, Board], clock: Callable[[], float]
    ) -> None:
        """`boards` by station; `clock` is monotonic, seconds."""
        self._expeditor = expeditor
        self._boards = boards
        self._clock = clock
        self._seq: int | None = None

    async def catch_up(self) -> list[Happened]:
        """Take in what is new in the log: what happened to tickets of these stations, and calls.

        Nothing of that when it is too much: then the boards are read as they are now.
        """
        changes = []
        if self._seq is not None:
            try:
                changes = self._expeditor.feed.after(self._seq)
            except BehindTail:
                self._seq = None
        if self._seq is None:
            await self._read()
            return []
        self._seq += len(changes)
        happened: list[Happened] = []
        for change in changes:
            event, placed = change.event, change.placed
            if isinstance(event, Summoned):
                happened.append(event)
            elif isinstance(event, TicketChanged) and placed is not None:
                board = self._boards.get(event.ticket.station)
                if board is not None:
                    board.take(event.ticket, placed, self._clock(), event.by)
                    happened.append(event)
        return happened

    async def _read(self) -> None:
        """All tickets as they are now, once they are durable."""
        cards: dict[str, list[Card]] = {}
        while self._seq is None:
            kitchen, seq = self._expeditor.kitchen, self._expeditor.seq
            for station in self._boards:
                cards[station] = [
                    Card(ticket, kitchen.placed(ticket.number))
                    for ticket in kitchen.live_tickets(station)
                ]
            try:
                await asyncio.shield(self._expeditor.settled())
                self._seq = seq
            except NotStored:
                await asyncio.sleep(RETRY_SECONDS)
        for station, board in self._boards.items():
            board.read(cards[station], self._clock())
