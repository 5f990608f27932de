"""What guests see: names or numbers, what is new at once, and the truth when nobody answers."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.pages.hub import LEFT_TO_IT, iso, screen
from tests.pages.kitchen import BURGER, Kitchen
from tests.pages.test_hostile_names import LONG

HTML = "<img src=x onerror='window.pwned = 1'>\u202egnirts"


class Counter:
    """An appliance's answers to the board of guests, where a test says what they are."""

    def __init__(self, page: Page) -> None:
        self.answers = True
        self._now: dict[str, Any] = {"seq": 1, "name": "Kitchen", "screen": None}
        self.shows()
        page.route(re.compile("/api/v1/kds/ready"), self._answer)

    def shows(self, preparing: tuple[str, ...] = (), ready: tuple[str, ...] = ()) -> None:
        """The first of `ready` has just become so, the others a while ago."""
        self._now["seq"] += 1
        self._now["at"] = iso(10)
        self._now["preparing"] = [{"id": f"order-{each}", "called": each} for each in preparing]
        self._now["ready"] = [
            {"id": f"order-{each}", "called": each, "since": iso(5 if place else 10)}
            for place, each in enumerate(ready)
        ]

    def is_screen(self, **look: Any) -> None:
        """Who asks is adopted, and shown as its manager says."""
        look = LEFT_TO_IT | look
        self._now["screen"] = screen("Lobby TV", None, shows="ready", look=look)

    def _answer(self, route: Route) -> None:
        if self.answers:
            route.fulfill(json=self._now)
        else:
            route.abort()


@pytest.fixture
def counter(page: Page) -> Counter:
    return Counter(page)


def shows(page: Page, column: str, *wanted: str) -> None:
    expect(page.locator(f"#{column} li")).to_have_text(list(wanted))


def test_what_is_made_and_what_can_be_taken_stand_apart(
    page: Page, standing: Kitchen, counter: Counter
) -> None:
    page.goto(f"{standing.url}/ready")
    expect(page.locator("#ready .none")).to_have_text("Nothing yet")
    counter.shows(("91", "92"), ("90", "Jane"))
    shows(page, "preparing", "91", "92")
    shows(page, "ready", "90", "Jane")
    expect(page.locator("#ready li.new")).to_have_text(["90"])
    expect(page.locator(".none:visible")).to_have_count(0)
    expect(page.locator("#kitchen")).to_have_text("Kitchen")
    # It says what it has painted, so that it is known to be there.
    with page.expect_request(re.compile(r"painted=3$")):
        pass
    counter.shows(("92",), ("91", "90"))
    shows(page, "ready", "91", "90")


def test_a_manager_chooses_how_it_looks(page: Page, standing: Kitchen, counter: Counter) -> None:
    page.route("**/screens/knock", lambda route: route.fulfill(json={"state": "adopted"}))
    counter.shows(("91",))
    page.goto(f"{standing.url}/ready")
    counter.is_screen(colours="day", language="es", scale=140)
    root = page.locator("html")
    expect(root).to_have_attribute("lang", "es")
    expect(root).to_have_attribute("data-colours", "day")
    expect(root).to_have_css("--scale", "1.4")
    shows(page, "preparing", "91")
    counter.is_screen()
    expect(root).to_have_attribute("lang", "en")
    expect(root).to_have_attribute("data-colours", "night")


