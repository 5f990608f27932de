"""What a channel brings: its accounts, and what they are told by. Each has a room of its own."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from aiohttp import web

from appliance.channels.desk import Desk
from appliance.channels_now import Environment


class Later(Exception):
    """It is to be tried again; the text says why not now."""


class Refused(Exception):
    """It is not to be tried again; the text says what the answer was."""


class Platform(Protocol):
    """What is told, for one account or several that share its limits."""

    resumes: float
    """When it may be told something again, on the monotonic clock."""
    fault: str
    """Why it was not reached the last time; empty when it was."""
    is_refused: bool
    """Whether it does not take our credentials."""
    token_until: int | None
    """Until when an access token is good: wall clock, milliseconds since the epoch."""

    @property
    def can_pause(self) -> bool:
        """Whether it may be asked to send no new orders."""

    async def tell(self, order_id: str, step: int) -> None:
        """Tell how far an order is. Raises Later, Refused."""

    async def pause(self, location: str, until: int | None) -> None:
        """Ask to send no new orders until then; None: to send them. Raises Later, Refused."""


class Account(NamedTuple):
    """A location with a channel."""

    id: str
    channel: str
    """As `Deliverect`."""
    name: str
    environment: Environment
    location: str
    """As the channel has it."""
    tells_taken: bool
    """Whether it is told of orders that were taken, before anybody begins."""
    platform: Platform | None
    """None for one that cannot be served."""
    fault: str = ""
    """Why not, in words."""


class Channel(Protocol):
    """One of them. Made without doing anything."""

    @property
    def accounts(self) -> Sequence[Account]:
        """All of them, in the order of the configuration."""

    @property
    def hosts(self) -> frozenset[str]:
        """By which names it calls this appliance, in lower case."""

    @property
    def wrong_signatures(self) -> int:
        """Messages of the last hour that were not from it."""

    def routes(self, desk: Desk) -> list[web.RouteDef]:
        """Where it posts; what it says goes to the desk."""

    async def run(self, changed: Callable[[], None]) -> None:
        """Be ready to be told something, until cancelled.

        `changed` is called when a platform is found to be there, or not, before any order.
        """
