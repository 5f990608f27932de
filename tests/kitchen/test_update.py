"""An order changes while it is cooked: what its tickets mark, and what they leave alone."""

from typing import Any

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import CreateOrder, OrderAccepted, Refused, SetPriority, UpdateOrder
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Guest, Item, ItemGroup, Order
from appliance.kitchen.ticket import Priority
from tests.kitchen.orders import (
    HOUR,
    MINUTE,
    TOGETHER,
    act,
    after,
    board,
    busy,
    create,
    do,
    done,
    item,
    kinds,
    marks,
    new_kitchen,
    order,
    struck,
    tick,
    ticket,
    to_do,
    update,
)


def test_lines_are_marked_as_added_edited_and_deleted() -> None:
    kitchen = busy(create(item("1"), item("2"), item("3")))
    do(kitchen, update(item("1"), item("2", "Burger", "No onion"), item("4")))
    for station in ("grill", "pass"):
        expected = {"1": None, "2": "edited", "3": "deleted", "4": "added"}
        assert marks(ticket(kitchen, station)) == expected
        assert to_do(ticket(kitchen, station)) == ["1", "2", "4"]


def test_a_deleted_line_still_says_what_it_was() -> None:
    kitchen = busy(create(item("1"), item("2", "Steak")), update(item("1")))
    assert struck(kitchen, "grill") == ["Steak"]
    do(kitchen, update(item("1", qty=2)))
    assert struck(kitchen, "grill") == ["Steak"]


def test_an_edited_line_reads_as_it_does_now() -> None:
    kitchen = busy(create(item("1")), update(item("1", qty=3)))
    assert kitchen.placed(1).item("1") == item("1", qty=3)


def test_a_bump_takes_struck_lines_and_marks_away() -> None:
    kitchen = busy(create(item("1"), item("2"), item("3")), update(item("2", qty=2), item("3")))
    do(kitchen, act("grill", "bump"))
    do(kitchen, act("grill", "recall"))
    assert marks(ticket(kitchen, "grill")) == {"2": None, "3": None}


def test_a_completed_line_that_is_edited_is_to_do_again() -> None:
    lines = [item("1"), item("2"), item("3")]
    kitchen = busy(create(*lines), act("grill", "start"), act("grill", "ready"))
    do(kitchen, update(item("1", "Burger", "Well done"), *lines[1:]))
    assert ticket(kitchen, "grill").status == "in_progress"
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert done(ticket(kitchen, "grill")) == ["2", "3"]


def test_a_completed_line_that_is_deleted_loses_its_mark() -> None:
    kitchen = busy(create(item("1"), item("2")), tick("grill", "1"), update(item("2")))
    assert done(ticket(kitchen, "grill")) == []
    assert marks(ticket(kitchen, "grill"))["1"] == "deleted"


def test_adding_a_line_reopens_no_completed_one() -> None:
    kitchen = busy(create(item("1")), tick("grill", "1"), update(item("1"), item("2")))
    assert done(ticket(kitchen, "grill")) == ["1"]
    assert to_do(ticket(kitchen, "grill")) == ["2"]
    assert ticket(kitchen, "grill").status == "in_progress"


def test_a_line_that_is_new_stays_marked_as_added_when_it_is_edited_before_it_is_made() -> None:
    kitchen = busy(create(item("1")), update(item("1"), item("2", status="hold")))
    do(kitchen, update(item("1"), item("2", qty=2, status="hold")))
    assert marks(ticket(kitchen, "grill"))["2"] == "added"


def test_an_added_line_that_is_edited_once_it_is_made_is_marked_as_edited() -> None:
    kitchen = busy(create(item("1")), update(item("1"), item("2")), tick("grill", "2"))
    do(kitchen, update(item("1"), item("2", qty=2)))
    assert marks(ticket(kitchen, "grill"))["2"] == "edited"


def test_a_deleted_line_that_comes_back_is_to_do() -> None:
    kitchen = busy(create(item("1"), item("2")), tick("grill", "2"), update(item("1")))
    do(kitchen, update(item("1"), item("2")))
    assert marks(ticket(kitchen, "grill")) == {"1": None, "2": "added"}
    assert to_do(ticket(kitchen, "grill")) == ["1", "2"]


