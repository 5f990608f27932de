"""Finds baud rate, parity and flow control of a printer on a serial line by asking for its status.

The question is DLE EOT: three bytes that a printer answers at once and never prints. At a wrong
speed it gets other bytes. Most of them it throws away, because they lack a stop bit or have a
wrong parity; what it takes for a character waits in its line, and is thrown away at the end by
ESC @ at the right speed. One that took them for the beginning of a command with data goes on
waiting for that data; then switching it off and on helps.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, NamedTuple, Protocol, get_args

from hardware.printers.away import CannotOpen
from hardware.printers.commands import RESET
from hardware.printers.links import Link
from hardware.printers.status import MODEL_NAME, QUESTIONS, Answer, Answers, Kind
from hardware.printers.transport import Flow, Parity, SerialLine

BAUDS: Final = (19200, 9600, 38400, 115200, 57600, 4800, 2400, 1200)
"""What printers are set to, the most usual first."""
PARITIES: Final[tuple[Parity, ...]] = get_args(Parity)

ANSWER_SECONDS: Final = 0.3
"""A question and its answer take 35 ms at 1200 baud; an adapter holds bytes back for 16 ms."""
NAME_SECONDS: Final = 0.7
QUIET_SECONDS: Final = 0.05
MOST_HEARD: Final = 4096
"""Bytes; a line that sends on and on has no printer at its end."""

SURE: Final = (*QUESTIONS, *reversed(QUESTIONS))
"""What has to be answered before it is believed. The third question has an even number of set
bits, the others have an odd one: no wrong parity passes both."""


class Setting(NamedTuple):
    """Of a line."""

    baud: int
    parity: Parity


class Found(NamedTuple):
    """What a printer answered at."""

    setting: Setting
    flow: Flow
    model: str | None
    """What it calls itself, in printable ASCII; None where it does not say."""


class Line(Link, Protocol):
    """A serial line at one setting."""

    async def lines_on(self) -> frozenset[str] | None:
        """As of SerialLink."""


def settings() -> Iterator[Setting]:
    """All that are tried, the most usual first."""
    for parity in PARITIES:
        for baud in BAUDS:
            yield Setting(baud, parity)


async def probe(
    opened: Callable[[Setting], Awaitable[Line]],
    tell: Callable[[Setting], None] = lambda _setting: None,
) -> Found | None:
    """Ask at each setting until the printer answers; None where it never does.

    `opened`: what opens the line, as `line_at`. `tell` gets each setting before it is tried.
    Raises OSError, or CannotOpen where the line does none of the settings.
    """
    refused: CannotOpen | None = None
    for number, setting in enumerate(settings()):
        tell(setting)
        try:
            line = await opened(setting)
        except CannotOpen as error:  # Not every adapter does every setting.
            if number == 0:
                refused = error
            continue
        refused = None
        try:
            if (found := await _found(line, setting)) is not None:
                return found
        finally:
            line.close()
    if refused is not None:
        raise refused
    return None


def line_at(path: str) -> Callable[[Setting], Awaitable[Line]]:
    """What opens the serial line of a path."""
    return lambda setting: SerialLine(
        path, baud=setting.baud, parity=setting.parity, flow="none"
    ).open()


async def _found(line: Line, setting: Setting) -> Found | None:
    """What is known of the printer, where this is its setting."""
    hearing = _Hearing(line)
    for question in (QUESTIONS[0], *SURE):
        answers = await hearing.asked(question, 1, ANSWER_SECONDS)
        if [answer.kind for answer in answers] != [Kind.NOW]:
            return None
    await line.write(RESET)
    named = await hearing.asked(MODEL_NAME, 1, NAME_SECONDS)
    names = [answer.data for answer in named if answer.kind is Kind.NAME]
    model = names[0].decode("ascii").strip() if names else ""
    return Found(setting, _flow(await line.lines_on()), model or None)


def _flow(lines: frozenset[str] | None) -> Flow:
    """What the wires tell: a line that is on is one that the printer drives.

    XON/XOFF needs no wire, and harms no printer that does not do it.
    """
    if lines is not None and "dsr" in lines:
        return "dsr/dtr"
    return "rts/cts" if lines else "xon/xoff"


class _Hearing:
    """What comes on a line after something was asked."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def asked(self, question: bytes, enough: int, seconds: float) -> list[Answer]:
        """The answers to a question: all that came until `enough` did and it was quiet."""
        await self._heard(QUIET_SECONDS)
        await self._line.write(question)
        answers = Answers()
        found: list[Answer] = []
        ends = asyncio.get_running_loop().time() + seconds
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            found += answers.feed(await self._heard(left, some=True))
            if len(found) >= enough:
                return found + answers.feed(await self._heard(QUIET_SECONDS))
        return found

    async def _heard(self, seconds: float, *, some: bool = False) -> bytes:
        """All that comes in this time; with `some`, the first of it."""
        heard = b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (some and heard):
                    heard += await self._line.read()
        return heard[-MOST_HEARD:]
