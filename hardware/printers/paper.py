"""What is to be on paper: lines of styled text, and what else a ticket printer can do.

It names no printer and holds no command. Text is data: whatever is in it, `encoding` prints it
and nothing else.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Align = Literal["left", "center", "right"]


class Style(NamedTuple):
    """How text looks. A printer that lacks something of it leaves that out."""

    width: int = 1
    """Times as wide as a column, 1 to 8."""
    height: int = 1
    """1 to 8."""
    bold: bool = False
    inverse: bool = False
    """Light on dark; red instead where the printer has that and no inverse."""
    red: bool = False
    """In the second colour; inverse where the printer has none. Printers change the colour between
    lines alone: a line with something red in it is red as a whole."""


PLAIN = Style()


class Span(NamedTuple):
    """A run of text of one style, without a line break."""

    text: str
    style: Style = PLAIN


class Line(NamedTuple):
    """A line that fits the columns of the model: whoever makes it has wrapped it."""

    spans: tuple[Span, ...] = ()
    align: Align = "left"


class Rule(NamedTuple):
    """A line of one character over all columns."""

    character: str = "-"


class Qr(NamedTuple):
    """A QR code, in the middle; nothing where the model has none."""

    data: str


class Cut(NamedTuple):
    """The end of a slip: feed past the knife, and cut, or feed alone where there is no knife."""


class Beep(NamedTuple):
    """A sound, where the model can make one."""


Element = Line | Rule | Qr | Cut | Beep
Document = Sequence[Element]
