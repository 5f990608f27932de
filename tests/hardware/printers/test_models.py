"""What each model can do, and how it is named."""

import pytest

from hardware.printers.models import (
    MODELS,
    PLAIN_PRINTER,
    Model,
    UnknownModel,
    characters_of,
    model_of,
    style_on,
)
from hardware.printers.paper import PLAIN, Style
from hardware.printers.text import cells
from tests.hardware.printers.chits import ALL_MODELS, WITH_GRAPHICS, model_ids
from tests.hardware.printers.emupos_reading import (
    NAMES_OF_CODE_PAGES,
    code_pages_of_a_tm_t20iii,
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TM-T20III", "TM-T20III"),
        ("epson tm-t88v", "TM-T88V"),
        ("tm_u220b", "TM-U220B"),
        ("TM-T88VII", "TM-T88VII"),
        ("EPSON TM L90", "TM-L90"),
        ("t88iv", "TM-T88IV"),
        ("Plain", "plain"),
    ],
)
def test_a_model_is_found_as_an_installer_writes_it(written: str, meant: str) -> None:
    assert model_of(written).name == meant


@pytest.mark.parametrize("name", MODELS)
def test_each_model_is_found_by_its_own_name(name: str) -> None:
    assert model_of(name) is MODELS[name]


def test_no_model_is_the_plain_one() -> None:
    assert model_of(None) is PLAIN_PRINTER


@pytest.mark.parametrize("name", ["", "TM", "epson", "TM-T8", "TM-T88VIII", "SP700", "tm-\x1b[2J"])
def test_an_unknown_model_is_told_which_there_are(name: str) -> None:
    with pytest.raises(UnknownModel) as told:
        model_of(name)
    assert all(known in str(told.value) for known in MODELS)
    assert repr(name) in str(told.value)


@pytest.mark.parametrize("model", ALL_MODELS, ids=model_ids)
def test_code_pages_have_the_numbers_of_the_makers_reference(model: Model) -> None:
    for page, number in model.code_pages.items():
        assert NAMES_OF_CODE_PAGES[number].lstrip("W").replace("PC", "cp") == page
    assert next(iter(model.code_pages)) == "cp437"


def test_the_reference_and_emupos_agree_on_the_numbers() -> None:
    theirs = dict(code_pages_of_a_tm_t20iii())
    ours = {"0", *map(str, NAMES_OF_CODE_PAGES)}
    shared = {number for number in theirs if str(number) in ours}
    assert len(shared) >= 9
    assert {NAMES_OF_CODE_PAGES[number] for number in shared} == {
        theirs[number] for number in shared
    }


@pytest.mark.parametrize("model", ALL_MODELS, ids=model_ids)
def test_all_code_pages_have_ascii_and_letters_of_one_column(model: Model) -> None:
    for page in model.code_pages:
        has = characters_of(page)
        assert set(map(chr, range(0x20, 0x7F))) <= has
        assert all(cells(character) == 1 for character in has)
        assert all(len(character.encode(page)) == 1 for character in has)
        assert all(character.encode(page)[0] >= 0x20 for character in has)


@pytest.mark.parametrize("model", WITH_GRAPHICS, ids=model_ids)
def test_pictures_of_a_whole_line_fit(model: Model) -> None:
    assert model.columns * 12 <= model.dots
    assert model.dots % 8 == 0


def test_only_printers_with_a_ribbon_print_red() -> None:
    assert {name for name, model in MODELS.items() if model.red} == {
        name for name in MODELS if name.startswith("TM-U")
    }


def test_red_is_inverse_where_there_is_one_colour_and_the_other_way_round() -> None:
    thermal, impact = model_of("TM-T88V"), model_of("TM-U220")
    for warning in (Style(red=True), Style(inverse=True), Style(red=True, inverse=True)):
        assert style_on(warning, thermal) == Style(inverse=True)
        assert style_on(warning, impact) == Style(red=True)
    assert style_on(PLAIN, thermal) == style_on(PLAIN, impact) == PLAIN
    assert style_on(Style(bold=True), impact) == Style(bold=True)


def test_a_printer_with_both_has_them_as_they_are_asked_for() -> None:
    both = Model("both", 42, 0, {"cp437": 0}, "never", red=True, inverse=True)
    neither = Model("neither", 42, 0, {"cp437": 0}, "never", red=False, inverse=False)
    for style in (Style(red=True), Style(inverse=True), Style(red=True, inverse=True)):
        assert style_on(style, both) == style
        assert style_on(style, neither) == PLAIN


def test_sizes_are_what_the_model_has() -> None:
    huge = Style(width=3, height=9)
    assert style_on(huge, model_of("TM-T20III")) == Style(width=3, height=8)
    assert style_on(huge, model_of("TM-U220D")) == Style(width=2, height=2)
    assert style_on(Style(width=0, height=-1), PLAIN_PRINTER) == PLAIN


def test_what_tears_its_paper_off_has_no_knife() -> None:
    assert {name for name, model in MODELS.items() if not model.cutter} == {"TM-U220D"}
