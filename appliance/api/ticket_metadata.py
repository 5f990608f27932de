"""A ticket's `metadata`: what the order brought, and what is ours to say besides."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Required, TypedDict

import msgspec
from msgspec import Meta
from msgspec.structs import asdict, replace

from appliance.api.times import Time, iso
from appliance.kitchen.order import Guest, Item, Modifier, Order, Placed
from appliance.kitchen.promise import Promise
from appliance.kitchen.ticket import Moment, Ticket

_ELSEWHERE_IN_ORDER: Final = frozenset({"id", "server", "priority", "pickupAt", "via"})
_ELSEWHERE_IN_GUEST: Final = frozenset({"name", "driverPhone"})
_ELSEWHERE_IN_ITEM: Final = frozenset({"lineId", "id", "name", "qty", "mods"})
_ELSEWHERE_IN_MODIFIER: Final = frozenset({"id", "name", "qty"})


class LineMetadataJson(TypedDict, total=False):
    """Ours of a line; besides, what the order brought of it, as the LAN protocol has it."""

    firesAt: Annotated[Time, Meta(description="when it starts by itself")]


Stations = tuple[str, ...]
"""Their ids."""


class MetadataJson(TypedDict, total=False):
    """Ours, where it means anything; besides, what the order brought, as by the LAN protocol."""

    queued: Required[
        Annotated[
            int, Meta(description="tickets of one priority are in order by this, then as they came")
        ]
    ]
    firesAt: Annotated[Time, Meta(description="when it starts by itself")]
    firedAt: Annotated[Time, Meta(description="when it was fired, where it had waited")]
    waitsSince: Annotated[
        Time,
        Meta(
            description="since when somebody waits for it, where the clock was set after it came"
            " or was fired"
        ),
    ]
    lateAt: Annotated[Time, Meta(description="from when it is late, of one that can be")]
    veryLateAt: Annotated[Time, Meta(description="from when it is very late")]
    forgotten: Annotated[bool, Meta(description="true: the end of the day closed it")]
    alsoAt: Annotated[
        Stations,
        Meta(description="of one on a board: other stations that have the order to cook, by id"),
    ]
    recallUntil: Annotated[
        Time,
        Meta(
            description="of one that was bumped, also where the rest of it waits: until when that"
            " can be recalled"
        ),
    ]
    overflowFrom: Annotated[
        Stations,
        Meta(description="the stations for which it makes something, or whose cards it took"),
    ]
    collectedAt: Annotated[
        Time,
        Meta(
            description="when its guest, or who delivers it, took the order, as long as that is in"
            " memory"
        ),
    ]
    pickupAt: Annotated[Time, Meta(description="the pick-up time, as it was understood")]
    cancelled: Annotated[bool, Meta(description="true: the whole order was taken back")]
    items: Annotated[dict[str, LineMetadataJson], Meta(description="by line_id")]


def metadata_of(placed: Placed, lines: Sequence[Item]) -> dict[str, Any]:
    """All that the order brought and that has no place of its own on this ticket.

    In the LAN protocol's spelling, and where it was sent. Of the items there are only those
    of the ticket's `lines`, by `line_id`; `mods` of an item stand in the order of its
    modifiers there. Ours: `pickupAt`, the pick-up time as it was understood, `cancelled` and
    `collectedAt`. Components of `lines` may be the menu's.
    """
    order, guest = placed.order, placed.guest
    metadata = _but(_ELSEWHERE_IN_ORDER, replace(order, items=()))
    metadata |= _but(_ELSEWHERE_IN_GUEST, replace(guest, item_instructions={}, group_notes={}))
    if order.pickup_at is not None:
        metadata["pickupAt"] = iso(order.pickup_at)
    if guest.driver_phone is not None:
        metadata.setdefault("deliveryService", {})["driverPhone"] = guest.driver_phone
    if placed.cancelled:
        metadata["cancelled"] = True
    if placed.collected is not None:
        metadata["collectedAt"] = iso(placed.collected)
    items = {item.line_id: more for item in lines if (more := _item_metadata(placed, item))}
    return metadata | ({"items": items} if items else {})


def overflow_from_of(ticket: Ticket) -> list[str]:
    """The ids of the stations whose work it takes, in the order of its lines."""
    lines = (line for line in ticket.lines if line.change != "deleted")
    stations = dict.fromkeys(line.overflow_from for line in lines)
    return [station for station in stations if station not in (None, ticket.station)]


def line_times(ticket: Ticket, now: Moment) -> dict[str, int]:
    """By line, when those that fire themselves do, in milliseconds since the epoch."""
    if not ticket.workable:
        return {}
    dues = {line.id: line.due for line in ticket.lines if line.held and line.due is not None}
    first = min(dues.values(), default=0)
    fires_at = now.on_the_wall(first, ticket.fires_at or 0)
    return {line_id: fires_at + due - first for line_id, due in dues.items()}


def with_times(items: dict[str, Any], fire_at: Mapping[str, int]) -> dict[str, Any]:
    """The metadata of items, with `firesAt` of those that fire themselves."""
    times = {line_id: {"firesAt": iso(at)} for line_id, at in fire_at.items()}
    return items | {line_id: items.get(line_id, {}) | time for line_id, time in times.items()}


def _item_metadata(placed: Placed, item: Item) -> dict[str, Any]:
    metadata = _but(_ELSEWHERE_IN_ITEM, item)
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


def timing(ticket: Ticket, promise: Promise | None, now: Moment) -> dict[str, Any]:
    """When it fires itself and was fired, since when somebody waits, when it is late.

    `waitsSince` is said of one on a board where the wall clock was set after it came or was
    fired.
    `queued` is what tickets of one priority are in order by, before their numbers.
    """
    timing: dict[str, Any] = {"queued": ticket.queued}
    if fire_at := line_times(ticket, now):
        timing["firesAt"] = iso(min(fire_at.values()))
    if ticket.fired_at is not None:
        timing["firedAt"] = iso(ticket.fired_at)
    if ticket.live and (since := ticket.waits_since(now)) != ticket.since:
        timing["waitsSince"] = iso(since)
    if promise is not None:
        timing["lateAt"] = iso(promise.late_at)
        timing["veryLateAt"] = iso(promise.very_late_at)
    if ticket.forgotten:
        timing["forgotten"] = True
    return timing
