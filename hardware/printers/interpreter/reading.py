"""From bytes to texts and commands, wherever they are cut."""

import re
from typing import Final, NamedTuple

from hardware.printers.interpreter.syntax import COMMANDS, UNTIL_NUL, Syntax

MOST_DATA: Final = 64 * 1024
"""Of one command; what comes on top of it is skipped."""
MOST_BEFORE_NUL: Final = 255
"""Then the data ends without one."""
SPACE: Final = 0x20
MOST_LETTERS: Final = 256
"""Read at once; more than any line has."""
_CONTROL: Final = re.compile(rb"[\x00-\x1f]")
_NO_SYNTAX: Final = Syntax("")


class Text(NamedTuple):
    """Bytes that are letters, up to MOST_LETTERS."""

    letters: bytes


class Control(NamedTuple):
    """One byte that is a command by itself, or none."""

    byte: int


class Command(NamedTuple):
    """A command with all that belongs to it; of a long picture, some rows."""

    name: str
    """As in the reference, with its third byte where that names it: `GS ( k`."""
    parameters: bytes
    data: bytes


class Unknown(NamedTuple):
    """The beginning of no command that is known."""

    begin: bytes


Read = Text | Control | Command | Unknown


class Reader:
    """The receive buffer of a printer, read in order. Its size is for others to watch."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._begin(_NO_SYNTAX, b"", 0)

    def give(self, data: bytes) -> None:
        """Put bytes into it."""
        self._buffer += data

    @property
    def waiting(self) -> int:
        """How many bytes were not read yet."""
        return len(self._buffer)

    def clear(self) -> None:
        """Forget them, and the command that was begun."""
        self._buffer.clear()
        self._begin(_NO_SYNTAX, b"", 0)

    def read(self) -> Read | None:
        """What comes next; None: first there has to be more."""
        while self._left:
            if not self._buffer:
                return None
            read = self._gather()
            if read:
                return read
        buffer = self._buffer
        if not buffer:
            return None
        first = buffer[0]
        if first >= SPACE:
            control = _CONTROL.search(buffer, 0, MOST_LETTERS)
            end = control.start() if control else MOST_LETTERS
            letters = bytes(buffer[:end])
            del buffer[:end]
            return Text(letters)
        if first in COMMANDS:
            return self._command(first)
        del buffer[0]
        return Control(first)

    def _command(self, first: int) -> Read | None:
        if len(self._buffer) == 1:
            return None
        second = self._buffer[1]
        syntax = COMMANDS[first].get(second)
        if syntax is None:
            # A control byte may begin a command that is known; a letter belongs to this one.
            length = 1 if second < SPACE else 2
            unknown = Unknown(bytes(self._buffer[:length]))
            del self._buffer[:length]
            return unknown
        end = 2 + syntax.parameters
        if len(self._buffer) < end:
            return None
        parameters = bytes(self._buffer[2:end])
        del self._buffer[:end]
        length = syntax.data(parameters)
        if not length:
            return _whole(syntax, parameters, b"")
        self._begin(syntax, parameters, length)
        return self.read()

    def _begin(self, syntax: Syntax, parameters: bytes, length: int) -> None:
        """Gather the data of a command."""
        self._syntax, self._parameters, self._left = syntax, parameters, length
        self._data = bytearray()
        self._strip = 0
        if syntax.name == "GS v 0":
            # A printer prints it while it comes in; here, in strips of whole rows.
            row_bytes = parameters[2] + 256 * parameters[3]
            self._strip = max(MOST_DATA // row_bytes, 1) * row_bytes

    def _gather(self) -> Command | None:
        if self._left == UNTIL_NUL:
            return self._gather_until_nul()
        count = min(self._left, len(self._buffer))
        if self._strip:
            count = min(count, self._strip - len(self._data))
        self._data += self._buffer[: min(count, max(self._strip, MOST_DATA) - len(self._data))]
        del self._buffer[:count]
        self._left -= count
        if self._left and len(self._data) != self._strip:
            return None
        return self._gathered()

    def _gather_until_nul(self) -> Command | None:
        most = MOST_BEFORE_NUL - len(self._data)
        end = self._buffer.find(0, 0, most)
        count = end + 1 if end >= 0 else min(most, len(self._buffer))
        self._data += self._buffer[:count]
        del self._buffer[:count]
        if end < 0 and count < most:
            return None
        self._left = 0
        return self._gathered()

    def _gathered(self) -> Command:
        data, self._data = bytes(self._data), bytearray()
        return _whole(self._syntax, self._parameters, data)


def _whole(syntax: Syntax, parameters: bytes, data: bytes) -> Command:
    name = syntax.name
    if name[-1] == "(":
        name = f"{name} {chr(parameters[0])}"
    return Command(name, parameters, data)
