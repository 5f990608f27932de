"""Whatever somebody calls a guest or a dish: it is text, in its place, and no larger."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

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


TEXTS = (
    "name",
    "mode",
    "pickupTime",
    "server",
    "specialInstructions",
    "originSource",
    "checkNumber",
    "vehicleColor",
    "vehicleModel",
    "phoneNumber",
    "deliveryAddress",
    "customerArrivedUrl",
    "terminal",
)


def order_of(text: str) -> dict[str, Any]:
    """An order with a text wherever a text is shown."""
    item = {
        "name": text,
        "mods": [{"name": text, "components": [{"name": text}]}],
        "components": [{"name": text}],
        "itemGroup": {"name": text, "note": text},
        "specialInstructions": text,
        "seat": text,
        "course": text,
        "courseStatus": "hold",
    }
    service = {"name": text, "orderId": text, "driverPhone": text}
    return dict.fromkeys(TEXTS, text) | {
        "deliveryService": service,
        "costs": {"total": text},
        "items": [item],
    }


PARTS = {".reference": 3, ".facts": 2, ".instructions": 1, ".items": 9, ".handoff": 10}
"""How often each part of the pass's card shows such a text; the mode is spelled anew."""


def test_markup_is_shown_as_it_was_written(board: Board, kitchen: Kitchen) -> None:
    kinds = "[...new Set([...document.querySelectorAll('#stations *')].map(e => e.tagName))].sort()"
    kitchen.order(id="A-1", **order_of("x"))
    board.shows("grill", "x x x")
    board.shows("pass", "x x x")
    harmless = board.page.evaluate(kinds)
    kitchen.call("POST", "/courses/fire", {"order_id": "A-1", "course_number": None})
    kitchen.act("pass", "A-1", "bump")
    for name in MARKUP:
        kitchen.order(id=name, **order_of(name))
        board.shows("pass", " ".join([name] * 3))
        for station, parts in (("grill", {**PARTS, ".handoff": 0}), ("pass", PARTS)):
            for part, times in parts.items():
                text = board.cards(station).locator(part).evaluate("e => e.textContent")
                assert text.count(name) == times, (station, part)
        assert board.page.evaluate(kinds) == harmless
        assert board.page.evaluate("window.hacked") is None
        board.press("grill", "", "Fire")
        board.press("pass", "", "Bump")
        board.shows("grill")
        board.shows("pass")


def test_a_name_that_turns_the_writing_round_turns_only_itself(
    board: Board, kitchen: Kitchen
) -> None:
    for number, mark in enumerate(("\u202e", "\u2067", "\u202b", "مرحبا ", "\u200f")):
        guest, hostile = f"Jane {number}", f"{mark}fish"
        kitchen.order(id=guest, name=guest, items=[BURGER])
        dish = BURGER | {
            "name": hostile,
            "components": [{"name": hostile, "count": 2}, {"name": "bun"}],
            "seat": hostile,
            "course": "last",
        }
        kitchen.order(
            "update-order",
            id=guest,
            name=guest,
            mode="Pickup",
            pickupTime=hostile,
            server="Li",
            deliveryService={"name": hostile, "orderId": "D-9"},
            items=[dish],
        )
        card = board.card("pass", guest)
        row = card.locator(".items li").first
        expect(row).to_contain_text("CHANGED")
        in_order(row.locator(".quantity"), row.locator(".dish bdi"), row.locator(".mark"))
        for line in (".facts", ".parts", ".place", ".handoff dd"):
            in_order(*card.locator(line).locator("bdi").all())
        kitchen.act("pass", guest, "bump")


def in_order(*parts: Locator) -> None:
    """Whether parts follow each other as one reads: to the right, or on a line below."""
    assert len(parts) > 1
    places = [place for part in parts if (place := part.bounding_box())]
    assert len(places) == len(parts)
    for one, next_one in itertools.pairwise(places):
        beside = one["x"] + one["width"] <= next_one["x"] + 1
        below = one["y"] + one["height"] <= next_one["y"] + 1
        assert beside or below


LONG = "W" * 9_000


def test_a_name_without_end_leaves_room_for_the_others(board: Board, kitchen: Kitchen) -> None:
    item = {"name": LONG, "mods": [LONG], "specialInstructions": LONG}
    kitchen.order(id="A-1", name=LONG, server=LONG, specialInstructions=LONG, items=[item])
    kitchen.order(id="A-2", name="Table 7", items=[BURGER])
    expect(board.cards("grill")).to_have_count(1)
    expect(board.cards("grill").first).to_be_in_viewport(ratio=1)
    board.station("grill").get_by_role("button", name="Next page").click()
    expect(board.card("grill", "Table 7")).to_be_in_viewport(ratio=1)
    board.station("grill").get_by_role("button", name="Previous page").click()
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    board.cards("grill").first.get_by_role("button", name="Bump").click()
    board.shows("grill", "Table 7")


@pytest.mark.parametrize("text", [LONG, "WW " * 3_000], ids=["one word", "many words"])
def test_not_even_an_order_that_is_endless_everywhere_takes_all_the_room(
    board: Board, kitchen: Kitchen, text: str
) -> None:
    kitchen.order(id="A-1", **order_of(text))
    kitchen.act("pass", "A-1", "start")
    kitchen.order(id="A-2", name="Table 7", items=[BURGER])
    expect(board.station("pass").locator(".count")).to_have_text("2")
    bump = board.cards("pass").first.get_by_role("button", name="Bump")
    expect(bump).to_be_in_viewport(ratio=1)
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bump.click()
    board.shows("pass", "Table 7")
