"""The access log: who asked for what, how it ended, how long it took; nothing of a guest.

A path is written as it was declared, with the station's id alone filled in: ids of orders
and whatever stands behind a `?` may be personal.
"""

import logging
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from appliance.api.address import plain
from appliance.api.errors import REQUEST_ID

logger: Final = logging.getLogger(__name__)

UNROUTED: Final = web.RequestKey("unrouted", bool)
"""Set on a request that no path was looked up for: it is no HTTP."""
MAX_STATION: Final = 64
"""Characters of a station's id; what is longer is none."""


class AccessLogger(AbstractAccessLogger):
    """A line for each request, when it has been answered to the end."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """`time`: seconds from the first byte of the request."""
        path = "-"
        if isinstance(request, web.Request) and UNROUTED not in request:
            resource = request.match_info.route.resource
            path = resource.canonical if resource is not None else "(no such path)"
            station = request.match_info.get("station_id", "")
            path = path.replace(
                "{station_id}", station[:MAX_STATION] if station.isprintable() else "?"
            )
        self.logger.info(
            "%s %s %s %d %.1f ms %s",
            plain(request.remote or "-"),
            request.method,
            path,
            response.status,
            time * 1000,
            request.get(REQUEST_ID, "-"),
        )

    @property
    def enabled(self) -> bool:
        """Whether anybody reads it."""
        return self.logger.isEnabledFor(logging.INFO)
