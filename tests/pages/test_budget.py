"""What a board costs an old television: few bytes, and no more of them than it needs."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.kitchen import BURGER, FRIES, Kitchen

MOST_BYTES = 60_000
FETCHED = """() => performance.getEntriesByType("resource")
  .concat(performance.getEntriesByType("navigation"))
  .filter(({ name }) => !name.includes("/api/"))
  .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize])"""


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_a_board_is_fetched_in_less_than_60_kb(
    page: Page, standing: Kitchen, language: str
) -> None:
    standing.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    standing.let_in(page.context)
    page.goto(f"{standing.url}/?lang={language}")
    expect(page.locator(".ticket").first).to_be_visible()
    expect(page.locator("#session")).not_to_be_empty()
    fetched = dict(page.evaluate(FETCHED))
    assert {"/", "/board/board.js", f"/words/{language}/board.json"} <= fetched.keys()
    assert all(fetched.values()), "one was not fetched, but kept from before"
    assert sum(fetched.values()) < MOST_BYTES, fetched
