"""One open way to a printer, and the jobs that are printed over it, one at a time."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final, NoReturn, TypeVar

from msgspec import Struct

from hardware.printers.away import in_words
from hardware.printers.commands import (
    BEFORE_ANY,
    RESET,
    clearing,
    id_of,
    mark,
    mark_in_between,
    pieces,
)
from hardware.printers.condition import Condition, State
from hardware.printers.conversation import Conversation, TakesNothing
from hardware.printers.in_turn import Hangs
from hardware.printers.links import WRITE_BYTES, Link
from hardware.printers.models import Answers, Model
from hardware.printers.status import TELL_CHANGES
from hardware.printers.times import Times

HANGS: Final = (
    "it answers, but works nothing off: switch it off and on; "
    "if that does not help, it is not the model that it is said to be"
)

Done = TypeVar("Done")


class Outcome(StrEnum):
    """What became of a job."""

    NOT_SENT = "not sent"
    """Nothing of it reached the printer: it may be tried again, anywhere, without a mark."""
    SENT = "sent"
    """The printer took all of it, and is one that cannot tell more."""
    CONFIRMED = "confirmed"
    """The printer says that it is on paper."""
    DOUBTFUL = "doubtful"
    """All or some of it may be on paper."""


class Past(Struct):
    """What is known of a printer from one connection to the next."""

    lacking: int | None = None
    """Bytes that an interrupted job's last command lacks at most; None: none was interrupted."""
    confirms: Answers = "never"
    """How it has said, at least once, that something was printed."""
    hangs: str | None = None
    """Why it gets no jobs although it answers, in words, until it has worked something off."""


