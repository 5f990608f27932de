"""Objects of the LAN protocol into commands of the kitchen, liberal in what it accepts.

Source: the protocol's documentation, and what real clients send: bare orders without an
envelope, modifiers as strings, numbers as strings, times in three spellings.
"""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import msgspec

from appliance.kitchen.command import CancelOrder, Command, CreateOrder, UpdateOrder
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
    ItemMessage,
    Message,
    OrderMessage,
)

YEAR_10000: Final = 253_402_300_800_000
"""Milliseconds since the epoch at which ISO 8601 runs out of digits."""
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
    if not order.id:
        raise NotUnderstood("order.id is missing or empty")
    if len(order.id) > MAX_ORDER_ID:
        raise NotUnderstood(f"order.id is longer than {MAX_ORDER_ID} characters")
    match envelope.command:
        case None | "create-order":
            return CreateOrder(*_content(order, order.id, zone))
        case "update-order":
            return UpdateOrder(*_content(order, order.id, zone))
        case "cancel-order":
            return CancelOrder(order.id)
    raise NotUnderstood(f"unknown command {envelope.command[:40]!r}")


def _content(message: OrderMessage, order_id: str, zone: tzinfo) -> tuple[Order, Guest]:
    if message.items is None:
        raise NotUnderstood("order.items is missing")
    line_ids = _line_ids(message.items)
    delivery, retry = message.delivery_service, message.retry
    order = Order(
        id=order_id,
        items=tuple(map(_item, message.items, line_ids)),
        time=message.time,
        mode=message.mode,
        pickup_time=message.pickup_time,
        pickup_at=milliseconds(message.pickup_time, zone),
        server=message.server,
        terminal=message.terminal,
        priority=bool(message.priority),
        check_number=message.check_number,
        origin_source=message.origin_source,
        delivery_handoff=message.delivery_handoff,
        opt_in_for_sms=message.opt_in_for_sms,
        costs=_costs(message.costs) if message.costs else None,
        delivery_service=DeliveryService(delivery.name, delivery.order_id) if delivery else None,
        prep_time_duration=message.prep_time_duration,
        covers=message.covers,
        loyalty_member=message.loyalty_member,
        accessibility=message.accessibility,
        source=message.source,
        retry=Retry(retry.notification_url, retry.expiration) if retry else None,
    )
    guest = Guest(
        name=message.name,
        phone_number=message.phone_number,
        delivery_address=message.delivery_address,
        special_instructions=message.special_instructions,
        customer_arrived_url=message.customer_arrived_url,
        vehicle_model=message.vehicle_model,
        vehicle_color=message.vehicle_color,
        driver_phone=delivery.driver_phone if delivery else None,
        item_instructions={
            line_id: item.special_instructions
            for item, line_id in zip(message.items, line_ids, strict=True)
            if item.special_instructions
        },
        group_notes={
            line_id: item.item_group.note
            for item, line_id in zip(message.items, line_ids, strict=True)
            if item.item_group and item.item_group.note
        },
    )
    return order, guest


def _item(message: ItemMessage, line_id: str) -> Item:
    group = message.item_group
    return Item(
        line_id=line_id,
        name=message.name,
        qty=_quantity(message.qty),
        id=message.id,
        price=message.price,
        mods=_modifiers(message),
        course=message.course,
        course_status=_course_status(message.course_status),
        seat=message.seat,
        components=_components(message.components),
        item_group=ItemGroup(group.id, group.name) if group else None,
    )


def _modifiers(message: ItemMessage) -> tuple[Modifier, ...]:
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


def _line_ids(items: tuple[ItemMessage, ...]) -> list[str]:
    """An id for every line, unique within the order whatever the sender did.

    A line without one is named after its content and occurrence, so that it is found
    again in an update; a `lineId` that is used twice keeps both lines.
    """
    seen: Counter[str] = Counter()
    line_ids: list[str] = []
    for item in items:
        stem = item.line_id or derived_line_id(item.id, item.name, _modifiers(item))
        seen[stem] += 1
        first = item.line_id and seen[stem] == 1
        line_ids.append(stem if first else f"{stem}.{seen[stem]}")
    if len(set(line_ids)) == len(line_ids):
        return line_ids
    # Somebody named a line as we would have: position settles it.
    return [f"{line_id}#{place}" for place, line_id in enumerate(line_ids)]


_COURSE_STATUS: Final = {
    "straightfire": "straightFire",
    "hold": "hold",
    "held": "hold",
    "fire": "fire",
    "fired": "fire",
    "pickup": "pickup",
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_WHOLE_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)
_NOT_A_LETTER: Final = re.compile(r"[^a-z]")


def _course_status(text: str | None) -> str | None:
    """The documented spelling; None for what the documentation does not know."""
    return _COURSE_STATUS.get(_NOT_A_LETTER.sub("", text.lower())) if text else None


def milliseconds(time: int | str | None, zone: tzinfo) -> int | None:
    """A time of this protocol in milliseconds since the epoch.

    It comes as an integer, a numeric string, or ISO 8601 text with or without a zone.
    None for what cannot be understood: a kitchen does not refuse an order for that.
    """
    understood = _milliseconds(time, zone) if isinstance(time, str) else time
    return understood if understood is not None and 0 <= understood < YEAR_10000 else None


def _milliseconds(time: str, zone: tzinfo) -> int | None:
    text = time.strip()
    if _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return (moment - _EPOCH) // _MILLISECOND
