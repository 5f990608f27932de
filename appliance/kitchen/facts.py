"""What the conditions of rules look at in an item and its order."""

from collections.abc import Container
from datetime import datetime, tzinfo
from typing import NamedTuple

from appliance.kitchen.menu import Menu
from appliance.kitchen.order import MODE_WHEN_NOT_SENT, Item, Order, mode_key
from appliance.kitchen.rule import (
    CONDITIONS,
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


class Facts(NamedTuple):
    """Each under the name of its condition, in their order. None: it was not sent."""

    menu_item_id: str | None
    name: str | None
    category: str | None
    modifier: tuple[str, ...]
    component: tuple[str, ...]
    course: str | None
    seat: str | None
    group: str | None
    mode: str | None
    origin: str | None
    terminal: str | None
    weekday: Weekday | None
    time_of_day: int
    """Minutes after midnight, local time."""


def facts(
    item: Item,
    order: Order,
    now: Local,
    menu: Menu,
    wanted: Container[Condition] = CONDITIONS,
) -> Facts:
    """The facts of an item; those that are not `wanted` as if they had not been sent."""
    return Facts(
        item.id if "menu_item_id" in wanted else None,
        item.name if "name" in wanted else None,
        menu.category(item) if "category" in wanted else None,
        tuple([mod.name for mod in item.mods]) if "modifier" in wanted else (),
        _components(item, menu) if "component" in wanted else (),
        item.course if "course" in wanted else None,
        item.seat if "seat" in wanted else None,
        item.item_group.name if "group" in wanted and item.item_group else None,
        (order.mode or MODE_WHEN_NOT_SENT) if "mode" in wanted else None,
        order.origin_source if "origin" in wanted else None,
        order.terminal if "terminal" in wanted else None,
        now.weekday if "weekday" in wanted else None,
        now.minute if "time_of_day" in wanted else 0,
    )


def _components(item: Item, menu: Menu) -> tuple[str, ...]:
    """Of the item and of its modifiers."""
    parts = [*menu.components(item)]
    for mod in item.mods:
        parts += menu.components(mod)
    return tuple([part.name for part in parts])


def folded(known: Facts) -> Facts:
    """The facts as they are compared: without case, a mode without spaces and punctuation."""
    return Facts(
        known.menu_item_id,
        _fold(known.name),
        _fold(known.category),
        tuple([name.casefold() for name in known.modifier]),
        tuple([name.casefold() for name in known.component]),
        _fold(known.course),
        _fold(known.seat),
        _fold(known.group),
        None if known.mode is None else mode_key(known.mode),
        _fold(known.origin),
        _fold(known.terminal),
        known.weekday,
        known.time_of_day,
    )


def _fold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def in_words(known: Facts, condition: Condition) -> tuple[str, ...]:
    """What the item has there; nothing where it was not sent."""
    if condition == "time_of_day":
        return (clock(known.time_of_day),)
    has = getattr(known, condition)
    if isinstance(has, str):
        return (has,)
    return has or ()
