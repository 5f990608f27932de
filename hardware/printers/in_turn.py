"""What a printer answers in its turn: how far it is with a job, and that all of it is on paper."""

import asyncio
import math

from hardware.printers.commands import TIMES
from hardware.printers.status import Answer, Kind


class Hangs(Exception):
    """It answers, and works nothing off."""


class InTurn:
    """Counts the answers to the marks that were sent."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._in_between: float = 0
        """Marks in a job that are not answered yet; infinite where noise has made that unknown."""
        self._printed: bytes | None = None
        self._expected: asyncio.Future[None] | None = None
        self._equal = b""
        """Answers that were the same, one after the other."""
        self._worked_off = -math.inf
        """When it last answered a mark in between."""
        self._last = -math.inf

    def forget(self) -> None:
        """The marks of earlier jobs are not counted on any more."""
        self._in_between = 0

    def expect_in_between(self) -> None:
        """A mark goes into the middle of a job, which is answered once that is on paper."""
        self._in_between += 1

    def expect(self, printed: bytes | None) -> None:
        """The end of a job is marked.

        `printed`: the id that is to come back; None: TIMES equal answers in turn, after those to
        all marks in between.
        """
        self._printed, self._equal = printed, b""
        self._expected = self._loop.create_future()

    def expect_no_more(self) -> None:
        """Nobody waits for the end any longer."""
        self._expected = None

    async def come(self, seconds: float) -> None:
        """Wait for what `expect` has said. Raises Hangs when for so long nothing is worked off."""
        since = self._loop.time()
        while self._expected is not None and not self._expected.done():
            left = max(since, self._worked_off) + seconds - self._loop.time()
            if left <= 0:
                raise Hangs
            await asyncio.wait([self._expected], timeout=left)
        if self._expected is not None:
            self._expected.result()

    def fail(self, error: OSError) -> None:
        """Have who waits get it."""
        if self._expected is not None and not self._expected.done():
            self._expected.set_exception(error)

    async def no_more(self, seconds: float) -> None:
        """Wait until none has come for so long."""
        while True:
            left = self._last + seconds - self._loop.time()
            if left <= 0:
                return
            await asyncio.sleep(left)

    def hear_noise(self) -> None:
        """Something came that may have been an answer."""
        self._equal = b""
        if self._in_between:
            self._in_between = math.inf

    def take(self, answer: Answer) -> bool:
        """Whether anybody has asked for it."""
        self._last = self._loop.time()
        right = answer.kind is Kind.PRINTED and answer.data == self._printed
        if not right and self._in_between:
            if math.isfinite(self._in_between):
                self._worked_off = self._last
            self._in_between -= 1
            return True
        if self._expected is None:
            return False
        if answer.kind is Kind.IN_TURN and self._printed is None:
            same = self._equal[:1] in (b"", answer.data)
            self._equal = self._equal + answer.data if same else answer.data
            right = len(self._equal) >= TIMES
        if right and not self._expected.done():
            self._expected.set_result(None)
        return True
