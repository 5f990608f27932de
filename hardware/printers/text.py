"""What of a text from outside may reach a printer at all, and how wide it is.

Text is data: nothing in it moves the paper, turns a line around or hides. Which characters a model
has is for `models` to know.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import wcwidth

MOST_MARKS: Final = 4
"""Combining marks on one letter; Hebrew, Arabic and Thai have three at most. More of them are
drawn over the lines above and below."""

# Characters of no width of their own that are letters or marks by their category: the grapheme
# joiner, fillers of Hangul and Khmer, and what selects variants.
_UNSEEN: Final = frozenset(
    map(
        chr,
        [
            0x034F,
            *range(0x115F, 0x1161),
            *range(0x17B4, 0x17B6),
            *range(0x180B, 0x1810),
            0x3164,
            *range(0xFE00, 0xFE10),
            0xFFA0,
            *range(0xE0100, 0xE01F0),
        ],
    )
)
_SPACES: Final = frozenset("\t\n\v\f\r\x85\u2028\u2029")
_SPELLED: Final = {"ا": "a", "ـ": "", "ー": "", "ｰ": "", "ອ": "o", "އ": ""}
"""Letters that anyascii has no sound for, and so nothing, as for those that it does not know."""
_PLAIN: Final = re.compile(r"[ -~]*")


def is_plain(text: str) -> bool:
    """Whether it is of the printable characters of ASCII alone, which all printers have."""
    return _PLAIN.fullmatch(text) is not None


def safe(text: str) -> str:
    """The text on one line, composed (NFC), without anything that is not seen.

    Gone are control and format characters (bidi overrides, isolates and marks, joiners), variation
    selectors, lone surrogates, and marks beyond MOST_MARKS in a row. All white space is spaces.
    """
    return text if is_plain(text) else unicodedata.normalize("NFC", _seen(text))


def _seen(text: str) -> str:
    kept = []
    marks = 0
    for character in text:
        shown = _shown(character)
        if not shown:
            continue
        marks = marks + 1 if is_mark(character) else 0
        if marks <= MOST_MARKS:
            kept.append(shown)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    """It itself, a space, or nothing."""
    category = unicodedata.category(character)
    if character in _SPACES or category == "Zs":
        return " "
    if category in ("Cc", "Cf", "Cs") or character in _UNSEEN:
        return ""
    return character


def is_mark(character: str) -> bool:
    """Whether it sits on the letter before it."""
    return unicodedata.category(character) in ("Mn", "Me")


def is_right_to_left(character: str) -> bool:
    """Whether it is a letter of a script that is written from right to left."""
    return unicodedata.bidirectional(character) in ("R", "AL", "AN")


@lru_cache(maxsize=4096)
def spelled(character: str) -> str:
    """It in printable ASCII, `ss` for a sharp s, `:fire:` for an emoji; `?` where nobody knows.

    A mark alone is nothing.
    """
    if character in _SPELLED:
        return _SPELLED[character]
    from anyascii import anyascii  # noqa: PLC0415 - 30 ms that few kitchens need

    found = anyascii(character)
    if not is_plain(found):
        found = ""
    return found if found or is_mark(character) else "?"


def cells(text: str) -> int:
    """How many columns the text takes at its normal width; a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


@lru_cache(maxsize=4096)
def _cells(character: str) -> int:
    return 0 if is_mark(character) else max(1, wcwidth.wcwidth(character))
