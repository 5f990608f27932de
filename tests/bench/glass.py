"""What stands before a cook: how soon the board is there, and how soon an event is on the glass.

The real service, and a real Chromium that shows all its stations on a full HD screen, with 200 open
tickets. All moments are of the page's own clock: the navigation, the message of the event, and the
first task after the frame that shows it. Navigations are of a Chromium without windows, which
nobody watches: what draws its windows, and who hears of every request, takes as long as the page.
"""

import asyncio
import shutil
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from appliance.api import auth
from tests.bench import devtools, load
from tests.bench.felt import Client
from tests.pictures import ARGUMENTS, CHROMIUM
from tests.process import Service

OPEN_TICKETS: Final = 200
NAVIGATIONS: Final = 20
EVENTS: Final = 1_000
PAUSES_MS: Final = (20, 100)
"""Between an order and the next: no frame of the screen keeps step with them."""
COOKIE: Final = "expeditor_session"
SIZE: Final = ViewportSize(width=1920, height=1080)
STAMPS: Final = Path(__file__).with_suffix(".js")
OPEN: Final = """[...document.querySelectorAll(".count")]
  .reduce((sum, { textContent }) => sum + Number(textContent), 0)"""
FETCHED: Final = """performance.getEntriesByType("resource")
  .concat(performance.getEntriesByType("navigation"))
  .filter(({ name }) => !name.includes("/api/"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""


class Orders:
    """As many tickets are open as there should be, and go on being so."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._open: deque[str] = deque()
        self._number = 0

    def come(self) -> None:
        """One more."""
        message, reply = load.order(self._number)
        self._number += 1
        self._client.order(message, reply)
        self._open.append(reply.decode())

    def leave(self) -> None:
        """The oldest."""
        self._client.act("pass", self._open.popleft(), "bump")


Say = Callable[[str, str, str], None]


def glass(say: Say) -> None:
    """How soon the board is there, and how soon it shows what happens."""
    path = next(filter(None, map(shutil.which, CHROMIUM)))
    with (
        tempfile.TemporaryDirectory(prefix="expeditor-bench-") as root,
        Service(Path(root) / "data") as service,
        closing(Client(service)) as client,
    ):
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            on_the_board(say, signed_in(browser, service).new_page(), service.url, Orders(client))
            browser.close()
        for kept in (False, True):
            shell = shutil.which("chromium-headless-shell") or path
            shown = asyncio.run(navigated(shell, service, Path(root), kept=kept))
            say(
                f"from the navigation to the first ticket, {'again' if kept else 'a new browser'}",
                f"{median(shown):.0f}, {shown[-1]:.0f} ms",
                f"under 300 ms (half of {len(shown)}, the longest)",
            )


def on_the_board(say: Say, page: Page, url: str, orders: Orders) -> None:
    """What it costs to fetch, and how soon it shows what happens. Its tickets stay open."""
    page.goto(url)
    page.wait_for_selector("#link.live")
    fetched = page.evaluate(FETCHED)
    say("bytes of the board, compressed", f"{fetched / 1000:.1f} KB", "under 60 KB")
    while (tickets := page.evaluate(OPEN)) < OPEN_TICKETS:
        orders.come()
        page.evaluate("glass.settled()")
    took = painted(page, orders)
    say(
        f"from an event to its paint, {tickets} open tickets: p50, p99",
        f"{median(took):.0f}, {took[int(len(took) * 0.99)]:.0f} ms",
        f"p99 under 100 ms ({len(took)} events, longest {took[-1]:.0f} ms)",
    )


def painted(page: Page, orders: Orders) -> list[float]:
    """Milliseconds of each event, sorted, while as many orders leave as come."""
    chance = Random(9)  # noqa: S311
    before = page.evaluate("glass.took.length")
    while page.evaluate("glass.took.length") < before + EVENTS:
        for change in (orders.come, orders.leave):
            page.wait_for_timeout(chance.uniform(*PAUSES_MS))
            change()
            page.evaluate("glass.settled()")
    return sorted(page.evaluate("glass.took")[before:])


async def navigated(path: str, service: Service, root: Path, *, kept: bool) -> list[float]:
    """Milliseconds until there is a ticket, sorted. `kept`: in a browser that has been there."""
    took: list[float] = []
    profile = root / f"browser-{kept}"
    cookie = {"name": COOKIE, "value": token(service)}
    size = (SIZE["width"], SIZE["height"])
    async with devtools.Browser.started(path, profile) as browser:
        context = await browser.context(service.url, cookie)
        for number in range(NAVIGATIONS + 1):
            if number and not kept:
                await browser.call("Target.disposeBrowserContext", browserContextId=context)
                context = await browser.context(service.url, cookie)
            page = await browser.page(context, STAMPS.read_text(), size)
            await page.call("Page.navigate", url=service.url)
            took.append(await page.evaluate("glass.begun()"))
            await page.close()
    return sorted(took[1:])  # At first the browser has just been started.


def signed_in(browser: Browser, service: Service) -> BrowserContext:
    """Another browser of the kitchen's, that keeps nothing of one before."""
    context = browser.new_context(viewport=SIZE)
    context.add_cookies([{"name": COOKIE, "value": token(service), "url": service.url}])
    context.add_init_script(path=STAMPS)
    return context


def token(service: Service) -> str:
    """Of a cook."""
    secret = (service.data / "secret").read_bytes()
    return auth.issue(secret, roles=["chef"], tenant="default", subject="bench", seconds=3600)
