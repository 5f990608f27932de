"""A ticket as the API shows it: the seed's JSON to the letter, and a few keys of ours."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from appliance.api.ticket_metadata import (
    MetadataJson,
    line_times,
    metadata_of,
    overflow_from_of,
    timing,
    with_times,
)
from appliance.api.times import Time, iso
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.menu import Menu
from appliance.kitchen.order import (
    MODE_WHEN_NOT_SENT,
    NO_COURSES,
    Courses,
    Item,
    Placed,
    course_number,
    first_number,
    mode_key,
    mode_words,
    part_of,
    shown_name,
)
from appliance.kitchen.ticket import Change as LineChange
from appliance.kitchen.ticket import Line, Moment, Priority, Status, Ticket


class ModifierJson(Struct):
    """A change to an item."""

    modifier_id: str | None
    name: str
    quantity: int | float
    allergens: tuple[str, ...]


class ItemJson(Struct):
    """A line of a ticket. The last five keys are ours.

    With `only_modifiers`, these modifiers of the item are all that the station makes of it.
    `unrouted`: no rule takes the item, so it is at the default station.
    """

    menu_item_id: str | None
    name: str
    quantity: int | float
    modifiers: list[ModifierJson]
    special_instructions: str | None
    seat_number: int | None
    course: int | None
    is_done: bool
    allergens: tuple[str, ...]
    line_id: str
    change: LineChange | None
    held: bool
    unrouted: bool
    only_modifiers: bool


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
    target_time: Time | None
    estimated_prep_time: int | None
    metadata: MetadataJson
    created_at: Time
    started_at: Time | None
    completed_at: Time | None
    updated_at: Time


CHANNELS: Final = {
    "forhere": "dine_in",
    "togo": "takeout",
    "pickup": "pickup",
    "drivethru": "drive_thru",
    "delivery": "delivery",
    "curbside": "curbside",
}
"""By `mode_key`."""
REMEMBERED: Final = 1_024
"""Tickets of which it is known what their orders brought: more than all boards show at once.
Each takes some kilobytes."""

encode = msgspec.json.Encoder().encode


class TicketView:
    """Tickets of one tenant's location as JSON."""

    def __init__(
        self,
        tenant: str,
        location: str,
        kitchen: Callable[[], Kitchen],
        now: Callable[[], Moment],
        *,
        channels: Mapping[str, str] = CHANNELS,
        courses: Courses = NO_COURSES,
    ) -> None:
        """`kitchen` gives the one that there is now, `now` the moment.

        Its menu says which allergens and components are shown, and it says when a ticket is late.
        `channels`: what the modes of orders are called, as in `CHANNELS`.
        """
        self.tenant = tenant
        self.location = location
        self._kitchen = kitchen
        self._now = now
        self._channels = channels
        self._courses = courses
        self._brought: dict[tuple[int, str], _Brought] = {}
        """By order number and station."""

    def ticket(self, ticket: Ticket, placed: Placed) -> TicketJson:
        """The ticket, joined with its order and guest."""
        order = placed.order
        brought = self._brought_for(ticket, placed)
        now = self._now()
        promise = self._kitchen().promise(ticket, placed, now)
        metadata = brought.metadata | timing(ticket, promise, now)
        if ticket.live and brought.also_at:
            metadata["alsoAt"] = brought.also_at
        until = self._kitchen().recallable_until(ticket)
        if until is not None and until >= now.tick:
            metadata["recallUntil"] = iso(now.at + until - now.tick)
        if overflow_from := overflow_from_of(ticket):
            metadata["overflowFrom"] = overflow_from
        if fire_at := line_times(ticket, now):
            metadata["items"] = with_times(metadata.get("items", {}), fire_at)
        lines = [(line, shown) for line in ticket.lines if (shown := brought.lines.get(line.id))]
        open_courses = [
            shown.course
            for line, shown in lines
            if shown.course is not None and (line.to_do or line.held)
        ]
        preps = [line.prep for line in ticket.lines if line.change != "deleted"]
        return TicketJson(
            id=ticket_id(ticket),
            tenant_id=self.tenant,
            location_id=self.location,
            order_id=order.id,
            station_id=ticket.station,
            items=[_item(line, shown) for line, shown in lines],
            status=ticket.status,
            priority=ticket.priority,
            course_number=min(open_courses, default=None),
            order_channel=brought.channel,
            order_reference=brought.reference,
            customer_name=placed.guest.name,
            server_name=order.server,
            target_time=iso(placed.target_at),
            estimated_prep_time=max(preps, default=0) or None,
            metadata=cast("MetadataJson", metadata),
            created_at=iso(ticket.created_at),
            started_at=iso(ticket.started_at),
            completed_at=iso(ticket.completed_at),
            updated_at=iso(ticket.updated_at),
        )

    def channel(self, mode: str | None) -> str | None:
        """By the table; a mode that it lacks is spelled as the others are."""
        mode = mode or MODE_WHEN_NOT_SENT
        return self._channels.get(mode_key(mode)) or "_".join(mode_words(mode)) or None

    def _brought_for(self, ticket: Ticket, placed: Placed) -> "_Brought":
        key = ticket.number, ticket.station
        made = [(line.id, line.mods) for line in ticket.lines]
        menu = self._kitchen().menu
        brought = self._brought.get(key)
        if (
            brought is None
            or brought.placed is not placed
            or brought.menu is not menu
            or brought.made != made
        ):
            if len(self._brought) >= REMEMBERED:
                self._brought.clear()
            self._brought[key] = brought = self._bring(ticket, placed, menu, made)
        return brought

    def _bring(self, ticket: Ticket, placed: Placed, menu: Menu, made: "list[Made]") -> "_Brought":
        items = [
            _part(_with_components(item, menu), mods)
            for line_id, mods in made
            if (item := placed.item(line_id))
        ]
        return _Brought(
            placed,
            menu,
            made,
            {item.line_id: self._shown(item, placed, menu) for item in items},
            self.channel(placed.order.mode),
            shown_name(placed),
            metadata_of(placed, items),
            placed.left(ticket.station).stations,
        )

    def _shown(self, item: Item, placed: Placed, menu: Menu) -> "_Shown":
        return _Shown(
            item,
            [ModifierJson(mod.id, mod.name, mod.qty, menu.allergens(mod)) for mod in item.mods],
            menu.allergens(item),
            placed.guest.item_instructions.get(item.line_id),
            first_number(item.seat),
            course_number(item.course, self._courses),
        )


