"""What the appliance knows of itself and its network: for a manager, and for whoever helps one.

GET /status
"""

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from appliance.api.auth import MANAGERS, Authority
from appliance.api.ticket_json import encode

Parts = Mapping[str, Callable[[], object]]
"""By name, what tells how a part is: a struct that can be encoded."""

JSON: Final = "application/json"


class Status:
    """The handler. Parts may be added as they come up."""

    def __init__(self, authority: Authority, parts: Parts) -> None:
        self._authority = authority
        self._parts = parts

    async def status(self, request: web.Request) -> web.Response:
        """Every part as it is now.

        Managers only: what was refused at the door may hold names and numbers of guests.
        """
        self._authority.caller(request).require(MANAGERS)
        now = {name: tell() for name, tell in self._parts.items()}
        return web.Response(body=encode(now), content_type=JSON)
