"""A printer that comes and goes: its state in words, and what became of each job."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final, NoReturn

from hardware.printers.away import in_words
from hardware.printers.commands import most_lacking
from hardware.printers.condition import Condition, State
from hardware.printers.models import Model
from hardware.printers.session import Outcome, Past, Session
from hardware.printers.times import USUAL, Times
from hardware.printers.transport import Transport

__all__ = ["NOT_OPENED", "Condition", "Outcome", "Printer", "State", "Times"]

logger = logging.getLogger(__name__)

FIRST_LOOK: Final = 0.1
"""Of the look time: after the first failure it is tried again soon, then less and less so."""


NOT_OPENED: Final = State(Condition.OFFLINE, "not opened")
"""Before and after."""


class Printer:
    """One printer, from when it is run until that is cancelled, however often it goes."""

    def __init__(
        self,
        name: str,
        transport: Transport,
        model: Model,
        changed: Callable[[State], None] = lambda _state: None,
        *,
        interrupted: bool = False,
        times: Times = USUAL,
    ) -> None:
        """`changed` gets each new state, on the event loop. Nothing is opened yet.

        `interrupted`: a job may have been left half in it by an earlier process. The next is then
        cut off from what may be on paper.
        """
        self.name = name
        self.model = model
        self.state = NOT_OPENED
        self._transport = transport
        self._changed = changed
        self._times = times
        self._past = Past(lacking=most_lacking(model) if interrupted else None)
        self._session: Session | None = None
        self._one_job = asyncio.Lock()

    async def run(self) -> NoReturn:
        """Keep hold of it and ask how it is, until cancelled. That it is away ends nothing."""
        wait = FIRST_LOOK * self._times.look
        try:
            while True:
                if await self._hold():
                    wait = FIRST_LOOK * self._times.look
                await asyncio.sleep(wait)
                wait = min(2 * wait, self._times.look)
        finally:
            self._become(NOT_OPENED)

    async def print(self, job: int, data: bytes) -> Outcome:
        """Print the bytes of a job, one job at a time; ends in a bounded time.

        A job that was cancelled counts as DOUBTFUL, or as NOT_SENT where `print` had not begun.
        """
        async with self._one_job:
            if self._session is None or not self.state.prints:
                return Outcome.NOT_SENT
            return await self._session.print(job, data)

    async def _hold(self) -> bool:
        """Open it, and return when it is gone or could not be opened; whether it had answered."""
        address = self._transport.address
        try:
            link = await self._transport.open()
            self._session = session = Session(
                link, self.model, self._past, self._become, address=address, times=self._times
            )
        except Exception as error:  # noqa: BLE001 - whatever a driver raises is a state
            self._become(State(Condition.OFFLINE, in_words(error, address)))
            return False
        try:
            await session.run()
        except OSError as error:
            self._become(State(Condition.OFFLINE, in_words(error, address)))
        except Exception as error:
            logger.exception("printer %r: its driver has failed", self.name)
            self._become(State(Condition.OFFLINE, in_words(error, address)))
        finally:
            self._session = None
            with contextlib.suppress(OSError):
                link.close()
        return session.heard

    def _become(self, state: State) -> None:
        if state == self.state:
            return
        # That it is away is said once, however often it is tried again and for whatever reason.
        again = state.condition == self.state.condition and not state.prints
        is_well = state.prints or state == NOT_OPENED
        log = logger.debug if again else logger.info if is_well else logger.warning
        why = "" if state.words == state.condition else f": {state.words}"
        log("printer %r: %s%s", self.name, state.condition, why)
        self.state = state
        try:
            self._changed(state)
        except Exception:
            logger.exception("printer %r: what is told its state has failed", self.name)
