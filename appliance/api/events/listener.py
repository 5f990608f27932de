"""What one listener is to hear: it keeps its place in the feed and tells what comes after.

First whatever is new since the position that it comes with, or else a snapshot; then each
change once, in order, and another snapshot when the wall clock was set, or when it is to hear of
other stations. What is of the moment comes after that, as it is by then. A beat every two seconds
says that the listener has everything up to `seq`, what time it is, what the appliance warns of,
and whether orders can be stored; one that is behind gets none: it should not look alive. How this
is carried is for `sse` and `websocket`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache, partial
from time import monotonic
from typing import Final, NamedTuple, NoReturn, cast

from msgspec.structs import asdict, replace

from appliance.api.channel_json import channels_told
from appliance.api.events.messages import (
    About,
    Beat,
    BoardEvent,
    BoardPayload,
    ChannelsEvent,
    CollectedEvent,
    CollectedPayload,
    FaultJson,
    MenuEvent,
    PrintersEvent,
    PrintersPayload,
    ScreensEvent,
    ScreensPayload,
    SnapshotEvent,
    SnapshotPayload,
    StationEntry,
    StationsEvent,
    StationsPayload,
    SummonEvent,
    SummonPayload,
    TicketEvent,
    TicketEventType,
    TicketPayload,
)
from appliance.api.printer_json import printer_told
from appliance.api.screen_json import is_of, screen_told
from appliance.api.summons import summons_now
from appliance.api.ticket_json import TicketView, encode
from appliance.api.times import iso
from appliance.channels_now import AccountNow, ChannelsNow, Disagreement
from appliance.expeditor import Expeditor
from appliance.feed import BehindTail, Change
from appliance.kitchen.event import (
    MenuItemRemoved,
    MenuItemsDefined,
    OrderCollected,
    StationDefined,
    StationRemoved,
    Summoned,
    TicketChanged,
)
from appliance.kitchen.routing import Station
from appliance.kitchen.ticket import NOT_SET_MS
from appliance.log import NotStored
from appliance.printers import PrinterNow, PrintersNow
from appliance.screens_now import ScreenNow, ScreensNow
from appliance.shown_now import BoardView, ShownNow

BEAT_SECONDS: Final = 2.0
"""A screen calls itself offline after 5 s without one."""
WRITE_SECONDS: Final = 10.0
"""A listener that takes nothing for so long is cut off within a beat; it resumes when it can."""
SENT_AT_ONCE: Final = 256
"""Changes between two turns of the loop: one that catches up holds up nobody."""

Send = Callable[[bytes, int | None], Awaitable[None]]
"""Takes a frame, and the place that it leads to; None where that is no place to resume from.
Waits while the listener takes nothing; raises ConnectionError when it has gone."""

CutOff = Callable[[], None]
"""Ends the connection at once; a `send` that waits comes back."""

_Channels = tuple[tuple[AccountNow, ...], tuple[Disagreement, ...]]

Stations = frozenset[str] | None
"""The only ones that are heard of; None for all of them."""


class Hearing(NamedTuple):
    """What one listener may hear."""

    stations: Callable[[], Stations]
    """As it is now. Raises ApiError when the listener's token is good no more, or not for that."""
    epoch: Callable[[Stations], str]
    """What positions of who hears of these begin with."""


class Carrier(NamedTuple):
    """What brings it to the listener."""

    begin: Callable[[str], Awaitable[None]]
    """What comes next has positions of this epoch."""
    send: Send
    cut_off: CutOff


class Source(NamedTuple):
    """What all listeners hear of."""

    expeditor: Expeditor
    view: TicketView
    about: Callable[[], About]
    reminders: Callable[[], list[str]]
    shown_now: ShownNow
    printers_now: PrintersNow
    screens_now: ScreensNow
    channels_now: ChannelsNow


