"""What comes out of printers while no screen shows a station, and what does not come out twice."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from appliance.kitchen.command import CancelOrder, MoveTicket, PrintTicket, SetPriority
from appliance.printing.wanted import Wants
from tests.kitchen.orders import act, create, fire, item, update
from tests.printing.papers import Papers
from tests.printing.test_slips import Kitchens, at, said

BURGER, FRIES = item("1", "Burger"), item("2", "Fries")
COURSES: Final = (item("1", "Burger", course=1), item("2", "Steak", course=2, status="hold"))
NEVER: Final = Wants(("grill",), "never", "station")
BUMP: Final = replace(NEVER, print_on="bump")
BOTH: Final = (NEVER, BUMP)
URGENT: Final = SetPriority("grill", "7", "urgent")


def unseen(shift: Kitchens, *stations: str) -> list[list[str]]:
    return [[said(chit) for chit in chits] for chits in shift.see_all_but(*stations)]


def everywhere(kitchen: Sequence[list[str]]) -> list[str]:
    """What came out of each, where that is the same of all."""
    first = kitchen[0]
    assert all(each == first for each in kitchen), kitchen
    return first


def test_what_is_live_and_not_on_paper_comes_out_at_that_station_alone() -> None:
    on_arrival, on_fire = replace(NEVER, print_on="arrival"), replace(NEVER, print_on="fire")
    shift = at(*BOTH, on_arrival, on_fire, replace(NEVER, stations=("fry",)))
    shift.do(create(*COURSES, item("3", "Fries")))
    chit = ["ticket Grill: 1 Burger, 1 Steak waits"]
    assert unseen(shift, "grill") == [chit, chit, [], [], []]
    assert unseen(shift, "grill", "fry") == [[], [], [], [], ["ticket Fry: 1 Fries"]]


def test_what_was_taken_off_while_it_was_seen_is_not_told_any_more() -> None:
    shift = at(NEVER)
    shift.do(create(BURGER))
    unseen(shift, "grill")
    unseen(shift)
    shift.do(CancelOrder("7"))
    shift.do(act("grill", "bump"))
    assert unseen(shift, "grill") == [[]]


def test_what_is_not_to_be_made_any_more_comes_out_nowhere() -> None:
    shift = at(NEVER)
    shift.do(create(BURGER, id="1"))
    shift.do(act("grill", "bump", "1"))
    shift.do(create(BURGER, id="2"))
    shift.do(CancelOrder("2"))
    assert unseen(shift, "grill") == [[]]


def test_then_all_is_printed_as_it_happens_as_on_arrival() -> None:
    shift = at(*BOTH)
    unseen(shift, "grill")
    assert everywhere(shift.tell(create(*COURSES))) == ["ticket Grill: 1 Burger, 1 Steak waits"]
    changed = update(item("1", "Burger", course=1, qty=2), COURSES[1])
    assert everywhere(shift.tell(changed)) == ["change Grill: changed 2 (was 1) Burger"]
    assert everywhere(shift.tell(fire(2))) == ["change Grill: fired 1 Steak"]
    assert everywhere(shift.tell(URGENT)) == ["change Grill (urgent): "]
    assert everywhere(shift.tell(act("grill", "bump"))) == []
    assert everywhere(shift.tell(CancelOrder("7"))) == []


def test_what_was_bumped_before_and_comes_back_comes_out() -> None:
    shift = at(*BOTH)
    shift.do(create(BURGER))
    shift.do(act("grill", "bump"))
    unseen(shift, "grill")
    assert shift.tell(act("grill", "recall")) == [["ticket Grill: 1 Burger"], []]


def test_nothing_comes_out_twice_when_a_screen_comes_and_goes() -> None:
    shift = at(*BOTH)
    shift.do(create(BURGER, id="1"))
    assert everywhere(unseen(shift, "grill")) == ["ticket Grill: 1 Burger"]
    assert everywhere(unseen(shift)) == []
    assert everywhere(unseen(shift, "grill")) == []
    unseen(shift)
    shift.do(create(BURGER, id="2"))
    assert everywhere(unseen(shift, "grill")) == ["ticket Grill: 1 Burger"]
    assert [chit.order_id for chit in shift.printers[0].chits] == ["1", "2"]


def test_seen_again_a_printer_is_as_before_and_prints_no_dish_anew_at_the_bump() -> None:
    shift = at(*BOTH)
    shift.do(create(BURGER, item("3"), FRIES))
    unseen(shift, "grill")
    unseen(shift)
    assert everywhere(shift.tell(create(BURGER, id="8"))) == []
    assert everywhere(shift.tell(update(item("1", qty=2), item("3"), FRIES))) == []
    assert shift.tell(act("grill", "bump")) == [[], ["change Grill: changed 2 (was 1) Burger"]]
    assert shift.tell(act("grill", "bump", "8")) == [[], ["ticket Grill: 1 Burger"]]


def test_what_changed_while_it_was_seen_is_told_when_it_is_not_any_more() -> None:
    shift = at(NEVER)
    shift.do(create(BURGER, item("3", "Steak"), FRIES))
    unseen(shift, "grill")
    unseen(shift)
    assert shift.tell(update(item("1", qty=2), FRIES)) == [[]]
    assert unseen(shift, "grill") == [["change Grill: changed 2 (was 1) Burger, void 1 Steak"]]


def test_a_hurry_that_is_on_paper_is_not_told_anew() -> None:
    shift = at(*BOTH)
    shift.do(create(BURGER))
    shift.do(URGENT)
    assert everywhere(unseen(shift, "grill")) == ["ticket Grill (urgent): 1 Burger"]
    unseen(shift)
    shift.do(act("grill", "start"))
    assert everywhere(unseen(shift, "grill")) == []


def test_a_ticket_that_moves_away_from_there_is_void_there() -> None:
    shift = at(*BOTH, replace(NEVER, ticket="order"))
    shift.do(create(BURGER))
    unseen(shift, "grill")
    void = ["void Grill: void 1 Burger"]
    assert shift.tell(MoveTicket("grill", "7", "fry")) == [
        void,
        void,
        ["void : void 1 Burger @Grill"],
    ]


def test_a_printer_of_whole_orders_prints_those_that_have_something_there() -> None:
    shift = at(Wants(("grill", "fry"), "bump", "order"), Wants(("grill",), "never", "order"))
    shift.do(create(BURGER, FRIES, id="1"))
    shift.do(create(FRIES, id="2"))
    whole = ["ticket : 1 Burger @Grill, 1 Fries @Fry"]
    assert everywhere(unseen(shift, "grill")) == whole
    assert everywhere(shift.tell(create(BURGER, FRIES, id="3"))) == whole
    assert everywhere(shift.tell(create(FRIES, id="4"))) == []
    assert shift.tell(act("fry", "bump", "2")) == [["ticket : 1 Fries @Fry"], []]
    assert everywhere(shift.tell(CancelOrder("1"))) == [
        "void : void 1 Burger @Grill, void 1 Fries @Fry"
    ]


def test_where_nobody_sees_the_pass_every_order_is_printed_for_it() -> None:
    shift = at(Wants(("pass",), "bump", "order"), Wants(("pass",), "never", "station"))
    shift.do(create(BURGER, FRIES, id="1"))
    first, second = unseen(shift, "pass")
    assert first == ["ticket : 1 Burger @Grill, 1 Fries @Fry"]
    assert second == ["ticket Pass: 1 Burger, 1 Fries"]
    assert everywhere(shift.tell(act("pass", "bump", "1"))) == []


def test_a_printer_of_whole_orders_that_was_told_nothing_of_one_prints_it_once() -> None:
    shift = at()
    shift.do(create(BURGER, FRIES))
    shift.do(act("grill", "bump"))
    shift.printers = tuple(
        map(Papers, (Wants(("grill", "pass"), "never", "order"), Wants(("fry",), "bump", "order")))
    )
    whole = ["ticket : 1 Burger @Grill, 1 Fries @Fry"]
    assert unseen(shift, "pass", "fry") == [whole, whole]


def test_what_is_asked_for_by_hand_is_as_ever() -> None:
    shift = at(NEVER)
    shift.do(create(*COURSES))
    unseen(shift, "grill")
    assert shift.tell(PrintTicket("grill", "7")) == [
        ["again ticket Grill: 1 Burger, 1 Steak waits"]
    ]


def test_an_order_without_lines_comes_out_once() -> None:
    shift = at(Wants(("pass",), "bump", "station"))
    shift.do(create())
    assert unseen(shift, "pass") == [["ticket Pass: "]]
    unseen(shift)
    assert shift.tell(act("pass", "bump")) == [[]]
