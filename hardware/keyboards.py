"""Bars that are keyboards: Linux' input devices, taken for this program alone.

They are read with python-evdev (Debian's python3-evdev; `evdev` or `evdev-binary` on PyPI). It
is imported when the first of them is opened, so that nothing else needs it.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import struct
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

from hardware.connection import CannotOpen
from hardware.keys import UP, Chords, Stroke

# Of linux/input-event-codes.h and linux/input.h.
EV_SYN: Final = 0
EV_KEY: Final = 1
SYN_REPORT: Final = 0
SYN_DROPPED: Final = 3
BY_THE_KERNEL: Final = 1
"""The value of a SYN_REPORT that ends what the kernel, not the device, has sent: repetitions, and
the release of all keys when a device is unplugged or put to sleep (drivers/input/input.c)."""
_EVIOCSCLOCKID: Final = 0x400445A0

MOST_IN_PACKET: Final = 256
"""Events between two SYN_REPORTs; the kernel ends a packet long before."""
MOST_READS: Final = 64
"""To empty a device that goes on sending; the kernel keeps a few hundred events of it."""
BELIEVABLE_SECONDS: Final = 5.0
"""An event that says it is older than this was not stamped by the clock that it should be."""

FOLDERS: Final = (Path("/dev/input/by-id"), Path("/dev/input/by-path"))
"""Where Linux lists devices by names that stay: by what they are, and by their USB port."""

MISSING: Final = (
    "python-evdev is not installed: `apt install python3-evdev`, or `pip install evdev-binary`"
)


class Event(Protocol):
    """struct input_event."""

    sec: int
    usec: int
    type: int
    code: int
    value: int


class Device(Protocol):
    """What is used of evdev.InputDevice."""

    def fileno(self) -> int:
        """The open descriptor."""

    def read(self) -> Iterator[Event]:
        """What has come. Raises BlockingIOError where nothing has, OSError when it is gone."""

    def active_keys(self) -> list[int]:
        """The codes of the keys that are down. Raises OSError."""

    def close(self) -> None:
        """Close the descriptor, which also ends the grab."""


def found() -> list[str]:
    """The paths of the keyboards that are plugged in, by names that stay. Blocks."""
    return [str(link) for folder in FOLDERS for link in sorted(folder.glob("*-event-kbd"))]


class Keyboard:
    """The way to a keyboard.

    Give a path below /dev/input/by-id, or below by-path where two bars are of one model: it is
    the same after each start and in whichever order they are plugged in.
    """

    def __init__(self, path: str) -> None:
        """Opens nothing yet."""
        self.address = path

    async def open(self) -> "OpenKeyboard":
        """Grabbed, its events stamped by the monotonic clock.

        Opening an input device asks the kernel only, and does not wait for the device; to load
        python-evdev takes tenths of a second, and is done on a thread. Raises OSError, CannotOpen.
        """
        try:
            evdev = await asyncio.to_thread(import_module, "evdev")
        except ImportError as error:
            raise CannotOpen(MISSING) from error
        device = evdev.InputDevice(self.address)
        try:
            fcntl.ioctl(device.fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
            device.grab()
            return OpenKeyboard(device)
        except BaseException:
            device.close()
            raise


class OpenKeyboard:
    """A keyboard that is plugged in. Keys that are down already count once they were released."""

    deadline = None

    def __init__(self, device: Device) -> None:
        self._device = device
        self._chords = Chords()
        self._packet: list[tuple[int, int]] = []
        self._dropped = False
        """Events were lost; what comes until the next SYN_REPORT is not to be used."""
        self._chords.start_with(device.active_keys())

    def fileno(self) -> int:
        """The device's descriptor."""
        return self._device.fileno()

    def read(self, now: float) -> list[Stroke]:
        """The strokes in up to 64 events. Raises OSError."""
        events = list(self._device.read())
        if not events:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return [stroke for event in events for stroke in self._event(event, now)]

    def passed(self, now: float) -> list[Stroke]:
        """None: a keyboard says itself when keys go up."""
        del now
        return []

    def forget(self) -> None:
        """Throw away what was not read; what is down now counts once it was released."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(MOST_READS):
                if not list(self._device.read()):
                    break
        self._start_anew()

    def close(self) -> None:
        """Let go of the device."""
        self._device.close()

    def _start_anew(self) -> None:
        self._packet.clear()
        self._dropped = False
        self._chords.start_with(self._device.active_keys())

    def _event(self, event: Event, now: float) -> list[Stroke]:
        if event.type == EV_KEY and not self._dropped:
            if len(self._packet) < MOST_IN_PACKET:
                self._packet.append((event.code, event.value))
        elif event.type == EV_SYN and event.code == SYN_DROPPED:
            self._dropped = True
        elif event.type == EV_SYN and event.code == SYN_REPORT:
            return self._report(event, now)
        return []

    def _report(self, event: Event, now: float) -> list[Stroke]:
        if self._dropped:
            self._start_anew()
            return []
        packet, self._packet = self._packet, []
        if event.value == BY_THE_KERNEL and any(value == UP for _, value in packet):
            self._chords.all_up()
            return []
        stamp = event.sec + event.usec / 1e6
        believable = now - BELIEVABLE_SECONDS <= stamp <= now
        return self._chords.packet(packet, stamp if believable else now)
