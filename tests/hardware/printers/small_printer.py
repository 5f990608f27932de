"""A small ESC/POS printer of the tests' own, on a pseudo-terminal or on TCP.

It knows of the commands only what a driver asks, and takes everything else for text.
"""

import asyncio
import contextlib
import os
import pty
import random
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hardware.printers.models import Model
from hardware.printers.transport import Transport, transport_to
from hardware.simulated_printer import Fault

JOB_ID = Model("small, by job id", 42, 0, {"cp437": 0}, "job id")
IN_ORDER = Model("small, in order", 42, 0, {"cp437": 0}, "in order")
NEVER = Model("small, says nothing", 42, 0, {"cp437": 0}, "never", cutter=False)

_COMMANDS = re.compile(
    rb"\x1dr.|\x1d\(H\x06\x0000(?P<id>....)|\x1da(?P<asb>.)|\x1b@|(?P<cut>\x1dVB.)|\x1bd."
    rb"|\x1dv0.(?P<wide>..)(?P<high>..)|(?P<text>[^\x1b\x1d])",
    re.DOTALL,
)
_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")


class SmallPrinter:
    """What is in the housing: bytes in, answers out."""

    def __init__(self, *, answers: bool = True, confirms: bool = True, seed: int = 1) -> None:
        self.faults: set[Fault] = set()
        self.received = b""
        self.paper = ""
        """A cut is a form feed."""
        self.stops_after: int | None = None
        """Characters until its paper is out."""
        self.asked: list[int] = []
        self.lag = 0.0
        self.piecemeal = False
        """It answers byte by byte."""
        self.send: Callable[[bytes], None] = lambda _answer: None
        self._answers = answers
        self.confirms = confirms
        self.has_ids = True
        self._chance = random.Random(seed)  # noqa: S311 - noise
        self._unread = b""
        self._buffer = b""
        self._asb = False

    def feed(self, sent: bytes) -> None:
        self.received += sent
        self._unread += sent
        while (found := _REAL_TIME.search(self._unread)) is not None:
            self._buffer += self._unread[: found.start()]
            self._unread = self._unread[found.end() :]
            if found[1] is None:
                self._buffer = b""
            else:
                self.asked.append(found[1][0])
                if self._answers:
                    self._say(bytes((self._now(found[1][0]),)))
        held = 1 if self._unread.endswith(b"\x10") else 2 if self._unread[-2:] == b"\x10\x04" else 0
        self._buffer += self._unread[: len(self._unread) - held]
        self._unread = self._unread[len(self._unread) - held :]
        self.work()

    def work(self) -> None:
        """Print what there is, as far as the paper goes."""
        while self._prints:
            self._buffer = self._buffer.lstrip(b"\0")
            if (found := _COMMANDS.match(self._buffer)) is None:
                return
            length = found.end()
            if found["wide"] is not None:
                width, height = found["wide"], found["high"]
                length += int.from_bytes(width, "little") * int.from_bytes(height, "little")
            if len(self._buffer) < length:
                return
            self._buffer = self._buffer[length:]
            self._do(found)

    def _do(self, found: re.Match[bytes]) -> None:
        if found["text"] is not None:
            self.paper += found["text"].decode("latin-1")
            self._use_paper()
        elif found["cut"] is not None:
            self.paper += "\f"
        elif found["asb"] is not None:
            self._asb = found["asb"] != b"\0"
            self.tell()
        elif found[0] == b"\x1b@":
            self._asb = False
        elif self.confirms and self.has_ids and found["id"] is not None:
            self._say(b"\x37\x22" + found["id"] + b"\0")
        elif self.confirms and found[0].startswith(b"\x1dr"):
            self._say(b"\0")

    def fail(self, fault: Fault) -> None:
        self.faults.add(fault)
        self.tell()

    def mend(self, fault: Fault) -> None:
        self.faults.discard(fault)
        self.tell()
        self.work()

    def forget(self) -> None:
        """Switched off: all that was in its memory is gone."""
        self._unread = self._buffer = b""
        self._asb = False

    def tell(self) -> None:
        """Say by itself what has changed."""
        if self._asb and self._answers:
            offline = 0x08 * (not self._prints) | 0x20 * ("cover open" in self.faults)
            paper = 0x03 * ("paper low" in self.faults) | 0x0C * ("out of paper" in self.faults)
            self._say(bytes((0x10 | offline, 0, paper, 0x0F)))

    @property
    def _prints(self) -> bool:
        return not self.faults & {"out of paper", "cover open"}

    def _use_paper(self) -> None:
        if self.stops_after is not None:
            self.stops_after -= 1
            if self.stops_after <= 0:
                self.stops_after = None
                self.fail("out of paper")

    def _now(self, question: int) -> int:
        no_paper, low = "out of paper" in self.faults, "paper low" in self.faults
        return (
            0x12
            | {
                1: 0x08 * (not self._prints),
                2: 0x04 * ("cover open" in self.faults) | 0x20 * no_paper,
                3: 0,
                4: 0x0C * (low or no_paper) | 0x60 * no_paper,
            }[question]
        )

    def _say(self, answer: bytes) -> None:
        if "stalled" in self.faults:
            return
        if "wrong answers" in self.faults:
            answer = self._chance.randbytes(len(answer))
        parts = [answer[at : at + 1] for at in range(len(answer))] if self.piecemeal else [answer]
        for part in parts:
            if self.lag or self.piecemeal:
                asyncio.get_running_loop().call_later(self.lag, self.send, part)
            else:
                self.send(part)


