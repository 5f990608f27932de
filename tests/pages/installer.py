"""An appliance's answers about its set-up and its devices, where a test says what they are."""

import json
import tomllib
from typing import Any

from playwright.sync_api import Page, Route

from appliance import config

API = "/api/v1/kds"
MODELS = ("plain", "TM-T88V", "TM-T20III", "TM-U220B")
PROFILES = {"kb9000": "Logic Controls KB9000", "numpad": "A plain number pad"}
ACTIONS = (
    *("bump", "start", "ready", "fire", "item", "print", "select", "next", "previous"),
    *("page", "page-back", "all-day", "recall", "undo", "summon"),
)
PINS = [pin for pin in range(2, 28) if pin not in (14, 15)]
CHOICES: dict[str, Any] = {
    "time_zones": ["UTC"],
    "languages": {"en": "English"},
    "station_types": ["grill", "expo"],
    "printer_models": [{"id": name, "name": name} for name in MODELS],
    "printers": [],
    "bars": [],
    "bar_profiles": [{"id": each, "name": name} for each, name in PROFILES.items()],
    "pins": PINS,
    "actions": list(ACTIONS),
}
STREAM = """
window.EventSource = class {
  static CLOSED = 2;
  constructor(path) {
    if (!path.endsWith("/setup/presses")) throw new Error(path);
    this.readyState = 1;
    window.pressed = (press) => this.onmessage({ data: JSON.stringify(press) });
    this.timer = setInterval(() => window.silent || this.onmessage({ data: '{"type":"beat"}' }), 200);
  }
  close() { clearInterval(this.timer); }
};
"""


def demo() -> dict[str, Any]:
    """The configuration that ships."""
    return tomllib.loads(config.embedded())


class Installer:
    """Takes what the set-up asks of an appliance, and keeps it."""

    def __init__(self, page: Page, **more: Any) -> None:
        """`more`: of what `GET /setup` says."""
        self.document: dict[str, Any] = demo()
        self.choices = CHOICES
        self._more = more
        self.errors: list[dict[str, str]] = []
        self.checked: list[dict[str, Any]] = []
        """The drafts that were checked."""
        self.put: list[dict[str, Any]] = []
        self.asked: list[tuple[str, Any]] = []
        """What was posted elsewhere: the path below the API, and the body."""
        self.answers: dict[str, Any] = {}
        """To what is got or posted there, by path; without one the real appliance answers."""
        self._page = page
        page.add_init_script(STREAM)
        page.route(f"**{API}/**", self._answer)

    @property
    def draft(self) -> dict[str, Any]:
        """What was checked last: what the page has made of the document by now."""
        return self.checked[-1]

    def presses(self, device: str, **more: Any) -> None:
        """Somebody presses a real device."""
        usual = {"at": "2026-03-02T18:00:00Z", "device": device, "kind": "button", "key": None}
        usual |= {"gesture": "press", "action": None, "outcome": None}
        self._page.evaluate("press => pressed(press)", usual | more)

    def _answer(self, route: Route) -> None:
        request = route.request
        path = request.url.partition(API)[2]
        body = json.loads(request.post_data or "null")
        if path in self.answers:
            if request.method == "POST":
                self.asked.append((path, body))
            route.fulfill(json=self.answers[path])
        elif path == "/setup" and request.method == "PUT":
            self.put.append(body["document"])
            self.document = body["document"]
            route.fulfill(status=202, json={"revision": self._revision()})
        elif path == "/setup":
            route.fulfill(json=self._now())
        elif path == "/setup/check":
            self.checked.append(body["document"])
            route.fulfill(json={"errors": self.errors, "doubts": []})
        elif path == "/setup/choices":
            route.fulfill(json=self.choices)
        else:
            route.fallback()

    def _revision(self) -> str:
        return f"{abs(hash(json.dumps(self.document))):x}"

    def _now(self) -> dict[str, Any]:
        usual = {"source": "own", "file": "kitchen.toml", "changeable": True}
        usual |= {"first_start": False, "revision": self._revision(), "errors": []}
        return usual | {"document": self.document} | self._more
