"""Devices for a laptop, the tests and the demo: the pins are simulated, not their drivers.

SimulatedButtons ─▶ SimulatedPins ─▶ Buttons          Lights ─▶ SimulatedPins ─▶ SimulatedLamps
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from gpiozero.pins.mock import MockFactory, MockPin

from hardware.buttons import Button
from hardware.lights import Lamp
from hardware.pins import HardwareError, guarded

BOARD_REVISION: Final = "a02082"
"""A Raspberry Pi 3 Model B, whose header is that of all later ones."""


class SimulatedFailure(HardwareError):
    """A simulated pin was told to fail."""


class SimulatedPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin to which something may be wired."""

    def __init__(self, factory: Any, info: Any) -> None:
        self._wire: bool | None = None
        """The level that comes from outside; None: nothing does, and the pull decides."""
        super().__init__(factory, info)

    def drive(self, *, high: bool) -> None:
        """Bring a level from outside. It stays, also while nobody has the pin open."""
        self._wire = high
        if self.function == "input":
            self._settle()

    def _settle(self) -> None:
        if self._wire is not None:
            (self.drive_high if self._wire else self.drive_low)()

    def _set_pull(self, value: str) -> None:
        self._check()
        super()._set_pull(value)
        self._settle()

    def _set_function(self, value: str) -> None:
        self._check()
        super()._set_function(value)

    def _set_state(self, value: float) -> None:
        self._check()
        super()._set_state(value)

    def _get_state(self) -> bool:
        self._check()
        return bool(super()._get_state())

    def _check(self) -> None:
        why = self.factory.failing.get(self._number)
        if why is not None:
            raise SimulatedFailure(f"GPIO{self._number}: {why}")


class SimulatedPins(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """The factory whose pins are a simulation."""

    def __init__(self) -> None:
        self.failing: dict[int, str] = {}
        """Pins that fail whatever is done with them, and what they say. May be changed at any
        time: that is a pin which fails while it is in use, and one that recovers."""
        super().__init__(revision=BOARD_REVISION, pin_class=guarded(SimulatedPin))

    def wire(self, pin: int) -> SimulatedPin:
        """The pin of that BCM number, from outside."""
        found: SimulatedPin = self.pin(pin)
        return found


class SimulatedButtons:
    """The fingers on buttons, by the buttons' names. KeyError: there is none of that name."""

    def __init__(self, pins: SimulatedPins, buttons: Iterable[Button]) -> None:
        self._buttons = {button.name: button for button in buttons}
        self._pins = pins
        for name in self._buttons:
            self.up(name)  # Where the chip does not pull, a resistor outside does.

    def down(self, name: str) -> None:
        """The finger comes down."""
        self._contact(name, pressed=True)

    def up(self, name: str) -> None:
        """The finger is lifted."""
        self._contact(name, pressed=False)

    async def press(self, name: str, seconds: float = 0.1) -> None:
        """Press for so long."""
        self.down(name)
        try:
            await asyncio.sleep(seconds)
        finally:
            self.up(name)

    async def bounce(self, name: str, *, pressed: bool, gaps: Iterable[float]) -> None:
        """Come down (or be lifted) over a contact that opens and closes after each gap.

        In seconds; the last level is the one that `pressed` says.
        """
        self._contact(name, pressed=pressed)
        for gap in gaps:
            await asyncio.sleep(gap)
            self._contact(name, pressed=not pressed)
            await asyncio.sleep(gap)
            self._contact(name, pressed=pressed)

    def _contact(self, name: str, *, pressed: bool) -> None:
        button = self._buttons[name]
        self._pins.wire(button.pin).drive(high=pressed == button.pressed_level)


class SimulatedLamps:
    """The eyes on lamps, by the lamps' names. KeyError: there is none of that name."""

    def __init__(self, pins: SimulatedPins, lamps: Iterable[Lamp]) -> None:
        self._lamps = {lamp.name: lamp for lamp in lamps}
        self._pins = pins

    def lit(self, name: str) -> bool:
        """Whether it is lit at this moment. A pin that nobody drives lights nothing."""
        lamp = self._lamps[name]
        pin = self._pins.wire(lamp.pin)
        return pin.function == "output" and bool(pin.state) == lamp.active_high
