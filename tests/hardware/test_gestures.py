import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.gestures import DOUBLE_SECONDS, HOLD_SECONDS, Contact, Gesture, Gestures, Kind
from tests.hardware import hands
from tests.proof import count

PRESS: frozenset[Kind] = frozenset({"press"})
HOLD: frozenset[Kind] = frozenset({"press", "hold"})
DOUBLE: frozenset[Kind] = frozenset({"press", "double"})
ALL: frozenset[Kind] = frozenset({"press", "hold", "double"})


def after(wants: frozenset[Kind], *times: float, until: float = math.inf) -> list[Gesture]:
    """The gestures of a finger that comes down and is lifted in turn, at these times."""
    gestures, told = Gestures(wants), []
    for number, at in enumerate(times):
        told += [
            gestures.passed(at),
            gestures.released(at) if number % 2 else gestures.pressed(at),
        ]
    told.append(gestures.passed(until))
    return [each for each in told if each is not None]


@pytest.mark.parametrize(
    ("wants", "times", "told"),
    [
        (PRESS, (1.0, 1.1), [Gesture("press", 1.0, 1.0)]),
        (PRESS, (1.0, 9.0), [Gesture("press", 1.0, 1.0)]),
        (PRESS, (1.0, 1.1, 1.2, 1.3), [Gesture("press", 1.0, 1.0), Gesture("press", 1.2, 1.2)]),
        (HOLD, (1.0, 1.1), [Gesture("press", 1.0, 1.1)]),
        (HOLD, (1.0, 9.0), [Gesture("hold", 1.0, 1.8)]),
        (HOLD, (1.0, 1.1, 1.2, 1.3), [Gesture("press", 1.0, 1.1), Gesture("press", 1.2, 1.3)]),
        (DOUBLE, (1.0, 1.1), [Gesture("press", 1.0, 1.3)]),
        (DOUBLE, (1.0, 9.0), [Gesture("press", 1.0, 1.3)]),
        (DOUBLE, (1.0, 1.1, 1.2, 1.3), [Gesture("double", 1.0, 1.2)]),
        (DOUBLE, (1.0, 1.1, 1.2, 9.0), [Gesture("double", 1.0, 1.2)]),
        (
            DOUBLE,
            (1.0, 1.1, 1.2, 1.3, 1.4, 1.5),
            [Gesture("double", 1.0, 1.2), Gesture("press", 1.4, 1.7)],
        ),
        (ALL, (1.0, 1.1), [Gesture("press", 1.0, 1.3)]),
        (ALL, (1.0, 1.5), [Gesture("press", 1.0, 1.5)]),
        (ALL, (1.0, 9.0), [Gesture("hold", 1.0, 1.8)]),
        (ALL, (1.0, 1.1, 1.2, 9.0), [Gesture("double", 1.0, 1.2)]),
        (ALL, (1.0, 1.1, 1.5, 9.0), [Gesture("press", 1.0, 1.3), Gesture("hold", 1.5, 2.3)]),
        (frozenset({"hold"}), (1.0, 1.1), []),
        (frozenset({"hold"}), (1.0, 9.0), [Gesture("hold", 1.0, 1.8)]),
        (frozenset({"double"}), (1.0, 1.1), []),
        (frozenset({"double"}), (1.0, 1.1, 1.2, 1.3), [Gesture("double", 1.0, 1.2)]),
    ],
)
def test_what_a_finger_does(
    wants: frozenset[Kind], times: tuple[float, ...], told: list[Gesture]
) -> None:
    assert after(wants, *times) == told


def test_a_hold_is_told_while_the_finger_is_down() -> None:
    assert after(HOLD, 1.0, until=1.79) == []
    assert after(HOLD, 1.0, until=1.81) == [Gesture("hold", 1.0, 1.8)]


def test_at_the_border_of_a_hold() -> None:
    assert after(HOLD, 0.0, HOLD_SECONDS) == [Gesture("press", 0.0, HOLD_SECONDS)]
    later = math.nextafter(HOLD_SECONDS, 1)
    assert after(HOLD, 0.0, later) == [Gesture("hold", 0.0, HOLD_SECONDS)]


def test_at_the_border_of_a_double_press() -> None:
    at = DOUBLE_SECONDS
    assert after(DOUBLE, 0.0, 0.1, at, 9.0) == [Gesture("double", 0.0, at)]
    later = math.nextafter(at, 1)
    assert after(DOUBLE, 0.0, 0.1, later, 9.0) == [
        Gesture("press", 0.0, at),
        Gesture("press", later, later + DOUBLE_SECONDS),
    ]


def test_what_was_down_before_is_nothing_until_lifted() -> None:
    for wants in (PRESS, HOLD, DOUBLE, ALL):
        gestures = Gestures(wants)
        assert gestures.released(1.0) is None
        assert gestures.deadline is None


def contact(wants: frozenset[Kind] = PRESS) -> Contact:
    made = Contact(pressed=False, at=0.0, gestures=Gestures(wants))
    assert made.passed(0.5) == []
    return made


def test_a_finger_that_lets_go_while_the_contact_bounces_has_not_held() -> None:
    button = contact(HOLD)
    assert button.edge(pressed=True, at=1.0) == []
    assert button.edge(pressed=False, at=1.79) == [Gesture("press", 1.0, 1.79)]
    button = contact(HOLD)
    button.edge(pressed=True, at=1.0)
    assert button.edge(pressed=True, at=1.78) == []  # Locked, and its opening still to come.
    assert button.edge(pressed=False, at=1.795) == []
    assert button.passed(1.81) == []
    assert button.passed(1.83) == [Gesture("press", 1.0, 1.795)]


