"""Runs a kitchen story as a guide tells it: what happens is done, what is shown is compared.

A line of a story is a sentence, with the time before it where time has passed. What a board
shows is taken from its cards as every board gets them, in the order of the board.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from appliance import config
from appliance.api.ticket_json import ItemJson, TicketJson
from appliance.configured import make_kitchen, make_view
from appliance.kitchen.all_day import Count, Counted, Dish
from appliance.kitchen.command import (
    ActOnTicket,
    CancelOrder,
    CollectOrder,
    Command,
    CreateOrder,
    Due,
    FireCourse,
    MarkLine,
    MoveTicket,
    Refused,
    SetPriority,
    Summon,
    Undo,
    UpdateOrder,
)
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Guest, Item, Modifier, Order
from appliance.kitchen.ticket import Action, Moment
from tests.kitchen.nights import restored
from tests.kitchen.orders import do

A_FRIDAY: Final = datetime(2026, 3, 6, tzinfo=UTC)
_LINE: Final = re.compile(r" *(?:(?:(\d+ \w+), )?(\d\d:\d\d)  )?(.+)")
_BETWEEN_ITEMS: Final = re.compile(r", (?![^(]*\))")
_ITEM: Final = re.compile(r"(?:(\d+) )?([^(]+?)(?: \((.+)\))?")
_ACTIONS: Final[dict[str, Action]] = {
    "starts": "start",
    "is ready with": "ready",
    "bumps": "bump",
    "calls back": "recall",
    "voids": "void",
}
_STATES: Final = {
    "in_progress": "begun",
    "ready": "ready",
    "recalled": "called back",
    "voided": "struck through",
}
_WAITING: Final = ("held", "voided")
"""What is said of such a card is said of all of it."""
NESTED: Final = "›"
"""Before a modifier, once for each level at which it is nested below the one before."""
_HURRY: Final = {"high": "in a hurry", "urgent": "urgent"}
_CHANGES: Final = {"added": "new", "edited": "changed", "deleted": "gone"}

Telling = Callable[..., str | None]
SENTENCES: Final[dict[str, Telling]] = {}
"""What each of them does; one that says what is shown gives what is shown in fact."""


def sentence(pattern: str) -> Callable[[Telling], Telling]:
    """The method is called with what the groups of the pattern have found."""

    def register(method: Telling) -> Telling:
        SENTENCES[pattern] = method
        return method

    return register


class Story:
    """One kitchen on one evening."""

    def __init__(self, configuration: str, menu: tuple[MenuItem, ...]) -> None:
        settings = config.parse(configuration, "the story")
        self._kitchen = make_kitchen(settings, menu)
        self._view = make_view(settings, lambda: self._kitchen, lambda: self._now)
        self._time = A_FRIDAY
        self._told: set[str] = set()

    def tell(self, lines: Iterable[str]) -> set[str]:
        """Do and compare all of it; the patterns of the sentences that it has."""
        for line in lines:
            found = _LINE.fullmatch(line)
            assert found, f"no line of a story: {line}"
            day, clock, words = found.groups()
            if clock:
                self._pass_time(self._moment(clock, day))
            self._say(words)
        return self._told

    def _say(self, words: str) -> None:
        for pattern, method in SENTENCES.items():
            if said := re.fullmatch(pattern, words):
                self._told.add(pattern)
                shown = method(self, *said.groups())
                if shown is not None:
                    told = f"at {self._time:%H:%M}: {words}; in fact it is {shown}"
                    assert shown == said["shown"], told
                return
        raise AssertionError(f"nobody understands: {words}")

    # ── time ─────────────────────────────────────────────────────────────────────────

    def _moment(self, clock: str, day: str | None = None) -> datetime:
        """On that day of the story's year, or else the next time that clocks show this."""
        start = self._time
        if day:
            start = datetime.strptime(f"{day} {A_FRIDAY.year} +0000", "%d %B %Y %z")
        hour, minute = map(int, clock.split(":"))
        moment = start.replace(hour=hour, minute=minute)
        return moment if day or moment >= start else moment + timedelta(days=1)

    def _pass_time(self, until: datetime) -> None:
        """What is due by itself is done when it is."""
        end = _milliseconds(until)
        while (due := self._kitchen.next_due) is not None and due <= end:
            do(self._kitchen, Due(), Moment(due, due))
        self._time = until

    @property
    def _now(self) -> Moment:
        at = _milliseconds(self._time)
        return Moment(at, at)

    def _clock(self, iso: str) -> str:
        return datetime.fromisoformat(iso).strftime("%H:%M")

    # ── what happens ─────────────────────────────────────────────────────────────────

    def _do(self, command: Command, in_vain: str | None = None) -> None:
        reply = do(self._kitchen, command, self._now).reply
        assert isinstance(reply, Refused) == bool(in_vain), reply

    @sentence(r"(.+?)(?: \((.+)\))? (orders|now wants)(?: for (\d\d:\d\d))?: (.+)")
    def _orders(self, who: str, more: str | None, how: str, pickup: str | None, items: str) -> None:
        order = Order(
            who,
            tuple(_items(items)),
            pickup_at=_milliseconds(self._moment(pickup)) if pickup else None,
            mode=more if more != "in a hurry" else None,
            priority=more == "in a hurry",
        )
        command = CreateOrder if how == "orders" else UpdateOrder
        self._do(command(order, Guest(name=who)))

    @sentence(r"(\d+) orders? comes? through (\w+)")
    def _come_through(self, count: str, sender: str) -> None:
        for _ in range(int(count)):
            number = self._kitchen.state().orders_counted
            order = Order(f"{sender} {number}", (Item("1", "Fries"),), origin_source=sender)
            self._do(CreateOrder(order, Guest()))

    @sentence(r"(.+) takes the order back")
    def _cancels(self, who: str) -> None:
        self._do(CancelOrder(who))

    @sentence(rf"(\w+) ({'|'.join(_ACTIONS)}) (.+?)(, in vain)?")
    def _acts(self, station: str, action: str, who: str, in_vain: str | None) -> None:
        self._do(ActOnTicket(station, who, _ACTIONS[action]), in_vain)

    @sentence(r"(\w+) ticks (.+) of (.+)")
    def _ticks(self, station: str, dish: str, who: str) -> None:
        self._do(MarkLine(station, who, dish, done=True))

    @sentence(r"(\w+) puts (.+) in front")
    def _hurries(self, station: str, who: str) -> None:
        self._do(SetPriority(station, who, "high"))

    @sentence(r"the chef fires (?:course (\d+) of )?(.+)")
    def _fires(self, course: str | None, who: str) -> None:
        self._do(FireCourse(who, int(course) if course else None))

    @sentence(r"(\w+) moves (.+) to (\w+)")
    def _moves(self, station: str, who: str, to: str) -> None:
        self._do(MoveTicket(station, who, to))

    @sentence(r"(\w+) takes that back(, in vain)?")
    def _takes_back(self, station: str, in_vain: str | None) -> None:
        self._do(Undo(station), in_vain)

    @sentence(r"(?:somebody|the driver) collects (.+?)(, in vain)?")
    def _collects(self, who: str, in_vain: str | None) -> None:
        self._do(CollectOrder(who), in_vain)

    @sentence(r"(\w+) calls for somebody")
    def _calls(self, station: str) -> None:
        self._do(Summon(station, on=True))

    @sentence(r"somebody comes to (\w+)")
    def _comes(self, station: str) -> None:
        self._do(Summon(station, on=False))

    @sentence(r"the file has no (\w+) any more, and the service starts")
    def _starts_without(self, station: str) -> None:
        plan = self._kitchen.plan
        rest = tuple(each for each in plan.stations if each.id != station)
        self._kitchen = restored(self._kitchen, replace(plan, stations=rest))
        self._do(Due())

    # ── what is shown ────────────────────────────────────────────────────────────────

    @sentence(r"(\w+) shows (?P<shown>.+)")
    def _shows(self, station: str, _shown: str) -> str:
        cards = [self._card(card) for card in self._cards(station)]
        return "; then ".join(cards) or "nothing"

    def _cards(self, station: str) -> list[TicketJson]:
        kitchen = self._kitchen
        return [
            self._view.ticket(ticket, kitchen.placed(ticket.number))
            for ticket in kitchen.live_tickets(station)
        ]

    def _of(self, station: str, who: str) -> TicketJson:
        (card,) = [card for card in self._cards(station) if card.order_reference == who]
        return card

    def _card(self, card: TicketJson) -> str:
        states = [_HURRY.get(card.priority), self._lateness(card), self._state(card)]
        lines = ", ".join(self._line(item, card) for item in card.items)
        return (
            f"{', '.join([card.order_reference or card.order_id, *filter(None, states)])}: {lines}"
        )

    def _state(self, card: TicketJson) -> str | None:
        if card.status != "held":
            return _STATES.get(card.status)
        if fires_at := card.metadata.get("firesAt"):
            return f"in grey until {self._clock(fires_at)}"
        course = f"course {card.course_number}" if card.course_number is not None else "it"
        return f"in grey until {course} is fired"

    def _lateness(self, card: TicketJson) -> str | None:
        metadata = card.metadata
        for words, at in (
            ("very late", metadata.get("veryLateAt")),
            ("late", metadata.get("lateAt")),
        ):
            if at is not None and datetime.fromisoformat(at) <= self._time:
                return words
        return None

    def _line(self, item: ItemJson, card: TicketJson) -> str:
        beside: dict[str, Any] = {**card.metadata.get("items", {}).get(item.line_id, {})}
        none: list[dict[str, Any]] = [{}] * len(item.modifiers)
        levels = [mod.get("level", 0) for mod in beside.get("mods", none)]
        mods = [
            NESTED * level + mod.name for mod, level in zip(item.modifiers, levels, strict=True)
        ]
        what = " + ".join(mods if item.only_modifiers else [item.name, *mods])
        what += f" for {item.name}" if item.only_modifiers else ""
        amount = "" if item.quantity == 1 else f"{item.quantity} "
        marks = [
            _CHANGES.get(item.change or ""),
            "done" if item.is_done else None,
            "no rule" if item.unrouted else None,
            self._waits(item, card) if item.held and card.status not in _WAITING else None,
        ]
        said = ", ".join(filter(None, marks))
        return f"{amount}{what}" + (f" ({said})" if said else "")

    def _waits(self, item: ItemJson, card: TicketJson) -> str:
        fires_at = card.metadata.get("items", {}).get(item.line_id, {}).get("firesAt")
        return f"from {self._clock(fires_at)}" if fires_at else f"course {item.course}"

    @sentence(r"(\w+) says that (.+) is also at (?P<shown>.+)")
    def _also_at(self, station: str, who: str, _shown: str) -> str:
        return " and ".join(self._of(station, who).metadata.get("alsoAt", ["nobody's"]))

    @sentence(r"(\w+) says that (.+) has waited for (?P<shown>\d+ minutes)")
    def _has_waited(self, station: str, who: str, _shown: str) -> str:
        card = self._of(station, who)
        since = datetime.fromisoformat(
            card.metadata.get("waitsSince") or card.metadata.get("firedAt") or card.created_at
        )
        return f"{(self._time - since) // timedelta(minutes=1)} minutes"

    @sentence(r"(\w+) has in all (?P<shown>.+)")
    def _has_in_all(self, station: str, _shown: str) -> str:
        counted = self._kitchen.all_day(station)
        parts = ", ".join(map(_amount, counted.components))
        dishes = ", ".join(map(_dish, counted.dishes))
        return dishes + (f", made of {parts}" if parts else "")

    @sentence(r"what no rule took is (?P<shown>.+)")
    def _unrouted(self, _shown: str) -> str:
        return ", ".join(f"{each.count} {each.name}" for each in self._kitchen.unrouted.names)

    @sentence(r"what was forgotten is (?P<shown>.+)")
    def _forgotten(self, _shown: str) -> str:
        tickets = self._kitchen.forgotten(self._now)
        orders = [(self._kitchen.placed(each.number).order.id, each.station) for each in tickets]
        return ", ".join(f"{order} at {station}" for order, station in orders) or "nothing"

    @sentence(r"what was collected is (?P<shown>.+)")
    def _collected(self, _shown: str) -> str:
        orders = [placed for placed, _tickets in self._kitchen.state().orders]
        collected = [each.order.id for each in orders if each.collected is not None]
        return ", ".join(collected) or "nothing"

    @sentence(r"who calls is (?P<shown>.+)")
    def _called(self, _shown: str) -> str:
        return ", ".join(each.station for each in self._kitchen.summons) or "nobody"

    @sentence(r"who is missed is (?P<shown>.+)")
    def _missed(self, _shown: str) -> str:
        silent = self._kitchen.silent(self._now)
        return ", ".join(each.name for each in silent) or "nobody"


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def _items(text: str) -> Iterable[Item]:
    """A line has the name of its dish for its id, so that a change of it is one."""
    for part in _BETWEEN_ITEMS.split(text):
        found = _ITEM.fullmatch(part)
        assert found, part
        qty, dish, more = found.groups()
        name, *mods = dish.split(" + ")
        told = more.split(", ") if more else []
        yield Item(
            name,
            name,
            int(qty or 1),
            mods=tuple(Modifier(mod.lstrip(NESTED), level=mod.count(NESTED)) for mod in mods),
            course=next((each.capitalize() for each in told if each != "waits"), None),
            course_status="hold" if "waits" in told else None,
        )


def _amount(counted: Counted | Dish) -> str:
    later = f" (and {counted.held} later)" if counted.held else ""
    return f"{_number(counted.to_do)} {counted.name}{later}"


def _dish(dish: Dish) -> str:
    if not any(variant.modifiers for variant in dish.variants):
        return _amount(dish)
    kinds = (f"{_number(v.to_do)} {' + '.join(v.modifiers) or 'plain'}" for v in dish.variants)
    return f"{_amount(dish)} ({', '.join(kinds)})"


def _number(count: Count) -> str:
    return f"{count:g}"
