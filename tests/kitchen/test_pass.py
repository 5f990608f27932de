"""What a bump at the pass needs, and what it does to the stations."""

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import Command, Refused, TicketsNow, Undo
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.kitchen import Kitchen
from tests.kitchen.orders import (
    AT_ONCE,
    STATIONS,
    TOGETHER,
    act,
    after,
    board,
    create,
    do,
    fire,
    item,
    new_kitchen,
    tick,
    ticket,
    to_do,
    update,
)

WAITS = replace(AT_ONCE, pass_waits_for_stations=True)
BOTH_BUMPED: list[Command] = [act("grill", "bump"), act("fry", "bump")]
DINNER = create(item("1"), item("2", "Fries"), item("3", "Salad", course=2, status="hold"))


def waiting_pass(*commands: Command) -> Kitchen:
    kitchen = new_kitchen(settings=WAITS)
    for command in (DINNER, *commands):
        do(kitchen, command)
    return kitchen


@pytest.mark.parametrize(
    ("evening", "waited_for"),
    [
        ([], "Grill, Fry"),
        ([act("grill", "start")], "Grill, Fry"),
        ([act("grill", "bump")], "Fry"),
        ([tick("fry", "2")], "Grill"),
        ([act("fry", "void"), tick("grill", "1")], None),
        (BOTH_BUMPED, None),
        ([*BOTH_BUMPED, fire(2)], "Cold"),
        ([*BOTH_BUMPED, act("grill", "recall")], "Grill"),
        ([*BOTH_BUMPED, act("pass", "bump"), fire(2), act("grill", "recall")], "Grill, Cold"),
        ([act("grill", "bump"), update(item("1"), item("3", "Salad"))], "Cold"),
        ([*BOTH_BUMPED, act("pass", "bump"), fire(2), tick("cold", "3")], None),
        ([act("pass", "void")], None),
    ],
)
def test_the_pass_waits_for_the_stations_where_it_is_to(
    evening: list[Command], waited_for: str | None
) -> None:
    kitchen = waiting_pass(*evening)
    before = kitchen.state()
    reply = do(kitchen, act("pass", "bump"), after(60)).reply
    if waited_for is None:
        assert not isinstance(reply, Refused), reply
        return
    assert isinstance(reply, Refused)
    assert (reply.reason, reply.to_status) == ("wrong_state", "bumped")
    assert reply.message == f"not before it is done at {waited_for}"
    assert kitchen.state() == before


def test_the_pass_waits_for_what_is_to_begin_later() -> None:
    kitchen = new_kitchen(settings=replace(TOGETHER, pass_waits_for_stations=True))
    do(kitchen, create(item("1"), item("2", "Fries")))
    assert ticket(kitchen, "fry").status == "held"
    reply = do(kitchen, act("pass", "bump")).reply
    assert isinstance(reply, Refused)
    assert reply.message.endswith("at Grill, Fry")


def test_a_station_waits_for_nobody() -> None:
    kitchen = waiting_pass(act("grill", "bump"))
    assert ticket(kitchen, "grill").status == "bumped"


def test_the_pass_that_waits_leaves_the_course_that_is_held() -> None:
    kitchen = waiting_pass(act("grill", "bump"), act("fry", "bump"), act("pass", "bump"))
    assert ticket(kitchen, "pass").status == "held"
    assert ticket(kitchen, "cold").status == "held"


def test_the_pass_leaves_the_stations_alone_where_it_is_to() -> None:
    kitchen = new_kitchen(settings=replace(AT_ONCE, pass_clears_stations=False))
    do(kitchen, create(item("1"), item("2", "Fries")))
    do(kitchen, act("pass", "bump"))
    assert board(kitchen, "pass") == []
    assert to_do(ticket(kitchen, "grill")) == ["1"]
    do(kitchen, update(item("1"), item("2", "Fries"), item("4")))
    assert to_do(ticket(kitchen, "grill")) == ["1"], "the order has left"
    do(kitchen, act("grill", "bump"))
    assert board(kitchen, "grill") == []
    assert {station.id for station in STATIONS if board(kitchen, station.id)} == {"fry"}


