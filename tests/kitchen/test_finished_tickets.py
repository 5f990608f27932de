"""Updates reach tickets that are bumped or voided, and dishes move between stations."""

import pytest

from appliance.kitchen.command import CancelOrder
from appliance.kitchen.routing import Station
from tests.kitchen.orders import (
    STATIONS,
    act,
    after,
    board,
    boards,
    busy,
    create,
    do,
    held,
    item,
    kinds,
    marks,
    new_kitchen,
    rule,
    struck,
    ticket,
    to_do,
    update,
)


def test_a_line_added_to_a_bumped_ticket_brings_it_back_with_that_line_alone() -> None:
    kitchen = busy(create(item("1"), item("2", "Fries")), act("grill", "bump"))
    do(kitchen, update(item("1"), item("2", "Fries"), item("3")))
    back = ticket(kitchen, "grill")
    assert back.status == "pending"
    assert to_do(back) == ["3"]
    assert back.completed_at is None
    assert board(kitchen, "grill") == ["7"]
    assert marks(back) == {"1": None, "3": "added"}


def test_a_bumped_ticket_comes_back_at_the_end_of_the_board() -> None:
    kitchen = busy(create(item("1")), act("grill", "bump"))
    do(kitchen, create(item("1"), id="8"), after(60))
    do(kitchen, update(item("1"), item("2")), after(90))
    assert board(kitchen, "grill") == ["8", "7"]


def test_a_held_line_brings_a_bumped_ticket_back_as_held() -> None:
    kitchen = busy(create(item("1")), act("grill", "bump"))
    do(kitchen, update(item("1"), item("2", status="hold")))
    assert ticket(kitchen, "grill").status == "held"
    assert held(ticket(kitchen, "grill")) == ["2"]


def test_a_bumped_line_that_is_edited_comes_back() -> None:
    kitchen = busy(create(item("1"), item("2")), act("grill", "bump"))
    do(kitchen, update(item("1", "Burger", "No onion"), item("2")))
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert marks(ticket(kitchen, "grill"))["1"] == "edited"
    assert board(kitchen, "grill") == ["7"]


def test_a_bumped_line_that_is_deleted_brings_nothing_back() -> None:
    kitchen = busy(create(item("1"), item("2", "Fries")), act("grill", "bump"))
    do(kitchen, update(item("2", "Fries")))
    assert ticket(kitchen, "grill").status == "bumped"
    assert board(kitchen, "grill") == []
    assert marks(ticket(kitchen, "pass"))["1"] == "deleted"


def test_changes_elsewhere_leave_a_bumped_ticket_alone() -> None:
    kitchen = busy(create(item("1"), item("2", "Fries")), act("grill", "bump"))
    before = ticket(kitchen, "grill")
    change = update(item("1"), item("2", "Fries", "No salt"), item("3", "Fries"))
    decision = do(kitchen, change, after(60))
    assert ticket(kitchen, "grill") == before
    assert kinds(decision.events) == ["OrderUpdated", "updated", "updated"]


def test_the_second_bump_completes_the_added_line_and_a_recall_brings_back_that_line() -> None:
    kitchen = busy(create(item("1")), act("grill", "bump"), update(item("1"), item("2")))
    do(kitchen, act("grill", "bump"), after(60))
    assert board(kitchen, "grill") == []
    do(kitchen, act("grill", "recall"), after(120))
    assert to_do(ticket(kitchen, "grill")) == ["2"]


def test_a_dish_that_becomes_another_moves_to_the_station_that_makes_it() -> None:
    kitchen = busy(create(item("1"), item("2")), update(item("1", "Fries"), item("2")))
    assert struck(kitchen, "grill") == ["Burger"]
    assert to_do(ticket(kitchen, "grill")) == ["2"]
    assert marks(ticket(kitchen, "fry")) == {"1": "added"}
    assert marks(ticket(kitchen, "pass")) == {"1": "edited", "2": None}


def test_a_dish_that_moves_on_and_on_is_struck_as_each_station_knew_it() -> None:
    other = item("2", "Combo")
    kitchen = busy(create(item("1"), other), update(item("1", "Fries"), other))
    do(kitchen, update(item("1", "Salad"), other))
    do(kitchen, update(item("1", "Steak"), other))
    assert struck(kitchen, "grill") == ["Burger"]
    assert struck(kitchen, "fry") == ["Fries"]
    assert struck(kitchen, "cold") == ["Salad"]
    assert to_do(ticket(kitchen, "grill")) == ["2", "1"]
    assert ticket(kitchen, "cold").status == "voided"


