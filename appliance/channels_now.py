"""Channels as they are told of: from the room of each channel to API, boards and whoever looks on.

None imports the other: `service.py` gives the API what fulfils `Channels`, and `ChannelsNow` is
what all of them watch. Nothing here names a guest or holds a secret: `GET /health` is public.
"""

from collections.abc import Iterable
from typing import Literal, Protocol

from msgspec import Struct

from appliance.watched import Watched

Environment = Literal["production", "staging"]
"""`staging`: for trying it out. What comes from there proves nothing of who sent it."""
AccountState = Literal["ready", "waiting", "away", "refused", "secret"]
"""`waiting`: nothing was to be told yet. `away`: the channel cannot be told; it is tried again.
`refused`: it does not take our credentials. `secret`: one of its secrets cannot be read here."""
Matter = Literal["failed", "left", "voided", "cancelled late", "not closed"]
"""`failed`: the channel says that the order failed, and it is being made here. `left`: the
channel says that it is on its way or delivered, and it is not done here. `voided`: it was taken
back here, and the channel goes on with it. `cancelled late`: the channel took it back after it
was handed over. `not closed`: it was handed over long ago, and the channel never said that it is
done with."""


class AccountNow(Struct, frozen=True):
    """How an account of a channel is. Times: wall clock, milliseconds since the epoch."""

    id: str
    channel: str
    """As `Deliverect`."""
    name: str
    environment: Environment
    state: AccountState
    why: str
    """In words; empty when it is ready or waiting."""
    since: int
    """Of the state."""
    last_order: int | None
    """When the newest came; None for none that is remembered."""
    last_status: int | None
    """When the channel last took a status of an order."""
    queue: int
    """Orders of which the channel is still to be told something."""
    oldest: int | None
    """Since when the first of them waits."""
    refused: int
    """Statuses that the channel refused for good, in the last 24 hours."""
    refused_why: str
    """Why it refused the newest of them."""
    turned_away: int
    """Its messages that were not taken here for good, since the start and within 24 hours."""
    turned_away_why: str
    """Why the newest of them was not."""
    token_until: int | None
    """Until when the access token is good; None while there is none."""
    wrong_signatures: int
    """Messages for any account of this channel whose signature was none of ours, in the last hour:
    they may be anybody's."""
    can_pause: bool = False
    """Whether new orders can be paused from here."""
    paused_until: int | None = None
    """Until when it was asked to send no new orders; None while it sends them."""


class Disagreement(Struct, frozen=True):
    """An order of which channel and kitchen do not think the same."""

    account: str
    order_id: str
    called: str
    """What cooks and drivers call it; no guest's name."""
    matter: Matter
    since: int
    reason: str = ""
    """What the channel said of it, if anything."""


class ChannelsNow(Watched):
    """Of all accounts, as they are now. In no log; see `ShownNow`, which is of the same kind."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: tuple[AccountNow, ...] = ()
        """In the order of the configuration."""
        self.disagreements: tuple[Disagreement, ...] = ()
        """The newest first; those that are not closed come last."""

    def show(self, accounts: Iterable[AccountNow], disagreements: Iterable[Disagreement]) -> None:
        """They are like this from now on; where that is new, tell who watches."""
        told = tuple(accounts), tuple(disagreements)
        if told != (self.accounts, self.disagreements):
            self.accounts, self.disagreements = told
            self._tell()


class CannotPause(Exception):
    """The channel did not do what was asked; the text says why."""


class Channels(Protocol):
    """Whoever has the channels. KeyError: there is no such account, or no such order of it."""

    async def settle(self, account: str, order_id: str) -> None:
        """Somebody has seen to a disagreement: it is not shown any more. Raises NotStored."""

    async def pause(self, account: str, seconds: int) -> None:
        """Have no new orders sent for so long; 0: from now on again. Raises CannotPause."""


class NoChannels:
    """Where the configuration has none."""

    async def settle(self, account: str, order_id: str) -> None:
        """Raises KeyError."""
        raise KeyError(account, order_id)

    async def pause(self, account: str, seconds: int) -> None:
        """Raises KeyError."""
        del seconds
        raise KeyError(account)
