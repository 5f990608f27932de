"""Beacons out and in: announces this appliance on every network it serves, hears who else is there.

A network that is away is a state with a reason, looked at again with each beacon.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from time import monotonic
from typing import Final

from msgspec import Struct

from appliance.lan import PORT as ORDERS_PORT
from appliance.lan import beacon
from appliance.lan.beacon import Beacon
from appliance.lan.neighbours import Neighbour, Neighbours

logger = logging.getLogger(__name__)

BEACON_EVERY_SECONDS: Final = 2.0
"""As screens do."""
TAKE_PORT_EVERY_SECONDS: Final = 30.0
"""How often a port is tried again that another program has."""
DATAGRAMS_PER_TURN: Final = 16
"""Read before the rest of the appliance has its turn; a hundred screens send fifty a second."""

_IP_PKTINFO: Final = 8
"""Of Linux, ip(7); Python has the name only since 3.14."""
_PKTINFO: Final = struct.Struct("=i4s4s")

Interfaces = Callable[[], Iterable[tuple[int, IPv4Address, IPv4Address]]]
"""Looks up what can broadcast now: interface index, own address, broadcast address.

May raise OSError. Loopback is not among them.
"""


class PresenceStatus(Struct, frozen=True):
    """Who can find whom."""

    unannounced_because: str | None
    unhearing_because: str | None
    neighbours: list[Neighbour]


class Presence:
    """This appliance among its neighbours."""

    def __init__(
        self,
        *,
        identifier: str,
        name: str,
        orders_host: str,
        orders_port: int,
        interfaces: Interfaces,
        port: int = beacon.PORT,
    ) -> None:
        """`orders_host` and `orders_port`: where the order router listens now.

        Nothing is sent where it cannot be reached. `port`: UDP, where beacons go and come.
        """
        self.unannounced_because: str | None = "it has not started"
        """Why no beacon leaves, in words for the installer; None while some do."""
        self.unhearing_because: str | None = "it has not started"
        """Why no neighbour is heard; None while they would be."""
        self._identifier = identifier
        self._name = name
        self._never_because, self._only = _where(orders_host, orders_port)
        self._interfaces = interfaces
        self._port = port
        self._neighbours = Neighbours()
        self._socket: socket.socket | None = None
        self._take_port_at = monotonic()
        self._faults: set[str] = set()

    def status(self) -> PresenceStatus:
        """As it is now."""
        return PresenceStatus(self.unannounced_because, self.unhearing_because, self.neighbours())

    def neighbours(self) -> list[Neighbour]:
        """Who was heard of late, this appliance excepted: a hint that proves nothing."""
        return self._neighbours.listed(monotonic())

    def neighbours_heard(self) -> int | None:
        """How many; None while none would be heard."""
        return None if self.unhearing_because is not None else len(self.neighbours())

    async def run(self) -> None:
        """Send and hear beacons until cancelled."""
        if self._never_because:
            logger.info("no beacon is sent: %s", self._never_because)
        died: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            while not died.done():
                if self.unhearing_because is not None and monotonic() >= self._take_port_at:
                    self._take_port(died)
                faults = self._announce()
                if self.unhearing_because is not None:
                    faults.add(self.unhearing_because)
                self._tell(faults)
                await asyncio.wait([died], timeout=BEACON_EVERY_SECONDS)
            died.result()
        finally:
            self._replace_socket(None)

    def _tell(self, faults: set[str]) -> None:
        """Say in the log what is wrong: once, and what goes on only for debugging."""
        for fault in sorted(faults | self._faults):
            if fault not in self._faults:
                logger.warning("beacon: %s", fault)
            elif fault in faults:
                logger.debug("beacon: still %s", fault)
            else:
                logger.info("beacon: no longer: %s", fault)
        self._faults = faults

    # ── in ───────────────────────────────────────────────────────────────────────────

    def _take_port(self, died: "asyncio.Future[None]") -> None:
        """Listen, or say why that cannot be; without the port, a socket still sends."""
        self._take_port_at = monotonic() + TAKE_PORT_EVERY_SECONDS
        try:
            fresh = _udp_socket()
        except OSError as error:
            self.unhearing_because = f"there is no UDP socket: {error.strerror}"
            return
        try:
            fresh.bind(("0.0.0.0", self._port))  # noqa: S104 - broadcasts come to no address
        except OSError as error:
            self.unhearing_because = f"UDP port {self._port} cannot be bound: {error.strerror}"
            if self._socket is None:
                self._socket = fresh
            else:
                fresh.close()
            return
        self.unhearing_because = None
        self._replace_socket(fresh)
        asyncio.get_running_loop().add_reader(fresh, self._hear, fresh, died)

    def _replace_socket(self, fresh: socket.socket | None) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
        self._socket = fresh

    def _hear(self, listening: socket.socket, died: "asyncio.Future[None]") -> None:
        """Read what has come; a fault of ours ends `run`."""
        try:
            for _ in range(DATAGRAMS_PER_TURN):
                datagram, (address, _port) = listening.recvfrom(beacon.SIZE + 1)
                heard = beacon.decode(datagram)
                if heard is not None and heard.identifier != self._identifier:
                    self._neighbours.hear(heard, address, monotonic())
        except OSError:
            return  # Nothing is left; or a fault of the network, which sending names.
        except Exception as error:  # noqa: BLE001 - raised by `run`
            if not died.done():
                died.set_exception(error)

    # ── out ──────────────────────────────────────────────────────────────────────────

    def _announce(self) -> set[str]:
        """Send a beacon into every network; what is wrong."""
        if self._never_because or self._socket is None:
            self.unannounced_because = self._never_because or self.unhearing_because
            return set()
        sent = 0
        faults: set[str] = set()
        try:
            for index, own, broadcast in self._interfaces():
                if self._only not in (None, own):
                    continue
                try:
                    self._send(self._socket, index, own, broadcast)
                    sent += 1
                except OSError as error:
                    faults.add(f"{own} cannot be announced: {error.strerror}")
        except OSError as error:
            faults.add(f"the network interfaces cannot be read: {error.strerror}")
        if not (sent or faults):
            where = (
                "an IPv4 broadcast address" if self._only is None else f"the address {self._only}"
            )
            faults.add(f"no network interface has {where}")
        self.unannounced_because = None if sent else "; ".join(sorted(faults))
        return faults

    def _send(
        self, sending: socket.socket, index: int, own: IPv4Address, broadcast: IPv4Address
    ) -> None:
        """One beacon, out of this very interface. Raises OSError."""
        datagram = beacon.encode(Beacon(own, self._identifier, self._name))
        source = _PKTINFO.pack(index, own.packed, bytes(4))
        try:
            sending.sendmsg(
                [datagram],
                [(socket.IPPROTO_IP, _IP_PKTINFO, source)],
                0,
                (str(broadcast), self._port),
            )
        except BlockingIOError:
            return  # The buffer is full; the next beacon is due in two seconds.


def _where(orders_host: str, orders_port: int) -> tuple[str | None, IPv4Address | None]:
    """Why nothing is announced ever, if so; the only address that is, None for all."""
    if orders_port != ORDERS_PORT:
        return f"orders come in on port {orders_port}, and a beacon means {ORDERS_PORT}", None
    try:
        address = ip_address(orders_host)
    except ValueError:
        return f"orders come in on the name {orders_host}, and a beacon carries an address", None
    if address.is_loopback:
        return f"orders come in on {orders_host}, which only this machine can reach", None
    if address.is_unspecified:
        return None, None
    if isinstance(address, IPv6Address):
        return f"orders come in on {orders_host}, and a beacon carries an IPv4 address", None
    return None, address


def _udp_socket() -> socket.socket:
    """One that may broadcast, and does not block. Raises OSError."""
    fresh = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fresh.settimeout(0)
    fresh.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    fresh.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    return fresh