def test_a_dish_that_moves_away_from_a_bumped_ticket_is_made_at_its_new_station() -> None:
    kitchen = busy(create(item("1")), act("grill", "bump"), update(item("1", "Fries")))
    assert board(kitchen, "grill") == []
    assert to_do(ticket(kitchen, "fry")) == ["1"]


def test_a_dish_of_two_stations_that_becomes_one_of_one_leaves_the_other() -> None:
    kitchen = busy(create(item("1", "Combo")), update(item("1", "Fries")))
    assert ticket(kitchen, "grill").status == "voided"
    assert struck(kitchen, "grill") == ["Combo"]
    assert marks(ticket(kitchen, "fry")) == {"1": "edited"}


def test_unchanged_lines_stay_where_they_are_when_the_rules_have_changed() -> None:
    kitchen = busy(create(item("1"), item("2"), item("3")))
    everything_is_fried = (rule("fry", 60),)
    changed = new_kitchen(rules=everything_is_fried)
    changed.restore(kitchen.state(), {})
    do(changed, update(item("1"), item("2", qty=2), item("4")))
    assert to_do(ticket(changed, "grill")) == ["1"]
    assert struck(changed, "grill") == ["Burger", "Burger"]
    assert marks(ticket(changed, "fry")) == {"2": "added", "4": "added"}


def test_a_voided_ticket_comes_back_for_new_lines_alone() -> None:
    kitchen = busy(create(item("1"), item("2", "Fries")), act("grill", "void"))
    do(kitchen, update(item("1"), item("2", "Fries"), item("3")))
    assert ticket(kitchen, "grill").status == "pending"
    assert to_do(ticket(kitchen, "grill")) == ["3"]
    assert marks(ticket(kitchen, "grill")) == {"1": "deleted", "3": "added"}


def test_a_voided_ticket_that_was_bumped_away_comes_back_for_new_lines_too() -> None:
    kitchen = busy(create(item("1"), item("2", "Fries")), act("grill", "void"))
    do(kitchen, act("grill", "bump"))
    do(kitchen, update(item("1"), item("2", "Fries"), item("3")))
    assert board(kitchen, "grill") == ["7"]
    assert to_do(ticket(kitchen, "grill")) == ["3"]


def test_a_voided_ticket_does_not_come_back_for_what_was_added_before() -> None:
    kitchen = busy(create(item("1")), update(item("1"), item("2"), item("3", "Fries")))
    do(kitchen, act("grill", "void"))
    do(kitchen, update(item("2"), item("3", "Fries")))
    assert ticket(kitchen, "grill").status == "voided"


def test_what_a_station_has_served_is_not_struck_when_its_voided_ticket_comes_back() -> None:
    lines = [item("1"), item("2", course=2, status="hold"), item("3", "Fries")]
    kitchen = busy(create(*lines), act("grill", "bump"), act("grill", "void"))
    do(kitchen, update(*lines, item("4")))
    assert marks(ticket(kitchen, "grill")) == {"1": None, "2": "deleted", "4": "added"}


@pytest.mark.parametrize("acknowledged", [True, False])
def test_an_order_that_the_pass_voided_comes_back_for_what_is_added(acknowledged: bool) -> None:  # noqa: FBT001
    kitchen = busy(create(item("1")), act("pass", "void"))
    if acknowledged:
        do(kitchen, act("pass", "bump"))
    do(kitchen, update(item("1"), item("2")))
    for station in ("grill", "pass"):
        assert to_do(ticket(kitchen, station)) == ["2"]
        assert marks(ticket(kitchen, station)) == {"1": "deleted", "2": "added"}


def test_a_cancelled_order_comes_back_for_nothing() -> None:
    kitchen = busy(create(item("1")), CancelOrder("7"), update(item("2")))
    assert ticket(kitchen, "grill").status == "voided"
    assert {name for name, tickets in boards(kitchen).items() if tickets} == {"grill", "pass"}


def test_a_second_pass_follows_the_first() -> None:
    stations = (*STATIONS, Station("window", "Window", "expo"))
    kitchen = new_kitchen(stations=stations)
    do(kitchen, create(item("1")))
    do(kitchen, create(id="8"))
    assert board(kitchen, "window") == board(kitchen, "pass") == ["7", "8"]
    do(kitchen, act("pass", "bump"))
    do(kitchen, act("window", "bump", "8"))
    assert board(kitchen, "window") == board(kitchen, "pass") == board(kitchen, "grill") == []
