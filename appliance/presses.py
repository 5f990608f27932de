"""Presses as they come, for whoever sets up buttons and bars: from the panel to the API.

In no log, and told to nobody as long as nobody listens. `service.py` gives both the same `Presses`.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from appliance.devices import Gesture


class PressJson(Struct, frozen=True):
    """Somebody pressed something."""

    at: int
    """Wall clock, milliseconds since the epoch."""
    device: str
    """Its id."""
    kind: Literal["button", "bar"]
    key: str | None
    """What the bar sent, as its `keys` have it: `KEY_KP1`, `0x1b5b41`; null of a button."""
    name: str | None
    """What that key is called in the profile; null of a button, and of a key that is in none."""
    gesture: Gesture
    action: str | None
    """What it does: `bump 1`; null for nothing."""
    outcome: Literal["done", "nothing there", "refused", "cannot be stored"] | None
    """What it came to; null for a key that does nothing."""
    why: str
    """In words, where it was refused or could not be stored."""


class Presses:
    """Tells presses on to who listens at the moment."""

    def __init__(self) -> None:
        self._listening: set[Callable[[PressJson], None]] = set()

    @property
    def is_listened_to(self) -> bool:
        """Whether anybody does."""
        return bool(self._listening)

    @contextlib.contextmanager
    def told_to(self, listener: Callable[[PressJson], None]) -> Iterator[None]:
        """Tell each press to this one too; it does next to nothing."""
        self._listening.add(listener)
        try:
            yield
        finally:
            self._listening.discard(listener)

    def tell(self, press: PressJson) -> None:
        """There was this one."""
        for listener in self._listening:
            listener(press)
