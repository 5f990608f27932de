"""A listener that does not read harms nobody, and is not kept for ever."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from time import monotonic

import pytest

from tests.api.listening import listening
from tests.running import RunningAppliance

LONG = "x" * 100_000
"""A dish that fills the pipes of the system quickly."""


@contextlib.asynccontextmanager
async def a_listener_that_does_not_read(appliance: RunningAppliance) -> AsyncIterator[None]:
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.setblocking(False)  # noqa: FBT003 - the socket's own
        loop = asyncio.get_running_loop()
        await loop.sock_connect(peer, ("127.0.0.1", int(appliance.url.rpartition(":")[2])))
        head = "GET /api/v1/kds/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
        await loop.sock_sendall(peer, f"{head}{appliance.token()}\r\n\r\n".encode())
        yield


def sockets() -> int:
    """Open sockets of this process, which is both sides."""
    found = 0
    for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are what is wanted
        with contextlib.suppress(OSError):
            found += os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:")  # noqa: PTH115
    return found


async def test_a_listener_that_does_not_read_delays_no_other_and_is_closed(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.api.stream.WRITE_SECONDS", 0.5)
    async with listening(appliance) as other:
        await other.snapshot()
        before = sockets()
        async with contextlib.AsyncExitStack() as deaf:
            for _ in range(3):
                await deaf.enter_async_context(a_listener_that_does_not_read(appliance))
            waits = []
            for number in range(100):
                began = monotonic()
                await appliance.order(id=f"A-{number}", items=[{"lineId": "1", "name": LONG}])
                heard = await other.ticket()
                assert heard.body["payload"]["ticket"]["order_id"] == f"A-{number}"
                await other.ticket()  # At the pass.
                waits.append(monotonic() - began)
            assert max(waits) < 1
            async with asyncio.timeout(10):
                while sockets() > before + 3:  # Their own ends stay, ours are gone.
                    await asyncio.sleep(0.05)
            assert (await other.hear()).type in ("beat", "kds.ticket.created")


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
