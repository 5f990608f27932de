"""What a card tells those who cook: how it is served, what it is made of, what became of it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.pages.board import Board
from tests.pages.kitchen import BURGER, FRIES, TIME_ZONE, Kitchen

STEAK = {"lineId": "3", "name": "Steak"}


def test_it_says_how_it_is_served(board: Board, kitchen: Kitchen) -> None:
    table: list[tuple[dict[str, Any], str]] = [
        ({}, "dine in"),
        ({"mode": "DriveThru", "server": "Sarah"}, "drive thru · Sarah"),
        ({"mode": "Delivery"}, "delivery"),
        ({"mode": "Delivery", "deliveryHandoff": False}, "delivery"),
        ({"mode": "Delivery", "deliveryHandoff": True}, "delivery handoff"),
        ({"mode": "Pickup", "deliveryHandoff": True}, "pickup"),
        ({"mode": "Pickup", "pickupTime": "noon", "server": "Li"}, "pickup · for noon · Li"),
        ({"mode": "", "server": "", "pickupTime": ""}, "dine in"),
    ]
    board.is_tall()
    for number, (order, _) in enumerate(table):
        kitchen.order(id=f"A-{number}", items=[BURGER], **order)
    for station in ("grill", "pass"):
        facts = board.cards(station).locator(".facts")
        expect(facts).to_have_text([words for _, words in table])


def test_it_says_where_the_order_came_from_and_its_check_number(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Jane", originSource="Web", checkNumber="88", items=[BURGER])
    board.shows("grill", "Jane Web 88")


def test_it_says_when_it_is_picked_up_by_the_clock_on_the_wall(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Jane", items=[BURGER])
    (ticket,) = kitchen.call("GET", "/stations/grill/tickets")
    arrived = datetime.fromisoformat(ticket["created_at"]).astimezone(ZoneInfo(TIME_ZONE))
    that_day = arrived.replace(hour=9, minute=5)
    next_day = that_day + timedelta(days=1)
    facts = board.card("grill", "Jane").locator(".facts")
    for time, words in ((that_day, "09:05"), (next_day, f"{next_day:%b} {next_day.day}, 09:05")):
        kitchen.order(
            "update-order", id="A-1", name="Jane", pickupTime=time.isoformat(), items=[BURGER]
        )
        expect(facts).to_have_text(f"dine in · for {words}")


def test_a_line_says_what_it_is_made_of_and_where_it_goes(board: Board, kitchen: Kitchen) -> None:
    mods = [
        "No Ketchup",
        {"name": "Cheddar", "qty": 2},
        {"name": "Patty Melt", "components": [{"name": "patty", "count": 2}, {"name": "onion"}]},
    ]
    burger = BURGER | {
        "qty": 3,
        "mods": mods,
        "components": [{"name": "bun", "count": 1}, {"name": "patty", "count": 1.5}],
        "itemGroup": {"id": "G-1", "name": "Lunch combo", "note": "one plate"},
        "specialInstructions": "well done",
        "seat": "For Table",
        "course": "Dessert",
    }
    kitchen.order(id="A-1", name="Table 7", items=[burger, FRIES])
    for station in ("grill", "pass"):
        row = board.card(station, "Table 7").locator(".items li").first
        expect(row.locator(".quantity")).to_have_text("3 ×")
        expect(row.locator(".dish")).to_have_text("Hamburger")
        expect(row.locator("small")).to_have_text(
            [
                "1 × bun · 1.5 × patty",
                "No Ketchup",
                "2 × Cheddar",
                "Patty Melt",
                "2 × patty · 1 × onion",
                "well done",
                "one plate",
                "Lunch combo · For Table · Dessert",
            ]
        )
    plain = board.card("fry", "Table 7").locator(".items li")
    expect(plain.locator("small")).to_have_count(0)


def test_a_mere_number_says_what_it_counts(board: Board, kitchen: Kitchen) -> None:
    table: list[tuple[dict[str, str], str]] = [
        ({"seat": "2", "course": "3"}, "seat 2 · course 3"),
        ({"seat": " 12 "}, "seat 12"),
        ({"seat": "Seat 1", "course": "Course 2"}, "Seat 1 · Course 2"),
        ({"seat": "Window 4", "course": "0"}, "Window 4 · course 0"),
        ({"seat": "", "course": "Dessert"}, "Dessert"),
    ]
    lines = [BURGER | {"lineId": f"{number}"} | sent for number, (sent, _) in enumerate(table)]
    kitchen.order(id="A-1", items=lines)
    places = board.card("grill", "A-1").locator(".place")
    expect(places).to_have_text([words for _, words in table])


def test_changed_facts_of_an_order_are_on_its_cards_at_once(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    facts = {"name": "Table 8", "mode": "Curbside", "specialInstructions": "Allergy: sesame"}
    kitchen.order("update-order", id="A-1", items=[BURGER], **facts)
    card = board.card("grill", "Table 8")
    expect(card.locator(".facts")).to_have_text("curbside")
    expect(card.locator(".instructions")).to_have_text("Allergy: sesame")
    expect(card.locator(".mark")).to_have_count(0)


def test_a_completed_line_that_is_edited_or_deleted_loses_its_tick(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, STEAK, FRIES | {"name": "Chicken"}])
    rows = board.card("grill", "Table 7").locator(".items li")
    for line in ("1", "2", "3"):
        kitchen.call("POST", f"/stations/grill/orders/A-1/ticket/items/{line}/done")
    expect(board.card("grill", "Table 7").locator(".items .done")).to_have_count(3)
    kept = FRIES | {"name": "Chicken"}
    kitchen.order("update-order", id="A-1", name="Table 7", items=[BURGER | {"qty": 2}, kept])
    expect(rows.locator(".mark")).to_have_text(["CHANGED", "VOID"])
    for dish, tick in (("Hamburger", False), ("Steak", False), ("Chicken", True)):
        before = (
            rows.filter(has_text=dish)
            .locator(".quantity")
            .evaluate("quantity => getComputedStyle(quantity, '::before').content")
        )
        assert ("✓" in before) == tick, dish


def test_a_cancelled_order_says_so_in_letters_that_nobody_overlooks(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    card = board.card("grill", "Table 7")
    expect(card.locator(".verdict")).to_be_hidden()
    kitchen.order("cancel-order", id="A-1")
    for station in ("grill", "pass"):
        verdict = board.card(station, "Table 7").locator(".verdict")
        expect(verdict).to_have_text("CANCELLED")
        expect(verdict).to_be_visible()
    sizes = (
        "e => [e, e.nextElementSibling.querySelector('.reference')].map(each => "
        "parseFloat(getComputedStyle(each).fontSize))"
    )
    of_verdict, of_name = card.locator(".verdict").evaluate(sizes)
    assert of_verdict > of_name


def test_a_card_that_was_voided_by_hand_says_void(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    kitchen.act("grill", "A-1", "void")
    expect(board.card("grill", "Table 7").locator(".verdict")).to_have_text("VOID")
    expect(board.card("fry", "Table 7").locator(".verdict")).to_be_hidden()


def test_a_card_that_an_update_left_without_lines_says_void(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    kitchen.order("update-order", id="A-1", name="Table 7", items=[FRIES])
    expect(board.card("grill", "Table 7").locator(".verdict")).to_have_text("VOID")
    expect(board.card("pass", "Table 7").locator(".verdict")).to_be_hidden()


def test_a_card_that_was_bumped_before_the_order_was_cancelled_says_so_when_recalled(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.press("grill", "Table 7", "Bump")
    board.shows("grill")
    kitchen.order("cancel-order", id="A-1")
    expect(board.card("pass", "Table 7").locator(".verdict")).to_have_text("CANCELLED")
    board.station("grill").get_by_role("button", name="Recall Table 7").click()
    expect(board.card("grill", "Table 7").locator(".verdict")).to_have_text("CANCELLED")
