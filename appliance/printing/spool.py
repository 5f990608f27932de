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
from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Final, Literal, TypeVar

import apsw

from appliance.log import Position
from appliance.printing.jobs import ENDED, WAITING, Job, State, doubted
from appliance.printing.store import (
    NAME,
    NEVER,
    Changes,
    Damaged,
    Kept,
    Known,
    PaperKey,
    Store,
    forget_aside,
    put_aside,
)
from appliance.printing.wanted import OnPaper

logger = logging.getLogger(__name__)

RETRY_SECONDS: Final = 1.0
"""Between two attempts when the disk fails."""
TURNS: Final = 4
"""Of the loop, that a commit waits for what belongs to it: the chits of an event, and that a
printer begins with them."""
MOST_WAITING: Final = 1_000
"""Chits of one printer that are not on paper: hours of a printer that nobody mends. Of more the
oldest are dropped: nobody cooks by them any more."""
ENDED_KEPT: Final = 200
"""Jobs of one printer that are over: what somebody may want to look up."""
KEPT_MS: Final = 24 * 3_600_000
"""So long anything is kept, printed or not: chits name guests."""

Group = Literal["waiting", "asking", "sending", "ended"]
_Result = TypeVar("_Result")


class Spool:
    """Of one log."""

    def __init__(
        self,
        directory: Path,
        thread: Executor,
        news: Callable[[], None] = lambda: None,
        vfs: str | None = None,
    ) -> None:
        """Opens nothing yet. `thread` has one thread; `news` is called when a job is other."""
        self._path = directory / NAME
        self._thread = thread
        self._news = news
        self._vfs = vfs
        self._store: Store | None = None
        self._kept = Kept()
        self._groups: dict[tuple[str, Group], list[int]] = {}
        self._changes = Changes()
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

    # ── what it holds ────────────────────────────────────────────────────────────────

    @property
    def position(self) -> Position:
        """How far the log was followed."""
        return self._kept.position

    @property
    def papers(self) -> Mapping[PaperKey, OnPaper]:
        """What is on paper, or on its way there."""
        return self._kept.papers

    @property
    def printers(self) -> Mapping[str, Known]:
        """By id."""
        return self._kept.printers

    @property
    def jobs(self) -> Mapping[int, Job]:
        """By id."""
        return self._kept.jobs

    def ids(self, printer: str, group: Group) -> Sequence[int]:
        """Of the jobs for a printer, ascending: in the order in which they were made."""
        return self._groups.get((printer, group), ())

    def count(self, printer: str) -> int:
        """How many jobs for a printer are not over."""
        return sum(len(self.ids(printer, group)) for group in ("waiting", "asking", "sending"))

    # ── what becomes other ───────────────────────────────────────────────────────────

    def follow_to(self, position: Position) -> None:
        """What follows from the log until there is in. Alone, it is durable with the next."""
        self._kept.position = position

    def add(self, make: Callable[[int], Job]) -> Job:
        """Take in a new job, which `make` is given the number for."""
        job = make(self._kept.next_job)
        self._kept.next_job += 1
        self.put(job)
        return job

    def put(self, job: Job) -> None:
        """A job is like this from now on."""
        known = self._kept.jobs.get(job.id)
        if known is not None:
            self._group(known).remove(job.id)
        insort(self._group(job), job.id)
        self._kept.jobs[job.id] = self._changes.jobs[job.id] = job
        if job.state in ENDED:
            for id_ in self.ids(job.printer, "ended")[:-ENDED_KEPT]:
                self._remove(id_)
        self._touch()

    def _remove(self, id_: int) -> None:
        job = self._kept.jobs.pop(id_)
        self._group(job).remove(id_)
        self._changes.jobs[id_] = None

    def _group(self, job: Job) -> list[int]:
        return self._groups.setdefault((job.printer, _group_of(job.state)), [])

    def lay(self, key: PaperKey, paper: OnPaper | None) -> None:
        """This is on paper from now on; None: nothing that anybody has to remember."""
        if self._kept.papers.get(key) == paper:
            return
        if paper is None:
            del self._kept.papers[key]
        else:
            self._kept.papers[key] = paper
        self._changes.papers[key] = paper
        self._touch()

    def join(self, printer: str, since: int) -> None:
        """There is a printer, which prints nothing of the events up to `since`."""
        known = self._kept.printers.get(printer, Known(since))
        self._know(printer, known._replace(since=since))

    def leave_unclean(self, printer: str, *, is_unclean: bool) -> None:
        """Whether a chit may be left half in a printer from now on, also if it all ends here."""
        known = self._kept.printers[printer]
        if known.is_unclean != is_unclean:
            self._know(printer, known._replace(is_unclean=is_unclean))

    def _know(self, printer: str, known: Known) -> None:
        self._kept.printers[printer] = self._changes.printers[printer] = known
        self._touch()

    def leave(self, printer: str) -> None:
        """There is no such printer any more: nothing of it is kept."""
        for id_ in [job.id for job in self._kept.jobs.values() if job.printer == printer]:
            self._remove(id_)
        for key in [key for key in self._kept.papers if key.printer == printer]:
            self.lay(key, None)
        del self._kept.printers[printer]
        self._changes.printers[printer] = None
        self._touch()

    def overfull(self, printer: str) -> Job | None:
        """The oldest job that has to go before the printer has MOST_WAITING; None for none."""
        if self.count(printer) <= MOST_WAITING:
            return None
        oldest = [ids[0] for group in _TO_GO if (ids := self.ids(printer, group))]
        return self._kept.jobs[min(oldest)] if oldest else None

    def outdated(self, tick: int) -> list[Job]:
        """The jobs that were made KEPT_MS ago, and no printer is at."""
        return [
            job
            for job in self._kept.jobs.values()
            if tick - job.made_tick > KEPT_MS and job.state != "sending"
        ]

    def forget(self, jobs: Iterable[Job]) -> None:
        """Keep nothing of these."""
        for job in jobs:
            if job.id in self._kept.jobs:
                self._remove(job.id)
                self._touch()

    def _touch(self) -> None:
        self._dirty.set()
        self._news()

    # ── making it durable ────────────────────────────────────────────────────────────

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
            self._take(await self._in_thread(self._open))
        except (OSError, apsw.Error, Damaged) as error:
            self._say(error)
            return False
        return True

    def _take(self, kept: Kept) -> None:
        self.fault, self._kept, self._position_on_disk = None, kept, kept.position
        for job in kept.jobs.values():
            insort(self._group(job), job.id)
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
        changes, self._changes = self._changes, Changes()
        changes.position, changes.next_job = self._kept.position, self._kept.next_job
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
                await self._in_thread(partial(self._write_all, self._copy()))
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
                await self._in_thread(partial(self._write_all, self._copy()))
            except (OSError, apsw.Error, Damaged) as again:
                error = again
            else:
                logger.warning("chits are stored again")
                self.fault = None
                self._news()
                return

    def _copy(self) -> Kept:
        """What is in memory, for a thread."""
        kept = self._kept
        return Kept(kept.position, kept.next_job, {**kept.jobs}, {**kept.papers}, {**kept.printers})

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
        if self._kept.position != self._position_on_disk:
            self._dirty.set()

    async def close(self) -> None:
        """Commit what `run` has not, and let the file go. What cannot be written is lost."""
        with contextlib.suppress(OSError, apsw.Error, Damaged):
            if self._store is not None:
                kept = self._kept
                await self._in_thread(
                    lambda: self._write_all(kept) if self._is_unsure else self._write_rest()
                )
        await self._in_thread(self._close_store)

    def _write_rest(self) -> None:
        changes = self._changes
        changes.position, changes.next_job = self._kept.position, self._kept.next_job
        self._opened().write(changes)
        self._opened().scrub()

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(apsw.Error):
                store.close()

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


_TO_GO: Final[tuple[Group, ...]] = ("waiting", "asking")


def _group_of(state: State) -> Group:
    if state in WAITING:
        return "waiting"
    if state == "asks":
        return "asking"
    return "sending" if state == "sending" else "ended"


def in_words(error: Exception) -> str:
    """What is wrong with the disk."""
    match error:
        case apsw.FullError():
            return "the disk is full"
        case apsw.ReadOnlyError() | apsw.CantOpenError():
            return "the data directory cannot be written"
        case apsw.IOError():
            return "the disk does not store"
        case _:
            return str(error)
