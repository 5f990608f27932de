"""From an order on the wire to the first byte at a LAN screen's socket, beside a bare relay.

The whole order path runs on a log on the disk, and feeds the screen; the relay hands over what it
is sent, and stores nothing. All of them share this process, so that clocks are one.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import uvloop

from appliance.lan import client
from appliance.screens.feeding import Fed, Feeding
from tests.bench import load
from tests.running import AT_ONCE, running
from tests.screens.lan_screen import LanScreen, lan_screen

TURNS: Final = 500
WARM: Final = 50


class Result(NamedTuple):
    """Microseconds, ascending."""

    fed: list[float]
    relayed: list[float]


class Watch:
    """Stops when a screen gets the first byte of a message."""

    def __init__(self, screen: LanScreen) -> None:
        self._came = asyncio.Event()
        self._at = 0.0
        screen.began = self._stop

    def _stop(self) -> None:
        if not self._came.is_set():
            self._at = time.perf_counter()
            self._came.set()

    async def order(self, port: int, number: int) -> float:
        """Microseconds for one order."""
        self._came.clear()
        message, order_id = load.order(number)
        began = time.perf_counter()
        await client.send("127.0.0.1", port, message, order_id=order_id.decode())
        async with asyncio.timeout(10):
            await self._came.wait()
        return (self._at - began) * 1e6


async def measure() -> Result:
    """In turns, so that both meet the same machine."""
    fed, relayed = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        async with running(directory, AT_ONCE) as appliance, lan_screen() as screen:
            fed_from = directory / "fed"  # The appliance's own feeding has its file.
            fed_from.mkdir()
            feeding = Feeding(
                appliance.expeditor,
                appliance.log,
                fed_from,
                mode="real",
                identifier="0123456789AB",
                changed=lambda: None,
            )
            feeding.feed({"tv": Fed(screen.address, None)})
            running_ = asyncio.create_task(feeding.run())
            async with lan_screen() as behind, await _relay(behind) as relay:
                relay_port = relay.sockets[0].getsockname()[1]
                at_feed, at_relay = Watch(screen), Watch(behind)
                for number in range(WARM + TURNS):
                    took = await at_feed.order(appliance.orders_port, number)
                    beside = await at_relay.order(relay_port, number)
                    while feeding.status("tv").waiting:
                        await asyncio.sleep(0)
                    if number >= WARM:
                        fed.append(took)
                        relayed.append(beside)
            running_.cancel()
            await asyncio.wait([running_])
    return Result(sorted(fed), sorted(relayed))


async def _relay(screen: LanScreen) -> asyncio.Server:
    """Hands over each message as it comes, and the answer back."""

    async def hand_over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message = await reader.read()
        _, _, port = screen.address.rpartition(":")
        there, onward = await asyncio.open_connection("127.0.0.1", int(port))
        onward.write(message)
        onward.write_eof()
        writer.write(await there.read())
        onward.close()
        writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handing = asyncio.create_task(hand_over(reader, writer))
        all_of_them.add(handing)  # Nothing else keeps it.
        handing.add_done_callback(all_of_them.discard)

    all_of_them = set[asyncio.Task[None]]()
    return await asyncio.start_server(connected, "127.0.0.1", 0)


def lan_screens(say: Callable[[str, str, str], None]) -> None:
    """How soon an order is on its way to a LAN screen."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        fed, relayed = runner.run(measure())
    for what, one, other in (
        ("median", median(fed), median(relayed)),
        ("p99", fed[int(len(fed) * 0.99)], relayed[int(len(relayed) * 0.99)]),
    ):
        say(
            f"order on the wire to first byte at a LAN screen / a relay, {what}",
            f"{one / 1000:.1f} / {other / 1000:.1f} ms = {one / other:.1f}",
            "",
        )
