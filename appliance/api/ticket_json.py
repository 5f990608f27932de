"""A ticket as the API shows it: the seed's JSON to the letter, and a few keys of ours."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from appliance.feed import Change
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import (
    MODE_WHEN_NOT_SENT,
    Guest,
    Item,
    Modifier,
    Order,
    Placed,
    first_number,
)
from appliance.kitchen.ticket import Change as LineChange
from appliance.kitchen.ticket import Line, Priority, Status, Ticket


class ModifierJson(Struct):
    """A change to an item."""

    modifier_id: str | None
    name: str
    quantity: int | float
    allergens: list[str]


class ItemJson(Struct):
    """A line of a ticket. The last three keys are ours."""

    menu_item_id: str | None
    name: str
    quantity: int | float
    modifiers: list[ModifierJson]
    special_instructions: str | None
    seat_number: int | None
    course: int | None
    is_done: bool
    allergens: list[str]
    line_id: str
    change: LineChange | None
    held: bool


class TicketJson(Struct):
    """A ticket. Every key is always there; times are ISO 8601 UTC."""

    id: str
    tenant_id: str
    location_id: str
    order_id: str
    station_id: str
    items: list[ItemJson]
    status: Status
    priority: Priority
    course_number: int | None
    order_channel: str | None
    order_reference: str | None
    customer_name: str | None
    server_name: str | None
    target_time: str | None
    estimated_prep_time: int | None
    metadata: dict[str, Any]
    created_at: str
    started_at: str | None
    completed_at: str | None
    updated_at: str


CHANNELS: Final = {
    "forhere": "dine_in",
    "togo": "takeout",
    "pickup": "pickup",
    "drivethru": "drive_thru",
    "delivery": "delivery",
    "curbside": "curbside",
}
_ELSEWHERE_IN_ORDER: Final = frozenset({"id", "server", "priority", "pickupAt"})
_ELSEWHERE_IN_GUEST: Final = frozenset({"name", "driverPhone"})
_ELSEWHERE_IN_ITEM: Final = frozenset({"lineId", "id", "name", "qty", "mods"})
_ELSEWHERE_IN_MODIFIER: Final = frozenset({"id", "name", "qty"})

encode = msgspec.json.Encoder().encode


class TicketView:
    """Tickets of one tenant's location as JSON."""

    def __init__(self, tenant: str, location: str, kitchen: Callable[[], Kitchen]) -> None:
        """`kitchen` gives the one that there is now: it says when a ticket is late."""
        self._tenant = tenant
        self.location = location
        self._kitchen = kitchen

    def ticket(self, ticket: Ticket, placed: Placed) -> TicketJson:
        """The ticket, joined with its order and guest."""
        order = placed.order
        lines = [(line, item) for line in ticket.lines if (item := placed.item(line.id))]
        open_courses = [
            course
            for line, item in lines
            if (line.to_do or line.held) and (course := first_number(item.course)) is not None
        ]
        preps = [line.prep for line in ticket.lines if line.change != "deleted"]
        return TicketJson(
            id=ticket_id(ticket),
            tenant_id=self._tenant,
            location_id=self.location,
            order_id=order.id,
            station_id=ticket.station,
            items=[_item(line, item, placed) for line, item in lines],
            status=ticket.status,
            priority=ticket.priority,
            course_number=min(open_courses, default=None),
            order_channel=channel(order.mode),
            order_reference=shown_name(placed),
            customer_name=placed.guest.name,
            server_name=order.server,
            target_time=iso(placed.target_at),
            estimated_prep_time=max(preps, default=0) or None,
            metadata=_metadata(placed, [item for _line, item in lines], _fire_at(ticket))
            | self._timing(ticket, placed),
            created_at=_iso(ticket.created_at),
            started_at=iso(ticket.started_at),
            completed_at=iso(ticket.completed_at),
            updated_at=_iso(ticket.updated_at),
        )

    def _timing(self, ticket: Ticket, placed: Placed) -> dict[str, Any]:
        """Ours, in the metadata: when it fires itself and was fired, when it is late.

        `queued` is what tickets of one priority are in order by, before their numbers.
        """
        promise = self._kitchen().promise(ticket, placed)
        times = {
            "firesAt": min(_fire_at(ticket).values(), default=None),
            "firedAt": ticket.fired_at,
            "lateAt": promise and promise.late_at,
            "veryLateAt": promise and promise.very_late_at,
        }
        timing: dict[str, Any] = {name: iso(at) for name, at in times.items() if at is not None}
        timing["queued"] = ticket.queued
        return timing | ({"forgotten": True} if ticket.forgotten else {})

    def event(self, event: TicketChanged, change: Change) -> bytes:
        """The envelope of a ticket event."""
        if change.placed is None:
            raise TypeError(change.event)
        ticket = self.ticket(event.ticket, change.placed)
        return encode(
            {
                "type": f"kds.ticket.{event.kind}",
                "aggregate_id": ticket.id,
                "tenant_id": self._tenant,
                "seq": change.seq,
                "at": _iso(event.at),
                "payload": {"ticket": ticket},
            }
        )


