"""The board as somebody in front of it sees and touches it."""

import re

from playwright.sync_api import Locator, Page, expect


class Board:
    """Looks and clicks; every look waits for what it wants to see."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def is_tall(self) -> None:
        """Have a screen on which many cards of a station stand, one below the other."""
        self.page.set_viewport_size({"width": 1280, "height": 6000})

    def station(self, station: str) -> Locator:
        """A station's column."""
        return self.page.locator(f".station[data-station={station}]")

    def cards(self, station: str) -> Locator:
        """The cards of a station, in their order."""
        return self.station(station).locator(".ticket")

    def card(self, station: str, text: str) -> Locator:
        """The one card of a station with this text."""
        return self.cards(station).filter(has_text=text)

    def press(self, station: str, text: str, button: str) -> None:
        """Press a button of a card."""
        self.card(station, text).get_by_role("button", name=button, exact=True).click()

    def shows(self, station: str, *references: str) -> None:
        """Whether a station shows exactly these cards, in this order."""
        expect(self.cards(station).locator(".reference")).to_have_text(list(references))

    def is_live(self) -> None:
        """Whether it says that it is live, and nothing else."""
        expect(self.page.locator("#link")).to_have_text("LIVE")
        expect(self.page.locator("#offline")).to_be_hidden()

    def is_offline(self, *, within: float) -> None:
        """Whether it says so that nobody overlooks it, after that many seconds at most."""
        expect(self.page.locator("#offline")).to_have_text(
            re.compile(r"^OFFLINE since \d+:\d\d:\d\d"), timeout=within * 1000
        )
        expect(self.page.locator("#offline")).to_be_visible()
        expect(self.page.locator("#link")).to_have_text("OFFLINE")
