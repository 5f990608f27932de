"""The access log: who asked for what, how it ended, how long it took; nothing of a guest.

A path is written as it was declared, with the id of a station that there is alone filled in:
ids of orders, what is no station, and whatever stands behind a `?` may be personal.
"""

import logging
from collections.abc import Callable, Container
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from appliance.api.errors import REQUEST_ID

logger: Final = logging.getLogger(__name__)

STATIONS: Final = web.AppKey[Callable[[], Container[str]]]("stations")
"""Of an application, what tells the ids of its stations."""


class AccessLogger(AbstractAccessLogger):
    """A line for each request, when it has been answered to the end."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """`time`: seconds from the first byte of the request."""
        path, request_id = "-", "-"
        if isinstance(request, web.Request):
            resource = request.match_info.route.resource
            path = resource.canonical if resource is not None else "(no such path)"
            station = request.match_info.get("station_id")
            if station is not None and station in request.app[STATIONS]():
                path = path.replace("{station_id}", station)
            request_id = request.get(REQUEST_ID, "-")
        self.logger.info(
            "%s %s %s %d %.1f ms %s",
            request.remote,
            request.method,
            path,
            response.status,
            time * 1000,
            request_id,
        )

    @property
    def enabled(self) -> bool:
        """Whether anybody reads it."""
        return self.logger.isEnabledFor(logging.INFO)
