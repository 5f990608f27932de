"""A server that has outages: what a simulated channel is made of."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Final, Literal

from aiohttp import web
from aiohttp.typedefs import Handler

Outage = Literal["refused", "503", "500", "silent", "answer lost"]
"""`refused`: nobody listens. `silent`: it accepts, and never answers. `answer lost`: it takes what
it is told, and the connection breaks before it says so."""

_GOODBYE_SECONDS: Final = 0.1


class FailingServer(ABC):
    """Listens between `start` and `stop`, and after a stop on the same port again."""

    def __init__(self, host: str, port: int) -> None:
        """`port`: 0 for one that is free."""
        self.retry_after: float | str | None = None
        """Seconds that a 503 asks to wait, or until when, as HTTP writes a date."""
        self.turned_away = 0
        """Calls that an outage answered."""
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None
        self._outage: Outage | None = None
        self._spoken = asyncio.Event()

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers to."""

    @abstractmethod
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What it answers while it has no outage that keeps it from that."""

    @property
    def origin(self) -> str:
        """Where it listens, as a URL without a path."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def outage(self) -> Outage | None:
        """What is wrong with it now."""
        return self._outage

    async def fail(self, outage: Outage) -> None:
        """Have an outage from now on, in place of another."""
        await self.mend()
        self._outage = outage
        if outage == "refused":
            await self.stop()
        elif outage == "silent":
            self._spoken.clear()

    async def mend(self) -> None:
        """Have none any more: on the same port, knowing what it knew."""
        before, self._outage = self._outage, None
        self._spoken.set()
        if before == "refused":
            await self.start()

    async def start(self) -> None:
        """Listen. Raises OSError."""
        app = web.Application(middlewares=[self._as_it_is])
        app.add_routes(self.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GOODBYE_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except BaseException:
            await runner.cleanup()
            raise
        self._runner, self._port = runner, runner.addresses[0][1]

    async def stop(self) -> None:
        """Close all connections, and listen no more."""
        runner, self._runner = self._runner, None
        self._spoken.set()
        if runner is not None:
            await runner.cleanup()

    @web.middleware
    async def _as_it_is(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._outage == "silent":
            await self._spoken.wait()
            return _hang_up(request)
        if self._outage in ("503", "500"):
            waiting = self._outage == "503" and self.retry_after is not None
            headers = {"Retry-After": str(self.retry_after)} if waiting else None
            self.turned_away += 1
            return said(int(self._outage), "out of order", headers)
        answer = await self.answer(request, handler)
        return _hang_up(request) if self._outage == "answer lost" else answer


def said(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """An answer that is an error, as the channel's API words it."""
    body: dict[str, Any] = {"code": status, "description": message}
    return web.json_response(body, status=status, headers=headers)


def _hang_up(request: web.Request) -> web.Response:
    """Break the connection; what is answered goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
