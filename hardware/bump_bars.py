"""Bump bars: the keys that a cook presses, by the names that a profile gives them.

    profile = load("kb9000").with_keys({"KEY_ENTER": "undo"})
    transport = transport_to("evdev:/dev/input/by-id/usb-KB9000-event-kbd", profile)
    bar = BumpBar("fry-bar", transport, profile, pressed=lambda press: print(press.key))
    await bar.run()

A bar may be plugged in and pulled out at any time. Whatever its state, `run` goes on.
"""

from collections.abc import Callable
from typing import Final

from hardware.connection import LOOK_SECONDS, REST_SECONDS, Connection, State, Transport
from hardware.keyboards import Keyboard
from hardware.keys import KeyPress, Stroke
from hardware.profiles import Profile, ProfileError
from hardware.serial_bars import SerialBar

EVDEV: Final = "evdev"
SERIAL: Final = "serial"


class BumpBar:
    """One bar with its profile."""

    def __init__(
        self,
        name: str,
        transport: Transport,
        profile: Profile,
        pressed: Callable[[KeyPress], None],
        *,
        unknown: Callable[[Stroke], None] = lambda _stroke: None,
        changed: Callable[[State], None] = lambda _state: None,
        look_seconds: float = LOOK_SECONDS,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        """`pressed` gets each press of a key that has a name, on the event loop, in order.

        `unknown` gets what a key sent that has none, and `changed` each new state. What any of
        them raises is logged with the bar's name, and changes nothing else.
        """
        self._profile = profile
        self._pressed = pressed
        self._unknown = unknown
        self._connection = Connection(
            name,
            transport,
            self._heard,
            changed=changed,
            look_seconds=look_seconds,
            rest_seconds=rest_seconds,
        )

    @property
    def name(self) -> str:
        """What its presses and its log messages carry."""
        return self._connection.name

    @property
    def state(self) -> State:
        """Whether it works; if not, why."""
        return self._connection.state

    async def run(self) -> None:
        """Listen to it until cancelled."""
        await self._connection.run()

    def _heard(self, stroke: Stroke) -> None:
        key = self._profile.key_of(stroke)
        if key is not None:
            self._pressed(KeyPress(self.name, key, stroke.at, stroke.repeated, stroke.sent))
        elif not stroke.repeated:
            self._unknown(stroke)


def address_of(text: str) -> tuple[str, str]:
    """EVDEV or SERIAL, and the path, of `evdev:PATH` or `serial:PATH`. Raises ValueError."""
    kind, _, path = text.partition(":")
    if kind not in {EVDEV, SERIAL} or not path.startswith("/"):
        raise ValueError(
            f"{text!r} is no place of a bump bar; write it like "
            '"evdev:/dev/input/by-id/usb-KB9000-event-kbd" or "serial:/dev/ttyUSB1"'
        )
    return kind, path


def transport_to(address: str, profile: Profile) -> Transport:
    """The way to a bar. Nothing is opened yet.

    Raises ValueError for an address that is none, ProfileError where the profile knows no key
    of such a bar.
    """
    kind, path = address_of(address)
    known = profile.chords if kind == EVDEV else profile.sequences
    if not known:
        what = "no keys of a keyboard" if kind == EVDEV else "no bytes of a serial bar"
        raise ProfileError(f"{profile.title!r} has {what}; give the keys that yours sends")
    return Keyboard(path) if kind == EVDEV else SerialBar(path, profile)
