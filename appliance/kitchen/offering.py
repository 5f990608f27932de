"""The menu in force: what the file has of it, and what was made at run time.

Where both have a PLU or a name, the file's counts, and is read-only.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from appliance.kitchen.command import (
    DefineMenuItems,
    MenuItemsNow,
    Reason,
    Refused,
    RemoveMenuItem,
    Reply,
)
from appliance.kitchen.event import Event, MenuItemRemoved, MenuItemsDefined
from appliance.kitchen.menu import MAX_ITEMS, Menu, MenuItem
from appliance.kitchen.ticket import Moment

Outcome = tuple[Reply, tuple[Event, ...]]


class Offering:
    """The menu of one kitchen."""

    def __init__(self, of_file: Iterable[MenuItem]) -> None:
        self._of_file = {item.plu: item for item in of_file}
        self._made: dict[str, MenuItem] = {}
        self.menu = Menu(self._of_file.values())
        """All that is in force."""

    def decide(self, command: DefineMenuItems | RemoveMenuItem, now: Moment) -> Outcome:
        """What is answered, and the events that follow. Changes nothing."""
        match command:
            case DefineMenuItems(items, replace_all):
                made = [replace(item, source="api") for item in items]
                return self._define(made, now, replace_all=replace_all)
            case RemoveMenuItem(plu):
                return self._remove(plu, now)

    def _define(self, items: list[MenuItem], now: Moment, *, replace_all: bool) -> Outcome:
        for place, item in enumerate(items):
            if item.plu in self._of_file:
                return _of_the_file(item.plu, place)
        kept = {} if replace_all else self._made
        wanted = kept | {item.plu: item for item in items}
        if items and len(wanted | self._of_file) > MAX_ITEMS:
            return _refused("too_many", f"there can be {MAX_ITEMS} items on the menu, and no more")
        now_made = MenuItemsNow(tuple(items))
        if list(wanted.items()) == list(self._made.items()):
            return now_made, ()
        return now_made, (MenuItemsDefined(now.at, now.tick, tuple(items), replace_all),)

    def _remove(self, plu: str, now: Moment) -> Outcome:
        if plu in self._of_file:
            return _of_the_file(plu)
        if plu not in self._made:
            return _refused("no_such_menu_item", f"there is no {plu!r} on the menu")
        return MenuItemsNow(()), (MenuItemRemoved(now.at, now.tick, plu),)

    def apply(self, event: MenuItemsDefined | MenuItemRemoved) -> None:
        """Change by one event; what it removes may be gone already."""
        match event:
            case MenuItemsDefined():
                kept = {} if event.replace_all else self._made
                self._made = kept | {item.plu: item for item in event.items}
            case MenuItemRemoved():
                self._made.pop(event.plu, None)
        self._arrange()

    def made(self) -> tuple[MenuItem, ...]:
        """All that the log made and did not remove: what `restore` takes."""
        return tuple(self._made.values())

    def restore(self, items: Iterable[MenuItem]) -> None:
        """Have made these, and nothing else."""
        self._made = {item.plu: item for item in items}
        self._arrange()

    def _arrange(self) -> None:
        self.menu = Menu((*self._of_file.values(), *self._made.values()))


def _refused(reason: Reason, message: str, place: int | None = None) -> Outcome:
    return Refused(reason, message, place=place), ()


def _of_the_file(plu: str, place: int | None = None) -> Outcome:
    return _refused("read_only", f"{plu!r} is on the menu of the configuration file", place)
