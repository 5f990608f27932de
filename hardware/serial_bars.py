"""Bars on a serial line: pyserial opens the line and sets it, the event loop reads it."""

import asyncio
import contextlib
import errno
import os
from pathlib import Path
from typing import Final, Protocol

import serial

from hardware.keys import Sequences, Stroke
from hardware.profiles import Profile

READ_BYTES: Final = 1024
"""At a time: what 115,200 baud bring in a tenth of a second."""
MOST_READS: Final = 64
"""To empty a line that goes on sending; the kernel keeps 4 KiB of it."""

FOLDER: Final = Path("/dev/serial/by-id")
"""Where Linux lists serial adapters by names that stay."""

_PARITY: Final = {
    "none": serial.PARITY_NONE,
    "even": serial.PARITY_EVEN,
    "odd": serial.PARITY_ODD,
}


class Port(Protocol):
    """What is used of serial.Serial once it is open."""

    def fileno(self) -> int:
        """The open descriptor."""

    def close(self) -> None:
        """Close it."""


def found() -> list[str]:
    """The paths of the serial adapters that are plugged in, by names that stay. Blocks."""
    return [str(link) for link in sorted(FOLDER.glob("*"))]


class SerialBar:
    """The way to a bar on a serial line."""

    def __init__(self, path: str, profile: Profile) -> None:
        """The profile's line and sequences are used."""
        self.address = path
        self._line = profile.line
        self._known = profile.sequences

    async def open(self) -> "OpenSerialBar":
        """Opening can wait for an adapter for seconds, and is done on a thread.

        Raises OSError, ValueError for a setting that the adapter has not.
        """
        # Without a thread as long as the adapter is away: this does not touch its driver.
        os.close(os.open(self.address, os.O_PATH))
        opening = asyncio.ensure_future(asyncio.to_thread(self._open))
        try:
            port = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise
        return OpenSerialBar(port, Sequences(self._known))

    def _open(self) -> serial.Serial:
        return serial.Serial(
            self.address,
            baudrate=self._line.baud,
            bytesize=self._line.bits,
            parity=_PARITY[self._line.parity],
            stopbits=self._line.stop,
            timeout=0,
            exclusive=True,
        )


def _close_unwanted(opening: asyncio.Future[serial.Serial]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


class OpenSerialBar:
    """A serial line that is plugged in."""

    def __init__(self, port: Port, sequences: Sequences) -> None:
        self._port = port
        self._sequences = sequences

    @property
    def deadline(self) -> float | None:
        """When a sequence that was begun is over."""
        return self._sequences.deadline

    def fileno(self) -> int:
        """The line's descriptor."""
        return self._port.fileno()

    def read(self, now: float) -> list[Stroke]:
        """The strokes in up to READ_BYTES bytes. Raises OSError."""
        sent = os.read(self._port.fileno(), READ_BYTES)
        if not sent:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self._sequences.read(sent, now)

    def passed(self, now: float) -> list[Stroke]:
        """The strokes that nothing followed."""
        return self._sequences.passed(now)

    def forget(self) -> None:
        """Throw away what was not read."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(MOST_READS):
                if not os.read(self._port.fileno(), READ_BYTES):
                    break
        self._sequences.forget()

    def close(self) -> None:
        """Let go of the line."""
        self._port.close()
