"""The rules of a kitchen, read for an item from top to bottom.

Each one that fits sends the item to its station, or, if it excludes, takes that station
away again, until one that says `last`. One that takes modifiers alone does so with those that
fit it.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from appliance.kitchen.facts import ItemFacts, OrderFacts, fold
from appliance.kitchen.rule import (
    OF_ORDER,
    OF_SEVERAL,
    Condition,
    Rule,
    Test,
    conditions_of,
    test_of,
    wanted_of,
)

REMEMBERED_VALUES: Final = 2_000
"""Of each condition: several times a large menu's names."""


Fitting = int
"""Rules: a bit for each place."""


class Reading(NamedTuple):
    """What the rules say of an item."""

    sent: dict[str, list[Rule]]
    """By station, the rules that sent it there and were not undone."""
    without: dict[str, set[int]]
    """By the id of one of those that take modifiers alone, the places of those that other rules
    took away again."""
    taken_away: list[Rule]
    """The rules that took a station away from it."""
    extras: list[Rule]
    """The rules that adjust its time."""
    last: Rule | None
    """Where reading ended before the end."""


class _Column:
    """One condition of all rules. Sets of rules are numbers with a bit for each place."""

    def __init__(self, condition: Condition, without: int, wanted: dict[object, int]) -> None:
        """`without`: the rules that do not have it; `wanted`: those that want the same of it."""
        self.condition = condition
        self._several = condition in OF_SEVERAL
        self._without = without
        self._texts: defaultdict[object, int] = defaultdict(int)
        self._parts: list[tuple[str, int]] = []
        self._tests: list[tuple[Test, int]] = []
        for value, rules in wanted.items():
            texts, parts, test = wanted_of(condition, value)
            for text in texts:
                self._texts[text] |= rules
            self._parts += [(part, rules) for part in parts]
            if test is not None:
                self._tests.append((test, rules))
        # A menu repeats itself all night, in orders that are never the same.
        self._like = lru_cache(REMEMBERED_VALUES)(self._compare)

    def holding(self, has: Any) -> int:
        """The rules whose condition holds for this fact, and those that have none."""
        if has is None:
            return self._without
        if not self._several:
            return self._without | self._like(has)
        holding = self._without
        for each in has:
            holding |= self._like(each)
        return holding

    def _compare(self, has: Any) -> int:
        if isinstance(has, str):
            has = fold(self.condition, has)
        like = self._texts.get(has, 0)
        for part, rules in self._parts:
            if part in has:
                like |= rules
        for test, rules in self._tests:
            if test(has):
                like |= rules
        return like


class Rulebook:
    """The rules that are in force, in their order. It never changes."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._all = (1 << len(self._rules)) - 1
        wanted: dict[Condition, defaultdict[object, int]] = {}
        for place, rule in enumerate(self._rules):
            for condition, value in conditions_of(rule):
                wanted.setdefault(condition, defaultdict(int))[value] |= 1 << place
        self.looked_at = frozenset(wanted)
        """The conditions that any rule has."""
        columns = [
            _Column(condition, self._without(by_value), by_value)
            for condition, by_value in wanted.items()
        ]
        self._of_order = [column for column in columns if column.condition in OF_ORDER]
        self._of_item = [
            (ItemFacts._fields.index(column.condition), column)
            for column in columns
            if column.condition not in OF_ORDER
        ]

    def _without(self, by_value: dict[object, int]) -> int:
        having = 0
        for rules in by_value.values():
            having |= rules
        return self._all & ~having

    def fitting_order(self, known: OrderFacts) -> Fitting:
        """The rules of which all conditions hold that look at the order."""
        fitting = self._all
        for column in self._of_order:
            fitting &= column.holding(getattr(known, column.condition))
        return fitting

    def _fitting(self, known: ItemFacts, fitting: Fitting) -> Iterator[Rule]:
        """Those among them whose other conditions all hold, in their order."""
        for place, column in self._of_item:
            fitting &= column.holding(known[place])
        while fitting:
            lowest = fitting & -fitting
            yield self._rules[lowest.bit_length() - 1]
            fitting ^= lowest

    def read(self, known: ItemFacts, of_order: Fitting) -> Reading:
        """What the rules say of an item with these facts; `of_order` are those for its order."""
        sent: dict[str, list[Rule]] = {}
        taken_away: list[Rule] = []
        extras: list[Rule] = []
        without: dict[str, set[int]] = {}
        for rule in self._fitting(known, of_order):
            if rule.extra_time:
                extras.append(rule)
            elif rule.station is not None and not rule.exclude:
                sent.setdefault(rule.station, []).append(rule)
            elif rule.station in sent:
                if rule.takes == "modifier":
                    sent[rule.station] = _less(sent[rule.station], rule, known, without)
                if rule.takes == "item" or not sent[rule.station]:
                    del sent[rule.station]
                    taken_away.append(rule)
            if rule.last:
                return Reading(sent, without, taken_away, extras, rule)
        return Reading(sent, without, taken_away, extras, None)


def _less(
    rules: Sequence[Rule], excluding: Rule, known: ItemFacts, without: dict[str, set[int]]
) -> list[Rule]:
    """Those that still send something when modifiers are taken away; `without` becomes larger."""
    left = []
    for rule in rules:
        if rule.takes == "modifier":
            without.setdefault(rule.id, set()).update(_places(excluding, known.modifier))
            if without[rule.id].issuperset(_places(rule, known.modifier)):
                continue
        left.append(rule)
    return left


def _places(rule: Rule, modifiers: Sequence[str]) -> Iterator[int]:
    """Of the modifiers that fit a rule."""
    return (place for place, name in enumerate(modifiers) if _is_like(rule.modifier, name))


def alone(
    rules: Sequence[Rule], modifiers: Sequence[str], without: Mapping[str, Container[int]]
) -> tuple[int, ...] | None:
    """The places of the modifiers that these rules take; None if one takes the item whole.

    `without` is that of the reading.
    """
    for rule in rules:
        if rule.takes == "item":
            return None
    return tuple(
        [
            place
            for place, name in enumerate(modifiers)
            if any(
                _is_like(rule.modifier, name) and place not in without.get(rule.id, ())
                for rule in rules
            )
        ]
    )


@lru_cache(REMEMBERED_VALUES)
def _is_like(patterns: tuple[str, ...], modifier: str) -> bool:
    return bool(test_of("modifier", patterns)(fold("modifier", modifier)))
