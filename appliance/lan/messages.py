"""Objects of the LAN protocol into commands of the kitchen, liberal in what it accepts.

Source: the protocol's documentation, and what real clients send: bare orders without an
envelope, modifiers as strings, numbers as strings, times in three spellings. What is absent
or null was not sent, and stays away from the kitchen's structs.
"""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Annotated, Any, Final, NamedTuple, TypeAlias, overload

import msgspec
from msgspec import Meta

from appliance.kitchen.amendment import Amendment
from appliance.kitchen.command import AmendOrder, CancelOrder, Command, CreateOrder, UpdateOrder
from appliance.kitchen.order import (
    Costs,
    DeliveryService,
    Guest,
    Item,
    Order,
    Retry,
)
from appliance.lan.lines import added_line, changed_line, item_fields, line_ids, sent
from appliance.lan.schema import (
    CancelMessage,
    CostsMessage,
    Envelope,
    OrderMessage,
    PartialOrderMessage,
)
from appliance.lan.times import milliseconds

Frame: TypeAlias = bytes | bytearray | memoryview | msgspec.Raw
AnyOrderMessage: TypeAlias = OrderMessage | CancelMessage

_NO_ORDER: Final = (b"", b"null")
MAX_ORDER_ID: Final = 200
"""Characters of an order id: many times the longest seen, and a bound for replies."""


class NotUnderstood(ValueError):
    """The object is no message of this protocol; the text says why."""


class Returned(NamedTuple):
    """A message about an order that came through this appliance already: it is here."""

    order_id: str


MOST_VIA: Final = 8
"""Appliances that an order may come through: more than any kitchen puts in a row."""
MAX_IDENTIFIER: Final = 64
"""Characters of what names one of them."""

# Not strict: real clients send numbers and booleans as strings.
_decode = msgspec.json.Decoder(Envelope, strict=False).decode
_decode_order: Final[Mapping[str, Callable[[Frame], AnyOrderMessage]]] = {
    "create-order": msgspec.json.Decoder(OrderMessage, strict=False).decode,
    "update-order": msgspec.json.Decoder(OrderMessage, strict=False).decode,
    "partial-update-order": msgspec.json.Decoder(PartialOrderMessage, strict=False).decode,
    "cancel-order": msgspec.json.Decoder(CancelMessage, strict=False).decode,
}


@overload
def decode(message: Frame, zone: tzinfo) -> Command: ...
@overload
def decode(message: Frame, zone: tzinfo, identifier: str) -> Command | Returned: ...
def decode(message: Frame, zone: tzinfo, identifier: str = "") -> Command | Returned:
    """The command of one complete message.

    Times without a zone are taken to be of `zone`. `identifier` is this appliance's: what came
    through it before is no command. Raises NotUnderstood, and what msgspec raises for bytes that
    are not one whole JSON object of the right shape: msgspec.DecodeError, UnicodeDecodeError,
    RecursionError.
    """
    envelope = _decode(message)
    via, done = _via(envelope.via), envelope.done
    name = "create-order" if envelope.command is None else envelope.command
    if name not in _decode_order:
        raise NotUnderstood(f"unknown command {name[:40]!r}")
    if bytes(envelope.order) in _NO_ORDER:
        order = _decode_order[name](message)
    else:
        try:
            order = _decode_order[name](envelope.order)
        except msgspec.ValidationError as error:
            raise NotUnderstood(_in_envelope(str(error))) from error
    meant = command(name, order, zone, via, done=done)
    return Returned(str(order.id)) if identifier in via else meant


_Identifier: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_IDENTIFIER)]
_decode_via = msgspec.json.Decoder(tuple[_Identifier, ...]).decode


def _via(sent: msgspec.Raw) -> tuple[str, ...]:
    """What a message came through. Where others mean something else by it, nothing.

    Raises NotUnderstood for one that may go round in a circle.
    """
    try:
        via = _decode_via(sent) if bytes(sent) else ()
    except msgspec.ValidationError:
        return ()
    if len(via) > MOST_VIA:
        raise NotUnderstood(f"it came through more than {MOST_VIA} appliances")
    return via


_decode_lines = msgspec.json.Decoder(frozenset[str]).decode
_NO_RAW: Final = msgspec.Raw()


def _lines(done: msgspec.Raw) -> frozenset[str]:
    """Those that were finished. Where others mean something else by it, none."""
    try:
        return _decode_lines(done) if bytes(done) else frozenset()
    except msgspec.ValidationError:
        return frozenset()


