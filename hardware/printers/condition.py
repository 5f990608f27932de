"""How a printer is, as a person would say it."""

from enum import StrEnum
from typing import NamedTuple


class Condition(StrEnum):
    """What a printer is like, as a person would say it."""

    READY = "ready"
    PAPER_LOW = "paper low"
    SILENT = "silent"
    """Connected, but its model or the way to it tells nothing: it prints, and is never ready."""
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
        return self.condition in (Condition.READY, Condition.PAPER_LOW, Condition.SILENT)
