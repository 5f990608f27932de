"""The menu: what the configuration's file has, which is read-only, and what was made over HTTP."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from appliance.api.auth import MANAGERS, ROLES
from appliance.api.errors import invalid, refused
from appliance.api.operation import Call, Operation
from appliance.expeditor import Expeditor
from appliance.kitchen.command import DefineMenuItems, MenuItemsNow, Refused, RemoveMenuItem
from appliance.kitchen.menu import MAX_LISTED, MAX_TEXT, MenuItem, text_fault
from appliance.kitchen.order import Component
from appliance.kitchen.rule import LONGEST_WORK, Source

MAX_BULK: Final = 1_000
"""Items of one request, which brings about as many within its size; more come in several."""
_MOST: Final = 1_000_000
_ONE: Final = "/menu/{plu}"

Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
Allergens = Annotated[tuple[Text, ...], Meta(max_length=MAX_LISTED)]
PrepTime = Annotated[int, Meta(ge=0, le=LONGEST_WORK)]


class ComponentJson(Struct, forbid_unknown_fields=True):
    """A part of an item that cooks count."""

    name: Text
    count: Annotated[int, Meta(ge=1, le=_MOST)] | Annotated[float, Meta(gt=0, le=_MOST)] = 1


Components = Annotated[tuple[ComponentJson, ...], Meta(max_length=MAX_LISTED)]


class MenuItemBody(Struct, forbid_unknown_fields=True):
    """A dish or a modifier as it is to be."""

    name: Text
    category: Text | None = None
    allergens: Allergens = ()
    components: Components = ()
    prep_time_seconds: PrepTime = 0


class NumberedMenuItemBody(MenuItemBody, forbid_unknown_fields=True, kw_only=True):
    """The same, with its PLU: the id under which points of sale send it."""

    plu: Text


class MenuBody(Struct, forbid_unknown_fields=True):
    """Several items, all of which are made or none.

    With `replace`, those are all that is left of what was made over HTTP.
    """

    items: Annotated[tuple[NumberedMenuItemBody, ...], Meta(max_length=MAX_BULK)]
    replace: bool = False


class MenuItemJson(Struct):
    """A dish or a modifier as it stands; of source `file` it cannot be changed here."""

    plu: str
    name: str
    category: str | None
    allergens: tuple[str, ...]
    components: tuple[ComponentJson, ...]
    prep_time_seconds: int
    source: Source


class MenuCountJson(Struct):
    """How many items were made."""

    count: int


class MenuResource:
    """The operations, for one appliance."""

    def __init__(self, expeditor: Expeditor) -> None:
        self._expeditor = expeditor

    def operations(self) -> list[Operation]:
        """List, make or change one, remove one, make many."""
        return [
            Operation("GET", "/menu", self.list, ROLES, list[MenuItemJson], errors=(503,)),
            Operation(
                "PUT",
                _ONE,
                self.define,
                MANAGERS,
                MenuItemJson,
                body=MenuItemBody,
                errors=(409, 503),
                everywhere=True,
            ),
            Operation(
                "DELETE",
                _ONE,
                self.remove,
                MANAGERS,
                None,
                status=204,
                errors=(404, 409, 503),
                everywhere=True,
            ),
            Operation(
                "POST",
                "/menu/bulk",
                self.define_many,
                MANAGERS,
                MenuCountJson,
                body=MenuBody,
                status=201,
                errors=(409, 503),
                everywhere=True,
            ),
        ]

    def list(self, _call: Call) -> list[MenuItemJson]:
        """All that is on the menu, the file's first."""
        return [_json(item) for item in self._expeditor.kitchen.menu.items]

    def define(self, call: Call) -> MenuItemJson:
        """Make or change an item; tickets that stand show what it contains from then on."""
        item = _item(call.path("plu"), call.body)
        _require_texts(item, "")
        (item,) = self._submit(DefineMenuItems((item,)), call)
        return _json(item)

    def define_many(self, call: Call) -> MenuCountJson:
        """Make or change items, all of them or none."""
        body: MenuBody = call.body
        places: dict[str, int] = {}
        for place, each in enumerate(body.items):
            if places.setdefault(each.plu, place) != place:
                raise invalid(f"items[{place}].plu", f"{each.plu!r} is there twice")
        items = tuple(_item(each.plu, each) for each in body.items)
        for place, item in enumerate(items):
            _require_texts(item, f"items[{place}].")
        now = self._submit(DefineMenuItems(items, body.replace), call)
        return MenuCountJson(len(now))

    def remove(self, call: Call) -> None:
        """Take an item off the menu that was made here."""
        self._submit(RemoveMenuItem(call.path("plu")), call)

    def _submit(
        self, command: DefineMenuItems | RemoveMenuItem, call: Call
    ) -> tuple[MenuItem, ...]:
        reply = self._expeditor.submit(command, call.caller.subject).reply
        match reply:
            case MenuItemsNow(items):
                return items
            case Refused():
                raise refused(reply)
        raise TypeError(reply)


def _item(plu: str, body: MenuItemBody) -> MenuItem:
    components = tuple(Component(each.name, each.count) for each in body.components)
    return MenuItem(
        plu, body.name, body.category, body.allergens, components, body.prep_time_seconds
    )


def _require_texts(item: MenuItem, where: str) -> None:
    """Raises ApiError 400 for a text that nobody could read."""
    texts = [
        ("plu", item.plu),
        ("name", item.name),
        *((("category", item.category),) if item.category is not None else ()),
        *((f"allergens[{place}]", text) for place, text in enumerate(item.allergens)),
        *((f"components[{place}].name", part.name) for place, part in enumerate(item.components)),
    ]
    for field, text in texts:
        if (wrong := text_fault(text)) is not None:
            raise invalid(where + field, wrong)


def _json(item: MenuItem) -> MenuItemJson:
    return MenuItemJson(
        item.plu,
        item.name,
        item.category,
        item.allergens,
        tuple(ComponentJson(each.name, each.count) for each in item.components),
        item.prep_time,
        item.source,
    )
