"""Announcements and searches on all networks of this machine, while these come and go.

A network that is away is a state with a reason, looked at again every two seconds.
"""

import asyncio
import importlib
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from msgspec import Struct

from appliance.mdns.found import Service
from appliance.watched import Watched

if TYPE_CHECKING:  # See `run`.
    from appliance.mdns.session import Session

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""Between two looks at this machine's addresses."""

Addresses = Callable[[], Iterable[IPv4Address | IPv6Address]]
"""This machine's, as they are now. May raise OSError."""
IsTold = Callable[[IPv4Address | IPv6Address], bool]
"""Whether an address that others can use is announced."""


class Announcement(Struct, frozen=True):
    """What this machine offers."""

    type: str
    name: str
    """For people. What others have already is resolved by adding a number."""
    port: int
    text: dict[str, str]


class Now(NamedTuple):
    """How it is; see `Network`."""

    host: str = ""
    renamed_because: str = ""
    not_because: str = ""
    found: Sequence[Service] = ()


class Network(Watched):
    """One machine among others. Tells who watches when `found` or `host` has changed."""

    def __init__(
        self,
        *,
        identifier: str,
        host: str,
        announcements: Sequence[Announcement],
        browse: Collection[str],
        addresses: Addresses,
        is_told: IsTold = lambda _address: True,
    ) -> None:
        """`host`: the name to be found under, without `.local`; another where it is taken.

        `identifier`: the `id` of all announcements. Of two appliances that want the same host
        name, the one with the smaller id keeps it.
        """
        super().__init__()
        self.host = ""
        """As it is announced, `expeditor.local`; empty while it is not."""
        self.renamed_because = ""
        """In words, why it is another than was wanted."""
        self.not_because = "it has not started"
        """In words, why nothing is announced or found; empty while it is."""
        self.found: Sequence[Service] = ()
        """Others, the longest known first; of ours, only those that are not of this machine."""
        self._identifier = identifier
        self._wanted_host = host
        self._announcements = announcements
        self._browse = browse
        self._addresses = addresses
        self._is_told = is_told
        self._fault = ""
        """The last one."""
        self._running: Session | None = None

    async def run(self) -> NoReturn:
        """Until cancelled; then it says goodbye.

        What strangers say may lead to a fault of ours: it begins anew then, and no kitchen ends.
        """
        while True:
            session = self._running = await self._session()
            try:
                await self._look(session)
            except Exception as fault:  # noqa: BLE001 - whatever it is
                self._tell_fault(fault)
            finally:
                self._running = None
                await session.close()
            await asyncio.sleep(LOOK_SECONDS)

    def doubt(self, address: IPv4Address | IPv6Address) -> None:
        """Nobody answers there, or several say to be there: who does has to say so again."""
        if self._running is not None:
            self._running.doubt(address)

    async def _look(self, session: "Session") -> NoReturn:
        while True:
            await session.look()
            self._show(session.now)
            next_look = monotonic() + LOOK_SECONDS
            while await session.heard(until=next_look):
                self._show(session.now)

    async def _session(self) -> "Session":
        """Its library takes 80 ms to import: it is for those whom others can reach."""
        library = await asyncio.to_thread(importlib.import_module, "appliance.mdns.session")
        session: Session = library.Session(
            self._identifier,
            self._wanted_host,
            self._announcements,
            self._browse,
            addresses=self._addresses,
            is_told=self._is_told,
        )
        return session

    def _tell_fault(self, fault: Exception) -> None:
        """In the log with where it was, unless it is the one of before."""
        why = f"a fault of this program: {fault!r}"
        if why != self._fault:
            logger.error("mDNS: it begins anew after a fault", exc_info=fault)
        self._fault = why
        self._show(Now(not_because=why))

    def _show(self, now: Now) -> None:
        """It is like this now; where that is new, it is told."""
        before = self.host, self.renamed_because, self.not_because, self.found
        self.host, self.renamed_because, self.not_because, self.found = now
        if self.not_because != before[2]:
            if self.not_because:
                logger.warning("mDNS: nothing is announced or found: %s", self.not_because)
            else:
                logger.info("mDNS: this machine is announced")
        if self.host != before[0] and self.host:
            logger.info("mDNS: this machine is %s", self.host)
        if self.renamed_because != before[1]:
            logger.warning("mDNS: this machine is %s: %s", self.host, self.renamed_because)
        if before != now:
            self._tell()
