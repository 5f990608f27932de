"""Slips of paper as an SVG picture: only shapes and letters, whatever was printed.

There is nothing in it that could run, be fetched, or be styled from outside: it may stand in a
page with a strict content security policy, or be a file of its own.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from hardware.printers.models import Model
from hardware.printers.printed import (
    LETTER_DOTS,
    Align,
    Dots,
    Ended,
    Feed,
    OnPaper,
    QrCode,
    Run,
    Slip,
    TextLine,
    dots_of,
)

COLUMN: Final = 12
"""How wide a letter is, in the picture's unit, which is about a dot."""
SMALL_COLUMN: Final = 9
BASELINE: Final = 19
MARGIN: Final = 18
BETWEEN: Final = 24
TOOTH: Final = 8
"""Of a torn edge."""

MOST_SHOWN: Final = 8
MOST_LINES: Final = 600
"""Of all slips in a picture; what is older is left out."""
MOST_STROKES: Final = 20_000
"""Of one drawn image; one that has more is shown as a grey field. A chit has some thousands."""
MOST_QR_BYTES: Final = 300
"""A code with more is shown as a grey field: drawing it would take long."""

FIRST_WIDE: Final = "\u2e80"
"""From here on are the characters of China, Japan and Korea."""
UNKNOWN: Final = "\ufffd"

PAPER, INK, RED, GREY = "#fdfcf7", "#1c1c1c", "#b3261e", "#d8d5cb"


def picture(slips: Sequence[Slip], model: Model) -> str:
    """The newest slips, the last one at the top, as they come out of a printer of that model."""
    width = model.dots or model.columns * COLUMN
    shown: list[str] = []
    top, lines = BETWEEN, 0
    for slip in list(reversed(slips))[:MOST_SHOWN]:
        lines += len(slip.printed)
        if shown and lines > MOST_LINES:
            break
        printed = slip.printed[:MOST_LINES]
        height = sum(map(dots_of, printed))
        paper = f'<path fill="{PAPER}" d="{_outline(width, height, slip.ended)}"/>'
        drawn = "".join(_drawn(printed, width))
        shown.append(f'<g transform="translate({MARGIN},{top})">{paper}{drawn}</g>')
        top += height + 2 * MARGIN + BETWEEN
    full = width + 4 * MARGIN
    title = f"What a {model.name} printed: {len(slips)} slips" if slips else "Nothing printed yet"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {full} {top}"'
        f' width="{full}" height="{top}" font-family="monospace" font-size="20">'
        f"<title>{_safe(title)}</title>{''.join(shown)}</svg>"
    )


def _outline(width: int, height: int, ended: Ended) -> str:
    """The paper: straight where it was cut, with teeth where it was torn, open where it hangs."""
    right, bottom = width + 2 * MARGIN, height + 2 * MARGIN
    teeth = "".join(
        f"L{x} {bottom - (TOOTH if number % 2 else 0)}"
        for number, x in enumerate(range(right, -1, -TOOTH))
    )
    edge = f"L{right} {bottom}" if ended == "not cut" else teeth
    return f"M0 0L{right} 0{edge}L0 {bottom}Z"


def _drawn(printed: Sequence[OnPaper], width: int) -> Iterator[str]:
    top = MARGIN
    for one in printed:
        match one:
            case TextLine():
                yield _text_line(one, top, width)
            case Dots():
                box = _Box(one.align, width, top, one.width * one.across, dots_of(one))
                yield box.with_strokes(_strokes(one.rows, one.width), one.across, one.down)
            case QrCode():
                side = dots_of(one)
                strokes, modules = _qr(one.data)
                box = _Box(one.align, width, top, side, side)
                yield box.with_strokes(strokes, side / modules, side / modules)
            case Feed():
                pass
        top += dots_of(one)


class _Box(NamedTuple):
    """Where an image is."""

    align: Align
    paper: int
    top: int
    width: int
    height: int

    def with_strokes(self, strokes: str, across: float, down: float) -> str:
        """The image; a grey field where there are no strokes."""
        left = _left(self.width, self.align, self.paper)
        if not strokes:
            size = f'width="{self.width}" height="{self.height}"'
            return f'<rect x="{left}" y="{self.top}" {size} fill="{GREY}"/>'
        scale = "" if across == down == 1 else f" scale({across:.4g},{down:.4g})"
        return (
            f'<path transform="translate({left},{self.top}){scale}" stroke="{INK}"'
            f' shape-rendering="crispEdges" d="{strokes}"/>'
        )


