"""What comes out of a printer for each thing that can happen to an order."""

from typing import Final

import pytest
from msgspec.structs import replace

from appliance.kitchen.command import (
    CancelOrder,
    Command,
    CreateOrder,
    DefineMenuItems,
    Due,
    FireCourse,
    MoveTicket,
    PrintTicket,
    SetPriority,
    Undo,
    UpdateOrder,
)
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import NOBODY, DeliveryService, Guest, Item, Modifier, Order
from appliance.kitchen.rule import Rule
from appliance.kitchen.ticket import Action, Moment
from appliance.printing.chit import Chit, ChitLine, Head
from appliance.printing.dishes import PrintOn
from appliance.printing.wanted import Wants
from tests.kitchen import orders
from tests.kitchen.nights import restored
from tests.kitchen.orders import (
    HOUR,
    MINUTE,
    RULES,
    STATIONS,
    TOGETHER,
    act,
    after,
    create,
    fire,
    item,
    new_kitchen,
    tick,
    update,
)
from tests.printing.papers import Papers, Shift

BURGER, FRIES = item("1", "Burger"), item("2", "Fries")


class Kitchens(Shift):
    """A shift of which what comes out is told in words."""

    def tell(self, command: Command, now: Moment | None = None) -> list[list[str]]:
        return [[said(chit) for chit in chits] for chits in self.do(command, now)]


def at(*wants: Wants, kitchen: Kitchen | None = None) -> Kitchens:
    return Kitchens(kitchen or new_kitchen(), *map(Papers, wants))


def arrival(*stations: str) -> Wants:
    return Wants(stations, "arrival", "station")


def said(chit: Chit) -> str:
    """`change Grill: changed 2 (was 1) Burger`."""
    what = ", ".join(map(line_said, chit.lines))
    hurry = "" if chit.priority == "normal" else f" ({chit.priority})"
    part = f" {chit.part[0]}/{chit.part[1]}" if chit.part else ""
    again = "again " if chit.again else ""
    return f"{again}{chit.kind} {chit.station}{part}{hurry}: {what}"


def line_said(line: ChitLine) -> str:
    mark = f"{line.mark} " if line.mark else ""
    was = "" if line.was is None else f" (was {line.was})"
    waits = " waits" if line.held else ""
    where = f" @{line.station}" if line.station else ""
    mods = "".join(f" +{mod.name}" for mod in line.mods)
    return f"{mark}{line.qty}{was} {line.name}{mods}{waits}{where}"


GRILL, FRY, PASS = arrival("grill"), arrival("fry"), arrival("pass")
COURSES: Final = (item("1", "Burger", course=1), item("2", "Steak", course=2, status="hold"))
TO_FIRE: Final = replace(GRILL, print_on="fire")
TO_BUMP: Final = replace(GRILL, print_on="bump")
BY_HAND: Final = replace(GRILL, print_on="never")


def test_each_station_has_its_own_and_the_pass_has_all() -> None:
    shift = at(GRILL, FRY, PASS)
    assert shift.tell(create(BURGER, FRIES)) == [
        ["ticket Grill: 1 Burger"],
        ["ticket Fry: 1 Fries"],
        ["ticket Pass: 1 Burger, 1 Fries"],
    ]
    assert shift.printers[0].chits[0].also_at == ("Fry",)
    assert shift.printers[2].chits[0].also_at == ("Fry", "Grill")


def test_who_packs_the_order_reads_whether_cutlery_is_wanted() -> None:
    shift = at(GRILL, PASS, replace(GRILL, ticket="order"))
    shift.do(CreateOrder(Order("7", (BURGER,), cutlery=False), NOBODY))
    assert [[chit.cutlery for chit in each.chits] for each in shift.printers] == [
        [None],
        [False],
        [False],
    ]
    shift.do(create(BURGER, id="8"))
    assert [each.chits[-1].cutlery for each in shift.printers] == [None, None, None]


def test_a_side_comes_out_with_what_is_nested_below_it() -> None:
    sides = (*RULES, Rule("side", "fry", modifier=("side*",), takes="modifier"))
    shift = at(GRILL, FRY, PASS, kitchen=new_kitchen(rules=sides))
    mods = (Modifier("No onion"), Modifier("Side Fries"), Modifier("No salt", level=1))
    assert shift.tell(create(replace(BURGER, mods=mods))) == [
        ["ticket Grill: 1 Burger +No onion +Side Fries +No salt"],
        ["ticket Fry: 1 Burger +Side Fries +No salt"],
        ["ticket Pass: 1 Burger +No onion +Side Fries +No salt"],
    ]
    levels = [[mod.level for mod in each.chits[0].lines[0].mods] for each in shift.printers]
    assert levels == [[0, 0, 1], [0, 1], [0, 0, 1]]


