"""Boards say which screens are away: who stands in for them, and where nobody does."""

from typing import Final

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.pages.hub import STATIONS, Hub, iso, screen, ticket
from tests.pages.kitchen import Kitchen

OWN: Final = "id-of-Grill screen"
SINCE: Final = "12:15"
"""Where the browsers are."""
AWAY: Final = {"state": "away", "why": "nothing is heard of it", "since": iso(15), "missed": True}
SIZES: Final = [(1920, 1080), (1280, 720), (800, 480), (390, 844)]
FLICKER: Final = """() => {
  window.flickered = [];
  new MutationObserver(() => flickered.push(document.getElementById("link").textContent))
    .observe(document.getElementById("link"), { childList: true });
}"""


@pytest.fixture
def kitchen(standing: Kitchen) -> Kitchen:
    """Nobody changes it."""
    return standing


@pytest.fixture
def hub(page: Page, kitchen: Kitchen) -> Hub:
    """A board that is the grill's screen, and sees all stations all the same."""
    page.clock.set_system_time(iso(32))  # The day of the times is today, by the browser.
    page.route("**/screens/knock", lambda route: route.fulfill(json={"state": "adopted"}))
    hub = Hub(page, kitchen, own=OWN)
    hub.shows(ticket(1, "grill"), ticket(2, "fry"), ticket(2, "pass"))
    hub.it_is(32)
    hub.board.is_live()
    return hub


def lines(hub: Hub, station: str) -> Locator:
    return hub.board.station(station).locator(".screens p")


def test_a_board_says_which_column_it_shows_for_another(hub: Hub) -> None:
    grill = screen("Grill screen", "grill", covers=["fry"])
    hub.has_screens(grill, screen("Fry screen", "fry", covered_by=OWN, **AWAY))
    expect(lines(hub, "fry")).to_have_text([f"Covering: Fry screen is away since {SINCE}"])
    expect(lines(hub, "fry").locator(".monitor")).to_be_visible()  # Colour is never alone.
    for other in ("grill", "pass"):
        expect(lines(hub, other)).to_have_count(0)
    # It came back, and went again while the board could not tell which it is.
    hub.has_screens(screen("Grill screen", "grill"), screen("Fry screen", "fry"))
    expect(lines(hub, "fry")).to_have_count(0)
    hub.has_screens(grill)
    expect(lines(hub, "fry")).to_have_text(["Covering for another screen"])


def test_it_says_which_station_has_no_screen_and_where_another_shows_it(hub: Hub) -> None:
    wall = screen("Pass wall", "pass", state="behind", covers=["fry"])
    fry, bar = screen("Fry screen", "fry", **AWAY), screen("Bar <i>screen</i>", "bar", **AWAY)
    hub.has_screens(fry, bar, wall)
    expect(lines(hub, "fry")).to_have_text([f"No screen: Fry screen is away since {SINCE}"])
    expect(lines(hub, "fry")).to_have_class("alarm")
    top = hub.board.page.locator("#screens p")
    expect(top).to_have_text([f"bar: No screen: Bar <i>screen</i> is away since {SINCE}"])
    hub.has_screens(fry | {"covered_by": wall["id"]}, wall)
    words = f"Fry screen is away since {SINCE}; it is shown on Pass wall"
    expect(lines(hub, "fry")).to_have_text([words])
    expect(lines(hub, "fry")).to_have_class("warning")
    expect(top).to_have_count(0)
    # Another screen is there for the same station; one for all of them may hang in an office.
    hub.has_screens(fry, screen("Other", None))
    expect(lines(hub, "fry")).to_have_text([f"Fry screen is away since {SINCE}"])
    expect(lines(hub, "fry")).to_have_class("warning")
    hub.has_screens(fry, screen("Other", "fry"))
    expect(lines(hub, "fry")).to_have_count(0)
    hub.has_screens(screen("Wall", None, **AWAY))  # Others may show what it did.
    expect(top).to_have_text([f"Wall is away since {SINCE}"])
    # Nobody is away who was not seen since the start; who has just come back does not say so.
    hub.has_screens(fry | {"state": "not seen yet"}, screen("Grill screen", "grill", **AWAY))
    expect(hub.board.page.locator(".screens p")).to_have_count(0)


def test_it_is_no_alarm_before_its_patience_is_over(hub: Hub) -> None:
    """Until then it is not known yet whether another screen steps in."""
    fry = screen("Fry screen", "fry", **AWAY)
    hub.has_screens(fry | {"missed": False})
    expect(lines(hub, "fry")).to_have_text([f"Fry screen is away since {SINCE}"])
    expect(lines(hub, "fry")).to_have_class("warning")
    hub.has_screens(fry)
    expect(lines(hub, "fry")).to_have_text([f"No screen: Fry screen is away since {SINCE}"])
    expect(lines(hub, "fry")).to_have_class("alarm")


def test_a_column_that_comes_later_says_it_and_the_top_no_longer(hub: Hub) -> None:
    hub.has_screens(screen("Bar screen", "bar", **AWAY))
    top = hub.board.page.locator("#screens p")
    expect(top).to_have_count(1)
    bar = {"id": "bar", "name": "Bar", "station_type": "bar", "active": True}
    payload = {"stations": [*STATIONS, bar]}
    hub.says({"type": "kds.stations", "seq": 1, "at": iso(0), "payload": payload})
    expect(lines(hub, "bar")).to_have_text([f"No screen: Bar screen is away since {SINCE}"])
    expect(top).to_have_count(0)


def test_columns_come_and_go_with_what_it_covers_and_it_stays_live(hub: Hub) -> None:
    own = [STATIONS[0]]
    hub.shows(ticket(1, "grill"), stations=own)
    expect(hub.board.station("fry")).to_have_count(0)
    page = hub.board.page
    page.evaluate(FLICKER)
    page.locator(".ticket").evaluate("card => { card.dataset.drawn = 'before'; }")
    hub.shows(ticket(1, "grill"), ticket(2, "fry"), stations=STATIONS[:2])
    covering = screen("Grill screen", "grill", covers=["fry"])
    hub.has_screens(covering, screen("Fry screen", "fry", covered_by=OWN, **AWAY))
    hub.board.shows("fry", "Table 2")
    expect(lines(hub, "fry")).to_have_text([f"Covering: Fry screen is away since {SINCE}"])
    hub.shows(ticket(1, "grill"), stations=own)
    hub.has_screens(screen("Grill screen", "grill"))
    expect(hub.board.station("fry")).to_have_count(0)
    expect(page.locator(".ticket")).to_have_attribute("data-drawn", "before")
    assert page.evaluate("flickered") == []
    assert hub.opened == 1


def test_it_is_in_sight_and_over_no_card(hub: Hub) -> None:
    page = hub.board.page
    name = "The large television above the fryers " * 3
    grill = screen("Grill screen", "grill", covers=["fry"])
    hub.has_screens(grill, screen(name, "fry", covered_by=OWN, **AWAY))
    line, card = lines(hub, "fry"), hub.board.card("fry", "Table 2")
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        line.scroll_into_view_if_needed()
        expect(line).to_be_in_viewport(ratio=1)
        above, below = line.bounding_box(), card.bounding_box()
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
