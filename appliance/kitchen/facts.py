"""What the conditions of rules look at in an item and its order."""

from collections.abc import Container
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple

from appliance.kitchen.menu import Menu
from appliance.kitchen.order import MODE_WHEN_NOT_SENT, Item, Order, mode_key
from appliance.kitchen.rule import (
    CONDITIONS,
    OF_ORDER,
    WEEKDAYS,
    Condition,
    Weekday,
    clock,
)


class Local(NamedTuple):
    """A moment by the clock of the kitchen."""

    weekday: Weekday
    minute: int
    """After midnight."""


def local(at: int, zone: tzinfo) -> Local:
    """A moment in that zone; `at` in milliseconds since the epoch."""
    there = datetime.fromtimestamp(at / 1000, zone)
    return Local(WEEKDAYS[there.weekday()], there.hour * 60 + there.minute)


class ItemFacts(NamedTuple):
    """Each under the name of its condition, in their order. None: it was not sent."""

    menu_item_id: str | None
    name: str | None
    category: str | None
    modifier: tuple[str, ...]
    component: tuple[str, ...]
    course: str | None
    seat: str | None
    group: str | None


class OrderFacts(NamedTuple):
    """The same of what all items of an order have in common."""

    mode: str | None
    origin: str | None
    terminal: str | None
    weekday: Weekday | None
    time_of_day: int
    """Minutes after midnight, local time."""


Facts = tuple[ItemFacts, OrderFacts]


def item_facts(item: Item, menu: Menu, wanted: Container[Condition] = CONDITIONS) -> ItemFacts:
    """The facts of an item; those that are not `wanted` as if they had not been sent."""
    return ItemFacts(
        item.id if "menu_item_id" in wanted else None,
        item.name if "name" in wanted else None,
        menu.category(item) if "category" in wanted else None,
        tuple([mod.name for mod in item.mods]) if "modifier" in wanted else (),
        _components(item, menu) if "component" in wanted else (),
        item.course if "course" in wanted else None,
        item.seat if "seat" in wanted else None,
        item.item_group.name if "group" in wanted and item.item_group else None,
    )


def order_facts(order: Order, now: Local) -> OrderFacts:
    """The facts of an order."""
    return OrderFacts(
        order.mode or MODE_WHEN_NOT_SENT,
        order.origin_source,
        order.terminal,
        now.weekday,
        now.minute,
    )


def _components(item: Item, menu: Menu) -> tuple[str, ...]:
    """Of the item and of its modifiers."""
    parts = [*menu.components(item)]
    for mod in item.mods:
        parts += menu.components(mod)
    return tuple([part.name for part in parts])


def fold(condition: Condition, text: str) -> str:
    """A fact as it is compared: without case, a mode without spaces and punctuation too."""
    if condition in _TO_THE_LETTER:
        return text
    return mode_key(text) if condition == "mode" else text.casefold()


_TO_THE_LETTER: Final[frozenset[Condition]] = frozenset({"menu_item_id", "weekday"})


def fact(known: Facts, condition: Condition) -> Any:
    """What there is to compare with a condition; None where it was not sent."""
    of_item, of_order = known
    return getattr(of_order if condition in OF_ORDER else of_item, condition)


def in_words(known: Facts, condition: Condition) -> tuple[str, ...]:
    """What the item has there; nothing where it was not sent."""
    has = fact(known, condition)
    if condition == "time_of_day":
        return (clock(has),)
    return (has,) if isinstance(has, str) else has or ()
