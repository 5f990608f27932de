"""Boards on the whole appliance: let in by their codes, covering for each other, forgotten."""

import contextlib
import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.pages.board import Board
from tests.pages.conftest import BROWSER_ZONE
from tests.pages.kitchen import BURGER, FRIES, Kitchen

COVERED_MS: Final = 15_000
"""A screen is away after 5 s, and covered for after its patience, by which it is 10 s at most."""
STATES: Final = """() => {
  window.states = [];
  const link = document.getElementById("link");
  new MutationObserver(() => states.push(link.textContent)).observe(link, { childList: true });
}"""


@contextlib.contextmanager
def television(browser: Browser) -> Iterator[BrowserContext]:
    """A computer of its own."""
    size = ViewportSize(width=1280, height=720)
    with browser.new_context(viewport=size, timezone_id=BROWSER_ZONE) as context:
        yield context


def code_of(page: Page, kitchen: Kitchen, name: str) -> str:
    """What a browser shows that is to be a screen."""
    page.goto(f"{kitchen.url}/?screen={name}")
    expect(page.locator("#code .code")).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    return page.locator("#code .code").inner_text()


def adopt(desk: Page, code: str, name: str, station: str, backup: str = "no other screen") -> None:
    """As a manager does on the page of screens."""
    form = desk.locator("#by-code")
    form.get_by_label("Code").fill(code)
    form.get_by_label("Name").fill(name)
    form.get_by_label("Station").select_option(station)
    form.get_by_label("Backup").select_option(backup)
    form.get_by_label("Seconds").fill("5")
    form.get_by_role("button", name="Adopt").click()
    expect(desk.locator("#said")).to_have_text(f"{name} is adopted")


@pytest.fixture
def desk(page: Page, kitchen: Kitchen) -> Page:
    """The page of screens, before a manager."""
    page.goto(kitchen.sign_in_link)
    page.wait_for_url(f"{kitchen.url}/")
    page.goto(f"{kitchen.url}/screens")
    expect(page.locator("#link")).to_have_text("LIVE")
    return page


def row(desk: Page, name: str) -> Locator:
    return desk.locator(f"[data-screen]:has(.name:text-is('{name}'))")


def test_a_board_is_let_in_by_its_code_and_forgotten(
    browser: Browser, desk: Page, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    with television(browser) as context:
        screen = context.new_page()
        code = code_of(screen, kitchen, "Kitchen TV")
        new = desk.locator("#found-list li", has_text="Kitchen TV")
        expect(new).to_contain_text("Kitchen TV new · board · 127.0.0.1 · shows a code")
        new.get_by_role("button", name="Adopt").click()
        adopt(desk, code, "Kitchen TV", "Grill")
        board = Board(screen)
        board.is_live()
        board.shows("grill", "Table 7")
        expect(screen.locator(".station:visible")).to_have_count(1)
        here = row(desk, "Kitchen TV")
        expect(here.locator(".state").first).to_have_text(re.compile("^Live since"))
        expect(new).to_have_count(0)
        board.press("grill", "Table 7", "Bump")
        board.shows("grill")
        screen.reload()
        board.is_live()
        here.get_by_role("button", name="Change").click()
        here.get_by_label("Station").select_option("Fry")
        here.get_by_role("button", name="Save").click()
        board.shows("fry", "Table 7")
        here.get_by_role("button", name="Forget", exact=True).click()
        here.get_by_role("button", name="Forget it").click()
        expect(screen.locator("#code .code")).to_have_text(re.compile(r"^\d{3} \d{3}$"))
        assert screen.locator(".ticket").count() == 0
        expect(here).to_have_count(0)
    desk.locator("#by-address").get_by_label("Address").fill("127.0.0.1:9")
    desk.locator("#by-address").get_by_label("Name").fill("Old screen")
    desk.get_by_role("button", name="Adopt the LAN screen").click()
    expect(desk.locator("#said")).to_have_text("Old screen is adopted")
    expect(row(desk, "Old screen").locator(".facts")).to_have_text("LAN screen · 127.0.0.1:9")


def test_a_board_shows_the_station_of_one_that_is_away_until_it_is_back(
    browser: Browser, desk: Page, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    with television(browser) as one, television(browser) as other:
        grill, fry = one.new_page(), other.new_page()
        adopt(desk, code_of(grill, kitchen, "Grill TV"), "Grill TV", "Grill")
        expect(desk.locator("#by-code option").filter(has_text="Grill TV")).to_have_count(1)
        adopt(desk, code_of(fry, kitchen, "Fry TV"), "Fry TV", "Fry", "Grill TV")
        for screen in (grill, fry):
            Board(screen).is_live()
        board = Board(grill)
        expect(board.station("fry")).to_have_count(0)
        grill.evaluate(STATES)
        fry.close()
        covering = board.station("fry").locator(".screens p")
        expect(covering).to_have_text(
            re.compile(r"^Covering: Fry TV is away since \d\d:\d\d$"), timeout=COVERED_MS
        )
        board.shows("fry", "Table 7")
        away = row(desk, "Fry TV").locator(".state").first
        expect(away).to_have_text(re.compile("^Away since .*; shown on Grill TV.$"))
        back = other.new_page()
        back.goto(f"{kitchen.url}/?screen=Fry TV")
        Board(back).shows("fry", "Table 7")
        expect(board.station("fry")).to_have_count(0)
        board.shows("grill", "Table 7")
        assert grill.evaluate("states") == []
