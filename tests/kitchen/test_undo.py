"""What was done by hand can be taken back, as an event: the boards are as they were before."""

from typing import Final

import pytest
from msgspec.structs import replace

from appliance.kitchen import event as events
from appliance.kitchen.command import (
    CancelOrder,
    Command,
    Due,
    FireCourse,
    MoveTicket,
    Reason,
    Refused,
    SetPriority,
    TicketsNow,
    Undo,
)
from appliance.kitchen.deed import DEEDS_KEPT
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.memory import FINISHED_ORDERS_KEPT
from appliance.kitchen.order import Item, Placed
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Ticket
from tests.kitchen.nights import restored
from tests.kitchen.orders import (
    AT_ONCE,
    HOUR,
    MINUTE,
    TOGETHER,
    act,
    after,
    board,
    boards,
    busy,
    create,
    do,
    fire,
    held,
    item,
    new_kitchen,
    rule,
    tick,
    ticket,
    to_do,
    update,
)

STARTER = item("1", "Salad", course=1)
MAIN = item("2", "Steak", course=2, status="hold")
SIDE = item("3", "Fries", course=2, status="hold")
COMBO = item("4", "Combo", course=2, status="hold")
DINNER = create(STARTER, MAIN, SIDE)
WINDOW: Final = AT_ONCE.undo_window // 1000


def undone(kitchen: Kitchen, station: str, order_id: str | None = "7", *, at: float = 60) -> None:
    reply = do(kitchen, Undo(station, order_id), after(at)).reply
    assert isinstance(reply, TicketsNow), reply


def refused(kitchen: Kitchen, command: Command, *, at: float = 60) -> tuple[Reason, str]:
    """Why it was refused; nothing has changed."""
    before = kitchen.state()
    decision = do(kitchen, command, after(at))
    assert isinstance(decision.reply, Refused), decision.reply
    assert decision.events == ()
    assert kitchen.state() == before
    return decision.reply.reason, decision.reply.message


def as_shown(kitchen: Kitchen) -> dict[str, list[Ticket]]:
    """The boards, but for when each ticket last changed: taking back is a change."""
    return {
        station: [replace(shown, updated_at=0) for shown in tickets]
        for station, tickets in boards(kitchen).items()
    }


def facts(kitchen: Kitchen) -> list[Placed]:
    return [placed for placed, _tickets in kitchen.state().orders]


# What is done, where that is taken back, after what.
DEEDS: Final[list[tuple[str, str, list[Command], Command]]] = [
    ("start", "cold", [], act("cold", "start")),
    ("ready", "cold", [act("cold", "start")], act("cold", "ready")),
    ("bump", "cold", [], act("cold", "bump")),
    ("recall", "cold", [act("cold", "bump")], act("cold", "recall")),
    ("void", "cold", [], act("cold", "void")),
    ("the clearing of a void", "cold", [act("cold", "void")], act("cold", "bump")),
    ("priority", "cold", [], SetPriority("cold", "7", "urgent")),
    ("a tick", "cold", [], tick("cold", "1")),
    ("a tick taken away", "cold", [tick("cold", "1")], tick("cold", "1", done=False)),
    ("a tick that fires", "grill", [], tick("grill", "2")),
    ("a start that fires", "grill", [], act("grill", "start")),
    ("a course that is fired", "grill", [], fire(2)),
    ("a course that is fired, at the pass", "pass", [], fire(2)),
    ("the pass starts, and fires", "pass", [act("pass", "bump")], act("pass", "start")),
    ("the pass bumps", "pass", [], act("pass", "bump")),
    ("the pass bumps, a station", "cold", [], act("pass", "bump")),
    ("the pass bumps the last", "pass", [fire(2)], act("pass", "bump")),
    ("a move", "cold", [], MoveTicket("cold", "7", "fry")),
    ("a move, where it went", "fry", [], MoveTicket("grill", "7", "fry")),
    (
        "a move to a board without",
        "cold",
        [MoveTicket("cold", "7", "grill")],
        MoveTicket("fry", "7", "cold"),
    ),
    ("the pass recalls", "pass", [act("pass", "bump")], act("pass", "recall")),
    ("the pass recalls, a station", "cold", [act("pass", "bump")], act("pass", "recall")),
    ("the pass voids", "pass", [], act("pass", "void")),
    ("the pass voids, a station", "grill", [], act("pass", "void")),
]


