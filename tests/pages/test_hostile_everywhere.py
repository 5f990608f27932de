"""Whatever somebody calls anything: on every page it is text, in its place, and harmless."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.pages.conftest import BROWSER_ZONE
from tests.pages.every_page import EVERY_PAGE, fill, open_page
from tests.pages.kitchen import Kitchen

MARKUP: Final = "<img src=x onerror='window.hacked=1'></li></main><script>hacked=1</script>"
TURNED: Final = "\u202e\u2067evil\u200f"
ENDLESS: Final = "W" * 10_000
PASSES_SIDEWAYS: Final = "document.documentElement.scrollWidth > innerWidth"
RAN: Final = "window.hacked !== undefined || document.querySelector('img[src=x]') !== null"


@pytest.fixture(scope="module")
def hostile(standing: Kitchen) -> Kitchen:
    """A kitchen whose guests, cooks, stations and screens are called like that."""
    station = {"name": MARKUP[:64], "station_type": "grill"}
    standing.call("POST", "/stations", station)
    standing.call("POST", "/pins", {"name": MARKUP[:64], "pin": "4711", "roles": ["chef"]})
    standing.call("POST", "/devices", {"name": TURNED})
    for number, name in enumerate((MARKUP, TURNED, ENDLESS)):
        item = {"name": name, "mods": [name], "specialInstructions": name}
        fill(standing, name, items=[item], ids=f"{number}-{name[:40]}")
    return standing


@pytest.fixture
def visitor(browser: Browser, hostile: Kitchen) -> Iterator[BrowserContext]:
    with browser.new_context(timezone_id=BROWSER_ZONE) as context:
        hostile.let_in(context)
        yield context


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_hostile_names_are_harmless(visitor: BrowserContext, hostile: Kitchen, path: str) -> None:
    page = visitor.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text))
    open_page(page, hostile, path)
    for width, height in ((1280, 720), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert not page.evaluate(PASSES_SIDEWAYS), f"{width} px"
    if path == "/setup":
        for section in ("stations", "rules", "screens", "access"):
            page.goto(f"{hostile.url}/setup#{section}")
            page.locator(f"#section-{section} h2").first.wait_for()
            assert not page.evaluate(RAN), section
    assert not page.evaluate(RAN)
    assert not [text for text in said if "Content Security Policy" in text or "Error:" in text]


def test_the_names_are_really_there(visitor: BrowserContext, hostile: Kitchen) -> None:
    for path in ("/", "/pass"):
        page = visitor.new_page()
        open_page(page, hostile, path)
        page.get_by_text(MARKUP).first.wait_for()
