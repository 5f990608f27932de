"""An order in memory, and what the events of orders make of it."""

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.event import OrderPlaced, OrderUpdated
from appliance.kitchen.order import Guest, Placed
from appliance.kitchen.state import Create
from appliance.kitchen.ticket import Ticket


class Known(Struct):
    """The newest facts of an order, and its ticket at each station."""

    placed: Placed
    tickets: dict[str, Ticket]
    is_untold: bool = False
    """It is in a log from before its events told of its stations."""

    @property
    def create(self) -> Create:
        """What will be remembered of its newest create."""
        placed = self.placed
        return Create(placed.order.id, placed.digest, placed.create_tick)


def placed_by(event: OrderPlaced, guest: Guest) -> Known:
    """A new order, which has no tickets yet."""
    placed = Placed(
        event.number,
        event.order,
        guest,
        event.at,
        event.tick,
        event.digest,
        event.target_at,
        release=event.release,
        stations=event.stations,
        promised=event.promised,
        closes=event.closes,
    )
    return Known(placed, {}, is_untold=bool(event.order.items) and not event.stations)


def updated_by(event: OrderUpdated, placed: Placed, guest: Guest | None) -> Placed:
    """The order after a change; None leaves the guest as it was."""
    return replace(
        placed,
        order=event.order,
        guest=placed.guest if guest is None else guest,
        digest=event.digest,
        create_tick=placed.create_tick if event.digest == placed.digest else event.tick,
        target_at=event.target_at,
        removed=event.removed,
        release=event.release,
        stations=event.stations or placed.stations,
        revision=placed.revision + 1,
        promised=event.promised,
        closes=event.closes,
    )
