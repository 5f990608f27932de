"""The TCP order router: bytes in, commands to the kitchen, replies out when they are durable.

One `_Connection` per peer; it splits what comes, submits each order at once and answers in
order, each answer when its order is on disk. Nothing here waits: a slow peer costs only
its own connection, and limits keep that small.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable
from datetime import tzinfo
from time import monotonic
from typing import Final, NamedTuple, cast

from appliance.expeditor import Answer
from appliance.kitchen.command import Command
from appliance.lan import messages, replies
from appliance.lan.framing import Malformed, Splitter
from appliance.log import NotStored
from appliance.orders.peers import AllowList, address_of

logger = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 64
"""Peers at once; a kitchen has a handful of terminals, most of which connect per order."""
MAX_CONNECTIONS_PER_PEER: Final = 8
"""Of one address, this machine's own excepted: one broken client locks nobody out."""
SECONDS_PER_OBJECT: Final = 10.0
"""From the first byte of an object to its last."""
IDLE_SECONDS: Final = 300.0
"""A peer that says nothing for so long has gone without a word."""
CHECK_EVERY_SECONDS: Final = 1.0
"""How exactly deadlines are kept."""
LINGER_SECONDS: Final = 2.0
"""How long a refused peer may read its refusal before the connection is closed."""
MAX_UNANSWERED: Final = 64
"""Orders of one connection that wait for the disk; then it is not read any further."""
OBJECTS_PER_TURN: Final = 16
"""Orders of one connection that are taken before the other peers have their turn."""
COMPLAINTS_REMEMBERED: Final = 1_000
COMPLAIN_EVERY_SECONDS: Final = 60.0
"""A peer that goes on failing is a line in the log a minute."""


class _Waiting(NamedTuple):
    reply: bytes
    durable: "asyncio.Future[None] | None"


