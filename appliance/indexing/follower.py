"""Follows the log, keeps an index of it up, and asks that index.

What is wrong with the index or its disk holds up nobody but those who ask it: it is shown in the
status, and tried again. A damaged index is thrown away and made again from the log, in steps
that leave the loop and half of a processor to others.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Final, Generic, TypeVar

import apsw
import msgspec
from msgspec import Struct

from appliance.feed import BehindTail, Feed
from appliance.indexing.file import Damaged, IndexFile, remove
from appliance.kitchen import event as events
from appliance.kitchen.event import Event
from appliance.log import Log, LogError

logger = logging.getLogger(__name__)

READ_AT_ONCE: Final = 1_000
"""Events of a step: some ten milliseconds of the thread."""
GATHER_SECONDS: Final = 0.02
"""What comes in that time is added together: the events of an order, or a storm of them."""
LOOK_SECONDS: Final = 1.0
"""Between two looks whether a question has found the index damaged."""
RETRY_SECONDS: Final = 10.0
"""Between two attempts when the disk fails."""
WAIT_SECONDS: Final = 2.0
"""How long a question waits for the index: long beside what it usually is behind."""

_DAMAGE: Final = (Damaged, apsw.CorruptError, apsw.NotADBError, apsw.SQLError)
_Index = TypeVar("_Index", bound=IndexFile)
_Result = TypeVar("_Result")


class Behind(Exception):
    """The index is not so far yet that what was asked can be answered whole."""

    def __init__(self, message: str, indexed: int, of: int) -> None:
        super().__init__(message)
        self.indexed = indexed
        """Events that are in the index."""
        self.of = of
        """Events that there are."""


class IndexStatus(Struct):
    """How an index is, for the status page."""

    indexed: int
    """Events that are in it, of so many in the log."""
    of: int
    fault: str | None
    """Why it does not go on; None while it does."""
    made_again: str | None
    """Why it was last thrown away since the start, if it was."""


class Follower(Generic[_Index]):
    """An index of a log, as far as it has come."""

    def __init__(self, log: Log, feed: Feed, directory: Path, kind: type[_Index]) -> None:
        """The index, of this kind, is kept in `directory`."""
        self._log = log
        self._feed = feed
        self._kind = kind
        self._path = directory / kind.NAME
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=self._path.stem)
        self._index: _Index | None = None
        self._came_on = asyncio.Event()
        """Replaced each time that it is set."""
        self._damage: str | None = None
        self._fault: str | None = None
        self._made_again: str | None = None

    def status(self) -> IndexStatus:
        """As it is now."""
        return IndexStatus(self._indexed, self._log.head, self._fault, self._made_again)

    @property
    def _indexed(self) -> int:
        return 0 if self._index is None else self._index.seq

    # ── asked ────────────────────────────────────────────────────────────────────────

    async def _ask(self, question: Callable[[_Index], _Result], upto: int) -> _Result:
        """The answer of the index when all events up to `upto` are in it. Raises Behind."""
        index = await self._come_to(upto)
        try:
            return await self._in_thread(lambda: question(index))
        except _DAMAGE as error:
            self._damage = str(error)  # It is made again in a moment.
            raise self._behind() from error
        except apsw.Error as error:
            raise self._behind() from error

    async def _come_to(self, upto: int) -> _Index:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while self._index is None or self._index.seq < upto:
                    await self._came_on.wait()
        except TimeoutError:
            raise self._behind() from None
        return self._index

    def _behind(self) -> Behind:
        why = f" ({self._fault})" if self._fault else ""
        indexed, of = self._indexed, self._log.head
        return Behind(
            f"older tickets are being indexed: {indexed} of {of} events are done{why}", indexed, of
        )

    # ── following ────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Follow the log until cancelled."""
        try:
            while True:
                try:
                    await self._follow()
                except _DAMAGE as error:
                    await self._make_again(str(error))
                except (OSError, apsw.Error, LogError, msgspec.DecodeError) as error:
                    await self._pause(str(error))
        finally:
            if self._index is not None:
                # What cannot be written now is read from the log again.
                with contextlib.suppress(apsw.Error):
                    await self._in_thread(self._index.commit)
            await self._close()
            await asyncio.to_thread(self._thread.shutdown)

    async def _follow(self) -> None:
        """Open the index, and keep it up until something is wrong, which raises."""
        index = await self._in_thread(
            lambda: self._kind(self._path, self._log.epoch, self._log.head)
        )
        self._index, self._damage = index, None
        while self._damage is None:
            self._tell()
            try:
                changes = self._feed.after(index.seq)
            except BehindTail:
                await self._add_from_log(index)
                continue
            if changes:
                await self._add(index, [(change.seq, change.event) for change in changes])
                continue
            self._fault = None
            if await self._feed.wait(index.seq, LOOK_SECONDS):
                await asyncio.sleep(GATHER_SECONDS)
        raise Damaged(self._damage)

    async def _add_from_log(self, index: _Index) -> None:
        began = monotonic()
        recorded = await self._log.read(index.seq, READ_AT_ONCE)
        await self._add(index, ((each.seq, events.decode(each.event)) for each in recorded))
        await asyncio.sleep(monotonic() - began)  # Others come first.

    async def _add(self, index: _Index, news: Iterable[tuple[int, Event]]) -> None:
        await self._in_thread(lambda: index.add(news))

    def _tell(self) -> None:
        self._came_on.set()
        self._came_on = asyncio.Event()

    async def _make_again(self, damage: str) -> None:
        logger.warning("%s is made again from the log: %s", self._path.name, damage)
        self._made_again = damage
        await self._close()
        try:
            await asyncio.to_thread(remove, self._path)
        except OSError as error:
            await self._pause(str(error))

    async def _pause(self, fault: str) -> None:
        """Something is wrong with a disk: say so, once, and let go of it for a while."""
        if self._fault is None:
            logger.warning("%s cannot be kept up: %s", self._path.name, fault)
        self._fault = fault
        await self._close()
        await asyncio.sleep(RETRY_SECONDS)

    async def _close(self) -> None:
        index, self._index = self._index, None
        if index is not None:
            await self._in_thread(index.close)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
