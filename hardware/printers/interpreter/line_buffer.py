"""The line that a printer is putting together, and the settings that it does this with."""

from typing import Final

from hardware.printers.interpreter import lettering
from hardware.printers.models import Model
from hardware.printers.printed import LINE_DOTS, Align, Dots, Look, OnPaper, Run, TextLine

CELL: Final = 12
"""How wide a letter of font A is: of thermal printers in dots, of others in half dots."""
SMALL_CELL: Final = 9
"""In font B on thermal printers: 9 × 17 dots."""
SMALL_IMPACT_CELL: Final = 10
"""In font B on impact printers: 7 × 9, with the space beside it (Epson's reference at ESC &)."""
TAB_COLUMNS: Final = 8
MOST_PICTURES: Final = 64
"""In one line (ESC *); what comes on top of them is lost."""


class LineBuffer:
    """One of a model. What is set here is what ESC @ sets back."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._dots = min(model.dots or 1 << 16, model.columns * CELL + CELL - 1)
        self.clear()
        self.reset()

    def reset(self) -> None:
        """All settings as after switching on. What is in the line stays."""
        self.align: Align = "left"
        self.bold = self.double_strike = self.underline = False
        self.inverse = self.red = self.small = False
        self.width = self.height = 1
        self.spacing = 0
        """Dots to the right of a letter."""
        self.line_dots = LINE_DOTS
        self.left = 0
        self.area: int | None = None
        self.encoding = next(iter(self._model.code_pages), "cp437")
        self.country = 0
        self.tabs = tuple(range(TAB_COLUMNS * CELL, 1 << 10, TAB_COLUMNS * CELL))
        self.changed()

    def changed(self) -> None:
        """A setting was changed: what is put in from now on looks like this."""
        self._look: Look | None = None
        cell = CELL
        if self.small:
            cell = SMALL_CELL if self._model.dots else SMALL_IMPACT_CELL
        self.cell = (cell + self.spacing) * self.width
        """Of a letter."""

    def clear(self) -> None:
        """Throw away what is in it."""
        self._runs: list[list[str]] = []
        self._looks: list[Look] = []
        self._pictures: list[Dots] = []
        self._used = 0

    @property
    def empty(self) -> bool:
        """At the beginning of a line."""
        return not self._runs and not self._pictures

    @property
    def room(self) -> int:
        """The dots of a line."""
        room = self._dots - min(self.left, self._dots)
        return room if self.area is None else min(self.area, room)

    def put(self, text: bytes) -> int:
        """How many of the bytes fitted; of an empty line, one at least."""
        fits = (self.room - self._used) // self.cell
        if fits <= 0:
            if not self.empty:
                return 0
            fits = 1
        fitting = text[:fits]
        table = lettering.letters(self.encoding, self.country)
        self._add(lettering.read(fitting, table), self.cell * len(fitting))
        return len(fitting)

    def put_wide(self, pair: bytes) -> bool:
        """Whether there was room for a two-byte character, which is as wide as two letters."""
        if self._used + 2 * self.cell > self.room and not self.empty:
            return False
        self._add(lettering.read_wide(pair), 2 * self.cell)
        return True

    def put_picture(self, picture: Dots) -> None:
        """ESC *: it is printed when the line is."""
        if len(self._pictures) < MOST_PICTURES:
            self._pictures.append(picture)

    def tab(self) -> None:
        """On to the next tab stop, if there is one."""
        stop = next((tab for tab in self.tabs if tab > self._used), None)
        if stop is not None:
            self.move_to(stop)

    def move_to(self, dots: int) -> None:
        """On to the right, over spaces; a printer that goes back is not simulated."""
        spaces = (min(dots, self.room) - self._used) // self.cell
        if spaces > 0:
            self._add(" " * spaces, spaces * self.cell)

    @property
    def position(self) -> int:
        """Dots from the left."""
        return self._used

    def printed(self) -> list[OnPaper]:
        """What is on paper now; the line is empty again."""
        made: list[OnPaper] = list(self._pictures)
        if self._runs:
            runs = zip(self._runs, self._looks, strict=True)
            made.append(TextLine(tuple(Run("".join(t), look) for t, look in runs), self.align))
        self.clear()
        return made

    def _add(self, text: str, dots: int) -> None:
        self._used += dots
        if self._look is None:
            self._look = self._looks_now()
        if self._looks and self._looks[-1] == self._look:
            self._runs[-1].append(text)
        else:
            self._runs.append([text])
            self._looks.append(self._look)

    def _looks_now(self) -> Look:
        bold = self.bold or self.double_strike
        look = (self.width, self.height, bold, self.underline, self.inverse, self.red, self.small)
        return Look(*look)
