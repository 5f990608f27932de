"""A station leaves the file, or becomes another kind, while it has cards: nothing is lost."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import (
    Command,
    CreateOrder,
    DefineStation,
    Due,
    MoveTicket,
    Refused,
    RemoveStation,
    TimePassed,
)
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.order import NOBODY
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.settings import Settings
from tests.kitchen.nights import Log, recorded, replayed, restored
from tests.kitchen.orders import (
    AT_ONCE,
    HOUR,
    MINUTE,
    PASS,
    RULES,
    STATIONS,
    TOGETHER,
    act,
    after,
    board,
    boards,
    create,
    do,
    done,
    held,
    item,
    order,
    rule,
    tick,
    ticket,
    to_do,
    update,
)

GRILL, FRY, COLD = STATIONS
BURGER, FRIES, COMBO = item("1"), item("2", "Fries"), item("3", "Combo")
FRYER = replace(FRY, id="fryer", name="Fryer")
TO_FRYER = (RULES[0], rule("fryer", 300, id="file-2", name=("fries*", "combo*")))
WITHOUT_FRY = (GRILL, COLD, PASS)
"""Its rules send fries nowhere any more."""
RENAMED = (GRILL, FRYER, COLD, PASS)


def not_yet_moved(
    *commands: Command,
    stations: Sequence[Station] = WITHOUT_FRY,
    rules: Iterable[Rule] = RULES,
    was: Sequence[Station] = (*STATIONS, PASS),
    was_rules: Iterable[Rule] = RULES,
    settings: Settings = AT_ONCE,
    default: str = "cold",
    from_log: bool = False,
    is_stray: bool = True,
) -> Kitchen:
    """All this has happened, then the file was changed, and the service starts."""
    before = Kitchen(Plan(tuple(was), tuple(was_rules), "cold"), settings)
    log: Log = []
    for command in commands:
        decision = do(before, command)
        assert not isinstance(decision.reply, Refused), decision.reply
        log += recorded(decision)
    plan = Plan(tuple(stations), tuple(rules), default)
    kitchen = replayed(Kitchen(plan, settings), log) if from_log else restored(before, plan)
    assert (kitchen.next_due == 0) == is_stray
    return kitchen


def after_a_restart(*commands: Command, **file: Any) -> Kitchen:
    """The same, and what is due at once was done."""
    kitchen = not_yet_moved(*commands, **file)
    do(kitchen, Due(), after(MINUTE))
    assert kitchen.next_due != 0
    return kitchen


@pytest.mark.parametrize("from_log", [False, True])
def test_what_has_no_station_any_more_goes_where_the_rules_send_it_now(from_log: bool) -> None:  # noqa: FBT001
    kitchen = after_a_restart(
        create(BURGER, FRIES), tick("fry", "2"), stations=RENAMED, rules=TO_FRYER, from_log=from_log
    )
    shown = ticket(kitchen, "fryer")
    assert [(line.id, line.prep, line.overflow_from) for line in shown.lines] == [("2", 300, "fry")]
    assert done(shown) == ["2"]
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert kitchen.placed(1).stations == ("fryer", "grill")
    assert [each.station for each in kitchen.live_tickets()] == ["fryer", "grill", "pass"]


def test_what_no_rule_takes_any_more_goes_to_the_default_station() -> None:
    kitchen = after_a_restart(create(BURGER, FRIES))
    assert to_do(ticket(kitchen, "cold")) == ["2"]
    assert ticket(kitchen, "cold").lines[0].unrouted


def test_its_place_on_the_board_goes_with_it_and_nobody_has_begun_it() -> None:
    kitchen = after_a_restart(
        create(FRIES), act("fry", "start"), create(item("1", "Salad"), id="8")
    )
    assert board(kitchen, "cold") == ["7", "8"]
    shown = ticket(kitchen, "cold")
    assert (shown.status, shown.lines[0].begun) == ("pending", None)


def test_a_course_that_waits_waits_there_and_what_was_bumped_stays() -> None:
    kitchen = after_a_restart(
        create(item("2", "Fries", course=1), item("4", "Fries", course=2, status="hold")),
        act("fry", "bump"),
    )
    assert held(ticket(kitchen, "cold")) == ["4"]
    assert done(ticket(kitchen, "fry")) == ["2"]
    assert not ticket(kitchen, "fry").live


def test_the_plan_goes_on() -> None:
    kitchen = after_a_restart(
        create(BURGER, FRIES), stations=RENAMED, rules=TO_FRYER, settings=TOGETHER
    )
    assert held(ticket(kitchen, "fryer")) == ["2"]
    assert kitchen.next_due == 300_000


def test_who_has_a_dish_already_does_not_get_it_twice() -> None:
    kitchen = after_a_restart(create(COMBO), stations=RENAMED, rules=TO_FRYER)
    assert to_do(ticket(kitchen, "grill")) == to_do(ticket(kitchen, "fryer")) == ["3"]
    assert ticket(kitchen, "grill").lines[0].overflow_from is None


def test_what_the_rules_leave_to_one_that_has_done_its_part_is_to_do_again() -> None:
    kitchen = after_a_restart(create(COMBO), act("grill", "bump"))
    assert to_do(ticket(kitchen, "grill")) == ["3"]


def test_a_station_that_became_a_pass_makes_nothing_any_more() -> None:
    as_pass = replace(FRY, type="expo")
    kitchen = after_a_restart(
        create(BURGER, FRIES), create(FRIES, id="8"), stations=(GRILL, as_pass, COLD, PASS)
    )
    assert board(kitchen, "fry") == []
    assert to_do(ticket(kitchen, "cold")) == ["2"]
    do(kitchen, create(FRIES, id="9"))
    assert board(kitchen, "fry") == ["9"]


def test_what_was_bumped_at_a_station_that_became_a_pass_has_not_left() -> None:
    as_pass = replace(FRY, type="expo")
    kitchen = after_a_restart(
        create(COMBO),
        act("fry", "bump"),
        create(FRIES, id="8"),
        stations=(GRILL, as_pass, COLD),
        was=STATIONS,
    )
    do(kitchen, update(COMBO, BURGER))
    assert to_do(ticket(kitchen, "grill")) == ["3", "1"]


def test_a_pass_that_was_renamed_keeps_its_cards() -> None:
    window = replace(PASS, id="window")
    kitchen = after_a_restart(
        create(BURGER, FRIES), act("grill", "bump"), stations=(*STATIONS, window)
    )
    assert [line.id for line in ticket(kitchen, "window").lines] == ["1", "2"]
    assert board(kitchen, "grill") == []
    assert kitchen.placed(1).stations == ("fry", "grill")
    do(kitchen, act("window", "bump"))
    assert not any(boards(kitchen).values())


def test_a_pass_that_is_no_more_leaves_the_order_to_its_stations() -> None:
    kitchen = after_a_restart(create(BURGER), stations=STATIONS)
    assert [each.station for each in kitchen.live_tickets()] == ["grill"]
    do(kitchen, act("grill", "bump"))
    assert kitchen.state().finished == (1,)


def test_a_pass_that_became_a_station_makes_only_what_the_rules_send_there() -> None:
    cooks = replace(PASS, type="dessert")
    kitchen = after_a_restart(create(BURGER), stations=(*STATIONS, cooks))
    assert [each.station for each in kitchen.live_tickets()] == ["grill"]


def test_an_order_without_lines_is_still_somewhere() -> None:
    kitchen = after_a_restart(
        create(), stations=(GRILL, FRY), was=STATIONS, rules=(), default="fry"
    )
    assert board(kitchen, "fry") == ["7"]


def test_a_card_that_was_voided_is_gone() -> None:
    kitchen = after_a_restart(create(BURGER, FRIES), act("fry", "void"))
    assert [each.station for each in kitchen.live_tickets()] == ["grill", "pass"]


def test_a_pass_that_makes_something_now_makes_what_is_added() -> None:
    hatch = Station("hatch", "Hatch", "expo")
    kitchen = not_yet_moved(
        create(BURGER),
        act("hatch", "bump"),
        stations=(*STATIONS, PASS, replace(hatch, type="bar")),
        rules=(*RULES, rule("hatch", name=("water",))),
        was=(*STATIONS, PASS, hatch),
        settings=replace(AT_ONCE, pass_clears_stations=False),
        is_stray=False,
    )
    do(kitchen, update(BURGER, item("4", "Water")))
    do(kitchen, Due())
    assert to_do(ticket(kitchen, "hatch")) == ["4"]
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert kitchen.next_due is None


def test_a_pass_that_has_something_of_the_order_keeps_that() -> None:
    as_pass = replace(FRY, type="expo")
    kitchen = after_a_restart(
        create(BURGER, FRIES), act("fry", "void"), stations=(GRILL, as_pass, COLD)
    )
    assert [each.station for each in kitchen.live_tickets()] == ["grill"]


def test_twins_share_what_comes() -> None:
    twins = (replace(GRILL, id="left"), replace(GRILL, id="right", twin_of="left"), *STATIONS[1:])
    kitchen = after_a_restart(
        *(create(BURGER, id=str(number)) for number in range(4)),
        stations=twins,
        rules=(rule("left", 600, name=("burger*",)),),
        was=STATIONS,
    )
    assert (board(kitchen, "left"), board(kitchen, "right")) == (["0", "2"], ["1", "3"])


def test_what_happened_is_in_the_log_and_says_which_station_it_was() -> None:
    kitchen = Kitchen(Plan(RENAMED, TO_FRYER, "cold"), AT_ONCE)
    before = Kitchen(Plan((*STATIONS, PASS), RULES, "cold"), AT_ONCE)
    log = recorded(do(before, create(BURGER, FRIES)))
    kitchen = replayed(kitchen, log)
    moved = do(kitchen, Due())
    assert moved.reply == TimePassed(("fry",))
    assert [
        (event.kind, event.ticket.station, event.gone, event.by, event.action)
        for event in moved.events
        if isinstance(event, TicketChanged)
    ] == [
        ("moved", "fry", True, None, None),
        ("created", "fryer", False, None, None),
        ("updated", "grill", False, None, None),
        ("updated", "pass", False, None, None),
    ]
    assert do(kitchen, Due()).reply == TimePassed()
    assert kitchen.taken_in() == {"fry": ["fryer"]}
    for again in (replayed(kitchen, [*log, *recorded(moved)]), restored(kitchen)):
        assert again.state() == kitchen.state()
        assert again.next_due is None


def test_a_card_that_comes_back_to_a_station_that_was_removed_meanwhile_moves_on() -> None:
    kitchen = Kitchen(Plan((*STATIONS, PASS), RULES, "cold"), AT_ONCE)
    for command in (
        DefineStation(Station("bar", "Bar")),
        create(BURGER),
        MoveTicket("grill", "7", "bar"),
        act("bar", "bump"),
        RemoveStation("bar"),
        act("bar", "recall"),
    ):
        assert not isinstance(do(kitchen, command).reply, Refused), command
    assert kitchen.next_due == 0
    do(kitchen, Due())
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    assert board(kitchen, "bar") == []


def test_who_has_done_its_part_does_not_get_it_again() -> None:
    kitchen = after_a_restart(create(COMBO), act("grill", "bump"), stations=RENAMED, rules=TO_FRYER)
    assert to_do(ticket(kitchen, "fryer")) == ["3"]
    assert board(kitchen, "grill") == []


def test_who_gets_nothing_has_no_card() -> None:
    kitchen = after_a_restart(
        create(item("2", "Fries", course=1), item("3", "Combo", course=2, status="hold")),
        act("fry", "bump"),
        stations=RENAMED,
        rules=(*TO_FRYER[:1], rule("fryer", name=("fries*",)), rule("cold", name=("combo*",))),
    )
    assert kitchen.placed(1).stations == ("cold", "fry", "grill")
    assert held(ticket(kitchen, "cold")) == ["3"]


def test_all_are_told_that_a_station_has_none_of_it_any_more() -> None:
    kitchen = not_yet_moved(create(BURGER, FRIES, item("4", "Salad")))
    told = [
        each.ticket.station for each in do(kitchen, Due()).events if isinstance(each, TicketChanged)
    ]
    assert sorted(told) == ["cold", "fry", "grill", "pass"]


def test_a_station_that_is_made_again_in_time_keeps_its_cards() -> None:
    kitchen = not_yet_moved(create(FRIES))
    do(kitchen, DefineStation(FRY))
    assert kitchen.next_due is None
    assert board(kitchen, "fry") == ["7"]


@pytest.mark.parametrize(
    ("stations", "cook"),
    [
        (RENAMED, ["cold", "fryer", "grill"]),
        ((*STATIONS, replace(PASS, type="bar")), ["cold", "fry", "grill"]),
    ],
)
def test_an_order_that_changes_before_its_cards_have_moved_loses_nothing(
    stations: Sequence[Station], cook: list[str]
) -> None:
    rules = (*RULES, replace(TO_FRYER[1], id="file-3"))
    kitchen = not_yet_moved(create(COMBO), stations=stations, rules=rules)
    do(kitchen, update(COMBO, item("4", "Salad")))
    do(kitchen, Due())
    assert sorted(each.station for each in kitchen.live_tickets() if each.station != "pass") == cook
    assert list(kitchen.placed(1).stations) == cook


@pytest.mark.parametrize("begun", [act("grill", "bump"), act("pass", "bump")])
def test_an_order_for_later_that_was_begun_at_a_station_that_is_gone_is_begun(
    begun: Command,
) -> None:
    waits = item("2", "Steak", course=2, status="hold")
    later = replace(order(BURGER, waits), pickup_at=after(HOUR).at)
    gone: dict[str, Any] = {"stations": (FRY, COLD, PASS), "rules": RULES[1:]}
    kitchen = after_a_restart(CreateOrder(later, NOBODY), begun, **gone)
    do(kitchen, create(waits, id="8"), after(2 * MINUTE))
    assert [each.status for each in kitchen.live_tickets("cold")] == ["held", "held"]
    assert board(kitchen, "cold") == ["7", "8"]


def test_who_makes_only_the_side_of_a_dish_gets_the_rest_of_it() -> None:
    sides = rule("fry", id="file-2", modifier=("side*",), takes="modifier")
    kitchen = after_a_restart(
        create(item("1", "Burger", "Side Fries")),
        MoveTicket("fry", "7", "cold"),
        was_rules=(RULES[0], sides),
        stations=(FRY, COLD, PASS),
        rules=(sides,),
    )
    [line] = ticket(kitchen, "cold").lines
    assert (line.id, line.mods) == ("1", ())