def recalled(kitchen: Kitchen, station: str = "pass") -> dict[str, list[str]]:
    """What there is to do at each station after a recall."""
    reply = do(kitchen, act(station, "recall"), after(120)).reply
    assert not isinstance(reply, Refused), reply
    return {
        each: to_do(shown)
        for each in kitchen.router.stations
        for shown in kitchen.live_tickets(each)
        if to_do(shown)
    }


def test_what_the_pass_calls_back_is_to_be_made_again_where_it_was_cleared() -> None:
    kitchen = new_kitchen()
    do(kitchen, DINNER)
    do(kitchen, act("grill", "bump"), after(30))
    do(kitchen, act("pass", "bump"), after(60))
    assert recalled(kitchen) == {"fry": ["2"], "pass": ["1", "2"]}
    assert ticket(kitchen, "fry").status == "recalled"
    assert ticket(kitchen, "grill").status == "bumped", "its cook has done it, and can call it back"
    assert ticket(kitchen, "cold").status == "held"


def test_an_order_that_is_called_back_is_so_whole() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1"), item("2", "Combo")))
    do(kitchen, tick("grill", "1"))
    do(kitchen, act("pass", "bump"), after(60))
    assert recalled(kitchen) == {"grill": ["1", "2"], "fry": ["2"], "pass": ["1", "2"]}


def test_what_a_station_bumped_since_stays_away() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1"), item("2", "Fries")))
    do(kitchen, act("pass", "bump"), after(60))
    do(kitchen, act("grill", "recall"), after(70))
    do(kitchen, act("grill", "bump"), after(80))
    assert recalled(kitchen) == {"fry": ["2"], "pass": ["1", "2"]}


def test_what_nobody_wants_any_more_is_not_called_back() -> None:
    waits = item("3", "Salad", course=2, status="hold")
    kitchen = new_kitchen()
    do(kitchen, create(item("1"), item("2", "Fries"), waits))
    do(kitchen, act("pass", "bump"), after(60))
    do(kitchen, update(item("1"), waits), after(70))
    assert recalled(kitchen) == {"grill": ["1"], "pass": ["1"]}
    assert board(kitchen, "fry") == []


def test_a_station_calls_back_its_own_alone() -> None:
    kitchen = new_kitchen()
    do(kitchen, create(item("1"), item("2", "Fries")))
    do(kitchen, act("pass", "bump"), after(60))
    assert recalled(kitchen, "grill") == {"grill": ["1"]}


def test_a_pass_that_leaves_the_stations_alone_calls_nothing_back_there() -> None:
    kitchen = new_kitchen(settings=replace(AT_ONCE, pass_clears_stations=False))
    do(kitchen, create(item("1")))
    for station in ("grill", "pass"):
        do(kitchen, act(station, "bump"), after(60))
    assert recalled(kitchen) == {"pass": ["1"]}


@pytest.mark.parametrize("clears", [True, False])
def test_a_void_at_the_pass_is_that_of_the_order(clears: bool) -> None:  # noqa: FBT001
    kitchen = new_kitchen(settings=replace(AT_ONCE, pass_clears_stations=clears))
    do(kitchen, DINNER)
    do(kitchen, act("fry", "bump"))
    before = kitchen.state().orders
    events = do(kitchen, act("pass", "void"), after(60)).events
    assert [
        (event.kind, event.ticket.station, event.effect)
        for event in events
        if isinstance(event, TicketChanged)
    ] == [("voided", "grill", "followed"), ("voided", "cold", "followed"), ("voided", "pass", None)]
    assert ticket(kitchen, "fry").status == "bumped"
    do(kitchen, act("pass", "bump"), after(70))
    assert board(kitchen, "grill") == ["7"], "its cook has not seen it"
    for _ in range(2):
        assert isinstance(do(kitchen, Undo("pass", "7"), after(80)).reply, TicketsNow)
    [(_placed, tickets)] = kitchen.state().orders
    assert [replace(each, updated_at=0) for each in tickets] == [
        replace(each, updated_at=0) for each in before[0][1]
    ]


def test_a_void_at_a_station_is_its_own() -> None:
    kitchen = new_kitchen()
    do(kitchen, DINNER)
    do(kitchen, act("grill", "void"))
    assert {each.status for each in kitchen.live_tickets() if each.station != "grill"} == {
        "pending",
        "held",
    }
