"""The columns of the board follow the kitchen's stations, and no card is lost on the way."""

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.pages.board import Board
from tests.pages.kitchen import BURGER, FRIES, Kitchen

TELL = """
window.WebSocket = class extends window.WebSocket {
  constructor(...all) { super(...all); window.stream = this; }
};
"""
"""Keeps the stream where a test can speak through it, beside the appliance."""
GRILL, FRY, COLD, PASS = (
    {"id": name.lower(), "name": name, "station_type": kind, "active": True}
    for name, kind in (("Grill", "grill"), ("Fry", "fry"), ("Cold", "salad"), ("Pass", "expo"))
)
BAR = {"id": "bar", "name": "Bar", "station_type": "bar", "active": True}


def opened(page: Page, kitchen: Kitchen) -> Board:
    page.add_init_script(TELL)
    page.goto(kitchen.sign_in_link)
    board = Board(page)
    board.is_live()
    return board


def tell(board: Board, *stations: dict[str, Any]) -> None:
    """What the stream says when these are the stations."""
    at = "2026-03-02T18:00:00Z"
    event = {"type": "kds.stations", "seq": 1, "at": at, "payload": {"stations": stations}}
    message = {"data": json.dumps(event)}
    board.page.evaluate("message => stream.onmessage(message)", message)


def columns(board: Board, *names: str) -> None:
    expect(board.page.locator(".station:visible .name")).to_have_text(list(names))


def test_columns_come_go_move_and_are_renamed_around_their_cards(
    page: Page, kitchen: Kitchen
) -> None:
    board = opened(page, kitchen)
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    board.shows("fry", "Table 7")
    page.evaluate("document.querySelectorAll('.ticket').forEach(e => e.dataset.drawn = 'before')")
    tell(board, BAR, FRY, GRILL | {"name": "Flames"}, PASS)
    columns(board, "Bar", "Fry", "Flames", "Pass")
    for station in ("fry", "grill", "pass"):
        board.shows(station, "Table 7")
        expect(board.card(station, "Table 7")).to_have_attribute("data-drawn", "before")
    expect(board.card("fry", "Table 7").locator(".facts")).to_contain_text("also at Flames")
    tell(board, GRILL, FRY, COLD, PASS)
    columns(board, "Grill", "Fry", "Cold", "Pass")
    expect(board.station("bar")).to_have_count(0)
    kitchen.order(id="A-2", name="Table 8", items=[BURGER])
    board.shows("grill", "Table 7", "Table 8")
    board.press("grill", "Table 7", "Bump")
    board.shows("grill", "Table 8")
    assert kitchen.listed("grill") == [("A-2", "pending")]


def test_a_column_with_cards_stays_though_its_station_has_gone(
    page: Page, kitchen: Kitchen
) -> None:
    board = opened(page, kitchen)
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    tell(board, COLD, PASS)
    columns(board, "Cold", "Pass", "Grill")
    board.shows("grill", "Table 7")


def test_a_station_that_is_not_active_shows_while_there_is_something_to_see(
    page: Page, kitchen: Kitchen
) -> None:
    board = opened(page, kitchen)
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    closed = {"active": False}
    tell(board, GRILL | closed, FRY | closed, COLD, PASS)
    columns(board, "Grill", "Cold", "Pass")
    board.press("grill", "Table 7", "Bump")
    expect(board.station("grill").get_by_role("button", name="Recall Table 7")).to_be_visible()
    kitchen.order(id="A-2", name="Table 8", items=[FRIES])
    columns(board, "Grill", "Fry", "Cold", "Pass")


def test_cards_show_what_the_pass_needs_once_their_station_is_one(
    page: Page, kitchen: Kitchen
) -> None:
    board = opened(page, kitchen)
    kitchen.order(id="A-1", name="Table 7", covers=4, items=[BURGER])
    facts = board.card("grill", "Table 7").locator(".handoff dd")
    board.shows("grill", "Table 7")
    expect(facts).to_have_count(0)
    tell(board, GRILL | {"station_type": "expo"}, FRY, COLD, PASS)
    expect(facts).to_have_text(["4 covers"])
    board.shows("grill", "Table 7")
