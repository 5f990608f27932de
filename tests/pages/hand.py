"""The hand of a test: real presses, at times that the test sets."""

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Locator, Page

DELIBERATE = """
window.handIsAt = 0;
window.handRests = 1_000;
Object.defineProperty(Event.prototype, "timeStamp", { get: () => handIsAt });
addEventListener("pointerdown", () => { handIsAt += handRests; }, true);
"""
"""However fast a test presses: between two presses is a second."""


Place = tuple[float, float]


class Hand:
    """Presses by one place of the screen, whatever is there; the page is opened after this."""

    def __init__(self, page: Page, by: str) -> None:
        """By `mouse`, or `touch`."""
        page.add_init_script("window.handRests = 0;")
        self._page = page
        self._by = by

    def waits(self, milliseconds: float) -> None:
        """Between two presses."""
        self._page.evaluate("waited => { handIsAt += waited; }", milliseconds)

    def place(self, button: Locator) -> Place:
        """The middle of a button, as it stands now."""
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def presses(self, place: Place) -> None:
        """Once."""
        (self._page.mouse.click if self._by == "mouse" else self._page.touchscreen.tap)(*place)

    @contextlib.contextmanager
    def is_down(self, place: Place) -> Iterator[None]:
        """From the moment when a press begins until it ends."""
        if self._by == "mouse":
            self._page.mouse.move(*place)
            self._page.mouse.down()
            yield
            self._page.mouse.up()
        else:
            touch = self._page.context.new_cdp_session(self._page)
            points = [{"x": place[0], "y": place[1]}]
            touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
            yield
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