def test_a_hold_whose_time_ends_among_bounces_is_told_after_them() -> None:
    button = contact(HOLD)
    button.edge(pressed=True, at=1.0)
    button.edge(pressed=True, at=1.79)
    assert button.passed(1.81) == []
    assert button.passed(1.82) == [Gesture("hold", 1.0, 1.8)]


def test_a_hold_whose_time_ends_among_bounces_counts_though_the_finger_is_lifted_then() -> None:
    button = contact(HOLD)
    button.edge(pressed=True, at=1.0)
    button.edge(pressed=True, at=1.79)
    button.edge(pressed=False, at=1.81)
    assert button.passed(2.0) == [Gesture("hold", 1.0, 1.8)]


def test_in_the_very_moment_in_which_a_time_is_over_it_counts_as_before() -> None:
    button = contact(HOLD)
    button.edge(pressed=True, at=1.0)
    locked_until = button.deadline
    assert locked_until is not None
    assert button.edge(pressed=False, at=locked_until) == []
    assert button.edge(pressed=True, at=1.03) == []
    assert button.passed(1.1) == []
    held_at = button.deadline
    assert held_at == 1.8
    assert button.passed(held_at) == []
    assert button.edge(pressed=False, at=held_at) == [Gesture("press", 1.0, 1.8)]


def test_a_level_that_is_read_is_believed_when_the_contact_should_be_at_rest() -> None:
    button = contact()
    assert len(button.edge(pressed=True, at=1.0)) == 1
    assert button.edge(pressed=False, at=1.01) == []  # The edge that closed it again was lost.
    assert button.look(pressed=True, at=1.04) == []
    assert button.passed(2.0) == []
    assert button.edge(pressed=False, at=2.0) == []
    assert button.edge(pressed=True, at=3.0) == [Gesture("press", 3.0, 3.0)]


def test_a_press_that_is_read_before_its_edge_has_come_is_told_at_once_and_once() -> None:
    button = contact()
    button.edge(pressed=True, at=1.0)
    button.edge(pressed=False, at=1.1)
    assert button.look(pressed=True, at=1.13) == [Gesture("press", 1.13, 1.13)]
    assert button.edge(pressed=True, at=1.131) == []
    assert button.edge(pressed=False, at=1.16) == []
    assert button.passed(2.0) == []


def test_a_level_that_is_read_at_first_counts_as_nothing() -> None:
    button = Contact(pressed=False, at=0.0, gestures=Gestures(PRESS))
    assert button.look(pressed=True, at=1.0) == []
    assert button.passed(2.0) == []
    assert button.edge(pressed=False, at=2.0) == []


def test_an_edge_of_before_counts_as_of_now() -> None:
    button = contact()
    button.passed(2.0)
    assert button.edge(pressed=True, at=1.9) == [Gesture("press", 2.0, 2.0)]


def test_what_is_down_at_the_first_look_counts_when_it_was_lifted() -> None:
    button = Contact(pressed=True, at=0.0, gestures=Gestures(PRESS))
    assert button.passed(1.0) == []
    assert button.edge(pressed=False, at=1.0) == []
    assert button.edge(pressed=True, at=2.0) == [Gesture("press", 2.0, 2.0)]


kinds = st.sampled_from([PRESS, HOLD, DOUBLE, ALL])
pauses = st.lists(st.floats(min_value=0.0, max_value=1.0), min_size=1, max_size=40)


@settings(deadline=None, derandomize=True)
@given(wants=kinds, steps=pauses)
def test_every_press_is_told_once(wants: frozenset[Kind], steps: list[float]) -> None:
    times, at = [], 0.0
    for step in steps:
        at += step
        times.append(at)
    told = after(wants, *times)
    fingers = times[::2]
    counted = sum(2 if each.kind == "double" else 1 for each in told)
    assert counted == len(fingers)
    assert {each.down_at for each in told} <= set(fingers)
    assert all(each.down_at <= each.at for each in told)
    assert all(a.at <= b.at for a, b in pairwise(told))


@settings(deadline=None, derandomize=True)
@given(
    wants=kinds,
    steps=st.lists(
        st.tuples(st.booleans(), st.floats(min_value=0, max_value=0.2)), min_size=1, max_size=40
    ),
    looks=st.lists(st.floats(min_value=0, max_value=10), max_size=40),
)
def test_it_comes_out_the_same_however_often_time_is_told(
    wants: frozenset[Kind], steps: list[tuple[bool, float]], looks: list[float]
) -> None:
    edges, at = [], 0.5
    for pressed, gap in steps:
        at += gap
        edges.append((at, pressed))
    seldom, often = contact(wants), contact(wants)
    rare = [told for at, pressed in edges for told in seldom.edge(pressed=pressed, at=at)]
    rare += seldom.passed(at + 10)
    told: list[Gesture] = []
    happenings: list[tuple[float, bool | None]] = [*edges]
    happenings += [(look, None) for look in looks if 0.5 < look < at]
    for when, level in sorted(happenings, key=lambda each: each[0]):
        if level is None:
            told += often.passed(when)
        else:
            told += often.edge(pressed=level, at=when)
    told += often.passed(at + 10)
    assert told == rare


@pytest.mark.parametrize("hurry", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("wants", [PRESS, HOLD], ids=["press", "press or hold"])
def test_no_bouncing_press_is_missed_or_doubled(wants: frozenset[Kind], hurry: float) -> None:
    chance = random.Random(20_261_122)  # noqa: S311 - a seed makes it the same again
    button = contact(wants)
    for press in hands.presses(chance, count(3_000, proof=100_000), hurry=hurry):
        told = [each for edge in press.edges for each in button.edge(**edge._asdict())]
        told += button.passed(press.edges[-1].at + chance.uniform(0.026, hands.SHORTEST_REST))
        assert [(each.kind, each.down_at) for each in told] == [("press", press.down_at)]