def test_a_create_that_comes_again_prints_nothing() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER))
    assert shift.tell(create(BURGER)) == [[]]


def test_what_a_guest_changes_is_a_change() -> None:
    shift = at(GRILL)
    steak = item("3", "Steak")
    shift.do(create(BURGER, item("2"), item("4")))
    changed = update(item("1", qty=3), steak, item("4", "Burger", "No onion"))
    assert shift.tell(changed) == [
        [
            (
                "change Grill: changed 3 (was 1) Burger, changed 1 Burger +No onion, "
                "added 1 Steak, void 1 Burger"
            )
        ]
    ]
    assert shift.tell(changed) == [[]]


def test_another_dish_under_the_same_line_is_a_void_and_a_new_one() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER))
    assert shift.tell(update(item("1", "Steak"))) == [
        ["change Grill: void 1 Burger, added 1 Steak"]
    ]


def test_a_dish_that_goes_to_another_station_is_void_where_it_was() -> None:
    shift = at(GRILL, FRY)
    shift.do(create(BURGER))
    assert shift.tell(update(item("1", "Fries"))) == [
        ["void Grill: void 1 Burger"],
        ["ticket Fry: 1 Fries"],
    ]


def test_a_cancelled_order_is_void_at_every_station() -> None:
    shift = at(GRILL, FRY, PASS)
    shift.do(create(BURGER, FRIES))
    assert shift.tell(CancelOrder("7")) == [
        ["void Grill: void 1 Burger"],
        ["void Fry: void 1 Fries"],
        ["void Pass: void 1 Burger, void 1 Fries"],
    ]
    assert shift.tell(CancelOrder("7")) == [[], [], []]


def test_what_is_made_already_is_not_voided() -> None:
    shift = at(GRILL, PASS)
    shift.do(create(BURGER, FRIES))
    shift.do(act("grill", "bump"))
    assert shift.tell(CancelOrder("7")) == [[], ["void Pass: void 1 Burger, void 1 Fries"]]


def test_of_what_is_made_in_part_the_rest_is_void() -> None:
    shift = at(GRILL)
    shift.do(create(*COURSES))
    shift.do(act("grill", "bump"))
    assert shift.tell(CancelOrder("7")) == [["void Grill: void 1 Steak waits"]]


def test_what_is_made_and_then_taken_back_prints_nothing() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER, FRIES))
    shift.do(act("grill", "bump"))
    assert shift.tell(update(FRIES)) == [[]]
    assert shift.tell(update(BURGER, FRIES)) == [["ticket Grill: 1 Burger"]]
    shift.do(act("grill", "bump"), after(5))
    assert shift.tell(update(item("1", "Steak"), FRIES)) == [["change Grill: added 1 Steak"]]


def test_a_void_is_taken_back_by_a_ticket() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER))
    assert shift.tell(act("grill", "void")) == [["void Grill: void 1 Burger"]]
    assert shift.tell(act("grill", "bump")) == [[]]
    assert shift.tell(Undo("grill", "7")) == [[]]  # It is voided still.
    assert shift.tell(Undo("grill", "7")) == [["ticket Grill: 1 Burger"]]


@pytest.mark.parametrize("action", ["ready", "bump", "recall"])
def test_what_a_cook_does_and_takes_back_prints_nothing_on_arrival(action: Action) -> None:
    shift = at(GRILL)
    shift.do(create(BURGER))
    shift.do(act("grill", "start"))
    if action == "recall":
        shift.do(act("grill", "bump"))
    assert shift.tell(act("grill", action), after(5)) == [[]]
    assert shift.tell(Undo("grill"), after(6)) == [[]]


def test_a_second_round_is_an_addition_and_the_first_is_not_told_again() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER, FRIES))
    shift.do(act("grill", "bump"))
    assert shift.tell(update(BURGER, FRIES, item("3", "Steak"))) == [
        ["change Grill: added 1 Steak"]
    ]