@pytest.mark.parametrize("settings", [AT_ONCE, TOGETHER])
@pytest.mark.parametrize(
    ("station", "evening", "deed"), [row[1:] for row in DEEDS], ids=[row[0] for row in DEEDS]
)
def test_what_is_taken_back_leaves_no_trace_on_any_board(
    station: str, evening: list[Command], deed: Command, settings: Settings
) -> None:
    kitchen = new_kitchen(settings=settings)
    for command in [DINNER, create(item("9", "Combo"), id="8"), *evening]:
        do(kitchen, command)
    before, placed = as_shown(kitchen), facts(kitchen)
    assert do(kitchen, deed, after(30)).events
    assert as_shown(kitchen) != before
    decision = do(kitchen, Undo(station, "7"), after(31))
    assert as_shown(kitchen) == before
    assert facts(kitchen) == placed
    assert isinstance(decision.reply, TicketsNow)
    assert decision.reply.tickets == tuple(
        ticket(kitchen, shown.station) for shown in decision.reply.tickets
    )


def test_it_is_an_event_and_says_who_and_what() -> None:
    kitchen = busy(DINNER)
    done = kitchen.decide(act("cold", "bump"), after(0), "Maria").events
    for event in done:
        kitchen.apply(event)
    taken_back = kitchen.decide(Undo("cold", "7"), after(1), "Omar").events
    assert [type(event) for event in (*done, *taken_back)] == [TicketChanged] * 2
    told = [
        (event.kind, event.by, event.action, event.ticket.status, event.ticket.updated_at)
        for event in (*done, *taken_back)
        if isinstance(event, TicketChanged)
    ]
    assert told == [
        ("bumped", "Maria", 1, "bumped", after(0).at),
        ("undone", "Omar", 1, "pending", after(1).at),
    ]


def test_all_that_one_action_changed_has_its_number_and_who_did_it() -> None:
    kitchen = busy(DINNER, create(item("1"), id="8"), fire(2))
    cleared = kitchen.decide(act("pass", "bump"), after(0), "Maria").events
    assert [
        (event.kind, event.ticket.station, event.by, event.action, event.effect)
        for event in cleared
        if isinstance(event, TicketChanged)
    ] == [
        ("bumped", "cold", "Maria", 2, "followed"),
        ("bumped", "grill", "Maria", 2, "followed"),
        ("bumped", "fry", "Maria", 2, "followed"),
        ("bumped", "pass", "Maria", 2, None),
    ]


@pytest.mark.parametrize("target_has_it", [False, True])
def test_a_move_is_taken_back_at_either_station(target_has_it: bool) -> None:  # noqa: FBT001
    for station in ("grill", "fry"):
        kitchen = busy(create(item("1"), *([item("2", "Fries")] if target_has_it else [])))
        do(kitchen, create(item("9", "Salad"), id="8"))
        for other in ("grill", "fry", "cold"):
            do(kitchen, act(other, "start", "8"))
        before = as_shown(kitchen)
        do(kitchen, MoveTicket("grill", "7", "fry"), after(1))
        assert refused(kitchen, Undo("pass"), at=2)[0] == "nothing_to_undo"
        deed = kitchen.to_undo(Undo(station), after(2))
        assert deed is not None
        assert (deed.kind, set(deed.stations)) == ("moved", {"grill", "fry"})
        undone(kitchen, station, None, at=2)
        assert as_shown(kitchen) == before


def test_what_a_point_of_sale_sends_is_nobodys_action() -> None:
    kitchen = new_kitchen()
    for command in (DINNER, update(STARTER, MAIN), CancelOrder("7")):
        changed = [e for e in do(kitchen, command).events if isinstance(e, TicketChanged)]
        assert changed
        assert {(event.by, event.action) for event in changed} == {(None, None)}
        assert refused(kitchen, Undo("grill"))[0] == "nothing_to_undo"


