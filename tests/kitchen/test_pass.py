"""What a bump at the pass needs, and what it does to the stations."""

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import Command, Refused
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