def test_a_ticket_that_moves_is_void_where_it_was_and_a_ticket_where_it_is() -> None:
    shift = at(GRILL, FRY)
    shift.do(create(BURGER, FRIES))
    assert shift.tell(MoveTicket("grill", "7", "fry")) == [
        ["void Grill: void 1 Burger"],
        ["ticket Fry: 1 Burger"],
    ]
    assert shift.tell(Undo("grill")) == [
        ["ticket Grill: 1 Burger"],
        ["change Fry: void 1 Burger"],
    ]


def test_a_course_that_waits_says_so_and_is_fired_by_a_short_slip() -> None:
    shift = at(GRILL, PASS)
    assert shift.tell(create(*COURSES)) == [
        ["ticket Grill: 1 Burger, 1 Steak waits"],
        ["ticket Pass: 1 Burger, 1 Steak waits"],
    ]
    assert shift.tell(fire(2)) == [["change Grill: fired 1 Steak"], ["change Pass: fired 1 Steak"]]
    assert shift.tell(fire(2)) == [[], []]
    assert shift.tell(Undo("pass")) == [
        ["change Grill: changed 1 Steak waits"],
        ["change Pass: changed 1 Steak waits"],
    ]


def test_a_course_that_is_called_is_fired_on_paper_when_its_station_begins() -> None:
    shift = at(GRILL, FRY, kitchen=new_kitchen(settings=TOGETHER))
    burger = item("1", "Burger", course=1, status="hold")
    fries = item("2", "Fries", course=1, status="hold")
    shift.do(create(burger, fries))
    assert shift.tell(FireCourse("7", 1), after(0)) == [["change Grill: fired 1 Burger"], []]
    assert shift.tell(Due(), after(6 * MINUTE)) == [[], ["change Fry: fired 1 Fries"]]


def test_on_arrival_nothing_waits_for_another_station() -> None:
    shift = at(FRY, kitchen=new_kitchen(settings=TOGETHER))
    assert shift.tell(create(BURGER, FRIES)) == [["ticket Fry: 1 Fries"]]
    assert shift.tell(Due(), after(6 * MINUTE)) == [[]]


def test_an_order_for_later_waits_and_is_fired_when_it_begins() -> None:
    shift = at(GRILL)
    later = CreateOrder(Order("7", (BURGER,), pickup_at=after(HOUR).at), Guest())
    (chit,) = shift.do(later)[0]
    assert (said(chit), chit.later) == ("ticket Grill: 1 Burger waits", True)
    (chit,) = shift.do(Due(), after(HOUR - 10 * MINUTE))[0]
    assert (said(chit), chit.later) == ("change Grill: fired 1 Burger", False)


def test_an_order_for_later_that_is_begun_early_is_not_for_later_any_more() -> None:
    shift = at(GRILL)
    shift.do(CreateOrder(Order("7", (BURGER,), pickup_at=after(HOUR).at), Guest()))
    (chit,) = shift.do(act("grill", "start"))[0]
    assert (said(chit), chit.later) == ("change Grill: fired 1 Burger", False)


def test_on_fire_what_is_fired_is_printed_then() -> None:
    to_fry = replace(FRY, print_on="fire")
    shift = at(TO_FIRE, to_fry, kitchen=new_kitchen(settings=TOGETHER))
    assert shift.tell(create(*COURSES, item("3", "Fries", course=1))) == [
        ["ticket Grill: 1 Burger"],
        [],
    ]
    assert shift.tell(Due(), after(6 * MINUTE)) == [[], ["ticket Fry: 1 Fries"]]
    assert shift.tell(fire(2), after(7 * MINUTE)) == [["ticket Grill: 1 Steak"], []]
    assert shift.tell(act("grill", "bump"), after(8 * MINUTE)) == [[], []]
    assert shift.tell(act("grill", "recall"), after(9 * MINUTE)) == [[], []]


def test_on_fire_what_was_ticked_early_is_made_and_not_printed() -> None:
    shift = at(TO_FIRE)
    shift.do(create(*COURSES))
    assert shift.tell(tick("grill", "2")) == [[]]


def test_what_is_ticked_early_is_not_fired_on_paper() -> None:
    shift = at(GRILL)
    shift.do(create(*COURSES))
    assert shift.tell(tick("grill", "2")) == [[]]
    assert shift.tell(tick("grill", "2", done=False)) == [[]]


