"""What reports can be asked for: days of the kitchen, and which deeds."""

from datetime import date, timedelta
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from appliance.api.errors import invalid
from appliance.reports import Action, DeedFilter, Reports, Span

MAX_DAYS: Final = 100
"""A quarter with what it is compared to; each ticket of it is looked at."""
WEEK: Final = 7


Day = Annotated[date | UnsetType, Meta(description="leave it out for the day that it is now")]


class DayQuery(Struct, forbid_unknown_fields=True):
    """Which day."""

    day: Day = msgspec.field(name="date", default=UNSET)


class DaysQuery(Struct, forbid_unknown_fields=True):
    """From which day to which, both of them included."""

    first: Annotated[
        date | UnsetType, Meta(description="leave it out for a week until the last")
    ] = msgspec.field(name="from", default=UNSET)
    last: Day = msgspec.field(name="to", default=UNSET)


class DeedsQuery(DaysQuery, forbid_unknown_fields=True):
    """Which deeds, of which days."""

    by: Annotated[str | None, Meta(description="whose, as `by` tells it")] = None
    station_id: str | None = None
    action: Action | UnsetType = UNSET
    order: Annotated[str | None, Meta(description="its id, or the number of its check")] = None


class Days(NamedTuple):
    """Days of the kitchen, one after the other."""

    first: date
    last: date
    span: Span


def day_asked(query: DayQuery, reports: Reports, at: int) -> Days:
    """The day that is asked for. Raises ApiError 400."""
    day = reports.day_of(at) if query.day is UNSET else query.day
    return Days(day, day, _span(reports, day, day, "date"))


def days_asked(query: DaysQuery, reports: Reports, at: int, *, at_most: int | None) -> Days:
    """The days that are asked for. Raises ApiError 400."""
    last = reports.day_of(at) if query.last is UNSET else query.last
    try:
        first = last - timedelta(days=WEEK - 1) if query.first is UNSET else query.first
    except OverflowError as error:
        raise invalid("to", "there is no such week") from error
    if first > last:
        raise invalid("to", f"it is before the first day, {first}")
    if at_most is not None and (last - first).days >= at_most:
        raise invalid("from", f"at most {at_most} days at once, and these are more")
    return Days(first, last, _span(reports, first, last, "from"))


def deeds_asked(query: DeedsQuery, reports: Reports, at: int) -> DeedFilter:
    """The deeds that are asked for. Raises ApiError 400."""
    return DeedFilter(
        days_asked(query, reports, at, at_most=None).span,
        query.station_id,
        query.by,
        None if query.action is UNSET else (query.action,),
        query.order,
    )


def _span(reports: Reports, first: date, last: date, field: str) -> Span:
    try:
        return reports.span_of(first, last)
    except (OverflowError, ValueError) as error:
        raise invalid(field, "the calendar ends before that") from error
