"""The service's side of updates: what people hand in goes to where the card's own program takes it.

    pieces of a bundle ─▶ the data directory ─ a unit of systemd sees it ─▶ `expeditor card update`
    restart ─▶ a file ─ another one sees it ─▶ the machine starts again

The service may do neither itself: it has no rights but for its own directories.
"""

import asyncio
import os
from pathlib import Path
from typing import Final

from appliance.card.update import update_of
from appliance.card_now import LARGEST, CannotUpdate, Update, WrongPlace

LOOK_SECONDS: Final = 1.0
BUNDLE: Final = "update.raucb"
"""In the data directory, from when all of it is there until it was looked at."""
ROOM_LEFT: Final = 256 * 1024**2
"""Bytes of the disk that are the kitchen's, whatever comes in."""


class Inbox:
    """It fulfils `card_now.Card`."""

    is_there = True

    def __init__(self, kept: Path, data: Path, runtime: Path) -> None:
        """`kept`: the card's own directory. `runtime`: the service's, in memory."""
        self._kept = kept
        self._bundle = data / BUNDLE
        self._partial = data / f"{BUNDLE}.partial"
        self._restart = runtime / "restart"
        self._one_at_a_time = asyncio.Lock()
        self.update: Update | None = None
        """What became of the last one, as it was a moment ago."""

    async def run(self) -> None:
        """See what becomes of updates, until cancelled."""
        while True:
            self.update = await asyncio.to_thread(update_of, self._kept)
            await asyncio.sleep(LOOK_SECONDS)

    async def take(self, offset: int, piece: bytes) -> int:
        """As `Card.take`."""
        async with self._one_at_a_time:
            try:
                return await asyncio.to_thread(self._append, offset, piece)
            except OSError as error:
                raise CannotUpdate(f"it cannot be written: {error.strerror}") from error

    def _append(self, offset: int, piece: bytes) -> int:
        if self._bundle.exists():
            raise CannotUpdate("an update is being looked at: wait for it")
        room = os.statvfs(self._partial.parent)
        if room.f_bavail * room.f_frsize - len(piece) < ROOM_LEFT or offset > LARGEST:
            self._partial.unlink(missing_ok=True)
            raise CannotUpdate("there is no room for it on the card")
        if offset == 0:
            self._partial.unlink(missing_ok=True)
        there = self._size()
        if offset != there:
            raise WrongPlace(there)
        with self._partial.open("ab") as file:
            file.write(piece)
            # In steps: all of it at once in the end would hold up the orders' own writes.
            file.flush()
            os.fsync(file.fileno())
        return there + len(piece)

    def _size(self) -> int:
        try:
            return self._partial.stat().st_size
        except FileNotFoundError:
            return 0

    async def install(self, size: int) -> None:
        """As `Card.install`."""
        async with self._one_at_a_time:
            try:
                await asyncio.to_thread(self._hand_over, size)
            except OSError as error:
                raise CannotUpdate(f"it cannot be handed over: {error.strerror}") from error

    def _hand_over(self, size: int) -> None:
        there = self._size()
        if there != size or not size:
            raise WrongPlace(there)
        self._partial.replace(self._bundle)

    async def restart(self) -> None:
        """As `Card.restart`."""
        try:
            await asyncio.to_thread(self._restart.touch)
        except OSError as error:
            raise CannotUpdate(f"it cannot be asked for: {error.strerror}") from error
