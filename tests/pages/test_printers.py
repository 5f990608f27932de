"""Boards say what is the matter with a station's printers, and have its tickets printed again."""

import json
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, Request, Route, ViewportSize, expect

from tests.pages.board import Board
from tests.pages.hub import Hub, iso, printer, ticket
from tests.pages.kitchen import Kitchen

OUT: Final[dict[str, Any]] = {
    "state": "out of paper",
    "why": "out of paper",
    "to_do": "Put in a new roll.",
    "since": iso(31),
    "concern": "alarm",
    "waiting": 2,
}
LOW: Final[dict[str, Any]] = {
    "state": "paper low",
    "why": "the roll is nearly at its end",
    "to_do": "Have a new roll at hand.",
    "since": iso(31),
    "concern": "warning",
}
SINCE: Final = "12:31"
"""Where the browsers are."""
SCREENS = [(1920, 1080), (1024, 600), (390, 844)]


@pytest.fixture
def kitchen(standing: Kitchen) -> Kitchen:
    """Nobody changes it."""
    return standing


@pytest.fixture
def hub(page: Page, kitchen: Kitchen) -> Hub:
    # The day of the banner's times is today, by the browser.
    page.clock.set_system_time(iso(32))
    hub = Hub(page, kitchen)
    hub.shows(ticket(1, "grill"), ticket(2, "fry"), ticket(2, "pass"))
    hub.it_is(32)
    hub.board.is_live()
    return hub


def banners(board: Board, station: str) -> Locator:
    return board.station(station).locator(".printers p")


# ── what is the matter ───────────────────────────────────────────────────────────────


def test_the_stations_of_a_printer_in_trouble_say_so_until_it_is_mended(hub: Hub) -> None:
    hub.has_printers(printer("hot", "grill", "fry"), printer("other", "pass"))
    for station in ("grill", "fry", "pass"):
        expect(banners(hub.board, station)).to_have_count(0)
    hub.has_printers(printer("hot", "grill", "fry", **OUT), printer("other", "pass"))
    words = f"hot: out of paper since {SINCE}; 2 chits waiting. Put in a new roll."
    for station in ("grill", "fry"):
        expect(banners(hub.board, station)).to_have_text([words])
        expect(banners(hub.board, station)).to_have_class("alarm")
    expect(banners(hub.board, "pass")).to_have_count(0)
    covered = OUT | {"concern": "warning", "covered_by": "other", "waiting": 0}
    hub.has_printers(printer("hot", "grill", "fry", **covered), printer("other", "pass"))
    expect(banners(hub.board, "fry")).to_have_text(
        f"hot: out of paper since {SINCE}; its chits come out at other. Put in a new roll."
    )
    expect(banners(hub.board, "fry")).to_have_class("warning")
    hub.has_printers(printer("hot", "grill", "fry"), printer("other", "pass"))
    for station in ("grill", "fry", "pass"):
        expect(banners(hub.board, station)).to_have_count(0)


def test_it_is_said_in_words(hub: Hub) -> None:
    to_do, more = "to be decided about.", " Put in a new roll. See Status."
    for facts, words in (
        (LOW, f"the roll is nearly at its end since {SINCE}. Have a new roll at hand."),
        ({"concern": "warning", "asking": 1}, f"1 chit {to_do} See Status."),
        (
            OUT | {"asking": 3, "waiting": 4},
            f"out of paper since {SINCE}; 1 chit waiting; 3 chits {to_do}{more}",
        ),
        (OUT | {"why": "", "to_do": "", "waiting": 0}, f"out of paper since {SINCE}."),
        (
            LOW | {"to_do": "", "steps_in_for": ["a", "b"]},
            f"the roll is nearly at its end since {SINCE}; prints what no screen shows at a, b.",
        ),
        (
            OUT | {"why": "an error: see: there", "to_do": "", "waiting": 0},
            f"an error since {SINCE}: see: there.",
        ),
    ):
        hub.has_printers(printer("hot", "grill", **facts))
        expect(banners(hub.board, "grill")).to_have_text(f"hot: {words}")


def test_what_a_printer_is_called_is_no_markup(hub: Hub) -> None:
    hub.has_printers(printer("<b id=x>", "grill", **OUT | {"why": "<img src=x onerror=alert(1)>"}))
    expect(banners(hub.board, "grill")).to_contain_text("<b id=x>: <img src=x onerror=alert(1)>")


