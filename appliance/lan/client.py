"""The other side of the LAN protocol: sends a message and reads what is replied to it."""

import asyncio
import contextlib
import socket
from typing import Final

import msgspec

from appliance.kitchen.command import OrderAccepted
from appliance.lan import replies
from appliance.lan.framing import MAX_FRAME, Decoded, Splitter
from appliance.lan.schema import Message

REPLY_SECONDS: Final = 5.0
"""How long clients of this protocol wait, connecting included."""
MAX_REPLY: Final = 64 * 1024
"""Bytes; the replies to a file of some thousand orders."""


async def send(host: str, port: int, message: bytes, seconds: float = REPLY_SECONDS) -> bytes:
    """The reply to one message, on a connection of its own; without white space around it.

    A reply has no end mark. It is complete when the other side closes, or as soon as it is
    a documented failure or the id of the message's order, for some screens never close.
    When time is up, or the connection breaks, what has come is returned. A message may be
    several objects; their replies, one after another, are complete when the other side
    closes. At most MAX_REPLY bytes are returned.

    Raises TimeoutError when nothing came in time, ConnectionError or another OSError when
    nothing can come, and EOFError when the other side closes without a reply.
    """
    reply = bytearray()
    try:
        async with asyncio.timeout(seconds):
            connection = await _connected(host, port)
            with connection:
                await _exchange(connection, message, reply)
    except OSError:  # TimeoutError is one.
        if not reply.strip():
            raise
    if not reply.strip():
        raise EOFError(f"{host}:{port} closed the connection without a reply")
    return bytes(reply.strip())


async def _connected(host: str, port: int) -> socket.socket:
    """A connection to the first of the host's addresses that takes it. Raises OSError."""
    loop = asyncio.get_running_loop()
    failure = OSError(f"{host} has no address")
    for family, kind, protocol, _name, address in await loop.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(0)
            await loop.sock_connect(connection, address)
        except OSError as error:
            connection.close()
            failure = error
        except asyncio.CancelledError:
            connection.close()
            raise
        else:
            return connection
    raise failure


async def _exchange(connection: socket.socket, message: bytes, reply: bytearray) -> None:
    """Send and read at once: who replies early need not read all of the message."""
    whole = _whole_replies(message)
    sending = asyncio.create_task(_deliver(connection, message))
    loop = asyncio.get_running_loop()
    try:
        while len(reply) < MAX_REPLY and bytes(reply.strip()) not in whole:
            piece = await loop.sock_recv(connection, MAX_REPLY - len(reply))
            if not piece:
                break
            reply += piece
    finally:
        sending.cancel()
        await asyncio.wait([sending])


async def _deliver(connection: socket.socket, message: bytes) -> None:
    # A connection that breaks is seen by whoever reads, after the reply that came before.
    with contextlib.suppress(OSError):
        await asyncio.get_running_loop().sock_sendall(connection, message)
        connection.shutdown(socket.SHUT_WR)


_decode = msgspec.json.Decoder(Message, strict=False).decode


def _order_id(frame: bytearray) -> str | None:
    envelope = _decode(frame)
    return (envelope.order or envelope).id


def _whole_replies(message: bytes) -> frozenset[bytes]:
    """What nothing can follow when it has come; empty when the message is several objects."""
    if len(message) > MAX_FRAME:
        return frozenset()
    splitter = Splitter(_order_id)
    splitter.feed(message)
    first = splitter.next_object()
    if first is not None and (splitter.next_object() is not None or splitter.inside):
        return frozenset()
    order_id = first.message if isinstance(first, Decoded) else None
    accepted = replies.encode(OrderAccepted(order_id or "")).strip()
    return replies.FAILURES | {accepted} if accepted else replies.FAILURES
