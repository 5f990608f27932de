"""How long dishes take: learned from what cooks did, and by itself only shown.

    learned = the median of the newest samples of the same hour of day, give or take one,
              where there are five; else of all where there are five

A sample is the time from when a line was begun, or else fired, until a cook at its station
ticked it, had it ready or bumped it. Of what one press finishes, only that is taken which was
expected to take longest: the rest was done before, and waited for it. What is to be made again
after all, by recall, by taking back or by a tick that goes, has taught nothing. What rules add for
modifiers is taken off, and added to what was learned, so that it counts once. Modifiers that
are made alone are not learned.

Who does not press *start* has the time added that a ticket waits before anybody begins; who
bumps late adds that. The first makes a busy hour look slower, which is as long as a guest
waits there; the second is what the median, and leaving out what is too long, are for.
"""

from collections.abc import Collection, Iterable
from datetime import tzinfo
from statistics import median
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.event import Kind, TicketChanged
from appliance.kitchen.facts import local
from appliance.kitchen.order import Item, Order, Placed
from appliance.kitchen.routing import Router, Stop
from appliance.kitchen.ticket import Ticket

SHORTEST_MS: Final = 10_000
"""What is done sooner was pressed by mistake, or made before."""
LONGEST_MS: Final = 2 * 3_600_000
"""What takes longer was forgotten on the board."""
FEWEST: Final = 5
"""Samples, of which one or two may be wrong."""
SAMPLES_KEPT: Final = 20
"""Of a dish at a station, the newest: some days of it, so that it follows who cooks now."""
DISHES_KEPT: Final = 2_000
"""In all, those made last: several stations of a large menu, and a bound on every snapshot."""
LONGEST_TEXT: Final = 200
"""Characters that are kept of a name, an id or a category."""

_DONE_BY: Final[frozenset[Kind]] = frozenset({"item_done", "ready", "bumped"})
_UNDONE_BY: Final[frozenset[Kind]] = frozenset({"item_done", "recalled", "undone"})
_HOURS: Final = 24


class Sample(NamedTuple):
    """How long it took once."""

    seconds: int
    hour: int
    """Of the day, local time."""
    order: int = 0
    """The number of the order that it was made for; 0 in a log from before it was kept."""


class Dish(Struct, frozen=True, gc=False):
    """A dish at a station: by its id, which is the PLU, or else by its name without case."""

    station: str
    name: str
    menu_item_id: str | None
    category: str | None
    samples: tuple[Sample, ...]

    def seconds(self, hour: int) -> int | None:
        """What was learned for that hour of the day; None for too little."""
        alike = [each for each in self.samples if (each.hour - hour) % _HOURS in (0, 1, _HOURS - 1)]
        samples = alike if len(alike) >= FEWEST else self.samples
        if len(samples) < FEWEST:
            return None
        return round(median(sample.seconds for sample in samples))

    def hours(self) -> list[tuple[int, tuple[int, ...]]]:
        """Hours of the day, and what it took in them."""
        hours = sorted({sample.hour for sample in self.samples})
        return [(hour, tuple(s.seconds for s in self.samples if s.hour == hour)) for hour in hours]


