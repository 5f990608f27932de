"""Lamps and sounds follow the log: what is on the boards, how late it is, and what is new.

boards, Kitchen.promise ─▶ Lamps ─ a pattern for each lamp ─▶ hardware.lights
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from math import inf
from typing import Final, NamedTuple

from appliance.expeditor import Expeditor
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.summons import Summons
from appliance.panel.boards import Board, Card
from hardware.lights import (
    ALARM,
    DOUBLE_BEEP,
    FAST_BLINK,
    OFF,
    ON,
    SHORT_BEEP,
    SHORT_FLASH,
    SLOW_BLINK,
    Pattern,
)

LOOK_SECONDS: Final = 1.0
"""Between two looks at most: that orders cannot be stored is no event, and clocks are set."""
LEAST_SECONDS: Final = 0.05
"""Between two looks at least, whatever the clock says."""


class Age(IntEnum):
    """How it stands with a ticket; the higher the worse."""

    HELD = 0
    ON_TIME = 1
    LATE = 2
    VERY_LATE = 3


SHOWN: Final[Mapping[Age, Pattern]] = {
    Age.HELD: SHORT_FLASH,
    Age.ON_TIME: ON,
    Age.LATE: SLOW_BLINK,
    Age.VERY_LATE: FAST_BLINK,
}
"""By the lamp of a button that is for the ticket."""


class SlotLamp(NamedTuple):
    """The lamp of a button."""

    name: str
    station: str
    slot: int | None
    """None: it stands for the selected ticket."""


class StackLight(NamedTuple):
    """What stands for whole stations."""

    stations: Sequence[str]
    lamps: Mapping[str, str]
    """The names of its lamps, by whatever there is of green, amber, red and buzzer."""
    is_at_the_pass: bool = False
    """It is heard there when somebody is called to a station."""


TicketKey = tuple[str, int]
"""A station and the number of an order."""


class Lamps:
    """Those of all stations."""

    def __init__(
        self,
        expeditor: Expeditor,
        boards: Mapping[str, Board],
        slots: Iterable[SlotLamp],
        lights: Iterable[StackLight],
        show: Callable[[str, Pattern], None],
    ) -> None:
        """`show` has a lamp show a pattern from now on; the same again changes nothing."""
        self._expeditor = expeditor
        self._boards = boards
        self._slots = tuple(slots)
        self._lights = tuple(lights)
        self._show = show
        self._following = asyncio.Event()
        self._to_make = frozenset[TicketKey]()
        self._very_late = frozenset[TicketKey]()
        self._summons = frozenset[Summons]()

    def follow(self, happened: Sequence[TicketChanged]) -> None:
        """The boards have changed, by this."""
        is_first = not self._following.is_set()
        self._following.set()
        # What a cook has brought back has been seen.
        brought_back = {
            (event.ticket.station, event.ticket.number)
            for event in happened
            if event.kind in ("recalled", "undone")
        }
        self._look(brought_back, silent=is_first)

    async def run(self) -> None:
        """Follow time, until cancelled. Nothing is lit before the boards are known."""
        await self._following.wait()
        while True:
            seconds = self._look()
            await asyncio.sleep(seconds)

    def _look(self, brought_back: Iterable[TicketKey] = (), *, silent: bool = False) -> float:
        """Show all as it is now; until when it stays so, in seconds."""
        ages: dict[TicketKey, Age] = {}
        seconds = LOOK_SECONDS
        for station, board in self._boards.items():
            for card in board.cards:
                age, stays = self._age(card)
                ages[station, card.ticket.number] = age
                seconds = min(seconds, stays)
        for lamp in self._slots:
            self._show(lamp.name, self._of_slot(lamp, ages))
        for light in self._lights:
            self._show_colour(light, ages)
        to_make = frozenset(
            (station, card.ticket.number)
            for station, board in self._boards.items()
            for card in board.cards
            if _is_to_make(card)
        )
        very_late = frozenset(key for key, age in ages.items() if age is Age.VERY_LATE)
        summons = frozenset(self._expeditor.kitchen.summons)
        if not silent:
            self._sound(
                to_make - self._to_make - set(brought_back),
                very_late - self._very_late,
                is_called=bool(summons - self._summons),
            )
        self._to_make, self._very_late, self._summons = to_make, very_late, summons
        return max(seconds, LEAST_SECONDS)

    def _age(self, card: Card) -> tuple[Age, float]:
        """Of a ticket, and for how many seconds it stays so."""
        if card.ticket.status == "held":
            return Age.HELD, inf
        kitchen, now = self._expeditor.kitchen, self._expeditor.now()
        promise = kitchen.promise(card.ticket, card.placed, now)
        if promise is None:
            return Age.ON_TIME, inf
        late, very_late = promise.late_at - now.at, promise.very_late_at - now.at
        if very_late <= 0:
            return Age.VERY_LATE, inf
        return (Age.LATE, very_late / 1000) if late <= 0 else (Age.ON_TIME, late / 1000)

    def _of_slot(self, lamp: SlotLamp, ages: Mapping[TicketKey, Age]) -> Pattern:
        board = self._boards[lamp.station]
        order = board.shown.face.at(lamp.slot)
        card = next((card for card in board.cards if card.order_id == order), None)
        return OFF if card is None else SHOWN[ages[lamp.station, card.ticket.number]]

    def _show_colour(self, light: StackLight, ages: Mapping[TicketKey, Age]) -> None:
        """The one that says how it stands with the worst ticket."""
        worst = max(
            (age for key, age in ages.items() if key[0] in light.stations), default=Age.HELD
        )
        if self._expeditor.fault is not None or worst is Age.VERY_LATE:
            lit = "red"
        else:
            lit = "amber" if worst is Age.LATE else "green"
        for colour in ("green", "amber", "red"):
            if colour in light.lamps:
                self._show(light.lamps[colour], ON if colour == lit else OFF)

    def _sound(
        self, new: Iterable[TicketKey], very_late: Iterable[TicketKey], *, is_called: bool
    ) -> None:
        for light in self._lights:
            if "buzzer" not in light.lamps:
                continue
            if is_called and light.is_at_the_pass:
                self._show(light.lamps["buzzer"], ALARM)
            elif any(station in light.stations for station, _ in very_late):
                self._show(light.lamps["buzzer"], DOUBLE_BEEP)
            elif any(station in light.stations for station, _ in new):
                self._show(light.lamps["buzzer"], SHORT_BEEP)


def _is_to_make(card: Card) -> bool:
    ticket = card.ticket
    return ticket.workable and ticket.status != "held" and any(line.to_do for line in ticket.lines)
