"""Which rules count: excluding, the last one, modifiers alone, added time; and the sentence."""

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.kitchen.explaining import TakenAway, explain
from appliance.kitchen.menu import Menu, MenuItem
from appliance.kitchen.order import Component, Item, ItemGroup, Modifier, Order
from appliance.kitchen.routing import Router, Station, Stop
from appliance.kitchen.rule import WEEKDAYS, Rule, fault
from tests.kitchen import nights
from tests.kitchen.orders import PASS, STATIONS, after, item, rule

MONDAY = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
ORDER = Order("7")
BURGER = item("1", "Burger", "Well Done", "Side Fries")


def routed(*rules: Rule, of: Item = BURGER, menu: Menu | None = None) -> dict[str, Stop]:
    """The stations that cook it, in their order."""
    router = Router(STATIONS, rules, "cold", menu=menu or Menu())
    return {stop.station: stop for stop in router.route(of, ORDER, MONDAY)}


def stations(*rules: Rule, of: Item = BURGER) -> list[str]:
    return list(routed(*rules, of=of))


# ── which stations ───────────────────────────────────────────────────────────────────


def test_a_rule_that_excludes_takes_the_station_away_again() -> None:
    fits_all = rule("grill"), rule("fry")
    assert stations(*fits_all, rule("grill", exclude=True)) == ["fry"]
    assert stations(*fits_all, rule("grill", exclude=True, name=("soup",))) == ["grill", "fry"]


def test_it_takes_away_what_is_above_it_and_nothing_below() -> None:
    assert stations(rule("grill", exclude=True), rule("grill"), rule("fry")) == ["grill", "fry"]
    again = rule("grill", 60), rule("grill", exclude=True), rule("grill", 30)
    assert routed(*again) == {"grill": Stop("grill", 30)}


def test_what_is_taken_away_everywhere_goes_to_the_default_station() -> None:
    assert routed(rule("grill", 60, priority_boost=2), rule("grill", exclude=True)) == {
        "cold": Stop("cold", unrouted=True)
    }
    assert routed(rule("cold"), rule("cold", exclude=True)) == {"cold": Stop("cold", unrouted=True)}


def test_no_rule_is_read_after_the_last() -> None:
    assert stations(rule("grill", last=True), rule("fry")) == ["grill"]
    assert stations(rule("grill", last=True, name=("soup",)), rule("fry")) == ["fry"]
    assert stations(rule("grill"), rule("grill", exclude=True, last=True), rule("fry")) == ["cold"]


def test_the_last_rule_of_a_station_that_gets_nothing_is_passed_over() -> None:
    closed = Station("bar", "Bar", active=False)
    for shut in ("bar", "oven", "pass"):
        router = Router((*STATIONS, PASS, closed), [rule(shut, last=True), rule("fry")], "cold")
        stops = router.route(BURGER, ORDER, MONDAY)
        assert [stop.station for stop in stops] == ["fry", "pass"]


def test_only_what_no_rule_takes_is_unrouted_and_only_at_its_station() -> None:
    router = Router((*STATIONS, PASS), [rule("cold", name=("salad",))], "cold")
    salad = router.route(item("1", "Salad"), ORDER, MONDAY)
    soup = router.route(item("1", "Soup"), ORDER, MONDAY)
    assert [(stop.station, stop.unrouted) for stop in salad] == [("cold", False), ("pass", False)]
    assert [(stop.station, stop.unrouted) for stop in soup] == [("cold", True), ("pass", False)]


# ── modifiers alone ──────────────────────────────────────────────────────────────────

SIDES = rule("fry", 240, modifier=("side*",), takes="modifier")


def test_a_modifier_alone_goes_to_its_station_and_the_item_to_its_own() -> None:
    assert routed(rule("grill", 600), SIDES) == {
        "grill": Stop("grill", 600),
        "fry": Stop("fry", 240, mods=(1,)),
    }


def test_every_modifier_that_fits_one_of_the_rules_goes() -> None:
    plate = item("1", "Plate", "Side Fries", "Rare", "Side Rings", "Dip")
    dips = rule("fry", modifier=("dip",), takes="modifier")
    assert routed(rule("grill"), SIDES, dips, of=plate)["fry"].mods == (0, 2, 3)


