"""Where the items of an order would go now, and why: routing that explains itself."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from appliance.kitchen.order import Item, Order
from appliance.kitchen.routing import Router, Station
from appliance.kitchen.rule import (
    CONDITIONS,
    Boost,
    Condition,
    Facts,
    Rule,
    Test,
    conditions_of,
    facts,
    folded,
    in_words,
    minute_of_day,
    wanted_in_words,
)

NEAR_MISSES_SHOWN: Final = 10
"""Per item: more than that are no hint to anybody."""


class WhyThere(Struct, frozen=True, gc=False):
    """A station that an item would go to, and why.

    `why`: `rule`, these rules took it; `default`, no rule did; `expo`, it sees everything.
    """

    station: str
    prep: int
    """Seconds."""
    boost: Boost
    why: Literal["rule", "default", "expo"]
    rules: tuple[str, ...] = ()
    """Their ids."""


class NearMiss(Struct, frozen=True, gc=False):
    """A rule that one thing alone kept from taking an item.

    That is a condition, or `station`: the rule's is not active, not there, or an expo.
    """

    rule: str
    """Its id."""
    station: str
    condition: Condition | Literal["station"]
    wanted: tuple[str, ...]
    """Any of these would have done."""
    has: tuple[str, ...]
    """What the item has there; nothing where it was not sent."""


class Explained(Struct, frozen=True, gc=False):
    """An item, where it would go, and which rules nearly took it: those first that came nearest."""

    item: Item
    stops: tuple[WhyThere, ...]
    nearly: tuple[NearMiss, ...]


def explain(router: Router, order: Order, at: int) -> tuple[Explained, ...]:
    """Why each item of the order would go where; `at` in milliseconds since the epoch.

    It looks at every rule for every item: some milliseconds each where there are thousands
    of rules. Whoever lets others ask bounds how many items they ask for.
    """
    minute = minute_of_day(at, router.zone)
    conditions = [(rule, tuple(conditions_of(rule))) for rule in router.rules]
    explained = []
    for item in order.items:
        known = facts(item, order, minute)
        stops = _stops(router, item, order, at, known)
        explained.append(Explained(item, stops, _nearly(router.stations, conditions, known)))
    return tuple(explained)


def _stops(router: Router, item: Item, order: Order, at: int, known: Facts) -> tuple[WhyThere, ...]:
    taken = router.taken_by(known)
    stops = []
    for stop in router.route(item, order, at):
        rules = tuple(rule.id for rule in taken if rule.station == stop.station)
        otherwise: Literal["expo", "default"] = (
            "expo" if stop.station in router.passes else "default"
        )
        why = "rule" if rules else otherwise
        stops.append(WhyThere(stop.station, stop.prep, stop.boost, why, rules))
    return tuple(stops)


def _nearly(
    stations: Mapping[str, Station],
    conditions: list[tuple[Rule, tuple[tuple[Condition, Test], ...]]],
    known: Facts,
) -> tuple[NearMiss, ...]:
    """Those first of which most held."""
    compared = folded(known)
    nearly = [
        (len(tests), missed)
        for rule, tests in conditions
        if (missed := _only_miss(stations.get(rule.station), rule, tests, known, compared))
    ]
    nearly.sort(key=lambda counted: -counted[0])
    return tuple(missed for _held, missed in nearly[:NEAR_MISSES_SHOWN])


def _only_miss(
    station: Station | None,
    rule: Rule,
    tests: tuple[tuple[Condition, Test], ...],
    known: Facts,
    compared: Facts,
) -> NearMiss | None:
    """What alone kept the rule from taking it; None where nothing did, or more than one thing."""
    found = None
    if station is None or not (station.active and station.cooks):
        is_now = "not there" if station is None else "inactive" if station.cooks else "expo"
        found = NearMiss(rule.id, rule.station, "station", ("active",), (is_now,))
    for condition, test in tests:
        has_folded = compared[CONDITIONS.index(condition)]
        if has_folded is not None and test(has_folded):
            continue
        if found is not None:
            return None
        wanted, has = wanted_in_words(rule, condition), in_words(known, condition)
        found = NearMiss(rule.id, rule.station, condition, wanted, has)
    return found
