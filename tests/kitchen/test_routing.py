"""Rules in, stations out."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from appliance.kitchen.order import Item, Modifier, Order
from appliance.kitchen.routing import Router, Station, Stop
from appliance.kitchen.rule import Rule, Window
from tests.kitchen.orders import PASS, RULES, STATIONS, after, item, rule

NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
ORDER = Order("7")


def stops(*rules: Rule, of: Item, order: Order = ORDER, at: int = NOON) -> list[str]:
    router = Router((*STATIONS, PASS), rules, "cold")
    return [stop.station for stop in router.route(of, order, at)]


def test_patterns_are_compared_without_case() -> None:
    for pattern in ("*STRASSE*", "burger STRASSE"):
        assert stops(rule("grill", name=(pattern,)), of=item("1", "Burger Straße")) == [
            "grill",
            "pass",
        ]


def test_any_of_the_patterns_is_enough() -> None:
    either = rule("grill", name=("steak", "*burger"))
    assert stops(either, of=item("1", "Hamburger")) == ["grill", "pass"]
    assert stops(either, of=item("1", "Steak")) == ["grill", "pass"]
    assert stops(either, of=item("1", "Hamburgers")) == ["cold", "pass"]
    assert stops(either, of=item("1", "Steaks")) == ["cold", "pass"]


def test_a_pattern_reads_names_of_several_lines() -> None:
    assert stops(rule("grill", name=("steak*rare",)), of=item("1", "Steak\nrare")) == [
        "grill",
        "pass",
    ]


def test_every_condition_must_hold() -> None:
    both = rule("grill", name=("salad*",), modifier=("*chicken*",))
    assert stops(both, of=item("1", "Salad", "Grilled chicken")) == ["grill", "pass"]
    assert stops(both, of=item("1", "Salad", "No onion")) == ["cold", "pass"]
    assert stops(both, of=item("1", "Soup", "Grilled chicken")) == ["cold", "pass"]


def test_any_modifier_may_fit() -> None:
    sides = rule("fry", modifier=("side fries",))
    assert stops(sides, of=item("1", "Burger", "No onion", "Side Fries")) == ["fry", "pass"]


CAKE = Item("1", "Cake", id="D-7", category="Cold Desserts", course="Course 3")
TO_GO = Order("7", mode="Drive-Thru", origin_source="UberEats", terminal="T2")
CONDITIONS: list[tuple[dict[str, Any], bool]] = [
    ({"menu_item_id": "D-7"}, True),
    ({"menu_item_id": "d-7"}, False),
    ({"menu_item_id": "D-*"}, False),
    ({"category": ("cold*",)}, True),
    ({"category": ("cold",)}, False),
    ({"course": ("course ?",)}, True),
    ({"course": ("*2",)}, False),
    ({"mode": ("drive thru",)}, True),
    ({"mode": ("DRIVE_*",)}, True),
    ({"mode": ("drive",)}, False),
    ({"origin": ("uber*",)}, True),
    ({"origin": ("doordash",)}, False),
    ({"terminal": ("t?",)}, True),
    ({"terminal": ("t",)}, False),
]


@pytest.mark.parametrize(("conditions", "holds"), CONDITIONS)
def test_what_a_rule_can_look_at(conditions: dict[str, Any], holds: bool) -> None:  # noqa: FBT001
    expected = ["grill", "pass"] if holds else ["cold", "pass"]
    assert stops(rule("grill", **conditions), of=CAKE, order=TO_GO) == expected
    # Whatever it is, it does not hold for an item of which nothing is known.
    nothing = stops(rule("grill", **conditions), of=item("1", "Cake"), order=ORDER)
    assert nothing == ["cold", "pass"]


def test_an_order_that_says_nothing_of_its_mode_is_eaten_here() -> None:
    assert stops(rule("grill", mode=("for-here",)), of=item("1")) == ["grill", "pass"]


@pytest.mark.parametrize(
    ("window", "clock", "holds"),
    [
        (Window(11 * 60, 15 * 60), "10:59", False),
        (Window(11 * 60, 15 * 60), "11:00", True),
        (Window(11 * 60, 15 * 60), "14:59", True),
        (Window(11 * 60, 15 * 60), "15:00", False),
        (Window(22 * 60, 2 * 60), "21:59", False),
        (Window(22 * 60, 2 * 60), "22:00", True),
        (Window(22 * 60, 2 * 60), "00:00", True),
        (Window(22 * 60, 2 * 60), "01:59", True),
        (Window(22 * 60, 2 * 60), "02:00", False),
        (Window(6 * 60, 6 * 60), "05:59", True),
        (Window(0, 1), "00:00", True),
        (Window(0, 1), "23:59", False),
    ],
)
def test_a_window_of_the_day_by_the_clock_of_the_kitchen(
    window: Window,
    clock: str,
    holds: bool,  # noqa: FBT001
) -> None:
    zone = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead: hours and minutes both differ.
    rules = (rule("grill", time_of_day=window), rule("fry", time_of_day=Window(9 * 60, 10 * 60)))
    router = Router(STATIONS, rules, "cold", zone)
    local = datetime.fromisoformat(f"2026-03-02T{clock}").replace(tzinfo=zone)
    at = int(local.timestamp() * 1000)
    assert [stop.station for stop in router.route(item("1"), ORDER, at)] == [
        "grill" if holds else "cold"
    ]


def test_the_same_item_goes_elsewhere_when_the_hour_has_come() -> None:
    router = Router(STATIONS, [rule("grill", time_of_day=Window(12 * 60, 13 * 60))], "cold")
    for hours, station in ((-1, "cold"), (0, "grill"), (1, "cold"), (24, "grill")):
        at = NOON + hours * 3_600_000
        assert [stop.station for stop in router.route(item("1"), ORDER, at)] == [station]


def test_items_that_the_rules_tell_apart_are_never_taken_for_each_other() -> None:
    rules = [
        rule("grill", menu_item_id="B"),
        rule("fry", category=("sides",)),
        rule("fry", course=("1",)),
        rule("grill", mode=("delivery",)),
        rule("grill", origin=("web",)),
        rule("fry", terminal=("t1",)),
    ]
    router = Router(STATIONS, rules, "cold")
    plain = Item("1", "Dish")
    for dish, order, station in [
        (plain, ORDER, "cold"),
        (replace(plain, id="B"), ORDER, "grill"),
        (replace(plain, category="Sides"), ORDER, "fry"),
        (replace(plain, course="1"), ORDER, "fry"),
        (plain, replace(ORDER, mode="Delivery"), "grill"),
        (plain, replace(ORDER, origin_source="Web"), "grill"),
        (plain, replace(ORDER, terminal="T1"), "fry"),
        (plain, ORDER, "cold"),
    ]:
        assert [stop.station for stop in router.route(dish, order, NOON)] == [station]


def test_a_rule_without_conditions_takes_everything() -> None:
    assert stops(rule("fry"), of=item("1", "Whatever")) == ["fry", "pass"]


def test_all_rules_that_hold_send_the_item_once_to_each_of_their_stations() -> None:
    rules = (rule("grill", name=("c*",)), rule("fry", name=("*o",)), rule("grill"))
    assert stops(*rules, of=item("1", "Combo")) == ["grill", "fry", "pass"]


def test_stations_come_in_the_order_of_the_rules_also_where_some_are_for_one_menu_item() -> None:
    rules = (rule("fry", menu_item_id="B"), rule("cold"), rule("grill", menu_item_id="B"))
    dish = replace(item("1"), id="B")
    assert stops(*rules, of=dish) == ["fry", "cold", "grill", "pass"]
    assert stops(*rules, of=replace(dish, id="C")) == ["cold", "pass"]


def test_the_longest_preparation_of_a_station_counts_and_the_pass_waits_for_the_longest() -> None:
    rules = (rule("grill", 300), rule("grill", 60), rule("fry", 90))
    router = Router((*STATIONS, PASS), rules, "cold")
    assert router.route(item("1"), ORDER, NOON) == (
        Stop("grill", 300),
        Stop("fry", 90),
        Stop("pass", 300),
    )


def test_the_highest_boost_of_a_station_counts_and_the_pass_has_the_highest_of_all() -> None:
    rules = (rule("fry", priority_boost=2), rule("fry", priority_boost=1), rule("grill"))
    router = Router((*STATIONS, PASS), rules, "cold")
    boosts = {stop.station: stop.boost for stop in router.route(item("1"), ORDER, NOON)}
    assert boosts == {"grill": 0, "fry": 2, "pass": 2}


def test_a_rule_for_the_pass_cooks_nothing_there() -> None:
    assert stops(rule("pass", name=("water",)), of=item("1", "Water")) == ["cold", "pass"]


def test_a_rule_for_a_station_that_is_not_there_is_passed_over() -> None:
    assert stops(rule("bar"), of=item("1")) == ["cold", "pass"]


def test_a_station_that_is_not_active_gets_nothing() -> None:
    closed = [replace(station, active=False) for station in (*STATIONS[:2], PASS)]
    router = Router((*closed, STATIONS[2]), [rule("grill"), rule("fry", 60)], "cold")
    assert router.route(item("1"), ORDER, NOON) == (Stop("cold", unrouted=True),)
    assert router.passes == ()


def test_every_pass_sees_every_item() -> None:
    router = Router((*STATIONS, PASS, Station("window", "Window", "expo")), RULES, "cold")
    assert {stop.station for stop in router.route(item("1"), ORDER, NOON)} == {
        "grill",
        "pass",
        "window",
    }


def test_a_menu_larger_than_what_is_remembered_is_routed_alike() -> None:
    router = Router(STATIONS, RULES, "cold")
    for number in range(5_000):
        dish = Item("1", f"Burger {number}", mods=(Modifier("rare"),))
        assert router.route(dish, ORDER, after(0).at) == (Stop("grill", 600),)
