"""Which hubs there are to knock at: one that is given, or those that announce themselves.

An advert proves nothing: all that comes of it is a knock, which anybody may hear.
"""

import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from appliance.config import Site
from appliance.config.values import HIGHEST_PORT
from appliance.kiosk.kept import API_PATH
from appliance.mdns import ORDERS
from appliance.mdns.found import Service

API: Final = "/api/v1/kds"
"""The path of a hub's HTTP API where nothing else is said."""
_API: Final = re.compile(API_PATH)
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")


class Hub(Struct, frozen=True):
    """One of them."""

    id: str
    """Empty where it is known by its address alone."""
    name: str
    sites: tuple[Site, ...]
    """Where its pages are said to be: all are the same appliance's."""
    api: str = API

    @property
    def key(self) -> tuple[str, Site]:
        """What tells it from others, also from those that claim the same id."""
        return self.id, self.sites[0]


def given(site: Site) -> Hub:
    """The one of the configuration."""
    return Hub("", "", (site,))


def announced(services: Iterable[Service]) -> list[Hub]:
    """Those that can be reached by http, in the order in which they were found."""
    found = []
    for service in services:
        port, api = service.text.get("http", ""), service.text.get("api", API)
        sites = tuple(_sites(service.addresses, port))
        if service.type == ORDERS and sites and _API.match(api):
            found.append(Hub(service.id, service.text.get("name", ""), sites, api))
    return found


def _sites(addresses: Iterable[IPv4Address | IPv6Address], port: str) -> Iterable[Site]:
    if not _PORT.fullmatch(port) or int(port) > HIGHEST_PORT:
        return
    for address in addresses:
        # Link-local addresses of IPv6 lead nowhere without an interface, which no browser takes.
        if not (isinstance(address, IPv6Address) and address.is_link_local):
            yield Site.at(str(address), int(port))


def is_at(site: Site, address: str) -> bool:
    """Whether it is where this address is; False for a site that has a name."""
    try:
        return ip_address(urlsplit(site).hostname or "") == ip_address(address)
    except ValueError:
        return False


def with_one_id(hubs: Iterable[Hub]) -> Mapping[str, list[Hub]]:
    """Those that are not the only ones to claim their id, by it."""
    claimed: dict[str, list[Hub]] = {}
    for hub in hubs:
        claimed.setdefault(hub.id, []).append(hub)
    return {id_: claiming for id_, claiming in claimed.items() if id_ and len(claiming) > 1}
