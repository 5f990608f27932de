"""What may have come onto a screen, or off it, after what was stored: read once, at a start."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, NamedTuple

from appliance.kitchen import event as events
from appliance.kitchen.event import OrderPlaced, TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Order
from appliance.log import Log, LogError
from appliance.screens.message import is_shown

logger = logging.getLogger(__name__)

READ_AT_ONCE: Final = 500
"""Events."""
RETRY_SECONDS: Final = 1.0
"""Between two attempts when the log cannot be read."""


class Suspect(NamedTuple):
    """An order of which something may have been sent."""

    number: int
    order_id: str
    gone: bool
    """It may have been taken off."""
    via: tuple[str, ...]
    """What it came through before this appliance."""


async def suspects(
    log: Log, after: int, sees: Callable[[str], bool], kitchen: Kitchen
) -> list[Suspect]:
    """The orders that events after a place speak of, by number.

    `sees`: whether a station is one of the screen's. `kitchen`: for orders that were placed before.
    """
    orders: dict[int, Order] = {}
    gone: dict[int, bool] = {}
    while after < log.head:
        try:
            recorded = await log.read(after, READ_AT_ONCE)
        except LogError as error:
            logger.warning("what a screen shows is not known: %s", error)
            await asyncio.sleep(RETRY_SECONDS)
            continue
        for each in recorded:
            match events.decode(each.event):
                case OrderPlaced(number=number, order=order):
                    orders[number] = order
                case TicketChanged(ticket=ticket) as event if sees(ticket.station):
                    is_gone = event.gone or not is_shown(ticket)
                    gone[ticket.number] = gone.get(ticket.number, False) or is_gone
        after = recorded[-1].seq
    in_memory = kitchen.numbers_in_memory
    orders |= {each: kitchen.placed(each).order for each in gone.keys() & in_memory}
    return [
        Suspect(each, orders[each].id, gone[each], orders[each].via)
        for each in sorted(gone.keys() & orders.keys())
    ]
