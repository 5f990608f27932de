"""How many HTTP connections there may be: idle ones never take the descriptors orders need.

A place is taken when a connection is made, before any TLS, and given back when it is lost.
"""

import contextlib
import resource
from collections import Counter
from typing import Final

from msgspec import Struct

from appliance import config
from appliance.address import place

OTHER_FILES: Final = 64
"""Descriptors for what is neither HTTP nor an order: the log, the history, ports, the beacon;
about thirty."""


class ConnectionsStatus(Struct, frozen=True):
    """How many there are now; and since the start, how many were refused, how many too slow."""

    open: int
    refused: int
    too_slow: int


def raise_descriptor_limit() -> None:
    """As many descriptors as the system lets this process have, where it may say so itself."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # Some systems take no "unlimited" here.
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Places:
    """Those of all HTTP ports together."""

    def __init__(self, settings: config.Config) -> None:
        self._limits = settings.http.limits
        self._kept_for_others = settings.orders.limits.connections + OTHER_FILES
        self._by_place: Counter[str] = Counter()
        self.refused = 0
        self.too_slow = 0

    def take(self, address: str) -> bool:
        """A place for a connection from there, if there is one."""
        whose = place(address)
        mine = self._by_place[whose]
        if mine >= self._limits.connections_per_address or self._full():
            self.refused += 1
            return False
        self._by_place[whose] = mine + 1
        return True

    def leave(self, address: str) -> None:
        """It is free again."""
        whose = place(address)
        self._by_place[whose] -= 1
        if not self._by_place[whose]:
            del self._by_place[whose]

    def status(self) -> ConnectionsStatus:
        """As it is now."""
        return ConnectionsStatus(self._by_place.total(), self.refused, self.too_slow)

    def _full(self) -> bool:
        # Asked each time: the limit may be changed from outside, and costs a microsecond.
        descriptors, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = self._limits.connections
        if descriptors != resource.RLIM_INFINITY:
            most = min(most, descriptors - self._kept_for_others)
        return self._by_place.total() >= most
