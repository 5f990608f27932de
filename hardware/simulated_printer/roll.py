"""The roll of paper in a printer."""

from typing import Final

from hardware.printers.printed import LINE_DOTS

LOW: Final = 0.1
"""Of a roll, when it is low."""


class Roll:
    """It gets shorter, unless it has no end."""

    def __init__(self, lines: int | None) -> None:
        """A new one; None: without end."""
        self._length = None if lines is None else lines * LINE_DOTS
        self._left = self._length

    def use(self, dots: int) -> None:
        """So much came out of the printer."""
        if self._left is not None:
            self._left -= dots

    @property
    def low(self) -> bool:
        """Whether it is nearly over."""
        return self._left is not None and self._left <= LOW * (self._length or 0)

    @property
    def over(self) -> bool:
        """Whether there is nothing left of it."""
        return self._left is not None and self._left <= 0
