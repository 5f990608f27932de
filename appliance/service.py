"""The composition root: builds the parts, runs them, stops them. No logic of its own.

Start here: `serve` names every part and what it is given.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from aiohttp import web

from appliance import identity, pages, tls
from appliance.api import auth
from appliance.api.app import make_app
from appliance.api.attention import Attention
from appliance.api.connections import Ports
from appliance.api.limits import Limits
from appliance.api.places import raise_descriptor_limit
from appliance.api.printer_json import printers_shown
from appliance.api.routing import status as routing_status
from appliance.api.screen_json import Kitchen
from appliance.api.status import Status
from appliance.card_now import NoCard
from appliance.certificates import Unfit
from appliance.channels_now import ChannelsNow, NoChannels
from appliance.clock import Clock
from appliance.config import Appliance, Config
from appliance.configured import about, guests, make_kitchen, make_view
from appliance.devices import NoDevices
from appliance.expeditor import Expeditor, newest_moment
from appliance.health import make_health
from appliance.history import History
from appliance.installing.current import Current, SettingUp
from appliance.installing.place import Place
from appliance.lan.presence import Presence
from appliance.log import Log, LogError
from appliance.log.sqlite import SqliteLog
from appliance.machine import Machine
from appliance.orders.peers import AllowList
from appliance.orders.server import OrderRouter
from appliance.parts import (
    make_card,
    make_channels,
    make_devices,
    make_https,
    make_look,
    make_network,
    make_presence,
    make_printing,
)
from appliance.ports import CannotListen, Doors, Listening, listen
from appliance.presses import Presses
from appliance.printers import NoPrinters, PrintersNow
from appliance.reports import Reports
from appliance.screens.screens import Watcher
from appliance.screens_now import ScreensNow
from appliance.shown_now import ShownNow
from appliance.status import ConfigurationStatus, StatusJson
from appliance.systemd import feed_watchdog, notify, reloading
from appliance.timers import Timers

if TYPE_CHECKING:  # See `make_devices`.
    from appliance.panel.devices import Devices
    from appliance.printing.printers import Printing

logger = logging.getLogger(__name__)

TRIAL_SECONDS: Final = 30.0
"""For so long a configuration is on trial: where a part dies, another one takes its place."""
HTTP_GOODBYE_SECONDS: Final = 0.5
"""For requests that are being answered when the service stops."""


class Running(NamedTuple):
    """The parts that run, for whoever shows them to a person or to a test."""

    listening: Listening
    expeditor: Expeditor
    router: OrderRouter
    authority: auth.Authority
    app: web.Application
    presence: Presence | None
    https: tls.Https | None
    shown_now: ShownNow
    printers_now: PrintersNow
    channels_now: ChannelsNow
    screens: Watcher
    machine: Machine
    devices: "Devices | None"
    printing: "Printing | None"


async def serve(current: Current, log: SqliteLog, *, announce: Callable[[Running], None]) -> None:
    """Run until SIGTERM or SIGINT, or until a part dies, which raises.

    When another configuration is wanted, all parts end and begin anew with that one; where that
    cannot start, or a part soon dies, with the one before. Raises CannotListen, LogError, Unfit,
    OSError.
    """
    stop = _on_stop_signal()
    raise_descriptor_limit()
    doors = Doors()
    ready = asyncio.Event()
    feeding = asyncio.create_task(_feed_watchdog(ready), name="watchdog")

    def tell(parts: Running) -> None:
        announce(parts)
        notify("READY=1")
        ready.set()

    try:
        while not stop.is_set():
            await _serve_once(current, log, doors, stop, tell)
    finally:
        feeding.cancel()
        doors.close()
        await log.close()


async def _serve_once(
    current: Current,
    log: SqliteLog,
    doors: Doors,
    stop: asyncio.Event,
    tell: Callable[[Running], None],
) -> None:
    """Until it is told to stop, or to begin anew; `current` has the place for that then.

    `tell` is told when it runs.
    """
    is_tried = False
    try:
        expeditor, clock = await new_expeditor(current.place, log)
        if not await _loaded(expeditor, stop):
            return
        await current.finish_import(expeditor)
        async with running(current, log, expeditor, clock, doors) as parts:
            tell(parts)
            await _first_of(stop, current.begin_anew, seconds=TRIAL_SECONDS)
            is_tried = True
            await asyncio.to_thread(current.keep)
            await _first_of(stop, current.begin_anew)
            if stop.is_set():
                doors.close()  # Who comes from now on is refused, and tries again.
            notify("STOPPING=1" if stop.is_set() else reloading())
    except LogError:
        raise  # Of the disk, whatever the configuration.
    except Exception as error:
        if is_tried or not await asyncio.to_thread(current.fall_back, _why(error)):
            raise
        if not isinstance(error, CannotListen | Unfit | OSError):
            logger.exception("of a configuration that is on trial:")
        return
    if not stop.is_set():
        await asyncio.to_thread(current.take_next)


def _why(error: Exception) -> str:
    """Why it cannot run, in one line."""
    match error:
        case CannotListen():
            return str(error)
        case Unfit() | OSError():
            return tls.reason(error)
        case ExceptionGroup():
            return _why(error.exceptions[0])
    return f"a part of the service died of it: {error!r}"


async def _feed_watchdog(ready: asyncio.Event) -> None:
    """From when it is ready for the first time on, also while it begins anew."""
    await ready.wait()
    await feed_watchdog()


async def _first_of(*events: asyncio.Event, seconds: float | None = None) -> None:
    """Wait until one of them is set, or so many seconds have passed."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def new_expeditor(place: Place, log: SqliteLog) -> tuple[Expeditor, Clock]:
    """The kitchen and its log, not yet loaded, and its clock. Raises LogError."""
    last = await newest_moment(log)
    clock = await asyncio.to_thread(Clock.resume, place.directory, last)
    empty = partial(make_kitchen, place.config, place.menu.items)
    return Expeditor(log, place.directory, empty, clock.now), clock


