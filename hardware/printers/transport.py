"""Ways to a printer: bytes out, bytes in, no meaning.

`serial:/dev/ttyUSB0`, `tcp:192.168.1.50:9100`, `usb:/dev/usb/lp0`, `file:/tmp/chits.bin`
"""

import asyncio
import contextlib
import os
import socket
import stat
import struct
import termios
from collections.abc import Callable, Sequence
from typing import Final, Literal, Protocol, TypeVar

import serial

from hardware.printers.away import CannotOpen
from hardware.printers.links import THREADS, DescriptorLink, FileLink, Link

Parity = Literal["none", "even", "odd"]
Flow = Literal["none", "dsr/dtr", "rts/cts", "xon/xoff"]

USUAL_PORT: Final = 9100
CONNECT_SECONDS: Final = 3.0
UNACKNOWLEDGED_MILLISECONDS: Final = 5000
"""After that a pulled cable is an error."""
KEEPALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 3),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLISECONDS),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_SNDBUF, 8192),
)
"""A printer that says nothing and is pulled out is missed within six seconds. The send buffer is
small, so that a question does not wait behind a chit that nobody takes."""

_PARITY: Final = {
    "none": serial.PARITY_NONE,
    "even": serial.PARITY_EVEN,
    "odd": serial.PARITY_ODD,
}
_HIGHEST_PORT: Final = 65_535
_DROP_UNSENT: Final = struct.pack("ii", 1, 0)

Opened = TypeVar("Opened")
_Found = tuple[int, int, int, str, tuple[object, ...]]


class Transport(Protocol):
    """A way to a printer. Nothing is opened before `open`."""

    address: str
    """For people and logs."""

    async def open(self) -> Link:
        """Open it for this program alone. Raises OSError, or CannotOpen with words."""


def transport_to(
    address: str, *, baud: int = 19200, parity: Parity = "none", flow: Flow = "dsr/dtr"
) -> Transport:
    """The way to an address; the rest is of serial lines alone.

    Nothing is opened, and nothing looked for. Raises ValueError with words.
    """
    kind, colon, where = address.partition(":")
    if not colon or kind not in ("serial", "tcp", "usb", "file"):
        raise ValueError(
            f"{address!r} is no way to a printer; write it like serial:/dev/ttyUSB0, "
            "tcp:192.168.1.50:9100, usb:/dev/usb/lp0 or file:/tmp/chits.bin"
        )
    if kind == "tcp":
        return Tcp(*_host_and_port(where))
    if not where.startswith("/") or "\0" in where:
        raise ValueError(f"{address!r} has no path; write it like {kind}:/dev/…, from the root on")
    if kind == "serial":
        return SerialLine(where, baud=baud, parity=parity, flow=flow)
    return UsbDevice(where) if kind == "usb" else GrowingFile(where)


class SerialLine:
    """The way over a serial line, or a USB adapter that makes one."""

    def __init__(self, path: str, *, baud: int, parity: Parity, flow: Flow) -> None:
        self.address = f"serial:{path}"
        self._path = path
        self._baud = baud
        self._parity = parity
        self._flow = flow

    async def open(self) -> "SerialLink":
        """As of any Transport. Opening can wait for an adapter for seconds: it has a thread."""
        port, has_dsr = await _on_a_thread(self._open, lambda opened: opened[0].close())
        return SerialLink(port, heeds_dsr=has_dsr and self._flow == "dsr/dtr")

    def _open(self) -> tuple[serial.Serial, bool]:
        """The open port, and whether it has a DSR line; a pseudo-terminal has none."""
        port = self._opened()
        return port, _lines_on(port) is not None

    def _opened(self) -> serial.Serial:
        # First without the adapter's driver: pyserial's words for a missing path are no help.
        os.close(os.open(self._path, os.O_PATH))
        try:
            # DTR is on from opening to closing; Linux holds back for CTS by itself, not for DSR.
            return serial.Serial(
                self._path,
                baudrate=self._baud,
                parity=_PARITY[self._parity],
                timeout=0,
                exclusive=True,
                rtscts=self._flow == "rts/cts",
                xonxoff=self._flow == "xon/xoff",
            )
        except (termios.error, ValueError, serial.SerialException) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise CannotOpen(
                f"{self._path} does not do {self._baud} baud with parity {self._parity} and "
                f"flow {self._flow}, or is no serial line"
            ) from error


class SerialLink(DescriptorLink):
    """An open serial line."""

    def __init__(self, port: serial.Serial, *, heeds_dsr: bool) -> None:
        self._port = port
        held = self._is_held if heeds_dsr else None
        # Linux waits up to half a minute for what an adapter holds.
        super().__init__(port.fileno(), port.close, held=held, close_waits=True)

    async def lines_on(self) -> frozenset[str] | None:
        """Which of the lines "dsr" and "cts" the printer has on; None where there are none."""
        return await asyncio.get_running_loop().run_in_executor(THREADS, _lines_on, self._port)

    def _is_held(self) -> bool:
        lines = _lines_on(self._port)
        return lines is not None and "dsr" not in lines


