"""By keys alone: what can be pressed is reached by Tab, is seen to be, and works."""

from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pages.board import Board
from tests.pages.every_page import EVERY_PAGE, fill, open_page
from tests.pages.kitchen import BURGER, Kitchen

MOST_TABS = 300
NAMED = """const named = (e) => [e.tagName, e.type, e.id, e.getAttribute("aria-label"),
  e.labels?.[0]?.textContent, e.innerText, e.getAttribute("href")].filter(Boolean).join(" ");"""
THERE = f"""() => {{
  {NAMED}
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((e) => !e.disabled && e.tabIndex >= 0 && !e.closest("[inert]")
      && e.checkVisibility({{ visibilityProperty: true }}))
    .filter((e) => e.type !== "radio" || e.checked)
    .map(named);
}}"""
"""What can be pressed or filled in."""
FOCUSED = f"""() => {{
  {NAMED}
  const e = document.activeElement;
  const {{ outlineStyle, outlineWidth, boxShadow }} = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const isInSight = box.bottom > 0 && box.top < innerHeight
    && box.right > 0 && box.left < innerWidth;
  const isMarked = boxShadow !== "none" || outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  return [e === document.body ? "" : named(e), isInSight && isMarked];
}}"""


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_all_that_can_be_pressed_is_reached_and_seen_to_be(
    page: Page, standing: Kitchen, path: str
) -> None:
    if not standing.listed("grill"):
        fill(standing)
    standing.let_in(page.context)
    open_page(page, standing, path)
    expect(page.locator("#session, #lists").first).not_to_be_empty()
    reached: set[str] = set()
    presses = count()
    while missing := set(page.evaluate(THERE)) - reached:
        assert next(presses) < MOST_TABS, missing
        page.keyboard.press("Tab")
        here, is_seen = page.evaluate(FOCUSED)
        assert is_seen or not here or here in reached, here  # A date has parts of its own.
        reached.add(here)


def tab_to(page: Page, wanted: Locator) -> None:
    """As often as it takes."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached: {wanted}")


def test_an_order_is_worked_from_the_sign_in_to_the_hand_off_by_keyboard(
    page: Page, kitchen: Kitchen
) -> None:
    for order in ("A-1", "A-2"):
        kitchen.order(id=order, name=f"Table {order[-1]}", items=[BURGER])
    kitchen.call("POST", "/pins", {"name": "Maria", "pin": "4711", "roles": ["manager"]})
    page.goto(kitchen.url)
    tab_to(page, page.get_by_label("PIN"))
    page.keyboard.type("4711")
    page.keyboard.press("Enter")
    board = Board(page)
    board.shows("grill", "Table 1", "Table 2")
    page.keyboard.press("ArrowDown")
    expect(board.cards("grill").first).to_be_focused()
    page.keyboard.press("Enter")
    board.shows("grill", "Table 2")
    tab_to(page, page.get_by_role("link", name="Pass"))
    page.keyboard.press("Enter")
    expect(page.locator(".order")).to_have_count(2)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".order").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".order")).to_have_count(1)
    assert [order for order, _status in kitchen.listed("pass")] == ["A-2"]
    tab_to(page, page.get_by_role("link", name="Status"))
    page.keyboard.press("Enter")
    button = page.locator('[data-device="grill-1"]').get_by_role("button", name="bump 1")
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.locator("#devices .said")).to_have_text("grill-1, press: done")
    assert kitchen.listed("grill") == []
    tab_to(page, page.get_by_role("link", name="Set-up"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Who may"))
    page.keyboard.press("Enter")
    expect(page.locator("#section-access").get_by_text("Maria").first).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Reports"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#hours button").first)
    page.keyboard.press("Enter")
    expect(page.locator("#slow tbody tr").filter(has_text="Table 1").first).to_be_visible()