def test_a_second_undo_takes_back_the_action_before() -> None:
    kitchen = busy(DINNER)
    do(kitchen, act("cold", "start"), after(1))
    do(kitchen, act("cold", "bump"), after(2))
    statuses = []
    for _ in range(2):
        undone(kitchen, "cold")
        statuses.append(ticket(kitchen, "cold").status)
    assert statuses == ["in_progress", "pending"]
    assert refused(kitchen, Undo("cold", "7"))[0] == "nothing_to_undo"
    do(kitchen, act("cold", "bump"), after(61))
    undone(kitchen, "cold", at=62)
    assert ticket(kitchen, "cold").status == "pending"


def test_without_an_order_the_newest_thing_done_at_the_station_is_taken_back() -> None:
    kitchen = busy(*(create(item("1"), item("2", "Fries"), id=order_id) for order_id in "123"))
    for station, order_id in (("grill", "2"), ("grill", "1"), ("fry", "3")):
        do(kitchen, act(station, "bump", order_id))
    assert board(kitchen, "grill") == ["3"]
    undone(kitchen, "grill", None)
    assert board(kitchen, "grill") == ["1", "3"]
    undone(kitchen, "grill", None)
    assert board(kitchen, "grill") == ["1", "2", "3"]
    assert board(kitchen, "fry") == ["1", "2"]
    assert refused(kitchen, Undo("grill"))[0] == "nothing_to_undo"


@pytest.mark.parametrize(("station", "with_pass"), [("pass", True), ("grill", False)])
def test_a_fired_course_is_the_passes_where_there_is_one(station: str, with_pass: bool) -> None:  # noqa: FBT001
    kitchen = busy(create(item("9"), id="8"), DINNER, with_pass=with_pass)
    do(kitchen, act("grill", "bump", "8"))
    do(kitchen, fire(2))
    undone(kitchen, station, None)
    assert ticket(kitchen, "grill").status == "held"
    assert ticket(kitchen, "grill", "8").status == "bumped"


@pytest.mark.parametrize(
    ("stations", "done_at"),
    [
        (None, {"pass"}),
        ({"grill"}, {"grill"}),
        ({"grill", "fry"}, {"grill", "fry"}),
        ({"grill", "pass"}, {"pass"}),
        ({"cold"}, {"pass"}),
    ],
)
def test_a_course_is_fired_where_whoever_fires_it_is_let_in(
    stations: set[str] | None, done_at: set[str]
) -> None:
    kitchen = busy(DINNER)
    before = as_shown(kitchen)
    do(kitchen, FireCourse("7", 2, None if stations is None else frozenset(stations)))
    for station in ("grill", "fry", "pass"):
        deed = kitchen.to_undo(Undo(station), after(1))
        assert (set(deed.stations) if deed else None) == (done_at if station in done_at else None)
    undone(kitchen, min(done_at), None)
    assert as_shown(kitchen) == before


@pytest.mark.parametrize(
    ("card", "done_at"),
    [("grill", {"grill", "pass"}), ("pass", {"pass"}), (None, {"pass"})],
)
def test_a_course_that_is_fired_on_a_card_is_done_at_its_station_too(
    card: str | None, done_at: set[str]
) -> None:
    kitchen = busy(create(item("9"), id="8"), DINNER, act("grill", "bump", "8"))
    before = as_shown(kitchen)
    do(kitchen, FireCourse("7", 2, None, card))
    for station in ("grill", "fry", "pass"):
        deed = kitchen.to_undo(Undo(station), after(1))
        done_here = deed is not None and deed.kind == "fired"
        assert done_here == (station in done_at)
    undone(kitchen, min(done_at), None)
    assert as_shown(kitchen) == before


