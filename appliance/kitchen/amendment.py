"""A partial update: what it brings is put onto the order as the kitchen has it.

Whatever an amendment does not bring stays as it is. The result is a whole order, and from
there on the update is one like any other.
"""

from collections import Counter
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.order import Guest, Item, Order

MAX_BYTES: Final = 256 * 1024
"""Of an amended order, encoded: about what one message brings by default. Without a bound,
additions would make it grow for ever."""


class CannotAmend(Exception):
    """The order cannot be amended so; the text says why, and nothing has changed."""


class AmendedLine(Struct, frozen=True, gc=False):
    """A line that is added or changed; one that the order lacks is added."""

    line_id: str
    item: dict[str, Any]
    """Fields of `Item`, apart from its line id."""
    instructions: str | None = None
    """Special instructions; empty for none, None for what they are now."""
    group_note: str | None = None
    """The note of its group, in the same way."""
    whole: bool = False
    """`item` is all of it: nothing of the line as it was remains."""
    another: bool = False
    """A further line even where the order has such a one: `line_id` is the stem of its id."""


class Amendment(Struct, frozen=True, gc=False):
    """Part of an order as it is to be: lines are removed first, then changed and added."""

    order: dict[str, Any] = {}
    """Fields of `Order`."""
    guest: dict[str, Any] = {}
    """Fields of `Guest`."""
    removed: tuple[str, ...] = ()
    """Ids of lines; one that the order lacks has been removed already."""
    lines: tuple[AmendedLine, ...] = ()


def amended(order: Order, guest: Guest, amendment: Amendment) -> tuple[Order, Guest]:
    """Order and guest with the amendment in them. Raises CannotAmend."""
    changed, told = replace(order, **amendment.order), replace(guest, **amendment.guest)
    items = {item.line_id: item for item in changed.items}
    instructions, notes = dict(told.item_instructions), dict(told.group_notes)
    for line_id in amendment.removed:
        items.pop(line_id, None)
        instructions.pop(line_id, None)
        notes.pop(line_id, None)
    counted: Counter[str] = Counter()
    for line in amendment.lines:
        line_id = _further_id(line.line_id, items, counted) if line.another else line.line_id
        items[line_id] = _amended_item(items.get(line_id), line_id, line)
        _put(instructions, line_id, line.instructions)
        _put(notes, line_id, line.group_note)
    changed = replace(changed, items=tuple(items.values()))
    told = replace(told, item_instructions=instructions, group_notes=notes)
    size = _size(changed, told)
    if size > MAX_BYTES and size > _size(order, guest):
        raise CannotAmend(f"the order would be larger than {MAX_BYTES} bytes")
    return changed, told


def _amended_item(item: Item | None, line_id: str, line: AmendedLine) -> Item:
    if item is not None and not line.whole:
        return replace(item, **line.item)
    if "name" not in line.item:
        raise CannotAmend(f"no line {line_id[:40]!r} in this order, and no name to add it by")
    return Item(line_id, **line.item)


def _put(texts: dict[str, str], line_id: str, text: str | None) -> None:
    if text:
        texts[line_id] = text
    elif text is not None:
        texts.pop(line_id, None)


def _further_id(stem: str, items: dict[str, Item], counted: Counter[str]) -> str:
    """The next free one of the ids that lines without an id of their own are given."""
    while True:
        counted[stem] += 1
        if (line_id := f"{stem}.{counted[stem]}") not in items:
            return line_id


def _size(order: Order, guest: Guest) -> int:
    return len(msgspec.json.encode(order)) + len(msgspec.json.encode(guest))
