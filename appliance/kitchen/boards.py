"""What is on the boards: the live tickets of a kitchen, and which of them time fires next."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from appliance.kitchen.ticket import Line, Ticket, sort_key

UNKNOWN_SECONDS: Final = 180
"""What something counts of which nobody knows how long it takes: neither nothing nor much."""


def seconds_of(line: Line) -> int:
    """What it counts of the work of its station: five of a dish take five times as long."""
    return round((line.prep or UNKNOWN_SECONDS) * line.count)


def begins(line: Line, ticket: Ticket) -> int:
    """The tick at which a held line begins at the earliest, as far as anybody knows."""
    return ticket.queued if line.due is None else line.due


class Boards:
    """Of all stations. Only `show` changes anything."""

    def __init__(self) -> None:
        self._by_station: dict[str, dict[int, Ticket]] = {}
        """By station and order number."""
        self._dues: dict[tuple[int, str], int] = {}
        """By order number and station, the tick at which the first timed line is due."""
        self._seconds: dict[tuple[int, str], int] = {}
        """By order number and station, what is still to be made of it."""
        self._work: defaultdict[str, int] = defaultdict(int)
        """The sum of these by station: asked for each order, wherever stations share work."""
        self._waiting: defaultdict[str, dict[int, tuple[int, Ticket]]] = defaultdict(dict)
        """By station and order number, the tickets of which something is held, and when the last
        of that begins."""

    def show(self, ticket: Ticket) -> None:
        """A ticket is now so: it is on its board, or leaves it."""
        board = self._by_station.setdefault(ticket.station, {})
        if ticket.live:
            board[ticket.number] = ticket
        else:
            board.pop(ticket.number, None)
        key = (ticket.number, ticket.station)
        dues = [line.due for line in ticket.lines if line.held and line.due is not None]
        if dues and ticket.workable:
            self._dues[key] = min(dues)
        else:
            self._dues.pop(key, None)
        self._work[ticket.station] -= self._seconds.pop(key, 0)
        self._waiting[ticket.station].pop(ticket.number, None)
        if ticket.workable:
            if later := [begins(line, ticket) for line in ticket.lines if line.held]:
                self._waiting[ticket.station][ticket.number] = max(later), ticket
            seconds = sum([seconds_of(line) for line in ticket.lines if line.to_do or line.held])
            self._seconds[key] = seconds
            self._work[ticket.station] += seconds

    def copy(self) -> "Boards":
        """The same, to be changed for itself."""
        boards = Boards()
        for ticket in self.in_order():
            boards.show(ticket)
        return boards

    def work(self, station: str, until: int) -> int:
        """Seconds of what a station has still to make, and to begin by that tick.

        Courses that wait for somebody are part of it, but for those of an order for later.
        """
        later = [
            seconds_of(line)
            for last, ticket in self._waiting.get(station, {}).values()
            if last > until
            for line in ticket.lines
            if line.held and begins(line, ticket) > until
        ]
        return self._work.get(station, 0) - sum(later)

    def on(self, station: str) -> Collection[Ticket]:
        """The tickets on a board, as they came."""
        return self._by_station.get(station, {}).values()

    def shows_any(self, station: str) -> bool:
        """Whether a station has live tickets."""
        return bool(self._by_station.get(station))

    def in_order(self, station: str | None = None) -> list[Ticket]:
        """The tickets on a board, or on all of them, in the order of the board."""
        boards = self._by_station if station is None else [station]
        return _in_order(ticket for board in boards for ticket in self.on(board))

    @property
    def numbers(self) -> list[int]:
        """Of the orders that a board shows some of, oldest first."""
        return sorted({number for board in self._by_station.values() for number in board})

    @property
    def next_due(self) -> int | None:
        """The tick at which a line is to be fired by itself; None: none is."""
        return min(self._dues.values(), default=None)

    def due(self, tick: int) -> list[Ticket]:
        """The tickets with lines that are due by then, in the order of the board."""
        due = (key for key, first in self._dues.items() if first <= tick)
        return _in_order(self._by_station[station][number] for number, station in due)


def _in_order(tickets: Iterable[Ticket]) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: (sort_key(ticket), ticket.station))
