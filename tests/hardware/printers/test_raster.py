"""What is drawn, dot by dot, for letters that a printer has not."""

import pytest
from hypothesis import given, settings
from PIL import Image, ImageFont, ImageOps, features

from hardware.printers import raster
from hardware.printers.fonts import FONTS, Font
from hardware.printers.models import model_of, printable, style_on
from hardware.printers.paper import Line, Style
from hardware.printers.raster import COLUMN, HEIGHT, draw
from hardware.printers.text import cells
from tests.hardware.printers.chits import ANYTHING, lines

MODEL = model_of("TM-T20III")
COLUMNS, DOTS = MODEL.columns, MODEL.dots
NORMAL = Style()


def drawn(text: str, style: Style = NORMAL) -> Image.Image:
    (picture,) = draw([(text, style)], "left", COLUMNS, DOTS)
    return picture


def columns(picture: Image.Image, first: int, last: int) -> bytes:
    """The dots of some columns of letters, of a line of normal height."""
    return picture.crop((first * COLUMN, 0, last * COLUMN, picture.height)).tobytes()


def ink(picture: Image.Image) -> int:
    return picture.convert("L").histogram()[0]


def test_raqm_is_there_to_join_arabic() -> None:
    assert features.check("raqm"), "make fonts installs what is drawn with here"


