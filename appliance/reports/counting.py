"""Counts the tickets of a day: by hour and station, how long they took, and how many were late.

Medians and 90th percentiles are exact: of all tickets that are counted, not of averages.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from math import ceil
from statistics import median
from typing import Final

from msgspec import Struct

from appliance.reports.days import Span, place_of
from appliance.reports.index import Served, Whole

LateAfter = Callable[[str, str | None], tuple[int, int]]
"""After how many milliseconds a ticket of a station and a mode is late, and very late."""
LONGEST: Final = 10
"""Tickets: as many as a person looks into."""


class Figures(Struct, frozen=True):
    """Of some tickets. Times are in milliseconds, None where no ticket was finished."""

    tickets: int
    """That came, whatever became of them."""
    items: int | float
    """Of those that were not voided."""
    open: int
    done: int
    median: int | None
    p90: int | None
    longest: int | None
    late: int
    """Of those that are done: the very late ones are among them."""
    very_late: int
    voided: int
    forgotten: int
    recalls: int


class OrderFigures(Struct, frozen=True):
    """Of whole orders: from when the first ticket began to be waited for to the last bump."""

    orders: int
    done: int
    median: int | None
    p90: int | None
    longest: int | None


class Hour(Struct, frozen=True):
    """Of the tickets that came in an hour."""

    span: Span
    finished: int
    """Tickets of the day that were finished in this hour, whenever they came."""
    total: Figures
    stations: dict[str, Figures]


class Day(Struct, frozen=True):
    """A day of the kitchen. The passes are left out but for `stations`: they see all once more."""

    date: date
    span: Span
    orders: OrderFigures
    total: Figures
    hours: list[Hour]
    """None where they were not asked for."""
    stations: dict[str, Figures]
    """By id, the passes among them."""
    longest: list[Served]
    """Of stations that cook, the longest first."""


class Past(Struct, frozen=True):
    """What there is to count, of any time."""

    served: Sequence[Served]
    whole: Sequence[Whole]
    recalls: Sequence[tuple[int, str]]


def is_late(row: Served, late_after: LateAfter) -> tuple[bool, bool]:
    """Whether a finished ticket was late, and very late, by what is in force now.

    One with a pick-up time was both where it was finished after that.
    """
    if row.took is None:
        return False, False
    if row.over is not None:
        return row.over > 0, row.over > 0
    late, very_late = late_after(row.station, row.mode)
    return row.took > late, row.took > very_late


def percentile(took: Sequence[int], percent: int) -> int:
    """Of some times in order: the shortest that is not exceeded by so many of a hundred."""
    return took[ceil(len(took) * percent / 100) - 1]


def figures(rows: Collection[Served], recalls: int, late_after: LateAfter) -> Figures:
    """Of these tickets."""
    took = sorted(row.took for row in rows if row.took is not None)
    late = [is_late(row, late_after) for row in rows]
    return Figures(
        len(rows),
        sum(row.items for row in rows if row.state != "voided"),
        sum(row.state == "open" for row in rows),
        len(took),
        *_of_times(took),
        sum(is_late for is_late, _very in late),
        sum(very for _late, very in late),
        sum(row.state == "voided" for row in rows),
        sum(row.state == "forgotten" for row in rows),
        recalls,
    )


def _of_times(took: Sequence[int]) -> tuple[int | None, int | None, int | None]:
    """The median, the 90th percentile and the longest of some times in order."""
    if not took:
        return None, None, None
    return round(median(took)), percentile(took, 90), took[-1]


def order_figures(whole: Iterable[Whole]) -> OrderFigures:
    """Of these orders."""
    orders = list(whole)
    took = sorted(each.took for each in orders if each.took is not None)
    return OrderFigures(len(orders), len(took), *_of_times(took))


def count_days(
    past: Past,
    days: Sequence[tuple[date, Span]],
    passes: Collection[str],
    late_after: LateAfter,
    hours: Sequence[Span] = (),
) -> list[Day]:
    """Each of these days, one after the other; `hours` are those of the only one."""
    spans = [span for _date, span in days]
    served: list[list[Served]] = [[] for _ in days]
    for row in past.served:
        if row.state != "held":
            served[place_of(row.since, spans)].append(row)
    whole: list[list[Whole]] = [[] for _ in days]
    for each in past.whole:
        whole[place_of(each.since, spans)].append(each)
    recalls: list[list[tuple[int, str]]] = [[] for _ in days]
    for recall in past.recalls:
        recalls[place_of(recall[0], spans)].append(recall)
    return [
        _day(day, Past(served[place], whole[place], recalls[place]), passes, late_after, hours)
        for place, day in enumerate(days)
    ]


def _day(
    day: tuple[date, Span],
    past: Past,
    passes: Collection[str],
    late_after: LateAfter,
    hours: Sequence[Span],
) -> Day:
    made = [row for row in past.served if row.station not in passes]
    recalls = [recall for recall in past.recalls if recall[1] not in passes]
    longest = sorted(
        (row for row in made if row.took is not None), key=lambda row: row.took or 0, reverse=True
    )
    return Day(
        *day,
        order_figures(past.whole),
        figures(made, len(recalls), late_after),
        _hours(hours, made, recalls, late_after) if hours else [],
        _by_station(past.served, past.recalls, late_after),
        longest[:LONGEST],
    )


def _by_station(
    rows: Iterable[Served], recalls: Iterable[tuple[int, str]], late_after: LateAfter
) -> dict[str, Figures]:
    served: dict[str, list[Served]] = defaultdict(list)
    for row in rows:
        served[row.station].append(row)
    recalled: dict[str, int] = defaultdict(int)
    for _at, station in recalls:
        recalled[station] += 1
    return {
        station: figures(served[station], recalled[station], late_after)
        for station in sorted({*served, *recalled})
    }


def _hours(
    hours: Sequence[Span],
    made: Sequence[Served],
    recalls: Sequence[tuple[int, str]],
    late_after: LateAfter,
) -> list[Hour]:
    came: list[list[Served]] = [[] for _ in hours]
    recalled: list[list[tuple[int, str]]] = [[] for _ in hours]
    finished = [0] * len(hours)
    for row in made:
        came[place_of(row.since, hours)].append(row)
        if row.completed_at is not None and row.completed_at < hours[-1].ends:
            finished[place_of(row.completed_at, hours)] += 1
    for recall in recalls:
        recalled[place_of(recall[0], hours)].append(recall)
    return [
        Hour(
            span,
            finished[place],
            figures(came[place], len(recalled[place]), late_after),
            _by_station(came[place], recalled[place], late_after),
        )
        for place, span in enumerate(hours)
    ]
