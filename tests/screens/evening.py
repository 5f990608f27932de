"""An evening with screens that come and go as a test says, in a time that the test moves.

The Watcher, its registry on a real disk and all that it decides are the real ones; LAN screens,
what is found on the network, and pages are the test's.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Final, NoReturn, Self, TypeVar, cast

from appliance import config
from appliance.config.values import Address
from appliance.expeditor import Expeditor
from appliance.kitchen.ticket import Moment
from appliance.lan.neighbours import Neighbour
from appliance.log import Log
from appliance.mdns import SCREEN
from appliance.mdns.found import Service
from appliance.mdns.network import Network
from appliance.screens.feeder import FeedStatus
from appliance.screens.feeding import Fed, Feeding, Tallies
from appliance.screens.screens import Watcher
from appliance.screens_now import Knock, ScreenJson, ScreenNow, ScreensNow, Wanted
from appliance.watched import Watched
from tests.printing.quiet_time import QuietTime

OWN: Final = "0123456789AB"
AT: Final = Address("10.0.0.9:9104")
"""Where a screen is, and where it may be later."""
ELSEWHERE: Final = Address("10.0.0.77:9104")
NOW_MS: Final = 1_772_474_400_000
"""2026-03-02T18:00:00Z, when the loop's time is 0."""
KITCHEN: Final = """
[appliance]
time_zone = "Europe/Madrid"
[[station]]
id = "grill"
name = "Grill"
[[station]]
id = "fry"
name = "Fry"
[[station]]
id = "cold"
name = "Cold"
"""
Result = TypeVar("Result")


class NothingOutside:
    """All that is, is of the loop."""

    def is_on_its_way(self) -> bool:
        return False

    def never_comes(self) -> None:
        raise AssertionError


class AtOnce(ThreadPoolExecutor):
    """A thread that is none, on a disk that a test can break."""

    def __init__(self) -> None:
        super().__init__(1)
        self.is_disk_full = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done = Future[Any]()
        try:
            if self.is_disk_full:
                raise OSError(28, "No space left on device")  # noqa: TRY301
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as of a thread
            done.set_exception(error)
        return done


class FakeFeeding(Feeding):
    """LAN screens that answer each second as long as they are said to be there."""

    def __init__(self, *_given: object, changed: Callable[[], None], **_more: object) -> None:
        self.changed = changed
        self.fed: Mapping[str, Fed] = {}
        self.there: set[Address] = set()
        """Where a screen answers."""
        self.behind_since: dict[str, float] = {}
        self.refused = 0
        self.mute = False
        """It takes connections, and answers nothing."""
        self.trouble = "it refuses connections"
        self._heard: dict[str, float] = {}
        self._reached: dict[str, float] = {}
        self._answers: dict[str, float] = {}

    @property
    def fault(self) -> str | None:
        return None

    def feed(self, screens: Mapping[str, Fed]) -> None:
        for screen in self.fed.keys() & screens.keys():
            if self.fed[screen].address != screens[screen].address:
                self._answers.pop(screen, None)
        self.fed = dict(screens)

    def status(self, screen: str) -> FeedStatus:
        self.fed[screen]
        behind = self.behind_since.get(screen)
        return FeedStatus(
            self._heard.get(screen),
            self._reached.get(screen),
            self._answers.get(screen),
            behind,
            behind,
            self.trouble,
            7,
            2,
            self.refused,
        )

    @property
    def tallies(self) -> Tallies:
        return Tallies(30, 20, 10)

    async def run(self) -> NoReturn:
        while True:
            now = asyncio.get_running_loop().time()
            for screen, fed in self.fed.items():
                if not (fed.is_held and fed.address in self.there):
                    self._answers.pop(screen, None)
                elif screen not in self._answers:
                    self._answers[screen] = now
                if fed.address in self.there:
                    self._reached[screen] = now
                if fed.address in self.there and not fed.is_held and not self.mute:
                    self._heard[screen] = now
            await asyncio.sleep(1)


