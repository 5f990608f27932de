"""What somebody has open, or is about to press, stays while the board is drawn anew around it."""

import re
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.pages.board import Board
from tests.pages.hub import STATIONS, Hub, iso, ticket
from tests.pages.kitchen import BURGER, FRIES, Kitchen

SIGNED_IN = """
const ask = window.fetch;
const yes = { status: 204 };
window.fetch = (path, how) => path.endsWith("/session") ? Promise.resolve(yes) : ask(path, how);
"""
"""Answered without a wait, in which a clock that a test moves would go on."""
MENU = {"name": "Hamburger", "allergens": ["sesame"]}


@pytest.fixture
def hub(page: Page, kitchen: Kitchen) -> Hub:
    hub = Hub(page, kitchen)
    hub.it_is(0)
    return hub


def button(board: Board, station: str, text: str, words: str) -> Locator:
    return board.card(station, text).get_by_role("button", name=words, exact=True)


def test_a_change_of_the_menu_leaves_the_board_as_it_is_used(
    board: Board, kitchen: Kitchen
) -> None:
    for order_id, name, item in (("A-1", "Table 7", BURGER), ("A-2", "Table 8", FRIES)):
        kitchen.order(id=order_id, name=name, items=[item])
    kitchen.order(id="A-3", name="Table 9", items=[BURGER])
    board.press("grill", "Table 9", "Bump")
    recall = board.station("grill").get_by_role("button", name="Recall Table 9")
    expect(recall).to_be_visible()
    all_day = board.station("grill").get_by_role("button", name="All day", exact=True)
    all_day.click()
    counts = board.station("grill").locator(".counts li")
    expect(counts).to_have_text(["1 × Hamburger"])
    board.page.evaluate(
        "document.querySelectorAll('.ticket').forEach(e => e.dataset.drawn = 'old')"
    )
    for focused in (all_day, button(board, "fry", "Table 8", "Bump")):
        focused.focus()
        allergen = f"sesame {focused.text_content()}"
        kitchen.call("PUT", "/menu/B", MENU | {"allergens": [allergen]})
        card = board.card("grill", "Table 7")
        expect(card.locator(".allergens")).to_have_text(f"contains {allergen}")
        expect(recall).to_be_visible()
        expect(counts).to_have_text(["1 × Hamburger"])
        expect(focused).to_be_focused()
    expect(board.card("fry", "Table 8")).to_have_attribute("data-drawn", "old")
    expect(board.card("grill", "Table 7")).not_to_have_attribute("data-drawn", "old")
    recall.click()
    board.shows("grill", "Table 7", "Table 9")


def test_a_snapshot_tells_what_has_left_the_boards(hub: Hub) -> None:
    hub.shows(ticket(1, "grill"), ticket(2, "grill"), ticket(2, "fry"))
    hub.tells("bumped", ticket(1, "grill", status="bumped", completed_at=iso(1)))
    recall = hub.board.station("grill").locator(".recall button")
    expect(recall).to_have_text("Recall Table 1")
    hub.shows(ticket(3, "grill"), ticket(1, "grill", status="recalled"))
    hub.board.shows("grill", "Table 1", "Table 3")
    hub.board.shows("fry")
    expect(recall).to_be_hidden()


def test_a_menu_that_is_sent_item_by_item_is_asked_for_once(page: Page, kitchen: Kitchen) -> None:
    page.add_init_script(SIGNED_IN)
    page.clock.install()
    hub = Hub(page, kitchen)
    hub.it_is(0)
    hub.shows(ticket(1, "grill"))
    hub.changes_the_menu(times=300)
    assert hub.opened == 1
    page.clock.run_for(1_000)
    assert hub.opened == 2
    # One that goes on and on is looked at after five seconds all the same.
    for _ in range(10):
        hub.changes_the_menu()
        page.clock.run_for(500)
    assert hub.opened == 3


def test_what_is_being_read_stays_where_it_is_when_stations_change(hub: Hub) -> None:
    text = "ALLERGY " * 200
    hub.shows(ticket(1, "grill", metadata={"specialInstructions": text}))
    box = hub.board.card("grill", "Table 1").locator(".endless")
    box.evaluate("box => { box.scrollTop = 50; }")
    tell(hub, *STATIONS, {"id": "bar", "name": "Bar", "station_type": "bar", "active": True})
    expect(hub.board.station("bar")).to_be_visible()
    assert box.evaluate("box => box.scrollTop") == 50


