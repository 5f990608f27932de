"""Lines that a person types, on the event loop."""

import asyncio
import os
import sys
import termios
from typing import Final, Self

READ_BYTES: Final = 4096
"""A terminal's longest line."""


class Terminal:
    """The lines of standard input, as long as it is entered. For asyncio's own event loop."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._begun = b""

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        try:
            loop.add_reader(self._descriptor, self._read)
        except PermissionError:  # Of a file, which never keeps anybody waiting.
            while self._read():
                pass
        return self

    def __exit__(self, *_exception: object) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)

    async def line(self) -> str | None:
        """The next line without its end; None when there will be no more."""
        line = await self._lines.get()
        if line is None:
            self._lines.put_nowait(None)
        return line

    def forget(self) -> None:
        """Forget what a person has typed until now; what comes from a pipe stays."""
        if not os.isatty(self._descriptor):
            return
        termios.tcflush(self._descriptor, termios.TCIFLUSH)
        while not self._lines.empty():
            if self._lines.get_nowait() is None:
                self._lines.put_nowait(None)
                return

    def _read(self) -> bool:
        """Whether there may be more."""
        try:
            typed = os.read(self._descriptor, READ_BYTES)
        except OSError:  # The terminal was closed.
            typed = b""
        *whole, self._begun = (self._begun + typed).split(b"\n")
        for line in whole:
            self._lines.put_nowait(line.decode(errors="replace"))
        if typed:
            return True
        asyncio.get_running_loop().remove_reader(self._descriptor)
        if self._begun:
            self._lines.put_nowait(self._begun.decode(errors="replace"))
        self._lines.put_nowait(None)
        return False


def say(text: str = "", end: str = "\n") -> None:
    """Tell the person, on standard error: standard output is for what is made."""
    print(text, end=end, file=sys.stderr, flush=True)
