"""What the channel posts, as it is published, and what each message is about.

Of three published shapes of orders two are orders: the KDS's own, and one as a POS gets it. The
third, with a `checkoutId` and no order, says what became of a checkout. Cancellations are orders
with a status that says so. Fields that nobody here needs are passed over; null is as good as none.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import msgspec
import msgspec.structs
from msgspec import Meta, Struct, field

from appliance.channels.progress import Word
from appliance.deliverect.protocol import WORDS

MAX_ID: Final = 200
"""Characters of an id; those of the channel have 24."""
LARGEST: Final = 1_000_000

Identifier: TypeAlias = Annotated[
    str, Meta(max_length=MAX_ID, pattern=r"^(?!\.{1,2}\Z)[^\x00-\x20\x7f/\\?#%]+\Z")
]
"""As a part of a path may have it: the channel's API is called by it."""
Text: TypeAlias = str | int | float
"""What is text here, and a number there."""
Quantity: TypeAlias = (
    Annotated[int, Meta(ge=-LARGEST, le=LARGEST)] | Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
)


class ItemMessage(Struct, rename="camel"):
    """A line of an order, or a change to what it is below."""

    plu: Text | None = None
    name: Text | None = None
    kitchen_name: Text | None = None
    """What it is called in the kitchen, where that is not its name."""
    quantity: Quantity | None = None
    item_remark: Text | None = None
    remark: Text | None = None
    sub_items: tuple["ItemMessage", ...] | None = None


class CustomerMessage(Struct, rename="camel"):
    """The guest."""

    name: Text | None = None
    company_name: Text | None = None
    phone_number: Text | None = None
    phone_access_code: Text | None = None
    note: Text | None = None


class AddressMessage(Struct, rename="camel"):
    """Where it goes."""

    street: Text | None = None
    street_number: Text | None = None
    postal_code: Text | None = None
    area: Text | None = None
    city: Text | None = None
    extra_address_info: Text | None = None


class CourierMessage(Struct, rename="camel"):
    """Who brings it."""

    phone_number: Text | None = None
    delivery_by: Text | None = None


class PackagingMessage(Struct, rename="camel"):
    """What goes with it."""

    include_cutlery: bool | None = None


class Message(Struct, rename="camel"):
    """All that the channel may say of an order."""

    order_id: Identifier | None = None
    id: Identifier | None = field(default=None, name="_id")
    account: Text | None = None
    account_id: Text | None = None
    location: Text | None = None
    location_id: Text | None = None
    checkout_id: Identifier | None = None
    channel_order_id: Text | None = None
    channel_order_display_id: Text | None = None
    channel: Text | None = None
    order_type: int | None = None
    pickup_time: Text | None = None
    delivery_is_asap: bool | None = None
    note: Text | None = None
    items: tuple[ItemMessage, ...] | None = None
    packaging: PackagingMessage | None = None
    brand_name: Text | None = None
    remake: bool | None = None
    customer_name: Text | None = None
    customer: CustomerMessage | None = None
    delivery_address: AddressMessage | None = None
    courier: CourierMessage | None = None
    table: Text | None = None
    number_of_customers: Annotated[int, Meta(ge=0, le=LARGEST)] | None = None
    status: int | str | None = None
    reason: Text | None = None

    @property
    def order(self) -> str | None:
        """The channel's id of the order; None where it is about a checkout."""
        return self.order_id or self.id

    @property
    def of_account(self) -> str:
        """As it says; empty where it does not."""
        return text(self.account) or text(self.account_id)

    @property
    def of_location(self) -> str:
        """The same."""
        return text(self.location) or text(self.location_id)

    @property
    def word(self) -> Word:
        """What its status means."""
        status = self.status
        if isinstance(status, str) and _STATUS.fullmatch(status):
            status = int(status)
        return WORDS.get(status, "goes on") if status is not None else "goes on"


_FIELDS: Final = frozenset(each.encode_name for each in msgspec.structs.fields(Message))


class Registration(Struct, rename="camel"):
    """A location wants to be served."""

    account_id: Text | None = None
    location_id: Text | None = None


class Product(Struct, rename="camel"):
    """A dish or a modifier that is on sale."""

    plu: Text | None = None
    name: Text | None = None
    product_tags: tuple[int | str, ...] | None = None


class NotUnderstood(ValueError):
    """It is no message of this protocol; the text says why."""


# Not strict: numbers and booleans come as strings, too.
_decode = msgspec.json.Decoder(Message, strict=False).decode
_decode_registration = msgspec.json.Decoder(Registration, strict=False).decode
_decode_products = msgspec.json.Decoder(tuple[Product, ...], strict=False).decode
_STATUS: Final = re.compile(r"\d{1,4}", re.ASCII)
_Kind = TypeVar("_Kind")
_MALFORMED: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


_NEEDED: Final = frozenset(
    {"orderId", "_id", "checkoutId", "status", "items"}
    | {"account", "accountId", "location", "locationId"}
)
"""What makes a message what it is; anything else is left out where it is not as it is published."""


def message(body: bytes) -> Message:
    """Raises NotUnderstood."""
    try:
        return _decode(body)
    except msgspec.ValidationError:
        return _without_what_is_wrong(body)
    except _MALFORMED as error:
        raise NotUnderstood(str(error)) from error


def _without_what_is_wrong(body: bytes) -> Message:
    """An order is not lost for a field that nobody needs."""
    document = _understood(msgspec.json.decode, body)
    if not isinstance(document, dict):
        raise NotUnderstood("an object is needed")
    good: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in _FIELDS & document.keys():
        try:
            msgspec.convert({name: document[name]}, Message, strict=False)
        except msgspec.ValidationError as error:
            wrong[name] = str(error)
        else:
            good[name] = document[name]
    said = msgspec.convert(good, Message, strict=False)
    if said.word == "cancelled":
        wrong.pop("items", None)  # Whatever it was: it is not to be made.
    for name in sorted(_NEEDED & wrong.keys()):
        raise NotUnderstood(_readable(wrong[name]))
    return said


def registration(body: bytes) -> Registration:
    """Raises NotUnderstood."""
    return _understood(_decode_registration, body)


def products(body: bytes) -> tuple[Product, ...]:
    """Raises NotUnderstood."""
    return _understood(_decode_products, body)


def _understood(decode: Callable[[bytes], _Kind], body: bytes) -> _Kind:
    try:
        return decode(body)
    except _MALFORMED as error:
        raise NotUnderstood(_readable(str(error))) from error


def _readable(error: str) -> str:
    what, at, where = error.partition(" - at ")
    if what.startswith("Expected `str` matching regex"):
        what = "An id without spaces, slashes and ?#% is needed"
    return f"{what}{at}{where}"


def is_order(said: Message) -> bool:
    """Whether it is to be made, and no word of what became of it.

    A point of sale may be done with it already (95): that says nothing of the kitchen.
    """
    is_off = said.word in ("cancelled", "failed")
    return said.order is not None and said.items is not None and not is_off


def text(said: Text | None) -> str:
    """In one spelling, without space around it; empty for none."""
    return "" if said is None else str(said).strip()
