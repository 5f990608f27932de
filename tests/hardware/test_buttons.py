import asyncio

import pytest

from hardware.buttons import Button, Buttons
from hardware.simulated import SimulatedButtons, SimulatedPins
from tests.hardware.moved_time import clock

pytestmark = pytest.mark.moved_time

async def test_a_press():
    heard = []
    b = [Button(name="a", pin=17, wants=frozenset({"press","hold"}))]
    with SimulatedPins() as pins:
        fingers = SimulatedButtons(pins, b)
        t0 = clock()
        async with Buttons(pins, b, lambda n, g: heard.append((n, g)), clock=clock) as buttons:
            print(buttons.states)
            await asyncio.sleep(0.1)
            await fingers.press("a")
            await asyncio.sleep(0.1)
            await fingers.press("a", 1)
            await asyncio.sleep(0.1)
        print(heard, t0)
    assert 0
