"""Buttons, bump bars and lights as they are told of: from the panel, which has them, to the API.

Neither imports the other: `service.py` gives the API what fulfils `Devices`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, Protocol, get_args

from msgspec import Struct

Mode = Literal["simulated", "real"]
Gesture = Literal["press", "hold", "double"]
GESTURES: tuple[Gesture, ...] = get_args(Gesture)

State = Literal[
    "ready",
    "not wired",
    "away",
    "refused",
    "unavailable",
    "failed",
    "chattering",
]
"""`not wired`: the configuration does not say where it is. `away`: not plugged in. `refused`:
plugged in, and cannot be used. `unavailable`: this machine has no pins that could be driven.
`failed`: its pin cannot be used. `chattering`: it tells more than any hand can press, and is not
listened to for a while."""

NOT_YET: Final = "not opened yet"
"""Why a device does not work of which nothing is known, at a start."""


class LampJson(Struct):
    """A lamp, a colour of a stack light, or a buzzer."""

    state: State
    why: str
    """In words; empty when ready."""
    shows: str
    """The pattern: off, on, short flash, slow blink, fast blink; of a buzzer short, double, triple,
    long, alarm."""
    lit: bool
    """At this moment."""


class ButtonJson(Struct):
    """A button, and its lamp if it has one."""

    id: str
    station_id: str
    slot: int | None
    """The place on the board; null for the selected ticket."""
    state: State
    why: str
    actions: Mapping[Gesture, str]
    """What its gestures do."""
    lamp: LampJson | None


class KeyboardJson(Struct):
    """What a bump bar at a board is for the browser there."""

    codes: Mapping[str, str]
    """The names of keys by the `code` of a KeyboardEvent: `NumpadEnter`. What is pressed with
    Ctrl, Shift, Alt or Meta held down has those before it, in this order of codes: ControlLeft,
    ShiftLeft, ShiftRight, AltLeft, ControlRight, AltRight, MetaLeft, MetaRight."""
    repeats: Sequence[str]
    """Names of keys that count again while they are held down."""


class BarJson(Struct):
    """A bump bar."""

    id: str
    station_id: str
    state: State
    why: str
    keys: Mapping[str, str]
    """What its keys do, by their names; the others do nothing."""
    keyboard: KeyboardJson | None
    """Of one at a board, the page `/?bar=` with its id; null of the appliance's own."""


class LightJson(Struct):
    """A stack light, a buzzer, or both."""

    id: str
    station_id: str | None
    """Null where it stands for all stations."""
    lamps: Mapping[str, LampJson]
    """Whatever it has of green, amber, red and buzzer."""


class PanelJson(Struct):
    """The devices of the cook's hand, in the order of the configuration."""

    mode: Mode
    """Simulated ones can be pressed over HTTP."""
    buttons: Sequence[ButtonJson] = ()
    bars: Sequence[BarJson] = ()
    lights: Sequence[LightJson] = ()


class PressesJson(Struct):
    """How many presses there were since the start, by what they came to."""

    done: int = 0
    nothing_there: int = 0
    refused: int = 0
    cannot_be_stored: int = 0


class PanelStatus(Struct):
    """The panel's part of the status."""

    presses: PressesJson
    devices: PanelJson


class PressedJson(Struct):
    """What a press came to, once that is on disk."""

    action: str
    """As the configuration has it: `bump 1`; empty for a key that does nothing."""
    outcome: Literal["done", "nothing there", "refused", "cannot be stored"]
    why: str
    """In words, where it was refused or could not be stored."""


class CannotPress(Exception):
    """Nothing came of a press; the text says why."""


class Devices(Protocol):
    """Whoever has the devices."""

    def shown(self) -> PanelJson:
        """All of them, as they are now."""

    def warnings(self) -> list[str]:
        """A sentence for each that somebody should look after."""

    async def press_button(self, name: str, gesture: Gesture) -> PressedJson:
        """Press a simulated button that is there. Raises CannotPress."""

    async def press_key(self, name: str, key: str, ago: float) -> PressedJson:
        """Press a key that a simulated bar has, or one at a board. Raises CannotPress, ValueError.

        Of a simulated bar `key` may also be what it sends, whether that means anything or not.
        `ago`: how many seconds ago the finger went down, where that was at a board.
        """


class NoDevices:
    """Where the configuration has none."""

    def __init__(self, mode: Mode) -> None:
        self._mode: Mode = mode

    def shown(self) -> PanelJson:
        """None."""
        return PanelJson(self._mode)

    def warnings(self) -> list[str]:
        """None."""
        return []

    async def press_button(self, name: str, gesture: Gesture) -> PressedJson:
        """Raises CannotPress."""
        raise CannotPress(f"there is no {name!r} for a {gesture}")

    async def press_key(self, name: str, key: str, ago: float) -> PressedJson:
        """Raises CannotPress."""
        del ago
        raise CannotPress(f"there is no {name!r} with a {key!r}")
