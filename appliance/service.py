"""The composition root: builds the parts, runs them, stops them. No logic of its own.

Start here: `serve` names every part and what it is given.
"""

import asyncio
import contextlib
import errno
import os
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from aiohttp import web

from appliance import identity, pages, tls
from appliance.api import access_log, auth
from appliance.api.app import make_app
from appliance.api.attention import Attention
from appliance.api.ticket_json import TicketView
from appliance.clock import Clock
from appliance.config import Address, Config, Duration, RouteSection, StationSection
from appliance.expeditor import Expeditor, newest_moment
from appliance.interfaces import broadcasting
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import CONDITIONS, Rule, Window
from appliance.kitchen.settings import Late, Settings
from appliance.lan.presence import Presence
from appliance.listening import DUAL_STACK, dual_stack
from appliance.log.sqlite import SqliteLog
from appliance.orders.peers import AllowList
from appliance.orders.server import OrderRouter
from appliance.systemd import feed_watchdog, notify
from appliance.timers import Timers

HTTP_GOODBYE_SECONDS: Final = 0.5
"""For requests that are being answered when the service stops."""


class CannotListen(Exception):
    """A port could not be bound; the text says which, and why."""


class Listening(NamedTuple):
    """What is where, once everything runs."""

    orders: Address
    http: Address
    https: Address | None


class Running(NamedTuple):
    """The parts that run, for whoever shows them to a person or to a test."""

    listening: Listening
    expeditor: Expeditor
    router: OrderRouter
    authority: auth.Authority
    app: web.Application
    presence: Presence | None
    https: tls.Https | None


async def serve(
    config: Config,
    log: SqliteLog,
    directory: Path,
    *,
    warnings: list[str],
    free_ports: bool,
    announce: Callable[[Running], None],
) -> None:
    """Run until SIGTERM or SIGINT, or until a part dies, which raises.

    For the arguments see `running`. Raises CannotListen, LogError, Unfit, OSError.
    """
    stop = _on_stop_signal()
    try:
        expeditor = await new_expeditor(config, log, directory)
        if not await _loaded(expeditor, stop):
            return
        async with running(
            config, expeditor, directory, warnings=warnings, free_ports=free_ports
        ) as parts:
            announce(parts)
            notify("READY=1")
            await stop.wait()
            notify("STOPPING=1")
    finally:
        await log.close()


async def new_expeditor(config: Config, log: SqliteLog, directory: Path) -> Expeditor:
    """The kitchen and its log, not yet loaded. Raises LogError."""
    last = await newest_moment(log)
    clock = await asyncio.to_thread(Clock.resume, directory, last)
    return Expeditor(log, directory, lambda: make_kitchen(config), clock.now)


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
    config: Config,
    expeditor: Expeditor,
    directory: Path,
    *,
    warnings: list[str],
    free_ports: bool,
) -> AsyncIterator[Running]:
    """All parts, while the body runs; a part that dies ends it.

    `expeditor` is loaded. `warnings` are shown on the pages. With `free_ports`, a port in
    use is replaced by one that is free. Raises CannotListen, Unfit, OSError.
    """
    authority = await asyncio.to_thread(auth.Authority, directory, config.appliance, config.auth)
    router = OrderRouter(
        expeditor.submit, AllowList(config.orders.allow), config.zone, config.orders.limits
    )
    attention = Attention(expeditor, config.zone)
    status: dict[str, Callable[[], object]] = {
        "kitchen": attention.status,
        "orders": router.status,
        "auth": authority.status,
    }
    https = await asyncio.to_thread(make_https, config, directory)
    if https is not None:
        status["https"] = https.status
        warnings = [*warnings, *https.status().warnings]
    app = make_app(
        expeditor,
        authority,
        TicketView(
            config.appliance.tenant_id,
            config.appliance.location_id,
            lambda: expeditor.kitchen,
        ),
        config.zone,
        about=about(config, warnings),
        reminders=attention.reminders,
        status=status,
    )
    await asyncio.to_thread(pages.add_routes, app.router)
    if https is not None and https.authority_pem is not None:
        pages.add_authority(app.router, https.authority_pem)
    runner = web.AppRunner(
        app,
        access_log=access_log.logger,
        access_log_class=access_log.AccessLogger,
        shutdown_timeout=HTTP_GOODBYE_SECONDS,
    )
    await runner.setup()
    try:
        orders = await _listen(router.listen, config.orders.listen, "orders", free_ports=free_ports)
        http = await _listen(_site(runner), config.http.listen, "http", free_ports=free_ports)
        secure = None
        if https is not None and config.https is not None:
            site = _site(runner, https.context)
            secure = await _listen(site, config.https.listen, "https", free_ports=free_ports)
        presence = await _presence(config, directory, orders) if config.orders.beacon else None
        if presence is not None:
            status["beacon"] = presence.status
        async with asyncio.TaskGroup() as group:
            parts = [
                group.create_task(part, name=name)
                for name, part in (
                    ("expeditor", expeditor.run()),
                    ("timers", Timers(expeditor).run()),
                    ("orders", router.run()),
                    ("auth", authority.run()),
                    ("watchdog", feed_watchdog()),
                    *((("beacon", presence.run()),) if presence else ()),
                    *((("https", https.run()),) if https else ()),
                )
            ]
            listening = Listening(orders, http, secure)
            yield Running(listening, expeditor, router, authority, app, presence, https)
            for part in parts:
                part.cancel()
    finally:
        # The ways in close first; what they took is still answered.
        await asyncio.gather(router.close(), runner.cleanup())
    await expeditor.save_snapshot()


