"""A modifier of a modifier stands further in, on cards of the board and of the pass."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.pages.hub import Hub, item, ticket
from tests.pages.kitchen import Kitchen

MODS = [
    {"modifier_id": None, "name": name, "quantity": 1, "allergens": allergens}
    for name, allergens in (
        ("Side Fries", ["celery"]),
        ("No salt", []),
        ("Dip", ["egg"]),
        ("No onion", []),
    )
]
BESIDE = [{}, {"level": 1}, {"level": 2, "components": [{"name": "spoon", "count": 2}]}, {}]


def burger(number: int, station: str) -> dict[str, Any]:
    metadata = {"items": {"1": {"mods": BESIDE}}}
    return ticket(number, station, item("Burger", modifiers=MODS), metadata=metadata)


def further_in(page: Page, card: str) -> list[tuple[str, float]]:
    """Each line of small letters, and by how many widths of a letter it stands further in."""
    # Found and measured in one go: a card may be drawn anew at any time.
    measure = """card => {
      const lines = [...document.querySelectorAll(`${card} small`)];
      const left = lines[0].getBoundingClientRect().left;
      const by = (line) => line.getBoundingClientRect().left - left;
      const size = (line) => parseFloat(getComputedStyle(line).fontSize);
      return lines.map((line) => [line.textContent, Math.round(10 * by(line) / size(line)) / 10]);
    }"""
    found: list[list[object]] = page.evaluate(measure, card)
    return [(str(text), float(str(by))) for text, by in found]


@pytest.mark.parametrize("path", ["", "/pass"])
def test_each_level_is_told_by_its_place(page: Page, standing: Kitchen, path: str) -> None:
    hub = Hub(page, standing, path=path)
    hub.it_is(1)
    hub.shows(burger(1, "grill"), ticket(1, "pass"))
    card = ".part[data-station=grill]" if path else "[data-ticket=ticket-1-grill]"
    expect(page.locator(f"{card} .modifier")).to_have_count(4)
    assert further_in(page, card) == [
        ("Side Fries", 0),
        ("contains celery", 0),
        ("No salt", 1),
        ("Dip", 2),
        ("2 × spoon", 2),
        ("contains egg", 2),
        ("No onion", 0),
    ]


@pytest.mark.parametrize("wanted", [True, False, None])
def test_the_pass_says_whether_cutlery_is_wanted_where_the_guest_has_said_so(
    page: Page, standing: Kitchen, *, wanted: bool | None
) -> None:
    hub = Hub(page, standing, path="/pass")
    hub.it_is(1)
    said = {} if wanted is None else {"cutlery": wanted}
    hub.shows(ticket(1, "grill"), ticket(1, "pass", server_name="Tom", metadata=said))
    words = {True: " · Cutlery", False: " · No cutlery", None: ""}[wanted]
    expect(page.locator(".order .facts")).to_have_text(f"dine in · Tom{words}")
