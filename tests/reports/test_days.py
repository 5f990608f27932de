"""The kitchen's days: from closing time to closing time, also where clocks are changed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from appliance.reports.days import Span, day_of, hours_of, place_of, span_of

BERLIN = ZoneInfo("Europe/Berlin")
AT_FOUR = 4 * 60
HOUR_MS = 3_600_000


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (date(2026, 7, 1), 24)],
)
def test_a_day_on_which_clocks_are_changed_has_other_hours(day: date, hours: int) -> None:
    """Of a kitchen that closes at four, the night belongs to the day before."""
    span = span_of(day, AT_FOUR, BERLIN)
    found = hours_of(span, BERLIN)
    assert len(found) == hours
    assert all(hour.ends - hour.begins == HOUR_MS for hour in found)
    assert (found[0].begins, found[-1].ends) == span


def test_midnight_closes_where_nothing_else_is_set() -> None:
    span = span_of(date(2026, 10, 25), None, BERLIN)
    assert span == (at("2026-10-25T00:00+02:00"), at("2026-10-26T00:00+01:00"))


def test_a_closing_time_that_clocks_skip_or_show_twice_comes_once_a_day() -> None:
    """Half past two: skipped in March, shown twice in October."""
    for month, days in ((3, range(26, 31)), (10, range(23, 28))):
        spans = [span_of(date(2026, month, day), 150, BERLIN) for day in days]
        assert [span.ends for span in spans[:-1]] == [span.begins for span in spans[1:]]
        for day, span in zip(days, spans, strict=True):
            assert day_of(span.begins, 150, BERLIN) == date(2026, month, day)
            assert day_of(span.ends - 1, 150, BERLIN) == date(2026, month, day)


def test_hours_begin_when_clocks_show_a_full_one() -> None:
    span = span_of(date(2026, 7, 1), 4 * 60 + 30, ZoneInfo("Asia/Kolkata"))
    hours = hours_of(span, ZoneInfo("Asia/Kolkata"))
    assert len(hours) == 25
    assert [hour.ends - hour.begins for hour in (hours[0], hours[1], hours[-1])] == [
        HOUR_MS // 2,
        HOUR_MS,
        HOUR_MS // 2,
    ]
    assert hours[1].begins == at("2026-07-01T05:00+05:30")


def test_what_is_in_no_span_belongs_to_the_nearest() -> None:
    spans = [Span(10, 20), Span(20, 30)]
    assert [place_of(moment, spans) for moment in (0, 10, 19, 20, 29, 99)] == [0, 0, 0, 1, 1, 1]


def test_the_evening_ends_with_the_kitchens_day() -> None:
    assert day_of(at("2026-07-02T03:59+00:00"), AT_FOUR, UTC) == date(2026, 7, 1)
    assert day_of(at("2026-07-02T04:00+00:00"), AT_FOUR, UTC) == date(2026, 7, 2)