def command(
    name: str,
    order: AnyOrderMessage,
    zone: tzinfo,
    via: tuple[str, ...] = (),
    *,
    done: msgspec.Raw = _NO_RAW,
) -> Command:
    """The command of that name about an order of the struct that it takes.

    `via`: see `Order`; `done`: as it was sent, see `Envelope`. Raises NotUnderstood.
    """
    if not order.id or order.id.isspace():  # Whoever is sent it on could not answer by it.
        raise NotUnderstood("order.id is missing or empty")
    if len(order.id) > MAX_ORDER_ID:
        raise NotUnderstood(f"order.id is longer than {MAX_ORDER_ID} characters")
    match order:
        case CancelMessage():
            return CancelOrder(order.id, bytes(done) == b"true")
        case PartialOrderMessage():
            return AmendOrder(order.id, _amendment(order, zone))
        case _ if name == "update-order":
            return UpdateOrder(*_whole_order(order, order.id, zone, via), _lines(done))
        case _:
            return CreateOrder(*_whole_order(order, order.id, zone, via))


def _in_envelope(reason: str) -> str:
    """Where it is, as seen from the whole message."""
    what, at, path = reason.partition(" - at `$")
    return f"{what}{at}.order{path}" if at else f"{what} - at `$.order`"


# ── orders ───────────────────────────────────────────────────────────────────────────

_SAME_IN_ORDER: Final = (
    "time",
    "mode",
    "pickup_time",
    "server",
    "terminal",
    "priority",
    "check_number",
    "origin_source",
    "delivery_handoff",
    "opt_in_for_sms",
    "prep_time_duration",
    "covers",
    "loyalty_member",
    "accessibility",
    "source",
)
_SAME_IN_GUEST: Final = (
    "name",
    "phone_number",
    "delivery_address",
    "special_instructions",
    "customer_arrived_url",
    "vehicle_model",
    "vehicle_color",
)


def _whole_order(
    message: OrderMessage, order_id: str, zone: tzinfo, via: tuple[str, ...]
) -> tuple[Order, Guest]:
    if message.items is None:
        raise NotUnderstood("order.items is missing")
    order, guest = _fields(message, zone)
    lines = list(zip(line_ids(message.items), message.items, strict=True))
    return (
        Order(
            order_id,
            tuple(Item(line_id, **item_fields(item)) for line_id, item in lines),
            via=via,
            **order,
        ),
        Guest(
            item_instructions={
                line_id: item.special_instructions
                for line_id, item in lines
                if item.special_instructions
            },
            group_notes={
                line_id: item.item_group.note
                for line_id, item in lines
                if item.item_group and item.item_group.note
            },
            **guest,
        ),
    )


def _amendment(message: PartialOrderMessage, zone: tzinfo) -> Amendment:
    # Lines in `items` are not documented here: they change or add, and what is not among
    # them stays, for a client that sends its empty lists along means no harm.
    changed = (*(message.items or ()), *(message.items_to_update or ()))
    if any(line.line_id is None and line.name is None for line in changed):
        raise NotUnderstood("a line of order.itemsToUpdate has neither lineId nor name")
    added = message.items_to_add or ()
    return Amendment(
        *_fields(message, zone),
        message.items_to_remove or (),
        (
            *map(changed_line, changed, line_ids(changed)),
            *map(added_line, added, line_ids(added)),
        ),
    )


def _fields(message: OrderMessage, zone: tzinfo) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was sent of the fields of `Order` and of `Guest`, apart from lines and id."""
    order, guest = sent(message, _SAME_IN_ORDER), sent(message, _SAME_IN_GUEST)
    for name in ("time", "pickup_time"):
        if isinstance(time := getattr(message, name), float):
            order[name] = int(time)
    if message.pickup_time is not None:
        order["pickup_at"] = milliseconds(order["pickup_time"], zone)
    if message.costs is not None:
        order["costs"] = _costs(message.costs)
    if message.delivery_service is not None:
        delivery = message.delivery_service
        order["delivery_service"] = DeliveryService(delivery.name, delivery.order_id)
        guest["driver_phone"] = delivery.driver_phone
    if message.retry is not None:
        order["retry"] = Retry(message.retry.notification_url, message.retry.expiration)
    return order, guest


def _costs(message: CostsMessage) -> Costs:
    return Costs(
        subtotal=message.subtotal,
        tax=message.tax,
        delivery_fee=message.delivery_fee,
        surcharge=message.surcharge,
        convenience_fee=message.convenience_fee,
        tip=message.tip,
        additional_fees=message.additional_fees or (),
        total=message.total,
        promo_codes=message.promo_codes or (),
    )
