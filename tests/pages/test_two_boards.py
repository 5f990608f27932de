"""Two boards work the same ticket at the same moment: it is done once, and both show that."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.pages.board import Board
from tests.pages.conftest import BROWSER_ZONE
from tests.pages.hand import DELIBERATE
from tests.pages.kitchen import BURGER, Kitchen


@pytest.fixture
def other(browser: Browser, kitchen: Kitchen) -> Iterator[Board]:
    """Another board of the same kitchen, in another browser."""
    with browser.new_context(timezone_id=BROWSER_ZONE) as context:
        context.add_init_script(DELIBERATE)
        kitchen.let_in(context)
        page = context.new_page()
        page.goto(kitchen.url)
        board = Board(page)
        board.is_live()
        yield board


def held(page: Page, action: str) -> list[Route]:
    """Requests for this, from now on: nobody has answered them."""
    routes: list[Route] = []
    page.route(f"**/ticket/{action}", lambda route: routes.append(route))  # noqa: PLW0108
    return routes


def test_a_ticket_that_two_bump_at_once_is_bumped_once(
    board: Board, other: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    kitchen.order(id="A-2", name="Table 8", items=[BURGER])
    both = [board, other]
    waiting = [held(each.page, "bump") for each in both]
    for each in both:
        each.shows("grill", "Table 7", "Table 8")
        each.press("grill", "Table 7", "Bump")
    for each, routes in zip(both, waiting, strict=True):
        while not routes:
            each.page.wait_for_timeout(10)
        with each.page.expect_response("**/ticket/bump") as answer:
            routes[0].continue_()
        assert answer.value.status == 200
    for each in both:
        each.shows("grill", "Table 8")
        expect(each.page.locator("#notice")).to_be_hidden()
    assert kitchen.listed("grill") == [("A-2", "pending")]
    board.station("grill").get_by_role("button", name="Recall Table 7").click()
    for each in both:
        expect(each.card("grill", "Table 7")).to_be_visible()
    assert dict(kitchen.listed("grill")) == {"A-1": "recalled", "A-2": "pending"}
