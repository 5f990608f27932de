"""What a card is asked, as by a point of sale, a browser, a manager at the status page."""

import http.client
import json
import socket
import ssl
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import ViewportSize, sync_playwright

from tests.image.machine import Card
from tests.pictures import launch

API: Final = "/api/v1/kds"
HOST: Final = {"Host": "127.0.0.1"}
PIECE: Final = 1024**2
PAGE_MS: Final = 120_000
"""For a page from an emulated machine."""
INSTALLED_SECONDS: Final = 900.0
"""A whole system, by an emulated machine."""
KITCHEN: Final = """
[appliance]
name = "Card"

[[station]]
id = "grill"
name = "Grill"
"""


def health(card: Card) -> dict[str, Any] | None:
    """What it says of itself; None where nobody answers."""
    return health_at(card.ports.http)


def health_at(port: int) -> dict[str, Any] | None:
    """The same by another way to its port 80."""
    return _asked(port, f"{API}/health")


def screen_health(card: Card) -> dict[str, Any] | None:
    """The same of a card that is a screen."""
    return _asked(card.ports.screen, "/health")


def _asked(port: int, path: str) -> dict[str, Any] | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=HOST)
        told = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return told if isinstance(told, dict) else None


def is_secure(card: Card) -> bool:
    """Whether https answers, whoever has signed for it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    secure = http.client.HTTPSConnection("127.0.0.1", card.ports.https, timeout=30, context=context)
    secure.request("GET", f"{API}/health", headers=HOST)
    return secure.getresponse().status == http.client.OK


def send(card: Card, order_id: str) -> bool:
    """An order of one burger, over the LAN protocol; whether it was promised."""
    order = {"id": order_id, "name": "Jane", "items": [{"lineId": "1", "name": "Hamburger"}]}
    message = json.dumps({"command": "create-order", "order": order}).encode()
    try:
        with socket.create_connection(("127.0.0.1", card.ports.orders), timeout=20) as peer:
            peer.sendall(message)
            return peer.recv(4096).decode() == order_id
    except OSError:
        return False


class Manager:
    """Who may do anything, by a token that the card itself has made."""

    def __init__(self, card: Card) -> None:
        """Raises AssertionError."""
        self._token = card.run(
            "cd /run/expeditor && setpriv --reuid=expeditor --regid=expeditor --clear-groups"
            " expeditor token --role manager --data /var/lib/expeditor"
        ).strip()
        self._headers = HOST | {"Authorization": f"Bearer {self._token}"}
        self._port = card.ports.http

    def call(
        self, method: str, path: str, body: bytes | None = None
    ) -> tuple[Any, http.client.HTTPResponse]:
        """What is answered, once it is a success. Raises AssertionError."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, API + path, body, self._headers)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status < http.client.BAD_REQUEST, f"{method} {path}: {said!r}"
            return json.loads(said) if said else None, answer
        finally:
            connection.close()

    def tickets(self, station: str = "grill") -> set[str]:
        """The orders that a station has or had."""
        found: set[str] = set()
        cursor = ""
        while True:
            body, answer = self.call("GET", f"/stations/{station}/tickets?limit=500{cursor}")
            found |= {each["order_id"] for each in body}
            link = answer.headers.get("X-Next-Cursor")
            if not link:
                return found
            cursor = f"&cursor={link}"

    def picture(self, to: Path) -> None:
        """What the status page shows of updates, in a browser, as PNG."""
        url = f"http://127.0.0.1:{self._port}"
        with sync_playwright() as playwright, launch(playwright) as browser:
            page = browser.new_page(viewport=ViewportSize(width=1000, height=800))
            session: Any = {"name": "expeditor_session", "value": self._token, "url": url}
            page.context.add_cookies([session])
            page.goto(f"{url}/status", timeout=PAGE_MS)
            section = page.locator("#software")
            # It is offered once the page knows who is signed in.
            section.locator("button:visible").first.wait_for(timeout=PAGE_MS)
            section.screenshot(path=to)

    def hand_in(self, bundle: bytes) -> None:
        """As the status page does, by pieces."""
        for offset in range(0, len(bundle), PIECE):
            piece = bundle[offset : offset + PIECE]
            self.call("PUT", f"/card/bundle?offset={offset}", piece)
        self.call("POST", "/card/update", json.dumps({"size": len(bundle)}).encode())


def is_ready(card: Card) -> dict[str, Any]:
    """Wait until it takes orders; its health."""
    told = card.until(lambda: health(card), "GET /health answers")
    card.until(card.is_up, "SSH lets somebody in")
    return told


def restarted(card: Card) -> None:
    """Have it start again, and wait until it takes orders."""
    card.restart()
    card.until(lambda: health(card) is None, "it goes down")
    is_ready(card)


def has_become(card: Card, state: str) -> bool:
    """Whether this is what has become of the last update."""
    told = health(card)
    update = told["card"]["update"] if told else None
    return bool(update and update["state"] == state)


def became(card: Card, state: str) -> None:
    """Wait until this is what has become of the last update."""
    card.until(lambda: has_become(card, state), f"the update is: {state}", INSTALLED_SECONDS)
