"""Which stations make an item: rules in, stations out. Nothing is ever dropped.

Rules are read from top to bottom, the file's first: each one that fits sends the item to its
station, or, if it excludes, takes that station away again, until one that says `last`;
whatever is then without a station goes to the default station and is counted and shown as
unrouted.

An expo station sees every item and cooks none. A station that is not active gets nothing:
rules for it are passed over, and so are rules for a station that is not there; but if it has
twins or a backup that are active, these get it (see `balancing.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from appliance.kitchen.facts import ItemFacts, OrderFacts, item_facts, local, order_facts
from appliance.kitchen.menu import NO_MENU, Menu
from appliance.kitchen.order import Item, Order
from appliance.kitchen.reading import Fitting, Reading, Rulebook, alone
from appliance.kitchen.rule import Boost, Rule, Source

StationType = Literal["grill", "fry", "prep", "expo", "bar", "pizza", "salad", "dessert", "generic"]

REMEMBERED_ITEMS: Final = 2_000
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
    twin_of: str | None = None
    """The id of the station whose work it shares."""
    backup: str | None = None
    """The id of the station that takes its work when it is behind, or not active."""
    overflow_after: int | None = None
    """Seconds of work after which it is behind; None: it never is."""

    @property
    def cooks(self) -> bool:
        """Whether items are made there; at a pass they are only seen."""
        return self.type != "expo"


class Stop(Struct, frozen=True, gc=False):
    """A station that makes an item, and what the rules that sent it there say."""

    station: str
    prep: int = 0
    """Seconds that it takes there; 0 for unknown."""
    boost: Boost = 0
    """The highest of those rules; at a pass the highest of all that took the item."""
    mods: tuple[int, ...] = ()
    """The places of the item's modifiers that the station makes alone; none: the whole item."""
    unrouted: bool = False
    """It is the default station, and no rule takes the item."""
    extra: int = 0
    """Seconds that rules add to what the dish takes there; they are part of a known `prep`."""
    overflow_from: str | None = None
    """The station that it was for, where its backup takes it."""


class Outcome(NamedTuple):
    """Where an item goes, and what the rules said."""

    stops: tuple[Stop, ...]
    """The stations that cook it, then those that only see it."""
    reading: Reading
    extras: dict[str, tuple[Rule, ...]]
    """By station, the rules that adjust the time there."""


class Router:
    """Answers, for one set of stations and rules, where an item goes. It never changes."""

    def __init__(
        self,
        stations: Sequence[Station],
        rules: Iterable[Rule],
        default: str,
        zone: tzinfo = UTC,
        menu: Menu = NO_MENU,
    ) -> None:
        """`default` is the id of the station for whatever no rule takes.

        Rules by weekday and time of day mean the clock of `zone`.
        """
        self.stations = {station.id: station for station in stations}
        self.rules = tuple(rules)
        self.default = default
        self.zone = zone
        self.menu = menu
        self.passes = tuple(s.id for s in stations if s.active and not s.cooks)
        """The expo stations that are active."""
        self.cooking = frozenset(s.id for s in stations if s.cooks)
        """All the others, active or not."""
        self.sharing = _sharing(stations)
        """By station that cooks: it and its twins, as far as they are active."""
        self.backing = {
            station: self.sharing.get(self.stations[station].backup or "", ())
            for station in self.sharing
        }
        """By station that cooks: the active ones that take its work when it is behind."""
        self.shares = any(s.twin_of is not None or s.backup is not None for s in stations)
        """Whether any station shares its work."""
        self._book = Rulebook([rule for rule in self.rules if self.is_in_force(rule)])
        # A menu repeats itself all night: an item is held against the rules once.
        self._stops = lru_cache(REMEMBERED_ITEMS)(self._route)

    def is_in_force(self, rule: Rule) -> bool:
        """Whether the rule is read, and not passed over."""
        if rule.station is None:
            return True
        return bool(self.sharing.get(rule.station) or self.backing.get(rule.station))

    def route(self, item: Item, order: Order, at: int) -> tuple[Stop, ...]:
        """The stations of an item: those that cook it, then those that only see it.

        `at` is now, in milliseconds since the epoch.
        """
        return self.routing(order, at)(item)

    def routing(self, order: Order, at: int) -> Callable[[Item], tuple[Stop, ...]]:
        """`route` for all items of an order: what they have in common is looked at once."""
        of_order = self.fitting_order(order_facts(order, local(at, self.zone)))
        looked_at = self._book.looked_at

        def route(item: Item) -> tuple[Stop, ...]:
            known = item_facts(item, self.menu, looked_at)
            return self._stops(known, of_order, self.menu.prep_time(item))

        return route

    def fitting_order(self, known: OrderFacts) -> Fitting:
        """What `outcome` has to know of the order."""
        return self._book.fitting_order(known)

    def _route(self, known: ItemFacts, of_order: Fitting, prep: int) -> tuple[Stop, ...]:
        return self.outcome(known, of_order, prep).stops

    def outcome(self, known: ItemFacts, of_order: Fitting, prep: int) -> Outcome:
        """Where an item with these facts goes, and why; `prep` is what the menu says, in seconds.

        A station takes the longest time that a rule names that sent the item there, or else
        the menu's, and what other rules add to it: at least a second where it is known at
        all. The menu's time, and what is added wherever the item is made, are not for a
        station that makes modifiers alone.
        """
        reading = self._book.read(known, of_order)
        sent = reading.sent
        made = {
            station: alone(rules, known.modifier, reading.without)
            for station, rules in sent.items()
        }
        untaken = None not in made.values()
        if untaken:
            made[self.default] = None
        stops: list[Stop] = []
        extras: dict[str, tuple[Rule, ...]] = {}
        for station, mods in made.items():
            if mods == ():
                continue
            rules = sent.get(station, ())
            named = max([rule.prep_time for rule in rules], default=0)
            boost: Boost = max([rule.priority_boost for rule in rules], default=0)
            extra = 0
            taking = named or (prep if mods is None else 0)
            if reading.extras:
                extras[station] = _extras(reading, station, whole=mods is None)
                extra = sum([rule.extra_time for rule in extras[station]])
                # An unknown time stays unknown, and a known one known.
                taking = max(1, taking + extra) if taking else 0
            unrouted = untaken and station == self.default
            stops.append(Stop(station, taking, boost, mods or (), unrouted, extra))
        longest = max([stop.prep for stop in stops])
        highest: Boost = max([stop.boost for stop in stops])
        stops += [Stop(station, longest, highest) for station in self.passes]
        return Outcome(tuple(stops), reading, extras)


def _sharing(stations: Iterable[Station]) -> dict[str, tuple[str, ...]]:
    """In the order of the boards."""
    cooking = [station for station in stations if station.cooks]
    sharing: dict[str, list[str]] = {station.id: [] for station in cooking}
    for station in cooking:
        for whose in (station.id, station.twin_of):
            if station.active and whose in sharing:
                sharing[whose].append(station.id)
    return {station: tuple(active) for station, active in sharing.items()}


def _extras(reading: Reading, station: str, *, whole: bool) -> tuple[Rule, ...]:
    return tuple(
        [
            rule
            for rule in reading.extras
            if rule.station == station or (rule.station is None and whole)
        ]
    )
