"""What no rule takes is at the default station, marked, and counted."""

from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.unrouted import NAMES_KEPT, Tally, Unrouted
from tests.kitchen.nights import recorded, replayed, restored
from tests.kitchen.orders import act, after, busy, create, do, item, new_kitchen, ticket, update

AT = after(0).at


def counts(kitchen: Kitchen) -> dict[str, int]:
    return {each.name: each.count for each in kitchen.unrouted.names}


def test_it_is_marked_where_it_is_made_and_nowhere_else() -> None:
    kitchen = busy(create(item("1", "Soup"), item("2", "Burger")))
    assert [line.unrouted for line in ticket(kitchen, "cold").lines] == [True]
    assert [line.unrouted for line in ticket(kitchen, "grill").lines] == [False]
    assert [line.unrouted for line in ticket(kitchen, "pass").lines] == [False, False]


def test_it_is_counted_by_name_with_the_newest_last() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1", "Soup"), item("2", "Cake"), item("3", "Burger")), after(0))
    do(kitchen, create(item("1", "Soup"), id="8"), after(60))
    assert kitchen.unrouted.count == 3
    assert kitchen.unrouted.names == (
        Unrouted("Cake", 1, AT),
        Unrouted("Soup", 2, after(60).at),
    )


def test_an_update_counts_what_it_brings_and_nothing_twice() -> None:
    kitchen = busy(
        create(item("1", "Soup")),
        update(item("1", "Soup", qty=2), item("2", "Cake")),
        update(item("1", "Soup", "Hot"), item("2", "Tart"), item("3", "Fries")),
        update(item("2", "Tart")),
    )
    assert counts(kitchen) == {"Soup": 1, "Cake": 1, "Tart": 1}


def test_what_becomes_unrouted_is_counted_then() -> None:
    kitchen = busy(create(item("1", "Burger")), update(item("1", "Soup")))
    assert counts(kitchen) == {"Soup": 1}


def test_a_bumped_line_is_not_counted_again_when_its_order_changes() -> None:
    kitchen = busy(
        create(item("1", "Soup"), item("2")),
        act("cold", "bump"),
        update(item("1", "Soup"), item("2"), item("3", "Fries")),
    )
    assert counts(kitchen) == {"Soup": 1}


def test_the_log_and_the_snapshot_bring_the_counts_back() -> None:
    kitchen = new_kitchen()
    log = recorded(do(kitchen, create(item("1", "Soup"), item("2", "Cake"))))
    log += recorded(do(kitchen, update(item("1", "Soup"), item("2", "Tart"))))
    for again in (replayed(kitchen, log), restored(kitchen)):
        assert (again.unrouted.count, counts(again)) == (3, {"Soup": 1, "Cake": 1, "Tart": 1})


def test_only_the_newest_names_are_kept() -> None:
    tally = Tally()
    names = [f"Dish {number}" for number in range(NAMES_KEPT + 1)]
    tally.add([names[0], *names], 5)
    assert tally.count == NAMES_KEPT + 2
    assert [each.name for each in tally.names] == names[1:]
    tally.add([names[1]], 6)
    tally.add(["Another"], 7)
    assert [each.name for each in tally.names] == [*names[3:], names[1], "Another"]
