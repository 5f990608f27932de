"""The contract of pins, on simulated ones and on lgpio's driver with a chip that is a fake.

With the chip of a real board: test_real_pins.
"""

from collections.abc import Iterator

import pytest

from hardware.buttons import Button, Buttons
from hardware.pins import READY, RETRY_SECONDS, PinState, open_pins
from hardware.simulated import SimulatedPins
from tests.hardware import contract
from tests.hardware.contract import Check, Heard, Rig
from tests.hardware.fake_lgpio import FakeLgpio
from tests.hardware.moved_time import clock
from tests.hardware.test_buttons import elapse

pytestmark = pytest.mark.moved_time


@pytest.fixture
def simulated() -> Iterator[Rig]:
    with SimulatedPins() as pins:
        pin = pins.wire(21)
        yield Rig(
            pins,
            21,
            lambda: pin.drive(high=True),
            lambda: pin.drive(high=False),
            lambda: bool(pin.state),
            clock,
        )


@pytest.fixture
def lgpio(fake_lgpio: FakeLgpio) -> Iterator[Rig]:
    chip = fake_lgpio.chip
    with open_pins("lgpio") as pins:
        yield Rig(
            pins,
            21,
            lambda: chip.drive(21, 1),
            lambda: chip.drive(21, 0),
            lambda: bool(chip.lines[21].level),
            clock,
        )
    assert not chip.is_open
    assert chip.callbacks == []
    assert not chip.ended


@pytest.mark.parametrize("check", contract.BUTTONS + contract.LAMPS)
async def test_simulated_pins(check: Check, simulated: Rig) -> None:
    await check(simulated)


@pytest.mark.parametrize("check", contract.BUTTONS + contract.LAMPS)
async def test_pins_of_lgpio(check: Check, lgpio: Rig) -> None:
    await check(lgpio)


async def test_a_pin_of_lgpio_that_failed_is_listened_to_again(
    lgpio: Rig, fake_lgpio: FakeLgpio
) -> None:
    heard = Heard()
    chip = fake_lgpio.chip
    async with Buttons(lgpio.pins, [Button(name="it", pin=21)], heard, clock=clock) as buttons:
        await elapse(contract.AT_REST)
        chip.failing[21] = "GPIO busy"
        lgpio.low()
        await heard.next()
        await elapse(contract.AT_REST)
        assert buttons.states["it"] == PinState("failed", "GPIO busy")
        lgpio.high()
        await elapse(2 * RETRY_SECONDS)
        assert buttons.states["it"].kind == "failed"
        chip.failing.clear()
        await elapse(RETRY_SECONDS + contract.AT_REST)
        assert buttons.states["it"] == READY
        lgpio.low()
        await heard.next()


async def test_a_chattering_pin_of_lgpio_costs_nothing(lgpio: Rig, fake_lgpio: FakeLgpio) -> None:
    async with Buttons(lgpio.pins, [Button(name="it", pin=21)], Heard(), clock=clock):
        await elapse(contract.AT_REST)
        assert len(fake_lgpio.chip.callbacks) == 1
        for number in range(120):
            (lgpio.high if number % 2 else lgpio.low)()
            await elapse(0.005)
        assert fake_lgpio.chip.callbacks == []


async def test_an_edge_in_the_moment_of_switching_off_ends_no_thread(
    lgpio: Rig, fake_lgpio: FakeLgpio
) -> None:
    chip = fake_lgpio.chip
    async with Buttons(lgpio.pins, [Button(name="it", pin=21)], Heard(), clock=clock):
        ((_, callback),) = chip.callbacks
    callback(0, 21, 1, 0)  # lgpio's thread had taken it from the list just before.
