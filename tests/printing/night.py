"""A night with printers that are scripted: they fail, and the plug is pulled, when the test says.

The follower, the spool on a real disk, the workers and their plan are the real ones; time is the
loop's, which the test moves. Chits are one for each new ticket, in a few words.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Literal, NamedTuple, NoReturn, cast
from unittest import mock

from appliance import config
from appliance.devices import Mode
from appliance.expeditor import Expeditor
from appliance.feed import Change, Feed
from appliance.kitchen import event as events
from appliance.kitchen.event import Event, OrderCancelled, PrintAsked, TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Order, Placed
from appliance.kitchen.ticket import Leap, Line, Moment, Ticket
from appliance.log import Log, Recorded
from appliance.printers import JobJson, PrinterNow, PrintersNow
from appliance.printing.chit import Chit
from appliance.printing.layout import Circumstances
from appliance.printing.printers import Printing
from appliance.printing.wanted import OnPaper, Slips, Wants
from appliance.printing.wiring import Wired
from appliance.screens_now import ScreensNow
from hardware.printers.driver import Condition, Outcome, Printer, State
from hardware.printers.models import PLAIN_PRINTER
from tests.printing.inline import Inline, Plug

KITCHEN: Final = """
[[station]]
id = "grill"
name = "Grill"
[[station]]
id = "fry"
name = "Fry"
[[printer]]
id = "grill"
stations = ["grill"]
fallback = "fry"
[[printer]]
id = "fry"
stations = ["fry"]
fallback = "grill"
"""
NOW_MS: Final = 1_772_474_400_000
PRINT_SECONDS: Final = 0.5
PATIENCE: Final = 5

Outcomes = Literal["confirmed", "doubtful", "nothing came", "not sent"]
"""`doubtful`: it is on paper, and nobody knows. `nothing came`: it is not, and nobody knows."""


class Slip(NamedTuple):
    """What came out of a printer."""

    printer: str
    number: int
    """Of the order."""
    kind: str
    reprint: bool
    away: str | None
    late_by: int
    is_whole: bool


class FakePrinter(Printer):
    """Prints half a second at each chit, and what becomes of it is as it was told before."""

    def __init__(self, name: str, night: "Night", changed: Any) -> None:
        super().__init__(name, cast("Any", None), PLAIN_PRINTER, changed)
        self._night = night
        self._told = changed
        self.outcomes: list[Outcomes] = []
        self.is_broken = False
        self.busy = False
        self.interrupted = False

    async def run(self) -> NoReturn:
        if self.name not in self._night.away:
            self.be(Condition.READY)
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    def be(self, condition: Condition, words: str = "") -> None:
        self.state = State(condition, words)
        self._told(self.state)

    async def print(self, job: int, data: bytes) -> Outcome:
        if self.busy:
            self._night.wrong.append("two jobs at once")
        if job not in self._night.on_disk_as("sending"):
            self._night.wrong.append("it is not durable that it is being sent")
        if self.is_broken:
            raise ValueError(data)
        outcome = self.outcomes.pop(0) if self.outcomes else "confirmed"
        if not self.state.prints or outcome == "not sent":
            return Outcome.NOT_SENT
        self.busy = True
        try:
            await asyncio.sleep(PRINT_SECONDS / 2)
            if not self._night.plug.is_out and outcome != "nothing came":
                await self._come_out(data)
        finally:
            self.busy = False
        if outcome == "confirmed" and self.state.prints:
            return Outcome.CONFIRMED
        return Outcome.DOUBTFUL

    async def _come_out(self, data: bytes) -> None:
        words = data.decode().split()
        slip = Slip(
            self.name,
            int(words[1]),
            words[0],
            words[2] == "True",
            None if words[3] == "None" else words[3],
            int(words[4]),
            is_whole=False,
        )
        place = len(self._night.paper)
        self._night.paper.append(slip)
        await asyncio.sleep(PRINT_SECONDS / 2)
        if self.state.prints and not self._night.plug.is_out:
            self._night.paper[place] = slip._replace(is_whole=True)


class FakeLog:
    """Events in memory, which outlive the plug."""

    def __init__(self) -> None:
        self.epoch = "one"
        self.events: list[bytes] = []
        self.is_unreadable = False

    @property
    def head(self) -> int:
        return len(self.events)

    async def read(self, after: int, limit: int) -> list[Recorded]:
        found = self.events[after : after + limit]
        return [Recorded(seq, event) for seq, event in enumerate(found, after + 1)]


class Night:
    """A kitchen, its paper, and all that can go wrong."""

    def __init__(self, directory: Path, text: str = KITCHEN) -> None:
        self.directory = directory
        self.config = config.parse(text, "test configuration")
        self.plug = Plug()
        self.paper: list[Slip] = []
        self.wrong: list[str] = []
        """What a printer must never be asked to do."""
        self.away: set[str] = set()
        """Printers that are away when the service starts."""
        self.printers: dict[str, FakePrinter] = {}
        self.log = FakeLog()
        self.feed = Feed()
        self.orders = 0
        self.in_memory: set[int] = set()
        self.mode: Mode = "real"
        self.tick = 0
        """Of the kitchen's own clock when the loop's was 0."""
        self.leap: Leap | None = None
        self.now, self.screens = PrintersNow(), ScreensNow()
        self.tickets: dict[int, list[Ticket]] = {}
        """Of each order, those that are live."""
        self.expeditor = SimpleNamespace()
        self._running: asyncio.Task[None] | None = None
        self.printing: Printing

    # ── the service ──────────────────────────────────────────────────────────────────

    async def start(self, *, feed_from: int | None = None) -> None:
        """`feed_from`: what the feed reaches back to; None: only what is to come."""
        assert self._running is None
        self.plug = Plug()
        self.feed = Feed()
        self.feed.start_at(self.log.head if feed_from is None else feed_from)
        for seq in range(self.feed.head + 1, self.log.head + 1):
            self._publish(seq, events.decode(self.log.events[seq - 1]))
        self.expeditor = SimpleNamespace(
            feed=self.feed, now=self._moment, kitchen=self._kitchen(), seq=self.log.head
        )
        self.now, self.screens = PrintersNow(), ScreensNow()
        with (
            mock.patch("appliance.printing.printers.ThreadPoolExecutor", self._disk),
            mock.patch(
                "appliance.printing.drawing.ThreadPoolExecutor", return_value=Inline(Plug())
            ),
        ):
            self.printing = Printing(
                self.config,
                cast("Expeditor", self.expeditor),
                cast("Log", self.log),
                self.directory,
                self.now,
                screens_now=self.screens,
                wire=self._wire,
            )
        await self.printing.prepare()
        self._running = asyncio.create_task(self.printing.run())
        for _ in range(3):
            await asyncio.sleep(0)

    def _disk(self, _threads: int, **_named: str) -> Inline:
        return Inline(self.plug)

    async def stop(self) -> None:
        """As it should be."""
        assert self._running is not None
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running
        self._running = None
        await self.printing.close()
        assert self.wrong == []

    async def kill(self) -> None:
        """Pull the plug: nothing is written and nothing printed from now on."""
        self.plug.is_out = True
        assert self._running is not None
        self._running.cancel()
        await asyncio.wait([self._running])
        if not self._running.cancelled():
            self._running.exception()
        self._running = None
        store = self.printing._spool._store  # noqa: SLF001 - as the kernel does for the dead
        if store is not None:
            store.close()
        assert self.wrong == []

    async def restart(self, *, feed_from: int | None = None) -> None:
        """Kill it, and start it again."""
        await self.kill()
        await self.start(feed_from=feed_from)

    def _kitchen(self) -> Any:
        return SimpleNamespace(
            placed=self._placed,
            numbers_in_memory=self.in_memory,
            stations=(),
            orders_on_boards=lambda: [
                (self._placed(number), tickets) for number, tickets in self.tickets.items()
            ],
        )

    def _wire(self, section: Any, mode: Mode, changed: Any) -> Wired:
        del mode
        if section.transport == "file:/none":
            return Wired(PLAIN_PRINTER, None, None)

        def drive(interrupted: bool) -> Printer:  # noqa: FBT001
            printer = self.printers[section.id] = FakePrinter(section.id, self, changed)
            printer.interrupted = interrupted
            return printer

        return Wired(PLAIN_PRINTER, drive, None)

    def _moment(self) -> Moment:
        ms = round(asyncio.get_running_loop().time() * 1000)
        return Moment(NOW_MS + ms, self.tick + ms, leap=self.leap)

    def on_disk_as(self, state: str) -> list[int]:
        """The jobs that have this state in the file."""
        kept = self.printing._spool._opened().load()  # noqa: SLF001 - what a start would find
        return [job.id for job in kept.jobs.values() if job.state == state]

    # ── what happens in it ───────────────────────────────────────────────────────────

    def order(self, *stations: str) -> int:
        """A new order for these stations; its number."""
        self.orders += 1
        self.in_memory.add(self.orders)
        now = self._moment()
        for station in stations:
            ticket = Ticket(self.orders, station, (Line("1"),), now.at, now.at)
            self.tickets.setdefault(self.orders, []).append(ticket)
            self._append(TicketChanged(now.at, now.tick, "created", ticket))
        return self.orders

    def cancel(self, number: int, station: str) -> None:
        now = self._moment()
        ticket = Ticket(number, station, (Line("1"),), now.at, now.at, status="voided")
        self.tickets[number] = [each for each in self.tickets[number] if each.station != station]
        self._append(OrderCancelled(now.at, now.tick, number))
        self._append(TicketChanged(now.at, now.tick, "voided", ticket))

    def lose_sight(self, *stations: str) -> None:
        """These are the stations that no screen shows from now on."""
        self.screens.show((), frozenset(stations))

    def ask(self, number: int, station: str, printer: str | None = None) -> None:
        now = self._moment()
        ticket = Ticket(number, station, (Line("1"),), now.at, now.at)
        self._append(PrintAsked(now.at, now.tick, ticket, printer))

    def _append(self, event: Event) -> None:
        self.log.events.append(events.encode(event))
        self.expeditor.seq = self.log.head
        if self._running is not None and not self.plug.is_out:
            self._publish(self.log.head, event)

    def _publish(self, seq: int, event: Event) -> None:
        self.feed.publish([Change(seq, event, self._placed_by(event), ())])

    def _placed_by(self, event: Event) -> Placed | None:
        return self._placed(_number(event))

    def _placed(self, number: int) -> Placed:
        if number not in self.in_memory:
            raise KeyError(number)
        return Placed(number, Order(f"{number}"), NOBODY, 0, 0, "")

    # ── what is seen ─────────────────────────────────────────────────────────────────

    def came(self, printer: str) -> list[str]:
        """What came out of a printer: `7`, `7 again`, `7 for fry`, `7 half`, `void 7`."""
        return [_words(slip) for slip in self.paper if slip.printer == printer]

    def shows(self, printer: str) -> PrinterNow:
        return self.now.printers[printer]

    async def states(self, printer: str) -> list[str]:
        """Of the jobs of a printer, the oldest first."""
        jobs = await self.printing.jobs(printer)
        return [f"{job.order_id} {job.state}" for job in sorted(jobs, key=_id)]


def _id(job: JobJson) -> int:
    return job.id


def _words(slip: Slip) -> str:
    words = "" if slip.kind == "ticket" else f"{slip.kind} "
    words += f"{slip.number}"
    words += " again" if slip.reprint else ""
    words += f" for {slip.away}" if slip.away else ""
    words += " late" if slip.late_by else ""
    return words + ("" if slip.is_whole else " half")


def _number(event: Event) -> int:
    match event:
        case TicketChanged(ticket=ticket) | PrintAsked(ticket=ticket):
            return ticket.number
        case OrderCancelled(number=number):
            return number
    raise AssertionError(event)


# ── chits in a few words ─────────────────────────────────────────────────────────────


def key_of(wants: Wants, event: Event) -> tuple[int, str] | None:
    match event:
        case TicketChanged() if wants.print_on == "never":
            return None
        case TicketChanged(ticket=ticket) | PrintAsked(ticket=ticket):
            return (ticket.number, ticket.station) if ticket.station in wants.stations else None
    return None


def slips(
    wants: Wants, event: Event, placed: Placed | None, paper: OnPaper | None, kitchen: Kitchen
) -> Slips:
    del wants, kitchen
    assert placed is not None
    assert isinstance(event, TicketChanged | PrintAsked)
    ticket = event.ticket
    key = (ticket.number, ticket.station)
    chit = Chit("ticket", event.at, ticket.number, placed.order.id, ticket.station)
    if isinstance(event, PrintAsked):
        return Slips((chit,))
    if event.kind == "voided":
        voided = Chit("void", event.at, ticket.number, placed.order.id, ticket.station)
        return Slips((voided,) if paper and paper.bare else (), key, None)
    if paper and paper.bare:
        return Slips()
    return Slips((chit,), key, OnPaper(bare=(ticket.station,)))


def lay_out(chit: Chit, _model: Any, _printing: Any, _zone: Any, now: Circumstances) -> Any:
    return f"{chit.kind} {chit.number} {now.reprint} {now.away} {now.late_by}"


def encode(document: Any, _model: Any) -> bytes:
    return cast("str", document).encode()


@contextlib.contextmanager
def few_words() -> Iterator[None]:
    with (
        mock.patch("appliance.printing.follower.key_of", key_of),
        mock.patch("appliance.printing.follower.slips", slips),
        mock.patch("appliance.printing.drawing.lay_out", lay_out),
        mock.patch("appliance.printing.drawing.encode", encode),
    ):
        yield
