"""From the edge on a pin to the gesture on the event loop, beside a bare hop between threads.

A thread drives simulated pins, as lgpio's thread brings the edges of real ones; the bare hop is
`call_soon_threadsafe` alone, from the same thread to the same loop, turn by turn.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from statistics import median
from typing import Final, NamedTuple

import uvloop

from hardware.buttons import Button, Buttons
from hardware.gestures import Gesture
from hardware.simulated import SimulatedPin, SimulatedPins

ROUNDS: Final = 25
PINS: Final = range(4, 24)
NOISY: Final = 27
AT_REST: Final = 0.04


class Round(NamedTuple):
    """Median microseconds of each, and the longest way of an edge."""

    hop: float
    edge: float
    in_noise: float
    longest: float
    longest_in_noise: float


class Hand(threading.Thread):
    """Does one thing after the other, each when the one before has arrived."""

    def __init__(self) -> None:
        super().__init__(name="hand")
        self.deeds: list[Callable[[], None]] = []
        self.took: list[float] = []
        self._arrived = threading.Event()
        self._began = 0.0

    def arrived(self) -> None:
        self.took.append((time.perf_counter() - self._began) * 1e6)
        self._arrived.set()

    def run(self) -> None:
        for deed in self.deeds:
            time.sleep(0.001)  # The loop waits for events again, as it does in a kitchen.
            self._arrived.clear()
            self._began = time.perf_counter()
            deed()
            if not self._arrived.wait(10):
                raise AssertionError("a press did not arrive")


async def hops() -> list[float]:
    """Microseconds of bare hops."""
    loop = asyncio.get_running_loop()
    hand = Hand()

    def hop() -> None:
        loop.call_soon_threadsafe(hand.arrived)

    hand.deeds += [hop] * len(PINS)
    return await done(hand)


async def done(hand: Hand) -> list[float]:
    hand.start()
    await asyncio.to_thread(hand.join)
    return hand.took


async def edges(*, noise: bool) -> list[float]:
    """Microseconds from pins to gestures; with an input at 10 kHz among them, if wanted."""
    buttons = [Button(name=str(pin), pin=pin) for pin in (*PINS, NOISY)]
    with SimulatedPins() as pins:
        hand = Hand()
        hand.deeds += [pins.wire(pin).drive_low for pin in PINS]

        def heard(name: str, _gesture: Gesture) -> None:
            if name != str(NOISY):
                hand.arrived()

        over = threading.Event()
        humming = threading.Thread(target=hum, args=(pins.wire(NOISY), over))
        async with Buttons(pins, buttons, heard):
            await asyncio.sleep(AT_REST)
            if noise:
                humming.start()
            took = await done(hand)
            over.set()
            if noise:
                await asyncio.to_thread(humming.join)
    return took


def hum(wire: SimulatedPin, over: threading.Event) -> None:
    high = False
    while not over.wait(0.0001):
        wire.drive(high=high)
        high = not high


async def one_round() -> Round:
    """All of it, once."""
    hop, quiet, noisy = await hops(), await edges(noise=False), await edges(noise=True)
    return Round(median(hop), median(quiet), median(noisy), max(quiet), max(noisy))


async def measure() -> list[Round]:
    """All of it, often."""
    return [await one_round() for _ in range(ROUNDS)]


def pins(say: Callable[[str, str, str], None]) -> None:
    """What an edge costs on its way."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rounds = runner.run(measure())
    hop = median(each.hop for each in rounds)
    for what, edge, ratio, longest in (
        (
            "from the edge on a pin to the gesture / a bare hop to the loop",
            median(each.edge for each in rounds),
            median(each.edge / each.hop for each in rounds),
            max(each.longest for each in rounds),
        ),
        (
            "the same while another input is at 10 kHz",
            median(each.in_noise for each in rounds),
            median(each.in_noise / each.hop for each in rounds),
            max(each.longest_in_noise for each in rounds),
        ),
    ):
        say(
            what,
            f"{edge:.0f} / {hop:.0f} µs = {ratio:.2f}",
            f"at most 4 (longest {longest / 1000:.1f} ms)",
        )
