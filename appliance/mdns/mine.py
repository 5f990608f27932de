"""The names of this machine: what they are now, whether another has them, who is to give way."""

from collections.abc import Collection, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from zeroconf import ServiceInfo
from zeroconf._dns import DNSAddress, DNSRecord, DNSService, DNSText

from appliance.mdns.found import Service, harmless
from appliance.mdns.heard import LOCAL, texts
from appliance.mdns.host import TEXT_BYTES, Name, Other, keeps_it, lowest, shortened, usable
from appliance.mdns.network import Announcement

Own = Collection[IPv4Address | IPv6Address]
"""The addresses of this machine."""

_AFTER_ALL: Final = ("\N{REPLACEMENT CHARACTER}",)
"""A mark that is greater than that of any host: until it has another name, nothing else tells."""


class Mine:
    """Names that were wanted, and those that became of them."""

    def __init__(self, identifier: str, host: str, announcements: Sequence[Announcement]) -> None:
        """See `Network`."""
        self.renamed_because = ""
        """In words, why the host's name is another than was wanted."""
        self._identifier = identifier
        self._announcements = announcements
        self._host = Name(host)
        self._services = {one.name: Name(one.name) for one in announcements}

    @property
    def host(self) -> str:
        """As `expeditor.local`."""
        return f"{self._host.label(self._identifier)}{LOCAL}".removesuffix(".")

    def infos(self, addresses: Iterable[IPv4Address | IPv6Address]) -> list[ServiceInfo]:
        """What is to be announced, with these addresses."""
        packed = [address.packed for address in addresses]
        return [
            ServiceInfo(
                f"{one.type}{LOCAL}",
                self._full(one),
                one.port,
                properties={
                    key: shortened(value, TEXT_BYTES - len(key) - 1)
                    for key, value in one.text.items()
                },
                server=f"{self.host}.",
                addresses=packed,
            )
            for one in self._announcements
        ]

    def give_way(
        self, rivals: Sequence[DNSRecord], services: Iterable[Service], own: Own, *, always: bool
    ) -> bool:
        """Take the next name where another is to keep ours; whether that was so.

        `rivals`: records of others under our names. `services`: others, who may say there who
        they are. `always`: also where it is ours to keep.
        """
        before = (self._host, dict(self._services))
        for name, other in self._others_with_services(rivals).items():
            mark = (self._host.label(self._identifier),)
            if always or not keeps_it(self._identifier, mark, other):
                self._services[name] = self._services[name].next()
        theirs = self._theirs(rivals, own)
        if theirs:
            other = self._other_host(theirs, rivals, services)
            if always or not keeps_it(self._identifier, lowest(usable(own)), other):
                self.renamed_because = f"{self.host} is the name of {min(map(str, theirs))}"
                self._host = self._host.next()
        return before != (self._host, self._services)

    def are_contested(self, rivals: Sequence[DNSRecord], own: Own) -> bool:
        """Whether another has a name of ours, and we could take another."""
        return bool(self._theirs(rivals, own) or self._others_with_services(rivals))

    def _full(self, one: Announcement) -> str:
        label = self._services[one.name].label(self._identifier)
        return f"{label}.{one.type}{LOCAL}"

    def _theirs(self, rivals: Iterable[DNSRecord], own: Own) -> set[IPv4Address | IPv6Address]:
        """Addresses that others give for the name of this host, while there is a next one."""
        if self._host.is_last:
            return set()
        key = f"{self.host}.".lower()
        found = {
            ip_address(record.address)
            for record in rivals
            if isinstance(record, DNSAddress) and record.key == key
        }
        return found - set(own)

    def _other_host(
        self,
        theirs: Collection[IPv4Address | IPv6Address],
        rivals: Iterable[DNSRecord],
        services: Iterable[Service],
    ) -> Other:
        name = harmless(self.host).lower()
        there = {
            one.id
            for one in services
            if one.host.lower() == name and not set(theirs).isdisjoint(one.addresses)
        }
        return Other(frozenset(there | (_ids(rivals) - {""})), lowest(theirs))

    def _others_with_services(self, rivals: Sequence[DNSRecord]) -> dict[str, Other]:
        """By the wanted names of announcements."""
        found: dict[str, Other] = {}
        for name, ours in self._services.items():
            keys = {self._full(one).lower() for one in self._announcements if one.name == name}
            under = [record for record in rivals if record.key in keys]
            servers = [record.server_key for record in under if isinstance(record, DNSService)]
            ids = _ids(under)
            if ours.is_last or not (servers or ids):
                continue
            # Asked for his TXT, he had nothing to add to ours: it is the same.
            who = frozenset(ids or {self._identifier})
            mark = min((_label(server),) for server in servers) if servers else _AFTER_ALL
            found[name] = Other(frozenset() if "" in who else who, mark)
        return found


def _ids(records: Iterable[DNSRecord]) -> set[str]:
    """Of TXT; empty for what has none."""
    return {
        (texts(record.text).get(b"id") or b"").decode("ascii", "replace")
        for record in records
        if isinstance(record, DNSText)
    }


def _label(server: str) -> str:
    return server.removesuffix(LOCAL)
