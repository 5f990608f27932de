"""The ports that the doors listen on, opened as the configuration says."""

import errno
import os
import socket
from collections.abc import Collection
from typing import NamedTuple

from appliance import tls
from appliance.api.connections import Ports
from appliance.api.health import Places
from appliance.config import Address, Config
from appliance.listening import sockets_at
from appliance.orders.server import OrderRouter


class CannotListen(Exception):
    """A port could not be bound; the text says which, and why."""


class Listening(NamedTuple):
    """What is where, once everything runs."""

    orders: Address
    http: Address
    https: Address | None

    @property
    def places(self) -> Places:
        """The same, in words."""
        return Places(str(self.orders), str(self.http), self.https and str(self.https))


class _Door(NamedTuple):
    wanted: Address
    what: str = ""
    """Whose it is, where others want the same: any port that is free."""


class Doors:
    """The sockets of all ports, which stay open while the service begins anew.

    Whoever connects meanwhile waits, instead of being refused, and nobody else takes the port.
    """

    def __init__(self) -> None:
        self._open: dict[_Door, list[socket.socket]] = {}
        """By what was wanted, whatever port there was."""
        self._taken: set[_Door] = set()
        """Those of them that somebody listens on this time."""

    async def sockets(
        self, wanted: Address, what: str, *, may_move: bool
    ) -> tuple[list[socket.socket], Address]:
        """Sockets for who listens, and where that is.

        `may_move`: a port in use is replaced by one that is free. Raises CannotListen.
        """
        door = _Door(wanted)
        if wanted.port == 0 or door in self._taken:
            door = _Door(wanted, what)
        if door not in self._open:
            self._open[door] = await self._opened(wanted, what, may_move=may_move)
        self._taken.add(door)
        held = self._open[door]
        port = held[-1].getsockname()[1]
        return [each.dup() for each in held], Address(f"{wanted.rpartition(':')[0]}:{port}")

    async def _opened(self, wanted: Address, what: str, *, may_move: bool) -> list[socket.socket]:
        try:
            return await self._bound(wanted)
        except OSError as error:
            if not (may_move and error.errno == errno.EADDRINUSE):
                known = error.errno is not None and error.errno > 0
                reason = os.strerror(error.errno or 0) if known else error.strerror or str(error)
                raise CannotListen(f"{what}.listen: cannot listen on {wanted}: {reason}") from error
        return await sockets_at(wanted.host, 0)

    async def _bound(self, wanted: Address) -> list[socket.socket]:
        try:
            return await sockets_at(wanted.host, wanted.port)
        except OSError as error:
            # All interfaces are wanted now where one was, or the other way round.
            others = self._open.keys() - self._taken
            in_the_way = {door for door in others if door.wanted.port == wanted.port}
            if error.errno != errno.EADDRINUSE or not in_the_way:
                raise
            self._close(in_the_way)
        return await sockets_at(wanted.host, wanted.port)

    def begin(self) -> None:
        """Nobody listens any more."""
        self._taken.clear()

    def close_others(self) -> None:
        """Close all that nobody listens on now."""
        self._close(self._open.keys() - self._taken)

    def close(self) -> None:
        """Close all of them."""
        self._close(set(self._open))

    def _close(self, doors: Collection[_Door]) -> None:
        for door in doors:
            for each in self._open.pop(door):
                each.close()


async def listen(
    config: Config,
    router: OrderRouter,
    ports: Ports,
    https: tls.Https | None,
    doors: Doors,
    *,
    free_ports: Collection[str],
) -> Listening:
    """Open all of them. Raises CannotListen.

    `free_ports`: the sections, as `http`, whose port is replaced where it is in use.
    """
    doors.begin()
    may_move = "orders" in free_ports
    sockets, orders = await doors.sockets(config.orders.listen, "orders", may_move=may_move)
    await router.listen(sockets)
    sockets, http = await doors.sockets(config.http.listen, "http", may_move="http" in free_ports)
    ports.listen(sockets)
    secure = None
    if https is not None and config.https is not None:
        wanted, may_move = config.https.listen, "https" in free_ports
        sockets, secure = await doors.sockets(wanted, "https", may_move=may_move)
        ports.listen(sockets, https.context)
    doors.close_others()
    return Listening(orders, http, secure)
