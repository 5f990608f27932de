"""What buttons and bump bars have a board show: slots, a page, the selected card, the counts."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pages.hub import Hub, iso, ticket
from tests.pages.kitchen import Kitchen

LOOKS = """card => {
  const { boxShadow } = getComputedStyle(card);
  const arrow = getComputedStyle(card.querySelector(".slot"), "::before");
  const hasArrow = arrow.content.includes("▶");
  const [frame] = boxShadow.match(/[0-9.]+px$/) ?? ["0px"];
  return [parseFloat(frame), hasArrow, card.getAttribute("aria-current")];
}"""
FREE = """card => {
  const { top, bottom, left, right } = card.getBoundingClientRect();
  const covers = [document.getElementById("top"), card.closest(".station").firstElementChild];
  const isCovered = (cover) => top < cover.getBoundingClientRect().bottom;
  return !covers.some(isCovered) && bottom <= innerHeight && left >= 0 && right <= innerWidth;
}"""


@pytest.fixture
def kitchen(standing: Kitchen) -> Kitchen:
    """Nobody changes it."""
    return standing


@pytest.fixture
def hub(page: Page, kitchen: Kitchen) -> Hub:
    """So high that a station's page has many cards."""
    hub = Hub(page, kitchen)
    hub.it_is(0)
    hub.board.is_live()
    page.set_viewport_size({"width": 1280, "height": 6000})
    return hub


@pytest.fixture
def low(hub: Hub) -> Hub:
    """On a screen that has room for one or two cards of each station."""
    hub.board.page.set_viewport_size({"width": 1024, "height": 600})
    return hub


def full(hub: Hub, count: int = 20, *others: dict[str, Any]) -> None:
    hub.shows(*(ticket(number, "grill") for number in range(1, count + 1)), *others)
    expect(hub.board.cards("grill").first).to_be_visible()


def slots(hub: Hub, station: str) -> list[str]:
    return hub.board.cards(station).locator(".slot").all_text_contents()


def framed(hub: Hub) -> list[str | None]:
    """The references of the cards that look selected; none looks as if it half were."""
    found = []
    for card in hub.board.page.locator(".ticket").all():
        frame, has_arrow, current = card.evaluate(LOOKS)
        assert (frame >= 6, frame > 0, current == "true") == (has_arrow,) * 3
        if has_arrow:
            found.append(card.locator(".reference").text_content())
    return found


def is_free(card: Locator) -> bool:
    """Whether all of it is in sight."""
    return bool(card.evaluate(FREE))


def test_cards_of_the_page_have_the_numbers_of_their_slots(hub: Hub) -> None:
    full(hub, 10, ticket(1, "fry"))
    assert set(slots(hub, "grill")) == {""}
    hub.turns("grill", slots=True)
    assert slots(hub, "grill") == [*map(str, range(1, 9))]
    assert slots(hub, "fry") == [""]
    expect(hub.board.card("grill", "Table 3").locator(".slot")).to_be_visible()
    hub.turns("grill", slots=True, first=8)
    hub.board.shows("grill", "Table 9", "Table 10")
    assert slots(hub, "grill") == ["1", "2"]
    hub.turns("grill", first=8)
    assert slots(hub, "grill") == ["", ""]


def test_a_page_that_is_turned_by_hand_has_no_numbers_that_a_button_has_not(hub: Hub) -> None:
    full(hub, 10)
    hub.turns("grill", slots=True)
    hub.board.station("grill").get_by_role("button", name="Next page").click()
    hub.board.shows("grill", "Table 9", "Table 10")
    assert slots(hub, "grill") == ["", ""]
    hub.turns("grill", slots=True, first=8)
    assert slots(hub, "grill") == ["1", "2"]


def test_the_numbers_stay_with_the_places_when_cards_come_and_go(hub: Hub) -> None:
    full(hub, 3)
    hub.turns("grill", slots=True, per_page=3)
    hub.tells("created", ticket(4, "grill", priority="urgent"))
    hub.board.shows("grill", "Table 4", "Table 1", "Table 2")
    assert slots(hub, "grill") == ["1", "2", "3"]
    hub.tells("bumped", ticket(1, "grill", status="bumped"))
    hub.board.shows("grill", "Table 4", "Table 2", "Table 3")
    assert slots(hub, "grill") == ["1", "2", "3"]


def test_the_selected_card_has_a_frame_and_an_arrow(hub: Hub) -> None:
    full(hub, 3, ticket(2, "fry"))
    hub.turns("grill", selected_order_id="2")
    assert framed(hub) == ["Table 2"]
    hub.tells("started", ticket(2, "grill", status="in_progress"))
    expect(hub.board.card("grill", "Table 2").locator(".state")).to_have_text("cooking")
    assert framed(hub) == ["Table 2"]
    hub.turns("fry", selected_order_id="2")
    assert framed(hub) == ["Table 2", "Table 2"]
    hub.turns("fry")
    hub.turns("grill", selected_order_id="4")
    assert framed(hub) == []
    hub.tells("created", ticket(4, "grill"))
    assert framed(hub) == ["Table 4"]


