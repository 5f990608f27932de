"""What a printer says of itself: bytes in, answers told apart by their fixed bits out. No I/O.

Each kind of answer has bits that are always the same, by which it is known whatever was asked:

    0xx1xx10  DLE EOT: how it is at this moment, one byte for each question
    0xx1xx00  ASB (GS a), its first byte; three of 0xx0xxxx follow
    0xx0xxxx  GS r: in its turn, after all before it was worked off
    00010001, 00010011  XON, XOFF
    0x37 KIND TEXT 0x00  a block; of kind 0x22, GS ( H: the id of a job that is printed
    0x5F TEXT 0x00  GS I: the name of the model

So the makers' manuals say (Epson's command reference for GS a and GS ( H; Citizen's, under
"Identification of Send Status"). What is none of these is noise.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from hardware.printers.condition import Condition, State

HOW: Final = b"\x10\x04"
"""DLE EOT: followed by 1, 2, 3 or 4. It is worked off as it arrives, even out of paper."""
QUESTIONS: Final = tuple(HOW + bytes((number,)) for number in (1, 2, 3, 4))
"""The printer, why it is offline, its errors, its paper."""
TELL_CHANGES: Final = b"\x1da\x0e"
"""GS a: send ASB when it goes offline, has an error, or its paper changes. ESC @ ends that."""
MODEL_NAME: Final = b"\x1dI\x43"
"""GS I 67."""

ID_LENGTH: Final = 4
LONGEST_BLOCK: Final = 80
"""Characters of an answer in a block; Epson's are at most that long."""

_FIXED: Final = 0x93
_NOW: Final = 0x12
_ASB: Final = 0x10
"""What the bits of _FIXED are in an answer to DLE EOT, and in the first byte of ASB."""
_XON: Final = 0x11
_XOFF: Final = 0x13
_BLOCK: Final = 0x37
_NAME: Final = 0x5F
_PRINTED: Final = 0x22
_PRINTABLE: Final = range(0x20, 0x7F)
_ASB_LENGTH: Final = 4


class Kind(StrEnum):
    """Kinds of answers."""

    NOW = "now"
    """To DLE EOT."""
    CHANGED = "changed"
    """ASB."""
    IN_TURN = "in turn"
    """To GS r."""
    PRINTED = "printed"
    """To GS ( H; its data is the job's id."""
    NAME = "name"
    """To GS I 65 to 69."""
    BLOCK = "block"
    """Another answer in a block."""
    FLOW = "flow"
    """XON or XOFF."""
    NOISE = "noise"


class Answer(NamedTuple):
    """Something that a printer said."""

    kind: Kind
    data: bytes


class Answers:
    """Finds the answers in what a printer sends, however it is cut in pieces."""

    def __init__(self) -> None:
        self._begun = bytearray()
        """Of ASB or a block. It is never longer than the longest of them."""

    def feed(self, sent: bytes) -> list[Answer]:
        """The answers that are complete by now, in their order."""
        answers: list[Answer] = []
        for byte in sent:
            self._take(byte, answers)
        return answers

    def _take(self, byte: int, answers: list[Answer]) -> None:
        if self._begun and byte == _XOFF:
            answers.append(Answer(Kind.FLOW, bytes((byte,))))
            return
        if self._begun and not self._goes_on(byte):
            answers.append(Answer(Kind.NOISE, bytes(self._begun)))
            self._begun.clear()
        if self._begun:
            self._begun.append(byte)
            if (answer := self._complete()) is not None:
                answers.append(answer)
                self._begun.clear()
        elif byte & _FIXED == _ASB or byte in (_BLOCK, _NAME):
            self._begun.append(byte)
        else:
            answers.append(Answer(_kind_of(byte), bytes((byte,))))

    def _goes_on(self, byte: int) -> bool:
        """Whether a byte can follow what has begun."""
        first, length = self._begun[0], len(self._begun)
        if first == _NAME or (first == _BLOCK and length > 1):
            return (byte == 0 or byte in _PRINTABLE) and length < LONGEST_BLOCK
        if first == _BLOCK:
            return byte in _PRINTABLE
        return _is_in_turn(byte)

    def _complete(self) -> Answer | None:
        begun = bytes(self._begun)
        if begun[0] not in (_BLOCK, _NAME):
            return Answer(Kind.CHANGED, begun) if len(begun) == _ASB_LENGTH else None
        if begun[-1] != 0:
            return None
        if begun[0] == _NAME:
            return Answer(Kind.NAME, begun[1:-1])
        if begun[1] != _PRINTED:
            return Answer(Kind.BLOCK, begun[1:-1])
        whole = len(begun) == ID_LENGTH + 3
        return Answer(Kind.PRINTED, begun[2:-1]) if whole else Answer(Kind.NOISE, begun)


def _kind_of(byte: int) -> Kind:
    if byte & _FIXED == _NOW:
        return Kind.NOW
    if byte in (_XON, _XOFF):
        return Kind.FLOW
    return Kind.IN_TURN if _is_in_turn(byte) else Kind.NOISE


def _is_in_turn(byte: int) -> bool:
    return byte & 0x90 == 0


class Report(NamedTuple):
    """What a printer says of itself."""

    offline: bool = False
    cover_open: bool = False
    feeding: bool = False
    """Somebody presses its paper feed button."""
    paper_out: bool = False
    paper_low: bool = False
    overheated: bool = False
    """An error that passes by itself: its head is too hot, nearly always."""
    cutter: bool = False
    broken: bool = False
    """An error that only switching off, or a technician, may end."""
    error: bool = False
    """Another error."""


def of_answers(answers: Sequence[int]) -> Report:
    """From the four answers to QUESTIONS, a byte each."""
    printer, cause, errors, paper = answers
    return Report(
        offline=bool(printer & 0x08),
        cover_open=bool(cause & 0x04),
        feeding=bool(cause & 0x08 or printer & 0x40),
        paper_out=bool(cause & 0x20 or paper & 0x60),
        paper_low=bool(paper & 0x0C),
        overheated=bool(errors & 0x40),
        cutter=bool(errors & 0x08),
        broken=bool(errors & 0x20),
        error=bool(cause & 0x40 or errors & 0x04),
    )


def of_asb(sent: bytes) -> Report:
    """From the four bytes of ASB."""
    printer, errors, paper, _ = sent
    return Report(
        offline=bool(printer & 0x08),
        cover_open=bool(printer & 0x20),
        feeding=bool(printer & 0x40),
        paper_out=bool(paper & 0x0C),
        paper_low=bool(paper & 0x03),
        overheated=bool(errors & 0x40),
        cutter=bool(errors & 0x08),
        broken=bool(errors & 0x20),
        error=bool(errors & 0x04),
    )


def state_of(report: Report) -> State:
    """The one thing that somebody has to do first, and what it is."""
    if report.cover_open:
        return State(Condition.COVER_OPEN, "cover open")
    if report.paper_out:
        return State(Condition.OUT_OF_PAPER, "out of paper")
    if report.broken:
        return State(Condition.FAILED, "it needs repair")
    if report.cutter:
        return State(Condition.FAILED, "cutter jammed")
    if report.overheated:
        return State(Condition.OVERHEATED, "print head too hot")
    if report.error:
        return State(Condition.FAILED, "it tells of an error")
    if report.offline:
        pressed = "its paper feed button is pressed" if report.feeding else "look at its lamps"
        return State(Condition.OFFLINE, f"it says that it is offline: {pressed}")
    if report.paper_low:
        return State(Condition.PAPER_LOW, "paper low")
    return State(Condition.READY, "ready")
