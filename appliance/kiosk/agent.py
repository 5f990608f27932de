"""The composition root of `expeditor screen`: builds the parts, runs them, stops them.

Whatever is away (a hub, the network, the browser's program) is a state, shown; a part that dies
ends all of it.
"""

import asyncio
import contextlib
import platform
import re
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple, NoReturn

from appliance import __version__
from appliance.config import ScreenConfig
from appliance.interfaces import addresses
from appliance.kiosk.belonging import Belonging
from appliance.kiosk.browser import Browser
from appliance.kiosk.hubs import announced
from appliance.kiosk.kept import Kept
from appliance.kiosk.page import Page
from appliance.kiosk.shown import Health, Shown, shown, state
from appliance.kiosk.watching import Watch
from appliance.mdns import ORDERS, SCREEN
from appliance.mdns.host import usable
from appliance.mdns.network import Announcement, Network
from appliance.screens_now import ScreenHealth
from appliance.systemd import feed_watchdog, notify

LOOK_SECONDS: Final = 1.0
"""Between two looks at the browser, and at this computer's addresses."""
MOST_LETTERS: Final = 40
"""Of this screen's name."""
WHY_LETTERS: Final = 200
"""Of what a knock says of the browser."""
_HOST: Final = 32
"""Letters of a host name."""

Notices = Callable[[], Iterable[str]]
"""What people are to know of this computer besides, in words. Asked again and again; may block."""

MakeNetwork = Callable[[str, str, int, bool], Network]
"""From this screen's id, its name, the port of its page, and whether hubs are looked for."""


class CannotOpen(Exception):
    """The port could not be bound; the text says which, and why."""


class Running(NamedTuple):
    """For whoever says to a person, or to a test, what runs."""

    id: str
    name: str
    port: int


async def serve(
    settings: ScreenConfig,
    directory: Path,
    announce: Callable[[Running], None],
    notices: Notices = tuple,
) -> None:
    """Run until SIGTERM or SIGINT, or until a part dies, which raises.

    Raises CannotOpen, and OSError where there can be no data directory.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(settings, directory, notices=notices) as parts:
        announce(parts)
        notify("READY=1")
        await stop.wait()
        notify("STOPPING=1")


def network(identity: str, name: str, port: int, browse: bool) -> Network:  # noqa: FBT001
    """How this screen is found, and how it finds hubs."""
    text = {
        "id": identity,
        "name": name,
        "proto": "board",
        "station": "",
        "version": __version__,
    }
    return Network(
        identifier=identity,
        host=_host_name(),
        announcements=[Announcement(SCREEN, name, port, text)],
        browse=(ORDERS,) if browse else (),
        addresses=addresses,
    )


@contextlib.asynccontextmanager
async def running(
    settings: ScreenConfig,
    directory: Path,
    make_network: MakeNetwork = network,
    notices: Notices = tuple,
) -> AsyncIterator[Running]:
    """All parts, while the body runs. For what it raises see `serve`."""
    kept = await asyncio.to_thread(Kept, directory)
    agent = await asyncio.to_thread(_Agent, settings, kept, notices)
    port = settings.kiosk.port
    try:
        port = await agent.page.open(port)
    except OSError as error:
        await agent.page.close()
        raise CannotOpen(f"kiosk.port: cannot listen on {port}: {error.strerror}") from error
    try:
        browser = Browser(settings.kiosk.browser, f"http://127.0.0.1:{port}/", directory, kept.id)
        agent.has(browser)
        found = None
        if settings.screens.mdns:
            found = make_network(kept.id, agent.name, port, settings.kiosk.hub is None)
            agent.looks_at(found)
        async with asyncio.TaskGroup() as group:
            parts = [
                group.create_task(part, name=name)
                for name, part in (
                    ("knocking", agent.belonging.run()),
                    ("looking", agent.look()),
                    ("browser", browser.run()),
                    ("watchdog", feed_watchdog()),
                    *((("mdns", found.run()),) if found is not None else ()),
                )
            ]
            yield Running(kept.id, agent.name, port)
            for part in parts:
                part.cancel()
    finally:
        await agent.page.close()


class _Agent:
    """What the parts ask of each other."""

    def __init__(self, settings: ScreenConfig, kept: Kept, notices: Notices) -> None:
        self.name = (settings.kiosk.name or socket.gethostname())[:MOST_LETTERS]
        self.belonging = Belonging(kept, self.name, self._told, settings.kiosk.hub)
        self.page = Page(self._shown, self._health)
        self._given = settings.kiosk.hub is not None
        self._id = kept.id
        self._since = monotonic()
        self._addresses: Sequence[str] = ()
        self._ask_for_notices = notices
        self._notices: Sequence[str] = ()
        self._network: Network | None = None
        self._browser: Browser
        self._watch: Watch

    def has(self, browser: Browser) -> None:
        """Before anybody asks."""
        self._browser, self._watch = browser, Watch(browser)

    def looks_at(self, found: Network) -> None:
        """Hubs are those that it finds."""
        self._network = found
        self.belonging.found = lambda: announced(found.found)

    async def look(self) -> NoReturn:
        """At the browser, at the addresses and for notices, until cancelled."""
        while True:
            self._watch.look(self.belonging.home)
            self._addresses = await asyncio.to_thread(_own_addresses)
            self._notices = await asyncio.to_thread(lambda: [*self._ask_for_notices()])
            await asyncio.sleep(LOOK_SECONDS)

    def _told(self) -> ScreenHealth:
        browser = self._browser
        return ScreenHealth(
            __version__, self._uptime(), browser.life, browser.restarts, browser.why[:WHY_LETTERS]
        )

    def _uptime(self) -> int:
        return int(monotonic() - self._since)

    async def _shown(self) -> Shown:
        """For our own page, which goes on where there is a board to go on to."""
        self._watch.asked()
        go = None
        home = self.belonging.home
        if home is not None and home.answering_since is not None:
            go = await self.belonging.link()
            if go is not None:
                self._watch.sent(home.hub.site)
        return shown(
            self.belonging,
            self.name,
            addresses=self._addresses,
            not_because=self._not_because(),
            notices=self._notices,
            go=go,
        )

    def _not_because(self) -> str:
        if self._given:
            return ""
        if self._network is None:
            return "screens.mdns is off, and kiosk.hub says nothing of where it is"
        return self._network.not_because

    def _health(self) -> Health:
        home, browser = self.belonging.home, self._browser
        return Health(
            id=self._id,
            name=self.name,
            state=state(self.belonging),
            hub=str(home.hub.site) if home else None,
            hub_name=home.hub.name if home else None,
            conflict=self.belonging.conflict(),
            browser=browser.life,
            restarts=browser.restarts,
            why=browser.why,
            notices=self._notices,
            uptime=self._uptime(),
            versions={"expeditor": __version__, "python": platform.python_version()},
        )


def _own_addresses() -> list[str]:
    """That others can reach it by."""
    try:
        return [str(each) for each in usable(addresses())]
    except OSError:
        return []


def _host_name() -> str:
    """This computer's, as mDNS takes it."""
    label = socket.gethostname().partition(".")[0].lower()
    return re.sub(r"[^a-z0-9-]+", "-", label)[:_HOST].strip("-") or "screen"