class OrderRouter:
    """The server on port 9104."""

    def __init__(self, submit: Callable[[Command], Answer], allow: AllowList, zone: tzinfo) -> None:
        """`zone` is for times that come without one."""
        self.submit = submit
        self.zone = zone
        self.counters: Counter[str] = Counter()
        """`accepted`, `refused`, `malformed`, `not_stored`, `turned_away`, `timed_out`."""
        self._allow = allow
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._complained: dict[str, float] = {}

    async def listen(self, host: str, port: int) -> int:
        """Begin to listen; the port that was taken. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.new_peer, host, port)
        return cast("int", self._server.sockets[0].getsockname()[1])

    async def run(self) -> None:
        """Watch over deadlines until cancelled."""
        while True:
            await asyncio.sleep(CHECK_EVERY_SECONDS)
            self.check_deadlines(monotonic())

    def check_deadlines(self, now: float) -> None:
        """Close the peers that take too long, with the documented answer."""
        for connection in list(self._connections):
            connection.check_deadlines(now)

    async def close(self) -> None:
        """Take no more; answer what was taken, for a second at most."""
        if self._server is not None:
            self._server.close()
        waiting = [connection.finish() for connection in list(self._connections)]
        if waiting:
            await asyncio.wait(waiting, timeout=1)
        for connection in list(self._connections):
            connection.abort()

    def new_peer(self) -> asyncio.Protocol:
        """The protocol of one more connection."""
        return _Connection(self)

    def welcome(self, connection: "_Connection") -> bool:
        """Whether a new peer gets a place; if so, it has it."""
        peers = [other.peer for other in self._connections]
        own = address_of(connection.peer).is_loopback
        if not self._allow.allows(connection.peer):
            self.complain(connection.peer, "is in no network that may send orders")
        elif len(peers) >= MAX_CONNECTIONS:
            self.complain(connection.peer, "found all places taken")
        elif not own and peers.count(connection.peer) >= MAX_CONNECTIONS_PER_PEER:
            self.complain(connection.peer, "has too many connections")
        else:
            self._connections.add(connection)
            return True
        self.counters["turned_away"] += 1
        return False

    def leave(self, connection: "_Connection") -> None:
        """A peer has gone."""
        self._connections.discard(connection)

    def complain(self, peer: str, what: str) -> None:
        """Say in the log what a peer did; repetitions within the minute are for debugging."""
        now = monotonic()
        recently = now - self._complained.get(peer, -COMPLAIN_EVERY_SECONDS)
        level = logging.DEBUG if recently < COMPLAIN_EVERY_SECONDS else logging.WARNING
        if level == logging.WARNING:
            if len(self._complained) >= COMPLAINTS_REMEMBERED:
                self._complained.clear()
            self._complained[peer] = now
        logger.log(level, "order client %s %s", peer, what)


class _Connection(asyncio.Protocol):
    """One peer, from its first byte to its last."""

    def __init__(self, router: OrderRouter) -> None:
        self.peer = ""
        self._router = router
        self._transport = cast("asyncio.Transport", None)
        self._splitter = Splitter(lambda frame: messages.decode(frame, router.zone))
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
        self._heard_at = monotonic()
        self._closed = asyncio.get_running_loop().create_future()

    # ── what the transport tells ─────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peername = transport.get_extra_info("peername")
        if peername is None:  # Gone before it was greeted.
            self._transport.abort()
            return
        self.peer = str(peername[0])
        if not self._router.welcome(self):
            self._ended = True
            self._transport.write(replies.UNABLE_TO_PARSE)
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        self._heard_at = monotonic()
        self._splitter.feed(data)
        self._take()

    def eof_received(self) -> bool:
        self._peer_ended = True
        if self._ended:
            self._send_what_may_leave()
        else:
            self._take()
        return True  # The peer still reads: its answers are on their way.

    def pause_writing(self) -> None:
        self._deaf = True
        self._pause_reading(pause=True)

    def resume_writing(self) -> None:
        self._deaf = False
        self._take_soon()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
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
                self._refuse(result)
            else:
                self._submit(result.message)
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
                self._refuse(rest)
            self._send_what_may_leave()
        elif self._splitter.inside and self._object_began is None:
            self._object_began = monotonic()

    def _take_soon(self) -> None:
        if not self._turn_is_due:
            self._turn_is_due = True
            asyncio.get_running_loop().call_soon(self._take)

    def _submit(self, command: Command) -> None:
        try:
            answer = self._router.submit(command)
        except NotStored:
            self._not_stored()
            return
        except Exception:
            # A fault of ours must not leave a point of sale waiting for an answer.
            logger.exception("an order of %s could not be decided", self.peer)
            self._not_stored()
            return
        self._waiting.append(_Waiting(replies.encode(answer.reply), answer.durable))
        if answer.durable.done():
            self._send_what_may_leave()
        else:
            answer.durable.add_done_callback(self._committed)

    def _refuse(self, malformed: Malformed) -> None:
        self._router.counters["malformed"] += 1
        self._router.complain(self.peer, f"sent what is no order: {malformed.reason}")
        self._waiting.append(_Waiting(replies.UNABLE_TO_PARSE, None))
        if malformed.fatal:
            self._ended = True
        self._send_what_may_leave()

    def _not_stored(self) -> None:
        """Nobody gets a yes: this and what the peer sent after it is refused."""
        self._router.counters["not_stored"] += 1
        self._router.complain(self.peer, "was refused an order that could not be stored")
        self._ended = True
        self._waiting.append(_Waiting(replies.UNABLE_TO_PARSE, None))
        self._send_what_may_leave()

    def _committed(self, _commit: "asyncio.Future[None]") -> None:
        self._send_what_may_leave()
        if self._paused:
            self._take_soon()

    def _send_what_may_leave(self) -> None:
        waiting = self._waiting
        while waiting and (waiting[0].durable is None or waiting[0].durable.done()):
            reply, durable = waiting.popleft()
            if durable is not None and durable.exception() is not None:
                waiting.clear()
                self._not_stored()
                return
            if durable is not None:
                known = reply is not replies.ORDER_DOES_NOT_EXIST
                self._router.counters["accepted" if known else "refused"] += 1
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

    def check_deadlines(self, now: float) -> None:
        """Close, with the documented answer, a peer that takes too long."""
        if self._close_at is not None:
            if now >= self._close_at:
                self._transport.abort()
        elif self._object_began is not None and now - self._object_began > SECONDS_PER_OBJECT:
            self._object_began = None
            self._router.counters["timed_out"] += 1
            rest = self._splitter.end()
            extract = rest.extract if rest else b""
            self._refuse(Malformed("an object that took too long", extract, fatal=True))
        elif now - self._heard_at > IDLE_SECONDS and not self._waiting:
            self._transport.abort()  # To close would wait for a peer that reads nothing.

    def finish(self) -> "asyncio.Future[None]":
        """Answer what was taken, read no more; done when the connection is closed."""
        self._ended = self._peer_ended = True
        if not self._waiting:
            self._transport.close()
        return self._closed

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()
