"""A simulated printer: a pseudo-terminal at whose other end the real driver works.

driver ─ serial:PATH ▶ pseudo-terminal ▶ SimulatedPrinter ▶ interpreter ▶ slips of paper
"""

import asyncio
import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, get_args

from hardware.printers.interpreter import Interpreter
from hardware.printers.links import Link
from hardware.printers.models import Model
from hardware.printers.picture import picture
from hardware.printers.printed import (
    LINE_DOTS,
    Knife,
    OnPaper,
    Paper,
    Question,
    Reset,
    Slip,
    Sound,
    dots_of,
)
from hardware.printers.transport import transport_to
from hardware.simulated_printer import answers
from hardware.simulated_printer.realtime import CLEARED, Heard, RealTime
from hardware.simulated_printer.roll import Roll
from hardware.simulated_printer.speed import AT_ONCE, Speed
from hardware.simulated_printer.terminal import Terminal
from hardware.simulated_printer.voice import Voice

Fault = Literal[
    "paper low",
    "out of paper",
    "cover open",
    "stalled",
    "slow",
    "wrong answers",
    "vanished",
    "power",
]
"""`stalled`: it takes nothing and says nothing. `slow`: a thirtieth of its speed. `wrong answers`:
noise where an answer was asked for. `vanished`: its cable is out. `power`: switched off at this
moment, with all that was in its memory; mended, it is on again."""
FAULTS: tuple[Fault, ...] = get_args(Fault)

BUFFER_BYTES: Final = 4096
"""Its receive buffer, as large as that of a TM-T88V."""
SPARE_BYTES: Final = 256
"""What it still takes when that is full, since a host does not stop within a byte."""
STOPPING: Final[frozenset[Fault]] = frozenset({"out of paper", "cover open", "stalled", "power"})
DROP_ALL: Final = 2
"""DLE ENQ: when mended, go on without what is in the buffer; 1 is to print it."""
BAUD: Final = 38_400
"""That the line is opened with; a pseudo-terminal does not mind."""


