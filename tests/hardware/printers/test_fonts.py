"""Fonts of this machine, as they are read here and as FreeType reads them."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import ImageFont

from hardware.printers import fonts
from hardware.printers.fonts import FONTS, Font, font_for


@pytest.mark.parametrize("font", FONTS[:3], ids=lambda font: font.path.stem)
def test_the_tests_have_fonts_of_all_kinds(font: Font) -> None:
    assert font.path.exists(), "make fonts installs what is drawn with here"


@pytest.mark.parametrize("font", FONTS[:3], ids=lambda font: font.path.stem)
def test_a_font_has_what_freetype_finds_in_it(font: Font, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FONTS", (font,))
    font_for.cache_clear()
    wrong = differing(font, [*range(0x20, 0xD800), *range(0xF900, 0x20000)])
    font_for.cache_clear()
    assert not wrong


@pytest.mark.parametrize("font", FONTS[:2], ids=lambda font: font.path.stem)
def test_fonts_without_a_table_for_all_of_unicode_are_read_as_well(
    font: Font, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(font.path.read_bytes())
    directory = data.index(b"cmap")
    table = int.from_bytes(data[directory + 8 : directory + 12], "big")
    large = data.index(b"\x00\x0c\x00\x00", table)  # A subtable's form 12, and its reserved field.
    data[large + 1] = 99
    older = tmp_path / "older.ttf"
    older.write_bytes(data)
    monkeypatch.setattr(fonts, "FONTS", (Font(older, 20),))
    font_for.cache_clear()
    wrong = differing(font, range(0x20, 0xD800))
    beyond = font_for("\U0001f600")
    font_for.cache_clear()
    assert not wrong
    assert beyond is None


def differing(font: Font, codes: Sequence[int]) -> list[str]:
    """Of some of the code points, those of which FreeType thinks otherwise."""
    drawing = ImageFont.truetype(str(font.path), 40, layout_engine=ImageFont.Layout.BASIC)
    none = bytes(drawing.getmask("\U0010fffe"))
    chance = random.Random(7)  # noqa: S311 - not for secrets
    return [
        hex(code)
        for code in chance.sample(codes, 3_000)
        if (font_for(chr(code)) is not None) == (bytes(drawing.getmask(chr(code))) == none)
    ]


def test_without_fonts_nothing_can_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged.ttf"
    damaged.write_bytes(FONTS[0].path.read_bytes()[:300])
    noise = tmp_path / "noise.ttf"
    noise.write_bytes(random.Random(3).randbytes(5_000))  # noqa: S311 - not for secrets
    empty = tmp_path / "empty.ttf"
    empty.touch()
    there_not = tmp_path / "none.ttf"
    monkeypatch.setattr(
        fonts, "FONTS", tuple(Font(path, 20) for path in (damaged, noise, empty, there_not))
    )
    font_for.cache_clear()
    try:
        assert font_for("日") is None
        assert font_for("a") is None
    finally:
        font_for.cache_clear()
