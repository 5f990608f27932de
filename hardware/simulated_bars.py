"""Simulated bump bars: the real drivers, at the other end of a pipe instead of a cable.

What goes through the pipe is what the kernel would give: events of a keyboard, byte for byte, or
the bytes of a serial bar. Only opening, grabbing and identity are simulated.
"""

import contextlib
import errno
import os
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import starmap
from typing import Final, Protocol

from msgspec import Struct

from hardware.connection import OpenBar
from hardware.key_names import code_of
from hardware.keyboards import (
    BY_THE_KERNEL,
    EV_KEY,
    EV_SYN,
    SYN_DROPPED,
    SYN_REPORT,
    Device,
    Event,
    OpenKeyboard,
)
from hardware.keys import DOWN, REPEAT, UP, Sequences, as_sent, bytes_of
from hardware.profiles import Profile
from hardware.serial_bars import OpenSerialBar

EVENT: Final = struct.Struct("@LLHHi")
"""struct input_event: seconds, microseconds, type, code, value."""
EVENTS_READ: Final = 64
"""At a time, as python-evdev does."""


class SimulatedBar(Protocol):
    """A bar whose keys are pressed by the program. It is plugged in at first."""

    address: str

    async def open(self) -> OpenBar:
        """As of any Transport."""

    def press(self, key: str) -> None:
        """Press a key and let go of it. Raises KeyError where the profile has none such.

        Nobody hears it while the bar is unplugged or not listened to.
        """

    def press_sent(self, sent: str) -> None:
        """Press a key by what it sends, known or not, as a profile writes it.

        Raises ValueError, in words, for what no such bar sends.
        """

    def plug(self) -> None:
        """Plug it in."""

    def unplug(self) -> None:
        """Pull it out, whatever is pressed."""


def simulated_bar(profile: Profile, address: str = "simulated") -> SimulatedBar:
    """A keyboard, or a serial bar where the profile knows only such."""
    kind = SimulatedKeyboard if profile.chords else SimulatedSerialBar
    return kind(profile, address)


class _Cable:
    """A pipe from a bar to who listens to it, as long as somebody does."""

    def __init__(self) -> None:
        self.plugged = True
        self._writing = -1
        self._end: ReadingEnd | None = None

    def open(self, address: str) -> "ReadingEnd":
        """Raises OSError like a device that is away, or that another has opened."""
        if not self.plugged:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), address)
        if self._end is not None:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), address)
        reading, self._writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(self._writing, False)
        self._end = ReadingEnd(reading, self._let_go)
        return self._end

    def send(self, sent: bytes) -> None:
        """What nobody reads in time is lost, as in the kernel."""
        if self._end is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._writing, sent)

    def cut(self) -> None:
        """The other end reads what was sent, and then that the bar is gone."""
        if self._end is not None:
            os.close(self._writing)
            self._end = None

    def _let_go(self, end: "ReadingEnd") -> None:
        if end is self._end:
            self.cut()


