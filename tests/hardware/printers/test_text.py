"""What of a text from outside reaches a printer."""

import unicodedata

import pytest
from hypothesis import given

from hardware.printers import fonts
from hardware.printers.fonts import FONTS, font_for
from hardware.printers.models import Model, model_of, printable, prints_as_text
from hardware.printers.text import MOST_MARKS, cells
from tests.hardware.printers.chits import (
    ANYTHING,
    HOSTILE,
    KINDS,
    LONG,
    SCRIPTS,
    WITHOUT_GRAPHICS,
    model_ids,
    models,
    texts,
)

THERMAL = model_of("TM-T88V")
IMPACT = model_of("TM-U220")
PLAIN = model_of("plain")


@ANYTHING
@given(texts, models)
def test_nothing_unseen_is_left(text: str, model: Model) -> None:
    for character in printable(text, model):
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        assert character == " " or not character.isspace()
        assert not 0xFE00 <= ord(character) <= 0xFE0F


@ANYTHING
@given(texts, models)
def test_doing_it_twice_changes_nothing(text: str, model: Model) -> None:
    once = printable(text, model)
    assert printable(once, model) == once
    assert unicodedata.normalize("NFC", once) == once


@ANYTHING
@given(texts, models)
def test_what_cannot_be_drawn_is_in_a_code_page(text: str, model: Model) -> None:
    assert model.dots or prints_as_text(printable(text, model), model)


@ANYTHING
@given(texts)
def test_cells_are_columns_of_what_a_printer_without_graphics_prints(text: str) -> None:
    for model in WITHOUT_GRAPHICS:
        made = printable(text, model)
        assert cells(made) == len(made)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Burger\n\r\t\x0b\x0cFries", "Burger     Fries"),
        ("\x1b@\x1dV\x00x\x10\x04", "@Vx"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("zero\u200b\u200c\u200d\u2060\ufeffwidth", "zerowidth"),
        ("soft\xadhyphen", "softhyphen"),
        ("\ud83dx\udc00", "x"),
        ("a\xa0b\u2009c\u3000d\u2028e", "a b c d e"),
        ("cafe\u0301", "café"),
        ("plain ~", "plain ~"),
        ("\x7f\x80\x9b", ""),
    ],
)
def test_what_is_taken_away_and_what_becomes_a_space(text: str, made: str) -> None:
    assert printable(text, THERMAL) == printable(text, IMPACT) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("🔥 hot", ":fire: hot"),
        ("宫保鸡丁", "GongBaoJiDing"),
        ("カレーライス", "kareraisu"),
        ("شاورما", "shawrma"),
        ("Ķīļi", "Kili"),
        ("№ 5", "No 5"),
        ("\ue000\U0001fbff", "??"),
        ("a\u0332\u0301", "á"),
        ("q\u0332\u0301", "q"),
        ("\u0301", ""),
    ],
)
def test_what_a_printer_has_no_letters_for_is_spelled(text: str, made: str) -> None:
    assert printable(text, PLAIN) == made


def test_emoji_are_words_where_no_font_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FONTS", FONTS[:3])
    font_for.cache_clear()
    assert printable("🔥🌶", THERMAL) == ":fire::hot_pepper:"


def test_a_mark_does_not_move_to_the_letters_that_another_was_spelled_with() -> None:
    assert printable("\U0001fbff\u0301x\u0301", THERMAL) == "?x\u0301"
    assert printable("a\U0001fbff\u0301", IMPACT) == "a?"


def test_drawn_text_stays_as_it_was_written() -> None:
    for text in ("宫保鸡丁", "カレーライス", "شاورما", "חומוס", "Ķīļi"):
        assert printable(text, THERMAL) == text


def test_marks_are_not_piled_up() -> None:
    made = printable("q" + "\u0331" * 3_000, THERMAL)
    assert made == "q" + "\u0331" * MOST_MARKS
    assert cells(made) == 1


def test_columns_of_wide_letters_and_marks() -> None:
    assert cells("Burger") == 6
    assert cells("Ł€é") == 3
    assert cells("宫保") == 4
    assert cells("カレー") == 6
    assert cells("x\u0331y") == 2
    assert cells("שָׁלוֹם") == 4


@pytest.mark.parametrize("model", KINDS, ids=model_ids)
def test_ten_kilobytes_stay_about_that_long(model: Model) -> None:
    for text in (*HOSTILE, *LONG, *SCRIPTS):
        long = (text * 10_000)[:10_000]
        assert len(printable(long, model)) <= 25 * len(long)
