"""What a printer says of itself, as bytes.

Source: Epson's ESC/POS Command Reference for TM Printers, at DLE EOT, GS r, GS a, GS I, GS ( H.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from hardware.printers.models import Model

DRAWER, ONLINE, ERROR, PAPER = 0x01, 0x02, 0x04, 0x08
"""The bits of GS a: changes of what are told."""


class Condition(NamedTuple):
    """What its sensors see."""

    low: bool = False
    out: bool = False
    cover_open: bool = False

    @property
    def stopped(self) -> bool:
        """Offline: it prints nothing."""
        return self.out or self.cover_open


def real_time(number: int, now: Condition) -> bytes:
    """To DLE EOT 1 to 4: one byte 0xx1xx10."""
    bits = 0x12
    match number:
        case 1:
            bits |= 0x08 * now.stopped
        case 2:
            bits |= 0x04 * now.cover_open | 0x20 * now.out
        case 4:
            bits |= 0x0C * (now.low or now.out) | 0x60 * now.out
    return bytes([bits])


def sensors(number: int, now: Condition) -> bytes:
    """To GS r 1 (paper) or 2 (drawer), also by their digits: one byte 0xx0xxxx; else nothing."""
    match number:
        case 1 | 49:
            return bytes([0x03 * (now.low or now.out) | 0x0C * now.out])
        case 2 | 50:
            return b"\x00"
        case _:
            return b""


def changes(now: Condition) -> bytes:
    """The four bytes of automatic status back: 0xx1xx00, then three times 0xx0xxxx."""
    first = 0x10 | 0x08 * now.stopped | 0x20 * now.cover_open
    return bytes([first, 0, *sensors(1, now), 0])


def changed(watched: int, before: Condition, now: Condition) -> bool:
    """Whether something changed of what GS a asked for."""
    online = (before.stopped, before.cover_open) != (now.stopped, now.cover_open)
    paper = sensors(1, before) != sensors(1, now)
    return bool((watched & ONLINE and online) or (watched & PAPER and paper))


def identity(number: int, model: Model) -> bytes:
    """To GS I: a byte for the model and for what it has, or words after 5F and before NUL."""
    match number:
        case 1 | 49:
            return b"\x20"
        case 2 | 50:
            return bytes([0x02 * model.cutter])
        case 3 | 51:
            return b"\x01"
        case 65 | 66 | 67 | 68:
            return b"\x5f" + _WORDS.get(number, model.name).encode("ascii", "replace") + b"\x00"
        case _:
            return b""


_WORDS: Final[Mapping[int, str]] = {65: "1.00 SIM", 66: "EPSON", 68: "SIMULATED"}
"""The version, the maker and the serial number; 67 is the model's name."""


def confirmation(own: bytes) -> bytes:
    """To GS ( H: all that came before it is on paper."""
    return b"\x37\x22" + own + b"\x00"
