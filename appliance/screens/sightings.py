"""Who says to be a screen: by mDNS, by beacon; one list, by identity and address.

Anybody can say so. The list is bounded (`mdns.found`, `lan.neighbours`), its texts are harmless,
and nothing is sent to anybody on it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from itertools import chain, combinations
from typing import Final, NamedTuple

from msgspec.structs import replace

from appliance.config.values import HIGHEST_PORT, ID, Address
from appliance.lan.neighbours import GONE_SECONDS, Neighbour
from appliance.mdns import ORDERS
from appliance.mdns.found import Service
from appliance.screens.liveness import AWAY_SECONDS, Stay, are_at_once
from appliance.screens.registry import Adopted
from appliance.screens_now import FoundScreen, Hub, Knocking, Proto

ORDERS_PORT: Final = 9104
"""That a beacon means. Source: LAN protocol design page, "Discovery"."""
HTTP_PORT: Final = 80
BEACON_SECONDS: Final = GONE_SECONDS
"""Who was not heard for this long is there no longer."""
NAMED: Final = 2
"""Of those who say to be one screen: anybody can say so from a hundred places."""

_IDENTITY: Final = re.compile(ID)
"""What a beacon says may be any text; other identities than these cannot be asked for by path."""
_PROTOS: Final[dict[str, Proto]] = {"board": "board", "lan": "lan"}

Network = IPv4Network | IPv6Network
Ip = IPv4Address | IPv6Address


class Sighting(NamedTuple):
    """Somebody who says to be a screen."""

    found: FoundScreen
    places: tuple[Address, ...]
    """Of a LAN screen where it takes orders; of a board where it is, port 0."""
    stay: Stay
    """Monotonic seconds."""
    said: float
    """When it was heard saying so last; what mDNS was told counts for longer."""


class Sightings:
    """Who was there at the last look, by mDNS or beacon."""

    def __init__(self, own_identifier: str) -> None:
        self._own = own_identifier
        self._first: dict[tuple[str, tuple[Address, ...]], float] = {}
        """Since when an identity is announced somewhere by mDNS."""
        self.now: Sequence[Sighting] = ()
        self._lan: dict[str, list[Sighting]] = {}
        self._at: dict[Address, list[Sighting]] = {}

    def look(
        self, services: Iterable[Service], neighbours: Iterable[Neighbour], now: float
    ) -> None:
        """These are there at this moment."""
        services = list(services)
        machines = _machines(services)
        by_mdns = [
            sighting
            for service in services
            if service.id != self._own
            and (sighting := _by_mdns(service, self._first, now)) is not None
        ]
        self._first = {(each.found.id, each.places): each.stay.first for each in by_mdns}
        by_beacon = (
            _by_beacon(neighbour, machines.get(neighbour.identifier, ()), now)
            for neighbour in neighbours
            if neighbour.last_heard_ago < BEACON_SECONDS
            and neighbour.identifier != self._own
            and _IDENTITY.match(neighbour.identifier)
        )
        self.now = _merged([*by_mdns, *by_beacon])
        self._lan, self._at = {}, {}
        for each in self.now:
            if each.found.proto == "lan":
                self._lan.setdefault(each.found.id, []).append(each)
                for place in each.places:
                    self._at.setdefault(place, []).append(each)

    def of(self, screen: str) -> Sequence[Sighting]:
        """Who says to be this LAN screen."""
        return self._lan.get(screen, ())

    def all_at(self, place: Address) -> Sequence[Sighting]:
        """The LAN screens that say to be there."""
        return self._at.get(place, ())


def _machines(services: Iterable[Service]) -> dict[str, list[frozenset[str]]]:
    """By id, the addresses that are one machine's: it may have a cable and Wi-Fi."""
    machines: dict[str, list[frozenset[str]]] = {}
    for service in services:
        machines.setdefault(service.id, []).append(frozenset(map(str, service.addresses)))
    return machines


def _by_mdns(
    service: Service, first: dict[tuple[str, tuple[Address, ...]], float], now: float
) -> Sighting | None:
    """None for what is no screen, or does not say of which kind."""
    proto = _PROTOS.get(service.text.get("proto", ""))
    if service.type == ORDERS or proto is None:
        return None
    port = service.port if proto == "lan" else 0
    places = tuple(_place(address, port) for address in service.addresses)
    found = FoundScreen(
        id=service.id,
        name=service.text.get("name") or service.instance,
        proto=proto,
        station=service.text.get("station", ""),
        version=service.text.get("version", ""),
        address=str(places[0]) if proto == "lan" else places[0].host,
        by=("mdns",),
        known_as="",
    )
    stay = Stay(first.get((service.id, places), now), now)
    return Sighting(found, places, stay, service.heard)


def _by_beacon(neighbour: Neighbour, machines: Iterable[frozenset[str]], now: float) -> Sighting:
    place = _place(neighbour.address, ORDERS_PORT)
    own = next((each for each in machines if neighbour.address in each), frozenset())
    others = (_place(each, ORDERS_PORT) for each in sorted(own - {neighbour.address}))
    found = FoundScreen(
        id=neighbour.identifier,
        name=neighbour.name,
        proto="lan",
        station="",
        version=neighbour.version,
        address=str(place),
        by=("beacon",),
        known_as="",
    )
    heard = Stay(now - neighbour.first_heard_ago, now - neighbour.last_heard_ago)
    return Sighting(found, (place, *others), heard, heard.heard)


