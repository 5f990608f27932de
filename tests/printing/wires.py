"""A night on wires: real chits, the real driver, pseudo-terminals, and printers that fail.

orders ▶ kitchen ▶ follower ▶ spool ▶ workers ▶ driver ▶ pseudo-terminal ▶ simulated printers
"""

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest import mock

from appliance.devices import Mode
from appliance.kitchen.command import CreateOrder
from appliance.kitchen.event import Event, OrderPlaced, TicketChanged
from appliance.kitchen.order import Guest, Item, Order, Placed
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.printing.jobs import Job
from appliance.printing.spool import Spool
from appliance.printing.wiring import Wired
from hardware.printers.driver import Printer
from hardware.printers.links import Link
from hardware.printers.models import model_of
from hardware.printers.printed import Slip, text_of
from hardware.simulated_printer import SimulatedPrinter
from hardware.simulated_printer.speed import USUAL
from hardware.simulated_printer.terminal import Terminal
from tests.kitchen.orders import new_kitchen
from tests.printing.night import Night

MODELS: Final = {
    "grill": ("TM-T88V", "fry"),
    "fry": ("TM-T20", "oven"),
    "oven": ("TM-T20III", None),
    "bar": ("TM-U220B", None),
    "cold": ("TM-T88IV", None),
}
"""By station and printer: the model and the fallback."""
KITCHEN: Final = "".join(
    f'[[station]]\nid = "{name}"\nname = "{name.title()}"\n'
    f'[[printer]]\nid = "{name}"\nstations = ["{name}"]\nmodel = "{model}"\n'
    + (f'fallback = "{fallback}"\n' if fallback else "")
    for name, (model, fallback) in MODELS.items()
)
_NAME: Final = re.compile(r"Order (\d+)\b")
_END: Final = re.compile(r"End of (\d+)\b")
_FOR: Final = re.compile(r"for (\w+), printer away")


class Came(NamedTuple):
    """A slip with a chit on it, or with a part of one."""

    printer: str
    at: float
    numbers: tuple[int, ...]
    """Of the orders that it names: more than one is glued together."""
    home: str
    """The printer that it was for."""
    reprint: bool
    late: bool
    is_whole: bool


class Wire:
    """The way to a simulated printer; knows whether something is on it."""

    def __init__(self, name: str, finished: Any) -> None:
        with mock.patch("hardware.simulated_printer.Terminal", self._terminal):
            self.printer = SimulatedPrinter(
                name, model_of(MODELS[name][0]), speed=USUAL, finished=finished
            )
        self.address = self.printer.address
        self.opening = 0
        self.to_printer = self.to_driver = 0
        """Bytes on their way, of this connection."""
        self.link: CountedLink | None = None

    def _terminal(self, link: Path | None) -> "CountedTerminal":
        return CountedTerminal(self, link)

    @property
    def is_busy(self) -> bool:
        # What it does not read now stays where it is, however long anybody waits.
        reads = self.printer._reading  # noqa: SLF001
        return bool(self.opening or self.to_driver or (self.to_printer and reads))

    def forget(self) -> None:
        self.to_printer = self.to_driver = 0

    async def open(self) -> Link:
        self.opening += 1
        try:
            link = await self.printer.open()
        finally:
            self.opening -= 1
        self.forget()
        self.link = CountedLink(self, link)
        return self.link

    def cut(self) -> None:
        """As the kernel does for the dead."""
        if self.link is not None:
            self.link.close()


class CountedTerminal(Terminal):
    """The printer's end."""

    def __init__(self, wire: Wire, link: Path | None) -> None:
        super().__init__(link)
        self._wire = wire

    def read(self, most: int) -> bytes:
        data = super().read(most)
        self._wire.to_printer -= len(data)
        return data

    def write(self, data: bytes) -> None:
        if self.path is not None:
            self._wire.to_driver += len(data)
        super().write(data)