@pytest.mark.parametrize("pattern", ["side fries", "*E FRI*", "side*", "*fries", "s?de*", "*[f]*"])
def test_modifiers_fit_as_names_do(pattern: str) -> None:
    sides = replace(SIDES, modifier=("dip", pattern))
    plate = item("1", "Plate", "Side Fries", "Slaw", "Side Fries")
    assert routed(rule("grill"), sides, of=plate)["fry"].mods == (0, 2)


NO_RINGS = rule("fry", id="no", modifier=("*rings",), takes="modifier", exclude=True)
PLATE = item("1", "Plate", "Side Fries", "Side Rings", "Dip")


def test_modifiers_that_are_excluded_are_not_made_alone() -> None:
    stops = routed(rule("grill", 600), SIDES, NO_RINGS, of=PLATE)
    assert stops == {"grill": Stop("grill", 600), "fry": Stop("fry", 240, mods=(0,))}


def test_a_rule_of_which_all_modifiers_are_excluded_does_not_count() -> None:
    rings = rule("fry", 900, id="r", modifier=("*rings",), takes="modifier", priority_boost=2)
    dips = rule("fry", 60, id="d", modifier=("dip",), takes="modifier")
    stops = routed(rule("grill"), rings, dips, NO_RINGS, of=PLATE)
    assert stops["fry"] == Stop("fry", 60, mods=(2,))
    assert routed(rule("grill"), rings, NO_RINGS, of=PLATE).keys() == {"grill"}


def test_modifiers_that_several_rules_exclude_are_gone_together() -> None:
    no_fries = replace(NO_RINGS, id="no-fries", modifier=("*fries",))
    rules = (rule("grill"), SIDES, NO_RINGS, no_fries)
    assert routed(*rules, of=PLATE).keys() == {"grill"}
    (explained,) = explain(Router(STATIONS, rules, "cold"), Order("7", (PLATE,)), MONDAY)
    assert explained.taken_away == (TakenAway("fry", "no-fries"),)


def test_modifiers_that_are_excluded_come_back_by_a_rule_below() -> None:
    again = replace(SIDES, id="again", modifier=("*rings",))
    assert routed(rule("grill"), SIDES, NO_RINGS, again, of=PLATE)["fry"].mods == (0, 1)


def test_a_station_that_has_the_item_whole_keeps_it_where_modifiers_are_excluded() -> None:
    whole = rule("fry", 240, name=("plate",))
    assert routed(whole, SIDES, NO_RINGS, of=PLATE)["fry"] == Stop("fry", 240)


def test_a_rule_for_a_modifier_has_not_taken_the_item() -> None:
    assert routed(SIDES) == {
        "fry": Stop("fry", 240, mods=(1,)),
        "cold": Stop("cold", unrouted=True),
    }


def test_the_station_that_has_the_item_makes_all_of_it() -> None:
    assert routed(SIDES, rule("fry", 60)) == {"fry": Stop("fry", 240)}
    assert routed(replace(SIDES, station="cold")) == {"cold": Stop("cold", 240, unrouted=True)}


def test_the_pass_sees_the_whole_item() -> None:
    router = Router((*STATIONS, PASS), [rule("grill", 600), SIDES], "cold")
    assert router.route(BURGER, ORDER, MONDAY)[-1] == Stop("pass", 600)


# ── time ─────────────────────────────────────────────────────────────────────────────

WELL_DONE = Rule("x", None, modifier=("well done",), extra_time=180)


def test_extra_time_is_added_wherever_the_item_is_made() -> None:
    stops = routed(rule("grill", 600), rule("fry", 240), WELL_DONE)
    assert {station: stop.prep for station, stop in stops.items()} == {"grill": 780, "fry": 420}
    assert routed(rule("grill", 600), WELL_DONE, of=item("1"))["grill"].prep == 600


def test_extra_time_with_a_station_counts_there_and_sends_nothing_there() -> None:
    at_grill = replace(WELL_DONE, station="grill")
    stops = routed(rule("grill", 600), rule("fry", 240), at_grill)
    assert {station: stop.prep for station, stop in stops.items()} == {"grill": 780, "fry": 240}
    assert stations(rule("fry", 240), at_grill) == ["fry"]