def test_what_was_never_printed_is_never_voided() -> None:
    shift = at(TO_FIRE)
    shift.do(create(item("2", "Steak", course=2, status="hold")))
    assert shift.tell(CancelOrder("7")) == [[]]


def test_on_bump_what_is_bumped_is_printed_once() -> None:
    shift = at(TO_BUMP)
    assert shift.tell(create(*COURSES)) == [[]]
    assert shift.tell(act("grill", "bump"), after(5)) == [["ticket Grill: 1 Burger"]]
    assert shift.tell(act("grill", "recall"), after(10)) == [[]]
    assert shift.tell(fire(2), after(15)) == [[]]
    assert shift.tell(act("grill", "bump"), after(20)) == [["ticket Grill: 1 Steak"]]


def test_on_bump_a_change_is_told_with_the_bump_that_follows() -> None:
    shift = at(TO_BUMP)
    shift.do(create(BURGER, item("3"), FRIES))
    shift.do(act("grill", "bump"), after(5))
    shift.do(act("grill", "recall"), after(10))
    assert shift.tell(update(item("1", qty=2), item("3", "Steak"), FRIES), after(11)) == [[]]
    assert shift.tell(act("grill", "bump"), after(15)) == [
        ["change Grill: changed 2 (was 1) Burger, void 1 Burger, added 1 Steak"]
    ]


def test_on_bump_a_void_of_the_rest_that_is_taken_back_prints_nothing_again() -> None:
    shift = at(TO_BUMP)
    shift.do(create(*COURSES))
    shift.do(act("grill", "bump"))
    assert shift.tell(act("grill", "void"), after(5)) == [[]]
    assert shift.tell(Undo("grill"), after(6)) == [[]]


def test_on_bump_the_end_of_the_day_prints_nothing() -> None:
    kitchen = new_kitchen(settings=replace(TOGETHER, day_closes=240))
    shift = at(TO_BUMP, kitchen=kitchen)
    shift.do(create(BURGER))
    assert shift.tell(Due(), after(24 * HOUR)) == [[]]
    assert not kitchen.live_tickets()


def test_never_prints_only_what_is_asked_for() -> None:
    shift = at(BY_HAND)
    for command in (create(BURGER), update(item("1", qty=2)), act("grill", "start")):
        assert shift.tell(command) == [[]]
    assert shift.tell(PrintTicket("grill", "7")) == [["again ticket Grill: 2 Burger"]]
    assert shift.tell(PrintTicket("fry", "7")) == [[]]


def test_what_is_asked_for_is_the_ticket_as_it_is_and_changes_nothing_else() -> None:
    shift = at(GRILL, FRY)
    shift.do(create(*COURSES))
    shift.do(act("grill", "bump"))
    assert shift.tell(PrintTicket("grill", "7")) == [["again ticket Grill: 1 Steak waits"], []]
    assert shift.tell(fire(2)) == [["change Grill: fired 1 Steak"], []]
    shift.do(CancelOrder("7"))
    assert shift.tell(PrintTicket("grill", "7")) == [["again void Grill: void 1 Steak"], []]


def test_a_reprint_for_one_printer_is_printed_there_whatever_its_stations() -> None:
    shift = at(FRY)
    shift.do(create(BURGER))
    assert shift.tell(PrintTicket("grill", "7", "fry")) == [["again ticket Grill: 1 Burger"]]


def test_an_item_has_a_slip_of_its_own() -> None:
    shift = at(replace(GRILL, ticket="item"))
    assert shift.tell(create(BURGER, item("2", qty=2), item("3", "Steak"))) == [
        ["ticket Grill 1/3: 1 Burger", "ticket Grill 2/3: 2 Burger", "ticket Grill 3/3: 1 Steak"]
    ]
    assert shift.tell(update(BURGER, item("2", qty=2))) == [["change Grill: void 1 Steak"]]


WHOLE: Final = Wants(("grill",), "arrival", "order")


