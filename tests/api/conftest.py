"""For all tests of the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.walking import KitchenClock, Walk
from tests.running import running


@pytest.fixture
async def walk(tmp_path: Path) -> AsyncIterator[Walk]:
    """An appliance whose clock goes only when it is told to."""
    async with running(tmp_path) as appliance:
        clock = KitchenClock()
        appliance.expeditor.now = clock
        yield Walk(appliance, clock)
