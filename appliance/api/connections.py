"""Connections of HTTP, on every port: what no middleware gets to see is answered as by one.

aiohttp answers what is no HTTP by `web.RequestHandler.handle_error`, which may be overridden;
its sites have no place for another handler, so the ports are opened here. It neither counts
connections nor minds how long a request takes to arrive: that is done here, too.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from random import getrandbits
from time import monotonic
from typing import Final, cast

from aiohttp import web
from aiohttp.http_exceptions import ContentEncodingError, LineTooLong

from appliance import config
from appliance.api import access_log, errors
from appliance.api.errors import ApiError
from appliance.api.places import ConnectionsStatus, Places
from appliance.api.result import Result

BACKLOG: Final = 128
"""Connections that wait to be accepted: as many as aiohttp's own sites have."""
KEEP_ALIVE_SECONDS: Final = 75.0
"""After an answer, for the next request: a page polls and reconnects far more often."""
CHECK_EVERY_SECONDS: Final = 1.0
"""How exactly deadlines are kept."""
HANDSHAKE_SECONDS: Final = 10.0
"""For TLS, from connecting until it is agreed on."""
ACCEPT_AGAIN_SECONDS: Final = 0.1
HEARD_SECONDS: Final = 0.25
"""For the first request of who has just connected, when the service stops: the round trip of a
tunnel, after which he would not know whether it was taken."""
LOOK_SECONDS: Final = 0.01
"""Between two looks whether it has come."""
FAREWELL_SECONDS: Final = 2.0
"""For TLS, until the other side agrees to the end."""


