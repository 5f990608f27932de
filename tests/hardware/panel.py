"""Buttons on simulated pins, fingers on them, and what was heard, in moved time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from hardware.buttons import Button, Buttons
from hardware.gestures import Gesture, Kind
from hardware.pins import PinState
from hardware.simulated import SimulatedButtons, SimulatedPins
from tests.hardware.moved_time import clock

AT_REST = 0.05
"""Seconds after which a contact has been stable."""


class Panel:
    """What a test holds in its hands."""

    def __init__(self, pins: SimulatedPins, *buttons: Button) -> None:
        self.pins = pins
        self.given = buttons
        self.fingers = SimulatedButtons(pins, buttons)
        self.heard: list[tuple[str, Gesture]] = []
        self.states: list[tuple[str, PinState]] = []
        self.on_gesture: Callable[[str, Gesture], None] = lambda *told: self.heard.append(told)
        self.clock = clock

    def buttons(self) -> Buttons:
        return Buttons(
            self.pins,
            self.given,
            self._tell,
            on_state=lambda *told: self.states.append(told),
            clock=self._time,
        )

    def _tell(self, name: str, gesture: Gesture) -> None:
        self.on_gesture(name, gesture)

    def _time(self) -> float:
        return self.clock()

    @property
    def kinds(self) -> list[tuple[str, Kind]]:
        return [(name, gesture.kind) for name, gesture in self.heard]

    def listens(self, name: str) -> bool:
        """Whether the pin's edges reach anybody."""
        (pin,) = (button.pin for button in self.given if button.name == name)
        return self.pins.wire(pin).when_changed is not None


@contextlib.asynccontextmanager
async def listening(*buttons: Button) -> AsyncIterator[Panel]:
    """Entered, and the contacts at rest."""
    with SimulatedPins() as pins:
        panel = Panel(pins, *buttons)
        async with panel.buttons():
            await asyncio.sleep(AT_REST)
            yield panel
