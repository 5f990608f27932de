"""What `expeditor panel test` tries: the devices of a configuration, real or simulated."""

from typing import Final, NamedTuple, Protocol

from gpiozero.pins import Factory

from appliance.config import Config
from appliance.panel.wiring import wiring
from hardware.bump_bars import transport_to
from hardware.buttons import Button
from hardware.connection import Transport
from hardware.lights import Lamp
from hardware.pins import open_pins
from hardware.profiles import Profile
from hardware.simulated import SimulatedButtons, SimulatedLamps, SimulatedPins
from hardware.simulated_bars import simulated_bar


class Bar(NamedTuple):
    """A bump bar."""

    name: str
    address: str | None
    """As `hardware.bump_bars.transport_to` takes it; None where the file has none."""
    profile: Profile


class Devices(NamedTuple):
    """All that somebody can press or see."""

    buttons: tuple[Button, ...]
    lamps: tuple[Lamp, ...]
    bars: tuple[Bar, ...]


def devices_of(config: Config) -> Devices:
    """Those that have a pin, and all bars but those at a board, which is no part of this."""
    wired = wiring(config)
    return Devices(
        tuple(wired.contacts),
        tuple(wired.lamps),
        tuple(
            Bar(bar.id, bar.address, bar.keys.profile) for bar in wired.bars if not bar.is_at_board
        ),
    )


class Mode(Protocol):
    """How the devices are reached."""

    @property
    def note(self) -> str:
        """For the person who tries them."""

    def pins(self) -> Factory:
        """To be closed after use. Blocks for a moment. Raises PinsUnavailable."""

    def transport_to(self, bar: Bar) -> Transport:
        """The way to a bar. Raises ValueError in words."""

    def seen(self, lamp: Lamp) -> str:
        """What is known of a lamp without looking at it."""

    async def touch(self, line: str) -> bool:
        """Press what a line names; whether it names anything."""


class Real:
    """By the board and its sockets."""

    note: Final = "A service that runs holds pins and bars: stop it first."

    def pins(self) -> Factory:
        """By lgpio. Raises PinsUnavailable."""
        return open_pins("lgpio")

    def transport_to(self, bar: Bar) -> Transport:
        """The way to a bar. Raises ValueError in words."""
        if bar.address is None:
            raise ValueError("it has no transport, and cannot be found")
        return transport_to(bar.address, bar.profile)

    def seen(self, lamp: Lamp) -> str:
        """Nothing: only eyes see it."""
        del lamp
        return ""

    async def touch(self, line: str) -> bool:
        """Nothing: only fingers press it."""
        del line
        return False


class Simulated:
    """Simulated pins and bars, pressed by typing."""

    note: Final = (
        'devices.mode is "simulated": no wire is tried. '
        "Type a button's name, or a bar's and a key's, to press it."
    )

    def __init__(self, devices: Devices) -> None:
        self._pins = SimulatedPins()
        self._buttons = {button.name for button in devices.buttons}
        self._fingers = SimulatedButtons(self._pins, devices.buttons)
        self._eyes = SimulatedLamps(self._pins, devices.lamps)
        self._bars = {bar.name: simulated_bar(bar.profile) for bar in devices.bars}

    def pins(self) -> Factory:
        """The simulated ones."""
        return self._pins

    def transport_to(self, bar: Bar) -> Transport:
        """The way to a simulated bar, which is plugged in."""
        return self._bars[bar.name]

    def seen(self, lamp: Lamp) -> str:
        """Whether it is lit."""
        return f" (simulated: {'lit' if self._eyes.lit(lamp.name) else 'dark'})"

    async def touch(self, line: str) -> bool:
        """Press `grill-1`, or `fry-bar bump`; whether there is such a button or key."""
        name, _, key = line.partition(" ")
        try:
            if name in self._buttons:
                await self._fingers.press(name)
            else:
                self._bars[name].press(key)
        except KeyError:
            return False
        return True
