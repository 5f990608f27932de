"""The language in which the lines of a chit are written: `[center huge] {name}`.

A line is text with fields in braces, and may begin with styles in brackets. Two spaces or more
part it into pieces; a piece whose fields are all empty vanishes with its words, and so does a
line of such pieces alone. What stands after `{fill}` goes to the right edge.

The fields here are those that there are; what stands in them is for `printing` to say.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from string import Formatter
from typing import Final, NamedTuple

from hardware.printers.paper import Align, Style

ALIGNMENTS: Final[Mapping[str, Align]] = {"left": "left", "center": "center", "right": "right"}
STYLES: Final[Mapping[str, Style]] = {
    "bold": Style(bold=True),
    "inverse": Style(inverse=True),
    "red": Style(red=True),
    "wide": Style(width=2),
    "high": Style(height=2),
    "big": Style(width=2, height=2),
    "huge": Style(width=3, height=3),
}
"""What can stand in brackets, besides the alignments."""

RULE: Final = "rule"
DOUBLE_RULE: Final = "double_rule"
ITEMS: Final = "items"
MODIFIERS: Final = "modifiers"
FILL: Final = "fill"

_OF_A_LINE: Final = (RULE, DOUBLE_RULE)
CHIT_FIELDS: Final = (
    "name",
    "number",
    "station",
    "also_at",
    "part",
    "mode",
    "time",
    "target",
    "check",
    "source",
    "delivery",
    "cutlery",
    "server",
    "terminal",
    "covers",
    "notes",
    "order",
    FILL,
    *_OF_A_LINE,
    ITEMS,
)
ITEM_FIELDS: Final = (
    "qty",
    "name",
    "of",
    "notes",
    "allergens",
    "seat",
    "course",
    "station",
    "waits",
    FILL,
    *_OF_A_LINE,
    MODIFIERS,
)
MODIFIER_FIELDS: Final = ("qty", "name", "allergens", FILL)
ALONE: Final = frozenset({*_OF_A_LINE, ITEMS, MODIFIERS})
"""They are lines of their own."""
LONGEST_LINE: Final = 200
"""Characters; several times what any paper is wide."""
MOST_LINES: Final = 100
"""Longer than any chit's head and foot."""

_BRACKETS: Final = re.compile(r"\[([^\]]*)\] ?")
_SPACES: Final = re.compile(" {2,}")
_BETWEEN_PIECES: Final = re.compile(r"( {2,})")


class Field(NamedTuple):
    """A place for something of the order."""

    name: str


class TemplateLine(NamedTuple):
    """One line, read."""

    indent: int
    """Columns that are free at its left."""
    parts: tuple[str | Field, ...]
    style: Style
    align: Align

    @property
    def alone(self) -> str | None:
        """The field that is all of the line, of those that are lines of their own."""
        match self.parts:
            case (Field(name),) if name in ALONE:
                return name
        return None


def read(text: str, fields: Collection[str]) -> TemplateLine:
    """A line of a template that may have these fields. Raises ValueError, with what there is."""
    if len(text) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE} characters")
    found = _BRACKETS.match(text)
    style, align = _styles(found[1].split()) if found else (Style(), ALIGNMENTS["left"])
    rest = text[found.end() :] if found else text
    parts = tuple(_parts(rest.strip(" "), fields))
    names = [part.name for part in parts if isinstance(part, Field)]
    if (own := ALONE.intersection(names)) and len(parts) > 1:
        raise ValueError(f"{{{min(own)}}} is a line of its own: nothing stands beside it")
    if names.count(FILL) > 1:
        raise ValueError("{fill} can be there once")
    return TemplateLine(len(rest) - len(rest.lstrip(" ")), parts, style, align)


def faults(where: str, lines: Iterable[str], fields: Collection[str]) -> Iterable[str]:
    """What is wrong with each of these lines of the configuration, with its key."""
    for place, text in enumerate(lines):
        if place == MOST_LINES:
            yield f"{where}: more than {MOST_LINES} lines"
            return
        try:
            read(text, fields)
        except ValueError as error:
            yield f"{where}[{place}]: {error}"


def _styles(words: Iterable[str]) -> tuple[Style, Align]:
    style, align = Style(), ALIGNMENTS["left"]
    for word in words:
        if word in ALIGNMENTS:
            align = ALIGNMENTS[word]
        elif word in STYLES:
            style = _both(style, STYLES[word])
        else:
            raise ValueError(f"{word!r} is no style; there are {', '.join((*ALIGNMENTS, *STYLES))}")
    return style, align


def _both(style: Style, other: Style) -> Style:
    return Style(
        max(style.width, other.width),
        max(style.height, other.height),
        style.bold or other.bold,
        style.inverse or other.inverse,
        style.red or other.red,
    )


def _parts(text: str, fields: Collection[str]) -> Iterable[str | Field]:
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        raise ValueError("a brace without its other one; write {{ or }} for a brace") from None
    for words, name, form, conversion in parsed:
        if words:
            yield words
        if name is None:
            continue
        if name not in fields or form or conversion:
            written = name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            raise ValueError(f"there is no field {{{written}}}; there are {', '.join(fields)}")
        yield Field(name)


def filled(line: TemplateLine, values: Mapping[str, str]) -> tuple[str, str] | None:
    """What stands in a line, and what of it at the right edge; None where it vanishes.

    A value that is missing is empty.
    """
    left, right = _split(line.parts)
    texts = _joined(left, values), _joined(right, values)
    has_fields = any(isinstance(part, Field) and part.name != FILL for part in line.parts)
    return None if has_fields and not any(text.strip() for text in texts) else texts


def _split(
    parts: tuple[str | Field, ...],
) -> tuple[tuple[str | Field, ...], tuple[str | Field, ...]]:
    fill = Field(FILL)
    if fill not in parts:
        return parts, ()
    place = parts.index(fill)
    return parts[:place], parts[place + 1 :]


def _joined(parts: tuple[str | Field, ...], values: Mapping[str, str]) -> str:
    """The pieces that have something to say, with the spaces before them."""
    pieces: list[list[str | Field]] = [[]]
    gaps = [""]
    for part in parts:
        if isinstance(part, Field):
            pieces[-1].append(part)
            continue
        first, *others = _BETWEEN_PIECES.split(part)
        pieces[-1].append(first)
        gaps += others[::2]
        pieces += [[words] for words in others[1::2]]
    joined = ""
    for gap, piece in zip(gaps, pieces, strict=True):
        if any(values.get(each.name) for each in piece if isinstance(each, Field)) or not any(
            isinstance(each, Field) for each in piece
        ):
            text = "".join(
                values.get(each.name, "") if isinstance(each, Field) else each for each in piece
            )
            text = _SPACES.sub(" ", text)  # Where a field in the midst of it is empty.
            joined += gap + text
    return joined
