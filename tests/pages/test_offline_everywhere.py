"""Whichever page it is: when nobody answers any more it says so within five seconds."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.pages.conftest import BROWSER_ZONE
from tests.pages.every_page import EVERY_PAGE, fill, open_page, says_offline
from tests.pages.kitchen import Kitchen

WITHIN = 6.0
"""Five seconds, and one that a busy machine takes to look."""


@pytest.fixture(scope="module", autouse=True)
def _something_to_show(standing: Kitchen) -> None:
    fill(standing)


@pytest.fixture(scope="module")
def opened(browser: Browser, standing: Kitchen) -> Iterator[dict[str, Page]]:
    """Every page, each in a window of its own."""
    with browser.new_context(timezone_id=BROWSER_ZONE) as context:
        standing.let_in(context)
        pages = {path: context.new_page() for path in EVERY_PAGE}
        for path, page in pages.items():
            open_page(page, standing, path)
        yield pages


def test_every_page_says_that_nobody_answers_and_later_that_they_do(
    opened: dict[str, Page], standing: Kitchen
) -> None:
    for page in opened.values():
        expect(page.locator("#offline")).to_be_hidden()
    standing.kill()
    for page in opened.values():
        page.bring_to_front()
        says_offline(page, within=WITHIN)
    standing.start()
    for path, page in opened.items():
        page.bring_to_front()
        expect(page.locator("#offline"), path).to_be_hidden()
        expect(page.locator("body.stale"), path).not_to_be_attached()


def test_a_network_that_swallows_everything_is_noticed(browser: Browser, standing: Kitchen) -> None:
    """As when the access point dies: nothing is refused, nothing comes."""
    with browser.new_context(timezone_id=BROWSER_ZONE) as context:
        standing.let_in(context)
        for path in EVERY_PAGE:
            page = context.new_page()
            open_page(page, standing, path)
            page.route("**/api/**", lambda _route: None)
            page.context.new_cdp_session(page).send(
                "Network.emulateNetworkConditions",
                {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
            )
            says_offline(page, within=WITHIN)
            page.close()


@pytest.mark.parametrize("name", ["board", "pass", "ready"])
def test_a_screen_that_could_not_load_all_of_itself_does_when_it_can(
    browser: Browser, standing: Kitchen, name: str
) -> None:
    """As after a power cut, when it is up before the appliance is: nobody is there to reload it."""
    missed: list[str] = []

    def miss_the_first(route: Route) -> None:
        if missed:
            return route.continue_()
        missed.append(route.request.url)
        return route.abort()

    with browser.new_context(timezone_id=BROWSER_ZONE) as context:
        standing.let_in(context)
        page = context.new_page()
        page.route(f"**/{name}/{name}.js", miss_the_first)
        open_page(page, standing, "/" if name == "board" else f"/{name}")
        assert missed
