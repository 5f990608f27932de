"""What somebody does at the board is done once, to the ticket that he saw."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.pages.board import Board
from tests.pages.hub import STATIONS, Hub, iso, item, ticket
from tests.pages.kitchen import BURGER, Kitchen

GRILL = STATIONS[:1]


@pytest.fixture
def hub(page: Page, standing: Kitchen) -> Hub:
    page.clock.install()
    hub = Hub(page, standing)
    hub.it_is(10)
    page.clock.run_for(100)
    hub.board.is_live()
    return hub


def told(hub: Hub, page: Page, *tickets: dict[str, object]) -> None:
    hub.shows(*tickets, stations=GRILL)
    page.clock.run_for(100)


def kept(page: Page, path: str) -> list[Route]:
    """Requests for this from now on, which nobody has answered."""
    routes: list[Route] = []
    page.route(path, lambda route: routes.append(route))  # noqa: PLW0108
    return routes


def where(hub: Hub) -> Locator:
    return hub.board.station("grill").locator(".where")


def test_a_bump_whose_answer_was_lost_is_sent_again_and_done_once(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    kitchen.order(id="A-2", name="Table 8", items=[BURGER])
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["x-idempotency-key"])
        answer = route.fetch()
        if len(keys) == 1:
            return route.abort()
        assert answer.headers["idempotent-replayed"] == "true"
        return route.fulfill(response=answer)

    board.page.route("**/ticket/bump", lose_the_first)
    with board.page.expect_event("requestfinished", lambda sent: sent.url.endswith("/bump")):
        board.press("grill", "Table 7", "Bump")
    board.shows("grill", "Table 8")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    expect(board.page.locator("#notice")).to_be_hidden()
    assert kitchen.listed("grill") == [("A-2", "pending")]


def test_a_line_that_is_ticked_and_at_once_unticked_stays_as_was_asked_for_last(
    hub: Hub, page: Page
) -> None:
    asked = kept(page, "**/ticket/items/**")
    told(hub, page, ticket(1, "grill", item("Burger")))
    line = hub.board.card("grill", "Table 1").locator("button.line")
    line.click()
    expect(line).to_have_attribute("aria-pressed", "true")
    asked[0].fulfill(json={})
    hub.tells("updated", ticket(1, "grill", item("Burger", is_done=True)))
    page.clock.run_for(600)  # So that it is another press.
    line.click()
    page.clock.run_for(2_500)
    expect(line).to_have_attribute("aria-pressed", "false")
    asked[-1].fulfill(status=409, json={"message": "It is gone."})
    expect(page.locator("#notice")).to_contain_text("It is gone.")
    page.clock.run_for(100)
    expect(line).to_have_attribute("aria-pressed", "true")


def test_what_the_button_says_is_recalled_even_where_another_has_just_left(
    hub: Hub, page: Page
) -> None:
    asked = kept(page, "**/ticket/recall")
    told(hub, page)
    gone = {"recallUntil": iso(60)}
    left = [
        ticket(number, "grill", status="bumped", completed_at=iso(10), metadata=gone)
        for number in (1, 2)
    ]
    hub.tells("bumped", left[0])
    page.clock.run_for(100)
    button = hub.board.station("grill").locator(".recall button")
    expect(button).to_have_text("Recall Table 1")
    # The second leaves in the very moment of the press: it is not on the glass yet.
    page.evaluate(
        """ticket => {
          const bumped = { type: "kds.ticket.bumped", seq: 2, by: null, live: false };
          stream.hear({ ...bumped, payload: { ticket } });
          document.querySelector(".recall button").click();
        }""",
        left[1],
    )
    page.clock.run_for(100)
    expect(button).to_have_text("Recall Table 2")
    assert [route.request.url.split("/")[-3] for route in asked] == ["1"]


def test_a_page_stays_as_long_as_somebody_works_on_it(hub: Hub, page: Page) -> None:
    told(hub, page, *(ticket(number, "grill") for number in range(1, 41)))
    hub.board.station("grill").get_by_role("button", name="Next page").click()
    page.clock.run_for(50_000)
    expect(where(hub)).to_contain_text("Page 2/")
    hub.board.cards("grill").first.locator(".facts").click(force=True)
    page.clock.run_for(50_000)
    expect(where(hub)).to_contain_text("Page 2/")
    page.clock.run_for(12_000)
    expect(where(hub)).to_contain_text("Page 1/")


def test_a_digit_bumps_the_card_that_says_so_and_no_other(hub: Hub, page: Page) -> None:
    asked = kept(page, "**/ticket/bump")
    told(hub, page, *(ticket(number, "grill") for number in range(1, 20)))
    hub.turns("grill", slots=True, per_page=8)
    page.clock.run_for(100)
    hub.board.station("grill").get_by_role("button", name="Next page").click()
    page.clock.run_for(100)
    expect(where(hub)).to_contain_text("Page 2/")
    for _ in range(2):  # Here buttons stand for the cards of the first page: none says a digit.
        page.keyboard.press("1")
    hub.board.station("grill").get_by_role("button", name="Previous page").click()
    page.clock.run_for(100)
    page.keyboard.press("2")
    page.clock.run_for(100)
    expect(hub.board.cards("grill").nth(1).locator(".sent")).to_have_text("Bump …")
    assert [route.request.url.split("/")[-3] for route in asked] == ["2"]
