"""An appliance's answers about screens, where a test says what they are."""

import json
import re
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import Page, Route

from tests.pages.hub import LEFT_TO_IT, iso, screen

NOBODY: dict[str, Any] = {"screens": [], "found": [], "hubs": []}
TOLD = tuple(screen("any", None))
"""What everybody is told of a screen."""
ANNOUNCED = {"host": "expeditor.local", "renamed_because": "", "not_because": ""}


class Desk:
    """Takes what a page asks of `/screens`, and keeps it."""

    def __init__(self, page: Page) -> None:
        self.now: dict[str, Any] = NOBODY | {"announced": ANNOUNCED}
        self.asked: list[tuple[str, str, Any]] = []
        """Method, the screen's id, and the body."""
        self.refuses: tuple[int, str] | None = None
        """What is asked for, with this status and these words."""
        page.route(re.compile("/api/v1/kds/screens(/[^/]+)?$"), self._answer)
        page.route("**/api/v1/kds/health", self._health)

    def shows(self, **what: Any) -> None:
        """This is how screens are from now on; nobody may see who is found where that is None."""
        self.now = self.now | what

    def _health(self, route: Route) -> None:
        screens = [{key: each[key] for key in TOLD} for each in self.now["screens"]]
        route.fulfill(json=route.fetch().json() | {"screens": screens})

    def _answer(self, route: Route) -> None:
        request = route.request
        if request.method == "GET" and self.now["found"] is None:
            route.fulfill(status=401, json={"error": "UNAUTHORIZED", "message": "no"})
            return
        if request.method == "GET":
            route.fulfill(json=self.now)
            return
        screen = unquote(request.url.rpartition("/screens")[2].removeprefix("/"))
        self.asked.append((request.method, screen, json.loads(request.post_data or "null")))
        if self.refuses:
            status, message = self.refuses
            route.fulfill(status=status, json={"error": "CONFLICT", "message": message})
        else:
            route.fulfill(status=204 if request.method == "DELETE" else 201, body="{}")


def adopted(name: str, **more: Any) -> dict[str, Any]:
    """A board that shows all there is."""
    usual: dict[str, Any] = {"id": f"id-of-{name}", "name": name, "proto": "board"}
    usual |= {"station_id": "grill", "source": "api", "address": "192.168.1.30", "backup_id": None}
    usual |= {
        "patience": 8,
        "shows": "board",
        "look": LEFT_TO_IT,
        "state": "live",
        "why": "",
        "since": iso(0),
        "covers": [],
    }
    usual |= {
        "covered_by": None,
        "conflict": "",
        "missed": False,
        "seq": 7,
        "waiting": 0,
        "refused": 0,
    }
    return usual | {"adopted": True, "health": None} | more


def heard(name: str, **more: Any) -> dict[str, Any]:
    """A LAN screen that nobody has adopted."""
    usual: dict[str, Any] = {"id": f"id-of-{name}", "name": name, "proto": "lan", "station": ""}
    usual |= {"version": "1.0", "address": "192.168.1.40:9104", "by": ["beacon"], "known_as": ""}
    return usual | more
