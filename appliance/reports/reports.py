"""Answers what a manager asks: how a day was, or days, which tickets were slow, who did what."""

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from appliance.feed import Feed
from appliance.indexing import Follower
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Guest, called
from appliance.kitchen.promise import late_after
from appliance.log import Log
from appliance.reports.counting import Day, LateAfter, Past, count_days
from appliance.reports.days import Span, day_of, hours_of, span_of
from appliance.reports.deeds import Deed, DeedFilter
from appliance.reports.index import MOST, Index, Served

AT_ONCE: Final = 1_000
"""Tickets or deeds that are read in one go where all are wanted: a few milliseconds."""

_decode_guest = msgspec.json.Decoder(Guest).decode


class Reports(Follower[Index]):
    """The past of a kitchen, as far as the index has come. Every question raises Behind."""

    def __init__(
        self,
        log: Log,
        feed: Feed,
        directory: Path,
        kitchen: Callable[[], Kitchen],
        zone: tzinfo,
    ) -> None:
        """The index is kept in `directory`. `kitchen` gives the one there is."""
        super().__init__(log, feed, directory, Index)
        self._kitchen = kitchen
        self.zone = zone

    def day_of(self, at: int) -> date:
        """The kitchen's day that a moment belongs to."""
        return day_of(at, self._closes, self.zone)

    def span_of(self, day: date, until: date | None = None) -> Span:
        """From the begin of a day to its end, or to that of another."""
        begins, ends = span_of(day, self._closes, self.zone)
        return Span(begins, ends if until is None else span_of(until, self._closes, self.zone).ends)

    def hours_of(self, day: date) -> list[Span]:
        """The hours of a day."""
        return hours_of(self.span_of(day), self.zone)

    @property
    def _closes(self) -> int | None:
        return self._kitchen().settings.day_closes

    def late_after(self) -> LateAfter:
        """When tickets are late, by what is in force now: one yardstick for all days."""
        kitchen = self._kitchen()
        stations, settings = kitchen.router.stations, kitchen.settings

        @lru_cache
        def after(station: str, mode: str | None) -> tuple[int, int]:
            return late_after(station, mode, stations.get(station), settings)

        return after

    # ── asked ────────────────────────────────────────────────────────────────────────

    async def day(self, day: date) -> Day:
        """That day, hour by hour."""
        span = self.span_of(day)
        hours, passes = self.hours_of(day), self._kitchen().router.passes
        after = self.late_after()

        def count(index: Index) -> Day:
            (counted,) = count_days(_past(index, span), [(day, span)], passes, after, hours)
            return counted

        return await self._ask(count, self._feed.head)

    async def days(self, first: date, last: date) -> list[Day]:
        """Each day from the first to the last, without its hours."""
        dates = [first + timedelta(days=place) for place in range((last - first).days + 1)]
        days = [(each, self.span_of(each)) for each in dates]
        passes, after = self._kitchen().router.passes, self.late_after()
        span = Span(days[0][1].begins, days[-1][1].ends)
        return await self._ask(
            lambda index: count_days(_past(index, span), days, passes, after), self._feed.head
        )

    async def slowest(self, span: Span, station: str | None, limit: int) -> list[Served]:
        """The finished tickets of that time that took longest, the longest first.

        Of one station, or else of all that cook.
        """
        passes = self._kitchen().router.passes

        def find(index: Index) -> list[Served]:
            rows = [
                row
                for row in index.served(span, None, MOST)
                if row.took is not None
                and (row.station not in passes if station is None else row.station == station)
            ]
            return sorted(rows, key=lambda row: row.took or 0, reverse=True)[:limit]

        return await self._ask(find, self._feed.head)

    async def deeds(self, wanted: DeedFilter, below: tuple[int, int], limit: int) -> list[Deed]:
        """Up to `limit` of what was done, the newest first, below a time and a number."""
        return await self._ask(lambda index: index.deeds(wanted, below, limit), self._feed.head)

    async def named(self, rows: list[Served] | list[Deed]) -> list[str | None]:
        """What the order of each is called. Raises Unreadable where the log cannot be read."""
        numbers = {row.number for row in rows if row.number is not None}
        guests = await self._log.guests(sorted(numbers))
        names = {number: _decode_guest(guest).name for number, guest in guests.items()}
        return [
            called(names.get(row.number or 0), row.origin_source, row.check_number) for row in rows
        ]

    async def every_ticket(self, span: Span) -> AsyncIterator[list[Served]]:
        """All tickets of that time, the oldest first, a piece at a time."""
        last: Served | None = None
        while True:
            rows = await self._served(span, last)
            if not rows:
                return
            yield rows
            last = rows[-1]

    async def _served(self, span: Span, after: Served | None) -> list[Served]:
        return await self._ask(lambda index: index.served(span, after, AT_ONCE), self._feed.head)

    async def every_deed(self, wanted: DeedFilter) -> AsyncIterator[list[Deed]]:
        """All that was done, the newest first, a piece at a time."""
        below = (MOST, 0)
        while rows := await self.deeds(wanted, below, AT_ONCE):
            yield rows
            below = rows[-1].at, rows[-1].seq


def _past(index: Index, span: Span) -> Past:
    return Past(index.served(span, None, MOST), index.whole(span), index.recalls(span))
