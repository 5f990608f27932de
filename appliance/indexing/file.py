"""An index on disk: an SQLite file that says up to which event of which log it goes.

It can be made again from the log at any time. One connection, always of one thread; everything
blocks.

Changes gather in a transaction that stays open: they are read at once, and written when they
are many. What a power cut takes of them is read from the log again. So nothing is lost without
a sync either: in SQLite's WAL mode `synchronous=NORMAL` may lose commits, and corrupts nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

import apsw

from appliance.kitchen.event import Event

COMMIT_EVERY: Final = 5_000
"""Events between commits: a day of a quiet kitchen, and read again in a moment. A commit writes
pages whole, however little has changed on them."""
CACHE_KIB: Final = 1_024
"""Of pages in memory: more than a commit changes; a list needs a few."""

_POSITION: Final = """
CREATE TABLE position (epoch TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
"""


class Damaged(Exception):
    """This index cannot be believed, or is not one of this log: it has to be made again."""


class IndexFile(ABC):
    """The index of one log."""

    NAME: ClassVar[str]
    """Of the file."""
    FORMAT: ClassVar[int]
    """Kept in `user_version`. Counted up whenever the tables or what they mean changes: an index
    of another format is made again."""
    APPLICATION_ID: ClassVar[int]
    """Four letters, for file(1)."""
    SCHEMA: ClassVar[str]
    """Of its tables, apart from that of its position."""

    def __init__(self, path: Path, epoch: str, head: int, vfs: str | None = None) -> None:
        """Opens or makes the index of the log of that epoch, which ends at `head`.

        `vfs` names an SQLite file system other than the default. Raises Damaged, and
        apsw.Error where the disk fails.
        """
        self._connection = apsw.Connection(str(path), vfs=vfs)
        try:
            self._prepare(epoch)
            self.seq = self._position(epoch, head)
        except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError) as error:
            self._connection.close()
            raise Damaged(str(error)) from error
        except (Damaged, apsw.Error):
            self._connection.close()
            raise
        self._committed = self.seq

    def _prepare(self, epoch: str) -> None:
        connection = self._connection
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "normal")
        connection.pragma("cache_size", -CACHE_KIB)
        version = connection.pragma("user_version")
        if not version and connection.execute("SELECT count(*) FROM sqlite_schema").get == 0:
            with connection:
                connection.execute(self.SCHEMA + _POSITION)
                connection.execute("INSERT INTO position VALUES (?, 0)", (epoch,))
                connection.pragma("application_id", self.APPLICATION_ID)
                connection.pragma("user_version", self.FORMAT)
        elif version != self.FORMAT:
            raise Damaged(f"it is of format {version}, and this program makes {self.FORMAT}")

    def _position(self, epoch: str, head: int) -> int:
        found = self._connection.pragma("quick_check", 1)
        if found != "ok":
            raise Damaged(found)
        row = self._connection.execute("SELECT epoch, seq FROM position").fetchone()
        if row is None or row[0] != epoch or row[1] > head:
            raise Damaged("it is of another log")
        return int(row[1])

    def add(self, events: Iterable[tuple[int, Event]]) -> None:
        """Take the next events of the log, with their sequence numbers, in."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        self.seq = self._take_in(events)
        if self.seq - self._committed >= COMMIT_EVERY:
            self.commit()

    @abstractmethod
    def _take_in(self, events: Iterable[tuple[int, Event]]) -> int:
        """Write what these events say; the number of the last of them, or that of before."""

    def commit(self) -> None:
        """Write what was added, and how far it goes."""
        if self._connection.in_transaction:
            self._connection.execute("UPDATE position SET seq = ?", (self.seq,))
            self._connection.execute("COMMIT")
            self._committed = self.seq

    def close(self) -> None:
        """Let the file go; what is not committed is not kept."""
        self._connection.close()


def remove(path: Path) -> None:
    """Throw a closed index away. Raises OSError."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
