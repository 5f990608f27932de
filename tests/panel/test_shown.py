"""Which ticket a finger meant: what was under it when it went down."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.panel.shown import FACES_KEPT, SETTLING_SECONDS, Shown

BUTTON = "button grill-1"
BAR = "bar grill-bar"
KEY = f"{BAR} key bump"
PER_PAGE = 3


@pytest.fixture
def shown() -> Shown:
    board = Shown(0.0, PER_PAGE)
    board.change(["A", "B", "C"], 10.0)
    return board


def meant(
    shown: Shown, slot: int | None, down_at: float, by: str = BUTTON, device: str = ""
) -> str | None:
    return shown.under(slot, down_at, by, device or by)


def test_a_press_means_the_ticket_in_its_slot(shown: Shown) -> None:
    assert [meant(shown, slot, 20.0) for slot in (1, 2, 3, 4)] == ["A", "B", "C", None]


def test_a_press_that_arrives_late_means_what_was_there_when_the_finger_went_down(
    shown: Shown,
) -> None:
    shown.change(["B", "C"], 20.0)
    assert meant(shown, 1, 19.9) == "A"


@pytest.mark.parametrize(("after", "order"), [(0.0, "A"), (0.29, "A"), (0.31, "B")])
def test_what_moved_under_the_finger_just_then_is_not_meant(
    shown: Shown, after: float, order: str
) -> None:
    shown.change(["B", "C"], 20.0, "A", "fry-1")
    assert meant(shown, 1, 20.0 + after) == order


def test_through_a_burst_of_moves_it_is_what_was_there_before_all_of_them(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0)
    shown.change(["C"], 20.2)
    shown.change(["C", "D"], 20.4)
    assert meant(shown, 1, 20.45) == "B"  # The first move was long enough ago.


def test_what_its_own_press_moved_there_is_meant(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0, "A", BUTTON)
    assert meant(shown, 1, 20.1) == "B"
    assert meant(shown, 1, 20.1, "fry-1") == "A"


def test_its_own_press_excuses_no_other_move(shown: Shown) -> None:
    shown.change(["A", "C"], 20.0, "B", "fry-1")
    shown.change(["C"], 20.1, "A", BUTTON)
    assert [meant(shown, slot, 20.2) for slot in (1, 2)] == ["B", "C"]  # C moved just then.
    assert meant(shown, 1, 20.31) == "C"


@pytest.mark.parametrize(
    ("orders", "moved", "seen"),
    [
        (["R", "A", "C"], "R", ["R", "A", "B"]),  # Brought back in front.
        (["A", "R", "C"], "R", ["A", "R", "B"]),
        (["A", "C", "R"], "R", ["A", "B", "C"]),
        (["C", "A"], "A", ["B", "C", "A"]),  # Its place is another one.
    ],
)
def test_what_its_own_press_brought_is_meant_beside_what_another_has_taken(
    shown: Shown, orders: list[str], moved: str, seen: list[str]
) -> None:
    shown.change(["A", "C"], 20.0, "B", "fry-1")
    shown.change(orders, 20.1, moved, BUTTON)
    assert [meant(shown, slot, 20.2) for slot in (1, 2, 3)] == seen


def test_its_own_press_before_the_finger_went_down_is_not_one_after(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0, "A", BUTTON)
    assert meant(shown, 1, 19.95) == "A"


def test_a_slot_that_was_empty_is_meant_empty() -> None:
    board = Shown(0.0, 4)
    board.change(["A", "B", "C"], 10.0)
    board.change(["A", "B", "C", "D"], 20.0)
    assert meant(board, 4, 20.1) is None
    assert meant(board, 4, 20.4) == "D"


def test_a_press_from_before_all_that_is_known_means_nothing(shown: Shown) -> None:
    for number in range(FACES_KEPT):
        shown.change([f"A-{number}"], 20.0 + number)
    assert meant(shown, 1, 19.0) is None
    assert meant(shown, 1, 21.9) == "A-1"


def test_the_first_ticket_is_selected_and_after_it_the_one_behind(shown: Shown) -> None:
    assert shown.face.selected == "A"
    assert shown.step(1, 20.0, BAR)
    shown.change(["A", "C"], 21.0, "B", BUTTON)
    assert shown.face.selected == "C"
    shown.change(["A"], 22.0)
    assert shown.face.selected == "A"
    shown.change([], 23.0)
    assert shown.face.selected is None
    assert not shown.step(1, 24.0, BAR)
    assert not shown.turn(1, 24.0, BAR)
    assert meant(shown, None, 25.0) is None


def test_the_selection_goes_round(shown: Shown) -> None:
    shown.step(-1, 20.0, BAR)
    assert shown.face.selected == "C"
    shown.step(1, 21.0, BAR)
    assert shown.face.selected == "A"


def test_bump_means_what_was_selected_when_the_finger_went_down(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0)
    assert shown.face.selected == "B"
    assert meant(shown, None, 20.1) == "A"
    assert meant(shown, None, 20.5) == "B"


def test_of_two_bumps_in_a_row_the_second_means_the_next_one(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0, "A", KEY)
    shown.change(["B", "C", "D"], 20.05, "D")
    assert meant(shown, None, 20.15, KEY, BAR) == "B"


def test_what_this_device_selected_is_meant_at_once_and_what_another_did_is_not(
    shown: Shown,
) -> None:
    shown.step(1, 20.1, BAR)
    assert meant(shown, None, 20.2, KEY, BAR) == "B"
    assert meant(shown, None, 20.05, KEY, BAR) == "B"  # Stamped too early: it was told later.
    assert meant(shown, None, 20.2, "bar other key bump", "bar other") == "A"
    assert meant(shown, None, 20.5, "bar other key bump", "bar other") == "B"


def test_that_something_is_selected_excuses_no_move(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0, "A", "fry-1")
    shown.step(1, 20.1, BAR)
    assert meant(shown, None, 20.2, KEY, BAR) == "C"
    assert meant(shown, 1, 20.2, f"{BAR} key 1", BAR) == "A"
    assert meant(shown, 1, 20.2) == "A"


def test_what_is_gone_cannot_be_selected(shown: Shown) -> None:
    shown.change(["B", "C"], 20.0)
    assert not shown.select("A", 20.1, BAR)
    assert shown.face.selected == "B"


def test_slots_are_those_of_the_page(shown: Shown) -> None:
    shown.change(["A", "B", "C", "D"], 20.0)
    assert shown.turn(1, 21.0, BAR)
    assert (shown.face.selected, meant(shown, 1, 21.1, KEY, BAR)) == ("D", "D")
    assert meant(shown, 1, 21.1) == "A"  # The page turned under the finger.
    assert meant(shown, 1, 21.4) == "D"
    shown.turn(1, 22.0, BAR)
    assert (shown.face.selected, meant(shown, 1, 22.1, KEY, BAR)) == ("A", "A")
    shown.step(-1, 23.0, BAR)
    assert (shown.face.first, shown.face.selected) == (3, "D")
    shown.change(["A", "B"], 24.0)
    assert (shown.face.first, shown.face.selected) == (0, "B")


def test_the_page_goes_where_the_ticket_goes_that_somebody_selected(shown: Shown) -> None:
    shown.change(["A", "B", "C", "D", "E"], 20.0)
    shown.step(3, 21.0, BAR)
    assert (shown.face.first, shown.face.selected) == (3, "D")
    shown.change(["B", "C", "D", "E"], 22.0, "A", "fry-1")
    assert (shown.face.first, shown.face.selected) == (0, "D")


def test_where_nobody_has_turned_it_the_first_page_stays(shown: Shown) -> None:
    shown.change(["X", "Y", "Z", "A", "B", "C"], 20.0)
    assert (shown.face.first, shown.face.selected) == (0, "X")


boards = st.lists(st.sampled_from("ABCDEFGH"), unique=True, max_size=8)
moves = st.one_of(
    st.tuples(st.just("change"), boards),
    st.tuples(st.just("step"), st.sampled_from([-1, 1])),
    st.tuples(st.just("turn"), st.sampled_from([-1, 1])),
)


@given(st.lists(moves, max_size=64), st.integers(1, 4))
def test_whatever_happens_something_on_the_page_is_selected(
    what: list[tuple[str, object]], per_page: int
) -> None:
    shown = Shown(0.0, per_page)
    for at, (move, how) in zip(ticks(), what, strict=False):
        match move, how:
            case "change", list() as orders:
                shown.change(orders, at)
            case "step", int() as places:
                shown.step(places, at, BAR)
            case "turn", int() as pages:
                shown.turn(pages, at, BAR)
        face = shown.face
        page = face.orders[face.first : face.first + per_page]
        assert (face.selected in page) if face.orders else face.selected is None
        assert face.first % per_page == 0
        later = at + SETTLING_SECONDS + 1
        assert meant(shown, None, later) == face.selected


bumps = st.tuples(st.integers(1, 400), st.booleans(), st.integers(0, 7))


@given(st.lists(bumps, max_size=8), st.integers(-400, 800), st.integers(1, 8))
def test_a_press_means_what_was_there_less_what_its_own_presses_took(
    what: list[tuple[int, bool, int]], after: int, slot: int
) -> None:
    shown = Shown(0.0, 8)
    orders = list("ABCDEFGH")
    shown.change(orders, 1.0)
    gone: list[tuple[int, bool, str]] = []
    now = 10_000  # Milliseconds. No press is at the very end of the time that tickets settle in.
    for gap, is_own, place in what:
        if orders:
            now += gap
            order = orders.pop(place % len(orders))
            shown.change(orders, now / 1000, order, BUTTON if is_own else "another")
            gone.append((now, is_own, order))
    down_at = max(now + after, 9_000) + 0.5
    taken = {
        order
        for at, is_own, order in gone
        if at <= down_at - SETTLING_SECONDS * 1000 or (is_own and at <= down_at)
    }
    seen = [order for order in "ABCDEFGH" if order not in taken]
    expected = seen[slot - 1] if slot <= len(seen) else None
    assert meant(shown, slot, down_at / 1000) == expected


def ticks() -> Iterator[float]:
    at = 0.0
    while True:
        at += 0.1
        yield at
