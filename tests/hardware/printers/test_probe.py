"""Finding the settings of a printer on a serial line."""

import asyncio
import contextlib
import os
import pty
import termios
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from hardware.printers import probe as probing
from hardware.printers.away import CannotOpen
from hardware.printers.probe import BAUDS, Found, Setting, line_at, probe, settings
from hardware.printers.transport import Parity
from tests.hardware.printers.small_printer import SmallPrinter

SPEEDS: Final = {getattr(termios, f"B{baud}"): baud for baud in BAUDS}


class Line:
    """A pseudo-terminal with a printer of one speed; at any other both read something else."""

    def __init__(self, baud: int, name: bytes = b"") -> None:
        self.printer = SmallPrinter()
        self.printer.send = self.say
        self._baud = baud
        self._name = name
        self.garbled = 0
        self.names_asked = 0
        self._master, self._slave = pty.openpty()
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _read(self) -> None:
        sent = os.read(self._master, 4096)
        if SPEEDS[termios.tcgetattr(self._master)[4]] != self._baud:
            self.garbled += len(sent)
            os.write(self._master, bytes(byte ^ 0xE5 for byte in sent))
            return
        if b"\x1dI\x43" in sent:
            self.names_asked += 1
            sent = sent.replace(b"\x1dI\x43", b"")
            if self._name:
                self.say(b"_" + self._name + b"\0")
        self.printer.feed(sent)

    def say(self, answer: bytes) -> None:
        os.write(self._master, answer)


@contextlib.asynccontextmanager
async def line(baud: int, name: bytes = b"") -> AsyncIterator[Line]:
    with contextlib.closing(Line(baud, name)) as it:
        yield it


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "NAME_SECONDS", 0.5)
    monkeypatch.setattr(probing, "PARITIES", ("none",))


@pytest.mark.parametrize("baud", BAUDS)
async def test_the_speed_of_a_printer_is_found_and_nothing_is_printed(baud: int) -> None:
    async with line(baud) as it:
        found = await probe(line_at(it.path))
        assert found == Found(Setting(baud, "none"), "xon/xoff", None)
        assert it.printer.paper == ""
        assert it.printer.received.endswith(b"\x1b@")


async def test_its_model_is_told_where_it_says(tmp_path: Path) -> None:
    del tmp_path
    async with line(38400, b"TM-T88V") as it:
        found = await probe(line_at(it.path))
        assert found is not None
        assert found.model == "TM-T88V"
        assert it.names_asked == 1


async def test_one_that_says_nothing_is_not_found() -> None:
    async with line(1) as it:
        tried: list[Setting] = []
        assert await probe(line_at(it.path), tried.append) is None
        assert tried == list(settings())
        assert it.garbled > 0


async def test_noise_is_no_printer() -> None:
    """A line at whose end something sends on and on what might be answers."""
    async with line(19200) as it:
        it.printer.send = lambda _answer: it.say(b"\x12" * 3)
        assert await probe(line_at(it.path)) is None


async def test_a_line_that_is_not_there_is_said() -> None:
    with pytest.raises(FileNotFoundError):
        await probe(line_at("/dev/serial/by-id/nobody"))


async def test_a_file_is_no_line(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with pytest.raises(CannotOpen, match="no serial line"):
        await probe(line_at(str(tmp_path / "plain")))


class ByParity:
    """A line by wire: bits go over it with one parity, and are read with another.

    As two UARTs do it: a bit that is low where the stop bit should be, or a wrong parity bit, and
    the byte is dropped.
    """

    answers = True
    pending = written = 0

    def __init__(self, printers: Parity, ours: Parity, lines: frozenset[str]) -> None:
        self._printers = printers
        self._ours = ours
        self._lines = lines
        self._printer = SmallPrinter()
        self._printer.send = self._said
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def write(self, data: bytes, *, at_once: bool = False) -> None:
        del at_once
        self._printer.feed(self._over(data, self._ours, self._printers))

    async def read(self) -> bytes:
        return await self._heard.get()

    def close(self) -> None:
        pass

    async def lines_on(self) -> frozenset[str] | None:
        return self._lines

    def _said(self, answer: bytes) -> None:
        if arrived := self._over(answer, self._printers, self._ours):
            self._heard.put_nowait(arrived)

    @staticmethod
    def _over(data: bytes, sent: Parity, read: Parity) -> bytes:
        """Without a gap between the bytes: where none is read, a parity bit is the stop bit."""
        arrived = []
        for at, byte in enumerate(data):
            last = at == len(data) - 1
            tenth = parity_bit(byte, sent) if sent != "none" else 1
            if sent == read:
                good = True
            elif read == "none":
                good = tenth == 1
            else:
                follows = 1 if sent != "none" or last else 0
                good = tenth == parity_bit(byte, read) and follows == 1
            if good:
                arrived.append(byte)
        return bytes(arrived)


def parity_bit(byte: int, parity: Parity) -> int:
    return byte.bit_count() % 2 if parity == "even" else 1 - byte.bit_count() % 2


@pytest.mark.parametrize("parity", ["none", "even", "odd"])
async def test_its_parity_is_found(parity: Parity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "PARITIES", ("none", "even", "odd"))
    monkeypatch.setattr(probing, "BAUDS", (9600,))

    async def opened(setting: Setting) -> ByParity:
        return ByParity(parity, setting.parity, frozenset())

    found = await probe(opened)
    assert found is not None
    assert found.setting == Setting(9600, parity)


@pytest.mark.parametrize(
    ("lines", "flow"),
    [
        (frozenset({"dsr", "cts"}), "dsr/dtr"),
        (frozenset({"dsr"}), "dsr/dtr"),
        (frozenset({"cts"}), "rts/cts"),
        (frozenset(), "xon/xoff"),
    ],
)
async def test_its_flow_control_is_what_its_wires_tell(lines: frozenset[str], flow: str) -> None:
    async def opened(setting: Setting) -> ByParity:
        return ByParity("none", setting.parity, lines)

    found = await probe(opened)
    assert found is not None
    assert found.flow == flow


class Lucky(ByParity):
    """One answer comes through by chance, and no other."""

    async def write(self, data: bytes, *, at_once: bool = False) -> None:
        if not self.written:
            await super().write(data, at_once=at_once)
        self.written += len(data)


async def test_one_answer_by_chance_is_not_believed() -> None:
    async def opened(setting: Setting) -> ByParity:
        kind = ByParity if setting.baud == 9600 else Lucky
        return kind("none", setting.parity, frozenset())

    found = await probe(opened)
    assert found is not None
    assert found.setting.baud == 9600


async def test_settings_that_the_adapter_has_not_are_passed_over() -> None:
    async def opened(setting: Setting) -> ByParity:
        if setting.baud != 1200:
            raise CannotOpen("not that fast")
        return ByParity("none", setting.parity, frozenset())

    found = await probe(opened)
    assert found is not None
    assert found.setting.baud == 1200