def test_a_course_is_fired_on_no_card_that_its_order_does_not_have() -> None:
    kitchen = busy(DINNER)
    reply = do(kitchen, FireCourse("7", 2, None, "bar")).reply
    assert isinstance(reply, Refused)
    assert reply.reason == "no_such_ticket"


def test_a_cook_who_takes_back_his_last_does_not_hold_a_course_that_the_chef_fired() -> None:
    kitchen = busy(create(item("9"), id="8"), DINNER, act("grill", "bump", "8"), fire(2))
    undone(kitchen, "grill", None)
    assert ticket(kitchen, "grill", "8").status == "pending"
    assert ticket(kitchen, "grill").status == "pending"


@pytest.mark.parametrize(
    ("since", "named"),
    [
        (act("fry", "start"), "ticket at Fry was changed since: it is in_progress now"),
        (act("grill", "bump"), "ticket at Grill was changed since: it is bumped now"),
        (
            MoveTicket("fry", "7", "cold"),
            "ticket at Fry was changed since: it is not there any more",
        ),
        (update(STARTER, MAIN), "order '7' was changed since"),
        (CancelOrder("7"), "order '7' was changed since"),
    ],
)
def test_nothing_is_taken_back_where_somebody_went_on_from_it(since: Command, named: str) -> None:
    kitchen = busy(DINNER, fire(2), since)
    reason, message = refused(kitchen, Undo("pass"))
    assert reason == "cannot_undo"
    assert message == f"the last thing done here was to order '7': the {named}"
    assert refused(kitchen, Undo("pass", "7")) == ("cannot_undo", f"the {named}")


def test_what_cannot_be_taken_back_is_not_passed_over_for_what_was_done_before() -> None:
    kitchen = busy(create(item("9"), id="8"), act("pass", "bump", "8"), DINNER, fire(2))
    do(kitchen, act("fry", "start"))
    assert refused(kitchen, Undo("pass"))[0] == "cannot_undo"
    undone(kitchen, "pass", "8")
    assert board(kitchen, "pass") == ["8", "7"]


def test_what_was_bumped_stays_so_when_its_id_has_come_anew() -> None:
    kitchen = busy(DINNER, fire(2), act("pass", "bump"), create(MAIN, time=2))
    reason, message = refused(kitchen, Undo("pass"))
    assert reason == "cannot_undo"
    assert message == "the last thing done here was to order '7': another order '7' has come since"
    assert refused(kitchen, Undo("pass", "7"))[0] == "nothing_to_undo"


def two_stations() -> Kitchen:
    """Burger and fries that finish together: fry begins a minute after the grill."""
    rules = (rule("grill", 600, name=("burger",)), rule("fry", 540, id="fry", name=("fries",)))
    kitchen = new_kitchen(rules=rules, settings=TOGETHER)
    do(kitchen, create(item("1"), item("2", "Fries")))
    do(kitchen, act("grill", "start"), after(30))
    assert kitchen.next_due == 90_000
    return kitchen


@pytest.mark.parametrize("started", [False, True])
def test_a_station_whose_times_alone_were_moved_hinders_nobody(started: bool) -> None:  # noqa: FBT001
    kitchen = two_stations()
    do(kitchen, Due(), after(90))
    if started:
        do(kitchen, act("fry", "start"), after(95))
    undone(kitchen, "grill", at=100)
    assert ticket(kitchen, "grill").status == "pending"
    assert ticket(kitchen, "fry").status == ("in_progress" if started else "pending")


def fired_together() -> Kitchen:
    """The second course was fired, and fry has begun with it by itself six minutes later."""
    kitchen = new_kitchen(settings=replace(TOGETHER, undo_window=HOUR * 1000))
    for command in (create(STARTER, MAIN, SIDE), fire(2)):
        do(kitchen, command)
    assert kitchen.next_due == 360_000
    do(kitchen, Due(), after(360))
    assert ticket(kitchen, "fry").status == "pending"
    return kitchen


def test_a_course_that_time_has_gone_on_with_is_held_again_everywhere() -> None:
    kitchen = fired_together()
    undone(kitchen, "pass", at=390)
    for station, waits in (("grill", ["2"]), ("fry", ["3"]), ("pass", ["2", "3"])):
        assert held(ticket(kitchen, station)) == waits
    assert kitchen.next_due is None


