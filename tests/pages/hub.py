"""An appliance whose stream a test speaks through, and whose clock it sets."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from playwright.sync_api import Page, expect

from tests.pages.board import Board
from tests.pages.kitchen import Kitchen

OPENED = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
"""Noon where the browsers are."""
STATIONS = [
    {"id": name.lower(), "name": name, "station_type": kind, "active": True}
    for name, kind in (("Grill", "grill"), ("Fry", "fry"), ("Pass", "expo"))
]
COLD = {"id": "cold", "name": "Cold", "station_type": "salad", "active": True}
"""A fourth one, where a test adds it."""
STREAM = """
window.told = { at: 0, since: performance.now(), seq: 1, reminders: [], warnings: [], fault: null };
window.opened = 0;
window.sent = [];
window.WebSocket = class {
  constructor() {
    window.stream = this;
    window.opened += 1;
    setTimeout(() => this.onopen?.());
  }
  send(text) {
    const message = JSON.parse(text);
    sent.push({ ...message, cards: document.querySelectorAll(".ticket").length });
    if (message.type !== "subscribe") return;
    this.hear({ type: "subscribed", epoch: "night", screen_id: own });
    document.body.dataset.stream = "open";
    this.timer = setInterval(() => this.beat(), 50);
  }
  beat() {
    const at = new Date(told.at + performance.now() - told.since).toISOString();
    const { seq, reminders, warnings, fault } = told;
    if (told.at) this.hear({ type: "beat", seq, at, fault, warnings, reminders });
  }
  hear(event) { this.onmessage?.({ data: JSON.stringify(event) }); }
  close() { clearInterval(this.timer); }
};
"""
"""`sent` is what the page says, and how many cards were there by then."""


SAY = """async events => {
  events.forEach(each => stream.hear(each));
  if (window.__pwClock || window.paints) return;
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
}"""


def iso(minutes: float) -> str:
    """A time so long after the doors opened."""
    return (OPENED + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def item(name: str, line_id: str = "1", **more: Any) -> dict[str, Any]:
    usual = {"quantity": 1, "modifiers": [], "is_done": False, "change": None, "held": False}
    usual |= {"allergens": [], "unrouted": False, "only_modifiers": False}
    return usual | {"name": name, "line_id": line_id, "course": None} | more


class Hub:
    """The board is open and shows what is told here."""

    def __init__(
        self, page: Page, kitchen: Kitchen, own: str | None = None, path: str = ""
    ) -> None:
        """`own`: the adopted screen that the page is. `path`: of another page than the board."""
        page.add_init_script(f"{STREAM}window.own = {json.dumps(own)};")
        kitchen.let_in(page.context)
        page.goto(kitchen.url + path)
        expect(page.locator("body[data-stream]")).to_be_attached()
        self.board = Board(page)
        self._page = page

    def it_is(self, minutes: float) -> None:
        """Set the appliance's clock, which goes on from there."""
        at = int((OPENED + timedelta(minutes=minutes)).timestamp() * 1000)
        self._page.evaluate("at => Object.assign(told, { at, since: performance.now() })", at)

    def reminds(self, *sentences: str) -> None:
        """In every beat from now on."""
        self.beats(reminders=sentences)

    def beats(self, **more: Any) -> None:
        """What every beat says from now on."""
        self._page.evaluate("more => Object.assign(told, more)", more)

    def falls_silent(self) -> None:
        """It says nothing more, and its connections stay."""
        self._page.evaluate("told.at = 0")

    @property
    def opened(self) -> int:
        """How often the board has come for the stream."""
        times: int = self._page.evaluate("opened")
        return times

    def said(self, kind: str) -> list[dict[str, Any]]:
        """What the page has said of that type."""
        said: list[dict[str, Any]] = self._page.evaluate(
            "kind => sent.filter(({ type }) => type === kind)", kind
        )
        return said

    def changes_the_menu(self, times: int = 1) -> None:
        """So many changes one right after the other."""
        say = """times => {
          for (let time = 0; time < times; time += 1) stream.hear({ type: "kds.menu", seq: 1 });
        }"""
        self._page.evaluate(say, times)

    def shows(self, *tickets: dict[str, Any], stations: Sequence[Any] = STATIONS) -> None:
        """The first that a board hears."""
        payload: dict[str, Any] = {"name": "Kitchen", "warnings": [], "summons": []}
        payload |= {"stations": stations, "tickets": tickets}
        self._say("kds.snapshot", payload)

    def tells(self, kind: str, *tickets: dict[str, Any]) -> None:
        """What happened to tickets, one right after the other.

        Those that were bumped or forgotten have left their boards.
        """
        live = kind not in ("bumped", "forgotten")
        told = [{"ticket": ticket} for ticket in tickets]
        self._say(f"kds.ticket.{kind}", *told, by=None, live=live)

    def turns(self, station: str, **view: Any) -> None:
        """What buttons and bump bars have the board of a station show from now on."""
        usual = {"selected_order_id": None, "first": 0, "per_page": 8}
        usual |= {"slots": False, "all_day": False}
        payload = usual | {"station_id": station} | view
        self.says({"type": "kds.board", "payload": payload})

    def has_printers(self, *printers: dict[str, Any]) -> None:
        """How all printers are from now on."""
        self.says({"type": "kds.printers", "payload": {"printers": printers}})

    def has_screens(self, *screens: dict[str, Any]) -> None:
        """How all adopted screens are from now on."""
        self.says({"type": "kds.screens", "payload": {"screens": screens}})

    def has_channels(self, accounts: Sequence[Any], *disagreements: dict[str, Any]) -> None:
        """How all accounts of delivery channels are from now on, and where they do not agree."""
        payload = {"accounts": accounts, "disagreements": disagreements}
        self.says({"type": "kds.channels", "payload": payload})

    def says(self, *events: dict[str, Any]) -> None:
        """These, one right after the other; then drawn, where frames come by themselves."""
        self._page.evaluate(SAY, events)

    def _say(self, kind: str, *payloads: dict[str, Any], **more: Any) -> None:
        usual = {"type": kind, "seq": 1, "at": iso(0)} | more
        self.says(*(usual | {"payload": payload} for payload in payloads))


