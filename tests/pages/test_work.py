"""A cook works on the board: what comes, what a press does, and that the appliance knows it."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.board import Board
from tests.pages.kitchen import BURGER, FRIES, Kitchen


def test_an_order_appears_at_its_stations_without_a_reload(board: Board, kitchen: Kitchen) -> None:
    board.page.evaluate("window.neverReloaded = true")
    expect(board.station("grill").get_by_text("Nothing to do")).to_be_visible()
    assert kitchen.order(id="A-1", name="Table 7", server="Sarah", items=[BURGER, FRIES]) == "A-1"
    for station in ("grill", "fry", "pass"):
        board.shows(station, "Table 7")
    board.shows("cold")
    expect(board.card("grill", "Table 7")).to_contain_text("1 × Hamburger")
    expect(board.card("grill", "Table 7")).to_contain_text("dine in · Sarah")
    expect(board.card("grill", "Table 7")).not_to_contain_text("Fries")
    expect(board.station("grill").get_by_text("Nothing to do")).to_be_hidden()
    assert board.page.evaluate("window.neverReloaded")


def test_what_was_there_before_is_shown_in_the_order_of_the_kitchen(
    page: Page, kitchen: Kitchen
) -> None:
    for order_id in ("A-1", "A-2", "A-3"):
        kitchen.order(id=order_id, items=[BURGER])
    kitchen.order(id="A-4", priority=True, items=[BURGER])
    page.goto(kitchen.sign_in_link)
    board = Board(page)
    board.is_tall()
    board.shows("grill", "A-4", "A-1", "A-2", "A-3")
    kitchen.order(id="A-5", priority=True, items=[BURGER])
    board.shows("grill", "A-4", "A-5", "A-1", "A-2", "A-3")


def test_start_ready_and_bump_by_click(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="a/b 1%", name="Table 7", items=[BURGER])
    board.press("grill", "Table 7", "Start")
    expect(board.card("grill", "Table 7").locator(".state")).to_have_text("cooking")
    assert kitchen.listed("grill") == [("a/b 1%", "in_progress")]
    board.press("grill", "Table 7", "Ready")
    expect(board.card("grill", "Table 7").locator(".state")).to_have_text("ready")
    expect(board.card("grill", "Table 7").locator(".items .done")).to_have_count(1)
    assert kitchen.listed("grill") == [("a/b 1%", "ready")]
    board.press("grill", "Table 7", "Bump")
    board.shows("grill")
    assert kitchen.listed("grill") == []
    board.shows("pass", "Table 7")


def test_what_was_bumped_too_soon_is_recalled(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.press("grill", "Table 7", "Bump")
    board.shows("grill")
    board.station("grill").get_by_role("button", name="Recall Table 7").click()
    board.shows("grill", "Table 7")
    assert kitchen.listed("grill") == [("A-1", "recalled")]


def test_what_others_do_is_seen_at_once(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    kitchen.act("grill", "A-1", "start")
    expect(board.card("grill", "Table 7").locator(".state")).to_have_text("cooking")
    kitchen.act("grill", "A-1", "bump")
    board.shows("grill")


def test_held_courses_wait_in_grey_until_they_are_fired(board: Board, kitchen: Kitchen) -> None:
    later = {"course": "Course 2", "courseStatus": "hold"}
    kitchen.order(id="A-1", name="Table 7", items=[BURGER | later, FRIES])
    card = board.card("grill", "Table 7")
    expect(card.locator(".state")).to_have_text("held · course 2")
    expect(card.locator(".items")).to_contain_text("HOLD")
    expect(board.card("pass", "Table 7").locator(".waiting")).to_contain_text("Hamburger")
    board.press("grill", "Table 7", "Fire")
    expect(card.locator(".state")).to_have_text("")
    expect(card.locator(".items")).not_to_contain_text("HOLD")
    assert kitchen.listed("grill") == [("A-1", "pending")]


def test_the_pass_fires_the_next_course_of_a_card_that_is_cooking(
    board: Board, kitchen: Kitchen
) -> None:
    second = {"course": "Course 2", "courseStatus": "hold"}
    third = {"lineId": "3", "name": "Shake", "course": "Course 3", "courseStatus": "hold"}
    kitchen.order(id="A-1", name="Table 7", items=[FRIES, BURGER | second, third])
    board.press("pass", "Table 7", "Fire")
    expect(board.card("pass", "Table 7").locator(".waiting")).to_have_count(1)
    assert kitchen.listed("grill") == [("A-1", "pending")]
    assert kitchen.listed("cold") == [("A-1", "held")]
    board.press("pass", "Table 7", "Fire")
    expect(board.card("pass", "Table 7").locator(".waiting")).to_have_count(0)
    assert kitchen.listed("cold") == [("A-1", "pending")]


def test_a_card_says_where_else_its_order_is_made(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", server="Sarah", items=[BURGER, FRIES])
    facts = board.card("grill", "Table 7").locator(".facts")
    expect(facts).to_have_text("dine in · Sarah · also at Fry")
    expect(board.card("pass", "Table 7").locator(".facts")).to_have_text("dine in · Sarah")
    shake = {"lineId": "3", "name": "Shake"}
    items = [BURGER, FRIES, shake]
    kitchen.order("update-order", id="A-1", name="Table 7", server="Sarah", items=items)
    expect(facts).to_have_text("dine in · Sarah · also at Cold, Fry")


def test_a_card_at_a_backup_says_for_whom_it_is_made(board: Board, kitchen: Kitchen) -> None:
    wok = {"name": "Wok", "backup": "fry", "overflow_after_seconds": 1}
    kitchen.call("POST", "/stations", wok)
    kitchen.call("POST", "/routing", {"station_id": "wok", "name": ["noodles"]})
    for number in ("7", "8"):
        items = [{"lineId": "1", "name": "Noodles"}]
        kitchen.order(id=f"A-{number}", name=f"Table {number}", items=items)
    facts = board.card("fry", "Table 8").locator(".facts")
    expect(facts).to_have_text("dine in · taken over from Wok")


def test_a_card_that_is_moved_leaves_its_board_and_nothing_to_recall(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    path = "/stations/grill/orders/A-1/ticket/move"
    kitchen.call("POST", path, {"station_id": "cold"})
    board.shows("cold", "Table 7")
    board.shows("grill")
    expect(board.station("grill").locator(".recall")).to_be_hidden()
    expect(board.card("fry", "Table 7").locator(".facts")).to_contain_text("also at Cold")
    kitchen.call("POST", "/stations/grill/undo")
    board.shows("grill", "Table 7")
    board.shows("cold")
    expect(board.station("cold").locator(".recall")).to_be_hidden()


@pytest.mark.parametrize("by", ["finger", "keyboard"])
def test_a_card_is_moved_by_its_name_and_one_press(board: Board, kitchen: Kitchen, by: str) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    other = Board(board.page.context.new_page())
    other.page.goto(kitchen.url)
    other.shows("grill", "Table 7")
    card = board.card("grill", "Table 7")
    name = card.get_by_role("button", name="Table 7")
    targets = card.locator(".move button")
    expect(name).to_have_attribute("aria-expanded", "false")
    expect(targets).to_have_count(0)
    if by == "keyboard":
        name.press("Enter")
        expect(targets).to_have_count(2)
        for _ in range(2):
            board.page.keyboard.press("Tab")
        expect(targets.last).to_be_focused()
    else:
        name.click()
    expect(name).to_have_attribute("aria-expanded", "true")
    expect(targets).to_have_text(["Fry", "Cold"])
    expect(other.card("grill", "Table 7").locator(".move button")).to_have_count(0)
    if by == "keyboard":
        board.page.keyboard.press("Enter")
    else:
        targets.last.click()
    for each in (board, other):
        each.shows("cold", "Table 7")
        each.shows("grill")
    expect(board.page.locator("#notice")).to_have_text("Table 7 is at Cold now")
    expect(board.card("cold", "Table 7").locator(".move button")).to_have_count(0)
    board.station("grill").get_by_role("button", name="Undo").click()
    for each in (board, other):
        each.shows("grill", "Table 7")
        each.shows("cold")
    expect(board.page.locator("#notice")).to_have_text("Taken back: move of Table 7")


def test_a_name_that_is_pressed_again_shows_no_stations(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    card = board.card("grill", "Table 7")
    name = card.get_by_role("button", name="Table 7")
    for shown in (2, 0):
        name.click()
        expect(card.locator(".move button")).to_have_count(shown)
    kitchen.act("grill", "A-1", "void")
    expect(name).to_have_count(0)


def test_what_was_bumped_of_a_card_that_waits_is_recalled_on_it(
    board: Board, kitchen: Kitchen
) -> None:
    later = {"lineId": "3", "name": "Steak", "course": "Course 2", "courseStatus": "hold"}
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, later])
    kitchen.order(id="A-2", name="Table 8", items=[later])
    board.press("grill", "Table 7", "Bump")
    for table, buttons in (("Table 7", ["Recall", "Fire"]), ("Table 8", ["Fire"])):
        footer = board.card("grill", table).locator("footer button")
        expect(footer).to_have_text(buttons)
    board.press("grill", "Table 7", "Recall")
    card = board.card("grill", "Table 7")
    expect(card.locator(".state")).to_have_text("recalled")
    expect(card.locator("footer button")).to_have_text(["Fire", "Start", "Bump"])
    assert kitchen.listed("grill") == [("A-1", "recalled"), ("A-2", "held")]


def test_what_is_taken_back_is_on_its_boards_as_it_was(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    board.press("pass", "Table 7", "Bump")
    for station in ("pass", "grill", "fry"):
        board.shows(station)
    kitchen.act("pass", "A-1", "undo")
    for station in ("pass", "grill", "fry"):
        board.shows(station, "Table 7")
        expect(board.station(station).locator(".recall")).to_be_hidden()


def test_what_was_done_last_is_taken_back_by_one_press(board: Board, kitchen: Kitchen) -> None:
    for number in (7, 8):
        kitchen.order(id=f"A-{number}", name=f"Table {number}", items=[BURGER])
    board.press("grill", "Table 7", "Bump")
    board.shows("grill", "Table 8")
    board.press("grill", "Table 8", "Bump")
    board.shows("grill")
    undo = board.station("grill").get_by_role("button", name="Undo")
    undo.dblclick()
    board.shows("grill", "Table 8")
    said = board.page.locator("#notice")
    expect(said).to_have_text("Taken back: bump of Table 8")
    expect(undo).to_be_enabled()
    assert kitchen.listed("grill") == [("A-8", "pending")]
    undo.click()
    board.shows("grill", "Table 7", "Table 8")
    expect(said).to_have_text("Taken back: bump of Table 7")
    undo.click()
    expect(said).to_contain_text("Grill: there is nothing to take back")


def test_a_course_that_was_fired_on_a_card_is_taken_back_above_it(
    board: Board, kitchen: Kitchen
) -> None:
    later = {"course": "Course 2", "courseStatus": "hold"}
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    kitchen.order(id="A-2", name="Table 8", items=[BURGER | later])
    board.press("grill", "Table 7", "Bump")
    board.press("grill", "Table 8", "Fire")
    expect(board.card("grill", "Table 8").locator(".state")).to_have_text("")
    board.station("grill").get_by_role("button", name="Undo").click()
    expect(board.page.locator("#notice")).to_have_text("Taken back: firing of Table 8")
    board.shows("grill", "Table 8")


def test_what_was_taken_back_is_said_in_words(board: Board, kitchen: Kitchen) -> None:
    later = {"lineId": "3", "name": "Steak", "course": "Course 2", "courseStatus": "hold"}
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, later])
    ticket = "/stations/grill/orders/A-1/ticket"
    deeds: list[tuple[str, Any, str]] = [
        (f"{ticket}/priority", {"priority": "high"}, "priority"),
        (f"{ticket}/start", None, "start"),
        (f"{ticket}/items/1/done", None, "tick"),
        (f"{ticket}/items/1/undone", None, "taking away a tick"),
        (f"{ticket}/ready", None, "ready"),
        (f"{ticket}/recall", None, "recall"),
        ("/courses/fire", {"order_id": "A-1", "course_number": 2}, "firing"),
        (f"{ticket}/void", None, "void"),
    ]
    for path, body, _ in deeds:
        kitchen.call("POST", path, body)
    undo = {True: "grill", False: "pass"}
    for _, _, words in reversed(deeds):
        station = board.station(undo[words != "firing"])
        station.get_by_role("button", name="Undo").click()
        expect(board.page.locator("#notice")).to_have_text(f"Taken back: {words} of Table 7")
        expect(station.get_by_role("button", name="Undo")).to_be_enabled()


def test_a_cancelled_order_is_struck_through_until_it_is_cleared(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    kitchen.order("cancel-order", id="A-1")
    card = board.card("grill", "Table 7")
    expect(card.locator(".verdict")).to_have_text("CANCELLED")
    expect(card.locator(".dish bdi")).to_have_css("text-decoration-line", "line-through")
    board.press("grill", "Table 7", "Clear")
    board.shows("grill")
    board.shows("pass", "Table 7")


def test_nothing_waits_on_a_card_that_is_struck_through(board: Board, kitchen: Kitchen) -> None:
    later = {"course": "Course 2", "courseStatus": "hold"}
    shake = {"lineId": "3", "name": "Shake"}
    kitchen.order(id="A-1", name="Table 7", items=[BURGER | later, shake | later, FRIES])
    expect(board.card("pass", "Table 7").locator(".waiting")).to_have_count(2)
    kitchen.order("cancel-order", id="A-1")
    for station in ("grill", "cold", "pass"):
        card = board.card(station, "Table 7")
        expect(card.locator("footer button")).to_have_text(["Clear"])
        expect(card.locator(".waiting, .mark")).to_have_count(0)


def test_what_has_been_cleared_stays_cleared_when_its_order_changes(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    kitchen.act("grill", "A-1", "void")
    board.press("grill", "Table 7", "Clear")
    board.shows("grill")
    kitchen.order("update-order", id="A-1", name="Table 8", items=[FRIES])
    board.shows("pass", "Table 8")
    board.shows("grill")
    assert kitchen.listed("grill") == []


def test_changes_of_an_order_are_marked(board: Board, kitchen: Kitchen) -> None:
    steak = {"lineId": "3", "name": "Steak"}
    chicken = {"lineId": "4", "name": "Grilled chicken"}
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, steak])
    kitchen.order("update-order", id="A-1", name="Table 7", items=[BURGER | {"qty": 2}, chicken])
    rows = board.card("grill", "Table 7").locator(".items li")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="Hamburger")).to_contain_text("CHANGED")
    expect(rows.filter(has_text="Steak")).to_contain_text("VOID")
    expect(rows.filter(has_text="chicken")).to_contain_text("ADDED")
    for dish, decoration in (("Steak", "line-through"), ("chicken", "none")):
        name = rows.filter(has_text=dish).locator("bdi")
        expect(name).to_have_css("text-decoration-line", decoration)


def test_one_hasty_finger_is_one_press(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    sent: list[str] = []
    board.page.on("request", lambda request: sent.append(request.method))
    button = board.card("grill", "Table 7").get_by_role("button", name="Start")
    button.evaluate("button => { button.click(); button.click(); button.click(); }")
    expect(board.card("grill", "Table 7").locator(".state")).to_have_text("cooking")
    assert sent.count("POST") == 1


@pytest.mark.parametrize("role", ["server", "pos_staff"])
def test_who_may_only_look_is_told_so(browser: Browser, kitchen: Kitchen, role: str) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    cookie = {"name": "expeditor_session", "value": kitchen.token(role), "url": kitchen.url}
    with browser.new_context() as context:
        context.add_cookies([cookie])  # type: ignore[list-item]
        board = Board(context.new_page())
        board.page.goto(kitchen.url)
        board.press("grill", "Table 7", "Bump")
        expect(board.page.locator("#notice")).to_contain_text("Table 7: this needs one of the")
        board.shows("grill", "Table 7")
    assert kitchen.listed("grill") == [("A-1", "pending")]
