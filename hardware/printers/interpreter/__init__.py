"""From bytes back to what a printer makes of them, line by line: for simulated printers.

It shares nothing with the encoding: it knows the commands by the maker's reference alone
(Epson's ESC/POS Command Reference for TM Printers, standard mode).

bytes ─ give ▶ receive buffer ─ take ▶ lines, pictures, cuts, beeps, questions
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from hardware.printers.interpreter import graphics
from hardware.printers.interpreter.line_buffer import LineBuffer
from hardware.printers.interpreter.reading import Command, Control, Reader, Text, Unknown
from hardware.printers.interpreter.settings import SETTINGS
from hardware.printers.models import Model
from hardware.printers.printed import (
    Align,
    Dots,
    Feed,
    Knife,
    Made,
    Paper,
    QrCode,
    Question,
    Reset,
    Slip,
    Sound,
)

WIDE: Final = 0x81
"""A byte from here on begins a character of two, where those are selected."""
OWN_BYTES: Final = 4
"""Of the host's in GS ( H, which come back in the answer."""
MOST_MODULE: Final = 16
"""Dots of the smallest square of a QR code."""


class Interpreter:
    """What the printer of a model makes of all that it is given, in order.

    It is the same however the bytes are cut. Any bytes will do: what is no command, or none that
    this model has, is skipped and counted.
    """

    def __init__(self, model: Model) -> None:
        self.unknown: Counter[str] = Counter()
        """What was skipped, by the name of the command or by its first bytes."""
        self._model = model
        self._line = LineBuffer(model)
        self._reader = Reader()
        self._text = b""
        """Letters that are not in the line yet."""
        self._made: deque[Made] = deque()
        self._kanji = False
        self._qr, self._qr_module = b"", 3
        """What is stored for GS ( k, and the dots of a module."""
        self._stored = b""
        """The picture that is stored for GS ( L."""

    def give(self, data: bytes) -> None:
        """Put bytes into the receive buffer."""
        self._reader.give(data)

    @property
    def waiting(self) -> int:
        """Bytes in the receive buffer."""
        return self._reader.waiting + len(self._text)

    def take(self) -> Made | None:
        """Go on until something comes out; None: first there has to be more in the buffer."""
        while not self._made:
            if self._text and self._letters():
                continue
            read = self._reader.read()
            if read is None:
                return None
            if isinstance(read, Text):
                self._text += read.letters
                continue
            if self._text:  # Half of a two-byte character.
                self._line.put_wide(self._text)
                self._text = b""
            match read:
                case Command():
                    self._obey(read)
                case Control():
                    self._control(read.byte)
                case Unknown():
                    self.unknown[read.begin.hex(" ")] += 1
        return self._made.popleft()

    def clear(self) -> None:
        """Forget what was received and is not on paper yet. The settings stay."""
        self._reader.clear()
        self._text = b""
        self._made.clear()
        self._line.clear()

    def reset(self) -> None:
        """As ESC @: forget what is in the line; all settings as after switching on."""
        self._line.clear()
        self._line.reset()
        self._kanji = False
        self._qr, self._qr_module = b"", 3
        self._stored = b""

    def _letters(self) -> bool:
        """Put into the line what fits; False: nothing can be said before there is more."""
        if not self._kanji:
            fitted = self._line.put(self._text)
        elif self._text[0] < WIDE:
            fitted = self._line.put(self._text[:1])
        elif self._text[1:]:
            fitted = 2 * self._line.put_wide(self._text[:2])
        else:
            return False
        if fitted:
            self._text = self._text[fitted:]
        else:
            self._made.extend(self._line.printed())
        return True

    def _control(self, byte: int) -> None:
        match byte:
            case 0x0A:
                self._print_line(self._line.line_dots)
            case 0x09:
                self._line.tab()
            case 0x07 if self._model.buzzer:
                self._made.append(Sound())
            case 0x0C | 0x0D | 0x18:
                pass  # FF and CAN are of page mode; CR does nothing as long as a switch is off.
            case _:
                self.unknown[f"{byte:02x}"] += 1

    def _obey(self, command: Command) -> None:
        name = command.name
        if setting := SETTINGS.get(name):
            known = setting(self._line, self._model, command.parameters + command.data)
            self._line.changed()
        elif obey := self._OBEYED.get(name):
            known = obey(self, command)
        else:
            known = name in _WITHOUT_EFFECT
        if not known:
            self.unknown[name] += 1

    # What it obeys. Each returns whether this model has it, with these parameters.

    def _print_line(self, feed: int) -> None:
        """Print the line, if there is one, and feed so far from its top."""
        printed = self._line.printed()
        self._made.extend(printed)
        rest = feed - self._line.line_dots if printed else feed
        if rest > 0:
            self._made.append(Feed(rest))

    def _feed_lines(self, command: Command) -> bool:
        self._print_line(command.parameters[0] * self._line.line_dots)
        return True

    def _feed_dots(self, command: Command) -> bool:
        self._print_line(command.parameters[0])
        return True

    def _initialize(self, _command: Command) -> bool:
        self.reset()
        self._made.append(Reset())
        return True

    def _cut(self, command: Command) -> bool:
        """GS V; ESC i and ESC m, of old, have no parameters and leave a bit uncut."""
        kind = command.parameters[0] if command.parameters else 1
        if not self._model.cutter or kind not in _CUTS:
            return False
        self._made.extend(self._line.printed())
        if kind in _FEED_AND_CUT and command.data[0]:
            self._made.append(Feed(command.data[0]))
        self._made.append(Knife(_CUTS[kind]))
        return True

    def _sound(self, _command: Command) -> bool:
        """ESC p, ESC ( A, and ESC B of other makers."""
        self._made.append(Sound())
        return True

    def _select_kanji(self, _command: Command) -> bool:
        self._kanji = True
        return True

    def _cancel_kanji(self, _command: Command) -> bool:
        self._kanji = False
        return True

    def _ask(self, command: Command) -> bool:
        """GS r, GS a and GS I."""
        self._made.append(Question(command.name, command.parameters[0]))
        return True

    def _ask_confirmation(self, command: Command) -> bool:
        """GS ( H: fn 48 with m 48 and four bytes of the host's own."""
        function, own = command.data[:2], command.data[2:]
        if self._model.answers != "job id" or function != b"00" or len(own) != OWN_BYTES:
            return False
        self._made.append(Question(command.name, function[0], own))
        return True

    def _raster(self, command: Command) -> bool:
        """GS v 0."""
        return self._draw(lambda dots, at: graphics.raster(*command[1:], dots, at))

    def _bit_image(self, command: Command) -> bool:
        """ESC *: it is printed with the line."""
        if not self._model.dots:
            return False
        try:
            picture = graphics.bit_image(*command[1:], self._model.dots, self._line.align)
        except graphics.NoPicture:
            return False
        if picture:
            self._line.put_picture(picture)
        return True

    def _graphics(self, command: Command) -> bool:
        """GS ( L and GS 8 L: m fn …; fn 112 and 113 store a picture, 2 and 50 print it."""
        match command.data[:2]:
            case b"0p" | b"0q":
                self._stored = command.data
                return self._model.dots > 0
            case b"0" | b"02":
                stored, self._stored = self._stored, b""
                return not stored or self._draw(lambda dots, at: graphics.stored(stored, dots, at))
            case _:
                return False

    def _draw(self, picture: Callable[[int, Align], Dots | None]) -> bool:
        if not self._model.dots:
            return False
        try:
            drawn = picture(self._model.dots, self._line.align)
        except graphics.NoPicture:
            return False
        self._made.extend(self._line.printed())
        if drawn:
            self._made.append(drawn)
        return True

    def _code(self, command: Command) -> bool:
        """GS ( k: cn 49 is the QR code; fn 80 stores it, 81 prints it, 67 sets its size."""
        if not self._model.qr or command.data[:1] != b"1":
            return False
        match tuple(command.data[1:3]):
            case (80, _):
                self._qr = command.data[3:]
            case (81, _):
                self._made.extend(self._line.printed())
                if self._qr:
                    text = self._qr.decode("utf-8", "replace")
                    self._made.append(QrCode(text, self._qr_module, self._line.align))
            case (67, module) if 1 <= module <= MOST_MODULE:
                self._qr_module = module
            case (65 | 67 | 69 | 82, _):
                pass
            case _:
                return False
        return True

    _OBEYED: ClassVar[Mapping[str, Callable[["Interpreter", Command], bool]]] = {
        "ESC d": _feed_lines,
        "ESC J": _feed_dots,
        "ESC @": _initialize,
        "GS V": _cut,
        "ESC i": _cut,
        "ESC m": _cut,
        "ESC p": _sound,
        "ESC B": _sound,
        "ESC ( A": _sound,
        "FS &": _select_kanji,
        "FS .": _cancel_kanji,
        "GS r": _ask,
        "GS a": _ask,
        "GS I": _ask,
        "GS ( H": _ask_confirmation,
        "GS v 0": _raster,
        "ESC *": _bit_image,
        "GS ( L": _graphics,
        "GS 8 L": _graphics,
        "GS ( k": _code,
    }