def test_it_owns_up_within_five_seconds(page: Page, standing: Kitchen, counter: Counter) -> None:
    counter.shows(("91",), ("90",))
    page.goto(f"{standing.url}/ready")
    shows(page, "ready", "90")
    counter.answers = False
    offline = page.locator("#offline")
    words = "OFFLINE since 12:10. Please ask at the counter."
    expect(offline).to_have_text(words, timeout=5_000)
    expect(page.locator("body")).to_have_class("stale")
    counter.answers = True
    expect(offline).to_be_hidden()
    expect(page.locator("body")).to_have_class("live")


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
def test_many_orders_show_by_turns_and_what_is_new_at_once(
    page: Page, standing: Kitchen, counter: Counter, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    many = tuple(str(number) for number in range(100, 124))
    counter.shows(many, many)
    page.goto(f"{standing.url}/ready")
    where = page.locator("#ready .page")
    expect(where).to_have_text(re.compile(r"^1/\d+$"))
    first = page.locator("#ready li").all_inner_texts()
    lowest = "all => Math.max(...all.map((each) => each.getBoundingClientRect().bottom))"
    assert page.locator("#ready li").evaluate_all(lowest) <= size[1]
    expect(where).to_have_text(re.compile("^2/"), timeout=20_000)
    assert not {*first} & {*page.locator("#ready li").all_inner_texts()}
    counter.shows(many, ("999", *many))
    expect(page.locator("#ready li").first).to_have_text("999")


def test_every_page_has_its_turn_however_much_comes(
    page: Page, standing: Kitchen, counter: Counter
) -> None:
    page.clock.install()
    many = [str(number) for number in range(100, 130)]
    counter.shows(tuple(many), tuple(many))
    page.goto(f"{standing.url}/ready")
    seen: dict[str, set[str]] = {"preparing": set(), "ready": set()}

    def look() -> None:
        for column, numbers in seen.items():
            numbers.update(page.locator(f"#{column} li").all_inner_texts())

    for number in range(200, 224):  # One of each comes every five seconds: a page stands for eight.
        look()
        counter.shows((*many, str(number)), (str(number), *many))
        with page.expect_response(re.compile("/api/v1/kds/ready")):
            page.clock.run_for(1_000)
        expect(page.locator("#ready li").first).to_have_text(str(number))
        for _ in range(2):  # This machine's own time passes there, too.
            look()
            page.clock.run_for(2_000)
    assert {*many} <= seen["preparing"]
    assert {*many} <= seen["ready"]


def test_names_that_others_wrote_are_text(page: Page, standing: Kitchen, counter: Counter) -> None:
    counter.shows((LONG, HTML), (HTML,))
    page.goto(f"{standing.url}/ready")
    shows(page, "ready", HTML)
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_is_not_let_in_is_told_how(page: Page, standing: Kitchen) -> None:
    page.goto(f"{standing.url}/ready")
    expect(page.locator("#door h2")).to_have_text("This screen is not let in")
    expect(page.locator("#lists")).to_be_hidden()
    page.get_by_role("link", name="Show the code").click()
    expect(page.locator("#code .own")).to_have_text("This screen: Ready board")


def test_a_screen_for_guests_is_let_in_by_its_code(page: Page, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Jane", checkNumber="88", mode="Pickup", items=[BURGER])
    page.goto(f"{kitchen.url}/?screen=Ready board")
    expect(page.locator("#code .code")).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    code = page.locator("#code .code").inner_text().replace(" ", "")
    wanted = {"code": code, "name": "Ready board", "shows": "ready"}
    screen = kitchen.call("POST", "/screens", wanted)
    page.wait_for_url(re.compile("/ready[?]screen="))
    shows(page, "preparing", "88")
    kitchen.act("grill", "A-1", "bump")
    shows(page, "ready", "88")
    while kitchen.call("GET", "/screens")["screens"][0]["state"] != "live":
        with page.expect_request(re.compile(r"painted=")):
            pass
    kitchen.act("pass", "A-1", "bump")
    shows(page, "ready")
    kitchen.call("PATCH", f"/screens/{screen['id']}", {"shows": "board"})
    page.wait_for_url(f"{kitchen.url}/?screen=Ready+board")
    expect(page.locator("#link")).to_have_text("LIVE")
    # Its token ends there: the board shows a code, finds that it is known, and goes back.
    kitchen.call("PATCH", f"/screens/{screen['id']}", {"shows": "ready"})
    page.wait_for_url(re.compile("/ready[?]screen="))
    shows(page, "ready")
    expect(page.locator("body")).to_have_class("live")
    kitchen.call("DELETE", f"/screens/{screen['id']}")
    expect(page.locator("#code .code")).to_have_text(re.compile(r"^\d{3} \d{3}$"))
