"""The whole appliance within the test's process: real sockets, real files, free ports."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from appliance import config, pages
from appliance.api import auth
from appliance.api.app import BASE, make_app
from appliance.api.ticket_json import TicketView
from appliance.clock import Clock
from appliance.expeditor import Expeditor, newest_moment
from appliance.log.sqlite import SqliteLog
from appliance.orders.peers import AllowList
from appliance.orders.server import OrderRouter
from appliance.service import about, make_kitchen


class RunningAppliance:
    """What a test can reach: the ports, a token, and the parts for looking inside."""

    def __init__(
        self,
        *,
        directory: Path,
        orders_port: int,
        http_port: int,
        expeditor: Expeditor,
        router: OrderRouter,
        log: SqliteLog,
        authority: auth.Authority,
        http: aiohttp.ClientSession,
        secret: bytes,
    ) -> None:
        self.directory = directory
        self.orders_port = orders_port
        self.url = f"http://127.0.0.1:{http_port}"
        self.expeditor = expeditor
        self.router = router
        self.log = log
        self.authority = authority
        self.http = http
        self.secret = secret

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
    directory: Path, text: str | None = None, *, vfs: str | None = None
) -> AsyncIterator[RunningAppliance]:
    """The appliance on a configuration's text (the built-in one by default)."""
    # What the service may do before it listens, while blocking still harms nobody.
    embedded = await asyncio.to_thread(config.embedded)
    settings = await asyncio.to_thread(config.parse, text or embedded, "test configuration")
    log = await asyncio.to_thread(SqliteLog, directory, vfs)
    secret = await asyncio.to_thread(auth.local_secret, directory)
    clock = await asyncio.to_thread(Clock.resume, directory, await newest_moment(log))
    expeditor = Expeditor(log, directory, lambda: make_kitchen(settings), clock.now)
    await expeditor.load()
    authority = auth.Authority(secret, settings.appliance.tenant_id)
    view = TicketView(settings.appliance.tenant_id, settings.appliance.location_id)
    router = OrderRouter(expeditor.submit, AllowList(settings.orders.allow), settings.zone)
    app = make_app(expeditor, authority, view, about(settings, []))
    await asyncio.to_thread(pages.add_routes, app.router)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    orders_port = await router.listen("127.0.0.1", 0)
    parts = [asyncio.create_task(expeditor.run()), asyncio.create_task(router.run())]
    try:
        async with aiohttp.ClientSession() as http:
            yield RunningAppliance(
                directory=directory,
                orders_port=orders_port,
                http_port=runner.addresses[0][1],
                expeditor=expeditor,
                router=router,
                log=log,
                authority=authority,
                http=http,
                secret=secret,
            )
    finally:
        await asyncio.gather(router.close(), runner.cleanup())
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
        await expeditor.save_snapshot()
        await log.close()
