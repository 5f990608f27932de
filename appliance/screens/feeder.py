"""Feeds one LAN screen: follows the log, sends what differs, looks whether it is there.

log ─ changes ▶ what it should have ─ differs ▶ one message at a time ▶ its port

A screen that is away is a state; what happens meanwhile costs one entry per live order, and
nobody waits.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, NoReturn

from appliance.config.values import Address
from appliance.expeditor import Expeditor
from appliance.lan.client import Reply

PROBE_SECONDS: Final = 1.0
"""Between two looks by TCP connect whether a screen is there that nothing is sent to."""
ANSWER_SECONDS: Final = 3.0
"""Connecting included: an hour of a screen that hangs is no reason to hear of it late."""


class Link(NamedTuple):
    """How a LAN screen is reached: over TCP, or a simulated one."""

    send: Callable[[Address, bytes], "asyncio.Future[Reply]"]
    probe: Callable[[Address], "asyncio.Future[None]"]


class FeedStatus(NamedTuple):
    """How it goes; seconds are monotonic."""

    heard: float | None
    """When it last answered."""
    behind_since: float | None
    """Since when something is to be sent."""
    trouble: str
    seq: int | None
    """What it shows leads up to there."""
    waiting: int
    refused: int


class Feeder:
    """Of one screen."""

    def __init__(
        self,
        screen: str,
        expeditor: Expeditor,
        address: Address,
        stations: frozenset[str] | None,
        *,
        identifier: str,
        changed: Callable[[], None],
    ) -> None:
        """`stations`: what it is to show; None for all. `identifier`: this appliance's.

        `changed` is called when `status` says something else. (The store and the link are given
        as well: they belong to the file's author.)
        """
        raise NotImplementedError

    def show(self, stations: frozenset[str] | None) -> None:
        """It is to show these from now on: another station, or one that it covers besides."""
        raise NotImplementedError

    def move(self, address: Address) -> None:
        """It is there from now on, and has to be told everything."""
        raise NotImplementedError

    def status(self) -> FeedStatus:
        """As it is now."""
        raise NotImplementedError

    async def run(self) -> NoReturn:
        """Until cancelled."""
        raise NotImplementedError


Feeders = Mapping[str, Feeder]
