"""What others announce: a hint from anybody, made harmless and bounded. Proves nothing."""

import re
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
MOST_ADDRESSES: Final = 8
"""Of a host: a machine has a cable, Wi-Fi, and IPv6 addresses that change daily."""

_ID: Final = re.compile(ID)
_KEYS: Final = frozenset(
    ("id", "name", "proto", "station", "version", "api", "http", "https", "path")
)
"""Of TXT: what `mdns` documents."""
_BYTES_PER_LETTER: Final = 4
"""At most, in UTF-8."""


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
    """TXT: only the keys that are documented, printable, each at most MOST_LETTERS long, but for
    `id`, which is compared."""
    heard: float = 0.0
    """When it said so last: monotonic seconds."""

    @property
    def id(self) -> str:
        """Who it says to be."""
        return self.text["id"]


def harmless(text: str | bytes) -> str:
    """At most MOST_LETTERS that can be shown in a terminal and a page: no control, no bidi."""
    if isinstance(text, bytes):
        text = text[: 4 * MOST_LETTERS * _BYTES_PER_LETTER].decode("utf-8", "replace")
    shown = "".join(letter for letter in text[: 4 * MOST_LETTERS] if letter.isprintable())
    return shown.strip()[:MOST_LETTERS].strip()


def service(
    type_: str,
    instance: str,
    *,
    host: str,
    addresses: Iterable[IPv4Address | IPv6Address],
    port: int | None,
    text: Mapping[bytes, bytes | None],
    heard: float = 0.0,
) -> Service | None:
    """From what was heard; None for what has no id, no port, or no address to be reached at."""
    told: dict[str, str] = {}
    for key, value in text.items():
        # Keys are ASCII in any case, and the first of two counts (RFC 6763, 6.4).
        known = key.decode("ascii", "replace").lower()
        if known in _KEYS:
            told.setdefault(known, harmless(value or b""))
    identity = next((value for key, value in text.items() if key.lower() == b"id"), None) or b""
    if not _ID.fullmatch(identity.decode("ascii", "replace")):
        return None
    told["id"] = identity.decode("ascii")
    reachable = sorted(filter(_can_be_reached, set(addresses)), key=_ipv4_first)
    if not reachable or not port:
        return None
    return Service(
        type=type_,
        instance=harmless(instance),
        host=harmless(host.removesuffix(".")),
        addresses=tuple(reachable[:MOST_ADDRESSES]),
        port=port,
        text=told,
        heard=heard,
    )


def _can_be_reached(address: IPv4Address | IPv6Address) -> bool:
    """Whether a connection to it may lead to another machine.

    Of link-local IPv6, nothing says on which network.
    """
    if isinstance(address, IPv6Address) and (address.is_link_local or address.ipv4_mapped):
        return False
    return not (
        address.is_loopback
        or address.is_multicast
        or address.is_unspecified
        or (isinstance(address, IPv4Address) and address.is_reserved)
    )


def _ipv4_first(address: IPv4Address | IPv6Address) -> tuple[int, int]:
    return address.version, int(address)
