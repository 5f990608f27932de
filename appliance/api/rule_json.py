"""A routing rule as the API takes it and shows it."""

import secrets
from typing import Annotated, Final

from msgspec import Meta, Struct

from appliance.kitchen.rule import (
    LONGEST_WORK,
    Boost,
    Rule,
    Source,
    Takes,
    Weekday,
    Window,
    clock,
)

MAX_BULK: Final = 500
"""Rules of one request; a menu has a few hundred dishes."""

Pattern = Annotated[str, Meta(min_length=1, max_length=100)]
Patterns = Annotated[tuple[Pattern, ...], Meta(max_length=20)]
# Python's `$` lets a newline follow, that of JSON Schema does not: the length says so to both.
TimeOfDay = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]


class WindowJson(Struct, forbid_unknown_fields=True, rename={"start": "from"}):
    """A part of every day, local time; one that ends before it starts passes midnight."""

    start: TimeOfDay
    until: TimeOfDay


class RuleBody(Struct, forbid_unknown_fields=True):
    """What becomes of the items that it fits: those for which all its conditions hold.

    There has to be one at least. It sends them to its station; with `exclude` it takes that
    station away again; with `takes` as `modifier` it does so with only the modifiers that fit; with
    `extra_time_seconds` it only adjusts their time, at its station or, without one, wherever
    they are made. No rule below one with `last` is read for what that one fits. `menu_item_id`
    is the item's id to the letter; most other conditions are shell patterns, compared without
    case, any of which may fit; one for `mode` has to have a letter, a digit or a `*`.
    """

    station_id: str | None = None
    menu_item_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    name: Patterns = ()
    category: Patterns = ()
    modifier: Patterns = ()
    component: Patterns = ()
    course: Patterns = ()
    seat: Patterns = ()
    group: Patterns = ()
    mode: Patterns = ()
    origin: Patterns = ()
    terminal: Patterns = ()
    weekday: Annotated[tuple[Weekday, ...], Meta(max_length=7)] = ()
    time_of_day: WindowJson | None = None
    prep_time_seconds: Annotated[int, Meta(ge=0, le=LONGEST_WORK)] = 0
    priority_boost: Boost = 0
    exclude: bool = False
    last: bool = False
    takes: Takes = "item"
    extra_time_seconds: Annotated[int, Meta(ge=-LONGEST_WORK, le=LONGEST_WORK)] = 0
    location_id: str | None = None


class RulesBody(Struct, forbid_unknown_fields=True):
    """Several rules, all of which are made or none."""

    rules: Annotated[tuple[RuleBody, ...], Meta(min_length=1, max_length=MAX_BULK)]


class RuleJson(Struct):
    """A rule as it stands; of source `file` it cannot be removed here."""

    id: str
    location_id: str
    station_id: str | None
    menu_item_id: str | None
    name: tuple[str, ...]
    category: tuple[str, ...]
    modifier: tuple[str, ...]
    component: tuple[str, ...]
    course: tuple[str, ...]
    seat: tuple[str, ...]
    group: tuple[str, ...]
    mode: tuple[str, ...]
    origin: tuple[str, ...]
    terminal: tuple[str, ...]
    weekday: tuple[Weekday, ...]
    time_of_day: WindowJson | None
    prep_time_seconds: int
    priority_boost: Boost
    exclude: bool
    last: bool
    takes: Takes
    extra_time_seconds: int
    source: Source


FIELDS: Final = {
    "station": "station_id",
    "prep_time": "prep_time_seconds",
    "extra_time": "extra_time_seconds",
}
"""What is called otherwise here than in the kitchen's rule."""


def rule_of(body: RuleBody) -> Rule:
    """The kitchen's rule, with a new id."""
    window = body.time_of_day
    return Rule(
        id=f"rule-{secrets.token_hex(6)}",
        station=body.station_id,
        prep_time=body.prep_time_seconds,
        priority_boost=body.priority_boost,
        menu_item_id=body.menu_item_id,
        name=body.name,
        category=body.category,
        modifier=body.modifier,
        component=body.component,
        course=body.course,
        seat=body.seat,
        group=body.group,
        mode=body.mode,
        origin=body.origin,
        terminal=body.terminal,
        weekday=body.weekday,
        time_of_day=None
        if window is None
        else Window(_minutes(window.start), _minutes(window.until)),
        exclude=body.exclude,
        last=body.last,
        takes=body.takes,
        extra_time=body.extra_time_seconds,
    )


def rule_json(rule: Rule, location: str) -> RuleJson:
    """A rule as it is shown."""
    window = rule.time_of_day
    return RuleJson(
        id=rule.id,
        location_id=location,
        station_id=rule.station,
        menu_item_id=rule.menu_item_id,
        name=rule.name,
        category=rule.category,
        modifier=rule.modifier,
        component=rule.component,
        course=rule.course,
        seat=rule.seat,
        group=rule.group,
        mode=rule.mode,
        origin=rule.origin,
        terminal=rule.terminal,
        weekday=rule.weekday,
        time_of_day=None
        if window is None
        else WindowJson(clock(window.start), clock(window.until)),
        prep_time_seconds=rule.prep_time,
        priority_boost=rule.priority_boost,
        exclude=rule.exclude,
        last=rule.last,
        takes=rule.takes,
        extra_time_seconds=rule.extra_time,
        source=rule.source,
    )


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
