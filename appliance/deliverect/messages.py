"""What the channel posts, as it is published, and what each message is about.

Of three published shapes of orders two are orders: the KDS's own, and one as a POS gets it. The
third, with a `checkoutId` and no order, says what became of a checkout. Cancellations are orders
with a status that says so. Fields that nobody here needs are passed over; null is as good as none.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, TypeAlias

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
    updated_at: Text | None = None

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


class Registration(Struct, rename="camel"):
    """A location wants to be served."""

    account_id: Text | None = None
    location_id: Text | None = None


class Product(Struct, rename="camel"):
    """A dish or a modifier that is on sale."""

    plu: Text | None = None
    name: Text | None = None
    product_tags: tuple[int | str, ...] | None = None


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STATUS: Final = re.compile(r"\d{1,4}", re.ASCII)


def is_order(said: Message) -> bool:
    """Whether it is to be made, and no word of what became of it.

    A point of sale may be done with it already (95): that says nothing of the kitchen.
    """
    is_off = said.word in ("cancelled", "failed")
    return said.order is not None and said.items is not None and not is_off


def text(said: Text | None) -> str:
    """In one spelling, without space around it; empty for none."""
    return "" if said is None else str(said).strip()


def moment(sent: str) -> int | None:
    """Milliseconds since the epoch; None for what is no time. One without a zone is of UTC."""
    try:
        when = datetime.fromisoformat(sent)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    try:
        at = (when - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        return None
    return at if at >= 0 else None