Made = tuple[str, tuple[int, ...]]
"""A line, and the places of the modifiers that are made of it alone; none: the whole item."""


def _with_components(item: Item, menu: Menu) -> Item:
    """The item with what cooks count of it: what was sent of that, or else what the menu has."""
    mods = tuple(replace(mod, components=menu.components(mod)) for mod in item.mods)
    return replace(item, components=menu.components(item), mods=mods)


def _part(item: Item, mods: tuple[int, ...]) -> Item:
    """What a station makes of an item."""
    if not mods:
        return item
    return replace(item, mods=part_of(item.mods, mods), components=())


class _Shown(NamedTuple):
    """What is shown of an item on any ticket, whatever was done there."""

    item: Item
    modifiers: list[ModifierJson]
    allergens: tuple[str, ...]
    instructions: str | None
    seat: int | None
    course: int | None


class _Brought(NamedTuple):
    """What the order brought to a ticket: it stays while the ticket is worked on."""

    placed: Placed
    menu: Menu
    made: "list[Made]"
    lines: dict[str, _Shown]
    channel: str | None
    reference: str | None
    metadata: dict[str, Any]
    also_at: tuple[str, ...]


def _item(line: Line, shown: _Shown) -> ItemJson:
    return ItemJson(
        menu_item_id=shown.item.id,
        name=shown.item.name,
        quantity=shown.item.qty,
        modifiers=shown.modifiers,
        special_instructions=shown.instructions,
        seat_number=shown.seat,
        course=shown.course,
        is_done=line.done,
        allergens=shown.allergens,
        line_id=line.id,
        change=line.change,
        held=line.held,
        unrouted=line.unrouted,
        only_modifiers=bool(line.mods),
    )


def ticket_id(ticket: Ticket) -> str:
    """What a ticket is called for ever: ids of orders come again, their numbers do not."""
    return f"ticket-{ticket.number}-{ticket.station}"