class Listener:
    """One of them, from its place in the feed on."""

    def __init__(self, source: Source, hearing: Hearing, carrier: Carrier) -> None:
        """Raises ApiError, as `Hearing.stations`."""
        (
            self._expeditor,
            self._view,
            self._about,
            self._reminders,
            self._shown_now,
            self._printers_now,
            self._screens_now,
            self._channels_now,
        ) = source
        self._hearing = hearing
        self._stations = hearing.stations()
        self._carrier = carrier
        self._news = asyncio.Event()
        self._beat_is_due = True
        self._sending_since: float | None = None
        self._told_at = self._expeditor.now()
        """The moment by whose clocks times were told."""
        self._told_views: dict[str, BoardView] = {}
        """What it knows that boards show now."""
        self._told_printers: tuple[PrinterNow, ...] = ()
        """How it knows printers to be."""
        self._told_screens: tuple[ScreenNow, ...] = ()
        """The same of screens."""
        self._told_channels: _Channels = (), ()
        """The same of channels."""

    def _sees(self, station: str) -> bool:
        return self._stations is None or station in self._stations

    async def run(self, position: str | None) -> NoReturn:
        """Tell what comes after a position, without end.

        Raises ApiError 401 when the token is no longer good, or 403 when not for the station that
        it chose, ConnectionError when the listener has gone or was cut off.
        """
        seq = self._resume_from(position) if position else None
        await self._begin()
        self._next_tick = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._tick)
        try:
            with (
                self._expeditor.feed.watched(self._news.set),
                self._shown_now.watched(self._news.set),
                self._printers_now.watched(self._news.set),
                self._screens_now.watched(self._news.set),
                self._channels_now.watched(self._news.set),
            ):
                while True:
                    self._news.clear()
                    if (stations := self._hearing.stations()) != self._stations:
                        self._stations, seq = stations, None
                        await self._begin()
                    seq = await self._catch_up(seq)
                    if seq is not None and self._beat_is_due and self._clock_was_set():
                        seq = await self._snapshot()
                    if seq is not None:
                        await self._tell_views()
                        await self._tell_printers()
                        await self._tell_screens()
                        await self._tell_channels()
                    if self._beat_is_due or seq is None:
                        await self._beat(seq)
                    if seq is not None:
                        await self._news.wait()
        finally:
            self._next_tick.cancel()

    def _resume_from(self, position: str) -> int | None:
        """None where what it then heard of was not what it hears of now."""
        epoch = self._hearing.epoch(self._stations)
        if epoch == self._expeditor.epoch:
            return self._expeditor.resume_from(position)
        its_epoch, _, seq = position.rpartition(":")
        return self._expeditor.resume_from(seq) if its_epoch == epoch else None

    async def _begin(self) -> None:
        await self._carrier.begin(self._hearing.epoch(self._stations))

    def _tick(self) -> None:
        """Make a beat due, and see that what is sent is taken.

        One timer for both that no event touches: a deadline for each wait and each send
        would cost as much as the sending.
        """
        self._next_tick = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._tick)
        self._beat_is_due = True
        self._news.set()
        began = self._sending_since
        if began is not None and monotonic() - began > WRITE_SECONDS:
            self._carrier.cut_off()

    async def _catch_up(self, seq: int | None) -> int | None:
        """Tell all that is new after `seq`; the place then reached, as of `_snapshot`.

        None also where it is to hear of other stations by now. Raises as `Hearing.stations`.
        """
        while seq is not None:
            try:
                changes = self._expeditor.feed.after(seq, SENT_AT_ONCE)
            except BehindTail:
                break
            for change in changes:
                body = self._body(change)
                if body is not None:
                    await self._tell(body, change.seq)
            seq += len(changes)
            if len(changes) < SENT_AT_ONCE:
                return seq
            await asyncio.sleep(0)  # Others have their turn.
            if self._hearing.stations() != self._stations:
                return None
        return await self._snapshot()

    def _clock_was_set(self) -> bool:
        """Whether times that were told are others by now."""
        now, before = self._expeditor.now(), self._told_at
        parted = (now.at - now.tick) - (before.at - before.tick)
        return now.leap != before.leap or abs(parted) >= NOT_SET_MS

    def _body(self, change: Change) -> bytes | None:
        """What is told of a change; None where it is not for this listener."""
        match change.event:
            case TicketChanged(ticket=ticket) as event if self._sees(ticket.station):
                return change.encoded(partial(self._ticket, event, change))
            case StationDefined(station=station) if self._sees(station.id):
                return self._stations_now(change)
            case StationRemoved(station_id=station_id) if self._sees(station_id):
                return self._stations_now(change)
            case MenuItemsDefined() | MenuItemRemoved():
                return encode(MenuEvent(change.seq, iso(change.event.at)))
            case Summoned(station=station) as event if self._hears_calls_from(station):
                return change.encoded(partial(_summon, event, change.seq))
            case OrderCollected() as event if self._sees_a_pass():
                return change.encoded(partial(_collected, event, change))
        return None

    def _hears_calls_from(self, station: str) -> bool:
        """Whoever sees a pass hears all of them: it is the pass that comes."""
        return self._sees(station) or self._sees_a_pass()

    def _sees_a_pass(self) -> bool:
        return any(map(self._sees, self._expeditor.kitchen.router.passes))

    def _ticket(self, event: TicketChanged, change: Change) -> bytes:
        """The same for all listeners."""
        if change.placed is None:
            raise TypeError(change.event)
        ticket = self._view.ticket(event.ticket, change.placed)
        return encode(
            TicketEvent(
                type=cast("TicketEventType", f"kds.ticket.{event.kind}"),
                aggregate_id=ticket.id,
                tenant_id=ticket.tenant_id,
                seq=change.seq,
                at=iso(event.at),
                by=event.by,
                live=event.ticket.live,
                payload=TicketPayload(ticket),
            )
        )

    def _stations_now(self, change: Change) -> bytes:
        payload = StationsPayload(self._entries(change.stations))
        return encode(StationsEvent(change.seq, iso(change.event.at), payload))

    def _entries(self, stations: Iterable[Station]) -> list[StationEntry]:
        """The stations that this listener may see, in the order of the boards."""
        return [
            StationEntry(
                station.id, station.name, station.type, station.active, station.sound_alerts
            )
            for station in stations
            if self._sees(station.id)
        ]

    async def _snapshot(self) -> int | None:
        """Tell the state of now; None where there is none that can be shown before the beat.

        Or where it is of other stations than those to hear of by now. Raises as `_catch_up`.
        """
        kitchen = self._expeditor.kitchen
        seq = self._expeditor.seq
        self._told_at = self._expeditor.now()
        tickets = [
            self._view.ticket(ticket, kitchen.placed(ticket.number))
            for ticket in kitchen.live_tickets()
            if self._sees(ticket.station)
        ]
        payload = SnapshotPayload(
            **asdict(self._about()),
            stations=self._entries(kitchen.stations),
            tickets=tickets,
            summons=[
                each for each in summons_now(kitchen) if self._hears_calls_from(each.station_id)
            ],
        )
        body = encode(SnapshotEvent(seq, now(), payload))
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await asyncio.shield(self._expeditor.settled())
        except TimeoutError:
            return None
        except NotStored:
            await asyncio.sleep(BEAT_SECONDS)
            return None
        if self._hearing.stations() != self._stations:
            return None
        await self._tell(body, seq)
        self._told_views.clear()
        self._told_printers = ()
        self._told_screens = ()
        self._told_channels = (), ()
        return seq

    async def _tell_views(self) -> None:
        """Tell what boards show of the moment, as far as that is not known."""
        for station, view in list(self._shown_now.views.items()):
            if self._sees(station) and self._told_views.get(station) != view:
                self._told_views[station] = view
                await self._tell(_board(station, view), None)

    async def _tell_printers(self) -> None:
        """Tell how printers are, as far as that is not known."""
        printers = tuple(
            replace(each, waiting=0) if each.prints else each
            for each in self._printers_now.printers.values()
            if self._stations is None or any(map(self._sees, each.stations))
        )
        if printers != self._told_printers:
            self._told_printers = printers
            await self._tell(_printers(printers), None)

    async def _tell_screens(self) -> None:
        """Tell how screens are, as far as that is not known; at a pass, how all of them are."""
        of = None if self._sees_a_pass() else self._stations
        screens = tuple(each for each in self._screens_now.screens.values() if is_of(each, of))
        if screens != self._told_screens:
            self._told_screens = screens
            await self._tell(_screens(screens), None)

    async def _tell_channels(self) -> None:
        """Tell how channels are, as far as that is not known, where it sees a pass or all."""
        if self._stations is not None and not self._sees_a_pass():
            return
        now = self._channels_now
        channels = tuple(map(_lasting, now.accounts)), now.disagreements
        if channels != self._told_channels:
            self._told_channels = channels
            await self._tell(_channels(channels), None)

    async def _beat(self, seq: int | None) -> None:
        self._beat_is_due = False
        fault = self._expeditor.fault
        told = fault and FaultJson(fault.message, round(monotonic() - fault.since))
        # They name orders of any station.
        reminders = self._reminders() if self._stations is None else []
        beat = Beat(seq, now(), self._about().warnings, reminders, told)
        await self._tell(encode(beat), None)

    async def _tell(self, body: bytes, seq: int | None) -> None:
        self._sending_since = monotonic()
        await self._carrier.send(body, seq)
        self._sending_since = None


