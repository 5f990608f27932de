"""Tells the channel how far its orders are: each status once, in order, and none after the last.

    store ─ orders that are due ▶ Sender ─▶ Platform     the store knows what was taken

An order is told one status after the other: the next one goes when it is on disk that the last was
taken, so that after a power cut at most one comes twice, and none out of order. Several orders are
told at once. While a channel does not answer, one of its orders at a time is tried.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import Final
from urllib.parse import quote

import aiohttp
from msgspec import Struct

from appliance.deliverect.accounts import Account
from appliance.deliverect.books import Books
from appliance.deliverect.platform import Later, Platform, Refused
from appliance.deliverect.progress import GIVE_UP_MS, Followed
from appliance.deliverect.protocol import ORDER_STATUS
from appliance.deliverect.store import Due, Store
from appliance.expeditor import Expeditor
from appliance.log import NotStored

logger = logging.getLogger(__name__)

AT_ONCE: Final = 16
"""Orders that are told at the same time: with 0.3 s for an answer that is the shared rate."""
LOOK_AGAIN_SECONDS: Final = 1.0
"""While something waits that could not be told."""
REFUSALS_KEPT: Final = 1_000
REFUSALS_MS: Final = 24 * 3_600_000


class Refusal(Struct, frozen=True):
    """A status that was not taken, and never will be."""

    at: int
    why: str


class Told(Struct):
    """Of an account, since the start."""

    refusals: deque[Refusal]
    last: int | None = None
    """When it last took one; wall clock, in milliseconds."""


class Sender:
    """For all accounts."""

    def __init__(
        self,
        expeditor: Expeditor,
        books: Books,
        accounts: Mapping[str, Account],
        platforms: Mapping[str, Platform],
        changed: Callable[[], None],
    ) -> None:
        """Both by account. `changed` is called when what is told of them may be other."""
        self._expeditor = expeditor
        self._books = books
        self._accounts = accounts
        self._platforms = platforms
        self._changed = changed
        self._news = asyncio.Event()
        self._under_way: dict[Due, asyncio.Task[None]] = {}
        self.told = {account: Told(deque(maxlen=REFUSALS_KEPT)) for account in accounts}

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    async def run(self, session: aiohttp.ClientSession) -> None:
        """Tell what is due, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._news.clear()
                waits = await self._begin(group, session)
                try:
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS if waits else None):
                        await self._news.wait()
                except TimeoutError:
                    continue

    async def _begin(self, group: asyncio.TaskGroup, session: aiohttp.ClientSession) -> bool:
        """Begin with what may be told now; whether something waits."""
        since = self._expeditor.now().at - GIVE_UP_MS
        waits = False
        for account, platform in self._platforms.items():
            limit = AT_ONCE + len(self._under_way)
            try:
                found = await self._books.ask(partial(_due, account, limit, since))
            except NotStored:
                return True
            waits = waits or bool(found)
            for due in found:
                if due not in self._under_way and self._may_begin(platform):
                    telling = self._tell(session, due, platform)
                    self._under_way[due] = group.create_task(telling, name="order status")
        return waits

    def _may_begin(self, platform: Platform) -> bool:
        """Whether another order may be told of there: one at a time where nobody answered."""
        if platform.resumes > monotonic() or len(self._under_way) >= AT_ONCE:
            return False
        return not platform.fault or all(
            self._platforms[due.account] is not platform for due in self._under_way
        )

    async def _tell(self, session: aiohttp.ClientSession, due: Due, platform: Platform) -> None:
        """Tell all that is due of an order, as far as it is taken."""
        try:
            while (followed := await self._next(due)) is not None:
                order, step = followed
                path = ORDER_STATUS.format(order_id=quote(order.id, safe=""))
                body = {"orderId": order.id, "status": step, "reason": ""}
                refusal = None
                try:
                    await platform.post(session, path, body)
                except Refused as error:
                    refusal = str(error)
                await self._took(due, step, refusal)
        except (Later, NotStored):
            return
        finally:
            del self._under_way[due]
            self._news.set()
            self._changed()

    async def _next(self, due: Due) -> tuple[Followed, int] | None:
        """The order, and what is to be told of it. Raises NotStored."""
        followed = await self._books.ask(lambda store: store.find(*due))
        if followed is None:
            return None
        step = followed.next(send_accepted=self._accounts[due.account].section.send_accepted)
        return None if step is None else (followed, step)

    async def _took(self, due: Due, step: int, refusal: str | None) -> None:
        """It took a status, or refused it for good. Raises NotStored."""

        def took(followed: Followed) -> None:
            followed.told = max(followed.told, step)

        await self._books.ask(lambda store: store.change(*due, took))
        now, told = self._expeditor.now().at, self.told[due.account]
        if refusal is None:
            told.last = now
        else:
            logger.warning("%s refused status %d of an order: %s", due.account, step, refusal)
            told.refusals.append(Refusal(now, refusal))


def _due(account: str, limit: int, since: int, store: Store) -> list[Due]:
    return store.due(account, limit, since)
