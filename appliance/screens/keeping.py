"""Keeps on disk what LAN screens have, a moment after it changed.

feeders ─ what is other ▶ Keeping ─ one commit for all of them ▶ Store (a thread of its own)

A disk that fails, or a file that is damaged, is said, and tried again; screens are fed meanwhile.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

import apsw

from appliance.screens.store import NAME, Changes, Kept, Store
from appliance.sqlite_file import Damaged, in_words, put_aside

logger = logging.getLogger(__name__)

GATHER_SECONDS: Final = 0.5
"""That changes wait for more, where nobody waits for them: a card lives as long as its commits."""
WAIT_SECONDS: Final = 1.0
"""That a message waits for the disk at most."""
RETRY_SECONDS: Final = 1.0
"""Between two attempts when the disk fails."""

_FAILURES: Final = (OSError, apsw.Error, Damaged)
_Result = TypeVar("_Result")


class Source(Protocol):
    """Whoever knows what a screen has."""

    def changes(self, *, is_all: bool) -> Changes | None:
        """What is other than at the last call, or all of it; None: it is not known yet."""

    def stored(self, changes: Changes) -> None:
        """That is on disk."""


class Keeping:
    """Of one data directory."""

    def __init__(self, directory: Path, news: Callable[[], None]) -> None:
        """Opens nothing yet. `news` is called when `fault` is other."""
        self._path = directory / NAME
        self._news = news
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="screens")
        self._store: Store | None = None
        self._sources: dict[str, Source] = {}
        self._forgotten: set[str] = set()
        self._new: set[str] = set()
        """Screens of which all that there may be on disk is of another life."""
        self._dirty = asyncio.Event()
        self._urgent = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._is_unsure = False
        """Whether the disk may have something else than the last commit that succeeded."""
        self.fault: str | None = None
        """Why nothing can be stored; None while it can."""
        self.is_lost = False
        """Whether it is not known what was stored."""

    async def open(self) -> Mapping[str, Kept]:
        """What is there, by screen."""
        try:
            return await self._in_thread(self._open)
        except _FAILURES as error:
            self._say(error)
        self.is_lost = self._is_unsure = True
        return {}

    def _open(self) -> Mapping[str, Kept]:
        try:
            self._store = Store(self._path)
            return self._store.load()
        except Damaged as error:
            self._put_aside(error)
            self._store = Store(self._path)
            self.is_lost = True
            return {}

    def _put_aside(self, damage: Damaged) -> None:
        self._close_store()
        aside = put_aside(self._path).name
        logger.error("what screens show is damaged (%s): kept as %s", damage, aside)

    # ── what is kept ─────────────────────────────────────────────────────────────────

    def keep(self, screen: str, source: Source, *, is_new: bool) -> None:
        """What this one knows of a screen from now on. `is_new`: it begins with nothing."""
        self._sources[screen] = source
        if is_new:
            self._new.add(screen)

    def forget(self, screen: str) -> None:
        """Nothing is kept of it from now on."""
        self._sources.pop(screen, None)
        self._new.discard(screen)
        self._forgotten.add(screen)
        self._dirty.set()

    def touch(self) -> None:
        """Something is other than on disk."""
        self._dirty.set()

    async def durable(self) -> None:
        """Wait until what is known now is on disk, but not for a disk that fails."""
        if self.fault is not None:
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._dirty.set()
        self._urgent.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                await waiting

    async def run(self) -> None:
        """Write what becomes other, until cancelled."""
        while True:
            await self._dirty.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GATHER_SECONDS):
                    await self._urgent.wait()
            if not await self._write():
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self) -> bool:
        """Whether all that is known is on disk then."""
        self._dirty.clear()
        self._urgent.clear()
        waiting, self._waiting = self._waiting, []
        was_unsure, self._is_unsure = self._is_unsure, True
        sources = {**self._sources}
        changes = self._changes(is_all=was_unsure)
        forgotten, self._forgotten = self._forgotten, set()
        try:
            if was_unsure:
                await self._in_thread(partial(self._write_all, changes))
            else:
                gone: dict[str, Changes | None] = dict.fromkeys(forgotten)
                await self._in_thread(partial(self._write_these, gone | changes))
        except _FAILURES as error:
            self._say(error)
            self._dirty.set()
            return False
        finally:
            for each in waiting:
                if not each.done():
                    each.set_result(None)
        self._is_unsure = False
        for screen, changed in changes.items():
            # Meanwhile it may have been forgotten, and be another that has the same id.
            if self._sources.get(screen) is sources[screen]:
                self._new.discard(screen)
                sources[screen].stored(changed)
        if self.fault is not None:
            logger.warning("what screens show is stored again")
            self.fault = None
            self._news()
        return True

    def _changes(self, *, is_all: bool) -> dict[str, Changes]:
        known = {
            screen: source.changes(is_all=is_all or screen in self._new)
            for screen, source in self._sources.items()
        }
        return {screen: changed for screen, changed in known.items() if changed is not None}

    def _write_these(self, changes: Mapping[str, Changes | None]) -> None:
        if self._store is None:
            raise apsw.CantOpenError
        self._store.write(changes)

    def _write_all(self, changes: Mapping[str, Changes]) -> None:
        """After a failure nobody knows what is on disk: all is written again."""
        self._close_store()
        try:
            self._store = Store(self._path)
        except Damaged as error:
            self._put_aside(error)
            self._store = Store(self._path)
        self._store.keep_only(changes)

    def _say(self, error: Exception) -> None:
        if self.fault is None:
            logger.error("what screens show cannot be stored: %s", error)
        self.fault = in_words(error)
        self._news()

    async def close(self) -> None:
        """Write what `run` has not, and let the file go. What cannot be written is lost."""
        await self._write()
        await self._in_thread(self._close_store)
        await asyncio.to_thread(self._thread.shutdown)

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(apsw.Error):
                store.close()

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
