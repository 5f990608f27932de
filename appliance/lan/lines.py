"""Lines of the LAN protocol's orders: what each is called, and what of it was sent."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from appliance.kitchen.amendment import AmendedLine
from appliance.kitchen.order import Component, ItemGroup, Modifier, derived_line_id
from appliance.lan.schema import ComponentMessage, ItemFields, ItemMessage


def sent(message: object, names: Iterable[str]) -> dict[str, Any]:
    """The fields among these that are not None."""
    return {name: value for name in names if (value := getattr(message, name)) is not None}


_SAME_IN_ITEM: Final = ("name", "qty", "id", "category", "price", "course", "seat")


def item_fields(message: ItemFields) -> dict[str, Any]:
    """The fields of `Item` that were sent, without its line id."""
    fields = sent(message, _SAME_IN_ITEM)
    if message.mods is not None:
        fields["mods"] = _modifiers(message)
    if message.components is not None:
        fields["components"] = _components(message.components)
    if message.item_group is not None:
        fields["item_group"] = ItemGroup(message.item_group.id, message.item_group.name)
    if message.course_status is not None:
        fields["course_status"] = _course_status(message.course_status)
    return fields


def changed_line(message: ItemFields, line_id: str) -> AmendedLine:
    """A line with all that the documentation requires of one is whole; else it is part of one.

    What it wishes goes only when that is said: a wish that has become needless harms
    nobody, one that was lost may be an allergy.
    """
    whole = None not in (message.name, message.qty, message.mods)
    group = message.item_group
    no_note = "" if whole else None
    return AmendedLine(
        message.line_id or line_id,
        item_fields(message),
        message.special_instructions,
        no_note if group is None else group.note or "",
        whole,
    )


def added_line(message: ItemMessage, line_id: str) -> AmendedLine:
    """A whole line, which a further one of its kind does not replace unless it has an id."""
    group = message.item_group
    return AmendedLine(
        line_id if message.line_id else _stem(message),
        item_fields(message),
        message.special_instructions or "",
        (group.note if group else None) or "",
        whole=True,
        another=not message.line_id,
    )


def _modifiers(message: ItemFields) -> tuple[Modifier, ...]:
    return tuple(
        Modifier(mod)
        if isinstance(mod, str)
        else Modifier(mod.name, mod.id, _quantity(mod.qty), _components(mod.components))
        for mod in message.mods or ()
    )


def _quantity(sent: int | float | None) -> int | float:  # noqa: PYI041 - as it is in JSON
    return 1 if sent is None else sent


def _components(messages: tuple[ComponentMessage, ...] | None) -> tuple[Component, ...]:
    return tuple(
        Component(component.name, _quantity(component.count)) for component in messages or ()
    )


def line_ids(items: Sequence[ItemFields]) -> list[str]:
    """An id for every line, unique among them whatever the sender did.

    A line without one is named after its content and occurrence, so that it is found
    again in an update; a `lineId` that is used twice keeps both lines.
    """
    seen: Counter[str] = Counter()
    ids: list[str] = []
    for item in items:
        stem = item.line_id or _stem(item)
        seen[stem] += 1
        first = item.line_id and seen[stem] == 1
        ids.append(stem if first else f"{stem}.{seen[stem]}")
    if len(set(ids)) == len(ids):
        return ids
    # Somebody named a line as we would have: position settles it.
    return [f"{line_id}#{place}" for place, line_id in enumerate(ids)]


def _stem(item: ItemFields) -> str:
    return derived_line_id(item.id, item.name or "", _modifiers(item))


_COURSE_STATUS: Final = {
    "straightfire": "straightFire",
    "hold": "hold",
    "held": "hold",
    "fire": "fire",
    "fired": "fire",
    "pickup": "pickup",
}
_NOT_A_LETTER: Final = re.compile(r"[^a-z]")


def _course_status(text: str) -> str:
    """The documented spelling; what the documentation does not know stays as it was sent."""
    return _COURSE_STATUS.get(_NOT_A_LETTER.sub("", text.lower()), text)
