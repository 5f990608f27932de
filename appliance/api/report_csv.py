"""Reports as tables for spreadsheets: CSV, times in seconds, and by the kitchen's clocks.

No guest's name is in them.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Final

from aiohttp import web

from appliance.api.auth import MANAGERS, Authority
from appliance.api.csv_table import CSV, Cell, send
from appliance.api.errors import Handler, still_indexing
from appliance.api.operation import query
from appliance.api.raw import RawOperation
from appliance.api.report_json import seconds
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
from appliance.reports import Deed, Figures, LateAfter, Reports, Served, is_late

ALL: Final = ""
"""In place of a station: all that cook."""
FIGURES: Final = (
    *("tickets", "items", "open", "completed", "median_seconds", "p90_seconds"),
    *("longest_seconds", "late", "very_late", "voided", "forgotten", "recalls"),
)
TICKET: Final = (
    *("order_number", "order_id", "check_number", "mode", "station", "state", "items"),
    *("created_at", "since", "started_at", "completed_at", "seconds", "late", "very_late"),
    "bumped_by",
)
DEED: Final = (
    *("at", "action", "by", "station", "order_number", "order_id", "check_number", "what"),
)

Rows = Iterable[tuple[Cell, ...]]


class ReportTables:
    """The handlers, for one appliance."""

    def __init__(self, expeditor: Expeditor, reports: Reports, authority: Authority) -> None:
        self._expeditor = expeditor
        self._reports = reports
        self._authority = authority

    def operations(self, prefix: str) -> list[RawOperation]:
        """A table for each report."""
        tables: list[tuple[str, Handler, type[DayQuery | DaysQuery]]] = [
            ("day", self.day, DayQuery),
            ("days", self.days, DaysQuery),
            ("tickets", self.tickets, DaysQuery),
            ("audit", self.audit, DeedsQuery),
        ]
        return [
            RawOperation(
                "GET",
                f"{prefix}/reports/{name}.csv",
                handle,
                CSV,
                roles=MANAGERS,
                query=kind,
                errors=(400, 503),
            )
            for name, handle, kind in tables
        ]

    async def day(self, request: web.Request) -> web.StreamResponse:
        """A day as CSV: a line for each hour and station, and one without for all that cook."""
        now = self._allowed(request)
        asked = day_asked(query(request, DayQuery), self._reports, now)

        async def pieces() -> AsyncIterator[Rows]:
            day = await self._reports.day(asked.first)
            for hour in day.hours:
                begins = self._local(hour.span.begins)
                each = {ALL: hour.total, **hour.stations}
                yield [(begins, name, *_figures(found)) for name, found in each.items()]

        header = ("hour", "station", *FIGURES)
        return await _sent(request, f"day-{asked.first}.csv", header, pieces())

    async def days(self, request: web.Request) -> web.StreamResponse:
        """Days as CSV: a line for each day and station, and one without for all that cook."""
        now = self._allowed(request)
        asked = days_asked(query(request, DaysQuery), self._reports, now, at_most=MAX_DAYS)

        async def pieces() -> AsyncIterator[Rows]:
            for day in await self._reports.days(asked.first, asked.last):
                each = {ALL: day.total, **day.stations}
                date = day.date.isoformat()
                yield [(date, name, *_figures(found)) for name, found in each.items()]

        name = f"days-{asked.first}-{asked.last}.csv"
        return await _sent(request, name, ("date", "station", *FIGURES), pieces())

    async def tickets(self, request: web.Request) -> web.StreamResponse:
        """Every ticket of some days as CSV, a line each, the oldest first.

        As many days as are wanted: they are sent as they are read.
        """
        now = self._allowed(request)
        asked = days_asked(query(request, DaysQuery), self._reports, now, at_most=None)
        late_after = self._reports.late_after()

        async def pieces() -> AsyncIterator[Rows]:
            async for rows in self._reports.every_ticket(asked.span):
                yield [self._ticket(row, late_after) for row in rows]

        return await _sent(request, f"tickets-{asked.first}-{asked.last}.csv", TICKET, pieces())

    async def audit(self, request: web.Request) -> web.StreamResponse:
        """Who did what as CSV, a line each, the newest first."""
        now = self._allowed(request)
        wanted = deeds_asked(query(request, DeedsQuery), self._reports, now)

        async def pieces() -> AsyncIterator[Rows]:
            async for deeds in self._reports.every_deed(wanted):
                yield [self._deed(deed) for deed in deeds]

        return await _sent(request, "audit.csv", DEED, pieces())

    def _allowed(self, request: web.Request) -> int:
        """Now. Raises ApiError 401, 403."""
        self._authority.caller(request).require_everywhere(MANAGERS)
        return self._expeditor.now().at

    def _local(self, at: int | None) -> str | None:
        """With the offset from UTC that clocks had then."""
        if at is None:
            return None
        return datetime.fromtimestamp(at // 1000, self._reports.zone).isoformat()

    def _ticket(self, row: Served, late_after: LateAfter) -> tuple[Cell, ...]:
        late, very_late = is_late(row, late_after)
        return (
            row.number,
            row.order_id,
            row.check_number,
            row.mode,
            row.station,
            row.state,
            row.items,
            self._local(row.created_at),
            self._local(row.since),
            self._local(row.started_at),
            self._local(row.completed_at),
            seconds(row.took),
            int(late),
            int(very_late),
            row.bumped_by,
        )

    def _deed(self, deed: Deed) -> tuple[Cell, ...]:
        return (
            self._local(deed.at),
            deed.action,
            deed.by,
            deed.station,
            deed.number,
            deed.order_id,
            deed.check_number,
            deed.what,
        )


async def _sent(
    request: web.Request, name: str, header: tuple[str, ...], pieces: AsyncIterator[Rows]
) -> web.StreamResponse:
    try:
        return await send(request, name, header, pieces)
    except Behind as behind:
        raise still_indexing(behind) from behind


def _figures(figures: Figures) -> tuple[Cell, ...]:
    return (
        figures.tickets,
        figures.items,
        figures.open,
        figures.done,
        seconds(figures.median),
        seconds(figures.p90),
        seconds(figures.longest),
        figures.late,
        figures.very_late,
        figures.voided,
        figures.forgotten,
        figures.recalls,
    )
