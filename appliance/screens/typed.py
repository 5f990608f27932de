"""Where a LAN screen is, as a manager types it: an address or a name, looked up once."""

import asyncio
import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from appliance.config.values import ID, Address
from appliance.screens.registry import canonical
from appliance.screens_now import CannotAdopt

RESOLVE_SECONDS: Final = 3.0
"""That a manager waits for a name to be found on the network."""


def place_of(text: str) -> Address:
    """From `HOST:PORT`. Raises CannotAdopt."""
    try:
        place = canonical(Address.parse(text))
    except ValueError as error:
        raise CannotAdopt(str(error)) from None
    if place.port == 0:
        raise CannotAdopt(f"{text!r} has no port")
    return place


def id_at(place: Address) -> str:
    """Of a screen that nothing else is known of."""
    return re.sub(r"[\[\]]", "", place)


def require_id(name: str) -> None:
    """Raises CannotAdopt where no path could name it."""
    if not re.match(ID, name):
        raise CannotAdopt(f"{name!r} can be no id of a screen")


async def hosts_of(place: Address) -> list[IPv4Address | IPv6Address]:
    """The addresses of its host. Raises CannotAdopt."""
    try:
        hosts = [ip_address(place.host)]
    except ValueError:
        hosts = await _named(place)
    if any(host.is_unspecified or host.is_multicast for host in hosts):
        raise CannotAdopt(f"{place.host} is no single machine")
    return hosts


async def _named(place: Address) -> list[IPv4Address | IPv6Address]:
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(
                place.host, place.port, type=socket.SOCK_STREAM
            )
    except (OSError, ValueError):  # No time, no answer; or what can be no name.
        raise CannotAdopt(f"{place.host!r} is no address, and no name that is known") from None
    return [ip_address(address[0]) for *_, address in found]