@pytest.mark.parametrize("size", SCREENS)
def test_it_is_in_sight_whole_and_covers_no_card(
    page: Page, hub: Hub, size: tuple[int, int]
) -> None:
    page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
    hub.has_printers(printer("hot", "grill", "fry", "pass", **OUT))
    for station, number in (("grill", 1), ("fry", 2), ("pass", 2)):
        banner = banners(hub.board, station)
        banner.scroll_into_view_if_needed()
        expect(banner).to_be_in_viewport(ratio=1)
        card = hub.board.card(station, f"Table {number}").bounding_box()
        box = banner.bounding_box()
        assert card is not None
        assert box is not None
        assert box["y"] + box["height"] <= card["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_it_stays_in_sight_when_pages_are_turned(hub: Hub) -> None:
    hub.shows(*(ticket(number, "grill") for number in range(1, 30)))
    hub.has_printers(printer("hot", "grill", **OUT))
    column = hub.board.station("grill")
    column.get_by_role("button", name="Next page").click()
    expect(column.locator(".where")).to_contain_text("Page 2/")
    expect(hub.board.cards("grill").first).to_be_in_viewport()
    expect(banners(hub.board, "grill")).to_be_in_viewport(ratio=1)


def test_a_board_that_comes_back_forgets_printers_that_are_gone(page: Page, hub: Hub) -> None:
    hub.has_printers(printer("hot", "grill", **OUT))
    expect(banners(hub.board, "grill")).to_have_count(1)
    opened = hub.opened
    page.evaluate("stream.onclose({ code: 1006 })")
    page.wait_for_function("before => opened > before", arg=opened)
    hub.board.is_live()
    expect(banners(hub.board, "grill")).to_have_count(0)


def test_what_is_offline_keeps_saying_what_it_knew(page: Page, hub: Hub) -> None:
    hub.has_printers(printer("hot", "grill", **OUT))
    expect(banners(hub.board, "grill")).to_be_visible()
    page.evaluate("told.at = 0")
    hub.board.is_offline(within=6)
    expect(banners(hub.board, "grill")).to_be_visible()


# ── once more, by hand ───────────────────────────────────────────────────────────────


@pytest.fixture
def asked(page: Page) -> list[Request]:
    """What was asked to be printed; it is answered as the appliance would."""
    requests: list[Request] = []

    def answer(route: Route) -> None:
        requests.append(route.request)
        route.fulfill(json={})

    page.route("**/ticket/print", answer)
    return requests


def test_a_ticket_is_printed_once_more_where_its_station_has_a_printer(
    page: Page, hub: Hub, asked: list[Request]
) -> None:
    hub.has_printers(printer("hot", "grill"), printer("other", "pass"))
    card = hub.board.card("grill", "Table 1")
    expect(card.get_by_role("button", name="Print")).to_have_count(0)
    card.get_by_role("button", name="Table 1").click()
    button = card.get_by_role("button", name="Print", exact=True)
    box = button.bounding_box()
    assert box is not None
    assert min(box["height"], box["width"]) >= 48
    button.click()
    expect(page.locator("#notice")).to_have_text("Table 1 goes to the printer")
    assert [(each.method, each.url.partition("/kds")[2]) for each in asked] == [
        ("POST", "/stations/grill/orders/1/ticket/print")
    ]
    expect(card.get_by_role("button", name="Fry")).to_be_visible()  # It can be moved as ever.


def test_a_card_of_the_pass_is_printed_and_not_moved(
    page: Page, hub: Hub, asked: list[Request]
) -> None:
    card = hub.board.card("pass", "Table 2")
    expect(card.get_by_role("button", name="Table 2")).to_have_count(0)
    hub.has_printers(printer("other", "pass"))
    card.get_by_role("button", name="Table 2").click()
    expect(card.locator(".move button")).to_have_text(["Print"])
    expect(card.locator(".move")).to_have_text("Print")
    card.get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("#notice")).to_have_text("Table 2 goes to the printer")
    assert len(asked) == 1
    hub.has_printers()
    expect(card.get_by_role("button", name="Table 2")).to_have_count(0)


def test_where_there_is_no_printer_nothing_offers_one(hub: Hub) -> None:
    hub.has_printers(printer("hot", "grill"))
    card = hub.board.card("fry", "Table 2")
    card.get_by_role("button", name="Table 2").click()
    expect(card.get_by_role("button", name="Grill")).to_be_visible()
    expect(card.get_by_role("button", name="Print")).to_have_count(0)


def test_what_cannot_be_printed_is_said(page: Page, hub: Hub) -> None:
    wrong = {"message": "no printer prints for station 'grill'"}
    page.route("**/ticket/print", lambda route: route.fulfill(status=409, json=wrong))
    hub.has_printers(printer("hot", "grill"))
    card = hub.board.card("grill", "Table 1")
    card.get_by_role("button", name="Table 1").click()
    card.get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("#notice")).to_have_text(f"Table 1: {wrong['message']}")


