"""Decides whether an order can be with its guest, or with who delivers it."""

from appliance.kitchen.command import CollectOrder, OrderAccepted, Refused
from appliance.kitchen.decision import Decision, no_such_order
from appliance.kitchen.event import OrderCollected
from appliance.kitchen.known import Known
from appliance.kitchen.memory import Memory
from appliance.kitchen.ticket import Moment


def decide(memory: Memory, command: CollectOrder, now: Moment) -> Decision:
    """What follows from a command: nothing where it is so already."""
    known = memory.by_id(command.order_id)
    if known is None:
        return no_such_order(command.order_id)
    why = _why_not(memory, known)
    if why is not None:
        return Decision(Refused("wrong_state", f"order {command.order_id!r} {why}"))
    reply = OrderAccepted(command.order_id)
    if known.placed.collected is not None:
        return Decision(reply)
    return Decision(reply, (OrderCollected(now.at, now.tick, known.placed.number),))


def _why_not(memory: Memory, known: Known) -> str | None:
    """Why nobody can have it; None: it left the pass, or all stations where none has it."""
    if known.placed.cancelled:
        return "was cancelled"
    tickets = known.tickets.values()
    at_pass = [ticket for ticket in tickets if memory.is_at_pass(known, ticket)]
    if all(ticket.status == "voided" for ticket in at_pass or tickets):
        return "was voided"
    return "is still being made" if memory.is_open(known) else None
