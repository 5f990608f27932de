"""What was refused at the door: the last of it, shown so that an integrator finds the cause.

Kept in memory only, as an extract may name a guest: it is never written to the log.
"""

import codecs
import time
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from appliance.lan.framing import EXTRACT as EXTRACT_BYTES

KEPT: Final = 50
"""Refusals that are remembered: some screens full; who looks for more reads the log."""
KEPT_PER_ADDRESS: Final = 10
"""Of one address, so that a client that fails in ever new ways leaves the others their place."""
MAX_TEXT: Final = 200
"""Characters of an extract, and of a reason, that are shown."""

_decoder = codecs.getincrementaldecoder("utf-8")


class Refusal(Struct, frozen=True):
    """What one address was refused for one reason, once or many times."""

    at: int
    """The last time: milliseconds since the epoch, of the wall clock."""
    address: str
    reason: str
    extract: str
    """How the last of them began; at most 200 characters, each printable, none of `<>`."""
    count: int


class _Kept(Struct):
    at: int
    extract: bytes
    count: int


class Refusals:
    """The last refusals. One that is repeated takes no second place."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}
        """By address and reason, the latest at the end."""

    def note(self, address: str, reason: str, extract: bytes) -> None:
        """Remember one; `extract` is the first bytes of what was refused, as they came."""
        now = time.time_ns() // 1_000_000
        key = address, reason[:MAX_TEXT]
        before = self._kept.pop(key, None)
        self._kept[key] = _Kept(now, extract, before.count + 1 if before else 1)
        if before is None:
            of_address = [key for key in self._kept if key[0] == address]
            if len(of_address) > KEPT_PER_ADDRESS:
                del self._kept[of_address[0]]
            elif len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]

    def latest(self) -> Iterator[Refusal]:
        """All that are remembered, the latest first."""
        for (address, reason), kept in reversed(self._kept.items()):
            yield Refusal(kept.at, address, printable(reason), _text(kept.extract), kept.count)


def _text(extract: bytes) -> str:
    # A character that was cut in two where the extract ends is no fault of the sender.
    decoded = _decoder("replace").decode(extract, final=len(extract) < EXTRACT_BYTES)
    return printable(decoded)


def printable(text: str) -> str:
    r"""The text in at most 200 characters that harm neither a terminal nor a page.

    What is not printable, and `<` and `>`, is shown as in Python: `\n`, `\u202e`, `\x3c`.
    """
    shown = ""
    for character in text[:MAX_TEXT]:
        piece = _visible(character)
        if len(shown) + len(piece) > MAX_TEXT:
            break
        shown += piece
    return shown


def _visible(character: str) -> str:
    if character in "<>":
        return f"\\x{ord(character):02x}"
    return character if character.isprintable() else character.encode("unicode_escape").decode()
