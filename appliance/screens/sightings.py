"""Who says to be a screen: by mDNS, by beacon; one list, by identity and address.

Anybody can say so. The list is bounded (`mdns.found`, `lan.neighbours`), its texts are harmless,
and nothing is sent to anybody on it.
"""

from collections.abc import Iterable, Sequence

from appliance.lan.neighbours import Neighbour
from appliance.mdns.found import Service
from appliance.screens.registry import Adopted
from appliance.screens_now import FoundScreen, Hub, Knocking


def sightings(
    services: Iterable[Service], neighbours: Iterable[Neighbour], knocking: Iterable[Knocking]
) -> Sequence[FoundScreen]:
    """All of them, one for each identity and address."""
    raise NotImplementedError


def to_adopt(found: Iterable[FoundScreen], adopted: Iterable[Adopted]) -> Sequence[FoundScreen]:
    """Those that are not where an adopted screen of that id is."""
    raise NotImplementedError


def hubs(services: Iterable[Service], own_identifier: str) -> Sequence[Hub]:
    """Other appliances."""
    raise NotImplementedError
