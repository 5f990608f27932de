"""From the bytes of a picture to its rows."""

from collections.abc import Mapping
from typing import Final

from hardware.printers.printed import Align, Dots

_BITS: Final = tuple(
    bytes(ord("1") if byte >> bit & 1 else ord("0") for byte in range(256))
    for bit in range(7, -1, -1)
)
"""For each bit of a byte, the highest first: from a byte to the digit of that bit."""
_COLUMN_FORMS: Final[Mapping[int, tuple[int, int, int]]] = {
    0: (1, 2, 3),
    1: (1, 1, 3),
    32: (3, 2, 1),
    33: (3, 1, 1),
}
"""Of ESC *: bytes of a column, and how large a dot is on the paper, across and down."""
_ROWS, _COLUMNS = 112, 113
_STORED_HEAD: Final = 10
"""m, fn, a, bx, by, c, xL, xH, yL, yH."""

Shape = tuple[int, int, bytes]
"""Width, height, and the rows."""


class NoPicture(ValueError):
    """The parameters are those of none."""


def raster(parameters: bytes, data: bytes, dots: int, align: Align) -> Dots | None:
    """Of GS v 0, after whose name comes m xL xH yL yH, on paper of so many dots.

    None where nothing of it is on the paper. Raises NoPicture.
    """
    zero, mode = parameters[:2]
    scale = mode % 48
    if zero != ord("0") or scale not in range(4):
        raise NoPicture
    shape = _from_rows(data, parameters[2] + 256 * parameters[3], dots)
    return _picture(shape, align, 1 + (scale & 1), 1 + (scale >> 1))


def bit_image(parameters: bytes, data: bytes, dots: int, align: Align) -> Dots | None:
    """Of ESC * m nL nH. Raises NoPicture."""
    if parameters[0] not in _COLUMN_FORMS:
        raise NoPicture
    column_bytes, across, down = _COLUMN_FORMS[parameters[0]]
    return _picture(_from_columns(data, column_bytes, dots), align, across, down)


def stored(data: bytes, dots: int, align: Align) -> Dots | None:
    """Of GS ( L or GS 8 L that stored it: m fn a bx by c xL xH yL yH, and the dots.

    Raises NoPicture.
    """
    if len(data) < _STORED_HEAD or data[1] not in (_ROWS, _COLUMNS):
        raise NoPicture
    across, down = min(data[3], 2) or 1, min(data[4], 2) or 1
    width, height = data[6] + 256 * data[7], data[8] + 256 * data[9]
    if data[1] == _ROWS:
        kept, height, rows = _from_rows(data[_STORED_HEAD:], (width + 7) // 8, dots)
        shape = min(kept, width), height, rows
    else:
        shape = _from_columns(data[_STORED_HEAD:], (height + 7) // 8, dots)
    return _picture(shape, align, across, down)


def _from_rows(data: bytes, row_bytes: int, dots: int) -> Shape:
    """Without what is beyond the paper's edge."""
    if not row_bytes:
        return 0, 0, b""
    kept = min(row_bytes, (dots + 7) // 8)
    end = len(data) // row_bytes * row_bytes
    if kept == row_bytes:
        rows = data[:end]
    else:
        rows = b"".join(data[at : at + kept] for at in range(0, end, row_bytes))
    return min(kept * 8, dots), end // row_bytes, rows


def _from_columns(data: bytes, column_bytes: int, dots: int) -> Shape:
    """Each column comes from its top."""
    width = min(len(data) // column_bytes, dots) if column_bytes else 0
    if not width:
        return 0, 0, b""
    row_bytes = (width + 7) // 8
    rows = []
    for byte in range(column_bytes):
        of_columns = data[byte : width * column_bytes : column_bytes]
        for digits in _BITS:
            row = int(of_columns.translate(digits), 2) << row_bytes * 8 - width
            rows.append(row.to_bytes(row_bytes, "big"))
    return width, 8 * column_bytes, b"".join(rows)


def _picture(shape: Shape, align: Align, across: int, down: int) -> Dots | None:
    width, height, rows = shape
    return Dots(width, height, rows, align, across, down) if width and height else None
