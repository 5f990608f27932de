"""All-day counts: how much of everything a board has still to make, over all its tickets."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Final, NamedTuple

from msgspec import Struct

from appliance.kitchen.order import Component, Item, Modifier, Placed, part_of
from appliance.kitchen.ticket import Ticket

Count = int | float
_DECIMALS: Final = 6
"""That count: a third of a portion three times is one portion."""


class Counted(Struct, frozen=True):
    """A modifier or a component."""

    name: str
    to_do: Count
    """To be made now."""
    held: Count
    """Later, besides."""


class Variant(Struct, frozen=True):
    """A dish with these modifiers, each as a cook reads it: `Cheddar`, `2 × Bacon`."""

    modifiers: tuple[str, ...]
    to_do: Count
    held: Count


class Dish(Struct, frozen=True):
    """A dish in all, and by the modifiers that make it another one to make."""

    name: str
    to_do: Count
    held: Count
    variants: tuple[Variant, ...]


class AllDay(Struct, frozen=True):
    """What a board has in all; of what there is most to do stands first."""

    dishes: tuple[Dish, ...]
    modifiers: tuple[Counted, ...]
    components: tuple[Counted, ...]
    """Of 5 burgers with 2 patties each: 10 patties."""


class _Sum(NamedTuple):
    key: tuple[str, ...]
    to_do: Count
    held: Count


class _Sums:
    """Sums by names, which are told apart without case and keep their first spelling."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, ...], _Sum] = {}

    def add(self, key: tuple[str, ...], to_do: Count, held: Count) -> None:
        folded = tuple([name.casefold() for name in key])
        known = self._sums.get(folded, _Sum(key, 0, 0))
        to_do, held = round(known.to_do + to_do, _DECIMALS), round(known.held + held, _DECIMALS)
        self._sums[folded] = _Sum(known.key, to_do, held)

    def most_first(self) -> list[_Sum]:
        return sorted(self._sums.values(), key=lambda each: (-each.to_do, -each.held, each.key))


Elsewhere = Mapping[str, Container[int]]
"""By line, the places of the modifiers that other stations make alone."""


def made_alone(tickets: Iterable[Ticket]) -> Elsewhere:
    """What stations that cook, whose tickets of an order these are, make alone."""
    made: defaultdict[str, set[int]] = defaultdict(set)
    for ticket in tickets:
        for line in ticket.lines:
            if line.change != "deleted":
                made[line.id].update(line.mods)
    return made


def all_day(
    board: Iterable[tuple[Ticket, Placed, Elsewhere]],
    components_of: Callable[[Item | Modifier], Iterable[Component]],
) -> AllDay:
    """The counts over all open lines of these tickets.

    What is made elsewhere is not counted. `components_of` gives what an item or a modifier is
    made of. A modifier that is made alone is a dish here.
    """
    dishes, variants, modifiers, components = _Sums(), _Sums(), _Sums(), _Sums()
    for ticket, placed, elsewhere in board:
        if ticket.status == "voided":
            continue
        for line in ticket.lines:
            item = placed.item(line.id)
            if item is None or not (line.to_do or line.held):
                continue
            to_do, held = (0, item.qty) if line.held else (item.qty, 0)
            others = () if line.mods else elsewhere.get(line.id, ())
            mods = list(part_of(item.mods, line.mods)) or [
                mod for place, mod in enumerate(item.mods) if place not in others
            ]
            if not line.mods:
                dishes.add((item.name,), to_do, held)
                variants.add((item.name, *sorted(map(_in_words, mods))), to_do, held)
                for part in components_of(item):
                    components.add((part.name,), to_do * part.count, held * part.count)
            for place, mod in enumerate(mods):
                counted = to_do * mod.qty, held * mod.qty
                if line.mods and not mod.level:
                    below = itertools.takewhile(lambda each: each.level, mods[place + 1 :])
                    dishes.add((mod.name,), *counted)
                    variants.add((mod.name, *sorted(map(_in_words, below))), *counted)
                else:
                    modifiers.add((mod.name,), *counted)
                for part in components_of(mod):
                    times = mod.qty * part.count
                    components.add((part.name,), to_do * times, held * times)
    return AllDay(
        tuple(_dish(dish, variants) for dish in dishes.most_first()),
        tuple(_counted(modifiers)),
        tuple(_counted(components)),
    )


def _in_words(modifier: Modifier) -> str:
    return modifier.name if modifier.qty == 1 else f"{modifier.qty} × {modifier.name}"


def _dish(dish: _Sum, variants: _Sums) -> Dish:
    ours = (
        Variant(each.key[1:], each.to_do, each.held)
        for each in variants.most_first()
        if each.key[0].casefold() == dish.key[0].casefold()
    )
    return Dish(dish.key[0], dish.to_do, dish.held, tuple(ours))


def _counted(sums: _Sums) -> Iterable[Counted]:
    return (Counted(each.key[0], each.to_do, each.held) for each in sums.most_first())
