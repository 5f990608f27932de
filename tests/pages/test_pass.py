"""What handing an order over takes: on the cards of the pass, and on no other."""

from typing import Any

from playwright.sync_api import Locator, expect

from tests.pages.board import Board
from tests.pages.kitchen import BURGER, Kitchen

URL = "https://pos.example/arrived?order=A-1"
FACTS: dict[str, Any] = {
    "covers": 4,
    "accessibility": {"wheelChairAccess": True},
    "loyaltyMember": True,
    "vehicleColor": "blue",
    "vehicleModel": "Honda Civic",
    "phoneNumber": "+16155551234",
    "deliveryAddress": "12 Main St, Nashville",
    "deliveryService": {"name": "Dash", "orderId": "D-9", "driverPhone": "+16155550000"},
    "customerArrivedUrl": URL,
    "terminal": "POS 2",
    "costs": {"subtotal": "$ 40.00", "total": "$ 42.50"},
}
SHOWN = [
    ("Guests", "4 covers · wheelchair access · loyalty member"),
    ("Vehicle", "blue · Honda Civic"),
    ("Phone", "+16155551234"),
    ("Address", "12 Main St, Nashville"),
    ("Service", "Dash · D-9"),
    ("Driver", "+16155550000"),
    ("Arrival", URL),
    ("Terminal", "POS 2"),
    ("Total", "$ 42.50"),
]


def shows(card: Locator, facts: list[tuple[str, str]]) -> None:
    """Whether a card shows exactly these facts of the hand-off, in this order."""
    expect(card.locator(".handoff dt")).to_have_text([what for what, _ in facts])
    expect(card.locator(".handoff dd")).to_have_text([fact for _, fact in facts])


def test_all_that_handing_over_takes_is_on_the_card_of_the_pass(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Jane", mode="Delivery", items=[BURGER], **FACTS)
    shows(board.card("pass", "Jane"), SHOWN)
    board.page.reload()
    shows(board.card("pass", "Jane"), SHOWN)


def test_the_cards_of_cooks_stay_without(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Jane", mode="Delivery", items=[BURGER], **FACTS)
    expect(board.card("pass", "Jane").locator(".handoff")).to_be_visible()
    card = board.card("grill", "Jane")
    expect(card.locator(".handoff")).to_be_hidden()
    text = card.text_content() or ""
    for _, fact in SHOWN:
        assert fact not in text


def test_what_is_unknown_or_empty_takes_no_room(board: Board, kitchen: Kitchen) -> None:
    nothing: dict[str, Any] = {
        "vehicleColor": "",
        "deliveryService": {"name": ""},
        "costs": {"tax": "$ 1.00"},
        "loyaltyMember": False,
        "accessibility": {"wheelChairAccess": False},
    }
    kitchen.order(id="A-1", name="Jane", items=[BURGER], **nothing)
    expect(board.card("pass", "Jane")).to_be_visible()
    expect(board.card("pass", "Jane").locator(".handoff")).to_be_hidden()


def test_what_arrives_later_is_shown_at_once(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Jane", mode="Curbside", items=[BURGER])
    expect(board.card("pass", "Jane")).to_be_visible()
    come = {"vehicleModel": "Honda Civic", "covers": 1}
    kitchen.order("update-order", id="A-1", name="Jane", mode="Curbside", items=[BURGER], **come)
    shows(board.card("pass", "Jane"), [("Guests", "1 cover"), ("Vehicle", "Honda Civic")])


def test_a_finger_on_any_fact_leaves_the_board_where_it_is(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Jane", mode="Delivery", items=[BURGER], **FACTS)
    facts = board.card("pass", "Jane").locator(".handoff dd")
    expect(facts).to_have_count(len(SHOWN))
    asked: list[str] = []
    board.page.context.on("request", lambda request: asked.append(request.url))
    for fact in facts.all():
        fact.click()
    board.press("pass", "Jane", "Start")
    expect(board.card("pass", "Jane").locator(".state")).to_have_text("cooking")
    assert board.page.url == f"{kitchen.url}/"
    assert len(board.page.context.pages) == 1
    assert asked == [f"{kitchen.url}/api/v1/kds/stations/pass/orders/A-1/ticket/start"]
    assert board.page.locator("main a, main [href]").count() == 0
    # A phone's browser would make links of numbers and addresses by itself.
    forbidden = board.page.locator("meta[name=format-detection]").get_attribute("content")
    assert forbidden is not None
    assert {"telephone=no", "address=no"} <= set(forbidden.split(", "))
