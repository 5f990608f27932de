"""For all tests of the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.walking import KitchenClock, Walk
from tests.running import AT_ONCE, RunningAppliance, running


@pytest.fixture
async def walk(tmp_path: Path) -> AsyncIterator[Walk]:
    """An appliance whose clock goes only when it is told to; each station begins at once."""
    async with running(tmp_path, AT_ONCE) as appliance:
        clock = KitchenClock()
        appliance.expeditor.now = clock
        yield Walk(appliance, clock)


@pytest.fixture
async def at_once(tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    """An appliance each station of which begins when the order arrives."""
    async with running(tmp_path, AT_ONCE) as appliance:
        yield appliance
