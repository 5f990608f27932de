"""What is heard of the services that are looked for: in what the library keeps, without the rest.

Anybody can send any number of records, and the library would keep ten thousand of them for as
long as these say. Here only those stay that belong to one of MOST_SERVICES services.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple

from zeroconf._cache import DNSCache
from zeroconf._dns import DNSAddress, DNSPointer, DNSRecord, DNSService, DNSText
from zeroconf.const import _TYPE_A, _TYPE_AAAA, _TYPE_SRV, _TYPE_TXT

from appliance.mdns.found import MOST_ADDRESSES, MOST_PER_HOST, MOST_SERVICES, Service, service
from appliance.mdns.host import LABEL_BYTES

LOCAL: Final = ".local."
MOST_RECORDS: Final = 2 * MOST_ADDRESSES
"""Of one name: addresses, or SRV and TXT, of which the newest counts."""
MOST_TTL: Final = 4500
"""Seconds that a word counts at most, whatever it says: as long as RFC 6762, 10, has it for names
of services."""
STALE: Final = 0.8
"""Of its time, after which a record is asked for again (RFC 6762, 5.2)."""
MOST_TIMES: Final = 4
"""That somebody is asked for what is missing: 7 s, then the place is another's."""
MOST_TEXTS: Final = 32
"""In TXT; ours have six."""
NAME_LETTERS: Final = 253
"""RFC 1035, as it is written."""


class Question(NamedTuple):
    """What is to be asked."""

    name: str
    type: int


class _Asked(NamedTuple):
    """How often in a row, and when next; milliseconds."""

    times: int = 0
    next_at: float = 0.0


