"""Pages of cards: those that fit and no others, and what waits on the other pages."""

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.pages.hub import COLD, STATIONS, Hub, iso, item, screen, ticket
from tests.pages.kitchen import Kitchen

GRILL = STATIONS[:1]
CUT_OFF = """list => {
  const { left, right, top, bottom } = list.getBoundingClientRect();
  return [...list.children].filter((card) => {
    const box = card.getBoundingClientRect();
    return box.left < left || box.right > right + 1 || box.top < top || box.bottom > bottom + 1;
  }).map((card) => card.querySelector(".reference").textContent);
}"""
SCREENS = [(1920, 1080), (1280, 720), (800, 480), (390, 844), (1080, 1920)]


@pytest.fixture
def hub(page: Page, standing: Kitchen) -> Hub:
    hub = Hub(page, standing)
    hub.it_is(10)
    hub.board.is_live()
    return hub


def fill(hub: Hub, count: int) -> None:
    """Cards of different heights, of which the 30th is late."""
    tickets = []
    for number in range(1, count + 1):
        lines = [item(f"Dish {line}", f"{line}") for line in range(1 + number % 6)]
        late = {"lateAt": iso(5), "veryLateAt": iso(60)} if number == 30 else {}
        tickets.append(ticket(number, "grill", *lines, metadata=late))
    hub.shows(*tickets, stations=GRILL)


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_a_page_has_the_cards_that_stand_whole_and_next_leads_to_the_others(
    hub: Hub, width: int, height: int
) -> None:
    page = hub.board.page
    page.set_viewport_size(ViewportSize(width=width, height=height))
    fill(hub, 40)
    column = hub.board.station("grill")
    forward = column.get_by_role("button", name="Next page")
    seen: list[str] = []
    while len(seen) < 40:
        expect(column.locator(".where")).to_contain_text(f"{len(seen) + 1}")
        expect(hub.board.cards("grill").first.locator(".reference")).to_have_text(
            f"Table {len(seen) + 1}"
        )
        assert column.locator(".tickets").evaluate(CUT_OFF) == []
        seen += hub.board.cards("grill").locator(".reference").all_text_contents()
        if len(seen) < 40:
            forward.click()
    assert seen == [f"Table {number}" for number in range(1, 41)]
    expect(forward).to_have_attribute("aria-disabled", "true")


def test_what_is_late_on_another_page_is_said_and_one_press_away(hub: Hub) -> None:
    fill(hub, 40)
    where = hub.board.station("grill").locator(".where")
    expect(where).to_contain_text("1 late on page")
    where.click()
    expect(hub.board.card("grill", "Table 30").locator(".state")).to_have_text("late")
    expect(where).not_to_contain_text("late")


BESIDE_EACH_OTHER = """station => {
  const box = (e) => e.getBoundingClientRect();
  const isIn = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1
    && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  const isWhole = (e, outer) => isIn(box(e), box(e.closest(outer)))
    && e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight;
  const all = (kinds) => [...station.querySelectorAll(kinds)];
  return [
    ...all(".previous, .next, .tools button").filter((e) => !isWhole(e, ".station")),
    ...all(".where span").filter((e) => !isIn(box(e), box(e.parentElement))),
    ...all(".ticket footer button").filter((e) => !isWhole(e, ".ticket")),
  ].map((e) => e.textContent || e.className);
}"""


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (800, 480)])
@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_no_button_is_cut_off_where_four_stations_stand_side_by_side_and_much_is_late(
    page: Page, standing: Kitchen, width: int, height: int, language: str
) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=height))
    hub = Hub(page, standing, path=f"/?lang={language}")
    hub.it_is(10)
    tickets = [
        ticket(number, station, item("Burger"), metadata={"veryLateAt": iso(number)})
        for number in range(5, 45)
        for station in ("grill", "fry", "cold", "pass")
    ]
    hub.shows(*tickets, stations=[*STATIONS, COLD])
    for name in ("grill", "fry", "cold", "pass"):
        station = hub.board.station(name)
        station.locator(".pager").get_by_role("button").last.click()
        expect(station.locator(".urgent.very-late")).not_to_be_empty()
        assert station.evaluate(BESIDE_EACH_OTHER) == []


def test_five_hundred_tickets_cost_no_more_than_a_page(hub: Hub) -> None:
    fill(hub, 500)
    page = hub.board.page
    expect(hub.board.station("grill").locator(".count")).to_have_text("500")
    assert hub.board.cards("grill").count() < 20
    page.evaluate("document.querySelectorAll('.ticket').forEach(e => e.dataset.drawn = 'old')")
    hub.tells("created", ticket(501, "grill"))
    expect(hub.board.station("grill").locator(".count")).to_have_text("501")
    expect(page.locator(".ticket:not([data-drawn=old])")).to_have_count(0)


def test_by_keyboard_cards_are_reached_bumped_and_their_pages_turned(hub: Hub) -> None:
    fill(hub, 20)
    page = hub.board.page
    asked: list[str] = []

    def away(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route("**/ticket/*", away)
    page.keyboard.press("ArrowDown")
    expect(hub.board.card("grill", "Table 1").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(hub.board.cards("grill").nth(1).locator(".sent")).to_have_text("Bump …")
    assert asked[0].endswith("/orders/2/ticket/bump")
    page.keyboard.press("3")
    expect(hub.board.cards("grill").nth(2).locator(".sent")).to_have_text("Bump …")
    page.keyboard.press("PageDown")
    expect(hub.board.station("grill").locator(".where")).to_contain_text("Page 2/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def test_a_layout_and_colours_are_chosen_at_the_screen_and_kept(hub: Hub) -> None:
    fill(hub, 20)
    page = hub.board.page
    page.get_by_role("button", name="Display").click()
    for choice in ("One row", "Day", "140 %"):
        page.get_by_role("button", name=choice, exact=True).click()
    page.reload()
    root = page.locator("html")
    expect(root).to_have_attribute("data-layout", "strip")
    expect(root).to_have_attribute("data-colours", "day")
    assert root.evaluate("root => root.style.getPropertyValue('--scale')") == "1.4"


def test_a_manager_gives_this_screen_its_look_and_it_shows_at_once(
    page: Page, standing: Kitchen
) -> None:
    hub = Hub(page, standing, own="id-of-Grill screen")
    hub.it_is(1)
    look = {"layout": "strip", "scale": 140, "colours": "day", "language": None, "sounds": None}
    hub.has_screens(screen("Grill screen", "grill", look=look))
    expect(page.locator("html")).to_have_attribute("data-layout", "strip")
    expect(page.locator("html")).to_have_attribute("data-colours", "day")


def test_on_a_small_screen_slots_of_buttons_are_side_by_side_each_card_whole(hub: Hub) -> None:
    page = hub.board.page
    page.set_viewport_size(ViewportSize(width=800, height=480))
    fill(hub, 12)
    cards = hub.board.cards("grill")
    hub.turns("grill", slots=True, selected_order_id="1")
    for number in ("1", "6", "8", "1"):
        hub.turns("grill", slots=True, selected_order_id=number)
        expect(cards.and_(page.locator(".selected"))).to_have_count(1)
        for card in cards.all():
            expect(card).to_be_in_viewport(ratio=1)
            expect(card.get_by_role("button", name="Bump")).to_be_in_viewport(ratio=1)
    tops = cards.evaluate_all("all => new Set(all.map((card) => card.offsetTop)).size")
    assert tops == 1
    assert not hub.board.station("grill").evaluate("one => one.scrollHeight > one.clientHeight")