def test_a_deleted_line_that_comes_back_as_another_dish_leaves_the_old_one_struck() -> None:
    kitchen = busy(create(item("1"), item("2", "Steak")), update(item("1")))
    do(kitchen, update(item("1"), item("2", "Fries")))
    assert struck(kitchen, "grill") == ["Steak"]
    assert to_do(ticket(kitchen, "fry")) == ["2"]


def test_prices_and_firing_are_no_edits() -> None:
    kitchen = busy(create(item("1")), tick("grill", "1"))
    do(kitchen, update(replace(item("1", status="fire"), price="$9")))
    assert marks(ticket(kitchen, "grill")) == {"1": None}
    assert done(ticket(kitchen, "grill")) == ["1"]


@pytest.mark.parametrize(
    "guest", [Guest(item_instructions={"1": "rare"}), Guest(group_notes={"1": "share"})]
)
def test_instructions_for_a_line_make_it_another_one(guest: Guest) -> None:
    lines = [replace(item(line_id), item_group=ItemGroup("g")) for line_id in ("1", "2")]
    kitchen = busy(create(*lines), tick("grill", "1"))
    do(kitchen, update(*lines, guest=guest))
    assert marks(ticket(kitchen, "grill")) == {"1": "edited", "2": None}
    assert to_do(ticket(kitchen, "grill")) == ["1", "2"]


def test_other_facts_of_the_order_and_its_guest_change_no_line() -> None:
    kitchen = busy(create(item("1")), tick("grill", "1"))
    guest = Guest(name="Ann", special_instructions="ring twice")
    decision = do(kitchen, UpdateOrder(replace(order(item("1")), server="Sam"), guest))
    assert kinds(decision.events) == ["OrderUpdated", "updated", "updated"]
    assert kitchen.placed(1).order.server == "Sam"
    assert kitchen.placed(1).guest == guest
    assert done(ticket(kitchen, "grill")) == ["1"]


def test_a_repeated_update_changes_nothing() -> None:
    change = update(item("1"), item("2"))
    kitchen = busy(create(item("1")), change)
    again = do(kitchen, change)
    assert again.reply == OrderAccepted("7")
    assert again.events == ()


def test_the_last_line_of_a_station_voids_its_ticket() -> None:
    kitchen = busy(create(item("1"), item("2", "Fries")))
    decision = do(kitchen, update(item("1")))
    assert sorted(kinds(decision.events)) == ["OrderUpdated", "updated", "voided"]
    assert ticket(kitchen, "fry").status == "voided"
    assert board(kitchen, "fry") == ["7"]
    assert ticket(kitchen, "pass").status == "pending"
    do(kitchen, act("fry", "bump"))
    assert board(kitchen, "fry") == []


@pytest.mark.parametrize("with_pass", [True, False])
def test_an_emptied_order_that_gets_lines_again_is_cooked(with_pass: bool) -> None:  # noqa: FBT001
    kitchen = busy(create(item("1")), update(), with_pass=with_pass)
    assert ticket(kitchen, "grill").status == "voided"
    do(kitchen, update(item("1"), item("2", "Fries")))
    for station in ["grill", "fry", "pass"] if with_pass else ["grill", "fry"]:
        assert ticket(kitchen, station).status == "pending"
    assert to_do(ticket(kitchen, "grill")) == ["1"]


def test_an_order_of_nothing_but_a_name_leaves_the_default_station_when_it_gets_lines() -> None:
    kitchen = busy(create(), update(item("1")), with_pass=False)
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert ticket(kitchen, "cold").status == "voided"


def test_an_order_of_nothing_but_a_name_stays_when_only_its_name_changes() -> None:
    kitchen = busy(create(), update(guest=Guest(name="Ann")))
    assert ticket(kitchen, "pass").status == "pending"


@pytest.mark.parametrize("with_pass", [True, False])
def test_an_update_of_a_bumped_order_is_ignored(with_pass: bool) -> None:  # noqa: FBT001
    kitchen = busy(create(item("1")), with_pass=with_pass)
    do(kitchen, act("pass" if with_pass else "grill", "bump"))
    decision = do(kitchen, update(item("1"), item("2")))
    assert decision.reply == OrderAccepted("7")
    assert decision.events == ()
    assert board(kitchen, "grill") == []


