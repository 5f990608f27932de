"""A job: a chit on its way to paper, or there."""

from typing import Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.ticket import Moment
from appliance.printers import JobJson, JobState
from appliance.printing.chit import Chit

State = Literal["queued", "asks", "sending", "doubtful", "sent", "confirmed", "dropped"]
"""As of `printers.JobState`, and `sending`: bytes of it may be on their way to a printer."""
End = Literal["sent", "confirmed", "dropped"]
WAITING: Final = ("queued", "doubtful")
"""Nobody has to decide, and no printer is at it."""
ENDED: Final[tuple[End, ...]] = get_args(End)

MOST_DOUBTS: Final = 5
"""How often a chit comes out, for all that is known, before it asks: a printer that takes all
and confirms nothing would print the same one for ever."""


class Job(Struct, frozen=True, omit_defaults=True):
    """One chit for one printer."""

    id: int
    """Counted up in the order in which they were made."""
    printer: str
    """That it is for."""
    chit: Chit
    made_at: int
    """Wall clock, milliseconds since the epoch."""
    made_tick: int
    """By the kitchen's own clock."""
    state: State = "queued"
    at: str | None = None
    """The printer that was last at it."""
    doubts: int = 0
    """How often it may have come out, wholly or in part, without anybody knowing."""
    wanted: bool = False
    """Somebody wants it, however old it is."""
    ended_at: int | None = None

    @property
    def reprint(self) -> bool:
        """Whether it may be on paper already."""
        return self.doubts > 0

    def too_old(self, age_limit: int, now: Moment) -> bool:
        """Whether it asks before it is printed now; the limit is in milliseconds."""
        return not self.wanted and now.since(self.made_tick) > age_limit


def doubted(job: Job) -> Job:
    """The job after an attempt of which nobody knows what came out."""
    doubts = job.doubts + 1
    return replace(job, state="asks" if doubts >= MOST_DOUBTS else "doubtful", doubts=doubts)


def ended(job: Job, state: End, now: Moment) -> Job:
    """The job when it is over: who was served, and what they ate, need not be kept for that."""
    chit = job.chit
    kept = Chit(
        chit.kind,
        chit.at,
        number=chit.number,
        order_id=chit.order_id,
        station_id=chit.station_id,
        name=chit.name,
    )
    return replace(job, state=state, chit=kept, ended_at=now.at)


def json_of(job: Job) -> JobJson:
    """As the API has it."""
    state: JobState
    match job.state:
        case "sending":  # Nobody can do anything about it but wait.
            state = "doubtful" if job.reprint else "queued"
        case other:
            state = other
    begun = job.state in ("sending", "sent", "confirmed")
    chit = job.chit
    return JobJson(
        id=job.id,
        printer_id=job.printer,
        at_printer=job.at if begun else None,
        kind=chit.kind,
        state=state,
        order_id=chit.order_id or None,
        name=chit.name,
        station_id=chit.station_id or None,
        made_at=job.made_at,
        ended_at=job.ended_at,
        reprint=job.reprint,
    )
