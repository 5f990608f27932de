"""All LAN screens that are fed, and what is kept of them on disk."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn

from appliance.config.values import Address
from appliance.expeditor import Expeditor
from appliance.log import Log
from appliance.screens.feeder import FeedStatus


class Fed(NamedTuple):
    """What a LAN screen is to have."""

    address: Address | None
    """None: nobody knows where it is; it is away."""
    stations: frozenset[str] | None
    """None for all."""


class Tallies(NamedTuple):
    """Messages since the start; see `ScreensStatus`."""

    accepted: int
    failed: int
    refused: int


class Feeding:
    """Starts a feeder for each screen, and ends it when it is none of ours any more."""

    def __init__(
        self,
        expeditor: Expeditor,
        log: Log,
        directory: Path,
        *,
        mode: Literal["simulated", "real"],
        identifier: str,
        changed: Callable[[], None],
    ) -> None:
        """`mode` simulated dials nobody: screens that are simulated take what is sent.

        `identifier`: this appliance's. `changed` is called when what is told of a screen is other.
        """
        self.fault: str | None = None
        """Why what LAN screens have cannot be stored; they are fed all the same."""

    def feed(self, screens: Mapping[str, Fed]) -> None:
        """These and no others, by id, from now on.

        What a screen had that is none of ours any more is forgotten; one that is elsewhere now is
        told everything.
        """

    def status(self, screen: str) -> FeedStatus:
        """How it goes with one. Raises KeyError."""
        raise KeyError(screen)

    @property
    def tallies(self) -> Tallies:
        """Of all of them."""
        return Tallies(0, 0, 0)

    async def run(self) -> NoReturn:
        """Feed them until cancelled."""
        raise NotImplementedError