def test_a_whole_order_is_one_chit_that_names_the_stations() -> None:
    shift = at(WHOLE, replace(WHOLE, stations=("pass",)), replace(WHOLE, stations=("cold",)))
    combo = item("3", "Combo")
    whole = "ticket : 1 Burger @Grill, 1 Fries @Fry, 1 Combo @Grill, Fry"
    assert shift.tell(create(BURGER, FRIES, combo)) == [[whole], [whole], []]
    changed = update(item("1", qty=2), combo, item("4", "Salad"))
    change = "change : changed 2 (was 1) Burger @Grill, added 1 Salad @Cold, void 1 Fries @Fry"
    out = shift.tell(changed)
    assert out[:2] == [[change], [change]]
    assert out[2] == ["ticket : 2 Burger @Grill, 1 Combo @Grill, Fry, 1 Salad @Cold"]


def test_a_whole_order_that_is_taken_back_is_one_void_slip() -> None:
    void = [["void : void 1 Burger @Grill, void 1 Fries @Fry"]]
    shift = at(WHOLE)
    shift.do(create(BURGER, FRIES))
    assert shift.tell(CancelOrder("7")) == void
    shift = at(WHOLE)
    shift.do(create(BURGER, FRIES))
    assert shift.tell(act("pass", "void")) == void
    assert shift.tell(Undo("pass")) == [["ticket : 1 Burger @Grill, 1 Fries @Fry"]]


def test_a_change_at_several_stations_is_one_slip_of_a_whole_order() -> None:
    shift = at(WHOLE)
    shift.do(create(BURGER, FRIES))
    assert shift.tell(update(item("1", qty=2), FRIES, item("3", "Fries"))) == [
        ["change : changed 2 (was 1) Burger @Grill, added 1 Fries @Fry"]
    ]


def test_a_whole_order_is_made_when_the_pass_has_sent_it() -> None:
    shift = at(WHOLE)
    shift.do(create(BURGER, FRIES))
    shift.do(act("grill", "bump"))
    assert shift.tell(update(FRIES)) == [["change : void 1 Burger @Grill"]]


def test_a_whole_order_goes_on_when_a_station_with_a_voided_card_is_gone() -> None:
    shift = at(Wants(("fry",), "arrival", "order"))
    shift.do(create(BURGER, FRIES))
    shift.do(act("grill", "void"))
    shift.kitchen = restored(shift.kitchen, Plan((*STATIONS[1:], orders.PASS), RULES, "cold"))
    shift.do(Due())
    assert shift.tell(update(BURGER, item("2", "Fries", qty=2))) == [
        ["change : changed 2 (was 1) Fries @Fry"]
    ]


def test_a_whole_order_is_asked_for_at_any_of_its_stations() -> None:
    shift = at(Wants(("grill", "fry"), "never", "order"))
    shift.do(create(BURGER, FRIES))
    whole = "again ticket : 1 Burger @Grill, 1 Fries @Fry"
    assert shift.tell(PrintTicket("fry", "7")) == [[whole]]
    assert shift.tell(PrintTicket("grill", "7")) == [[whole]]


@pytest.mark.parametrize("print_on", ["arrival", "fire"])
def test_a_printer_of_a_station_and_the_pass_prints_nothing_twice(print_on: PrintOn) -> None:
    shift = at(replace(arrival("grill", "pass"), print_on=print_on))
    assert shift.tell(create(BURGER, FRIES)) == [["ticket : 1 Burger @Grill, 1 Fries @Fry"]]
    assert shift.tell(act("grill", "void")) == [["change : void 1 Burger @Grill"]]


def test_a_printer_of_two_stations_has_a_ticket_for_each() -> None:
    shift = at(arrival("grill", "fry"))
    assert shift.tell(create(BURGER, FRIES)) == [["ticket Grill: 1 Burger", "ticket Fry: 1 Fries"]]
    assert shift.tell(MoveTicket("grill", "7", "fry")) == [
        ["void Grill: void 1 Burger", "ticket Fry: 1 Burger"]
    ]


def test_only_what_becomes_urgent_is_told() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER))
    assert shift.tell(SetPriority("grill", "7", "high")) == [[]]
    assert shift.tell(SetPriority("grill", "7", "urgent")) == [["change Grill (urgent): "]]
    assert shift.tell(act("grill", "start")) == [[]]
    assert shift.tell(SetPriority("grill", "7", "normal")) == [[]]
    assert shift.tell(SetPriority("grill", "7", "urgent")) == [["change Grill (urgent): "]]


