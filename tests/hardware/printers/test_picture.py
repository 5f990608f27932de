"""The picture of slips, read back as XML."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printers.interpreter import slips_of
from hardware.printers.picture import MOST_SHOWN, picture
from hardware.printers.printed import Dots, Feed, Look, OnPaper, QrCode, Run, Slip, TextLine
from tests.hardware.printers.models import IMPACT, JOB_ID

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {f"{SVG}{name}" for name in ("svg", "title", "g", "path", "rect", "text")}
ATTRIBUTES = {
    "role", "viewBox", "width", "height", "font-family", "font-size", "font-weight", "transform",
    "fill", "d", "x", "y", "textLength", "lengthAdjust", "direction", "unicode-bidi", "stroke",
    "shape-rendering",
}  # fmt: skip


def drawn(*printed: OnPaper) -> ET.Element:
    return ET.fromstring(picture([Slip(printed, "cut")], JOB_ID))  # noqa: S314 - it is ours


def texts(root: ET.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def test_an_accessible_picture_of_the_newest_slips_first() -> None:
    slips = [Slip((TextLine((Run(f"slip {number}"),)),), "cut") for number in range(20)]
    root = ET.fromstring(picture(slips, JOB_ID))  # noqa: S314
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "What\xa0a\xa0TM-T88V\xa0printed:\xa020\xa0slips"
    assert texts(root) == [f"slip\xa0{number}" for number in range(19, 19 - MOST_SHOWN, -1)]


def test_without_slips_there_is_still_a_picture() -> None:
    root = ET.fromstring(picture([], JOB_ID))  # noqa: S314
    assert "Nothing" in "".join(root.itertext())


def test_each_look_is_seen() -> None:
    runs = {
        "plain": Look(),
        "bold": Look(bold=True),
        "big": Look(width=2, height=3),
        "red": Look(red=True),
        "inverse": Look(inverse=True),
        "underlined": Look(underline=True),
        "small": Look(small=True),
    }
    shown = {
        name: ET.tostring(drawn(TextLine((Run("x", look),))), encoding="unicode")
        for name, look in runs.items()
    }
    assert len(set(shown.values())) == len(shown)
    assert 'font-weight="bold"' in shown["bold"]
    assert "scale(2,3)" in shown["big"]
    assert "#b3261e" in shown["red"]
    assert shown["inverse"].count("rect") == 1


def test_letters_take_the_columns_that_the_printer_gives_them() -> None:
    root = drawn(
        TextLine((Run("42"), Run("宫保", Look(bold=True)), Run("x" * 3, Look(small=True))))
    )
    lengths = [int(text.get("textLength", "")) for text in root.iter(f"{SVG}text")]
    assert lengths == [24, 48, 27]
    places = [text.get("transform") for text in root.iter(f"{SVG}text")]
    assert places == ["translate(18,37)", "translate(42,37)", "translate(90,37)"]


@pytest.mark.parametrize(("align", "left"), [("left", 18), ("center", 268), ("right", 518)])
def test_alignment(align: str, left: int) -> None:
    (text,) = drawn(TextLine((Run("x"),), align)).iter(f"{SVG}text")  # type: ignore[arg-type]
    assert text.get("transform") == f"translate({left},37)"


def test_dots_are_strokes() -> None:
    root = drawn(Dots(10, 3, b"\xe1\x80\x00\x00\x00\x40", "left", 2, 1))
    paths = [path.get("d") for path in root.iter(f"{SVG}path")]
    assert paths[-1] == "M0 0.5h3M7 0.5h2M9 2.5h1"
    assert "scale(2,1)" in ET.tostring(root, encoding="unicode")


def test_a_qr_code_is_drawn() -> None:
    root = drawn(QrCode("http://expeditor.local/orders/7", 4, "center"))
    code = [path.get("d") or "" for path in root.iter(f"{SVG}path")][-1]
    # The corner of every code: seven black modules.
    assert code.startswith("M0 0.5h7")
    assert code.count("h") > 100
    assert code != [path.get("d") for path in drawn(QrCode("else")).iter(f"{SVG}path")][-1]


@pytest.mark.parametrize(
    "printed", [QrCode("x" * 5_000), Dots(512, 5_000, b"\x55" * 64 * 5_000)], ids=["QR", "dots"]
)
def test_what_would_take_long_is_a_grey_field(printed: OnPaper) -> None:
    assert len(picture([Slip((printed,), "cut")], JOB_ID)) < 2_000


def test_a_cut_is_torn_and_what_hangs_is_not() -> None:
    outlines = [
        next(drawn_.iter(f"{SVG}path")).get("d") or ""
        for drawn_ in (
            ET.fromstring(picture([Slip((Feed(60),), ended)], JOB_ID))  # noqa: S314
            for ended in ("cut", "not cut")
        )
    ]
    assert outlines[0].count("L") > 60
    assert outlines[1].count("L") == 3


def test_a_chit_takes_a_few_kilobytes() -> None:
    chit = (
        b"\x1b@\x1d!\x33TABLE 7\n\x1d!\x00" + b"\x1bE\x012 x burger\x1bE\x00\n   no onions\n" * 10
    )
    assert len(picture(slips_of(chit + b"\x1dV\x00", JOB_ID), JOB_ID)) < 6_000


def test_many_long_slips_are_a_bounded_picture() -> None:
    long = slips_of(b"\x1bE\x01" + b"burger\n" * 2_000 + b"\x1dV\x00", IMPACT) * 50
    assert len(picture(long, IMPACT)) < 200_000


HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("<>&\"'\x00\x08\x1b\x7f\x85\u202e\u2066\ufffe\uffff\ud800 "),
    )
)


@given(HOSTILE, HOSTILE)
def test_nothing_that_is_printed_gets_out_of_its_text(text: str, code: str) -> None:
    for evil in (text, f"</text><script>{text}</script>", f'"/><a href="x" onload="{text}">'):
        root = drawn(TextLine((Run(evil, Look(inverse=True)),)), QrCode(code[:100]))
        assert {element.tag for element in root.iter()} <= ELEMENTS
        assert {name for element in root.iter() for name in element.attrib} <= ATTRIBUTES
        if evil.strip():
            (shown,) = texts(root)
            assert len(shown) == len(evil)
            assert re.sub("[\ufffd\xa0]", "", shown) in "".join(
                letter for letter in evil if letter.isprintable()
            ).replace(" ", "")
            assert shown.isprintable() or "\xa0" in shown