def test_what_is_told_before_the_first_snapshot_is_over_is_shown(
    page: Page, kitchen: Kitchen
) -> None:
    hub = Hub(page, kitchen)
    hub.shows(ticket(1, "grill"))
    hub.turns("grill", selected_order_id="1", slots=True)
    expect(page.locator("[aria-current]")).to_have_count(0)
    hub.it_is(0)
    expect(page.locator("[aria-current]")).to_have_count(1)
    assert framed(hub) == ["Table 1"]
    assert slots(hub, "grill") == ["1"]


def test_no_card_of_the_page_is_drawn_anew_and_the_keyboard_stays(hub: Hub) -> None:
    full(hub, 20)
    hub.turns("grill")
    page = hub.board.page
    page.evaluate("document.querySelectorAll('.ticket').forEach(e => e.dataset.drawn = 'old')")
    start = hub.board.card("grill", "Table 2").get_by_role("button", name="Start")
    start.focus()
    for view in (
        {"selected_order_id": "1", "slots": True},
        {"selected_order_id": "7", "slots": True},
        {"selected_order_id": "7", "all_day": True},
        {"selected_order_id": "2"},
    ):
        hub.turns("grill", **view)
        expect(start).to_be_focused()
    assert framed(hub) == ["Table 2"]
    expect(page.locator(".ticket[data-drawn=old]")).to_have_count(8)


def test_nothing_moves_when_another_card_is_selected(hub: Hub) -> None:
    full(hub, 3, ticket(1, "fry"))
    for slots in (True, False):
        places = []
        for order in ("1", "2", "1"):
            hub.turns("grill", selected_order_id=order, slots=slots)
            places.append([card.bounding_box() for card in hub.board.cards("grill").all()])
        assert places[0] == places[1] == places[2]


def test_the_selected_card_is_on_the_page_in_sight_and_whole(low: Hub) -> None:
    full(low, 20)
    for place in (1, 2, 10, 20, 19, 4, 1):
        low.turns("grill", selected_order_id=f"{place}", per_page=20)
        expect(low.board.card("grill", f"Table {place}")).to_be_visible()
        assert framed(low) == [f"Table {place}"]
        assert all(is_free(card) for card in low.board.cards("grill").all())


def test_what_does_not_fit_of_a_page_of_buttons_is_on_the_next(low: Hub) -> None:
    full(low, 12)
    low.turns("grill", slots=True, per_page=5)
    shown: list[str] = []
    numbers: list[str] = []
    on = low.board.station("grill").get_by_role("button", name="Next page")
    while True:
        assert all(is_free(card) for card in low.board.cards("grill").all())
        shown += low.board.cards("grill").locator(".reference").all_text_contents()
        numbers += slots(low, "grill")
        if on.get_attribute("aria-disabled") == "true":
            break
        on.click()
        expect(low.board.cards("grill").locator(".reference").first).not_to_have_text(shown[-1])
    assert shown == [f"Table {number}" for number in range(1, 13)]
    assert numbers == ["1", "2", "3", "4", "5", *[""] * 7]
    low.turns("grill", slots=True, per_page=5, first=5)
    expect(low.board.cards("grill").locator(".reference").first).to_have_text("Table 6")
    assert slots(low, "grill")[0] == "1"


def test_what_is_late_and_not_in_sight_is_told(low: Hub) -> None:
    low.it_is(3600)
    late = {"lateAt": iso(5), "veryLateAt": iso(60)}
    full(low, 7, ticket(8, "grill", metadata=late))
    low.turns("grill", slots=True)
    urgent = low.board.station("grill").locator(".pager .urgent")
    expect(urgent).to_contain_text("1 very late on page")
    urgent.click()
    expect(low.board.card("grill", "Table 8")).to_be_visible()


def test_a_page_that_is_turned_leaves_the_other_columns_where_they_are(hub: Hub) -> None:
    """Another cook's finger is on its way there, and the numbers are those of his buttons."""
    full(hub, 20, *(ticket(number, "fry") for number in range(1, 21)))
    hub.turns("fry", slots=True)
    at_fry = [card.bounding_box() for card in hub.board.cards("fry").all()]
    for view in ({"first": 8}, {"first": 16}, {"all_day": True}, {}):
        selected = str(view.get("first", 0) + 1)
        hub.turns("grill", selected_order_id=selected, **view)
        assert [card.bounding_box() for card in hub.board.cards("fry").all()] == at_fry
    assert is_free(hub.board.cards("fry").first)


