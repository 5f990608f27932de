"""What the kitchen decides: an answer, and the events that follow from a command."""

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.command import Refused, Reply
from appliance.kitchen.event import (
    Event,
    OrderCancelled,
    OrderPlaced,
    OrderUpdated,
    TicketChanged,
)
from appliance.kitchen.order import Guest
from appliance.kitchen.ticket import Ticket
from appliance.kitchen.working import TRANSITIONS


class Decision(Struct, frozen=True, gc=False):
    """What the kitchen answers, and what has to be remembered before anyone hears it."""

    reply: Reply
    events: tuple[Event, ...] = ()
    guest: tuple[int, Guest] | None = None
    """Order number and guest, where the command brought them."""


def signed(decision: Decision, by: str | None, action: int | None) -> Decision:
    """The same, done by somebody; `action` is the number of what a person does, if it is that."""
    if (by is None and action is None) or not decision.events:
        return decision
    return replace(decision, events=tuple(_signed(each, by, action) for each in decision.events))


def _signed(event: Event, by: str | None, action: int | None) -> Event:
    match event:
        case TicketChanged():
            return replace(event, by=by, action=event.action if action is None else action)
        case OrderPlaced() | OrderUpdated() | OrderCancelled():
            return event
    return replace(event, by=by)


def no_such_order(order_id: str) -> Decision:
    """Refuses what is asked about an order that is not here."""
    return Decision(Refused("no_such_order", f"no order {order_id!r} here"))


def no_such_ticket(station: str, order_id: str) -> Refused:
    """Refuses what is asked about a ticket that is not here."""
    return Refused("no_such_ticket", f"station {station!r} has no ticket of order {order_id!r}")


def wrong_state(ticket: Ticket, verb: str) -> Refused:
    """Refuses what cannot be done to a ticket as it stands."""
    target = TRANSITIONS[verb][1] if verb in TRANSITIONS else None
    return Refused(
        "wrong_state", f"cannot {verb} a ticket that is {ticket.status}", ticket.status, target
    )
