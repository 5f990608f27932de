"""One event to many listeners: when the last one has it, beside aiohttp alone.

Both servers are processes of their own and told by an HTTP request; both send the same bytes
to the same client, turn by turn. The appliance's time has the decision and the sync to the
disk in it, which aiohttp alone does not have. Half of the listeners are adopted screens, each
with a token of its own.
"""

import base64
import contextlib
import json
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from appliance.api import auth
from appliance.api.auth.devices import Devices
from tests.process import Service

LISTENERS: Final = 500
ROUNDS: Final = 60
EVENTS: Final = "/api/v1/kds/events"
PRIORITY: Final = "/api/v1/kds/stations/grill/orders/A-1/ticket/priority"
ORDER: Final = {
    "id": "A-1",
    "name": "Table 7",
    "items": [
        {"lineId": "1", "name": "Hamburger", "qty": 2, "mods": ["Cheddar", "No Onion"]},
        {"lineId": "2", "name": "Ribeye Steak", "qty": 1, "mods": ["Medium Rare"]},
    ],
}
BEAT: Final = re.compile(rb'"fault":null\}')
EVENT: Final = re.compile(rb'\{"type":"kds\.ticket\.prioritized".*?\}\}\}')
"""One event, whole; that of this order has no other braces in a row."""


class Result(NamedTuple):
    """Medians in milliseconds, and of their ratio the median, the least and the largest."""

    ours: float
    bare: float
    ratio: float
    least: float
    largest: float


def listener(port: int, path: str, token: str, *, websocket: bool) -> socket.socket:
    """A connection that has asked to hear."""
    upgrade = (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
    )
    peer = socket.create_connection(("127.0.0.1", port))
    peer.sendall(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"{upgrade if websocket else ''}\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += peer.recv(65536)
    return peer


def framed(text: bytes) -> bytes:
    """A client's WebSocket message, masked with zeros."""
    length = bytes([128 | len(text)]) if len(text) < 126 else b"\xfe%b" % len(text).to_bytes(2)
    return b"\x81" + length + bytes(4) + text


class Crowd:
    """Many listeners at one server, and whoever tells it what they are to hear."""

    def __init__(
        self, port: int, path: str, token: str, screens: list[str], *, websocket: bool
    ) -> None:
        """Each of `screens` is one listener's token; the rest, and the teller, have `token`."""
        self._token = token
        self._teller = socket.create_connection(("127.0.0.1", port))
        self._poll = select.epoll()
        self._peers: dict[int, socket.socket] = {}
        subscribe = {"type": "subscribe", "channel": "kds", "station_id": "grill"}
        for each in (*screens, *[token] * (LISTENERS - len(screens))):
            peer = listener(port, path, each, websocket=websocket)
            if websocket and path == EVENTS:
                peer.sendall(framed(json.dumps(subscribe).encode()))
            self._peers[peer.fileno()] = peer
            self._poll.register(peer, select.EPOLLIN)
        if path == EVENTS or path.startswith(f"{EVENTS}?"):
            self._hear(BEAT)  # After which each has all that there was.

    def _hear(self, wanted: re.Pattern[bytes]) -> bytes:
        """Read until everybody has heard this; the last one that did."""
        heard = dict.fromkeys(self._peers, b"")
        last = b""
        while heard:
            for descriptor, _event in self._poll.poll():
                received = self._peers[descriptor].recv(65536)
                if not received:
                    raise AssertionError("a listener was closed")
                if descriptor in heard:
                    heard[descriptor] += received
                    if found := wanted.search(heard[descriptor]):
                        heard.pop(descriptor)
                        last = found[0]
        return last

    def tell(self, path: str, body: bytes) -> tuple[float, bytes]:
        """Milliseconds until the last listener has the event that this brings; one's bytes."""
        request = (
            b"POST %b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (path.encode(), self._token.encode(), len(body), body)
        )
        while ready := self._poll.poll(0):
            for descriptor, _event in ready:
                self._peers[descriptor].recv(65536)  # Beats, which are none of this.
        began = time.perf_counter()
        self._teller.sendall(request)
        last = self._hear(EVENT)
        took = (time.perf_counter() - began) * 1000
        answer = self._teller.recv(65536)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise AssertionError(answer)
        return took, last

    def leave(self) -> None:
        self._poll.close()
        for peer in (*self._peers.values(), self._teller):
            peer.close()


@contextlib.contextmanager
def bare() -> Iterator[int]:
    """The port of aiohttp alone."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bare"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def measure(*, websocket: bool) -> Result:
    """By one of the two ways."""
    with tempfile.TemporaryDirectory() as directory, bare() as bare_port:
        data = Path(directory) / "data"
        data.mkdir()
        found = Devices(data)
        screens = [found.issue(f"Screen {number}").token for number in range(LISTENERS // 2)]
        with Service(data) as service:
            secret = (data / "secret").read_bytes()
            token = auth.issue(
                secret, roles=["chef"], tenant="default", subject="bench", seconds=3600
            )
            order(service.orders_port)
            port = int(service.url.rpartition(":")[2])
            path = EVENTS if websocket else f"{EVENTS}?station_id=grill"
            ours = Crowd(port, path, token, screens, websocket=websocket)
            alone = Crowd(bare_port, "/events", token, screens, websocket=websocket)
            rounds = [one_round(ours, alone, number) for number in range(ROUNDS)]
            ours.leave()
            alone.leave()
    ratios = sorted(mine / its for mine, its in rounds)
    mine, its = (median(side) for side in zip(*rounds, strict=True))
    return Result(mine, its, median(ratios), ratios[0], ratios[-1])


def one_round(ours: Crowd, alone: Crowd, number: int) -> tuple[float, float]:
    """Milliseconds of each."""
    body = json.dumps({"priority": ("high", "urgent")[number % 2]}).encode()
    mine, event = ours.tell(PRIORITY, body)
    its, _same = alone.tell("/events", event)
    return mine, its


def order(port: int) -> None:
    """Make the ticket that everything is about."""
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(json.dumps({"command": "create-order", "order": ORDER}).encode())
        if peer.recv(64) != b"A-1":
            raise AssertionError


def broadcast(say: Callable[[str, str, str], None]) -> None:
    """Both ways, one after the other."""
    for name, websocket in (("WebSocket", True), ("server-sent events", False)):
        result = measure(websocket=websocket)
        say(
            f"an event to {LISTENERS} by {name} / aiohttp alone",
            f"{result.ours:.1f} / {result.bare:.1f} ms = {result.ratio:.2f}",
            f"at most 2 (rounds {result.least:.2f} to {result.largest:.2f})",
        )
