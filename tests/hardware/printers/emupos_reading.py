"""What emupos makes of bytes: an ESC/POS simulator that others wrote, from Epson's reference.

Its interpreter alone is loaded (`emupos.printer.escpos`): its configuration, which needs more
packages, is replaced by the little that the interpreter reads of it. It is written for Python 3.13;
on 3.11, which lacks `type X = …`, its files are read with these statements as `X = …`.
"""

import importlib
import importlib.abc
import importlib.machinery
import io
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import Any, Final, NamedTuple

from PIL import Image

from hardware.printers.models import Model

NAMES_OF_CODE_PAGES: Final = {
    0: "PC437",
    2: "PC850",
    3: "PC860",
    4: "PC863",
    5: "PC865",
    13: "PC857",
    14: "PC737",
    16: "WPC1252",
    17: "PC866",
    18: "PC852",
    19: "PC858",
    33: "WPC775",
    34: "PC855",
    35: "PC861",
    38: "PC869",
    45: "WPC1250",
    46: "WPC1251",
    47: "WPC1253",
    48: "WPC1254",
    51: "WPC1257",
}
"""As Epson's reference of ESC t numbers and names them, of those that Python knows."""


class Run(NamedTuple):
    """Text that was printed in one look."""

    text: str
    page: str
    width: int
    height: int
    bold: bool
    reverse: bool
    align: str
    red: bool


class Slip(NamedTuple):
    """What is between two cuts."""

    lines: list[str]
    """Of text; `[image 8x30]` and `[qr …]` where these are."""
    picture: Image.Image
    """Dark on light, of 1 bit; without the paper after the last line."""


class Reading(NamedTuple):
    """What bytes came to."""

    slips: list[Slip]
    runs: list[Run]
    commands: list[Any]
    """emupos' tokens of all commands: name, raw, params, data."""
    unknown: list[bytes]
    """What is no command, or none that it simulates."""


class _Cell(NamedTuple):
    width: int
    height: int


class PrinterProfile(NamedTuple):
    """What the interpreter asks of a profile."""

    width_dots: int
    code_pages: dict[int, str]
    font_a: _Cell = _Cell(12, 24)
    font_b: _Cell = _Cell(9, 17)
    default_code_page: int = 0


class _Rewriting(importlib.machinery.SourceFileLoader):
    """Reads files with type aliases as plain assignments, and keeps no compiled copy."""

    def source_to_code(self, data: Any, path: Any, **options: Any) -> Any:  # type: ignore[override]
        plain = re.sub(rb"^type (\w+) = ", rb"\1 = ", data, flags=re.MULTILINE)
        return super().source_to_code(plain, path, **options)

    def set_data(self, path: str, data: Any, **options: Any) -> None:
        del path, data, options


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not fullname.startswith("emupos."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Rewriting(fullname, spec.origin)
        return spec


@cache
def _interpreter() -> tuple[Any, Any]:
    """Its modules `tokenizer` and `model`."""
    configuration = ModuleType("emupos.config")
    configuration.__dict__["PrinterProfile"] = PrinterProfile
    sys.modules["emupos.config"] = configuration
    finder = _Finder()
    if sys.version_info < (3, 12):
        sys.meta_path.insert(0, finder)
    try:
        return (
            importlib.import_module("emupos.printer.escpos.tokenizer"),
            importlib.import_module("emupos.printer.escpos.model"),
        )
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)


def tokens(data: bytes) -> list[Any]:
    """emupos' tokens, to the last byte."""
    tokenizer = _interpreter()[0].Tokenizer()
    found = tokenizer.feed(data)
    rest = tokenizer.close()
    return [*found, rest] if rest is not None else list(found)


def read(data: bytes, model: Model) -> Reading:
    """What a printer of that many columns makes of the bytes."""
    tokenizer, interpreter = _interpreter()
    dots = model.dots or model.columns * 12
    paper = interpreter.PrintModel("test", PrinterProfile(dots, NAMES_OF_CODE_PAGES))
    reading = Reading([], [], [], [])
    red = False
    for token in tokens(data):
        if isinstance(token, tokenizer.Text):
            reading.runs.append(_run(token.data, paper.settings, red=red))
        elif isinstance(token, tokenizer.Command):
            reading.commands.append(token)
        if getattr(token, "name", None) == "GS V":
            _end(paper, reading.slips)
            continue
        if getattr(token, "name", None) == "ESC r":
            red = token.params[0] % 48 == 1
        for event in paper.process(token):
            # What has no letters of its own there is spelled in its text all the same.
            if event.type != "printer.codepage.unsupported":
                reading.unknown.append(bytes.fromhex(event.data["bytes"]))
    _end(paper, reading.slips)
    return reading


def _run(data: bytes, now: Any, *, red: bool) -> Run:
    page = NAMES_OF_CODE_PAGES[now.code_page]
    dump = importlib.import_module("emupos.printer.escpos.glyphs").dump_character
    text = "".join(dump(byte, page) for byte in data)
    return Run(
        text, page, now.width, now.height, now.emphasized, now.reverse, now.justification, red
    )


def _end(paper: Any, slips: list[Slip]) -> None:
    receipt = paper.finish("cut")
    if receipt is not None:
        picture = Image.open(io.BytesIO(receipt.png))
        slips.append(Slip(receipt.text.rstrip("\n").split("\n"), picture.convert("1")))


def code_pages_of_a_tm_t20iii() -> Iterator[tuple[int, str]]:
    """As emupos has them, by number."""
    profile = files("emupos") / "profiles" / "printers" / "epson-tm-t20iii.yaml"
    for number, name in re.findall(r"^  (\d+): (W?PC\d+)$", profile.read_text(), re.MULTILINE):
        yield int(number), name
