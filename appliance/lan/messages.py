"""Objects of the LAN protocol into commands of the kitchen, liberal in what it accepts.

Source: the protocol's documentation, and what real clients send: bare orders without an
envelope, modifiers as strings, numbers as strings, times in three spellings. What is absent
or null was not sent, and stays away from the kitchen's structs.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from appliance.kitchen.amendment import AmendedLine, Amendment
from appliance.kitchen.command import AmendOrder, CancelOrder, Command, CreateOrder, UpdateOrder
from appliance.kitchen.order import (
    Component,
    Costs,
    DeliveryService,
    Guest,
    Item,
    ItemGroup,
    Modifier,
    Order,
    Retry,
    derived_line_id,
)
from appliance.lan.schema import (
    ComponentMessage,
    CostsMessage,
    ItemFields,
    ItemMessage,
    Message,
    OrderMessage,
)
from appliance.lan.times import milliseconds

MAX_ORDER_ID: Final = 200
"""Characters of an order id: many times the longest seen, and a bound for replies."""


class NotUnderstood(ValueError):
    """The object is no message of this protocol; the text says why."""


# Not strict: real clients send numbers and booleans as strings.
_decode = msgspec.json.Decoder(Message, strict=False).decode


def decode(message: bytes | bytearray | memoryview, zone: tzinfo) -> Command:
    """The command of one complete message.

    Times without a zone are taken to be of `zone`. Raises NotUnderstood, and what
    msgspec raises for bytes that are not one whole JSON object of the right shape:
    msgspec.DecodeError, UnicodeDecodeError, RecursionError.
    """
    envelope = _decode(message)
    order = envelope if envelope.order is None else envelope.order
    return command("create-order" if envelope.command is None else envelope.command, order, zone)


def command(name: str, order: OrderMessage, zone: tzinfo) -> Command:
    """The command of that name about an order. Raises NotUnderstood."""
    if not order.id:
        raise NotUnderstood("order.id is missing or empty")
    if len(order.id) > MAX_ORDER_ID:
        raise NotUnderstood(f"order.id is longer than {MAX_ORDER_ID} characters")
    match name:
        case "create-order":
            return CreateOrder(*_whole_order(order, order.id, zone))
        case "update-order":
            return UpdateOrder(*_whole_order(order, order.id, zone))
        case "partial-update-order":
            return AmendOrder(order.id, _amendment(order, zone))
        case "cancel-order":
            return CancelOrder(order.id)
    raise NotUnderstood(f"unknown command {name[:40]!r}")


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


def _sent(message: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(message, name)) is not None}


def _whole_order(message: OrderMessage, order_id: str, zone: tzinfo) -> tuple[Order, Guest]:
    if message.items is None:
        raise NotUnderstood("order.items is missing")
    order, guest = _fields(message, zone)
    return Order(order_id, **order), Guest(**guest)


def _amendment(message: OrderMessage, zone: tzinfo) -> Amendment:
    changed, added = message.items_to_update or (), message.items_to_add or ()
    return Amendment(
        *_fields(message, zone),
        message.items_to_remove or (),
        (
            *map(_changed_line, changed, _line_ids(changed)),
            *map(_added_line, added, _line_ids(added)),
        ),
    )


def _fields(message: OrderMessage, zone: tzinfo) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was sent of the fields of `Order`, without its id, and of `Guest`."""
    order, guest = _sent(message, _SAME_IN_ORDER), _sent(message, _SAME_IN_GUEST)
    if message.pickup_time is not None:
        order["pickup_at"] = milliseconds(message.pickup_time, zone)
    if message.costs is not None:
        order["costs"] = _costs(message.costs)
    if message.delivery_service is not None:
        delivery = message.delivery_service
        order["delivery_service"] = DeliveryService(delivery.name, delivery.order_id)
        guest["driver_phone"] = delivery.driver_phone
    if message.retry is not None:
        order["retry"] = Retry(message.retry.notification_url, message.retry.expiration)
    if message.items is not None:
        lines = list(zip(_line_ids(message.items), message.items, strict=True))
        order["items"] = tuple(Item(line_id, **_item_fields(item)) for line_id, item in lines)
        guest["item_instructions"] = {
            line_id: item.special_instructions
            for line_id, item in lines
            if item.special_instructions
        }
        guest["group_notes"] = {
            line_id: item.item_group.note
            for line_id, item in lines
            if item.item_group and item.item_group.note
        }
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


