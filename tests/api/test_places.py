"""Idle connections, slow requests and crowds: closed, refused, and nobody else's trouble."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from appliance import config
from appliance.api import connections
from appliance.api.events import handler
from tests.api.asking import ask
from tests.api.clock import ManualClock
from tests.api.test_errors import is_error
from tests.running import RunningAppliance, running

SECONDS = 10
STATUS = "/api/v1/kds/status"
GET = b"GET /api/v1/kds/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Peer:
    """A client that does what it likes with its connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, sent: bytes) -> None:
        self._writer.write(sent)
        await self._writer.drain()

    async def until(self, end: bytes) -> bytes:
        async with asyncio.timeout(SECONDS):
            return await self._reader.readuntil(end)

    async def closed(self) -> bytes:
        """Wait until it is closed from the other side; what came before that."""
        async with asyncio.timeout(SECONDS):
            with contextlib.suppress(ConnectionResetError):
                return await self._reader.read()
        return b""

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


async def connected(appliance: RunningAppliance, own_address: str = "127.0.0.1") -> Peer:
    where = urlsplit(appliance.url)
    return Peer(
        *await asyncio.open_connection(where.hostname, where.port, local_addr=(own_address, 0))
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """That of the connections; what it says is looked at all the time."""
    clock = ManualClock()
    monkeypatch.setattr(connections, "monotonic", clock)
    monkeypatch.setattr(connections, "CHECK_EVERY_SECONDS", 0.01)
    return clock


@contextlib.asynccontextmanager
async def limited(directory: Path, limits: str) -> AsyncIterator[RunningAppliance]:
    embedded = await asyncio.to_thread(config.embedded)
    text = f"{embedded}\n[http.limits]\n{limits}\n"
    async with running(directory, text) as appliance:
        yield appliance


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        GET[:20],
        b"POST /api/v1/kds/orders HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: 9\r\n\r\nfour",
        GET + GET[:20],
    ],
    ids=["nothing", "half a head", "half a body", "half of the second one"],
)
async def test_a_request_has_ten_seconds_to_arrive(
    appliance: RunningAppliance, clock: ManualClock, begun: bytes
) -> None:
    slow = await connected(appliance)
    if begun.startswith(GET):
        await slow.send(GET)
        await slow.until(b'"openapi"')
        begun = begun.removeprefix(GET)
        await ask(appliance, "GET", "/")  # The first one is answered by then.
    await slow.send(
        begun.replace(b"%s", b"Authorization: Bearer %s\r\n" % appliance.token().encode())
    )
    await ask(appliance, "GET", "/")  # What was sent has arrived by then.
    clock.now += 6
    later = await connected(appliance)
    await later.send(GET[:20])
    await ask(appliance, "GET", "/")
    clock.now += 5
    await slow.closed()
    await later.send(GET[20:])
    assert b" 200 OK" in await later.until(b"\r\n")
    await later.close()
    await slow.close()
    assert (await ask(appliance, "GET", STATUS)).body["connections"]["too_slow"] == 1


async def test_what_streams_has_no_end(appliance: RunningAppliance, clock: ManualClock) -> None:
    listener, idle = await connected(appliance), await connected(appliance)
    await listener.send(
        b"GET /api/v1/kds/events HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: Bearer " + appliance.token().encode() + b"\r\n\r\n"
    )
    await listener.until(b"kds.snapshot")
    clock.now += 1_000
    await idle.closed()
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    await listener.until(b"kds.ticket.created")
    await listener.close()
    await idle.close()


async def test_after_an_answer_the_next_request_is_not_awaited_for_ever(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "KEEP_ALIVE_SECONDS", 0.2)
    peer = await connected(appliance)
    await peer.send(GET)
    assert b" 200 OK" in await peer.until(b"\r\n")
    await peer.closed()
    await peer.close()


async def test_one_address_has_so_many_places_and_others_have_theirs(tmp_path: Path) -> None:
    async with limited(tmp_path, "connections_per_address = 3") as appliance:
        crowd = [await connected(appliance, "127.0.0.9") for _ in range(3)]
        one_more = await connected(appliance, "127.0.0.9")
        head, _, body = (await one_more.closed()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nRetry-After: 2\r\n" in head
        assert json.loads(body)["code"] == "SERVICE_UNAVAILABLE"
        assert json.loads(body)["request_id"].encode() in head
        told = (await ask(appliance, "GET", STATUS)).body["connections"]
        assert told == {"open": 4, "refused": 1, "too_slow": 0}
        await crowd[0].send(b"no HTTP\r\n\r\n")
        await crowd[0].closed()
        await ask(appliance, "GET", "/")
        again = await connected(appliance, "127.0.0.9")
        await again.send(GET)
        assert b" 200 OK" in await again.until(b"\r\n")
        for peer in (*crowd, one_more, again):
            await peer.close()


async def test_all_addresses_together_have_so_many_places(tmp_path: Path) -> None:
    async with limited(tmp_path, "connections = 8") as appliance:
        crowd = [await connected(appliance, f"127.0.1.{number}") for number in range(1, 10)]
        assert (await crowd[-1].closed()).startswith(b"HTTP/1.1 503 ")
        # Not even then do orders wait.
        assert await appliance.order(id="A-1", items=[{"name": "Hamburger"}]) == b"A-1"
        for peer in crowd:
            await peer.close()


async def test_so_many_may_listen(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "MAX_LISTENERS", 2)
    headers = {"Authorization": f"Bearer {appliance.token()}"}
    url = f"{appliance.url}/api/v1/kds/events"
    async with appliance.http.get(url, headers=headers), appliance.http.get(url, headers=headers):
        refused = await ask(appliance, "GET", "/api/v1/kds/events")
        is_error(refused, 503, "SERVICE_UNAVAILABLE")
        assert refused.headers["Retry-After"] == "10"
