"""make bench: what the order path costs, as ratios to a baseline measured in the same run.

Absolute figures are of this machine and this minute; the ratios are what holds.
"""

import asyncio
import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Any, Final

import apsw

from appliance.api import auth
from tests.bench import actions, history, load, routing
from tests.bench.boards import boards
from tests.bench.broadcast import broadcast
from tests.bench.chits import chits
from tests.bench.encoding import encoding
from tests.bench.felt import felt
from tests.bench.glass import glass
from tests.bench.lan_screens import lan_screens
from tests.bench.pins import pins
from tests.bench.presses import presses
from tests.bench.webhooks import webhooks
from tests.process import Service

ROUNDS: Final = 5
ORDERS: Final = 6_000
ALONE: Final = 1_500
CLOSED_TICKETS: Final = 1_000_000
LIVE_ORDERS: Final = 60
MIB: Final = 1 << 20


class Server:
    """`tests.bench.server` in a process of its own."""

    def __init__(self, kind: str, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.server", kind, str(directory)],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        load.run(self.port, 16, 300, first=10_000_000)  # Warm: menus seen, files grown.

    def bytes_written(self) -> int:
        """By the process."""
        return bytes_written(str(self._process.pid))

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def bytes_written(process: str) -> int:
    """By a process since it began, as the kernel counts what goes to the disk."""
    status = Path(f"/proc/{process}/io").read_text()
    return int(status.split("\nwrite_bytes: ")[1].split()[0])


@contextmanager
def server(kind: str) -> Iterator[tuple[Server, Path]]:
    directory = Path(tempfile.mkdtemp(prefix="expeditor-bench-"))
    running = Server(kind, directory)
    try:
        yield running, directory
    finally:
        running.end()
        shutil.rmtree(directory)


def say(what: str, figure: str, goal: str) -> None:
    print(f"{what:<62} {figure:>28}   {goal}", flush=True)


def throughput() -> None:
    with_log, without = [], []
    largest_wal = 0
    for _ in range(ROUNDS):
        with server("without-log") as (baseline, _directory):
            without.append(load.run(baseline.port, 64, ORDERS).per_second)
        with server("with-log") as (running, directory):
            with_log.append(load.run(running.port, 64, ORDERS).per_second)
            largest_wal = max(largest_wal, (directory / "log.sqlite-wal").stat().st_size)
    ratios = sorted(a / b for a, b in zip(with_log, without, strict=True))
    say(
        "durable orders/s, 64 connections / the same without a log",
        f"{median(with_log):.0f} / {median(without):.0f} = {median(ratios):.2f}",
        f"at least 0.4 (rounds {ratios[0]:.2f} to {ratios[-1]:.2f})",
    )
    say(
        "write-ahead file after that load",
        f"{largest_wal / MIB:.1f} MiB",
        "bounded: 8 MiB and a batch",
    )


def latency() -> None:
    ratios, parts = [], []
    for _ in range(ROUNDS):
        with server("without-log") as (baseline, directory):
            bare = load.run(baseline.port, 1, ALONE).quantile(0.5)
            sync = fdatasync(directory / "sync", len(load.order(1)[0]))
        with server("with-log") as (running, _directory):
            durable = load.run(running.port, 1, ALONE).quantile(0.5)
        ratios.append(durable / (bare + sync))
        parts.append((durable, sync, bare))
    durable, sync, bare = (median(part) for part in zip(*parts, strict=True))
    say(
        "median latency alone / (one fdatasync + the same without a log)",
        f"{durable:.0f} / ({sync:.0f} + {bare:.0f}) µs = {median(ratios):.2f}",
        "at most 2.5",
    )


def ticket_actions() -> None:
    rounds = actions.measure()
    ratios = sorted(each.service / each.bare for each in rounds)
    service, bare, null = (median(column) for column in zip(*rounds, strict=True))
    say(
        "durable ticket actions/s, 16 connections / aiohttp, same bytes",
        f"{service:.0f} / {bare:.0f} = {median(ratios):.2f}",
        f"at least 0.5 (rounds {ratios[0]:.2f} to {ratios[-1]:.2f})",
    )
    say("the client alone, of a server that only writes", f"{null:.0f}", "far above both")


def fdatasync(path: Path, size: int) -> float:
    """Median microseconds of appending so many bytes and syncing them."""
    took = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for _ in range(300):
        began = time.perf_counter()
        os.write(descriptor, b"x" * size)
        os.fdatasync(descriptor)
        took.append((time.perf_counter() - began) * 1e6)
    os.close(descriptor)
    return median(took)


def wear() -> None:
    for connections, orders, goal in ((1, ALONE, "at most 12"), (16, ORDERS, "at most 4")):
        with server("with-log") as (running, directory):
            before = running.bytes_written()
            sent = load.run(running.port, connections, orders).bytes_sent
            written = running.bytes_written() - before + still_to_copy(directory)
        say(
            f"bytes written per byte of order, {connections} at a time",
            f"{written / MIB:.1f} / {sent / MIB:.1f} MiB = {written / sent:.2f}",
            goal,
        )


def still_to_copy(directory: Path) -> int:
    """Bytes written by copying out of the write-ahead files what is not copied yet."""
    before = bytes_written("self")
    for name in ("log.sqlite", "history.sqlite"):
        with contextlib.closing(apsw.Connection(str(directory / name))) as database:
            database.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
    return bytes_written("self") - before


def starting() -> None:
    root = Path(tempfile.mkdtemp(prefix="expeditor-bench-"))
    try:
        print(f"… making {CLOSED_TICKETS:,} closed tickets", flush=True)
        past = asyncio.run(history.fill(root / "full", CLOSED_TICKETS, LIVE_ORDERS))
        size = (root / "full" / "log.sqlite").stat().st_size / MIB
        empty, full = [], []
        for number in range(ROUNDS):
            empty.append(started(root / f"empty-{number}"))
            full.append(started(root / "full"))
        say(
            f"start to listening, {past.closed_tickets:,} closed tickets ({size:.0f} MiB) / empty",
            f"{median(full):.2f} / {median(empty):.2f} s = {median(full) / median(empty):.2f}",
            "at most 2",
        )
        with Service(root / "full") as service:
            say(
                "listing a station's live tickets there", f"{listing(service):.1f} ms", "under 5 ms"
            )
            began, before = time.perf_counter(), bytes_written(str(service.pid))
            middle = until_indexed(service)
            written = bytes_written(str(service.pid)) - before
            say("indexing that past", f"{time.perf_counter() - began:.0f} s", "once")
            say(
                "bytes written by that per byte of order",
                f"{written / MIB:.0f} / {past.bytes_sent / MIB:.0f} MiB"
                f" = {written / past.bytes_sent:.2f}",
                "at most 1",
            )
            for limit, goal in ((50, "under 25 ms"), (500, "under 250 ms")):
                query = f"?status=completed&limit={limit}&cursor={middle}"
                say(
                    f"listing {limit} completed ones from the midst of it",
                    f"{listing(service, query):.1f} ms",
                    goal,
                )
            say("resident memory there", f"{resident(service):.0f} MB", "")
        with Service(root / "idle") as service:
            say("resident memory, idle", f"{resident(service):.0f} MB", "under 70 MB")
    finally:
        shutil.rmtree(root)


def started(directory: Path) -> float:
    """Seconds from the start of the process until it says where it listens; then killed."""
    began = time.perf_counter()
    with Service(directory):
        return time.perf_counter() - began


def listing(service: Service, query: str = "") -> float:
    """Median milliseconds of a whole request."""
    client = Client(service)
    took = []
    for _ in range(50):
        began = time.perf_counter()
        client.get(f"/stations/grill/tickets{query}")
        took.append((time.perf_counter() - began) * 1000)
    client.close()
    return median(took)


def until_indexed(service: Service) -> str:
    """A cursor for the midst of history, once all of it can be listed."""
    client = Client(service)
    while True:
        index = client.get("/status")["history"]
        if index["indexed"] == index["of"]:
            break
        time.sleep(0.1)
    client.close()
    return f"1.{-history.BEGAN_AT - history.A_YEAR_MS // 2}.0"


class Client:
    """Asks the ticket API over one connection."""

    def __init__(self, service: Service) -> None:
        secret = (service.data / "secret").read_bytes()
        token = auth.issue(
            secret, roles=["manager"], tenant="default", subject="bench", seconds=6_000
        )
        self._headers = {"Authorization": f"Bearer {token}"}
        self._connection = http.client.HTTPConnection(service.url.removeprefix("http://"))

    def get(self, path: str) -> Any:
        """What is answered."""
        self._connection.request("GET", f"/api/v1/kds{path}", headers=self._headers)
        answer = self._connection.getresponse()
        body = json.loads(answer.read())
        assert answer.status == HTTPStatus.OK, body
        return body

    def close(self) -> None:
        self._connection.close()


def resident(service: Service) -> float:
    """Megabytes."""
    pages = int(Path(f"/proc/{service.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def routing_an_order() -> None:
    costs = [routing.cost() for _ in range(ROUNDS)]
    cost = routing.Cost(*(median(each) for each in zip(*costs, strict=True)))
    order = f"{routing.ITEMS} items against {routing.RULES} rules / decoding the order"
    for what, took, goal in (
        (f"routing {order}, warm", cost.warm, ""),
        (f"routing {order}, combined anew", cost.new_in_part, ""),
        (f"routing {order}, names never seen", cost.cold, ""),
        (f"routing and planning {order}, warm", cost.deciding, "under 300 µs"),
        (f"routing and planning {order}, combined anew", cost.deciding_in_part, "under 300 µs"),
        (f"warm, all stations with twins, {routing.OPEN} orders open", cost.deciding_shared, ""),
    ):
        say(what, f"{took:.0f} / {cost.decoding:.0f} µs = {took / cost.decoding:.2f}", goal)


MEASURES: Final[dict[str, Callable[[], None]]] = {
    "throughput": throughput,
    "latency": latency,
    "actions": ticket_actions,
    "wear": wear,
    "starting": starting,
    "broadcast": lambda: broadcast(say),
    "boards": lambda: boards(say),
    "routing": routing_an_order,
    "encoding": lambda: encoding(say),
    "pins": lambda: pins(say),
    "presses": lambda: presses(say),
    "chits": lambda: chits(say),
    "lan_screens": lambda: lan_screens(say),
    "webhooks": lambda: webhooks(say),
    "felt": lambda: felt(say),
    "glass": lambda: glass(say),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or MEASURES:
        MEASURES[name]()