async def _loaded(expeditor: Expeditor, stop: asyncio.Event) -> bool:
    """Build the state from the log; False when it was told to stop before that was done."""
    loading = asyncio.create_task(expeditor.load(), name="loading")
    stopping = asyncio.create_task(stop.wait(), name="stopping")
    await asyncio.wait({loading, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not loading.done():
        loading.cancel()
        return False
    await loading
    return True


@contextlib.asynccontextmanager
async def running(
    current: Current, log: Log, expeditor: Expeditor, clock: Clock, doors: Doors
) -> AsyncIterator[Running]:
    """All parts, on the current place, while the body runs; a part that dies ends it.

    `expeditor` is loaded from `log`. `doors` stay open. Raises CannotListen, Unfit, OSError.
    """
    place, config, directory = current.place, current.place.config, current.place.directory
    shown_now, printers_now, screens_now = ShownNow(), PrintersNow(), ScreensNow()
    presses, channels_now = Presses(), ChannelsNow()
    channels = await asyncio.to_thread(
        make_channels, config, expeditor, log, directory, channels_now
    )
    outside = channels.outside if channels else {}
    limits = Limits(config.http.limits, unlimited=outside)
    authority = await asyncio.to_thread(
        partial(auth.Authority, limits=limits, screens_now=screens_now),
        directory,
        config.appliance,
        config.auth,
    )
    identifier = await asyncio.to_thread(identity.identifier, directory)
    router = OrderRouter(
        expeditor.submit,
        AllowList(config.orders.allow),
        config.zone,
        config.orders.limits,
        identifier=identifier,
    )
    history, reports = _indexes(config, log, expeditor, directory)
    attention = Attention(expeditor, config.zone)
    screens = await asyncio.to_thread(
        partial(Watcher, config, expeditor, log, directory, screens_now, identifier=identifier)
    )
    printing = await asyncio.to_thread(
        partial(make_printing, screens_now=screens_now),
        config,
        expeditor,
        log,
        directory,
        printers_now,
    )
    machine = await asyncio.to_thread(Machine, directory)
    https = await asyncio.to_thread(make_https, config, directory, screens.announced_as)
    devices = await asyncio.to_thread(
        make_devices, config, expeditor, shown_now, printers_now, presses
    )
    status: dict[str, Callable[[], object]] = {
        "configuration": lambda: ConfigurationStatus(place.errors),
        "kitchen": attention.status,
        "orders": router.status,
        "auth": authority.status,
        "requests": limits.status,
        "history": history.status,
        "reports": reports.status,
        "routing": lambda: routing_status(expeditor),
        "screens": screens.status,
        **({"https": https.status} if https else {}),
        **({"panel": devices.status} if devices else {}),
        **(_of_printing(printing) if printing else {}),
    }
    card = await asyncio.to_thread(make_card, place.card, directory)
    panel = devices or NoDevices(config.devices.mode)
    health = make_health(
        config,
        expeditor,
        log,
        history=history,
        reports=reports,
        machine=machine,
        router=router,
        attention=attention,
        channels=channels,
        https=https,
        devices=panel,
        printing=printing,
        printers_now=printers_now,
        screens=screens,
        screens_now=screens_now,
        channels_now=channels_now,
        card=card or NoCard(),
        warnings=place.warnings,
    )
    app = make_app(
        expeditor,
        history,
        authority,
        make_view(config, lambda: expeditor.kitchen, lambda: expeditor.now()),  # noqa: PLW0108 - tests replace it
        config.zone,
        past=reports,
        kitchen=Kitchen(identifier, config.appliance.name),
        about=lambda: about(config, health.warnings()),
        reminders=attention.reminders,
        shown_now=shown_now,
        status=Status(status, StatusJson),
        health=health,
        devices=panel,
        printers=printing or NoPrinters(config.devices.mode),
        look=make_look(config.zone, expeditor),
        printers_now=printers_now,
        screens=screens,
        screens_now=screens_now,
        channels=channels or NoChannels(),
        channels_now=channels_now,
        set_up=SettingUp(current, expeditor),
        card=card or NoCard(),
        presses=presses,
        guests=guests(config),
        limits=limits,
        max_body=config.orders.limits.frame_bytes,
        names=lambda: frozenset(config.http.names) | (https.names if https else frozenset()),
        outside=outside,
    )
    app.add_routes(channels.routes() if channels else ())
    await asyncio.to_thread(_add_pages, app, https, config.appliance)
    runner = web.AppRunner(app, shutdown_timeout=HTTP_GOODBYE_SECONDS)
    await runner.setup()
    ports = Ports(runner, config)
    status["connections"] = ports.status
    try:
        if printing is not None:
            await printing.prepare()
        listening = await listen(config, router, ports, https, doors, free_ports=place.movable)
        presence = make_presence(config, identifier, listening.orders)
        screens.orders, health.places = listening.orders, listening.places
        screens.network = make_network(config, identifier, listening)
        if presence is not None:
            status["beacon"] = presence.status
            health.neighbours, screens.neighbours = presence.neighbours_heard, presence.neighbours
        async with asyncio.TaskGroup() as group:
            parts = [
                group.create_task(part, name=name)
                for name, part in (
                    ("expeditor", expeditor.run()),
                    ("clock", clock.run()),
                    ("machine", machine.run()),
                    ("health", health.run()),
                    ("timers", Timers(expeditor).run()),
                    ("history", history.run()),
                    ("reports", reports.run()),
                    ("orders", router.run()),
                    ("http", ports.run()),
                    ("auth", authority.run()),
                    ("screens", screens.run()),
                    *((("beacon", presence.run()),) if presence else ()),
                    *((("https", https.run()),) if https else ()),
                    *((("panel", devices.run()),) if devices else ()),
                    *((("printing", printing.run()),) if printing else ()),
                    *((("channels", channels.run()),) if channels else ()),
                    *((("card", card.run()),) if card else ()),
                )
            ]
            yield Running(
                listening,
                expeditor,
                router,
                authority,
                app,
                presence,
                https,
                shown_now,
                printers_now,
                channels_now,
                screens,
                machine,
                devices,
                printing,
            )
            # The ways in close first; what they took is still answered.
            await asyncio.gather(ports.close(), router.close())
            for part in parts:
                part.cancel()
    finally:
        await ports.close()
        await asyncio.gather(router.close(), runner.cleanup())
        for behind in (printing, channels):
            if behind is not None:
                await behind.close()
    await expeditor.save_snapshot()


def _indexes(
    config: Config, log: Log, expeditor: Expeditor, directory: Path
) -> tuple[History, Reports]:
    feed = expeditor.feed
    reports = Reports(log, feed, directory, lambda: expeditor.kitchen, config.zone)
    return History(log, feed, directory), reports


def _add_pages(app: web.Application, https: tls.Https | None, own: Appliance) -> None:
    pages.add_routes(app.router, own.language, own.time_zone)
    if https is not None and https.authority_pem is not None:
        pages.add_authority(app.router, https.authority_pem)


def _of_printing(printing: "Printing") -> dict[str, Callable[[], object]]:
    """Its parts of the status."""
    return {
        "printers": lambda: printers_shown(printing.shown()),
        "printing": printing.status,
    }


def _on_stop_signal() -> asyncio.Event:
    """Set when SIGTERM or SIGINT comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
