"""What a card shows of routing and the menu: a modifier alone, allergens, what no rule takes."""

from playwright.sync_api import expect

from tests.pages.board import Board
from tests.pages.kitchen import BURGER, FRIES, Kitchen

SOUP = {"lineId": "9", "name": "Onion Soup"}


def test_a_modifier_alone_is_the_dish_there(board: Board, kitchen: Kitchen) -> None:
    fries = {"name": "Side Fries", "qty": 2, "components": [{"name": "potato", "count": 3}]}
    dips = {"name": "Side Fries Dip"}
    mods = ["Cheddar", fries, dips]
    burger = BURGER | {"qty": 3, "mods": mods, "components": [{"name": "bun"}]}
    kitchen.order(id="A-1", name="Table 7", items=[burger])
    row = board.card("fry", "Table 7").locator(".items li")
    expect(row.locator(".quantity")).to_have_text("3 ×")
    expect(row.locator(".dish")).to_have_text("2 × Side Fries+Side Fries Dip")
    expect(row.locator("small")).to_have_text(["for Hamburger", "3 × potato"])
    sizes = (
        "row => ['.dish', 'small'].map(part => "
        "parseFloat(getComputedStyle(row.querySelector(part)).fontSize))"
    )
    of_dish, of_item = row.evaluate(sizes)
    assert of_dish > of_item
    for station in ("grill", "pass"):
        dish = board.card(station, "Table 7").locator(".items .dish")
        expect(dish).to_have_text("Hamburger")
        expect(board.card(station, "Table 7").locator(".modifier")).to_have_count(3)


def test_what_it_contains_is_shown_as_it_is_known_now(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER | {"mods": ["Cheddar", "Side Fries"]}])
    contains = board.card("grill", "Table 7").locator(".allergens")
    expect(board.card("grill", "Table 7")).to_be_visible()
    expect(contains).to_have_count(0)
    menu = [
        {"plu": "B", "name": "Hamburger", "allergens": ["gluten", "egg"]},
        {"plu": "C", "name": "cheddar", "allergens": ["milk"]},
        {"plu": "F", "name": "side fries", "allergens": ["celery"]},
    ]
    kitchen.call("POST", "/menu/bulk", {"items": menu})
    expect(contains).to_have_text(["contains gluten, egg", "contains milk", "contains celery"])
    alone = board.card("fry", "Table 7").locator(".allergens")
    expect(alone).to_have_text(["contains celery"])
    kitchen.call("POST", "/menu/bulk", {"items": menu[1:2], "replace": True})
    expect(contains).to_have_text(["contains milk"])
    expect(alone).to_have_count(0)
    board.is_live()


def test_what_no_rule_takes_is_marked_and_said_until_it_is_gone(
    board: Board, kitchen: Kitchen
) -> None:
    board.is_tall()
    said = board.page.locator("#unrouted")
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, SOUP])
    row = board.card("grill", "Table 7").locator(".items li")
    expect(row.filter(has_text="Onion Soup").locator(".mark")).to_have_text("NO RULE")
    expect(row.filter(has_text="Hamburger").locator(".mark")).to_have_count(0)
    expect(said).to_have_text("1 item went to Grill because no rule takes it: Onion Soup")
    dishes = [{"lineId": f"{number}", "name": f"Dish {number}"} for number in range(6)]
    kitchen.order(id="A-2", name="Table 8", items=[SOUP, *dishes, FRIES])
    expect(said).to_have_text(
        "8 items went to Grill because no rule takes them: "
        "Onion Soup, Dish 0, Dish 1, Dish 2, Dish 3, …"
    )
    board.press("grill", "Table 8", "Bump")
    expect(said).to_have_text("1 item went to Grill because no rule takes it: Onion Soup")
    kitchen.order("update-order", id="A-1", name="Table 7", items=[BURGER])
    expect(said).to_be_hidden()