class Connection(web.RequestHandler):
    """One connection, which has a place as long as it lasts."""

    __slots__ = ("_address", "_begun", "_http", "_ports", "_request")

    def __init__(self, ports: "Ports", server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            access_log=access_log.logger,
            access_log_class=access_log.AccessLogger,
        )
        self._ports = ports
        self._address: str | None = None
        """None without a place."""
        self._http: asyncio.Transport | None = None
        self._request: web.BaseRequest | None = None
        """The one that is being answered."""
        self._begun: float | None = None
        """Since when a request is awaited or arriving; None after an answer, until the next."""

    def enter(self, address: str) -> bool:
        """Take a place, if there is one."""
        if not self._ports.welcome(self, address):
            return False
        self._address = address
        return True

    def leave(self) -> None:
        """Give the place back, if it has one."""
        if self._address is not None:
            self._ports.leave(self, self._address)
            self._address = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, after the handshake where there is one."""
        self._http = cast("asyncio.Transport", transport)
        self._begun = monotonic()
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give the place back."""
        self.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came in; with the first byte of a request its time begins."""
        # aiohttp itself calls it with nothing, to go on.
        if data and self._begun is None and self._request is None:
            self._begun = monotonic()
        super().data_received(data)

    def is_late(self, now: float, seconds: float) -> bool:
        """Whether a request did not come, or not wholly, within so many seconds."""
        if self._begun is None or now - self._begun < seconds:
            return False
        return self._request is None or not self._request.content.is_eof()

    @property
    def is_awaited(self) -> bool:
        """Whether its next request has begun, or its first one may come any moment."""
        return self._begun is not None and self._request is None

    def abort(self) -> None:
        """Close it at once."""
        if self._http is not None:
            self._http.abort()

    async def _handle_request(
        self,
        request: web.BaseRequest,
        start_time: float | None,
        request_handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    ) -> tuple[web.StreamResponse, bool]:
        """Answer a request, whose head is there; its body may not be."""
        self._request = request
        if self._begun is None:
            self._begun = monotonic()
        try:
            return await super()._handle_request(request, start_time, request_handler)
        finally:
            self._request = self._begun = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP, or what failed outside of the middlewares; then close.

        Raises ConnectionError where part of an answer has been sent.
        """
        super().handle_error(request, status, exc, message)  # It writes the log.
        request[access_log.UNROUTED] = True
        response = _response(request, _error(status, exc))
        response.force_close()
        return response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, what was raised before any middleware (417) as an error of ours."""
        if isinstance(resp, web.HTTPException) and resp.status >= HTTPStatus.BAD_REQUEST:
            resp = _response(request, errors.of_aiohttp(resp))
        if access_log.UNROUTED in request:  # The application's signals are not for it.
            await errors.label(request, resp)
        return await super().finish_response(request, resp, start_time)


class Ports:
    """Where one application listens."""

    def __init__(self, runner: web.AppRunner, settings: config.Config) -> None:
        """`runner` has been set up."""
        self._runner = runner
        self._seconds = float(settings.http.limits.request_timeout)
        self._places = Places(settings)
        self._connections: set[Connection] = set()
        self._listening: dict[socket.socket, ssl.SSLContext | None] = {}
        """Each socket that listens, with what it is encrypted by."""
        self._beginning: set[asyncio.Task[None]] = set()
        """One for each connection that is not yet one, in a handshake for the most part."""

    def listen(
        self, sockets: Iterable[socket.socket], context: ssl.SSLContext | None = None
    ) -> None:
        """Take what comes in by these too, with TLS where there is a context; they are its own."""
        for listening in sockets:
            listening.listen(BACKLOG)
            listening.setblocking(False)  # noqa: FBT003 - its only parameter
            self._listening[listening] = context
            self._watch(listening, context)

    async def run(self) -> None:
        """Watch over deadlines until cancelled."""
        while True:
            await asyncio.sleep(CHECK_EVERY_SECONDS)
            self.check_deadlines(monotonic())

    def check_deadlines(self, now: float) -> None:
        """Close the connections whose request takes too long."""
        late = [each for each in self._connections if each.is_late(now, self._seconds)]
        for connection in late:
            self._places.too_slow += 1
            connection.abort()

    async def close(self) -> None:
        """Take no more connections; whoever has come is heard, if he is quick.

        What is being answered then ends with the runner. Again, it does nothing.
        """
        for listening, context in self._listening.items():
            # No task that is cancelled: what that has just accepted would be lost.
            asyncio.get_running_loop().remove_reader(listening)
            with listening:
                self._accept(listening, context)
        self._listening.clear()
        ends = monotonic() + HEARD_SECONDS
        while monotonic() < ends and (  # noqa: ASYNC110 - a few looks, once
            self._beginning or self._any_awaited()
        ):
            await asyncio.sleep(LOOK_SECONDS)
        for task in self._beginning:
            task.cancel()
        await asyncio.gather(*self._beginning, return_exceptions=True)

    def _any_awaited(self) -> bool:
        return any(connection.is_awaited for connection in self._connections)

    def status(self) -> ConnectionsStatus:
        """How many connections there are."""
        return self._places.status()

    # ── for the connections ──────────────────────────────────────────────────────────

    def welcome(self, connection: Connection, address: str) -> bool:
        """Whether a new connection gets a place."""
        if not self._places.take(address):
            return False
        self._connections.add(connection)
        return True

    def leave(self, connection: Connection, address: str) -> None:
        """A connection has gone, and its place is free."""
        self._connections.discard(connection)
        self._places.leave(address)

    # ── accepting ────────────────────────────────────────────────────────────────────

    def _accept(self, listening: socket.socket, context: ssl.SSLContext | None) -> None:
        """Let in all who have come."""
        while True:
            try:
                connected, peer = listening.accept()
            except BlockingIOError:
                return
            except OSError:
                # Out of descriptors, most likely: whoever has come stays in the queue.
                loop = asyncio.get_running_loop()
                loop.remove_reader(listening)
                loop.call_later(ACCEPT_AGAIN_SECONDS, self._watch, listening, context)
                return
            connected.setblocking(False)  # noqa: FBT003 - its only parameter
            self._let_in(connected, str(peer[0]), context)

    def _watch(self, listening: socket.socket, context: ssl.SSLContext | None) -> None:
        if listening in self._listening:
            loop = asyncio.get_running_loop()
            loop.add_reader(listening, self._accept, listening, context)

    def _let_in(
        self, connected: socket.socket, address: str, context: ssl.SSLContext | None
    ) -> None:
        """Its place is taken before a handshake, which takes time and a descriptor, too."""
        server = self._runner.server
        connection = None if server is None else Connection(self, server)
        if connection is None or not connection.enter(address):
            with connected, contextlib.suppress(OSError):
                if context is None:  # With TLS no words would be understood yet.
                    connected.send(_no_place())
            return
        beginning = self._begin(connected, connection, context)
        task = asyncio.get_running_loop().create_task(beginning, name="HTTP connection")
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    async def _begin(
        self, connected: socket.socket, connection: Connection, context: ssl.SSLContext | None
    ) -> None:
        begun = False
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                connected,
                ssl=context,
                ssl_handshake_timeout=None if context is None else HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=None if context is None else FAREWELL_SECONDS,
            )
            begun = True
        except OSError:
            pass  # It is no TLS, or none that we speak; or it took too long, or left.
        finally:
            if not begun:
                connection.leave()
                connected.close()


def _no_place() -> bytes:
    """What is sent to a connection that there is no place for, whatever it is about to ask."""
    wait = {"Retry-After": "2"}
    error = ApiError(503, "SERVICE_UNAVAILABLE", "too many connections at present", headers=wait)
    request_id = f"{getrandbits(128):032x}"
    answer: Result = errors.result(request_id, error)
    body = answer.body or b""
    head = (
        "HTTP/1.1 503 Service Unavailable",
        "Content-Type: application/json; charset=utf-8",
        f"Content-Length: {len(body)}",
        f"{errors.HEADER}: {request_id}",
        "Cache-Control: no-store",
        "Retry-After: 2",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _error(status: int, error: BaseException | None) -> ApiError:
    """What is said of it: nothing that was sent, which may be a token."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.fault()
    if isinstance(error, ContentEncodingError):
        # What aiohttp could undo with a package more, it says to install.
        if "install" in error.message:
            message = "Content-Encoding: send gzip, deflate or none"
            return ApiError(415, "UNSUPPORTED_MEDIA_TYPE", message)
        what = "its body is not as its headers say"
    else:
        what = "a line of it is too long" if isinstance(error, LineTooLong) else "this is no HTTP"
    return ApiError(status, "VALIDATION_ERROR", f"the request cannot be read: {what}")


def _response(request: web.BaseRequest, error: ApiError) -> web.Response:
    return errors.result(errors.identify(request), error).response()
