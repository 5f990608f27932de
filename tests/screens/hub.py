"""A hub that feeds LAN screens: the real kitchen, log and feeding, on a clock of the test's."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from unittest import mock

from appliance.devices import Mode
from appliance.expeditor import Expeditor
from appliance.kitchen.command import ActOnTicket, CancelOrder, Command, CreateOrder, UpdateOrder
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Guest, Item, Order
from appliance.kitchen.ticket import Action, Moment
from appliance.log.sqlite import SqliteLog
from appliance.screens import feeder, keeping, mirror
from appliance.screens.feeding import Fed, Feeding
from tests.kitchen.orders import after, new_kitchen

IDENTIFIER: Final = "0123456789AB"
SECONDS: Final = 20
"""After which a test gives up waiting."""

Shown = dict[str, list[tuple[str, Any, str | None]]]
"""By the order's id, lines as id, quantity and course status."""


@contextlib.contextmanager
def hurried() -> Iterator[None]:
    """Seconds are hundredths: looks, answers, commits."""
    with (
        mock.patch.object(feeder, "PROBE_SECONDS", 0.01),
        mock.patch("appliance.screens.feeding.PROBE_SECONDS", 1),
        mock.patch("appliance.screens.feeding.ANSWER_SECONDS", 0.2),
        mock.patch.object(keeping, "GATHER_SECONDS", 0.01),
        mock.patch.object(keeping, "RETRY_SECONDS", 0.01),
        mock.patch.object(mirror, "AGAIN_SECONDS", 0.01),
        mock.patch.object(mirror, "MOST_SECONDS", 0.1),
    ):
        yield


class Hub:
    """On one data directory, from start to start."""

    def __init__(
        self,
        directory: Path,
        *,
        kitchen: Callable[[], Kitchen] = new_kitchen,
        mode: Mode = "real",
    ) -> None:
        self._directory = directory
        self._kitchen = kitchen
        self._mode = mode
        self.seconds = 0.0
        self._running: asyncio.Task[None] | None = None
        self._fed: dict[str, Fed] = {}
        self.log: SqliteLog
        self.expeditor: Expeditor
        self.feeding: Feeding

    async def start(self, **screens: Fed) -> None:
        """Feeding these; without any, those that were fed before."""
        self._fed = screens or self._fed
        self.log = await asyncio.to_thread(SqliteLog, self._directory)
        self.expeditor = Expeditor(self.log, self._directory, self._kitchen, self.now)
        await self.expeditor.load()
        self.feeding = Feeding(
            self.expeditor,
            self.log,
            self._directory,
            mode=self._mode,
            identifier=IDENTIFIER,
            changed=lambda: None,
        )
        self.feeding.feed(self._fed)
        self._running = asyncio.create_task(self.feeding.run())

    def feed(self, **screens: Fed) -> None:
        self._fed = screens
        self.feeding.feed(screens)

    def now(self) -> Moment:
        return after(self.seconds)

    async def do(self, command: Command, seconds: float = 1) -> None:
        """A command, so long after the one before, and durable."""
        self.seconds += seconds
        await self.expeditor.submit(command).durable

    async def order(self, order_id: str, *names: str, **guest: Any) -> None:
        items = tuple(Item(f"{place}", name) for place, name in enumerate(names, 1))
        await self.do(CreateOrder(Order(order_id, items, time=1), Guest(**guest)))

    async def change(self, order_id: str, *names: str) -> None:
        items = tuple(Item(f"{place}", name) for place, name in enumerate(names, 1))
        await self.do(UpdateOrder(Order(order_id, items, time=1), Guest()))

    async def cancel(self, order_id: str) -> None:
        await self.do(CancelOrder(order_id))

    async def act(self, station: str, order_id: str, action: Action) -> None:
        await self.do(ActOnTicket(station, order_id, action), seconds=10)

    def shows(self, stations: frozenset[str] | None) -> Shown:
        """What a screen of these stations should show, told from the cards as a cook would."""
        shown: dict[str, dict[str, tuple[Any, str | None]]] = {}
        kitchen = self.expeditor.kitchen
        for placed, tickets in kitchen.orders_on_boards():
            lines: dict[str, list[Any]] = {}
            own = [t for t in tickets if stations is None or t.station in stations]
            workable = [t for t in own if t.live and t.status != "voided"]
            for ticket in workable:
                for line in ticket.lines:
                    if not line.bump and line.change != "deleted":
                        lines.setdefault(line.id, []).append(line)
            if not lines and all(ticket.lines for ticket in workable):
                continue
            shown[placed.order.id] = {}
            for line_id, on in lines.items():
                item = placed.item(line_id)
                assert item is not None
                status = item.course_status
                if all(line.held for line in on):
                    status = "hold"
                elif status == "hold" or any(
                    (line.due or 0) > placed.create_tick and line.change != "added" for line in on
                ):
                    status = "fire"
                shown[placed.order.id][line_id] = (item.qty, status)
        return {
            order_id: sorted((line_id, *of) for line_id, of in lines.items())
            for order_id, lines in shown.items()
        }

    async def in_step(self, screen: str) -> None:
        """Wait until a screen has been told everything, and answered."""
        async with asyncio.timeout(SECONDS):
            while True:
                status = self.feeding.status(screen)
                if status.seq == self.expeditor.seq and not status.trouble and not status.waiting:
                    return
                await asyncio.sleep(0.005)

    async def knows_away(self, screen: str) -> None:
        """Wait until it is known that a screen does not answer."""
        await self.until(lambda: bool(self.feeding.status(screen).trouble))

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(SECONDS):
            while not so():
                await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """As it should be."""
        assert self._running is not None
        self._running.cancel()
        await asyncio.wait([self._running])
        if not self._running.cancelled():
            self._running.result()
        self._running = None
        await self.log.close()

    async def kill(self) -> None:
        """Pull the plug: nothing is written from now on."""
        with self.disk_stands_still():
            await self.stop()

    @contextlib.contextmanager
    def disk_stands_still(self) -> Iterator[None]:
        """Of what screens have, nothing gets to it."""

        kept = self.feeding._keeping  # noqa: SLF001 - as the kernel does for the dead

        async def write_nothing() -> bool:
            # Whoever waits for it goes on waiting; without this it would be asked for ever.
            kept._dirty.clear()  # noqa: SLF001
            kept._urgent.clear()  # noqa: SLF001
            return True

        with mock.patch.object(kept, "_write", write_nothing):
            yield


@contextlib.asynccontextmanager
async def hub(directory: Path, **screens: Fed) -> AsyncIterator[Hub]:
    """One that runs."""
    one = Hub(directory)
    await one.start(**screens)
    try:
        yield one
    finally:
        await one.stop()


def ordered(shown: Shown) -> Shown:
    """With lines in an order that two sides share."""
    return {order_id: sorted(lines) for order_id, lines in shown.items()}


def stations(*ids: str) -> frozenset[str]:
    return frozenset(ids)


def commands_of(messages: Sequence[dict[str, Any]]) -> list[str]:
    """As `create 7`."""
    return [f"{each['command'].partition('-')[0]} {each['order']['id']}" for each in messages]