def _merged(sightings: Iterable[Sighting]) -> list[Sighting]:
    """One for each identity and place; what was said first counts."""
    by_identity: dict[tuple[str, Proto], list[Sighting]] = {}
    for each in sightings:
        known = by_identity.setdefault((each.found.id, each.found.proto), [])
        for place, other in enumerate(known):
            if not set(other.places).isdisjoint(each.places):
                known[place] = _both(other, each)
                break
        else:
            known.append(each)
    return list(chain.from_iterable(by_identity.values()))


def _both(one: Sighting, other: Sighting) -> Sighting:
    stay = Stay(min(one.stay.first, other.stay.first), max(one.stay.heard, other.stay.heard))
    by = tuple(dict.fromkeys((*one.found.by, *other.found.by)))
    places = tuple(dict.fromkeys((*one.places, *other.places)))
    return Sighting(replace(one.found, by=by), places, stay, max(one.said, other.said))


def to_adopt(
    sightings: Iterable[Sighting], knocking: Iterable[Knocking], adopted: Iterable[Adopted]
) -> Sequence[FoundScreen]:
    """Those that are not where an adopted screen of that id is, and boards that show a code."""
    known = {screen.identity: screen for screen in adopted}
    seen = [each for each in sightings if _is_new(each, known.get(each.found.id))]
    asking = [_asking(each) for each in knocking]
    return [
        replace(each.found, known_as=screen.wanted.name) if screen else each.found
        for each in _merged([*asking, *seen])
        for screen in [known.get(each.found.id)]
    ]


def _is_new(sighting: Sighting, screen: Adopted | None) -> bool:
    # A board that is adopted and not let in, or another of its id, shows a code.
    if screen is None:
        return True
    return sighting.found.proto == "lan" and (
        screen.proto == "board" or is_elsewhere(screen, sighting)
    )


def _asking(knocking: Knocking) -> Sighting:
    knock = knocking.knock
    found = FoundScreen(
        id=knock.id,
        name=knock.name,
        proto="board",
        station="",
        version=knock.health.version if knock.health else "",
        address=knock.address,
        by=("knock",),
        known_as="",
    )
    return Sighting(found, (_place(knock.address, 0),), Stay(0, 0), 0)


def is_elsewhere(screen: Adopted, sighting: Sighting) -> bool:
    """Whether that is another place than the LAN screen's; a name may be any place."""
    return (
        screen.address is not None
        and ip_of(screen.address) is not None
        and screen.address not in sighting.places
    )


def moved_to(
    screen: Adopted,
    sightings: Sequence[Sighting],
    networks: Collection[Network],
    own: Collection[Ip],
) -> Address | None:
    """Where a LAN screen is that does not answer where it was: where just one says to be it.

    Only in `networks`, those of this machine, and at none of its `own` addresses. None, too, where
    somebody says to be it where it was, still.
    """
    elsewhere = [each for each in sightings if screen.address not in each.places]
    if len(elsewhere) != 1:
        return None
    (claim,) = elsewhere
    here = (each.stay.heard for each in sightings if screen.address in each.places)
    if any(claim.stay.heard - heard < AWAY_SECONDS for heard in here):
        return None
    for place in claim.places:
        address = ip_of(place)
        if address is None or address.is_loopback or address in own:
            continue
        if any(address in network for network in networks):
            return place
    return None


def conflict(screen: Adopted, stay: Stay | None, sightings: Sequence[Sighting]) -> str:
    """In words, where somebody at another place says to be this LAN screen at the same time.

    `stay`: when it answered at its own address.
    """
    places: set[str] = set()
    for one, other in combinations(sightings, 2):
        if are_at_once(one.stay, other.stay):
            places |= {one.places[0], other.places[0]}
    for each in sightings:
        if stay is not None and is_elsewhere(screen, each) and are_at_once(stay, each.stay):
            places |= {screen.address or "", each.places[0]}
    return _all_say(sorted(places)) if places else ""


def _all_say(places: Sequence[str]) -> str:
    named, more = places[:NAMED], len(places) - NAMED
    if more > 0:
        return f"{', '.join(named)} and {more} more say to be it"
    return f"{' and '.join(named)} both say to be it"


def hubs(services: Iterable[Service], own_identifier: str) -> Sequence[Hub]:
    """Other appliances."""
    return [
        Hub(
            service.id,
            service.text.get("name") or service.instance,
            str(_place(service.addresses[0], _port(service.text))),
            same_id=service.id == own_identifier,
        )
        for service in services
        if service.type == ORDERS
    ]


def _port(text: Mapping[str, str]) -> int:
    """Of its pages, as it says; one that can be reached by https alone says no other."""
    for port in (text.get("http", ""), text.get("https", "")):
        if re.fullmatch(r"[0-9]{1,5}", port) and int(port) <= HIGHEST_PORT:
            return int(port)
    return HTTP_PORT


def _place(address: Ip | str, port: int) -> Address:
    host = str(address)
    return Address(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def ip_of(address: Address) -> Ip | None:
    """None for one that has a name."""
    try:
        return ip_address(address.host)
    except ValueError:
        return None
