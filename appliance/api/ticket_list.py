"""What a station has on its board and had on it: its tickets, page by page, and the counts."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final, Literal, NamedTuple

from msgspec import Meta, Struct

from appliance.api.auth import ROLES
from appliance.api.errors import ApiError, invalid, still_indexing
from appliance.api.operation import Answer, Call, Operation
from appliance.api.ticket_json import TicketJson, TicketView
from appliance.expeditor import Expeditor
from appliance.history import History, Place
from appliance.indexing import Behind
from appliance.kitchen.all_day import AllDay
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Ticket, sort_key

NEXT_CURSOR: Final = "X-Next-Cursor"
_START: Final = (-1,)
_PARTS: Final = {0: 4, 1: 3}
"""How many numbers a cursor has, by the first of them: among the live, or the finished."""

_MOST: Final = 2**63 - 1
"""The largest number that can be stored."""

Key = tuple[int, ...]


class _Row(NamedTuple):
    """A ticket of the list."""

    key: Key
    ticket: Ticket
    placed: Placed


class ListQuery(Struct, forbid_unknown_fields=True):
    """Which tickets of a station, and how many of them."""

    status: Annotated[
        Literal["", "completed", "all"],
        Meta(description="leave it out for the live ones"),
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: Annotated[
        str | None, Meta(description=f"of the page before, from its {NEXT_CURSOR} header")
    ] = None


class TicketList:
    """The operations, for one appliance."""

    def __init__(self, expeditor: Expeditor, history: History, view: TicketView) -> None:
        self._expeditor = expeditor
        self._history = history
        self._view = view

    def operations(self) -> Sequence[Operation]:
        """That of the gateway, then our own."""
        return [
            Operation(
                "GET",
                "/stations/{station_id}/tickets",
                self.list,
                ROLES,
                list[TicketJson],
                query=ListQuery,
                errors=(404, 503),
                headers={NEXT_CURSOR: "there is more: the `cursor` of the next page"},
                gateway=True,
            ),
            Operation(
                "GET",
                "/stations/{station_id}/all-day",
                self.all_day,
                ROLES,
                AllDay,
                errors=(404, 503),
            ),
        ]

    async def list(self, call: Call) -> Answer:
        """A page of tickets in the order of the board, then finished ones, newest first.

        Finished ones reach back to the first order: the latest `updated_at` first, of equal
        ones the newer order. What finishes after the wall clock was set back stands where that
        clock puts it. What does not change while a client pages is neither skipped nor listed
        twice. While older tickets are being indexed (after a repair; `details` says how far it
        is), a page that would reach them is answered 503 with `Retry-After`.
        """
        station, query = call.path("station_id"), call.query
        after = _START if query.cursor is None else _key_of(query.cursor)
        kitchen = self._expeditor.kitchen
        live = [] if query.status == "completed" else kitchen.live_tickets(station)
        finished = kitchen.finished_tickets(station) if query.status else []
        known = station in kitchen.router.stations or bool(live or finished)
        rows = [
            _Row(key, ticket, kitchen.placed(ticket.number))
            for ticket in (*live, *finished)
            if (key := _key(ticket)) > after
        ]
        evicted_until = kitchen.evicted_until if query.status else 0
        in_memory, seq = kitchen.numbers_in_memory, self._expeditor.seq
        # What was just read may be newer than the disk.
        await asyncio.shield(self._expeditor.settled())
        newer = sum(row.key < (1, -evicted_until, -_MOST) for row in rows)
        if evicted_until and newer <= query.limit:
            older = await self._older(station, after, query.limit + 1, in_memory, seq)
            known = known or older is not None
            rows = sorted([*rows, *(older or [])], key=lambda row: row.key)
        if not known:
            raise _no_station(station)
        page = rows[: query.limit]
        tickets = [self._view.ticket(row.ticket, row.placed) for row in page]
        more = {NEXT_CURSOR: ".".join(map(str, page[-1].key))} if len(rows) > query.limit else {}
        return Answer(tickets, more)

    def all_day(self, call: Call) -> AllDay:
        """How much of each dish, modifier and component a station has still to make."""
        station, kitchen = call.path("station_id"), self._expeditor.kitchen
        if station not in kitchen.router.stations and not kitchen.live_tickets(station):
            raise _no_station(station)
        return kitchen.all_day(station)

    async def _older(
        self, station: str, after: Key, limit: int, in_memory: frozenset[int], seq: int
    ) -> Sequence[_Row] | None:
        """Finished tickets of orders that were not in memory, as of the event `seq`.

        None where the station never had any. Raises ApiError 503.
        """
        below = Place(-after[1], -after[2]) if after[0] == 1 else Place(_MOST, _MOST)
        try:
            found = await self._history.page(station, below, limit, leave_out=in_memory, upto=seq)
            if not found and not await self._history.knows(station, upto=seq):
                return None
        except Behind as behind:
            raise still_indexing(behind) from behind
        return [_Row(_key(ticket), ticket, placed) for ticket, placed in found]


def _no_station(station: str) -> ApiError:
    return ApiError(404, "NOT_FOUND", f"there is no station {station!r}")


def _key(ticket: Ticket) -> Key:
    """Where a ticket stands among all of a station: what a cursor says."""
    if ticket.live:
        return (0, *sort_key(ticket))
    return (1, -ticket.updated_at, -ticket.number)


def _key_of(cursor: str) -> Key:
    try:
        key = tuple(int(number) for number in cursor.split("."))
    except ValueError:
        key = _START
    if len(key) != _PARTS.get(key[0]) or max(map(abs, key)) > _MOST:
        raise invalid("cursor", f"take it from the {NEXT_CURSOR} header")
    return key
