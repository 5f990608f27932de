"""Ticket events as they happen, over server-sent events.

GET /events?station_id=&since=

Each event carries the position `epoch:seq` as its id. A listener that comes back with one
(`Last-Event-ID`, or `since`) goes on from there without a gap or a repeat; one that comes
without, or from too far back, gets `kds.snapshot` first: the stations and every live ticket.
A `beat` every two seconds says that the stream lives, what time it is, and whether orders
can be stored.
"""

import asyncio
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any, Final

from aiohttp import web

from appliance.api.auth import ROLES, Authority
from appliance.api.errors import ApiError
from appliance.api.ticket_json import TicketView, encode
from appliance.expeditor import Expeditor
from appliance.feed import BehindTail
from appliance.kitchen.event import TicketChanged
from appliance.log import NotStored

BEAT_SECONDS: Final = 2.0
"""A screen calls itself offline after 5 s without one."""
WRITE_SECONDS: Final = 10.0
"""A listener that takes nothing for so long is closed; it resumes when it can."""


class Stream:
    """The handler, for one appliance."""

    def __init__(
        self,
        expeditor: Expeditor,
        authority: Authority,
        view: TicketView,
        about: dict[str, Any],
    ) -> None:
        """`about` goes into every snapshot: what a page needs to know of this kitchen."""
        self._expeditor = expeditor
        self._authority = authority
        self._view = view
        self._about = about
        self._listening: set[asyncio.Task[Any]] = set()

    async def close(self, _app: web.Application) -> None:
        """End every stream."""
        for task in self._listening:
            task.cancel()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream until the listener goes, or is too slow."""
        caller = self._authority.caller(request)
        station = request.query.get("station_id")
        caller.require(ROLES, station)
        stations = caller.stations if station is None else frozenset({station})
        position = request.headers.get("Last-Event-ID") or request.query.get("since")
        task = asyncio.current_task()
        if task is None:
            raise ApiError(500, "INTERNAL_SERVER_ERROR", "no task")
        self._listening.add(task)
        try:
            listener = _Listener(self._expeditor, self._view, self._about, stations)
            return await listener.run(request, position)
        finally:
            self._listening.discard(task)


class _Listener:
    """One stream, from its place in the feed on."""

    def __init__(
        self,
        expeditor: Expeditor,
        view: TicketView,
        about: dict[str, Any],
        stations: frozenset[str] | None,
    ) -> None:
        self._expeditor = expeditor
        self._view = view
        self._about = about
        self._stations = stations
        self._response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        self._beat_at = 0.0

    async def run(self, request: web.Request, position: str | None) -> web.StreamResponse:
        await self._response.prepare(request)
        seq = self._expeditor.resume_from(position) if position else None
        try:
            while True:
                if monotonic() >= self._beat_at:
                    await self._beat(seq)
                seq = await (self._snapshot() if seq is None else self._news(seq))
        except (TimeoutError, ConnectionError):
            return self._response

    async def _news(self, seq: int) -> int | None:
        """Send what comes after `seq`, or wait for it; the place then reached."""
        feed = self._expeditor.feed
        try:
            changes = feed.after(seq)
        except BehindTail:
            return None
        if not changes:
            await feed.wait(seq, max(0.0, self._beat_at - monotonic()))
            return seq
        epoch = self._expeditor.epoch
        frames = []
        for change in changes:
            event = change.event
            if not isinstance(event, TicketChanged):
                continue
            if self._stations is None or event.ticket.station in self._stations:
                body = change.encoded(partial(self._view.event, event, change))
                frames.append(b"id: %s:%d\ndata: %s\n\n" % (epoch.encode(), change.seq, body))
        if frames:
            await self._write(b"".join(frames))
        return changes[-1].seq

    async def _snapshot(self) -> int | None:
        """Send the state of now; None while there is none that can be shown."""
        kitchen, position = self._expeditor.kitchen, self._expeditor.position
        body = encode(
            {
                "type": "kds.snapshot",
                "seq": self._expeditor.resume_from(position),
                "at": _now(),
                "payload": self._about
                | {
                    "tickets": [
                        self._view.ticket(ticket, kitchen.placed(ticket.number))
                        for ticket in kitchen.live_tickets()
                        if self._stations is None or ticket.station in self._stations
                    ]
                },
            }
        )
        try:
            await asyncio.shield(self._expeditor.settled())
        except NotStored:
            await asyncio.sleep(max(0.0, self._beat_at - monotonic()))
            return None
        await self._write(b"id: %s\ndata: %s\n\n" % (position.encode(), body))
        return self._expeditor.resume_from(position)

    async def _beat(self, seq: int | None) -> None:
        self._beat_at = monotonic() + BEAT_SECONDS
        fault = self._expeditor.fault
        body = encode(
            {
                "type": "beat",
                "seq": seq,
                "at": _now(),
                "fault": fault
                and {"message": fault.message, "seconds": round(monotonic() - fault.since)},
            }
        )
        await self._write(b"data: %s\n\n" % body)

    async def _write(self, data: bytes) -> None:
        async with asyncio.timeout(WRITE_SECONDS):
            await self._response.write(data)


def _now() -> str:
    """To the millisecond: pages count ages by it, not by their own clock."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
