"""A ticket is moved by hand: another station makes it, and nothing is lost or made twice."""

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import (
    CancelOrder,
    Command,
    DefineStation,
    Due,
    MoveTicket,
    Reason,
    Refused,
    SetPriority,
    TicketsNow,
)
from appliance.kitchen.event import OrderPlaced, TicketChanged, encode
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Item, Modifier
from appliance.kitchen.routing import Station
from tests.kitchen.nights import replayed, restored
from tests.kitchen.orders import (
    HOUR,
    RECALL_WINDOW,
    RULES,
    STATIONS,
    TOGETHER,
    act,
    after,
    board,
    boards,
    busy,
    create,
    do,
    done,
    fire,
    held,
    item,
    kinds,
    marks,
    new_kitchen,
    rule,
    tick,
    ticket,
    to_do,
    update,
)

BURGER = item("1")
FRIES = item("2", "Fries")
STARTER = item("5", "Burger", course=1)
MAIN = item("6", "Steak", course=2, status="hold")


def move(station: str, to: str) -> MoveTicket:
    return MoveTicket(station, "7", to)


def moved(*commands: Command, station: str = "grill", to: str = "fry") -> Kitchen:
    """A kitchen in which all this has happened, and then the move, a minute later."""
    kitchen = busy(*commands)
    reply = do(kitchen, move(station, to), after(60)).reply
    assert isinstance(reply, TicketsNow), reply
    assert reply.tickets == (ticket(kitchen, to),)
    return kitchen


def stations_of(kitchen: Kitchen) -> tuple[str, ...]:
    return kitchen.placed(1).stations


def test_a_card_goes_as_it_is_and_nothing_of_it_stays() -> None:
    kitchen = moved(create(item("9"), id="8"), create(BURGER, item("3")), tick("grill", "3"))
    assert board(kitchen, "grill") == ["8"]
    assert kitchen.finished_tickets("grill") == []
    assert board(kitchen, "fry") == ["7"]
    there = ticket(kitchen, "fry")
    assert (to_do(there), done(there), there.status) == (["1"], ["3"], "in_progress")
    assert (there.created_at, there.queued) == (after(0).at, 0)
    assert there.updated_at == after(60).at


@pytest.mark.parametrize(
    ("evening", "status"),
    [
        ([], "pending"),
        ([act("grill", "start")], "pending"),
        ([act("grill", "start"), act("grill", "ready")], "ready"),
        ([act("grill", "bump"), act("grill", "recall")], "pending"),
    ],
)
def test_nobody_at_the_other_station_has_begun_it(evening: list[Command], status: str) -> None:
    there = ticket(moved(create(BURGER), *evening), "fry")
    assert there.status == status
    assert {(line.begun, line.due) for line in there.lines if line.to_do} <= {(None, 60_000)}


def test_a_course_that_waits_waits_there() -> None:
    kitchen = moved(create(MAIN))
    assert (held(ticket(kitchen, "fry")), ticket(kitchen, "fry").status) == (["6"], "held")
    do(kitchen, fire(2))
    assert to_do(ticket(kitchen, "fry")) == ["6"]


def test_what_was_ticked_early_waits_there_with_the_rest() -> None:
    side = item("7", "Steak", course=2, status="hold")
    there = ticket(moved(create(MAIN, side), tick("grill", "6")), "fry")
    assert (there.status, done(there), held(there)) == ("held", ["6"], ["7"])


def test_priority_and_marks_go_with_it() -> None:
    kitchen = busy(create(BURGER), SetPriority("grill", "7", "urgent"))
    do(kitchen, update(BURGER, item("3")))
    do(kitchen, move("grill", "fry"))
    assert ticket(kitchen, "fry").priority == "urgent"
    assert marks(ticket(kitchen, "fry")) == {"1": None, "3": "added"}


def test_the_higher_priority_of_two_cards_is_that_of_the_one() -> None:
    for urgent in ("grill", "fry"):
        kitchen = moved(create(BURGER, FRIES), SetPriority(urgent, "7", "urgent"))
        assert ticket(kitchen, "fry").priority == "urgent"


