"""The cards have their room, and a finger its own, whatever else there is to say."""

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.pages.board import Board
from tests.pages.hub import Hub, iso, item, ticket
from tests.pages.kitchen import BURGER, FRIES, Kitchen

SCREENS = [(390, 844), (1024, 600), (1920, 1080)]
FINGER = 48
"""Pixels: what a greasy one hits without looking."""
APART = 20
WORDS = "the certificate that a device is to trust for https ends soon, and nobody has renewed it"
LATER = {"course": "Course 2", "courseStatus": "hold"}
STEAK = {"lineId": "3", "name": "Steak"}


@pytest.fixture
def hub(page: Page, kitchen: Kitchen) -> Hub:
    hub = Hub(page, kitchen)
    hub.it_is(0)
    return hub


def on_top(button: Locator) -> bool:
    """Whether a finger in the middle of it hits it."""
    hit: bool = button.evaluate("""button => {
      const { left, right, top, bottom } = button.getBoundingClientRect();
      const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return button.contains(found);
    }""")
    return hit


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_a_card_can_be_worked_on_however_much_is_wrong(hub: Hub, width: int, height: int) -> None:
    page = hub.board.page
    page.set_viewport_size(ViewportSize(width=width, height=height))
    unrouted = item("Onion Soup", unrouted=True)
    hub.shows(*(ticket(number, "grill", unrouted) for number in range(1, 6)))
    warnings = [f"{number}: {WORDS}" for number in range(20)]
    fault = {"message": "the disk is full", "seconds": 3}
    hub.beats(warnings=warnings, fault=fault, reminders=["No order from Web since 18:00"])
    for part in ("#fault", "#warnings", "#reminders", "#unrouted"):
        expect(page.locator(part)).to_be_visible()
    # Each is on a page of the column or further down, by the size of the screen.
    on = hub.board.station("grill").get_by_role("button", name="Next page")
    for table in ("Table 1", "Table 2", "Table 3", "Table 4", "Table 5"):
        if not hub.board.card("grill", table).is_visible():
            on.scroll_into_view_if_needed()
            assert on_top(on)
            on.click()
        button = hub.board.card("grill", table).get_by_role("button", name="Bump")
        button.scroll_into_view_if_needed()
        assert on_top(button)
    page.locator("#top").hover()
    page.mouse.wheel(0, 5000)
    for end in (page.locator("#unrouted"), page.locator("#link")):
        expect(end).to_be_in_viewport(ratio=0.9)
        assert on_top(end)


def test_a_button_that_the_keyboard_reaches_is_not_below_the_banners(hub: Hub) -> None:
    page = hub.board.page
    page.set_viewport_size(ViewportSize(width=390, height=844))
    hub.shows(*(ticket(number, "grill") for number in range(1, 9)))
    hub.beats(warnings=[WORDS] * 20)
    expect(page.locator("#warnings")).to_be_visible()
    last = hub.board.card("grill", "Table 8").get_by_role("button", name="Bump")
    last.focus()
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        assert on_top(page.locator(":focus"))


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_every_button_is_as_large_as_a_finger(
    board: Board, kitchen: Kitchen, width: int, height: int
) -> None:
    page = board.page
    page.set_viewport_size(ViewportSize(width=width, height=height))
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES, STEAK | LATER])
    kitchen.order(id="A-2", name="Table 8", items=[BURGER, STEAK | LATER])
    kitchen.order(id="A-3", name="Table 9", items=[BURGER])
    kitchen.act("grill", "A-1", "start")
    kitchen.act("grill", "A-2", "bump")
    kitchen.act("grill", "A-3", "bump")
    names: set[str] = set()
    for table in ("Table 7", "Table 8"):  # Perhaps each is a page of its own.
        if not board.card("grill", table).is_visible():
            board.station("grill").get_by_role("button", name="Next page").click()
        board.card("grill", table).get_by_role("button", name=table).click()
        buttons = page.locator("button:visible, #top a:visible")
        names |= {name.strip() for name in buttons.all_text_contents()}
        for button in buttons.all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= FINGER, button.text_content()
    assert {"Fire", "Ready", "Bump", "Recall", "Start now", "Fry", "Undo", "All day"} <= names
    assert {"Table 7", "Recall Table 9", "Status"} <= names


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_undo_stands_apart(hub: Hub, width: int, height: int) -> None:
    hub.board.page.set_viewport_size(ViewportSize(width=width, height=height))
    hub.shows(ticket(1, "grill"))
    column = hub.board.station("grill")
    undo = column.locator(".undo").bounding_box()
    assert undo is not None
    for other in column.locator("button:visible:not(.undo)").all():
        box = other.bounding_box()
        assert box is not None
        beside = max(undo["x"] - box["x"] - box["width"], box["x"] - undo["x"] - undo["width"])
        below = box["y"] - undo["y"] - undo["height"]
        assert max(beside, below) >= APART, other.text_content()


def test_four_stations_stand_side_by_side_on_a_small_tablet(board: Board, kitchen: Kitchen) -> None:
    board.page.set_viewport_size(ViewportSize(width=1024, height=600))
    for number in range(6):
        kitchen.order(id=f"A-{number}", items=[BURGER, FRIES])
    expect(board.station("pass").locator(".count")).to_have_text("6")
    expect(board.station("pass").locator("h2")).to_be_in_viewport(ratio=1)
    fits = "main => main.scrollWidth <= main.clientWidth"
    assert board.page.locator("main").evaluate(fits)


def test_what_is_said_of_a_press_moves_no_card(hub: Hub) -> None:
    late = {"lateAt": iso(5), "veryLateAt": iso(8)}
    hub.shows(*(ticket(number, "grill", metadata=late) for number in range(1, 9)))
    button = hub.board.card("grill", "Table 1").get_by_role("button", name="Bump")
    before = button.bounding_box()
    button.click()
    # There is no such order.
    expect(hub.board.page.locator("#notice")).to_be_in_viewport(ratio=1)
    assert button.bounding_box() == before
