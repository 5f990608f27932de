"""An appliance's answers about its set-up, where a test says what they are."""

import json
import tomllib
from typing import Any

from playwright.sync_api import Page, Route

from appliance import config

SETUP = "**/api/v1/kds/setup"
CHOICES: dict[str, Any] = {
    "time_zones": ["Europe/Madrid", "UTC"],
    "languages": {"en": "English", "es": "Español"},
    "station_types": ["grill", "fry", "prep", "expo", "bar", "pizza", "salad", "generic"],
    "printer_models": [{"id": "TM-T88V", "name": "Epson TM-T88V"}],
    "printers": [],
    "bars": [],
    "bar_profiles": ["numpad"],
    "pins": [17, 27],
    "actions": ["bump", "recall"],
}


class Office:
    """Takes what a page asks of `/setup`, and keeps it."""

    def __init__(self, page: Page, **more: Any) -> None:
        self.now: dict[str, Any] = {
            "source": "own",
            "file": "kitchen.toml",
            "changeable": True,
            "first_start": False,
            "revision": "1",
            "document": tomllib.loads(config.embedded()),
            "errors": [],
        } | more
        self.wrong: list[dict[str, str]] = []
        """What is wrong with every document from now on."""
        self.cannot_begin: list[dict[str, str]] = []
        """Why it goes on with the one before, whatever is put in force."""
        self.put: list[dict[str, Any]] = []
        """Documents that were to be in force."""
        self.tried: list[dict[str, Any]] = []
        self.routed: dict[str, Any] = {}
        """By dish, where it would go."""
        self.choices = CHOICES
        page.route(SETUP, self._answer)
        page.route("**/api/v1/kds/health", self._health)
        page.route(f"{SETUP}/check", self._check)
        page.route(f"{SETUP}/route", self._route)
        page.route(f"{SETUP}/choices", lambda route: route.fulfill(json=self.choices))

    @property
    def applied(self) -> dict[str, Any]:
        """The last document that was to be in force."""
        return self.put[-1]

    def somebody_applies(self, document: dict[str, Any]) -> None:
        """Another manager was faster."""
        self.now |= {"document": document, "revision": f"{self.now['revision']}+"}

    def brings(self, document: dict[str, Any]) -> None:
        """It begins anew with what an import brought."""
        self.somebody_applies(document)
        self.put.append(document)

    def _answer(self, route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json=self.now)
            return
        sent = json.loads(route.request.post_data or "")
        if sent["revision"] != self.now["revision"]:
            route.fulfill(status=409, json={"error": "CONFLICT", "message": "changed since"})
        elif self.wrong:
            details = {"errors": self.wrong}
            body = {"error": "VALIDATION_ERROR", "message": "it is wrong", "details": details}
            route.fulfill(status=400, json=body)
        else:
            self.put.append(sent["document"])
            revision = f"{len(self.put)} applied"
            changed = {"document": sent["document"], "revision": revision, "first_start": False}
            self.now |= changed | {"source": "own", "errors": self.cannot_begin}
            route.fulfill(status=202, json={"revision": revision})

    def _health(self, route: Route) -> None:
        route.fulfill(
            json=route.fetch().json() | {"running_since": f"2026-03-02T18:00:{len(self.put):02}Z"}
        )

    def _check(self, route: Route) -> None:
        route.fulfill(json={"errors": self.wrong, "doubts": []})

    def _route(self, route: Route) -> None:
        sent = json.loads(route.request.post_data or "")
        self.tried.append(sent)
        unrouted = routed(stations=[stop("grill", why="default")], unrouted=True)
        answers = [self.routed.get(item["name"], unrouted) for item in sent["items"]]
        route.fulfill(
            json=[
                answer | {"name": item["name"]}
                for answer, item in zip(answers, sent["items"], strict=True)
            ]
        )


def routed(**more: Any) -> dict[str, Any]:
    """Where a dish would go."""
    usual: dict[str, Any] = {
        "line_id": "1",
        "stations": [],
        "nearly": [],
        "taken_away": [],
        "last": None,
    }
    return usual | {"unrouted": False} | more


def stop(station: str, **more: Any) -> dict[str, Any]:
    """A station that it would go to."""
    usual: dict[str, Any] = {"station_id": station, "prep_time_seconds": 0, "priority_boost": 0}
    usual |= {"why": "rule", "rules": [], "modifiers": [], "adjusted_by": [], "sharing": []}
    return usual | {"overflow": None} | more
