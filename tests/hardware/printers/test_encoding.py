"""What the bytes come to, as an interpreter of others reads them."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

import pytest
from hypothesis import given
from PIL import Image

from hardware.printers import fonts
from hardware.printers.encoding import LARGEST_QR, TORN_OFF, encode
from hardware.printers.models import (
    Model,
    model_of,
    printable,
    prints_as_text,
    style_on,
)
from hardware.printers.paper import (
    Align,
    Beep,
    Cut,
    Document,
    Element,
    Line,
    Qr,
    Rule,
    Span,
    Style,
)
from hardware.printers.raster import draw
from tests.hardware.printers.chits import (
    ALL_MODELS,
    ANYTHING,
    HOSTILE,
    KINDS,
    LONG,
    SCRIPTS,
    WITH_GRAPHICS,
    documents,
    lines,
    model_ids,
    models,
)
from tests.hardware.printers.emupos_reading import Run, read, tokens

INTERNATIONAL = b"\x1bR\x00"
BUZZER = b"\x1b(A\x05\x00ad\x02\x02\x01"
OBEYED_ANYWHERE = (b"\x10\x04", b"\x10\x05", b"\x10\x14")
"""DLE EOT, DLE ENQ and DLE DC4."""

of_all_models = pytest.mark.parametrize("model", ALL_MODELS, ids=model_ids)
of_models_with_graphics = pytest.mark.parametrize("model", WITH_GRAPHICS, ids=model_ids)

CHIT: Document = (
    Line((Span("Table 7", Style(2, 2, bold=True)),), "center"),
    Line((Span("2 x "), Span("Crème brûlée", Style(bold=True)))),
    Line((Span("   no sugar"),)),
    Rule("="),
    Line((Span("NUTS", Style(red=True)),), "right"),
    Line((Span("VOID", Style(1, 2, inverse=True)),)),
    Line(),
    Line((Span("9 €"),)),
    Cut(),
)


OnlyFonts = Callable[[list[tuple[int, int]]], None]


@pytest.fixture
def only_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[OnlyFonts]:
    """Have the fonts of this machine lack all but these code points."""

    def have(ranges: list[tuple[int, int]]) -> None:
        monkeypatch.setattr(fonts, "_ranges", lambda _path: ranges)
        fonts.font_for.cache_clear()

    yield have
    fonts.font_for.cache_clear()


@of_all_models
def test_a_chit_is_read_as_it_was_written(model: Model) -> None:
    (slip,) = read(encode(CHIT, model), model).slips
    euro = "9 €" if model.name not in ("plain", "TM-U230") else "9 EUR"
    assert slip.lines == [
        "Table 7",
        "2 x Crème brûlée",
        "   no sugar",
        "=" * model.columns,
        "NUTS",
        "VOID",
        "",
        euro,
    ]


@of_all_models
def test_styles_are_what_the_model_has(model: Model) -> None:
    runs = {run.text.strip(): run for run in read(encode(CHIT, model), model).runs}
    assert _look(runs["Table 7"]) == Style(2, 2, bold=True)
    assert runs["Table 7"].align == "center"
    assert _look(runs["2 x"]) == Style()
    assert runs["2 x"].align == "left"
    assert _look(runs["Crème brûlée"]) == Style(bold=True)
    assert _look(runs["NUTS"]) == style_on(Style(red=True), model)
    assert runs["NUTS"].align == "right"
    assert _look(runs["VOID"]) == style_on(Style(1, 2, inverse=True), model)
    assert _look(runs["no sugar"]) == Style()


def _look(run: Run) -> Style:
    return Style(run.width, run.height, run.bold, run.reverse, run.red)


@of_models_with_graphics
def test_with_a_font_that_lacks_plain_letters_nothing_is_drawn(
    model: Model, only_fonts: OnlyFonts
) -> None:
    only_fonts([(0x3400, 0x9FFF)])
    (slip,) = read(encode([Line((Span("2 x 宫保"),))], model), model).slips
    assert slip.lines == ["2 x GongBao"]


@of_models_with_graphics
def test_a_letter_of_the_printer_that_no_font_has_is_spelled_in_a_drawn_line(
    model: Model, only_fonts: OnlyFonts
) -> None:
    only_fonts([(0x20, 0x7E), (0x3400, 0x9FFF)])
    line, spelled = (Line((Span(text),)) for text in ("Crème 宫", "Creme 宫"))
    assert encode([line], model) == encode([spelled], model)
    assert b"\x1dv0" in encode([line], model)


@pytest.mark.parametrize("model", WITH_GRAPHICS, ids=model_ids)
def test_thermal_printers_have_all_sizes(model: Model) -> None:
    sizes = [(width, height) for width in range(1, 9) for height in range(1, 9)]
    document = [Line((Span("x", Style(*size)),)) for size in sizes]
    runs = read(encode(document, model), model).runs
    assert [(run.width, run.height) for run in runs] == sizes


@of_all_models
def test_bold_outlives_a_change_of_size(model: Model) -> None:
    line = Line(
        tuple(Span(f"{size}", Style(*size, bold=True)) for size in ((1, 1), (2, 2), (2, 1), (1, 1)))
    )
    looks = [_look(run) for run in read(encode([line], model), model).runs]
    assert [look.bold for look in looks] == [True] * 4
    assert [(look.width, look.height) for look in looks] == [(1, 1), (2, 2), (2, 1), (1, 1)]


def test_a_line_with_something_red_in_it_is_red_from_its_beginning_to_its_end() -> None:
    model = model_of("TM-U220B")
    line = Line((Span("2 x Satay "), Span("NUTS", Style(red=True)), Span(" hot")))
    document = [Line((Span("before"),)), line, Line((Span("after"),))]
    runs = read(encode(document, model), model).runs
    assert [(run.text, run.red) for run in _joined(runs)] == [
        ("before", False),
        ("2 x Satay NUTS hot", True),
        ("after", False),
    ]
    for command in (b"\x1br\x01", b"\x1br\x00"):
        assert encode(document, model).split(command)[0].endswith(b"\n")


def _joined(runs: Iterable[Run]) -> list[Run]:
    """Text of one look as one run, whatever the code pages."""
    made = []
    for look, each in groupby(runs, lambda run: run._replace(text="", page="")):
        made.append(look._replace(text="".join(run.text for run in each)))
    return made


@pytest.mark.parametrize("model", KINDS, ids=model_ids)
@pytest.mark.parametrize("text", SCRIPTS)
def test_each_script_comes_out_as_text_or_as_a_picture(text: str, model: Model) -> None:
    (slip,) = read(encode([Line((Span(text),)), Line((Span("next"),))], model), model).slips
    assert slip.lines[-1] == "next"
    if prints_as_text(printable(text, model), model):
        assert slip.lines[0] == printable(text, model)
    else:
        assert slip.lines[0].startswith("[image ")


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("Crème brûlée", ["PC437"]),
        ("Crème brûlée 9 €", ["PC437", "PC858"]),
        ("Борщ и Щи", ["PC866"]),
        ("Żurek, Łosoś", ["PC852"]),
        ("Crème, Борщ, Łosoś, Crème", ["PC437", "PC866", "PC852", "PC437"]),
        ("Σαλάτα χωριάτικη", ["PC437", "PC737"]),
        ("Борщ, Вареники і Їжа", ["WPC1251"]),
    ],
)
def test_code_pages_are_switched_as_little_as_can_be(text: str, pages: list[str]) -> None:
    model = model_of("TM-T88V")
    runs = read(encode([Line((Span(text),))], model), model).runs
    assert "".join(run.text for run in runs) == text
    assert [run.page for run in runs] == pages


def test_a_page_stays_for_the_next_line() -> None:
    model = model_of("TM-T88V")
    document = [Line((Span("Борщ"),)), Line((Span("Каша"),)), Line((Span("plain"),))]
    assert encode(document, model).count(b"\x1bt\x11") == 1


@of_models_with_graphics
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_a_picture_has_the_dots_that_were_drawn_where_they_were_drawn(
    model: Model, align: Align
) -> None:
    spans = (Span("2 x 宫保鸡丁 ", Style(2, 2, bold=True)), Span("شاورما", Style(inverse=True)))
    (slip,) = read(encode([Line(spans, align)], model), model).slips
    looks = [(text, style_on(style, model)) for text, style in spans]
    (drawn,) = draw(looks, align, model.columns, model.dots)
    page = Image.new("1", (model.dots, drawn.height), 255)
    page.paste(drawn, (0, 0))
    assert slip.picture.size == page.size
    assert slip.picture.tobytes() == page.tobytes()


@of_all_models
def test_a_cut_ends_a_slip(model: Model) -> None:
    document: list[Element] = [Line((Span("one"),)), Cut(), Line((Span("two"),)), Cut()]
    reading = read(encode(document, model), model)
    cuts = [command.raw for command in reading.commands if command.name in ("GS V", "ESC d")]
    if model.cutter:
        assert [slip.lines for slip in reading.slips] == [["one"], ["two"]]
        assert cuts == [b"\x1dVB\x00"] * 2
    else:
        assert cuts == [bytes([0x1B, ord("d"), TORN_OFF])] * 2


@of_all_models
def test_a_qr_code_is_printed_where_the_model_has_them(model: Model) -> None:
    (slip,) = read(encode([Qr("https://a.example/7"), Line((Span("x"),))], model), model).slips
    assert slip.lines == (["[qr https://a.example/7]"] if model.qr else []) + ["x"]
    if model.qr:
        left = slip.picture.crop((0, 0, model.dots // 4, 100)).getextrema()
        assert left == (255, 255), "it is in the middle"


def test_a_qr_code_that_is_too_large_or_empty_is_left_out() -> None:
    model = model_of("TM-T88V")
    for data in ("", "\x1b\x00", "x" * (LARGEST_QR + 1), "日" * (LARGEST_QR // 3 + 1)):
        assert read(encode([Qr(data)], model), model).slips == []
    largest = read(encode([Qr("x" * LARGEST_QR)], model), model)
    assert largest.slips[0].picture.width == model.dots
    assert largest.slips[0].lines == [f"[qr {'x' * LARGEST_QR}]"]


def test_a_qr_code_has_nothing_of_a_command_in_it() -> None:
    model = model_of("TM-T88V")
    (slip,) = read(encode([Qr("a\x10\x14\x01\x00\x1b@b")], model), model).slips
    assert slip.lines == ["[qr a@b]"]


@of_all_models
def test_a_rule_is_one_character_over_all_columns(model: Model) -> None:
    rules = [Rule("*"), Rule("─"), Rule(""), Rule("日"), Rule("\x1b"), Rule("ab"), Rule("🔥")]
    (slip,) = read(encode(rules, model), model).slips
    assert slip.lines == [
        character * model.columns for character in ("*", "─", "-", "-", "-", "-", "-")
    ]


@of_all_models
def test_a_beep_is_sounded_where_there_is_a_buzzer(model: Model) -> None:
    assert (BUZZER in encode([Beep()], model)) == model.buzzer
    assert encode([], model) == encode([Beep()], model).replace(BUZZER, b"")


@of_all_models
def test_bytes_begin_with_a_reset_of_what_a_printer_may_have_of_its_own(model: Model) -> None:
    """Not all of it is a setting there: kanji mode, the country, the smaller font."""
    resets = [each.raw for each in read(encode([], model), model).commands]
    assert resets[0] == b"\x1b@"
    assert {b"\x1c.", INTERNATIONAL, b"\x1b!\x00", b"\x1bt\x00"} == set(resets[1:])


@of_all_models
def test_what_was_set_before_changes_nothing(model: Model) -> None:
    before = b"\x1b!\xff\x1d!\x77\x1dB\x01\x1bt\x11\x1ba\x02\x1bE\x01"
    plain, spoilt = (read(start + encode(CHIT, model), model) for start in (b"", before))
    assert spoilt.runs == plain.runs
    assert [slip.lines for slip in spoilt.slips] == [slip.lines for slip in plain.slips]


@ANYTHING
@given(documents, models)
def test_whatever_is_in_a_document_only_our_commands_are_in_the_bytes(
    document: Document, model: Model
) -> None:
    data = encode(document, model)
    assert not any(command in data for command in OBEYED_ANYWHERE)
    reading = read(data, model)
    assert set(reading.unknown) <= {INTERNATIONAL, BUZZER}
    long = _with_data(model)
    assert {each.raw for each in reading.commands if each.name not in long} <= _ours(model)
    asked = sum(isinstance(element, Cut) for element in document)
    made = [command for command in reading.commands if command.name in ("GS V", "ESC d")]
    assert len(made) == asked


@ANYTHING
@given(documents, models)
def test_whatever_is_in_a_document_its_text_is_printed(document: Document, model: Model) -> None:
    reading = read(encode(document, model), model)
    wanted = [text for element in document for text in _text_of(element, model)]
    assert "".join(run.text for run in reading.runs) == "".join(wanted)


@ANYTHING
@given(documents, models)
def test_bytes_leave_nothing_set(document: Document, model: Model) -> None:
    data = encode(document, model)
    last = read(data + b"x", model).runs[-1]
    assert last._replace(text="") == Run("", "PC437", 1, 1, False, False, "left", False)  # noqa: FBT003
    assert read(data, model).slips == [] or tokens(data)[-1].name != "Text"


@ANYTHING
@given(lines, models)
def test_a_line_ends_where_it_ends(line: Line, model: Model) -> None:
    after = Line((Span("after"),))
    slips = read(encode([line, after], model), model).slips
    assert slips[0].lines[-1] == "after"


@pytest.mark.parametrize("model", KINDS, ids=model_ids)
def test_hostile_text_is_harmless(model: Model) -> None:
    document = [Line((Span(text),)) for text in (*HOSTILE, *LONG)]
    reading = read(encode(document, model), model)
    assert set(reading.unknown) <= {INTERNATIONAL}
    assert len(reading.slips) == 1


def _text_of(element: Element, model: Model) -> list[str]:
    """What of it is printed as text."""
    if isinstance(element, Rule):
        character = printable(element.character, model)
        one = len(character) == 1 and prints_as_text(character, model)
        return [(character if one else "-") * model.columns]
    if not isinstance(element, Line):
        return []
    text = "".join(printable(span.text, model) for span in element.spans)
    return [text] if prints_as_text(text, model) else []


def _ours(model: Model) -> set[bytes]:
    """All commands without data that a model may get."""
    ours = {b"\n", b"\x1b@", b"\x1c.", INTERNATIONAL}
    ours |= {b"\x1ba" + bytes([n]) for n in range(3)}
    ours |= {b"\x1bE" + bytes([n]) for n in range(2)}
    ours |= {b"\x1bt" + bytes([number]) for number in model.code_pages.values()}
    ours |= {b"\x1dVB\x00"} if model.cutter else {bytes([0x1B, ord("d"), TORN_OFF])}
    if model.inverse:
        ours |= {b"\x1dB" + bytes([n]) for n in range(2)}
    if model.red:
        ours |= {b"\x1br" + bytes([n]) for n in range(2)}
    if model.sizing == "GS !":
        ours |= {b"\x1b!\x00"} | {
            bytes([0x1D, ord("!"), width << 4 | height])
            for width in range(8)
            for height in range(8)
        }
    else:
        ours |= {b"\x1b!" + bytes([n]) for n in (0x00, 0x10, 0x20, 0x30)}
    return ours


def _with_data(model: Model) -> set[str]:
    graphics = {"GS v 0"} if model.dots else set()
    return graphics | ({"GS ( k"} if model.qr else set()) | ({"ESC ("} if model.buzzer else set())
