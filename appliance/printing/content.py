"""What a chit tells of an order: who it is for, and each dish as it is to be made.

Of the guest it has the name and the instructions; never a phone number or an address.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from appliance.kitchen.menu import Menu
from appliance.kitchen.order import MODE_WHEN_NOT_SENT, Item, Placed, part_of, shown_name
from appliance.kitchen.ticket import Priority
from appliance.printing.chit import Chit, ChitLine, ChitModifier, Head, Kind

_MINUTE_MS: Final = 60_000


def line_of(item: Item, mods: Iterable[int], placed: Placed, menu: Menu) -> ChitLine:
    """A dish of the order.

    `mods` are the places of the modifiers that are made of it alone, with what is nested below
    them; none: all of it is made. An item that reads otherwise by now may lack some.
    """
    alone = part_of(item.mods, {*mods})
    guest = placed.guest
    notes = (guest.item_instructions.get(item.line_id), guest.group_notes.get(item.line_id))
    return ChitLine(
        item.line_id,
        item.name,
        item.qty,
        mods=tuple(
            ChitModifier(mod.name, mod.qty, menu.allergens(mod), mod.level)
            for mod in alone or item.mods
        ),
        notes="; ".join(note for note in notes if note) or None,
        allergens=menu.allergens(item),
        seat=item.seat,
        course=item.course,
        only_modifiers=bool(alone),
    )


def reads_as(line: ChitLine, other: ChitLine) -> bool:
    """Whether two are the same to make. Allergens are the menu's, which guests do not change."""
    return _as_ordered(line) == _as_ordered(other)


def _as_ordered(line: ChitLine) -> ChitLine:
    line = without_allergens(line)
    return replace(line, station=None, held=False, mark=None, was=None)


def without_allergens(line: ChitLine) -> ChitLine:
    """A dish as it is where nobody has to beware of it."""
    mods = tuple(replace(mod, allergens=()) for mod in line.mods)
    return replace(line, mods=mods, allergens=())


def head_of(placed: Placed) -> Head:
    """What is said of the order as a whole. A time that nobody gave is not told, as on boards.

    Seconds are left out: nobody reads another time then.
    """
    order = placed.order
    at = order.pickup_at
    is_clear = at is not None or order.pickup_time is None
    return Head(
        shown_name(placed),
        order.mode or MODE_WHEN_NOT_SENT,
        None if at is None else at - at % _MINUTE_MS,
        None if is_clear else str(order.pickup_time),
        placed.guest.special_instructions,
    )


def chit_of(
    placed: Placed,
    kind: Kind,
    lines: tuple[ChitLine, ...],
    *,
    at: int,
    station: str,
    names: Mapping[str, str],
    priority: Priority,
    hands_over: bool = False,
    later: bool = False,
    was: Head | None = None,
    again: bool = False,
) -> Chit:
    """A chit for a station, or for the whole order, where that is "".

    `names` are those of the stations, by id. `hands_over`: whoever reads it packs the order.
    """
    order, delivery = placed.order, placed.order.delivery_service
    head = head_of(placed)
    others = placed.left(station).stations if station else ()
    return Chit(
        kind,
        at,
        placed.number,
        order.id,
        station,
        names.get(station, station),
        lines,
        name=head.name,
        check_number=order.check_number,
        source=" · ".join(filter(None, (order.origin_source or order.source, order.brand))),
        mode=head.mode,
        placed_at=placed.placed_at,
        target_at=head.target_at,
        target=head.target,
        later=later,
        server=order.server,
        terminal=order.terminal,
        covers=order.covers,
        priority=priority,
        notes=head.notes,
        delivery=" ".join(part for part in (delivery.name, delivery.order_id) if part) or None
        if delivery
        else None,
        cutlery=order.cutlery if hands_over else None,
        also_at=tuple(names.get(each, each) for each in others),
        was=was,
        again=again,
    )