def test_on_a_telephone_the_page_goes_to_what_is_selected_of_the_station_in_sight(
    hub: Hub,
) -> None:
    page = hub.board.page
    page.set_viewport_size({"width": 390, "height": 844})
    full(hub, 12, ticket(1, "fry"), ticket(2, "fry"))
    hub.turns("grill", selected_order_id="1")
    for number in ("8", "12", "1"):
        hub.turns("grill", selected_order_id=number, per_page=12)
        assert is_free(hub.board.cards("grill").nth(int(number) - 1)), number
    # A thumb is on its way there: somebody at the fryer moves nothing.
    before = page.evaluate("scrollY")
    for number in ("1", "2"):
        hub.turns("fry", selected_order_id=number)
    assert page.evaluate("scrollY") == before


def test_a_telephone_that_opens_the_board_begins_at_its_top(page: Page, kitchen: Kitchen) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    hub = Hub(page, kitchen)
    full(hub, 12, ticket(1, "fry"))
    hub.turns("fry", selected_order_id="1")
    hub.it_is(0)
    expect(hub.board.cards("fry")).to_have_class(re.compile("selected"))
    assert page.evaluate("scrollY") == 0


def test_a_board_that_is_opened_shows_the_page_that_the_others_show(
    page: Page, kitchen: Kitchen
) -> None:
    page.set_viewport_size({"width": 1024, "height": 600})
    hub = Hub(page, kitchen)
    full(hub, 20)
    hub.turns("grill", selected_order_id="12", per_page=10, first=10)
    hub.it_is(0)
    twelfth = hub.board.card("grill", "Table 12")
    expect(twelfth).to_be_in_viewport(ratio=1)
    assert is_free(twelfth)


def test_a_page_that_somebody_has_turned_to_stays_when_the_selected_card_has_gone(
    low: Hub,
) -> None:
    """Somebody else may be about to touch another."""
    full(low, 20)
    low.turns("grill", selected_order_id="1", per_page=20)
    on = low.board.station("grill").get_by_role("button", name="Next page")
    on.click()
    on.click()
    low.tells("bumped", ticket(1, "grill", status="bumped"))
    expect(low.board.station("grill").locator(".count")).to_have_text("19")
    shown = low.board.cards("grill").locator(".reference").all_text_contents()
    low.turns("grill", selected_order_id="2", per_page=20)
    low.turns("grill", selected_order_id="2", per_page=20, slots=True)
    assert low.board.cards("grill").locator(".reference").all_text_contents() == shown
    assert framed(low) == []
    low.turns("grill", selected_order_id="3", per_page=20)
    expect(low.board.card("grill", "Table 3")).to_be_visible()
    assert framed(low) == ["Table 3"]


def test_a_column_beside_the_screen_comes_into_sight(hub: Hub) -> None:
    hub.board.page.set_viewport_size({"width": 660, "height": 600})
    full(hub, 2, ticket(1, "pass"), ticket(2, "pass"))
    assert not is_free(hub.board.cards("pass").first)
    hub.turns("grill", selected_order_id="1")
    hub.turns("pass", selected_order_id="1")
    hub.turns("pass", selected_order_id="2")
    assert is_free(hub.board.card("pass", "Table 2"))
    hub.turns("grill", selected_order_id="2")
    assert is_free(hub.board.card("grill", "Table 2"))


def test_the_counts_are_opened_and_closed(hub: Hub) -> None:
    full(hub, 20)
    counts = hub.board.station("grill").locator(".counts")
    hub.turns("grill", selected_order_id="20", per_page=10, first=10)
    hub.turns("grill", selected_order_id="20", per_page=10, first=10, all_day=True)
    expect(counts).to_contain_text("Nothing to make")
    expect(counts).to_be_in_viewport(ratio=1)
    expect(hub.board.station("fry").locator(".counts")).to_be_hidden()
    hub.turns("grill", selected_order_id="20", per_page=10, first=10)
    expect(counts).to_be_hidden()
    assert is_free(hub.board.cards("grill").last)


def test_counts_that_a_finger_opened_stay_open_whatever_is_selected(hub: Hub) -> None:
    full(hub, 3)
    hub.turns("grill", selected_order_id="1")
    hub.board.station("grill").get_by_role("button", name="All day").click()
    counts = hub.board.station("grill").locator(".counts")
    expect(counts).to_contain_text("Nothing to make")
    hub.turns("grill", selected_order_id="2", slots=True)
    assert framed(hub) == ["Table 2"]
    expect(counts).to_be_visible()


def test_an_appliance_that_comes_back_without_devices_selects_nothing(hub: Hub) -> None:
    full(hub, 3)
    hub.turns("grill", selected_order_id="2", slots=True)
    hub.turns("fry", slots=True)
    assert framed(hub) == ["Table 2"]
    hub.changes_the_menu()  # The board comes for the stream again, and hears of none.
    expect(hub.board.page.locator("[aria-current]")).to_have_count(0)
    assert hub.opened == 2
    assert framed(hub) == []
    assert set(slots(hub, "grill")) == {""}
