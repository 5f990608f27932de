"""Which of several stations gets an order's items: twins share work, a backup takes over.

    The twin that has least still to make, held courses included, gets all that an order has
    for them; what is added later follows the ticket that is there. What begins much later than
    the order does not count.
    A station is behind when what it has to make within its limit takes longer than that limit,
    at each of its twins; then new tickets go to its backup, unless that is behind as well.
    A station of which nobody is active has its backup make everything.

What it takes is added up as if one thing were made after the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from msgspec.structs import replace

from appliance.kitchen.boards import Boards, seconds_of
from appliance.kitchen.routing import Router, Station, Stop
from appliance.kitchen.rule import Fault
from appliance.kitchen.ticket import Moment, Ticket

MUCH_LATER_MS: Final = 3_600_000
"""What begins so much later than when an order is wanted is in nobody's way until then."""


class Balance:
    """For one order, now. Its tickets at twins are decided once, and whole."""

    def __init__(
        self,
        router: Router,
        boards: Boards,
        tickets: Mapping[str, Ticket],
        now: Moment,
        pickup_at: int | None,
    ) -> None:
        """`tickets` are those that the order has, by station; `pickup_at` is of the order."""
        self._router = router
        self._boards = boards
        self._tickets = tickets
        self._now = now
        # An order for tomorrow is weighed against all others of tomorrow.
        wanted_in = 0 if pickup_at is None or not now.wall_is_set else max(0, pickup_at - now.at)
        self._until = now.tick + wanted_in + MUCH_LATER_MS
        self._decided: dict[str, str] = {}

    def shared(self, stops: tuple[Stop, ...], line_id: str) -> tuple[Stop, ...]:
        """Where the item of a line goes that its rules send to these stations."""
        if not self._router.shares:
            return stops
        shared: dict[str, Stop] = {}
        for stop in stops:
            station = self._taker(stop.station, line_id)
            taken = stop
            if station != stop.station:
                is_twin = station in self._router.sharing[stop.station]
                overflow_from = None if is_twin else stop.station
                taken = replace(stop, station=station, overflow_from=overflow_from)
            there = shared.get(station)
            shared[station] = taken if there is None else _both(there, taken)
        return tuple(shared.values())

    def _taker(self, station: str, line_id: str) -> str:
        if station not in self._router.sharing:
            return station  # A pass: it sees everything.
        there = list(self._there(station))
        for ticket in there:
            if any(line.id == line_id and line.change != "deleted" for line in ticket.lines):
                return ticket.station
        if there:
            return there[0].station
        if station not in self._decided:
            self._decided[station] = self._decide(station)
        return self._decided[station]

    def _there(self, station: str) -> Iterator[Ticket]:
        """The tickets on which the order has what is for that station."""
        for twin in self._router.sharing[station]:
            if twin in self._tickets:
                yield self._tickets[twin]
        for backup in self._router.backing[station]:
            ticket = self._tickets.get(backup)
            if ticket and any(line.overflow_from == station for line in ticket.lines):
                yield ticket

    def _decide(self, station: str) -> str:
        sharing, backing = self._router.sharing[station], self._router.backing[station]
        overflows = backing and self._is_behind(station) and not self._is_behind_backup(station)
        return self._least(backing if overflows or not sharing else sharing)

    def _is_behind(self, station: str) -> bool:
        return is_behind(station, self._router, self._boards, self._now)

    def _is_behind_backup(self, station: str) -> bool:
        return self._is_behind(self._router.stations[station].backup or "")

    def _least(self, stations: Iterable[str]) -> str:
        """The one with the least still to make; of equals the first in the order of the boards."""
        return min(stations, key=lambda station: self._boards.work(station, self._until))


def is_behind(station: str, router: Router, boards: Boards, now: Moment) -> bool:
    """Whether a station and all of its twins have more to do than its limit allows.

    One that is not active, nor any twin of it, has nothing to do at all.
    """
    limit = router.stations[station].overflow_after
    if limit is None or not router.sharing[station]:
        return False
    until = now.tick + limit * 1000
    return all(
        boards.work(twin, until) > limit and _begun_by(until, boards.on(twin)) > limit
        for twin in router.sharing[station]
    )


class Overflow(NamedTuple):
    """A station that is behind, and whose new tickets go to another."""

    station: str
    backup: str


def overflows(router: Router, boards: Boards, now: Moment) -> list[Overflow]:
    """All of them, in the order of the boards. A backup that is behind itself takes nothing."""
    behind = {each for each in router.sharing if is_behind(each, router, boards, now)}
    found = ((each, router.stations[each].backup) for each in router.sharing if each in behind)
    return [
        Overflow(station, backup)
        for station, backup in found
        if backup is not None and router.backing[station] and backup not in behind
    ]


def _begun_by(until: int, tickets: Iterable[Ticket]) -> int:
    """Seconds of what is fired, or fires itself by that tick."""
    return sum(
        seconds_of(line)
        for ticket in tickets
        if ticket.workable
        for line in ticket.lines
        if line.to_do or (line.timed and (line.due or 0) <= until)
    )


def _both(there: Stop, taken: Stop) -> Stop:
    """One station makes what was for two: whole, if either was."""
    whole = not (there.mods and taken.mods)
    return replace(
        there,
        prep=max(there.prep, taken.prep),
        boost=max(there.boost, taken.boost),
        mods=() if whole else tuple(sorted({*there.mods, *taken.mods})),
        unrouted=there.unrouted or taken.unrouted,
        extra=max(there.extra, taken.extra),
        overflow_from=there.overflow_from or taken.overflow_from,
    )


def link_fault(station: Station, others: Iterable[Station]) -> Fault | None:
    """Why what a station says of its twin or its backup makes no sense, if so."""
    known = {each.id: each for each in others} | {station.id: station}
    return _reference_fault(station, known) or _sharing_fault(station, known)


def _reference_fault(station: Station, known: Mapping[str, Station]) -> Fault | None:
    for field, other in (("twin_of", station.twin_of), ("backup", station.backup)):
        if other is None:
            continue
        if other not in known:
            return Fault(field, f"there is no station {other!r}")
        if other == station.id:
            return Fault(field, "it cannot be the station itself")
        if not (station.cooks and known[other].cooks):
            return Fault(field, "an expo makes nothing, and shares nothing")
    return None


def _sharing_fault(station: Station, known: Mapping[str, Station]) -> Fault | None:
    twins = [each.id for each in known.values() if each.twin_of == station.id]
    if station.twin_of is not None:
        leader = known[station.twin_of]
        if leader.twin_of is not None:
            return Fault("twin_of", f"{leader.id!r} is a twin itself, of {leader.twin_of!r}")
        if twins:
            return Fault("twin_of", f"a twin has no twins, and {twins[0]!r} is one of this")
    if station.backup in twins:
        return Fault("backup", f"{station.backup!r} is its twin, and shares its work anyway")
    if station.overflow_after is not None and station.backup is None:
        return Fault("overflow_after", "goes with a backup")
    return None
