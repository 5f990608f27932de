"""The spool: all chits that are on their way to paper, in memory as on disk.

follower ─ chits, papers, position ▶ Spool ◀ what becomes of each ─ workers
                                       │ one commit for all that is there
                                       ▼
                                     Store (a thread of its own)

What is true is in memory; `durable` tells when it is on disk as well. Where the disk fails, those
who wait go on waiting: it is said, and tried again with all that is in memory.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import apsw

from appliance.printers import SPOOL
from appliance.printing.jobs import doubted
from appliance.printing.memory import KEPT_MS, Memory
from appliance.printing.store import NEVER, Changes, Kept, Store, forget_aside
from appliance.sqlite_file import Damaged, in_words, put_aside

logger = logging.getLogger(__name__)

RETRY_SECONDS: Final = 1.0
"""Between two attempts when the disk fails."""
TURNS: Final = 4
"""Of the loop, that a commit waits for what belongs to it: the chits of an event, and that a
printer begins with them."""

_Result = TypeVar("_Result")


class Spool(Memory):
    """Of one log."""

    def __init__(
        self,
        directory: Path,
        thread: Executor,
        news: Callable[[], None] = lambda: None,
        vfs: str | None = None,
    ) -> None:
        """Opens nothing yet. `thread` has one thread; `news` is called when a job is other."""
        super().__init__(self._touched)
        self._path = directory / SPOOL
        self._thread = thread
        self._news = news
        self._vfs = vfs
        self._store: Store | None = None
        self._dirty = asyncio.Event()
        self._pending: asyncio.Future[None] | None = None
        """Done with the next commit; None where nobody waits for it."""
        self._in_flight: asyncio.Future[None] | None = None
        self._position_on_disk = NEVER
        """At least so far, in commits that succeeded."""
        self._is_unsure = False
        """Whether the disk may have other things than a commit that succeeded left there."""
        self.fault: str | None = None
        """Why nothing can be stored; None while it can."""
        self.begun_anew: str | None = None
        """Why it began without what it had, if it did."""

    def _touched(self) -> None:
        self._dirty.set()
        self._news()

    async def durable(self) -> None:
        """Wait until all that is in memory now is on disk, however long the disk fails."""
        if self._dirty.is_set():
            if self._pending is None:
                self._pending = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._pending)
        elif self._in_flight is not None:
            await asyncio.shield(self._in_flight)

    async def open(self) -> None:
        """Read what it holds, as soon as the disk lets it.

        What was being sent when it was last closed or killed is doubtful.
        """
        while True:
            if await self.try_to_open():
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def try_to_open(self) -> bool:
        """The same, once; False where the disk does not let it."""
        try:
            self._take_up(await self._in_thread(self._open))
        except (OSError, apsw.Error, Damaged) as error:
            self._say(error)
            return False
        return True

    def _take_up(self, kept: Kept) -> None:
        self.fault, self._position_on_disk = None, kept.position
        self.take(kept)
        for job in [job for job in kept.jobs.values() if job.state == "sending"]:
            self.put(doubted(job))

    def _open(self) -> Kept:
        try:
            self._store = Store(self._path, self._vfs)
            return self._store.load()
        except Damaged as error:
            self._put_aside(error)
            self.begun_anew = str(error)
        except apsw.Error:
            self._close_store()
            raise
        self._store = Store(self._path, self._vfs)
        return self._store.load()

    def _put_aside(self, damage: Damaged) -> None:
        self._close_store()
        aside = put_aside(self._path).name
        logger.error("the spool is damaged (%s): kept as %s", damage, aside)

    async def run(self) -> None:
        """Commit what becomes other, until cancelled."""
        while True:
            await self._dirty.wait()
            await self._gather()
            await self.commit()

    async def _gather(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def commit(self) -> None:
        """Make durable what is there. As long as the disk fails, it is tried again."""
        changes = self.take_changes()
        self._dirty.clear()
        loop = asyncio.get_running_loop()
        done, self._pending = self._pending or loop.create_future(), None
        self._in_flight = done
        try:
            await self._store_changes(changes)
        except asyncio.CancelledError:  # Nothing of it is sure; the next one writes all.
            self._pending, self._in_flight = done, None
            self._dirty.set()
            raise
        self._is_unsure = False
        self._in_flight = None
        self._position_on_disk = changes.position
        done.set_result(None)

    async def _store_changes(self, changes: Changes) -> None:
        was_unsure, self._is_unsure = self._is_unsure, True
        try:
            if was_unsure:
                await self._in_thread(partial(self._write_all, self.copy()))
            else:
                await self._in_thread(lambda: self._opened().write(changes))
        except (OSError, apsw.Error, Damaged) as error:
            await self._recover(error)

    async def _recover(self, error: Exception) -> None:
        """After a failed commit nobody knows what is on disk: all is written again."""
        while True:
            self._say(error)
            await asyncio.sleep(RETRY_SECONDS)
            try:
                await self._in_thread(partial(self._write_all, self.copy()))
            except (OSError, apsw.Error, Damaged) as again:
                error = again
            else:
                logger.warning("chits are stored again")
                self.fault = None
                self._news()
                return

    def _write_all(self, kept: Kept) -> None:
        self._close_store()
        try:
            self._store = Store(self._path, self._vfs)
        except Damaged as error:
            self._put_aside(error)
            self._store = Store(self._path, self._vfs)
        self._store.replace(kept)

    def _say(self, error: Exception) -> None:
        if self.fault is None:
            logger.error("chits cannot be stored: %s", error)
        self.fault = in_words(error)
        self._news()

    def _opened(self) -> Store:
        if self._store is None:
            raise apsw.CantOpenError
        return self._store

    async def scrub(self, at: int) -> None:
        """Leave nothing on disk of what is deleted, nor of a damaged spool of KEPT_MS ago.

        `at`: the wall clock, in milliseconds. A disk that fails is said with a commit.
        """
        await self.durable()
        with contextlib.suppress(OSError, apsw.Error):
            await self._in_thread(partial(self._scrub, at))

    def _scrub(self, at: int) -> None:
        self._opened().scrub()
        forget_aside(self._path, at, KEPT_MS)

    def keep_position(self) -> None:
        """Have the position durable soon, if it is not."""
        if self.position != self._position_on_disk:
            self._dirty.set()

    async def close(self) -> None:
        """Commit what `run` has not, and let the file go. What cannot be written is lost."""
        with contextlib.suppress(OSError, apsw.Error, Damaged):
            if self._store is not None:
                rest = (
                    partial(self._write_all, self.copy()) if self._is_unsure else self._write_rest
                )
                await self._in_thread(rest)
        await self._in_thread(self._close_store)

    def _write_rest(self) -> None:
        self._opened().write(self.take_changes())
        self._opened().scrub()

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(apsw.Error):
                store.close()

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
