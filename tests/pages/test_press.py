"""One press of a finger works the card that it came down on, once."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pages.board import Board
from tests.pages.hand import Hand
from tests.pages.hub import Hub, ticket
from tests.pages.kitchen import BURGER, FRIES, Kitchen

HASTY, DELIBERATE = 200, 600
"""Milliseconds between two presses."""


@pytest.fixture
def has_touch() -> bool:
    return True


@pytest.fixture(params=["mouse", "touch"])
def hand(page: Page, request: pytest.FixtureRequest) -> Hand:
    return Hand(page, request.param)


@pytest.fixture
def hub(page: Page, kitchen: Kitchen) -> Hub:
    page.set_viewport_size({"width": 1400, "height": 1400})  # All cards are on one page.
    hub = Hub(page, kitchen)
    hub.it_is(0)
    return hub


def button(board: Board, station: str, text: str, words: str) -> Locator:
    return board.card(station, text).get_by_role("button", name=words, exact=True)


def posts(page: Page) -> list[str]:
    """The paths to which the page posts from now on."""
    sent: list[str] = []

    def note(method: str, url: str) -> None:
        if method == "POST":
            sent.append(url.partition("/stations/")[2])

    page.on("request", lambda request: note(request.method, request.url))
    return sent


def test_a_second_tap_of_the_same_finger_works_no_other_order(
    hand: Hand, board: Board, kitchen: Kitchen
) -> None:
    board.is_tall()
    for number in (7, 8, 9):
        kitchen.order(id=f"A-{number}", name=f"Table {number}", items=[BURGER])
    board.shows("grill", "Table 7", "Table 8", "Table 9")
    place = hand.place(button(board, "grill", "Table 7", "Bump"))
    hand.presses(place)
    board.shows("grill", "Table 8", "Table 9")
    for _ in range(2):
        hand.waits(HASTY)
        hand.presses(place)
    hand.waits(DELIBERATE)
    hand.presses(place)
    board.shows("grill", "Table 9")
    assert kitchen.listed("grill") == [("A-9", "pending")]


def test_two_quick_presses_of_different_cards_both_count(
    hand: Hand, board: Board, kitchen: Kitchen
) -> None:
    for order_id, item in (("A-7", BURGER), ("A-8", BURGER), ("A-9", FRIES)):
        kitchen.order(id=order_id, name=order_id, items=[item])
    board.shows("fry", "A-9")
    # The one below first: then the other stays where it is.
    cards = [("grill", "A-8"), ("grill", "A-7"), ("fry", "A-9")]
    for place in [hand.place(button(board, *card, "Bump")) for card in cards]:
        hand.presses(place)
        hand.waits(HASTY)
    board.shows("grill")
    board.shows("fry")


def test_enter_that_is_held_down_fires_one_course(board: Board, kitchen: Kitchen) -> None:
    courses = {"courseStatus": "hold"}
    held = [FRIES | courses | {"lineId": f"{n}", "course": f"Course {n}"} for n in (2, 3, 4)]
    kitchen.order(id="A-7", name="Table 7", items=[FRIES | {"lineId": "1"}, *held])
    fire = button(board, "fry", "Table 7", "Fire")
    waiting = board.card("fry", "Table 7").locator(".waiting")
    expect(waiting).to_have_count(3)
    fire.focus()
    board.page.keyboard.down("Enter")
    expect(waiting).to_have_count(2)
    expect(fire).to_be_focused()
    for _ in range(3):
        board.page.keyboard.down("Enter")
    board.page.keyboard.up("Enter")
    board.press("fry", "Table 7", "Start")
    expect(board.card("fry", "Table 7").locator(".state")).to_have_text("cooking")
    assert waiting.count() == 2


def test_a_card_that_changes_under_the_finger_is_pressed_all_the_same(hand: Hand, hub: Hub) -> None:
    hub.shows(ticket(1, "grill"))
    sent = posts(hub.board.page)
    with hand.is_down(hand.place(button(hub.board, "grill", "Table 1", "Bump"))):
        hub.tells("updated", ticket(1, "grill", server_name="Sarah"))
    expect(hub.board.card("grill", "Table 1")).to_contain_text("Sarah")
    assert sent == ["grill/orders/1/ticket/bump"]


def test_what_comes_in_between_moves_no_card_under_the_finger(hand: Hand, hub: Hub) -> None:
    hub.shows(ticket(5, "grill"), ticket(6, "grill"))
    sent = posts(hub.board.page)
    with hand.is_down(hand.place(button(hub.board, "grill", "Table 6", "Bump"))):
        hub.tells("created", ticket(1, "grill"))
        hub.reminds("Something to know.")
    hub.board.shows("grill", "Table 1", "Table 5", "Table 6")
    expect(hub.board.page.locator("#reminders")).to_be_visible()
    assert sent == ["grill/orders/6/ticket/bump"]


def test_a_finger_that_rests_on_the_board_stops_nothing_and_presses_nothing_else(
    hand: Hand, hub: Hub
) -> None:
    hub.shows(ticket(5, "grill"), ticket(6, "grill"))
    sent = posts(hub.board.page)
    with hand.is_down(hand.place(button(hub.board, "grill", "Table 5", "Bump"))):
        for number in (1, 2):
            hub.tells("created", ticket(number, "grill"))
            expect(hub.board.card("grill", f"Table {number}")).to_be_visible()
    hand.waits(DELIBERATE)
    hand.presses(hand.place(button(hub.board, "grill", "Table 6", "Start")))
    expect(hub.board.page.locator("#notice")).to_contain_text(re.compile("^Table 6"))
    assert sent == ["grill/orders/6/ticket/start"]
