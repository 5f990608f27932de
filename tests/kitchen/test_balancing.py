"""Twins share work, and a backup takes over: what the boards show then."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.kitchen.balancing import Overflow
from appliance.kitchen.boards import UNKNOWN_SECONDS
from appliance.kitchen.command import (
    AddRules,
    Command,
    CreateOrder,
    DefineStation,
    Due,
    MoveTicket,
    Refused,
    RemoveStation,
    StationsNow,
)
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Item, Modifier, Order
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from tests.kitchen import nights
from tests.kitchen.orders import (
    AT_ONCE,
    RULES,
    STATIONS,
    TOGETHER,
    act,
    after,
    board,
    boards,
    create,
    do,
    fire,
    item,
    marks,
    new_kitchen,
    rule,
    tick,
    ticket,
    update,
)

GRILL, FRY, COLD = STATIONS
TWIN = Station("grill-2", "Grill 2", "grill", twin_of="grill")
MINUTE = 60


def kitchen(*stations: Station, rules: tuple[Rule, ...] = RULES) -> Kitchen:
    """With these stations besides, or in place of those of their ids."""
    all_stations = {station.id: station for station in (*STATIONS, *stations)}
    return new_kitchen(stations=tuple(all_stations.values()), rules=rules)


def ordered(where: Kitchen, *names: str) -> Kitchen:
    """An order each, of one dish, numbered from 1."""
    for number, name in enumerate(names, 1):
        do(where, create(item("1", name), id=str(number)))
    return where


# ── twins ────────────────────────────────────────────────────────────────────────────


def test_twins_take_turns_where_dishes_take_as_long() -> None:
    shared = ordered(kitchen(TWIN), "Burger", "Steak", "Burger", "Burger")
    assert (board(shared, "grill"), board(shared, "grill-2")) == (["1", "3"], ["2", "4"])


def test_the_twin_with_the_least_to_make_gets_a_ticket_whole() -> None:
    shared = kitchen(TWIN)
    do(shared, create(item("1"), item("2", "Steak"), id="1"))  # 20 minutes
    do(shared, create(item("1"), id="2"))  # 10
    do(shared, create(item("1"), item("2", "Steak"), item("3"), id="3"))
    assert (board(shared, "grill"), board(shared, "grill-2")) == (["1"], ["2", "3"])
    lines = ticket(shared, "grill-2", "3").lines
    assert [line.overflow_from for line in lines] == [None] * 3


def later(number: str, minutes: int, *items: Item) -> CreateOrder:
    """An order that is wanted so many minutes after the doors opened."""
    at = after(minutes * MINUTE).at
    return CreateOrder(Order(number, items or (item("1"),), pickup_at=at), NOBODY)


def test_what_begins_much_later_counts_no_work_now() -> None:
    shared = kitchen(TWIN)
    do(shared, later("a", 1_000, item("1"), item("2", course=2, status="hold")))
    do(shared, later("b", 1_000, item("1", course=1, status="hold"), item("2"), item("3")))
    ordered(shared, "Burger", "Burger", "Burger")
    assert (board(shared, "grill"), board(shared, "grill-2")) == (["1", "3", "a"], ["2", "b"])
    do(shared, later("c", 50))  # It begins in forty minutes.
    do(shared, create(item("1"), item("2"), id="4"))
    assert board(shared, "grill-2") == ["2", "c", "b"]


def test_what_is_wanted_tomorrow_is_shared_too() -> None:
    shared = kitchen(TWIN)
    for number in ("1", "2", "3"):
        do(shared, later(number, 1_000))
    assert (board(shared, "grill"), board(shared, "grill-2")) == (["1", "3"], ["2"])


def test_five_take_five_times_as_long() -> None:
    shared = kitchen(TWIN, rules=(*RULES, rule("grill", 60, modifier=("egg",), takes="modifier")))
    do(shared, create(item("1", qty=5), id="1"))
    for number in ("2", "3", "4", "5"):
        do(shared, create(item("1"), id=number))
    assert (board(shared, "grill"), board(shared, "grill-2")) == (["1"], ["2", "3", "4", "5"])
    do(shared, update(item("1"), id="1"))
    do(shared, create(item("1"), id="6"))
    assert board(shared, "grill") == ["1", "6"]


def test_what_is_made_alone_counts_as_often_as_it_is_made() -> None:
    eggs = rule("grill", 60, modifier=("egg*",), takes="modifier")
    shared = kitchen(TWIN, rules=(eggs, rule("grill", 60, id="2", name=("toast",))))
    soup = Item("1", "Soup", 2, mods=(Modifier("Egg", qty=2), Modifier("Egg Yolk")))
    do(shared, create(soup, id="1"))
    for number in range(2, 9):
        do(shared, create(item("1", "Toast"), id=str(number)))
    assert board(shared, "grill-2") == ["2", "3", "4", "5", "6", "7"]
    assert board(shared, "grill") == ["1", "8"]


@pytest.mark.parametrize("qty", [0, -3, -0.5])
def test_what_is_ordered_less_than_once_is_no_work(qty: float) -> None:
    shared = kitchen(TWIN)
    do(shared, create(Item("1", "Burger", qty), id="1"))
    do(shared, create(item("1"), id="2"))
    assert board(shared, "grill") == ["1", "2"]


def test_what_is_done_counts_no_more() -> None:
    shared = ordered(kitchen(TWIN), "Burger", "Burger", "Burger")
    do(shared, act("grill", "bump", "1"))
    do(shared, act("grill", "start", "3"))
    do(shared, act("grill", "ready", "3"))
    do(shared, create(item("1"), id="4"))
    assert board(shared, "grill") == ["3", "4"]
    do(shared, act("grill-2", "void", "2"))
    do(shared, act("grill", "bump", "4"))
    do(shared, create(item("1"), id="5"))
    do(shared, create(item("1"), id="6"))
    assert (board(shared, "grill"), board(shared, "grill-2")) == (["3", "5"], ["2", "6"])


def test_a_course_that_waits_counts_among_twins() -> None:
    shared = kitchen(TWIN)
    for number in ("1", "2"):
        do(shared, create(item("1", course=2, status="hold"), id=number))
    assert (board(shared, "grill"), board(shared, "grill-2")) == (["1"], ["2"])


def test_a_dish_of_unknown_time_counts_a_little() -> None:
    unknown = kitchen(TWIN, rules=(rule("grill", name=("*",)),))
    assert board(ordered(unknown, "Burger", "Burger"), "grill-2") == ["2"]
    assert 0 < UNKNOWN_SECONDS < 600
    shared = kitchen(TWIN, rules=(*RULES, rule("grill", name=("soup",))))
    do(shared, create(item("1", "Burger"), id="1"))
    do(shared, create(item("1", "Soup"), item("2", "Soup"), id="2"))
    do(shared, create(item("1", "Burger"), id="3"))
    assert board(shared, "grill-2") == ["2", "3"]


def test_what_is_added_follows_the_ticket_that_is_there() -> None:
    shared = ordered(kitchen(TWIN), "Burger", "Burger")
    do(shared, act("grill", "bump", "1"))  # So it has the least to make.
    do(shared, update(item("1"), item("2", "Steak"), id="2"))
    assert marks(ticket(shared, "grill-2", "2")) == {"1": None, "2": "added"}
    do(shared, update(item("1", "Burger", "no onion"), item("2", "Steak"), id="2"))
    assert marks(ticket(shared, "grill-2", "2"))["1"] == "edited"
    assert board(shared, "grill") == []


def test_what_was_moved_by_hand_is_followed_too() -> None:
    shared = ordered(kitchen(TWIN), "Burger")
    do(shared, MoveTicket("grill", "1", "grill-2"))
    do(shared, update(item("1", "Steak"), item("2"), id="1"))
    assert board(shared, "grill") == []
    assert marks(ticket(shared, "grill-2", "1")) == {"1": "edited", "2": "added"}


def test_a_line_that_changes_stays_where_it_is_also_if_another_twin_has_the_order() -> None:
    third, to_twin = replace(TWIN, id="grill-3"), rule("grill-2", name=("special",))
    shared = kitchen(TWIN, third, rules=(*RULES, to_twin))
    do(shared, create(item("1", "Special"), item("2", "Burger"), id="1"))
    do(shared, MoveTicket("grill", "1", "grill-3"))
    do(shared, update(item("1", "Special"), item("2", "Steak"), id="1"))
    assert marks(ticket(shared, "grill-3", "1")) == {"2": "edited"}
    assert marks(ticket(shared, "grill-2", "1")) == {"1": None}


def test_a_rule_that_names_a_twin_means_that_one() -> None:
    shared = kitchen(TWIN, rules=(rule("grill-2", 60, name=("burger",)),))
    ordered(shared, "Burger", "Burger", "Burger")
    assert board(shared, "grill-2") == ["1", "2", "3"]


def test_a_twin_that_is_not_active_gets_nothing() -> None:
    shared = ordered(kitchen(replace(TWIN, active=False)), "Burger", "Burger")
    assert board(shared, "grill") == ["1", "2"]


def test_twins_do_the_work_of_one_that_is_not_active() -> None:
    third = replace(TWIN, id="grill-3")
    shared = kitchen(replace(GRILL, active=False), TWIN, third)
    ordered(shared, "Burger", "Burger")
    assert (board(shared, "grill-2"), board(shared, "grill-3")) == (["1"], ["2"])
    assert board(shared, "grill") == board(shared, "cold") == []


def test_a_dish_that_two_rules_send_to_twins_is_made_once_where_they_meet() -> None:
    rules = (
        rule("grill", 600, id="1", name=("burger",)),
        rule("fry", 120, id="2", modifier=("*fries",), takes="modifier", priority_boost=1),
    )
    shared = kitchen(replace(FRY, active=False, backup="grill"), rules=rules)
    do(shared, create(item("1", "Burger", "Fries"), id="1"))
    (line,) = ticket(shared, "grill", "1").lines
    assert (line.mods, line.prep, line.boost, line.overflow_from) == ((), 600, 1, "fry")


TOTALS = st.lists(
    st.lists(st.sampled_from(["Burger", "Steak", "Combo", "Fries"]), min_size=1, max_size=4),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(TOTALS, st.sampled_from([AT_ONCE, TOGETHER]))
def test_twins_never_differ_by_more_than_one_ticket(sent: list[list[str]], way: Any) -> None:
    shared = new_kitchen(stations=(*STATIONS, TWIN), settings=way)
    largest = 0
    for number, names in enumerate(sent):
        items = [item(str(place), name) for place, name in enumerate(names)]
        do(shared, create(*items, id=str(number)), after(number))
        work = {
            station: [sum(line.prep for line in t.lines) for t in shared.live_tickets(station)]
            for station in ("grill", "grill-2")
        }
        largest = max(largest, *work["grill"], *work["grill-2"], 0)
        assert abs(sum(work["grill"]) - sum(work["grill-2"])) <= largest


# ── overflow ─────────────────────────────────────────────────────────────────────────

BUSY_GRILL = replace(GRILL, backup="cold", overflow_after=20 * MINUTE)


def overflowing(*stations: Station) -> Kitchen:
    """The grill has as much to do as it may, and a little more."""
    return ordered(kitchen(BUSY_GRILL, *stations), "Burger", "Steak", "Steak")


def test_what_is_too_much_goes_to_the_backup_and_says_so() -> None:
    busy = overflowing()
    assert board(busy, "grill") == ["1", "2", "3"]  # 20 minutes are not yet more than 20.
    do(busy, create(item("1"), item("2", "Soup"), id="4"))
    assert board(busy, "grill") == ["1", "2", "3"]
    lines = ticket(busy, "cold", "4").lines
    assert [(line.id, line.overflow_from, line.prep) for line in lines] == [
        ("1", "grill", 600),
        ("2", None, 0),
    ]


def test_many_of_a_dish_put_a_station_behind() -> None:
    busy = kitchen(BUSY_GRILL)
    do(busy, create(item("1", qty=3), id="1"))
    do(busy, create(item("1"), id="2"))
    assert (board(busy, "grill"), board(busy, "cold")) == (["1"], ["2"])


def test_it_is_as_before_when_there_is_less_to_do() -> None:
    busy = overflowing()
    assert busy.overflows(after(0)) == [Overflow("grill", "cold")]
    do(busy, act("grill", "bump", "1"))
    assert busy.overflows(after(0)) == []
    do(busy, create(item("1"), id="4"))
    assert board(busy, "grill") == ["2", "3", "4"]


def test_what_is_added_to_an_order_at_the_backup_stays_there() -> None:
    busy = overflowing()
    do(busy, create(item("1"), id="4"))
    for number in ("1", "2", "3"):
        do(busy, act("grill", "bump", number))
    do(busy, update(item("1"), item("2", "Steak"), id="4"))
    assert [line.overflow_from for line in ticket(busy, "cold", "4").lines] == ["grill", "grill"]
    assert board(busy, "grill") == []


def test_what_is_added_to_an_order_at_the_station_stays_there() -> None:
    busy = overflowing()
    do(busy, update(item("1"), item("2", "Steak"), id="1"))
    assert len(ticket(busy, "grill", "1").lines) == 2
    assert board(busy, "cold") == []


def test_a_backup_that_has_only_its_own_of_an_order_is_not_followed() -> None:
    place = kitchen(BUSY_GRILL)
    do(place, create(item("1", "Soup")))
    do(place, update(item("1", "Soup"), item("2", "Burger")))
    assert (board(place, "grill"), len(ticket(place, "cold").lines)) == (["7"], 1)


def test_a_backup_that_is_behind_as_well_takes_nothing() -> None:
    cold = replace(COLD, backup="fry", overflow_after=0)
    busy = overflowing(cold)
    do(busy, create(item("1", "Soup"), id="4"))
    do(busy, create(item("1", "Burger"), id="5"))
    assert board(busy, "grill") == ["1", "2", "3", "5"]
    assert busy.overflows(after(0)) == [Overflow("cold", "fry")]


def test_a_backup_that_is_not_active_takes_nothing() -> None:
    busy = overflowing(replace(COLD, active=False), Station("bar", "Bar"))
    do(busy, create(item("1", "Burger"), id="4"))
    assert board(busy, "grill") == ["1", "2", "3", "4"]
    assert busy.overflows(after(0)) == []


def test_twins_overflow_when_all_of_them_are_behind() -> None:
    busy = overflowing(TWIN)
    ordered(busy, *["Burger"] * 3)
    for number in range(4, 8):
        do(busy, create(item("1"), id=str(number)))
    on_boards = [len(board(busy, each)) for each in ("grill", "grill-2", "cold")]
    assert on_boards == [3, 3, 1]
    assert board(busy, "cold") == ["7"]


def test_what_begins_later_than_the_limit_puts_nobody_behind() -> None:
    busy = kitchen(BUSY_GRILL)
    at = after(0).at
    for number, minutes in (("1", 100), ("2", 100), ("3", 100), ("4", 200)):
        later = Order(number, (item("1"),), pickup_at=at + minutes * 60_000)
        do(busy, CreateOrder(later, NOBODY), after(0))
    do(busy, create(*(item(str(n), course=2, status="hold") for n in range(9)), id="5"))
    assert busy.overflows(after(0)) == []
    assert busy.overflows(after(69 * MINUTE)) == []
    assert busy.overflows(after(70 * MINUTE)) == [Overflow("grill", "cold")]
    do(busy, Due(), after(90 * MINUTE))
    assert busy.overflows(after(90 * MINUTE)) == [Overflow("grill", "cold")]


def test_a_fired_course_puts_its_station_behind() -> None:
    busy = kitchen(BUSY_GRILL)
    do(busy, create(*(item(str(n), course=2, status="hold") for n in range(3))))
    assert busy.overflows(after(0)) == []
    do(busy, fire(2))
    assert busy.overflows(after(0)) == [Overflow("grill", "cold")]
    do(busy, tick("grill", "1"))
    assert busy.overflows(after(0)) == []


def test_a_station_that_is_closed_is_not_behind() -> None:
    closed = ordered(kitchen(replace(BUSY_GRILL, active=False)), "Burger", "Steak")
    assert closed.overflows(after(0)) == []
    assert board(closed, "cold") == ["1", "2"]


def test_the_backup_makes_everything_of_a_station_that_is_not_active() -> None:
    closed = kitchen(replace(FRY, active=False, backup="grill"))
    ordered(closed, "Fries")
    (line,) = ticket(closed, "grill", "1").lines
    assert (line.overflow_from, line.prep, line.unrouted) == ("fry", 240, False)
    assert board(closed, "cold") == []


def test_a_dish_for_a_station_and_its_backup_is_made_once() -> None:
    closed = ordered(kitchen(replace(FRY, active=False, backup="grill")), "Combo")
    (line,) = ticket(closed, "grill", "1").lines
    assert line.prep == 600


def test_what_no_rule_takes_is_told_also_where_a_modifier_of_it_joins_it() -> None:
    rules = (
        rule("fry", 60, id="1", modifier=("*fries",), takes="modifier"),
        rule("fry", id="2", name=("*",), extra_time=30),
    )
    closed = kitchen(replace(FRY, active=False, backup="cold"), rules=rules)
    do(closed, create(item("1", "Burger", "Fries")))
    (line,) = ticket(closed, "cold").lines
    assert (line.unrouted, line.mods, line.prep, line.extra) == (True, (), 90, 30)


# ── any kitchen ──────────────────────────────────────────────────────────────────────

linked = st.builds(
    Station,
    id=st.sampled_from(["grill", "fry", "bar", "window"]),
    name=st.just("S"),
    type=st.sampled_from(["generic", "generic", "expo"]),
    active=st.booleans(),
    twin_of=st.sampled_from([None, "grill", "fry", "cold", "nowhere"]),
    backup=st.sampled_from([None, "grill", "fry", "cold", "nowhere"]),
    overflow_after=st.sampled_from([None, 0, 600]),
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    st.lists(linked, max_size=4, unique_by=lambda station: station.id),
    st.lists(nights.orders(), min_size=1, max_size=4),
    st.lists(nights.made_rules, max_size=3, unique_by=lambda rule: rule.id),
)
def test_every_item_is_made_at_a_station_that_is_active_whatever_links_there_are(
    stations: list[Station], sent: list[Order], rules: list[Rule]
) -> None:
    """Also where the file and what was made at run time do not fit each other."""
    place = kitchen(*stations, rules=(*rules, *RULES))
    for number, order in enumerate(sent):
        do(place, CreateOrder(replace(order, id=str(number)), NOBODY))
        active = {each.id for each in place.stations if each.active and each.cooks}
        tickets = [each for each, _placed in place.tickets_of(str(number))]
        made = {
            line.id
            for each in tickets
            if each.station in active
            for line in each.lines
            if not line.mods
        }
        assert made == {each.line_id for each in order.items}
        assert {each.station for each in tickets} <= active | {
            each.id for each in place.stations if each.active
        }


# ── what is refused ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("station", "field", "message"),
    [
        (Station("bar", "Bar", twin_of="x"), "twin_of", "there is no station 'x'"),
        (Station("bar", "Bar", twin_of="bar"), "twin_of", "it cannot be the station itself"),
        (Station("bar", "Bar", twin_of="pass"), "twin_of", "an expo makes nothing"),
        (Station("bar", "Bar", "expo", twin_of="grill"), "twin_of", "an expo makes nothing"),
        (Station("bar", "Bar", twin_of="grill-2"), "twin_of", "'grill-2' is a twin itself"),
        (Station("led", "Led", twin_of="fry"), "twin_of", "'led-2' is one of this"),
        (Station("led", "Led", backup="led-2"), "backup", "'led-2' is its twin"),
        (Station("bar", "Bar", backup="x"), "backup", "there is no station 'x'"),
        (Station("bar", "Bar", backup="bar"), "backup", "it cannot be the station itself"),
        (Station("bar", "Bar", backup="pass"), "backup", "an expo makes nothing"),
        (Station("bar", "Bar", overflow_after=60), "overflow_after", "goes with a backup"),
    ],
)
def test_links_that_make_no_sense_are_refused(station: Station, field: str, message: str) -> None:
    place = kitchen(TWIN)
    for known in (Station("led", "Led"), Station("led-2", "Led 2", twin_of="led")):
        assert isinstance(do(place, DefineStation(known)).reply, StationsNow)
    decision = do(place, DefineStation(station))
    assert isinstance(decision.reply, Refused)
    assert (decision.reply.reason, decision.reply.field) == ("cannot_share", field)
    assert message in decision.reply.message
    assert decision.events == ()


def test_a_station_that_others_share_with_stays() -> None:
    place = kitchen()
    for made in (
        Station("bar", "Bar"),
        Station("bar-2", "Bar 2", twin_of="bar"),
        Station("wok", "Wok"),
        Station("wok-2", "Wok 2", backup="wok"),
    ):
        assert isinstance(do(place, DefineStation(made)).reply, StationsNow)
    refused: list[Command] = [
        RemoveStation("bar"),
        RemoveStation("wok"),
        DefineStation(Station("bar", "Bar", "expo")),
    ]
    for command in refused:
        reply = do(place, command).reply
        assert isinstance(reply, Refused)
        assert reply.reason == "in_use"
    for station in ("bar-2", "bar", "wok-2", "wok"):
        assert isinstance(do(place, RemoveStation(station)).reply, StationsNow)


def test_a_twin_that_is_made_at_run_time_gets_its_share_also_after_a_restart() -> None:
    place = kitchen()
    log: nights.Log = []
    commands: list[Command] = [
        DefineStation(TWIN),
        DefineStation(Station("bar", "Bar", backup="cold", overflow_after=60)),
        AddRules((rule("bar", 120, name=("cola",)),)),
        *(create(item("1", name), id=name) for name in ("Burger", "Steak", "Cola", "Cola 0")),
        create(item("1", "Cola"), id="5"),
    ]
    for command in commands:
        log += nights.recorded(do(place, command))
    assert (board(place, "grill-2"), board(place, "bar")) == (["Steak"], ["Cola"])
    for again in (nights.replayed(place, log), nights.restored(place)):
        assert boards(again) == boards(place)
        assert again.state() == place.state()
        do(again, create(item("1"), id="6"))
        assert board(again, "grill") == ["Burger", "6"]


# ── explained ────────────────────────────────────────────────────────────────────────


def test_routing_says_who_shares_and_who_takes_over() -> None:
    third = Station("grill-3", "Grill 3", twin_of="grill", active=False)
    place = kitchen(BUSY_GRILL, TWIN, third, replace(FRY, active=False, backup="grill"))
    (combo,) = place.explain(Order("7", (Item("1", "Combo"),)), after(0).at)
    assert [(stop.station, stop.sharing, stop.overflow) for stop in combo.stops] == [
        ("grill", ("grill", "grill-2"), "cold"),
        ("fry", ("grill", "grill-2"), None),
        ("pass", (), None),
    ]


def test_a_kitchen_that_shares_nothing_says_nothing_of_it() -> None:
    (burger,) = kitchen().explain(Order("7", (Item("1", "Burger"),)), after(0).at)
    assert {(stop.sharing, stop.overflow) for stop in burger.stops} == {((), None)}
