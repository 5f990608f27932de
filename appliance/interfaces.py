"""The addresses of this machine's network interfaces, as they are at the moment."""

import fcntl
import socket
import struct
from collections.abc import Iterator
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_interface,
)
from typing import Final, NamedTuple

import ifaddr

# Of Linux, netdevice(7): a name of at most 15 bytes, then the flags.
_SIOCGIFFLAGS: Final = 0x8913
_REQUEST: Final = struct.Struct("=16sH22x")
_IFF_BROADCAST: Final = 0x2
"""Neither loopback nor a point-to-point link has it."""
_IFF_LOOPBACK: Final = 0x8
_IFF_RUNNING: Final = 0x40
"""It is up, with a cable in it, or in a Wi-Fi."""

LONGEST_WITH_BROADCAST: Final = 30
"""Bits of a prefix; a network of one or two addresses has none for all of them, RFC 3021."""


class Broadcasting(NamedTuple):
    """An IPv4 address of this machine in a network where all can be reached at once."""

    interface: int
    """Its index."""
    address: IPv4Address
    broadcast: IPv4Address


def networks() -> list[IPv4Network | IPv6Network]:
    """The networks that this machine has an address in, its own loopback's included.

    Raises OSError.
    """
    return [own.network for own in _own()]


def addresses() -> list[IPv4Address | IPv6Address]:
    """The addresses of this machine, its own loopback's included. Raises OSError."""
    return [own.ip for own in _own()]


def reachable() -> dict[str, list[IPv4Address | IPv6Address]]:
    """By interface, the addresses at which others can reach this machine. Raises OSError.

    Neither loopback's nor link-local ones, which hold for one cable, and may tell the serial
    number of its interface.
    """
    found: dict[str, list[IPv4Address | IPv6Address]] = {}
    for adapter in ifaddr.get_adapters():
        addresses = [own.ip for own in map(_interface, adapter.ips)]
        outward = [ip for ip in addresses if not (ip.is_loopback or ip.is_link_local)]
        if outward:
            found[adapter.nice_name] = outward
    return found


def _own() -> list[IPv4Interface | IPv6Interface]:
    return [_interface(ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips]


def _interface(ip: ifaddr.IP) -> IPv4Interface | IPv6Interface:
    return ip_interface(f"{ip.ip if ip.is_IPv4 else ip.ip[0]}/{ip.network_prefix}")


def connected() -> frozenset[int]:
    """The indexes of the interfaces that lead somewhere now; not loopback. Raises OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        return frozenset(
            index for index, name in socket.if_nameindex() if _leads_somewhere(asking, name)
        )


def _leads_somewhere(asking: socket.socket, interface: str) -> bool:
    try:
        flags = _flags(asking, interface)
    except OSError:
        return False  # Unplugged since the list was made.
    return bool(flags & _IFF_RUNNING) and not flags & _IFF_LOOPBACK


def broadcasting() -> list[Broadcasting]:
    """Where a broadcast can be sent; not loopback, nor point to point. Raises OSError."""
    return list(_broadcasting())


def _broadcasting() -> Iterator[Broadcasting]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for adapter in ifaddr.get_adapters():
            addresses = [
                IPv4Interface(f"{ip.ip}/{ip.network_prefix}")
                for ip in adapter.ips
                if ip.is_IPv4 and ip.network_prefix <= LONGEST_WITH_BROADCAST
            ]
            if adapter.index is None or not addresses:
                continue
            try:
                flags = _flags(asking, adapter.name)
            except OSError:
                continue  # Unplugged since the list was made.
            if flags & _IFF_BROADCAST:
                for own in addresses:
                    yield Broadcasting(adapter.index, own.ip, own.network.broadcast_address)


def _flags(asking: socket.socket, interface: str) -> int:
    request = _REQUEST.pack(interface.encode(), 0)
    return int(_REQUEST.unpack(fcntl.ioctl(asking, _SIOCGIFFLAGS, request))[1])
