"""What one of the two did not take of the other, and never will."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

REFUSALS_KEPT: Final = 1_000
"""Of an account."""
REFUSALS_MS: Final = 24 * 3_600_000
"""For so long somebody is told."""


class Refusal(Struct, frozen=True):
    """One of them."""

    at: int
    """By the wall clock, milliseconds."""
    why: str


def recent(refusals: Iterable[Refusal], now: int) -> list[Refusal]:
    """Those of which somebody is told."""
    return [each for each in refusals if now - each.at < REFUSALS_MS]
