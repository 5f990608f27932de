"""Thousands of chits on real wires while printers fail: none is lost, none comes twice unmarked.

What fails and when follows from a seed; time is moved. A plain printer is not among them: it tells
nothing, so that what it loses nobody can know.
"""

import asyncio
import random
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import pytest

from hardware.simulated_printer import Fault
from tests.printing.quiet_time import QuietTime
from tests.printing.wires import MODELS, Came, Wires
from tests.proof import count

JOBS: Final = count(250, proof=5_000)
FAILING: Final = ("grill", "fry", "oven", "bar")
BYSTANDER: Final = "cold"
"""Never fails, and is nobody's fallback."""
STATES: Final[dict[Fault, str]] = {
    "paper low": "paper low",
    "out of paper": "out of paper",
    "cover open": "cover open",
    "stalled": "offline",
    "wrong answers": "offline",
    "vanished": "offline",
    "power": "offline",
}
"""What each is told as; `slow` is nothing that a printer tells of itself."""
ALARM_SECONDS: Final = 10.0
BETWEEN_ORDERS: Final = 1.0
"""Seconds, at an average."""
DELAYED_BY: Final = 0.1
"""Seconds at most that others are held up."""
MANY_TIMES: Final = 60


class Storm:
    """On one night."""

    def __init__(self, night: Wires, seed: int) -> None:
        self.night = night
        self.chance = random.Random(seed)  # noqa: S311
        self.alarms: list[tuple[Fault, float]] = []
        """What failed, and after how many seconds that was told."""
        self.not_told: list[str] = []
        self.is_over = False

    async def orders(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        while len(self.night.ordered) < JOBS:
            self.night.order(BYSTANDER, *chance.sample(FAILING, chance.randint(1, 3)))
            await asyncio.sleep(chance.expovariate(1 / BETWEEN_ORDERS))

    async def failing(self, name: str) -> None:
        printer = self.night.wires[name].printer
        while True:
            await asyncio.sleep(self.chance.uniform(1, 20))
            fault: Fault = self.chance.choice([*STATES, "slow"])
            printer.fail(fault)
            until = asyncio.get_running_loop().time() + self.chance.uniform(11, 25)
            if fault in STATES:
                await self._told(name, fault)
            await asyncio.sleep(until - asyncio.get_running_loop().time())
            printer.mend(fault)

    async def _told(self, name: str, fault: Fault) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        # At a start all are offline, until they have said how they are.
        while (state := self.night.shows(name).state) not in (STATES[fault], "offline"):
            if loop.time() - began > ALARM_SECONDS:
                self.not_told.append(f"{name}: {fault} is told as {state}")
                return
            await asyncio.sleep(0.05)
        self.alarms.append((fault, loop.time() - began))

    async def failing_machine(self) -> None:
        night, chance = self.night, self.chance
        while not self.is_over:
            await asyncio.sleep(chance.uniform(2, 30))
            match chance.choice(["disk", "stopped", "killed"]):
                case "disk":
                    night.plug.is_disk_broken = True
                    await asyncio.sleep(chance.uniform(0.1, 8))
                    if chance.random() < 0.3:
                        await night.restart()
                    night.plug.is_disk_broken = False
                case "stopped":
                    await night.stop()
                    await night.start()
                case _:
                    await night.restart()

    async def mended(self) -> None:
        """All is well, and whoever is asked says yes."""
        for wire in self.night.wires.values():
            for fault in list(wire.printer.faults):
                wire.printer.mend(fault)
        for _ in range(MANY_TIMES):
            await asyncio.sleep(30)
            printing = self.night.printing
            asked = [await printing.decide(name, None, wanted=True) for name in MODELS]
            if not any(asked) and not any(self.night.shows(name).waiting for name in MODELS):
                return
        raise AssertionError([await self.night.states(name) for name in MODELS])


def night_of(directory: Path, seed: int, *, fail: bool, plug: bool = False) -> Storm:
    """All that happened in one."""
    directory.mkdir()
    night = Wires(directory)
    storm = Storm(night, seed)

    async def whole() -> None:
        for wire in night.wires.values():
            await wire.printer.start()
        await night.start()
        await asyncio.sleep(5)
        troubles = [storm.failing(name) for name in FAILING] if fail else []
        failing = [asyncio.create_task(trouble) for trouble in troubles]
        machine = asyncio.create_task(storm.failing_machine()) if plug else None
        try:
            await storm.orders(seed)
            storm.is_over = True
            if machine is not None:
                await machine
            for task in failing:
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled(), task
            await storm.mended()
            await night.stop()
        finally:
            night.throw_away()

    with asyncio.Runner(loop_factory=lambda: QuietTime(night)) as runner:
        runner.run(whole())
    return storm


def look_at(storm: Storm) -> dict[tuple[int, str], list[Came]]:
    """Each chit came out, once or marked, whole, in order, and glued to no other."""
    came = defaultdict[tuple[int, str], list[Came]](list)
    for slip in storm.night.slips:
        assert len(slip.numbers) == 1, f"glued together: {slip}"
        came[slip.numbers[0], slip.home].append(slip)
    lost = [key for key in storm.night.ordered if not any(slip.is_whole for slip in came[key])]
    assert not lost, [(key, came[key]) for key in lost]
    assert came.keys() == storm.night.ordered.keys()
    for slips in came.values():
        assert sum(not slip.reprint for slip in slips) <= 1, f"twice, unmarked: {slips}"
    for printer in MODELS:
        firsts = [
            slip.numbers[0]
            for slip in storm.night.slips
            if slip.printer == slip.home == printer and not slip.reprint and not slip.late
            if (slip.numbers[0], printer) not in storm.night.begun_elsewhere
        ]
        assert firsts == sorted(firsts), f"out of order at {printer}"
    assert not storm.not_told, storm.not_told
    return came


def delays(storm: Storm) -> list[float]:
    """Seconds from each order to its chit, at the printer that never fails."""
    ordered = storm.night.ordered
    return [
        slip.at - ordered[slip.numbers[0], BYSTANDER]
        for slip in storm.night.slips
        if slip.home == BYSTANDER
    ]


@pytest.mark.parametrize("seed", [7])
def test_printers_fail_and_others_are_not_held_up(tmp_path: Path, seed: int) -> None:
    undisturbed = night_of(tmp_path / "undisturbed", seed, fail=False)
    assert {slip.reprint for slip in undisturbed.night.slips} == {False}
    look_at(undisturbed)
    storm = night_of(tmp_path / "storm", seed, fail=True)
    look_at(storm)
    told = Counter(fault for fault, _ in storm.alarms)
    latest = max(seconds for _, seconds in storm.alarms)
    marked = sum(slip.reprint for slip in storm.night.slips)
    print(
        f"\n{len(storm.night.ordered)} chits, {sum(told.values())} faults told, the latest after"
        f" {latest:.1f} s; {marked} slips marked REPRINT"
    )
    before, after = delays(undisturbed), delays(storm)
    for what, at in (("median", median), ("p99", p99)):
        print(f"order to slip beside them, {what}: {at(before):.3f} s, {at(after):.3f} s")
        assert at(after) - at(before) <= DELAYED_BY


def p99(seconds: list[float]) -> float:
    """Ninety-nine of a hundred are not longer."""
    return quantiles(seconds, n=100)[-1]


@pytest.mark.parametrize("seed", [11])
def test_printers_the_disk_and_the_service_fail(tmp_path: Path, seed: int) -> None:
    storm = night_of(tmp_path / "storm", seed, fail=True, plug=True)
    came = look_at(storm)
    assert any(slip.reprint for slips in came.values() for slip in slips)