class CountedLink:
    """The driver's end."""

    def __init__(self, wire: Wire, link: Link) -> None:
        self._wire = wire
        self._link = link

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    async def write(self, data: bytes, **how: Any) -> None:
        before = self._link.written
        try:
            await self._link.write(data, **how)
        finally:
            self._wire.to_printer += self._link.written - before

    async def read(self) -> bytes:
        data = await self._link.read()
        self._wire.to_driver -= len(data)
        return data

    def close(self) -> None:
        self._link.close()
        if self._wire.link is self:
            self._wire.forget()


class Wires(Night):
    """A night whose printers outlive the service; its disk and its plug are those of any night."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, KITCHEN)
        self.kitchen = new_kitchen(
            with_pass=False,
            stations=[Station(name, name.title(), "grill", source="file") for name in MODELS],
            rules=[Rule(name, name, 0, name=(f"{name}*",), source="file") for name in MODELS],
        )
        self.wires = {name: Wire(name, partial(self._cut, name)) for name in MODELS}
        self.slips: list[Came] = []
        self.ordered: dict[tuple[int, str], float] = {}
        """By number and station, when."""
        self.begun_elsewhere: set[tuple[int, str]] = set()
        """Chits that another printer than their own has begun with."""

    def is_on_its_way(self) -> bool:
        return any(wire.is_busy for wire in self.wires.values())

    def never_comes(self) -> None:
        for wire in self.wires.values():
            wire.forget()

    async def kill(self) -> None:
        self.plug.is_out = True
        for wire in self.wires.values():
            wire.cut()
        await super().kill()

    def throw_away(self) -> None:
        """The printers, at the end."""
        for wire in self.wires.values():
            wire.printer.close()

    def order(self, *stations: str) -> int:
        self.orders += 1
        items = tuple(
            Item(str(line), f"{station} {self.orders} with a side dish")
            for line, station in enumerate(stations)
        )
        guest = Guest(name=f"Order {self.orders}", special_instructions=f"End of {self.orders}")
        order = CreateOrder(Order(f"A-{self.orders}", items), guest)
        decision = self.kitchen.decide(order, self._moment())
        for event in decision.events:
            self.kitchen.apply(event, guest)
            self._append(event)
            if isinstance(event, TicketChanged):
                key = event.ticket.number, event.ticket.station
                self.ordered[key] = asyncio.get_running_loop().time()
        return self.orders

    def _kitchen(self) -> Any:
        return self.kitchen

    def _placed_by(self, event: Event) -> Placed | None:
        match event:
            case OrderPlaced(number=number):
                return self.kitchen.placed(number)
            case TicketChanged(ticket=ticket):
                return self.kitchen.placed(ticket.number)
        return None

    def _wire(self, section: Any, mode: Mode, changed: Any) -> Wired:
        del mode
        wire = self.wires[section.id]

        spool: Spool

        def put(job: Job) -> None:
            if job.state == "sending" and job.at != job.printer:
                self.begun_elsewhere.add((job.chit.number, job.printer))
            Spool.put(spool, job)

        def drive(interrupted: bool) -> Printer:  # noqa: FBT001
            nonlocal spool
            spool = self.printing._spool  # noqa: SLF001 - what is begun stands only there
            spool.put = put  # type: ignore[method-assign]
            return Printer(section.id, wire, wire.printer.model, changed, interrupted=interrupted)

        return Wired(wire.printer.model, drive, None)

    def _cut(self, printer: str, slip: Slip) -> None:
        text = text_of(slip)
        numbers = tuple(dict.fromkeys(int(number) for number in _NAME.findall(text)))
        if not numbers:
            return
        away = _FOR.search(text)
        self.slips.append(
            Came(
                printer,
                asyncio.get_running_loop().time(),
                numbers,
                away[1].lower() if away else printer,
                "REPRINT" in text.upper(),
                "late" in text.lower(),
                [int(number) for number in _END.findall(text)] == [*numbers],
            )
        )
