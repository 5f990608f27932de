"""Ticket events as they happen, over server-sent events.

GET /events?station_id=&since=

Each event carries the position `epoch:seq` as its id. A listener that comes back with one
(`Last-Event-ID`, or `since`) goes on from there without a gap or a repeat; one that comes
without, or from too far back, gets `kds.snapshot` first: the stations and every live ticket.
When a station is made, changed or removed, `kds.stations` says which ones there are then.
A `beat` every two seconds says that the listener has everything up to `seq` (null before its
first snapshot), what time it is, whether orders can be stored, and what somebody should look
after (`reminders`, sentences). A listener that is behind gets none: it should not look alive.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any, Final

from aiohttp import web

from appliance.api.auth import ROLES, Authority
from appliance.api.errors import ApiError
from appliance.api.ticket_json import TicketView, encode, iso
from appliance.expeditor import Expeditor
from appliance.feed import BehindTail, Change
from appliance.kitchen.event import StationDefined, StationRemoved, TicketChanged
from appliance.kitchen.routing import Station
from appliance.log import NotStored

BEAT_SECONDS: Final = 2.0
"""A screen calls itself offline after 5 s without one."""
WRITE_SECONDS: Final = 10.0
"""A listener that takes nothing for so long is closed; it resumes when it can."""
SENT_AT_ONCE: Final = 256
"""Changes between two turns of the loop: one that catches up holds up nobody."""


class Stream:
    """The handler, for one appliance."""

    def __init__(
        self,
        expeditor: Expeditor,
        authority: Authority,
        view: TicketView,
        about: dict[str, Any],
        reminders: Callable[[], list[str]],
    ) -> None:
        """`about` goes into every snapshot: what a page needs to know of this kitchen.

        `reminders` go into every beat.
        """
        self._expeditor = expeditor
        self._authority = authority
        self._view = view
        self._about = about
        self._reminders = reminders
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
        kitchen = self._expeditor.kitchen
        known = (None, *(each.id for each in kitchen.stations))
        if station not in known and not kitchen.live_tickets(station):
            raise ApiError(404, "NOT_FOUND", f"there is no station {station!r}")
        stations = caller.stations if station is None else frozenset({station})
        position = request.headers.get("Last-Event-ID") or request.query.get("since")
        task = asyncio.current_task()
        if task is None:
            raise ApiError(500, "INTERNAL_SERVER_ERROR", "no task")
        self._listening.add(task)
        try:
            stands = partial(self._authority.stands, caller)
            listener = _Listener(
                self._expeditor,
                self._view,
                self._about,
                self._reminders,
                stations=stations,
                stands=stands,
            )
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
        reminders: Callable[[], list[str]],
        *,
        stations: frozenset[str] | None,
        stands: Callable[[], bool],
    ) -> None:
        """`stands` tells whether the listener's token is good still."""
        self._expeditor = expeditor
        self._view = view
        self._stands = stands
        self._stations = stations
        """The only ones that it hears of; None for all of them."""
        self._about = about
        self._reminders = reminders
        self._response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        self._beat_at = monotonic() + BEAT_SECONDS

    def _sees(self, station: str) -> bool:
        return self._stations is None or station in self._stations

    async def run(self, request: web.Request, position: str | None) -> web.StreamResponse:
        await self._response.prepare(request)
        seq = self._expeditor.resume_from(position) if position else None
        try:
            seq = await self._catch_up(seq)
            await self._beat(seq)
            while True:
                if seq is not None:
                    await self._expeditor.feed.wait(seq, self._until_beat())
                if not self._stands():
                    return self._response
                seq = await self._catch_up(seq)
                if self._until_beat() == 0:
                    await self._beat(seq)
        except (TimeoutError, ConnectionError):
            return self._response
        finally:
            # Whoever does not read would otherwise be waited for to take the rest.
            if request.transport is not None:
                request.transport.abort()

    def _until_beat(self) -> float:
        return max(0.0, self._beat_at - monotonic())

    async def _catch_up(self, seq: int | None) -> int | None:
        """Send all that is new after `seq`; the place then reached, as of `_snapshot`."""
        while seq is not None:
            try:
                changes = self._expeditor.feed.after(seq, SENT_AT_ONCE)
            except BehindTail:
                break
            await self._write(b"".join(map(self._frame, changes)))
            seq += len(changes)
            if len(changes) < SENT_AT_ONCE:
                return seq
            await asyncio.sleep(0)  # Others have their turn.
        return await self._snapshot()

    def _frame(self, change: Change) -> bytes:
        """A change as it is sent; nothing where it is not for this listener."""
        match change.event:
            case TicketChanged(ticket=ticket) as event if self._sees(ticket.station):
                body = change.encoded(partial(self._view.event, event, change))
            case StationDefined(station=station) if self._sees(station.id):
                body = self._stations_now(change)
            case StationRemoved(station_id=station_id) if self._sees(station_id):
                body = self._stations_now(change)
            case _:
                return b""
        return b"id: %s:%d\ndata: %s\n\n" % (self._expeditor.epoch.encode(), change.seq, body)

    def _stations_now(self, change: Change) -> bytes:
        at, stations = iso(change.event.at), self._entries(change.stations)
        payload = {"stations": stations}
        return encode({"type": "kds.stations", "seq": change.seq, "at": at, "payload": payload})

    def _entries(self, stations: Iterable[Station]) -> list[dict[str, Any]]:
        """The stations that this listener may see, in the order of the boards."""
        return [
            {
                "id": station.id,
                "name": station.name,
                "station_type": station.type,
                "active": station.active,
            }
            for station in stations
            if self._sees(station.id)
        ]

    async def _snapshot(self) -> int | None:
        """Send the state of now; None where there is none that can be shown before the beat."""
        kitchen, position = self._expeditor.kitchen, self._expeditor.position
        seq = self._expeditor.resume_from(position)
        tickets = [
            self._view.ticket(ticket, kitchen.placed(ticket.number))
            for ticket in kitchen.live_tickets()
            if self._sees(ticket.station)
        ]
        stations = self._entries(kitchen.stations)
        payload = self._about | {"stations": stations, "tickets": tickets}
        body = encode({"type": "kds.snapshot", "seq": seq, "at": _now(), "payload": payload})
        try:
            async with asyncio.timeout(self._until_beat()):
                await asyncio.shield(self._expeditor.settled())
        except TimeoutError:
            return None
        except NotStored:
            await asyncio.sleep(self._until_beat())
            return None
        await self._write(b"id: %s\ndata: %s\n\n" % (position.encode(), body))
        return seq

    async def _beat(self, seq: int | None) -> None:
        self._beat_at = monotonic() + BEAT_SECONDS
        fault = self._expeditor.fault
        body = encode(
            {
                "type": "beat",
                "seq": seq,
                "at": _now(),
                "reminders": self._reminders(),
                "fault": fault
                and {"message": fault.message, "seconds": round(monotonic() - fault.since)},
            }
        )
        await self._write(b"data: %s\n\n" % body)

    async def _write(self, data: bytes) -> None:
        if data:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._response.write(data)


def _now() -> str:
    """To the millisecond: pages count ages by it, not by their own clock."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
