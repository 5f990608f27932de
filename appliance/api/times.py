"""Times as the API writes them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, overload

from msgspec import Meta

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""ISO 8601 UTC, with `Z`."""


@overload
def iso(milliseconds: int) -> str: ...
@overload
def iso(milliseconds: None) -> None: ...
def iso(milliseconds: int | None) -> str | None:
    """ISO 8601 UTC to the second, as the seed writes it."""
    return None if milliseconds is None else _iso(milliseconds // 1000)


@lru_cache(1_024)  # A board's tickets share their moments, and are shown again and again.
def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
