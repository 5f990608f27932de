"""The printer's end of a pseudo-terminal, and a link by which others find the other end."""

import asyncio
import contextlib
import logging
import os
import threading
import tty
from pathlib import Path

_LOG = logging.getLogger(__name__)


class Terminal:
    """Plugged in or not. Each time it is plugged in, its path may be another."""

    def __init__(self, link: Path | None) -> None:
        """`link`: where a symbolic link leads to it as long as it is plugged in."""
        self._link = link
        self._linking = threading.Lock()
        self._pointing: asyncio.Future[None] | None = None
        self._ours = self._others = -1
        self.path: str | None = None
        """Of the other end; None while it is unplugged."""

    def plug(self) -> None:
        """Make one; on the event loop."""
        self._ours, self._others = os.openpty()
        # Kept open, so that what is sent stays there while nobody else has it open.
        tty.setraw(self._others)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._others)
        self._point()

    def unplug(self) -> None:
        """Who has the other end open finds it hung up."""
        if self.path is not None:
            os.close(self._ours)
            os.close(self._others)
            self.path = None
            self._point()

    def fileno(self) -> int:
        """Of the end of the printer, which never blocks."""
        return self._ours

    def read(self, most: int) -> bytes:
        """What was sent, up to so many bytes."""
        try:
            return os.read(self._ours, most)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Say something. What nobody reads in time is lost."""
        if self.path is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._ours, data)

    async def settled(self) -> None:
        """Until the link is as it should be. Raises OSError where it cannot be."""
        if self._pointing is not None:
            await asyncio.shield(self._pointing)

    def _point(self) -> None:
        """Have the link lead there, off the loop: it is in a file system."""
        if self._link is not None:
            loop = asyncio.get_running_loop()
            self._pointing = loop.run_in_executor(None, self._relink, self._link)
            self._pointing.add_done_callback(_say_why)

    def _relink(self, link: Path) -> None:
        """To where it is now: when two threads do this, the last one is right."""
        with self._linking:
            link.unlink(missing_ok=True)
            if self.path is not None:
                link.symlink_to(self.path)


def _say_why(linking: asyncio.Future[None]) -> None:
    if not linking.cancelled() and (error := linking.exception()):
        _LOG.warning("no link leads to a simulated printer: %s", error)
