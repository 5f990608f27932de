"""Ways to a printer, from the outside: addresses, stalls, short writes, unplugging."""

import asyncio
import contextlib
import errno
import os
import pty
import socket
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import serial

from hardware.printers import transport
from hardware.printers.away import CannotOpen, in_words
from hardware.printers.links import Link
from hardware.printers.transport import SerialLink, Tcp, transport_to
from tests.hardware.printers.driving import PATIENCE, eventually


class Terminal(NamedTuple):
    """A pseudo-terminal whose slave side is a printer's line."""

    master: int
    path: str


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    yield Terminal(master, os.ttyname(slave))
    with contextlib.suppress(OSError):
        os.close(master)
    os.close(slave)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "serial",
        "serial:",
        "serial:ttyUSB0",
        "lpt:/dev/lp0",
        "tcp:",
        "tcp::9100",
        "tcp:printer:0",
        "tcp:printer:99999",
        "tcp:printer:x",
        "tcp:printer:",
        "tcp:[::1:9100",
        "tcp:::1:9100",
        "usb:\0",
        "file:chits.bin",
    ],
)
def test_what_is_no_address_is_said_without_opening_anything(address: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        transport_to(address)


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("serial:/dev/serial/by-id/usb-x", "serial:/dev/serial/by-id/usb-x"),
        ("tcp:192.168.1.50:9100", "tcp:192.168.1.50:9100"),
        ("tcp:printer.local", "tcp:printer.local:9100"),
        ("tcp:[fe80::1%eth0]:9100", "tcp:[fe80::1%eth0]:9100"),
        ("usb:/dev/usb/lp0", "usb:/dev/usb/lp0"),
        ("file:/tmp/chits.bin", "file:/tmp/chits.bin"),
    ],
)
def test_an_address_is_known(address: str, known_as: str) -> None:
    assert transport_to(address).address == known_as


async def test_a_line_is_set_as_it_is_told_to_be(terminal: Terminal) -> None:
    link = await transport_to(f"serial:{terminal.path}", baud=9600, flow="xon/xoff").open()
    settings = termios.tcgetattr(terminal.master)
    link.close()
    assert settings[4] == settings[5] == termios.B9600
    assert settings[0] & termios.IXON


async def test_a_line_is_for_one_alone(terminal: Terminal) -> None:
    way = transport_to(f"serial:{terminal.path}")
    link = await way.open()
    with pytest.raises(OSError, match="lock") as caught:
        await way.open()
    link.close()
    assert "another program holds" in in_words(caught.value, way.address)
    (await way.open()).close()


@pytest.mark.parametrize("kind", ["serial", "usb"])
async def test_bytes_go_both_ways(kind: str, terminal: Terminal) -> None:
    raw(terminal.master)
    link = await transport_to(f"{kind}:{terminal.path}").open()
    await link.write(b"\x1b@burger\n\x11\x13\x00\xff")
    assert os.read(terminal.master, 100) == b"\x1b@burger\n\x11\x13\x00\xff"
    assert link.written == 13
    os.write(terminal.master, b"\x12\x00\n")
    assert await link.read() == b"\x12\x00\n"
    link.close()


async def test_a_reader_that_stalls_gets_everything_in_the_end(terminal: Terminal) -> None:
    link = await transport_to(f"serial:{terminal.path}").open()
    data = bytes(range(256)) * 400
    writing = asyncio.create_task(link.write(data))
    await eventually(lambda: stands_still(link))
    assert 0 < link.written < len(data)
    assert not writing.done()
    taken = b""
    while len(taken) < len(data):
        await asyncio.sleep(0)
        with contextlib.suppress(BlockingIOError):
            taken += os.read(terminal.master, 700)
    await writing
    assert taken == data
    assert link.written == len(data)
    link.close()


async def test_what_was_taken_is_known_when_writing_is_given_up(terminal: Terminal) -> None:
    link = await transport_to(f"serial:{terminal.path}").open()
    writing = asyncio.create_task(link.write(bytes(100_000)))
    await eventually(lambda: stands_still(link))
    writing.cancel()
    await asyncio.wait([writing])
    taken = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            taken += len(os.read(terminal.master, 4096))
            await asyncio.sleep(0.01)
    assert taken == link.written
    link.close()


async def test_closing_drops_what_was_not_taken_and_frees_who_waits(terminal: Terminal) -> None:
    link = await transport_to(f"serial:{terminal.path}").open()
    writing = asyncio.create_task(link.write(b"x" * 100_000))
    reading = asyncio.create_task(link.read())
    await eventually(lambda: stands_still(link))
    link.close()
    for waiting in (writing, reading):
        with pytest.raises(ConnectionResetError):
            await waiting
    for doing in (link.read(), link.write(b"x")):
        with pytest.raises(ConnectionResetError):
            await doing
    arrived = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            arrived += len(os.read(terminal.master, 4096))
    assert arrived <= 4096 < link.written  # What had arrived before has arrived.


