"""A listener that reads bytes from the wire and is cut off after some number of them."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.api.listening import EVENTS
from tests.api.talking import UPGRADE
from tests.running import RunningAppliance

NEVER = b"never said"


class Told(NamedTuple):
    """A frame; `position` is what its listener comes back with."""

    position: str | None
    body: Any


async def by_sse(
    appliance: RunningAppliance, token: str, position: str | None, size: int, last: bytes = NEVER
) -> list[Told]:
    """What stood whole in the first bytes of an event stream."""
    back = "" if position is None else f"Last-Event-ID: {position}\r\n"
    received = await _received(appliance, _head(token, back), size, last)
    text = b"".join(_chunks(received))
    told = []
    for event in text.split(b"\n\n")[:-1]:
        fields = dict(line.split(b": ", 1) for line in event.split(b"\n"))
        place = fields.get(b"id")
        told.append(Told(None if place is None else place.decode(), json.loads(fields[b"data"])))
    return told


async def by_websocket(
    appliance: RunningAppliance, token: str, position: str | None, size: int, last: bytes = NEVER
) -> list[Told]:
    """What stood whole in the first bytes of a WebSocket."""
    upgrade = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
    wanted = json.dumps({"type": "subscribe", "channel": "kds", "since": position}).encode()
    message = b"\x81" + bytes([128 | len(wanted)]) + bytes(4) + wanted
    received = await _received(appliance, _head(token, upgrade) + message, size, last)
    epoch, told = None, []
    for frame in _frames(received):
        body = json.loads(frame)
        epoch = body.get("epoch", epoch)
        told.append(Told(f"{epoch}:{body['seq']}" if body.get("seq") else None, body))
    return told


def _head(token: str, headers: str) -> bytes:
    head = f"GET {EVENTS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}{headers}\r\n".encode()


async def _received(appliance: RunningAppliance, request: bytes, size: int, last: bytes) -> bytes:
    """So many bytes behind the answer's head, or up to `last`; then the connection is reset."""
    host, _, port = appliance.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    received = b""
    try:
        async with asyncio.timeout(10):
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 101 ")), answer
            while len(received) < size and last not in received:
                received += await reader.read(size - len(received))
    finally:
        writer.transport.abort()
    return received


def _chunks(received: bytes) -> Iterator[bytes]:
    """The bodies of HTTP chunks, the last of them as far as it goes."""
    place = 0
    while (end := received.find(b"\r\n", place)) >= 0:
        length = int(received[place:end], 16)
        yield received[end + 2 : end + 2 + length]
        place = end + 2 + length + 2


def _frames(received: bytes) -> Iterator[bytes]:
    """The payloads of those WebSocket frames that are whole."""
    place = 0
    while len(received) >= place + 10:
        assert received[place] == 0x81, received[place : place + 20]  # Text, in one piece.
        length, start = received[place + 1], place + 2
        if length == 126:
            length, start = int.from_bytes(received[start : start + 2], "big"), start + 2
        elif length == 127:
            length, start = int.from_bytes(received[start : start + 8], "big"), start + 8
        place = start + length
        if len(received) < place:
            return
        yield received[start:place]
