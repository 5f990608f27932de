"""What follows for the other tickets of an order when one of them has changed."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from appliance.kitchen.event import Effect, TicketChanged
from appliance.kitchen.order import Order, Placed, first_number
from appliance.kitchen.ticket import Moment, Ticket


def sibling_changed(
    before: Ticket, after: Ticket, now: Moment, effect: Effect = "adjusted"
) -> TicketChanged:
    """The event for a ticket whose lines were let go, or planned anew."""
    was_held = sum(line.held for line in before.lines)
    fewer = sum(line.held for line in after.lines) < was_held
    return TicketChanged(now.at, now.tick, "fired" if fewer else "updated", after, effect=effect)


def told(
    placed: Placed, now_placed: Placed, others: Iterable[Ticket], now: Moment
) -> Iterator[TicketChanged]:
    """A station joined or left: the tickets that nothing else happened to tell of it."""
    if placed.stations == now_placed.stations:
        return
    for ticket in others:
        if ticket.live:
            told = replace(ticket, updated_at=now.at)
            yield TicketChanged(now.at, now.tick, "updated", told, effect="adjusted")


def next_course(
    order: Order, tickets: Mapping[str, Ticket], cooking: Collection[str]
) -> frozenset[str]:
    """The lines of the course whose turn it is; none before its predecessors were bumped.

    That is the lowest course that waits; lines without a number come first. Its turn comes
    when every line at or below it that was fired has been bumped where it is cooked. What is
    struck through or voided keeps nobody waiting.
    """
    courses = {item.line_id: first_number(item.course) or 0 for item in order.items}
    lines = [
        (courses.get(line.id, 0), line)
        for station, ticket in tickets.items()
        if station in cooking and ticket.status != "voided"
        for line in ticket.lines
        if line.change != "deleted"
    ]
    waiting = {line.id: course for course, line in lines if line.unfired}
    if not waiting:
        return frozenset()
    following = min(waiting.values())
    before = [line for course, line in lines if course <= following and not line.unfired]
    if not before or not all(line.bump for line in before):
        return frozenset()
    return frozenset(line_id for line_id, course in waiting.items() if course == following)
