"""A LAN screen that is simulated: it keeps what it is told, and shows it to nobody.

It does as the LAN protocol design page says of screens: a create is taken once, an update or a
cancel of what it never had is answered ORDER_DOES_NOT_EXIST, of what is closed it is ignored.
"""

from datetime import UTC
from typing import Final

from appliance.kitchen.amendment import Amendment, CannotAmend, amended
from appliance.kitchen.command import AmendOrder, CancelOrder, CreateOrder, UpdateOrder
from appliance.kitchen.order import Guest, Order
from appliance.lan import messages, replies

REMEMBERED: Final = 1_000
"""Closed orders whose late messages it knows."""


class SimulatedScreen:
    """One of them."""

    def __init__(self) -> None:
        self.orders: dict[str, tuple[Order, Guest]] = {}
        """What it shows, by id, the oldest first."""
        self._closed: dict[str, None] = {}

    def take(self, message: bytes) -> bytes:
        """The reply to a message."""
        try:
            command = messages.decode(message, UTC)
        except ValueError:  # As all errors of decoding are.
            return replies.UNABLE_TO_PARSE
        match command:
            case CreateOrder(order, guest):
                if order.id not in self._closed:
                    self.orders[order.id] = (order, guest)
                return order.id.encode()
            case UpdateOrder(order, guest):
                if order.id in self.orders:
                    self.orders[order.id] = (order, guest)
                return self._answer(order.id)
            case AmendOrder(order_id, amendment):
                return self._amend(order_id, amendment)
            case CancelOrder(order_id):
                reply = self._answer(order_id)
                self.close(order_id)
                return reply
        return replies.UNABLE_TO_PARSE

    def close(self, order_id: str) -> None:
        """Take an order off, as a cook does who bumps it there."""
        if self.orders.pop(order_id, None) is None:
            return
        self._closed[order_id] = None
        if len(self._closed) > REMEMBERED:
            del self._closed[next(iter(self._closed))]

    def _answer(self, order_id: str) -> bytes:
        is_known = order_id in self.orders or order_id in self._closed
        return order_id.encode() if is_known else replies.ORDER_DOES_NOT_EXIST

    def _amend(self, order_id: str, amendment: Amendment) -> bytes:
        known = self.orders.get(order_id)
        if known is not None:
            try:
                self.orders[order_id] = amended(*known, amendment)
            except CannotAmend:
                return replies.UNABLE_TO_PARSE
        return self._answer(order_id)
