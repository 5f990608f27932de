"""A printer's driver at work, and what a test waits for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from hardware.printers.driver import Condition, Printer, State, Times
from hardware.printers.models import Model
from hardware.printers.transport import Transport

TIMES = Times(ask=0.05, silent=0.4, busy=0.8, stuck=0.8, idle=1.5, late=0.3, look=0.05)
PATIENCE = 20.0
"""Seconds until a test gives up on what should come."""


class Driven:
    """A printer that is run, and all that it told."""

    def __init__(self, printer: Callable[[Callable[[State], None]], Printer]) -> None:
        self.states: list[State] = []
        self._changed = asyncio.Event()
        self.printer = printer(self._tell)
        self.print = self.printer.print

    def _tell(self, state: State) -> None:
        self.states.append(state)
        self._changed.set()

    async def until(self, condition: Condition, words: str = "") -> str:
        """Its words, as soon as that is its condition and those are among them."""
        async with asyncio.timeout(PATIENCE):
            while (
                self.printer.state.condition != condition or words not in self.printer.state.words
            ):
                self._changed.clear()
                await self._changed.wait()
        return self.printer.state.words


async def eventually(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def driven(
    transport: Transport, model: Model, times: Times = TIMES, *, interrupted: bool = False
) -> AsyncIterator[Driven]:
    it = Driven(
        lambda changed: Printer(
            "fry", transport, model, changed, interrupted=interrupted, times=times
        )
    )
    running = asyncio.create_task(it.printer.run())
    try:
        yield it
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
