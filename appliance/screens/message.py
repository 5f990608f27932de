"""What a LAN screen is to show of an order, as the LAN protocol writes it. Pure.

Source: LAN protocol, seed (what is required, and of which type) and design page, "Commands". A
line that waits has `courseStatus` "hold". What is off the board, struck through or voided is left
out.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from appliance.kitchen.order import MODE_WHEN_NOT_SENT, Item, Modifier, Order, Placed, part_of
from appliance.kitchen.ticket import Line, Ticket

DIGEST_BYTES: Final = 8
NESTED: Final = "› "
"""Before a modifier of a modifier, once per level: the protocol has no nesting."""

_encode = msgspec.json.encode


class Content(NamedTuple):
    """An order as a screen is to have it."""

    order: bytes
    """JSON, without its id."""
    digest: bytes
    """Eight bytes: the same for the same content."""
    via: tuple[str, ...]
    """The appliances that it came through, this one included."""
    done: tuple[str, ...] = ()
    """Its lines that are not on these tickets, or no more, and were not taken back."""


def content(
    placed: Placed, tickets: Sequence[Ticket], passes: Collection[str], via: Sequence[str]
) -> Content | None:
    """What is live of an order on these tickets of it; None: nothing.

    The guest's phone and address are for screens of a pass alone, prices for nobody. `via`: the
    appliances that it came through, this one included.
    """
    live = [ticket for ticket in tickets if is_shown(ticket)]
    if not live:
        return None
    fields = _head(placed, live)
    if any(ticket.station in passes for ticket in live):
        fields |= _for_pass(placed)
    fields = {name: value for name, value in fields.items() if value is not None}
    items = list(_items(placed, live))
    order = _encode(fields | {"items": items})
    digest = hashlib.blake2b(order, digest_size=DIGEST_BYTES).digest()
    return Content(order, digest, (*via,), _done(placed, tickets, items))


def _done(
    placed: Placed, tickets: Collection[Ticket], items: Iterable[Mapping[str, Any]]
) -> tuple[str, ...]:
    """The lines that a screen is not to show, and not to strike through where it did."""
    voided = {line.id for ticket in tickets if ticket.status == "voided" for line in ticket.lines}
    shown = {item["lineId"] for item in items}
    lines = (line for ticket in tickets for line in ticket.lines)
    struck = {line.id for line in lines if line.change == "deleted" and not line.bump}
    # What has a struck line's id is made elsewhere, or is another dish (see `struck_id`): no reason
    # not to strike it through.
    struck |= {line_id.rpartition("~")[0] for line_id in struck}
    left = shown | voided | struck
    return tuple(item.line_id for item in placed.order.items if item.line_id not in left)


def _on_board(ticket: Ticket) -> list[Line]:
    return [line for line in ticket.lines if not line.bump and line.change != "deleted"]


def is_shown(ticket: Ticket) -> bool:
    """Whether somebody still has to see it: a card without any line may have its notes."""
    return ticket.workable and (not ticket.lines or bool(_on_board(ticket)))


def _head(placed: Placed, tickets: Iterable[Ticket]) -> dict[str, Any]:
    """What is said of the order as a whole. Name, time and mode are required by the protocol."""
    order, guest = placed.order, placed.guest
    return {
        "name": guest.name or order.id,
        "time": _time(placed),
        "pickupTime": _pickup_time(order),
        "mode": order.mode or MODE_WHEN_NOT_SENT,
        "server": order.server,
        "terminal": order.terminal,
        "specialInstructions": guest.special_instructions,
        "priority": any(ticket.priority != "normal" for ticket in tickets),
        "checkNumber": order.check_number,
        "originSource": order.origin_source,
        "covers": order.covers,
        "vehicleModel": guest.vehicle_model,
        "vehicleColor": guest.vehicle_color,
        "deliveryHandoff": order.delivery_handoff,
        "deliveryService": _delivery_service(order),
    }


def _time(placed: Placed) -> int:
    """In milliseconds, as is required, though it may have come as a text of some zone."""
    match placed.order.time:
        case int(time):
            return time
        case str(text) if text.isdecimal():
            return int(text)
        case _:
            return placed.placed_at


def _pickup_time(order: Order) -> str | int | None:
    """In ISO 8601, as is required, though it may have come in milliseconds."""
    sent = order.pickup_time
    if order.pickup_at is None or (isinstance(sent, str) and not sent.isdecimal()):
        return sent
    at = datetime.fromtimestamp(order.pickup_at / 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{order.pickup_at % 1000:03}Z"


def _delivery_service(order: Order) -> dict[str, str] | None:
    delivery = order.delivery_service
    if delivery is None:
        return None
    return {"name": delivery.name or "", "orderId": delivery.order_id or ""}  # Both are required.


def _for_pass(placed: Placed) -> dict[str, Any]:
    """What whoever hands the order over needs of the guest, and of who delivers."""
    guest, delivery = placed.guest, _delivery_service(placed.order)
    fields: dict[str, Any] = {
        "phoneNumber": guest.phone_number,
        # A screen that has a number may send messages to it: not to who does not want any.
        "optInForSms": placed.order.opt_in_for_sms,
        "deliveryAddress": guest.delivery_address,
    }
    if delivery is not None and guest.driver_phone:
        fields["deliveryService"] = delivery | {"driverPhone": guest.driver_phone}
    return fields


def _items(placed: Placed, tickets: Iterable[Ticket]) -> Iterable[dict[str, Any]]:
    """Each line once, as it is on all of these tickets together, in the order of the order."""
    on: dict[str, list[Line]] = {}
    for ticket in tickets:
        for line in _on_board(ticket):
            on.setdefault(line.id, []).append(line)
    places = {item.line_id: place for place, item in enumerate(placed.order.items)}
    for line_id in sorted(on, key=lambda line_id: places.get(line_id, len(places))):
        item = placed.item(line_id)
        if item is not None:
            yield _item(placed, item, on[line_id])


def _item(placed: Placed, item: Item, on: Sequence[Line]) -> dict[str, Any]:
    """A line; of modifiers that are made alone, only those."""
    is_whole = not all(line.mods for line in on)
    alone = {place for line in on for place in line.mods}
    mods = item.mods if is_whole else part_of(item.mods, alone) or item.mods
    part = replace(item, price=None, mods=(), components=item.components if is_whole else ())
    fields: dict[str, Any] = msgspec.to_builtins(part)
    fields["qty"] = item.qty
    fields["mods"] = [_modifier(mod) for mod in mods]
    if part.components:
        fields["components"] = [_counted(each.name, each.count) for each in part.components]
    guest = placed.guest
    if instructions := guest.item_instructions.get(item.line_id):
        fields["specialInstructions"] = instructions
    if note := guest.group_notes.get(item.line_id):
        fields["itemGroup"] = fields.get("itemGroup", {}) | {"note": note}
    status = _course_status(placed, item, on)
    return fields | ({"courseStatus": status} if status else {})


def _modifier(mod: Modifier) -> dict[str, Any]:
    name = NESTED * mod.level + mod.name
    fields: dict[str, Any] = msgspec.to_builtins(replace(mod, name=name, components=(), level=0))
    fields["qty"] = mod.qty
    if mod.components:
        fields["components"] = [_counted(each.name, each.count) for each in mod.components]
    return fields


def _counted(name: str, count: int | float) -> dict[str, Any]:  # noqa: PYI041 - as it is in JSON
    return {"name": name, "count": count}


def _course_status(placed: Placed, item: Item, on: Sequence[Line]) -> str | None:
    if all(line.held for line in on):
        return "hold"
    # One that never waited was due when the order came, or it came later.
    dues = (line.due for line in on if line.due is not None and line.change != "added")
    was_held = item.held or any(due > placed.create_tick for due in dues)
    return "fire" if was_held else item.course_status


# ── messages ─────────────────────────────────────────────────────────────────────────


def create(wire_id: str, content: Content) -> bytes:
    """The message, without a newline; as the next two."""
    return _whole("create-order", wire_id, content)


def update(wire_id: str, content: Content) -> bytes:
    """It reads so now."""
    return _whole("update-order", wire_id, content)


def cancel(wire_id: str, via: Sequence[str], *, done: bool) -> bytes:
    """It is not to be made, or has been made (`done`). `via`: as of the content that was sent."""
    fields: dict[str, Any] = {"command": "cancel-order", "via": via, "order": {"id": wire_id}}
    return _encode(fields | ({"done": True} if done else {}))


def _whole(
    command: Literal["create-order", "update-order"], wire_id: str, content: Content
) -> bytes:
    order = msgspec.Raw(b'{"id":%b,%b' % (_encode(wire_id), content.order[1:]))
    fields: dict[str, Any] = {"command": command, "via": content.via, "order": order}
    if command == "update-order" and content.done:
        fields["done"] = content.done
    return _encode(fields)
