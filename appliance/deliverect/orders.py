"""An order of the channel as the kitchen has orders.

What identifies the guest, and every free text, goes into `Guest`; what is nested becomes
modifiers, one after the other, each with its level.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from appliance.config import DeliverectSection
from appliance.deliverect.messages import (
    AddressMessage,
    CourierMessage,
    CustomerMessage,
    ItemMessage,
    Message,
    moment,
    text,
)
from appliance.deliverect.reading import NotUnderstood
from appliance.kitchen.order import (
    DeliveryService,
    Guest,
    Item,
    Modifier,
    Order,
    derived_line_id,
)

MODES: Final = {1: "Pickup", 2: "Delivery", 3: "For Here", 4: "Curbside", 5: "DriveThru"}
"""By `orderType`."""
DEEPEST: Final = 8
"""Levels of what is nested: several times what any menu has. What is deeper is of the last one."""
MOST_PARTS: Final = 2_000
"""Items and what is below them of one order, which may be some hundred."""
REMAKE: Final = "REMAKE"
NAMELESS: Final = "?"
"""Somebody has to ask; the rest of the order is known all the same."""


def order_of(said: Message, order_id: str, section: DeliverectSection) -> tuple[Order, Guest]:
    """Order and guest. Raises NotUnderstood."""
    items: list[Item] = []
    wishes: dict[str, str] = {}
    seen: Counter[str] = Counter()
    parts = 0
    for sent in said.items or ():
        changes = list(_changes(sent, 0))
        parts += 1 + len(changes)
        if parts > MOST_PARTS:
            raise NotUnderstood(f"items: more than {MOST_PARTS}, with what is below them")
        item, wish = _item(sent, changes)
        seen[item.line_id] += 1
        line_id = f"{item.line_id}.{seen[item.line_id]}"
        items.append(Item(line_id, item.name, item.qty, item.id, mods=item.mods))
        if wish:
            wishes[line_id] = wish
    order = Order(
        order_id,
        tuple(items),
        mode=MODES.get(said.order_type or 0),
        pickup_time=text(said.pickup_time) or None,
        pickup_at=moment(text(said.pickup_time)),
        asap=bool(said.delivery_is_asap),
        priority=bool(said.remake),
        check_number=text(said.channel_order_display_id) or None,
        origin_source=_source(said, section),
        delivery_service=_service(said),
        covers=said.number_of_customers or None,
        channel_account=section.id,
        channel_order=text(said.checkout_id) or text(said.channel_order_id) or None,
        brand=text(said.brand_name) or None,
        cutlery=said.packaging.include_cutlery if said.packaging else None,
    )
    return order, _guest(said, wishes)


def _item(sent: ItemMessage, changes: list[tuple[Modifier, str]]) -> tuple[Item, str]:
    """A line, whose id is not yet its only one, and what is wished of it."""
    mods = tuple(modifier for modifier, _wish in changes)
    plu, name = text(sent.plu) or None, _name(sent)
    wish = [_remark(sent), *(f"{mod.name}: {wish}" for mod, wish in changes if wish)]
    item = Item(derived_line_id(plu, name, mods), name, _quantity(sent), plu, mods=mods)
    return item, "; ".join(filter(None, wish))


def _changes(sent: ItemMessage, level: int) -> Iterator[tuple[Modifier, str]]:
    """What is below an item, in the order in which it is read, each with what is wished of it."""
    for each in sent.sub_items or ():
        plu = text(each.plu) or None
        deep = min(level, DEEPEST)
        yield Modifier(_name(each), plu, _quantity(each), level=deep), _remark(each)
        yield from _changes(each, level + 1)


def _name(sent: ItemMessage) -> str:
    return text(sent.kitchen_name) or text(sent.name) or text(sent.plu) or NAMELESS


def _quantity(sent: ItemMessage) -> int | float:
    return 1 if sent.quantity is None else sent.quantity


def _remark(sent: ItemMessage) -> str:
    return text(sent.item_remark) or text(sent.remark)


def _source(said: Message, section: DeliverectSection) -> str:
    """By which platform it came."""
    platform = section.channels.get(text(said.channel)) or section.name
    return f"STAGING {platform}" if section.environment == "staging" else platform


def _service(said: Message) -> DeliveryService | None:
    """Who drives, and under which number."""
    by = text(said.courier.delivery_by) if said.courier else ""
    number = text(said.channel_order_display_id)
    return DeliveryService(by or None, number or None) if by or number else None


def _guest(said: Message, wishes: dict[str, str]) -> Guest:
    customer = said.customer or CustomerMessage()
    courier = said.courier or CourierMessage()
    phone = " / ".join(filter(None, map(text, (customer.phone_number, customer.phone_access_code))))
    table = text(said.table)
    name = text(said.customer_name) or text(customer.name) or text(customer.company_name)
    notes = [
        REMAKE if said.remake else "",
        text(said.note),
        text(customer.note),
    ]
    return Guest(
        name=(f"Table {table}" if table else name) or None,
        phone_number=phone or None,
        delivery_address=_address(said.delivery_address) or None,
        special_instructions="; ".join(filter(None, notes)) or None,
        driver_phone=text(courier.phone_number) or None,
        item_instructions=wishes,
    )


def _address(sent: AddressMessage | None) -> str:
    if sent is None:
        return ""
    street = " ".join(filter(None, (text(sent.street), text(sent.street_number))))
    town = " ".join(filter(None, (text(sent.postal_code), text(sent.city))))
    return ", ".join(filter(None, (street, town, text(sent.area), text(sent.extra_address_info))))
