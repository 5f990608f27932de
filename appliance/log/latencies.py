"""What commits took in the last minutes: one slow one is a card's own business, many are news."""

from collections import deque
from collections.abc import Callable
from statistics import median
from time import monotonic
from typing import Final

from appliance.log import Recent

RECENT_SECONDS: Final = 300.0
KEPT: Final = 1_000
"""Commits: with more than three a second, of a shorter time."""


class Latencies:
    """Of one log."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._taken: deque[tuple[float, float]] = deque(maxlen=KEPT)
        """When, and milliseconds."""

    def add(self, milliseconds: float) -> None:
        """A commit has just ended, which took so long."""
        self._taken.append((self._now(), milliseconds))

    def recent(self) -> Recent | None:
        """Of the last RECENT_SECONDS."""
        since = self._now() - RECENT_SECONDS
        took = [milliseconds for at, milliseconds in self._taken if at >= since]
        return Recent(len(took), median(took), max(took)) if took else None
