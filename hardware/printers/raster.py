"""From text that a printer has no letters for to dots: Pillow draws, with fonts of this machine.

Letters are drawn on the grid of the printer's own, 12 by 24 dots times their size, so that columns
stay below each other: a Chinese character in two of them, one with its marks in one. Arabic and
Hebrew are drawn joined and from right to left, within the columns that they take in the line.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps, features

from hardware.printers.fonts import Font, font_for
from hardware.printers.paper import Align, Style
from hardware.printers.text import cells, is_mark, is_right_to_left

COLUMN: Final = 12
HEIGHT: Final = 24
"""Dots of a printer's normal letter."""
_BASELINE: Final = 19
_LINE: Final = 30
"""Dots from line to line, where letters are not higher."""
_INK: Final = 255
_SHARP: Final = [_INK if grey > _INK // 3 else 0 for grey in range(256)]


class _Letter(NamedTuple):
    """A character with the marks on it."""

    text: str
    style: Style

    @property
    def width(self) -> int:
        """In dots."""
        return cells(self.text) * COLUMN * self.style.width


def draw(
    spans: Sequence[tuple[str, Style]], align: Align, columns: int, dots: int
) -> Iterator[Image.Image]:
    """The line as pictures of 1 bit, dark on light, each as wide as it has to be.

    There are several where the text needs more than the columns.
    """
    for row in _rows(_letters(spans), columns * COLUMN):
        yield _aligned(_row(row), align, dots)


def _letters(spans: Sequence[tuple[str, Style]]) -> list[_Letter]:
    letters: list[_Letter] = []
    for text, style in spans:
        begun = len(letters)
        for character in text:
            if is_mark(character) and len(letters) > begun:
                letters[-1] = _Letter(letters[-1].text + character, style)
            else:
                letters.append(_Letter(character, style))
    return letters


def _rows(letters: Sequence[_Letter], width: int) -> Iterator[list[_Letter]]:
    row: list[_Letter] = []
    used = 0
    for letter in letters:
        if row and used + letter.width > width:
            yield row
            row, used = [], 0
        row.append(letter)
        used += letter.width
    if row:
        yield row


def _aligned(row: Image.Image, align: Align, dots: int) -> Image.Image:
    left = {"left": 0, "center": (dots - row.width) // 2, "right": dots - row.width}[align]
    width = min(dots, -(-(max(left, 0) + row.width) // 8) * 8)
    page = Image.new("1", (width, row.height))
    page.paste(row, (max(left, 0), 0))
    return ImageOps.invert(_without_commands(page))


def _without_commands(page: Image.Image) -> Image.Image:
    """The same with a dot more where its bytes would be one of the commands DLE EOT, ENQ, DC4.

    A printer obeys these wherever they come, within pictures too, as the reference of DLE DC4 has
    it, and one of them switches it off.
    """
    dots = page.tobytes()
    for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"):
        dots = dots.replace(command, b"\x30" + command[1:])
    return Image.frombytes("1", page.size, dots)


def _row(letters: Sequence[_Letter]) -> Image.Image:
    """The letters side by side on one base line."""
    highest = max(letter.style.height for letter in letters)
    width = sum(letter.width for letter in letters)
    row = Image.new("1", (width, max(_LINE, HEIGHT * highest)))
    bottom = HEIGHT * highest
    left = 0
    for piece, turned in _pieces(letters):
        drawn = _piece(piece, turned=turned)
        row.paste(drawn, (left, bottom - drawn.height))
        left += drawn.width
    return row


def _pieces(letters: Sequence[_Letter]) -> Iterator[tuple[list[_Letter], bool]]:
    """Letters of one look, from left to right as they are read, and whether they are turned."""
    for part, turned in _directions(letters):
        looks = [list(each) for _look, each in groupby(part, _look)]
        yield from ((each, turned) for each in (reversed(looks) if turned else looks))


def _look(letter: _Letter) -> tuple[Font | None, Style]:
    return font_for(letter.text), letter.style


def _directions(letters: Sequence[_Letter]) -> Iterator[tuple[Sequence[_Letter], bool]]:
    """The parts that are read from left to right, and the other ones, as lines begin at the left.

    As the Unicode bidirectional algorithm has it for a paragraph from left to right: a part from
    right to left begins with a letter of such a script, and reaches to the last one, or to the
    last digit, before a letter of another.
    """
    begun = 0
    index = 0
    while index < len(letters):
        if not is_right_to_left(letters[index].text[0]):
            index += 1
            continue
        end = _end_of_turned(letters, index)
        if begun < index:
            yield letters[begun:index], False
        yield letters[index:end], True
        begun = index = end
    if begun < len(letters):
        yield letters[begun:], False


def _end_of_turned(letters: Sequence[_Letter], begin: int) -> int:
    end = begin + 1
    for index in range(begin + 1, len(letters)):
        kind = unicodedata.bidirectional(letters[index].text[0])
        if kind == "L":
            break
        if kind in ("R", "AL", "AN", "EN") or (kind == "ET" and index == end):
            end = index + 1
    return end


def _piece(letters: Sequence[_Letter], *, turned: bool) -> Image.Image:
    """Letters of one look on their columns, as high as they are asked to be."""
    font, style = _look(letters[0])
    size = (sum(letter.width for letter in letters), HEIGHT * style.height)
    piece = Image.new("1", size)
    if font is not None and turned:
        piece = _shaped("".join(letter.text for letter in letters), font, style, size)
    elif font is not None:
        left = 0
        for letter in letters:
            if letter.text != " ":
                piece.paste(_shape(letter.text, font, style, (letter.width, size[1])), (left, 0))
            left += letter.width
    if style.bold:
        piece = ImageChops.logical_or(piece, _moved(piece))
    return ImageOps.invert(piece) if style.inverse else piece


def _moved(piece: Image.Image) -> Image.Image:
    """A dot to the right."""
    moved = Image.new("1", piece.size)
    moved.paste(piece, (1, 0))
    return moved


@lru_cache(maxsize=1024)  # Of 5 KB each where letters are three times as large.
def _shape(text: str, font: Font, style: Style, size: tuple[int, int]) -> Image.Image:
    """A letter in the middle of its columns."""
    drawn = _text(text, font, style, size, direction="ltr")
    shape = Image.new("1", size)
    shape.paste(drawn, ((size[0] - drawn.width) // 2, 0))
    return shape


@lru_cache(maxsize=64)
def _shaped(text: str, font: Font, style: Style, size: tuple[int, int]) -> Image.Image:
    """Joined letters, at the right end of their columns, where they begin."""
    if not features.check("raqm"):
        text = _turned(text)
    drawn = _text(text, font, style, size, direction="rtl")
    shape = Image.new("1", size)
    shape.paste(drawn, (size[0] - drawn.width, 0))
    return shape


def _turned(text: str) -> str:
    """From right to left without Raqm, which joins letters as well; numbers stay as they are."""
    return "".join(
        part if part.isdigit() else part[::-1] for part in reversed(re.split(r"(\d+)", text))
    )


def _text(
    text: str, font: Font, style: Style, size: tuple[int, int], *, direction: str
) -> Image.Image:
    """As wide as it is, and not wider than its columns."""
    drawing = _opened(font, style.height)
    way = direction if features.check("raqm") else None
    length = max(1, round(drawing.getlength(text, direction=way)))
    natural = Image.new("1", (length, size[1]))
    ImageDraw.Draw(natural).text(
        (0, _BASELINE * style.height), text, fill=_INK, font=drawing, anchor="ls", direction=way
    )
    if direction == "ltr" and len(text) > 1:
        natural = _folded(natural, round(drawing.getlength(text[0])))
        length = natural.width
    width = min(size[0], max(1, round(length * style.width / style.height)))
    if length - style.width <= width <= length:  # What is cut off there is the space between.
        return natural.crop((0, 0, width, size[1]))
    smooth = natural.convert("L").resize((width, size[1]), Image.Resampling.BOX)
    return smooth.point(_SHARP, mode="1")


def _folded(picture: Image.Image, width: int) -> Image.Image:
    """One letter of what has its marks beside it, as fonts of one width have them."""
    if not 0 < width <= picture.width // 2:
        return picture
    folded = Image.new("1", (width, picture.height))
    for left in range(0, picture.width, width):
        part = picture.crop((left, 0, left + width, picture.height))
        folded = ImageChops.logical_or(folded, part)
    return folded


@lru_cache(maxsize=64)
def _opened(font: Font, height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font.path), font.em * height)
