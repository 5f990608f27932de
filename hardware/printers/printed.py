"""What a printer made of the bytes that it got: what is on its paper, and what else it did."""

from collections import deque
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

Align = Literal["left", "center", "right"]
Ended = Literal["cut", "partly cut", "torn off", "not cut"]
"""`torn off`: by hand, where there is no knife, or because it grew too long. `not cut`: it hangs
in the printer."""

LINE_DOTS: Final = 30
"""What a plain line takes of the paper, with the space below it: 3.75 mm at 203 dots per inch."""
LETTER_DOTS: Final = 24
"""How high a plain letter is."""
TORN_DOTS: Final = 4 * LINE_DOTS
"""Fed out at once by a printer without a knife, this is a slip that somebody tears off."""
MOST_SLIPS: Final = 50
MOST_OF_A_SLIP: Final = 256 * 1024
"""Bytes, about, after which it ends."""
MOST_OF_ALL: Final = 4 * 1024 * 1024
"""Bytes, about, of the slips that are kept."""
_LINE_BYTES: Final = 150
"""What a line or a run takes of memory besides its text, about."""


class Look(NamedTuple):
    """How text is printed."""

    width: int = 1
    height: int = 1
    bold: bool = False
    underline: bool = False
    inverse: bool = False
    red: bool = False
    small: bool = False
    """In font B."""


class Run(NamedTuple):
    """Text of one look."""

    text: str
    look: Look = Look()


class TextLine(NamedTuple):
    """A line with text on it."""

    runs: tuple[Run, ...]
    align: Align = "left"

    @property
    def text(self) -> str:
        """All of it, as letters."""
        return "".join(run.text for run in self.runs)


class Dots(NamedTuple):
    """A picture."""

    width: int
    """Dots in a row, all of them on the paper."""
    height: int
    rows: bytes
    """Each from the left, eight dots in a byte, the highest bit first; 1 is black."""
    align: Align = "left"
    across: int = 1
    """How many dots of the paper one of the picture takes to the side."""
    down: int = 1


class QrCode(NamedTuple):
    """A QR code, drawn by the printer."""

    data: str
    module: int = 3
    """Dots of the paper that its smallest square is wide."""
    align: Align = "left"


class Feed(NamedTuple):
    """Paper without anything on it."""

    dots: int


class Knife(NamedTuple):
    """A cut."""

    partial: bool


class Sound(NamedTuple):
    """A beep of the buzzer, or a pulse for a bell at the drawer's connector."""


class Reset(NamedTuple):
    """All settings are as after switching on."""


class Question(NamedTuple):
    """Something that the host wants to be told, in its turn."""

    command: str
    """GS r, GS a, GS I or GS ( H."""
    number: int
    data: bytes = b""


OnPaper = TextLine | Dots | QrCode | Feed
Made = OnPaper | Knife | Sound | Reset | Question


class Slip(NamedTuple):
    """A piece of paper."""

    printed: tuple[OnPaper, ...]
    ended: Ended
    beeps: int = 0


def text_of(slip: Slip) -> str:
    """The lines of a slip as plain text, without blank ones at its end."""
    lines: list[str] = []
    for printed in slip.printed:
        match printed:
            case TextLine():
                lines.append(printed.text.rstrip())
            case Dots():
                width, height = printed.width * printed.across, printed.height * printed.down
                lines.append(f"[{width} x {height} dots]")
            case QrCode():
                lines.append(f"[QR {printed.data}]")
            case Feed():
                lines.extend([""] * round(printed.dots / LINE_DOTS))
    return "\n".join(lines).rstrip("\n")


def dots_of(printed: OnPaper) -> int:
    """How much of the paper it takes in length; of a QR code, about."""
    match printed:
        case TextLine():
            high = max((run.look.height for run in printed.runs), default=1)
            return max(LETTER_DOTS * high, LINE_DOTS)
        case Dots():
            return printed.height * printed.down
        case QrCode():
            return printed.module * 33
        case Feed():
            return printed.dots


class Paper:
    """The paper that comes out of a printer: the newest slips, and what hangs in it."""

    def __init__(self, *, knife: bool) -> None:
        self._knife = knife
        self._slips: deque[tuple[Slip, int]] = deque()
        self._all_bytes = 0
        self._printed: list[OnPaper] = []
        self._bytes = 0
        self._fed = 0
        """Dots since something was printed."""
        self._beeps = 0

    @property
    def slips(self) -> Sequence[Slip]:
        """Those that have ended, the oldest of them first."""
        return [slip for slip, _ in self._slips]

    @property
    def hanging(self) -> Slip | None:
        """What was not cut yet."""
        if not self._printed:
            return None
        return Slip(tuple(self._printed), "not cut", self._beeps)

    def add(self, made: OnPaper | Knife | Sound) -> Slip | None:
        """The slip that ends by it, if one does."""
        match made:
            case Knife():
                return self._end("partly cut" if made.partial else "cut")
            case Sound():
                self._beeps += 1
                return None
            case Feed():
                self._fed += made.dots
                if not self._printed and not self._knife:
                    return None  # What is above the first line was torn off with the last slip.
            case _:
                self._fed = 0
        self._printed.append(made)
        self._bytes += _bytes_of(made)
        if not self._knife and self._fed >= TORN_DOTS:
            return self._end("torn off")
        return self._end("torn off") if self._bytes > MOST_OF_A_SLIP else None

    def _end(self, ended: Ended) -> Slip | None:
        if not self._printed:
            return None
        slip = Slip(tuple(self._printed), ended, self._beeps)
        self._slips.append((slip, self._bytes))
        self._all_bytes += self._bytes
        while len(self._slips) > MOST_SLIPS or self._all_bytes > MOST_OF_ALL:
            self._all_bytes -= self._slips.popleft()[1]
        self._printed, self._bytes, self._fed, self._beeps = [], 0, 0, 0
        return slip


def _bytes_of(printed: OnPaper) -> int:
    match printed:
        case TextLine():
            return _LINE_BYTES + sum(_LINE_BYTES + 4 * len(run.text) for run in printed.runs)
        case Dots():
            return _LINE_BYTES + len(printed.rows)
        case QrCode():
            return _LINE_BYTES + 4 * len(printed.data)
        case Feed():
            return _LINE_BYTES
