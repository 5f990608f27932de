"""What others announce: a hint from anybody, made harmless and bounded. Proves nothing."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from msgspec import Struct

MOST_SERVICES: Final = 64
"""Of all types together: a kitchen has a dozen; the newest is refused when all places are taken by
ones that are still announced."""
MOST_PER_HOST: Final = 4
MOST_LETTERS: Final = 40
"""Of a text that is shown."""
ID: Final = r"[0-9A-Za-z-]{8,64}"
"""What is no identity is not listed."""


class Service(Struct, frozen=True):
    """One of them."""

    type: str
    """As `mdns.ORDERS`."""
    instance: str
    """Its name on the network as it is announced; others add ` (2)` or `-2` to it."""
    host: str
    """The host name that it gives, without the last dot."""
    addresses: tuple[IPv4Address | IPv6Address, ...]
    """IPv4 first. None of them is loopback, multicast, unspecified."""
    port: int
    text: Mapping[str, str]
    """TXT: only the keys that are documented, printable, each at most MOST_LETTERS long."""

    @property
    def id(self) -> str:
        """Who it says to be."""
        return self.text["id"]


def harmless(text: str | bytes) -> str:
    """At most MOST_LETTERS that can be shown in a terminal and a page: no control, no bidi."""
    raise NotImplementedError


def service(
    type_: str,
    instance: str,
    *,
    host: str,
    addresses: Iterable[IPv4Address | IPv6Address],
    port: int | None,
    text: Mapping[bytes, bytes | None],
) -> Service | None:
    """From what was heard; None for what has no id, no port, or no address to be reached at."""
    raise NotImplementedError