class Session:
    """One open way, from when it is run until it is gone."""

    def __init__(
        self,
        link: Link,
        model: Model,
        past: Past,
        told: Callable[[State], None],
        *,
        address: str,
        times: Times,
    ) -> None:
        """`told` gets the state each time that it is known anew."""
        self._link = link
        self._model = model
        self._past = past
        self._told = told
        self._address = address
        self._times = times
        self._conversation = Conversation(
            link,
            self._tell,
            address=address,
            may_be_silent=model.answers == "never",
            times=times,
        )
        self._ready = False
        """It was made ready for jobs."""
        self._cleared = False
        """Of what an interrupted job left, since that."""
        self._well: State | None = None
        """What it last said of itself, where it says that it prints."""
        self._said_well = asyncio.Event()
        self._confirms: Answers = "never"
        """What it has been found to do; `never` where nothing is asked of its model."""
        self._limit: asyncio.Timeout | None = None
        """Of the job that is being printed."""
        self._troubled = False
        self._sending = False
        self._taken = self._lacking = 0
        """Bytes of the job, and those of the piece that is being sent."""

    @property
    def heard(self) -> bool:
        """Whether it has answered."""
        return self._conversation.heard

    async def run(self) -> None:
        """Hold it until it is gone: raises OSError."""
        recovering = asyncio.create_task(self._recover())
        try:
            await self._conversation.run()
        except TakesNothing as error:
            self._past.hangs = str(error)
            raise
        finally:
            recovering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await recovering

    async def print(self, job: int, data: bytes) -> Outcome:
        """As of Printer; one at a time."""
        self._taken = self._lacking = 0
        outcome = None
        try:
            outcome = await self._as_far_as_it_goes(lambda: self._print(job, data))
        finally:
            self._conversation.busy = False
            if outcome is None and self._taken:
                self._past.lacking = self._lacking
                self._ready = self._cleared = False
        if outcome is None:
            return Outcome.DOUBTFUL if self._taken else Outcome.NOT_SENT
        return outcome

    async def _print(self, job: int, data: bytes) -> Outcome:
        await self._make_ready()
        await self._send(data)
        return await self._end(job)

    async def _recover(self) -> NoReturn:
        """Whenever it hangs and says that it is well, ask for a proof of that."""
        while True:
            await self._said_well.wait()
            self._said_well.clear()
            if self._past.hangs is None:
                continue
            self._ready = False
            if await self._as_far_as_it_goes(self._proved) and self._well is not None:
                self._past.hangs = None
                self._told(self._well)

    async def _proved(self) -> bool:
        await self._make_ready()
        return True

    async def _as_far_as_it_goes(self, work: Callable[[], Awaitable[Done]]) -> Done | None:
        """What it comes to; None where the printer does not go along, which then is told."""
        self._troubled = self._sending = False
        try:
            async with asyncio.timeout(None) as self._limit:
                return await work()
        except TimeoutError:
            if self._sending and not self._troubled:
                self._give_up(TakesNothing())
        except Hangs:
            self._past.hangs = HANGS
            self._told(State(Condition.OFFLINE, HANGS))
        except OSError as error:
            self._give_up(error)
        finally:
            self._limit = None
        return None

    def _give_up(self, error: OSError) -> None:
        """What was begun to be written can never be ended properly: open it anew."""
        self._told(State(Condition.OFFLINE, in_words(error, self._address)))
        self._conversation.break_off(error)

    def _tell(self, state: State) -> None:
        if state.prints and self._past.hangs is not None:
            self._well = state
            self._said_well.set()
            self._told(State(Condition.OFFLINE, self._past.hangs))
            return
        self._told(state)
        if not state.prints and self._limit is not None and not self._limit.expired():
            self._troubled = True
            self._limit.reschedule(asyncio.get_running_loop().time())

    def _within(self, seconds: float) -> None:
        """The job is given up unless it comes further in this time."""
        if self._limit is not None and not self._troubled:
            self._limit.reschedule(asyncio.get_running_loop().time() + seconds)

    def _never_within(self) -> None:
        """It may take as long as it does: somebody else sees to it."""
        if self._limit is not None and not self._troubled:
            self._limit.reschedule(None)

    async def _make_ready(self) -> None:
        """Clear what an earlier job has left, and see whether it confirms."""
        if self._ready:
            return
        interrupted = self._past.lacking is not None or self._past.hangs is not None
        begin = RESET
        if self._past.lacking is not None and not self._cleared:
            known = self._past.confirms
            answers = self._model.answers if known == "never" else known
            begin = clearing(self._model, answers, self._past.lacking)
        if self.heard:
            begin += TELL_CHANGES
        async with self._conversation.writing:
            await self._write(begin)
        self._cleared = True
        self._conversation.in_turn.forget()
        if self.heard and self._model.answers != "never":
            await self._find_out(interrupted=interrupted)
            if interrupted and self._confirms == "in order":
                # What the interrupted job has asked may be answered only now.
                self._within(3 * self._times.late)
                await self._conversation.in_turn.no_more(self._times.late)
        self._past.lacking = None
        self._ready = True

    async def _find_out(self, *, interrupted: bool) -> None:
        """See by what it really confirms; raises Hangs where it works nothing off.

        What has no ids of jobs may still answer in turn, whatever its model. `interrupted`: it
        may print something else first.
        """
        known = self._past.confirms
        ways: tuple[Answers, ...] = ("job id", "in order")
        ways = ways[ways.index(self._model.answers if known == "never" else known) :]
        seconds = self._times.silent
        if known != "never" or interrupted:
            seconds = self._times.idle / len(ways)
        for way in ways:
            self._confirms = way
            with contextlib.suppress(Hangs):
                await self._marked(BEFORE_ANY, seconds)
                self._past.confirms = way
                return
        raise Hangs

    async def _send(self, data: bytes) -> None:
        """Write it in pieces, between which the conversation may ask."""
        self._conversation.busy = True
        if self.heard and data.startswith(RESET):  # Which also ends that it tells of changes.
            data = RESET + TELL_CHANGES + data.removeprefix(RESET)
        for piece in pieces(data):
            asks = piece.ends_line and self._confirms != "never"
            sent = piece.data + (mark_in_between(self._confirms) if asks else b"")
            async with self._conversation.writing:
                self._lacking = len(sent)
                if asks:
                    self._conversation.in_turn.expect_in_between()
                await self._write(sent)
        self._lacking = 0

    async def _write(self, data: bytes) -> None:
        """Give up when nothing of it is taken for too long."""
        self._sending = True
        for at in range(0, len(data), WRITE_BYTES):
            self._within(self._times.stuck)
            before = self._link.written
            try:
                await self._link.write(data[at : at + WRITE_BYTES])
            finally:
                if self._conversation.busy:
                    self._taken += self._link.written - before
        self._sending = False
        self._never_within()

    async def _end(self, job: int) -> Outcome:
        """Wait until it is printed, as far as that can be known."""
        if self._confirms == "never":
            await self._conversation.left()
            return Outcome.SENT
        await self._marked(job, self._times.idle)
        return Outcome.CONFIRMED

    async def _marked(self, job: int, seconds: float) -> None:
        """Return when all before this is printed. Raises Hangs when for so long nothing is."""
        printed = id_of(job) if self._confirms == "job id" else None
        ask = mark(self._confirms, job)
        await self._conversation.confirmed(lambda: self._write(ask), printed, seconds)
