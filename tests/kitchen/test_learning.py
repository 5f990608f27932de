"""How long dishes take is learned from what cooks did, and used when that is wanted."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from appliance.kitchen import learning
from appliance.kitchen.command import Command, CreateOrder, Due, MoveTicket, Undo
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.learning import DISHES_KEPT, SAMPLES_KEPT, Sample, configured
from appliance.kitchen.order import NOBODY, Item, Modifier, Order
from appliance.kitchen.rule import Rule
from tests.kitchen import nights
from tests.kitchen.orders import (
    AT_ONCE,
    DAY,
    HOUR,
    RULES,
    STATIONS,
    act,
    after,
    create,
    do,
    fire,
    item,
    new_kitchen,
    rule,
    tick,
    ticket,
    update,
)

LEARNS = replace(AT_ONCE, learned_prep_times=True)
"""Doors open at 18:00."""
DOORS: Final = 18


def made(
    kitchen: Kitchen, *took: int, name: str = "Burger", at: int = 0, station: str = "grill"
) -> None:
    """A dish each time, one after another from `at`, bumped when it took so many seconds."""
    for number, seconds in enumerate(took):
        began = at + number * 3_000 % HOUR
        do(kitchen, create(item("1", name), time=began), after(began))
        do(kitchen, act(station, "start"), after(began))
        do(kitchen, act(station, "bump"), after(began + seconds))
        do(kitchen, act("pass", "bump"), after(began + seconds))


def samples(kitchen: Kitchen, station: str = "grill") -> dict[str, list[int]]:
    """What dishes took at a station."""
    return {
        dish.name: [sample.seconds for sample in dish.samples]
        for dish in kitchen.learned.dishes
        if dish.station == station
    }


def prep(kitchen: Kitchen, what: Item, seconds: float, station: str = "grill") -> int:
    """What a station is given for it, when it is ordered then."""
    do(kitchen, CreateOrder(Order(f"at {seconds}", (what,)), NOBODY), after(seconds))
    (line,) = ticket(kitchen, station, f"at {seconds}").lines
    return line.prep


# ── what is a sample ─────────────────────────────────────────────────────────────────


def test_it_counts_from_the_start_where_somebody_pressed_it() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1")), after(0))
    do(kitchen, act("grill", "start"), after(100))
    do(kitchen, act("grill", "ready"), after(400))
    do(kitchen, act("grill", "bump"), after(900))
    assert samples(kitchen) == {"Burger": [300]}


def test_it_counts_from_the_firing_where_nobody_pressed_start() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1", course=2, status="hold")), after(0))
    do(kitchen, fire(2), after(1_000))
    do(kitchen, act("grill", "bump"), after(1_300))
    assert samples(kitchen) == {"Burger": [300]}


def test_a_tick_counts_for_its_line() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1"), item("2", "Steak")), after(0))
    do(kitchen, tick("grill", "1"), after(120))
    do(kitchen, act("grill", "bump"), after(500))
    assert samples(kitchen) == {"Burger": [120], "Steak": [500]}


def test_of_what_is_bumped_at_once_the_longest_counts() -> None:
    rules = (rule("grill", 600, id="a", name=("steak",)), rule("grill", 60, id="b", name=("*",)))
    kitchen = new_kitchen(rules=rules)
    do(kitchen, create(item("1", "Egg"), item("2", "Steak")), after(0))
    do(kitchen, act("grill", "bump"), after(500))
    assert samples(kitchen) == {"Steak": [500]}


@pytest.mark.parametrize(("took", "counts"), [(9, 0), (10, 1), (7_200, 1), (7_201, 0)])
def test_what_took_no_time_or_far_too_much_does_not_count(took: int, counts: int) -> None:
    kitchen = new_kitchen()
    made(kitchen, took)
    assert len(samples(kitchen).get("Burger", ())) == counts


def test_what_its_own_cook_did_not_finish_does_not_count() -> None:
    kitchen = new_kitchen(settings=replace(AT_ONCE, day_closes=4 * 60))
    for number in ("1", "2", "3", "4"):
        do(kitchen, create(item("1"), id=number), after(0))
    do(kitchen, act("pass", "bump", "1"), after(300))
    do(kitchen, act("grill", "void", "2"), after(300))
    do(kitchen, act("grill", "bump", "2"), after(310))
    do(kitchen, MoveTicket("grill", "3", "fry"), after(300))
    do(kitchen, Due(), after(11 * HOUR))
    assert kitchen.learned.dishes == ()


def test_the_pass_learns_nothing() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1", "Soup")), after(0))
    do(kitchen, act("cold", "bump"), after(60))
    do(kitchen, act("pass", "ready"), after(200))
    do(kitchen, act("pass", "bump"), after(300))
    assert [dish.station for dish in kitchen.learned.dishes] == ["cold"]


def test_a_modifier_that_is_made_alone_is_not_learned() -> None:
    kitchen = new_kitchen(rules=(rule("fry", 60, modifier=("*fries",), takes="modifier"),))
    do(kitchen, create(item("1", "Burger", "Side Fries")), after(0))
    do(kitchen, act("fry", "bump"), after(60))
    assert kitchen.learned.dishes == ()


def test_a_modifier_that_is_made_alone_takes_nothing_from_the_dish() -> None:
    rules = (*RULES, rule("grill", 60, modifier=("side*",), takes="modifier"))
    kitchen = new_kitchen(rules=rules, settings=LEARNS)
    made(kitchen, *[300] * 5)
    assert prep(kitchen, item("1", "Burger", "Side Salad"), HOUR) == 300
    made(kitchen, *[300] * 5, name="Fries", station="fry")
    kitchen.learned.restore([replace(dish, station="grill") for dish in kitchen.learned.dishes])
    assert prep(kitchen, item("1", "Fries", "Side Salad"), HOUR + 2) == 60


def test_what_rules_add_for_modifiers_counts_once() -> None:
    well_done = rule("grill", id="m", modifier=("well done",), extra_time=180)
    kitchen = new_kitchen(rules=(*RULES, well_done), settings=LEARNS)
    for number in range(5):
        began = number * 600
        do(kitchen, create(item("1", "Steak", "Well Done"), time=began), after(began))
        do(kitchen, act("grill", "bump"), after(began + 480))
        do(kitchen, act("pass", "bump"), after(began + 480))
    assert samples(kitchen) == {"Steak": [300] * 5}
    assert prep(kitchen, item("1", "Steak"), 3_000) == 300
    assert prep(kitchen, item("1", "Steak", "Well Done"), 3_001) == 480


# ── what is learned from it ──────────────────────────────────────────────────────────


def test_five_samples_are_enough_and_one_that_is_wrong_does_no_harm() -> None:
    kitchen = new_kitchen(settings=LEARNS)
    made(kitchen, 300, 310, 320, 7_000)
    assert prep(kitchen, item("1"), 3_600) == 600
    made(kitchen, 330, at=HOUR)
    assert prep(kitchen, item("1"), HOUR + 1_000) == 320


def test_nothing_is_used_unless_that_is_wanted() -> None:
    kitchen = new_kitchen()
    made(kitchen, *[300] * 6)
    assert samples(kitchen) == {"Burger": [300] * 6}
    assert prep(kitchen, item("1"), HOUR) == 600


def test_the_hour_counts_before_the_day() -> None:
    kitchen = new_kitchen(settings=LEARNS)
    made(kitchen, *[900] * 6)
    made(kitchen, *[300] * 4, at=18 * HOUR)
    (dish,) = kitchen.learned.dishes
    assert dish.samples[0] == Sample(900, DOORS, 1)
    assert dish.seconds(DOORS) == dish.seconds(DOORS - 1) == 900
    assert dish.seconds(3) == 900  # All ten: six of them took so long.
    made(kitchen, *[300], at=19 * HOUR)
    (dish,) = kitchen.learned.dishes
    assert dish.seconds(12) == dish.seconds(13) == 300
    assert dish.seconds(DOORS) == 900
    assert prep(kitchen, item("1"), DAY - 5 * HOUR) == 300
    assert prep(kitchen, item("1"), DAY) == 900


def test_the_hour_before_midnight_is_beside_the_one_after() -> None:
    kitchen = new_kitchen()
    made(kitchen, *[100] * 5, at=6 * HOUR)
    made(kitchen, *[900] * 6, at=12 * HOUR)
    (dish,) = kitchen.learned.dishes
    assert dish.seconds(23) == 100
    assert dish.seconds(2) == 900


def test_the_hour_is_that_of_the_kitchens_clock() -> None:
    stations = (*STATIONS, replace(STATIONS[0], id="pass", type="expo"))
    kitchen = Kitchen(Plan(stations, RULES, "cold", ZoneInfo("Asia/Tokyo")), AT_ONCE)
    made(kitchen, 60)
    (dish,) = kitchen.learned.dishes
    tokyo = datetime.fromtimestamp(after(0).at / 1000, ZoneInfo("Asia/Tokyo"))
    assert dish.samples == (Sample(60, tokyo.hour, 1),)


def test_a_time_that_nobody_knew_is_known_then_also_at_the_pass() -> None:
    kitchen = new_kitchen(settings=LEARNS)
    made(kitchen, *[90] * 5, name="Soup", station="cold")
    assert prep(kitchen, item("1", "Soup"), HOUR, "cold") == 90
    assert ticket(kitchen, "pass", f"at {HOUR}").lines[0].prep == 90


def test_an_order_that_stands_keeps_the_time_that_it_was_given() -> None:
    kitchen = new_kitchen(settings=LEARNS)
    do(kitchen, create(item("1"), id="8"), after(0))
    made(kitchen, *[300] * 5)
    do(kitchen, update(item("1"), item("2"), id="8"), after(HOUR))
    assert [line.prep for line in ticket(kitchen, "grill", "8").lines] == [600, 300]


def test_a_dish_is_told_by_its_id_and_else_by_its_name_without_case() -> None:
    kitchen = new_kitchen()
    for number, (item_id, name) in enumerate(
        [("B-1", "Burger"), ("B-1", "Burger deluxe"), ("B-2", "Burger"), (None, "BURGER")]
    ):
        what = Item("1", name, id=item_id)
        do(kitchen, CreateOrder(Order("7", (what,), time=number), NOBODY), after(number * 100))
        do(kitchen, act("grill", "bump"), after(number * 100 + 60))
        do(kitchen, act("pass", "bump"), after(number * 100 + 60))
    made(kitchen, 70, name="burger", at=1_000)
    assert [
        (dish.menu_item_id, dish.name, len(dish.samples)) for dish in kitchen.learned.dishes
    ] == [
        ("B-1", "Burger deluxe", 2),
        ("B-2", "Burger", 1),
        (None, "burger", 2),
    ]


# ── how much is kept ─────────────────────────────────────────────────────────────────


def test_the_newest_samples_are_kept() -> None:
    kitchen = new_kitchen()
    made(kitchen, *range(100, 100 + SAMPLES_KEPT + 3))
    assert samples(kitchen) == {"Burger": list(range(103, 100 + SAMPLES_KEPT + 3))}


def test_the_dishes_made_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DISHES_KEPT == 2_000
    monkeypatch.setattr(learning, "DISHES_KEPT", 2)
    kitchen = new_kitchen(rules=(rule("grill", name=("*",)),))
    for name in ("Egg", "Pie", "Egg", "Tart"):
        made(kitchen, 60, name=name)
    assert samples(kitchen) == {"Egg": [60, 60], "Tart": [60]}


def test_a_name_takes_no_more_than_a_name_needs() -> None:
    kitchen = new_kitchen(rules=(rule("grill", name=("*",)),))
    made(kitchen, 60, 60, name="x" * 10_000)
    assert samples(kitchen) == {"x" * learning.LONGEST_TEXT: [60, 60]}


def test_it_is_the_same_after_a_restart_and_goes_on() -> None:
    kitchen = new_kitchen(settings=LEARNS)
    log: nights.Log = []
    for number, seconds in enumerate((100, 200, 300, 400)):
        for command, at in (
            (create(item("1"), time=number), 0),
            (act("grill", "bump"), seconds),
            (act("pass", "bump"), seconds),
        ):
            log += nights.recorded(do(kitchen, command, after(number * 500 + at)))
    for again in (nights.replayed(kitchen, log), nights.restored(kitchen)):
        assert samples(again) == {"Burger": [100, 200, 300, 400]}
        made(again, 500, at=HOUR)
        assert prep(again, item("1"), HOUR + 1_000) == 300


@pytest.mark.parametrize(
    ("press", "back"),
    [
        (act("grill", "bump"), Undo("grill", "7")),
        (act("grill", "bump"), act("grill", "recall")),
        (tick("grill", "1"), tick("grill", "1", done=False)),
        (tick("grill", "1"), Undo("grill", "7")),
    ],
)
def test_what_is_to_be_made_again_after_all_has_taught_nothing(
    press: Command, back: Command
) -> None:
    kitchen = new_kitchen()
    made(kitchen, 100)
    do(kitchen, create(item("1"), time=HOUR), after(HOUR))
    do(kitchen, press, after(HOUR + 60))
    assert samples(kitchen) == {"Burger": [100, 60]}
    do(kitchen, back, after(HOUR + 70))
    assert samples(kitchen) == {"Burger": [100]}
    do(kitchen, act("grill", "start"), after(HOUR + 100))
    do(kitchen, act("grill", "bump"), after(HOUR + 300))
    assert len(samples(kitchen)["Burger"]) == 2


def test_a_dish_that_was_made_by_mistake_alone_is_not_known() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1"), item("2", "Steak")), after(0))
    do(kitchen, tick("grill", "1"), after(60))
    do(kitchen, tick("grill", "2"), after(90))
    do(kitchen, Undo("grill", "7"), after(100))
    assert samples(kitchen) == {"Burger": [60]}


def test_taking_back_a_recall_makes_nothing_anew() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1")), after(0))
    do(kitchen, act("grill", "bump"), after(60))
    do(kitchen, act("grill", "recall"), after(100))
    do(kitchen, Undo("grill", "7"), after(130))
    assert samples(kitchen) == {}


# ── beside what is configured ────────────────────────────────────────────────────────


def test_what_is_configured_is_what_the_rules_say_today() -> None:
    kitchen = new_kitchen(rules=(*RULES, rule("grill", 700, name=("burger",))))
    made(kitchen, 60)
    made(kitchen, 60, name="Soup", station="cold")
    burger, soup = kitchen.learned.dishes
    assert configured(burger, kitchen.router, after(0).at) == 700
    assert configured(burger, new_kitchen().router, after(0).at) == 600
    assert configured(soup, kitchen.router, after(0).at) is None
    elsewhere = new_kitchen(rules=(rule("fry", 60, name=("*",)),))
    assert configured(burger, elsewhere.router, after(0).at) is None


def test_a_twin_learns_for_itself() -> None:
    twin = replace(STATIONS[0], id="grill-2", twin_of="grill")
    kitchen = new_kitchen(stations=(*STATIONS, twin), settings=LEARNS)
    do(kitchen, create(item("1"), id="busy"), after(0))  # So the other twin has less to make.
    made(kitchen, *[200] * 5, station="grill-2")
    (dish,) = kitchen.learned.dishes
    assert (dish.station, configured(dish, kitchen.router, after(0).at)) == ("grill-2", 600)
    assert prep(kitchen, item("1"), HOUR, "grill-2") == 200


def test_a_backup_learns_for_itself() -> None:
    closed = replace(STATIONS[1], active=False, backup="cold")
    kitchen = new_kitchen(stations=(STATIONS[0], closed, STATIONS[2]))
    made(kitchen, 200, name="Fries", station="cold")
    (dish,) = kitchen.learned.dishes
    assert (dish.station, configured(dish, kitchen.router, after(0).at)) == ("cold", 240)


def test_a_category_of_the_order_is_remembered_for_the_rules() -> None:
    rules = (Rule("r", "grill", 90, category=("hot",)),)
    kitchen = new_kitchen(rules=rules)
    what = Item("1", "Soup", category="Hot", mods=(Modifier("Big"),))
    do(kitchen, CreateOrder(Order("7", (what,)), NOBODY), after(0))
    do(kitchen, act("grill", "bump"), after(60))
    (dish,) = kitchen.learned.dishes
    assert configured(dish, kitchen.router, after(0).at) == 90
