"""One peer of the order router: bytes in, orders to the kitchen, replies in order.

It splits what comes, submits each order at once and answers each when it is on disk. It
is read no faster than its answers leave, and never in the way of the other peers.
"""

import asyncio
import fcntl
import logging
import socket
import struct
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from appliance.kitchen.command import Command, OrderAccepted, Refused
from appliance.lan import replies
from appliance.lan.framing import Malformed, Splitter
from appliance.lan.messages import Returned
from appliance.log import NotStored
from appliance.orders.peers import address_of

if TYPE_CHECKING:
    from appliance.orders.server import OrderRouter

logger = logging.getLogger(__name__)

LINGER_SECONDS: Final = 2.0
"""How long a refused peer may read its refusal before the connection is closed."""
MAX_UNANSWERED: Final = 64
"""Orders of one connection that wait for the disk; then it is not read any further."""
OBJECTS_PER_TURN: Final = 16
"""Orders of one connection that are taken before the other peers have their turn."""
SIOCOUTQNSD: Final = 0x894B
"""Asks for the bytes that the peer's window kept from being sent: linux/sockios.h."""
_INT: Final = struct.Struct("i")
_LINGER_NOT: Final = struct.pack("ii", 1, 0)


class _Waiting(NamedTuple):
    reply: bytes
    durable: "asyncio.Future[None] | None"
    refusal: str | None
    """Why the kitchen said no."""
    extract: bytes


