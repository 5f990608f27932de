"""Lamps and sounds follow the log: what is on the boards, how late it is, and what is new.

Stack lights say as well whether the printers of their stations print.

boards, Kitchen.promise, printers ─▶ Lamps ─ a pattern for each lamp ─▶ hardware.lights
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from math import inf
from time import monotonic
from typing import Final, NamedTuple

from appliance.expeditor import Expeditor
from appliance.kitchen.event import Summoned, TicketChanged
from appliance.panel.boards import Board, Card, Happened
from appliance.printers import Concern, PrinterNow, PrintersNow
from hardware.lights import (
    ALARM,
    DOUBLE_BEEP,
    FAST_BLINK,
    LONG_BEEP,
    OFF,
    ON,
    SHORT_BEEP,
    SHORT_FLASH,
    SLOW_BLINK,
    TRIPLE_BEEP,
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

SOUNDS: Final = (SHORT_BEEP, DOUBLE_BEEP, TRIPLE_BEEP, LONG_BEEP, ALARM)
"""A ticket is to be made now; one is very late now; a printer's chits come out nowhere now; what
somebody pressed cannot be done; somebody is called. One that is further behind here is never cut
off by one before it."""


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
        *,
        printers_now: PrintersNow,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`show` has a lamp show a pattern from now on; the same again changes nothing.

        `clock` is monotonic, seconds.
        """
        self._expeditor = expeditor
        self._boards = boards
        self._printers_now = printers_now
        self._slots = tuple(slots)
        self._lights = tuple(lights)
        self._show = show
        self._clock = clock
        self._following = asyncio.Event()
        self._to_make = frozenset[TicketKey]()
        self._very_late = frozenset[TicketKey]()
        self._printing: Mapping[str, PrinterNow] = {}
        """The printers as they were at the last look."""
        self._sounding: dict[str, tuple[Pattern, float]] = {}
        """By buzzer, its newest sound, and when that ends, on the monotonic clock."""

    def follow(self, happened: Sequence[Happened]) -> None:
        """The boards have changed, by this."""
        is_first = not self._following.is_set()
        self._following.set()
        # What a cook has brought back has been seen.
        brought_back = {
            (event.ticket.station, event.ticket.number)
            for event in happened
            if isinstance(event, TicketChanged) and event.kind in ("recalled", "undone")
        }
        self._look(brought_back, silent=is_first)
        if any(isinstance(event, Summoned) and event.until is not None for event in happened):
            self._sound(ALARM, [light for light in self._lights if light.is_at_the_pass])

    def refuse(self, station: str) -> None:
        """What somebody has pressed at a station cannot be done."""
        self._sound(LONG_BEEP, self._for([station]))

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
        if not silent:
            new = to_make - self._to_make - set(brought_back)
            self._sound(SHORT_BEEP, self._for(station for station, _ in new))
            late = very_late - self._very_late
            self._sound(DOUBLE_BEEP, self._for(station for station, _ in late))
        self._to_make, self._very_late = to_make, very_late
        self._sound_printers()
        return max(seconds, LEAST_SECONDS)

    def _sound_printers(self) -> None:
        """Where one has just come to print nothing; how it was found is no news."""
        before, self._printing = self._printing, dict(self._printers_now.printers)
        for name, printer in self._printing.items():
            if printer.concern == "alarm" and name in before and before[name].concern != "alarm":
                self._sound(TRIPLE_BEEP, self._for(printer.stations))

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
        """The one that says how it stands with the worst ticket, and how it does with printers."""
        worst = max(
            (age for key, age in ages.items() if key[0] in light.stations), default=Age.HELD
        )
        shows = {"green": OFF, "amber": OFF, "red": OFF}
        shows["green" if worst < Age.LATE else "amber" if worst is Age.LATE else "red"] = ON
        # Whatever blinks is a printer's. Green says that all is well.
        concerns = self._concerns(light)
        if concerns:
            shows["green"] = OFF
        if "warning" in concerns:
            shows["amber"] = SLOW_BLINK
        if "alarm" in concerns:
            shows["red"] = FAST_BLINK
        if self._expeditor.fault is not None:
            shows = {"green": OFF, "amber": OFF, "red": ON}
        for colour, pattern in shows.items():
            if colour in light.lamps:
                self._show(light.lamps[colour], pattern)

    def _concerns(self, light: StackLight) -> set[Concern]:
        """What of its stations' printers somebody should look after."""
        printers = self._printers_now.printers.values()
        return {
            each.concern for each in printers if not set(light.stations).isdisjoint(each.stations)
        } - {"none"}

    def _for(self, stations: Iterable[str]) -> list[StackLight]:
        """Those that stand for any of these."""
        wanted = set(stations)
        return [light for light in self._lights if not wanted.isdisjoint(light.stations)]

    def _sound(self, sound: Pattern, lights: Iterable[StackLight]) -> None:
        """Sound the buzzers of these, but where something is heard that is more important."""
        now = self._clock()
        for light in lights:
            buzzer = light.lamps.get("buzzer")
            if buzzer is None:
                continue
            playing, until = self._sounding.get(buzzer, (sound, now))
            if now >= until or SOUNDS.index(playing) < SOUNDS.index(sound):
                seconds = sum(step.seconds for step in sound.steps)
                self._sounding[buzzer] = sound, now + seconds
                self._show(buzzer, sound)


def _is_to_make(card: Card) -> bool:
    ticket = card.ticket
    return ticket.workable and ticket.status != "held" and any(line.to_do for line in ticket.lines)
