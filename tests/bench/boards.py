"""From an order on the wire to 16 boards, beside a bare relay that sends the same bytes on.

Both servers are processes of their own; this one is the point of sale and all the boards, turn by
turn. The appliance's time has the decision and a sync to the disk in it, and 16 checks of tokens:
each board has one of its own. The relay has none of that.
"""

import contextlib
import http.client
import json
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

from appliance.api.auth.devices import Devices
from tests.bench.broadcast import EVENTS, framed, listener
from tests.process import Service

BOARDS: Final = 16
TURNS: Final = 400
WARM: Final = 20
SUBSCRIBE: Final = {"type": "subscribe", "channel": "kds", "station_id": "grill"}
CREATED: Final = b'{"type":"kds.ticket.created"'


def name(number: int) -> str:
    """Its id."""
    return f"bench-{number:05}"


def order(number: int) -> bytes:
    """A message of which the grill has a ticket."""
    lines = [
        {"lineId": "1", "name": "Hamburger", "qty": 2, "mods": ["Cheddar", "No Onion"]},
        {"lineId": "2", "name": "Ribeye Steak", "qty": 1, "mods": ["Medium Rare"]},
    ]
    body = {"id": name(number), "name": "Table 7", "items": lines}
    return json.dumps({"command": "create-order", "order": body}).encode()


class Boards:
    """All of one server's."""

    def __init__(self, peers: list[socket.socket]) -> None:
        self._peers = {peer.fileno(): peer for peer in peers}
        self._poll = select.epoll()
        for descriptor in self._peers:
            self._poll.register(descriptor, select.EPOLLIN)

    def until_all_have(self, wanted: bytes) -> bytes:
        """What the last one received that this is in."""
        heard = dict.fromkeys(self._peers, b"")
        last = b""
        while heard:
            for descriptor, _event in self._poll.poll():
                received = self._peers[descriptor].recv(65536)
                if not received:
                    raise AssertionError("a board was closed")
                if descriptor in heard:
                    heard[descriptor] += received
                    if wanted in heard[descriptor]:
                        last = heard.pop(descriptor)
        return last

    def rest(self) -> None:
        """Take what is there: beats, which are none of this."""
        while ready := self._poll.poll(0):
            for descriptor, _event in ready:
                self._peers[descriptor].recv(65536)

    def leave(self) -> None:
        self._poll.close()
        for peer in self._peers.values():
            peer.close()


class Side(NamedTuple):
    """A server: its port for orders, its boards, and what takes an order off these."""

    port: int
    boards: Boards
    bump: Callable[[int], None]


@contextlib.contextmanager
def appliance() -> Iterator[Side]:
    """Its boards have all that there was."""
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / "data"
        data.mkdir()
        devices = Devices(data)
        tokens = [devices.issue(f"Board {number}").token for number in range(BOARDS)]
        with Service(data) as service:
            host = service.url.removeprefix("http://")
            port = int(host.rpartition(":")[2])
            peers = [listener(port, EVENTS, token, websocket=True) for token in tokens]
            for peer in peers:
                peer.sendall(framed(json.dumps(SUBSCRIBE).encode()))
            boards = Boards(peers)
            boards.until_all_have(b'"type":"beat"')
            with contextlib.closing(http.client.HTTPConnection(host)) as asking:

                def bump(number: int) -> None:
                    for station in ("grill", "pass"):
                        path = f"/api/v1/kds/stations/{station}/orders/{name(number)}/ticket/bump"
                        headers = {"Authorization": f"Bearer {tokens[0]}"}
                        asking.request("POST", path, headers=headers)
                        answer = asking.getresponse()
                        if b"bumped" not in answer.read():
                            raise AssertionError(answer.status)

                yield Side(service.orders_port, boards, bump)
            boards.leave()


@contextlib.contextmanager
def relay() -> Iterator[Side]:
    """The same of the relay, which knows of no bumps."""
    command = [sys.executable, "-m", "tests.bench.relay"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        orders, events = map(int, process.stdout.readline().split())
        peers = [listener(events, "/events", "", websocket=True) for _ in range(BOARDS)]
        boards = Boards(peers)
        yield Side(orders, boards, lambda _number: None)
        boards.leave()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def turn(side: Side, number: int, message: bytes) -> tuple[float, bytes]:
    """Milliseconds from the first byte of a message to the last board; what that received."""
    side.boards.rest()
    with socket.create_connection(("127.0.0.1", side.port)) as till:
        began = time.perf_counter()
        till.sendall(message)
        till.shutdown(socket.SHUT_WR)
        received = side.boards.until_all_have(f'"order_id":"{name(number)}"'.encode())
        took = (time.perf_counter() - began) * 1000
        if not till.recv(4096):
            raise AssertionError("no reply")
    side.bump(number)
    return took, received


def measure() -> tuple[list[float], list[float]]:
    """Milliseconds of the appliance and of the relay, ascending."""
    ours, bare = list[float](), list[float]()
    with appliance() as mine, relay() as baseline:
        for number in range(WARM + TURNS):
            took, received = turn(mine, number, order(number))
            event = received[received.index(CREATED) :]
            its, _same = turn(baseline, number, event)
            if number >= WARM:
                ours.append(took)
                bare.append(its)
    return sorted(ours), sorted(bare)


def boards(say: Callable[[str, str, str], None]) -> None:
    """How soon all of them have an order."""
    ours, bare = measure()
    for what, mine, its in (
        ("median", median(ours), median(bare)),
        ("p99", ours[int(len(ours) * 0.99)], bare[int(len(bare) * 0.99)]),
    ):
        say(
            f"order on the wire to {BOARDS} boards / a bare relay, {what}",
            f"{mine:.1f} / {its:.1f} ms = {mine / its:.1f}",
            "",
        )
