"""The shape of the LAN protocol's objects as they come in: what is optional may be null.

A wrong type is refused by msgspec with the path to it. `messages.py` turns what is left
into the kitchen's one spelling.
"""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Raw, Struct, field

from appliance.kitchen.order import Accessibility, Fee

LARGEST: Final = 2**63 - 1
"""Neither log nor snapshot can keep a greater number, nor one that is not finite."""

_Whole: TypeAlias = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
_Number: TypeAlias = _Whole | Annotated[float, Meta(ge=-float(LARGEST), le=float(LARGEST))]


class ComponentMessage(Struct):
    """A part of an item or of a modifier."""

    name: str
    count: _Number | None = None


class GroupMessage(Struct):
    """The combo or shared plate of an item."""

    id: str | None = None
    name: str | None = None
    note: str | None = None


class ModifierMessage(Struct):
    """A modifier; old clients send only its name."""

    name: str
    id: str | None = None
    qty: _Number | None = None
    components: tuple[ComponentMessage, ...] | None = None


class ItemFields(Struct, kw_only=True, rename="camel"):
    """A line of an order, or what changes of it."""

    name: str | None = None
    id: str | None = None
    line_id: str | None = None
    category: str | None = None
    qty: _Number | None = None
    price: str | None = None
    mods: tuple[ModifierMessage | str, ...] | None = None
    special_instructions: str | None = None
    course: str | None = None
    course_status: str | None = None
    seat: str | None = None
    components: tuple[ComponentMessage, ...] | None = None
    item_group: GroupMessage | None = None


class ItemMessage(ItemFields, kw_only=True, rename="camel"):
    """A whole line of an order."""

    name: str


class CostsMessage(Struct, rename="camel"):
    """What the order costs: texts for display."""

    subtotal: str | None = None
    tax: str | None = None
    delivery_fee: str | None = None
    surcharge: str | None = None
    convenience_fee: str | None = None
    tip: str | None = None
    additional_fees: tuple[Fee, ...] | None = None
    total: str | None = None
    promo_codes: tuple[Fee, ...] | None = None


class DeliveryMessage(Struct, rename="camel"):
    """Who delivers."""

    name: str | None = None
    order_id: str | None = None
    driver_phone: str | None = None


class RetryMessage(Struct, rename="camel"):
    """How the sender asks to be told of a retried message."""

    notification_url: str | None = None
    expiration: _Whole | str | None = None


class Envelope(Struct):
    """A message, or an order without one: what else is in it is nobody's business."""

    command: str | None = None
    order: Raw = Raw()
    via: Raw = Raw()
    """Identifiers of the appliances that it came through; ours, not of the protocol."""
    done: Raw = Raw()
    """Ours as well: true with a cancel of what was finished there; with an update the `lineId`s
    that were."""


class CancelMessage(Struct):
    """An order to be taken back: whatever else is sent of it, only this counts."""

    id: str | None = None


class OrderMessage(Struct, rename="camel"):
    """A whole order."""

    id: str | None = None
    name: str | None = None
    time: _Number | str | None = None
    pickup_time: _Number | str | None = None
    phone_number: str | None = None
    opt_in_for_sms: bool | None = field(default=None, name="optInForSms")
    delivery_address: str | None = None
    mode: str | None = None
    delivery_handoff: bool | None = None
    server: str | None = None
    items: tuple[ItemMessage, ...] | None = None
    terminal: str | None = None
    special_instructions: str | None = None
    customer_arrived_url: str | None = None
    vehicle_model: str | None = None
    vehicle_color: str | None = None
    costs: CostsMessage | None = None
    delivery_service: DeliveryMessage | None = None
    origin_source: str | None = None
    check_number: str | None = None
    priority: bool | None = None
    prep_time_duration: str | None = None
    covers: _Whole | None = None
    loyalty_member: bool | None = None
    accessibility: Accessibility | None = None
    source: str | None = None
    retry: RetryMessage | None = None


class PartialOrderMessage(OrderMessage, rename="camel"):
    """What changes of an order."""

    items_to_add: tuple[ItemMessage, ...] | None = None
    items_to_update: tuple[ItemFields, ...] | None = None
    items_to_remove: tuple[str, ...] | None = None
