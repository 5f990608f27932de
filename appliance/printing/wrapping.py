"""Text broken into lines that fit: between words, or within one that is longer than a line."""

import re
from collections.abc import Iterator
from typing import Final

from hardware.printers.models import cells

_SIGN: Final = re.compile(r"(?:\d[\d.,]*|[^\w\s]{1,2}) +")
"""A quantity or a bullet: what goes on stands below the words after it."""
_WORD: Final = re.compile(r" *[^ ]+")
ELLIPSIS: Final = "..."


def cut(text: str, longest: int) -> str:
    """The text, with what is more than `longest` characters left out, which its end says."""
    return text if len(text) <= longest else text[: longest - len(ELLIPSIS)] + ELLIPSIS


def wrapped(text: str, columns: int, indent: int) -> list[str]:
    """The lines of a text, none of them wider than that; a first one has `indent` before it."""
    sign = _SIGN.match(text)
    hanging = indent + (len(sign[0]) if sign else 0)
    if hanging > columns // 2:
        indent = hanging = 0
    lines: list[str] = []
    line, width = "", 0
    room = columns - indent
    for word in _words(text, columns - hanging):
        wide = cells(word)
        if line and width + wide > room:
            lines.append(" " * (hanging if lines else indent) + line)
            line, width, room = "", 0, columns - hanging
        if not line:
            word = word.lstrip(" ")  # noqa: PLW2901 - it begins a line
            wide = cells(word)
        line, width = line + word, width + wide
    return [*lines, " " * (hanging if lines else indent) + line]


def _words(text: str, room: int) -> Iterator[str]:
    """The words with the spaces before them, and the parts of those that are too long."""
    for found in _WORD.finditer(text):
        word = found[0]
        if cells(word.lstrip(" ")) <= room:
            yield word
            continue
        part, width = "", 0
        for character in word:
            wide = cells(character)
            if part.strip(" ") and width + wide > room:  # A mark takes no column: it stays.
                yield part
                part, width = "", 0
            part, width = part + character, width + wide * (character != " " or bool(part.strip()))
        yield part
