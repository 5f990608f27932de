"""All LAN screens that are fed, and what is kept of them on disk."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, Literal, NamedTuple, NoReturn

from appliance.config.values import Address
from appliance.expeditor import Expeditor
from appliance.lan import client
from appliance.lan.client import Reply
from appliance.log import Log
from appliance.screens.feeder import ANSWER_SECONDS, PROBE_SECONDS, Feeder, FeedStatus, Link
from appliance.screens.keeping import Keeping
from appliance.screens.simulated import SimulatedScreen
from appliance.screens.store import Kept

ANYWHERE: Final = Address("localhost:0")
"""Where a simulated screen is."""


class Fed(NamedTuple):
    """What a LAN screen is to have."""

    address: Address | None
    """None: nobody knows where it is; it is away."""
    stations: frozenset[str] | None
    """None for all."""
    is_held: bool = False
    """It is sent nothing: it is not known whether it is what answers there."""


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
        self._expeditor = expeditor
        self._log = log
        self._mode = mode
        self._identifier = identifier
        self._changed = changed
        self._keeping = Keeping(directory, changed)
        self._kept: dict[str, Kept] | None = None
        """What was on disk of screens that nothing was said of yet; None before it was read."""
        self._fed: dict[str, Fed] | None = None
        self._feeders: dict[str, Feeder] = {}
        self._tasks: dict[str, asyncio.Task[NoReturn]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._counted: Counter[str] = Counter()
        self.simulated: defaultdict[str, SimulatedScreen] = defaultdict(SimulatedScreen)
        """By id of the screen."""

    @property
    def fault(self) -> str | None:
        """Why what LAN screens have cannot be stored; they are fed all the same."""
        return self._keeping.fault

    def feed(self, screens: Mapping[str, Fed]) -> None:
        """These and no others, by id, from now on.

        What a screen had that is none of ours any more is forgotten; one that is elsewhere now is
        told everything.
        """
        before, self._fed = self._fed or {}, {**screens}
        for screen in before.keys() - screens.keys():
            self._end(screen)
        for screen, fed in screens.items():
            was = before.get(screen)
            if was is None:
                self._add(screen, fed)
                continue
            if fed.stations != was.stations:
                self._feeders[screen].show(fed.stations)
            if fed.address != was.address:
                self._feeders[screen].move(self._place(fed))
            self._feeders[screen].hold(is_held=fed.is_held)
        self._forget_others()

    def _place(self, fed: Fed) -> Address | None:
        return ANYWHERE if self._mode == "simulated" else fed.address

    def _add(self, screen: str, fed: Fed) -> None:
        self._feeders[screen] = Feeder(
            screen,
            self._expeditor,
            self._place(fed),
            fed.stations,
            identifier=self._identifier,
            changed=self._changed,
            log=self._log,
            link=self._link(screen),
            keeping=self._keeping,
            tallies=self._counted,
        )
        self._feeders[screen].hold(is_held=fed.is_held)
        self._start(screen)

    def _start(self, screen: str) -> None:
        """Once it is known what was on disk."""
        if self._group is None or self._kept is None:
            return
        feeder, kept = self._feeders[screen], self._kept.pop(screen, None)
        self._keeping.keep(screen, feeder, is_new=kept is None)
        task = self._group.create_task(feeder.run(kept), name="a LAN screen")
        self._tasks[screen] = task

    def _end(self, screen: str) -> None:
        del self._feeders[screen]
        self.simulated.pop(screen, None)
        if (task := self._tasks.pop(screen, None)) is not None:
            task.cancel()
            self._keeping.forget(screen)

    def _forget_others(self) -> None:
        """Of whom something is on disk, and who is none of ours any more."""
        for screen in list(self._kept or ()):
            self._keeping.forget(screen)
        if self._kept is not None:
            self._kept.clear()

    def status(self, screen: str) -> FeedStatus:
        """How it goes with one. Raises KeyError."""
        return self._feeders[screen].status()

    @property
    def tallies(self) -> Tallies:
        """Of all of them."""
        counted = self._counted
        return Tallies(counted["accepted"], counted["failed"], counted["refused"])

    async def run(self) -> NoReturn:
        """Feed them until cancelled."""
        try:
            self._kept = {**await self._keeping.open()}
            async with asyncio.TaskGroup() as group:
                self._group = group
                group.create_task(self._keeping.run(), name="what screens show")
                for screen in self._feeders:
                    self._start(screen)
                if self._fed is not None:
                    self._forget_others()
                while True:
                    await asyncio.Event().wait()
        finally:
            self._group = None
            await self._keeping.close()

    def _link(self, screen: str) -> Link:
        if self._mode == "simulated":
            return Link(partial(self._simulate, screen), _be_there)
        return TCP

    async def _simulate(
        self,
        screen: str,
        _address: Address,
        message: bytes,
        wire_id: str,
        _reached: Callable[[], None],
    ) -> Reply:
        await asyncio.sleep(0)  # As over a network, others have their turn.
        text = self.simulated[screen].take(message)
        return Reply(text.strip(), text == wire_id.encode())


async def _be_there(_address: Address) -> None:
    """A simulated one always is."""


async def _send(
    address: Address, message: bytes, wire_id: str, reached: Callable[[], None]
) -> Reply:
    return await client.send(
        address.host, address.port, message, ANSWER_SECONDS, order_id=wire_id, reached=reached
    )


async def _probe(address: Address) -> None:
    await client.probe(address.host, address.port, PROBE_SECONDS)


TCP: Final = Link(_send, _probe)
