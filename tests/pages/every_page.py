"""All pages, and a kitchen in which each of them has something to show."""

import re
from typing import Any, Final

from playwright.sync_api import Page, expect

from appliance.pages import STATIC, path_of
from tests.pages.kitchen import BURGER, FRIES, Kitchen

EVERY_PAGE: Final = tuple(sorted(path_of(file) for file in STATIC.rglob("*.html")))
SHOWN: Final = {
    "/": ".ticket",
    "/pass": "#orders > *",
    "/ready": "#lists",
    "/status": "#facts",
    "/screens": "#facts",
    "/setup": "#place section h2, #place section h3",
    "/reports": "main h2",
}
"""What is in sight once a page has begun, by its path."""


def fill(kitchen: Kitchen, name: str = "Table 7", ids: str = "A", **more: Any) -> None:
    """Orders in each state that is shown, all by this name."""
    for number in range(1, 5):
        order = {"name": name, "mode": "Pickup", "items": [BURGER, FRIES], "server": name} | more
        kitchen.order(id=f"{ids}-{number}", **order)
    kitchen.act("grill", f"{ids}-1", "start")
    kitchen.act("grill", f"{ids}-2", "start")
    kitchen.act("grill", f"{ids}-2", "ready")
    kitchen.act("grill", f"{ids}-3", "bump")
    kitchen.order("cancel-order", id=f"{ids}-4")


def open_page(page: Page, kitchen: Kitchen, path: str) -> None:
    """Go there, and wait until it shows what there is."""
    page.goto(f"{kitchen.url}{path}")
    expect(page.locator(SHOWN[path]).first).to_be_visible()


def says_offline(page: Page, *, within: float) -> None:
    """Whether it says so that nobody overlooks it, after so many seconds at most, and looks it."""
    words = page.locator("#offline")
    expect(words).to_have_text(re.compile("^OFFLINE since"), timeout=within * 1000)
    expect(words).to_be_visible()
    expect(page.locator("body.stale")).to_be_attached()
