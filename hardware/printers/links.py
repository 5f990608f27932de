"""Open ways to printers: bytes go out as fast as they are taken, bytes come in; no meaning."""

import asyncio
import contextlib
import fcntl
import os
import struct
import termios
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

WRITE_BYTES: Final = 256
"""At a time; a printer with a small buffer is not run over before its handshake is seen."""
READ_BYTES: Final = 1024
HELD_SECONDS: Final = 0.02
"""Between two looks at a handshake line."""
EMPTY_SECONDS: Final = 0.1
"""Between two reads of a device that had nothing and said that it had."""
THREADS: Final = ThreadPoolExecutor(32, "printer")
"""Of their own: an adapter or a name server that hangs holds up printers alone, and few of them."""


class Gone(ConnectionResetError):
    """There is no way to the printer any more; the text says why."""


class Link(Protocol):
    """An open way to a printer. Nothing of it ever blocks the loop."""

    written: int
    """Bytes that were taken since it was opened: by the kernel or the network, at least."""

    @property
    def answers(self) -> bool:
        """Whether anything can come back this way."""

    @property
    def pending(self) -> int:
        """Bytes of those that are known to be still on this side.

        They are in the kernel, or sent by TCP and not acknowledged. What an adapter holds is
        counted where its driver tells.
        """

    async def write(self, data: bytes, *, at_once: bool = False) -> None:
        """Give the printer all of it, however slowly it takes it; one caller at a time.

        `at_once`: also while its DSR line says to wait, for what it reads even so. When this is
        cancelled or fails, `written` says how much was taken. Raises OSError when the printer is
        gone.
        """

    async def read(self) -> bytes:
        """What the printer says next. Raises OSError when it is gone."""

    def close(self) -> None:
        """Let go of it; what was not taken is dropped, and who still waits gets an OSError."""


class DescriptorLink:
    """A descriptor that never blocks: a serial line, a socket, a device of a USB printer."""

    answers = True

    def __init__(
        self,
        descriptor: int,
        close: Callable[[], None],
        *,
        held: Callable[[], bool] | None = None,
        ends_empty: bool = True,
        close_waits: bool = False,
    ) -> None:
        """`close_waits`: closing waits for what is pending, and has a thread where there is such.

        `held`: whether the printer's handshake line says to wait; it may block.

        `ends_empty`: whether reading nothing means that the printer is gone.
        """
        self.written = 0
        self._descriptor = descriptor
        self._close = close
        self._held = held
        self._ends_empty = ends_empty
        self._close_waits = close_waits
        self._waiting: set[asyncio.Future[None]] = set()
        self._closed = False

    @property
    def pending(self) -> int:
        """Bytes of those written that are known to be still on this side."""
        if self._closed:
            return 0
        try:
            return _number(self._descriptor, termios.TIOCOUTQ)
        except OSError:
            return 0

    async def write(self, data: bytes, *, at_once: bool = False) -> None:
        """As of any Link."""
        left = memoryview(data)
        while left:
            if self._held is not None and not at_once:
                await self._until_let(self._held)
            self._check()
            try:
                taken = os.write(self._descriptor, left[:WRITE_BYTES])
            except (BlockingIOError, InterruptedError):
                await self._until(writing=True)
                continue
            self.written += taken
            left = left[taken:]

    async def read(self) -> bytes:
        """As of any Link."""
        while True:
            self._check()
            # Always first: a serial line that has nothing reads like one that is gone.
            await self._until(writing=False)
            try:
                sent = os.read(self._descriptor, READ_BYTES)
            except (BlockingIOError, InterruptedError):
                continue
            if sent:
                return sent
            if self._ends_empty:
                raise Gone("unplugged or switched off")
            await asyncio.sleep(EMPTY_SECONDS)

    def close(self) -> None:
        """As of any Link."""
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._descriptor)
        loop.remove_writer(self._descriptor)
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(Gone("closed"))
        with contextlib.suppress(termios.error, OSError):
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
        waits = self._close_waits and self.pending > 0
        self._closed = True
        if waits:
            loop.run_in_executor(THREADS, self._close)
        else:
            self._close()

    async def _until_let(self, held: Callable[[], bool]) -> None:
        """Return when the last bytes have left and the handshake line lets the next follow."""
        loop = asyncio.get_running_loop()
        while self.pending or await loop.run_in_executor(THREADS, held):
            await asyncio.sleep(HELD_SECONDS)
            self._check()

    async def _until(self, *, writing: bool) -> None:
        """Return when the descriptor can be written, or read."""
        loop = asyncio.get_running_loop()
        able = loop.create_future()
        add, remove = (
            (loop.add_writer, loop.remove_writer)
            if writing
            else (loop.add_reader, loop.remove_reader)
        )
        self._waiting.add(able)
        add(self._descriptor, _tell, able)
        try:
            await able
        finally:
            self._waiting.discard(able)
            if not self._closed:
                remove(self._descriptor)

    def _check(self) -> None:
        if self._closed:
            raise Gone("closed")


class FileLink:
    """A file that grows: it takes everything, and says nothing."""

    answers = False
    pending = 0

    def __init__(self, descriptor: int) -> None:
        self.written = 0
        self._descriptor = descriptor
        self._writing: asyncio.Future[None] | None = None
        self._closed = asyncio.get_running_loop().create_future()

    async def write(self, data: bytes, *, at_once: bool = False) -> None:
        """As of any Link. A file cannot be waited for: it is written on a thread."""
        del at_once
        if self._closed.done():
            raise Gone("closed")
        self._writing = asyncio.get_running_loop().run_in_executor(THREADS, self._write, data)
        await asyncio.shield(self._writing)

    async def read(self) -> bytes:
        """As of any Link."""
        await asyncio.shield(self._closed)
        raise Gone("closed")

    def close(self) -> None:
        """As of any Link."""
        if self._closed.done():
            return
        self._closed.set_result(None)
        if self._writing is None:
            os.close(self._descriptor)
        elif self._writing.done():
            self._close_at_last(self._writing)
        else:
            self._writing.add_done_callback(self._close_at_last)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            taken = os.write(self._descriptor, left)
            self.written += taken
            left = left[taken:]

    def _close_at_last(self, writing: asyncio.Future[None]) -> None:
        if not writing.cancelled():
            writing.exception()
        os.close(self._descriptor)


def _tell(able: asyncio.Future[None]) -> None:
    if not able.done():
        able.set_result(None)


def _number(descriptor: int, request: int) -> int:
    (number,) = struct.unpack("i", fcntl.ioctl(descriptor, request, bytes(4)))
    return int(number)
