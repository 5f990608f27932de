"""Where each ESC/POS command ends: its prefix, its parameters, and how long its data is.

Source: Epson's ESC/POS Command Reference for TM Printers, the format of each command. Commands
that are not here are not known, and nobody can say where they end.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D

UNTIL_NUL: Final = -1
"""As the length of data: they end with a NUL."""
LAST_UNTIL_NUL: Final = 6
"""Of the kinds of bar codes."""


def _nothing(_parameters: bytes) -> int:
    return 0


class Syntax(NamedTuple):
    """The form of a command."""

    name: str
    parameters: int = 0
    """Bytes after the prefix, which is two bytes."""
    data: Callable[[bytes], int] = _nothing
    """From the parameters: how many bytes follow them, or UNTIL_NUL."""


def _length_at(offset: int) -> Callable[[bytes], int]:
    """The length is itself a parameter of two bytes."""
    return lambda parameters: parameters[offset] + 256 * parameters[offset + 1]


def _raster(parameters: bytes) -> int:
    """Of GS v 0: as many rows as yL yH say, each of so many bytes as xL xH say."""
    x = parameters[2] + 256 * parameters[3]
    return x * (parameters[4] + 256 * parameters[5])


def _columns(parameters: bytes) -> int:
    """Of ESC *: three bytes for each column where those have 24 dots."""
    columns = parameters[1] + 256 * parameters[2]
    return columns * (3 if parameters[0] in (32, 33) else 1)


def _bar_code(parameters: bytes) -> int:
    """Of GS k: the older kinds end with a NUL, the newer ones have their length second."""
    kind, second = parameters
    if kind <= LAST_UNTIL_NUL:
        return UNTIL_NUL if second else 0
    return second


def _cut(parameters: bytes) -> int:
    """Of GS V m: the kinds that feed before they cut say how far."""
    return 1 if parameters[0] in (65, 66, 97, 98, 103, 104) else 0


def _told_at_once(parameters: bytes) -> int:
    return 1 if parameters[0] in (7, 8, 18) else 0


def _done_at_once(parameters: bytes) -> int:
    return {1: 2, 2: 2, 3: 5, 7: 1, 8: 7}.get(parameters[0], 0)


_ESC = {
    " ": 1, "!": 1, "$": 2, "-": 1, "2": 0, "3": 1, "=": 1, "@": 0, "E": 1, "G": 1, "J": 1,
    "L": 0, "M": 1, "R": 1, "S": 0, "T": 1, "U": 1, "V": 1, "W": 8, "\\": 2, "a": 1, "d": 1,
    "i": 0, "m": 0, "p": 3, "r": 1, "t": 1, "u": 1, "v": 0, "{": 1, "%": 1, "?": 1, "c": 2,
    "B": 2, "K": 1, "e": 1,
}  # fmt: skip
"""Those whose length is fixed: the letter, and the number of parameters."""
_GS = {
    "!": 1, "$": 2, "/": 1, "B": 1, "E": 1, "H": 1, "I": 1, "L": 2, "P": 2, "T": 1, "W": 2,
    "\\": 2, "a": 1, "b": 1, "f": 1, "h": 1, "j": 1, "r": 1, "w": 1, ":": 0, "^": 3,
}  # fmt: skip
_FS = {"!": 1, "&": 0, "-": 1, ".": 0, "C": 1, "S": 2, "W": 1, "p": 2}


def _table(prefix: str, fixed: Mapping[str, int], *others: tuple[str, Syntax]) -> dict[int, Syntax]:
    known = {ord(end): Syntax(f"{prefix} {end}", count) for end, count in fixed.items()}
    return known | {ord(end): syntax for end, syntax in others}


COMMANDS: Final[Mapping[int, Mapping[int, Syntax]]] = {
    DLE: {
        0x04: Syntax("DLE EOT", 1, _told_at_once),
        0x05: Syntax("DLE ENQ", 1),
        0x14: Syntax("DLE DC4", 1, _done_at_once),
    },
    ESC: _table(
        "ESC",
        _ESC,
        ("*", Syntax("ESC *", 3, _columns)),
        ("D", Syntax("ESC D", 0, lambda _: UNTIL_NUL)),
        ("(", Syntax("ESC (", 3, _length_at(1))),
    ),
    FS: _table(
        "FS",
        _FS,
        ("2", Syntax("FS 2", 2, lambda _: 72)),
        ("(", Syntax("FS (", 3, _length_at(1))),
    ),
    GS: _table(
        "GS",
        _GS,
        ("V", Syntax("GS V", 1, _cut)),
        ("v", Syntax("GS v 0", 6, _raster)),
        ("k", Syntax("GS k", 2, _bar_code)),
        ("(", Syntax("GS (", 3, _length_at(1))),
        ("8", Syntax("GS 8 L", 5, lambda given: int.from_bytes(given[1:5], "little"))),
        ("*", Syntax("GS *", 2, lambda given: given[0] * given[1] * 8)),
    ),
}
"""By the first byte, then by the second. `GS (` and its like have a third one among their
parameters, which names the command."""
