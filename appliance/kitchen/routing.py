"""Which stations make an item: rules in, stations out. Nothing is ever dropped.

Every rule whose conditions all hold sends the item to its station; an item that no rule
takes goes to the default station; an expo station sees every item and cooks none.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from appliance.kitchen.order import Item

StationType = Literal["grill", "fry", "prep", "expo", "bar", "pizza", "salad", "dessert", "generic"]

REMEMBERED_ITEMS = 2_000
"""Distinct (name, modifiers) whose stations are remembered: several times a large menu."""


class Station(Struct, frozen=True, gc=False):
    """A place where tickets appear. Type `expo` is the pass: it sees whole orders."""

    id: str
    name: str
    type: StationType = "generic"
    display_order: int = 0


class Rule(Struct, frozen=True, gc=False):
    """Shell patterns, compared without case; every condition that is given must hold."""

    station: str
    name: tuple[str, ...] = ()
    modifier: tuple[str, ...] = ()
    prep_time: int = 0
    """Seconds."""


class Stop(Struct, frozen=True, gc=False):
    """A station that makes an item, and how long it takes there in seconds (0: unknown)."""

    station: str
    prep: int = 0


class Router:
    """Answers, for one set of stations and rules, where an item goes."""

    def __init__(self, stations: Sequence[Station], rules: Iterable[Rule], default: str) -> None:
        """`default` is the id of the station for whatever no rule takes."""
        self.stations = {station.id: station for station in stations}
        self.default = default
        self.passes = tuple(station.id for station in stations if station.type == "expo")
        self._rules = [(rule, _matcher(rule.name), _matcher(rule.modifier)) for rule in rules]
        # A menu repeats itself all night: an item is matched against the rules once.
        self._stops = lru_cache(REMEMBERED_ITEMS)(self._match)

    def route(self, item: Item) -> tuple[Stop, ...]:
        """The stations of an item: those that cook it, then those that only see it."""
        return self._stops(item.name, tuple(mod.name for mod in item.mods))

    def _match(self, name: str, modifiers: tuple[str, ...]) -> tuple[Stop, ...]:
        stops: dict[str, int] = {}
        for rule, name_matches, modifier_matches in self._rules:
            if rule.name and not name_matches(name):
                continue
            if rule.modifier and not any(modifier_matches(modifier) for modifier in modifiers):
                continue
            stops[rule.station] = max(rule.prep_time, stops.get(rule.station, 0))
        cooking = {station: prep for station, prep in stops.items() if station not in self.passes}
        if not cooking:
            cooking = {self.default: 0}
        longest = max(cooking.values())
        return (
            *(Stop(station, prep) for station, prep in cooking.items()),
            *(Stop(station, longest) for station in self.passes),
        )


def _matcher(patterns: Sequence[str]) -> Callable[[str], object]:
    """A test whether a text fits one of the shell patterns, compared without case."""
    expression = "|".join(fnmatch.translate(pattern.casefold()) for pattern in patterns)
    match = re.compile(expression).match
    return lambda text: match(text.casefold())