def test_a_board_that_is_offline_prints_nothing(page: Page, hub: Hub, asked: list[Request]) -> None:
    hub.has_printers(printer("hot", "grill"))
    card = hub.board.card("grill", "Table 1")
    card.get_by_role("button", name="Table 1").click()
    button = card.get_by_role("button", name="Print", exact=True)
    expect(button).to_be_visible()
    page.evaluate("told.at = 0")
    hub.board.is_offline(within=6)
    card.locator("[data-action=print]").dispatch_event("click")
    expect(page.locator("#stations")).to_have_js_property("inert", value=True)
    assert asked == []


# ── the status page ──────────────────────────────────────────────────────────────────

SHOWN: Final[dict[str, Any]] = {
    "stations": [],
    "model": "TM-T88V",
    "transport": None,
    "printed": 12,
    "reprinted": 0,
    "handed_over": 0,
    "dropped": 0,
    "faults": [],
    "asking": 0,
}
PICTURE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="20">'
    "<script>document.title = 'run'</script><text>Burger</text></svg>"
)


class MadeUp:
    """An appliance's printers, as the page asks for them."""

    def __init__(self, page: Page, kitchen: Kitchen) -> None:
        self.health = kitchen.call("GET", "/health")
        self.told: list[dict[str, Any]] = [printer("hot", "grill", "fry", waiting=0)]
        self.seen: dict[str, Any] | None = None
        """What whoever is signed in sees; None for nobody."""
        self.jobs: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, Any]] = []
        """Whatever was not only looked at: method, path and body."""
        self.pictures: list[str] = []
        self.answer: tuple[int, Any] = (200, {"count": 1})
        page.route("**/api/v1/kds/health", self._health)
        page.route("**/api/v1/kds/printers**", self._printers)
        page.route("**/api/v1/kds/printers/**", self._printers)

    def _health(self, route: Route) -> None:
        route.fulfill(json=self.health | {"printers": self.told})

    def _printers(self, route: Route) -> None:
        request = route.request
        path = request.url.partition("/printers")[2]
        if ".svg" in path:
            self.pictures.append(path)
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        elif request.method == "POST":
            body = request.post_data
            self.asked.append((request.method, path, body and json.loads(body)))
            status, answer = self.answer
            route.fulfill(status=status, json=answer)
        elif self.seen is None:
            route.fulfill(status=401, json={"message": "no token"})
        else:
            route.fulfill(json=self.jobs if path.endswith("/jobs") else self.seen)


@pytest.fixture
def made_up(page: Page, kitchen: Kitchen) -> MadeUp:
    made_up = MadeUp(page, kitchen)
    page.goto(f"{kitchen.url}/status")
    expect(page.locator("#link")).to_have_text("LIVE")
    return made_up


def at(page: Page, name: str) -> Locator:
    return page.locator(f'[data-printer="{name}"]')


def signed_in(made_up: MadeUp, *faults: str, mode: str = "simulated", **more: Any) -> None:
    shown = SHOWN | {"id": "hot"} | more
    made_up.seen = {"mode": mode, "faults": list(faults), "printers": [shown]}


def test_everybody_sees_how_printers_are_and_no_more(page: Page, made_up: MadeUp) -> None:
    made_up.told = [printer("hot", "grill", "fry", **OUT), printer("other", "pass", waiting=0)]
    state = at(page, "hot").locator(".state")
    expect(state).to_contain_text("Out of paper since")
    expect(state).to_contain_text("2 chits waiting. Put in a new roll.")
    expect(state).to_have_class("state alarm")
    expect(at(page, "hot")).to_contain_text("hot at grill and fry")
    expect(at(page, "other").locator(".state")).to_contain_text("Ready since")
    expect(page.locator("#printers button, #printers img")).to_have_count(0)
    made_up.told = []
    expect(page.locator("#printers")).to_be_hidden()