def _lines_on(port: serial.Serial) -> frozenset[str] | None:
    """It may block."""
    try:
        return frozenset(name for name in ("dsr", "cts") if getattr(port, name))
    except OSError:
        return None


class Tcp:
    """The way over the network: the printer's raw port."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"tcp:[{host}]:{port}" if ":" in host else f"tcp:{host}:{port}"
        self._host = host
        self._port = port
        self._asking: asyncio.Future[list[_Found]] | None = None
        """For the addresses of a name."""

    async def open(self) -> DescriptorLink:
        """As of any Transport."""
        async with asyncio.timeout(CONNECT_SECONDS):
            connected = await self._first(await self._found())
        return DescriptorLink(connected.fileno(), lambda: _close(connected))

    async def _found(self) -> list[_Found]:
        """The addresses of the host. A name is asked for on one thread, however long that takes."""
        with contextlib.suppress(socket.gaierror):
            return self._addresses(socket.AI_NUMERICHOST)
        if self._asking is None or self._asking.done():
            loop = asyncio.get_running_loop()
            self._asking = loop.run_in_executor(THREADS, self._addresses, 0)
            self._asking.add_done_callback(_seen)
        return await asyncio.shield(self._asking)

    def _addresses(self, flags: int) -> list[_Found]:
        return list(
            socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM, flags=flags)
        )

    async def _first(self, found: Sequence[_Found]) -> socket.socket:
        """Connected to the first address of a name at which somebody listens."""
        for family, _, _, _, address in found[:-1]:
            with contextlib.suppress(OSError):
                return await self._connected(family, address)
        family, _, _, _, address = found[-1]
        return await self._connected(family, address)

    async def _connected(self, family: int, address: tuple[object, ...]) -> socket.socket:
        connecting = socket.socket(family, socket.SOCK_STREAM)
        try:
            connecting.settimeout(0)
            for level, option, value in KEEPALIVE:
                connecting.setsockopt(level, option, value)
            await asyncio.get_running_loop().sock_connect(connecting, address)
        except BaseException:
            connecting.close()
            raise
        return connecting


class UsbDevice:
    """The way to a printer on USB, by the file that the kernel's usblp makes of it."""

    def __init__(self, path: str) -> None:
        self.address = f"usb:{path}"
        self._path = path

    async def open(self) -> DescriptorLink:
        """As of any Transport."""
        descriptor = await _on_a_thread(self._open, os.close)
        return DescriptorLink(descriptor, lambda: os.close(descriptor), ends_empty=False)

    def _open(self) -> int:
        descriptor = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        if stat.S_ISCHR(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise CannotOpen(f"{self._path} is no device")


class GrowingFile:
    """The way to a file, for looking at what would be printed."""

    def __init__(self, path: str) -> None:
        self.address = f"file:{path}"
        self._path = path

    async def open(self) -> FileLink:
        """As of any Transport."""
        return FileLink(await _on_a_thread(self._open, os.close))

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK
        descriptor = os.open(self._path, flags, 0o600)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise CannotOpen(f"{self._path} is no file: write usb: or serial: where it is a device")


async def _on_a_thread(
    opening: Callable[[], Opened], unwanted: Callable[[Opened], object]
) -> Opened:
    """What opens it on a thread; where nobody waits any more, `unwanted` closes it."""
    doing = asyncio.get_running_loop().run_in_executor(THREADS, opening)

    def close(done: asyncio.Future[Opened]) -> None:
        if not done.cancelled() and done.exception() is None:
            unwanted(done.result())

    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        doing.add_done_callback(close)
        raise


def _seen(done: asyncio.Future[list[_Found]]) -> None:
    """Its failure, where nobody waits for it any more."""
    if not done.cancelled():
        done.exception()


def _close(connected: socket.socket) -> None:
    """Drop what was not taken, where there is something; else say goodbye."""
    with contextlib.suppress(OSError):
        if DescriptorLink(connected.fileno(), connected.close).pending:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP_UNSENT)
    connected.close()


def _host_and_port(where: str) -> tuple[str, int]:
    if where.startswith("["):
        host, closed, rest = where[1:].partition("]")
        colon, port = rest[:1], rest[1:]
    else:
        host, colon, port = where.partition(":")
        closed = "]"
    whole = port.isascii() and port.isdecimal() and 0 < int(port) <= _HIGHEST_PORT
    if not host or not closed or host != host.strip() or (colon and not whole):
        raise ValueError(
            f"'tcp:{where}' is no address; write it like tcp:192.168.1.50:{USUAL_PORT}, an IPv6 "
            "address in brackets"
        )
    return host, int(port) if colon else USUAL_PORT
