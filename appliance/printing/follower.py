"""Follows the log: what happens to tickets goes in, chits come out into the spool.

Where the feed does not reach back to, the log is read in steps. Each event's chits, what is then
on paper, and the place in the log become durable together, so that none is made twice.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from appliance.expeditor import Expeditor
from appliance.feed import BehindTail
from appliance.kitchen import event as events
from appliance.kitchen.event import (
    Event,
    OrderCancelled,
    OrderPlaced,
    OrderUpdated,
    PrintAsked,
    TicketChanged,
)
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Moment
from appliance.log import Log, LogError, Position
from appliance.printing.chit import Chit
from appliance.printing.jobs import Job
from appliance.printing.spool import Spool
from appliance.printing.stepping_in import meanwhile, to_begin_with
from appliance.printing.store import NEVER, PaperKey
from appliance.printing.tally import Tally
from appliance.printing.wanted import Wants, key_of, slips
from appliance.screens_now import ScreensNow

logger = logging.getLogger(__name__)

READ_AT_ONCE: Final = 100
"""Events that are followed in one commit: with five printers some ten milliseconds of the loop."""
RETRY_SECONDS: Final = 1.0
"""Between two attempts when the log cannot be read, or the kitchen is ahead of it."""


class Follower:
    """Of one log, for all printers."""

    def __init__(
        self,
        log: Log,
        expeditor: Expeditor,
        spool: Spool,
        wants: Mapping[str, Wants],
        tally: Tally,
        *,
        screens: ScreensNow,
        changed: Callable[[], None],
    ) -> None:
        """To be made before orders come in: what comes then is printed.

        `wants`: what each printer is there for, by id; `tally` counts what is dropped. `changed`
        is called when `unseen` is other.
        """
        self._log = log
        self._expeditor = expeditor
        self._spool = spool
        self._wants = wants
        self._tally = tally
        self._screens = screens
        self._changed = changed
        self._first = log.head
        """What was in the log before this is printed by nobody who was not there."""
        self.fault: str | None = None
        """Why the log cannot be read; None while it can."""
        self.unmade = 0
        """Events, since the start, that no chit could be made of."""
        self.begun_at_head: str | None = None
        """Why it printed nothing of what was before, if that is so."""
        self.unseen = frozenset[str]()
        """Stations that printers step in for. Not on disk: what came out is on its paper, and
        after a restart screens have their patience anew."""

    def begin(self) -> None:
        """Take up an open spool: where it ended, or from the newest event on."""
        spool, log = self._spool, self._log
        here = Position(log.epoch, self._first)
        if spool.position == NEVER:
            spool.follow_to(here)
        elif spool.position.epoch != log.epoch or spool.position.seq > self._first:
            self.begun_at_head = "the log is another one than was followed; it was restored"
            logger.warning(
                "nothing of what was before is printed by itself: %s", self.begun_at_head
            )
            self._distrust()
            spool.follow_to(here)
            # Its numbers are of the other log, too.
            for printer in spool.printers:
                spool.join(printer, self._first)
        for printer in [each for each in spool.printers if each not in self._wants]:
            if waiting := spool.count(printer):
                logger.warning("printer %s is no more: %d chits are dropped", printer, waiting)
            spool.leave(printer)
        for printer in self._wants:
            if printer not in spool.printers:
                spool.join(printer, self._first)

    def _distrust(self) -> None:
        """What is there is of another log: its orders may be others by now.

        So are the ticks: the wall clock alone says how old a chit is.
        """
        spool, now = self._spool, self._expeditor.now()
        for job in list(spool.jobs.values()):
            spool.put(replace(job, made_tick=now.tick - max(0, now.at - job.made_at)))
        for key in list(spool.papers):
            spool.lay(key, None)
        for printer in spool.printers:
            for id_ in list(spool.ids(printer, "waiting")):
                spool.put(replace(spool.jobs[id_], state="asks"))

    async def run(self) -> None:
        """Follow the log until cancelled."""
        spool, feed = self._spool, self._expeditor.feed
        news = asyncio.Event()
        with feed.watched(news.set), self._screens.watched(news.set):
            while True:
                news.clear()
                self._step_back()
                try:
                    changes = feed.after(spool.position.seq, READ_AT_ONCE)
                except BehindTail:
                    if not await self._read():
                        await news.wait()
                    continue
                if not changes:
                    if not await self._step_in():
                        await self._wait_for(news)
                    continue
                for change in changes:
                    self._follow(change.seq, change.event, change.placed)
                await self._spool.durable()
                await asyncio.sleep(0)  # Where nothing had to be stored, others come first, too.

    async def _wait_for(self, news: asyncio.Event) -> None:
        """Until there are any, or the kitchen may be in step, of which no news tells."""
        is_due = self.unseen != self._screens.unseen
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETRY_SECONDS if is_due else None):
                await news.wait()

    def _step_back(self) -> None:
        """What is seen again is printed as it was before."""
        left = self.unseen & self._screens.unseen
        if left != self.unseen:
            self.unseen = left
            self._changed()

    async def _step_in(self) -> bool:
        """Print what is live where nobody sees it; False where there is nothing to do, or not yet.

        Not while the kitchen is ahead: of what is not followed yet it would be told twice, and of
        what is not durable it must not be told.
        """
        begun, expeditor = self._screens.unseen - self.unseen, self._expeditor
        if not begun or expeditor.seq != self._spool.position.seq:
            return False
        self.unseen |= begun
        self._changed()
        now = expeditor.now()
        for printer, wants in self._wants.items():
            # At once: orders on boards are some dozens.
            for event, placed in to_begin_with(wants, begun, expeditor.kitchen, now):
                self._make(printer, wants, expeditor.seq, event, placed)
        await self._spool.durable()
        return True

    async def _read(self) -> bool:
        """Follow some of what only the log has; False where there is nothing."""
        try:
            recorded = await self._log.read(self._spool.position.seq, READ_AT_ONCE)
        except LogError as error:
            if self.fault is None:
                logger.warning("the log cannot be followed: %s", error)
            self.fault = str(error)
            await asyncio.sleep(RETRY_SECONDS)
            return True
        self.fault = None
        for each in recorded:
            event = events.decode(each.event)
            self._follow(each.seq, event, self._placed(event))
        await self._spool.durable()
        return bool(recorded)

    def _placed(self, event: Event) -> Placed | None:
        """The order that an event is about, as it is now; None where it is not in memory."""
        match event:
            case OrderPlaced(number=number) | OrderUpdated(number=number):
                pass
            case OrderCancelled(number=number):
                pass
            case TicketChanged(ticket=ticket) | PrintAsked(ticket=ticket):
                number = ticket.number
            case _:
                return None
        try:
            return self._expeditor.kitchen.placed(number)
        except KeyError:
            return None

    def _follow(self, seq: int, event: Event, placed: Placed | None) -> None:
        if placed is not None:
            for printer, wants in self._wants.items():
                if self._is_for(printer, seq, event):
                    self._make(printer, wants, seq, event, placed)
        self._spool.follow_to(Position(self._log.epoch, seq))

    def _is_for(self, printer: str, seq: int, event: Event) -> bool:
        if seq <= self._spool.printers[printer].since:
            return False
        return not isinstance(event, PrintAsked) or event.printer in (None, printer)

    def _make(self, printer: str, wants: Wants, seq: int, event: Event, placed: Placed) -> None:
        kitchen = self._expeditor.kitchen
        try:
            wants = meanwhile(wants, self.unseen, event, placed, kitchen)
            key = key_of(wants, event)
            if key is None:
                return
            paper = self._spool.papers.get(PaperKey(printer, *key))
            made = slips(wants, event, placed, paper, kitchen)
        except Exception:
            # One order that nothing can be made of must not end the chits of all others.
            logger.exception("no chit could be made of event %d for printer %s", seq, printer)
            self.unmade += 1
            return
        for chit in made.chits:
            add_job(self._spool, self._tally, printer, chit, Moment(event.at, event.tick))
        if made.key is not None:
            self._spool.lay(PaperKey(printer, *made.key), made.paper)


def add_job(spool: Spool, tally: Tally, printer: str, chit: Chit, now: Moment) -> Job:
    """A new job, and room for it."""
    job = spool.add(lambda number: Job(number, printer, chit, now.at, now.tick))
    while (oldest := spool.overfull(printer)) is not None:
        tally.drop(spool, oldest, now)
    return job
