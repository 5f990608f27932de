"""Announcements and searches on all networks of this machine, while these come and go.

A network that is away is a state with a reason, looked at again every two seconds.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NoReturn

from msgspec import Struct

from appliance.mdns.found import Service
from appliance.watched import Watched

LOOK_SECONDS: Final = 2.0
"""Between two looks at this machine's addresses."""

Addresses = Callable[[], Iterable[IPv4Address | IPv6Address]]
"""This machine's, as they are now. May raise OSError."""


class Announcement(Struct, frozen=True):
    """What this machine offers."""

    type: str
    name: str
    """For people. What others have already is resolved by adding a number."""
    port: int
    text: dict[str, str]


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

    async def run(self) -> NoReturn:
        """Until cancelled; then it says goodbye."""
        raise NotImplementedError
