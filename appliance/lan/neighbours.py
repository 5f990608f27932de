"""Who was heard on the network of late: from beacons, to whoever lists screens to adopt.

Anybody can send a beacon, in any name and from any address. So the list is bounded, holds
no address that a beacon merely claims, and what is on it is a hint that proves nothing.
"""

from typing import Final, NamedTuple

from msgspec import Struct

from appliance.lan.beacon import Beacon

MAX_NEIGHBOURS: Final = 64
"""A kitchen has a dozen screens; when all places are taken, the one unheard longest goes."""
MAX_PER_ADDRESS: Final = 4
"""One machine may run a few screens; its fifth takes the place of its own longest unheard."""
GONE_SECONDS: Final = 20.0
"""Older screens beacon every 15 s: who was silent for so long was elsewhere, perhaps."""
SILENT_AFTER_SECONDS: Final = 60.0
"""Older screens beacon every 15 s, and of four in a row one arrives even over bad radio."""


class Neighbour(Struct, frozen=True):
    """Somebody on the network whose beacons are heard."""

    identifier: str
    name: str
    version: str
    address: str
    """IPv4, where the beacon really came from."""
    first_heard_ago: float
    """Seconds; since it was last silent for GONE_SECONDS."""
    last_heard_ago: float
    """Seconds."""


class _Sender(NamedTuple):
    address: str
    identifier: str


class _Heard(NamedTuple):
    beacon: Beacon
    first: float
    last: float


class Neighbours:
    """All who were heard within SILENT_AFTER_SECONDS. `now`: monotonic seconds."""

    def __init__(self) -> None:
        self._heard: dict[_Sender, _Heard] = {}
        """The one unheard longest comes first."""

    def hear(self, beacon: Beacon, address: str, now: float) -> None:
        """A beacon came, from that source address.

        Who sends it is told by identifier and source address together, so that nobody
        moves or renames another's entry from elsewhere.
        """
        self._forget_the_silent(now)
        sender = _Sender(address, beacon.identifier)
        before = self._heard.pop(sender, None)
        if before is None:
            self._make_room(address)
        is_known = before is not None and now - before.last < GONE_SECONDS
        self._heard[sender] = _Heard(beacon, before.first if before and is_known else now, now)

    def listed(self, now: float) -> list[Neighbour]:
        """By name, then address and identifier."""
        self._forget_the_silent(now)
        found = [
            Neighbour(
                identifier=sender.identifier,
                name=heard.beacon.name,
                version=heard.beacon.version,
                address=sender.address,
                first_heard_ago=now - heard.first,
                last_heard_ago=now - heard.last,
            )
            for sender, heard in self._heard.items()
        ]
        return sorted(found, key=lambda one: (one.name, one.address, one.identifier))

    def _forget_the_silent(self, now: float) -> None:
        for sender, heard in list(self._heard.items()):
            if now - heard.last <= SILENT_AFTER_SECONDS:
                break
            del self._heard[sender]

    def _make_room(self, address: str) -> None:
        of_address = [sender for sender in self._heard if sender.address == address]
        if len(of_address) >= MAX_PER_ADDRESS:
            del self._heard[of_address[0]]
        elif len(self._heard) >= MAX_NEIGHBOURS:
            del self._heard[next(iter(self._heard))]
