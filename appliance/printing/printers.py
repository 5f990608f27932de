"""The printers of a configuration, as long as the appliance runs.

log ─ Follower ▶ Spool ◀─ Worker, one per printer ─ bytes ▶ hardware.printers

A printer that is away, or a disk that does not store, is a state that is shown, and ends nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from appliance.config import Config
from appliance.expeditor import Expeditor
from appliance.log import Log
from appliance.printers import (
    CannotPrint,
    JobJson,
    PrinterNow,
    PrintersJson,
    PrintersNow,
    PrintingStatus,
)
from appliance.printing.chit import Chit
from appliance.printing.drawing import Drawing
from appliance.printing.follower import Follower, add_job
from appliance.printing.jobs import ENDED, Job, json_of
from appliance.printing.plan import Standing, comes_out_at
from appliance.printing.sample import sample
from appliance.printing.shown import lost_chits, printer_json, warnings
from appliance.printing.spool import Spool
from appliance.printing.stand import Stand
from appliance.printing.stepping_in import steps_in_for
from appliance.printing.tally import Tally
from appliance.printing.wanted import Wants
from appliance.printing.wiring import Wire, wire
from appliance.printing.worker import Worker
from appliance.screens_now import ScreensNow
from hardware.printers.driver import Printer
from hardware.simulated_printer import FAULTS, Fault, SimulatedPrinter

logger = logging.getLogger(__name__)

MOST_LISTED: Final = 300
"""Jobs: more than a person looks through."""
PREPARE_SECONDS: Final = 1.0
"""That orders wait for a disk that does not take even the first commit."""
SWEEP_SECONDS: Final = 60.0
"""Between two looks for what is to be forgotten."""


class Printing:
    """All of them; see `appliance.printers.Printers`."""

    def __init__(
        self,
        config: Config,
        expeditor: Expeditor,
        log: Log,
        directory: Path,
        printers_now: PrintersNow,
        *,
        screens_now: ScreensNow,
        wire: Wire = wire,
    ) -> None:
        """Opens nothing yet; the spool is kept in `directory`."""
        self._mode = config.devices.mode
        self._expeditor = expeditor
        self._log = log
        self._now = printers_now
        self._is_news_due = False
        self._tally = Tally()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._drawing = Drawing(config)
        self._spool = Spool(directory, self._thread, self._tell)
        self._stands = {
            section.id: Stand(section, self._mode, wire, self._tell, lambda: expeditor.now().at)
            for section in config.printer
        }
        self._workers: list[Worker] = []
        self._wants = {
            section.id: Wants(section.stations, section.print_on, section.ticket)
            for section in config.printer
        }
        self._follower = Follower(
            log,
            expeditor,
            self._spool,
            self._wants,
            self._tally,
            screens=screens_now,
            changed=self._tell,
        )
        self._is_open = False
        self._show()

    # ── running ──────────────────────────────────────────────────────────────────────

    async def prepare(self) -> None:
        """Take up what is on disk, so that all is printed that comes from now on.

        Where the disk does not let it, `run` tries it again.
        """
        if await self._spool.try_to_open():
            self._take_up()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PREPARE_SECONDS):
                    await self._spool.commit()

    def _take_up(self) -> None:
        self._follower.begin()
        self._is_open = True

    async def run(self) -> None:
        """Print what is wanted on paper, until cancelled."""
        for stand in self._stands.values():
            stand.begin()
        self._drawing.warm_up(stand.wired.model for stand in self._stands.values())
        try:
            if not self._is_open:
                await self._spool.open()
                self._take_up()
            known = self._spool.printers
            drivers = [
                driver
                for name, stand in self._stands.items()
                if (driver := stand.drive(interrupted=known[name].is_unclean)) is not None
            ]
            # Chits that are being printed when this ends need their printers a little longer.
            async with asyncio.TaskGroup() as group:
                driving = [
                    group.create_task(driver.run(), name=f"printer {driver.name}")
                    for driver in drivers
                ]
                try:
                    await self._work(drivers)
                finally:
                    for each in driving:
                        each.cancel()
        finally:
            for stand in self._stands.values():
                stand.end()

    async def close(self) -> None:
        """Let go of everything, when it does not run any more."""
        for stand in self._stands.values():
            if stand.wired.simulated is not None:
                stand.wired.simulated.close()
        await self._spool.close()
        await asyncio.to_thread(self._end_threads)

    async def _work(self, drivers: Sequence[Printer]) -> None:
        self._workers = [
            Worker(
                driver,
                self._spool,
                self._tally,
                standings=self._standings,
                draw=self._draw,
                now=self._expeditor.now,
            )
            for driver in drivers
        ]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._spool.run(), name="spool")
            group.create_task(self._follower.run(), name="chits")
            group.create_task(self._sweep(), name="old chits")
            for worker in self._workers:
                group.create_task(worker.run(), name="chits of a printer")

    def _end_threads(self) -> None:
        self._thread.shutdown()
        self._drawing.close()

    async def _sweep(self) -> None:
        while True:
            self._forget()
            self._spool.keep_position()
            await self._spool.scrub(self._expeditor.now().at)
            await asyncio.sleep(SWEEP_SECONDS)

    def _forget(self) -> None:
        """What is old, and what is on paper of orders that nothing can happen to any more."""
        now = self._expeditor.now()
        outdated = self._spool.outdated(now)
        for job in outdated:
            if job.state not in ENDED:
                self._tally.drop(self._spool, job, now)
        self._spool.forget(outdated)
        numbers = self._expeditor.kitchen.numbers_in_memory
        for key in [key for key in self._spool.papers if key.number not in numbers]:
            self._spool.lay(key, None)

    def _standings(self) -> Mapping[str, Standing]:
        return {name: stand.standing for name, stand in self._stands.items()}

    async def _draw(self, job: Job, at: str) -> bytes:
        now = self._expeditor.now()
        return await self._drawing.draw(job, at, self._stands[at].wired.model, now)

    # ── what is told of them ─────────────────────────────────────────────────────────

    def _tell(self) -> None:
        """Something is other: of all that is so in this turn of the loop, tell once."""
        if not self._is_news_due:
            self._is_news_due = True
            asyncio.get_running_loop().call_soon(self._told)

    def _told(self) -> None:
        self._is_news_due = False
        for worker in self._workers:
            worker.wake()
        self._show()

    def _show(self) -> None:
        standings = self._standings()
        for name, stand in self._stands.items():
            at = comes_out_at(name, standings)
            self._now.show(
                PrinterNow(
                    name,
                    stand.section.stations,
                    *stand.state,
                    waiting=self._spool.count(name),
                    asking=len(self._spool.ids(name, "asking")),
                    covered_by=None if at == name else at,
                    steps_in_for=steps_in_for(self._wants[name], self._follower.unseen),
                )
            )

    def shown(self) -> PrintersJson:
        """All of them, as they are now."""
        now = self._now.printers
        printers = [
            printer_json(stand, now[name], self._tally) for name, stand in self._stands.items()
        ]
        return PrintersJson(self._mode, printers, self.status().fault)

    def status(self) -> PrintingStatus:
        """How far the log was followed, and what keeps chits from being printed."""
        return PrintingStatus(
            followed=self._spool.position.seq,
            of=self._log.head,
            fault=self._spool.fault or self._follower.fault,
        )

    def warnings(self) -> list[str]:
        """A sentence for each thing that somebody should look after, but for the printers."""
        return list(warnings(self._spool, self._follower, self._tally))

    def other_warnings(self) -> list[str]:
        """Those of them that are not in the status."""
        return list(lost_chits(self._spool, self._follower, self._tally))

    # ── what can be asked ────────────────────────────────────────────────────────────

    async def jobs(self, printer: str) -> Sequence[JobJson]:
        """The newest jobs for a printer, the newest first, a few hundred at most."""
        self._stands[printer]
        ids = [
            id_
            for group in ("waiting", "asking", "sending", "ended")
            for id_ in self._spool.ids(printer, group)
        ]
        return [json_of(self._spool.jobs[id_]) for id_ in sorted(ids, reverse=True)[:MOST_LISTED]]

    async def test(self, printer: str) -> JobJson:
        """Print its test page, durably as any job. Raises CannotPrint."""
        stand = self._stands[printer]
        self._require_open()
        if stand.wired.drive is None:
            raise CannotPrint("it is not wired: the configuration does not say where it is")
        now = self._expeditor.now()
        job = add_job(self._spool, self._tally, printer, Chit("test", now.at, station=printer), now)
        await self._spool.durable()
        return json_of(self._spool.jobs.get(job.id, job))

    async def decide(self, printer: str, job: int | None, *, wanted: bool) -> int:
        """Print jobs that ask, or drop them, or one that is queued; None: all that ask.

        Returns how many. Raises CannotPrint where that one does neither, and KeyError where
        there is no such job.
        """
        self._stands[printer]
        self._require_open()
        ids = list(self._spool.ids(printer, "asking"))
        if job is not None:
            if job not in self._spool.jobs or self._spool.jobs[job].printer != printer:
                raise KeyError(job)
            if job not in ids and job not in self._spool.ids(printer, "waiting"):
                raise CannotPrint("it is on paper, on its way there, or gone")
            ids = [job]
        for id_ in ids:
            self._decide(self._spool.jobs[id_], wanted=wanted)
        await self._spool.durable()
        return len(ids)

    def _decide(self, job: Job, *, wanted: bool) -> None:
        if wanted:
            state = "doubtful" if job.reprint else "queued"
            self._spool.put(replace(job, state=state, wanted=True))
        else:
            self._tally.drop(self._spool, job, self._expeditor.now(), by_hand=True)

    def _require_open(self) -> None:
        if not self._is_open or self._spool.fault is not None:
            raise CannotPrint(f"chits cannot be stored: {self._spool.fault or 'not opened yet'}")

    async def preview(self, printer: str) -> str:
        """A sample ticket as this printer would print it: an SVG picture of its real bytes."""
        stand = self._stands[printer]
        station = next(iter(stand.section.stations), printer)
        known = self._expeditor.kitchen.router.stations
        name = known[station].name if station in known else station
        chit = sample(name, self._expeditor.now().at)
        return await self._drawing.preview(chit, stand.wired.model)

    def picture(self, printer: str) -> str:
        """What a simulated printer printed last, as an SVG picture. Raises CannotPrint."""
        return self._simulated(printer).picture()

    def fault(self, printer: str, fault: str, *, on: bool) -> None:
        """Have a simulated printer fail, or mend it. Raises CannotPrint."""
        simulated = self._simulated(printer)
        known: Mapping[str, Fault] = {each: each for each in FAULTS}
        if fault not in known:
            raise CannotPrint(f"{fault!r} is no fault; there are: {', '.join(known)}")
        (simulated.fail if on else simulated.mend)(known[fault])

    def _simulated(self, printer: str) -> SimulatedPrinter:
        simulated = self._stands[printer].wired.simulated
        if simulated is None:
            raise CannotPrint("it is a real one: look at its paper")
        return simulated
