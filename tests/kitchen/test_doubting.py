"""What `expeditor check` warns of; and of what it does not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance import config
from appliance.configured import make_kitchen
from appliance.kitchen.doubting import doubts
from appliance.kitchen.menu import Menu, MenuItem
from appliance.kitchen.order import Item, Order
from appliance.kitchen.routing import Router, Station
from appliance.kitchen.rule import Rule, Window
from appliance.kitchen.settings import Late
from tests.kitchen import nights
from tests.kitchen.orders import PASS, STATIONS, after, rule

REST = (rule("fry", id="f", name=("fries",)), rule("cold", id="c", name=("salad",)))
"""So that every station gets something."""


def doubted(*rules: Rule, closed: tuple[str, ...] = ()) -> list[str]:
    stations = [replace(each, active=each.id not in closed) for each in (*STATIONS, PASS)]
    return list(doubts(Router(stations, rules, "cold")))


def of_menu(rules: Sequence[Rule], *items: MenuItem) -> list[str]:
    return list(doubts(Router((*STATIONS, PASS), rules, "cold", menu=Menu(items))))


def sends(id: str, **what: Any) -> Rule:  # noqa: A002
    return rule("grill", id=id, **what)


def test_a_kitchen_without_doubts() -> None:
    rules = (
        sends("a", name=("burger", "*steak*"), last=True),
        sends("b", name=("*chicken*",)),
        sends("d", name=("*chicken*",), mode=("delivery",)),
        sends("e", name=("cold*",), exclude=True),
        Rule("x", None, modifier=("well done",), extra_time=60),
        rule("fry", id="s", modifier=("side*",), takes="modifier"),
    )
    assert doubted(*rules, *REST) == []


def test_a_twin_and_a_backup_get_something_without_rules() -> None:
    twin = replace(STATIONS[0], id="grill-2", twin_of="grill")
    spare = replace(STATIONS[0], id="spare")
    rules = (sends("a", name=("burger",)), *REST)

    def doubted_of(*stations: Station) -> list[str]:
        return list(doubts(Router((*stations, *STATIONS[1:], PASS), rules, "cold")))

    grill = STATIONS[0]
    nothing_there = "station 'spare' gets nothing: no rule sends anything there"
    assert doubted_of(grill, spare) == [nothing_there]
    assert doubted_of(replace(grill, backup="spare"), spare, twin) == []
    assert doubted_of(replace(grill, backup="spare", active=False), spare) == []
    assert doubted_of(replace(grill, active=False), twin) == []


@pytest.mark.parametrize("name", ["built-in", "tests/data/kitchen.toml"])
def test_the_kitchens_that_ship_are_without_doubts(name: str) -> None:
    text = config.embedded() if name == "built-in" else Path(name).read_text("utf-8")
    assert list(doubts(make_kitchen(config.parse(text, name)).router)) == []


BEHIND = "b can never match: a above it is the last for all that it fits"


@pytest.mark.parametrize(
    ("first", "second", "is_behind"),
    [
        ({"name": ("*burger*",)}, {"name": ("Cheeseburger",)}, True),
        ({"name": ("*burger*",)}, {"name": ("*cheeseburger*", "ham*burger")}, True),
        ({"name": ("*burger*",)}, {"name": ("*cheeseburger*", "*steak*")}, False),
        ({"name": ("cheeseburger",)}, {"name": ("*burger*",)}, False),
        ({"name": ("b?",)}, {"name": ("b*",)}, False),
        ({"name": ("b*",)}, {"name": ("b?",)}, True),
        ({"name": ("b[ae]r",)}, {"name": ("bar",)}, False),
        ({"name": ("*",)}, {"category": ("drinks",)}, True),
        ({"category": ("*",)}, {"name": ("x",)}, False),
        ({"name": ("x",)}, {"name": ("x",), "mode": ("delivery",)}, True),
        ({"name": ("x",), "mode": ("delivery",)}, {"name": ("x",)}, False),
        ({"mode": ("Drive-Thru",)}, {"mode": ("drive thru",)}, True),
        ({"menu_item_id": "1"}, {"menu_item_id": "1"}, True),
        ({"menu_item_id": "1"}, {"menu_item_id": "2"}, False),
        ({"weekday": ("mon", "tue")}, {"weekday": ("tue",)}, True),
        ({"weekday": ("mon",)}, {"weekday": ("mon", "tue")}, False),
        ({"time_of_day": Window(0, 720)}, {"time_of_day": Window(60, 120)}, True),
        ({"time_of_day": Window(60, 120)}, {"time_of_day": Window(0, 720)}, False),
        ({"modifier": ("side*",)}, {"modifier": ("side fries",)}, True),
    ],
)
def test_a_rule_that_is_never_read(
    first: dict[str, Any],
    second: dict[str, Any],
    is_behind: bool,  # noqa: FBT001
) -> None:
    found = doubted(sends("a", last=True, **first), sends("b", **second), *REST)
    assert (BEHIND in found) == is_behind, found
    assert BEHIND not in doubted(sends("a", **first), sends("b", **second), *REST)


def test_a_rule_of_a_station_that_is_not_active() -> None:
    found = doubted(sends("a", name=("x",)), *REST, closed=("grill",))
    assert found == ["a can never match: station 'grill' is not active"]


def test_a_station_that_gets_nothing() -> None:
    assert doubted(REST[0]) == ["station 'grill' gets nothing: no rule sends anything there"]
    only_time = Rule("x", "grill", modifier=("well done",), extra_time=60)
    nothing = "station 'grill' gets nothing: no rule sends anything there"
    assert doubted(only_time, *REST) == [nothing]
    assert doubted(*REST, closed=("grill",)) == []


def test_excluding_what_is_not_there() -> None:
    away = sends("a", name=("x",), exclude=True)
    nothing = "a takes nothing away: no rule above it sends anything to 'grill'"
    assert nothing in doubted(away, sends("b", name=("x",)), *REST)
    assert nothing in doubted(sends("b", name=("y",), last=True), away, *REST)
    assert nothing not in doubted(sends("b", name=("x*",)), away, *REST)


NOWHERE = "takes name *burger* away from 'grill' for"


@pytest.mark.parametrize(
    ("excluding", "without"),
    [
        ({"mode": ("togo",)}, "ToGo"),
        ({"name": ("*",), "mode": ("to go", "d*")}, "ToGo, DriveThru, Delivery"),
        ({"course": ("*2",)}, "course *2"),
        ({"course": ("*2",), "mode": ("delivery",)}, "Delivery, course *2"),
    ],
)
def test_what_is_excluded_and_sent_by_nothing_else(excluding: Any, without: str) -> None:
    burgers, exclude = sends("a", name=("*burger*",)), sends("b", exclude=True, **excluding)
    hole = [f"b {NOWHERE} {without}, and no such rule sends it anywhere else"]
    side = rule("cold", id="s", name=("*burger*",), modifier=("side*",), takes="modifier")
    assert doubted(burgers, side, exclude, *REST) == hole
    elsewhere = rule("cold", id="d", name=("*burger*",))
    assert doubted(burgers, elsewhere, exclude, *REST) == []
    assert doubted(burgers, exclude, replace(burgers, id="e"), *REST) == []


def test_what_is_excluded_at_every_station_that_makes_it() -> None:
    togo: dict[str, Any] = {"name": ("*burger*",), "mode": ("togo",)}
    rules = (
        sends("a", name=("*burger*",)),
        rule("cold", id="b", name=("*burger*",)),
        sends("d", exclude=True, **togo),
        rule("cold", id="e", exclude=True, **togo),
    )
    assert [line.split()[0] for line in doubted(*rules, *REST)] == ["d", "e"]


def test_what_is_excluded_of_what_is_for_other_modes_and_courses_is_no_hole() -> None:
    rules = (
        sends("a", name=("*burger*",), mode=("for here",)),
        sends("b", name=("*burger*",), course=("*1",)),
        sends("d", name=("*",)),
        sends("e", name=("*soup*",), mode=("delivery",), exclude=True),
    )
    told = doubted(*rules, sends("g", mode=("togo",), course=("*2",), exclude=True), *REST)
    assert [line.split()[:3] for line in told] == [["g", "takes", "name"]]


def test_a_modifier_alone_that_is_the_last_of_its_item() -> None:
    last = rule("fry", id="m", modifier=("*fries*",), takes="modifier", last=True)
    burgers = sends("a", name=("*burger*",))
    (told,) = doubted(last, burgers, *REST)
    assert told.startswith("m is the last for items of which it takes modifiers alone")
    assert doubted(burgers, replace(last, name=("*burger*",)), *REST) == []
    assert doubted(burgers, *REST, last) == []


def test_modifiers_that_nothing_sends_alone() -> None:
    no_fries = rule("fry", id="no", modifier=("no *",), takes="modifier", exclude=True)
    whole = rule("fry", id="w", modifier=("no *",))
    (told,) = doubted(sends("a", name=("burger",)), whole, no_fries, *REST)
    assert told == "no takes nothing away: no rule above it sends modifiers alone to 'fry'"
    alone = replace(whole, takes="modifier", modifier=("no fries",))
    (told,) = doubted(sends("a", name=("burger",)), alone, no_fries, *REST)
    assert told == "w is in vain: no takes away again all that it sends"


def test_time_for_a_station_that_no_rule_sends_to() -> None:
    twin = Station("grill-2", "Grill 2", twin_of="grill")
    longer = (Rule("x", "grill-2", modifier=("rare",), extra_time=60), sends("a", name=("burger",)))

    def doubted_of(*rules: Rule) -> list[str]:
        return list(doubts(Router((*STATIONS, twin, PASS), rules, "cold")))

    (told,) = doubted_of(*longer, *REST)
    assert told.startswith("x never counts: no rule sends anything to 'grill-2' itself")
    assert doubted_of(*longer, rule("grill-2", id="b", name=("steak",)), *REST) == []


@pytest.mark.parametrize(
    ("late", "told"),
    [
        ([{"mode": ("delivery",)}, {"station": ("grill",)}, {}], []),
        ([{"mode": ("togo", "delivry")}], []),
        ([{"mode": ("delivry",)}], ["timing.late[0]: mode delivry is none of those"]),
        ([{}, {"mode": ("delivery",)}], ["timing.late[1] can never count: timing.late[0] above"]),
        ([{"mode": ("*",)}, {}], ["timing.late[1] can never count"]),
        ([{"mode": ("d*",)}, {"mode": ("Delivery",), "station": ("fry",)}], ["timing.late[1] can"]),
        ([{"mode": ("d*",), "station": ("fry",)}, {"mode": ("delivery",)}], []),
        ([{"station": ("fry", "grill")}, {"station": ("fry",)}], ["timing.late[1] can never"]),
        ([{"station": ("fry",)}, {"station": ("fry", "grill")}], []),
        ([{"station": ("fry",)}, {}], []),
    ],
)
def test_exceptions_of_what_is_late(late: list[Any], told: list[str]) -> None:
    entries = [Late(60_000, 120_000, **each) for each in late]
    router = Router((*STATIONS, PASS), (sends("a", name=("burger",)), *REST), "cold")
    found = list(doubts(router, entries))
    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))


def test_sending_in_vain() -> None:
    vain = "a is in vain: b takes away again all that it sends"
    send, away = sends("a", name=("cheeseburger",)), sends("b", name=("*burger",), exclude=True)
    end = rule("fry", id="l", name=("cheese*",), last=True)
    assert vain in doubted(send, away, *REST)
    assert vain not in doubted(send, replace(away, name=("hamburger",)), *REST)
    assert vain not in doubted(replace(send, last=True), away, *REST)
    assert vain not in doubted(send, end, away, *REST)
    assert vain not in doubted(send, replace(away, station="fry"), *REST)


def test_a_mode_that_nobody_sends() -> None:
    (found,) = doubted(sends("a", name=("x",)), sends("b", name=("y",), mode=("dine in",)), *REST)
    assert found.startswith("b: mode dine in is none of those")


def test_modes_that_no_rule_takes() -> None:
    found = doubted(
        sends("a", mode=("for here",)), replace(REST[0], mode=("to*", "d*")),
        replace(REST[1], mode=("pickup",)),
    )  # fmt: skip
    assert found == [
        "no rule takes anything of orders for Curbside",
        "f takes name fries by mode, and no such rule takes it for Pickup",
        "c takes name salad by mode, and no such rule takes it for ToGo, DriveThru, Delivery",
    ]


def test_a_mode_that_no_rule_takes_is_told_once() -> None:
    here = sends("a", name=("*burger*",), mode=("for here",))
    to_go = sends("b", name=("*burger*",), mode=("togo", "pickup", "d*"))
    others = [replace(each, mode=("*y",)) for each in REST]
    curbside = [line for line in doubted(here, to_go, *others) if "Curbside" in line]
    assert curbside == ["no rule takes anything of orders for Curbside"]


def test_a_dish_that_is_taken_for_one_mode_alone() -> None:
    here = sends("a", category=("mains",), mode=("for here",))
    nothing = "a takes category mains by mode, and no such rule takes it for "
    assert doubted(here, *REST) == [f"{nothing}ToGo, Pickup, DriveThru, Delivery, Curbside"]
    assert doubted(here, sends("d", category=("*",)), *REST) == []
    assert doubted(here, sends("d", name=("*",)), *REST) == []
    assert doubted(replace(here, mode=("*",)), *REST) == []


def test_a_category_that_nothing_on_the_menu_has() -> None:
    soup = MenuItem("S", "Soup", "Mains")
    rules = (sends("a", category=("drinks", "teas")), sends("b", category=("MAIN*",)), *REST)
    nothing = "a: nothing on the menu has the category drinks or teas"
    assert of_menu(rules, soup, MenuItem("P", "Pie")) == [nothing]
    assert of_menu(rules, soup, MenuItem("T", "Tea", "teas")) == []
    assert of_menu(rules, MenuItem("P", "Pie")) == []


def test_dishes_of_one_name_with_other_allergens() -> None:
    soup = MenuItem("S-1", "Soup", allergens=("milk", "Fish"))
    rules = (sends("a", name=("*",)), *REST)
    assert of_menu(rules, soup, MenuItem("S-2", "SOUP", allergens=("fish", "milk"))) == []
    (found,) = of_menu(rules, soup, MenuItem("S-2", "soup"), MenuItem("P", "Pie"))
    assert found.startswith("'Soup' is on the menu 2 times (S-1, S-2), with other allergens: ")


def test_what_is_split_by_mode_with_a_mode_forgotten() -> None:
    here = sends("a", name=("*burger*",), mode=("for here",))
    to_go = rule("fry", id="b", name=("*burger*",), mode=("togo", "pickup", "d*"))
    forgotten = "a, b take name *burger* by mode, and no such rule takes it for Curbside"
    assert doubted(here, to_go, *REST) == [forgotten]
    otherwise = sends("d", name=("*burger*", "*steak*"))
    assert doubted(here, to_go, otherwise, *REST) == []


def test_what_is_split_by_course_and_comes_without_one() -> None:
    one = sends("a", name=("*soup*",), course=("*1*",))
    two = rule("fry", id="b", name=("*soup*",), course=("*2*",))
    assert doubted(one, two, *REST) == [
        "a, b take name *soup* by course, and no such rule takes it without"
    ]
    assert doubted(one, two, sends("d", name=("*",)), *REST) == []
    assert doubted(one, *REST) == [
        "a takes name *soup* by course, and no such rule takes it without"
    ]
    assert doubted(one, sends("d", name=("*soup*",)), *REST) == []
    assert "no rule takes an item that comes without a course" in doubted(one, two)


drawn = st.lists(
    st.builds(
        replace,
        nights.made_rules,
        station=st.sampled_from(["grill", "fry", "cold", "bar"]),
        name=st.sampled_from([("burger",), ("*",), ("b*",), ("*r*",)]),
    ),
    max_size=5,
).map(lambda rules: [replace(each, id=f"r-{place}") for place, each in enumerate(rules)])


@settings(deadline=None, derandomize=True, max_examples=400)
@given(drawn, st.lists(nights.items, min_size=1, max_size=5), st.integers(0, 60))
def test_what_can_never_match_never_does(rules: list[Rule], items: list[Item], hours: int) -> None:
    stations = (*STATIONS, PASS, Station("bar", "Bar", active=False))
    router = Router(stations, rules, "cold")
    never = {line.split()[0] for line in doubts(router) if "can never" in line or "vain" in line}
    without = Router(stations, [each for each in rules if each.id not in never], "cold")
    for made in items:
        for order in (Order("7"), Order("7", mode="Delivery")):
            at = after(hours * 3_600).at
            assert set(router.route(made, order, at)) == set(without.route(made, order, at))
