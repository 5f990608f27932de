"""The wall clock is set, forwards and backwards, while orders wait: nobody's timer moves."""

import asyncio
import http.client
import json
import socket
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from appliance.api import auth
from appliance.kitchen import event
from appliance.kitchen.event import OrderPlaced, TicketChanged
from appliance.kitchen.ticket import Ticket
from appliance.log.sqlite import SqliteLog
from tests.process import Service

HOUR: Final = 3_600
YEARS: Final = 10 * 365 * 24 * HOUR
KITCHEN: Final = """
[orders]
listen = "127.0.0.1:0"
default_station = "grill"
[http]
listen = "127.0.0.1:0"
[[station]]
id = "grill"
name = "Grill"
[[station]]
id = "fry"
name = "Fry"
[[route]]
station = "grill"
name = ["Burger"]
prep_time = "3s"
[[route]]
station = "fry"
name = ["Fries"]
prep_time = "1s"
"""
WALL_CLOCK_TO_BE_SET: Final = """
import mmap, struct, time
with open({path!r}, "r+b") as _file:
    _forward = mmap.mmap(_file.fileno(), 8)
_wall = time.time_ns
time.time_ns = lambda: _wall() + struct.unpack("q", _forward)[0] * 10**9
time.time = lambda: time.time_ns() / 10**9
"""


class WallClock:
    """Of the service alone: what its prelude reads."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(8))
        self._path = path
        self._forward = 0
        self.prelude = WALL_CLOCK_TO_BE_SET.format(path=str(path))

    def set(self, seconds: int) -> None:
        """To so many seconds beside the true time."""
        self._forward = seconds
        with self._path.open("r+b") as file:
            file.write(struct.pack("q", seconds))

    def now(self) -> float:
        """What the service reads, seconds since the epoch."""
        return time.time() + self._forward


class Fired(NamedTuple):
    """A line that fired itself."""

    order_id: str
    planned: int
    """Tick at which it was to."""
    tick: int
    """At which it did."""


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    return WallClock(tmp_path / "wall clock")


def test_a_clock_that_is_set_moves_no_timer_and_no_ticket(
    tmp_path: Path, clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # Killed, it tells nothing.
    kitchen = tmp_path / "kitchen.toml"
    kitchen.write_text(KITCHEN)
    arguments = ("--config", str(kitchen))
    with Service(tmp_path / "data", *arguments, prelude=clock.prelude) as service:
        for place, seconds in enumerate((HOUR, -HOUR, YEARS, 0)):
            send(service, f"{place}-now", {})
            send(service, f"{place}-later", to_be_begun_soon(clock))
            grill, fry = board(service, "grill", clock), board(service, "fry", clock)
            assert [status for _, status in fry][-2:] == ["held", "held"]
            clock.set(seconds)
            assert board(service, "grill", clock) == grill
            assert board(service, "fry", clock) == fry
            if place % 2:
                service.kill()
                service.start()
            until(lambda: {status for _, status in board(service, "fry", clock)} == {"pending"})
            for station in ("grill", "fry"):
                orders = [order for order, _ in board(service, station, clock)]
                assert orders == [order for order, _ in fry]
        service.stop()
    fired = asyncio.run(fired_by_themselves(tmp_path / "data"))
    waited = [f"{place}-{when}" for place in range(4) for when in ("now", "later")]
    assert {each.order_id for each in fired} == set(waited)
    for each in fired:
        # Never early; and an hour is not what makes it late, whatever else this machine does.
        assert 0 <= each.tick - each.planned < HOUR * 1000 / 60, each


def to_be_begun_soon(clock: WallClock) -> dict[str, str]:
    """A pick-up time that has its stations begin two seconds after it came."""
    at = datetime.fromtimestamp(clock.now() + 4, UTC)
    return {"pickupTime": at.isoformat(timespec="milliseconds"), "prepTimeDuration": "PT2S"}


def send(service: Service, order_id: str, more: dict[str, str]) -> None:
    items = [{"lineId": "1", "name": "Burger"}, {"lineId": "2", "name": "Fries"}]
    order = {"id": order_id, "items": items} | more
    with socket.create_connection(("127.0.0.1", service.orders_port)) as peer:
        peer.sendall(json.dumps({"command": "create-order", "order": order}).encode())
        assert peer.recv(4096) == order_id.encode()


def board(service: Service, station: str, clock: WallClock) -> list[tuple[str, str]]:
    """The tickets of a station as it shows them: order and state."""
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(
        secret,
        roles=["chef"],
        tenant="default",
        subject="test",
        seconds=600,
        issued_at=clock.now(),
    )
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"))
    try:
        path = f"/api/v1/kds/stations/{station}/tickets"
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        tickets: list[dict[str, Any]] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return [(ticket["order_id"], ticket["status"]) for ticket in tickets]


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


async def fired_by_themselves(data: Path) -> list[Fired]:
    """As the log has them."""
    log = await asyncio.to_thread(SqliteLog, data)
    try:
        recorded = await log.read(0, 10_000)
    finally:
        await log.close()
    names: dict[int, str] = {}
    tickets: dict[tuple[int, str], Ticket] = {}
    fired = []
    for each in (event.decode(entry.event) for entry in recorded):
        match each:
            case OrderPlaced():
                names[each.number] = each.order.id
            case TicketChanged(kind="fired", ticket=ticket):
                (before,) = tickets[ticket.number, ticket.station].lines
                fired.append(Fired(names[ticket.number], before.due or 0, each.tick))
            case TicketChanged():
                tickets[each.ticket.number, each.ticket.station] = each.ticket
    return fired
