"""From an action and a ticket to the command that the kitchen is asked."""

from math import inf
from typing import cast

from appliance.config.actions import StationVerb, TicketVerb
from appliance.kitchen.command import (
    ActOnTicket,
    Command,
    FireCourse,
    MarkLine,
    PrintTicket,
    Summon,
    Undo,
)
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import course_number
from appliance.kitchen.ticket import Action as TicketAction
from appliance.kitchen.ticket import Ticket


def for_ticket(verb: TicketVerb, station: str, order_id: str, kitchen: Kitchen) -> Command | None:
    """What is asked of the ticket of an order; None where there is nothing to ask for."""
    ticket = _ticket_at(station, order_id, kitchen)
    if ticket is None:
        return None
    match verb:
        case "fire":
            return _fire(ticket, order_id, kitchen)
        case "item":
            line = next((line for line in ticket.lines if line.to_do), None)
            return None if line is None else MarkLine(station, order_id, line.id, done=True)
        case "print":
            return PrintTicket(station, order_id)
    return ActOnTicket(station, order_id, cast("TicketAction", verb))


def for_station(verb: StationVerb, station: str, kitchen: Kitchen) -> Command | None:
    """What is asked of a station; None where there is nothing to ask for."""
    match verb:
        case "undo":
            return Undo(station)
        case "summon":
            is_called = any(summons.station == station for summons in kitchen.summons)
            return Summon(station, on=not is_called)
    order_id = _newest_bumped(station, kitchen)
    return None if order_id is None else ActOnTicket(station, order_id, "recall")


def _newest_bumped(station: str, kitchen: Kitchen) -> str | None:
    """The order whose ticket a recall brings back; None where there is none."""
    candidates = (
        (until, ticket.number)
        for ticket in (*kitchen.finished_tickets(station), *kitchen.live_tickets(station))
        if (until := kitchen.recallable_until(ticket)) is not None
    )
    for _until, number in sorted(candidates, reverse=True):
        order_id = kitchen.placed(number).order.id
        ticket = _ticket_at(station, order_id, kitchen)
        if ticket is not None and ticket.number == number:
            # Else a new order has its id, and a command by that would be for the new one.
            return order_id
    return None


def _ticket_at(station: str, order_id: str, kitchen: Kitchen) -> Ticket | None:
    found = (ticket for ticket, _ in kitchen.tickets_of(order_id) if ticket.station == station)
    return next(found, None)


def _fire(ticket: Ticket, order_id: str, kitchen: Kitchen) -> FireCourse | None:
    """The lowest course that the ticket holds; those without a number come last, all at once."""
    waiting = {line.id for line in ticket.lines if line.unfired}
    if not waiting:
        return None
    items = kitchen.placed(ticket.number).order.items
    texts = [item.course for item in items if item.line_id in waiting]
    numbers = [course_number(text, kitchen.settings.courses) for text in texts]
    lowest = min(
        (inf if text and text.strip() else 0) if number is None else number
        for text, number in zip(texts, numbers, strict=True)
    )
    course = None if lowest == inf else int(lowest)
    return FireCourse(order_id, course, station=ticket.station)