def test_each_letter_is_in_its_columns() -> None:
    line = drawn("2 宫a保")
    assert line.width == -(-7 * COLUMN // 8) * 8
    assert columns(line, 0, 1) == columns(drawn("2"), 0, 1)
    assert columns(line, 2, 4) == columns(drawn("宫"), 0, 2)
    assert columns(line, 4, 5) == columns(drawn("a"), 0, 1)
    assert columns(line, 5, 7) == columns(drawn("保"), 0, 2)
    assert ink(line.crop((COLUMN, 0, 2 * COLUMN, HEIGHT))) == 0


def test_different_letters_look_different() -> None:
    looks = {drawn(letter).tobytes() for letter in "宫保鸡丁カレアאבع"}
    assert len(looks) == 10


def test_letters_are_of_the_size_that_was_asked_for() -> None:
    small = drawn("宫")
    for width in range(1, 9):
        for height in range(1, 9):
            picture = drawn("宫", Style(width, height))
            assert picture.width == -(-2 * width * COLUMN // 8) * 8
            assert picture.height == max(30, height * HEIGHT)
            growth = ink(picture) / ink(small)
            assert 0.7 * width * height < growth < 1.5 * width * height


def test_bold_has_more_ink_and_inverse_is_the_opposite() -> None:
    plain = drawn("宫保")
    assert ink(plain) < ink(drawn("宫保", Style(bold=True))) < 2 * ink(plain)
    box = (0, 0, 4 * COLUMN, HEIGHT)
    inverse = drawn("宫保", Style(inverse=True)).crop(box)
    assert ink(inverse) == 4 * COLUMN * HEIGHT - ink(plain.crop(box))


def test_only_what_is_inverse_is_inverted() -> None:
    (line,) = draw([("宫", NORMAL), ("保", Style(inverse=True))], "left", COLUMNS, DOTS)
    assert columns(line, 0, 2) == columns(drawn("宫"), 0, 2)
    assert columns(line, 2, 4) == columns(drawn("保", Style(inverse=True)), 0, 2)


def test_letters_of_different_heights_stand_on_one_line() -> None:
    (line,) = draw([("日", Style(1, 3)), ("日", NORMAL)], "left", COLUMNS, DOTS)
    small = line.crop((2 * COLUMN, 2 * HEIGHT, 4 * COLUMN, 3 * HEIGHT))
    assert small.tobytes() == drawn("日").crop((0, 0, 2 * COLUMN, HEIGHT)).tobytes()


def test_a_line_is_where_it_is_aligned() -> None:
    (left,) = draw([("宫", NORMAL)], "left", COLUMNS, DOTS)
    (middle,) = draw([("宫", NORMAL)], "center", COLUMNS, DOTS)
    (right,) = draw([("宫", NORMAL)], "right", COLUMNS, DOTS)
    assert right.width == DOTS
    moved = (DOTS - 2 * COLUMN) // 2
    for picture, start in ((left, 0), (middle, moved), (right, DOTS - 2 * COLUMN)):
        there = picture.crop((start, 0, start + 2 * COLUMN, picture.height))
        assert there.tobytes() == left.crop((0, 0, 2 * COLUMN, left.height)).tobytes()
        assert ink(there) == ink(picture)


def test_a_line_that_is_too_long_goes_on_below() -> None:
    rows = list(draw([("宫保" * 40, NORMAL)], "left", COLUMNS, DOTS))
    assert [row.width for row in rows] == [DOTS, DOTS, DOTS, -(-16 * COLUMN // 8) * 8]
    assert columns(rows[3], 12, 16) == columns(drawn("宫保"), 0, 4)


def test_marks_are_on_their_letter() -> None:
    both, bare = drawn("x\u0331y"), drawn("xy")
    assert columns(both, 1, 2) == columns(bare, 1, 2)
    below = (0, HEIGHT - 5, COLUMN, HEIGHT)
    assert ink(both.crop(below)) > ink(bare.crop(below)) == 0


def test_arabic_is_joined_and_begins_at_the_right() -> None:
    word = drawn("شاي")
    alone = [drawn(letter) for letter in "شاي"]
    assert columns(word, 2, 3) != columns(alone[0], 0, 1), "a letter that is joined looks otherwise"
    assert word.tobytes() != drawn("ياش").tobytes()
    apart = drawn("ا ب")
    assert columns(apart, 2, 3) == columns(drawn("ا"), 0, 1)
    assert columns(apart, 0, 1) == columns(drawn("ب"), 0, 1)


def test_a_line_from_left_to_right_keeps_its_order_around_hebrew() -> None:
    line = drawn("2 אב x")
    assert columns(line, 0, 1) == columns(drawn("2"), 0, 1)
    assert columns(line, 5, 6) == columns(drawn("x"), 0, 1)
    assert columns(line, 2, 4) == columns(drawn("אב"), 0, 2)
    first, word = _ink_of(drawn("א ")), _ink_of(drawn("א ב"))
    right = word.width - first.width
    assert word.crop((right, 0, word.width, first.height)).tobytes() == first.tobytes()


def test_hebrew_begins_at_the_right_end_of_its_columns() -> None:
    word = drawn("ו ו ו ו ו ו")  # Narrow letters: they leave room.
    box = ImageOps.invert(word.crop((0, 0, 11 * COLUMN, word.height))).getbbox()
    assert box is not None
    assert box[2] >= 11 * COLUMN - 2
    assert box[0] > 5


def _ink_of(picture: Image.Image) -> Image.Image:
    """What is not empty of its width."""
    box = ImageOps.invert(picture).getbbox()
    assert box is not None
    return picture.crop((box[0], 0, box[2], picture.height))


def test_numbers_after_hebrew_are_left_of_it_and_read_as_they_are() -> None:
    assert columns(drawn("אב 12"), 0, 2) == columns(drawn("12"), 0, 2)
    assert columns(drawn("12 אב"), 0, 2) == columns(drawn("12"), 0, 2)


def test_without_raqm_words_are_turned_and_numbers_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda _feature: False)
    monkeypatch.setattr(raster, "_opened", _without_raqm)
    assert columns(drawn("حد12"), 0, 2) == columns(drawn("12"), 0, 2)
    assert columns(drawn("ا  ي"), 3, 4) == columns(drawn("ا"), 0, 1)


def _without_raqm(font: Font, height: int) -> ImageFont.FreeTypeFont:
    size, engine = font.em * height, ImageFont.Layout.BASIC
    return ImageFont.truetype(str(font.path), size, layout_engine=engine)


@pytest.mark.parametrize("command", [b"\x10\x04", b"\x10\x05", b"\x10\x14"])
def test_dots_are_never_a_command(command: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    dots = (command * 24 * 30)[: 6 * 30]
    fatal = Image.frombytes("1", (48, 30), dots)
    monkeypatch.setattr(raster, "_row", lambda _letters: fatal)
    (picture,) = draw([("宫保", NORMAL)], "left", COLUMNS, DOTS)
    sent = bytes(255 - byte for byte in picture.tobytes())
    assert command not in sent
    differing = sum((a ^ b).bit_count() for a, b in zip(sent, dots, strict=True))
    assert differing == dots.count(command)
    assert all(a | b == a for a, b in zip(sent, dots, strict=True)), "dots are added alone"


@settings(ANYTHING, max_examples=60)
@given(lines)
def test_whatever_is_drawn_fits_the_paper(line: Line) -> None:
    spans = [(printable(text, MODEL), style_on(style, MODEL)) for text, style in line.spans]
    pictures = list(draw(spans, line.align, COLUMNS, DOTS))
    wanted = sum(cells(text) * style.width for text, style in spans)
    assert all(0 < picture.width <= DOTS and picture.width % 8 == 0 for picture in pictures)
    assert all(30 <= picture.height <= 8 * HEIGHT for picture in pictures)
    assert len(pictures) >= -(-wanted // COLUMNS)


def test_the_fonts_that_are_looked_for_are_of_debian() -> None:
    assert len({font.path for font in FONTS}) == len(FONTS)
    assert all(font.path.is_absolute() for font in FONTS)
