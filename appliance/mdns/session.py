"""This machine on its networks: sockets, names and what is heard, while addresses come and go.

A module of its own, since what it stands on takes 80 ms to import: `network.py` does so late.
"""

import asyncio
from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address
from time import monotonic
from typing import Final, NamedTuple

from zeroconf import NotRunningException, current_time_millis

from appliance.interfaces import connected
from appliance.mdns.found import Service
from appliance.mdns.host import usable
from appliance.mdns.mine import Mine
from appliance.mdns.network import Addresses, Announcement, IsTold, Now
from appliance.mdns.wire import PORT, Wire

ASK_SECONDS: Final = 60.0
"""Between two questions who is there; at first and after a change each comes twice as late as the
one before. Two networks that somebody joins find each other within it."""
TOGETHER_SECONDS: Final = 0.1
"""What is heard within it is looked at together."""
PROBES: Final = 3
PROBE_SECONDS: Final = 0.25
"""Before a name is announced, it is asked for so often (RFC 6762, 8.1)."""
APART_SECONDS: Final = 1.25
"""Between two announcements of the same: with the second, what others have heard of us a second
before the first no longer holds (RFC 6762, 8.3 and 10.2)."""
SETTLE_SECONDS: Final = 1.75
"""In which all answers have come to who has a name, of which some wait 1.5 s (RFC 6762, 6)."""
MOST_ROUNDS: Final = 3
"""Of asking whoever has a name of ours to give it up, as he should: then it is his."""


class _Place(NamedTuple):
    """Where this machine is."""

    links: frozenset[int] = frozenset()
    """Interfaces that lead somewhere."""
    own: frozenset[IPv4Address | IPv6Address] = frozenset()
    """All of its addresses."""
    told: tuple[IPv4Address | IPv6Address, ...] = ()
    """Those that are announced."""

    @property
    def senders(self) -> list[IPv4Address]:
        """Those to send from; none where nobody would hear it."""
        return [one for one in self.told if isinstance(one, IPv4Address)] if self.links else []

    @property
    def not_because(self) -> str:
        """Why nothing can be sent."""
        if not self.links:
            return "no network is connected"
        return "" if self.senders else "no network interface has an IPv4 address"


