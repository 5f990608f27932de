"""What has to be read to cook and to hand over is in sight whole, on screens of every size."""

from typing import Any

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from tests.pages.board import Board
from tests.pages.kitchen import Kitchen

SCREENS = [(1920, 1080), (1280, 720), (1024, 600), (800, 480), (390, 844)]

INSTRUCTIONS = (
    "Birthday of the grandmother at the head of the table: please bring all main courses at the "
    "same moment, the children's plates first and with small cutlery, sauces always on the side, "
    "nothing fried in the same oil as the shrimp, and above all note that two guests have an "
    "ALLERGY TO ALL NUTS"
)
NOTE = (
    "Cook it well done but not burnt, cut it into eight strips of the same width, no butter on "
    "top, the vegetables steamed without salt, potatoes instead of rice if there are any left, "
    "otherwise bread, and keep it far from the dressing of the other plates: ALLERGY SESAME"
)
MODIFIER = (
    "Substitute the regular house dressing by the oil and vinegar of the guest's own bottle, on "
    "the side in two small cups, one of them warm, and without the croutons and nuts: "
    "NO SHELLFISH AT ALL"
)
DISH = (
    "Slow roasted hamburger of the house with caramelised onions, smoked cheddar, pickled "
    "cucumber and chips on a soft brioche"
)
ADDRESS = (
    "Residence Les Tilleuls\n12 bis Main Street\nStair C, 4th floor\nCode 24A7\nNashville 37201"
)
URL = "https://orders.shop.example/locations/nashville-12/arrived?order=A-1&token=9f8e7d6c5b4a32101"
COMPONENTS = [{"name": f"{kind} of the house", "count": 2} for kind in ("patty", "bun", "sauce")]
ORDER: dict[str, Any] = {
    "name": "Table 7",
    "mode": "Delivery",
    "specialInstructions": INSTRUCTIONS,
    "covers": 4,
    "accessibility": {"wheelChairAccess": True},
    "loyaltyMember": True,
    "vehicleColor": "midnight blue metallic",
    "vehicleModel": "Volkswagen Transporter",
    "phoneNumber": "+1 615 555 1234 ext. 2041",
    "deliveryAddress": ADDRESS,
    "deliveryService": {
        "name": "Dash Express Deliveries",
        "orderId": "D-9041-2233-8841-AA",
        "driverPhone": "+1 615 555 0000 ext. 17",
    },
    "customerArrivedUrl": URL,
    "terminal": "Drive-through terminal 2",
    "costs": {"total": "$ 1,142.50"},
    "items": [
        {
            "lineId": "1",
            "name": DISH,
            "qty": 12,
            "mods": [{"name": MODIFIER, "qty": 2, "components": COMPONENTS}, "Cheddar"],
            "components": COMPONENTS,
            "itemGroup": {"name": "Lunch combo of the day for two", "note": NOTE},
            "specialInstructions": NOTE,
            "seat": "Seat 1",
            "course": "Course 2",
        }
    ],
}
LENGTHS = {INSTRUCTIONS: 290, NOTE: 262, MODIFIER: 190, DISH: 120, ADDRESS: 80, URL: 90}
assert all(len(text) >= length for text, length in LENGTHS.items())
SHOWN = ".instructions, .dish, .dish bdi, .items small, .handoff dt, .handoff dd"
CLIPPED = """card => {
  const scrolls = card.matches(".long");
  const inside = (inner, outer) => inner.left >= outer.left && inner.right <= outer.right
    && (scrolls || (inner.top >= outer.top && inner.bottom <= outer.bottom));
  const whole = (e) => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth
    && inside(e.getBoundingClientRect(), card.getBoundingClientRect());
  const shown = [...card.querySelectorAll("%s")].filter((e) => e.checkVisibility());
  return [card, ...shown].filter((e) => e.clientHeight && !whole(e)).map((e) => e.textContent);
}""".replace("%s", SHOWN)
"""Texts of a card that are cut off or reach beyond it, where it does not say that more is below."""


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_what_has_to_be_read_is_whole(
    board: Board, kitchen: Kitchen, width: int, height: int
) -> None:
    board.page.set_viewport_size(ViewportSize(width=width, height=height))
    kitchen.order(id="A-1", **ORDER)
    for station, facts in (("grill", 0), ("pass", 9)):
        card = board.card(station, "Table 7")
        expect(card.locator(".instructions")).to_have_text(INSTRUCTIONS)
        expect(card.locator(".dish")).to_have_text(DISH)
        expect(card.locator(".items small")).to_have_count(7)
        expect(card.locator(".handoff dd")).to_have_count(facts)
        assert card.evaluate(CLIPPED) == []
        for text in card.locator(SHOWN).all():
            can_be_seen_to_its_end(text)
    kitchen.order("cancel-order", id="A-1")
    verdict = board.card("grill", "Table 7").locator(".verdict")
    expect(verdict).to_have_text("CANCELLED")
    assert verdict.evaluate("verdict => verdict.scrollWidth <= verdict.clientWidth")


def can_be_seen_to_its_end(text: Locator) -> None:
    """Whether nothing lies above its last character where it is on the screen."""
    assert text.evaluate("""text => {
      const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      for (let node; node = walker.nextNode();) {
        if (!node.length) continue;
        range.setStart(node, node.length - 1);
        range.setEnd(node, node.length);
      }
      const lower = range.getBoundingClientRect().top - innerHeight / 2;
      const scrollers = [window, text.closest(".station"), text.closest(".body")];
      for (const scroller of scrollers) scroller.scrollBy(0, lower);
      text.closest("main").scrollLeft += range.getBoundingClientRect().left - innerWidth / 2;
      const { left, right, top, bottom } = range.getBoundingClientRect();
      const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return text.contains(found);
    }"""), text.text_content()


def test_a_thousand_characters_are_still_whole_and_more_can_be_scrolled(
    board: Board, kitchen: Kitchen
) -> None:
    board.is_tall()
    for length, boxes in ((1000, 0), (1001, 3)):
        text = ("ALLERGY " * length)[:length]
        item = {"lineId": "1", "name": "Hamburger", "mods": [text], "specialInstructions": text}
        guest = f"Table {length}"
        kitchen.order(id=guest, name=guest, specialInstructions=text, items=[item])
        card = board.card("grill", guest)
        expect(card.locator(".endless")).to_have_count(boxes)
        if not boxes:
            assert card.evaluate(CLIPPED) == []
        for box in card.locator(".endless").all():
            box.hover()
            board.page.mouse.wheel(0, 5000)
            end = "e => e.scrollTop > 0 && e.scrollTop + e.clientHeight >= e.scrollHeight - 1"
            board.page.wait_for_function(end, arg=box.element_handle())
            can_be_seen_to_its_end(box)
        kitchen.act("grill", guest, "bump")
