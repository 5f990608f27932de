"""What the kitchen did: a day hour by hour, days side by side, slow tickets, and who did what."""

import contextlib
import re
from collections.abc import Iterator
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from appliance.api.auth import MANAGERS
from appliance.api.errors import invalid, still_indexing
from appliance.api.operation import Answer, Call, Operation
from appliance.api.report_json import (
    DayFiguresJson,
    DayJson,
    DeedJson,
    ServedJson,
    day_figures_json,
    deed_json,
    hour_json,
    served_json,
)
from appliance.api.report_query import (
    MAX_DAYS,
    DayQuery,
    DaysQuery,
    DeedsQuery,
    day_asked,
    days_asked,
    deeds_asked,
)
from appliance.expeditor import Expeditor
from appliance.indexing import Behind
from appliance.kitchen.routing import Station
from appliance.reports import MOST, Action, Deed, DeedFilter, Reports, Served, Span

NEXT_CURSOR: Final = "X-Next-Cursor"
LISTED: Final = 50
"""Voids and recalls that a day tells of: a bad night has a few."""
_CURSOR: Final = re.compile(r"(-?\d{1,18})\.(\d{1,18})", re.ASCII)


class SlowestQuery(DayQuery, forbid_unknown_fields=True):
    """Which tickets, and how many of them."""

    hour: Annotated[
        Annotated[int, Meta(ge=0, le=25)] | UnsetType,
        Meta(description="the place of one in the day's `hours`"),
    ] = UNSET
    station_id: Annotated[
        str | None, Meta(description="leave it out for all stations that cook")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 20


class AuditQuery(DeedsQuery, forbid_unknown_fields=True):
    """Which deeds, and how many of them."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: Annotated[
        str | None, Meta(description=f"of the page before, from its {NEXT_CURSOR} header")
    ] = None


class ReportResource:
    """The operations, for one appliance."""

    def __init__(self, expeditor: Expeditor, reports: Reports) -> None:
        self._expeditor = expeditor
        self._reports = reports

    def operations(self) -> list[Operation]:
        """A day, days, slow tickets, deeds: for managers who are kept to no station."""
        return [
            Operation(
                "GET",
                "/reports/day",
                self.day,
                MANAGERS,
                DayJson,
                query=DayQuery,
                errors=(400, 503),
                everywhere=True,
            ),
            Operation(
                "GET",
                "/reports/days",
                self.days,
                MANAGERS,
                list[DayFiguresJson],
                query=DaysQuery,
                errors=(400, 503),
                everywhere=True,
            ),
            Operation(
                "GET",
                "/reports/slowest",
                self.slowest,
                MANAGERS,
                list[ServedJson],
                query=SlowestQuery,
                errors=(400, 503),
                everywhere=True,
            ),
            Operation(
                "GET",
                "/reports/audit",
                self.audit,
                MANAGERS,
                list[DeedJson],
                query=AuditQuery,
                errors=(400, 503),
                headers={NEXT_CURSOR: "there is more: the `cursor` of the next page"},
                everywhere=True,
            ),
        ]

    async def day(self, call: Call) -> DayJson:
        """A day of the kitchen, from closing time to closing time, hour by hour.

        A ticket is of the hour in which it was fired, or else came. Late is what took longer
        than the thresholds that are in force now, so that days can be compared; with a pick-up
        time, what was finished after that.
        """
        now = self._expeditor.now().at
        asked = day_asked(call.query, self._reports, now)
        late_after = self._reports.late_after()
        with _unless_behind():
            day = await self._reports.day(asked.first)
            voids = await self._newest(asked.span, ("voided", "cancelled"))
            recalls = await self._newest(asked.span, ("recalled",))
        told = day_figures_json(day, self._station, late_after)
        return DayJson(
            told.date,
            told.begins,
            told.ends,
            told.orders,
            told.total,
            told.stations,
            time_zone=str(self._reports.zone),
            today=self._reports.day_of(now),
            late_after_seconds=self._expeditor.kitchen.settings.late_after // 1000,
            hours=[hour_json(hour) for hour in day.hours],
            longest=await self._tickets(day.longest),
            voids=await self._deeds(voids),
            recalls=await self._deeds(recalls),
        )

    async def days(self, call: Call) -> list[DayFiguresJson]:
        """Days of the kitchen side by side, the oldest first."""
        asked = days_asked(call.query, self._reports, self._expeditor.now().at, at_most=MAX_DAYS)
        late_after = self._reports.late_after()
        with _unless_behind():
            days = await self._reports.days(asked.first, asked.last)
        return [day_figures_json(day, self._station, late_after) for day in days]

    async def slowest(self, call: Call) -> list[ServedJson]:
        """The tickets of a day, or of one of its hours, that took longest."""
        asked = day_asked(call.query, self._reports, self._expeditor.now().at)
        span = asked.span
        if call.query.hour is not UNSET:
            hours = self._reports.hours_of(asked.first)
            if call.query.hour >= len(hours):
                raise invalid("hour", f"that day has {len(hours)} hours")
            span = hours[call.query.hour]
        with _unless_behind():
            rows = await self._reports.slowest(span, call.query.station_id, call.query.limit)
        return await self._tickets(rows)

    async def audit(self, call: Call) -> Answer:
        """Who did what, the newest first: by hand at tickets, and by programs over HTTP.

        What is done at the command line is not in it.
        """
        query: AuditQuery = call.query
        wanted = deeds_asked(query, self._reports, self._expeditor.now().at)
        below = (MOST, 0) if query.cursor is None else _place(query.cursor)
        with _unless_behind():
            deeds = await self._reports.deeds(wanted, below, query.limit + 1)
        page = deeds[: query.limit]
        more = {NEXT_CURSOR: f"{page[-1].at}.{page[-1].seq}"} if len(deeds) > len(page) else {}
        return Answer(await self._deeds(page), more)

    async def _newest(self, span: Span, actions: tuple[Action, ...]) -> list[Deed]:
        return await self._reports.deeds(DeedFilter(span, actions=actions), (MOST, 0), LISTED)

    async def _tickets(self, rows: list[Served]) -> list[ServedJson]:
        references = await self._reports.named(rows)
        after = self._reports.late_after()
        return [served_json(*each, after) for each in zip(rows, references, strict=True)]

    async def _deeds(self, deeds: list[Deed]) -> list[DeedJson]:
        references = await self._reports.named(deeds)
        return [deed_json(*each) for each in zip(deeds, references, strict=True)]

    def _station(self, station_id: str) -> Station | None:
        return self._expeditor.kitchen.router.stations.get(station_id)


@contextlib.contextmanager
def _unless_behind() -> Iterator[None]:
    """Raises ApiError 503 while what is asked for is still being indexed."""
    try:
        yield
    except Behind as behind:
        raise still_indexing(behind) from behind


def _place(cursor: str) -> tuple[int, int]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise invalid("cursor", f"take it from the {NEXT_CURSOR} header")
    return int(found[1]), int(found[2])
