"""From what is to be on paper to the bytes that a model prints as that: python-escpos encodes.

document ─ runs of one code page, pictures ▶ commands of the model

Which code page, and whether to draw, is decided here: python-escpos takes any page that its own
table lists, and turns a whole text to GB 18030 for one ideograph in it.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from escpos.capabilities import Profile
from escpos.constants import QR_ECLEVEL_M
from escpos.magicencode import Encoder
from escpos.printer import Dummy

from hardware.printers.fonts import font_for
from hardware.printers.models import (
    Model,
    characters_of,
    printable,
    prints_as_text,
    style_on,
)
from hardware.printers.paper import (
    PLAIN,
    Align,
    Beep,
    Cut,
    Document,
    Line,
    Qr,
    Rule,
    Style,
)
from hardware.printers.raster import draw
from hardware.printers.text import cells, is_mark, is_plain, spelled

TORN_OFF: Final = 6
"""Lines to feed where there is no knife, for the last one to be past the edge."""
LARGEST_QR: Final = 213
"""Bytes: what version 10 takes at level M, 57 modules of 6 dots. Larger ones are left out."""
_QR_DOTS: Final = 6
"""Of a module: 0.8 mm, for a telephone over a greasy ticket."""
_BEEPS: Final = bytes([2, 2, 1])
"""Twice, 0.2 s on, 0.1 s off."""


def encode(document: Document, model: Model) -> bytes:
    """The bytes, from a reset on. It may take some milliseconds where text has to be drawn.

    Whatever is in the document, they are text and the commands that are meant, and leave the
    printer at the beginning of a line and with nothing set.
    """
    printer = _Encoder(model)
    for element in document:
        match element:
            case Line(spans, align):
                line = [(printable(text, model), style_on(style, model)) for text, style in spans]
                printer.line([(text, style) for text, style in line if text], align)
            case Rule(character):
                printer.line([(_ruled(character, model), PLAIN)], "left")
            case Qr(data):
                printer.code(data)
            case Cut():
                printer.cut_off()
            case Beep():
                printer.beep()
    printer.end()
    return printer.output


def _ruled(character: str, model: Model) -> str:
    character = printable(character, model)
    fits = cells(character) == 1 and prints_as_text(character, model)
    return (character if fits else "-") * model.columns


class _Encoder(Dummy):
    """Writes what is asked for, and the commands that it takes from how the printer stands."""

    def __init__(self, model: Model) -> None:
        super().__init__(
            profile=_profile(model.dots), magic_encode_args={"encoder": _pages(_numbers(model))}
        )
        self._model = model
        self._align: Align = "left"
        self._style = PLAIN
        self.hw("INIT")
        self._raw(b"\x1c.")  # FS .: bytes above 127 are letters also on Asian models.
        self._raw(b"\x1bR\x00")  # ESC R: ASCII is ASCII, whatever country it was set to.
        self.set(normal_textsize=True)  # Font A, where the other one is the printer's own choice.
        self._page = ""
        self._turn_to(next(iter(model.code_pages)))

    def line(self, line: Sequence[tuple[str, Style]], align: Align) -> None:
        """Text that is printable and styles that the model has, and a line feed."""
        text = "".join(text for text, _style in line)
        if not prints_as_text(text, self._model):
            self.look(PLAIN, "left")
            # The printer's own letters need not be in a font of this machine.
            drawn = [(_drawable(text), style) for text, style in line]
            for picture in draw(drawn, align, self._model.columns, self._model.dots):
                self.image(picture)
            return
        # ESC r counts at the beginning of a line alone.
        red = any(style.red for _text, style in line)
        self._begin(align, red=red)
        for part, style in line:
            self._become(style._replace(red=red))
            self._write(part)
        self._raw(b"\n")

    def look(self, style: Style, align: Align) -> None:
        """Have this for what comes next, at the beginning of a line."""
        self._begin(align, red=style.red)
        self._become(style)

    def _begin(self, align: Align, *, red: bool) -> None:
        if align != self._align:
            self.set(align=align)
            self._align = align
        if red != self._style.red:
            self._raw(b"\x1br\x01" if red else b"\x1br\x00")
            self._style = self._style._replace(red=red)

    def _become(self, style: Style) -> None:
        was = self._style
        if (style.width, style.height) != (was.width, was.height):
            self._resize(style)
            # ESC ! has a bit for it, too.
            was = was._replace(bold=was.bold and self._model.sizing == "GS !")
        if style.bold != was.bold:
            self.set(bold=style.bold)
        if style.inverse != was.inverse:
            self.set(invert=style.inverse)
        self._style = style

    def _resize(self, style: Style) -> None:
        if self._model.sizing == "GS !":
            self.set(custom_size=True, width=style.width, height=style.height)
        else:
            self.set(
                normal_textsize=True,
                double_width=style.width > 1,
                double_height=style.height > 1,
            )

    def _write(self, text: str) -> None:
        for page, run in _runs(text, self._page, tuple(self._model.code_pages)):
            self._turn_to(page)
            self.magic.write_with_encoding(page.upper(), run)

    def _turn_to(self, page: str) -> None:
        self._page = page
        self.magic.write_with_encoding(page.upper(), "")

    def end(self) -> None:
        """Leave it as `ESC @` would."""
        self.look(PLAIN, "left")
        self._turn_to(next(iter(self._model.code_pages)))

    def code(self, data: str) -> None:
        """A QR code of text without control characters, where the model has them."""
        data = "".join(character for character in data if character.isprintable())
        if self._model.qr and 0 < len(data.encode()) <= LARGEST_QR:
            self.look(PLAIN, "center")
            self.qr(data, ec=QR_ECLEVEL_M, size=_QR_DOTS, native=True)

    def cut_off(self) -> None:
        """Feed to the knife and cut, or past the edge."""
        self.look(PLAIN, "left")
        if self._model.cutter:
            self.cut(feed=False)  # GS V 66: it feeds as far as this printer's knife is away.
        else:
            self.print_and_feed(TORN_OFF)

    def beep(self) -> None:
        """Sound the buzzer, ESC ( A function 97, where there is one."""
        if self._model.buzzer:
            self._raw(b"\x1b(A\x05\x00\x61\x64" + _BEEPS)


def _drawable(text: str) -> str:
    return "".join(
        letter if letter == " " or is_mark(letter) or font_for(letter) else spelled(letter)
        for letter in text
    )


def _runs(text: str, page: str, pages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The text in as few runs of one code page each as there can be, from the page that is on.

    A page goes on as long as it has the letters; the next is the one that has most of what follows.
    """
    if is_plain(text):
        yield page, text
        return
    begin = 0
    while begin < len(text):
        end = _reach(text, begin, page)
        if end > begin:
            yield page, text[begin:end]
        if end == len(text):
            return
        begin = end
        page = max(pages, key=lambda each: _reach(text, begin, each))


def _reach(text: str, begin: int, page: str) -> int:
    """How far the text from there on can be printed by a code page."""
    has = characters_of(page)
    for index in range(begin, len(text)):
        if text[index] not in has:
            return index
    return len(text)


@cache
def _profile(dots: int) -> Profile:
    """What python-escpos asks of a profile: how wide pictures can be, and its code pages.

    `_pages` has those.
    """
    profile = Profile()
    profile.profile_data = {"media": {"width": {"pixels": dots}}, "codePages": {}}
    return profile


def _numbers(model: Model) -> tuple[tuple[str, int], ...]:
    return tuple((page.upper(), number) for page, number in model.code_pages.items())


@cache
def _pages(numbers: tuple[tuple[str, int], ...]) -> Encoder:
    """Made once for a model: it makes a map of each code page on first use."""
    return Encoder(dict(numbers))