def test_what_is_not_on_paper_is_not_urgent_there() -> None:
    urgent = SetPriority("grill", "7", "urgent")
    shift = at(TO_FIRE)
    shift.do(create(item("2", "Steak", course=2, status="hold")))
    assert shift.tell(urgent) == [[]]
    assert shift.tell(fire(2)) == [["ticket Grill (urgent): 1 Steak"]]
    assert shift.tell(act("grill", "start")) == [[]]
    shift = at(TO_BUMP)
    shift.do(create(BURGER, FRIES))
    shift.do(act("grill", "bump"))
    shift.do(act("grill", "recall"))
    assert shift.tell(urgent) == [[]]


def test_an_order_without_lines_is_on_paper_too() -> None:
    shift = at(PASS)
    assert shift.tell(create()) == [["ticket Pass: "]]
    assert shift.tell(act("pass", "start")) == [[]]
    assert shift.tell(CancelOrder("7")) == [["void Pass: "]]
    shift = at(PASS)
    shift.do(create())
    assert shift.tell(update(BURGER)) == [["ticket Pass: 1 Burger"]]
    shift = at(arrival("cold"), GRILL, kitchen=new_kitchen(with_pass=False))
    assert shift.tell(create()) == [["ticket Cold: "], []]
    assert shift.tell(MoveTicket("cold", "7", "grill")) == [["void Cold: "], ["ticket Grill: "]]


def test_a_printer_that_is_new_has_no_part_in_what_was_there() -> None:
    kitchen = new_kitchen()
    Shift(kitchen).do(create(BURGER))
    shift = at(GRILL, kitchen=kitchen)
    assert shift.tell(act("grill", "start")) == [[]]
    assert shift.tell(CancelOrder("7")) == [[]]


def test_who_reads_late_finds_the_same_in_the_end() -> None:
    """Far behind, the order is there only as it is by then."""
    shift, late = at(), Papers(GRILL)
    for command in (create(BURGER, item("2", "Steak")), update(item("1", qty=2))):
        shift.do(command)
    for event in shift.heard:
        late.hear(event, shift.kitchen.placed(1), shift.kitchen)
    assert [line_said(line) for line in late.hanging.values()] == ["2 Burger"]


def test_who_reads_late_gets_by_with_a_dish_that_has_other_modifiers_by_now() -> None:
    rules = (
        Rule("r-1", "grill", name=("burger*",)),
        Rule("r-2", "fry", modifier=("side*",), takes="modifier"),
    )
    shift, late = at(kitchen=new_kitchen(rules=rules)), Papers(FRY)
    shift.do(create(item("1", "Burger", "No onion", "Side Fries")))
    shift.do(update(item("1", "Burger", "Side Salad")))
    for event in shift.heard:
        late.hear(event, shift.kitchen.placed(1), shift.kitchen)
    (line,) = late.hanging.values()
    assert line_said(line) == "1 Burger +Side Salad"
    assert line.only_modifiers


def test_a_chit_tells_who_it_is_for_and_never_phone_or_address() -> None:
    guest = Guest(
        "Ann",
        phone_number="555-0100",
        delivery_address="1 Main St",
        special_instructions="Ring twice",
        driver_phone="555-0101",
        vehicle_model="Van",
        item_instructions={"1": "rare"},
        group_notes={"1": "share"},
    )
    taken = Order(
        "7",
        (Item("1", "Burger", 2, seat="Seat 1", course="Course 1"),),
        mode="Delivery",
        server="Max",
        terminal="POS 2",
        check_number="1042",
        origin_source="Uber",
        covers=3,
        pickup_time="soon",
        pickup_at=after(30 + 600).at,
        delivery_service=DeliveryService("Uber Eats", "U-9"),
    )
    shift = at(GRILL)
    shift.do(DefineMenuItems((MenuItem("B", "Burger", allergens=("gluten",)),)))
    (chit,) = shift.do(CreateOrder(taken, guest), after(30))[0]
    assert chit == Chit(
        "ticket",
        after(30).at,
        1,
        "7",
        "grill",
        "Grill",
        (
            ChitLine(
                "1",
                "Burger",
                2,
                notes="rare; share",
                allergens=("gluten",),
                seat="Seat 1",
                course="Course 1",
            ),
        ),
        name="Ann Uber 1042",
        check_number="1042",
        source="Uber",
        mode="Delivery",
        placed_at=after(30).at,
        target_at=after(600).at,
        server="Max",
        terminal="POS 2",
        covers=3,
        notes="Ring twice",
        delivery="Uber Eats U-9",
    )


