"""Where a chit comes out, and which one is next: of what is so at this moment, and nothing else.

No chit is ever moved: where it is to come out follows from how the printers are. So what its
fallback has not begun with comes out of the printer itself again as soon as that is back.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from appliance.kitchen.ticket import Moment
from appliance.printing.jobs import Job
from appliance.printing.spool import Spool


class Standing(NamedTuple):
    """How a printer stands."""

    prints: bool
    given_up: bool
    """It has been away for longer than its patience."""
    fallback: str | None
    age_limit: int
    """Milliseconds, after which what is for it asks."""


class Step(NamedTuple):
    """What a printer does next."""

    ask: list[Job]
    """These are too old by now."""
    job: Job | None
    """The one to print; None: there is nothing for it to do."""


def comes_out_at(printer: str, standings: Mapping[str, Standing]) -> str | None:
    """The printer that what is for this one comes out of; None: of none, until one is back.

    The first that is not given up: itself, its fallback, the fallback of that. One that is away
    and not given up yet is waited for.
    """
    seen = set[str]()
    at: str | None = printer
    while at is not None and at not in seen:
        if not standings[at].given_up:
            return at
        seen.add(at)
        at = standings[at].fallback
    return None


def next_at(printer: str, standings: Mapping[str, Standing], spool: Spool, now: Moment) -> Step:
    """What a printer does next: of all that is to come out of it, what was made first."""
    ask = list[Job]()
    first: Job | None = None
    if standings[printer].prints:
        for for_ in standings:
            if comes_out_at(for_, standings) != printer:
                continue
            for job in _candidates(for_, printer, spool):
                if job.too_old(standings[for_].age_limit, now):
                    ask.append(job)
                    continue
                if first is None or job.id < first.id:
                    first = job
                break
    return Step(ask, first)


def _candidates(for_: str, at: str, spool: Spool) -> Iterator[Job]:
    for id_ in spool.ids(for_, "waiting"):
        job = spool.jobs[id_]
        # A test page tells of the printer that it comes out of.
        if for_ == at or job.chit.kind != "test":
            yield job
