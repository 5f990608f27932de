from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.debouncing import (
    CHANGES_SECONDS,
    MOST_CHANGES,
    RESTLESS_SECONDS,
    STABLE_SECONDS,
    Change,
    Debouncer,
)


class Contact:
    """A debouncer that is told the time in its order, and what it has told."""

    def __init__(self, *, pressed: bool = False) -> None:
        self.debouncer = Debouncer(pressed=pressed, at=0.0)
        self.told: list[Change] = []

    def edge(self, pressed: int, at: float) -> None:
        self.time(at)
        self.note(self.debouncer.edge(pressed=bool(pressed), at=at))

    def time(self, at: float) -> None:
        self.note(self.debouncer.passed(at))

    def chattering(self) -> str:
        return self.debouncer.chattering

    def note(self, change: Change | None) -> None:
        if change is not None:
            self.told.append(change)


def rested(*, pressed: bool = False) -> Contact:
    contact = Contact(pressed=pressed)
    contact.time(1.0)
    return contact


def test_a_press_is_told_at_its_first_edge() -> None:
    contact = rested()
    contact.edge(1, 2.0)
    assert contact.told == [Change(pressed=True, at=2.0)]


def test_a_release_is_told_at_its_first_edge_when_the_press_had_come_to_rest() -> None:
    contact = rested()
    contact.edge(1, 2.0)
    contact.edge(0, 2.2)
    assert contact.told[1:] == [Change(pressed=False, at=2.2)]


def test_bounces_are_not_told() -> None:
    contact = rested()
    for pressed, at in ((1, 2.0), (0, 2.002), (1, 2.004), (0, 2.019), (1, 2.02)):
        contact.edge(pressed, at)
    contact.time(3.0)
    assert contact.told == [Change(pressed=True, at=2.0)]


def test_a_release_among_the_bounces_is_told_when_the_contact_is_at_rest() -> None:
    contact = rested()
    contact.edge(1, 2.0)
    contact.edge(0, 2.01)
    contact.time(2.01 + STABLE_SECONDS - 0.0001)
    assert len(contact.told) == 1
    contact.time(2.01 + STABLE_SECONDS)
    assert contact.told[1:] == [Change(pressed=False, at=2.01)]


def test_the_lock_ends_only_when_the_level_was_stable() -> None:
    contact = rested()
    for number in range(10):
        contact.edge(number % 2 == 0, 2.0 + number * STABLE_SECONDS * 0.96)
    assert len(contact.told) == 1


def test_a_contact_that_opens_for_a_moment_under_a_finger_is_no_release() -> None:
    contact = rested()
    contact.edge(1, 2.0)
    contact.time(2.5)
    contact.edge(0, 2.5)
    contact.edge(1, 2.51)
    contact.time(3.0)
    assert [change.pressed for change in contact.told] == [True, False, True]


def test_nothing_is_told_before_the_contact_was_stable_once() -> None:
    contact = Contact(pressed=False)
    contact.edge(1, 0.01)
    contact.time(1.0)
    contact.edge(0, 2.0)
    assert contact.told == [Change(pressed=False, at=2.0)]


def test_many_changes_are_chatter() -> None:
    contact = rested()
    pause = CHANGES_SECONDS / MOST_CHANGES
    for number in range(MOST_CHANGES):
        contact.edge(number % 2 == 0, 2.0 + number * pause)
    assert not contact.chattering()
    contact.edge(1, 2.0 + MOST_CHANGES * pause)
    assert contact.chattering() == "more than 50 changes in 5 s"


def test_as_many_changes_in_a_longer_time_are_a_hand() -> None:
    contact = rested()
    for number in range(20 * MOST_CHANGES):
        contact.edge(number % 2 == 0, 2.0 + number * 0.101)
    assert not contact.chattering()


def test_an_input_that_is_never_stable_is_chatter() -> None:
    contact = rested()
    for number in range(int(RESTLESS_SECONDS * 100) + 1):  # Mains hum, rectified: 100 Hz.
        contact.edge(number % 2 == 0, 2.0 + number * 0.01)
    assert not contact.chattering()
    contact.edge(1, 2.011 + RESTLESS_SECONDS)
    assert contact.chattering() == "not stable for 0.5 s on end"


def test_a_worn_button_in_a_quick_hand_is_not_chatter() -> None:
    contact = rested()
    for change in range(200):  # A press every quarter of a second, 39 edges for each change.
        for number in range(39):
            contact.edge((change + number) % 2 == 0, 2.0 + change * 0.125 + number * 0.0005)
    assert len(contact.told) == 200
    assert not contact.chattering()


gaps = st.lists(
    st.tuples(st.booleans(), st.floats(min_value=0, max_value=0.1)), min_size=1, max_size=60
)


@settings(deadline=None, derandomize=True)
@given(pressed=st.booleans(), steps=gaps)
def test_changes_alternate_and_times_go_forward(
    *, pressed: bool, steps: list[tuple[bool, float]]
) -> None:
    contact, at = Contact(pressed=pressed), 0.0
    for level, gap in steps:
        at += gap
        contact.edge(level, at)
    contact.time(at + 1)
    assert all(a.pressed != b.pressed for a, b in pairwise(contact.told))
    assert all(a.at <= b.at for a, b in pairwise(contact.told))


@settings(deadline=None, derandomize=True)
@given(pressed=st.booleans(), steps=gaps)
def test_at_rest_the_last_told_is_the_level(
    *, pressed: bool, steps: list[tuple[bool, float]]
) -> None:
    contact, at = Contact(pressed=pressed), 0.0
    for level, gap in steps:
        at += gap
        contact.edge(level, at)
    contact.time(at + STABLE_SECONDS + 0.001)
    assert contact.debouncer.deadline is None
    if contact.told:
        assert contact.told[-1].pressed == steps[-1][0]


@settings(deadline=None, derandomize=True)
@given(steps=gaps)
def test_what_follows_within_25_ms_is_one_change(*, steps: list[tuple[bool, float]]) -> None:
    contact, at = rested(), 2.0
    contact.edge(1, at)
    for level, gap in steps:
        at += min(gap, STABLE_SECONDS * 0.99)
        contact.edge(level, at)
    assert len(contact.told) == 1


@pytest.mark.parametrize("seconds", [0.0, 0.0001, 0.001, 0.03])
def test_a_press_from_rest_is_told_however_short(seconds: float) -> None:
    contact = rested()
    contact.edge(1, 2.0)
    contact.edge(0, 2.0 + seconds)
    contact.time(3.0)
    assert [change.pressed for change in contact.told] == [True, False]
