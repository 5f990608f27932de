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
from typing import Final, TypeVar

import apsw

from appliance.channels.store import NAME, Store
from appliance.log import NotStored
from appliance.sqlite_file import Damaged, in_words, put_aside

logger = logging.getLogger(__name__)

_FAILURES: Final = (OSError, apsw.Error, Damaged)
_Result = TypeVar("_Result")


class Books:
    """Of one data directory."""

    def __init__(self, directory: Path, accepts: Callable[[str], bool]) -> None:
        """Opens nothing yet. `accepts`: see `Store`."""
        self._path = directory / NAME
        self._accepts = accepts
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="channels")
        self._store: Store | None = None
        self.fault: str | None = None
        """Why nothing can be stored; None while it can."""

    async def ask(self, work: Callable[[Store], _Result]) -> _Result:
        """What `work` makes of the store. Raises NotStored, also where nothing can be read.

        Who is cancelled meanwhile does not undo it.
        """
        loop = asyncio.get_running_loop()
        try:
            found = await asyncio.shield(loop.run_in_executor(self._thread, self._do, work))
        except _FAILURES as error:
            reason = in_words(error)
            if self.fault is None:
                logger.warning("what the channel is told cannot be stored: %s", error)
            self.fault = reason
            raise NotStored(reason) from error
        if self.fault is not None:
            logger.warning("what the channel is told is stored again")
            self.fault = None
        return found

    def _do(self, work: Callable[[Store], _Result]) -> _Result:
        try:
            return work(self._opened())
        except _FAILURES:
            self._close()  # Nobody knows what of it is on disk: it is read anew.
            raise

    def _opened(self) -> Store:
        if self._store is None:
            try:
                self._store = Store(self._path, self._accepts)
            except Damaged as error:
                aside = put_aside(self._path).name
                logger.warning("what the channel was told is damaged (%s): see %s", error, aside)
                self._store = Store(self._path, self._accepts)
        return self._store

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(apsw.Error):
                store.close()

    async def close(self) -> None:
        """Let the file go."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        await asyncio.to_thread(self._thread.shutdown)