class SimulatedPrinter:
    """One printer. It is a Transport as well: the way to itself.

    Everything is done on the event loop. One of a model that never answers says nothing.
    """

    def __init__(
        self,
        name: str,
        model: Model,
        *,
        link: Path | None = None,
        speed: Speed = AT_ONCE,
        roll_lines: int | None = None,
        seed: int = 0,
        finished: Callable[[Slip], None] = lambda _slip: None,
    ) -> None:
        """Nothing is opened yet.

        `link`: a symbolic link to be made to its terminal, as udev makes them by id. `roll_lines`:
        how long a new roll is; with a tenth of it left the printer has the fault `paper low`, with
        none left `out of paper`. `seed`: of the noise. `finished` gets each slip that is cut.
        """
        self.name = name
        self.model = model
        self.address = f"simulated {name}"
        self.faults: set[Fault] = set()
        self._speed = speed
        self._finished = finished
        self._terminal = Terminal(link)
        self._voice = Voice(model, self.faults, self._terminal.write, seed)
        self._reading = False
        self._heard = RealTime()
        self._interpreter = Interpreter(model)
        self._paper = Paper(knife=model.cutter)
        self._roll_lines = roll_lines
        self._roll = Roll(roll_lines)
        self._line_pause: asyncio.TimerHandle | None = None
        self._byte_pause: asyncio.TimerHandle | None = None
        self._started = self._working = False

    @property
    def slips(self) -> Sequence[Slip]:
        """The newest ones that are finished, up to MOST_SLIPS; the newest is the last."""
        return self._paper.slips

    @property
    def unknown(self) -> int:
        """How many commands it skipped, because it does not have them."""
        return self._interpreter.unknown.total()

    def picture(self) -> str:
        """The newest slips and what is not cut yet, as an SVG picture."""
        hanging = self._paper.hanging
        return picture([*self.slips, *([hanging] if hanging else [])], self.model)

    async def start(self) -> None:
        """Plug it in, without opening the way to it here. Raises OSError where no link can be."""
        self._started = True
        self._plug()
        await self.settled()

    async def settled(self) -> None:
        """Until the link is as the faults have it. Raises OSError where it cannot be."""
        await self._terminal.settled()

    async def open(self) -> Link:
        """As of any Transport: the pseudo-terminal, by the real transport for serial lines."""
        await self.start()
        path = self._terminal.path
        if path is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.address)
        return await transport_to(f"serial:{path}", baud=BAUD, parity="none", flow="none").open()

    @property
    def path(self) -> str | None:
        """Of the terminal at whose other end it is; None while it is away."""
        return self._terminal.path

    def fail(self, fault: Fault) -> None:
        """Have a fault from now on."""
        self.faults.add(fault)
        if self._away:
            self._stop_reading()
            self._terminal.unplug()
        if fault == "power":
            self._voice.forget()
            self._interpreter.clear()
            self._interpreter.reset()
            self._heard.forget()
        self._pause_no_longer()
        self._go_on()

    def mend(self, fault: Fault) -> None:
        """Have it no longer. Where paper is out, that is a new roll."""
        self.faults.discard(fault)
        if fault == "out of paper":
            if self._roll.low:
                self.faults.discard("paper low")
            self._roll = Roll(self._roll_lines)
        self._pause_no_longer()
        self._plug()
        self._go_on()

    def put_in(self, lines: int | None) -> None:
        """Put in a roll that is so long, this once; what was out or low is so no longer."""
        self._roll = Roll(lines)
        self.faults -= {"paper low", "out of paper"}
        self._go_on()

    def close(self) -> None:
        """Unplug it for good."""
        self._started = False
        self._pause_no_longer()
        self._stop_reading()
        self._terminal.unplug()

    # The cable.

    @property
    def _away(self) -> bool:
        return not self.faults.isdisjoint(("vanished", "power"))

    def _plug(self) -> None:
        if self._started and not self._away and self._terminal.path is None:
            self._terminal.plug()
            self._go_on()

    def _read(self) -> None:
        speed = self._speed_now
        data = self._terminal.read(min(speed.piece, self._room))
        for heard in self._heard.hear(data):
            self._hear(heard)
        if speed.bytes_per_second:
            seconds = len(data) / speed.bytes_per_second
            loop = asyncio.get_running_loop()
            self._byte_pause = loop.call_later(seconds, self._byte_pause_is_over)
        self._go_on()

    @property
    def _room(self) -> int:
        return BUFFER_BYTES + SPARE_BYTES - self._interpreter.waiting

    def _hear(self, heard: Heard) -> None:
        self._interpreter.give(heard.before)
        if self._interpreter.waiting < BUFFER_BYTES:
            self._interpreter.give(heard.command)
        # Of a full buffer's spare room, what is obeyed at once takes nothing: it can go on asking.
        match heard.kind:
            case 0x04:
                self._voice.say(answers.real_time(heard.number, self._voice.condition))
            case 0x05 if heard.number == DROP_ALL and self._voice.condition.stopped:
                self._interpreter.clear()
            case 0x14 if self.model.answers == "job id":  # Older models have it not.
                self._interpreter.clear()
                self._voice.say(CLEARED)

    def _attend(self) -> None:
        """Read, or leave what comes to the kernel, which has the host wait."""
        wanted = self._byte_pause is None and self._room > 0 and "stalled" not in self.faults
        if self._terminal.path is None or not wanted:
            self._stop_reading()
        elif not self._reading:
            asyncio.get_running_loop().add_reader(self._terminal.fileno(), self._read)
            self._reading = True

    def _stop_reading(self) -> None:
        if self._reading:
            asyncio.get_running_loop().remove_reader(self._terminal.fileno())
            self._reading = False

    # What it does.

    @property
    def _speed_now(self) -> Speed:
        return self._speed.slowed if "slow" in self.faults else self._speed

    def _go_on(self) -> None:
        """After anything that may let it do more, or less, than before."""
        self._voice.tell_changes()
        if not self._working:
            self._working = True
            try:
                self._work()
            finally:
                self._working = False
        self._attend()

    def _work(self) -> None:
        while self._line_pause is None and self.faults.isdisjoint(STOPPING):
            made = self._interpreter.take()
            if made is None:
                return
            match made:
                case Question():
                    self._voice.answer(made)
                case Reset():
                    self._voice.forget()
                case Knife() | Sound():
                    self._put_out(made)
                case _:
                    self._put_out(made)
                    self._use_paper(dots_of(made))

    def _put_out(self, made: OnPaper | Knife | Sound) -> None:
        if slip := self._paper.add(made):
            self._finished(slip)

    def _use_paper(self, dots: int) -> None:
        self._roll.use(dots)
        if self._roll.low:
            self.faults.add("paper low")
        if self._roll.over:
            self.faults.add("out of paper")
        self._voice.tell_changes()
        speed = self._speed_now.lines_per_second
        if speed:
            seconds = dots / LINE_DOTS / speed
            self._line_pause = asyncio.get_running_loop().call_later(seconds, self._line_is_over)

    # Its speed.

    def _line_is_over(self) -> None:
        self._line_pause = None
        self._go_on()

    def _byte_pause_is_over(self) -> None:
        self._byte_pause = None
        self._go_on()

    def _pause_no_longer(self) -> None:
        for pause in (self._line_pause, self._byte_pause):
            if pause is not None:
                pause.cancel()
        self._line_pause = self._byte_pause = None
