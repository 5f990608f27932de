"""Every request that the application has a handler for, found by walking its router."""

import re
from typing import NamedTuple

from aiohttp import web

from tests.running import RunningAppliance

VALUES = {
    "station_id": "grill",
    "order_id": "A-1",
    "line_id": "1",
    "mark": "done",
    "name": "Maria",
    "id": "0123456789abcdef",
    "rule_id": "rule-1",
}
READS = ("GET", "HEAD")
OPEN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    *((method, path) for method in READS for path in ("/", "/board.css", "/board.js")),
    *((method, f"/{part}.js") for method in READS for part in ("card", "counts", "link", "time")),
    *((method, "/api/v1/kds/openapi.json") for method in READS),
}
"""What anybody may ask for: the page without tickets, signing in, and the API's contract."""


class Asked(NamedTuple):
    method: str
    path: str


async def every_request(appliance: RunningAppliance) -> list[Asked]:
    """Each method of each path, with something in the places that are named."""
    return [Asked(route.method, _filled_in(route)) for route in appliance.app.router.routes()]


async def guarded(appliance: RunningAppliance) -> list[Asked]:
    """Those that need a token."""
    return [asked for asked in await every_request(appliance) if asked not in OPEN]


def _filled_in(route: web.AbstractRoute) -> str:
    assert route.resource is not None
    return re.sub(r"\{(\w+)\}", lambda found: VALUES[found[1]], route.resource.canonical)
