"""What a routing rule is, what it looks at in an item and its order, and when it holds.

A rule holds when all of the conditions that it has hold. What it does then is for
`routing.py` to say.
"""

import fnmatch
import re
from collections.abc import Callable, Container, Iterator
from datetime import datetime, tzinfo
from functools import lru_cache, partial
from operator import contains, eq
from typing import Any, Final, Literal, NamedTuple, get_args

from msgspec import Struct

from appliance.kitchen.order import MODE_WHEN_NOT_SENT, Item, Order

Source = Literal["file", "api"]
"""Who declared a station or a rule: the configuration file, or somebody at run time."""
Boost = Literal[0, 1, 2]
"""How much a rule hurries a ticket: 0 normal, 1 high, 2 urgent."""

PATTERNS_COMPILED: Final = 4_096
"""Sets of shell patterns that are kept compiled: twice as many as there can be rules, so
that a rule that comes or goes costs only itself."""


class Window(Struct, frozen=True, gc=False):
    """A part of every day, in minutes after midnight, local time.

    `start` is part of it, `until` is not. One that ends before it starts passes midnight;
    one that ends where it starts is the whole day.
    """

    start: int
    until: int

    def __contains__(self, minute: int) -> bool:
        if self.start < self.until:
            return self.start <= minute < self.until
        return minute >= self.start or minute < self.until


class Rule(Struct, frozen=True, gc=False, omit_defaults=True):
    """Which items a station makes. Every condition that is given must hold.

    All but `menu_item_id` and `time_of_day` are shell patterns, compared without case, any
    of which may fit; those of `mode` also without spaces and punctuation.
    """

    id: str
    station: str
    prep_time: int = 0
    """Seconds."""
    priority_boost: Boost = 0
    menu_item_id: str | None = None
    """The item's `id`, to the letter."""
    name: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    modifier: tuple[str, ...] = ()
    """One modifier of the item that fits is enough."""
    course: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    """Of the order's `origin_source`."""
    terminal: tuple[str, ...] = ()
    time_of_day: Window | None = None
    """When the item is routed, not when the guest wants it."""
    source: Source = "api"


Condition = Literal[
    "menu_item_id",
    "name",
    "category",
    "modifier",
    "course",
    "mode",
    "origin",
    "terminal",
    "time_of_day",
]
CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)


class Facts(NamedTuple):
    """What the conditions look at, each under its own name. None: it was not sent."""

    menu_item_id: str | None
    name: str | None
    category: str | None
    modifier: tuple[str, ...]
    course: str | None
    mode: str | None
    origin: str | None
    terminal: str | None
    time_of_day: int
    """Minutes after midnight, local time."""


def facts(
    item: Item, order: Order, minute: int, wanted: Container[Condition] = CONDITIONS
) -> Facts:
    """The facts of an item; those that are not `wanted` as if they had not been sent."""
    return Facts(
        item.id if "menu_item_id" in wanted else None,
        item.name if "name" in wanted else None,
        item.category if "category" in wanted else None,
        tuple([mod.name for mod in item.mods]) if "modifier" in wanted else (),
        item.course if "course" in wanted else None,
        (order.mode or MODE_WHEN_NOT_SENT) if "mode" in wanted else None,
        order.origin_source if "origin" in wanted else None,
        order.terminal if "terminal" in wanted else None,
        minute if "time_of_day" in wanted else 0,
    )


def minute_of_day(at: int, zone: tzinfo) -> int:
    """Minutes after midnight on a clock of that zone; `at` in milliseconds since the epoch."""
    local = datetime.fromtimestamp(at / 1000, zone)
    return local.hour * 60 + local.minute


def folded(known: Facts) -> Facts:
    """The facts as they are compared: without case, a mode without spaces and punctuation."""
    mode = known.mode
    return Facts(
        known.menu_item_id,
        _fold(known.name),
        _fold(known.category),
        tuple([name.casefold() for name in known.modifier]),
        _fold(known.course),
        None if mode is None else _NOT_IN_MODE.sub("", mode.casefold()),
        _fold(known.origin),
        _fold(known.terminal),
        known.time_of_day,
    )


def _fold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


Test = Callable[[Any], object]
"""Whether a folded fact that is not None is as a condition wants it."""


def conditions_of(rule: Rule) -> Iterator[tuple[Condition, Test]]:
    """The conditions that the rule has, with how to test each."""
    for condition in CONDITIONS:
        wanted = getattr(rule, condition)
        if wanted is not None and wanted != ():
            yield condition, _test(condition, wanted)


def _test(condition: Condition, wanted: Any) -> Test:
    if condition == "menu_item_id":
        return partial(eq, wanted)
    if condition == "time_of_day":
        return partial(contains, wanted)
    if condition == "mode":
        return _fits(tuple([_NOT_IN_MODE_PATTERN.sub("", pattern) for pattern in wanted]))
    fits = _fits(wanted)
    if condition == "modifier":
        return lambda modifiers: any(map(fits, modifiers))
    return fits


_NOT_IN_MODE: Final = re.compile(r"[\W_]+")
_NOT_IN_MODE_PATTERN: Final = re.compile(r"[^\w*?]+|_+")
_WILD: Final = re.compile(r"[*?\[]")


@lru_cache(PATTERNS_COMPILED)
def _fits(patterns: tuple[str, ...]) -> Callable[[str], object]:
    """A test whether a text without case fits one of the shell patterns."""
    texts = frozenset([pattern.casefold() for pattern in patterns])
    if not any(map(_WILD.search, texts)):
        return texts.__contains__
    return re.compile("|".join(map(fnmatch.translate, sorted(texts)))).match


def is_of_mode(mode: str | None, patterns: tuple[str, ...]) -> bool:
    """Whether any of a rule's patterns of modes fits an order that is served so."""
    folded_mode = _NOT_IN_MODE.sub("", (mode or MODE_WHEN_NOT_SENT).casefold())
    return bool(_test("mode", patterns)(folded_mode))


def wanted_in_words(rule: Rule, condition: Condition) -> tuple[str, ...]:
    """What the rule wants there: any of these."""
    wanted = getattr(rule, condition)
    if isinstance(wanted, Window):
        return (f"{clock(wanted.start)}-{clock(wanted.until)}",)
    return (wanted,) if isinstance(wanted, str) else wanted


def in_words(known: Facts, condition: Condition) -> tuple[str, ...]:
    """What the item has there; nothing where it was not sent."""
    has = getattr(known, condition)
    if condition == "time_of_day":
        return (clock(has),)
    if isinstance(has, str):
        return (has,)
    return has or ()


def clock(minute: int) -> str:
    """`HH:MM` of minutes after midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"