class Session:
    """From the start to the goodbye."""

    def __init__(
        self,
        identifier: str,
        host: str,
        announcements: Sequence[Announcement],
        browse: Collection[str],
        *,
        addresses: Addresses,
        is_told: IsTold,
    ) -> None:
        """See `Network`, as for what can be read of it."""
        self.host = ""
        self.renamed_because = ""
        self.not_because = ""
        self.found: Sequence[Service] = ()
        self._identifier = identifier
        self._mine = Mine(identifier, host, announcements)
        self._browse = browse
        self._addresses = addresses
        self._is_told = is_told
        self._wire: Wire | None = None
        self._place = _Place()
        self._is_registered = False
        self._announce_again_at: float | None = None
        self._rounds = 0
        """In a row, of asking for names that another has as well."""
        self._settled_at = 0.0
        """When the last one has, of the monotonic clock."""
        self._ask_at = 0.0
        self._ask_pause = 1.0
        self._something = asyncio.Event()
        """Was heard."""

    @property
    def now(self) -> Now:
        """As it was found last."""
        return Now(self.host, self.renamed_because, self.not_because, self.found)

    async def look(self) -> None:
        """See where this machine is, and whether its names are still its own."""
        self.not_because = await self._settle()
        if self._wire is None or self.not_because:
            self.host = ""
            return
        if self._is_registered:
            await self._defend(self._wire)
        else:
            await self._register(self._wire)
        if monotonic() >= self._ask_at:
            self._ask_at = monotonic() + self._ask_pause
            self._ask_pause = min(ASK_SECONDS, 2 * self._ask_pause)
            self._wire.ask_for_services()
            self._wire.ask_for_names()
        self._wire.sweep()
        self._read(self._wire)
        self.host, self.renamed_because = self._mine.host, self._mine.renamed_because

    async def heard(self, until: float) -> bool:
        """Whether something was heard before that moment, of the monotonic clock."""
        left = until - monotonic()
        if left <= 0:
            return False
        try:
            async with asyncio.timeout(left):
                await self._something.wait()
        except TimeoutError:
            return False
        await asyncio.sleep(TOGETHER_SECONDS)
        self._something.clear()
        if self._wire is not None:
            self._read(self._wire)
        return True

    def doubt(self, address: IPv4Address | IPv6Address) -> None:
        """Who says to be there has to answer again, or is not found any more."""
        if self._wire is not None:
            self._wire.heard.doubt(current_time_millis(), address)
            self._something.set()

    async def close(self) -> None:
        """Say goodbye."""
        self.host, self.not_because = "", "it has ended"
        await self._close_wire()

    async def _close_wire(self) -> None:
        """Whatever there is afterwards begins from the start."""
        wire, self._wire = self._wire, None
        self._place = _Place()
        self._is_registered = False
        if wire is not None:
            await wire.close()

    async def _settle(self) -> str:
        """Be where this machine is now; why it cannot be anywhere."""
        try:
            own = frozenset(self._addresses())
            told = usable(address for address in own if self._is_told(address))
            place = _Place(connected(), own, tuple(told))
        except OSError as error:
            return f"the network interfaces cannot be read: {error.strerror}"
        try:
            if self._wire is None:
                self._wire = Wire(self._browse, self._something.set)
            if place != self._place:
                await self._wire.use(place.senders, anew=place.links != self._place.links)
                self._move(self._wire, place)
        except (OSError, NotRunningException) as error:
            await self._close_wire()
            why = error.strerror if isinstance(error, OSError) else "it takes too long"
            return f"UDP port {PORT} cannot be used: {why}"
        return place.not_because

    def _move(self, wire: Wire, place: _Place) -> None:
        self._place = place
        self._ask_at, self._ask_pause = 0.0, 1.0
        wire.heard.doubt(current_time_millis())
        if self._is_registered:
            self._announce(wire)

    def _announce(self, wire: Wire) -> None:
        wire.claim(self._mine.infos(self._place.told))
        wire.register()
        self._is_registered = True
        self._announce_again_at = monotonic() + APART_SECONDS

    async def _register(self, wire: Wire) -> None:
        """Ask for the names, and take them, or others."""
        asking = True
        while asking:
            wire.claim(self._mine.infos(self._place.told))
            for _ in range(PROBES):
                wire.probe()
                wire.ask_for_services()
                await asyncio.sleep(PROBE_SECONDS)
            asking = self._give_way(wire, always=False)
        self._announce(wire)

    async def _defend(self, wire: Wire) -> None:
        """See whether another has a name of ours: he gives way, or we do."""
        if self._announce_again_at is not None and monotonic() >= self._announce_again_at:
            self._announce_again_at = None
            wire.announce()
        if monotonic() < self._settled_at:
            return
        if not self._mine.are_contested(wire.rivals(), self._place.own):
            self._rounds = 0
            return
        if self._rounds and self._give_way(wire, always=self._rounds > MOST_ROUNDS):
            self._rounds = 0
            await self._register(wire)
            return
        # He is told what is ours, and asked who he is.
        self._rounds += 1
        self._settled_at = monotonic() + SETTLE_SECONDS
        wire.forget_rivals()
        wire.announce()
        wire.ask_for_services()
        wire.ask_for_names()

    def _give_way(self, wire: Wire, *, always: bool) -> bool:
        """Whether another name was taken."""
        services = wire.heard.services(current_time_millis())
        return self._mine.give_way(wire.rivals(), services, self._place.own, always=always)

    # ── what is heard ────────────────────────────────────────────────────────────────

    def _read(self, wire: Wire) -> None:
        """What was heard; a fault of ours with it is raised."""
        if wire.fault is not None:
            raise wire.fault
        now = current_time_millis()
        if not self._place.not_because:
            wire.ask(wire.heard.questions(now))
        self.found = tuple(one for one in wire.heard.services(now) if not self._is_ours(one))

    def _is_ours(self, one: Service) -> bool:
        return one.id == self._identifier and self._place.own.issuperset(one.addresses)