@pytest.mark.parametrize("kind", ["serial", "usb"])
async def test_unplugging_is_heard_by_who_reads_and_who_writes(
    kind: str, terminal: Terminal
) -> None:
    link = await transport_to(f"{kind}:{terminal.path}").open()
    reading = asyncio.create_task(link.read())
    await asyncio.sleep(0)
    os.close(terminal.master)
    async with asyncio.timeout(PATIENCE):
        if kind == "serial":
            with pytest.raises(OSError, match=r"."):
                await reading
        with pytest.raises(OSError, match=r"."):
            await link.write(b"x")
    reading.cancel()
    await asyncio.wait([reading])
    link.close()


class Port:
    """What is used of an open serial line, with lines that a pseudo-terminal has not."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.dsr = self.cts = True

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        os.close(self._descriptor)


async def test_its_dsr_line_holds_back_a_job_and_no_question(terminal: Terminal) -> None:
    raw(terminal.master)
    port = Port(os.open(terminal.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
    link = SerialLink(port, heeds_dsr=True)
    await link.write(b"burger")
    assert os.read(terminal.master, 100) == b"burger"
    port.dsr = False
    writing = asyncio.create_task(link.write(b"fries"))
    async with asyncio.timeout(PATIENCE):
        await link.write(b"\x10\x04\x01", at_once=True)
    assert os.read(terminal.master, 100) == b"\x10\x04\x01"
    assert not writing.done()
    port.dsr = True
    await writing
    assert os.read(terminal.master, 100) == b"fries"
    port.dsr = False
    writing = asyncio.create_task(link.write(b"soup"))
    await asyncio.sleep(0)
    link.close()
    with pytest.raises(ConnectionResetError):
        await writing


async def test_who_does_not_heed_dsr_writes_on(terminal: Terminal) -> None:
    port = Port(os.open(terminal.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
    port.dsr = False
    link = SerialLink(port, heeds_dsr=False)
    await link.write(b"burger")
    assert await link.lines_on() == frozenset({"cts"})
    link.close()


async def test_a_setting_that_the_adapter_has_not_is_said(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise termios.error(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(CannotOpen, match="9600 baud with parity even"):
        await transport_to(f"serial:{terminal.path}", baud=9600, parity="even").open()


async def test_opening_that_is_given_up_leaves_nothing_open(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged, opened, opens = threading.Event(), [], serial.Serial

    def slowly(*arguments: Any, **options: Any) -> Any:
        plugged.wait(PATIENCE)
        opened.append(opens(*arguments, **options))
        return opened[0]

    monkeypatch.setattr(serial, "Serial", slowly)
    opening = asyncio.create_task(transport_to(f"serial:{terminal.path}").open())
    await asyncio.sleep(0.01)
    opening.cancel()
    await asyncio.wait([opening])
    plugged.set()
    await eventually(lambda: bool(opened) and not opened[0].is_open)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("serial:{}/ttyUSB0", "unplugged: {}/ttyUSB0 is not there"),
        ("serial:{}/plain", "is no serial line"),
        ("usb:{}/lp0", "unplugged: {}/lp0 is not there"),
        ("usb:{}/plain", "is no device"),
        ("file:{}/no/chits.bin", "is not there"),
        ("file:/dev/null", "is no file"),
        ("tcp:127.0.0.1:{port}", "refuses"),
        ("tcp:nobody.invalid", "no printer is known by the name"),
    ],
)
async def test_why_it_cannot_be_opened_is_said_in_words(
    address: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "plain").touch()
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        way = transport_to(address.format(tmp_path, port=port))
        with pytest.raises((OSError, CannotOpen)) as caught:
            await way.open()
    assert words.format(tmp_path) in in_words(caught.value, way.address)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EACCES, "no permission for /dev/x"),
        (errno.EBUSY, "another program holds /dev/x"),
        (errno.EIO, "unplugged: /dev/x is gone"),
        (errno.ETIMEDOUT, "does not answer"),
        (errno.ELOOP, os.strerror(errno.ELOOP)),
    ],
)
def test_an_error_of_the_system_is_said_in_words(code: int, words: str) -> None:
    assert words in in_words(OSError(code, os.strerror(code)), "serial:/dev/x")


async def test_a_file_takes_everything_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "chits").write_bytes(b"before\n")
    link = await transport_to(f"file:{tmp_path}/chits").open()
    await link.write(b"burger\n" * 10_000)
    await link.write(b"fries\n")
    assert (link.written, link.pending, link.answers) == (70_006, 0, False)
    reading = asyncio.create_task(link.read())
    await asyncio.sleep(0)
    assert not reading.done()
    link.close()
    with pytest.raises(ConnectionResetError):
        await reading
    assert (tmp_path / "chits").read_bytes() == b"before\n" + b"burger\n" * 10_000 + b"fries\n"


class Peer:
    """A machine on the network that has a printer's port, and does nothing by itself."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=5)
        self._listening.settimeout(0)
        self.address = f"tcp:127.0.0.1:{self._listening.getsockname()[1]}"

    async def accept(self) -> socket.socket:
        connected, _ = await asyncio.get_running_loop().sock_accept(self._listening)
        connected.settimeout(0)
        return connected

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    with contextlib.closing(Peer()) as peer:
        yield peer


