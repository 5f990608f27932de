"""From the edges of a contact to pressed and released. Pure: it is given the times.

(level, time) ─▶ Debouncer ─▶ Change

A contact that closes or opens bounces: a train of edges, mostly of 1 to 5 ms, of 20 ms when it
is worn. The first edge of a press is told at once, because a cook feels a delay. Then the
contact is locked until its level has been the same for STABLE_SECONDS; if it is then not what
was told, that is told. So:

- No press counts twice: no two edges of a train are further apart than STABLE_SECONDS.
- No press is missed, however short, that begins when the contact has been at rest for
  STABLE_SECONDS: it is told at its first edge. The fastest hand leaves more than 40 ms.
- A contact that opens for a moment under a finger is not a release.
- An electric spike is a press: a long cable needs a filter, not a longer delay.

Times are seconds of one clock that only goes forward.
"""

from collections import deque
from typing import Final, NamedTuple

STABLE_SECONDS: Final = 0.025
"""Longer than any pause within the train of a contact that still deserves the name (20 ms)."""

MOST_CHANGES: Final = 50
CHANGES_SECONDS: Final = 5.0
"""More changes than that in so many seconds: five presses a second, and for five seconds on
end. Changes are counted and not edges, of which an honest worn button makes fifty in five
presses."""

RESTLESS_SECONDS: Final = 0.5
"""For so long an input may go without ever being stable: a train of bounces has long ended.
What comes faster than the debouncer's changes is recognised by this: mains hum on an open
cable, a plug that hangs loose, a signal that is no button's."""


class Change(NamedTuple):
    """The contact has closed or opened."""

    pressed: bool
    at: float
    """Since when it has been so."""


class Debouncer:
    """For one contact, from one look at it on.

    Until the contact has been stable once, nothing is told: a level that is read may lie within
    a train. The first change that is told differs from that level, and each from the one before.
    """

    def __init__(self, *, pressed: bool, at: float, most_changes: int = MOST_CHANGES) -> None:
        """`pressed`: the level at the time `at`."""
        self.level = pressed
        """As of the last edge."""
        self.deadline: float | None = at + STABLE_SECONDS
        """When `passed` is to be called; until then an edge is taken for bouncing."""
        self.chattering = ""
        """Why this is no finger's doing; empty as long as it may be. It stays."""
        self._told: bool | None = None
        self._locked_at = at
        self._edge_at = at
        self._most_changes = most_changes
        self._changes: deque[float] = deque(maxlen=most_changes + 1)

    def edge(self, *, pressed: bool, at: float) -> Change | None:
        """The level has become this. A deadline before `at` must have been passed."""
        locked = self.deadline is not None
        self.level = pressed
        self._edge_at = at
        self.deadline = at + STABLE_SECONDS
        if not locked:
            self._locked_at = at
            return self._change(pressed=pressed, at=at)
        if at - self._locked_at > RESTLESS_SECONDS and not self.chattering:
            self.chattering = f"not stable for {RESTLESS_SECONDS} s on end"
        return None

    def look(self, *, pressed: bool, at: float) -> Change | None:
        """The level was read, and the edges have said another.

        One of them was lost, or is still on its way. After a deadline the level that was read
        is believed instead of theirs: it may be a press that has just begun.
        """
        if self.deadline is not None and self.deadline < at:
            self.deadline = None
            if self._told is None:
                self._told = pressed
        return self.edge(pressed=pressed, at=at)

    def passed(self, at: float) -> Change | None:
        """So late it is now."""
        if self.deadline is None or at < self.deadline:
            return None
        self.deadline = None
        if self._told is None:
            self._told = self.level
        return self._change(pressed=self.level, at=self._edge_at)

    def _change(self, *, pressed: bool, at: float) -> Change | None:
        if pressed == self._told:
            return None
        self._told = pressed
        self._changes.append(at)
        if (
            len(self._changes) > self._most_changes
            and at - self._changes[0] <= CHANGES_SECONDS
            and not self.chattering
        ):
            self.chattering = f"more than {self._most_changes} changes in {CHANGES_SECONDS:g} s"
        return Change(pressed, at)
