"""The store, asked from the event loop: one thread, one thing after the other.

A disk that fails is said, and tried again with the next question; a file that cannot be believed
is put aside: what the log has of live orders is known again by `seed`.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import apsw

from appliance.channels.store import NAME, Store
from appliance.log import NotStored
from appliance.sqlite_file import Damaged, in_words, put_aside

logger = logging.getLogger(__name__)

_FAILURES: Final = (OSError, apsw.Error, Damaged)
_Result = TypeVar("_Result")
_Kind = Literal["read", "write"]

ANSWER_SECONDS: Final = 10.0
"""A disk that takes longer does not answer: channels give up on who does not."""
MOST_WAITING: Final = 1_000
"""Questions; whoever comes then is told that nothing can be stored."""


class Books:
    """Of one data directory."""

    def __init__(self, directory: Path, tells_taken: Callable[[str], bool]) -> None:
        """Opens nothing yet. `tells_taken`: see `Store`."""
        self._path = directory / NAME
        self._tells_taken = tells_taken
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="channels")
        self._store: Store | None = None
        self._waiting = 0
        self._faults: dict[_Kind, str] = {}
        """Why it failed last: a full disk is read all the same."""
        self.lost = 0
        """How often a file was put aside: what was known is to be found out again."""

    @property
    def fault(self) -> str | None:
        """Why nothing can be stored, or read; None while both can."""
        return next(iter(self._faults.values()), None)

    async def ask(self, work: Callable[[Store], _Result]) -> _Result:
        """What `work` reads in the store. Raises NotStored where it cannot be had."""
        return await self._in_time("read", work)

    async def write(self, work: Callable[[Store], _Result]) -> _Result:
        """What `work` says, having changed the store. Raises NotStored, also where that is slow.

        Who is cancelled meanwhile does not undo it.
        """
        return await self._in_time("write", work)

    async def _in_time(self, kind: _Kind, work: Callable[[Store], _Result]) -> _Result:
        if self._waiting >= MOST_WAITING:
            raise NotStored("the disk does not come along")
        self._waiting += 1
        working = asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)
        working.add_done_callback(self._done)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await asyncio.shield(working)
        except TimeoutError as error:
            why = f"the disk has taken more than {ANSWER_SECONDS:g} s"
            raise self._failed(kind, why) from error
        except _FAILURES as error:
            raise self._failed(kind, in_words(error)) from error
        if self._faults.pop(kind, None) is not None:
            logger.warning("of what channels are told, a %s does not fail any more", kind)
        return found

    def _done(self, working: "asyncio.Future[Any]") -> None:
        self._waiting -= 1
        if not working.cancelled():
            working.exception()  # Perhaps nobody waits for it any more.

    def _failed(self, kind: _Kind, reason: str) -> NotStored:
        if kind not in self._faults:
            logger.warning("of what channels are told, a %s fails: %s", kind, reason)
        self._faults[kind] = reason
        return NotStored(reason)

    def _do(self, work: Callable[[Store], _Result]) -> _Result:
        try:
            return work(self._opened())
        except Damaged as error:
            self._put_aside(error)
            raise
        except _FAILURES:
            self._close()  # Nobody knows what of it is on disk: it is read anew.
            raise

    def _opened(self) -> Store:
        if self._store is None:
            try:
                self._store = Store(self._path, self._tells_taken)
            except Damaged as error:
                self._put_aside(error)
                self._store = Store(self._path, self._tells_taken)
        return self._store

    def _put_aside(self, damage: Damaged) -> None:
        self._close()
        aside = put_aside(self._path).name
        logger.warning("what channels were told is damaged (%s): kept as %s", damage, aside)
        self.lost += 1

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(apsw.Error):
                store.close()

    async def close(self) -> None:
        """Let the file go."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        await asyncio.to_thread(self._thread.shutdown)
