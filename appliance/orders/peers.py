"""Who may send orders: the networks of the configuration, looked up when somebody connects."""

import ipaddress
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Final

from appliance import interfaces

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOK_AGAIN_SECONDS: Final = 5.0
"""How old the list of this machine's networks may be; a lease can change at any time."""


def address_of(host: str) -> Address:
    """Of a peer, as the socket names it; an IPv4 address also where it came over IPv6."""
    address = ipaddress.ip_address(host.partition("%")[0])
    return (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address


class AllowList:
    """`local` (the networks of this machine's interfaces), `private`, `any`, or networks."""

    def __init__(self, entries: Iterable[str]) -> None:
        words = set(entries)
        self._any = "any" in words
        self._private = "private" in words
        self._local = "local" in words
        self._networks = [
            ipaddress.ip_network(word) for word in words - {"any", "private", "local"}
        ]
        self._local_networks: Sequence[Network] = []
        self._looked_at = -LOOK_AGAIN_SECONDS

    def allows(self, host: str) -> bool:
        """Whether a peer's IP address is welcome. This machine itself always is."""
        address = address_of(host)
        return (
            self._any
            or address.is_loopback
            or (self._private and address.is_private)
            or any(address in network for network in self._networks)
            or (self._local and any(address in network for network in self._of_interfaces()))
        )

    def _of_interfaces(self) -> Sequence[Network]:
        if monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS:
            self._looked_at = monotonic()
            self._local_networks = interfaces.networks()
        return self._local_networks
