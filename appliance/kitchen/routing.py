"""Which stations make an item: rules in, stations out. Nothing is ever dropped.

Every rule whose conditions all hold sends the item to its station; an item that no rule
takes goes to the default station; an expo station sees every item and cooks none. A station
that is not active gets nothing: rules for it are passed over, and so are rules for a
station that is not there.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from functools import lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple

from msgspec import Struct

from appliance.kitchen.order import Item, Order
from appliance.kitchen.rule import (
    CONDITIONS,
    Boost,
    Condition,
    Facts,
    Rule,
    Source,
    Test,
    conditions_of,
    facts,
    folded,
    minute_of_day,
)

StationType = Literal["grill", "fry", "prep", "expo", "bar", "pizza", "salad", "dessert", "generic"]

REMEMBERED_ITEMS = 2_000
"""Distinct items, as far as the rules tell them apart, whose stations are remembered:
several times a large menu."""


class Station(Struct, frozen=True, gc=False, omit_defaults=True):
    """A place where tickets appear. Type `expo` is the pass: it sees whole orders."""

    id: str
    name: str
    type: StationType = "generic"
    display_order: int = 0
    color: str | None = None
    """`#rrggbb`."""
    sound_alerts: bool = False
    alert_threshold_seconds: int | None = None
    active: bool = True
    source: Source = "api"

    @property
    def cooks(self) -> bool:
        """Whether items are made there; at a pass they are only seen."""
        return self.type != "expo"


class Stop(Struct, frozen=True, gc=False):
    """A station that makes an item, and what the rules that sent it there say."""

    station: str
    prep: int = 0
    """Seconds that it takes there; 0 where no rule says."""
    boost: Boost = 0
    """The highest of those rules; at a pass the highest of all that took the item."""


class _Entry(NamedTuple):
    """A rule in force, ready to be tested."""

    place: int
    rule: Rule
    tests: tuple[tuple[int, Test], ...]
    """With the place of what they test in `Facts`."""

    def holds(self, known: Facts) -> bool:
        """Whether the rule takes what is known, which is folded."""
        for place, test in self.tests:
            has = known[place]
            if has is None or not test(has):
                return False
        return True


class Router:
    """Answers, for one set of stations and rules, where an item goes. It never changes."""

    def __init__(
        self,
        stations: Sequence[Station],
        rules: Iterable[Rule],
        default: str,
        zone: tzinfo = UTC,
    ) -> None:
        """`default` is the id of the station for whatever no rule takes.

        Rules by time of day mean the clock of `zone`.
        """
        self.stations = {station.id: station for station in stations}
        self.rules = tuple(rules)
        self.default = default
        self.zone = zone
        self.passes = tuple(s.id for s in stations if s.active and not s.cooks)
        """The expo stations that are active."""
        self.cooking = frozenset(s.id for s in stations if s.cooks)
        """All the others, active or not."""
        self._entries: dict[str | None, list[_Entry]] = defaultdict(list)
        """By the menu item that they are for: most rules are for one, and only those for
        the item's own have to be looked at. None: any item."""
        looked_at: set[Condition] = set()
        for place, rule in enumerate(self.rules):
            station = self.stations.get(rule.station)
            if station is not None and station.active and station.cooks:
                conditions = dict(conditions_of(rule))
                looked_at |= conditions.keys()
                by_place = tuple((CONDITIONS.index(name), conditions[name]) for name in conditions)
                self._entries[rule.menu_item_id].append(_Entry(place, rule, by_place))
        self._looked_at = frozenset(looked_at)
        windows = [rule.time_of_day for rule in self.rules if rule.time_of_day is not None]
        self._turns = sorted({turn for window in windows for turn in (window.start, window.until)})
        """Minutes of the day at which the answer may change."""
        # A menu repeats itself all night: an item is matched against the rules once.
        self._stops = lru_cache(REMEMBERED_ITEMS)(self._match)

    def route(self, item: Item, order: Order, at: int) -> tuple[Stop, ...]:
        """The stations of an item: those that cook it, then those that only see it.

        `at` is now, in milliseconds since the epoch.
        """
        minute = self._last_turn(at) if "time_of_day" in self._looked_at else 0
        return self._stops(facts(item, order, minute, self._looked_at))

    def _last_turn(self, at: int) -> int:
        """A minute that every rule takes for the present one."""
        passed = bisect_right(self._turns, minute_of_day(at, self.zone))
        return self._turns[passed - 1] if passed else 0

    def taken_by(self, known: Facts) -> list[Rule]:
        """The rules that take an item with these facts, in their order."""
        entries = [*self._entries.get(None, ())]
        if known.menu_item_id is not None:
            entries += self._entries.get(known.menu_item_id, ())
            entries.sort(key=attrgetter("place"))
        compared = folded(known)
        return [entry.rule for entry in entries if entry.holds(compared)]

    def _match(self, known: Facts) -> tuple[Stop, ...]:
        cooking: dict[str, Stop] = {}
        for rule in self.taken_by(known):
            stop = cooking.get(rule.station, Stop(rule.station))
            cooking[rule.station] = _longer(stop, rule.prep_time, rule.priority_boost)
        if not cooking:
            cooking[self.default] = Stop(self.default)
        seen = Stop("")
        for stop in cooking.values():
            seen = _longer(seen, stop.prep, stop.boost)
        return (
            *cooking.values(),
            *(Stop(station, seen.prep, seen.boost) for station in self.passes),
        )


def _longer(stop: Stop, prep: int, boost: Boost) -> Stop:
    return Stop(stop.station, max(stop.prep, prep), max(stop.boost, boost))
