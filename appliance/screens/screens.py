"""The screens of an appliance, as long as it runs: found, adopted, watched, fed.

A screen that is away is a state that is shown, and ends nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from appliance import interfaces
from appliance.config import Address, Config
from appliance.expeditor import Expeditor
from appliance.lan.neighbours import Neighbour
from appliance.log import Log
from appliance.mdns.network import Network
from appliance.screens.boards import Boards
from appliance.screens.feeding import Feeding
from appliance.screens.knocks import Knocks
from appliance.screens.registry import Adopted, Registry, canonical
from appliance.screens.rounds import LOOK_SECONDS, Rounds
from appliance.screens.shown import network_warnings, screen_json, screen_warnings
from appliance.screens.sightings import Ip, Sightings, hubs, to_adopt
from appliance.screens.typed import hosts_of, id_at, place_of, require_id
from appliance.screens.whereabouts import Whereabouts
from appliance.screens_now import (
    Announced,
    CannotAdopt,
    Hub,
    Knock,
    Knocking,
    ScreenJson,
    ScreensJson,
    ScreensNow,
    ScreensStatus,
    Wanted,
)

logger = logging.getLogger(__name__)

APART_SECONDS: Final = 0.05
"""Between two looks at least: strangers can make news by the thousand."""
KEEP_AGAIN_SECONDS: Final = 10.0
"""Between two attempts to write where screens are, on a disk that takes nothing."""


class Watcher:
    """Fulfils `screens_now.Screens`, whose methods are documented there."""

    def __init__(
        self,
        config: Config,
        expeditor: Expeditor,
        log: Log,
        directory: Path,
        now: ScreensNow,
        *,
        identifier: str,
        feeding: Callable[..., Feeding] = Feeding,
    ) -> None:
        """Reads what is on disk; blocks; raises OSError."""
        self._config = config
        self._expeditor = expeditor
        self._identifier = identifier
        self._now = now
        self._news = asyncio.Event()
        self._to_keep = asyncio.Event()
        self._fault: str | None = None
        self._registry = Registry(directory, config.screen)
        self._knocks = Knocks()
        self._boards = Boards()
        self._sightings = Sightings(identifier)
        self._feeding = feeding(
            expeditor,
            log,
            directory,
            mode=config.devices.mode,
            identifier=identifier,
            changed=self._news.set,
        )
        self._whereabouts = Whereabouts(self._registry, self._sightings, self._doubt)
        self._rounds = Rounds(
            expeditor,
            log,
            now,
            registry=self._registry,
            knocks=self._knocks,
            boards=self._boards,
            whereabouts=self._whereabouts,
            feeding=self._feeding,
        )
        self.network: Network | None = None
        """Once it is known where the doors are; None where only this machine can reach them."""
        self.neighbours: Callable[[], Sequence[Neighbour]] = list
        """Who is heard by beacon."""
        self.orders = config.orders.listen
        """Where this appliance itself takes orders: it is no screen of its own."""

    # ── running ──────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Until cancelled."""
        self._rounds.begin(_seconds())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._feeding.run(), name="LAN screens")
            if self.network is not None:
                group.create_task(self.network.run(), name="mdns")
            group.create_task(self._keep_found(), name="where screens are")
            group.create_task(self._watch(), name="screens")

    async def _watch(self) -> None:
        with contextlib.ExitStack() as watching:
            if self.network is not None:
                watching.enter_context(self.network.watched(self._news.set))
            while True:
                self._news.clear()
                self._look()
                await asyncio.sleep(APART_SECONDS)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS - APART_SECONDS):
                        await self._news.wait()

    def _look(self) -> None:
        now = _seconds()
        services = () if self.network is None else self.network.found
        self._sightings.look(services, self.neighbours(), now)
        self._rounds.look(now)
        if self._registry.has_found:
            self._to_keep.set()

    def _doubt(self, address: Ip) -> None:
        if self.network is not None:
            self.network.doubt(address)

    async def _keep_found(self) -> None:
        while True:
            await self._to_keep.wait()
            self._to_keep.clear()
            try:
                await self._registry.keep_found()
            except OSError as error:
                if self._fault is None:
                    logger.warning("where screens are cannot be stored: %s", error)
                self._fault = error.strerror or str(error)
                await asyncio.sleep(KEEP_AGAIN_SECONDS)
            else:
                self._fault = None

    # ── what is told of them ─────────────────────────────────────────────────────────

    def shown(self) -> ScreensJson:
        """All that is known of them, as it is now."""
        screens = self._registry.screens
        waiting = self._knocks.listed(_seconds())
        return ScreensJson(
            [self._json(screen) for screen in screens if screen.id in self._now.screens],
            to_adopt(self._sightings.now, waiting, screens),
            self._hubs(),
            self._announced(),
        )

    def announced_as(self) -> str:
        """The name by which this machine is found now; empty for none."""
        return "" if self.network is None else self.network.host

    def status(self) -> ScreensStatus:
        """How they are doing as a whole."""
        tallies = self._feeding.tallies
        return ScreensStatus(
            fault=self._fault or self._feeding.fault,
            went_away=self._rounds.went_away,
            came_back=self._rounds.came_back,
            covers_begun=self._rounds.covers_begun,
            messages=tallies.accepted,
            messages_failed=tallies.failed,
            messages_refused=tallies.refused,
        )

    def warnings(self) -> Sequence[str]:
        """A sentence for each thing that somebody should look after.

        A screen that is behind, two with one id, and all of `other_warnings`.
        """
        screens = self._now.screens.values()
        of_screens = (sentence for screen in screens for sentence in screen_warnings(screen))
        return [*self.other_warnings(), *of_screens]

    def other_warnings(self) -> Sequence[str]:
        """The same, but for the screens: of what is kept of them, and of the network."""
        return [*self._other_warnings()]

    def _other_warnings(self) -> Iterator[str]:
        if self._registry.damaged:
            yield (
                "The file of adopted screens is damaged or of a newer version, and is kept as"
                " screens.damaged: adopt again those that are missing."
            )
        if (fault := self.status().fault) is not None:
            yield f"What is known of screens cannot be stored: {fault}"
        yield from network_warnings(self._hubs(), self._announced())

    def _hubs(self) -> Sequence[Hub]:
        return [] if self.network is None else hubs(self.network.found, self._identifier)

    def _announced(self) -> Announced:
        network = self.network
        if network is None:
            wanted = self._config.screens.mdns
            why = "only this machine can reach it" if wanted else "screens.mdns is false"
            return Announced("", "", why)
        return Announced(network.host, network.renamed_because, network.not_because)

    def _json(self, screen: Adopted) -> ScreenJson:
        told, now = self._now.screens[screen.id], _seconds()
        feed = self._rounds.feed_status(screen.id)
        device = screen.device or ""
        return screen_json(
            screen,
            told,
            address=str(screen.address) if screen.address else self._boards.address(device),
            seq=feed.seq if feed else self._boards.seq(device, now),
            waiting=feed.waiting if feed else 0,
            refused=feed.refused if feed else 0,
            health=self._boards.health(device, now),
        )

    # ── boards ───────────────────────────────────────────────────────────────────────

    def knock(self, knock: Knock, token: str) -> Knocking:
        """See `Screens`, as for all that follows."""
        return self._knocks.knock(knock, token, _seconds())

    def knocking(self, code: str) -> Knocking | None:
        """Whoever shows this code now."""
        return self._knocks.showing(code, _seconds())

    async def adopt_board(self, knocking: Knocking, wanted: Wanted, device: str) -> ScreenJson:
        """It is this screen from now on."""
        name = knocking.knock.id
        self._require_other_backup(name, wanted)
        self._require_one(name, knocking.knock.address)
        screen = Adopted(name, "board", wanted, self._expeditor.now().at / 1000, device=device)
        await asyncio.to_thread(self._registry.adopt, screen)
        self._knocks.let_in(knocking)
        self._boards.agent(device, knocking.knock.address, knocking.knock.health, _seconds())
        return self._as_it_is(name, is_new=True)

    def _require_one(self, screen: str, address: str) -> None:
        """Raises CannotAdopt where the board of that id is there, elsewhere: a card was copied."""
        known = self._registry.find(screen)
        if known is None or known.device is None:
            return
        if self._boards.is_elsewhere(known.device, address, _seconds()):
            raise CannotAdopt(
                f"it says to be {known.wanted.name}, which is live at"
                f" {self._boards.address(known.device)}: give one of them another identity"
            )

    def device_of(self, screen: str) -> str | None:
        """The device whose token a board has."""
        found = self._registry.find(screen)
        return None if found is None else found.device

    def heard(self, device: str, knock: Knock) -> ScreenJson | None:
        """An adopted board's agent says how it is."""
        screen = self._registry.of_device(device)
        if screen is None or screen.id not in self._now.screens:
            return None
        self._boards.agent(device, knock.address, knock.health, _seconds())
        return self._json(screen)

    def unpainted_for(self, device: str) -> float | None:
        """Seconds since a page with this device's token last said what it shows."""
        painted = self._boards.last_painted(device)
        return None if painted is None else _seconds() - painted

    def painted(self, device: str, address: str, page: object, seq: int) -> None:
        """A page with this device's token shows everything up to there."""
        if self._registry.of_device(device) is None:
            return
        if self._boards.painted(device, address, page, seq, _seconds()):
            self._news.set()

    def closed(self, page: object) -> None:
        """A page's connection has ended."""
        self._boards.closed(page)

    # ── LAN screens ──────────────────────────────────────────────────────────────────

    async def adopt_lan(self, found: str, address: str, wanted: Wanted) -> ScreenJson:
        """It is fed from now on."""
        place = self._place(found, address)
        hosts = await hosts_of(place)
        own = await asyncio.to_thread(interfaces.addresses)
        places = [canonical(place.on(str(host))) for host in hosts]
        ids = {each.found.id for one in places for each in self._sightings.all_at(one)}
        name = found or (ids.pop() if len(ids) == 1 else id_at(place))
        is_own = place.port == self.orders.port and any(
            host in own or host.is_loopback for host in hosts
        )
        if name == self._identifier or is_own:
            raise CannotAdopt("that is this appliance itself")
        require_id(name)
        for other in self._registry.screens:
            if other.id == name or other.proto != "lan":
                continue
            if other.identity == name:
                raise CannotAdopt(f"{name} is adopted already, as {other.wanted.name}")
            is_there = other.address in (place, *places)
            if is_there and not self._whereabouts.in_its_place(other):
                raise CannotAdopt(f"{place} is where {other.wanted.name} is")
        self._require_other_backup(name, wanted)
        at = self._expeditor.now().at / 1000
        announced = name if self._sightings.of(name) else None
        screen = Adopted(name, "lan", wanted, at, place, announced=announced)
        await asyncio.to_thread(self._registry.adopt, screen)
        return self._as_it_is(name, is_new=True)

    def _place(self, found: str, address: str) -> Address:
        """Where it is, as was typed, or as it says itself. Raises CannotAdopt."""
        if address:
            return place_of(address)
        said = {place for each in self._sightings.of(found) for place in each.places[:1]}
        if len(said) != 1:
            raise CannotAdopt(f"an address is needed: {len(said)} places say to be {found!r}")
        return said.pop()

    # ── all ──────────────────────────────────────────────────────────────────────────

    async def change(self, screen: str, wanted: Wanted) -> ScreenJson:
        """As this."""
        self._require_not_of_file(screen)
        self._require_other_backup(screen, wanted)
        await asyncio.to_thread(self._registry.change, screen, wanted)
        return self._as_it_is(screen)

    async def forget(self, screen: str) -> None:
        """It is nobody's from now on."""
        self._require_not_of_file(screen)
        await asyncio.to_thread(self._registry.forget, screen)
        self._look()

    def _require_not_of_file(self, screen: str) -> None:
        found = self._registry.find(screen)
        if found is None:
            raise KeyError(screen)
        if found.of_file:
            raise CannotAdopt("it is declared in the configuration's file: change it there")

    def _require_other_backup(self, screen: str, wanted: Wanted) -> None:
        if wanted.backup == screen:
            raise CannotAdopt("a screen cannot be its own backup")

    def _as_it_is(self, screen: str, *, is_new: bool = False) -> ScreenJson:
        """After something of it was changed. Raises KeyError where it was forgotten meanwhile."""
        if is_new:
            self._rounds.adopted(screen, _seconds())
        self._look()
        found = self._registry.find(screen)
        if found is None:
            raise KeyError(screen)
        return self._json(found)


def _seconds() -> float:
    return asyncio.get_running_loop().time()
