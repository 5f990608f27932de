"""Text for the columns of one model: what it can print, broken into lines that fit."""

from collections.abc import Iterator
from typing import Final

from appliance.config.template import TemplateLine
from appliance.printing.wrapping import wrapped
from hardware.printers.models import Model, cells, printable, style_on
from hardware.printers.paper import PLAIN, Align, Line, Span, Style

HEADING: Final = Style(width=2, height=2, inverse=True, red=True)
"""Of what nobody may overlook."""
MOST_WIDE_LINES: Final = 4
"""Of one text, in letters wider than the usual ones; a longer one is narrower."""


class Sheet:
    """The paper of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def columns(self, style: Style) -> int:
        """Of text of that style."""
        return self.model.columns // style_on(style, self.model).width

    def clean(self, text: str) -> str:
        """The text as the model has letters for it, without spaces around it."""
        return printable(text, self.model).strip(" ")

    def text(
        self, text: str, style: Style = PLAIN, align: Align = "left", indent: int = 0
    ) -> Iterator[Line]:
        """The lines of a text; none where it is empty.

        Wide letters are narrower where a word would be broken, or it would take too many lines.
        """
        text = self.clean(text)
        if not text:
            return
        lines = wrapped(text, self.columns(style), indent)
        while style.width > 1 and (len(lines) > MOST_WIDE_LINES or _breaks_a_word(text, lines)):
            style = Style(
                style.width - 1,
                max(style.height - 1, min(style.height, 2)),  # To be seen from afar all the same.
                style.bold,
                style.inverse,
                style.red,
            )
            lines = wrapped(text, self.columns(style), indent)
        for line in lines:
            yield Line(_spans(line, style), align)

    def between(self, left: str, right: str, line: TemplateLine) -> Iterator[Line]:
        """A text, and another at the right edge, below it where there is no room beside."""
        left, right = self.clean(left), self.clean(right)
        gap = self.columns(line.style) - line.indent - cells(left) - cells(right)
        if left and right and gap > 0:
            both = " " * line.indent + left + " " * gap + right
            yield Line(_spans(both, line.style))
        else:
            yield from self.text(left, line.style, line.align, line.indent)
            yield from self.text(right, line.style, "right")


def _spans(line: str, style: Style) -> tuple[Span, ...]:
    """A line, whose indentation is never a dark bar."""
    text = line.lstrip(" ")
    if not (style.inverse or style.red) or text == line:
        return (Span(line, style),)
    return Span(line[: -len(text)], Style(style.width, style.height)), Span(text, style)


def _breaks_a_word(text: str, lines: list[str]) -> bool:
    return " ".join(lines).split() != text.split()
