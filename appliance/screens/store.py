"""What LAN screens have, on disk: one SQLite file, of one thread; everything blocks.

    shown      by screen and order's number: `OnScreen`
    position   how far each screen was in step with the log

Written a second after it changed, at the latest: what was sent within that is found again in the
log from `position` on, and counts as known to nobody. Guests are not named in it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from appliance import sqlite_file
from appliance.kitchen.understanding import unpacked
from appliance.log import Position
from appliance.screens.mirror import OnScreen
from appliance.sqlite_file import DAMAGE, Damaged

NAME: Final = "shown.sqlite"
"""In the data directory."""
FORMAT: Final = 1
"""Kept in `user_version`; a file of another format is put aside."""
APPLICATION_ID: Final = 0x45585043  # "EXPC", for file(1)

_SCHEMA: Final = """
CREATE TABLE shown    (screen TEXT NOT NULL, number INTEGER NOT NULL, shown BLOB NOT NULL,
                       PRIMARY KEY (screen, number)) STRICT, WITHOUT ROWID;
CREATE TABLE position (screen TEXT PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL)
                      STRICT, WITHOUT ROWID;
"""

_encode = msgspec.msgpack.Encoder().encode


class Kept(Struct):
    """What is kept of a screen."""

    position: Position
    shown: dict[int, OnScreen]
    """By number of the order."""


class Changes(Struct):
    """What is other than on disk, of a screen."""

    position: Position
    shown: dict[int, OnScreen | None]
    """None: it is gone."""
    is_all: bool = False
    """Nothing else is kept of that screen."""


class Store:
    """One open file."""

    def __init__(self, path: Path, vfs: str | None = None) -> None:
        """Opens or makes it.

        `vfs` names an SQLite file system other than the default. Raises Damaged, and
        apsw.Error where the disk fails.
        """
        self._connection = sqlite_file.opened(
            path, _SCHEMA, application_id=APPLICATION_ID, format=FORMAT, vfs=vfs
        )

    def load(self) -> dict[str, Kept]:
        """All of it, by screen. Raises Damaged, apsw.Error."""
        execute = self._connection.execute
        try:
            kept = {
                screen: Kept(Position(epoch, seq), {})
                for screen, epoch, seq in execute("SELECT screen, epoch, seq FROM position")
            }
            for screen, number, shown in execute("SELECT screen, number, shown FROM shown"):
                kept[screen].shown[number] = unpacked(shown, OnScreen)
        except (*DAMAGE, KeyError, ValueError) as error:  # Of msgspec, and of letters.
            raise Damaged(str(error)) from error
        return kept

    def write(self, changes: Mapping[str, Changes | None]) -> None:
        """Make changes durable, all or none; None forgets a screen. Raises apsw.Error."""
        with self._connection:
            for screen, changed in changes.items():
                self._write(screen, changed)

    def keep_only(self, screens: Mapping[str, Changes]) -> None:
        """Hold these and no others from now on. Raises apsw.Error."""
        with self._connection:
            self._connection.execute("DELETE FROM shown")
            self._connection.execute("DELETE FROM position")
            for screen, changed in screens.items():
                self._write(screen, changed)

    def _write(self, screen: str, changed: Changes | None) -> None:
        execute, many = self._connection.execute, self._connection.executemany
        if changed is None or changed.is_all:
            execute("DELETE FROM shown WHERE screen = ?", (screen,))
        if changed is None:
            execute("DELETE FROM position WHERE screen = ?", (screen,))
            return
        gone = [(screen, number) for number, on in changed.shown.items() if on is None]
        many("DELETE FROM shown WHERE (screen, number) = (?, ?)", gone)
        shown = [
            (screen, number, _encode(on)) for number, on in changed.shown.items() if on is not None
        ]
        many("INSERT OR REPLACE INTO shown (screen, number, shown) VALUES (?, ?, ?)", shown)
        execute(
            "INSERT OR REPLACE INTO position (screen, epoch, seq) VALUES (?, ?, ?)",
            (screen, *changed.position),
        )

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()
