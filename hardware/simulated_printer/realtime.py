"""The commands that a printer obeys while they come in, also when it does nothing else.

Wherever their bytes stand: in the data of a picture as well (Epson's reference, notes of the
real-time commands). They stay part of the data.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

CLEAR: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 with fn 8 and its seven fixed bytes."""
CLEARED: Final = b"\x37\x25\x00"
"""What is answered to it."""
_COMMAND: Final = re.compile(rb"\x10(?:\x04[\x01-\x04]|\x05[\x01\x02]|" + CLEAR[1:] + rb")")
_HALF: Final = frozenset(
    {b"\x10", b"\x10\x04", b"\x10\x05", *(CLEAR[:end] for end in range(2, len(CLEAR)))}
)


class Heard(NamedTuple):
    """What came in, up to a command or to its end."""

    before: bytes
    """The bytes before the command; all of them where there is none."""
    command: bytes = b""
    """The bytes of it that came last: without those that an earlier `hear` has given out."""
    kind: int = 0
    """0x04: DLE EOT, 0x05: DLE ENQ, 0x14: clear; 0: no command."""
    number: int = 0


class RealTime:
    """Listens to all that comes in."""

    def __init__(self) -> None:
        self._half = b""

    def hear(self, data: bytes) -> Iterator[Heard]:
        """The same bytes, in pieces of which each ends with the command that it has, if any."""
        if not self._half and b"\x10" not in data:
            yield Heard(data)
            return
        known = len(self._half)
        both = self._half + data
        at = known
        after = 0
        for found in _COMMAND.finditer(both):
            begin, after = max(found.start(), known), found.end()
            yield Heard(both[at:begin], both[begin:after], both[found.start() + 1], both[after - 1])
            at = after
        self._half = _half_of(both[after:])
        if at < len(both):
            yield Heard(both[at:])

    def forget(self) -> None:
        """What comes next is not the rest of what came last."""
        self._half = b""


def _half_of(data: bytes) -> bytes:
    """The beginning of a command at the end of this."""
    end = data[-len(CLEAR) + 1 :]
    halves = (end[at:] for at in range(len(end)))
    return next((half for half in halves if half in _HALF), b"")
