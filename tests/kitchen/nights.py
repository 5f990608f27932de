"""Commands as a busy night brings them, for Hypothesis to draw: few ids, few stations."""

from typing import Any, Final, NamedTuple

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.kitchen import event
from appliance.kitchen.amendment import AmendedLine, Amendment
from appliance.kitchen.command import (
    ActOnTicket,
    AddRules,
    AmendOrder,
    ByHand,
    CancelOrder,
    CollectOrder,
    Command,
    CreateOrder,
    DefineMenuItems,
    DefineStation,
    FireCourse,
    MarkLine,
    MoveTicket,
    RemoveMenuItem,
    RemoveRule,
    RemoveStation,
    SetPriority,
    Summon,
    Undo,
    UpdateOrder,
)
from appliance.kitchen.decision import Decision
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Component, Guest, Item, ItemGroup, Modifier, Order
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule, Window
from appliance.kitchen.state import State
from appliance.kitchen.ticket import Action, Priority
from tests.kitchen.orders import (
    AT_ONCE,
    DAY,
    HOUR,
    MINUTE,
    PASS,
    RULES,
    STATIONS,
    TOGETHER,
    after,
)

ORDER_IDS: Final = ("7", "8")
PASSES: Final = ("pass", "window")
LINE_IDS: Final = ("1", "2", "3", "4")
NAMES: Final = ("Burger", "Fries", "Combo", "Salad")

order_ids = st.sampled_from(ORDER_IDS)
line_ids = st.sampled_from(LINE_IDS)
stations = st.sampled_from(["grill", "fry", "bar", "window", "pass"])

items = st.builds(
    Item,
    line_id=line_ids,
    name=st.sampled_from(NAMES),
    qty=st.integers(1, 2),
    mods=st.sampled_from(
        [
            (),
            (Modifier("No onion"),),
            (Modifier("Side Fries"), Modifier("No onion")),
            (Modifier("Well Done"), Modifier("Side Salad"), Modifier("Side Fries")),
            (
                Modifier("Side Fries"),
                Modifier("No salt", level=1),
                Modifier("Side Dip", level=1),
                Modifier("No onion"),
            ),
        ]
    ),
    course=st.sampled_from([None, "Course 1", "Course 2", "Dessert"]),
    course_status=st.sampled_from([None, "hold", "fire"]),
    seat=st.sampled_from([None, "Seat 1"]),
    item_group=st.sampled_from([None, ItemGroup(name="Combo 1")]),
)


pick_ups = st.sampled_from([None, None, after(10 * MINUTE).at, after(2 * HOUR).at])


def orders(
    order_id: st.SearchStrategy[str] = order_ids,
    pickup_at: st.SearchStrategy[int | None] = st.none(),  # noqa: B008 - a strategy is a value
) -> st.SearchStrategy[Order]:
    return st.builds(
        Order,
        id=order_id,
        items=st.lists(items, max_size=4, unique_by=lambda item: item.line_id).map(tuple),
        time=st.sampled_from([None, 1]),
        priority=st.booleans(),
        pickup_at=pickup_at,
    )


guests = st.builds(
    Guest,
    name=st.sampled_from([None, "Ann"]),
    item_instructions=st.dictionaries(line_ids, st.just("rare"), max_size=1),
)
creates = st.builds(CreateOrder, orders(), guests)
creates_for_later = st.builds(CreateOrder, orders(pickup_at=pick_ups), guests)
"""Not for nights with a wall clock that jumps: what comes then is for another time."""
updates = st.builds(UpdateOrder, orders(), guests)
changed_lines = st.builds(
    AmendedLine,
    line_ids,
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(NAMES),
            "qty": st.integers(1, 2),
            "course_status": st.sampled_from(["hold", "fire"]),
        },
    ),
    instructions=st.sampled_from([None, "", "rare"]),
    whole=st.booleans(),
    another=st.booleans(),
)
amends = st.builds(
    AmendOrder,
    order_ids,
    st.builds(
        Amendment,
        order=st.sampled_from([{}, {"priority": True}, {"priority": False}]),
        removed=st.lists(line_ids, max_size=1).map(tuple),
        lines=st.lists(changed_lines, max_size=2).map(tuple),
    ),
)
cancels = st.builds(CancelOrder, order_ids, st.booleans())
priorities: st.SearchStrategy[Priority] = st.sampled_from(["normal", "high", "urgent"])
cooking: st.SearchStrategy[Action] = st.sampled_from(["start", "ready", "bump", "recall"])
voiding: st.SearchStrategy[Action] = st.just("void")
of_cooks: st.SearchStrategy[ByHand] = st.one_of(
    st.builds(ActOnTicket, stations, order_ids, cooking),
    st.builds(MarkLine, stations, order_ids, line_ids, st.booleans()),
    st.builds(FireCourse, order_ids, st.none() | st.integers(0, 2)),
)
moves = st.builds(MoveTicket, stations, order_ids, stations)
summons = st.builds(Summon, stations, st.booleans())
collects = st.builds(CollectOrder, order_ids)
undos = st.builds(Undo, stations, st.none() | order_ids)
made_stations = st.builds(
    Station,
    id=st.sampled_from(["bar", "grill"]),
    name=st.sampled_from(["Bar", "Drinks"]),
    active=st.booleans(),
    twin_of=st.sampled_from([None, "grill", "fry", "window"]),
    backup=st.sampled_from([None, "grill", "cold", "pass"]),
    overflow_after=st.sampled_from([None, 0, 600]),
) | st.builds(
    Station, id=st.just("window"), name=st.just("W"), type=st.just("expo"), active=st.booleans()
)


