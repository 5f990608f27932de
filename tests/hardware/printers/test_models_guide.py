"""The guide to models says what is so."""

import re
from pathlib import Path

import pytest

from hardware.printers import fonts
from hardware.printers.encoding import encode
from hardware.printers.fonts import FONTS, font_for
from hardware.printers.models import MODELS, Model, model_of, printable, prints_as_text
from hardware.printers.paper import Line, Span
from tests.hardware.printers.emupos_reading import read

GUIDE = (Path(__file__).parents[3] / "hardware" / "printers" / "models.md").read_text()


def row(model: Model) -> list[str]:
    return [
        f"`{model.name}`",
        f"{model.columns}",
        "1 to 8" if model.largest == 8 else "1, 2",
        "red" if model.red else "inverse" if model.inverse else "",
        f"{model.dots} dots" if model.dots else "",
        "yes" if model.cutter else "",
        "yes" if model.qr else "",
        model.answers,
    ]


def test_the_table_has_all_models_as_they_are() -> None:
    told = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in GUIDE.splitlines()
        if re.match(r"\| `(TM-|plain)\w*", line)
    ]
    assert told == [row(model) for model in MODELS.values()]


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("Crème brûlée, ½ Käse, Jalapeño, Æbleskiver", ["text", "text", "text", "text"]),
        ("Żurek Řízek mămăligă čaj борщ", ["text", "text", "text", "spelled"]),
        ("Σαλάτα İçli кабачкові Ķīļi", ["text", "drawn", "spelled", "spelled"]),
        ("宫保鸡丁 カレー شاورما חומוס phở", ["drawn", "drawn", "spelled", "spelled"]),
        ("ხინკალი խորոված ★✓☃", ["drawn", "drawn", "spelled", "spelled"]),
        ("ข้าวผัด हलवा 김치 🔥", ["spelled", "spelled", "spelled", "spelled"]),
    ],
)
def test_scripts_come_out_as_the_guide_has_it(
    text: str, ways: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FONTS", FONTS[:3])
    font_for.cache_clear()
    names = "TM-T88VI", "TM-T88IV", "TM-U220B", "plain"
    for name, wanted in zip(names, ways, strict=True):
        assert {way(word, model_of(name)) for word in text.split()} == {wanted}, name


def way(text: str, model: Model) -> str:
    if printable(text, model) != text:
        return "spelled"
    return "text" if prints_as_text(text, model) else "drawn"


def test_what_the_guide_has_spelled_is_spelled_so() -> None:
    plain = model_of("plain")
    told = re.findall(r"`([^`\x00-~]+)` as\s`(\w+)`", GUIDE)
    assert len(told) == 2
    for text, spelled in told:
        assert printable(text, plain) == spelled
        assert read(encode([Line((Span(text),))], plain), plain).slips[0].lines == [spelled]


def test_the_code_makes_the_chit_that_it_shows(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    file = tmp_path / "lp0"
    exec(compile(code.replace("/dev/usb/lp0", str(file)), "guide", "exec"), {})  # noqa: S102
    (slip,) = read(file.read_bytes(), model_of("TM-T88V")).slips
    assert slip.lines[0] == "Table 7"
    assert slip.lines[1].startswith("[image ")
