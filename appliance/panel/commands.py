"""From an action and a ticket to the command that the kitchen is asked."""

from math import inf
from typing import cast

from appliance.config.actions import StationVerb, TicketVerb
from appliance.kitchen.command import ActOnTicket, Command, FireCourse, MarkLine, Summon, Undo
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
    return ActOnTicket(station, order_id, cast("TicketAction", verb))


def for_station(verb: StationVerb, station: str, kitchen: Kitchen) -> Command | None:
    """What is asked of a station; None where there is nothing to ask for."""
    match verb:
        case "undo":
            return Undo(station)
        case "summon":
            is_called = any(summons.station == station for summons in kitchen.summons)
            return Summon(station, on=not is_called)
    bumped = [
        ticket
        for ticket in (*kitchen.finished_tickets(station), *kitchen.live_tickets(station))
        if ticket.bumped_tick is not None
    ]
    newest = max(bumped, key=lambda ticket: ticket.bumped_tick or 0, default=None)
    if newest is None:
        return None
    return ActOnTicket(station, kitchen.placed(newest.number).order.id, "recall")


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
    return FireCourse(order_id, None if lowest == inf else int(lowest))
