"""A browser becomes a kitchen screen by a code that it shows, and shows one when forgotten."""

import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, Route, ViewportSize, expect

from tests.pages.board import Board
from tests.pages.hub import STREAM, ticket
from tests.pages.kitchen import BURGER, Kitchen

SIZES: Final = [(1920, 1080), (1280, 720), (800, 480), (390, 844)]
KEEPS_NOTHING: Final = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no"); } });
"""
SIGNED_IN: Final = 204
NOT_SIGNED_IN: Final = 401


class Door:
    """Answers who knocks, and lets in whom a test lets in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.knocked: list[dict[str, Any]] = []
        self.answers: Callable[[], dict[str, Any] | None] = lambda: {
            "state": "new",
            "code": "482915",
            "token": None,
        }
        """None: nobody does."""
        self._session = NOT_SIGNED_IN
        page.route("**/api/v1/kds/screens/knock", self._knock)
        page.route("**/api/v1/kds/session", lambda route: route.fulfill(status=self._session))

    @property
    def code(self) -> Locator:
        return self.page.locator("#code .code")

    def lets_in(self, screen: str) -> None:
        """From now on the browser is this screen."""
        self._session = SIGNED_IN
        self.page.evaluate("own => { window.own = own; }", screen)
        self.answers = lambda: {"state": "adopted", "screen": {}, "sign_in": None}

    def forgets(self) -> None:
        """From now on it is nobody."""
        self._session = NOT_SIGNED_IN
        self.answers = lambda: {"state": "new", "code": "111222", "token": None}
        self.page.evaluate("stream.onclose({ code: 4401 })")

    def _knock(self, route: Route) -> None:
        self.knocked.append(route.request.post_data_json or {})
        answer = self.answers()
        if answer is None:
            route.abort()
        elif "message" in answer:
            route.fulfill(status=429, json=answer)
        else:
            route.fulfill(json=answer)


@pytest.fixture
def kitchen(standing: Kitchen) -> Kitchen:
    """Its order is shown to nobody."""
    return standing


@pytest.fixture
def door(page: Page) -> Door:
    page.add_init_script(f"{STREAM}window.own = null;")
    return Door(page)


def identity(door: Door) -> str:
    """Of whom has knocked: the same each time."""
    (each,) = {each["screen_id"] for each in door.knocked}
    assert isinstance(each, str)
    return each


def test_it_shows_a_code_until_it_is_let_in_and_again_when_it_is_forgotten(
    page: Page, kitchen: Kitchen, door: Door
) -> None:
    page.goto(kitchen.url)
    page.get_by_role("link", name="Use this as a kitchen screen").click()
    expect(door.code).to_have_text("482 915")
    expect(page.locator("#link")).to_have_text("NEW SCREEN")
    expect(page.locator("#code .kitchen")).to_have_text("A new kitchen screen of Demo kitchen")
    address = f"{kitchen.url[7:]}/screens"
    words = f"A manager opens {address} and types this code there:"
    expect(page.locator("#code .address")).to_have_text(words)
    expect(page.locator("#sign-in")).to_be_hidden()
    with page.expect_request("**/screens/knock"):
        ...  # It goes on asking.
    door.lets_in("a" * 32)
    expect(page.locator("body[data-stream]")).to_be_attached()
    told = {"name": "Kitchen", "warnings": [], "summons": [], "stations": []}
    payload = told | {"tickets": [ticket(1, "grill")]}
    event = {"type": "kds.snapshot", "seq": 1, "at": "2026-03-02T18:00:00Z", "payload": payload}
    page.evaluate("event => { told.at = 1; stream.hear(event); }", event)
    Board(page).is_live()
    expect(page.locator("#code")).to_be_hidden()
    Board(page).shows("grill", "Table 1")
    renewal = door.knocked.pop()
    assert renewal == {"screen_id": "a" * 32}
    assert re.fullmatch("[0-9a-f]{32}", identity(door))
    door.forgets()
    expect(door.code).to_have_text("111 222")
    expect(page.locator("#link")).to_have_text("NEW SCREEN")
    assert page.locator(".ticket").count() == 0


def test_it_is_the_same_screen_when_it_is_opened_again_and_says_its_name(
    page: Page, kitchen: Kitchen, door: Door
) -> None:
    page.goto(f"{kitchen.url}/?screen=Fry <b>TV</b>")
    expect(door.code).to_have_text("482 915")
    expect(page.locator("#code .own")).to_have_text("This screen: Fry <b>TV</b>")
    page.reload()
    expect(door.code).to_have_text("482 915")
    assert len(identity(door)) == 32
    assert {each["name"] for each in door.knocked} == {"Fry <b>TV</b>"}


def test_a_browser_that_keeps_nothing_is_a_screen_until_it_is_closed(
    page: Page, kitchen: Kitchen, door: Door
) -> None:
    page.add_init_script(KEEPS_NOTHING)
    page.goto(f"{kitchen.url}/?screen")
    expect(door.code).to_have_text("482 915")
    with page.expect_request("**/screens/knock"):
        ...
    assert len(identity(door)) == 32


def test_what_keeps_it_from_asking_is_said_and_it_goes_on(
    page: Page, kitchen: Kitchen, door: Door
) -> None:
    page.goto(f"{kitchen.url}/?screen")
    expect(door.code).to_have_text("482 915")
    why = page.locator("#code .unanswered")
    door.answers = lambda: None
    expect(why).to_have_text("The kitchen does not answer")
    door.answers = lambda: {"error": "TOO_MANY_REQUESTS", "message": "too many; wait 10 s"}
    expect(why).to_have_text("too many; wait 10 s")
    door.answers = lambda: {"state": "new", "code": "000001", "token": None}
    expect(door.code).to_have_text("000 001")
    expect(why).to_have_text("")


def test_a_person_who_is_signed_in_there_is_not_the_screen(
    page: Page, kitchen: Kitchen, door: Door
) -> None:
    page.goto(kitchen.url)
    page.unroute("**/api/v1/kds/session")
    kitchen.let_in(page.context)
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    page.goto(f"{kitchen.url}/?screen")
    expect(door.code).to_have_text("482 915")
    assert page.locator(".ticket").count() == 0


def test_the_code_can_be_read_from_afar(page: Page, kitchen: Kitchen, door: Door) -> None:
    page.goto(f"{kitchen.url}/?screen=Fry")
    expect(door.code).to_have_text("482 915")
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        for part in (".code", ".address", ".own"):
            expect(page.locator(f"#code {part}")).to_be_in_viewport(ratio=1)
        box = door.code.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert 0.7 * width < box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
