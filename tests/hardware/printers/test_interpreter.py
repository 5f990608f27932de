"""What is read out of bytes that are written down here by the maker's reference."""

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printers.interpreter import Interpreter, slips_of
from hardware.printers.interpreter.syntax import COMMANDS
from hardware.printers.models import Model
from hardware.printers.printed import (
    MOST_OF_A_SLIP,
    MOST_OF_ALL,
    Dots,
    Feed,
    Knife,
    Look,
    Made,
    Paper,
    QrCode,
    Question,
    Reset,
    Run,
    Sound,
    TextLine,
    text_of,
)
from tests.hardware.printers.models import IMPACT, IN_ORDER, JOB_ID, NO_KNIFE

MODELS = (JOB_ID, IMPACT, NO_KNIFE)


def read(data: bytes, model: Model = JOB_ID) -> list[Made]:
    """All that comes out, where nothing is unknown."""
    made, unknown = read_with_unknown(data, model)
    assert not unknown
    return made


def read_with_unknown(data: bytes, model: Model = JOB_ID) -> tuple[list[Made], dict[str, int]]:
    interpreter = Interpreter(model)
    interpreter.give(data)
    made = []
    while (one := interpreter.take()) is not None:
        made.append(one)
    return made, dict(interpreter.unknown)


def line(data: bytes, model: Model = JOB_ID) -> TextLine:
    """The one line that comes out."""
    (one,) = [made for made in read(data, model) if isinstance(made, TextLine)]
    return one


def look(data: bytes, model: Model = JOB_ID) -> Look:
    """Of a letter after these commands."""
    (run,) = line(data + b"x\n", model).runs
    return run.look


def test_text_and_a_cut() -> None:
    assert read(b"\x1b@table 7\n\nsalad\n\x1dVA\x10") == [
        Reset(),
        TextLine((Run("table 7"),)),
        Feed(30),
        TextLine((Run("salad"),)),
        Feed(16),
        Knife(partial=False),
    ]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"\x1d!\x00", Look()),
        (b"\x1d!\x12", Look(width=2, height=3)),
        (b"\x1d!\x77", Look(width=8, height=8)),
        (b"\x1d!\x77\x1d!\x00", Look()),
        (b"\x1d!\x88", Look()),
        (b"\x1b!\x38", Look(width=2, height=2, bold=True)),
        (b"\x1b!\x81", Look(underline=True, small=True)),
        (b"\x1b!\xb9\x1b!\x00", Look()),
        (b"\x1d!\x22\x1b!\x00", Look()),
        (b"\x1bE\x01", Look(bold=True)),
        (b"\x1bG\x01", Look(bold=True)),
        (b"\x1bE\x01\x1bE\x00", Look()),
        (b"\x1b-2", Look(underline=True)),
        (b"\x1b-\x01\x1b-0", Look()),
        (b"\x1dB\x01", Look(inverse=True)),
        (b"\x1dB\x01\x1dB\x00", Look()),
        (b"\x1bM1", Look(small=True)),
        (b"\x1bM\x01\x1bM\x00", Look()),
        (b"\x1bE\x01\x1dB\x01\x1d!\x11\x1b-\x01\x1bM\x01\x1b@", Look()),
    ],
)
def test_how_text_looks(sent: bytes, expected: Look) -> None:
    assert look(sent) == expected


def test_red_where_the_model_has_two_colours() -> None:
    assert look(b"\x1br\x01", IMPACT).red
    assert not look(b"\x1br1\x1br0", IMPACT).red
    assert read_with_unknown(b"\x1br\x01")[1] == {"ESC r": 1}


@pytest.mark.parametrize(
    ("sent", "model"),
    [
        (b"\x1dB\x01", IMPACT),
        (b"\x1dv0\x00\x01\x00\x01\x00\xff", IMPACT),
        (b"\x1b*\x21\x01\x00\x01\x02\x03", IMPACT),
        (b"\x1d(k\x04\x00\x31\x50\x30a", IMPACT),
        (b"\x1dV\x00", NO_KNIFE),
        (b"\x1bi", NO_KNIFE),
        (b"\x1d(H\x06\x00\x30\x30abcd", IN_ORDER),
        (b"\x1bt\x63", JOB_ID),
        (b"\x07", IMPACT),
        (b"\x1b\x7f", JOB_ID),
        (b"\x1f", JOB_ID),
    ],
)
def test_what_a_model_has_not_is_skipped_whole_and_counted(sent: bytes, model: Model) -> None:
    made, unknown = read_with_unknown(sent + b"after\n", model)
    assert made == [TextLine((Run("after"),))]
    assert sum(unknown.values()) == 1


