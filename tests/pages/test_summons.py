"""Who needs somebody at a station is shown at the pass until somebody presses Coming."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, ViewportSize, expect

from tests.pages.board import Board
from tests.pages.kitchen import BURGER, Kitchen

SCREENS = [(1920, 1080), (1024, 600), (390, 844)]


def summon(kitchen: Kitchen, *stations: str) -> None:
    for station in stations:
        kitchen.call("POST", f"/stations/{station}/summon")


def notices(board: Board) -> Locator:
    return board.page.locator("#summons p")


def calling(kitchen: Kitchen) -> list[Any]:
    return [each["station_id"] for each in kitchen.call("GET", "/status")["kitchen"]["summons"]]


def screen(kitchen: Kitchen, station: str) -> str:
    """The token of a screen for this station alone."""
    body = {"name": f"Screen at the {station}", "stations": [station]}
    return str(kitchen.call("POST", "/devices", body)["token"])


def signed_in(context: BrowserContext, kitchen: Kitchen, token: str) -> Board:
    page = context.new_page()
    page.goto(f"{kitchen.url}/")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    board = Board(page)
    board.is_live()
    return board


def test_a_station_calls_until_somebody_comes(board: Board, kitchen: Kitchen) -> None:
    expect(notices(board)).to_have_count(0)
    summon(kitchen, "grill", "fry", "grill")
    expect(notices(board).locator("span")).to_have_text(["Grill calls", "Fry calls"])
    notices(board).filter(has_text="Grill").get_by_role("button", name="Coming").click()
    expect(notices(board).locator("span")).to_have_text(["Fry calls"])
    assert calling(kitchen) == ["fry"]


def test_every_board_shows_it_and_a_board_that_is_opened_later(
    board: Board, kitchen: Kitchen
) -> None:
    other = Board(board.page.context.new_page())
    other.page.goto(f"{kitchen.url}/")
    other.is_live()
    summon(kitchen, "grill")
    for each in (board, other):
        expect(notices(each)).to_have_count(1)
    board.page.reload()
    notices(board).get_by_role("button").click()
    for each in (board, other):
        expect(notices(each)).to_have_count(0)


def test_a_board_of_the_pass_alone_shows_it_and_one_of_another_station_does_not(
    browser: Browser, kitchen: Kitchen
) -> None:
    with browser.new_context() as one, browser.new_context() as another:
        at_pass = signed_in(one, kitchen, screen(kitchen, "pass"))
        at_cold = signed_in(another, kitchen, screen(kitchen, "cold"))
        summon(kitchen, "grill")
        expect(notices(at_pass)).to_have_count(1)
        summon(kitchen, "cold")
        expect(notices(at_pass)).to_have_count(2)
        expect(notices(at_cold).locator("span")).to_have_text(["Cold calls"])
        for each in (at_pass, at_cold):
            each.page.reload()
        expect(notices(at_pass)).to_have_count(2)
        expect(notices(at_cold).locator("span")).to_have_text(["Cold calls"])
        at_pass.page.get_by_role("button", name="Coming").first.click()
        expect(notices(at_pass)).to_have_count(1)
    assert calling(kitchen) == ["cold"]


@pytest.mark.parametrize("size", SCREENS)
def test_it_is_in_sight_whole_and_moves_no_card(
    board: Board, kitchen: Kitchen, size: tuple[int, int]
) -> None:
    board.page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    card = board.card("grill", "Table 7")
    before = card.bounding_box()
    summon(kitchen, "grill")
    button = notices(board).get_by_role("button", name="Coming")
    expect(button).to_be_in_viewport(ratio=1)
    expect(notices(board)).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box is not None
    assert min(box["height"], box["width"]) >= 48
    if size[0] > 640:  # A telephone has no room for it in the line that is there.
        assert card.bounding_box() == before


def test_a_name_without_end_leaves_the_button_in_sight(board: Board, kitchen: Kitchen) -> None:
    board.page.set_viewport_size({"width": 390, "height": 844})
    made = kitchen.call("POST", "/stations", {"name": "W" * 64})
    summon(kitchen, made["id"])
    expect(notices(board)).to_contain_text("W" * 64)
    expect(notices(board).get_by_role("button")).to_be_in_viewport(ratio=1)
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_station_that_is_renamed_calls_by_its_new_name(board: Board, kitchen: Kitchen) -> None:
    made = kitchen.call("POST", "/stations", {"name": "Bar"})
    summon(kitchen, made["id"])
    expect(notices(board).locator("span")).to_have_text("Bar calls")
    kitchen.call("PUT", f"/stations/{made['id']}", {"name": "Drinks"})
    expect(notices(board).locator("span")).to_have_text("Drinks calls")


def test_the_keyboard_stays_where_it_is_when_somebody_calls(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    start = board.card("grill", "Table 7").get_by_role("button", name="Start")
    start.focus()
    summon(kitchen, "grill")
    coming = notices(board).get_by_role("button")
    expect(coming).to_be_visible()
    expect(start).to_be_focused()
    coming.focus()
    summon(kitchen, "fry")
    expect(notices(board)).to_have_count(2)
    expect(coming.first).to_be_focused()


def test_who_may_only_look_is_told_so(browser: Browser, kitchen: Kitchen) -> None:
    summon(kitchen, "grill")
    with browser.new_context() as context:
        board = signed_in(context, kitchen, kitchen.token("server"))
        notices(board).get_by_role("button").click()
        said = board.page.locator("#notice")
        expect(said).to_contain_text("Grill: this needs one of the roles")
        expect(notices(board)).to_have_count(1)


def test_a_board_that_is_offline_answers_nobody(board: Board, kitchen: Kitchen) -> None:
    summon(kitchen, "grill")
    coming = notices(board).get_by_role("button")
    expect(coming).to_be_visible()
    kitchen.kill()
    board.is_offline(within=6)
    coming.dispatch_event("click")
    expect(board.page.locator("#summons")).to_have_js_property("inert", value=True)
    kitchen.start()
    board.is_live()
    expect(notices(board)).to_have_count(1)
    coming.click()
    expect(notices(board)).to_have_count(0)
