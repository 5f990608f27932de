"""Messages of the protocol, written as Python; what the appliance makes of them."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from appliance.kitchen.command import CreateOrder
from appliance.kitchen.order import Item, Order
from appliance.lan.messages import decode

BERLIN = ZoneInfo("Europe/Berlin")


def understood(message: Any) -> Any:
    return decode(json.dumps(message).encode(), BERLIN)


def order_of(**fields: Any) -> Order:
    """The order of a create with these fields beside what must be there."""
    command = understood({"command": "create-order", "order": {"id": "1", "items": []} | fields})
    assert isinstance(command, CreateOrder)
    return command.order


def item_of(**fields: Any) -> Item:
    """The only line of such an order."""
    (item,) = order_of(items=[{"lineId": "1", "name": "Hamburger"} | fields]).items
    return item