class FakeNetwork(Watched):
    """What is found by mDNS, as a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.host, self.renamed_because, self.not_because = "expeditor.local", "", ""
        self.found: list[Service] = []
        self.doubted: list[str] = []

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()

    def finds(self, *services: Service) -> None:
        self.found = list(services)
        self._tell()

    def doubt(self, address: IPv4Address | IPv6Address) -> None:
        self.doubted.append(str(address))


class Evening:
    """Of one appliance, which can be started again."""

    def __init__(self, directory: Path, text: str = "") -> None:
        self.directory = directory
        self.config = config.parse(KITCHEN + text, "test configuration")
        self.stations = {station.id: station for station in self.config.station}
        self.disk = AtOnce()
        self.log = SimpleNamespace(head=0)
        self.wall_ms = NOW_MS
        """What the wall clock said when the loop's clock was 0."""
        self.beacons: dict[tuple[str, str], list[float]] = {}
        """By identifier and address: when the first was heard, and the last."""
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner(loop_factory=lambda: QuietTime(NothingOutside()))
        self.loop = self._runner.get_loop()
        self.loop.set_default_executor(self.disk)
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runner.close()
        self.disk.shutdown()

    def start(self) -> None:
        """The service, for the first time or again: nothing but what is on disk is known."""
        for task in self._tasks:
            task.cancel()
        self.now = ScreensNow()
        self.network = FakeNetwork()
        expeditor = SimpleNamespace(
            now=self._moment,
            kitchen=SimpleNamespace(router=SimpleNamespace(stations=self.stations)),
        )
        self.watcher = Watcher(
            self.config,
            cast("Expeditor", expeditor),
            cast("Log", self.log),
            self.directory,
            self.now,
            identifier=OWN,
            feeding=FakeFeeding,
        )
        self.feeding = cast("FakeFeeding", self.watcher._feeding)  # noqa: SLF001 - the test's own
        self.watcher.network = cast("Network", self.network)
        self.watcher.neighbours = lambda: list(self._neighbours())
        self._running = self.loop.create_task(self.watcher.run())
        self._pages: dict[object, asyncio.Task[None]] = {}
        self._tasks = {self._running}

    def seconds(self, seconds: float) -> None:
        """So much time passes."""
        self.do(asyncio.sleep(seconds))
        assert not self._running.done(), self._running

    def do(self, what: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(what)

    def call(self, what: Callable[[], Result]) -> Result:
        """What is for the loop alone."""

        async def calling() -> Result:
            return what()

        return self.do(calling())

    def _moment(self) -> Moment:
        ms = round(self.loop.time() * 1000)
        return Moment(self.wall_ms + ms, ms)

    # ── screens ──────────────────────────────────────────────────────────────────────

    def knock(self, name: str, token: str = "", address: str = "192.168.1.20") -> str:
        """A board asks to be let in; its code."""
        knock = Knock(name, f"Board {name}", address)
        return self.call(lambda: self.watcher.knock(knock, token or f"token of {name}")).code

    def adopt_board(self, name: str, device: str = "", **wanted: Any) -> ScreenJson:
        """It knocks, and a manager types its code."""
        code = self.knock(name)
        knocking = self.call(lambda: self.watcher.knocking(code))
        assert knocking is not None
        return self.do(
            self.watcher.adopt_board(
                knocking, Wanted(**{"name": name} | wanted), device or f"device of {name}"
            )
        )

    def adopt_lan(self, name: str, address: str, **wanted: Any) -> ScreenJson:
        """A manager adopts it, and it answers."""
        self.feeding.there.add(Address(address))
        return self.do(self.watcher.adopt_lan(name, address, Wanted(**{"name": name} | wanted)))

    def open_page(self, device: str, address: str = "192.168.1.20") -> object:
        """A board's page that paints all that there is, every two seconds."""
        page = object()
        self._pages[page] = self.loop.create_task(self._paint(device, address, page))
        self._tasks.add(self._pages[page])
        return page

    async def _paint(self, device: str, address: str, page: object) -> None:
        while True:
            self.watcher.painted(device, address, page, self.log.head)
            await asyncio.sleep(2)

    def freeze(self, page: object) -> None:
        """It says nothing any more; its connection lives."""
        self._pages.pop(page).cancel()

    def close(self, page: object) -> None:
        """It is closed."""
        self.freeze(page)
        self.call(lambda: self.watcher.closed(page))

    def beacon(self, name: str, address: str) -> None:
        """Somebody says to be there, once."""
        now = self.loop.time()
        self.beacons.setdefault((name, address), [now, now])[1] = now

    def _neighbours(self) -> Iterator[Neighbour]:
        now = self.loop.time()
        for (name, address), (first, last) in self.beacons.items():
            if now - last <= 60:
                yield Neighbour(name, f"name of {name}", "1.0", address, now - first, now - last)

    # ── what is seen ─────────────────────────────────────────────────────────────────

    def shows(self, name: str) -> ScreenNow:
        return self.now.screens[name]

    def states(self) -> dict[str, str]:
        return {name: screen.state for name, screen in self.now.screens.items()}

    def json(self, name: str) -> ScreenJson:
        shown = self.call(self.watcher.shown)
        return next(screen for screen in shown.screens if screen.id == name)

    def found(self) -> dict[str, str]:
        """Addresses of those to adopt, by id."""
        return {each.id: each.address for each in self.call(self.watcher.shown).found}


def service(
    name: str, address: str, *, type_: str = SCREEN, port: int = 9104, **text: str
) -> Service:
    """Somebody who announces itself by mDNS."""
    texts = {"id": name, "name": f"name of {name}", "proto": "lan"} | text
    return Service(type_, f"{name}._x", "host.local", (ip_address(address),), port, texts)
