"""Slows down whoever guesses PINs: after five wrong ones, a minute of nothing.

No tokens here and no clock of the wall: times are those of a monotonic clock, in seconds.
"""

import math
from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from appliance.address import place

WRONG: Final = 5
LOCKED_SECONDS: Final = 60.0
ADDRESS_SECONDS: Final = 15 * 60.0
"""So long a wrong PIN counts against the address that it came from."""
ALL_SECONDS: Final = 60.0
"""So long it counts among all: those of a whole shift must not lock everybody out."""


class LockoutStatus(Struct, frozen=True):
    """What was tried since the start."""

    wrong: int
    locks: int
    """How often somebody, or everybody, was locked out."""
    locked_addresses: int
    locked_seconds: int
    """For how long nobody can sign in with a PIN; 0 when anybody can."""


class _Tries:
    """Wrong PINs from one place."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._at: deque[float] = deque(maxlen=WRONG)
        self._locked_at: float | None = None

    def locked_for(self, now: float) -> float:
        if self._locked_at is not None and now - self._locked_at >= LOCKED_SECONDS:
            self._locked_at = None
            self._at.clear()
        return 0.0 if self._locked_at is None else self._locked_at + LOCKED_SECONDS - now

    def add(self, now: float) -> bool:
        """Count one; whether it was the one too many."""
        self._at.append(now)
        if len(self._at) == WRONG and now - self._at[0] < self._window:
            self._locked_at = now
        return self._locked_at is not None

    def take_back(self, at: float) -> None:
        """It was right after all."""
        if at in self._at:
            self._at.remove(at)
            self._locked_at = None

    def forgotten(self, now: float) -> bool:
        return not self.locked_for(now) and (not self._at or now - self._at[-1] >= self._window)


class Locked(Exception):
    """Nothing is tried now. `seconds`: for how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many wrong PINs; try again in {math.ceil(seconds)} s")
        self.seconds = math.ceil(seconds)


class Lockout:
    """Counts wrong tries, per address and in all."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._all = _Tries(ALL_SECONDS)
        # As many as can try within ADDRESS_SECONDS before all are locked: some dozens.
        self._addresses: dict[str, _Tries] = {}
        self._wrong = 0
        self._locks = 0

    def status(self) -> LockoutStatus:
        """How it stands now."""
        now = self._monotonic()
        locked = sum(tries.locked_for(now) > 0 for tries in self._addresses.values())
        for_all = math.ceil(self._all.locked_for(now))
        return LockoutStatus(self._wrong, self._locks, locked, for_all)

    def count(self, address: str) -> Callable[[], None]:
        """A try begins, and counts as wrong at once: many at a time are no way around.

        Returns what to call when it was right. Raises Locked.
        """
        now = self._monotonic()
        self._addresses = {a: t for a, t in self._addresses.items() if not t.forgotten(now)}
        tries = self._addresses.setdefault(place(address), _Tries(ADDRESS_SECONDS))
        counted = (tries, self._all)
        wait = max(each.locked_for(now) for each in counted)
        if wait > 0:
            raise Locked(wait)
        locks = sum([each.add(now) for each in counted])
        self._wrong += 1
        self._locks += locks > 0

        def right() -> None:
            self._wrong -= 1
            self._locks -= locks > 0
            for each in counted:
                each.take_back(now)

        return right
