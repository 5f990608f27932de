"""A listener that does not read harms nobody, and is not kept for ever."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator

import pytest

from appliance.api.events import listener
from tests.api.listening import EVENTS, listening
from tests.api.talking import UPGRADE
from tests.running import RunningAppliance

LONG = "x" * 100_000
"""A dish that fills the pipes of the system quickly."""


WAYS = ["server-sent events", "WebSocket"]


@contextlib.asynccontextmanager
async def a_listener_that_does_not_read(
    appliance: RunningAppliance, way: str
) -> AsyncIterator[None]:
    request = f"GET {EVENTS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.setblocking(False)  # noqa: FBT003 - the socket's own
        loop = asyncio.get_running_loop()
        await loop.sock_connect(peer, ("127.0.0.1", int(appliance.url.rpartition(":")[2])))
        upgrade = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
        headers = f"{appliance.token()}\r\n{upgrade if way == 'WebSocket' else ''}"
        await loop.sock_sendall(peer, f"{request}{headers}\r\n".encode())
        if way == "WebSocket":
            wanted = b'{"type":"subscribe","channel":"kds"}'
            await loop.sock_sendall(peer, b"\x81" + bytes([128 | len(wanted), 0, 0, 0, 0]) + wanted)
        yield


def sockets() -> int:
    """Open sockets of this process, which is both sides."""
    found = 0
    for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are what is wanted
        with contextlib.suppress(OSError):
            found += os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:")  # noqa: PTH115
    return found


@pytest.mark.parametrize("way", WAYS)
async def test_a_listener_that_does_not_read_delays_no_other_and_is_closed(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(listener, "BEAT_SECONDS", 0.1)
    async with listening(appliance) as other:
        await other.snapshot()
        before = sockets()
        async with contextlib.AsyncExitStack() as deaf:
            for _ in range(3):
                await deaf.enter_async_context(a_listener_that_does_not_read(appliance, way))
            for number in range(30):
                await appliance.order(id=f"A-{number}", items=[{"lineId": "1", "name": LONG}])
                heard = await other.ticket()
                assert heard.body["payload"]["ticket"]["order_id"] == f"A-{number}"
                await other.ticket()  # At the pass.
            # Whoever is not waited for has not been closed yet.
            assert sockets() == before + 6
            monkeypatch.setattr(listener, "WRITE_SECONDS", 0.1)
            async with asyncio.timeout(10):
                while sockets() > before + 3:  # Their own ends stay, ours are gone.
                    await asyncio.sleep(0.05)
            assert (await other.hear()).type in ("beat", "kds.ticket.created")


@pytest.mark.parametrize("way", WAYS)
async def test_little_is_kept_for_a_listener_that_does_not_read(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(listener, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(listener, "WRITE_SECONDS", 0.1)
    before = sockets()
    async with a_listener_that_does_not_read(appliance, way):
        # Far less than the megabytes that the system would keep for it by itself, and closed.
        for number in range(6):
            await appliance.order(id=f"A-{number}", items=[{"lineId": "1", "name": LONG}])
        async with asyncio.timeout(10):
            while sockets() > before + 1:
                await asyncio.sleep(0.05)


async def test_a_listener_that_has_gone_is_forgotten_within_a_beat_or_two(
    appliance: RunningAppliance,
) -> None:
    before = sockets()
    async with listening(appliance) as listener:
        await listener.snapshot()
        assert sockets() == before + 2
    async with asyncio.timeout(5):
        while sockets() > before:
            await asyncio.sleep(0.05)
