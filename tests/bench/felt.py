"""From the edge on a pin to the board in a browser, while orders come in: what a finger feels.

The real service in a process of its own, a real Chromium that shows all its stations, and a
point of sale that sends 20 orders a second, of which the pass clears as many. Moments of the
service and of this process are of the same clock; the page's clock is set against it by the
shortest of many questions, which is wrong by half of what that one took at most.
"""

import http.client
import json
import random
import shutil
import socket
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple, Self, TextIO

from playwright.sync_api import Page, sync_playwright

from appliance.api import auth
from appliance.api.app import BASE
from tests.bench import load
from tests.bench.actions import HTTP
from tests.pictures import ARGUMENTS, CHROMIUM
from tests.process import Service
from tests.running import PLAIN

ORDERS_PER_SECOND: Final = 20
OPEN: Final = 24
"""Orders on the boards, beside those that are pressed."""
SLOTS: Final = 8
ROUNDS: Final = 40
"""In each the first tickets are bumped, from the last slot to the first, and recalled."""
SETTLED_SECONDS: Final = 0.4
"""A press is for what was there 0.3 s before."""
PAUSES: Final = (0.1, 0.2)
"""Between two presses: no frame of the screen and no beat of the stream keeps step with them."""
QUESTIONS: Final = 200
STEPS: Final = {
    "gesture": "of which: until the gesture is told on the event loop",
    "decided": "until it is decided",
    "durable": "until it is durable",
    "written": "until it is written to the stream",
    "received": "until the page has received it",
    "drawn": "until the page has drawn it",
}
STAMPS: Final = Path(__file__).with_suffix(".js")


class Clock(NamedTuple):
    """The page's."""

    ahead: float
    """Of the machine's monotonic clock, seconds."""
    error: float
    """At most."""


class Result(NamedTuple):
    """What was measured."""

    pressed: list[dict[str, float]]
    """The moments of each press, by their steps, on the machine's monotonic clock."""
    clock: Clock
    orders_per_second: float


class Client:
    """A point of sale, and a cook."""

    def __init__(self, service: Service) -> None:
        secret = (service.data / "secret").read_bytes()
        token = auth.issue(secret, roles=["chef"], tenant="default", subject="bench", seconds=3600)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http = http.client.HTTPConnection(service.url.removeprefix("http://"))
        self._peer = socket.create_connection(("127.0.0.1", service.orders_port))
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def order(self, message: bytes, reply: bytes) -> None:
        self._peer.sendall(message)
        if self._peer.recv(4096) != reply:
            raise AssertionError(reply)

    def act(self, station: str, order: str, action: str) -> None:
        path = f"{BASE}/stations/{station}/orders/{order}/ticket/{action}"
        self._http.request("POST", path, headers=self._headers)
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status != HTTPStatus.OK:
            raise AssertionError(body)

    def close(self) -> None:
        self._http.close()
        self._peer.close()


class Rush:
    """Orders come in, and as many are cleared at the pass."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._open: deque[str] = deque()
        self._over = threading.Event()
        self.sent = 0

    @contextmanager
    def going_on(self) -> Iterator[Self]:
        thread = threading.Thread(target=self._run, name="rush")
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        while not self._over.wait(max(0, began + self.sent / ORDERS_PER_SECOND - time.monotonic())):
            message, reply = load.order(self.sent)
            self.sent += 1
            self._client.order(message, reply)
            self._open.append(reply.decode())
            if len(self._open) > OPEN:
                self._client.act("pass", self._open.popleft(), "bump")


class Fingers:
    """On the buttons in the service's process."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines

    def press(self, button: str) -> dict[str, Any]:
        """The moments of that press."""
        self._lines.write(f"{button}\n")
        self._lines.flush()
        moments: dict[str, Any] = json.loads(self._lines.readline())
        return moments


def configuration() -> str:
    """The demo kitchen, whose grill has a button with a lamp for each place of a page.

    A press is told as the finger comes down: with hold or double press it would be told later.
    """
    buttons = "".join(
        f'[[button]]\nid = "grill-{slot}"\nstation = "grill"\nslot = {slot}\n'
        f"pin = {slot + 3}\nlamp = {slot + 15}\n"
        for slot in range(1, SLOTS + 1)
    )
    anywhere = '[orders]\nlisten = "127.0.0.1:0"'
    return PLAIN.replace("[orders]", anywhere) + buttons + HTTP


