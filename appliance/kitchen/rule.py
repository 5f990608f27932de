"""What a routing rule is, what it looks at in an item and its order, and when it fits.

A rule fits when all of the conditions that it has hold. What follows from the rules that
fit is for `reading.py` to say.
"""

import fnmatch
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, get_args

from msgspec import Struct

from appliance.kitchen.order import MODE_WHEN_NOT_SENT, mode_key

LONGEST_WORK: Final = 86_400
"""Seconds: of whatever is cooked or waited for. Nobody means more than a day."""

Source = Literal["file", "api"]
"""Who declared it: the configuration file, or somebody at run time."""
Boost = Literal[0, 1, 2]
"""How much a rule hurries a ticket: 0 normal, 1 high, 2 urgent."""
Takes = Literal["item", "modifier"]
"""What a rule sends to its station, or takes away: the item whole, or only those of its modifiers
that fit."""
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
"""The place of each is what Python's `weekday()` calls it."""

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
    """Sends items to a station, takes them away from it, or adjusts their time.

    Every condition that is given must hold. Most are shell patterns, compared without case,
    any of which may fit; those of `mode` also without spaces and punctuation.
    """

    id: str
    station: str | None
    """None only where the rule adjusts time: then it does so wherever the item is made."""
    prep_time: int = 0
    """Seconds; 0 where the rule says nothing of it."""
    priority_boost: Boost = 0
    menu_item_id: str | None = None
    """The item's `id`, which is its PLU, to the letter."""
    name: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    """Of the item, or else of the menu."""
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
    component: tuple[str, ...] = ()
    """Of the item and its modifiers, or else of the menu; one that fits is enough."""
    seat: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    """The name of the item's group."""
    weekday: tuple[Weekday, ...] = ()
    """Of the same moment as `time_of_day`."""
    exclude: bool = False
    """Takes the station away from the item instead of sending the item there."""
    last: bool = False
    """No rule below it is read for an item that it fits."""
    takes: Takes = "item"
    extra_time: int = 0
    """Seconds, negative for less. Other than 0, the rule adjusts time and does nothing else."""


Condition = Literal[
    "menu_item_id",
    "name",
    "category",
    "modifier",
    "component",
    "course",
    "seat",
    "group",
    "mode",
    "origin",
    "terminal",
    "weekday",
    "time_of_day",
]
CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)
OF_ORDER: Final[frozenset[Condition]] = frozenset(
    {"mode", "origin", "terminal", "weekday", "time_of_day"}
)
"""All items of an order have them in common."""
OF_SEVERAL: Final[frozenset[Condition]] = frozenset({"modifier", "component"})
"""An item may have several of them, of which one that fits is enough."""


class Fault(NamedTuple):
    """What is wrong with a rule by itself."""

    field: str
    """Of the rule."""
    message: str


def fault(rule: Rule) -> Fault | None:
    """Why a rule makes no sense as it stands, if so. What it points to is not looked at."""
    if not any(True for _ in conditions_of(rule)):
        return Fault("", f"a rule needs a condition; allowed: {', '.join(CONDITIONS)}")
    if rule.station is None and not rule.extra_time:
        return Fault("station", "only a rule that adjusts time (extra_time) goes without")
    if rule.takes == "modifier" and not rule.modifier:
        return Fault("modifier", 'say which: the rule takes = "modifier"')
    for field in _DOES_NOT_GO_WITH["extra_time" if rule.extra_time else "exclude"]:
        if (rule.extra_time or rule.exclude) and getattr(rule, field) not in (0, "item"):
            doing = "adjusts time" if rule.extra_time else "excludes"
            return Fault(field, f"not in a rule that {doing}: it does nothing else")
    return None


_DOES_NOT_GO_WITH: Final = {
    "extra_time": ("exclude", "last", "takes", "prep_time", "priority_boost"),
    "exclude": ("prep_time", "priority_boost"),
}


Test = Callable[[Any], object]
"""Whether a folded fact, or one of several, is as a condition wants it."""


def conditions_of(rule: Rule) -> Iterator[tuple[Condition, Any]]:
    """The conditions that the rule has, with what each wants."""
    for condition in CONDITIONS:
        wanted = getattr(rule, condition)
        if wanted is not None and wanted != ():
            yield condition, wanted


class Wanted(NamedTuple):
    """What a condition wants of a folded fact, sorted by how it is found out: any will do."""

    texts: frozenset[str]
    """It is one of these."""
    parts: tuple[str, ...]
    """It has one of these in it."""
    test: Test | None
    """It passes this, if there is such a test."""


def wanted_of(condition: Condition, value: Any) -> Wanted:
    """What a condition of this value wants."""
    if condition == "time_of_day":
        window: Window = value
        return Wanted(frozenset(), (), window.__contains__)
    if condition == "menu_item_id":
        return Wanted(frozenset([value]), (), None)
    if condition == "weekday":
        return Wanted(frozenset(value), (), None)
    texts, parts, others = [], [], []
    for pattern in folded_patterns(condition, value):
        if not _WILD.search(pattern):
            texts.append(pattern)
        elif found := _PART.fullmatch(pattern):
            parts.append(found[1])
        else:
            others.append(pattern)
    test = _compiled(tuple(others)) if others else None
    return Wanted(frozenset(texts), tuple(parts), test)


@lru_cache(PATTERNS_COMPILED)
def test_of(condition: Condition, value: Any) -> Test:
    """How to test a folded fact for what a condition of this value wants."""
    texts, parts, other = wanted_of(condition, value)

    def test(has: Any) -> bool:
        return (
            has in texts
            or any(part in has for part in parts)
            or (other is not None and bool(other(has)))
        )

    return test


def folded_patterns(condition: Condition, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """As folded facts are compared with them."""
    if condition == "mode":
        patterns = tuple([_NOT_IN_MODE_PATTERN.sub("", pattern) for pattern in patterns])
    return tuple([pattern.casefold() for pattern in patterns])


_NOT_IN_MODE_PATTERN: Final = re.compile(r"[^\w*?]+|_+")
_WILD: Final = re.compile(r"[*?\[]")
_PART: Final = re.compile(r"\*([^*?\[]+)\*")


@lru_cache(PATTERNS_COMPILED)
def _compiled(patterns: tuple[str, ...]) -> Test:
    """Whether a folded text fits one of the folded shell patterns."""
    return re.compile("|".join(map(fnmatch.translate, sorted(set(patterns))))).match


def is_of_mode(mode: str | None, patterns: tuple[str, ...]) -> bool:
    """Whether any of a rule's patterns of modes fits an order that is served so."""
    return bool(test_of("mode", patterns)(mode_key(mode or MODE_WHEN_NOT_SENT)))


def wanted_in_words(rule: Rule, condition: Condition) -> tuple[str, ...]:
    """What the rule wants there: any of these."""
    wanted = getattr(rule, condition)
    if isinstance(wanted, Window):
        return (f"{clock(wanted.start)}-{clock(wanted.until)}",)
    return (wanted,) if isinstance(wanted, str) else wanted


def in_words(rule: Rule) -> str:
    """What it fits."""
    return " and ".join(
        f"{condition} {' or '.join(wanted_in_words(rule, condition))}"
        for condition, _ in conditions_of(rule)
    )


def clock(minute: int) -> str:
    """`HH:MM` of minutes after midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"
