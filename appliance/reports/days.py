"""The kitchen's days and hours: from closing time to closing time, on the clocks of its zone.

A day on which clocks are changed has 23 or 25 hours.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

_HOUR_MINUTES: Final = 60
_MINUTE_MS: Final = 60_000


class Span(NamedTuple):
    """From a moment up to another, which is not part of it: milliseconds since the epoch."""

    begins: int
    ends: int


def day_of(at: int, closes: int | None, zone: tzinfo) -> date:
    """The kitchen's day that a moment belongs to.

    `closes`: when the day does, minutes after midnight; None for midnight. Before it, it is
    still the evening of the day before.
    """
    local = datetime.fromtimestamp(at / 1000, zone)
    today = local.date()
    return today if at >= _begin(today, closes, zone) else today - timedelta(days=1)


def span_of(day: date, closes: int | None, zone: tzinfo) -> Span:
    """When that day began and ended. Raises OverflowError where the calendar does."""
    return Span(_begin(day, closes, zone), _begin(day + timedelta(days=1), closes, zone))


def _begin(day: date, closes: int | None, zone: tzinfo) -> int:
    hour, minute = divmod(closes or 0, 60)
    local = datetime.combine(day, time(hour, minute), zone)
    # A time that clocks skip is told of both sides: what UTC says of it comes once.
    return int(local.astimezone(UTC).timestamp()) * 1000


def hours_of(span: Span, zone: tzinfo) -> list[Span]:
    """The hours of a day, from full hour to full hour; the first and last may be shorter."""
    hours: list[Span] = []
    begins = span.begins
    while begins < span.ends:
        minute = datetime.fromtimestamp(begins / 1000, zone).minute
        ends = min(begins + (_HOUR_MINUTES - minute) * _MINUTE_MS, span.ends)
        hours.append(Span(begins, ends))
        begins = ends
    return hours


def place_of(at: int, spans: Sequence[Span]) -> int:
    """Which of these, one after the other, a moment is in; the first or last if in none."""
    found = bisect_right(spans, at, key=lambda span: span.begins) - 1
    return max(0, found)
