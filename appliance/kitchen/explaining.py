"""Where the items of an order would go now, and why: routing that explains itself."""

from typing import Final, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.facts import Facts, fact, fold, in_words, item_facts, local, order_facts
from appliance.kitchen.learning import Learned
from appliance.kitchen.order import Item, Order, part_of
from appliance.kitchen.reading import Reading
from appliance.kitchen.routing import Outcome, Router, Stop
from appliance.kitchen.rule import (
    OF_SEVERAL,
    Boost,
    Condition,
    Rule,
    Test,
    conditions_of,
    test_of,
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
    """Seconds; 0 for unknown."""
    boost: Boost
    why: Literal["rule", "default", "expo"]
    rules: tuple[str, ...] = ()
    """Their ids."""
    modifiers: tuple[str, ...] = ()
    """All that it makes of the item; empty where it makes the whole item."""
    adjusted_by: tuple[str, ...] = ()
    """Ids of the rules that add time there, or take some."""
    sharing: tuple[str, ...] = ()
    """Where not simply this station gets it: those of which one does, the one with the least
    to make. They are it and its twins, as far as they are active, or else its backup."""
    overflow: str | None = None
    """The station that gets it while these are behind by their limit."""


class TakenAway(Struct, frozen=True, gc=False):
    """A station that the item would have gone to, but for a rule that excludes."""

    station: str
    rule: str
    """Its id."""


class NearMiss(Struct, frozen=True, gc=False):
    """A rule that one thing alone kept from counting.

    That is a condition, where another one held; or `station`: the rule's is not active, not
    there, or an expo; or `last`: a rule above it ended the reading.
    """

    rule: str
    """Its id."""
    station: str | None
    condition: Condition | Literal["station", "last"]
    wanted: tuple[str, ...]
    """Any of these would have done."""
    has: tuple[str, ...]
    """What the item has there; nothing where it was not sent."""


class Explained(Struct, frozen=True, gc=False):
    """An item, where it would go, and which rules nearly counted: those that came nearest first."""

    item: Item
    stops: tuple[WhyThere, ...]
    nearly: tuple[NearMiss, ...]
    taken_away: tuple[TakenAway, ...] = ()
    last: str | None = None
    """The id of the rule at which reading ended; None where all were read."""


class _Tested(NamedTuple):
    place: int
    rule: Rule
    tests: tuple[tuple[Condition, Test], ...]


def explain(
    router: Router, order: Order, at: int, learned: Learned | None = None
) -> tuple[Explained, ...]:
    """Why each item of the order would go where; `at` in milliseconds since the epoch.

    `learned` are the times that count before those of rules and menu.

    It looks at every rule for every item: some milliseconds each where there are thousands
    of rules. Whoever lets others ask bounds how many items they ask for.
    """
    of_order = order_facts(order, local(at, router.zone))
    fitting = router.fitting_order(of_order)
    tested = [
        _Tested(
            place,
            rule,
            tuple(
                (condition, test_of(condition, value)) for condition, value in conditions_of(rule)
            ),
        )
        for place, rule in enumerate(router.rules)
    ]
    explained = []
    for item in order.items:
        of_item = item_facts(item, router.menu)
        outcome = router.outcome(of_item, fitting, router.menu.prep_time(item))
        reading = outcome.reading
        stops = outcome.stops
        if learned is not None:
            stops = _timed(router, stops, item, learned, at)
        explained.append(
            Explained(
                item,
                tuple(_why(router, outcome, stop, item) for stop in stops),
                _nearly(router, reading, tested, (of_item, of_order)),
                tuple(TakenAway(rule.station or "", rule.id) for rule in reading.taken_away),
                reading.last.id if reading.last else None,
            )
        )
    return tuple(explained)


def _timed(
    router: Router, stops: tuple[Stop, ...], item: Item, learned: Learned, at: int
) -> tuple[Stop, ...]:
    """The stops with what was learned of those who make it, as far as it is known who does."""
    makers = [_sharing(router, stop.station) for stop in stops]
    made = [
        replace(stop, station=maker[0]) if len(maker) == 1 else stop
        for stop, maker in zip(stops, makers, strict=True)
    ]
    timed = learned.timed(made, item, router.passes, at)
    return tuple(replace(stop, prep=other.prep) for stop, other in zip(stops, timed, strict=True))


def _sharing(router: Router, station: str) -> tuple[str, ...]:
    """Those of which one makes what is for a station; none for a pass."""
    return router.sharing.get(station, ()) or router.backing.get(station, ())


def _why(router: Router, outcome: Outcome, stop: Stop, item: Item) -> WhyThere:
    why: Literal["rule", "default", "expo"] = "rule"
    own, backing = (by.get(stop.station, ()) for by in (router.sharing, router.backing))
    sharing = _sharing(router, stop.station)
    station = router.stations[stop.station]
    overflows = own and backing and station.overflow_after is not None
    if stop.station in router.passes:
        why = "expo"
    elif stop.unrouted:
        why = "default"
    return WhyThere(
        stop.station,
        stop.prep,
        stop.boost,
        why,
        tuple(rule.id for rule in outcome.reading.sent.get(stop.station, ())),
        tuple(mod.name for mod in part_of(item.mods, stop.mods)),
        tuple(rule.id for rule in outcome.extras.get(stop.station, ())),
        () if sharing == (stop.station,) else sharing,
        station.backup if overflows else None,
    )


def _nearly(
    router: Router, reading: Reading, tested: list[_Tested], known: Facts
) -> tuple[NearMiss, ...]:
    """Those first of which most held."""
    end = router.rules.index(reading.last) if reading.last else len(router.rules)
    nearly = []
    for each in tested:
        conditions = _misses(each, known)
        misses = [*conditions]
        rule = each.rule
        if not router.is_in_force(rule):
            found = router.stations.get(rule.station or "")
            is_now = "not there" if found is None else "inactive" if found.cooks else "expo"
            misses.append(NearMiss(rule.id, rule.station, "station", ("active",), (is_now,)))
        if reading.last and each.place > end:
            misses.append(NearMiss(rule.id, rule.station, "last", (), (reading.last.id,)))
        held = len(each.tests) - len(conditions)
        if len(misses) == 1 and (held or not conditions):
            nearly.append((len(each.tests), misses[0]))
    nearly.sort(key=lambda counted: -counted[0])
    return tuple(missed for _held, missed in nearly[:NEAR_MISSES_SHOWN])


def _misses(tested: _Tested, known: Facts) -> list[NearMiss]:
    """The conditions of a rule that do not hold."""
    rule = tested.rule
    return [
        NearMiss(
            rule.id,
            rule.station,
            condition,
            wanted_in_words(rule, condition),
            in_words(known, condition),
        )
        for condition, test in tested.tests
        if not _holds(condition, test, known)
    ]


def _holds(condition: Condition, test: Test, known: Facts) -> bool:
    has = fact(known, condition)
    if condition in OF_SEVERAL:
        return any(test(fold(condition, each)) for each in has)
    if isinstance(has, str):
        has = fold(condition, has)
    return has is not None and bool(test(has))