class Learned:
    """What one kitchen has learned. Only `observe` and `restore` change anything."""

    def __init__(self, zone: tzinfo) -> None:
        """Hours are those on a clock of `zone`."""
        self._zone = zone
        self._dishes: dict[tuple[str, str, bool], Dish] = {}
        """The one that was made last is the last."""

    @property
    def dishes(self) -> tuple[Dish, ...]:
        """All of them; the one that was made last is the last."""
        return tuple(self._dishes.values())

    def restore(self, dishes: Iterable[Dish]) -> None:
        """Have learned these, and nothing else."""
        self._dishes = {}
        for dish in dishes:
            self._dishes[_key(dish.station, dish.menu_item_id, dish.name)] = dish

    def hour(self, at: int) -> int:
        """Of the day; `at` in milliseconds since the epoch."""
        return local(at, self._zone).minute // 60

    def observe(self, event: TicketChanged, before: Ticket, placed: Placed) -> None:
        """A ticket has changed, which was so before."""
        ticket = event.ticket
        if event.kind in _UNDONE_BY:
            self._forget(ticket, before, placed)
        if event.kind not in _DONE_BY or event.effect or ticket.station not in placed.stations:
            return
        done = {line.id for line in ticket.lines if line.done}
        finished = [line for line in before.lines if line.to_do and line.id in done]
        expected = max((line.prep for line in finished), default=0)
        for line in finished:
            began = line.due if line.begun is None else line.begun
            item = placed.item(line.id)
            if line.prep < expected or line.mods or began is None or item is None:
                continue
            took = event.tick - began
            if SHORTEST_MS <= took <= LONGEST_MS:
                seconds = max(1, took // 1000 - line.extra)
                sample = Sample(seconds, self.hour(event.at), ticket.number)
                self._add(ticket.station, item, sample)

    def _forget(self, ticket: Ticket, before: Ticket, placed: Placed) -> None:
        """What is to be made again after all has taught nothing."""
        to_do = {line.id for line in ticket.lines if line.to_do}
        for line in before.lines:
            item = placed.item(line.id)
            if not line.done or line.id not in to_do or item is None:
                continue
            key = _key(ticket.station, item.id, item.name)
            dish = self._dishes.get(key)
            samples = list(dish.samples) if dish else []
            numbers = [sample.order for sample in samples]
            if dish is None or ticket.number not in numbers:
                continue
            del samples[-1 - numbers[::-1].index(ticket.number)]
            if samples:
                self._dishes[key] = replace(dish, samples=tuple(samples))
            else:
                del self._dishes[key]

    def _add(self, station: str, item: Item, sample: Sample) -> None:
        key = _key(station, item.id, item.name)
        known = self._dishes.pop(key, None)
        samples = known.samples[1 - SAMPLES_KEPT :] if known else ()
        name, item_id, category = map(_shortened, (item.name, item.id, item.category))
        self._dishes[key] = Dish(station, name or "", item_id, category, (*samples, sample))
        if len(self._dishes) > DISHES_KEPT:
            del self._dishes[next(iter(self._dishes))]

    def timed(
        self, stops: Iterable[Stop], item: Item, passes: Collection[str], at: int
    ) -> tuple[Stop, ...]:
        """The same stops, with what was learned as their times; at a pass it is the longest."""
        hour = self.hour(at)
        timed: list[Stop] = []
        longest = 0
        for stop in stops:
            prep = stop.prep
            if stop.station in passes:
                prep = longest
            elif not stop.mods and (
                dish := self._dishes.get(_key(stop.station, item.id, item.name))
            ):
                learned = dish.seconds(hour)
                prep = prep if learned is None else max(1, learned + stop.extra)
            longest = max(longest, prep)
            timed.append(stop if prep == stop.prep else replace(stop, prep=prep))
        return tuple(timed)


def _shortened(text: str | None) -> str | None:
    return None if text is None else text[:LONGEST_TEXT]


def _key(station: str, menu_item_id: str | None, name: str) -> tuple[str, str, bool]:
    named = menu_item_id is None
    text = name[:LONGEST_TEXT].casefold() if menu_item_id is None else menu_item_id[:LONGEST_TEXT]
    return station, text, named


def configured(dish: Dish, router: Router, at: int) -> int | None:
    """Seconds that the rules and the menu say of a dish, plain, at its station; None for nothing.

    `at` in milliseconds since the epoch.
    """
    item = Item("1", dish.name, id=dish.menu_item_id, category=dish.category)
    for stop in router.route(item, Order("1", (item,)), at):
        takers = router.sharing.get(stop.station, ()) + router.backing.get(stop.station, ())
        if dish.station in takers:
            return stop.prep or None
    return None
