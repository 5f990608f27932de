"""Decides where cards go that nobody would see: their station is gone, or is another kind now.

A station can leave the file, get another id there or become an expo while it has cards; and
what is taken back can bring a card to one that was removed meanwhile. What such a card has still
to be made goes where the rules send it now, as if it were new there, but with its ticks, marks,
courses and place on the board (see `moving.py`). Who has a line already does not get it twice,
as long as the rules name somebody who has not. A card of a pass, which is only seen, goes to the
passes that have none of its order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from appliance.kitchen.command import TimePassed
from appliance.kitchen.comparison import Route
from appliance.kitchen.decision import Decision
from appliance.kitchen.event import Effect, Kind, TicketChanged
from appliance.kitchen.following import sibling_changed, told
from appliance.kitchen.known import Known
from appliance.kitchen.memory import Memory
from appliance.kitchen.moving import arrived, what_stays
from appliance.kitchen.order import with_nested
from appliance.kitchen.ordering import route_for
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Line, Moment, Ticket
from appliance.kitchen.timing import planned, terms_of
from appliance.kitchen.update import count_of
from appliance.kitchen.working import without_lines


class Homing:
    """For one kitchen. Nothing here changes its memory."""

    def __init__(self, memory: Memory, settings: Settings) -> None:
        self._memory = memory
        self._settings = settings

    def decide(self, now: Moment) -> Decision:
        """What follows for all cards that are at no station."""
        events: list[TicketChanged] = []
        left: dict[str, None] = {}
        boards = self._memory.boards.copy()
        for known, strays in self._memory.strays():
            tickets = dict(known.tickets)
            for ticket in strays:
                left[ticket.station] = None
                del tickets[ticket.station]
            route = route_for(
                self._memory, self._settings, known.placed.order, tickets, now, boards=boards
            )
            for event in self._rehomed(known, strays, tickets, route, now):
                events.append(event)
                boards.show(event.ticket)
        return Decision(TimePassed(tuple(left)), tuple(events))

    def _rehomed(
        self,
        known: Known,
        strays: list[Ticket],
        tickets: dict[str, Ticket],
        route: Route,
        now: Moment,
    ) -> list[TicketChanged]:
        """What follows for one order; `tickets` are those that it has elsewhere."""
        placed = now_placed = known.placed
        router = self._memory.layout.router
        events = []
        targets: set[str] = set()
        rests: dict[str, Ticket] = {}
        for ticket in strays:
            is_made_there = ticket.station in placed.stations
            rest = without_lines(ticket, now)
            if ticket.workable:
                rest = what_stays(ticket, now) if is_made_there else rest
                send = self._send if is_made_there else self._show
                targets |= send(known, ticket, tickets, route, now)
            events.append(TicketChanged(now.at, now.tick, "moved", rest, gone=not rest.lines))
            if rest.lines:
                rests[ticket.station] = rest
            else:
                now_placed = now_placed.left(ticket.station)
        for station in targets & router.cooking:
            now_placed = now_placed.joined(station)
        terms = terms_of(placed, router.cooking)
        same = []
        for station, after in planned(tickets | rests, terms, now, self._settings).items():
            before = known.tickets.get(station)
            if station in rests:
                continue
            if station in targets:
                is_new = before is None or before in strays
                kind: Kind = "created" if is_new else "updated"
                effect: Effect | None = "followed" if station in router.cooking else None
                events.append(TicketChanged(now.at, now.tick, kind, after, effect=effect))
            elif before is not None and after is not before:
                events.append(sibling_changed(before, after, now))
            else:
                same.append(after)
        return [*events, *told(placed, now_placed, same, now)]

    def _show(
        self,
        known: Known,
        ticket: Ticket,
        tickets: dict[str, Ticket],
        route: Route,
        now: Moment,
    ) -> set[str]:
        """Show a card of a pass at all passes that have none, and have made what only it has.

        Returns their ids, and those of the stations that make it.
        """
        passes = self._memory.layout.router.passes
        without = [each for each in passes if each not in known.tickets and each not in tickets]
        for station in without:
            tickets[station] = replace(ticket, station=station, updated_at=now.at)
        unmade = _nowhere_else(ticket, known, is_seen=bool(passes))
        if unmade is None:
            return set(without)
        return self._send(known, unmade, tickets, route, now).union(without)

    def _send(
        self,
        known: Known,
        ticket: Ticket,
        tickets: dict[str, Ticket],
        route: Route,
        now: Moment,
    ) -> set[str]:
        """Have others make what is still to be made of a card; their ids."""
        parts = self._parts(known, ticket, tickets, route)
        for station, part in parts.items():
            tickets[station] = arrived(part, tickets.get(station), station, now)
        return set(parts)

    def _parts(
        self, known: Known, ticket: Ticket, tickets: Mapping[str, Ticket], route: Route
    ) -> dict[str, Ticket]:
        """By station, what it is to make of a card."""
        router = self._memory.layout.router
        lines: defaultdict[str, list[Line]] = defaultdict(list)
        if not ticket.lines:
            lines[router.default] = []
        for line in ticket.lines:
            item = known.placed.item(line.id)
            if line.bump or line.change == "deleted" or item is None:
                continue
            stops = [stop for stop in route(item) if stop.station in router.cooking]
            without = [
                stop for stop in stops if not _has(tickets.get(stop.station), line.id, stop.mods)
            ]
            for stop in without or stops[:1]:
                sent = replace(
                    line,
                    prep=stop.prep,
                    boost=stop.boost,
                    mods=with_nested(item.mods, stop.mods),
                    unrouted=stop.unrouted,
                    extra=stop.extra,
                    overflow_from=ticket.station,
                    count=count_of(item, stop.mods),
                )
                lines[stop.station].append(sent)
        return {station: replace(ticket, lines=tuple(part)) for station, part in lines.items()}


def _nowhere_else(ticket: Ticket, known: Known, *, is_seen: bool) -> Ticket | None:
    """What of a card that is only seen no station has that cooks: nothing, as a rule.

    `is_seen`: there is a pass that has what is without lines.
    """
    made = {
        line.id
        for station, other in known.tickets.items()
        if station in known.placed.stations
        for line in other.lines
        if line.change != "deleted"
    }
    lines = tuple([line for line in ticket.lines if line.id not in made])
    if lines or not (ticket.lines or is_seen):
        return replace(ticket, lines=lines)
    return None


def taken_in(cooking: Collection[str], tickets: Iterable[Ticket]) -> dict[str, list[str]]:
    """By station that makes nothing any more, those on whose cards it is what was to be made there.

    `cooking` are the stations where something is made.
    """
    at: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for ticket in tickets:
        for line in ticket.lines:
            if line.overflow_from is not None and line.overflow_from not in cooking:
                at[line.overflow_from][ticket.station] = None
    return {station: list(others) for station, others in at.items()}


def _has(ticket: Ticket | None, line_id: str, mods: Collection[int]) -> bool:
    """Whether a ticket has a line, or these modifiers of it: who makes one alone has not all."""
    return ticket is not None and any(
        line.id == line_id
        and line.change != "deleted"
        and (not line.mods or (mods and {*mods} <= {*line.mods}))
        for line in ticket.lines
    )
