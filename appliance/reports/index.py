"""The index on disk: the facts of each ticket and order that reports count, and of each deed.

Nothing of a guest is in it: names are joined by whoever shows them.

    tickets   as each is now: times, how many items, what became of it
    orders    what the till calls each, how it is served, what was promised
    deeds     who did what, and when: by hand, or by programs over HTTP
"""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from appliance.indexing import IndexFile
from appliance.kitchen.event import Event, OrderPlaced, OrderUpdated, TicketChanged
from appliance.kitchen.ticket import Ticket
from appliance.reports.days import Span
from appliance.reports.deeds import Deed, DeedFilter, deed_of

State = Literal["held", "open", "done", "voided", "forgotten"]
_SCHEMA: Final = """
CREATE TABLE tickets (number INTEGER NOT NULL, station TEXT NOT NULL, state TEXT NOT NULL,
                      created_at INTEGER NOT NULL, since INTEGER NOT NULL, started_at INTEGER,
                      completed_at INTEGER, took INTEGER, since_tick INTEGER,
                      completed_tick INTEGER, items ANY NOT NULL, bumped_by TEXT,
                      PRIMARY KEY (number, station)) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_time ON tickets (since, number, station);
CREATE TABLE orders  (number INTEGER PRIMARY KEY, id TEXT NOT NULL, check_number TEXT,
                      origin_source TEXT, mode TEXT, promised INTEGER) STRICT;
CREATE TABLE deeds   (at INTEGER NOT NULL, seq INTEGER NOT NULL, action TEXT NOT NULL,
                      station TEXT, number INTEGER, by TEXT, what TEXT,
                      PRIMARY KEY (at, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX deeds_by_order ON deeds (number) WHERE number IS NOT NULL;
"""
_TICKET: Final = """
INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET state = excluded.state, created_at = excluded.created_at,
       since = excluded.since, started_at = excluded.started_at,
       completed_at = excluded.completed_at, took = excluded.took,
       since_tick = excluded.since_tick, completed_tick = excluded.completed_tick,
       items = excluded.items, bumped_by = coalesce(excluded.bumped_by, bumped_by)
"""
_ORDER: Final = "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?)"
_SERVED: Final = """
SELECT number, station, state, created_at, since, started_at, completed_at, took, items,
       iif(completed_at IS NULL, NULL, nullif(bumped_by, '')), completed_tick - promised,
       mode, id, check_number, origin_source
  FROM tickets LEFT JOIN orders USING (number)
 WHERE since >= ?1 AND since < ?2 AND (since, number, station) > (?3, ?4, ?5)
 ORDER BY since, number, station LIMIT ?6
"""
_WHOLE: Final = """
SELECT min(since), CASE WHEN sum(state <> 'done') = 0 THEN
           coalesce(max(completed_tick) - min(since_tick), max(completed_at) - min(since)) END
  FROM tickets
 WHERE number IN (SELECT number FROM tickets WHERE since >= ?1 AND since < ?2)
   AND state <> 'voided'
 GROUP BY number HAVING sum(state <> 'held') > 0 AND min(since) >= ?1 AND min(since) < ?2
"""
_DEEDS: Final = """
SELECT at, seq, action, station, number, by, what, id, check_number, origin_source
  FROM deeds LEFT JOIN orders USING (number)
 WHERE at >= ?1 AND at < ?2 AND (at, seq) < (?3, ?4)
   AND (?5 IS NULL OR station = ?5) AND (?6 IS NULL OR by = ?6)
   AND (?7 IS NULL OR instr(?7, ' ' || action || ' '))
   AND (?8 IS NULL OR id = ?8 OR check_number = ?8)
 ORDER BY at DESC, seq DESC LIMIT ?9
"""
_RECALLS: Final = """
SELECT at, station FROM deeds WHERE at >= ? AND at < ? AND action = 'recalled'
"""

MOST: Final = 2**63 - 1
"""The largest number that can be stored."""


