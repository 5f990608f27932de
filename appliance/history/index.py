"""The index on disk: where in the log finished tickets and their orders are, by station and time.

It holds times and sequence numbers, no order and no guest.

    tickets    one that is finished, and the event that says how it is now
    orders     every one: its placing, and the event that says what it is now
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from appliance.indexing import Damaged, IndexFile
from appliance.kitchen.event import Event, OrderCancelled, OrderPlaced, OrderUpdated, TicketChanged

_SCHEMA: Final = """
CREATE TABLE tickets  (station TEXT NOT NULL, updated_at INTEGER NOT NULL,
                       number INTEGER NOT NULL, seq INTEGER NOT NULL,
                       PRIMARY KEY (station, updated_at, number), UNIQUE (number, station))
                      STRICT, WITHOUT ROWID;
CREATE TABLE orders   (number INTEGER PRIMARY KEY, placed INTEGER NOT NULL,
                       newest INTEGER NOT NULL, cancelled INTEGER NOT NULL) STRICT;
"""
_PAGE: Final = """
SELECT updated_at, number, seq, placed, newest, cancelled FROM tickets LEFT JOIN orders
 USING (number) WHERE station = ?1 AND (updated_at, number) < (?2, ?3)
 ORDER BY updated_at DESC, number DESC
"""


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


class Index(IndexFile):
    """The index of one log."""

    NAME = "history.sqlite"
    FORMAT = 1
    APPLICATION_ID = 0x45585048  # "EXPH"
    SCHEMA = _SCHEMA

    def _take_in(self, events: Iterable[tuple[int, Event]]) -> int:
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
        connection.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, 0)", placed)
        connection.executemany("UPDATE orders SET newest = ?2 WHERE number = ?1", updated.items())
        connection.executemany("UPDATE orders SET cancelled = 1 WHERE number = ?", cancelled)
        connection.executemany("DELETE FROM tickets WHERE number = ? AND station = ?", live)
        # What there was of the same number and station makes room.
        connection.executemany("INSERT OR REPLACE INTO tickets VALUES (?, ?, ?, ?)", finished)
        return seq

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
