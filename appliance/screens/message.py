"""What a LAN screen is to show of an order, as the LAN protocol writes it. Pure.

Source: LAN protocol design page, "Commands". A line that waits has `courseStatus` "hold". What is
off the board, struck through or voided is left out.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Ticket


class Content(NamedTuple):
    """An order as a screen is to have it."""

    order: bytes
    """JSON, without its id."""
    digest: bytes
    """Eight bytes: the same for the same content."""


def content(
    placed: Placed, tickets: Sequence[Ticket], passes: Collection[str], via: Sequence[str]
) -> Content | None:
    """What is live of an order on these tickets of it; None: nothing.

    The guest's phone and address are for screens of a pass alone, prices for nobody. `via`: the
    appliances that it came through, this one included.
    """
    raise NotImplementedError


def create(wire_id: str, content: Content) -> bytes:
    """The message, without a newline; as the next two."""
    raise NotImplementedError


def update(wire_id: str, content: Content) -> bytes:
    """It reads so now."""
    raise NotImplementedError


def cancel(wire_id: str) -> bytes:
    """It is not to be made, or has been."""
    raise NotImplementedError