class Heard:
    """Services of others. Times are those of zeroconf: milliseconds, monotonic."""

    def __init__(self, cache: DNSCache, types: Collection[str]) -> None:
        """`types` as `mdns.ORDERS`."""
        self._cache = cache
        self._types = {f"{type_}{LOCAL}".lower(): type_ for type_ in types}
        self._asked: dict[str, _Asked] = {}
        """By the names of services, in lower case; the longest known first."""
        self._on: frozenset[str] | None = None
        """The names of their hosts; None after a change."""
        self._doubted: dict[str, float] = {}
        """When names of services were doubted last, and those of their hosts; "" for all."""

    @property
    def types(self) -> Iterator[str]:
        """What is browsed, in full."""
        return iter(self._types)

    def take(self, records: Sequence[DNSRecord], own: Collection[DNSRecord]) -> None:
        """These have come, and the library keeps them; what nobody needs goes at once."""
        for record in records:
            if len(self._asked) >= MOST_SERVICES:
                break
            if isinstance(record, DNSPointer) and record not in own and self._is_wanted(record):
                self._asked.setdefault(record.alias_key, _Asked())
        if any(isinstance(one, DNSService) and one.key in self._asked for one in records):
            self._on = None
        self._let_go(record for record in records if not self._stays(record, own))
        for key in {record.key for record in records if record.key not in self._types}:
            kept = self._cache.async_entries_with_name(key)
            if len(kept) > MOST_RECORDS:
                kept.sort(key=lambda record: record.created)
                self._let_go(kept[:-MOST_RECORDS])

    def sweep(self, own: Collection[DNSRecord], now: float) -> None:
        """Forget who is no longer announced, and all that belongs to nobody who is known."""
        announced = self._pointers(now)
        for key in [key for key in self._asked if key not in announced]:
            del self._asked[key]
        self._on = None
        for key in self._doubted.keys() - {"", *self._asked, *self._hosts()}:
            del self._doubted[key]
        for name in self._cache.names():
            records = self._cache.async_entries_with_name(name)
            self._let_go(record for record in records if not self._stays(record, own))

    def doubt(self, now: float, address: IPv4Address | IPv6Address | None = None) -> None:
        """Each has to answer again, or goes: the network is another, or nobody answers there."""
        if address is None:
            self._doubted = {"": now}
            self._asked = dict.fromkeys(self._asked, _Asked())
            return
        for key in self._asked:
            where, _ = self._said(key, now)
            if where is not None and address in self.addresses(where.server_key, now):
                self._doubted |= {key: now, where.server_key: now}
                self._asked[key] = _Asked()

    def known(self, now: float) -> list[DNSPointer]:
        """Who need not answer a question for all, because it is known for long enough."""
        return [
            pointer
            for key, pointer in self._pointers(now).items()
            if key in self._asked and not pointer.is_stale(now)
        ]

    def questions(self, now: float) -> list[Question]:
        """What is to be asked now, each bounded in how often; who never answers goes."""
        asking: list[Question] = []
        for key, asked in list(self._asked.items()):
            wanted = self._wanted(key, now)
            if not wanted:
                self._asked[key] = _Asked()
            elif now < asked.next_at:
                continue
            elif asked.times >= MOST_TIMES:
                del self._asked[key]
            else:
                asking += wanted
                self._asked[key] = _Asked(asked.times + 1, now + 500 * 2**asked.times)
        return list(dict.fromkeys(asking))

    def services(self, now: float) -> list[Service]:
        """Those of which all is known, the longest known first; of a host at most MOST_PER_HOST.

        A host is its name: with somebody else's address others could hide who is there.
        """
        found: list[Service] = []
        of_host: Counter[str] = Counter()
        pointers = self._pointers(now)
        for key in list(self._asked):
            pointer = pointers.get(key)
            one = self._service(key, pointer, now) if pointer is not None else None
            if one is None:
                continue
            of_host[one.host.lower()] += 1
            if of_host[one.host.lower()] > MOST_PER_HOST:
                del self._asked[key]
            else:
                found.append(one)
        return found

    def addresses(self, host: str, now: float) -> set[IPv4Address | IPv6Address]:
        """Those that a host name has."""
        return {
            ip_address(record.address)
            for record in self._live(host, now)
            if isinstance(record, DNSAddress)
        }

    # ── what stays ───────────────────────────────────────────────────────────────────

    def _is_wanted(self, pointer: DNSPointer) -> bool:
        """Whether it is of a type that is looked for, and names a service of it."""
        return (
            pointer.key in self._types
            and pointer.alias_key.endswith(f".{pointer.key}")
            and _can_be_asked(pointer.alias)
        )

    def _hosts(self) -> frozenset[str]:
        """The names of hosts that the services say to be on."""
        if self._on is None:
            self._on = frozenset(
                record.server_key
                for key in self._asked
                for record in self._cache.async_entries_with_name(key)
                if isinstance(record, DNSService)
            )
        return self._on

    def _stays(self, record: DNSRecord, own: Collection[DNSRecord]) -> bool:
        if record in own:
            return True
        if isinstance(record, DNSPointer):
            return record.key in self._types and record.alias_key in self._asked
        if isinstance(record, DNSAddress):
            return record.key in self._hosts()
        if isinstance(record, DNSService) and not _can_be_asked(record.server):
            return False
        return isinstance(record, DNSService | DNSText) and record.key in self._asked

    def _let_go(self, records: Iterable[DNSRecord]) -> None:
        kept = self._cache.cache
        held = [one for one in dict.fromkeys(records) if one in kept.get(one.key, ())]
        self._cache.async_remove_records(held)

    # ── what it says ─────────────────────────────────────────────────────────────────

    def _pointers(self, now: float) -> dict[str, DNSPointer]:
        return {
            record.alias_key: record
            for name in self._types
            for record in self._live(name, now)
            if isinstance(record, DNSPointer)
        }

    def _live(self, name: str, now: float) -> Iterator[DNSRecord]:
        """The newest last."""
        records = self._cache.async_entries_with_name(name)
        for record in sorted(records, key=lambda record: record.created):
            if _age(record, now) < 1 and not record.is_expired(now):
                yield record

    def _said(self, key: str, now: float) -> tuple[DNSService | None, DNSText | None]:
        where: DNSService | None = None
        text: DNSText | None = None
        for record in self._live(key, now):
            if isinstance(record, DNSService):
                where = record
            elif isinstance(record, DNSText):
                text = record
        return where, text

    def _wanted(self, key: str, now: float) -> list[Question]:
        """What is missing of a service, or will be soon."""
        where, text = self._said(key, now)
        wanted = []
        if where is None or self._is_stale(where, now):
            wanted.append(Question(key, _TYPE_SRV))
        if text is None or _age(text, now) > STALE:
            wanted.append(Question(key, _TYPE_TXT))
        if where is not None:
            addresses = [
                record
                for record in self._live(where.server_key, now)
                if isinstance(record, DNSAddress) and not self._is_stale(record, now)
            ]
            if not addresses:
                wanted.append(Question(where.server_key, _TYPE_A))
                wanted.append(Question(where.server_key, _TYPE_AAAA))
        return wanted

    def _is_stale(self, record: DNSRecord, now: float) -> bool:
        doubted = max(self._doubted.get("", -1.0), self._doubted.get(record.key, -1.0))
        return _age(record, now) > STALE or record.created < doubted

    def _service(self, key: str, pointer: DNSPointer, now: float) -> Service | None:
        where, text = self._said(key, now)
        if where is None or text is None:
            return None
        return service(
            self._types[pointer.key],
            pointer.alias[: -len(pointer.key) - 1],
            host=where.server,
            addresses=self.addresses(where.server_key, now),
            port=where.port,
            text=texts(text.text),
            heard=where.created / 1000,
        )


def texts(data: bytes) -> Mapping[bytes, bytes | None]:
    """Of TXT, by key; the first of each, of the first MOST_TEXTS (RFC 6763, 6)."""
    told: dict[bytes, bytes | None] = {}
    at = 0
    while at < len(data) and len(told) < MOST_TEXTS:
        end = at + 1 + data[at]
        key, equals, value = data[at + 1 : end].partition(b"=")
        if key:
            told.setdefault(key, value if equals else None)
        at = end
    return told


def _can_be_asked(name: str) -> bool:
    """Whether a name can be sent again as it was understood."""
    labels = [label.encode() for label in name.removesuffix(".").split(".")]
    return all(0 < len(label) <= LABEL_BYTES for label in labels) and len(name) <= NAME_LETTERS


def _age(record: DNSRecord, now: float) -> float:
    """Of its time, how much is gone: 1 is all of it."""
    return (now - record.created) / (1000 * max(1, min(record.ttl, MOST_TTL)))
