"""The next course fires itself when the one before has been bumped everywhere, if it is to."""

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import (
    Command,
    MoveTicket,
    SetPriority,
    TicketsNow,
    Undo,
    UpdateOrder,
)
from appliance.kitchen.event import TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Item
from tests.kitchen.orders import (
    AT_ONCE,
    HOUR,
    TOGETHER,
    act,
    after,
    boards,
    create,
    do,
    fire,
    held,
    item,
    new_kitchen,
    order,
    tick,
    ticket,
    to_do,
    update,
)

BY_ITSELF = replace(AT_ONCE, fire_next_course=True)
SALAD = item("1", "Salad", course=1)
SOUP = item("2", "Burger", course=1)
STEAK = item("3", "Steak", course=2, status="hold")
FRIES = item("4", "Fries", course=2, status="hold")
CAKE = item("5", "Cake", course=3, status="hold")
DESSERT = Item("8", "Cake", course="Dessert", course_status="hold")
SPECIAL = Item("9", "Burger", course="Dessert")
MORE = (SALAD, SOUP, FRIES, item("6", "Burger", course=1))
DINNER = (SALAD, SOUP, STEAK, FRIES, CAKE)


def serving(
    *commands: Command, items: tuple[Item, ...] = DINNER, with_pass: bool = True
) -> Kitchen:
    kitchen = new_kitchen(settings=BY_ITSELF, with_pass=with_pass)
    for command in (create(*items), *commands):
        do(kitchen, command)
    return kitchen


def waiting(kitchen: Kitchen) -> set[str]:
    return {line for tickets in boards(kitchen).values() for each in tickets for line in held(each)}


@pytest.mark.parametrize("with_pass", [True, False])
def test_courses_follow_each_other(with_pass: bool) -> None:  # noqa: FBT001
    kitchen = serving(with_pass=with_pass)
    waits = []
    for minute, station in enumerate(("cold", "grill", "fry", "grill")):
        do(kitchen, act(station, "bump"), after(60 * minute))
        waits.append("".join(sorted(waiting(kitchen))))
    assert waits == ["345", "5", "5", ""]
    assert to_do(ticket(kitchen, "cold")) == ["5"]


def test_by_default_they_wait_for_somebody() -> None:
    kitchen = new_kitchen()
    for command in (create(*DINNER), act("cold", "bump"), act("grill", "bump")):
        do(kitchen, command)
    assert waiting(kitchen) == {"3", "4", "5"}


def test_the_bump_is_told_as_it_was_and_then_what_it_fired() -> None:
    kitchen = serving(act("cold", "bump"))
    decision = kitchen.decide(act("grill", "bump"), after(60), "Maria")
    assert [
        (e.kind, e.ticket.station, e.ticket.status, e.effect, e.by, e.action)
        for e in decision.events
        if isinstance(e, TicketChanged)
    ] == [
        ("bumped", "grill", "held", None, "Maria", 2),
        ("fired", "pass", "pending", "followed", "Maria", 2),
        ("fired", "grill", "pending", "followed", "Maria", 2),
        ("fired", "fry", "pending", "followed", "Maria", 2),
    ]
    assert isinstance(decision.reply, TicketsNow)
    assert decision.reply.tickets[0].status == "pending"