def test_an_order_that_left_the_pass_is_finished_whatever_a_station_still_shows() -> None:
    kitchen = busy(create(item("1"), item("2", "Fries")), update(item("1")), act("pass", "bump"))
    do(kitchen, act("grill", "recall"))
    assert board(kitchen, "grill") == board(kitchen, "fry") == ["7"]
    assert do(kitchen, update(item("1"), item("3"))).events == ()


def test_an_update_of_an_order_that_was_never_here_is_refused() -> None:
    refused = do(new_kitchen(), update(item("1"))).reply
    assert isinstance(refused, Refused)
    assert refused.reason == "no_such_order"


def test_an_order_becomes_urgent_and_goes_back() -> None:
    kitchen = busy(create(item("1"), id="6"), create(item("1")))
    do(kitchen, UpdateOrder(order(item("1"), priority=True), NOBODY))
    assert board(kitchen, "grill") == board(kitchen, "pass") == ["7", "6"]
    do(kitchen, update(item("1")))
    assert board(kitchen, "grill") == board(kitchen, "pass") == ["6", "7"]


@pytest.mark.parametrize("priority", ["urgent", "normal"])
def test_a_priority_set_at_the_pass_is_that_of_what_comes_later(priority: Priority) -> None:
    kitchen = new_kitchen()
    do(kitchen, CreateOrder(order(item("1"), item("2", "Soup"), priority=True), NOBODY))
    do(kitchen, SetPriority("pass", "7", priority))
    do(kitchen, act("cold", "bump"))
    more = order(item("1"), item("2", "Soup"), item("3", "Fries"), item("4", "Cake"), priority=True)
    do(kitchen, UpdateOrder(more, NOBODY))
    priorities = [ticket(kitchen, station).priority for station in ("pass", "grill", "fry", "cold")]
    assert priorities == [priority] * 4


def test_a_priority_set_at_a_station_is_its_own() -> None:
    kitchen = busy(create(item("1")), SetPriority("grill", "7", "urgent"))
    do(kitchen, update(item("1"), item("2", "Fries")))
    assert ticket(kitchen, "fry").priority == "normal"


def test_a_point_of_sale_that_asks_for_haste_slows_nobody_down() -> None:
    kitchen = busy(create(item("1")), SetPriority("pass", "7", "urgent"))
    do(kitchen, UpdateOrder(order(item("1"), item("2", "Fries"), priority=True), NOBODY))
    stations = ("pass", "grill", "fry")
    assert [ticket(kitchen, station).priority for station in stations] == ["urgent"] * 3
    do(kitchen, update(item("1"), item("2", "Fries")))
    assert [ticket(kitchen, station).priority for station in stations] == ["normal"] * 3


def test_a_priority_set_by_hand_outlives_an_update_that_says_nothing_of_it() -> None:
    kitchen = busy(create(item("1")), SetPriority("grill", "7", "urgent"), update(item("2")))
    assert ticket(kitchen, "grill").priority == "urgent"


def test_cards_that_an_update_brings_are_as_urgent_as_the_order() -> None:
    kitchen = busy(create(item("1")), act("grill", "bump"))
    do(kitchen, UpdateOrder(order(item("1"), priority=True), NOBODY))
    lines = [item("1"), item("2"), item("3", "Fries")]
    do(kitchen, UpdateOrder(order(*lines, priority=True), NOBODY))
    assert ticket(kitchen, "grill").priority == "high"
    assert ticket(kitchen, "fry").priority == "high"


def test_the_target_follows_what_is_still_to_be_made() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1"), item("2", "Fries")), after(60))
    do(kitchen, update(item("2", "Fries")), after(120))
    assert kitchen.placed(1).target_at == after(60 + 240).at
    pickup = replace(order(item("2", "Fries")), pickup_at=after(3_600).at)
    do(kitchen, UpdateOrder(pickup, NOBODY), after(180))
    assert kitchen.placed(1).target_at == after(3_600).at


