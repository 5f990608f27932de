"""Times as the API writes them."""

from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic, time
from typing import Annotated, Final, overload

from msgspec import Meta

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""ISO 8601 UTC, with `Z`."""

_FIRST: Final = -62_135_596_800
"""The year 1, in seconds since the epoch, and..."""
_LAST: Final = 253_402_300_799
"""...the end of the year 9999: what ISO 8601 has four digits for."""


@overload
def iso(milliseconds: int) -> str: ...
@overload
def iso(milliseconds: None) -> None: ...
def iso(milliseconds: int | None) -> str | None:
    """ISO 8601 UTC to the second, as the seed writes it.

    What is before the year 1 or after 9999 is written as its beginning, or end: no time that
    somebody has stored keeps a ticket from being shown.
    """
    return None if milliseconds is None else _iso(milliseconds // 1000)


@lru_cache(1_024)  # A board's tickets share their moments, and are shown again and again.
def _iso(seconds: int) -> str:
    there = datetime.fromtimestamp(max(_FIRST, min(seconds, _LAST)), UTC)
    return there.replace(tzinfo=None).isoformat() + "Z"


def of_monotonic(moment: float) -> str:
    """The wall clock's time of a monotonic moment: one that was set since is right about it."""
    return iso(round((time() - monotonic() + moment) * 1000))