@pytest.mark.parametrize("since", [act("fry", "start"), tick("fry", "3"), act("fry", "bump")])
def test_what_somebody_did_after_time_had_gone_on_stands_in_the_way(since: Command) -> None:
    kitchen = fired_together()
    do(kitchen, since, after(375))
    assert refused(kitchen, Undo("pass"), at=380)[0] == "cannot_undo"


def test_what_was_put_in_front_before_it_began_by_itself_is_taken_back() -> None:
    kitchen = two_stations()
    do(kitchen, SetPriority("fry", "7", "urgent"), after(60))
    do(kitchen, Due(), after(90))
    undone(kitchen, "fry", at=100)
    do(kitchen, Due(), after(100))
    assert (ticket(kitchen, "fry").priority, to_do(ticket(kitchen, "fry"))) == ("normal", ["2"])


@pytest.mark.parametrize("settings", [AT_ONCE, TOGETHER])
@pytest.mark.parametrize(
    ("main", "voided", "with_pass"), [(SIDE, "fry", True), (COMBO, "grill", False)]
)
def test_a_void_that_is_taken_back_waits_for_nothing_that_was_fired_since(
    main: Item,
    voided: str,
    with_pass: bool,  # noqa: FBT001
    settings: Settings,
) -> None:
    kitchen = new_kitchen(settings=settings, with_pass=with_pass)
    do(kitchen, create(STARTER, main))
    do(kitchen, act(voided, "void"), after(1))
    do(kitchen, fire(2), after(2))
    decision = do(kitchen, Undo(voided, "7"), after(60))
    assert isinstance(decision.reply, TicketsNow), decision.reply
    assert decision.reply.tickets == (ticket(kitchen, voided),)
    assert not any(line.unfired for line in ticket(kitchen, voided).lines)
    do(kitchen, Due(), after(HOUR))
    assert main.line_id in to_do(ticket(kitchen, voided))


def test_a_void_that_is_taken_back_waits_for_its_course_where_nobody_has_fired_it() -> None:
    kitchen = busy(create(STARTER, MAIN, SIDE), act("fry", "void"), act("cold", "bump"))
    undone(kitchen, "fry", "7")
    assert held(ticket(kitchen, "fry")) == ["3"]


def test_a_void_that_is_taken_back_has_its_turn_where_courses_follow_each_other() -> None:
    kitchen = new_kitchen(settings=replace(AT_ONCE, fire_next_course=True))
    for command in (create(STARTER, SIDE), act("fry", "void"), act("cold", "bump")):
        do(kitchen, command)
    undone(kitchen, "fry", "7")
    assert to_do(ticket(kitchen, "fry")) == ["3"]


def test_a_station_whose_times_alone_were_moved_takes_nothing_back() -> None:
    kitchen = two_stations()
    assert refused(kitchen, Undo("fry", "7"))[0] == "nothing_to_undo"
    assert refused(kitchen, Undo("fry"))[0] == "nothing_to_undo"


def test_a_line_that_should_have_begun_meanwhile_begins_at_once() -> None:
    kitchen = two_stations()
    undone(kitchen, "grill", at=70)
    assert to_do(ticket(kitchen, "fry")) == ["2"]
    assert kitchen.next_due is None


def test_a_plan_that_has_moved_since_hinders_nobody_and_counts_for_what_comes_back() -> None:
    kitchen = new_kitchen(settings=TOGETHER)
    do(kitchen, create(item("1"), item("2", "Fries")))  # 10 and 4 minutes.
    do(kitchen, SetPriority("fry", "7", "urgent"), after(60))
    do(kitchen, act("grill", "start"), after(120))
    undone(kitchen, "fry", at=150)
    assert ticket(kitchen, "fry").priority == "normal"
    assert kitchen.next_due == (120 + 600 - 240) * 1000