def test_a_run_is_as_long_as_its_look() -> None:
    runs = line(b"\x1bE\x01bur\x1bE\x01ger\x1bE\x00 no \x1dB\x01onions\n").runs
    assert runs == (
        Run("burger", Look(bold=True)),
        Run(" no "),
        Run("onions", Look(inverse=True)),
    )


@pytest.mark.parametrize(
    ("number", "sent", "text"),
    [(0, b"cr\x8ame", "crème"), (19, b"5 \xd5", "5 €"), (16, b"\x80 5", "€ 5"), (36, b"\x80", "א")],
)
def test_code_pages(number: int, sent: bytes, text: str) -> None:
    assert line(b"\x1bt" + bytes([number]) + sent + b"\n").text == text


def test_a_byte_without_a_letter_is_seen() -> None:
    assert line(b"\x1bt\x10\x81\x7f.\n").text == "� ."


def test_letters_of_countries() -> None:
    assert line(b"\x1bR\x02[\\]\n").text == "ÄÖÜ"
    assert line(b"\x1bR\x02\x1b@[\\]\n").text == "[\\]"


def test_chinese_characters_are_two_columns_wide() -> None:
    sent = b"\x1c&" + "宫保鸡丁".encode("gb18030") * 6
    first, second = (one for one in read(sent + b"ok\n") if isinstance(one, TextLine))
    assert first.text == "宫保鸡丁" * 5 + "宫"
    assert second.text == "保鸡丁ok"
    assert line(sent[:6] + b"\x1c.\xc4\n").text.endswith("─")


@pytest.mark.parametrize(
    ("sent", "model", "columns"),
    [
        (b"", JOB_ID, 42),
        (b"\x1bM\x01", JOB_ID, 56),
        (b"\x1d!\x10", JOB_ID, 21),
        (b"\x1d!\x20", JOB_ID, 14),
        (b"\x1b \x0c", JOB_ID, 21),
        (b"\x1dW\x78\x00", JOB_ID, 10),
        (b"\x1dL\x08\x01", JOB_ID, 20),
        (b"", IMPACT, 33),
        (b"\x1bM\x01", IMPACT, 40),
        (b"\x1b!\x20", IMPACT, 16),
    ],
)
def test_it_wraps_where_the_paper_ends(sent: bytes, model: Model, columns: int) -> None:
    lines = [
        one.text for one in read(sent + b"x" * 100 + b"\n", model) if isinstance(one, TextLine)
    ]
    assert lines == ["x" * columns] * (100 // columns) + ["x" * (100 % columns)] * (
        100 % columns > 0
    )


def test_a_full_line_is_not_followed_by_an_empty_one() -> None:
    assert read(b"x" * 42 + b"\n") == [TextLine((Run("x" * 42),))]


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b"a\tb\n", "a       b"),
        (b"\x1bD\x03\x05\x00a\tb\tc\td\n", "a  b cd"),
        (b"\x1bD\x00a\tb\n", "ab"),
        (b"a\x1b$\x30\x00b\n", "a   b"),
        (b"a\x1b\\\x18\x00b\n", "a  b"),
    ],
)
def test_positions(sent: bytes, text: str) -> None:
    assert line(sent).text == text


def test_alignment_is_set_at_the_beginning_of_a_line_only() -> None:
    sent = b"\x1ba\x01middle\n\x1ba2right\nri\x1ba\x00ght\n\x1ba0left\n"
    lines = [(one.align, one.text) for one in read(sent) if isinstance(one, TextLine)]
    assert lines == [
        ("center", "middle"),
        ("right", "right"),
        ("right", "right"),
        ("left", "left"),
    ]


@pytest.mark.parametrize(
    ("sent", "dots"),
    [
        (b"\n", 30),
        (b"\x1bd\x03", 90),
        (b"\x1bJ\x10", 16),
        (b"\x1b3\x18\n", 24),
        (b"\x1b3\x18\x1b2\n", 30),
        (b"a\n", 0),
        (b"a\x1bd\x03", 60),
        (b"a\x1bJ\x28", 10),
    ],
)
def test_feeding(sent: bytes, dots: int) -> None:
    assert sum(one.dots for one in read(sent) if isinstance(one, Feed)) == dots


@pytest.mark.parametrize(
    ("sent", "partial", "fed"),
    [
        (b"\x1dV\x00", False, 0),
        (b"\x1dV0", False, 0),
        (b"\x1dV\x01", True, 0),
        (b"\x1dV1", True, 0),
        (b"\x1dVA\x20", False, 32),
        (b"\x1dVB\x20", True, 32),
        (b"\x1dVa\x20", False, 0),
        (b"\x1dVb\x20", True, 0),
        (b"\x1dVg\x20", False, 32),
        (b"\x1dVh\x20", True, 32),
        (b"\x1bi", True, 0),
        (b"\x1bm", True, 0),
    ],
)
def test_cuts(sent: bytes, partial: bool, fed: int) -> None:  # noqa: FBT001
    line, *feeds, knife = read(b"half a line" + sent)
    assert line == TextLine((Run("half a line"),))
    assert feeds == [Feed(fed)] * (fed > 0)
    assert knife == Knife(partial)


