"""Tickets of a station: the list, and what a cook does to one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from appliance.api.auth import KITCHEN, MANAGERS, ROLES
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.operation import Answer, Call, Operation
from appliance.api.ticket_json import TicketJson, TicketView
from appliance.expeditor import Expeditor
from appliance.kitchen.all_day import AllDay
from appliance.kitchen.command import (
    ActOnTicket,
    Command,
    FireCourse,
    MarkLine,
    Refused,
    SetPriority,
    TicketsNow,
)
from appliance.kitchen.ticket import Action, Priority, Ticket, sort_key

NEXT_CURSOR: Final = "X-Next-Cursor"
_TICKET: Final = "/stations/{station_id}/orders/{order_id}/ticket"
_ACTIONS: Final[tuple[Action, ...]] = ("start", "ready", "bump", "recall", "void")
_START: Final = (-1,)

Key = tuple[int, ...]


class ListQuery(Struct):
    """Which tickets of a station, and how many of them."""

    status: Annotated[
        Literal["", "completed", "all"],
        Meta(description="leave it out for the live ones"),
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: Annotated[
        str | None, Meta(description=f"of the page before, from its {NEXT_CURSOR} header")
    ] = None


class PriorityBody(Struct, forbid_unknown_fields=True):
    """Where in the queue a ticket is to be."""

    priority: Priority


class FireBody(Struct, forbid_unknown_fields=True):
    """Every held line of the order whose course is at or below this one is fired."""

    order_id: str
    course_number: int


class Tickets:
    """The operations, for one appliance."""

    def __init__(self, expeditor: Expeditor, view: TicketView) -> None:
        self._expeditor = expeditor
        self._view = view

    def operations(self) -> list[Operation]:
        """Those of the gateway, then our own."""
        line = _TICKET + "/items/{line_id}"
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
            *(
                Operation(
                    "POST",
                    f"{_TICKET}/{action}",
                    self._acting(action),
                    MANAGERS if action == "void" else KITCHEN,
                    TicketJson,
                    errors=(404, 409, 503),
                    gateway=True,
                )
                for action in _ACTIONS
            ),
            Operation(
                "POST",
                f"{_TICKET}/priority",
                self.prioritize,
                KITCHEN,
                TicketJson,
                body=PriorityBody,
                errors=(404, 409, 503),
                gateway=True,
            ),
            *(
                Operation(
                    "POST",
                    f"{line}/{mark}",
                    self._marking(done=mark == "done"),
                    KITCHEN,
                    TicketJson,
                    errors=(404, 409, 503),
                )
                for mark in ("done", "undone")
            ),
            Operation(
                "GET",
                "/stations/{station_id}/all-day",
                self.all_day,
                KITCHEN,
                AllDay,
                errors=(404, 503),
            ),
            Operation(
                "POST",
                "/courses/fire",
                self.fire,
                KITCHEN,
                list[TicketJson],
                body=FireBody,
                errors=(404, 503),
            ),
        ]

    async def list(self, call: Call) -> Answer:
        """A page of tickets in the order of the board, then finished ones, newest first."""
        station, query = call.path("station_id"), call.query
        kitchen = self._expeditor.kitchen
        live = [] if query.status == "completed" else kitchen.live_tickets(station)
        finished = kitchen.finished_tickets(station) if query.status else []
        if station not in kitchen.router.stations and not (live or finished):
            raise _no_station(station)
        after = _START if query.cursor is None else _key_of(query.cursor)
        rows = [(key, t) for t in (*live, *finished) if (key := _key(t)) > after]
        page = rows[: query.limit]
        tickets = [self._view.ticket(t, kitchen.placed(t.number)) for _key, t in page]
        # What was just read may be newer than the disk.
        await asyncio.shield(self._expeditor.settled())
        more = {NEXT_CURSOR: ".".join(map(str, page[-1][0]))} if len(rows) > query.limit else {}
        return Answer(tickets, more)

    async def all_day(self, call: Call) -> AllDay:
        """How much of each dish, modifier and component a station has still to make."""
        station, kitchen = call.path("station_id"), self._expeditor.kitchen
        if station not in kitchen.router.stations and not kitchen.live_tickets(station):
            raise _no_station(station)
        counts = kitchen.all_day(station)
        await asyncio.shield(self._expeditor.settled())
        return counts

    def _acting(self, action: Action) -> Callable[[Call], Awaitable[TicketJson]]:
        async def act(call: Call) -> TicketJson:
            return await self._one(
                ActOnTicket(call.path("station_id"), call.path("order_id"), action)
            )

        act.__doc__ = _SUMMARIES[action]
        return act

    async def prioritize(self, call: Call) -> TicketJson:
        """Move a ticket in the queue."""
        return await self._one(
            SetPriority(call.path("station_id"), call.path("order_id"), call.body.priority)
        )

    def _marking(self, *, done: bool) -> Callable[[Call], Awaitable[TicketJson]]:
        async def mark(call: Call) -> TicketJson:
            station, order_id = call.path("station_id"), call.path("order_id")
            return await self._one(MarkLine(station, order_id, call.path("line_id"), done))

        mark.__doc__ = "Tick a line." if done else "Take the tick of a line away."
        return mark

    async def fire(self, call: Call) -> Any:
        """Fire a course; answers the tickets that were fired, as far as the caller sees them."""
        now = await self._now(FireCourse(call.body.order_id, call.body.course_number))
        seen = [ticket for ticket in now.tickets if call.caller.sees(ticket.station)]
        return [self._view.ticket(ticket, now.placed) for ticket in seen]

    async def _one(self, command: Command) -> TicketJson:
        now = await self._now(command)
        return self._view.ticket(now.tickets[0], now.placed)

    async def _now(self, command: Command) -> TicketsNow:
        answer = self._expeditor.submit(command)
        await asyncio.shield(answer.durable)
        match answer.reply:
            case TicketsNow():
                return answer.reply
            case Refused():
                raise refused(answer.reply)
        raise TypeError(answer.reply)


_SUMMARIES: Final[dict[Action, str]] = {
    "start": "Begin to cook.",
    "ready": "Everything on it is done.",
    "bump": "Complete it and take it off the board; acknowledge a voided one.",
    "recall": "Bring it back.",
    "void": "Cancel it; it stays on the board until it is bumped.",
}


def _key(ticket: Ticket) -> Key:
    """Where a ticket stands among all of a station: what a cursor says."""
    if ticket.live:
        return (0, *sort_key(ticket))
    return (1, -ticket.updated_at, -ticket.number)


def _no_station(station: str) -> ApiError:
    return ApiError(404, "NOT_FOUND", f"there is no station {station!r}")


def _key_of(cursor: str) -> Key:
    try:
        return tuple(int(number) for number in cursor.split("."))
    except ValueError:
        raise invalid("cursor", f"take it from the {NEXT_CURSOR} header") from None
