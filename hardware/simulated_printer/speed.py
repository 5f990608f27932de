"""How fast a printer is, and its line."""

from typing import Final, NamedTuple

SLOW: Final = 30
"""Times as slow as otherwise is one with the fault `slow`."""
_PIECE_SECONDS: Final = 0.02
"""Bytes of a line with a speed come in pieces of so long."""
_AT_ONCE_BYTES: Final = 4096


class Speed(NamedTuple):
    """0: as fast as this machine can."""

    bytes_per_second: float = 0
    lines_per_second: float = 0

    @property
    def piece(self) -> int:
        """The bytes that come at once."""
        if not self.bytes_per_second:
            return _AT_ONCE_BYTES
        return max(int(self.bytes_per_second * _PIECE_SECONDS), 1)

    @property
    def slowed(self) -> "Speed":
        """A thirtieth of it; of one without a bound, a thirtieth of what is usual."""
        return Speed(
            (self.bytes_per_second or USUAL.bytes_per_second) / SLOW,
            (self.lines_per_second or USUAL.lines_per_second) / SLOW,
        )


AT_ONCE: Final = Speed()
USUAL: Final = Speed(3_840, 50)
"""38,400 baud, and a little less than a TM-T88V."""
