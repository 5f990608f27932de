"""Connections of HTTP, on every port: what no middleware gets to see is answered as by one.

aiohttp answers what is no HTTP by `web.RequestHandler.handle_error`, which may be overridden;
its sites have no place for another handler, so the ports are opened here.
"""

import asyncio
import ssl
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import ContentEncodingError, LineTooLong

from appliance.api import access_log, errors
from appliance.api.errors import ApiError
from appliance.listening import DUAL_STACK, dual_stack

BACKLOG: Final = 128
"""Connections that wait to be accepted: as many as aiohttp's own sites have."""


class Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ()

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

    def __init__(self, runner: web.AppRunner) -> None:
        """`runner` has been set up."""
        self._runner = runner
        self._servers: list[asyncio.Server] = []

    async def listen(self, host: str, port: int, context: ssl.SSLContext | None = None) -> int:
        """Listen there too, with TLS where there is a context; the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        if host == DUAL_STACK:
            server = await loop.create_server(
                self._connection, sock=dual_stack(port), ssl=context, backlog=BACKLOG
            )
        else:
            server = await loop.create_server(
                self._connection, host, port, ssl=context, backlog=BACKLOG
            )
        self._servers.append(server)
        return int(server.sockets[-1].getsockname()[1])

    def close(self) -> None:
        """Take no more connections; those that there are end with the runner."""
        for server in self._servers:
            server.close()

    def _connection(self) -> Connection:
        server = self._runner.server
        if server is None:
            raise ConnectionAbortedError("the application has ended")
        return Connection(
            server,
            loop=asyncio.get_running_loop(),
            access_log=access_log.logger,
            access_log_class=access_log.AccessLogger,
        )


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