@pytest.mark.parametrize(("sent", "told"), [(None, None), ("asap", "asap"), (730, "730")])
def test_only_a_time_that_somebody_gave_is_told_and_as_it_came(
    sent: str | int | None, told: str | None
) -> None:
    shift = at(GRILL)
    (chit,) = shift.do(CreateOrder(Order("7", (BURGER,), pickup_time=sent), NOBODY))[0]
    assert (chit.target_at, chit.target) == (None, told)


def test_a_time_that_reads_the_same_is_no_other() -> None:
    shift = at(GRILL)
    first, same, later = (
        Order("7", (BURGER,), pickup_at=after(seconds).at) for seconds in (600, 659, 660)
    )
    shift.do(CreateOrder(first, NOBODY))
    assert shift.tell(UpdateOrder(same, NOBODY)) == [[]]
    assert shift.tell(UpdateOrder(later, NOBODY)) == [["change Grill: "]]


NUTS: Final = Guest("Ann", special_instructions="no nuts")


def test_what_is_other_of_the_order_as_a_whole_is_a_change_at_each_station() -> None:
    whole = Wants(("pass",), "arrival", "order")
    shift = at(GRILL, FRY, whole, replace(GRILL, ticket="item"))
    shift.do(create(BURGER, FRIES))
    assert shift.tell(update(BURGER, FRIES, guest=NUTS)) == [
        ["change Grill: "],
        ["change Fry: "],
        ["change : "],
        ["change Grill: "],
    ]
    for printer in shift.printers:
        chit = printer.chits[-1]
        assert (chit.name, chit.notes) == ("Ann", "no nuts")
        assert chit.was == Head(mode="For Here")
    assert shift.tell(update(BURGER, FRIES, guest=NUTS)) == [[], [], [], []]


def test_a_changed_dish_and_what_is_other_of_the_order_are_one_slip() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER))
    assert shift.tell(update(replace(BURGER, qty=2), guest=NUTS)) == [
        ["change Grill: changed 2 (was 1) Burger"]
    ]
    assert shift.printers[0].chits[-1].was == Head(mode="For Here")
    assert shift.tell(update(guest=NOBODY)) == [["void Grill: void 2 Burger"]]
    assert shift.printers[0].chits[-1].was is None


def test_who_has_nothing_of_it_on_paper_or_has_made_it_is_told_of_no_other_name() -> None:
    shift = at(GRILL, FRY, TO_FIRE, TO_BUMP, BY_HAND)
    shift.do(create(COURSES[1], FRIES))
    shift.do(act("fry", "bump"))
    assert shift.tell(update(COURSES[1], FRIES, guest=NUTS)) == [["change Grill: "], [], [], [], []]
    shift.do(fire(2))
    assert [printer.chits[-1].was for printer in shift.printers[:3]] == [None, None, None]
    shift.do(act("grill", "bump"))
    assert shift.printers[3].chits[-1].was is None
    assert shift.tell(update(COURSES[1], FRIES)) == [[], [], [], [], []]


def test_what_was_made_and_is_brought_back_is_told_of_another_name_then() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER, FRIES))
    shift.do(act("grill", "bump"))
    assert shift.tell(update(BURGER, FRIES, guest=NUTS)) == [[]]
    assert shift.tell(act("grill", "recall")) == [["change Grill: "]]
    assert shift.printers[0].chits[-1].was == Head(mode="For Here")


def test_what_the_menu_says_of_allergens_later_is_no_change() -> None:
    shift = at(GRILL)
    shift.do(create(BURGER))
    shift.do(DefineMenuItems((MenuItem("B", "Burger", allergens=("gluten",)),)))
    assert shift.tell(act("grill", "start")) == [[]]


def test_a_modifier_alone_is_what_its_station_makes() -> None:
    rules = (
        Rule("r-1", "grill", name=("burger*",)),
        Rule("r-2", "fry", modifier=("side*",), takes="modifier"),
    )
    shift = at(GRILL, FRY, kitchen=new_kitchen(rules=rules))
    out = shift.do(create(item("1", "Burger", "No onion", "Side Fries")))
    assert [said(each) for chits in out for each in chits] == [
        "ticket Grill: 1 Burger +No onion +Side Fries",
        "ticket Fry: 1 Burger +Side Fries",
    ]
    assert [chits[0].lines[0].only_modifiers for chits in out] == [False, True]
