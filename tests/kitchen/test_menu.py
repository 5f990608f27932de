"""The menu of the file and the one that is made at run time."""

import pytest
from msgspec.structs import replace

from appliance.kitchen import offering
from appliance.kitchen.command import (
    Command,
    DefineMenuItems,
    MenuItemsNow,
    Refused,
    RemoveMenuItem,
)
from appliance.kitchen.event import MenuItemRemoved, MenuItemsDefined
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Component, Item, Modifier
from tests.kitchen.nights import Log, recorded, replayed, restored
from tests.kitchen.orders import AT_ONCE, PASS, STATIONS, after, create, do, item, rule, ticket

TEA = MenuItem("T", "Tea", "Drinks", source="file")
BUN = MenuItem("B", "Bun", "Bread", ("gluten",), (Component("flour", 2),), 60)
PIE = MenuItem("P", "Pie")


def kitchen_with(*of_file: MenuItem) -> Kitchen:
    by_category = (rule("grill", id="r-1", category=("bread",)),)
    return Kitchen(Plan((*STATIONS, PASS), by_category, "cold", menu=of_file), AT_ONCE)


def refusal(kitchen: Kitchen, command: Command) -> tuple[str, int | None]:
    """Why it is refused, for which item; nothing may have changed."""
    before = kitchen.state()
    decision = do(kitchen, command)
    assert isinstance(decision.reply, Refused)
    assert decision.events == ()
    assert kitchen.state() == before
    return decision.reply.reason, decision.reply.place


def test_items_are_made_changed_and_removed() -> None:
    kitchen = kitchen_with(TEA)
    now = after(5)
    made = do(kitchen, DefineMenuItems((replace(BUN, source="file"), PIE)), now)
    assert made.reply == MenuItemsNow((BUN, PIE))
    assert made.events == (MenuItemsDefined(now.at, now.tick, (BUN, PIE)),)
    assert list(kitchen.menu.items) == [TEA, BUN, PIE]
    do(kitchen, DefineMenuItems((replace(BUN, name="Roll"),)))
    assert list(kitchen.menu.items) == [TEA, replace(BUN, name="Roll"), PIE]
    removed = do(kitchen, RemoveMenuItem("B"), now)
    assert removed.reply == MenuItemsNow(())
    assert removed.events == (MenuItemRemoved(now.at, now.tick, "B"),)
    assert list(kitchen.menu.items) == [TEA, PIE]


def test_what_is_as_it_is_to_be_changes_nothing() -> None:
    kitchen = kitchen_with()
    do(kitchen, DefineMenuItems((BUN,)))
    for command in (DefineMenuItems((BUN,)), DefineMenuItems((BUN,), replace_all=True)):
        again = do(kitchen, command)
        assert (again.reply, again.events) == (MenuItemsNow((BUN,)), ())


def test_all_that_was_made_can_be_replaced_and_the_file_stays() -> None:
    kitchen = kitchen_with(TEA)
    do(kitchen, DefineMenuItems((BUN,)))
    do(kitchen, DefineMenuItems((PIE,), replace_all=True))
    assert list(kitchen.menu.items) == [TEA, PIE]
    do(kitchen, DefineMenuItems((), replace_all=True))
    assert list(kitchen.menu.items) == [TEA]


def test_what_the_file_has_is_read_only() -> None:
    kitchen = kitchen_with(TEA)
    assert refusal(kitchen, DefineMenuItems((BUN, replace(PIE, plu="T")))) == ("read_only", 1)
    assert refusal(kitchen, RemoveMenuItem("T")) == ("read_only", None)
    assert refusal(kitchen, RemoveMenuItem("X")) == ("no_such_menu_item", None)


def test_where_the_file_has_it_now_the_file_counts() -> None:
    kitchen = kitchen_with()
    log = recorded(do(kitchen, DefineMenuItems((BUN, PIE))))
    mine = replace(BUN, category="Mine", source="file")
    again = replayed(kitchen_with(mine), log)
    assert again.menu.items == (mine, PIE)
    named = replayed(kitchen_with(replace(mine, plu="X")), log)
    assert named.menu.category(Item("1", "bun")) == "Mine"
    assert named.menu.category(Item("1", "bun", id="B")) == "Bread"


def test_what_may_be_either_of_two_may_contain_what_either_does() -> None:
    soup = MenuItem("S-1", "Soup", "Starters", ("milk",), (Component("broth"),), 60)
    other = MenuItem("S-2", "SOUP", "Mains", ("Milk", "fish"), (Component("fish"),), 90)
    menu = kitchen_with(replace(soup, source="file"), replace(other, source="file")).menu
    for ordered in (Item("1", "soup"), Item("1", "Soup", id="?"), Modifier("soup")):
        assert menu.allergens(ordered) == ("milk", "fish")
        assert menu.components(ordered) == (Component("broth"),)
    assert menu.category(Item("1", "soup")) == "Starters"
    assert menu.prep_time(Item("1", "soup")) == 60
    assert menu.allergens(Item("1", "Soup", id="S-1")) == ("milk",)
    assert menu.allergens(Item("1", "Soup", id="S-2")) == ("Milk", "fish")
    assert [item.allergens for item in menu.items] == [("milk",), ("Milk", "fish")]


def test_there_are_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "MAX_ITEMS", 2)
    kitchen = kitchen_with(TEA)
    do(kitchen, DefineMenuItems((BUN,)))
    assert refusal(kitchen, DefineMenuItems((PIE,))) == ("too_many", None)
    assert do(kitchen, DefineMenuItems((PIE,), replace_all=True)).events


def test_a_changed_menu_routes_what_comes_from_then_on() -> None:
    kitchen = kitchen_with()
    do(kitchen, create(item("1", "Bun"), id="7"))
    do(kitchen, DefineMenuItems((BUN,)))
    do(kitchen, create(item("1", "Bun"), id="8"))
    assert ticket(kitchen, "cold", "7").lines[0].unrouted
    assert ticket(kitchen, "grill", "8").lines[0].prep == 60
    do(kitchen, RemoveMenuItem("B"))
    do(kitchen, create(item("1", "Bun"), id="9"))
    assert ticket(kitchen, "cold", "9").lines[0].unrouted


def test_the_log_and_the_snapshot_bring_it_back() -> None:
    kitchen = kitchen_with(TEA)
    log: Log = []
    for command in (DefineMenuItems((BUN, PIE)), RemoveMenuItem("P")):
        log += recorded(do(kitchen, command))
    for again in (replayed(kitchen, log), restored(kitchen), replayed(kitchen, [*log, *log[1:]])):
        assert again.menu.items == (TEA, BUN)
