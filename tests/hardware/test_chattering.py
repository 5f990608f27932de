"""Inputs that no finger moves: switched off and named, and tried again."""

import asyncio
import itertools

import pytest

from hardware.buttons import MOST_EDGES, TRIAL_SECONDS
from hardware.gestures import Gesture
from hardware.pins import READY, RETRY_SECONDS, PinState
from tests.hardware.moved_time import clock
from tests.hardware.panel import listening
from tests.hardware.test_buttons import FRY, GRILL, elapse, flicker

pytestmark = pytest.mark.moved_time


async def test_a_chattering_input_is_switched_off_and_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening(GRILL, FRY) as panel:
        await flicker(panel, "grill", times=60, seconds=0.06)
        assert panel.states[2:] == [
            ("grill", PinState("chattering", "more than 50 changes in 5 s"))
        ]
        assert panel.kinds == [("grill", "press")] * 25
        assert not panel.listens("grill")
        assert [each.getMessage() for each in caplog.records if each.levelname == "WARNING"] == [
            'button "grill" chattering: more than 50 changes in 5 s'
        ]
        await panel.fingers.press("fry")
        assert panel.kinds[25:] == [("fry", "press")]


async def test_an_input_that_chattered_is_tried_again() -> None:
    async with listening(GRILL) as panel:
        await flicker(panel, "grill", times=60, seconds=0.06)
        panel.heard.clear()
        await elapse(RETRY_SECONDS)
        assert panel.listens("grill")
        await panel.fingers.press("grill")  # On trial: nobody knows yet whether it is a finger.
        await elapse(TRIAL_SECONDS)
        assert panel.states[-1] == ("grill", READY)
        assert panel.heard == []
        await panel.fingers.press("grill")
        assert panel.kinds == [("grill", "press")]


async def test_one_that_still_chatters_is_switched_off_again_and_tells_nothing() -> None:
    async with listening(GRILL) as panel:
        await flicker(panel, "grill", times=60, seconds=0.06)
        panel.heard.clear()
        await flicker(panel, "grill", times=5000, seconds=0.06)  # Five minutes.
        assert panel.heard == []
        assert [state.kind for _, state in panel.states] == ["ready", "chattering"]
        await flicker(panel, "grill", times=1, seconds=2 * (RETRY_SECONDS + TRIAL_SECONDS))
        assert panel.states[-1] == ("grill", READY)


async def test_a_humming_input_is_switched_off_within_a_second() -> None:
    async with listening(GRILL) as panel:
        await flicker(panel, "grill", times=60, seconds=0.01)
        assert panel.states[-1] == ("grill", PinState("chattering", "not stable for 0.5 s on end"))
        assert not panel.listens("grill")


async def test_an_input_at_10_khz_holds_up_no_other_and_is_switched_off_soon() -> None:
    async with listening(GRILL, FRY) as panel:
        wire = panel.pins.wire(17)

        async def hum() -> None:
            for number in itertools.count():
                wire.drive(high=bool(number % 2))
                await elapse(0.0001)

        humming = asyncio.create_task(hum())
        for pressed in range(1, 9):
            pressed_at = clock()
            panel.fingers.down("fry")
            await elapse(0)
            heard = [gesture for name, gesture in panel.heard if name == "fry"]
            assert heard[pressed - 1 :] == [Gesture("press", pressed_at, pressed_at)]
            await elapse(0.05)
            panel.fingers.up("fry")
            await elapse(0.05)
        assert not panel.listens("grill")
        assert [name for name, _ in panel.heard].count("grill") == 1  # It could have been a finger.
        humming.cancel()


async def test_too_many_edges_at_once_are_chatter_and_bounded() -> None:
    async with listening(GRILL, FRY) as panel:
        wire = panel.pins.wire(17)
        for number in range(2 * MOST_EDGES):
            wire.drive(high=bool(number % 2))
        panel.fingers.down("fry")
        await elapse(0)
        assert panel.kinds == [("fry", "press")]
        assert panel.states[-1] == (
            "grill",
            PinState("chattering", "more than 512 edges at once"),
        )
        await elapse(RETRY_SECONDS + TRIAL_SECONDS)
        assert panel.states[-1] == ("grill", READY)


async def test_a_hand_in_a_hurry_is_not_chatter() -> None:
    async with listening(GRILL) as panel:
        for _ in range(50):
            await panel.fingers.press("grill", 0.08)
            await elapse(0.13)
        assert len(panel.heard) == 50
        assert panel.states == [("grill", READY)]
