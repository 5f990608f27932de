"""Five hundred listeners of both kinds, and one of each that does not read."""

import asyncio
import json
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from appliance.api import auth
from tests.api.listening import EVENTS
from tests.api.talking import UPGRADE
from tests.process import Service

LISTENERS = 500
ORDERS = 12
LONG = "x" * 8_000
"""With so many orders more than is kept for who does not read."""
SUBSCRIBE = b'{"type":"subscribe","channel":"kds"}'
NOTHING_IS_TOO_LONG = """
import signal
from appliance.api.events import handler, listener
listener.WRITE_SECONDS = 1e9
handler.SEND_BUFFER = 4096
def now_it_is(*_):
    listener.WRITE_SECONDS = 0.1
signal.signal(signal.SIGUSR1, now_it_is)
"""
"""A listener that does not read is closed when the test says so, and not when others wait."""

Hear = Callable[[], Any]


@asynccontextmanager
async def by_sse(http: aiohttp.ClientSession, url: str) -> AsyncIterator[Hear]:
    async with http.get(url) as answer:

        async def hear() -> Any:
            while not (line := await answer.content.readline()).startswith(b"data: "):
                assert line, "it has ended"
            return json.loads(line.removeprefix(b"data: "))

        yield hear


@asynccontextmanager
async def by_websocket(http: aiohttp.ClientSession, url: str) -> AsyncIterator[Hear]:
    async with http.ws_connect(url) as talk:
        await talk.send_str(SUBSCRIBE.decode())
        yield talk.receive_json


async def hear_all(hear: Hear, ready: asyncio.Event) -> list[tuple[str, str]]:
    """Which tickets it hears were made, up to the last one, in order."""
    while (await hear())["type"] != "kds.snapshot":
        ...
    ready.set()
    heard: list[tuple[str, str]] = []
    while not heard or heard[-1] != (f"A-{ORDERS - 1}", "pass"):
        event = await hear()
        if event["type"] == "kds.ticket.created":
            ticket = event["payload"]["ticket"]
            heard.append((ticket["order_id"], ticket["station_id"]))
    return heard


def deaf(service: Service, token: str, headers: str, message: bytes = b"") -> socket.socket:
    """A listener that reads no more than the head of the answer."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.connect(("127.0.0.1", int(service.url.rpartition(":")[2])))
    head = f"GET {EVENTS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    peer.sendall(f"{head}{headers}\r\n".encode() + message)
    peer.recv(12)
    return peer


def is_kept(peer: socket.socket) -> bool:
    """Whether the other side has it open. What it had to say cannot tell, nor that it is over."""
    here = f":{peer.getsockname()[1]:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return any(remote.endswith(here) and state == "01" for _, _, remote, state, *_ in rows)


def send_orders(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as peer:
        for number in range(ORDERS):
            items = [{"lineId": "1", "name": "Hamburger"}, {"lineId": "2", "name": LONG}]
            order = {"id": f"A-{number}", "items": items}
            peer.sendall(json.dumps({"command": "create-order", "order": order}).encode())
            assert peer.recv(64) == f"A-{number}".encode()


def test_all_hear_each_event_once_and_nobody_waits_for_who_does_not_read(tmp_path: Path) -> None:
    with Service(tmp_path / "data", prelude=NOTHING_IS_TOO_LONG, warm=True) as service:
        secret = (service.data / "secret").read_bytes()
        token = auth.issue(secret, roles=["chef"], tenant="default", subject="test", seconds=600)
        upgrade = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
        subscribe = b"\x81" + bytes([128 | len(SUBSCRIBE), 0, 0, 0, 0]) + SUBSCRIBE
        not_reading = [deaf(service, token, ""), deaf(service, token, upgrade, subscribe)]
        everybody = asyncio.run(listen(service, token))
        wanted = [
            (f"A-{number}", station) for number in range(ORDERS) for station in ("grill", "pass")
        ]
        assert len(everybody) == LISTENERS
        assert all(heard == wanted for heard in everybody)
        # Whoever had waited for these two would not have heard it all by now.
        assert all(map(is_kept, not_reading))
        service.send(signal.SIGUSR1)
        patience = time.monotonic() + 20
        while any(map(is_kept, not_reading)):
            assert time.monotonic() < patience
            time.sleep(0.05)
        for peer in not_reading:
            peer.close()
        assert service.stop() == 0


async def listen(service: Service, token: str) -> list[list[tuple[str, str]]]:
    """What each of the others hears while orders come in."""
    ready = [asyncio.Event() for _ in range(LISTENERS)]

    async def one(number: int) -> list[tuple[str, str]]:
        way = (by_sse, by_websocket)[number % 2]
        async with way(http, service.url + EVENTS) as hear:
            return await hear_all(hear, ready[number])

    headers = {"Authorization": f"Bearer {token}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        asyncio.timeout(120),
        aiohttp.ClientSession(headers=headers, connector=connector) as http,
        asyncio.TaskGroup() as group,
    ):
        listening = [group.create_task(one(number)) for number in range(LISTENERS)]
        for each in ready:
            await each.wait()
        await asyncio.to_thread(send_orders, service.orders_port)
        await asyncio.wait(listening)
    return [each.result() for each in listening]
