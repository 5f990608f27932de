"""The contract of pins on a real board.

Connect two free pins with a jumper and name them: EXPEDITOR_GPIO_JUMPER=20:21. The first brings
the levels, the second is tested.
"""

import os
import time
from collections.abc import Iterator
from importlib import import_module

import pytest
from gpiozero import InputDevice, OutputDevice

from hardware.buttons import Button, Buttons
from hardware.pins import PinState, open_pins
from tests.hardware import contract
from tests.hardware.contract import Check, Heard, Rig

JUMPER = os.environ.get("EXPEDITOR_GPIO_JUMPER", "")

pytestmark = pytest.mark.skipif(
    not JUMPER,
    reason="NOT TESTED: pins of a real board; connect two and set EXPEDITOR_GPIO_JUMPER=20:21",
)


@pytest.fixture(scope="module", autouse=True)
def lgpio() -> None:
    """Loaded before the first test: its thread and its pipe stay as long as the process."""
    open_pins("lgpio").close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    outer, inner = map(int, JUMPER.split(":"))
    with open_pins("lgpio") as pins, OutputDevice(outer, pin_factory=pins) as wire:
        yield Rig(pins, inner, wire.on, wire.off, lambda: False, time.monotonic)


@pytest.fixture
def other_way() -> Iterator[Rig]:
    outer, inner = map(int, JUMPER.split(":"))
    with open_pins("lgpio") as pins, InputDevice(outer, pin_factory=pins) as wire:
        yield Rig(pins, inner, _nothing, _nothing, lambda: bool(wire.value), time.monotonic)


def _nothing() -> None:
    """Whoever looks brings no level."""


@pytest.mark.parametrize("check", contract.BUTTONS)
async def test_buttons(check: Check, rig: Rig) -> None:
    await check(rig)


@pytest.mark.parametrize("check", contract.LAMPS)
async def test_lamps(check: Check, other_way: Rig) -> None:
    await check(other_way)


async def test_a_pin_that_another_program_holds_is_said(rig: Rig) -> None:
    lgpio = import_module("lgpio")
    other = lgpio.gpiochip_open(rig.pins.chip)
    lgpio.gpio_claim_input(other, rig.pin)
    async with Buttons(rig.pins, [Button(name="it", pin=rig.pin)], Heard()) as buttons:
        assert buttons.states["it"] == PinState("failed", "GPIO busy")
    lgpio.gpiochip_close(other)
