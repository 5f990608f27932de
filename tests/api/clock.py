"""Clocks of the authority that go only when a test says so."""

import functools
import time
from collections.abc import Callable

import pytest

from appliance.api import auth


class ManualClock:
    """Seconds; it stands still until it is set."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def with_clock(
    monkeypatch: pytest.MonkeyPatch,
    *,
    now: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Appliances that start from now on tell who may by these clocks."""
    authority = functools.partial(auth.Authority, now=now, monotonic=monotonic)
    monkeypatch.setattr(auth, "Authority", authority)
