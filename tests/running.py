"""The whole appliance within the test's process: real sockets, real files, free ports."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any, Final

import aiohttp
from msgspec.structs import replace

from appliance import config, service
from appliance.api import auth
from appliance.api.app import BASE
from appliance.installing.current import Current
from appliance.installing.place import OWN, MenuOfFile, Place
from appliance.kitchen.menu import MenuItem
from appliance.log.sqlite import SqliteLog
from appliance.ports import Doors
from appliance.service import Running

DEMO: Final = config.embedded()
"""The built-in configuration."""
PLAIN: Final = DEMO.partition("[[button]]")[0]
"""The same without buttons, bars and lights: nothing but a test does anything."""
AT_ONCE: Final = PLAIN.replace("finish_together = true", "finish_together = false")
"""The same, but that each station begins when the order arrives."""


class RunningAppliance:
    """What a test can reach: the ports, a token, and the parts for looking inside."""

    def __init__(
        self,
        current: Current,
        parts: Running,
        log: SqliteLog,
        http: aiohttp.ClientSession,
    ) -> None:
        self.current = current
        directory = current.place.directory
        self.directory = directory
        self.orders_port = parts.listening.orders.port
        self.url = f"http://{parts.listening.http}"
        self.expeditor = parts.expeditor
        self.router = parts.router
        self.authority = parts.authority
        self.app = parts.app
        self.devices = parts.devices
        self.printing = parts.printing
        self.screens = parts.screens
        self.machine = parts.machine
        self.shown_now = parts.shown_now
        self.printers_now = parts.printers_now
        self.channels_now = parts.channels_now
        self.log = log
        self.http = http
        self.secret = (directory / "secret").read_bytes()

    def token(self, *roles: str, stations: Collection[str] = (), seconds: int = 3600) -> str:
        """A token of the local issuer for this appliance."""
        return auth.issue(
            self.secret,
            roles=roles or ("manager",),
            tenant="default",
            subject="test",
            seconds=seconds,
            stations=stations,
        )

    async def converse(self, *pieces: bytes, half_close: bool = True) -> bytes:
        """Send pieces over one connection to the order port; all that came back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.orders_port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if half_close:
                writer.write_eof()
            return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()

    async def order(self, command: str = "create-order", **order: Any) -> bytes:
        """Send one command with this order; the reply."""
        return await self.converse(json.dumps({"command": command, "order": order}).encode())

    async def call(
        self, method: str, path: str, *, role: str = "manager", json: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """Ask the ticket API; the status and the decoded body."""
        headers = {"Authorization": f"Bearer {self.token(role)}"} | headers
        url = self.url + BASE + path
        async with self.http.request(method, url, json=json, headers=headers) as answer:
            return answer.status, await answer.json()

    async def tickets(self, station: str, **query: str) -> list[Any]:
        """The tickets of a station, as the API lists them."""
        text = "&".join(f"{name}={value}" for name, value in query.items())
        status, body = await self.call("GET", f"/stations/{station}/tickets?{text}")
        assert status == 200, body
        assert isinstance(body, list)
        return body


@contextlib.asynccontextmanager
async def running(
    directory: Path,
    text: str | None = None,
    *,
    vfs: str | None = None,
    menu: tuple[MenuItem, ...] = (),
    card: Path | None = None,
) -> AsyncIterator[RunningAppliance]:
    """The appliance on a configuration's text (by default the plain kitchen)."""
    # What the service may do before it listens, while blocking still harms nobody.
    settings = await asyncio.to_thread(config.parse, text or PLAIN, "test configuration")
    settings = on_free_ports(settings)
    log = await asyncio.to_thread(SqliteLog, directory, vfs)
    file, shown = directory / OWN, MenuOfFile(menu)
    place = Place("own", file, settings, text or PLAIN, directory, [], [], shown, card=card)
    current, doors = Current(place, lambda: place), Doors()
    try:
        expeditor, clock = await service.new_expeditor(current.place, log)
        await expeditor.load()
        async with (
            service.running(current, log, expeditor, clock, doors) as parts,
            aiohttp.ClientSession() as http,
        ):
            yield RunningAppliance(current, parts, log, http)
    finally:
        doors.close()
        await log.close()


def on_free_ports(settings: config.Config) -> config.Config:
    anywhere = config.Address("127.0.0.1:0")
    return replace(
        settings,
        orders=replace(settings.orders, listen=anywhere),
        http=replace(settings.http, listen=anywhere),
    )
