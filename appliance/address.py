"""Where somebody is: the address of a peer as it is counted and shown."""

import ipaddress
from functools import lru_cache
from typing import Final

_IPV6_NETWORK: Final = 64
"""One host has all addresses of such a network."""
_KEPT: Final = 256
"""Addresses that need not be taken apart again: more than a kitchen has."""


@lru_cache(_KEPT)
def plain(address: str) -> str:
    """An address as people know it: one of IPv4 also where it came over IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped
    return str(mapped) if mapped else address


@lru_cache(_KEPT)
def place(address: str) -> str:
    """What stands for one host: an IPv4 address, or the network of an IPv6 one."""
    try:
        found = ipaddress.ip_address(plain(address.partition("%")[0]))
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
