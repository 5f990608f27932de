"""A host name for mDNS that nobody else on the network has: `expeditor`, else `expeditor-2`.

zeroconf looks whether the names of services are taken, and not whether those of hosts are. Where
systemd-resolved or avahi announce this machine under the same name, the addresses are ours.

It looks once, before it announces, and only at one kind of record. So both kinds of names are
looked after here, at the start and for as long as they are announced: another has our name where
he answers to it with other records than ours (RFC 6762, 9).
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple

MOST_NUMBERS: Final = 9
"""After `expeditor-9` the identifier is added, and whoever has that as well is not heeded: a
stranger who answers to every name must not keep us from being found."""
LABEL_BYTES: Final = 63
"""Of a part of a name, RFC 1035."""
TEXT_BYTES: Final = 255
"""Of a key of TXT with its value, RFC 6763, 6.1."""
_OF_IDENTIFIER: Final = 8


class Name(NamedTuple):
    """One that is wanted, and how it is told from the same name of others."""

    wanted: str
    number: int = 1

    @property
    def is_last(self) -> bool:
        """Whether no other is left to be tried."""
        return self.number > MOST_NUMBERS

    def next(self) -> "Name":
        """The one to try after this."""
        return self._replace(number=self.number + 1)

    def label(self, identifier: str) -> str:
        """As a part of a name: at most LABEL_BYTES; a point in it would begin another part.

        `identifier`: ASCII, what it is called where nothing else can be said.
        """
        added = ""
        if self.is_last:
            added = f"-{identifier[:_OF_IDENTIFIER]}"
        elif self.number > 1:
            added = f"-{self.number}"
        printable = "".join(letter for letter in self.wanted if letter.isprintable())
        words = " ".join(printable.replace(".", " ").split())
        # One that begins like a type of service is not taken for a name.
        words = words.lstrip("_ ") or identifier[:_OF_IDENTIFIER]
        return shortened(words, LABEL_BYTES - len(added)) + added


class Other(NamedTuple):
    """Who has a name of ours as well."""

    ids: frozenset[str]
    """Of appliances and screens under that name; none for a stranger."""
    mark: tuple[object, ...]
    """What tells two with the same id from each other, to be compared with our own."""


def keeps_it(identifier: str, mark: tuple[object, ...], other: Other) -> bool:
    """Whether this one keeps the name, and the other is to give way: all decide alike.

    The smaller identifier keeps it; of a copied card, what has the smaller mark. A stranger
    knows nothing of that: he has it.
    """
    if not other.ids:
        return False
    return (identifier, mark) < (min(other.ids), other.mark)


def lowest(addresses: Iterable[IPv4Address | IPv6Address]) -> tuple[object, ...]:
    """The mark of a host."""
    return min(((one.version, int(one)) for one in addresses), default=())


def shortened(text: str, most: int) -> str:
    """At most so many bytes of UTF-8."""
    return text.encode()[:most].decode("utf-8", "ignore").rstrip()


def usable(
    addresses: Iterable[IPv4Address | IPv6Address],
) -> list[IPv4Address | IPv6Address]:
    """Those of this machine that others can use, IPv4 first.

    Link-local ones hold for one cable, which is told of none: of IPv6 they lead nowhere, of IPv4
    they do where nobody on it has another.
    """
    found = sorted(
        (one for one in set(addresses) if not _is_of_no_use(one)),
        key=lambda one: (one.version, int(one)),
    )
    routed = [one for one in found if not one.is_link_local]
    return routed if any(isinstance(one, IPv4Address) for one in routed) else found


def _is_of_no_use(address: IPv4Address | IPv6Address) -> bool:
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return True
    return address.version == 6 and address.is_link_local  # noqa: PLR2004 - of IP
