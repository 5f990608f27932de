"""Rules in, stations out."""

from appliance.kitchen.order import Item
from appliance.kitchen.routing import Router, Rule, Station, Stop
from tests.kitchen.orders import PASS, RULES, STATIONS, item


def stops(*rules: Rule, of: Item, default: str = "cold") -> list[str]:
    router = Router((*STATIONS, PASS), rules, default)
    return [stop.station for stop in router.route(of)]


def test_patterns_are_compared_without_case() -> None:
    assert stops(Rule("grill", name=("*STRASSE*",)), of=item("1", "Burger Straße")) == [
        "grill",
        "pass",
    ]


def test_any_of_the_patterns_is_enough() -> None:
    rule = Rule("grill", name=("steak", "*burger"))
    assert stops(rule, of=item("1", "Hamburger")) == ["grill", "pass"]
    assert stops(rule, of=item("1", "Hamburgers")) == ["cold", "pass"]


def test_a_pattern_reads_names_of_several_lines() -> None:
    assert stops(Rule("grill", name=("steak*rare",)), of=item("1", "Steak\nrare")) == [
        "grill",
        "pass",
    ]


def test_every_condition_must_hold() -> None:
    rule = Rule("grill", name=("salad*",), modifier=("*chicken*",))
    assert stops(rule, of=item("1", "Salad", "Grilled chicken")) == ["grill", "pass"]
    assert stops(rule, of=item("1", "Salad", "No onion")) == ["cold", "pass"]
    assert stops(rule, of=item("1", "Soup", "Grilled chicken")) == ["cold", "pass"]


def test_any_modifier_may_fit() -> None:
    rule = Rule("fry", modifier=("side fries",))
    assert stops(rule, of=item("1", "Burger", "No onion", "Side Fries")) == ["fry", "pass"]


def test_a_rule_without_conditions_takes_everything() -> None:
    assert stops(Rule("fry"), of=item("1", "Whatever")) == ["fry", "pass"]


def test_all_rules_that_hold_send_the_item_once_to_each_of_their_stations() -> None:
    rules = (Rule("grill", name=("c*",)), Rule("fry", name=("*o",)), Rule("grill"))
    assert stops(*rules, of=item("1", "Combo")) == ["grill", "fry", "pass"]


def test_the_longest_preparation_of_a_station_counts_and_the_pass_waits_for_the_longest() -> None:
    rules = (Rule("grill", prep_time=300), Rule("grill", prep_time=60), Rule("fry", prep_time=90))
    router = Router((*STATIONS, PASS), rules, "cold")
    assert router.route(item("1")) == (Stop("grill", 300), Stop("fry", 90), Stop("pass", 300))


def test_a_rule_for_the_pass_cooks_nothing_there() -> None:
    assert stops(Rule("pass", name=("water",)), of=item("1", "Water")) == ["cold", "pass"]


def test_every_pass_sees_every_item() -> None:
    router = Router((*STATIONS, PASS, Station("window", "Window", "expo")), RULES, "cold")
    assert {stop.station for stop in router.route(item("1"))} == {"grill", "pass", "window"}


def test_a_menu_larger_than_what_is_remembered_is_routed_alike() -> None:
    router = Router(STATIONS, RULES, "cold")
    for number in range(5_000):
        assert router.route(item("1", f"Burger {number}")) == (Stop("grill", 600),)