def test_what_was_struck_out_is_nothing_to_cook_elsewhere() -> None:
    kitchen = moved(create(BURGER, item("3")), update(item("3")))
    assert marks(ticket(kitchen, "fry")) == {"3": None}


def test_what_was_bumped_stays_and_is_complete() -> None:
    kitchen = busy(create(STARTER, MAIN), act("grill", "bump"))
    do(kitchen, move("grill", "fry"), after(HOUR))
    stays = ticket(kitchen, "grill")
    assert (done(stays), stays.status, stays.completed_at) == (["5"], "bumped", after(HOUR).at)
    assert held(ticket(kitchen, "fry")) == ["6"]
    do(kitchen, act("grill", "recall"), after(HOUR + RECALL_WINDOW))
    assert to_do(ticket(kitchen, "grill")) == ["5"]


def test_a_station_that_has_the_order_gets_the_lines_besides() -> None:
    kitchen = moved(create(BURGER, FRIES), act("fry", "start"))
    there = ticket(kitchen, "fry")
    assert (to_do(there), there.status) == (["2", "1"], "in_progress")
    assert there.started_at == after(0).at


@pytest.mark.parametrize(
    ("evening", "left"),
    [
        ([], ["1"]),
        ([tick("fry", "1")], ["1"]),  # Its own part is done, the grill's is not.
        ([act("fry", "bump")], ["1"]),
        ([tick("grill", "1")], ["1"]),
        ([tick("grill", "1"), tick("fry", "1")], []),
    ],
)
def test_a_dish_of_both_is_shown_once_and_to_do_where_either_is(
    evening: list[Command], left: list[str]
) -> None:
    there = ticket(moved(create(item("1", "Combo")), *evening), "fry")
    assert [line.id for line in there.lines] == ["1"]
    assert to_do(there) == left
    assert there.live
    assert there.lines[0].prep == 600


def test_a_dish_of_both_that_was_fired_at_one_is_fired() -> None:
    rules = (*RULES, rule("cold", 1200, name=("salad",)))
    kitchen = new_kitchen(rules=rules, settings=TOGETHER)
    do(kitchen, create(item("1", "Combo"), item("2", "Salad")))
    do(kitchen, act("grill", "start"))
    assert held(ticket(kitchen, "fry")) == ["1"]
    do(kitchen, move("grill", "fry"))
    assert to_do(ticket(kitchen, "fry")) == ["1"]


def test_a_bumped_ticket_comes_back_for_what_comes() -> None:
    kitchen = moved(create(BURGER, FRIES), act("fry", "bump"))
    there = ticket(kitchen, "fry")
    assert (to_do(there), there.status, there.completed_at) == (["1"], "pending", None)
    do(kitchen, act("fry", "bump"), after(61))
    do(kitchen, act("fry", "recall"), after(62))
    assert to_do(ticket(kitchen, "fry")) == ["1"]


def test_a_voided_ticket_comes_back_for_what_comes_alone() -> None:
    kitchen = moved(create(BURGER, FRIES), act("fry", "void"))
    assert to_do(ticket(kitchen, "fry")) == ["1"]
    assert marks(ticket(kitchen, "fry")) == {"2": "deleted", "1": None}


def test_a_moved_line_stays_where_it_is_when_the_order_changes() -> None:
    kitchen = moved(create(BURGER, FRIES))
    do(kitchen, update(BURGER, FRIES, item("3", "Salad")))
    assert to_do(ticket(kitchen, "fry")) == ["2", "1"]
    assert board(kitchen, "grill") == []


def test_the_order_is_whole_when_the_pass_bumps_it() -> None:
    kitchen = moved(create(BURGER))
    do(kitchen, act("pass", "bump"))
    assert not any(boards(kitchen).values())
    assert ticket(kitchen, "fry").status == "bumped"