async def _presence(config: Config, directory: Path, orders: Address) -> Presence:
    return Presence(
        identifier=await asyncio.to_thread(identity.identifier, directory),
        name=config.appliance.name,
        orders_host=orders.host,
        orders_port=orders.port,
        interfaces=broadcasting,
    )


def make_kitchen(config: Config) -> Kitchen:
    """An empty kitchen with the stations and rules of the configuration."""
    plan = Plan(
        tuple(_station(section) for section in config.station),
        tuple(_rule(section, place) for place, section in enumerate(config.route, 1)),
        config.default_station,
        config.zone,
    )
    timing = config.timing
    settings = Settings(
        recall_window=_ms(timing.recall_window),
        finish_together=timing.finish_together,
        hold_future_orders=timing.auto_hold_future_orders,
        fire_next_course=timing.fire_next_course,
        late_after=_ms(timing.late_after),
        very_late_after=_ms(timing.very_late_after),
        late=tuple(
            Late(_ms(late.late_after), _ms(late.very_late_after), late.mode, late.station)
            for late in timing.late
        ),
        day_closes=timing.day_closes.minutes,
    )
    return Kitchen(plan, settings)


def _ms(seconds: Duration) -> int:
    return int(seconds) * 1000


def _station(section: StationSection) -> Station:
    """The kitchen's station for one of the file."""
    threshold = section.alert_threshold
    return Station(
        section.id,
        section.name,
        section.type,
        section.display_order,
        section.color,
        section.sound_alerts,
        None if threshold is None else int(threshold),
        section.active,
        source="file",
    )


def _rule(section: RouteSection, place: int) -> Rule:
    """The kitchen's rule for one of the file: `file-1` is the first."""
    given = {name: getattr(section, name) for name in CONDITIONS if name != "time_of_day"}
    window = section.time_of_day
    return Rule(
        f"file-{place}",
        section.station,
        int(section.prep_time),
        section.priority_boost,
        **given,
        time_of_day=None if window is None else Window(*map(int, window)),
        source="file",
    )


def about(config: Config, warnings: list[str]) -> dict[str, Any]:
    """What the pages need to know of this kitchen, apart from its stations and tickets."""
    return {"name": config.appliance.name, "warnings": warnings}


def make_https(config: Config, directory: Path) -> tls.Https | None:
    """What https presents, if it is wanted. Raises Unfit, OSError."""
    if config.https is None:
        return None
    if config.https.files is not None:
        return tls.Https(tls.GivenFiles(*config.https.files))
    return tls.Https(tls.OwnAuthority(directory, tls.own_names))


def _site(
    runner: web.AppRunner, context: ssl.SSLContext | None = None
) -> Callable[[str, int], Awaitable[int]]:
    async def listen(host: str, port: int) -> int:
        site: web.BaseSite
        if host == DUAL_STACK:
            site = web.SockSite(runner, dual_stack(port), ssl_context=context)
        else:
            site = web.TCPSite(runner, host, port, ssl_context=context)
        await site.start()
        return int(runner.addresses[-1][1])

    return listen


async def _listen(
    listen: Callable[[str, int], Awaitable[int]], wanted: Address, what: str, *, free_ports: bool
) -> Address:
    """Where it listens now."""
    try:
        port = await listen(wanted.host, wanted.port)
    except OSError as error:
        if not (free_ports and error.errno == errno.EADDRINUSE):
            known = error.errno is not None and error.errno > 0
            reason = os.strerror(error.errno or 0) if known else error.strerror or str(error)
            raise CannotListen(f"{what}.listen: cannot listen on {wanted}: {reason}") from error
        port = await listen(wanted.host, 0)
    return Address(f"{wanted.rpartition(':')[0]}:{port}")


def _on_stop_signal() -> asyncio.Event:
    """Set when SIGTERM or SIGINT comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
