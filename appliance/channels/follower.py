"""Follows the log: what happens to the channel's orders goes in, how far they are goes on disk.

What is not of the channel is passed over, and costs no write: the place in the log is kept now and
then, so that a start need not read far.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from appliance.channels.books import Books
from appliance.channels.progress import Followed
from appliance.channels.store import NEVER, Store
from appliance.expeditor import Expeditor
from appliance.feed import BehindTail
from appliance.kitchen import event as events
from appliance.kitchen.event import Event
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Moment, Ticket
from appliance.log import Log, LogError, Position

logger = logging.getLogger(__name__)

READ_AT_ONCE: Final = 500
"""Events that are followed in one commit."""
KEEP_EVERY: Final = 2_000
"""Events without any of the channel, after which the place is kept all the same."""
RETRY_SECONDS: Final = 1.0
"""Between two attempts when log or store fail."""


class Follower:
    """Of one log."""

    def __init__(
        self, log: Log, expeditor: Expeditor, books: Books, changed: Callable[[], None]
    ) -> None:
        """`changed` is called when something of the channel's orders is other, and on disk."""
        self._log = log
        self._expeditor = expeditor
        self._books = books
        self._changed = changed
        self._seq: int | None = None
        """Up to which it is followed; None before it is known."""
        self._kept = 0
        """Up to which that is on disk."""
        self._lost = books.lost

    async def run(self, caught_up: Callable[[], None]) -> None:
        """Follow the log until cancelled; `caught_up` is called each time that it has."""
        news = asyncio.Event()
        with self._expeditor.feed.watched(news.set):
            while True:
                news.clear()
                try:
                    if self._seq is None or self._lost != self._books.lost:
                        self._lost = self._books.lost
                        self._seq = self._kept = await self._begun()
                    self._seq, has_more = await self._step(self._seq)
                except LogError as error:
                    logger.debug("the channel cannot follow the log: %s", error)
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                if not has_more:
                    caught_up()
                    await news.wait()

    async def _begun(self) -> int:
        """Where it ended; else at the newest event, with what the kitchen has. Raises LogError."""
        head, log = self._log.head, self._log
        position = await self._books.ask(Store.position)
        if position.epoch == log.epoch and position.seq <= head:
            return position.seq
        if position != NEVER:
            logger.warning("the log is another one than was followed; it was restored")
        seq, now = self._expeditor.seq, self._expeditor.now()
        orders = self._expeditor.kitchen.orders_since(0)
        known = [_known(placed, tickets, now) for placed, tickets in orders]
        here = [each for each in known if each is not None]
        # What the kitchen has may not be on disk yet; then it is followed from there on.
        await asyncio.shield(self._expeditor.settled())
        await self._books.write(lambda store: store.seed(here, Position(log.epoch, seq)))
        self._changed()
        return seq

    async def _step(self, seq: int) -> tuple[int, bool]:
        """Follow some events; the place then, and whether there are more. Raises LogError."""
        try:
            changes = self._expeditor.feed.after(seq, READ_AT_ONCE)
        except BehindTail:
            recorded = await self._log.read(seq, READ_AT_ONCE)
            found: Sequence[Event] = [events.decode(each.event) for each in recorded]
            reached = recorded[-1].seq if recorded else seq
        else:
            # By the order that an event is about: the others need not be looked up.
            found = [each.event for each in changes if _is_of_channel(each.placed)]
            reached = changes[-1].seq if changes else seq
        if found or reached - self._kept >= KEEP_EVERY:
            position = Position(self._log.epoch, reached)
            if await self._books.write(lambda store: store.follow(found, position)):
                self._changed()
            self._kept = reached
        return reached, reached > seq


def _is_of_channel(placed: Placed | None) -> bool:
    return placed is not None and placed.order.channel_account is not None


def _known(placed: Placed, tickets: Iterable[Ticket], now: Moment) -> Followed | None:
    """An order that the kitchen has, where nothing is known of what the channel was told.

    What is still here, it is told from the beginning; of what has left, nothing.
    """
    order = placed.order
    if order.channel_account is None:
        return None
    followed = Followed(order.channel_account, order.id)
    followed.name_by(order)
    followed.stand(placed, tickets, now)
    if not followed.is_here:
        followed.told = followed.reached
    return followed