def test_without_a_pass_an_order_is_open_until_the_other_station_bumps_it() -> None:
    kitchen = busy(create(BURGER), with_pass=False)
    do(kitchen, move("grill", "fry"))
    do(kitchen, update(BURGER, FRIES))
    assert to_do(ticket(kitchen, "fry")) == ["1", "2"]


def test_a_card_without_lines_can_be_moved() -> None:
    kitchen = busy(create(), with_pass=False)
    do(kitchen, move("cold", "fry"))
    assert (board(kitchen, "cold"), board(kitchen, "fry")) == ([], ["7"])
    assert ticket(kitchen, "fry").status == "pending"


def test_to_move_it_where_it_is_changes_nothing() -> None:
    kitchen = busy(create(BURGER))
    decision = do(kitchen, move("grill", "grill"))
    assert decision.events == ()
    assert isinstance(decision.reply, TicketsNow)
    assert decision.reply.tickets == (ticket(kitchen, "grill"),)


@pytest.mark.parametrize(
    ("evening", "command", "reason"),
    [
        ([act("grill", "bump")], move("grill", "fry"), "wrong_state"),
        ([act("grill", "void")], move("grill", "fry"), "wrong_state"),
        ([CancelOrder("7")], move("grill", "fry"), "wrong_state"),
        ([], move("pass", "fry"), "cannot_move"),
        ([], move("grill", "pass"), "cannot_move"),
        ([], move("grill", "bar"), "cannot_move"),
        ([], move("grill", "nowhere"), "no_such_station"),
        ([], move("cold", "fry"), "no_such_ticket"),
        ([], MoveTicket("grill", "8", "fry"), "no_such_ticket"),
        ([move("grill", "fry")], move("grill", "fry"), "no_such_ticket"),
    ],
)
def test_what_cannot_be_moved_stays(
    evening: list[Command], command: MoveTicket, reason: Reason
) -> None:
    kitchen = busy(create(BURGER), DefineStation(Station("bar", "Bar", active=False)), *evening)
    before = kitchen.state()
    decision = do(kitchen, command)
    assert isinstance(decision.reply, Refused)
    assert decision.reply.reason == reason
    assert kitchen.state() == before


def test_a_station_that_is_no_more_can_be_cleared() -> None:
    kitchen = new_kitchen(stations=[station for station in STATIONS if station.id != "grill"])
    kitchen.restore(busy(create(BURGER)).state(), {})
    do(kitchen, move("grill", "fry"))
    assert to_do(ticket(kitchen, "fry")) == ["1"]
    assert board(kitchen, "grill") == []


def test_the_boards_are_told_what_goes_what_comes_and_where_the_rest_is() -> None:
    kitchen = busy(create(BURGER, item("3", "Salad")))
    assert stations_of(kitchen) == ("cold", "grill")
    told = do(kitchen, move("grill", "fry")).events
    assert [
        (event.kind, event.ticket.station, event.ticket.live, event.gone)
        for event in told
        if isinstance(event, TicketChanged)
    ] == [
        ("moved", "grill", False, True),
        ("created", "fry", True, False),
        ("updated", "pass", True, False),
        ("updated", "cold", True, False),
    ]
    assert stations_of(kitchen) == ("cold", "fry")


def test_where_nobody_joins_or_leaves_the_others_are_told_nothing() -> None:
    kitchen = busy(create(STARTER, MAIN, FRIES), act("grill", "bump"))
    assert kinds(do(kitchen, move("grill", "fry")).events) == ["moved", "updated"]


def test_who_cooks_an_order_is_known_before_its_first_ticket_is_shown() -> None:
    kitchen = new_kitchen()
    first, *_ = do(kitchen, create(BURGER, FRIES)).events
    fresh = new_kitchen()
    placed = fresh.apply(first)
    assert placed is not None
    assert placed.stations == ("fry", "grill")
    do(kitchen, update(BURGER, FRIES, item("3", "Salad")))
    assert stations_of(kitchen) == ("cold", "fry", "grill")


