"""Somebody is called to a station: what is remembered of that, and for how long."""

from typing import Final

from msgspec import Struct

LASTS_MS: Final = 900_000
"""Who has not come within a quarter of an hour was needed then; nobody looks at a call that
never goes out."""


class Summons(Struct, frozen=True, gc=False):
    """Somebody is called to a station, and nobody has said yet that he comes."""

    station: str
    called_at: int
    """Wall-clock milliseconds since the epoch."""
    until: int
    """The tick at which it ends by itself."""
    by: str | None
    """Who called, where that is a person or a person's device."""
