"""The index on disk: where in the log finished tickets and their orders are, by station and time.

It holds times and sequence numbers, no order and no guest, and can be made again from the log
at any time. One connection, always of one thread; everything blocks.

    tickets    one that is finished, and the event that says how it is now
    orders     every one: its placing, and the event that says what it is now
    position   up to which event of which log all that is so

Changes gather in a transaction that stays open: they are read at once, and written when they
are many. What a power cut takes of them is read from the log again. So nothing is lost without
a sync either: in SQLite's WAL mode `synchronous=NORMAL` may lose commits, and corrupts nothing.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import apsw

from appliance.kitchen.event import Event, OrderCancelled, OrderPlaced, OrderUpdated, TicketChanged

NAME: Final = "history.sqlite"
FORMAT: Final = 1
"""Kept in `user_version`. Counted up whenever the tables or what they mean changes: an index
of another format is made again."""
APPLICATION_ID: Final = 0x45585048  # "EXPH", for file(1)
COMMIT_EVERY: Final = 5_000
"""Events between commits: a day of a quiet kitchen, and read again in a moment. A commit writes
pages whole, however little has changed on them."""
CACHE_KIB: Final = 1_024
"""Of pages in memory: more than a commit changes; a list needs a few."""

_SCHEMA: Final = """
CREATE TABLE tickets  (station TEXT NOT NULL, updated_at INTEGER NOT NULL,
                       number INTEGER NOT NULL, seq INTEGER NOT NULL,
                       PRIMARY KEY (station, updated_at, number), UNIQUE (number, station))
                      STRICT, WITHOUT ROWID;
CREATE TABLE orders   (number INTEGER PRIMARY KEY, placed INTEGER NOT NULL,
                       newest INTEGER NOT NULL, cancelled INTEGER NOT NULL) STRICT;
CREATE TABLE position (epoch TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
"""
_PAGE: Final = """
SELECT updated_at, number, seq, placed, newest, cancelled FROM tickets LEFT JOIN orders
 USING (number) WHERE station = ?1 AND (updated_at, number) < (?2, ?3)
 ORDER BY updated_at DESC, number DESC
"""


class Damaged(Exception):
    """This index cannot be believed, or is not one of this log: it has to be made again."""


class Place(NamedTuple):
    """Where a finished ticket stands among those of its station, which are listed downwards."""

    updated_at: int
    number: int


class Row(NamedTuple):
    """A finished ticket, and where the log speaks of it: sequence numbers."""

    updated_at: int
    number: int
    seq: int
    placed: int
    newest: int
    """Of the order's newest OrderPlaced or OrderUpdated."""
    cancelled: int


class Index:
    """The index of one log."""

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
                connection.execute(_SCHEMA)
                connection.execute("INSERT INTO position VALUES (?, 0)", (epoch,))
                connection.pragma("application_id", APPLICATION_ID)
                connection.pragma("user_version", FORMAT)
        elif version != FORMAT:
            raise Damaged(f"it is of format {version}, and this program makes {FORMAT}")

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
        tickets: dict[tuple[int, str], tuple[int, int] | None] = {}
        placed: list[tuple[int, int, int]] = []
        updated: dict[int, int] = {}
        cancelled: list[tuple[int]] = []
        seq = self.seq
        for seq, event in events:
            match event:
                case TicketChanged(kind="created"):
                    pass  # It is live, and there was none before.
                case TicketChanged(ticket=ticket):
                    is_finished = not (ticket.live or event.gone)
                    now = (ticket.updated_at, seq) if is_finished else None
                    tickets[ticket.number, ticket.station] = now
                case OrderPlaced(number=number):
                    placed.append((number, seq, seq))
                case OrderUpdated(number=number):
                    updated[number] = seq
                case OrderCancelled(number=number):
                    cancelled.append((number,))
        live = [key for key, now in tickets.items() if now is None]
        finished = [
            (station, now[0], number, now[1])
            for (number, station), now in tickets.items()
            if now is not None
        ]
        connection = self._connection
        if not connection.in_transaction:
            connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, 0)", placed)
        connection.executemany("UPDATE orders SET newest = ?2 WHERE number = ?1", updated.items())
        connection.executemany("UPDATE orders SET cancelled = 1 WHERE number = ?", cancelled)
        connection.executemany("DELETE FROM tickets WHERE number = ? AND station = ?", live)
        # What there was of the same number and station makes room.
        connection.executemany("INSERT OR REPLACE INTO tickets VALUES (?, ?, ?, ?)", finished)
        self.seq = seq
        if seq - self._committed >= COMMIT_EVERY:
            self.commit()

    def commit(self) -> None:
        """Write what was added, and how far it goes."""
        if self._connection.in_transaction:
            self._connection.execute("UPDATE position SET seq = ?", (self.seq,))
            self._connection.execute("COMMIT")
            self._committed = self.seq

    def page(self, station: str, below: Place, limit: int, leave_out: frozenset[int]) -> list[Row]:
        """Up to `limit` tickets of a station below a place, but for those of some orders."""
        rows = self._connection.execute(_PAGE, (station, *below))
        found: list[Row] = []
        for row in rows:
            if row[1] not in leave_out:
                if None in row:
                    raise Damaged(f"order {row[1]} is missing")
                found.append(Row(*row))
                if len(found) == limit:
                    break
        rows.close()
        return found

    def knows(self, station: str) -> bool:
        """Whether there is any finished ticket of that station."""
        query = "SELECT count(*) FROM (SELECT 1 FROM tickets WHERE station = ? LIMIT 1)"
        return bool(self._connection.execute(query, (station,)).get)

    def close(self) -> None:
        """Let the file go; what is not committed is not kept."""
        self._connection.close()


def remove(path: Path) -> None:
    """Throw a closed index away. Raises OSError."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
