"""Stations and rules made at run time, beside those of the file."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from appliance.kitchen import layout
from appliance.kitchen.command import (
    AddRules,
    Command,
    DefineStation,
    Refused,
    RemoveRule,
    RemoveStation,
    RulesNow,
    StationsNow,
)
from appliance.kitchen.event import StationDefined
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from tests.kitchen.nights import Log, recorded, replayed, restored
from tests.kitchen.orders import (
    PASS,
    RULES,
    STATIONS,
    act,
    after,
    board,
    boards,
    busy,
    create,
    do,
    item,
    marks,
    new_kitchen,
    rule,
    ticket,
    to_do,
    update,
)

BAR = Station("bar", "Bar", "bar", display_order=-1, color="#aa5500", alert_threshold_seconds=60)
WATER = rule("bar", 30, id="r-1", name=("water*",))


def refusal(kitchen: Kitchen, command: Command) -> tuple[str, int | None]:
    """Why it is refused, of which rule; nothing may have changed."""
    before = kitchen.state()
    decision = do(kitchen, command)
    assert isinstance(decision.reply, Refused), decision.reply
    assert decision.events == ()
    assert kitchen.state() == before
    return decision.reply.reason, decision.reply.place


def ids(each: Iterable[Station | Rule]) -> list[str]:
    return [one.id for one in each]


def test_a_station_that_is_made_is_there_at_once_in_its_place() -> None:
    kitchen = new_kitchen()
    decision = do(kitchen, DefineStation(replace(BAR, source="file")))
    assert decision.reply == StationsNow((BAR,))
    assert kitchen.stations == (BAR, *STATIONS, PASS)
    again = do(kitchen, DefineStation(BAR))
    assert (again.reply, again.events) == (StationsNow((BAR,)), ())


def test_a_station_that_is_made_anew_reads_as_the_last_one_says() -> None:
    kitchen = busy(DefineStation(BAR))
    renamed = Station("bar", "Drinks", "bar", display_order=9)
    assert do(kitchen, DefineStation(renamed)).reply == StationsNow((renamed,))
    assert kitchen.stations == (*STATIONS, PASS, renamed)


def test_new_rules_route_new_items_and_leave_what_stands() -> None:
    kitchen = busy(DefineStation(BAR), create(item("1", "Water")))
    before = boards(kitchen)
    added = do(kitchen, AddRules((replace(WATER, source="file"),)))
    assert added.reply == RulesNow((WATER,))
    assert ids(kitchen.rules) == ["file-1", "file-2", "r-1"]
    assert boards(kitchen) == before
    do(kitchen, update(item("1", "Water"), item("2", "Water")))
    assert to_do(ticket(kitchen, "cold")) == ["1"]
    assert to_do(ticket(kitchen, "bar")) == ["2"]
    assert ticket(kitchen, "bar").lines[0].prep == 30
    assert do(kitchen, RemoveRule("r-1")).reply == RulesNow(())
    do(kitchen, create(item("1", "Water"), id="8"))
    assert (board(kitchen, "bar"), board(kitchen, "cold")) == (["7"], ["7", "8"])


def test_a_station_that_is_removed_is_gone() -> None:
    kitchen = busy(DefineStation(BAR))
    assert do(kitchen, RemoveStation("bar")).reply == StationsNow(())
    assert kitchen.stations == (*STATIONS, PASS)
    assert refusal(kitchen, RemoveStation("bar")) == ("no_such_station", None)


def test_a_station_that_is_made_inactive_gets_nothing_new_and_keeps_what_it_has() -> None:
    kitchen = busy(DefineStation(BAR), AddRules((WATER,)), create(item("1", "Water")))
    do(kitchen, DefineStation(replace(BAR, active=False)))
    do(kitchen, create(item("1", "Water"), id="8"))
    assert (board(kitchen, "bar"), board(kitchen, "cold")) == (["7"], ["8"])
    do(kitchen, act("bar", "start"))
    assert ticket(kitchen, "bar").status == "in_progress"
    do(kitchen, DefineStation(BAR))
    do(kitchen, create(item("1", "Water"), id="9"))
    assert board(kitchen, "bar") == ["7", "9"]


def test_what_the_file_declares_is_read_only() -> None:
    kitchen = new_kitchen()
    read_only = ("read_only", None)
    assert refusal(kitchen, DefineStation(Station("grill", "My grill"))) == read_only
    assert refusal(kitchen, DefineStation(Station("cold", "Cold", active=False))) == read_only
    assert refusal(kitchen, RemoveStation("grill")) == read_only
    assert refusal(kitchen, RemoveRule("file-1")) == read_only


def test_what_is_not_there_cannot_be_removed() -> None:
    kitchen = new_kitchen()
    assert refusal(kitchen, RemoveStation("bar")) == ("no_such_station", None)
    assert refusal(kitchen, RemoveRule("r-1")) == ("no_such_rule", None)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (rule("oven", id="r-2"), "no_such_station"),
        (rule("pass", id="r-2"), "is_expo"),
        (rule("bar", id="r-1"), "id_taken"),
        (rule("bar", id="r-0"), "id_taken"),
        (rule("bar", id="file-1"), "id_taken"),
    ],
)
def test_of_several_rules_one_that_is_wrong_is_named_and_none_is_added(
    wrong: Rule, reason: str
) -> None:
    kitchen = busy(DefineStation(BAR), AddRules((WATER,)))
    good = rule("bar", id="r-0")
    assert refusal(kitchen, AddRules((good, wrong))) == (reason, 1)
    assert do(kitchen, AddRules((good, replace(good, id="r-2")))).events


def test_no_rules_at_all_change_nothing() -> None:
    decision = do(new_kitchen(), AddRules(()))
    assert (decision.reply, decision.events) == (RulesNow(()), ())


def test_a_station_that_is_needed_cannot_be_removed() -> None:
    kitchen = busy(DefineStation(BAR), AddRules((WATER,)), create(item("1", "Water")))
    assert refusal(kitchen, RemoveStation("bar")) == ("in_use", None)
    do(kitchen, RemoveRule("r-1"))
    assert refusal(kitchen, RemoveStation("bar")) == ("in_use", None)
    do(kitchen, act("bar", "bump"))
    assert do(kitchen, RemoveStation("bar")).reply == StationsNow(())
    do(kitchen, DefineStation(BAR))
    do(kitchen, AddRules((WATER,)))
    assert refusal(kitchen, RemoveStation("bar")) == ("in_use", None)


def test_a_station_that_is_needed_becomes_no_pass_nor_ceases_to_be_one() -> None:
    window = Station("window", "Window", "expo")
    kitchen = busy(DefineStation(BAR), DefineStation(window), AddRules((WATER,)))
    as_pass = DefineStation(replace(BAR, type="expo"))
    assert refusal(kitchen, as_pass) == ("in_use", None)
    do(kitchen, RemoveRule("r-1"))
    assert do(kitchen, as_pass).events
    do(kitchen, create(item("1")))
    assert refusal(kitchen, DefineStation(replace(window, type="grill"))) == ("in_use", None)
    assert do(kitchen, DefineStation(replace(window, name="Hatch"))).events


def test_there_are_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MAX_STATIONS", len(STATIONS) + 2)
    monkeypatch.setattr(layout, "MAX_RULES", len(RULES) + 2)
    kitchen = busy(DefineStation(BAR), AddRules((WATER,)))
    too_many = ("too_many", None)
    assert refusal(kitchen, DefineStation(Station("oven", "Oven"))) == too_many
    assert do(kitchen, DefineStation(replace(BAR, name="Drinks"))).events
    more = (replace(WATER, id="r-2"), replace(WATER, id="r-3"))
    assert refusal(kitchen, AddRules(more)) == too_many
    assert do(kitchen, AddRules(more[:1])).events
    assert refusal(kitchen, AddRules(more[1:])) == too_many


def made() -> tuple[Kitchen, Log]:
    """A kitchen with a bar of its own, and its log."""
    kitchen = new_kitchen()
    log: Log = []
    for command in (
        DefineStation(BAR),
        DefineStation(Station("oven", "Oven")),
        AddRules((WATER, replace(WATER, id="r-2"))),
        RemoveRule("r-2"),
        RemoveStation("oven"),
        create(item("1", "Water")),
    ):
        decision = do(kitchen, command)
        assert decision.events, decision.reply
        log += recorded(decision)
    return kitchen, log


def test_the_log_and_the_snapshot_bring_them_back() -> None:
    kitchen, log = made()
    for again in (replayed(kitchen, log), restored(kitchen)):
        assert again.stations == kitchen.stations
        assert again.rules == kitchen.rules
        do(again, create(item("1", "Water"), id="8"))
        assert board(again, "bar") == ["7", "8"]


def test_where_the_file_declares_it_now_the_file_wins() -> None:
    kitchen, log = made()
    mine, my_rule = replace(STATIONS[0], id="bar"), replace(RULES[0], id="r-1")
    declared = Plan((*kitchen.plan.stations, mine), (*RULES, my_rule), "cold")
    again = replayed(Kitchen(declared), log)
    assert again.stations == (*STATIONS, PASS, mine)
    assert again.rules == (*RULES, my_rule)
    assert refusal(again, DefineStation(BAR)) == ("read_only", None)
    assert refusal(again, RemoveRule("r-1")) == ("read_only", None)
    do(again, create(item("1", "Water"), id="8"))
    assert board(again, "cold") == ["8"]


def test_rules_of_a_station_that_the_file_no_longer_has_are_passed_over() -> None:
    kitchen = new_kitchen()
    log = recorded(do(kitchen, AddRules((rule("fry", id="r-1", name=("soup",)),))))
    without_fry = Plan((STATIONS[0], STATIONS[2], PASS), (), "cold")
    again = replayed(Kitchen(without_fry), log)
    do(again, create(item("1", "Soup")))
    assert board(again, "cold") == ["7"]
    assert ids(again.rules) == ["r-1"]
    assert do(again, RemoveRule("r-1")).events


def test_a_station_that_the_file_made_a_pass_is_one_whatever_rules_say() -> None:
    kitchen = new_kitchen()
    log = recorded(do(kitchen, AddRules((rule("fry", id="r-1"),))))
    as_pass = Plan((STATIONS[0], replace(STATIONS[1], type="expo"), STATIONS[2]), (), "cold")
    again = replayed(Kitchen(as_pass), log)
    do(again, create(item("1", "Soup")))
    assert board(again, "cold") == board(again, "fry") == ["7"]


def test_what_is_taken_away_twice_by_a_log_is_no_error() -> None:
    kitchen, log = made()
    assert replayed(kitchen, [*log, *log[3:5]]).state() == kitchen.state()


def test_a_pass_that_is_made_in_the_middle_of_an_order_does_not_stand_for_it() -> None:
    kitchen = busy(
        create(item("1"), item("2", "Fries")),
        DefineStation(Station("window", "Window", "expo")),
        update(item("1"), item("2", "Fries"), item("3")),
    )
    assert marks(ticket(kitchen, "window")) == {"3": "added"}
    do(kitchen, act("window", "bump"))
    assert board(kitchen, "grill") == board(kitchen, "fry") == board(kitchen, "pass") == ["7"]
    do(kitchen, update(item("1"), item("2", "Fries"), item("3"), item("4")))
    assert to_do(ticket(kitchen, "grill")) == ["1", "3", "4"]
    do(kitchen, act("pass", "bump"))
    assert not any(boards(kitchen).values())


def test_the_first_pass_of_a_kitchen_closes_no_order_that_it_has_not_seen() -> None:
    kitchen = busy(create(item("1")), with_pass=False)
    do(kitchen, DefineStation(Station("window", "Window", "expo")))
    do(kitchen, update(item("1"), item("2", "Fries")))
    do(kitchen, act("window", "bump"))
    do(kitchen, update(item("1"), item("2", "Fries"), item("3")))
    assert to_do(ticket(kitchen, "grill")) == ["1", "3"]


def test_a_pass_that_is_inactive_leaves_the_order_to_its_stations() -> None:
    window = Station("window", "Window", "expo")
    kitchen = new_kitchen(with_pass=False)
    do(kitchen, DefineStation(window))
    do(kitchen, create(item("1")))
    do(kitchen, DefineStation(replace(window, active=False)))
    do(kitchen, act("window", "bump"))
    assert board(kitchen, "grill") == ["7"]
    do(kitchen, update(item("1"), item("2")))
    assert to_do(ticket(kitchen, "grill")) == ["1", "2"]


def test_an_event_carries_the_station_as_it_now_is() -> None:
    decision = do(new_kitchen(), DefineStation(replace(BAR, source="file")), after(5))
    now = after(5)
    assert decision.events == (StationDefined(now.at, now.tick, BAR),)
