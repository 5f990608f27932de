"""An order changes: in what it differs from what its tickets have, and who has to hear of it."""

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec.structs import replace

from appliance.kitchen.order import Guest, Item, Order, Placed
from appliance.kitchen.routing import Stop
from appliance.kitchen.ticket import Ticket

Route = Callable[[Item], Iterable[Stop]]
"""Says where an item of the order goes."""


class Comparison:
    """The difference between an order on its tickets and what it is to become."""

    def __init__(
        self,
        placed: Placed,
        tickets: Collection[Ticket],
        order: Order,
        guest: Guest,
        done: Collection[str] = (),
    ) -> None:
        """`done`: lines that were finished elsewhere."""
        old = {item.line_id: item for item in placed.order.items}
        self.order = order
        self.items = {item.line_id: item for item in order.items}
        self.done = {*done} - self.items.keys()
        """Lines that are not struck through, though they are in the order no more."""
        self.added = self.items.keys() - old.keys()
        self.edited = {
            line_id
            for line_id in self.items.keys() & old.keys()
            if _read_by_cook(self.items[line_id], guest)
            != _read_by_cook(old[line_id], placed.guest)
        }
        self.renamed = {
            line_id for line_id in self.edited if self.items[line_id].name != old[line_id].name
        }
        fired = _fired(tickets) & {line_id for line_id, item in old.items() if item.held}
        self.held = {item.line_id for item in order.items if item.held} - fired
        """Lines that wait for their course; not those that a cook fired meanwhile."""
        taken = self.items.keys() | old.keys() | {item.line_id for item in placed.removed}
        self._former = {
            item.line_id: replace(item, line_id=_free_id(item.line_id, taken))
            for item in (*placed.removed, *placed.order.items)
            if item.line_id in self.items and _dish(item) != _dish(self.items[item.line_id])
        }

    def struck_id(self, line_id: str) -> str:
        """What a line is called where it is struck through.

        That is an id of its own where the order has another dish under the line's id.
        """
        former = self._former.get(line_id)
        return former.line_id if former else line_id

    def removed(self, placed: Placed, tickets: Collection[Ticket]) -> tuple[Item, ...]:
        """The items that these tickets show only struck through, or have from before."""
        former = {item.line_id: item for item in self._former.values()}
        struck = dict.fromkeys(
            line.id
            for ticket in tickets
            for line in ticket.lines
            if line.change == "deleted" or line.id in self.done
        )
        items = (former.get(line_id) or placed.item(line_id) for line_id in struck)
        return tuple(item for item in items if item and item.line_id not in self.items)

    def stops(
        self, route: Route, tickets: Mapping[str, Ticket]
    ) -> dict[str, dict[str, Stop | None]]:
        """By station and line, where every line is to be made; None: as it stands already.

        Only lines that are new or read otherwise are routed; the others stay where they
        are, whatever the rules say by now.
        """
        routed = self.added | self.edited
        stay = self.items.keys() - routed
        wanted: dict[str, dict[str, Stop | None]] = {
            station: {line.id: None for line in ticket.lines if line.id in stay}
            for station, ticket in tickets.items()
        }
        for line_id, item in self.items.items():
            if line_id in routed:
                for stop in route(item):
                    wanted.setdefault(stop.station, {})[line_id] = stop
        return wanted


def unrouted(
    tickets: Iterable[Ticket], before: Mapping[str, Ticket], comparison: Comparison
) -> tuple[str, ...]:
    """Lines that no rule took and that were not there before, or not as this dish."""
    known = {line.id for ticket in before.values() for line in ticket.lines if line.unrouted}
    known -= comparison.renamed
    lines = (line for ticket in tickets for line in ticket.lines)
    return tuple(
        dict.fromkeys(
            line.id
            for line in lines
            if line.unrouted and line.change != "deleted" and line.id not in known
        )
    )


def shows_otherwise(ticket: Ticket, before: Placed, after: Placed) -> bool:
    """Whether a ticket that stays as it is shows something else of its order."""
    return _header(before) != _header(after) or any(
        _line(before, line.id) != _line(after, line.id) for line in ticket.lines
    )


def _header(placed: Placed) -> tuple[object, ...]:
    """What every ticket shows of its order."""
    return (
        replace(placed.order, items=()),
        replace(placed.guest, item_instructions={}, group_notes={}),
        placed.target_at,
        placed.promised,
        placed.stations,
    )


def _line(placed: Placed, line_id: str) -> tuple[object, ...]:
    """What a ticket that has this line shows of it."""
    guest = placed.guest
    instructions, note = guest.item_instructions.get(line_id), guest.group_notes.get(line_id)
    return placed.item(line_id), instructions, note


def _read_by_cook(item: Item, guest: Guest) -> tuple[object, ...]:
    """All that makes an item another one to make."""
    return (
        _dish(item),
        guest.item_instructions.get(item.line_id),
        guest.group_notes.get(item.line_id),
    )


def _dish(item: Item) -> Item:
    """What an item reads; firing a course does not change it."""
    return replace(item, course_status=None, price=None)


def _fired(tickets: Collection[Ticket]) -> set[str]:
    """Lines that are on some ticket and wait on none."""
    lines = [
        line
        for ticket in tickets
        if ticket.status != "voided"
        for line in ticket.lines
        if line.change != "deleted"
    ]
    return {line.id for line in lines} - {line.id for line in lines if line.unfired}


def _free_id(line_id: str, taken: Collection[str]) -> str:
    return next(free for count in itertools.count(1) if (free := f"{line_id}~{count}") not in taken)