def _item(line: Line, item: Item, placed: Placed) -> ItemJson:
    return ItemJson(
        menu_item_id=item.id,
        name=item.name,
        quantity=item.qty,
        modifiers=[ModifierJson(mod.id, mod.name, mod.qty, []) for mod in item.mods],
        special_instructions=placed.guest.item_instructions.get(item.line_id),
        seat_number=first_number(item.seat),
        course=first_number(item.course),
        is_done=line.done,
        allergens=[],
        line_id=line.id,
        change=line.change,
        held=line.held,
    )


def ticket_id(ticket: Ticket) -> str:
    """What a ticket is called for ever: ids of orders come again, their numbers do not."""
    return f"ticket-{ticket.number}-{ticket.station}"


def shown_name(placed: Placed) -> str | None:
    """Name, then where it came from, then the check number."""
    parts = (placed.guest.name, placed.order.origin_source, placed.order.check_number)
    return " ".join(part for part in parts if part) or None


def channel(mode: str | None) -> str | None:
    """By the table; a mode that it lacks is spelled as the others are."""
    words = re.sub(r"[\W_]+", " ", (mode or MODE_WHEN_NOT_SENT).lower()).split()
    return CHANNELS.get("".join(words)) or "_".join(words) or None


def _fire_at(ticket: Ticket) -> dict[str, int]:
    """By line, when those that fire themselves do, in milliseconds since the epoch."""
    dues = {line.id: line.due for line in ticket.lines if line.held and line.due is not None}
    first = min(dues.values(), default=0)
    return {line_id: (ticket.fires_at or 0) + due - first for line_id, due in dues.items()}


def _metadata(placed: Placed, lines: Sequence[Item], fire_at: Mapping[str, int]) -> dict[str, Any]:
    """All that the order brought and that has no place of its own on this ticket.

    In the LAN protocol's spelling, and where it was sent. Of the items there are only those
    of the ticket's `lines`, by `line_id`; `mods` of an item stand in the order of its
    modifiers. Ours: `pickupAt`, the pick-up time as it was understood, `cancelled`, and of
    an item `firesAt`, from `fire_at`.
    """
    order, guest = placed.order, placed.guest
    metadata = _but(_ELSEWHERE_IN_ORDER, replace(order, items=()))
    metadata |= _but(_ELSEWHERE_IN_GUEST, replace(guest, item_instructions={}, group_notes={}))
    if order.pickup_at is not None:
        metadata["pickupAt"] = _iso(order.pickup_at)
    if guest.driver_phone is not None:
        metadata.setdefault("deliveryService", {})["driverPhone"] = guest.driver_phone
    if placed.cancelled:
        metadata["cancelled"] = True
    items = {
        item.line_id: more
        for item in lines
        if (more := _item_metadata(placed, item, fire_at.get(item.line_id)))
    }
    return metadata | ({"items": items} if items else {})


def _item_metadata(placed: Placed, item: Item, fires_at: int | None) -> dict[str, Any]:
    metadata = _but(_ELSEWHERE_IN_ITEM, item)
    if fires_at is not None:
        metadata["firesAt"] = _iso(fires_at)
    mods = [_but(_ELSEWHERE_IN_MODIFIER, mod) for mod in item.mods]
    if any(mods):
        metadata["mods"] = mods
    note = placed.guest.group_notes.get(item.line_id)
    if note is not None:
        metadata.setdefault("itemGroup", {})["note"] = note
    return metadata


def _but(elsewhere: frozenset[str], what: Order | Guest | Item | Modifier) -> dict[str, Any]:
    """Its fields in the protocol's spelling, but for those that have another place."""
    fields: dict[str, Any] = msgspec.to_builtins(what)
    rest = {key: value for key, value in fields.items() if key not in elsewhere}
    if isinstance(what, Item | Modifier) and what.components:
        # A count of 1 is the default, which is left out: here it is a number to be read.
        rest["components"] = [asdict(component) for component in what.components]
    return rest


def iso(milliseconds: int | None) -> str | None:
    """ISO 8601 UTC to the second, as the seed writes it."""
    return None if milliseconds is None else _iso(milliseconds)


@lru_cache(1_024)  # A board's tickets share their moments, and are shown again and again.
def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
