"""Pull the plug at random moments under load: nothing acknowledged is lost, nothing is twice."""

import contextlib
import http.client
import json
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest

from appliance.api import auth
from tests.process import Service
from tests.proof import PROOF, count

ROUNDS = count(40, proof=1_000)
ROUNDS_PER_DIRECTORY = 20
"""A fresh directory now and then keeps the lists short that every round reads."""
TERMINALS = 8
SNAPSHOTS_ALL_THE_TIME = """
from appliance import expeditor
expeditor.SNAPSHOT_EVERY, expeditor.EVENTS_PER_ORDER = 100, 0
"""


@pytest.mark.parametrize("first_round", range(0, ROUNDS, ROUNDS_PER_DIRECTORY))
def test_every_acknowledged_order_is_there_exactly_once_after_each_kill(
    tmp_path: Path, first_round: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # Killed, it tells nothing.
    chance = random.Random(first_round)  # noqa: S311
    acknowledged: dict[str, int] = {}
    service = Service(tmp_path / "data", prelude=SNAPSHOTS_ALL_THE_TIME, warm=not PROOF)
    with service:
        for round_number in range(first_round, first_round + ROUNDS_PER_DIRECTORY):
            load = Load(service.orders_port, f"{round_number}", chance.uniform(0.02, 0.3))
            load.until_killed(service)
            service.wait()
            service.start()
            load.send_again_what_was_not_answered(service.orders_port)
            acknowledged |= load.acknowledged
            there = orders_there(service)
            assert not [order for order, times in there.items() if times != 1]
            lost = acknowledged.keys() - there.keys()
            assert not lost, f"round {round_number}: {len(lost)} of {len(acknowledged)} lost"
            assert all(there_with(service, acknowledged))
        service.stop()
    assert len(acknowledged) > ROUNDS_PER_DIRECTORY
    with contextlib.closing(apsw.Connection(str(tmp_path / "data" / "log.sqlite"))) as database:
        assert database.pragma("integrity_check") == "ok"


class Load:
    """Terminals that create and change orders until the line goes dead."""

    def __init__(self, port: int, prefix: str, seconds: float) -> None:
        self._port = port
        self._prefix = prefix
        self._seconds = seconds
        self._unanswered: dict[str, tuple[int, bytes]] = {}
        self.acknowledged: dict[str, int] = {}
        """The lines that each order was acknowledged with, by order id."""

    def until_killed(self, service: Service) -> None:
        with ThreadPoolExecutor(TERMINALS) as terminals:
            working = [terminals.submit(self._terminal, number) for number in range(TERMINALS)]
            time.sleep(self._seconds)  # The moment of the kill: random on purpose.
            service.send(signal.SIGKILL)
        for terminal in working:
            terminal.result()

    def _terminal(self, number: int) -> None:
        try:
            with socket.create_connection(("127.0.0.1", self._port)) as peer:
                for place in range(25):
                    self._table(peer, f"{self._prefix}-{number}-{place}")
        except OSError:
            return  # The plug is out.

    def _table(self, peer: socket.socket, order_id: str) -> None:
        for lines, command in ((1, "create-order"), (2, "update-order")):
            message = order(order_id, command, lines)
            self._unanswered[order_id] = (lines, message)
            self._send(peer, order_id)

    def _send(self, peer: socket.socket, order_id: str) -> None:
        lines, message = self._unanswered[order_id]
        peer.sendall(message)
        reply = peer.recv(4096)
        if not reply:
            raise ConnectionResetError
        assert reply == order_id.encode()
        del self._unanswered[order_id]
        self.acknowledged[order_id] = lines

    def send_again_what_was_not_answered(self, port: int) -> None:
        """As every point of sale does: it must not make a second ticket."""
        with socket.create_connection(("127.0.0.1", port)) as peer:
            for order_id in list(self._unanswered):
                self._send(peer, order_id)


def order(order_id: str, command: str, lines: int) -> bytes:
    items = [
        {"lineId": str(line), "name": "Hamburger", "qty": 1, "mods": []} for line in range(lines)
    ]
    return json.dumps(
        {"command": command, "order": {"id": order_id, "name": "Table 7", "items": items}}
    ).encode()


def pages(service: Service, station: str) -> Iterator[list[dict[str, Any]]]:
    """All live tickets of a station, a page at a time."""
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(secret, roles=["chef"], tenant="default", subject="test", seconds=600)
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"))
    cursor = ""
    try:
        while True:
            path = f"/api/v1/kds/stations/{station}/tickets?limit=500{cursor}"
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            yield json.loads(answer.read())
            after = answer.getheader("X-Next-Cursor")
            if after is None:
                return
            cursor = f"&cursor={after}"
    finally:
        connection.close()


def orders_there(service: Service) -> Counter[str]:
    return Counter(t["order_id"] for page in pages(service, "grill") for t in page)


def there_with(service: Service, acknowledged: dict[str, int]) -> Iterator[bool]:
    """Whether each acknowledged order shows at least what was acknowledged of it."""
    for page in pages(service, "pass"):
        for ticket in page:
            yield len(ticket["items"]) >= acknowledged.get(ticket["order_id"], 0)
