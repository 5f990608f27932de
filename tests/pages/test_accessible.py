"""Nobody is kept from using a page: what axe-core looks for, on each of them, by day and night."""

from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.pages.conftest import BROWSER_ZONE
from tests.pages.every_page import EVERY_PAGE, fill, open_page
from tests.pages.kitchen import Kitchen

BAD: Final = ("serious", "critical")
RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@pytest.fixture(scope="module")
def busy(standing: Kitchen) -> Kitchen:
    """A kitchen in which there is something on every page."""
    fill(standing)
    return standing


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_axe_finds_nothing_serious(browser: Browser, busy: Kitchen, path: str) -> None:
    with browser.new_context(timezone_id=BROWSER_ZONE) as context:
        busy.let_in(context)
        page = context.new_page()
        open_page(page, busy, path)
        for colours in ("night", "day"):
            page.evaluate(
                "colours => { document.documentElement.dataset.colours = colours; }", colours
            )
            assert findings(page) == [], colours


def test_axe_finds_nothing_serious_where_one_signs_in(page: Page, busy: Kitchen) -> None:
    page.goto(busy.url)
    page.get_by_label("PIN", exact=True).wait_for()
    assert findings(page) == []


def findings(page: Page) -> list[str]:
    """What is wrong, and where."""
    found = Axe().run(page, options=RULES | {"resultTypes": ["violations"]})
    return [
        f"{each['id']}: {each['help']}: {node['target']} {node.get('failureSummary')}"
        for each in found.response["violations"]
        if each["impact"] in BAD
        for node in each["nodes"]
    ]
