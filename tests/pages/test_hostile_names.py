"""Whatever somebody calls a guest or a dish: it is text, in its place, and no larger."""

import itertools
from typing import Any

from playwright.sync_api import expect

from tests.pages.board import Board
from tests.pages.kitchen import BURGER, Kitchen

MARKUP = [
    "<img src=x onerror='window.hacked = 1'>",
    "<script>window.hacked = 1</script>",
    "</li></ul></section><h1>Closed</h1>",
    "\"><svg onload='window.hacked = 1'>",
    "{{constructor.constructor('window.hacked = 1')()}}",
    "javascript:window.hacked=1",
    "&lt;b&gt;&amp;",
    "<!-- ",
    "line one\nline two\ttab",
]


def test_markup_is_shown_as_it_was_written(board: Board, kitchen: Kitchen) -> None:
    kinds = "[...new Set([...document.querySelectorAll('#stations *')].map(e => e.tagName))].sort()"
    item = BURGER | {"mods": ["x"], "specialInstructions": "x", "courseStatus": "hold"}
    kitchen.order(id="A-1", name="Jane", items=[item])
    board.shows("grill", "Jane")
    harmless = board.page.evaluate(kinds)
    kitchen.act("grill", "A-1", "bump")
    kitchen.act("pass", "A-1", "bump")
    for name in MARKUP:
        item = {"name": name, "mods": [name], "specialInstructions": name, "courseStatus": "hold"}
        texts: dict[str, Any] = dict.fromkeys(("name", "server", "specialInstructions"), name)
        kitchen.order(id=name, **texts, items=[item])
        card = board.cards("grill")
        for part, times in ((".reference", 1), (".facts", 1), (".instructions", 1), (".items", 3)):
            text = card.locator(part).evaluate("e => e.textContent")
            assert text.count(name) == times, part
        assert board.page.evaluate(kinds) == harmless
        assert board.page.evaluate("window.hacked") is None
        board.press("grill", "", "Fire")
        board.press("grill", "", "Bump")
        board.shows("grill")
        assert kitchen.listed("grill") == []


def test_a_name_that_turns_the_writing_round_turns_only_itself(
    board: Board, kitchen: Kitchen
) -> None:
    for number, mark in enumerate(("\u202e", "\u2067", "\u202b", "مرحبا ", "\u200f")):
        guest = f"Jane {number}"
        kitchen.order(id=guest, name=guest, items=[BURGER])
        dish = BURGER | {"name": f"{mark}fish"}
        kitchen.order("update-order", id=guest, name=guest, items=[dish])
        row = board.card("grill", guest).locator(".items li").first
        expect(row).to_contain_text("CHANGED")
        places = [row.locator(part).bounding_box() for part in (".quantity", "bdi", ".mark")]
        edges = [(place["x"], place["x"] + place["width"]) for place in places if place]
        assert len(edges) == 3
        for left, right in itertools.pairwise(edges):
            assert left[1] <= right[0] + 1, "quantity, name, mark: from left to right"


def test_a_name_without_end_leaves_room_for_the_others(board: Board, kitchen: Kitchen) -> None:
    long = "W" * 10_000
    kitchen.order(
        id="A-1",
        name=long,
        server=long,
        specialInstructions=long,
        items=[{"name": long, "mods": [long], "specialInstructions": long}],
    )
    kitchen.order(id="A-2", name="Table 7", items=[BURGER])
    expect(board.cards("grill")).to_have_count(2)
    next_card = board.card("grill", "Table 7").bounding_box()
    assert next_card is not None
    assert next_card["y"] < 720, "the next card is on the screen"
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    board.cards("grill").first.get_by_role("button", name="Bump").click()
    board.shows("grill", "Table 7")