CROSS = bytes([0b10000001, 0b01000010, 0b00011000])
"""Three rows of eight dots."""


@pytest.mark.parametrize(
    ("sent", "across", "down"),
    [
        (b"\x1dv0\x00\x01\x00\x03\x00" + CROSS, 1, 1),
        (b"\x1dv03\x01\x00\x03\x00" + CROSS, 2, 2),
        (b"\x1dv0\x01\x01\x00\x03\x00" + CROSS, 2, 1),
        (b"\x1dv0\x02\x01\x00\x03\x00" + CROSS, 1, 2),
        (b"\x1d(L\x0d\x000p0\x01\x021\x08\x00\x03\x00" + CROSS + b"\x1d(L\x02\x0002", 1, 2),
        (
            b"\x1d8L\x0d\x00\x00\x000p0\x01\x011\x08\x00\x03\x00" + CROSS + b"\x1d(L\x02\x000\x02",
            1,
            1,
        ),
    ],
)
def test_pictures_row_by_row(sent: bytes, across: int, down: int) -> None:
    assert read(b"\x1ba\x01" + sent) == [Dots(8, 3, CROSS, "center", across, down)]


def test_pictures_column_by_column() -> None:
    # The left column is black from top to bottom, the second one at its top alone.
    columns = b"\xff\xff\xff" + b"\x80\x00\x00" + b"\x00\x00\x01"
    (picture,) = read(b"\x1b3\x18\x1b*\x21\x03\x00" + columns + b"\n")
    assert isinstance(picture, Dots)
    assert (picture.width, picture.height) == (3, 24)
    assert picture.rows[0] == 0b11000000
    assert set(picture.rows[1:23]) == {0b10000000}
    assert picture.rows[23] == 0b10100000
    (eight,) = read(b"\x1b3\x18\x1b*\x00\x01\x00\xf0\n")
    assert eight == Dots(1, 8, b"\x80" * 4 + b"\x00" * 4, "left", 2, 3)


def test_what_is_beyond_the_edge_of_the_paper_is_lost() -> None:
    (picture,) = read(b"\x1dv0\x00\x50\x00\x02\x00" + (b"\xaa" * 64 + b"\x55" * 16) * 2)
    assert picture == Dots(512, 2, b"\xaa" * 128, "left")


def test_a_picture_prints_the_line_before_it() -> None:
    assert read(b"menu\x1dv0\x00\x01\x00\x01\x00\xff") == [
        TextLine((Run("menu"),)),
        Dots(8, 1, b"\xff"),
    ]


def test_a_qr_code() -> None:
    data = "http://expeditor.local/é".encode()
    stored = bytes([len(data) + 3, 0]) + b"1P0" + data
    sent = b"\x1ba\x01\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k" + stored
    assert read(sent + b"\x1d(k\x03\x001Q0")[-1] == QrCode(data.decode(), 6, "center")
    assert read(b"\x1d(k\x03\x001Q0") == []


@pytest.mark.parametrize("sent", [b"\x1bp\x00\x32\x32", b"\x1b(A\x04\x00\x30\x37\x03\x0a", b"\x07"])
def test_sounds(sent: bytes) -> None:
    assert read(sent) == [Sound()]


def test_questions() -> None:
    assert read(b"\x1dr\x01\x1da\xff\x1dIC\x1d(H\x06\x00\x30\x30\x01\x02\x1d\x04") == [
        Question("GS r", 1),
        Question("GS a", 255),
        Question("GS I", 67),
        Question("GS ( H", 48, b"\x01\x02\x1d\x04"),
    ]


def test_what_is_obeyed_at_once_prints_nothing_in_its_turn() -> None:
    assert read(b"a\x10\x04\x01b\x10\x05\x02c\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\n") == [
        TextLine((Run("abc"),))
    ]


def test_data_is_never_taken_for_commands() -> None:
    bar_codes = b"\x1dk\x04\x1dV\x1b@\x00\x1dkI\x04\x1dV\x00\n"
    made, unknown = read_with_unknown(b"\x1b(Z\x03\x00\x1dV\x00" + bar_codes + b"after\n")
    assert made == [TextLine((Run("after"),))]
    assert unknown == {"ESC ( Z": 1, "GS k": 2}


def test_bar_code_without_its_end_swallows_a_bounded_part() -> None:
    made, _ = read_with_unknown(b"\x1dk\x04" + b"1" * 1_000 + b"\n")
    assert sum(len(one.text) for one in made if isinstance(one, TextLine)) > 700