def ticket(number: int, station: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A ticket that came when the doors opened; `metadata` besides what every one has."""
    metadata = {"queued": number, **more.pop("metadata", {})}
    usual: dict[str, Any] = {
        "id": f"ticket-{number}-{station}",
        "order_id": f"{number}",
        "station_id": station,
        "items": items or [item("Burger")],
        "status": "pending",
        "priority": "normal",
        "course_number": None,
        "order_channel": "dine_in",
        "order_reference": f"Table {number}",
        "server_name": None,
        "created_at": iso(0),
    }
    return usual | more | {"metadata": metadata}


def printer(name: str, *stations: str, **more: Any) -> dict[str, Any]:
    """One that is ready since the doors opened."""
    usual: dict[str, Any] = {"id": name, "stations": stations, "state": "ready", "why": ""}
    usual |= {"to_do": "", "since": iso(0), "concern": "none", "covered_by": None}
    return usual | {"waiting": None, "asking": 0, "steps_in_for": []} | more


LEFT_TO_IT: Final[dict[str, Any]] = dict.fromkeys(
    ("layout", "scale", "colours", "language", "sounds")
)
"""How a screen is shown where no manager has chosen it."""


def screen(name: str, station: str | None, **more: Any) -> dict[str, Any]:
    """A board that is live since the doors opened."""
    usual: dict[str, Any] = {"id": f"id-of-{name}", "name": name, "station_id": station}
    usual |= {"proto": "board", "state": "live", "why": "", "since": iso(0), "covers": []}
    usual |= {"covered_by": None, "conflict": "", "missed": False, "shows": "board"}
    return usual | {"look": LEFT_TO_IT} | more


def account(its_id: str, **more: Any) -> dict[str, Any]:
    """One of a delivery channel that takes what it is told, as everybody is told of it."""
    usual: dict[str, Any] = {"id": its_id, "channel": "Deliverect", "name": f"The {its_id}"}
    usual |= {"environment": "production", "state": "ready", "why": "", "since": iso(0)}
    usual |= {"last_order_at": None, "last_status_at": None, "queue": 0, "oldest_at": None}
    usual |= {"refused": 0, "refused_why": "", "turned_away": 0, "turned_away_why": ""}
    usual |= {"token_until": None, "wrong_signatures": 0}
    return usual | {"can_pause": False, "paused_until": None} | more


def disagreement(order_id: str, matter: str, **more: Any) -> dict[str, Any]:
    """Of the account `city`, since the doors opened."""
    usual = {"account": "city", "order_id": order_id, "called": f"U-{order_id}", "matter": matter}
    return usual | {"since": iso(0), "reason": ""} | more