def test_the_keyboard_stays_on_the_action_of_its_ticket(board: Board, kitchen: Kitchen) -> None:
    for number in (7, 8):
        kitchen.order(id=f"A-{number}", name=f"Table {number}", items=[BURGER])
    bump = button(board, "grill", "Table 8", "Bump")
    bump.focus()
    kitchen.act("grill", "A-8", "start")
    expect(board.card("grill", "Table 8").locator(".state")).to_have_text("cooking")
    expect(bump).to_be_focused()
    kitchen.call("POST", "/stations", {"name": "Bar", "display_order": 0})
    expect(board.page.locator(".station .name").first).to_have_text("Bar")
    expect(bump).to_be_focused()
    kitchen.act("grill", "A-7", "bump")
    board.shows("grill", "Table 8")
    expect(bump).to_be_focused()


def test_what_has_gone_hands_the_keyboard_to_no_other_button(
    board: Board, kitchen: Kitchen
) -> None:
    for number in (7, 8):
        kitchen.order(id=f"A-{number}", name=f"Table {number}", items=[BURGER])
    page = board.page
    button(board, "grill", "Table 7", "Start").press("Enter")
    expect(board.card("grill", "Table 7").locator(".state")).to_have_text("cooking")
    expect(board.card("grill", "Table 7")).to_be_focused()
    for expected in ("Table 7", "1 × Hamburger", "Ready", "Bump"):
        page.keyboard.press("Tab")
        expect(button(board, "grill", "Table 7", expected)).to_be_focused()
    page.keyboard.press("Enter")
    board.shows("grill", "Table 8")
    expect(board.card("grill", "Table 8")).to_be_focused()
    button(board, "grill", "Table 8", "Bump").press("Enter")
    board.shows("grill")
    expect(board.station("grill")).to_be_focused()


def test_undo_and_recall_keep_the_keyboard(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.press("grill", "Table 7", "Bump")
    recall = board.station("grill").get_by_role("button", name="Recall Table 7")
    recall.press("Enter")
    board.shows("grill", "Table 7")
    expect(board.station("grill")).to_be_focused()
    undo = board.station("grill").get_by_role("button", name="Undo")
    undo.press("Enter")
    board.shows("grill")
    expect(undo).to_be_focused()


def test_what_is_open_on_a_card_stays_open_and_follows_the_stations(hub: Hub) -> None:
    hub.shows(ticket(1, "grill"), ticket(2, "grill"), ticket(1, "pass"))
    card = hub.board.card("grill", "Table 1")
    card.get_by_role("button", name="Table 1").press("Enter")
    targets = card.locator(".move button")
    expect(targets).to_have_text(["Fry"])
    hub.tells("started", ticket(1, "grill", status="in_progress"))
    expect(card.locator(".state")).to_have_text("cooking")
    expect(targets).to_have_text(["Fry"])
    expect(card.get_by_role("button", name="Table 1")).to_be_focused()
    bar = {"id": "bar", "name": "Bar", "station_type": "bar"}
    for more, names in (
        ([bar | {"active": True}], ["Fry", "Bar"]),
        ([bar | {"active": False}], ["Fry"]),
    ):
        tell(hub, *STATIONS, *more)
        expect(targets).to_have_text(names)
    hub.board.card("grill", "Table 2").get_by_role("button", name="Table 2").click()
    expect(targets).to_have_count(0)
    expect(hub.board.card("grill", "Table 2").locator(".move button")).to_have_text(["Fry"])
    tell(hub, STATIONS[0], STATIONS[2])
    expect(hub.board.card("grill", "Table 2").locator(".move")).to_have_text(
        re.compile("no other station")
    )
    expect(hub.board.card("pass", "Table 1").locator(".title button, .move button")).to_have_count(
        0
    )


def tell(hub: Hub, *stations: dict[str, Any]) -> None:
    event = {"type": "kds.stations", "seq": 1, "at": iso(0), "payload": {"stations": stations}}
    hub.says(event)


@pytest.mark.parametrize("keyboard_at", ["body", ".all-day", "[data-action=bump]"])
def test_a_rush_is_laid_out_as_often_as_it_is_drawn_and_not_with_each_change(
    hub: Hub, keyboard_at: str
) -> None:
    hub.shows(ticket(1, "grill"))
    page = hub.board.page
    holder = page.locator(keyboard_at).first
    holder.focus()
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable")
    before = layouts(metrics)
    hub.tells("created", *(ticket(number, "grill") for number in range(2, 102)))
    assert layouts(metrics) - before < 50
    assert holder.evaluate("holder => holder === document.activeElement")
    expect(hub.board.station("grill").locator(".count")).to_have_text("101")


def layouts(metrics: CDPSession) -> float:
    """How often the page has been laid out."""
    values = metrics.send("Performance.getMetrics")["metrics"]
    return next(float(each["value"]) for each in values if each["name"] == "LayoutCount")
