"""What follows for the other tickets of an order when one of them has changed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from math import inf
from typing import Final

from msgspec.structs import replace

from appliance.kitchen.event import Effect, Kind, TicketChanged
from appliance.kitchen.order import Courses, Item, Order, Placed, course_number
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Line, Moment, Ticket, has_any, recallable
from appliance.kitchen.timing import Terms, planned
from appliance.kitchen.working import clear, let_go, prioritize, recall, take_off, void

_FIRST: Final = 0
"""The place of what is of no course."""


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
            after = replace(ticket, updated_at=now.at)
            yield TicketChanged(now.at, now.tick, "updated", after, effect="adjusted")


def gone_ahead(
    tickets: Mapping[str, Ticket], line_ids: Collection[str], now: Moment
) -> dict[str, Ticket]:
    """The tickets of an order when these lines wait for their course no longer."""
    return {
        station: let_go(ticket, now, line_ids) if ticket.workable else ticket
        for station, ticket in tickets.items()
    }


def called_with(ticket: Ticket, tickets: Iterable[Ticket], now: Moment) -> Ticket:
    """One that was called back: what was fired on others of its order waits no more."""
    others = [each for each in tickets if each.station != ticket.station]
    fired = {
        line.id
        for each in others
        if each.status != "voided"
        for line in each.lines
        if line.was_called
    }
    return let_go(ticket, now, fired)


def planned_anew(
    tickets: Mapping[str, Ticket],
    ahead: Mapping[str, Ticket],
    terms: Terms,
    now: Moment,
    settings: Settings,
) -> Iterator[TicketChanged]:
    """The events of the tickets of an order that change when it is planned as it is `ahead`."""
    for station, after in planned(ahead, terms, now, settings).items():
        was = tickets[station]
        if after is not was:
            effect: Effect = "adjusted" if ahead[station] is was else "followed"
            yield sibling_changed(was, after, now, effect)


def fired_next(
    tickets: Mapping[str, Ticket],
    terms: Terms,
    removed: Iterable[Item],
    now: Moment,
    settings: Settings,
) -> Iterator[TicketChanged]:
    """The events that fire the course whose turn it is, where that is to be done by itself.

    To be asked whenever something else has happened to an order. `removed` are the items
    that its tickets show struck through.
    """
    if not settings.fire_next_course:
        return
    items = (*removed, *terms.order.items)
    due = next_course(items, tickets, terms.cooking, settings.courses)
    if not due:
        return
    yield from planned_anew(tickets, gone_ahead(tickets, due, now), terms, now, settings)


def with_the_pass(
    kind: Kind, before: Ticket, after: Ticket, siblings: Iterable[Ticket], now: Moment
) -> Iterator[Ticket]:
    """The stations' tickets that go with what was done at the pass, as they are then.

    What left the pass has left the kitchen, and what comes back to it is to be made again
    where it was cleared with it. What is voided or put in front there is the whole order.
    """
    if before.status == "voided":
        return
    sent = {line.id for line in after.lines if line.bump == after.bumps}
    for sibling in siblings:
        ticket = sibling
        if kind == "voided" and sibling.workable:
            ticket = void(sibling, now)
        elif kind == "bumped" and sibling.workable and not after.live:
            ticket = clear(sibling, now)
        elif kind == "bumped" and sibling.workable and has_any(sibling, sent):
            ticket = take_off(sibling, now, sent)
        elif kind == "recalled" and before.status != "ready" and _is_cleared(sibling, before):
            ticket = recall(sibling, now)
        elif kind == "prioritized" and sibling.workable and sibling.priority != after.priority:
            ticket = prioritize(sibling, now, after.priority)
        if ticket is not sibling:
            yield ticket


def _is_cleared(ticket: Ticket, at_pass: Ticket) -> bool:
    """Whether the last bump of a station's ticket was that of the pass, and some is wanted yet."""
    if ticket.lines and not recallable(ticket):
        return False
    return ticket.status in ("held", "bumped") and ticket.bumped_tick == at_pass.bumped_tick


def next_course(
    items: Iterable[Item],
    tickets: Mapping[str, Ticket],
    cooking: Collection[str],
    courses: Courses,
) -> frozenset[str]:
    """The lines of the course whose turn it is; none before its predecessors are gone.

    That is the lowest course that waits; lines of no course come first. Its turn comes when
    something at or below it was fired where it is cooked, and all of that is gone: bumped,
    voided, or struck through. A course that has no number waits for somebody; what was fired
    of it has to go like what comes first.
    """
    places = {item.line_id: _place(item.course, courses) for item in items}
    lines = [
        (places.get(line.id, _FIRST), line, _is_gone(line, ticket))
        for station, ticket in tickets.items()
        if station in cooking
        for line in ticket.lines
    ]
    waiting = {
        line.id: place
        for place, line, is_gone in lines
        if line.unfired and not is_gone and place is not None
    }
    if not waiting:
        return frozenset()
    following = min(waiting.values())
    before = [
        is_gone
        for place, line, is_gone in lines
        if (place or _FIRST) <= following and line.was_called
    ]
    if not before or not all(before):
        return frozenset()
    return frozenset(line_id for line_id, place in waiting.items() if place == following)


def _is_gone(line: Line, ticket: Ticket) -> bool:
    """Whether nobody is to make it any more."""
    return bool(line.bump) or line.change == "deleted" or ticket.status == "voided"


def begun_by_hand(order: Order, ticket: Ticket, courses: Courses) -> frozenset[str]:
    """The lines of a ticket that only waits for its courses, fired when its cook starts it.

    They are the lowest course that waits; lines of no course come first, courses that have no
    number last, as they stand on the ticket.
    """
    texts = {item.line_id: item.course for item in order.items}
    keys: dict[str, tuple[float, str]] = {}
    for line in ticket.lines:
        if line.unfired:
            text = texts.get(line.id)
            place = _place(text, courses)
            named = "" if place is not None else (text or "").strip().casefold()
            keys[line.id] = (inf if place is None else place, named)
    first = min(keys.values(), key=lambda key: key[0], default=None)
    return frozenset(line_id for line_id, key in keys.items() if key == first)


def _place(text: str | None, courses: Courses) -> int | None:
    """Where a course comes; None for one that has a name and no number."""
    number = course_number(text, courses)
    return _FIRST if number is None and not (text or "").strip() else number
