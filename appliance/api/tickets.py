"""Tickets of a station: the list, and what a cook does to one.

GET  /stations/{station_id}/tickets?status=&limit=&cursor=
POST /stations/{station_id}/orders/{order_id}/ticket/{action}
POST /stations/{station_id}/orders/{order_id}/ticket/items/{line_id}/{done|undone}
POST /courses/fire
"""

import asyncio
import re
from collections.abc import Callable
from typing import Final

from aiohttp import web
from msgspec import Struct

from appliance.api.auth import KITCHEN, MANAGERS, ROLES, Authority
from appliance.api.bodies import read_body
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.ticket_json import TicketView, encode
from appliance.expeditor import Expeditor
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

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 500
NEXT_CURSOR: Final = "X-Next-Cursor"
# Not aiohttp's own pattern for a part of a path, which leaves out braces: ids have them.
_TICKET: Final = "/stations/{station_id:[^/]+}/orders/{order_id:[^/]+}/ticket"
_ACTIONS: Final[tuple[Action, ...]] = ("start", "ready", "bump", "recall", "void")

_WHOLE_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)

Key = tuple[int, int, int]


class PriorityBody(Struct, forbid_unknown_fields=True):
    """Body of `priority`."""

    priority: Priority


class FireBody(Struct, forbid_unknown_fields=True):
    """Body of `courses/fire`."""

    order_id: str
    course_number: int


class Tickets:
    """The handlers, for one appliance."""

    def __init__(self, expeditor: Expeditor, authority: Authority, view: TicketView) -> None:
        self._expeditor = expeditor
        self._authority = authority
        self._view = view

    def add_routes(self, router: web.UrlDispatcher, prefix: str) -> None:
        """The paths that the gateway has too."""
        ticket = prefix + _TICKET
        router.add_get(f"{prefix}/stations/{{station_id}}/tickets", self.list)
        for action in _ACTIONS:
            router.add_post(f"{ticket}/{action}", self._acting(action))
        router.add_post(f"{ticket}/priority", self.prioritize)

    def add_own_routes(self, router: web.UrlDispatcher, prefix: str) -> None:
        """The paths of this appliance alone."""
        line = prefix + _TICKET + "/items/{line_id:[^/]+}"
        router.add_post(line + "/{mark:done|undone}", self.mark_line)
        router.add_post(f"{prefix}/courses/fire", self.fire)

    async def list(self, request: web.Request) -> web.Response:
        """A page of tickets in the order of the board, then finished ones, newest first."""
        station = request.match_info["station_id"]
        self._authority.caller(request).require(ROLES, station)
        kitchen = self._expeditor.kitchen
        status = request.query.get("status", "")
        if status not in ("", "completed", "all"):
            message = "leave it out for the live ones, or ask for completed or all"
            raise invalid("status", message, allowed=["completed", "all"])
        limit = _limit(request)
        live = [] if status == "completed" else kitchen.live_tickets(station)
        finished = kitchen.finished_tickets(station) if status else []
        if station not in kitchen.router.stations and not (live or finished):
            raise ApiError(404, "NOT_FOUND", f"there is no station {station!r}")
        after = _cursor(request)
        rows = [(key, t) for t in (*live, *finished) if (key := _key(t)) > after]
        page = rows[:limit]
        body = encode([self._view.ticket(t, kitchen.placed(t.number)) for _key, t in page])
        # What was just read may be newer than the disk.
        await asyncio.shield(self._expeditor.settled())
        response = web.Response(body=body, content_type="application/json")
        if len(rows) > limit:
            response.headers[NEXT_CURSOR] = ".".join(map(str, page[-1][0]))
        return response

    def _acting(self, action: Action) -> Callable[[web.Request], "asyncio.Future[web.Response]"]:
        async def act(request: web.Request) -> web.Response:
            station, order_id = request.match_info["station_id"], request.match_info["order_id"]
            roles = MANAGERS if action == "void" else KITCHEN
            self._authority.caller(request).require(roles, station)
            return await self._submit(ActOnTicket(station, order_id, action))

        return act  # type: ignore[return-value]

    async def prioritize(self, request: web.Request) -> web.Response:
        """Change the priority of a ticket."""
        station, order_id = request.match_info["station_id"], request.match_info["order_id"]
        self._authority.caller(request).require(KITCHEN, station)
        body = await read_body(request, PriorityBody)
        return await self._submit(SetPriority(station, order_id, body.priority))

    async def mark_line(self, request: web.Request) -> web.Response:
        """Tick a line, or take the tick away."""
        station = request.match_info["station_id"]
        self._authority.caller(request).require(KITCHEN, station)
        return await self._submit(
            MarkLine(
                station,
                request.match_info["order_id"],
                request.match_info["line_id"],
                done=request.match_info["mark"] == "done",
            )
        )

    async def fire(self, request: web.Request) -> web.Response:
        """Fire a course; answers the tickets that were fired, as far as the caller sees them."""
        caller = self._authority.caller(request)
        caller.require(KITCHEN)
        body = await read_body(request, FireBody)
        tickets = await self._tickets(FireCourse(body.order_id, body.course_number))
        seen = [ticket for ticket in tickets.tickets if caller.sees(ticket.station)]
        return _json([self._view.ticket(ticket, tickets.placed) for ticket in seen])

    async def _submit(self, command: Command) -> web.Response:
        now = await self._tickets(command)
        return _json(self._view.ticket(now.tickets[0], now.placed))

    async def _tickets(self, command: Command) -> TicketsNow:
        answer = self._expeditor.submit(command)
        await asyncio.shield(answer.durable)
        match answer.reply:
            case TicketsNow():
                return answer.reply
            case Refused():
                raise refused(answer.reply)
        raise TypeError(answer.reply)


def _json(value: object) -> web.Response:
    return web.Response(body=encode(value), content_type="application/json")


def _key(ticket: Ticket) -> Key:
    """Where a ticket stands among all of a station: what a cursor says."""
    if ticket.live:
        return (0, *sort_key(ticket))
    return (1, -ticket.updated_at, -ticket.number)


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", str(DEFAULT_LIMIT))
    if not _WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
        raise invalid("limit", f"must be a whole number from 1 to {MAX_LIMIT}")
    return int(text)


def _cursor(request: web.Request) -> Key:
    text = request.query.get("cursor", "-1.0.0")
    try:
        part, first, second = (int(number) for number in text.split("."))
    except ValueError:
        raise invalid("cursor", f"take it from the {NEXT_CURSOR} header") from None
    return part, first, second
