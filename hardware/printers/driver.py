"""A printer that comes and goes: its state in words, and what became of each job."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, NoReturn

from hardware.printers.models import Model
from hardware.printers.transport import Transport


class Condition(StrEnum):
    """What a printer is like, as a person would say it."""

    READY = "ready"
    PAPER_LOW = "paper low"
    OUT_OF_PAPER = "out of paper"
    COVER_OPEN = "cover open"
    OFFLINE = "offline"
    """Unplugged, switched off, or it gives no answer, or takes nothing."""
    OVERHEATED = "overheated"
    FAILED = "failed"
    """Its cutter is jammed, or it says that it needs repair."""


class State(NamedTuple):
    """The condition of a printer, and for people why."""

    condition: Condition
    words: str

    @property
    def prints(self) -> bool:
        """Whether a job can be given to it."""
        return self.condition in (Condition.READY, Condition.PAPER_LOW)


class Outcome(StrEnum):
    """What became of a job."""

    NOT_SENT = "not sent"
    """Nothing of it reached the printer: it may be tried again, anywhere, without a mark."""
    SENT = "sent"
    """The printer took all of it, and is one that cannot tell more."""
    CONFIRMED = "confirmed"
    """The printer says that it is on paper."""
    DOUBTFUL = "doubtful"
    """All or some of it may be on paper."""


class Printer:
    """One printer, from when it is run until that is cancelled, however often it goes."""

    def __init__(
        self,
        name: str,
        transport: Transport,
        model: Model,
        changed: Callable[[State], None] = lambda _state: None,
    ) -> None:
        """`changed` gets each new state, on the event loop. Nothing is opened yet."""
        self.name = name
        self.model = model
        self.state = State(Condition.OFFLINE, "not opened yet")
        self._transport = transport
        self._changed = changed

    async def run(self) -> NoReturn:
        """Keep hold of it and ask how it is, until cancelled. That it is away ends nothing."""
        raise NotImplementedError

    async def print(self, job: int, data: bytes) -> Outcome:
        """Print the bytes of a job, one job at a time; ends in a bounded time.

        A job that was cancelled counts as DOUBTFUL, or as NOT_SENT where `print` had not begun.
        """
        raise NotImplementedError
