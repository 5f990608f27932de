"""What buttons and bump bars have a board show: slots, a page, the selected card, the counts."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pages.hub import Hub, ticket
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
SETTLED = """column => new Promise((done) => {
  const seen = () => done(scrollY + column.scrollTop);
  requestAnimationFrame(() => requestAnimationFrame(seen));
})"""
BELOW_THE_HEAD = """card => card.getBoundingClientRect().top
  - card.closest(".station").firstElementChild.getBoundingClientRect().bottom"""


@pytest.fixture
def kitchen(standing: Kitchen) -> Kitchen:
    """Nobody changes it."""
    return standing


@pytest.fixture
def hub(page: Page, kitchen: Kitchen) -> Hub:
    page.set_viewport_size({"width": 1024, "height": 600})
    hub = Hub(page, kitchen)
    hub.it_is(0)
    hub.board.is_live()
    return hub


def full(hub: Hub, count: int = 20, *others: dict[str, Any]) -> None:
    hub.shows(*(ticket(number, "grill") for number in range(1, count + 1)), *others)
    expect(hub.board.station("grill").locator(".count")).to_have_text(f"{count}")


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


def scrolled(hub: Hub, station: str = "grill") -> float:
    return float(hub.board.station(station).evaluate(SETTLED))


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


def test_the_selected_card_is_scrolled_to_no_further_than_it_takes(hub: Hub) -> None:
    full(hub, 20)
    hub.turns("grill", selected_order_id="1", per_page=20)
    assert scrolled(hub) == 0
    cards = hub.board.cards("grill")
    for place in (1, 9, 19, 18, 3, 0):
        hub.turns("grill", selected_order_id=f"{place + 1}", per_page=20)
        assert is_free(cards.nth(place)), place
    before = scrolled(hub)
    hub.turns("grill", selected_order_id="2", per_page=20)
    assert scrolled(hub) == before


def test_a_page_begins_below_the_head_of_its_column(hub: Hub) -> None:
    full(hub, 20)
    hub.turns("grill", selected_order_id="1", per_page=6)
    hub.turns("grill", selected_order_id="7", per_page=6, first=6)
    seventh = hub.board.card("grill", "Table 7")
    assert is_free(seventh)
    assert seventh.evaluate(BELOW_THE_HEAD) < 20
    hub.turns("grill", selected_order_id="1", per_page=6)
    expect(hub.board.station("grill").locator("h2")).to_be_in_viewport(ratio=1)
    assert is_free(hub.board.cards("grill").first)


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


def test_on_a_telephone_the_whole_page_scrolls_to_what_is_selected(hub: Hub) -> None:
    hub.board.page.set_viewport_size({"width": 390, "height": 844})
    full(hub, 20, ticket(1, "fry"))
    cards = hub.board.cards("grill")
    for place in (9, 19, 0):
        hub.turns("grill", selected_order_id=f"{place + 1}", per_page=20)
        assert is_free(cards.nth(place)), place
    hub.turns("grill", selected_order_id="9", first=8)
    assert is_free(hub.board.card("grill", "Table 9"))
    hub.turns("grill", selected_order_id="1")
    expect(hub.board.station("grill").locator("h2")).to_be_in_viewport(ratio=1)
    hub.turns("fry", selected_order_id="1")
    assert is_free(hub.board.cards("fry").first)


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


def test_a_board_stays_where_it_is_when_the_selected_card_has_gone(hub: Hub) -> None:
    """Somebody else may be about to touch another."""
    full(hub, 20, *(ticket(number, "fry") for number in range(1, 20)))
    hub.turns("grill", selected_order_id="1", per_page=20)
    hub.board.station("grill").evaluate("column => column.scrollTo(0, 900)")
    hub.tells("bumped", ticket(1, "grill", status="bumped"))
    before = scrolled(hub)
    assert before > 0
    hub.turns("grill", selected_order_id="2", per_page=20)
    assert framed(hub) == ["Table 2"]
    hub.turns("grill", selected_order_id="2", per_page=20, slots=True)
    assert scrolled(hub) == before
    hub.turns("grill", selected_order_id="3", per_page=20)
    assert is_free(hub.board.cards("grill").nth(1))


def test_a_column_beside_the_screen_comes_into_sight(hub: Hub) -> None:
    hub.board.page.set_viewport_size({"width": 660, "height": 600})
    full(hub, 2, ticket(1, "pass"))
    assert not is_free(hub.board.cards("pass").first)
    hub.turns("pass", selected_order_id="1")
    assert is_free(hub.board.cards("pass").first)
    hub.turns("grill", selected_order_id="2")
    assert is_free(hub.board.cards("grill").nth(1))


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
