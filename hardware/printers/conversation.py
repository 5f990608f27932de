"""Asks an open printer how it is, listens to it, and finds what it answers.

Nothing is believed that a printer did not say clearly: four questions have to be answered in
turn, each by one byte of the right kind and with nothing else in between. A random byte is of
the right kind once in sixteen times, four in a row once in 65,536.
"""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable
from typing import Final

from hardware.printers.condition import Condition, State
from hardware.printers.in_turn import InTurn
from hardware.printers.links import Gone, Link
from hardware.printers.status import (
    QUESTIONS,
    Answer,
    Answers,
    Kind,
    Report,
    of_answers,
    of_asb,
    state_of,
)
from hardware.printers.times import Times

QUIET_SECONDS: Final = 0.2
"""With nothing heard, all that was late has come."""
LONGEST_QUIET: Final = 1.0
"""How long that is waited for; some noise never ends."""
PENDING_SECONDS: Final = 0.02
"""Between two looks at what has not left yet."""
SELDOM: Final = 5
"""One that never answers is asked so many times more seldom."""


class TakesNothing(Gone):
    """It is there, and takes no more bytes."""

    def __init__(self) -> None:
        super().__init__("it takes nothing: is it switched on, and is its flow control right?")


class Conversation:
    """With one printer, as long as it is open."""

    def __init__(
        self,
        link: Link,
        told: Callable[[State], None],
        *,
        address: str,
        may_be_silent: bool,
        times: Times,
    ) -> None:
        """`told` gets the state each time that it is known anew.

        `may_be_silent`: the model is one that need not answer.
        """
        self.heard = False
        """Whether it has ever answered a whole round of questions."""
        self.writing = asyncio.Lock()
        """Held by who writes. Questions stand between a job's commands, never inside one."""
        self.busy = False
        """A job is being written: one that never answers is not asked in between."""
        self.in_turn = InTurn()
        """What it works off."""
        self._link = link
        self._told = told
        self._address = address
        self._may_be_silent = may_be_silent
        self._times = times
        self._loop = asyncio.get_running_loop()
        self._answers = Answers()
        self._asked: asyncio.Future[int] | None = None
        self._clear = True
        """In this round nothing was heard that does not belong to it."""
        self._noise = False
        """Since the last valid round."""
        self._sure = False
        """There was a valid round since there was noise, or since it was opened."""
        self._last_heard = -math.inf
        self._last_valid = self._loop.time()
        self._wait_until = -math.inf
        """Late answers are waited for, and thrown away."""
        self._trouble: State | None = None
        """What it has told of itself since the last valid round."""
        self._ask_now = asyncio.Event()
        self._broken: asyncio.Future[None] = self._loop.create_future()

    async def run(self) -> None:
        """Ask and listen until the printer is gone: it raises OSError, and closes the link."""
        doing = [asyncio.create_task(self._listen()), asyncio.create_task(self._ask())]
        try:
            done, _ = await asyncio.wait(
                [*doing, self._broken], return_when=asyncio.FIRST_COMPLETED
            )
            for each in done:
                await each
        finally:
            for task in doing:
                task.cancel()
            await asyncio.gather(*doing, return_exceptions=True)
            if not self._broken.cancel():
                self._broken.exception()  # It has been seen, whatever else has ended it.
            self._link.close()
            self.in_turn.fail(Gone("closed"))

    def break_off(self, error: OSError) -> None:
        """Have `run` raise it."""
        if not self._broken.done():
            self._broken.set_exception(error)

    async def confirmed(
        self, ask: Callable[[], Awaitable[None]], printed: bytes | None, seconds: float
    ) -> None:
        """Ask what is answered once all before it is on paper, and wait for the answer.

        `printed`: as of InTurn.expect. Raises Hangs when for so long nothing was worked off, and
        OSError when the printer is gone.
        """
        try:
            async with self.writing:
                self.in_turn.expect(printed)
                await ask()
            await self.left()
            await self.in_turn.come(seconds)
        finally:
            self.in_turn.expect_no_more()

    async def left(self) -> None:
        """Return when nothing is pending. Raises OSError when nothing of it goes on."""
        pending, since = self._link.pending, self._loop.time()
        while pending:
            await asyncio.sleep(PENDING_SECONDS)
            before, pending = pending, self._link.pending
            if pending < before:
                since = self._loop.time()
            elif self._loop.time() - since >= self._times.stuck:
                raise TakesNothing

    async def _quiet(self) -> None:
        await asyncio.sleep(self._wait_until - self._loop.time())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_QUIET):
                while True:
                    left = self._last_heard + QUIET_SECONDS - self._loop.time()
                    if left <= 0:
                        return
                    await asyncio.sleep(left)

    async def _listen(self) -> None:
        while True:
            sent = await self._link.read()
            self._last_heard = self._loop.time()
            for answer in self._answers.feed(sent):
                self._take(answer)

    def _take(self, answer: Answer) -> None:
        if answer.kind is Kind.NOW:
            if self._asked is not None and not self._asked.done():
                self._asked.set_result(answer.data[0])
            else:  # Late, or noise: whichever it is, it answers nothing.
                self._clear = False
        elif answer.kind is Kind.CHANGED:
            self._changed(answer.data)
        elif answer.kind is Kind.NOISE:
            self._clear = self._sure = False
            self._noise = True
            self.in_turn.hear_noise()
            if self._asked is not None and not self._asked.done():  # This round is spoiled.
                self._asked.set_exception(TimeoutError("noise"))
        elif answer.kind in (Kind.IN_TURN, Kind.PRINTED) and not self.in_turn.take(answer):
            self._clear = self._sure = False

    def _changed(self, asb: bytes) -> None:
        """Bad news is told at once; whether there is good news is asked."""
        state = state_of(of_asb(asb))
        if self.heard and not self._noise and not state.prints:
            self._trouble = state
            self._told(state)
        if self._sure:
            self._last_valid = self._loop.time()
        self._clear = False
        self._ask_now.set()

    async def _ask(self) -> None:
        if not self._link.answers:
            self._told(State(Condition.SILENT, "it is a file: takes everything, and tells nothing"))
            await asyncio.Future()
        while True:
            wait = self._times.ask
            if self.busy and not self.heard:
                report = None
            elif (report := await self._round()) is not None:
                wait = self._believe(report)
            elif self._loop.time() - self._last_valid >= self._times.silent:
                state = self._unheard()
                wait *= SELDOM if state.prints else 1
                self._told(state)
            else:
                wait = 0
            self._ask_now.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._ask_now.wait()

    def _believe(self, report: Report) -> float:
        """Tell the state, or what was noise until now is asked once more; when to ask again."""
        self._last_valid = self._loop.time()
        if not self._sure:
            self._sure = True
            return 0
        self.heard = True
        self._noise, self._trouble = False, None
        self._told(state_of(report))
        return self._times.ask

    async def _round(self) -> Report | None:
        """Ask all questions; None unless all answers are valid."""
        await self._quiet()
        self._clear = True
        answers = []
        for question in QUESTIONS:
            if (answer := await self._answer_to(question)) is None or not self._clear:
                return None
            answers.append(answer)
        return of_answers(answers)

    async def _answer_to(self, question: bytes) -> int | None:
        """None where it does not come in time."""
        if self._link.pending and not self.busy:
            # The last one is still here: more of them would only be answered all at once later.
            await asyncio.sleep(self._times.ask)
            return None
        async with self.writing:
            await self.left()
            self._asked = self._loop.create_future()
            try:
                async with asyncio.timeout(self._times.stuck):
                    await self._link.write(question, at_once=True)
            except TimeoutError:
                raise TakesNothing from None
        try:
            async with asyncio.timeout(self._times.busy if self.busy else self._times.silent):
                answer = await self._asked
        except TimeoutError:
            # What comes now would be taken for the answer to what is asked next.
            self._wait_until = self._loop.time() + self._times.silent / 2
            return None
        else:
            if self._sure:
                self._last_valid = self._loop.time()
            return answer
        finally:
            self._asked = None

    def _unheard(self) -> State:
        """How one is that gives no valid answers."""
        if self._trouble is not None:
            return State(self._trouble.condition, f"{self._trouble.words}; no answer since")
        if self._link.pending:
            return State(Condition.OFFLINE, str(TakesNothing()))
        if self._noise:
            return State(
                Condition.OFFLINE, "its answers make no sense: are baud rate and parity right?"
            )
        if self.heard:
            return State(Condition.OFFLINE, "no answer: switched off, or its cable is out")
        if self._may_be_silent:
            return State(Condition.SILENT, "connected; it tells nothing of itself")
        doubt = (
            "and is the baud rate right?"
            if self._address.startswith("serial:")
            else "and is it an ESC/POS printer?"
        )
        return State(
            Condition.OFFLINE, f"no answer since it was opened: is it switched on, {doubt}"
        )