class Served(NamedTuple):
    """A ticket. Times are milliseconds since the epoch, by the clock as it was then."""

    number: int
    """Of the order, as counted by this appliance."""
    station: str
    state: State
    created_at: int
    since: int
    """When it was fired, or else came: from then on somebody waited for it."""
    started_at: int | None
    completed_at: int | None
    took: int | None
    """From `since` to its completion, milliseconds; None where nobody finished it."""
    items: int | float
    bumped_by: str | None
    over: int | None
    """Milliseconds from the order's pick-up time to its completion; None where none is promised."""
    mode: str | None
    order_id: str
    check_number: str | None
    origin_source: str | None


class Whole(NamedTuple):
    """An order: all its tickets that were not voided."""

    since: int
    """When the first of them was fired, or else came."""
    took: int | None
    """From then until the last was finished, milliseconds; None while one is not."""


class Index(IndexFile):
    """The index of one log."""

    NAME = "reports.sqlite"
    FORMAT = 1
    APPLICATION_ID = 0x45585052  # "EXPR"
    SCHEMA = _SCHEMA

    def _take_in(self, events: Iterable[tuple[int, Event]]) -> int:
        tickets: dict[tuple[int, str], tuple[object, ...]] = {}
        gone: set[tuple[int, str]] = set()
        orders: dict[int, tuple[object, ...]] = {}
        deeds: list[Deed] = []
        seq = self.seq
        for seq, event in events:
            match event:
                case TicketChanged(ticket=ticket):
                    key = ticket.number, ticket.station
                    before = tickets.pop(key, None)
                    if event.gone:
                        gone.add(key)
                    else:
                        tickets[key] = _row(event, before)
                case (
                    OrderPlaced(number=number, order=order)
                    | OrderUpdated(number=number, order=order)
                ):
                    called = (order.id, order.check_number, order.origin_source)
                    orders[number] = (number, *called, order.mode, event.promised)
            deed = deed_of(seq, event)
            if deed is not None:
                deeds.append(deed)
        connection = self._connection
        connection.executemany(_ORDER, orders.values())
        connection.executemany("DELETE FROM tickets WHERE number = ? AND station = ?", gone)
        connection.executemany(_TICKET, tickets.values())
        connection.executemany(
            "INSERT INTO deeds VALUES (?, ?, ?, ?, ?, ?, ?)", (deed[:7] for deed in deeds)
        )
        return seq

    # ── asked ────────────────────────────────────────────────────────────────────────

    def served(self, span: Span, after: Served | None, limit: int) -> list[Served]:
        """Up to `limit` tickets of that time, the oldest first, after one of them."""
        place = (-MOST, 0, "") if after is None else (after.since, after.number, after.station)
        rows = self._connection.execute(_SERVED, (*span, *place, limit))
        return [Served(*row) for row in rows]

    def whole(self, span: Span) -> list[Whole]:
        """The orders that began in that time."""
        return [Whole(*row) for row in self._connection.execute(_WHOLE, span)]

    def recalls(self, span: Span) -> list[tuple[int, str]]:
        """When a ticket was called back in that time, and at which station."""
        return list(self._connection.execute(_RECALLS, span))

    def deeds(self, wanted: DeedFilter, below: tuple[int, int], limit: int) -> list[Deed]:
        """Up to `limit` of them, the newest first, that stand below a time and number."""
        actions = None if wanted.actions is None else f" {' '.join(wanted.actions)} "
        rows = self._connection.execute(
            _DEEDS,
            (*wanted.span, *below, wanted.station, wanted.by, actions, wanted.order, limit),
        )
        return [Deed(*row) for row in rows]


def _row(event: TicketChanged, before: tuple[object, ...] | None) -> tuple[object, ...]:
    ticket = event.ticket
    bumped_by = event.by or "" if event.kind == "bumped" else before and before[-1]
    return (
        ticket.number,
        ticket.station,
        _state(ticket),
        ticket.created_at,
        ticket.since,
        ticket.started_at,
        ticket.completed_at,
        ticket.took,
        ticket.since_tick,
        ticket.completed_tick,
        sum(line.count for line in ticket.lines if line.change != "deleted"),
        bumped_by,
    )


def _state(ticket: Ticket) -> State:
    if ticket.status == "voided":
        return "voided"
    if ticket.status == "held":
        return "held"
    if ticket.status != "bumped":
        return "open"
    return "forgotten" if ticket.forgotten else "done"