def test_clear_forgets_what_is_not_on_paper_and_keeps_the_settings() -> None:
    interpreter = Interpreter(JOB_ID)
    interpreter.give(b"\x1bE\x01half a line\x1dv0\x00\x40\x00\xff\xff some dots")
    assert interpreter.take() is None
    interpreter.clear()
    assert interpreter.waiting == 0
    interpreter.give(b"new\n")
    assert interpreter.take() == TextLine((Run("new", Look(bold=True)),))


def test_without_a_knife_a_slip_ends_where_it_is_fed_out() -> None:
    slips = slips_of(b"table 7\n\x1bd\x06\n\ntable 8\n\n\n\n\n\ntable 9\n", NO_KNIFE)
    assert [(text_of(slip), slip.ended) for slip in slips] == [
        ("table 7", "torn off"),
        ("table 8", "torn off"),
        ("table 9", "not cut"),
    ]


def test_slips() -> None:
    slips = slips_of(b"one\n\x07\x1dV\x00two\n\x1dV\x01\x1dV\x01three\n", JOB_ID)
    assert [(text_of(slip), slip.ended, slip.beeps) for slip in slips] == [
        ("one", "cut", 1),
        ("two", "partly cut", 0),
        ("three", "not cut", 0),
    ]


PREFIXES = [bytes([first, second]) for first, rest in COMMANDS.items() for second in rest]
STREAMS = st.lists(
    st.one_of(
        st.sampled_from(PREFIXES),
        st.binary(max_size=6),
        st.text(max_size=60).map(lambda text: text.encode("cp437", "replace")),
        st.sampled_from([b"\n", b"\x1c&", b"\x1dv0\x00\x02\x00\x03\x00", b"\x00"]),
    ),
    max_size=30,
).map(b"".join)


@given(STREAMS, st.sampled_from(MODELS), st.lists(st.integers(1, 40), max_size=60))
def test_it_does_not_matter_how_bytes_are_cut(data: bytes, model: Model, cuts: list[int]) -> None:
    whole = read_with_unknown(data, model)
    for lengths in (cuts, [1] * len(data)):
        interpreter = Interpreter(model)
        made, at = [], 0
        for length in [*lengths, len(data)]:
            interpreter.give(data[at : at + length])
            at += length
            while (one := interpreter.take()) is not None:
                made.append(one)
        assert (made, dict(interpreter.unknown)) == whole


@given(STREAMS, st.sampled_from(MODELS))
def test_no_line_is_wider_than_the_paper(data: bytes, model: Model) -> None:
    for one in read_with_unknown(data, model)[0]:
        if isinstance(one, TextLine):
            assert one.runs
            columns = sum(run.look.width * len(run.text) for run in one.runs)
            assert columns <= 2 * model.columns or len(one.text) == 1
            assert one.text.isprintable() or "\xa0" in one.text
        elif isinstance(one, Dots):
            assert one.width <= model.dots
            assert len(one.rows) == (one.width + 7) // 8 * one.height


def test_a_megabyte_of_noise_leaves_nothing_behind() -> None:
    # Lengths that noise has by chance would swallow most of it: each piece comes afresh.
    noise = random.Random(7)  # noqa: S311 - the same each time
    interpreter = Interpreter(JOB_ID)
    for _ in range(1024):
        interpreter.give(noise.randbytes(1024))
        while interpreter.take() is not None:
            pass
        assert interpreter.waiting < 16
        interpreter.clear()
    assert sum(interpreter.unknown.values()) > 1_000
    assert len(interpreter.unknown) < 3_000


@pytest.mark.parametrize(
    ("endless", "kept"),
    [
        (b"\x1dv0\x00\xff\x00\xff\xff" + b"\x55" * 1_000_000, 3 * MOST_OF_A_SLIP),
        (b"\x1d8L\xff\xff\xff\xff0p0" + b"\x55" * 1_000_000, 4 * 64 * 1024),
        (
            b"\x1b*\x21\x00\x02" + (b"\xff" * 1536 + b"\x1b*\x21\x00\x02") * 2_000,
            4 * MOST_OF_A_SLIP,
        ),
        (b"x" * 500_000, MOST_OF_ALL),
    ],
    ids=["raster", "graphics", "columns", "text"],
)
def test_what_has_no_end_is_read_in_bounded_memory(endless: bytes, kept: int) -> None:
    interpreter, paper = Interpreter(JOB_ID), Paper(knife=True)
    tracemalloc.start()
    try:
        for at in range(0, len(endless), 4096):
            interpreter.give(endless[at : at + 4096])
            while (made := interpreter.take()) is not None:
                paper.add(made)  # type: ignore[arg-type]
            assert interpreter.waiting < 256
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < kept + 256 * 1024
