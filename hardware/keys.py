"""From what a bump bar sends to strokes of its keys: pure, without I/O and without a clock.

A keyboard tells each key as it goes down and up; `Chords` makes strokes of that. A serial
bar sends some bytes for each press; `Sequences` finds them in the stream. Times are seconds
of the monotonic clock, and given by the caller.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from hardware.key_names import CODE_OF, code_of, name_of

UP: Final = 0
DOWN: Final = 1
REPEAT: Final = 2
"""The values of a key's event, linux/input.h."""

MODIFIERS: Final = frozenset(
    CODE_OF[f"KEY_{side}{name}"]
    for side in ("LEFT", "RIGHT")
    for name in ("CTRL", "SHIFT", "ALT", "META")
)

GAP_SECONDS: Final = 0.05
"""Bytes of a serial bar that are further apart belong to different presses. At 1200 baud a
byte takes 8 ms, and a USB adapter holds bytes back for up to 16 ms."""

TYPEMATIC_SECONDS: Final = 0.12
"""A serial bar does not say when a key is released; what it sends again within this time is a
key that is held down. Keyboards repeat 10 to 30 times a second; a finger does not."""

LONGEST_SEQUENCE: Final = 32
"""Bytes that a serial bar may send for a key; more than any legend needs."""


class Stroke(NamedTuple):
    """What a bar sent for one press of a key, before anybody says what it means."""

    sent: str
    """`KEY_ENTER`, `KEY_LEFTCTRL+KEY_1` of a keyboard; `0x1b5b41` of a serial bar."""
    at: float
    """When the finger went down; of a repetition, when that came."""
    repeated: bool = False
    """The key was held down, and the bar sent it again."""


class KeyPress(NamedTuple):
    """A key of a bar that was pressed."""

    bar: str
    key: str
    """Its name in the profile."""
    down_at: float
    """When the finger went down, in seconds of the monotonic clock."""
    repeated: bool = False
    """The key is held down, and is one that may repeat; `down_at` is when that came."""
    sent: str = ""
    """What the bar sent, as a Stroke has it; empty where that is not known."""


def chord(codes: Iterable[int]) -> str:
    """What keys pressed together are called: modifiers first, in the order of their codes."""
    return "+".join(map(name_of, sorted(codes, key=lambda code: (code not in MODIFIERS, code))))


def as_sent(text: str) -> str:
    """What is written in a profile, in the form that a Stroke has. Raises ValueError in words."""
    if text[:2].lower() == "0x":
        return sequence(bytes_of(text))
    codes = [code_of(name) for name in text.split("+")]
    if sum(code not in MODIFIERS for code in codes) > 1 or len(set(codes)) < len(codes):
        raise ValueError(f"{text!r} is no key with modifiers before it")
    if len(codes) > 1 and MODIFIERS.issuperset(codes):
        raise ValueError(f"{text!r} has only modifiers; give one of them alone")
    return chord(codes)


def sequence(sent: bytes) -> str:
    """What bytes are called."""
    return f"0x{sent.hex()}"


def bytes_of(text: str) -> bytes:
    """The bytes of a sequence as `sequence` writes it. Raises ValueError in words."""
    try:
        sent = bytes.fromhex(text[2:])
    except ValueError:
        sent = b""
    if not 0 < len(sent) <= LONGEST_SEQUENCE:
        raise ValueError(
            f"{text!r} is not 1 to {LONGEST_SEQUENCE} bytes in hexadecimal, like 0x1b5b41"
        )
    return sent


