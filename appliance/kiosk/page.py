"""The screen's own page, on its own port: all of it for the browser of this computer alone.

Codes adopt this screen, so nobody else is shown them: from elsewhere there is `/health`, and a page
that says where to look. What is asked by another site's page is asked from elsewhere, too, which
its `Host` gives away.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from typing import Final, cast

import msgspec
from aiohttp import web

from appliance.config import Address
from appliance.kiosk.shown import Health, Shown
from appliance.listening import dual_stack

MOST_FROM_ELSEWHERE: Final = 16
"""Connections; for one more the oldest is closed, so that nobody takes the browser's."""
KEEP_ALIVE_SECONDS: Final = 15.0
_BACKLOG: Final = 64
_MOST_REQUEST: Final = 4096
"""Bytes of a line and of a header: a browser's own are a tenth of that."""
_FILES: Final = Path(__file__).parent / "static"
_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_OWN_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_ELSEWHERE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
    '<meta name="viewport" content="width=device-width"><h1>{name}</h1>'
    "<p>This is a kitchen screen. Its code is shown on the screen itself, for a manager to type "
    'on the pages of the kitchen.</p><p>{home}</p><p><a href="/health">How it is</a></p></html>'
)


class Page:
    """The port, while it is entered."""

    def __init__(self, shown: Callable[[], Awaitable[Shown]], health: Callable[[], Health]) -> None:
        """`shown` is asked each time that our page asks; reads files, so it blocks."""
        self._shown = shown
        self._health = health
        self._guests: dict[_Connection, None] = {}
        app = web.Application(client_max_size=0)
        app.router.add_get("/", self._page(_FILES / "screen.html"))
        for path in sorted(_FILES.glob("screen.[!h]*")):
            app.router.add_get(f"/{path.name}", self._page(path))
        app.router.add_get("/state", self._state)
        app.router.add_get("/health", self._tell_health)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> int:
        """Listen on all interfaces; the port, where it may be any. Raises OSError."""
        await self._runner.setup()
        handler = cast("web.Server", self._runner.server)  # None before it is set up.
        if socket.has_dualstack_ipv6():
            listening = dual_stack(port)
        else:
            listening = socket.create_server(("", port))
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self._guests, handler), sock=listening, backlog=_BACKLOG
        )
        return int(listening.getsockname()[1])

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()
        if self._server is not None:
            await self._server.wait_closed()

    def _page(self, path: Path) -> Callable[[web.Request], Awaitable[web.Response]]:
        content, type_ = path.read_bytes(), _TYPES[path.suffix]

        async def serve(request: web.Request) -> web.Response:
            if not _is_own(request):
                return self._for_others()
            return web.Response(body=content, content_type=type_, charset="utf-8", headers=_HEADERS)

        return serve

    def _for_others(self) -> web.Response:
        health = self._health()
        home = f"It belongs to {health.hub_name or 'the kitchen'} at {health.hub}."
        text = _ELSEWHERE.format(name=escape(health.name), home=escape(home) if health.hub else "")
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)

    async def _state(self, request: web.Request) -> web.Response:
        if not _is_own(request):
            return web.Response(status=403, text="For the browser of this computer.\n")
        return _json(await self._shown())

    async def _tell_health(self, _request: web.Request) -> web.Response:
        return _json(self._health())


class _Connection(web.RequestHandler):
    """One connection. Those from elsewhere are counted."""

    __slots__ = ("_guests",)

    def __init__(self, guests: "dict[_Connection, None]", server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            access_log=None,  # type: ignore[arg-type]  # None is for none, as AppRunner has it
            max_line_size=_MOST_REQUEST,
            max_field_size=_MOST_REQUEST,
        )
        self._guests = guests

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place, if need be that of the oldest."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        if peer is not None and is_this_machine(peer[0]):
            return
        if len(self._guests) >= MOST_FROM_ELSEWHERE:
            oldest = next(iter(self._guests))
            del self._guests[oldest]
            oldest.force_close()
            if oldest.transport is not None:
                oldest.transport.abort()
        self._guests[self] = None

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give the place back."""
        self._guests.pop(self, None)
        super().connection_lost(exc)


def _json(content: Shown | Health) -> web.Response:
    body = msgspec.json.encode(content)
    return web.Response(body=body, content_type="application/json", headers=_HEADERS)


def _is_own(request: web.Request) -> bool:
    """Whether the browser of this computer asks for our own page."""
    try:
        host = Address.parse(f"{request.host}:0" if ":" not in request.host else request.host).host
    except ValueError:
        return False
    return host in _OWN_HOSTS and is_this_machine(request.remote or "")


def is_this_machine(address: str) -> bool:
    """Whether who has this address is on this computer."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback
