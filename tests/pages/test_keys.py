"""A bump bar that is a keyboard of the screen's own computer works the board."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from appliance import config
from tests.pages.board import Board
from tests.pages.kitchen import BURGER, Kitchen

BARS = """
[[bump_bar]]
id = "grill-bar"
station = "grill"
transport = "board"
profile = "numpad"
keys = { F7 = "summon", "KEY_LEFTCTRL+KEY_KP1" = "start" }

[[bump_bar]]
id = "one-key"
station = "grill"
transport = "board"
profile = "kb9000"
"""


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    """On real devices, as an installer has it: none of them is there but the screens."""
    text = config.embedded().replace('mode = "simulated"', 'mode = "real"') + BARS
    monkeypatch.setattr(config, "embedded", lambda: text)
    with Kitchen(tmp_path) as kitchen:
        yield kitchen


def opened(page: Page, kitchen: Kitchen, bar: str) -> Board:
    """The board of a screen whose keyboard is this bar; it knows its keys."""
    page.goto(kitchen.sign_in_link)
    page.wait_for_url(f"{kitchen.url}/")
    with page.expect_response("**/panel"):
        page.goto(f"{kitchen.url}/?bar={bar}")
    board = Board(page)
    board.is_tall()
    board.is_live()
    return board


@pytest.fixture
def board(page: Page, kitchen: Kitchen) -> Board:
    return opened(page, kitchen, "grill-bar")


def order(kitchen: Kitchen, board: Board, *tables: int) -> None:
    for table in tables:
        kitchen.order(id=f"A-{table}", name=f"Table {table}", items=[BURGER])
    board.shows("grill", *(f"Table {table}" for table in tables))
    expect(selected(board)).to_contain_text(f"Table {tables[0]}")


def selected(board: Board) -> Locator:
    return board.page.locator("[aria-current=true]")


def settle(board: Board) -> None:
    """A press is for what was there before, as long as cards have just moved."""
    board.page.wait_for_timeout(350)


def test_its_keys_do_what_those_of_any_bar_do(board: Board, kitchen: Kitchen) -> None:
    order(kitchen, board, 1, 2, 3)
    settle(board)
    keyboard = board.page.keyboard
    keyboard.press("NumpadAdd")
    expect(selected(board)).to_contain_text("Table 2")
    keyboard.press("NumpadEnter")
    board.shows("grill", "Table 1", "Table 3")
    expect(selected(board)).to_contain_text("Table 3")
    keyboard.press("NumpadDecimal")
    board.shows("grill", "Table 1", "Table 2", "Table 3")
    settle(board)
    keyboard.press("Numpad1")
    board.shows("grill", "Table 2", "Table 3")
    keyboard.press("NumpadMultiply")
    expect(board.station("grill").locator(".counts")).to_contain_text("Hamburger")
    keyboard.press("F7")
    expect(board.page.locator("#summons")).to_contain_text("Grill calls")


def test_presses_one_right_after_the_other_are_done_in_their_order(
    board: Board, kitchen: Kitchen
) -> None:
    order(kitchen, board, 1, 2, 3, 4)
    settle(board)
    for code in ("NumpadAdd", "NumpadAdd", "NumpadEnter"):
        board.page.keyboard.press(code)
    board.shows("grill", "Table 1", "Table 2", "Table 4")


def test_a_key_that_is_held_down_bumps_once(board: Board, kitchen: Kitchen) -> None:
    order(kitchen, board, 1, 2, 3)
    settle(board)
    for _ in range(4):  # Playwright says of all but the first that the key is held.
        board.page.keyboard.down("NumpadEnter")
    board.page.keyboard.up("NumpadEnter")
    board.shows("grill", "Table 2", "Table 3")
    board.page.keyboard.down("NumpadAdd")
    board.page.keyboard.down("NumpadAdd")
    board.page.keyboard.up("NumpadAdd")
    expect(selected(board)).to_contain_text("Table 2")  # All the way round: this one repeats.


def test_what_the_keyboard_is_at_is_not_pressed_by_the_bar(board: Board, kitchen: Kitchen) -> None:
    order(kitchen, board, 1, 2)
    settle(board)
    board.card("grill", "Table 2").get_by_role("button", name="Start").focus()
    board.page.keyboard.press("Enter")
    board.shows("grill", "Table 2")
    assert kitchen.listed("grill") == [("A-2", "pending")]


def test_a_modifier_alone_counts_when_it_is_released_and_no_key_came_between(
    page: Page, kitchen: Kitchen
) -> None:
    board = opened(page, kitchen, "one-key")
    order(kitchen, board, 1, 2)
    settle(board)
    page.keyboard.down("ControlLeft")
    page.keyboard.press("KeyQ")
    page.keyboard.up("ControlLeft")
    page.keyboard.press("ArrowRight")  # "up", the one before: all the way round.
    expect(selected(board)).to_contain_text("Table 2")
    page.keyboard.press("ControlLeft")
    board.shows("grill", "Table 1")


def test_keys_together_are_another_key(board: Board, kitchen: Kitchen) -> None:
    order(kitchen, board, 1, 2)
    settle(board)
    board.page.keyboard.press("ControlLeft+Numpad1")
    expect(board.card("grill", "Table 1").locator(".state")).to_have_text("cooking")
    board.shows("grill", "Table 1", "Table 2")


def test_a_board_without_a_bar_in_its_address_leaves_the_keyboard_alone(
    page: Page, kitchen: Kitchen
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(kitchen.sign_in_link)
    page.wait_for_url(f"{kitchen.url}/")
    board = Board(page)
    board.is_live()
    order(kitchen, board, 1)
    page.keyboard.press("NumpadEnter")
    assert not any("/panel" in url for url in asked)
    board.shows("grill", "Table 1")


@pytest.mark.parametrize("bar", ["fry-bar", "nobody"])
def test_a_bar_that_is_at_no_board_is_named(page: Page, kitchen: Kitchen, bar: str) -> None:
    board = opened(page, kitchen, bar)
    expect(board.page.locator("#notice")).to_contain_text(f"no bump bar {bar} is at a board")


def test_a_press_that_came_to_nothing_says_why(board: Board, kitchen: Kitchen) -> None:
    del kitchen
    board.page.keyboard.press("Backspace")
    expect(board.page.locator("#notice")).to_have_text(
        "Grill: nothing was done here by hand in the last 300 seconds"
    )


def test_keys_that_are_pressed_while_it_is_offline_are_not_done_later(
    board: Board, kitchen: Kitchen
) -> None:
    order(kitchen, board, 1, 2)
    settle(board)
    kitchen.kill()
    board.is_offline(within=6)
    board.page.keyboard.press("NumpadEnter")
    kitchen.start()
    board.is_live()
    board.page.keyboard.press("NumpadMultiply")  # Would come after what waited.
    expect(board.station("grill").locator(".counts")).to_contain_text("Hamburger")
    board.shows("grill", "Table 1", "Table 2")


def test_the_status_page_leads_to_the_board_of_the_bar(page: Page, kitchen: Kitchen) -> None:
    opened(page, kitchen, "grill-bar")
    page.goto(f"{kitchen.url}/status")
    row: Any = page.locator('[data-device="grill-bar"]')
    expect(row.get_by_role("link")).to_have_attribute("href", "/?bar=grill-bar")
    row.get_by_role("button", name="summary").click()
    expect(page.locator("#devices .said")).to_have_text("grill-bar, summary: done")
    expect(page.locator('[data-device="fry-bar"]').get_by_role("button")).to_have_count(0)
