"""Tells the channel how far its orders are: each status once, in order, and none after the last.

    store ─ orders that are due ▶ Sender ─▶ Platform     the store knows what was taken

An order is told one status after the other: the next one goes when it is on disk that the last was
taken, so that after a power cut at most one comes twice, and none out of order. Several orders are
told at once. While a channel does not answer, one of its orders at a time is tried. What waits for
its turn, or for an answer, is let go when the channel is done with its order.
"""

import asyncio
import contextlib
import logging
import math
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic
from typing import Final, NamedTuple

from msgspec import Struct

from appliance.channels.account import Account, Later, Platform, Refused
from appliance.channels.books import Books
from appliance.channels.refusal import REFUSALS_KEPT, Refusal
from appliance.channels.store import Due, Store
from appliance.expeditor import Expeditor
from appliance.log import NotStored

logger = logging.getLogger(__name__)

AT_ONCE: Final = 16
"""Orders that are told at the same time: with 0.3 s for an answer that is the shared rate."""
LOOKED_AT: Final = 200
"""Of the orders of an account that wait: so many that are never taken hold up no other."""
MOST_TRIED: Final = 10_000
LOOK_AGAIN_SECONDS: Final = 1.0
"""While something waits that could not be told."""
LONGEST_PAUSE: Final = 60.0
"""Seconds, of an order that is not taken while others are."""


class _Try(NamedTuple):
    at: float
    """On the monotonic clock."""
    pause: float = 0.0
    """Before it is tried again, in seconds."""

    @property
    def resumes(self) -> float:
        return self.at + self.pause


NEVER: Final = _Try(-math.inf)


class Told(Struct):
    """Of an account, as far as that is known yet."""

    refusals: deque[Refusal]
    last: int | None = None
    """When it last took one; wall clock, in milliseconds."""


class Sender:
    """For all accounts."""

    def __init__(
        self,
        expeditor: Expeditor,
        books: Books,
        accounts: Iterable[Account],
        changed: Callable[[], None],
    ) -> None:
        """`changed` is called when what is told of them may be other."""
        self._expeditor = expeditor
        self._books = books
        self._accounts = {each.id: each for each in accounts}
        self._changed = changed
        self._news = asyncio.Event()
        self._under_way: dict[Due, asyncio.Task[None]] = {}
        self._tried: dict[Due, _Try] = {}
        """Those that could not be told."""
        self._unstored: dict[Due, tuple[int, str | None]] = {}
        """What was taken, or why it never will be, which is not on disk yet."""
        self.told = {account: Told(deque(maxlen=REFUSALS_KEPT)) for account in self._accounts}

    def was_told(self, account: str, last: int | None, refusals: Iterable[Refusal]) -> None:
        """This was so before the start."""
        told = self.told[account]
        told.last = last if told.last is None else told.last
        before = [each for each in refusals if each not in told.refusals]
        told.refusals.extendleft(reversed(before))

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    def drop(self, account: str, order_id: str) -> None:
        """Nothing more is told of an order, nor what was about to be."""
        if (telling := self._under_way.get(Due(account, order_id))) is not None:
            telling.cancel()

    async def run(self) -> None:
        """Tell what is due, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._news.clear()
                waits = await self._begin(group)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS if waits else None):
                        await self._news.wait()

    async def _begin(self, group: asyncio.TaskGroup) -> bool:
        """Begin with what may be told now; whether something waits."""
        waits = False
        for account in self._accounts.values():
            if account.platform is None:
                continue
            try:
                found = await self._books.ask(partial(_due, account.id))
            except NotStored:
                return True
            waits = waits or bool(found)
            # One that is never taken holds up no other: it is tried again after them.
            for due in sorted(found, key=lambda each: self._tried.get(each, NEVER).at):
                if due in self._under_way or self._tried.get(due, NEVER).resumes > monotonic():
                    continue
                if self._may_begin(account.platform):
                    telling = group.create_task(self._tell(due, account), name="order status")
                    self._under_way[due] = telling
                    telling.add_done_callback(partial(self._ended, due))
        return waits

    def _may_begin(self, platform: Platform) -> bool:
        """Whether another order may be told of there: one at a time where nobody answered."""
        under_way = sum(
            self._accounts[each.account].platform is platform for each in self._under_way
        )
        return platform.resumes <= monotonic() and under_way < (1 if platform.fault else AT_ONCE)

    async def _tell(self, due: Due, account: Account) -> None:
        """Tell all that is due of an order, as far as it is taken."""
        if len(self._tried) >= MOST_TRIED:
            self._tried.clear()
        tried = self._tried.get(due, NEVER)
        self._tried[due] = _Try(monotonic(), tried.pause)
        try:
            # What was taken, and is not on disk yet, is not told once more.
            if (unstored := self._unstored.get(due)) is not None:
                await self._took(due, *unstored)
            await self._tell_all(due, account)
        except NotStored:
            pass  # It is looked at again in a moment.
        except Later:
            if account.platform and not account.platform.fault:  # It takes others.
                pause = min(LONGEST_PAUSE, tried.pause * 2 or LOOK_AGAIN_SECONDS)
                self._tried[due] = _Try(monotonic(), pause)
        else:
            self._tried.pop(due, None)
            self._news.set()

    def _ended(self, due: Due, telling: asyncio.Task[None]) -> None:
        del self._under_way[due]
        if telling.cancelled():
            self._tried.pop(due, None)
            self._unstored.pop(due, None)
            self._news.set()  # There is room for another one.
        self._changed()

    async def _tell_all(self, due: Due, account: Account) -> None:
        platform, has_told = account.platform, False
        while platform and (step := await self._next(due, account)) is not None:
            refusal = None
            try:
                await platform.tell(due.id, step)
            except Refused as error:
                refusal = str(error)
            self._unstored[due] = step, refusal
            await self._took(due, step, refusal)
            has_told = True
        if not has_told:  # It was due by what was so before: by the settings, say.
            await self._books.write(lambda store: store.change(*due, lambda _followed: None))

    async def _next(self, due: Due, account: Account) -> int | None:
        """What is to be told of an order. Raises NotStored."""
        followed = await self._books.ask(lambda store: store.find(*due))
        return followed.next(tells_taken=account.tells_taken) if followed else None

    async def _took(self, due: Due, step: int, refusal: str | None) -> None:
        """It took a status, or refused it for good. Raises NotStored."""
        now, told = self._expeditor.now().at, self.told[due.account]
        await self._books.write(lambda store: store.take(due, step, now, refusal))
        self._unstored.pop(due, None)
        if refusal is None:
            told.last = now
        else:
            is_new = not told.refusals or told.refusals[-1].why != refusal
            level = logging.WARNING if is_new else logging.DEBUG
            what = "%s refused what order %s has come to: %s"
            logger.log(level, what, due.account, due.id, refusal)
            told.refusals.append(Refusal(now, refusal))


def _due(account: str, store: Store) -> list[Due]:
    return store.due(account, LOOKED_AT)