class Chords:
    """The keys of one keyboard.

    A key is a stroke when it goes down; one that goes down while modifiers are held is a
    stroke of them together. A modifier is a stroke only when it is released and no other key
    came in between, because only then it is known that it was pressed for itself; the stroke
    has the time when it went down. So a chord that no profile knows does nothing, and never
    counts as its modifier alone.
    """

    def __init__(self) -> None:
        self._told: dict[int, Stroke | None] = {}
        """What each key that is down was told as; None where it counts for nothing."""
        self._alone: tuple[int, float] | None = None
        """The modifier that nothing came after, and when it went down."""

    def packet(self, events: Iterable[tuple[int, int]], at: float) -> list[Stroke]:
        """The strokes in what a keyboard sent at one time: codes of keys, and values.

        Modifiers take effect before other keys of the same packet, wherever they are in it: a
        keyboard reports them in one byte, which is neither before nor after the rest.
        """
        ordered = sorted(events, key=lambda event: event[0] not in MODIFIERS)
        strokes = [self._event(code, value, at) for code, value in ordered]
        return [stroke for stroke in strokes if stroke is not None]

    def all_up(self) -> None:
        """The keyboard is gone, or let go of all keys itself: half presses count for nothing."""
        self._told.clear()
        self._alone = None

    def start_with(self, down: Iterable[int]) -> None:
        """These keys are down now, and no other; none of them counts until it was released."""
        self._told = dict.fromkeys(down)
        self._alone = None

    def _event(self, code: int, value: int, at: float) -> Stroke | None:
        if value == DOWN and code not in self._told:
            return self._down(code, at)
        if value == UP and code in self._told:
            return self._up(code)
        if value == REPEAT:
            told = self._told.get(code)
            return None if told is None else Stroke(told.sent, at, repeated=True)
        return None

    def _down(self, code: int, at: float) -> Stroke | None:
        held = MODIFIERS.intersection(self._told)
        if code in MODIFIERS:
            self._told[code] = None
            self._alone = None if held else (code, at)
            return None
        self._alone = None
        self._told[code] = stroke = Stroke(chord((*held, code)), at)
        return stroke

    def _up(self, code: int) -> Stroke | None:
        del self._told[code]
        if self._alone is None or self._alone[0] != code:
            return None
        stroke = Stroke(chord((code,)), self._alone[1])
        self._alone = None
        return stroke


class Sequences:
    """The presses in the bytes of one serial bar.

    The longest known sequence that fits is the press. What begins like one and is not gone
    on with within GAP_SECONDS is what it is so far. From a byte that fits nothing on, all
    that follows without a gap is one stroke that nobody knows: the rest of a key that is not
    in the profile, or of noise, must not count as a key that happens to look like it.
    """

    def __init__(self, known: Iterable[bytes] = ()) -> None:
        """`known`: what the keys send; without any, each burst of bytes is a stroke."""
        self._known = frozenset(known)
        self._begun = frozenset(whole[:n] for whole in self._known for n in range(1, len(whole)))
        self._longest = max(map(len, self._known), default=0)
        self.forget()

    def forget(self) -> None:
        """The bar is gone: half sequences count for nothing."""
        self._pending = bytearray()
        self._since = 0.0
        self._strange = False
        """Nothing is a key any more until there was a gap."""
        self._last = Stroke("", float("-inf"))
        self.deadline: float | None = None
        """When to call `passed`."""

    def read(self, sent: bytes, at: float) -> list[Stroke]:
        """The strokes that these bytes complete."""
        strokes = self.passed(at)
        if not self._pending:
            self._since = at
        self._pending += sent
        strokes += self._complete(at, ended=False)
        in_midst = self._pending or self._strange
        self.deadline = at + GAP_SECONDS if in_midst else None
        return strokes

    def passed(self, at: float) -> list[Stroke]:
        """The strokes that are complete because nothing followed until now."""
        if self.deadline is None or at < self.deadline:
            return []
        strokes = self._complete(at, ended=True)
        self._strange = False
        self.deadline = None
        return strokes

    def _complete(self, at: float, *, ended: bool) -> list[Stroke]:
        strokes: list[Stroke] = []
        while self._pending and not self._strange:
            if not ended and bytes(self._pending) in self._begun:
                return strokes
            length = self._fitting()
            if not length:
                self._strange = True
                break
            strokes.append(self._stroke(length))
            self._since = at
        while len(self._pending) >= LONGEST_SEQUENCE or (ended and self._pending):
            strokes.append(self._stroke(min(len(self._pending), LONGEST_SEQUENCE)))
            self._since = at
        return strokes

    def _fitting(self) -> int:
        for length in range(min(self._longest, len(self._pending)), 0, -1):
            if bytes(self._pending[:length]) in self._known:
                return length
        return 0

    def _stroke(self, length: int) -> Stroke:
        sent, at = sequence(bytes(self._pending[:length])), self._since
        del self._pending[:length]
        held = sent == self._last.sent and at - self._last.at <= TYPEMATIC_SECONDS
        self._last = Stroke(sent, at, repeated=held)
        return self._last
