"""From the durable event to the first byte on a printer's wire, with five printers, one dead.

The whole appliance runs on a log on the disk, and the real driver on pseudo-terminals; the dead
one is switched off, and its chits wait. Beside it stands what two commits of that disk take, which
are the least that is between them: the chit's, and that of its being sent.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple, cast
from unittest import mock

import uvloop

from appliance import service
from appliance.config.devices import PrinterSection
from appliance.devices import Mode
from appliance.printing.printers import Printing
from appliance.printing.wiring import Wired
from hardware.printers.driver import Printer, State
from hardware.printers.links import Link
from hardware.printers.models import model_of
from hardware.simulated_printer import SimulatedPrinter
from tests.running import AT_ONCE, RunningAppliance, running

TURNS: Final = 200
WARM: Final = 10
REST_SECONDS: Final = 0.05
"""Between two orders: all chits are out."""
JOB: Final = b"\x1b@"
"""What a chit begins with, and no question to a printer."""
LONGEST_QUESTION: Final = 32
"""Bytes: what the driver itself begins with the same."""
DEAD: Final = "dead"
PRINTERS: Final = {"grill": "grill", "fry": "fry", "cold": "cold", "pass": "pass", DEAD: "grill"}
"""Their stations, by id."""
KITCHEN: Final = AT_ONCE + "".join(
    f'\n[[printer]]\nid = "{name}"\nstations = ["{station}"]\nmodel = "TM-T88V"\n'
    for name, station in PRINTERS.items()
)
ITEMS: Final = [
    {"lineId": "1", "name": "Hamburger"},
    {"lineId": "2", "name": "French Fries"},
    {"lineId": "3", "name": "House Salad"},
]


class TimedLink:
    """Notes when a chit begins."""

    def __init__(self, link: Link, began: Callable[[], None]) -> None:
        self._link = link
        self._began = began

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    async def write(self, data: bytes, **how: Any) -> None:
        if data.startswith(JOB) and len(data) > LONGEST_QUESTION:
            self._began()
        await self._link.write(data, **how)


class Timed(SimulatedPrinter):
    """A simulated printer with a watch on its wire."""

    began: float | None = None

    async def open(self) -> Link:
        return cast("Link", TimedLink(await super().open(), self._note))

    def _note(self) -> None:
        if self.began is None:
            self.began = time.perf_counter()


class Turns:
    """On one appliance."""

    def __init__(self) -> None:
        self.printers: dict[str, Timed] = {}
        self._orders = 0

    def wire(self, section: PrinterSection, _mode: Mode, changed: Callable[[State], None]) -> Wired:
        model = model_of(section.model)
        printer = self.printers[section.id] = Timed(section.id, model)
        return Wired(
            model,
            lambda interrupted: Printer(
                section.id, printer, model, changed, interrupted=interrupted
            ),
            printer,
        )

    async def order(self, appliance: RunningAppliance) -> list[float]:
        """Microseconds until each living printer got the first byte."""
        self._orders += 1
        living = [printer for name, printer in self.printers.items() if name != DEAD]
        for printer in living:
            printer.began = None
        published = asyncio.get_running_loop().create_future()

        def tell() -> None:
            if not published.done():
                published.set_result(time.perf_counter())

        with appliance.expeditor.feed.watched(tell):
            await appliance.order(id=f"{self._orders}", name="Table 7", items=ITEMS)
            at: float = await published
        async with asyncio.timeout(10):
            while not all(printer.began for printer in living):
                await asyncio.sleep(REST_SECONDS)
        return [(printer.began - at) * 1e6 for printer in living if printer.began is not None]


class Result(NamedTuple):
    """Microseconds, ascending."""

    until_first_byte: list[float]
    two_commits: list[float]


async def measure() -> Result:
    """Order by order."""
    took = list[float]()
    turns = Turns()
    with (
        tempfile.TemporaryDirectory() as name,
        mock.patch.object(
            service,
            "make_printing",
            lambda *parts, **named: Printing(*parts, **named, wire=turns.wire),
        ),
    ):
        directory = Path(name)
        async with running(directory, KITCHEN) as appliance:
            turns.printers[DEAD].fail("power")
            while [each.prints for each in appliance.printers_now.printers.values()] != [
                name != DEAD for name in PRINTERS
            ]:
                await asyncio.sleep(REST_SECONDS)
            for number in range(WARM + TURNS):
                one = await turns.order(appliance)
                if number >= WARM:
                    took += one
                await asyncio.sleep(REST_SECONDS)
        commits = await asyncio.to_thread(_commits, directory / "sync")
    return Result(sorted(took), sorted(commits))


def _commits(path: Path) -> list[float]:
    """Microseconds of writing and syncing two pages, each by itself."""
    took = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for _ in range(TURNS):
        began = time.perf_counter()
        for _ in range(2):
            os.write(descriptor, b"x" * 4096)
            os.fdatasync(descriptor)
        took.append((time.perf_counter() - began) * 1e6)
    os.close(descriptor)
    return took


def chits(say: Callable[[str, str, str], None]) -> None:
    """How soon a chit begins to come out."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        measured = runner.run(measure())
    first, commits = measured
    for what, byte, commit, goal in (
        ("median", median(first), median(commits), ""),
        ("p99", first[int(len(first) * 0.99)], commits[int(len(commits) * 0.99)], "under 50 ms"),
    ):
        say(
            f"durable event to first byte, 5 printers, 1 dead / 2 syncs, {what}",
            f"{byte / 1000:.1f} / {commit / 1000:.1f} ms = {byte / commit:.1f}",
            goal,
        )
