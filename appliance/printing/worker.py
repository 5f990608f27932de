"""One printer's worker: takes what comes out of it, one chit after the other.

spool ─ the next job ▶ "sending" is durable ▶ the driver ▶ what became of it ▶ spool
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from msgspec.structs import replace

from appliance.kitchen.ticket import Moment
from appliance.printing.jobs import End, Job, doubted, ended
from appliance.printing.plan import Standing, comes_out_at, next_at
from appliance.printing.spool import Spool
from appliance.printing.tally import Tally
from hardware.printers.driver import Outcome, Printer

logger = logging.getLogger(__name__)

REFUSED_SECONDS: Final = 0.5
"""Until it is tried again where a printer took nothing although it seemed to be there."""
GOODBYE_SECONDS: Final = 2.0
"""For a chit that is being printed when the service stops: short of it, it comes twice."""
TRUE_MS: Final = 10_000
"""So long a drawn chit is true: one that waited for the disk for longer may have to say that it
is late, and is drawn again."""

_ENDS: Final[Mapping[Outcome, End]] = {Outcome.SENT: "sent", Outcome.CONFIRMED: "confirmed"}

Draw = Callable[[Job, str], Awaitable[bytes]]
"""The bytes of a job at a printer, by its id."""


class Worker:
    """Of one printer."""

    def __init__(
        self,
        driver: Printer,
        spool: Spool,
        tally: Tally,
        *,
        standings: Callable[[], Mapping[str, Standing]],
        draw: Draw,
        now: Callable[[], Moment],
    ) -> None:
        self._driver = driver
        self._spool = spool
        self._standings = standings
        self._draw = draw
        self._now = now
        self._tally = tally
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something is other: look again."""
        self._news.set()

    async def run(self) -> None:
        """Print what comes out of it, until cancelled."""
        while True:
            self._news.clear()
            job = self._next()
            if job is None:
                await self._news.wait()
            else:
                await self._print(job)

    def _next(self) -> Job | None:
        step = next_at(self._driver.name, self._standings(), self._spool, self._now())
        for job in step.ask:
            self._spool.put(replace(job, state="asks"))
        return step.job

    async def _print(self, job: Job) -> None:
        name = self._driver.name
        was_unclean = self._spool.printers[name].is_unclean
        self._spool.put(replace(job, state="sending", at=name))
        self._spool.leave_unclean(name, is_unclean=True)
        data = None
        try:
            data = await self._ready_to_go(job)
        finally:  # Also when the service stops meanwhile: not one byte of it has left.
            if data is None and self._spool.jobs[job.id].state == "sending":
                self._spool.put(job)
            if data is None:
                self._spool.leave_unclean(name, is_unclean=was_unclean)
        if data is None:
            return
        outcome = await self._outcome(job, data)
        self._settle(job, outcome)
        if outcome is Outcome.NOT_SENT:
            self._spool.leave_unclean(name, is_unclean=was_unclean)
            if self._driver.state.prints:
                await asyncio.sleep(REFUSED_SECONDS)

    async def _ready_to_go(self, job: Job) -> bytes | None:
        """Its bytes, when it is durable that they are sent; None where they are not to be sent."""
        name, began = self._driver.name, self._now().tick
        try:
            data = await self._draw(job, name)
        except Exception:
            # One chit that cannot be drawn must not hold up those behind it for ever.
            logger.exception("chit %d cannot be drawn for printer %s", job.id, name)
            self._tally.drop(self._spool, job, self._now())
            return None
        await self._spool.durable()
        return data if self._may_still_go(job, began) else None

    def _may_still_go(self, job: Job, drawn_at: int) -> bool:
        """Whether it is still for this printer as it is: a disk may have taken long meanwhile."""
        now, standings = self._now(), self._standings()
        here = comes_out_at(job.printer, standings) == self._driver.name
        too_old = job.too_old(standings[job.printer].age_limit, now)
        return here and not too_old and now.since(drawn_at) <= TRUE_MS

    async def _outcome(self, job: Job, data: bytes) -> Outcome:
        """What became of it; when the service stops meanwhile, as far as it is known soon."""
        printing = asyncio.ensure_future(self._driven(job, data))
        try:
            return await asyncio.shield(printing)
        except asyncio.CancelledError:
            await asyncio.wait([printing], timeout=GOODBYE_SECONDS)
            if printing.done():
                self._settle(job, printing.result())
            else:
                printing.cancel()
                await asyncio.wait([printing])
            raise

    async def _driven(self, job: Job, data: bytes) -> Outcome:
        try:
            return await self._driver.print(job.id, data)
        except Exception:
            # Whatever is wrong with one driver must not end the chits of all others, and orders.
            logger.exception("the driver of printer %s has failed", self._driver.name)
            return Outcome.DOUBTFUL

    def _settle(self, job: Job, outcome: Outcome) -> None:
        match outcome:
            case Outcome.NOT_SENT:
                self._spool.put(job)
            case Outcome.DOUBTFUL:
                logger.warning("chit %d may be on paper at %s or not", job.id, self._driver.name)
                self._spool.put(doubted(replace(job, at=self._driver.name)))
            case Outcome.SENT | Outcome.CONFIRMED:
                self._tally.count(job, self._driver.name)
                over = ended(job, _ENDS[outcome], self._now())
                self._spool.put(replace(over, at=self._driver.name))
                self._spool.leave_unclean(self._driver.name, is_unclean=False)