def test_whoever_is_signed_in_has_a_test_page_and_a_preview(page: Page, made_up: MadeUp) -> None:
    signed_in(made_up, mode="real", transport="tcp:192.168.1.50:9100", reprinted=2, dropped=1)
    hot = at(page, "hot")
    facts = "TM-T88V · tcp:192.168.1.50:9100 · 12 printed · 2 of them again · 1 thrown away"
    expect(hot.locator(".facts")).to_have_text(facts)
    expect(hot.locator("img")).to_have_count(0)
    hot.get_by_role("button", name="Test page").click()
    expect(page.locator("#printers .said")).to_have_text("hot, Test page: done")
    assert made_up.asked == [("POST", "/hot/test", None)]
    hot.get_by_text("What a ticket looks like").click()
    expect(hot.locator("details img")).to_be_visible()
    assert made_up.pictures == ["/hot/preview.svg"]
    made_up.answer = (403, {"message": "this needs one of the roles manager"})
    hot.get_by_role("button", name="Test page").click()
    expect(page.locator("#printers .said")).to_have_text(
        "hot, Test page: this needs one of the roles manager"
    )
    made_up.seen = None
    expect(hot.get_by_role("button")).to_have_count(0)


def test_a_simulated_one_shows_its_paper_anew_when_something_came_out(
    page: Page, made_up: MadeUp
) -> None:
    signed_in(made_up, printed=0)
    expect(at(page, "hot").locator(".facts")).to_have_text("TM-T88V · 0 printed")
    paper = at(page, "hot").locator(".paper img")
    expect(paper).to_be_hidden()
    signed_in(made_up)
    expect(paper).to_be_visible()
    expect(paper).to_have_attribute("src", "/api/v1/kds/printers/hot/paper.svg?printed=12")
    expect(paper).to_have_attribute("alt", "What hot printed last")
    signed_in(made_up, printed=13)
    expect(paper).to_have_attribute("src", "/api/v1/kds/printers/hot/paper.svg?printed=13")
    expect(paper).to_be_visible()
    assert made_up.pictures == ["/hot/paper.svg?printed=12", "/hot/paper.svg?printed=13"]
    assert page.title() != "run"


def test_a_simulated_one_is_made_to_fail_and_mended(page: Page, made_up: MadeUp) -> None:
    signed_in(made_up, "paper low", "power")
    power = at(page, "hot").get_by_role("button", name="power")
    low = at(page, "hot").get_by_role("button", name="paper low")
    expect(power).to_have_attribute("aria-pressed", "false")
    power.click()
    signed_in(made_up, "paper low", "power", faults=["power"])
    expect(power).to_have_attribute("aria-pressed", "true")
    expect(low).to_have_attribute("aria-pressed", "false")
    power.click()
    expect(page.locator("#printers .said")).to_have_text("hot, power: done")
    assert made_up.asked == [
        ("POST", "/hot/faults", {"fault": "power", "on": True}),
        ("POST", "/hot/faults", {"fault": "power", "on": False}),
    ]


def asks(number: int, name: str) -> dict[str, Any]:
    facts = {"id": number, "name": name, "order_id": "A-1", "kind": "ticket"}
    return facts | {"state": "asks", "made_at": iso(0)}


def test_chits_that_ask_are_printed_or_thrown_away(page: Page, made_up: MadeUp) -> None:
    made_up.jobs = [asks(3, "<i>Jane</i>"), asks(2, "Omar"), asks(1, "Mei") | {"state": "queued"}]
    signed_in(made_up, asking=2)
    jobs = at(page, "hot").locator(".jobs li")
    expect(jobs).to_have_count(3)
    expect(jobs.nth(0)).to_contain_text("all 2")
    expect(jobs.nth(1)).to_contain_text("<i>Jane</i> of ")
    jobs.nth(1).get_by_role("button", name="Print").click()
    expect(page.locator("#printers .said")).to_have_text("hot, <i>Jane</i>, Print: done")
    jobs.nth(2).get_by_role("button", name="Throw away").click()
    expect(page.locator("#printers .said")).to_have_text("hot, Omar, Throw away: done")
    jobs.nth(0).get_by_role("button", name="Print").click()
    expect(page.locator("#printers .said")).to_have_text("hot, all 2, Print: done")
    jobs.nth(0).get_by_role("button", name="Throw away").click()
    expect(page.locator("#printers .said")).to_have_text("hot, all 2, Throw away: done")
    assert [path for _method, path, _body in made_up.asked] == [
        "/hot/jobs/3/print",
        "/hot/jobs/2/drop",
        "/hot/jobs/print",
        "/hot/jobs/drop",
    ]
    made_up.jobs = [asks(2, "Omar")]
    expect(jobs).to_have_count(1)
    signed_in(made_up, asking=0)
    expect(jobs).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_a_screen_and_a_phone(page: Page, made_up: MadeUp, width: int) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=844))
    made_up.told = [printer("hot" * 20, "grill", "fry", **OUT)]
    made_up.jobs = [asks(3, "W" * 200)]
    signed_in(made_up, "paper low", "out of paper", "power", id="hot" * 20, asking=1)
    expect(page.locator("#printers .jobs li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