class ReadingEnd:
    """The end of a cable that a driver reads."""

    def __init__(self, descriptor: int, closed: Callable[["ReadingEnd"], None]) -> None:
        self._descriptor = descriptor
        self._closed = closed

    def fileno(self) -> int:
        """The descriptor; it never blocks."""
        return self._descriptor

    def close(self) -> None:
        """Listen no more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._closed(self)


class InputEvent(Struct):
    """One event as it is read."""

    sec: int
    usec: int
    type: int
    code: int
    value: int


class SimulatedDevice:
    """The reading end of a keyboard; has what is used of evdev.InputDevice."""

    def __init__(self, end: ReadingEnd, down: Callable[[], list[int]]) -> None:
        self._end = end
        self._down = down
        self.fileno = end.fileno
        self.close = end.close

    def read(self) -> Iterator[Event]:
        """Up to EVENTS_READ events; none when the keyboard is gone."""
        sent = os.read(self._end.fileno(), EVENT.size * EVENTS_READ)
        whole = len(sent) - len(sent) % EVENT.size
        return starmap(InputEvent, EVENT.iter_unpack(sent[:whole]))

    def active_keys(self) -> list[int]:
        """The codes of the keys that are down."""
        return self._down()


class SimulatedKeyboard:
    """A keyboard, simulated as the kernel shows it."""

    def __init__(
        self,
        profile: Profile,
        address: str = "simulated",
        *,
        device: Callable[[ReadingEnd, Callable[[], list[int]]], Device] = SimulatedDevice,
    ) -> None:
        """`device` is what reads the events."""
        self.address = address
        self._codes = _codes_by_name(profile)
        self._device = device
        self._cable = _Cable()
        self._down: set[int] = set()

    async def open(self) -> OpenBar:
        """The driver of real keyboards, on the simulated device. Raises OSError."""
        end = self._cable.open(self.address)
        return OpenKeyboard(self._device(end, lambda: sorted(self._down)))

    def press(self, key: str) -> None:
        """Press a key and let go of it. Raises KeyError."""
        self.down(key)
        self.up(key)

    def press_sent(self, sent: str) -> None:
        """Press a key by what it sends, with its modifiers. Raises ValueError."""
        if sent[:2].lower() == "0x":
            raise ValueError(f"{sent!r}: a keyboard sends no bytes")
        codes = [code_of(name) for name in as_sent(sent).split("+")]
        self.change([(code, DOWN) for code in codes if code not in self._down])
        self.change([(code, UP) for code in codes if code in self._down])

    def down(self, key: str) -> None:
        """Press a key, with the modifiers that belong to it. Raises KeyError."""
        self.change([(code, DOWN) for code in self._codes[key] if code not in self._down])

    def up(self, key: str) -> None:
        """Let go of a key and of its modifiers. Raises KeyError."""
        self.change([(code, UP) for code in self._codes[key] if code in self._down])

    def repeat(self, key: str) -> None:
        """What the kernel sends while a key is held down. Raises KeyError."""
        self._send([(EV_KEY, self._codes[key][-1], REPEAT)], BY_THE_KERNEL)

    def change(self, changes: Iterable[tuple[int, int]]) -> None:
        """Keys, by their codes, that go down or up at one time."""
        events = [(EV_KEY, code, value) for code, value in changes]
        self._note(events)
        if events:
            self._send(events, 0)

    def lose(self, changes: Iterable[tuple[int, int]] = ()) -> None:
        """These changes are lost, because the kernel's buffer was full."""
        self._note((EV_KEY, code, value) for code, value in changes)
        self._send([(EV_SYN, SYN_DROPPED, 0)], 0)

    def send(self, sent: bytes) -> None:
        """Any bytes."""
        self._cable.send(sent)

    def plug(self) -> None:
        """Plug it in, with no key pressed."""
        self._cable.plugged = True

    def unplug(self) -> None:
        """Pull it out: the kernel releases the keys that are down, and the device is gone."""
        if self._down:
            self._send([(EV_KEY, code, UP) for code in sorted(self._down)], BY_THE_KERNEL)
        self._down.clear()
        self._cable.plugged = False
        self._cable.cut()

    def _note(self, events: Iterable[tuple[int, int, int]]) -> None:
        for _, code, value in events:
            (self._down.add if value == DOWN else self._down.discard)(code)

    def _send(self, events: list[tuple[int, int, int]], report: int) -> None:
        microseconds = time.monotonic_ns() // 1_000
        sec, usec = divmod(microseconds, 1_000_000)
        ended = [*events, (EV_SYN, SYN_REPORT, report)]
        self._cable.send(b"".join(EVENT.pack(sec, usec, *event) for event in ended))


class SimulatedSerialBar:
    """A bar on a serial line."""

    def __init__(self, profile: Profile, address: str = "simulated") -> None:
        self.address = address
        self._known = profile.sequences
        self._sent = {
            name: bytes_of(sent)
            for sent, name in reversed(profile.keys.items())
            if sent.startswith("0x")
        }
        self._cable = _Cable()

    async def open(self) -> OpenBar:
        """The driver of real serial bars, on the simulated line. Raises OSError."""
        return OpenSerialBar(self._cable.open(self.address), Sequences(self._known))

    def press(self, key: str) -> None:
        """Press a key. Raises KeyError."""
        self.send(self._sent[key])

    def press_sent(self, sent: str) -> None:
        """Press a key by what it sends. Raises ValueError."""
        if sent[:2].lower() != "0x":
            raise ValueError(f"{sent!r}: a serial bar sends bytes, as 0x1b5b41")
        self.send(bytes_of(sent))

    def send(self, sent: bytes) -> None:
        """Any bytes."""
        self._cable.send(sent)

    def plug(self) -> None:
        """Plug it in."""
        self._cable.plugged = True

    def unplug(self) -> None:
        """Pull it out."""
        self._cable.plugged = False
        self._cable.cut()


class FailingBar:
    """A bar that is there and can never be used."""

    def __init__(self, error: Exception | None = None, address: str = "failing") -> None:
        """`error` is what opening it raises; by default, that there is no permission."""
        self.address = address
        self._error = error or PermissionError(errno.EACCES, os.strerror(errno.EACCES), address)

    async def open(self) -> OpenBar:
        """Fails."""
        raise self._error


def _codes_by_name(profile: Profile) -> dict[str, list[int]]:
    """Of keys that have one name, those of the first in the profile."""
    return {
        profile.keys[sent]: [code_of(name) for name in sent.split("+")]
        for sent in reversed(profile.chords)
    }
