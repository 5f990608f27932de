"""The other side of the LAN protocol: sends a message and reads what is replied to it."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from appliance.kitchen.command import OrderAccepted
from appliance.lan import replies
from appliance.lan.framing import Decoded, Splitter
from appliance.lan.schema import CancelMessage, Envelope

REPLY_SECONDS: Final = 5.0
"""How long clients of this protocol wait, connecting included."""
MAX_REPLY: Final = 64 * 1024
"""Bytes; the replies to a file of some thousand orders."""


class Reply(NamedTuple):
    """What the other side said."""

    text: bytes
    """Without white space or quotes around it; at most MAX_REPLY bytes."""
    accepted: bool
    """It is the id of the message's order, whole and alone; of several orders, all their ids."""


async def send(
    host: str,
    port: int,
    message: bytes,
    seconds: float = REPLY_SECONDS,
    *,
    order_id: str | None = None,
    reached: Callable[[], None] = lambda: None,
) -> Reply:
    """The reply to one message, on a connection of its own.

    A reply has no end mark. It is complete when the other side closes, or as soon as it is
    the id of the message's order or a documented failure, for some screens never close.
    When time is up, or the connection breaks, what has come is returned; it is not accepted.
    A message may be several objects, whose replies follow one another. `order_id` is that of its
    only order, where the caller knows it: then the message need not be read first. `reached` is
    called when the other side has taken the connection.

    Raises TimeoutError when nothing came in time, ConnectionError or another OSError when
    nothing can come, and EOFError when the other side closes without a reply.
    """
    reply = bytearray()
    if order_id is None:
        expected = await asyncio.to_thread(_Expected.of, message)  # It may be a file of any size.
    else:
        expected = _Expected.of_order(order_id)
    try:
        async with asyncio.timeout(seconds):
            connection = await _connected(host, port, seconds)
            with connection:
                reached()
                await _exchange(connection, message, expected, reply)
    except OSError:  # TimeoutError is one.
        if not reply.strip():
            raise
    text = bytes(reply.strip())
    if not text:
        raise EOFError("the connection was closed without a reply")
    return Reply(_bare(text), expected.is_met(text))


async def probe(host: str, port: int, seconds: float) -> None:
    """Connect, and say nothing. Raises OSError where nobody listens, or not in that time."""
    async with asyncio.timeout(seconds):
        (await _connected(host, port, seconds)).close()


async def _connected(host: str, port: int, seconds: float) -> socket.socket:
    """A connection to the first of the host's addresses that takes it. Raises OSError.

    Each of several gets its share of the time: one may drop what it is sent.
    """
    found = await _addresses(host, port)
    failure = OSError(f"{host} has no address")
    for family, kind, protocol, _name, address in found:
        with contextlib.ExitStack() as unless_connected:
            try:
                connection = unless_connected.enter_context(socket.socket(family, kind, protocol))
                connection.settimeout(0)
                async with asyncio.timeout(seconds / len(found)):
                    await asyncio.get_running_loop().sock_connect(connection, address)
            except OSError as error:
                failure = error
            else:
                unless_connected.pop_all()
                return connection
    raise failure


_AddressInfo: TypeAlias = tuple[int, int, int, str, tuple[Any, ...]]
_lookups: Final[dict[tuple[Any, str, int], asyncio.Task[Sequence[_AddressInfo]]]] = {}
"""Those that go on, by loop, host and port."""


async def _addresses(host: str, port: int) -> Sequence[_AddressInfo]:
    """Of a host. Raises OSError, UnicodeError.

    A lookup that is given up goes on, for longer than it takes to try again, in one of a few
    threads that all names share: there is never a second one of the same name.
    """
    loop = asyncio.get_running_loop()
    place = (loop, host, port)
    lookup = _lookups.get(place)
    if lookup is None:
        finding = loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        lookup = _lookups[place] = asyncio.ensure_future(finding)

        def ended(lookup: asyncio.Task[Any]) -> None:
            del _lookups[place]
            if not lookup.cancelled():
                lookup.exception()  # Perhaps nobody waits for it any more.

        lookup.add_done_callback(ended)
    return await asyncio.shield(lookup)


async def _exchange(
    connection: socket.socket, message: bytes, expected: "_Expected", reply: bytearray
) -> None:
    """Send and read at once: who replies early need not read all of the message."""
    sending = asyncio.create_task(_deliver(connection, message))
    loop = asyncio.get_running_loop()
    try:
        while len(reply) < MAX_REPLY and not expected.is_whole(bytes(reply.strip())):
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


_decode = msgspec.json.Decoder(Envelope, strict=False).decode
_decode_order = msgspec.json.Decoder(CancelMessage, strict=False).decode


def _order_id(frame: bytearray) -> str | None:
    order = _decode(frame).order
    return _decode_order(order if bytes(order) not in (b"", b"null") else frame).id


class _Expected(NamedTuple):
    """What a message can be answered with."""

    ids: bytes | None
    """Of all its orders, one after another; None where some object of it is no order."""
    objects: int

    @classmethod
    def of(cls, message: bytes) -> "_Expected":
        splitter = Splitter(_order_id)
        splitter.feed(message)
        found = list(iter(splitter.next_object, None))
        if (rest := splitter.end()) is not None:
            found.append(rest)
        ids = [each.message for each in found if isinstance(each, Decoded) and each.message]
        if len(ids) < len(found) or not ids:
            return cls(None, len(found))
        replied = b"".join(replies.encode(OrderAccepted(order_id)) for order_id in ids)
        return cls(replied.strip() or None, len(found))

    @classmethod
    def of_order(cls, order_id: str) -> "_Expected":
        return cls(replies.encode(OrderAccepted(order_id)).strip() or None, 1)

    def is_met(self, reply: bytes) -> bool:
        """Whether this says that all was taken."""
        return self.ids in (reply, _bare(reply))

    def is_whole(self, reply: bytes) -> bool:
        """Whether nothing follows this."""
        return self.is_met(reply) or (self.objects <= 1 and _bare(reply) in replies.FAILURES)


def _bare(reply: bytes) -> bytes:
    """Without the quotes of those who answer in JSON."""
    return reply[1:-1] if len(reply) > 1 and reply[:1] == reply[-1:] == b'"' else reply