class Rig(Protocol):
    """A printer with its cable, as the contract handles it."""

    transport: Transport
    model: Model

    def fail(self, fault: Fault) -> None: ...

    def mend(self, fault: Fault) -> None: ...

    @property
    def paper(self) -> str:
        """All that is on paper, as plain text; each cut is a form feed."""

    def run_out_after(self, characters: int) -> None:
        """Have the paper end after some more characters."""

    def close(self) -> None: ...


class OnPseudoTerminal:
    """A small printer at a serial line whose name is a link as of udev."""

    def __init__(self, folder: Path, model: Model = JOB_ID, **options: bool) -> None:
        self.model = model
        self.printer = SmallPrinter(**options)
        self.printer.send = self._send
        self._link = folder / f"ttyPRINTER{len(list(folder.iterdir()))}"
        self.transport = transport_to(f"serial:{self._link}")
        self.master = -1
        self.plug()

    @property
    def paper(self) -> str:
        return self.printer.paper

    def run_out_after(self, characters: int) -> None:
        self.printer.stops_after = characters

    def plug(self) -> None:
        self.master, slave = pty.openpty()
        os.set_blocking(self.master, False)
        self._link.symlink_to(os.ttyname(slave))
        # As long as nobody has the slave open, reading the master fails.
        self._slave = slave
        self.read_on()

    def read_on(self) -> None:
        if self.master >= 0 and "stalled" not in self.printer.faults:
            asyncio.get_running_loop().add_reader(self.master, self._read)

    def read_no_more(self) -> None:
        asyncio.get_running_loop().remove_reader(self.master)

    def unplug(self) -> None:
        if self.master >= 0:
            self.read_no_more()
            self._link.unlink()
            os.close(self._slave)
            os.close(self.master)
            self.master = -1

    def fail(self, fault: Fault) -> None:
        self.printer.fail(fault)
        if fault == "stalled":
            self.read_no_more()
        if fault in ("vanished", "power"):
            self.unplug()
        if fault == "power":
            self.printer.forget()

    def mend(self, fault: Fault) -> None:
        self.printer.mend(fault)
        if fault == "stalled":
            self.read_on()
        if fault in ("vanished", "power"):
            self.plug()

    def close(self) -> None:
        self.unplug()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            self.printer.feed(os.read(self.master, 4096))

    def _send(self, answer: bytes) -> None:
        if self.master >= 0:
            with contextlib.suppress(BlockingIOError):
                os.write(self.master, answer)


class OnTcp:
    """A small printer at a port of this machine; one connection at a time."""

    def __init__(self, _folder: Path, model: Model = JOB_ID, **options: bool) -> None:
        self.model = model
        self.printer = SmallPrinter(**options)
        self.printer.send = self._send
        self._bind(0)
        self._port: int = self._listening.getsockname()[1]
        self._connected: socket.socket | None = None
        self.connections = 0
        self.transport = transport_to(f"tcp:127.0.0.1:{self._port}")
        self._listen()

    @property
    def paper(self) -> str:
        return self.printer.paper

    def run_out_after(self, characters: int) -> None:
        self.printer.stops_after = characters

    def fail(self, fault: Fault) -> None:
        self.printer.fail(fault)
        if fault == "stalled" and self._connected is not None:
            asyncio.get_running_loop().remove_reader(self._connected)
        if fault in ("vanished", "power"):
            self._stop_listening()
            self.hang_up()
        if fault == "power":
            self.printer.forget()

    def mend(self, fault: Fault) -> None:
        if fault == "stalled" and self._connected is not None:
            asyncio.get_running_loop().add_reader(self._connected, self._read)
        if fault in ("vanished", "power"):
            self._bind(self._port)
            self._listen()
        self.printer.mend(fault)

    def hang_up(self) -> None:
        if self._connected is not None:
            asyncio.get_running_loop().remove_reader(self._connected)
            self._connected.close()
            self._connected = None

    def half_close(self) -> None:
        """It says nothing any more, and would still listen."""
        assert self._connected is not None
        self._connected.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._stop_listening()
        self.hang_up()

    def _bind(self, port: int) -> None:
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind(("127.0.0.1", port))

    def _listen(self) -> None:
        self._listening.settimeout(0)
        self._listening.listen(1)
        asyncio.get_running_loop().add_reader(self._listening, self._accept)

    def _stop_listening(self) -> None:
        if self._listening.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()

    def _accept(self) -> None:
        self.hang_up()
        self._connected, _ = self._listening.accept()
        self._connected.settimeout(0)
        self.connections += 1
        if "stalled" not in self.printer.faults:
            asyncio.get_running_loop().add_reader(self._connected, self._read)

    def _read(self) -> None:
        assert self._connected is not None
        try:
            sent = self._connected.recv(4096)
        except OSError:
            sent = b""
        if sent:
            self.printer.feed(sent)
        else:
            self.hang_up()

    def _send(self, answer: bytes) -> None:
        if self._connected is not None:
            with contextlib.suppress(OSError):
                self._connected.send(answer)
