"""From the edge on a pin to the durable event, beside the same command given in process.

The whole appliance runs on a log on the disk. Turn by turn, a thread drives a simulated pin, as
lgpio's thread brings the edges of real ones, and bumps the first ticket of a board; or the loop
is given the bump of the last one. Either has arrived when the log's followers are told.
"""

import asyncio
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import uvloop

from appliance.kitchen.command import ActOnTicket
from hardware.simulated import SimulatedPin, SimulatedPins
from tests.running import AT_ONCE, RunningAppliance, running

TURNS: Final = 300
WARM: Final = 20
BOARD: Final = 12
"""Tickets that wait; each turn takes one, and another comes."""
STATION: Final = "grill"
BUTTON: Final = "grill-1"
PIN: Final = 17
KITCHEN: Final = f"""{AT_ONCE}
[[button]]
id = "{BUTTON}"
station = "{STATION}"
slot = 1
pin = {PIN}
lamp = 27
"""
QUIET_SECONDS: Final = 0.005
"""Before an edge or a command: the loop waits for events again, as it does in a kitchen."""
DOWN_SECONDS: Final = 0.04
"""Of a finger."""
REST_SECONDS: Final = 0.11
"""After each turn. More than five presses a second are no finger's: the button is switched off."""


class Result(NamedTuple):
    """Microseconds of each turn."""

    by_edge: list[float]
    in_process: list[float]


class Hand(threading.Thread):
    """Presses the button when it is told to."""

    def __init__(self, wire: SimulatedPin) -> None:
        super().__init__(name="hand", daemon=True)
        self._wire = wire
        self._told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.began = 0.0

    def press(self) -> None:
        self._told.put("press")

    def end(self) -> None:
        self._told.put("")

    def run(self) -> None:
        while self._told.get():
            time.sleep(QUIET_SECONDS)
            self.began = time.perf_counter()
            self._wire.drive_low()
            time.sleep(DOWN_SECONDS)
            self._wire.drive_high()


class Turns:
    """On one appliance."""

    def __init__(self, appliance: RunningAppliance) -> None:
        self._appliance = appliance
        self._expeditor = appliance.expeditor
        self._orders = 0
        assert appliance.devices is not None
        pins = appliance.devices.pins
        assert isinstance(pins, SimulatedPins)
        self._hand = Hand(pins.wire(PIN))

    @contextmanager
    def hand(self) -> Iterator[None]:
        self._hand.start()
        yield
        self._hand.end()

    async def order(self) -> None:
        self._orders += 1
        item = {"lineId": "1", "name": "Hamburger"}
        await self._appliance.order(id=f"{self._orders}", name="Table 7", items=[item])

    async def by_edge(self) -> float:
        """Microseconds from the edge until the first ticket of the board is bumped for good."""
        first = self._on_board()[0]
        self._hand.press()
        arrived = await self._bumped(first)
        return (arrived - self._hand.began) * 1e6

    async def in_process(self) -> float:
        """Microseconds from the command until the last ticket of the board is bumped for good."""
        last = self._on_board()[-1]
        began = 0.0

        def give() -> None:
            nonlocal began
            began = time.perf_counter()
            self._expeditor.submit(ActOnTicket(STATION, last, "bump"), f"button {BUTTON}")

        asyncio.get_running_loop().call_later(QUIET_SECONDS, give)
        arrived = await self._bumped(last)
        return (arrived - began) * 1e6

    def _on_board(self) -> list[str]:
        kitchen = self._expeditor.kitchen
        tickets = kitchen.live_tickets(STATION)
        return [kitchen.placed(ticket.number).order.id for ticket in tickets]

    async def _bumped(self, order: str) -> float:
        """When the followers were told."""
        feed = self._expeditor.feed
        told = asyncio.get_running_loop().create_future()

        def tell() -> None:
            told.set_result(time.perf_counter())

        with feed.watched(tell):
            async with asyncio.timeout(5):
                arrived: float = await told
        if order in self._on_board():
            raise AssertionError(f"another than {order} was bumped")
        return arrived


async def measure() -> Result:
    """Turn by turn, each time the other one first."""
    by_edge, in_process = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as directory:
        async with running(Path(directory), KITCHEN) as appliance:
            assert appliance.devices is not None
            while appliance.devices.pins is None:
                await asyncio.sleep(0.01)
            turns = Turns(appliance)
            for _ in range(BOARD):
                await turns.order()
            with turns.hand():
                for number in range(WARM + TURNS):
                    ways = [(turns.by_edge, by_edge), (turns.in_process, in_process)]
                    for way, took in ways if number % 2 else reversed(ways):
                        took.append(await way())
                        await turns.order()
                        await asyncio.sleep(REST_SECONDS)
    return Result(sorted(by_edge[WARM:]), sorted(in_process[WARM:]))


def presses(say: Callable[[str, str, str], None]) -> None:
    """What a button costs beside the command that it gives."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        by_edge, in_process = runner.run(measure())
    last = int(TURNS * 0.99)
    for what, edge, command, goal in (
        ("median", median(by_edge), median(in_process), "at most 1.5"),
        ("p99", by_edge[last], in_process[last], ""),
    ):
        say(
            f"from the edge to the durable event / given in process, {what}",
            f"{edge:.0f} / {command:.0f} µs = {edge / command:.2f}",
            goal,
        )
