"""A real Chromium on the real service. Without a Chromium these tests fail: see `make test`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.pages.board import Board
from tests.pages.hand import DELIBERATE
from tests.pages.kitchen import Kitchen

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BROWSER_ZONE = "Asia/Tokyo"
"""Of the browsers: neither UTC, which is what the appliance sends, nor the kitchen's."""
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws no window around its pages: half of what one costs a processor."""

expect.set_options(timeout=30_000)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, f"no Chromium is installed: none of {', '.join(NAMES)} is found"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    with Kitchen(tmp_path) as kitchen:
        yield kitchen


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kitchen]:
    """One for all tests of a module that tell pages themselves what there is."""
    with Kitchen(tmp_path_factory.mktemp("standing")) as kitchen:
        yield kitchen


@pytest.fixture
def has_touch() -> bool:
    """Whether the screen is touched."""
    return False


@pytest.fixture
def page(browser: Browser, *, has_touch: bool) -> Iterator[Page]:
    """A fresh browser that nobody is signed in with; it fails on any error of the page's own."""
    errors: list[str] = []
    size = ViewportSize(width=1280, height=720)
    with browser.new_context(
        viewport=size, timezone_id=BROWSER_ZONE, has_touch=has_touch
    ) as context:
        context.add_init_script(DELIBERATE)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    assert not errors


@pytest.fixture
def board(page: Page, kitchen: Kitchen) -> Board:
    """The board, signed in by the link, and live."""
    page.goto(kitchen.sign_in_link)
    page.wait_for_url(f"{kitchen.url}/")
    board = Board(page)
    board.is_live()
    return board
