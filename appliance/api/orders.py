"""Orders over HTTP: the commands of the LAN protocol, same payloads, same effect."""

import re
from collections.abc import Callable
from datetime import tzinfo
from typing import Annotated, Final

from msgspec import Meta, Struct
from msgspec.structs import replace

from appliance.api.auth import MANAGERS
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.operation import Call, Operation
from appliance.api.ticket_json import TicketJson, TicketView
from appliance.expeditor import Expeditor
from appliance.kitchen.command import OrderAccepted, Refused
from appliance.lan import messages
from appliance.lan.messages import MAX_ORDER_ID, AnyOrderMessage, NotUnderstood
from appliance.lan.schema import CancelMessage, ItemMessage, OrderMessage, PartialOrderMessage

WHO: Final = MANAGERS | {"pos_staff"}
_FIELD: Final = re.compile(r"order\.(\w+)")


OrderId = Annotated[str, Meta(min_length=1, max_length=MAX_ORDER_ID)]


class NewOrder(OrderMessage, kw_only=True, rename="camel"):
    """A whole order."""

    id: OrderId
    items: tuple[ItemMessage, ...]


class ChangedOrder(OrderMessage, kw_only=True, rename="camel"):
    """A whole order, as it is to be. Its id, where it is given, is that of the path."""

    id: OrderId | None = None
    items: tuple[ItemMessage, ...]


class PartialOrder(PartialOrderMessage, kw_only=True, rename="camel"):
    """What changes of an order. Its id, where it is given, is that of the path.

    A line of `items` and `itemsToUpdate` has a `lineId` or a `name`.
    """

    id: OrderId | None = None


class OrderJson(Struct):
    """An order that was taken, and what became of it."""

    order_id: str
    tickets: list[TicketJson]
    """Of every station that has it, in the order of the stations."""


class Orders:
    """The operations, for one appliance."""

    def __init__(
        self, expeditor: Expeditor, view: TicketView, zone: tzinfo, took: Callable[[], None]
    ) -> None:
        """`zone` is for times that come without one; `took` is called for each that is taken."""
        self._expeditor = expeditor
        self._took = took
        self._view = view
        self._zone = zone

    def operations(self) -> list[Operation]:
        """Create, update, partial update, cancel: an order is of all stations."""
        one = "/orders/{order_id}"
        return [
            Operation(
                "POST",
                "/orders",
                self.create,
                WHO,
                OrderJson,
                body=NewOrder,
                lenient=True,
                status=201,
                errors=(503,),
                everywhere=True,
            ),
            Operation(
                "PUT",
                one,
                self.update,
                WHO,
                OrderJson,
                body=ChangedOrder,
                lenient=True,
                errors=(404, 503),
                everywhere=True,
            ),
            Operation(
                "PATCH",
                one,
                self.amend,
                WHO,
                OrderJson,
                body=PartialOrder,
                lenient=True,
                errors=(404, 503),
                everywhere=True,
            ),
            Operation(
                "DELETE", one, self.cancel, WHO, OrderJson, errors=(400, 404, 503), everywhere=True
            ),
        ]

    def create(self, call: Call) -> OrderJson:
        """Take an order; the same one again is a retry, other content of a live one an update."""
        return self._submit("create-order", call.body)

    def update(self, call: Call) -> OrderJson:
        """The whole order as it is to be from now on; an order that has left is left alone."""
        return self._submit("update-order", _of_path(call))

    def amend(self, call: Call) -> OrderJson:
        """Part of the order as it is to be, with itemsToAdd, itemsToUpdate and itemsToRemove."""
        return self._submit("partial-update-order", _of_path(call))

    def cancel(self, call: Call) -> OrderJson:
        """Take the order back; its tickets stay as voided until each is bumped."""
        return self._submit("cancel-order", CancelMessage(call.path("order_id")))

    def _submit(self, name: str, order: AnyOrderMessage) -> OrderJson:
        try:
            command = messages.command(name, order, self._zone)
        except NotUnderstood as error:
            named = _FIELD.search(str(error))
            raise invalid(named[1] if named else "order", str(error)) from error
        reply = self._expeditor.submit(command).reply
        match reply:
            case OrderAccepted(order_id):
                self._took()
                tickets = self._expeditor.kitchen.tickets_of(order_id)
                shown = [self._view.ticket(ticket, placed) for ticket, placed in tickets]
                return OrderJson(order_id, shown)
            case Refused():
                raise refused(reply)
        raise TypeError(reply)


def _of_path(call: Call) -> OrderMessage:
    """The order of the body, which may leave its id to the path."""
    order_id = call.path("order_id")
    order: OrderMessage = call.body
    if order.id not in (None, order_id):
        raise ApiError(400, "VALIDATION_ERROR", "id: another than in the path", {"field": "id"})
    return replace(order, id=order_id)