def standing(slot: int) -> tuple[bytes, bytes]:
    """The order in a slot, and the reply."""
    body = {
        "id": f"slot-{slot}",
        "name": f"Slot {slot}",
        "items": [{"lineId": "1", "name": "Hamburger", "qty": 1, "mods": ["Cheddar"]}],
    }
    return json.dumps({"command": "create-order", "order": body}).encode(), f"slot-{slot}".encode()


def clock_of(page: Page) -> Clock:
    """Set by the question that was answered in the shortest time."""
    shortest = Clock(0, 1)
    for _ in range(QUESTIONS):
        asked = time.monotonic()
        told = page.evaluate("performance.now()") / 1000
        half = (time.monotonic() - asked) / 2
        shortest = min(shortest, Clock(told - asked - half, half), key=lambda each: each.error)
    return shortest


def one_press(fingers: Fingers, page: Page, slot: int, clock: Clock) -> dict[str, float]:
    """The moments of a press, all on the machine's clock."""
    moments = fingers.press(f"grill-{slot}")
    seen = page.evaluate(
        "([seq, ticket]) => bumped(seq, ticket)",
        [
            moments.pop("seq"),
            moments.pop("ticket"),
        ],
    )
    return moments | {name: at / 1000 - clock.ahead for name, at in seen.items()}


@contextmanager
def kitchen(root: Path) -> Iterator[tuple[Service, Fingers]]:
    """The service, and whoever presses its buttons."""
    file = root / "kitchen.toml"
    file.write_text(configuration(), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        prelude = f"from tests.bench import felt_inside; felt_inside.listen({port})"
        with Service(root / "data", "--config", str(file), prelude=prelude) as service:
            peer, _address = server.accept()
            with peer, peer.makefile("rw") as lines:
                yield service, Fingers(lines)


@contextmanager
def board(service: Service) -> Iterator[Page]:
    """The board page with all its stations."""
    path = next(filter(None, map(shutil.which, CHROMIUM)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.add_init_script(path=STAMPS)
        page.goto(service.sign_in_link)
        page.wait_for_selector(".ticket")
        yield page
        browser.close()


def measure() -> Result:
    """All of it."""
    chance = random.Random(6)  # noqa: S311
    pressed = []
    with (
        tempfile.TemporaryDirectory(prefix="expeditor-bench-") as root,
        kitchen(Path(root)) as (service, fingers),
        closing(Client(service)) as cook,
    ):
        for slot in range(1, SLOTS + 1):
            cook.order(*standing(slot))
        with board(service) as page, closing(Client(service)) as others:
            clock = clock_of(page)
            began = time.monotonic()
            with Rush(others).going_on() as rush:
                time.sleep(2 * OPEN / ORDERS_PER_SECOND)
                for _ in range(ROUNDS):
                    for slot in range(SLOTS, 0, -1):
                        time.sleep(chance.uniform(*PAUSES))
                        pressed.append(one_press(fingers, page, slot, clock))
                    for slot in range(SLOTS, 0, -1):
                        cook.act("grill", f"slot-{slot}", "recall")
                    time.sleep(SETTLED_SECONDS)
                return Result(pressed, clock, rush.sent / (time.monotonic() - began))


def felt(say: Callable[[str, str, str], None]) -> None:
    """What a press takes, and where."""
    pressed, clock, per_second = measure()
    took = milliseconds(pressed, "edge", "drawn")
    say(
        f"from the edge to the board in Chromium, {per_second:.0f} orders/s: p50, p99",
        in_words(took),
        f"p99 under 150 ms ({len(took)} presses, longest {took[-1]:.0f} ms)",
    )
    for before, step in pairwise(("edge", *STEPS)):
        part = milliseconds(pressed, before, step)
        say(f"… {STEPS[step]}", in_words(part), f"{sum(part) / sum(took):.0%} of all")
    say("… wrong by how the page's clock is set, at most", f"{clock.error * 1000:.1f} ms", "")


def milliseconds(pressed: list[dict[str, float]], since: str, until: str) -> list[float]:
    """Of each press, sorted."""
    return sorted((each[until] - each[since]) * 1000 for each in pressed)


def in_words(took: list[float]) -> str:
    return f"{median(took):.1f}, {took[int(len(took) * 0.99)]:.1f} ms"
