"""The commands that set how a printer prints what comes after them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hardware.printers.interpreter.lettering import COUNTRIES
from hardware.printers.interpreter.line_buffer import LineBuffer
from hardware.printers.models import Model
from hardware.printers.printed import LINE_DOTS, Align

MOST_TIMES: Final = 8
"""As wide or as high as a plain letter."""
_ALIGNS: Final[Sequence[Align]] = ("left", "center", "right")

Setting = Callable[[LineBuffer, Model, bytes], bool]
"""From the line, the model, and the parameters and data of the command: whether that model has
it. What is out of its range sets nothing, as in a printer."""


def _mode(line: LineBuffer, _model: Model, given: bytes) -> bool:
    """ESC ! n: all of it at once."""
    n = given[0]
    line.small = bool(n & 0x01)
    line.bold = bool(n & 0x08)
    line.height = 2 if n & 0x10 else 1
    line.width = 2 if n & 0x20 else 1
    line.underline = bool(n & 0x80)
    return True


def _size(line: LineBuffer, _model: Model, given: bytes) -> bool:
    """GS ! n: times as wide in the upper half of the byte, times as high in the lower."""
    wide, high = divmod(given[0], 16)
    if max(wide, high) < MOST_TIMES:
        line.width, line.height = wide + 1, high + 1
    return True


def _bold(line: LineBuffer, _model: Model, given: bytes) -> bool:
    line.bold = bool(given[0] & 1)
    return True


def _double_strike(line: LineBuffer, _model: Model, given: bytes) -> bool:
    line.double_strike = bool(given[0] & 1)
    return True


def _underline(line: LineBuffer, _model: Model, given: bytes) -> bool:
    if given[0] in (0, 1, 2, 48, 49, 50):
        line.underline = given[0] % 48 > 0
    return True


def _inverse(line: LineBuffer, model: Model, given: bytes) -> bool:
    line.inverse = model.inverse and bool(given[0] & 1)
    return model.inverse


def _red(line: LineBuffer, model: Model, given: bytes) -> bool:
    if model.red and given[0] in (0, 1, 48, 49):
        line.red = given[0] % 48 == 1
    return model.red


def _font(line: LineBuffer, _model: Model, given: bytes) -> bool:
    if given[0] in (0, 1, 48, 49):
        line.small = given[0] % 48 == 1
    return True


def _align(line: LineBuffer, _model: Model, given: bytes) -> bool:
    """ESC a n: at the beginning of a line only."""
    if given[0] in (0, 1, 2, 48, 49, 50) and line.empty:
        line.align = _ALIGNS[given[0] % 48]
    return True


def _code_page(line: LineBuffer, model: Model, given: bytes) -> bool:
    found = [page for page, number in model.code_pages.items() if number == given[0]]
    if found:
        line.encoding = found[0]
    return bool(found)


def _country(line: LineBuffer, _model: Model, given: bytes) -> bool:
    if given[0] < COUNTRIES:
        line.country = given[0]
    return True


def _spacing(line: LineBuffer, _model: Model, given: bytes) -> bool:
    line.spacing = given[0]
    return True


def _plain_lines(line: LineBuffer, _model: Model, _given: bytes) -> bool:
    line.line_dots = LINE_DOTS
    return True


def _line_dots(line: LineBuffer, _model: Model, given: bytes) -> bool:
    line.line_dots = given[0]
    return True


def _left(line: LineBuffer, _model: Model, given: bytes) -> bool:
    if line.empty:
        line.left = int.from_bytes(given, "little")
    return True


def _area(line: LineBuffer, _model: Model, given: bytes) -> bool:
    if line.empty:
        line.area = int.from_bytes(given, "little")
    return True


def _tabs(line: LineBuffer, _model: Model, given: bytes) -> bool:
    """ESC D: columns, as long as each is further to the right than the last."""
    tabs: list[int] = []
    for column in given:
        if (tabs and column * line.cell <= tabs[-1]) or not column:
            break
        tabs.append(column * line.cell)
    line.tabs = tuple(tabs)
    return True


def _position(line: LineBuffer, _model: Model, given: bytes) -> bool:
    line.move_to(int.from_bytes(given, "little"))
    return True


def _further(line: LineBuffer, _model: Model, given: bytes) -> bool:
    line.move_to(line.position + int.from_bytes(given, "little", signed=True))
    return True


SETTINGS: Final[Mapping[str, Setting]] = {
    "ESC !": _mode,
    "GS !": _size,
    "ESC E": _bold,
    "ESC G": _double_strike,
    "ESC -": _underline,
    "GS B": _inverse,
    "ESC r": _red,
    "ESC M": _font,
    "ESC a": _align,
    "ESC t": _code_page,
    "ESC R": _country,
    "ESC  ": _spacing,
    "ESC 2": _plain_lines,
    "ESC 3": _line_dots,
    "GS L": _left,
    "GS W": _area,
    "ESC D": _tabs,
    "ESC $": _position,
    "ESC \\": _further,
}
