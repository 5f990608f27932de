"""Who is there, who covers for whom: from when each was last heard. Pure; seconds are monotonic."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from appliance.screens.registry import Adopted
from appliance.screens_now import ScreenState

AWAY_SECONDS: Final = 5.0
"""Without a word, which comes every two seconds."""
BEHIND_SECONDS: Final = 5.0
"""So long a screen may take to show what is new."""


class Pulse(NamedTuple):
    """What is known of a screen."""

    heard: float | None
    """When it last said something, or answered; None: never since the start."""
    behind_since: float | None
    """Since when it does not show the newest; None while it does."""
    trouble: str = ""
    """In words, what it last failed with."""


class Standing(NamedTuple):
    """How a screen is, and what follows."""

    state: ScreenState
    why: str
    covers: tuple[str, ...]
    covered_by: str | None


class Assessment(NamedTuple):
    """Of all of them."""

    standings: Mapping[str, Standing]
    """By id."""
    unseen: frozenset[str]
    """See `ScreensNow.unseen`."""


def assess(
    screens: Sequence[Adopted],
    pulses: Mapping[str, Pulse],
    stations: Collection[str],
    *,
    started: float,
    now: float,
) -> Assessment:
    """How all of them are at this moment.

    A screen that was away for longer than its patience is shown on its backup, or on the backup
    of that where it is away as well, never in a circle; unless another live screen is for the
    same station. `stations`: all that there are. `started`: when the appliance began to listen:
    nobody is away before that.
    """
    raise NotImplementedError