def _summon(event: Summoned, seq: int) -> bytes:
    payload = SummonPayload(event.station)
    live = event.until is not None
    return encode(SummonEvent(seq, iso(event.at), event.by, live, payload))


def _collected(event: OrderCollected, change: Change) -> bytes:
    if change.placed is None:
        raise TypeError(change.event)
    payload = CollectedPayload(change.placed.order.id, event.number)
    return encode(CollectedEvent(change.seq, iso(event.at), event.by, payload))


@lru_cache(64)  # One that changes is told to all who listen; there are about as many stations.
def _board(station: str, view: BoardView) -> bytes:
    return encode(BoardEvent(BoardPayload(station, *view)))


@lru_cache(16)  # The same for all who hear of the same stations.
def _printers(printers: tuple[PrinterNow, ...]) -> bytes:
    told = [printer_told(each) for each in printers]
    for printer, each in zip(printers, told, strict=True):
        if printer.prints:
            each.waiting = None
    return encode(PrintersEvent(PrintersPayload(told)))


@lru_cache(16)
def _screens(screens: tuple[ScreenNow, ...]) -> bytes:
    return encode(ScreensEvent(ScreensPayload([screen_told(each) for each in screens])))


def _lasting(account: AccountNow) -> AccountNow:
    """Without what each order would change."""
    return replace(account, last_order=None, last_status=None, queue=0, oldest=None)


@lru_cache(16)
def _channels(channels: _Channels) -> bytes:
    told = channels_told(*channels)
    for each in told.accounts:
        each.queue = None
    return encode(ChannelsEvent(told))


def now() -> str:
    """To the millisecond: pages count ages by it, not by their own clock."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
