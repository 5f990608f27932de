"""Hands on worn contacts: presses with the trains of edges that they make."""

import random
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_TRAIN = 0.020
SHORTEST_PRESS = 0.030
SHORTEST_REST = 0.040


class Edge(NamedTuple):
    pressed: bool
    at: float


class Press(NamedTuple):
    down_at: float
    edges: list[Edge]
    """Coming down and being lifted."""


def train(chance: random.Random, *, pressed: bool, at: float, longest: float) -> list[Edge]:
    """The contact becomes this at that time, and bounces for 1 ms up to `longest`, or not.

    Of the longest trains there are many, and where it bounces once that is at the end: the longest
    pause that a train can have.
    """
    ends = chance.choice((longest, chance.uniform(min(0.001, longest), longest)))
    times = chance.randint(0, 8)
    early = [chance.uniform(0, ends) for _ in range(2 * times - 1)]
    if times == 1:
        early = [ends - 0.0001]
    edges = [Edge(pressed, at)]
    for each in [*sorted(early), ends][: 2 * times]:
        edges.append(Edge(not edges[-1].pressed, at + each))
    return edges


def presses(chance: random.Random, count: int, *, hurry: float) -> Iterator[Press]:
    """From second 1 on. `hurry`: seconds by which rests are longer than the shortest, at most.

    The shortest press is 30 ms, from the first touch to the first lifting; the shortest rest
    of the contact 40 ms. One in four is of the shortest.
    """
    at = 1.0
    for _ in range(count):
        held = SHORTEST_PRESS + chance.choice((0, 0.001, chance.random() * 0.05, 0.3))
        down = train(chance, pressed=True, at=at, longest=min(LONGEST_TRAIN, held))
        up = train(chance, pressed=False, at=at + held, longest=LONGEST_TRAIN)
        yield Press(at, down + up)
        rest = SHORTEST_REST + chance.choice((0, chance.random() * hurry, hurry, hurry))
        at = up[-1].at + rest
