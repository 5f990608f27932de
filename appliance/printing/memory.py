"""What a spool holds, in memory: chits on their way, what is on paper, what is not on disk yet."""

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal

from appliance.kitchen.ticket import Moment
from appliance.log import Position
from appliance.printing.jobs import ENDED, WAITING, Job, State
from appliance.printing.store import Changes, Kept, Known, PaperKey
from appliance.printing.wanted import OnPaper

MOST_WAITING: Final = 1_000
"""Chits of one printer that are not on paper: hours of a printer that nobody mends. Of more the
oldest are dropped: nobody cooks by them any more."""
ENDED_KEPT: Final = 200
"""Jobs of one printer that are over: what somebody may want to look up."""
KEPT_MS: Final = 24 * 3_600_000
"""So long anything is kept, printed or not: chits name guests."""

Group = Literal["waiting", "asking", "sending", "ended"]


class Memory:
    """Of one spool."""

    def __init__(self, touched: Callable[[], None]) -> None:
        """`touched` is called when something is other than on disk."""
        self._touch = touched
        self._kept = Kept()
        self._groups: dict[tuple[str, Group], list[int]] = {}
        self._changes = Changes()

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

    def outdated(self, now: Moment) -> list[Job]:
        """The jobs that were made KEPT_MS ago, and no printer is at."""
        return [
            job
            for job in self._kept.jobs.values()
            if now.since(job.made_tick) > KEPT_MS and job.state != "sending"
        ]

    def forget(self, jobs: Iterable[Job]) -> None:
        """Keep nothing of these."""
        for job in jobs:
            if job.id in self._kept.jobs:
                self._remove(job.id)
                self._touch()

    # ── to disk and from it ──────────────────────────────────────────────────────────

    def take(self, kept: Kept) -> None:
        """Hold what was on disk."""
        self._kept = kept
        for job in kept.jobs.values():
            insort(self._group(job), job.id)

    def take_changes(self) -> Changes:
        """What is other than on disk, to be written now; what comes is the next one's."""
        changes, self._changes = self._changes, Changes()
        changes.position, changes.next_job = self._kept.position, self._kept.next_job
        return changes

    def copy(self) -> Kept:
        """All of it, for a thread."""
        kept = self._kept
        return Kept(kept.position, kept.next_job, {**kept.jobs}, {**kept.papers}, {**kept.printers})


_TO_GO: Final[tuple[Group, ...]] = ("waiting", "asking")


def _group_of(state: State) -> Group:
    if state in WAITING:
        return "waiting"
    if state == "asks":
        return "asking"
    return "sending" if state == "sending" else "ended"