@pytest.mark.parametrize(
    ("items", "evening", "waits"),
    [
        # Something of the course is still being made.
        (DINNER, [act("cold", "bump"), tick("grill", "2")], "345"),
        (DINNER, [act("cold", "bump"), act("grill", "bump"), act("grill", "recall")], "5"),
        # Lines of no course come first, and are one course.
        ((item("1"), item("2", "Fries", status="hold"), STEAK), [act("grill", "bump")], "3"),
        ((item("1"), item("2", "Fries", status="hold"), FRIES), [act("grill", "bump")], "4"),
        # A course that has no number is fired by somebody, and keeps others waiting until then.
        ((SALAD, DESSERT), [act("cold", "bump")], "8"),
        ((SALAD, DESSERT), [act("cold", "bump"), fire(None)], ""),
        ((SALAD, SPECIAL, FRIES), [act("cold", "bump")], "4"),
        ((SALAD, SPECIAL, FRIES), [act("cold", "bump"), act("grill", "bump")], ""),
        # What was fired of a later course keeps nobody waiting.
        ((SALAD, STEAK, item("6", "Fries", course=3)), [act("cold", "bump")], ""),
        # What is voided or struck through keeps nobody waiting.
        ((SALAD, SOUP, FRIES), [act("cold", "bump"), act("grill", "void")], ""),
        ((SALAD, SOUP, FRIES), [act("grill", "void"), act("cold", "bump")], ""),
        (
            (SALAD, SOUP, FRIES),
            [act("cold", "bump"), update(SALAD, FRIES), act("grill", "bump")],
            "",
        ),
        (
            (SALAD, SOUP, FRIES),
            [act("grill", "bump"), update(*MORE), update(SALAD, SOUP, FRIES), act("cold", "bump")],
            "",
        ),
        ((SALAD, FRIES), [act("cold", "void")], ""),
        ((SALAD, FRIES), [update(FRIES)], ""),
        ((SALAD, SOUP, FRIES), [act("cold", "bump"), update(SALAD, FRIES)], ""),
        # What the pass bumped is gone from the stations too.
        ((SALAD, FRIES), [act("pass", "bump")], ""),
        # Nothing that comes before is made any more when it comes.
        ((SALAD,), [act("cold", "bump"), update(SALAD, FRIES)], ""),
        ((SALAD, FRIES, CAKE), [act("cold", "bump"), update(SALAD, CAKE)], ""),
        # Nothing was ever fired.
        ((STEAK, CAKE), [act("grill", "void"), act("grill", "bump")], "35"),
        ((STEAK, CAKE), [update(CAKE)], "5"),
        # What was fired of a later course, and is gone, calls nothing.
        ((STEAK, item("6", "Fries", course=3)), [update(STEAK)], "3"),
        ((SALAD, FRIES), [MoveTicket("cold", "7", "grill"), act("grill", "bump")], ""),
    ],
)
def test_whose_turn_it_is(items: tuple[Item, ...], evening: list[Command], waits: str) -> None:
    kitchen = serving(*evening, items=items)
    assert "".join(sorted(waiting(kitchen))) == waits


def test_a_named_course_has_the_place_that_a_setting_gives_it() -> None:
    kitchen = new_kitchen(settings=replace(BY_ITSELF, courses={"dessert": 3}))
    do(kitchen, create(SALAD, FRIES, DESSERT))
    for station, waits in (("cold", {"8"}), ("fry", set())):
        do(kitchen, act(station, "bump"))
        assert waiting(kitchen) == waits


def test_the_next_course_finishes_together_too() -> None:
    kitchen = new_kitchen(settings=replace(TOGETHER, fire_next_course=True))
    do(kitchen, create(SALAD, STEAK, FRIES))
    do(kitchen, act("cold", "bump"), after(60))
    assert to_do(ticket(kitchen, "grill")) == ["3"]
    assert held(ticket(kitchen, "fry")) == ["4"]
    assert kitchen.next_due == (60 + 360) * 1000


def test_an_order_for_later_that_was_begun_early_follows_it() -> None:
    later = replace(order(SALAD, STEAK), pickup_at=after(2 * HOUR).at, prep_time_duration="PT1H")
    kitchen = new_kitchen(settings=replace(TOGETHER, fire_next_course=True))
    do(kitchen, create())
    do(kitchen, UpdateOrder(later, NOBODY))
    assert kitchen.next_due == HOUR * 1000
    do(kitchen, act("cold", "bump"), after(60))
    assert to_do(ticket(kitchen, "grill")) == ["3"]


def test_a_bump_that_is_taken_back_takes_its_course_back() -> None:
    kitchen = serving(act("cold", "bump"), act("grill", "bump"))
    assert waiting(kitchen) == {"5"}
    do(kitchen, Undo("grill"), after(1))
    assert waiting(kitchen) == {"3", "4", "5"}
    assert to_do(ticket(kitchen, "grill")) == ["2"]


def test_a_course_whose_turn_comes_by_a_new_setting_keeps_what_was_asked_for() -> None:
    before = new_kitchen()
    for command in (create(SALAD, STEAK), act("cold", "bump")):
        do(before, command)
    kitchen = new_kitchen(settings=BY_ITSELF)
    kitchen.restore(before.state(), {})
    do(kitchen, SetPriority("pass", "7", "urgent"), after(60))
    assert waiting(kitchen) == set()
    assert {ticket(kitchen, each).priority for each in ("grill", "pass")} == {"urgent"}
