"""Routing that explains itself: what took an item, and what nearly did."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from msgspec.structs import replace

from appliance.cli_route import in_words
from appliance.kitchen.command import AddRules, DefineMenuItems, DefineStation
from appliance.kitchen.explaining import NEAR_MISSES_SHOWN, NearMiss, TakenAway, WhyThere
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Item, Modifier, Order
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule, Window
from tests.kitchen import nights
from tests.kitchen.orders import (
    AT_ONCE,
    RULES,
    STATIONS,
    act,
    after,
    busy,
    create,
    do,
    item,
    new_kitchen,
    order,
    rule,
)

AT = after(0).at
"""18:00 UTC."""


def nearly(*rules: Rule, of: Item, order: Order | None = None) -> tuple[NearMiss, ...]:
    kitchen = new_kitchen(rules=rules)
    (explained,) = kitchen.explain(replace(order or Order("7"), items=(of,)), AT)
    return explained.nearly


def test_it_names_the_rules_that_took_an_item() -> None:
    also = rule("fry", 300, id="r-1", name=("*bo",), priority_boost=1)
    kitchen = new_kitchen(rules=(*RULES, also))
    (combo,) = kitchen.explain(order(item("1", "Combo")), AT)
    assert combo.item == item("1", "Combo")
    assert combo.stops == (
        WhyThere("grill", 600, 0, "rule", ("file-1",)),
        WhyThere("fry", 300, 1, "rule", ("file-2", "r-1")),
        WhyThere("pass", 600, 1, "expo"),
    )
    assert combo.nearly == ()


def test_it_says_that_no_rule_took_it() -> None:
    (soup,) = new_kitchen().explain(order(item("1", "Soup")), AT)
    assert soup.stops == (WhyThere("cold", 0, 0, "default"), WhyThere("pass", 0, 0, "expo"))


def test_it_says_what_kept_a_rule_from_taking_it() -> None:
    dish = Item("1", "Cake", id="D-7", category="Cold", course="Course 3", mods=(Modifier("Big"),))
    to_go = Order("7", mode="To Go", origin_source="Web", terminal="T2")
    at_noon = Window(12 * 60, 13 * 60 + 5)
    misses: list[tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]] = [
        ({"menu_item_id": "D-8"}, ("D-8",), ("D-7",)),
        ({"name": ("pie", "tart*")}, ("pie", "tart*"), ("Cake",)),
        ({"category": ("hot",)}, ("hot",), ("Cold",)),
        ({"modifier": ("small",)}, ("small",), ("Big",)),
        ({"course": ("*2",)}, ("*2",), ("Course 3",)),
        ({"mode": ("delivery",)}, ("delivery",), ("To Go",)),
        ({"origin": ("phone",)}, ("phone",), ("Web",)),
        ({"terminal": ("t1",)}, ("t1",), ("T2",)),
        ({"time_of_day": at_noon}, ("12:00-13:05",), ("18:00",)),
    ]
    for missed, wanted, has in misses:
        ((condition, _),) = missed.items()
        met: dict[str, Any] = {"category": ("cold",)} if "name" in missed else {"name": ("cake",)}
        near = rule("grill", id="r-1", **missed, **met)
        miss = NearMiss("r-1", "grill", condition, wanted, has)  # type: ignore[arg-type]
        assert nearly(near, of=dish, order=to_go) == (miss,)


def test_what_was_not_sent_is_said_to_be_nothing() -> None:
    by_category = rule("grill", id="r-1", category=("hot",), name=("cake",))
    plain = Item("1", "Cake")
    assert nearly(by_category, of=plain) == (NearMiss("r-1", "grill", "category", ("hot",), ()),)
    by_modifier = rule("grill", id="r-1", modifier=("big",), name=("cake",))
    assert nearly(by_modifier, of=plain) == (NearMiss("r-1", "grill", "modifier", ("big",), ()),)


def test_a_rule_of_which_nothing_held_is_not_near() -> None:
    pies = rule("grill", id="r-1", name=("pie",))
    assert nearly(pies, of=Item("1", "Cake")) == ()
    assert nearly(pies, replace(pies, id="r-2", mode=("for here",)), of=Item("1", "Cake")) == (
        NearMiss("r-2", "grill", "name", ("pie",), ("Cake",)),
    )


def test_learned_times_are_told_where_they_count() -> None:
    times = {}
    for counts in (False, True):
        way = replace(AT_ONCE, learned_prep_times=counts)
        kitchen = new_kitchen(settings=way)
        for number in range(5):
            do(kitchen, create(item("1"), id=str(number)), after(number * 600))
            do(kitchen, act("grill", "bump", str(number)), after(number * 600 + 300))
        (burger,) = kitchen.explain(order(item("1")), after(3_000).at)
        times[counts] = [(stop.station, stop.prep) for stop in burger.stops]
    assert times[False] == [("grill", 600), ("pass", 600)]
    assert times[True] == [("grill", 300), ("pass", 300)]


def test_a_backup_is_told_with_the_times_that_it_has_itself() -> None:
    grill = replace(STATIONS[0], active=False, backup="cold")
    settings = replace(AT_ONCE, learned_prep_times=True)
    kitchen = new_kitchen(settings=settings, stations=(grill, *STATIONS[1:]))
    for number in range(5):
        do(kitchen, create(item("1"), id=str(number)), after(number * 600))
        do(kitchen, act("cold", "bump", str(number)), after(number * 600 + 300))
    (burger,) = kitchen.explain(order(item("1")), after(3_000).at)
    assert [(stop.station, stop.prep) for stop in burger.stops] == [("grill", 300), ("pass", 300)]


def words(kitchen: Kitchen, *items: Item) -> list[str]:
    said = in_words(kitchen, order(*items), datetime(2026, 3, 2, 18, tzinfo=UTC))
    return [line.strip() for line in said.splitlines()[3:]]


def test_the_words_say_what_a_rule_would_have_done() -> None:
    here: dict[str, Any] = {"name": ("*burger*",), "modifier": ("veggie",)}
    rules = (
        rule("grill", id="sends", **here),
        rule("grill", id="away", exclude=True, **here),
        Rule("longer", "grill", extra_time=180, **here),
        Rule("longer-all", None, extra_time=180, **here),
    )
    kitchen = new_kitchen(rules=(*RULES, *rules))
    assert words(kitchen, item("1"))[2:] == [
        "nearly sends to grill: modifier is nothing, not veggie",
        "nearly away, which excludes grill: modifier is nothing, not veggie",
        "nearly longer, which adjusts time at grill: modifier is nothing, not veggie",
        "nearly longer-all, which adjusts time: modifier is nothing, not veggie",
    ]


def test_the_words_say_what_is_made_once() -> None:
    grill = replace(STATIONS[0], active=False, backup="cold")
    also = rule("cold", 60, id="r-1", name=("burger",))
    kitchen = new_kitchen(rules=(*RULES, also), stations=(grill, *STATIONS[1:]))
    assert words(kitchen, item("1"))[:4] == [
        "→ Cold, 10m: file-1 (name burger* or steak* or combo*)",
        "in place of Grill, which is not active",
        "made once, where the same station has it by another rule as well",
        "→ Cold, 1m: r-1 (name burger)",
    ]
    assert words(kitchen, item("1", "Steak"))[1:3] == [
        "in place of Grill, which is not active",
        "→ Pass, 10m: sees every item",
    ]


def test_a_rule_that_missed_in_two_ways_is_not_near() -> None:
    far = rule("grill", id="r-1", name=("pie",), category=("hot",), terminal=("t1",))
    order_at_t1 = Order("7", terminal="T1")
    assert nearly(far, of=Item("1", "Cake", category="Cold"), order=order_at_t1) == ()


def test_a_rule_whose_station_takes_nothing_says_so() -> None:
    bar = Station("bar", "Bar", "bar", active=False)
    kitchen = busy(DefineStation(bar))
    do(kitchen, AddRules((rule("bar", id="r-1", name=("cake",)), rule("bar", id="r-2"))))
    cake, soup = kitchen.explain(order(item("1", "Cake"), item("2", "Soup")), AT)
    misses = [NearMiss(f"r-{n}", "bar", "station", ("active",), ("inactive",)) for n in (1, 2)]
    assert [miss for miss in cake.nearly if miss.station == "bar"] == misses
    assert [miss for miss in soup.nearly if miss.station == "bar"] == misses[1:]
    for station, has in (("oven", "not there"), ("pass", "expo")):
        miss = NearMiss("r-1", station, "station", ("active",), (has,))
        assert nearly(rule(station, id="r-1"), of=item("1")) == (miss,)


def test_only_so_many_near_misses_are_told() -> None:
    many = [
        rule("grill", id=f"r-{number}", name=(f"pie {number}",), mode=("for here",))
        for number in range(50)
    ]
    told = [miss.rule for miss in nearly(*many, of=item("1"))]
    assert told == [f"r-{number}" for number in range(NEAR_MISSES_SHOWN)]


def test_it_says_what_a_modifier_alone_and_added_time_came_of() -> None:
    sides = rule("fry", 240, id="r-1", modifier=("side*",), takes="modifier")
    well_done = Rule("r-2", None, modifier=("well*",), extra_time=180)
    kitchen = new_kitchen(rules=(*RULES, sides, well_done))
    (burger,) = kitchen.explain(order(item("1", "Burger", "Well Done", "Side Fries")), AT)
    assert burger.stops == (
        WhyThere("grill", 780, 0, "rule", ("file-1",), adjusted_by=("r-2",)),
        WhyThere("fry", 240, 0, "rule", ("r-1",), modifiers=("Side Fries",)),
        WhyThere("pass", 780, 0, "expo"),
    )


def test_it_says_what_was_taken_away_and_where_reading_ended() -> None:
    away = rule("grill", id="r-1", name=("combo",), exclude=True, last=True)
    also = rule("cold", id="r-2", name=("combo",))
    far = rule("cold", id="r-3", name=("pie",))
    kitchen = new_kitchen(rules=(*RULES, away, also, far))
    (combo,) = kitchen.explain(order(item("1", "Combo")), AT)
    assert [stop.station for stop in combo.stops] == ["fry", "pass"]
    assert combo.taken_away == (TakenAway("grill", "r-1"),)
    assert combo.last == "r-1"
    assert combo.nearly == (NearMiss("r-2", "cold", "last", (), ("r-1",)),)


def test_the_items_of_the_menu_count_as_in_routing() -> None:
    kitchen = new_kitchen(rules=(rule("grill", id="r-1", category=("hot",)),))
    do(kitchen, DefineMenuItems((MenuItem("S", "Soup", "Hot", prep_time=90),)))
    (soup,) = kitchen.explain(order(item("1", "soup")), AT)
    assert soup.stops[0] == WhyThere("grill", 90, 0, "rule", ("r-1",))


@settings(deadline=None, derandomize=True, max_examples=100)
@given(nights.layouts, nights.orders())
def test_it_says_what_would_happen_and_changes_nothing(
    commands: list[nights.LayoutCommand], asked: Order
) -> None:
    kitchen = new_kitchen()
    for command in commands:
        do(kitchen, command)
    before = kitchen.state()
    explained = kitchen.explain(asked, AT)
    assert kitchen.state() == before
    assert [each.item for each in explained] == list(asked.items)
    for each in explained:
        routed = kitchen.router.route(each.item, asked, AT)
        assert [(why.station, why.prep, why.boost) for why in each.stops] == [
            (stop.station, stop.prep, stop.boost) for stop in routed
        ]
        took = {rule_id for why in each.stops for rule_id in why.rules}
        assert took.isdisjoint(miss.rule for miss in each.nearly)
        unrouted = [stop.station for stop in routed if stop.unrouted]
        assert [why.station for why in each.stops if why.why == "default"] == unrouted
        alone = [tuple(each.item.mods[place].name for place in stop.mods) for stop in routed]
        assert [why.modifiers for why in each.stops] == alone
