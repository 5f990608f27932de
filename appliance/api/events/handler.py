"""GET /events: who comes to listen, to which stations, and by which of the two ways."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from aiohttp import hdrs, web

from appliance.api.auth import ROLES, Authority, Caller, session_cookie
from appliance.api.errors import ApiError
from appliance.api.events import sse
from appliance.api.events.listener import CutOff, Listener, Send, Source
from appliance.api.events.messages import HEARD, RECEIVED, SENT, About, ListenQuery
from appliance.api.events.websocket import Conversation
from appliance.api.location import require_here
from appliance.api.operation import query
from appliance.api.raw import Frames, RawOperation
from appliance.api.ticket_json import TicketView
from appliance.expeditor import Expeditor
from appliance.printers import PrintersNow
from appliance.shown_now import ShownNow

SEND_BUFFER: Final = 128 * 1024
"""Bytes that the system keeps for a listener that reads slowly (Linux doubles it). By itself
it would keep megabytes for each, and it would take as many to notice one that reads nothing."""

MAX_LISTENERS: Final = 600
"""Each is a connection, and costs a little with every event; screens are some dozens."""


class Events:
    """All listeners of one appliance."""

    def __init__(
        self,
        expeditor: Expeditor,
        authority: Authority,
        view: TicketView,
        *,
        about: Callable[[], About],
        reminders: Callable[[], list[str]],
        shown_now: ShownNow,
        printers_now: PrintersNow,
    ) -> None:
        """What `about` tells goes into every snapshot, and its warnings into every beat.

        `reminders` go into the beats of whoever hears of all stations; `shown_now` and
        `printers_now` are told to whoever hears of their stations.
        """
        self._source = Source(expeditor, view, about, reminders, shown_now, printers_now)
        self._authority = authority
        self._listening: set[asyncio.Task[Any]] = set()

    def operations(self, prefix: str) -> list[RawOperation]:
        """One path for both ways."""
        return [
            RawOperation(
                "GET",
                f"{prefix}/events",
                self.listen,
                "text/event-stream",
                roles=ROLES,
                query=ListenQuery,
                errors=(400, 404),
                asks={"Last-Event-ID": "the `id` of the last event that was heard"},
                # Nothing would end the answer to a HEAD of what streams.
                head=False,
                frames=Frames(HEARD, SENT, RECEIVED),
            )
        ]

    async def close(self, _app: web.Application) -> None:
        """Send all listeners away; each ends within `websocket.GOODBYE_SECONDS`."""
        for task in self._listening:
            task.cancel()

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """What happens in the kitchen as it happens: by server-sent events or WebSocket.

        An upgrade to a WebSocket may bring its token in the first message. The stream ends when
        the listener goes, is too slow, or its token ends.
        """
        task = asyncio.current_task()
        if task is None:
            raise ApiError(500, "INTERNAL_SERVER_ERROR", "no task")
        if len(self._listening) >= MAX_LISTENERS:
            message = f"{MAX_LISTENERS} listen already; more is too many"
            raise ApiError(503, "SERVICE_UNAVAILABLE", message, headers={"Retry-After": "10"})
        self._listening.add(task)
        try:
            if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
                return await self._by_websocket(request)
            return await self._by_sse(request)
        finally:
            self._listening.discard(task)

    async def _by_sse(self, request: web.Request) -> web.StreamResponse:
        caller = self._authority.caller(request)
        wanted = query(request, ListenQuery)
        require_here(wanted.location_id, self._source.view.location)
        stations = self._stations(caller, wanted.station_id)
        # A browser sends that by itself: one that means nothing here leads to a snapshot.
        since = request.headers.get("Last-Event-ID") or wanted.since
        _bound_what_is_kept(request)
        new_listener = partial(self._listener, caller, stations)
        return await sse.stream(request, new_listener, self._source.expeditor.epoch, since)

    async def _by_websocket(self, request: web.Request) -> web.StreamResponse:
        caller = None
        if hdrs.AUTHORIZATION in request.headers or session_cookie(request) in request.cookies:
            caller = self._authority.caller(request)
            caller.require(ROLES)
        _bound_what_is_kept(request)
        conversation = Conversation(
            request, self._source, self._authority, self._stations, self._listener
        )
        return await conversation.run(caller)

    def _stations(self, caller: Caller, station: str | None) -> frozenset[str] | None:
        """What a caller hears of who asks for a station, or for none. Raises ApiError 403, 404."""
        caller.require(ROLES, station)
        kitchen = self._source.expeditor.kitchen
        known = (None, *(each.id for each in kitchen.stations))
        if station not in known and not kitchen.live_tickets(station):
            raise ApiError(404, "NOT_FOUND", f"there is no station {station!r}")
        return caller.stations if station is None else frozenset({station})

    def _listener(
        self, caller: Caller, stations: frozenset[str] | None, send: Send, cut_off: CutOff
    ) -> Listener:
        check = partial(self._authority.check, caller)
        return Listener(self._source, stations, check, send, cut_off)


def _bound_what_is_kept(request: web.Request) -> None:
    connection = request.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
