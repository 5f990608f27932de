"""What is on the boards: the live tickets of a kitchen, and which of them time fires next."""

from collections.abc import Collection, Iterable

from appliance.kitchen.ticket import Ticket, sort_key


class Boards:
    """Of all stations. Only `show` changes anything."""

    def __init__(self) -> None:
        self._by_station: dict[str, dict[int, Ticket]] = {}
        """By station and order number."""
        self._dues: dict[tuple[int, str], int] = {}
        """By order number and station, the tick at which the first timed line is due."""

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
