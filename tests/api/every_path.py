"""Every request that the application has a handler for, found by walking its router."""

import re
from typing import NamedTuple

from aiohttp import web

from appliance.pages import STATIC, path_of
from tests.running import RunningAppliance

VALUES = {
    "station_id": "grill",
    "order_id": "A-1",
    "line_id": "1",
    "mark": "done",
    "name": "Maria",
    "id": "0123456789abcdef",
    "rule_id": "rule-1",
    "plu": "B-1",
    "button_id": "grill-1",
    "bar_id": "fry-bar",
    "printer_id": "grill-printer",
    "job_id": "1",
    "screen_id": "grill-screen",
    "account": "city",
}
READS = ("GET", "HEAD")
OPEN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/api/v1/kds/screens/knock"),
    *((method, path_of(file)) for method in READS for file in STATIC.rglob("*.*")),
    *((method, "/api/v1/kds/health") for method in READS),
    *((method, "/metrics") for method in READS),
    *((method, f"/api/v1/kds/{name}") for method in READS for name in ("openapi.json", "docs")),
}
"""What anybody may ask for: pages without tickets, signing in, the API's contract, health; and to
be let in."""


class Asked(NamedTuple):
    method: str
    path: str


async def every_request(appliance: RunningAppliance) -> list[Asked]:
    """Each method of each path, with something in the places that are named."""
    return [Asked(route.method, _path(route)) for route in appliance.app.router.routes()]


async def guarded(appliance: RunningAppliance) -> list[Asked]:
    """Those that need a token."""
    return [asked for asked in await every_request(appliance) if asked not in OPEN]


def filled_in(path: str) -> str:
    """With something in the places that are named."""
    return re.sub(r"\{(\w+)\}", lambda found: VALUES[found[1]], path)


def _path(route: web.AbstractRoute) -> str:
    assert route.resource is not None
    return filled_in(route.resource.canonical)
