"""The access log: who asked for what, how it ended, how long it took; nothing of a guest.

A path is written as it was declared, with the id of a station that there is alone filled in:
ids of orders, what is no station, and whatever stands behind a `?` may be personal.
"""

import asyncio
import logging
from collections.abc import Callable, Container
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from appliance.address import plain
from appliance.api.errors import REQUEST_ID

logger: Final = logging.getLogger(__name__)

UNROUTED: Final = web.RequestKey("unrouted", bool)
"""Set on a request that no path was looked up for: it is no HTTP."""
AGAIN: Final = web.RequestKey("again", bool)
"""Set on a request that comes every few seconds as long as a device is there, and said nothing new:
lines of it would fill a card and bury all others."""
STATIONS: Final = web.AppKey[Callable[[], Container[str]]]("stations")
"""Of an application, what tells the ids of its stations."""
LINES: Final = web.AppKey[list[str]]("lines")
"""Of an application, what is to be written in the next turn of the loop: what was answered by
one commit makes one write."""


class AccessLogger(AbstractAccessLogger):
    """A line for each request but those of AGAIN, when it has been answered to the end."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """`time`: seconds from the first byte of the request."""
        if not isinstance(request, web.Request) or UNROUTED in request:  # What is no HTTP.
            self._write([_line(request, "-", response, time)])
            return
        if AGAIN in request:
            return
        resource = request.match_info.route.resource
        path = resource.canonical if resource is not None else "(no such path)"
        station = request.match_info.get("station_id")
        if station is not None and station in request.app[STATIONS]():
            path = path.replace("{station_id}", station)
        lines = request.app[LINES]
        if not lines:
            asyncio.get_running_loop().call_soon(self._write, lines)
        lines.append(_line(request, path, response, time))

    def _write(self, lines: list[str]) -> None:
        self.logger.info("%s", "\n".join(lines))
        lines.clear()

    @property
    def enabled(self) -> bool:
        """Whether anybody reads it."""
        return self.logger.isEnabledFor(logging.INFO)


def _line(request: web.BaseRequest, path: str, response: web.StreamResponse, time: float) -> str:
    who = f"{plain(request.remote or '-')} {request.method}"
    request_id = request.get(REQUEST_ID, "-")
    return f"{who} {path} {response.status} {time * 1000:.1f} ms {request_id}"
