"""The TCP order router: who may come in, who keeps a place, what is counted and shown.

Each peer is a `Connection`. Nothing here waits: a slow peer costs only its own place, and
when places are short it is the first to lose it.
"""

import asyncio
import logging
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import tzinfo
from time import monotonic
from typing import Final

from msgspec import Struct

from appliance.config import OrderLimits
from appliance.expeditor import Answer
from appliance.kitchen.command import Command
from appliance.lan import messages
from appliance.lan.messages import Returned
from appliance.orders.connection import Connection
from appliance.orders.peers import AllowList
from appliance.orders.refusals import Refusal, Refusals

logger = logging.getLogger(__name__)

THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1"})
"""Has as many places as there are: what runs here is ours, and may be many clients."""
SEND_BUFFER: Final = 64 * 1024
"""Bytes of answers that the kernel keeps for a peer that does not read: some hundreds."""
HEARD_SECONDS: Final = 0.25
"""For what a peer that has just connected is about to send, when the service stops."""
LOOK_SECONDS: Final = 0.01
"""Between two looks whether it has come."""
CHECK_EVERY_SECONDS: Final = 1.0
"""How exactly deadlines are kept."""
COMPLAINTS_REMEMBERED: Final = 1_000
COMPLAIN_EVERY_SECONDS: Final = 60.0
"""A peer that goes on failing is a line in the log a minute."""
_QUOTED: Final = re.compile(r"['\"].*['\"]", re.DOTALL)
"""What a reason repeats of what was sent: it may name a guest."""


class OrdersStatus(Struct, frozen=True):
    """How the door is doing."""

    connections: int
    """Peers that have a place now."""
    counters: dict[str, int]
    refusals: list[Refusal]
    """What was answered with a failure, the latest first."""


class OrderRouter:
    """The server on port 9104."""

    def __init__(
        self,
        submit: Callable[[Command], Answer],
        allow: AllowList,
        zone: tzinfo,
        limits: OrderLimits = OrderLimits(),  # noqa: B008 - it is frozen
        *,
        identifier: str,
    ) -> None:
        """`zone` is for times that come without one. `identifier`: this appliance's."""
        self.submit = submit
        self.limits = limits
        self.counters: Counter[str] = Counter()
        """`accepted`, and what was not: `refused` by the kitchen, `malformed`, `timed_out`,
        `not_stored`, `turned_away` as a stranger, `evicted` for want of places."""
        self.last_accepted: float | None = None
        """When that was, on the monotonic clock."""
        self._allow = allow
        self._zone = zone
        self._identifier = identifier
        self._connections: set[Connection] = set()
        self._refusals = Refusals()
        self._servers: list[asyncio.Server] = []
        self._complained: dict[str, float] = {}

    async def listen(self, sockets: Iterable[socket.socket]) -> None:
        """Take orders that come in by these sockets, which are its own from now on."""
        loop = asyncio.get_running_loop()
        for listening in sockets:
            # Whoever connects inherits it.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            self._servers.append(await loop.create_server(self.new_peer, sock=listening))

    async def run(self) -> None:
        """Watch over deadlines until cancelled."""
        while True:
            await asyncio.sleep(CHECK_EVERY_SECONDS)
            self.check_deadlines(monotonic())

    def check_deadlines(self, now: float) -> None:
        """Close the peers that take too long."""
        for connection in list(self._connections):
            connection.check_deadlines(now)

    async def close(self) -> None:
        """Take no more; answer what was taken, for a second at most. Again, it does nothing.

        Who has just connected is heard, if he is quick: he would not know whether it was taken.
        """
        for server in self._servers:
            server.close()
        ends = monotonic() + HEARD_SECONDS
        while monotonic() < ends and any(  # noqa: ASYNC110 - a few looks, once
            each.is_awaited for each in self._connections
        ):
            await asyncio.sleep(LOOK_SECONDS)
        waiting = [connection.finish() for connection in list(self._connections)]
        if waiting:
            await asyncio.wait(waiting, timeout=1)
        for connection in list(self._connections):
            connection.abort()

    def status(self) -> OrdersStatus:
        """As it is now."""
        return OrdersStatus(
            len(self._connections), dict(self.counters), list(self._refusals.latest())
        )

    # ── for the connections ──────────────────────────────────────────────────────────

    def new_peer(self) -> asyncio.Protocol:
        """The protocol of one more connection."""
        return Connection(self)

    def decode(self, frame: bytearray) -> Command | Returned:
        """What one object means."""
        return messages.decode(frame, self._zone, self._identifier)

    def welcome(self, connection: Connection) -> bool:
        """Whether a new peer gets a place: everybody but a stranger, if need be another's."""
        address = connection.address
        if not self._allow.allows(address):
            self.refused("turned_away", address, "in no network that may send orders", b"")
            return False
        alike = [other for other in self._connections if other.address == address]
        if len(alike) >= self.limits.connections_per_address and address not in THIS_MACHINE:
            self._evict_one_of(alike)
        elif len(self._connections) >= self.limits.connections:
            self._evict_one_of(self._connections)
        self._connections.add(connection)
        return True

    def _evict_one_of(self, connections: Iterable[Connection]) -> None:
        evicted = min(connections, key=Connection.claim)
        self._connections.discard(evicted)
        evicted.evict()

    def leave(self, connection: Connection) -> None:
        """A peer has gone."""
        self._connections.discard(connection)

    def accepted(self) -> None:
        """An order was answered with its id."""
        self.counters["accepted"] += 1
        self.last_accepted = monotonic()

    def refused(self, kind: str, address: str, reason: str, extract: bytes) -> None:
        """Something was answered with a failure: count, remember and log it."""
        self.counters[kind] += 1
        self._refusals.note(address, reason, extract)
        self.complain(address, f"was refused: {_QUOTED.sub('…', reason)}")

    def evicted(self, address: str) -> None:
        """A peer that had nothing begun was closed for want of places."""
        self.counters["evicted"] += 1
        self.complain(address, "was closed as all places were taken")

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