# ── lines ────────────────────────────────────────────────────────────────────────────

_SAME_IN_ITEM: Final = ("name", "qty", "id", "price", "course", "seat")


def _item_fields(message: ItemFields) -> dict[str, Any]:
    """The fields of `Item` that were sent, without its line id."""
    fields = _sent(message, _SAME_IN_ITEM)
    if message.mods is not None:
        fields["mods"] = _modifiers(message)
    if message.components is not None:
        fields["components"] = _components(message.components)
    if message.item_group is not None:
        fields["item_group"] = ItemGroup(message.item_group.id, message.item_group.name)
    if message.course_status is not None:
        fields["course_status"] = _course_status(message.course_status)
    return fields


def _changed_line(message: ItemFields, line_id: str) -> AmendedLine:
    """A line with all that the documentation requires of one is whole; else it is part of one."""
    if message.line_id is None and message.name is None:
        raise NotUnderstood("a line of order.itemsToUpdate has neither lineId nor name")
    whole = None not in (message.name, message.qty, message.mods)
    return _amended_line(message, message.line_id or line_id, whole=whole)


def _added_line(message: ItemMessage, line_id: str) -> AmendedLine:
    line = _amended_line(message, line_id, whole=True)
    return line if message.line_id else replace(line, line_id=_stem(message), another=True)


def _amended_line(message: ItemFields, line_id: str, *, whole: bool) -> AmendedLine:
    absent = "" if whole else None
    group = message.item_group
    note = absent if group is None else group.note or ""
    instructions = absent if message.special_instructions is None else message.special_instructions
    return AmendedLine(line_id, _item_fields(message), instructions, note, whole)


def _modifiers(message: ItemFields) -> tuple[Modifier, ...]:
    return tuple(
        Modifier(mod)
        if isinstance(mod, str)
        else Modifier(mod.name, mod.id, _quantity(mod.qty), _components(mod.components))
        for mod in message.mods or ()
    )


def _quantity(sent: int | float | None) -> int | float:  # noqa: PYI041 - as it is in JSON
    return 1 if sent is None else sent


def _components(messages: tuple[ComponentMessage, ...] | None) -> tuple[Component, ...]:
    return tuple(
        Component(component.name, _quantity(component.count)) for component in messages or ()
    )


def _line_ids(items: Sequence[ItemFields]) -> list[str]:
    """An id for every line, unique among them whatever the sender did.

    A line without one is named after its content and occurrence, so that it is found
    again in an update; a `lineId` that is used twice keeps both lines.
    """
    seen: Counter[str] = Counter()
    line_ids: list[str] = []
    for item in items:
        stem = item.line_id or _stem(item)
        seen[stem] += 1
        first = item.line_id and seen[stem] == 1
        line_ids.append(stem if first else f"{stem}.{seen[stem]}")
    if len(set(line_ids)) == len(line_ids):
        return line_ids
    # Somebody named a line as we would have: position settles it.
    return [f"{line_id}#{place}" for place, line_id in enumerate(line_ids)]


def _stem(item: ItemFields) -> str:
    return derived_line_id(item.id, item.name or "", _modifiers(item))


_COURSE_STATUS: Final = {
    "straightfire": "straightFire",
    "hold": "hold",
    "held": "hold",
    "fire": "fire",
    "fired": "fire",
    "pickup": "pickup",
}
_NOT_A_LETTER: Final = re.compile(r"[^a-z]")


def _course_status(text: str) -> str:
    """The documented spelling; what the documentation does not know stays as it was sent."""
    return _COURSE_STATUS.get(_NOT_A_LETTER.sub("", text.lower()), text)