_CUTS: Final[Mapping[int, bool]] = {
    0: False, 48: False, 1: True, 49: True, 65: False, 66: True,
    97: False, 98: True, 103: False, 104: True,
}  # fmt: skip
"""The kinds of GS V, and whether they leave a bit uncut."""
_FEED_AND_CUT: Final = (65, 66, 103, 104)
_WITHOUT_EFFECT: Final = frozenset(
    {
        "DLE EOT", "DLE ENQ", "DLE DC4",  # They were obeyed while they came in.
        "ESC S", "ESC U", "ESC V", "ESC {", "ESC c", "ESC =", "ESC %", "ESC ?",
        "GS P", "GS b", "GS h", "GS w", "GS H", "GS f", "FS !", "FS -", "FS C", "FS S", "FS W",
    }
)  # fmt: skip
"""What a printer obeys and its paper here does not show."""


def slips_of(data: bytes, model: Model) -> list[Slip]:
    """The slips that a printer of that model makes of these bytes, the last perhaps not cut."""
    interpreter = Interpreter(model)
    interpreter.give(data)
    paper = Paper(knife=model.cutter)
    while (made := interpreter.take()) is not None:
        if not isinstance(made, Reset | Question):
            paper.add(made)
    hanging = paper.hanging
    return [*paper.slips, hanging] if hanging else list(paper.slips)