def _left(taken: int, align: Align, width: int) -> int:
    """Where something begins that is so wide."""
    rest = max(width - taken, 0)
    return MARGIN + {"left": 0, "center": rest // 2, "right": rest}[align]


def _column(run: Run) -> int:
    return (SMALL_COLUMN if run.look.small else COLUMN) * run.look.width


def _columns_of(letter: str) -> int:
    """A Chinese character, which is all that a code of two bytes prints, takes two."""
    return 2 if letter >= FIRST_WIDE and letter != UNKNOWN else 1


def _text_line(line: TextLine, top: int, width: int) -> str:
    lengths = [sum(map(_columns_of, run.text)) * _column(run) for run in line.runs]
    left = _left(sum(lengths), line.align, width)
    highest = max((run.look.height for run in line.runs), default=1)
    drawn = []
    for run, length in zip(line.runs, lengths, strict=True):
        # Letters of any height stand on one line.
        drawn.append(_run(run, left, top + (highest - run.look.height) * LETTER_DOTS, length))
        left += length
    return "".join(drawn)


def _run(run: Run, left: int, top: int, length: int) -> str:
    look = run.look
    high = LETTER_DOTS * look.height
    colour = RED if look.red else INK
    drawn = ""
    if look.inverse:
        drawn += f'<rect x="{left}" y="{top}" width="{length}" height="{high}" fill="{colour}"/>'
        colour = PAPER
    if look.underline:
        drawn += _bar(left, top + high - 2, length, colour)
    if not run.text.strip():
        return drawn
    more = ' font-weight="bold"' if look.bold else ""
    if not run.text.isascii():  # A printer puts the letters of any script from left to right.
        more += ' direction="ltr" unicode-bidi="bidi-override"'
    scale = "" if (look.width, look.height) == (1, 1) else f" scale({look.width},{look.height})"
    return drawn + (
        f'<text transform="translate({left},{top + BASELINE * look.height}){scale}" fill="{colour}"'
        f' textLength="{length // look.width}" lengthAdjust="spacingAndGlyphs"{more}'
        f">{_safe(run.text)}</text>"
    )


def _bar(left: int, top: int, length: int, colour: str) -> str:
    return f'<rect x="{left}" y="{top}" width="{length}" height="2" fill="{colour}"/>'


def _strokes(rows: bytes, width: int) -> str:
    """A line from left to right for each run of black dots; nothing where they are too many."""
    row_bytes = (width + 7) // 8
    strokes: list[str] = []
    for number, at in enumerate(range(0, len(rows), row_bytes)):
        row = rows[at : at + row_bytes]
        if any(row):
            digits = f"{int.from_bytes(row, 'big'):0{8 * row_bytes}b}"
            strokes += _strokes_of(digits[:width], number)
        if len(strokes) > MOST_STROKES:
            return ""
    return "".join(strokes) or "M0 0"


def _strokes_of(row: str, number: int) -> Iterator[str]:
    """Of a row as digits, a 1 for each black dot."""
    begin = row.find("1")
    while begin >= 0:
        end = row.find("0", begin)
        end = len(row) if end < 0 else end
        yield f"M{begin} {number}.5h{end - begin}"
        begin = row.find("1", end)


@lru_cache(maxsize=64)
def _qr(data: str) -> tuple[str, int]:
    """The strokes of a code, and how many modules it is wide; none where it holds too much."""
    import qrcode  # noqa: PLC0415 - only who prints needs it

    encoded = data.encode("utf-8", "replace")
    if len(encoded) > MOST_QR_BYTES:
        return "", 1
    code = qrcode.QRCode(border=0)
    code.add_data(encoded)
    matrix = code.get_matrix()
    strokes: list[str] = []
    for number, modules in enumerate(matrix):
        row = "".join("1" if dark else "0" for dark in modules)
        strokes += _strokes_of(row, number)
    return "".join(strokes), len(matrix)


def _safe(text: str) -> str:
    """As text of an XML document. A space keeps its width, and nothing has a meaning of its own."""
    shown = "".join(letter if letter.isprintable() else UNKNOWN for letter in text)
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        shown = shown.replace(plain, entity)
    return shown.replace(" ", "\xa0")