class Connection(asyncio.Protocol):
    """One peer, from its first byte to its last."""

    def __init__(self, router: "OrderRouter") -> None:
        self.address = ""
        """Of the peer; an IPv4 address also where it came over IPv6."""
        self._router = router
        self._transport = cast("asyncio.Transport", None)
        self._splitter = Splitter(router.decode, router.limits.frame_bytes, router.limits.nesting)
        self._waiting: deque[_Waiting] = deque()
        self._ended = False
        """Nothing more will be read: answer what waits, then close."""
        self._peer_ended = False
        self._deaf = False
        """The peer does not read its answers."""
        self._paused = False
        self._turn_is_due = False
        self._close_at: float | None = None
        self._object_began: float | None = None
        self._was_heard = False
        """It has sent something."""
        self._heard_at = monotonic()
        self._completed_at = self._heard_at
        """When it last completed an object that was understood, or else connected."""
        self._closed = asyncio.get_running_loop().create_future()

    # ── what the transport tells ─────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connected."""
        self._transport = cast("asyncio.Transport", transport)
        peername = transport.get_extra_info("peername")
        if peername is None:  # Gone before it was greeted.
            self._transport.abort()
            return
        self.address = str(address_of(str(peername[0])))
        if not self._router.welcome(self):
            self._ended = True
            self._transport.write(replies.UNABLE_TO_PARSE)
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """The next bytes, however they were cut."""
        if self._ended:
            return
        self._was_heard = True
        self._heard_at = monotonic()
        self._splitter.feed(data)
        self._take()

    def eof_received(self) -> bool:
        """The peer sends no more; it still reads."""
        self._peer_ended = True
        if self._ended:
            self._send_what_may_leave()
        else:
            self._take()
        return True  # The peer still reads: its answers are on their way.

    def pause_writing(self) -> None:
        """The peer does not read what it is sent."""
        self._deaf = True
        self._pause_reading(pause=True)

    def resume_writing(self) -> None:
        """It has read again."""
        self._deaf = False
        self._take_soon()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        """The connection is no more."""
        self._router.leave(self)
        self._ended = True
        self._waiting.clear()
        self._closed.set_result(None)

    # ── what follows from it ─────────────────────────────────────────────────────────

    def _take(self) -> None:
        """Submit what has come, no faster than answers leave and other peers get their turn.

        It is not read any further while something is left: neither side may pile up the
        other's.
        """
        self._turn_is_due = False
        read_on = True
        for _ in range(OBJECTS_PER_TURN):
            if self._ended:
                break
            if self._deaf or len(self._waiting) >= MAX_UNANSWERED:
                read_on = False
                break
            result = self._splitter.next_object()
            if result is None:
                self._wait_for_more()
                break
            self._object_began = None
            if isinstance(result, Malformed):
                self._refuse("malformed", result)
            else:
                self._completed_at = self._heard_at
                self._submit(result.message, result.extract)
        else:
            read_on = False
            self._take_soon()
        self._pause_reading(pause=not read_on)

    def _wait_for_more(self) -> None:
        """All that came was taken."""
        if self._peer_ended:
            rest = self._splitter.end()
            self._ended = True
            if rest is not None:
                self._refuse("malformed", rest)
            self._send_what_may_leave()
        elif self._splitter.inside and self._object_began is None:
            self._object_began = monotonic()

    def _take_soon(self) -> None:
        if not self._turn_is_due:
            self._turn_is_due = True
            asyncio.get_running_loop().call_soon(self._take)

    def _submit(self, command: Command | Returned, extract: bytes) -> None:
        if isinstance(command, Returned):
            # Another appliance sent it back: a refusal would have it send it again and again.
            reply = replies.encode(OrderAccepted(command.order_id))
            self._waiting.append(_Waiting(reply, None, None, b""))
            self._send_what_may_leave()
            return
        try:
            answer = self._router.submit(command)
        except NotStored:
            self._not_stored(extract)
            return
        except Exception:
            # A fault of ours must not leave a point of sale waiting for an answer.
            logger.exception("an order of %s could not be decided", self.address)
            self._not_stored(extract)
            return
        refusal = answer.reply.message if isinstance(answer.reply, Refused) else None
        reply = replies.encode(answer.reply)
        self._waiting.append(_Waiting(reply, answer.durable, refusal, extract))
        if answer.durable.done():
            self._send_what_may_leave()
        else:
            answer.durable.add_done_callback(self._committed)

    def _refuse(self, kind: str, malformed: Malformed) -> None:
        self._router.refused(kind, self.address, malformed.reason, malformed.extract)
        self._waiting.append(_Waiting(replies.UNABLE_TO_PARSE, None, None, b""))
        if malformed.fatal:
            self._ended = True
        self._send_what_may_leave()

    def _not_stored(self, extract: bytes) -> None:
        """Nobody gets a yes: this and what the peer sent after it is refused."""
        self._refuse("not_stored", Malformed("it could not be stored", extract, fatal=True))

    def _committed(self, _commit: "asyncio.Future[None]") -> None:
        self._send_what_may_leave()
        if self._paused:
            self._take_soon()

    def _send_what_may_leave(self) -> None:
        waiting = self._waiting
        while waiting and (waiting[0].durable is None or waiting[0].durable.done()):
            reply, durable, refusal, extract = waiting.popleft()
            if durable is not None and durable.exception() is not None:
                waiting.clear()
                self._not_stored(extract)
                return
            if refusal is not None:
                self._router.refused("refused", self.address, refusal, extract)
            elif durable is not None:
                self._router.accepted()
            self._transport.write(reply)
        if self._ended and not waiting:
            self._say_goodbye()

    def _pause_reading(self, *, pause: bool) -> None:
        if pause == self._paused or self._transport.is_closing():
            return
        self._paused = pause
        if pause:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _say_goodbye(self) -> None:
        """End our side; the peer's unread bytes must not cost it our last answer."""
        if self._peer_ended:
            self._transport.close()
        elif self._close_at is None and not self._transport.is_closing():
            self._transport.write_eof()
            self._close_at = monotonic() + LINGER_SECONDS

    # ── what the router asks for ─────────────────────────────────────────────────────

    def claim(self) -> tuple[bool, bool, float]:
        """How good its claim to its place is: the least goes first when places are short.

        A peer that is owed an answer goes last, one that has had all its answers and is only
        given time to read them goes first, and of the others the one that is longest without
        an object.
        """
        return (bool(self._waiting), not self._leaves, self._completed_at)

    def evict(self) -> None:
        """Close at once: a newcomer has the place.

        Only a peer within an object is told so; any other would take the failure for the
        answer to an order. For one that has not read what it was sent, nothing is kept.
        """
        if not self._leaves:
            rest = None if self._ended or self._waiting else self._splitter.end()
            if rest is None:
                self._router.evicted(self.address)
            else:
                reason = "all places were taken before it was complete"
                self._router.refused("evicted", self.address, reason, rest.extract)
                self._transport.write(replies.UNABLE_TO_PARSE)
        self._ended = True
        self._waiting.clear()
        if not self._transport.is_closing():
            _keep_nothing_unread(self._transport)
            self._transport.close()
        # By then the kernel has taken what a peer that reads was sent.
        asyncio.get_running_loop().call_soon(self._transport.abort)

    @property
    def _leaves(self) -> bool:
        return self._close_at is not None or self._transport.is_closing()

    def check_deadlines(self, now: float) -> None:
        """Close a peer that takes too long; within an object with the documented answer."""
        limits = self._router.limits
        if self._close_at is not None:
            if now >= self._close_at:
                self._transport.abort()
        elif self._object_began is not None and now - self._object_began > limits.frame_timeout:
            self._object_began = None
            rest = self._splitter.end()
            reason = f"not complete {limits.frame_timeout:d} s after it began"
            extract = rest.extract if rest else b""
            self._refuse("timed_out", Malformed(reason, extract, fatal=True))
        elif now - self._heard_at > limits.idle_timeout and not self._waiting:
            self._transport.abort()  # To close would wait for a peer that reads nothing.

    @property
    def is_awaited(self) -> bool:
        """Whether an object has begun, or the first one may come any moment."""
        return self._object_began is not None or not self._was_heard

    def finish(self) -> "asyncio.Future[None]":
        """Answer what was taken, read no more; done when the connection is closed."""
        self._ended = self._peer_ended = True
        if not self._waiting:
            self._transport.close()
        return self._closed

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()


def _keep_nothing_unread(transport: asyncio.Transport) -> None:
    """Let the kernel drop what the peer does not take, instead of offering it for minutes."""
    plain = transport.get_extra_info("socket")
    (unsent,) = _INT.unpack(fcntl.ioctl(plain.fileno(), SIOCOUTQNSD, bytes(_INT.size)))
    if unsent:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