def test_what_is_added_adds_up_and_a_known_time_stays_known() -> None:
    rare = Rule("x", None, modifier=("side*",), extra_time=-60)
    assert routed(rule("grill", 600), WELL_DONE, rare)["grill"].prep == 720
    assert routed(rule("grill", 60), rare, rare)["grill"].prep == 1


def test_an_unknown_time_stays_unknown() -> None:
    assert routed(rule("grill"), WELL_DONE)["grill"].prep == 0


def test_a_modifier_alone_takes_its_own_time() -> None:
    menu = Menu([MenuItem("B", "Burger", prep_time=300)])
    stops = routed(replace(SIDES, prep_time=0), rule("grill"), WELL_DONE, menu=menu)
    assert {station: stop.prep for station, stop in stops.items()} == {"fry": 0, "grill": 480}
    assert routed(rule("grill", 600), SIDES, WELL_DONE)["fry"].prep == 240
    at_fry = replace(WELL_DONE, station="fry")
    assert routed(rule("grill", 600), SIDES, at_fry)["fry"].prep == 420


def test_the_menu_says_how_long_it_takes_where_no_rule_does() -> None:
    menu = Menu([MenuItem("B", "Burger", prep_time=300)])
    assert routed(rule("grill"), menu=menu)["grill"].prep == 300
    assert routed(rule("grill", 60), menu=menu)["grill"].prep == 60
    assert routed(WELL_DONE, menu=menu)["cold"] == Stop("cold", 480, unrouted=True, extra=180)


# ── what they look at ────────────────────────────────────────────────────────────────

MENU = Menu(
    [MenuItem("T-1", "Tart", "Desserts", components=(Component("Apple", 2),)), MenuItem("F", "Fig")]
)
TART = Item("1", "tart", seat="Seat 3", item_group=ItemGroup(name="Lunch combo"))
LOOKED_AT: list[tuple[dict[str, Any], bool]] = [
    ({"seat": ("seat ?",)}, True),
    ({"seat": ("seat 4",)}, False),
    ({"group": ("*COMBO",)}, True),
    ({"group": ("combo",)}, False),
    ({"category": ("dessert*",)}, True),
    ({"category": ("mains",)}, False),
    ({"component": ("apple",)}, True),
    ({"component": ("a*", "b*")}, True),
    ({"component": ("pear",)}, False),
    ({"weekday": ("sun", "mon")}, True),
    ({"weekday": ("tue",)}, False),
]


@pytest.mark.parametrize(("conditions", "holds"), LOOKED_AT)
def test_further_conditions(conditions: dict[str, Any], holds: bool) -> None:  # noqa: FBT001
    expected = ["grill"] if holds else ["cold"]
    assert list(routed(rule("grill", **conditions), of=TART, menu=MENU)) == expected
    if "weekday" not in conditions:
        assert stations(rule("grill", **conditions), of=item("1", "Tart")) == ["cold"]


def test_what_the_point_of_sale_sends_counts_before_the_menu() -> None:
    sent = replace(TART, category="Cakes", components=(Component("Pear"),))
    for conditions, holds in (
        ({"category": ("cakes",)}, True),
        ({"category": ("desserts",)}, False),
        ({"component": ("pear",)}, True),
        ({"component": ("apple",)}, False),
    ):
        stops = routed(rule("grill", **conditions), of=sent, menu=MENU)  # type: ignore[arg-type]
        assert list(stops) == (["grill"] if holds else ["cold"]), conditions


def test_a_component_may_be_of_a_modifier() -> None:
    melt = Modifier("Patty melt", components=(Component("Patty"),))
    made = Item("1", "Toast", mods=(Modifier("Fig"), melt))
    assert stations(rule("grill", component=("patty",)), of=made) == ["grill"]


def test_the_weekday_is_that_of_the_kitchens_clock() -> None:
    router = Router(STATIONS, [rule("grill", weekday=("tue",))], "cold")
    for hours, station in ((11, "cold"), (12, "grill"), (35, "grill"), (36, "cold")):
        (stop,) = router.route(BURGER, ORDER, MONDAY + hours * 3_600_000)
        assert stop.station == station, hours


