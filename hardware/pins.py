"""The pins of the board: the library that drives them, who has which, and how they are.

A name ("lgpio" or "simulated") ─▶ gpiozero's factory of pins ─▶ buttons, lights

    HardwareError
     ├─ PinsUnavailable        the factory cannot be had here; says why
     └─ PinError
         ├─ NoSuchPin          the header has no such pin
         ├─ PinReserved        the board itself needs that pin
         └─ PinTaken           two devices are to be on one pin; names both

Pins are numbered as on the chip (BCM), 0 to 27 on the 40-pin header; the numbers and what each
is for beside input and output: Raspberry Pi documentation, "GPIO and the 40-pin header".
"""

import contextlib
import logging
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:  # What is wired to which pin can be checked without the library.
    from gpiozero.pins import Factory

logger = logging.getLogger(__name__)

DEVICES: Final = Path("/dev")
LAST_PIN: Final = 27
"""On the header; the chip's others are used by the board."""
IDENTITY_PINS: Final = frozenset({0, 1})
"""The bus on which the board asks a HAT for its memory while it starts."""
CONSOLE_PINS: Final = frozenset({14, 15})
"""Serial console: what is wired here hears the boot messages, or types into them."""
_PULLED_UP: Final = "1.8 kΩ on the board pull it up, too much for a button of the wiring guide"
BUS_PINS: Final = {
    2: f"I²C; {_PULLED_UP}",
    3: f"I²C; {_PULLED_UP}",
    7: "SPI",
    8: "SPI",
    9: "SPI",
    10: "SPI",
    11: "SPI",
}
"""Free as long as that bus is switched off, which it is on a fresh system."""

HEADER_CHIPS: Final = frozenset({"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"})
"""What the kernel calls the chip with the header's pins: up to a Raspberry Pi 3 and Zero 2, 4, 5.
Its number differs by kernel, on a 5 among five chips: raspberrypi/linux, pull request 6144."""

FactoryName = Literal["lgpio", "simulated"]


class HardwareError(Exception):
    """Base class of this package's errors."""


class PinsUnavailable(HardwareError, RuntimeError):
    """The pins cannot be driven here; the message says why."""


class PinError(HardwareError, ValueError):
    """A pin is not to be used so."""


class NoSuchPin(PinError):
    """The header has no such pin."""


class PinReserved(PinError):
    """The board itself needs that pin."""


class PinTaken(PinError):
    """Two devices are to be on one pin."""


class PinState(NamedTuple):
    """How the device on a pin is."""

    kind: Literal["ready", "chattering", "failed"]
    """chattering: an input that no finger moves like that, switched off for the time being;
    failed: the pin cannot be used. Both are tried again by themselves."""
    reason: str = ""
    """For a person; empty when ready."""


READY: Final = PinState("ready")

RETRY_SECONDS: Final = 30.0
"""After which a pin that failed or chattered is tried again: soon enough for a plug that was
pushed in again, and seldom enough that one which stays bad costs nothing."""


class PinUse(NamedTuple):
    """What is wired to a pin."""

    pin: int
    """BCM number."""
    by: str
    """As a person would call it: `button "grill-1"`."""


def check(uses: Iterable[PinUse]) -> list[str]:
    """Check pins against each other and against what the board needs; what to beware of.

    Raises NoSuchPin, PinReserved or PinTaken for the first one that cannot be.
    """
    taken: dict[int, str] = {}
    beware = []
    for pin, by in uses:
        if not 0 <= pin <= LAST_PIN:
            raise NoSuchPin(f"{by}: there is no GPIO {pin} on the header (0 to {LAST_PIN})")
        if pin in IDENTITY_PINS:
            raise PinReserved(f"{by}: GPIO {pin} is where the board looks for a HAT's memory")
        if pin in CONSOLE_PINS:
            raise PinReserved(f"{by}: GPIO {pin} belongs to the serial console")
        if pin in taken:
            raise PinTaken(f"GPIO {pin} is given to {taken[pin]} and to {by}")
        taken[pin] = by
        if pin in BUS_PINS:
            beware.append(f"{by}: GPIO {pin} is also a pin of {BUS_PINS[pin]}")
    return beware


def open_pins(name: FactoryName) -> "Factory":
    """The pins by the named way of driving them, and by no other; close it after use.

    gpiozero on its own takes the next best way with a warning where one fails: then pulls,
    edges and speed are others than those that were tested. Raises PinsUnavailable. Blocks for
    a moment: it loads a library and opens the chip.
    """
    if name == "simulated":
        from hardware.simulated import SimulatedPins  # noqa: PLC0415 - it needs this module

        return SimulatedPins()
    from gpiozero.exc import PinUnknownPi  # noqa: PLC0415 - not for whoever only checks pins

    try:
        # Importing lgpio makes LG_WD, where that is set, the working directory for good, and a
        # pipe there, .lgd-nfy0; what else in this process has relative paths must not notice.
        with contextlib.chdir("."):
            lgpio = import_module("lgpio")
            from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only where it works
    except ImportError as error:
        raise PinsUnavailable(f"lgpio is not installed: {error}") from error
    except OSError as error:
        raise PinsUnavailable(
            f"lgpio needs a working directory that it can write to (or LG_WD): {error}"
        ) from error
    try:
        factory = LGPIOFactory(_chip_of_header(lgpio))
    except PinUnknownPi as error:
        raise PinsUnavailable("this is no Raspberry Pi") from error
    except Exception as error:  # lgpio's own class of errors is directly below Exception
        raise PinsUnavailable(f"lgpio cannot open the GPIO chip: {error}") from error
    factory.pin_class = guarded(factory.pin_class)
    return factory


def _chip_of_header(lgpio: Any) -> int | None:
    """Its number; None where no chip is known by its name: gpiozero has a rule of its own then."""
    for device in sorted(DEVICES.glob("gpiochip*")):
        number = int(device.name.removeprefix("gpiochip"))
        try:
            handle = lgpio.gpiochip_open(number)
        except lgpio.error:
            continue  # It is somebody else's.
        _, _, _, label = lgpio.gpio_get_chip_info(handle)
        lgpio.gpiochip_close(handle)
        if label in HEADER_CHIPS:
            return number
    return None


def guarded(pin_class: Any) -> Any:
    """The class of pins that raise neither when an edge comes nor when they are closed.

    lgpio has one thread for the edges of all pins, and it ends with the first exception: every
    button would be dead. gpiozero raises there by itself when an edge comes in the moment in
    which the pin is switched off. And it closes devices whenever garbage is collected, also
    those whose pin has just failed.
    """

    class GuardedPin(pin_class):  # type: ignore[misc]  # gpiozero has no types
        def _call_when_changed(self, *edge: Any) -> None:
            try:
                super()._call_when_changed(*edge)
            except Exception:
                logger.debug("an edge of %r came to nothing", self, exc_info=True)

        def close(self) -> None:
            try:
                super().close()
            except Exception as error:  # noqa: BLE001 - whatever it is
                logger.debug("closing %r: %s", self, error)

    return GuardedPin


def reason(error: Exception) -> str:
    """What a driver's error says, for a person."""
    return str(error).strip("'\"") or type(error).__name__