def test_the_plan_goes_on_with_the_station_that_has_it_now() -> None:
    kitchen = new_kitchen(settings=TOGETHER)
    do(kitchen, create(BURGER, item("2", "Fries")))
    do(kitchen, act("grill", "start"))
    assert kitchen.next_due == 360_000
    do(kitchen, move("grill", "cold"), after(60))
    assert kitchen.next_due == 420_000
    do(kitchen, Due(), after(420))
    assert to_do(ticket(kitchen, "fry")) == ["2"]


def test_it_is_all_in_the_log_and_in_the_snapshot() -> None:
    kitchen = new_kitchen()
    log = []
    for command in (create(STARTER, MAIN, FRIES), act("grill", "bump"), move("grill", "cold")):
        decision = do(kitchen, command)
        guest = decision.guest[1] if decision.guest else None
        log += [(encode(event), guest) for event in decision.events]
    assert replayed(kitchen, log).state() == kitchen.state()
    assert restored(kitchen).state() == kitchen.state()


def test_a_log_from_before_stations_were_kept_tells_of_them_all_the_same() -> None:
    kitchen = new_kitchen()
    for event in kitchen.decide(create(BURGER, FRIES), after(0)).events:
        kitchen.apply(replace(event, stations=()) if isinstance(event, OrderPlaced) else event)
    assert stations_of(kitchen) == ("fry", "grill")


SIDES = (
    rule("grill", 600, id="grill", name=("plate",)),
    rule("fry", 240, id="fry", modifier=("fries",), takes="modifier"),
    rule("cold", 60, id="cold", modifier=("salad",), takes="modifier"),
)


@pytest.mark.parametrize(
    ("moves", "counts"),
    [
        ([], {"grill": 2, "fry": 6, "cold": 2}),
        ([("cold", "fry")], {"grill": 2, "fry": 8}),
        ([("fry", "grill")], {"grill": 2, "cold": 2}),
        ([("grill", "fry")], {"fry": 2, "cold": 2}),
        ([("grill", "cold"), ("cold", "fry")], {"fry": 2}),
    ],
)
def test_how_many_are_made_of_it_is_known_where_it_comes_to(
    moves: list[tuple[str, str]], counts: dict[str, int]
) -> None:
    kitchen = new_kitchen(rules=SIDES)
    plate = Item("1", "Plate", 2, mods=(Modifier("Fries", qty=3), Modifier("Salad")))
    do(kitchen, create(plate))
    for station, to in moves:
        do(kitchen, move(station, to))
    lines = {each.station: each.lines[0] for each in kitchen.live_tickets()}
    assert {station: line.count for station, line in lines.items() if station != "pass"} == counts


@pytest.mark.parametrize(
    ("moves", "made"),
    [
        ([("cold", "fry")], {"grill": (), "fry": (0, 2)}),
        ([("fry", "grill")], {"grill": (), "cold": (2,)}),
        ([("grill", "cold")], {"fry": (0,), "cold": ()}),
        ([("cold", "fry"), ("fry", "grill")], {"grill": ()}),
        ([("cold", "bar")], {"grill": (), "fry": (0,), "bar": (2,)}),
    ],
)
def test_modifiers_that_were_made_alone_are_made_where_they_come_to(
    moves: list[tuple[str, str]], made: dict[str, tuple[int, ...]]
) -> None:
    kitchen = new_kitchen(rules=SIDES, stations=(*STATIONS, Station("bar", "Bar")))
    do(kitchen, create(item("1", "Plate", "Fries", "No onion", "Salad")))
    for station, to in moves:
        do(kitchen, move(station, to))
    stands = {
        each.station: line.mods
        for each in kitchen.live_tickets()
        for line in each.lines
        if each.station != "pass"
    }
    assert stands == made


def test_what_no_rule_took_is_still_told_where_it_was_moved() -> None:
    kitchen = new_kitchen(rules=SIDES)
    do(kitchen, create(item("1", "Soup", "Fries")))
    do(kitchen, move("cold", "fry"))
    (line,) = ticket(kitchen, "fry").lines
    assert (line.unrouted, line.mods) == (True, ())
    assert kitchen.unrouted.count == 1
