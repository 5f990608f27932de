"""What a LAN screen has, and what it should: the difference is sent. Pure.

Whatever happened while it was away is one step: from what it has to what is live now.
"""

from msgspec import Struct


class OnScreen(Struct, frozen=True):
    """What a LAN screen has of an order."""

    wire_id: str
    """The order's id as the screen knows it. An order that comes back after it was taken off has
    another: screens take a create with the id of a closed order for a late retry."""
    life: int
    """How many times it came onto the screen."""
    digest: bytes | None
    """Of what the screen has; None: nobody knows, it may not even be there."""
    there: bool
    """False: it was taken off; remembered as long as it may come back."""
