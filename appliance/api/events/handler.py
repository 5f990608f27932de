"""GET /events: who comes to listen, to which stations, and by which of the two ways."""

import asyncio
import hashlib
import socket
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final

from aiohttp import hdrs, web

from appliance.api.auth import ROLES, Authority, Caller, session_cookie
from appliance.api.errors import ApiError
from appliance.api.events import sse
from appliance.api.events.listener import Hearing, Listener, Source, Stations
from appliance.api.events.messages import HEARD, RECEIVED, SENT, About, ListenQuery
from appliance.api.events.websocket import Conversation
from appliance.api.location import require_here
from appliance.api.operation import query
from appliance.api.raw import Frames, RawOperation
from appliance.api.ticket_json import TicketView
from appliance.channels_now import ChannelsNow
from appliance.expeditor import Expeditor
from appliance.printers import PrintersNow
from appliance.screens_now import Screens, ScreensNow
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
        screens: Screens,
        screens_now: ScreensNow,
        channels_now: ChannelsNow,
    ) -> None:
        """What `about` tells goes into every snapshot, and its warnings into every beat.

        `reminders` go into the beats of whoever hears of all stations; `shown_now`,
        `printers_now` and `screens_now` are told to whoever hears of their stations,
        `channels_now` to who hears of a pass, or of all stations. `screens` are told what pages
        of theirs show.
        """
        self._source = Source(
            expeditor, view, about, reminders, shown_now, printers_now, screens_now, channels_now
        )
        self._authority = authority
        self._screens = screens
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
        hearing = self._hearing(caller, wanted.station_id, wanted.whole_orders)
        # A browser sends that by itself: one that means nothing here leads to a snapshot.
        since = request.headers.get("Last-Event-ID") or wanted.since
        _bound_what_is_kept(request)
        return await sse.stream(request, partial(Listener, self._source, hearing), since)

    async def _by_websocket(self, request: web.Request) -> web.StreamResponse:
        caller = None
        if hdrs.AUTHORIZATION in request.headers or session_cookie(request) in request.cookies:
            caller = self._authority.caller(request)
            caller.require(ROLES)
        _bound_what_is_kept(request)
        conversation = Conversation(
            request, self._source, self._authority, self._screens, self._hearing
        )
        return await conversation.run(caller)

    def _hearing(self, caller: Caller, station: str | None, whole_orders: bool) -> Hearing:  # noqa: FBT001 - as it was asked
        """What a caller hears of who asks for a station, or for none. Raises ApiError."""
        caller.require(ROLES)
        self._stations(caller, station, whole_orders)
        kitchen = self._source.expeditor.kitchen
        known = (None, *(each.id for each in kitchen.stations))
        if station not in known and not kitchen.live_tickets(station):
            raise ApiError(404, "NOT_FOUND", f"there is no station {station!r}")
        # What a device hears of may be other when it comes back; what all others do is not.
        of_device = caller.device is not None and station is None
        return Hearing(
            partial(self._stations, caller, station, whole_orders),
            partial(_epoch, self._source.expeditor.epoch, of_device=of_device),
        )

    def _stations(self, caller: Caller, station: str | None, whole_orders: bool) -> Stations:  # noqa: FBT001
        """What it hears of now. Raises ApiError 401, 403."""
        stations = self._authority.stations(caller)
        if station is not None:
            if stations is not None and station not in stations:
                raise ApiError(403, "FORBIDDEN", f"this token is not for station {station!r}")
            stations = frozenset({station})
        passes = self._source.expeditor.kitchen.router.passes
        if whole_orders and stations is not None and not stations.isdisjoint(passes):
            # Its cards have all that there is of an order: the others say how far that is.
            return None
        return stations


@lru_cache(64)
def _epoch(log: str, stations: Stations, *, of_device: bool) -> str:
    """Tells positions in this log by what they are of, where that can change."""
    if stations is None or not of_device:
        return log
    return log + hashlib.sha256("\n".join(sorted(stations)).encode()).hexdigest()[:8]


def _bound_what_is_kept(request: web.Request) -> None:
    connection = request.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