def _rule(rule_id: str, does: dict[str, Any], when: dict[str, Any]) -> Rule:
    return Rule(rule_id, **does, **when)


conditions = st.sampled_from(
    [
        {"name": ("burger",)},
        {"name": ("*",)},
        {"name": ("*",)},
        {"name": ("*",)},
        {"modifier": ("no*",)},
        {"modifier": ("side*",)},
        {"name": ("*",), "course": ("*1",)},
        {"component": ("pat*",)},
        {"seat": ("*1",)},
        {"group": ("combo*",)},
        {"weekday": ("mon", "wed")},
        {"name": ("*",), "time_of_day": Window(18 * 60, 20 * 60)},
    ]
)
of_modifiers = st.sampled_from([{"modifier": ("no*",)}, {"modifier": ("side*",)}])
rule_ids = st.sampled_from(["r-1", "r-2", "r-3", "file-1"])
ruled = st.sampled_from(["bar", "cold", "window", "grill", "fry"])
prep_times = st.sampled_from([0, 900])
is_last = {"last": st.sampled_from([True])}
does = st.one_of(
    st.fixed_dictionaries(
        {"station": ruled, "prep_time": prep_times, "priority_boost": st.integers(0, 2)},
        optional=is_last,
    ),
    st.fixed_dictionaries({"station": ruled, "exclude": st.sampled_from([True])}, optional=is_last),
    st.fixed_dictionaries(
        {"station": st.none() | ruled, "extra_time": st.sampled_from([180, -600])}
    ),
)
takes_modifiers = st.fixed_dictionaries(
    {"station": ruled, "prep_time": prep_times, "takes": st.just("modifier")}, optional=is_last
) | st.fixed_dictionaries(
    {"station": ruled, "takes": st.just("modifier"), "exclude": st.just(value=True)},
    optional=is_last,
)
made_rules = st.one_of(
    st.builds(_rule, rule_ids, does, conditions),
    st.builds(_rule, rule_ids, takes_modifiers, of_modifiers),
)
WITH_HOLES: Final = (
    (
        Rule("h-1", "grill", name=("*",), exclude=True),
        Rule("h-2", "fry", name=("*",), exclude=True),
    ),
    (
        Rule("h-1", "grill", name=("*",), exclude=True),
        Rule("h-2", "fry", modifier=("side*",), takes="modifier", last=True),
    ),
)
"""Rules that leave something without a station."""
menu_items = st.builds(
    MenuItem,
    plu=st.sampled_from(["M-1", "M-2", "M-3"]),
    name=st.sampled_from([*NAMES, "Side Fries"]),
    components=st.sampled_from([(), (Component("Patty", 2),)]),
    prep_time=st.sampled_from([0, 120]),
)
LayoutCommand = (
    DefineStation | RemoveStation | AddRules | RemoveRule | DefineMenuItems | RemoveMenuItem
)
layout_commands: st.SearchStrategy[LayoutCommand] = st.one_of(
    st.builds(DefineStation, made_stations),
    st.builds(AddRules, st.lists(made_rules, min_size=1, max_size=2).map(tuple)),
    st.builds(RemoveStation, st.sampled_from(["bar", "window"])),
    st.builds(RemoveRule, st.sampled_from(["r-1", "r-2", "r-3"])),
    st.builds(
        DefineMenuItems, st.lists(menu_items, max_size=2).map(tuple), replace_all=st.booleans()
    ),
    st.builds(RemoveMenuItem, st.sampled_from(["M-1", "M-2"])),
)
layouts = st.lists(layout_commands, max_size=8)
by_hand: st.SearchStrategy[ByHand] = st.one_of(
    of_cooks,
    st.builds(ActOnTicket, stations, order_ids, voiding),
    st.builds(SetPriority, stations, order_ids, priorities),
    moves,
)
commands: st.SearchStrategy[Command] = st.one_of(
    creates,
    updates,
    amends,
    of_cooks,
    of_cooks,
    cancels,
    by_hand,
    undos,
    summons,
    collects,
    layout_commands,
)
ways_to_work = st.builds(
    replace,
    st.sampled_from([AT_ONCE, TOGETHER]),
    fire_next_course=st.booleans(),
    pass_clears_stations=st.booleans(),
    pass_waits_for_stations=st.sampled_from([False, False, True]),
    day_closes=st.sampled_from([AT_ONCE.day_closes, 240]),
    learned_prep_times=st.sampled_from([False, False, True]),
)
linked_stations = st.sampled_from(
    [
        STATIONS,
        (*STATIONS, Station("grill-2", "Grill 2", twin_of="grill")),
        (
            replace(STATIONS[0], active=False),
            replace(STATIONS[1], backup="grill-2", overflow_after=300),
            STATIONS[2],
            Station("grill-2", "Grill 2", twin_of="grill", backup="cold", overflow_after=900),
        ),
    ]
)
"""The kitchen as it is; with a twin; with a twin alone, which is a backup and has one."""
TO_HATCH: Final = Rule("file-3", "hatch", name=("salad",))
plans = st.builds(
    lambda file_stations, passes: Plan(
        tuple({each.id: each for each in (*file_stations, *passes)}.values()),
        (*RULES, TO_HATCH),
        "cold",
    ),
    linked_stations
    | st.sampled_from(
        [
            STATIONS[1:],
            STATIONS[2:],
            (replace(STATIONS[0], id="oven"), *STATIONS[2:]),
            (STATIONS[0], replace(STATIONS[1], type="expo"), STATIONS[2]),
            (*STATIONS, Station("hatch", "Hatch")),
        ]
    ),
    st.sampled_from([(), (PASS,), (Station("hatch", "Hatch", "expo"),)]),
)
"""What a file may say at the next start: stations are gone, have other ids, are another kind."""
pauses = st.sampled_from([0, 0, 1, MINUTE, HOUR, DAY])
"""Seconds."""


