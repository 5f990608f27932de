"""From pressed and released to press, hold and double press. Pure: it is given the times.

Change ─▶ Gestures ─▶ Gesture          (level, time) ─▶ Contact ─▶ Gesture

What a button is wanted for decides when a press is told:

- press alone: as the finger comes down;
- with hold: on release, and hold when 0.8 s are over;
- with double press: 0.3 s after the finger came down, and double as it comes down again;
- with both: on release, but not before those 0.3 s.

A second press within 0.3 s of the first, from finger down to finger down, makes it a double;
how long that one is held means nothing. Of a gesture that is not wanted nothing is told. What
happens in the very moment in which a time is over still counts as before it.
"""

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

from hardware.debouncing import MOST_CHANGES, Change, Debouncer

HOLD_SECONDS: Final = 0.8
DOUBLE_SECONDS: Final = 0.3

Kind = Literal["press", "hold", "double"]


class Gesture(NamedTuple):
    """What a finger has done."""

    kind: Kind
    down_at: float
    """When the finger came down; of a double press, the first time."""
    at: float
    """When that was decided."""


class Gestures:
    """For one button. Presses and releases alternate, and times only go forward."""

    def __init__(
        self,
        wants: Collection[Kind],
        *,
        hold_seconds: float = HOLD_SECONDS,
        double_seconds: float = DOUBLE_SECONDS,
    ) -> None:
        """`hold_seconds` is longer than `double_seconds` where both are wanted."""
        self._wants = frozenset(wants)
        self._hold_seconds = hold_seconds
        self._double_seconds = double_seconds
        self._down_at: float | None = None
        """Of the press that is not decided yet."""
        self._is_down = False
        self._may_double = False

    @property
    def deadline(self) -> float | None:
        """When `passed` is to be called."""
        if self._down_at is None:
            return None
        if self._may_double:
            return self._down_at + self._double_seconds
        return self._down_at + self._hold_seconds

    def pressed(self, at: float) -> Gesture | None:
        """The finger came down. A deadline before `at` must have been passed."""
        self._is_down = True
        if self._down_at is not None:
            return self._decided("double", at)
        self._down_at = at
        self._may_double = "double" in self._wants
        return None if self._waits else self._decided("press", at)

    def released(self, at: float) -> Gesture | None:
        """The finger was lifted. A deadline before `at` must have been passed."""
        self._is_down = False
        return None if self._waits else self._decided("press", at)

    def passed(self, at: float) -> Gesture | None:
        """So late it is now. Only what lies before `at` is over."""
        while self.deadline is not None and self.deadline < at:
            over = self.deadline
            if not self._may_double:
                return self._decided("hold", over)
            self._may_double = False
            if not self._waits:
                return self._decided("press", over)
        return None

    @property
    def _waits(self) -> bool:
        """Whether the press may still become something else."""
        return self._may_double or ("hold" in self._wants and self._is_down)

    def _decided(self, kind: Kind, at: float) -> Gesture | None:
        down_at, self._down_at = self._down_at, None
        self._may_double = False
        if down_at is None or kind not in self._wants:
            return None
        return Gesture(kind, down_at, at)


class Contact:
    """A button's contact from one look at it on: edges in, gestures out.

    A finger that is down at that look counts as nothing until it was lifted. It comes out the
    same whether time is told often or seldom, as long as the edges come in their order; an edge
    that is dated before what was told already counts as of then.
    """

    def __init__(
        self, *, pressed: bool, at: float, gestures: Gestures, most_changes: int = MOST_CHANGES
    ) -> None:
        """`pressed`: the level at the time `at`. `gestures` has seen nothing yet."""
        self._debouncer = Debouncer(pressed=pressed, at=at, most_changes=most_changes)
        self._gestures = gestures
        self._now = at

    @property
    def deadline(self) -> float | None:
        """When `passed` is to be called.

        As long as the contact may be bouncing, no other time decides: a hold that ends in
        these milliseconds may turn out to have ended before.
        """
        if self._debouncer.deadline is not None:
            return self._debouncer.deadline
        return self._gestures.deadline

    @property
    def level(self) -> bool:
        """Whether the contact was closed at the last edge."""
        return self._debouncer.level

    @property
    def chattering(self) -> str:
        """Why this is no finger's doing; empty as long as it may be."""
        return self._debouncer.chattering

    def edge(self, *, pressed: bool, at: float) -> list[Gesture]:
        """The level has become this."""
        told = self.passed(at)
        self._now = at = max(at, self._now)
        return told + self._changed(self._debouncer.edge(pressed=pressed, at=at))

    def look(self, *, pressed: bool, at: float) -> list[Gesture]:
        """The level was read: to be told when a deadline has come, before `passed`.

        If the edges have said another, it has become so before any gesture was due.
        """
        if pressed == self.level:
            return []
        due = self._gestures.deadline
        self._now = at = max(at if due is None else min(at, due), self._now)
        return self._changed(self._debouncer.look(pressed=pressed, at=at))

    def passed(self, at: float) -> list[Gesture]:
        """So late it is now. Only what lies before `at` is over."""
        told: list[Gesture] = []
        while (deadline := self.deadline) is not None and deadline < at:
            if self._debouncer.deadline is not None:
                told += self._changed(self._debouncer.passed(deadline))
            elif gesture := self._gestures.passed(at):
                told.append(gesture)
        self._now = max(at, self._now)
        return told

    def _changed(self, change: Change | None) -> list[Gesture]:
        if change is None:
            return []
        over = self._gestures.passed(change.at)
        told = self._gestures.pressed if change.pressed else self._gestures.released
        return [gesture for gesture in (over, told(change.at)) if gesture is not None]
