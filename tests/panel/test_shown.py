"""Which ticket a finger meant: what was under it when it went down."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.panel.shown import FACES_KEPT, SETTLING_SECONDS, Shown

BUTTON = "grill-1"
PER_PAGE = 3


@pytest.fixture
def shown() -> Shown:
    board = Shown(0.0, PER_PAGE)
    board.change(["A", "B", "C"], 10.0, None)
    return board


def test_a_press_means_the_ticket_in_its_slot(shown: Shown) -> None:
    assert [shown.under(slot, 20.0, BUTTON) for slot in (1, 2, 3, 4)] == ["A", "B", "C", None]


def test_a_press_that_arrives_late_means_what_was_there_when_the_finger_went_down(
    shown: Shown,
) -> None:
    shown.change(["B", "C"], 20.0, None)
    assert shown.under(1, 19.9, BUTTON) == "A"


@pytest.mark.parametrize(("after", "meant"), [(0.0, "A"), (0.29, "A"), (0.31, "B")])
def test_what_moved_under_the_finger_just_then_is_not_meant(
    shown: Shown, after: float, meant: str
) -> None:
    shown.change(["B", "C"], 20.0, "fry-1")
    assert shown.under(1, 20.0 + after, BUTTON) == meant


def test_through_a_burst_of_moves_it_is_what_was_there_before_all_of_them(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0, None)
    shown.change(["C"], 20.2, None)
    shown.change(["C", "D"], 20.4, None)
    assert shown.under(1, 20.45, BUTTON) == "B"  # The first move was long enough ago.


def test_what_its_own_press_moved_there_is_meant(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0, BUTTON)
    assert shown.under(1, 20.1, BUTTON) == "B"
    assert shown.under(1, 20.1, "fry-1") == "A"


def test_a_slot_that_was_empty_is_meant_empty(shown: Shown) -> None:
    shown.change(["A", "B", "C", "D"], 20.0, None)
    assert shown.under(4, 20.1, BUTTON) is None
    assert shown.under(4, 20.4, BUTTON) == "D"


def test_the_first_ticket_is_selected_and_after_it_the_one_behind(shown: Shown) -> None:
    assert shown.face.selected == "A"
    shown.step(1, 20.0)
    shown.change(["A", "C"], 21.0, BUTTON)
    assert shown.face.selected == "C"
    shown.change(["A"], 22.0, None)
    assert shown.face.selected == "A"
    shown.change([], 23.0, None)
    assert shown.face.selected is None
    shown.step(1, 24.0)
    shown.turn(1, 24.0)
    assert shown.under(None, 25.0, BUTTON) is None


def test_the_selection_goes_round(shown: Shown) -> None:
    shown.step(-1, 20.0)
    assert shown.face.selected == "C"
    shown.step(1, 21.0)
    assert shown.face.selected == "A"


def test_bump_means_what_was_selected_when_the_finger_went_down(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0, None)
    assert shown.face.selected == "B"
    assert shown.under(None, 20.1, BUTTON) == "A"
    assert shown.under(None, 20.5, BUTTON) == "B"


def test_what_somebody_selected_is_meant_at_once(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0, None)
    shown.step(1, 20.1)
    assert shown.under(None, 20.2, "bar key bump") == "C"
    assert shown.under(None, 20.05, "bar key bump") == "A"


def test_slots_are_those_of_the_page(shown: Shown) -> None:
    shown.change(["A", "B", "C", "D"], 20.0, None)
    shown.turn(1, 21.0)
    assert (shown.face.selected, shown.under(1, 21.1, BUTTON)) == ("D", "D")
    shown.turn(1, 22.0)
    assert (shown.face.selected, shown.under(1, 22.1, BUTTON)) == ("A", "A")
    shown.step(-1, 23.0)
    assert (shown.face.first, shown.face.selected) == (3, "D")
    shown.change(["A", "B"], 24.0, None)
    assert (shown.face.first, shown.face.selected) == (0, "B")


boards = st.lists(st.sampled_from("ABCDEFGH"), unique=True, max_size=8)
moves = st.one_of(
    st.tuples(st.just("change"), boards),
    st.tuples(st.just("step"), st.sampled_from([-1, 1])),
    st.tuples(st.just("turn"), st.sampled_from([-1, 1])),
)


@given(st.lists(moves, max_size=FACES_KEPT * 2), st.integers(1, 4))
def test_whatever_happens_something_that_is_there_is_selected(
    what: list[tuple[str, object]], per_page: int
) -> None:
    shown = Shown(0.0, per_page)
    for at, (move, how) in zip(ticks(), what, strict=False):
        match move, how:
            case "change", list() as orders:
                shown.change(orders, at, None)
            case "step", int() as places:
                shown.step(places, at)
            case "turn", int() as pages:
                shown.turn(pages, at)
        face = shown.face
        assert (face.selected in face.orders) if face.orders else face.selected is None
        assert face.first % per_page == 0
        assert face.at(1) is not None or not face.orders
        later = at + SETTLING_SECONDS + 1
        assert shown.under(None, later, BUTTON) == face.selected


def ticks() -> Iterator[float]:
    at = 0.0
    while True:
        at += 0.1
        yield at
