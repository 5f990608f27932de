"""A running kitchen with simulated devices."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance import problems
from appliance.panel import shown
from tests.api.walking import KitchenClock
from tests.panel.hands import KITCHEN, ready
from tests.running import RunningAppliance, running


@pytest.fixture
def clock() -> KitchenClock:
    """The kitchen's, once it is given to it."""
    return KitchenClock()


@pytest.fixture
async def hands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: KitchenClock
) -> AsyncIterator[RunningAppliance]:
    """Its clock goes only when it is told to; tickets settle at once: see test_shown for that.

    What is wrong is looked for whenever it is asked.
    """
    monkeypatch.setattr(shown, "SETTLING_SECONDS", 0.0)
    monkeypatch.setattr(problems, "KEPT_SECONDS", 0.0)
    async with running(tmp_path, KITCHEN) as appliance:
        appliance.expeditor.now = clock
        await ready(appliance)
        yield appliance