class Step(NamedTuple):
    """A command, how long after the one before, and how far the wall clock is off then."""

    command: Command
    pause: int
    wall_clock_off_by: int


def step(command: st.SearchStrategy[Command]) -> st.SearchStrategy[Step]:
    return st.builds(Step, command, pauses, st.sampled_from([0, HOUR, -HOUR, 3_650 * DAY]))


nights = st.builds(
    lambda first, then: [first, *then],
    step(creates),
    st.lists(step(commands), min_size=10, max_size=40),
)


Log = list[tuple[bytes, Guest | None]]
"""Events as they are stored, and the guest that was stored beside them."""


def recorded(decision: Decision) -> Log:
    guest = decision.guest[1] if decision.guest else None
    return [(event.encode(each), guest) for each in decision.events]


def replayed(kitchen: Kitchen, log: Log) -> Kitchen:
    """A fresh kitchen with the same rules that has read the log."""
    fresh = Kitchen(kitchen.plan, kitchen.settings)
    for stored, guest in log:
        fresh.apply(event.decode(stored), guest)
    return fresh


def restored(kitchen: Kitchen, plan: Plan | None = None) -> Kitchen:
    """A fresh kitchen that has read a snapshot, and the guests beside it.

    It has the same rules of the file, or those of `plan`.
    """
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(kitchen.state()), type=State)
    numbers = [placed.number for placed, _tickets in state.orders]
    fresh = Kitchen(plan or kitchen.plan, kitchen.settings)
    fresh.restore(state, {number: kitchen.placed(number).guest for number in numbers})
    return fresh