def test_a_move_is_taken_back_though_the_plan_has_moved_since() -> None:
    kitchen = new_kitchen(settings=TOGETHER)
    do(kitchen, create(item("1"), item("2", "Fries")))
    do(kitchen, MoveTicket("fry", "7", "cold"), after(60))
    do(kitchen, act("grill", "start"), after(120))
    undone(kitchen, "cold", at=150)
    assert (board(kitchen, "cold"), board(kitchen, "fry")) == ([], ["7"])
    assert kitchen.next_due == (120 + 600 - 240) * 1000


def test_there_is_a_window_whatever_the_wall_clock_says() -> None:
    kitchen = busy(DINNER, act("cold", "bump"))
    do(kitchen, act("grill", "start"), after(1))
    assert refused(kitchen, Undo("cold", "7"), at=WINDOW + 0.001)[0] == "nothing_to_undo"
    late = after(WINDOW + 1, wall_clock_off_by=-10 * MINUTE)
    assert isinstance(do(kitchen, Undo("grill", "7"), late).reply, TicketsNow)
    in_time = after(WINDOW, wall_clock_off_by=10 * MINUTE)
    assert isinstance(do(kitchen, Undo("cold", "7"), in_time).reply, TicketsNow)


def test_it_can_be_switched_off() -> None:
    kitchen = new_kitchen(settings=replace(AT_ONCE, undo_window=0))
    do(kitchen, DINNER)
    do(kitchen, act("cold", "bump"))
    reason = "nothing_to_undo", "taking back is switched off here"
    assert refused(kitchen, Undo("cold", "7"), at=0) == reason
    assert refused(kitchen, Undo("cold"), at=0) == reason


def test_what_is_not_there_is_named() -> None:
    kitchen = busy(DINNER)
    assert refused(kitchen, Undo("cold", "8"))[0] == "no_such_ticket"
    assert refused(kitchen, Undo("nowhere", "7"))[0] == "no_such_ticket"
    assert refused(kitchen, Undo("nowhere"))[0] == "no_such_station"


def test_what_is_kept_for_it_is_bounded_and_the_newest() -> None:
    kitchen = busy(DINNER)
    for number in range(DEEDS_KEPT + 5):
        do(kitchen, tick("cold", "1", done=number % 2 == 0), after(number / 10))
    kept = kitchen.state().deeds
    assert [deed.action for deed in kept] == list(range(6, DEEDS_KEPT + 6))
    an_hour = 3_600 + DEEDS_KEPT / 10
    do(kitchen, act("cold", "bump"), after(an_hour))
    assert all(deed.tick >= (an_hour - 3_600) * 1000 for deed in kitchen.state().deeds)


def test_an_order_that_has_been_forgotten_is_not_brought_back() -> None:
    kitchen = busy(create(item("1"), id="8"), act("grill", "bump", "8"), act("pass", "bump", "8"))
    for number in range(FINISHED_ORDERS_KEPT + 2):
        do(kitchen, create(item("1"), time=number))
        do(kitchen, CancelOrder("7"))
    assert refused(kitchen, Undo("grill"))[0] == "nothing_to_undo"


def test_a_restart_does_not_keep_anybody_from_thinking_better_of_it() -> None:
    kitchen = busy(DINNER)
    before = as_shown(kitchen)
    do(kitchen, act("pass", "bump"))
    rebuilt = restored(kitchen)
    undone(rebuilt, "pass")
    assert as_shown(rebuilt) == before
    do(rebuilt, act("cold", "start"), after(61))
    assert [deed.action for deed in rebuilt.state().deeds] == [2]


def test_an_event_from_before_there_was_undo_is_nobodys() -> None:
    old = (
        b'{"type":"ticket","at":5,"tick":5,"kind":"bumped","ticket":{"number":1,'
        b'"station":"grill","lines":[],"created_at":5,"updated_at":5,"status":"bumped"}}'
    )
    event = events.decode(old)
    assert isinstance(event, TicketChanged)
    assert (event.by, event.action, event.effect, event.gone) == (None, None, None, False)
    assert events.encode(event) == old
