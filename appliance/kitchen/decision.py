"""What the kitchen decides: an answer, and the events that follow from a command."""

from msgspec import Struct

from appliance.kitchen.command import Refused, Reply
from appliance.kitchen.event import Event
from appliance.kitchen.order import Guest
from appliance.kitchen.ticket import TRANSITIONS, Ticket


class Decision(Struct, frozen=True, gc=False):
    """What the kitchen answers, and what has to be remembered before anyone hears it."""

    reply: Reply
    events: tuple[Event, ...] = ()
    guest: tuple[int, Guest] | None = None
    """Order number and guest, where the command brought them."""


def no_such_order(order_id: str) -> Decision:
    """Refuses what is asked about an order that is not here."""
    return Decision(Refused("no_such_order", f"no order {order_id!r} here"))


def wrong_state(ticket: Ticket, verb: str) -> Refused:
    """Refuses what cannot be done to a ticket as it stands."""
    target = TRANSITIONS[verb][1] if verb in TRANSITIONS else None
    return Refused(
        "wrong_state", f"cannot {verb} a ticket that is {ticket.status}", ticket.status, target
    )