def test_items_are_looked_up_by_id_and_else_by_name() -> None:
    menu = Menu([MenuItem("1", "Cola", "By id"), MenuItem("2", "Tea", "By name")])
    for ordered, category in (
        (Item("1", "Tea", id="1"), "By id"),
        (Item("1", "TEA", id="9"), "By name"),
        (Item("1", "tea"), "By name"),
        (Item("1", "Milk", id="9"), None),
    ):
        assert menu.category(ordered) == category


# ── rules that make no sense ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Rule("r", "grill"), ""),
        (Rule("r", None, name=("x",)), "station"),
        (Rule("r", "grill", name=("x",), takes="modifier"), "modifier"),
        (Rule("r", "grill", 60, name=("x",), exclude=True), "prep_time"),
        (Rule("r", "grill", name=("x",), exclude=True, takes="modifier"), "modifier"),
        (Rule("r", None, name=("x",), extra_time=60, priority_boost=1), "priority_boost"),
        (Rule("r", "grill", name=("x",), extra_time=60, last=True), "last"),
        (Rule("r", "grill", name=("x",), extra_time=60, exclude=True), "exclude"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_by_the_field(wrong: Rule, field: str) -> None:
    found = fault(wrong)
    assert found is not None
    assert found.field == field


def test_a_rule_that_makes_sense_has_no_fault() -> None:
    for right in (SIDES, WELL_DONE, rule("grill", name=("x",), exclude=True, last=True)):
        assert fault(right) is None


# ── the sentence ─────────────────────────────────────────────────────────────────────


def fits(each: Rule, made: Item, order: Order, at: int) -> bool:
    """Of what is drawn here."""
    now = datetime.fromtimestamp(at / 1000, UTC)
    some: list[tuple[tuple[str, ...], list[str | None]]] = [
        (each.name, [made.name]),
        (each.course, [made.course]),
        (each.seat, [made.seat]),
        (each.group, [made.item_group.name if made.item_group else None]),
        (each.modifier, [mod.name for mod in made.mods]),
        (each.component, [part.name for part in made.components]),
        (each.mode, [order.mode or "For Here"]),
        (each.weekday, [WEEKDAYS[now.weekday()]]),
    ]
    return (each.time_of_day is None or now.hour * 60 + now.minute in each.time_of_day) and all(
        not wanted or any(fnmatchcase(str(text).lower(), p) for p in wanted for text in has if text)
        for wanted, has in some
    )


def by_the_sentence(rules: list[Rule], made: Item, order: Order, at: int) -> set[str]:
    """Rules are read from top to bottom: each that fits sends, or excludes, until the last."""
    whole: set[str] = set()
    alone: set[tuple[str, int]] = set()
    for each in rules:
        live = each.station is None or each.station in {station.id for station in STATIONS}
        if not live or not fits(each, made, order, at):
            continue
        if each.extra_time == 0 and each.station is not None:
            places = {
                (each.station, place)
                for place, mod in enumerate(made.mods)
                if any(fnmatchcase(mod.name.lower(), pattern) for pattern in each.modifier)
            }
            if each.takes == "modifier":
                alone = alone - places if each.exclude else alone | places
            elif each.exclude:
                whole.discard(each.station)
                alone = {(station, place) for station, place in alone if station != each.station}
            else:
                whole.add(each.station)
        if each.last:
            break
    return {*(whole or {"cold"}), *(station for station, _place in alone)}


any_rules = st.lists(
    st.builds(replace, nights.made_rules, station=st.sampled_from(["grill", "fry", "cold", "bar"])),
    max_size=6,
).map(lambda rules: [replace(each, id=f"r-{place}") for place, each in enumerate(rules)])


@settings(deadline=None, derandomize=True, max_examples=500)
@given(any_rules, nights.items, nights.orders(), st.integers(0, 200))
def test_rules_are_read_as_the_sentence_says(
    rules: list[Rule], made: Item, order: Order, hours: int
) -> None:
    at = after(hours * 3_600).at
    router = Router((*STATIONS, PASS), rules, "cold")
    for _ in ("cold", "warm"):
        stops = router.route(made, order, at)
        cooking = {stop.station for stop in stops if stop.station != "pass"}
        assert cooking == by_the_sentence(rules, made, order, at)
        assert any(not stop.mods for stop in stops if stop.station != "pass")
        assert stops[-1].station == "pass"