def test_a_create_that_is_an_update_brings_its_guest() -> None:
    kitchen = busy(create(item("1")))
    decision = do(kitchen, CreateOrder(order(item("1"), item("2")), Guest(name="Ann")))
    assert decision.guest == (1, Guest(name="Ann"))


def told(kitchen: Kitchen, order: Order, guest: Guest = NOBODY) -> set[str]:
    """The stations that hear of an update."""
    events = do(kitchen, UpdateOrder(order, guest), after(60)).events
    return {event.ticket.station for event in events if isinstance(event, TicketChanged)}


def test_a_station_hears_of_nothing_that_its_card_does_not_show() -> None:
    kitchen = busy(create(item("1"), item("2", "Fries"), item("3", "Salad")))
    assert told(kitchen, order(item("1", qty=2), item("2", "Fries"), item("3", "Salad"))) == {
        "grill",
        "pass",
    }
    rare = Guest(item_instructions={"1": "rare"}, group_notes={"2": "shared"})
    changed = order(item("1", qty=2), item("2", "Fries"))
    assert told(kitchen, changed, rare) == {"grill", "fry", "cold", "pass"}
    more = order(*changed.items, item("4"))
    assert told(kitchen, more, rare) == {"grill", "pass"}


@pytest.mark.parametrize(
    ("change", "guest"),
    [
        ({}, Guest(name="Ann")),
        ({"pickup_at": after(HOUR).at}, NOBODY),
        ({"terminal": "2"}, NOBODY),
        ({"priority": True}, NOBODY),
        ({"items": (item("1"), item("2", "Fries"), item("3", "Salad"))}, NOBODY),
    ],
)
def test_every_station_hears_what_all_cards_show(change: dict[str, Any], guest: Guest) -> None:
    """The last of them: that another station has some of it, too."""
    kitchen = busy(create(item("1"), item("2", "Fries")))
    do(kitchen, act("grill", "bump"))
    changed = replace(order(item("1"), item("2", "Fries")), **change)
    assert told(kitchen, changed, guest) - {"cold"} == {"fry", "pass"}


def another_table_and_then_a_salad(kitchen: Kitchen, *items: Item) -> list[str]:
    """The cold board when table 8 has a salad, and table 7 then wants one besides these."""
    do(kitchen, create(item("1", "Salad"), id="8"), after(10 * MINUTE))
    do(kitchen, update(*items, item("9", "Salad")), after(11 * MINUTE))
    return board(kitchen, "cold")


def test_a_second_round_at_another_station_stands_at_the_end_of_its_board() -> None:
    kitchen = busy(create(item("1")), act("grill", "bump"))
    assert another_table_and_then_a_salad(kitchen, item("1")) == ["8", "7"]


def test_what_only_waits_for_its_course_gives_an_addition_no_place() -> None:
    steak = item("2", "Steak", course=2, status="hold")
    kitchen = busy(create(item("1"), steak), act("grill", "bump"))
    assert another_table_and_then_a_salad(kitchen, item("1"), steak) == ["8", "7"]


def test_an_addition_at_another_station_stands_where_the_order_is_being_made() -> None:
    kitchen = busy(create(item("1")))
    assert another_table_and_then_a_salad(kitchen, item("1")) == ["7", "8"]


def test_a_card_is_ready_when_the_rest_of_it_is_not_wanted_any_more() -> None:
    kitchen = busy(create(item("1"), item("2")), tick("grill", "1"))
    do(kitchen, update(item("1")))
    assert (ticket(kitchen, "grill").status, done(ticket(kitchen, "grill"))) == ("ready", ["1"])
    do(kitchen, update(item("1"), item("3")))
    assert (ticket(kitchen, "grill").status, to_do(ticket(kitchen, "grill"))) == (
        "in_progress",
        ["3"],
    )


def test_a_card_that_waits_for_its_course_after_all_says_no_time() -> None:
    kitchen = new_kitchen(settings=TOGETHER)
    do(kitchen, create(item("1", course=2), item("2", "Fries", course=2)))
    assert ticket(kitchen, "fry").fires_at == after(6 * MINUTE).at
    do(kitchen, update(item("1", course=2), item("2", "Fries", course=2, status="hold")))
    assert (ticket(kitchen, "fry").status, ticket(kitchen, "fry").fires_at) == ("held", None)
