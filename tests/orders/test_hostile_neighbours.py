"""A crowd of hostile peers beside a point of sale: each of its orders is answered, as fast."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.orders.peer import SECONDS
from tests.process import Service
from tests.proof import PROOF, count

CROWD = count(100, proof=1_000)
MEASUREMENTS = 15
ORDERS_PER_MEASUREMENT = count(20, proof=50)
"""Each of them is changed with each measurement: it is not the kitchen that grows."""
TILL = "127.0.0.30"
ONE_PROCESSOR = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
"""
"""Both services run on the same one: else one may have a busier one than the other."""
GROWTH = 4_000_000
"""Bytes that a service may have grown by with a second crowd like the first."""


@contextlib.contextmanager
def crowd(kind: str, port: int) -> Iterator[None]:
    """All of a crowd is there, and goes in the end."""
    command = [sys.executable, "-m", "tests.orders.crowd", kind, str(port), str(CROWD)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        yield
        process.communicate(timeout=SECONDS)
        assert process.returncode == 0


class PointOfSale:
    """Sends orders, each when the one before is answered; connects again when it was closed."""

    def __init__(self, port: int, *, keeps_its_connection: bool) -> None:
        self._port = port
        self._keeps = keeps_its_connection
        self._connection: socket.socket | None = None
        self._sent = 0
        self.sent_again = 0
        """Orders whose connection was closed before they were answered."""

    def seconds_for(self, number: int) -> float:
        """How long one order takes until it has the right answer."""
        self._sent += 1
        order_id = f"{'kept' if self._keeps else 'new'}-{number}".encode()
        order = b'{"id":"%s","items":[{"name":"Burger","qty":%d}]}' % (order_id, self._sent)
        began = time.perf_counter()
        while not (answer := self._ask(order)):
            self.sent_again += 1
        assert answer == order_id
        return time.perf_counter() - began

    def _ask(self, order: bytes) -> bytes:
        """The answer; nothing where the connection is closed."""
        if self._connection is None:
            self._connection = socket.create_connection(
                ("127.0.0.1", self._port), SECONDS, source_address=(TILL, 0)
            )
        try:
            self._connection.sendall(order)
            answer = self._connection.recv(4096)
        except ConnectionError:
            answer = b""
        if not (answer and self._keeps):
            self.close()
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def sockets(service: Service) -> set[str]:
    """Those that it has open. Of files it may open one more when it first needs it."""
    found = set()
    for path in Path(f"/proc/{service.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # Closed meanwhile.
            found.add(str(path.readlink()))
    return {each for each in found if each.startswith("socket:")}


def memory(service: Service) -> int:
    """Resident, in bytes."""
    pages = Path(f"/proc/{service.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def until_closed(service: Service, opened: int) -> None:
    """Wait until it has no more sockets than that."""
    deadline = time.monotonic() + SECONDS
    while len(now := sockets(service)) > opened:
        assert time.monotonic() < deadline, f"{len(now)} instead of {opened}"
        time.sleep(0.01)


def slowdown(alone: PointOfSale, beside: PointOfSale) -> float:
    """Median latency at the second as a multiple of that at the first.

    They take turns order by order, in many short measurements of which the middle one
    counts: what else this machine does slows down both, or but some of these.
    """
    ratios: list[float] = []
    for _ in range(MEASUREMENTS):
        seconds: dict[PointOfSale, list[float]] = {alone: [], beside: []}
        for number in range(ORDERS_PER_MEASUREMENT):
            for till in (alone, beside) if number % 2 else (beside, alone):
                seconds[till].append(till.seconds_for(number))
        ratios.append(median(seconds[beside]) / median(seconds[alone]))
    return median(ratios)


@pytest.mark.parametrize(
    "kind", ["slow", "nested", "endless string", "half-closed", "reset", "zero window"]
)
def test_beside_a_crowd_a_point_of_sale_is_answered_as_fast_as_alone(
    tmp_path: Path, kind: str
) -> None:
    with (
        Service(tmp_path / "alone", prelude=ONE_PROCESSOR, warm=not PROOF) as alone,
        Service(tmp_path / "beside", prelude=ONE_PROCESSOR, warm=not PROOF) as beside,
    ):
        used = []
        for keeps in (False, True):
            tills = [
                PointOfSale(service.orders_port, keeps_its_connection=keeps)
                for service in (alone, beside)
            ]
            for till in tills:
                till.seconds_for(0)
            opened = len(sockets(beside))
            with crowd(kind, beside.orders_port):
                ratio = slowdown(*tills)
            until_closed(beside, opened)
            used.append(memory(beside))
            for till in tills:
                till.close()
            assert ratio <= 2
            # A till that pauses for longer than the crowd takes to come may lose its place.
            assert tills[1].sent_again <= 0.05 * MEASUREMENTS * ORDERS_PER_MEASUREMENT
        assert used[1] - used[0] <= GROWTH
        assert beside.stop() == 0