async def test_a_network_printer_that_reads_nothing_takes_little(peer: Peer) -> None:
    link = await transport_to(peer.address).open()
    with await peer.accept() as printer:
        writing = asyncio.create_task(link.write(bytes(20_000_000)))
        await eventually(lambda: stands_still(link))
        assert not writing.done()
        assert link.pending > 0
        link.close()
        with pytest.raises(ConnectionResetError):
            await writing
        # What it had not taken is dropped, and it is told so.
        with pytest.raises(ConnectionResetError):
            await all_of(printer)


async def test_a_connection_is_ended_properly_when_all_was_taken(peer: Peer) -> None:
    link = await transport_to(peer.address).open()
    with await peer.accept() as printer:
        await link.write(b"burger\n")
        await eventually(lambda: link.pending == 0)
        link.close()
        loop = asyncio.get_running_loop()
        assert await loop.sock_recv(printer, 100) == b"burger\n"
        assert await loop.sock_recv(printer, 100) == b""


async def test_all_addresses_of_a_name_are_tried(peer: Peer) -> None:
    port = int(peer.address.rpartition(":")[2])
    ours = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    other = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.2", port))
    way = Tcp("printer.local", port)
    for found in ([ours], [other, ours], [ours, other]):
        with await way._first(found) as connected:  # noqa: SLF001 - the loop asks for names in C
            assert connected.getpeername() == ("127.0.0.1", port)
    with pytest.raises(ConnectionRefusedError):
        await way._first([other, other])  # noqa: SLF001


async def test_a_name_that_nobody_answers_for_holds_up_no_other_printer(
    peer: Peer, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, asked, known = threading.Event(), [], socket.getaddrinfo

    def ask(host: str, port: int, *, flags: int, **options: Any) -> Any:
        if not flags & socket.AI_NUMERICHOST:
            asked.append(host)
            answered.wait(PATIENCE)
        return known(host, port, flags=flags, **options)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.01)
    way = transport_to("tcp:localhost:1")
    for _ in range(50):
        with pytest.raises(TimeoutError):
            await way.open()
    assert asked == ["localhost"]
    monkeypatch.setattr(transport, "CONNECT_SECONDS", PATIENCE)
    (await transport_to(peer.address).open()).close()
    (await transport_to(f"serial:{terminal.path}").open()).close()
    assert asked == ["localhost"]
    answered.set()
    with pytest.raises(ConnectionRefusedError):
        await way.open()


async def test_the_lines_of_an_adapter_are_not_looked_at_on_the_loop(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[threading.Thread] = []

    def look(_port: object) -> frozenset[str]:
        looked.append(threading.current_thread())
        return frozenset({"dsr"})

    monkeypatch.setattr(transport, "_lines_on", look)
    link = await transport_to(f"serial:{terminal.path}").open()
    await link.write(b"burger")
    link.close()
    assert len(looked) == 2
    assert threading.main_thread() not in looked


@pytest.mark.parametrize("how", ["half", "whole", "reset"])
async def test_a_network_printer_that_ends_the_connection_is_gone(how: str, peer: Peer) -> None:
    link = await transport_to(peer.address).open()
    with await peer.accept() as printer:
        if how == "half":
            printer.shutdown(socket.SHUT_WR)
        elif how == "whole":
            printer.close()
        else:
            printer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            printer.close()
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionResetError):
                await link.read()
    link.close()


async def test_a_network_printer_is_missed_when_its_cable_is_pulled(peer: Peer) -> None:
    link = await transport_to(peer.address).open()
    with await peer.accept():
        connected = socket.socket(fileno=os.dup(link._descriptor))  # type: ignore[attr-defined]  # noqa: SLF001
        with connected:
            seconds = connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
            seconds += connected.getsockopt(
                socket.IPPROTO_TCP, socket.TCP_KEEPINTVL
            ) * connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
            unacknowledged = connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    link.close()
    assert seconds <= 8
    assert unacknowledged <= 8000


async def all_of(printer: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(printer, 1 << 20):
        pass


def raw(master: int) -> None:
    """As USB makes no difference between bytes, and a terminal does."""
    settings = termios.tcgetattr(master)
    settings[0] = settings[1] = settings[3] = 0
    termios.tcsetattr(master, termios.TCSANOW, settings)


_WRITTEN: dict[int, tuple[int, int]] = {}


def stands_still(link: Link) -> bool:
    """Whether nothing more was taken in the last looks at it."""
    before, looks = _WRITTEN.get(id(link), (-1, 0))
    _WRITTEN[id(link)] = (link.written, looks + 1 if link.written == before else 0)
    return link.written > 0 and _WRITTEN[id(link)][1] > 20
