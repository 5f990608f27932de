"""What is on the menu: what the point of sale did not send of an item is looked up here.

An item is found by its id, which is the PLU, or else by its name without case. Where several
have that name, nobody knows which is meant: it may contain what any of them contains.
"""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.order import Component, Item, Modifier
from appliance.kitchen.rule import Source

MAX_ITEMS: Final = 5_000
"""In all: several times the largest restaurant's menu with each of its modifiers."""
MAX_TEXT: Final = 200
"""Characters of a PLU, a name, a category, an allergen or a component."""
MAX_LISTED: Final = 50
"""Allergens, and components, of one item."""


_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def text_fault(text: str) -> str | None:
    """Why a text cannot be on a menu, if so: people are to read it, and to find items by it."""
    if not text.strip():
        return "is empty"
    if len(text) > MAX_TEXT:
        return f"longer than {MAX_TEXT} characters"
    found = _CONTROL.search(text)
    return None if found is None else f"has a character that cannot be shown: {found[0]!r}"


class MenuItem(Struct, frozen=True, gc=False, omit_defaults=True):
    """A dish, or a modifier, as the restaurant keeps it."""

    plu: str
    name: str
    category: str | None = None
    allergens: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    prep_time: int = 0
    """Seconds; 0 for unknown."""
    source: Source = "api"


class Menu:
    """A menu, for looking up. It never changes."""

    def __init__(self, items: Iterable[MenuItem] = ()) -> None:
        """Where two have a PLU, the first counts; of a name, too, but for its allergens."""
        self._by_plu: dict[str, MenuItem] = {}
        self._by_name: dict[str, MenuItem] = {}
        for item in items:
            if item.plu not in self._by_plu:
                self._by_plu[item.plu] = item
                name = item.name.casefold()
                self._by_name[name] = _either(self._by_name.get(name), item)

    @property
    def items(self) -> tuple[MenuItem, ...]:
        """All of it."""
        return tuple(self._by_plu.values())

    def find(self, ordered: Item | Modifier) -> MenuItem | None:
        """What the menu has of it."""
        if not self._by_plu:
            return None
        if ordered.id is not None and (found := self._by_plu.get(ordered.id)):
            return found
        return self._by_name.get(ordered.name.casefold())

    def category(self, item: Item) -> str | None:
        """The item's own, or else the menu's."""
        if item.category is not None:
            return item.category
        found = self.find(item)
        return found.category if found else None

    def components(self, ordered: Item | Modifier) -> tuple[Component, ...]:
        """Its own, or else the menu's."""
        if ordered.components:
            return ordered.components
        found = self.find(ordered)
        return found.components if found else ()

    def allergens(self, ordered: Item | Modifier) -> tuple[str, ...]:
        """As the menu has them: a point of sale sends none."""
        found = self.find(ordered)
        return found.allergens if found else ()

    def prep_time(self, item: Item) -> int:
        """Seconds; 0 for unknown."""
        found = self.find(item)
        return found.prep_time if found else 0


def _either(first: MenuItem | None, other: MenuItem) -> MenuItem:
    """What is said of an item that may be the one or the other."""
    if first is None:
        return other
    known: dict[str, str] = {}
    for allergen in (*first.allergens, *other.allergens):
        known.setdefault(allergen.casefold(), allergen)
    return replace(first, allergens=tuple(known.values()))


NO_MENU: Final = Menu()
