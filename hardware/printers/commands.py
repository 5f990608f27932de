"""What the driver itself sends to a printer: to begin anew, to clear, to ask what was printed.

Commands and parameters are of Epson's ESC/POS command reference.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from hardware.printers.models import Answers, Model
from hardware.printers.status import ID_LENGTH

RESET: Final = b"\x1b@"
"""ESC @: forget the line that was begun, and all modes. What was received is kept."""
TIMES: Final = 3
"""How often GS r is asked at the end: one answer has two fixed bits, and noise is soon right."""

_CLEAR: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 8: throw away all that was received, at once, even out of paper."""
_CUT: Final = b"\x1dVB\x00"
"""GS V 66: feed past the knife, and cut."""
_FEED: Final = b"\x1bd\x06"
"""ESC d: six lines, past the edge of the housing."""
_IN_TURN: Final = b"\x1dr\x01"
_SHORT_COMMAND: Final = 16
_LETTER_DOTS: Final = 24
BEFORE_ANY: Final = 95**4 - 1
"""In the place of a job, before the first: no job has its id for 81 million jobs."""
IN_BETWEEN: Final = BEFORE_ANY - 1
"""The same for what is asked in the middle of jobs."""
_FIRST: Final = 0x20
_DIGITS: Final = 95
"""Of an id: each of its bytes is from 32 to 126."""


def id_of(job: int) -> bytes:
    """The id of a job as GS ( H takes it; the same again after 81 million jobs."""
    digits = []
    for _ in range(ID_LENGTH):
        job, digit = divmod(job, _DIGITS)
        digits.append(_FIRST + digit)
    return bytes(reversed(digits))


def mark(answers: Answers, job: int) -> bytes:
    """What is answered once all before it is on paper, by a printer that does so."""
    return _by_id(job) if answers == "job id" else _IN_TURN * TIMES


def mark_in_between(answers: Answers) -> bytes:
    """What is answered, once, when what is before it of a job is on paper."""
    return _by_id(IN_BETWEEN) if answers == "job id" else _IN_TURN


def _by_id(job: int) -> bytes:
    return b"\x1d(H\x06\x00\x30\x30" + id_of(job)


def clearing(model: Model, answers: Answers, lacking: int) -> bytes:
    """End what may have been left of a chit, so that the next is not glued to it.

    Printers that send back a job's id throw away what they have received. The others print it
    before what follows; for them, `lacking` is how many bytes the command that was interrupted
    still waits for: it gets zeros, which print nothing.
    """
    begin = _CLEAR if answers == "job id" else bytes(lacking)
    return begin + RESET + (_CUT if model.cutter else _FEED)


def most_lacking(model: Model) -> int:
    """Bytes that the model may wait for when a job of somebody else was broken off anywhere.

    The longest command that is sent to it is a line of letters, drawn as large as can be.
    """
    return _SHORT_COMMAND + model.dots // 8 * _LETTER_DOTS * model.largest


MOST_PIECE: Final = 512
"""Bytes between two places where a question may be asked: a quarter of a second at 19,200 baud."""
MOST_LINES: Final = 4
"""The same in lines: so often one sees that a printer works something off."""

_LF: Final = 0x0A
_PICTURE: Final = b"\x1dv0"
_ESC: Final = 0x1B
_FS: Final = 0x1C
_GS: Final = 0x1D
_LENGTHS: Final = {
    _ESC: {
        **dict.fromkeys(b"@2<im", 2),
        **dict.fromkeys(b"! -3%EGJMRTUVadrt{", 3),
        **dict.fromkeys(b"$\\", 4),
        ord("p"): 5,
    },
    _FS: {**dict.fromkeys(b".&", 2), **dict.fromkeys(b"!-C", 3)},
    _GS: {**dict.fromkeys(b"!BHabfhrw", 3), **dict.fromkeys(b"$LPW\\", 4)},
}
"""Bytes of a command, by its first and second byte."""


class Piece(NamedTuple):
    """Of a job, whole commands."""

    data: bytes
    ends_line: bool
    """What is before its end is printed, or will be without what follows."""


def pieces(data: bytes) -> Iterator[Piece]:
    """The bytes cut between commands, where a question to the printer may stand.

    A piece is longer than MOST_PIECE only where a command is, or where one is not known, after
    which nothing is sure: the rest is one piece.
    """
    begin = at = lines = 0
    ends_line = False
    while at < len(data):
        length = _command_length(data, at) or len(data) - at
        if at > begin and (at + length - begin > MOST_PIECE or lines == MOST_LINES):
            yield Piece(data[begin:at], ends_line)
            begin, lines = at, 0
        ends_line = data[at] == _LF or data.startswith(_PICTURE, at)
        lines += ends_line
        at += length
    if begin < len(data):
        yield Piece(data[begin:], ends_line)


def _command_length(data: bytes, at: int) -> int:
    """0 where it is not known."""
    first, second = data[at], data[at + 1 : at + 2]
    if first not in _LENGTHS:
        return 1
    if not second:
        return 0
    head = data[at : at + 8]
    if second == b"(":
        return 5 + int.from_bytes(head[3:5], "little")
    if first == _GS and second == b"V":
        return 4 if head[2:3] >= b"A" else 3
    if first == _GS and head[1:3] == b"v0":
        return 8 + int.from_bytes(head[4:6], "little") * int.from_bytes(head[6:8], "little")
    return _LENGTHS[first].get(second[0], 0)
