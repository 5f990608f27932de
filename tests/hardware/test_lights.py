import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from math import inf
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.lights import (
    ALARM,
    DOUBLE_BEEP,
    FAST_BLINK,
    LONG_BEEP,
    OFF,
    ON,
    SHORT_BEEP,
    SLOW_BLINK,
    TRIPLE_BEEP,
    Lamp,
    Lights,
    Pattern,
    Step,
)
from hardware.pins import READY, RETRY_SECONDS, PinState
from hardware.simulated import SimulatedLamps, SimulatedPin, SimulatedPins
from tests.hardware.moved_time import MovedTime, clock

pytestmark = pytest.mark.moved_time

ONE = Lamp(name="one", pin=27)
TWO = Lamp(name="two", pin=23)
LOW = Lamp(name="low", pin=24, active_high=False)
BUZZER = Lamp(name="buzzer", pin=25)


class Lit(NamedTuple):
    lights: Lights
    eyes: SimulatedLamps
    pins: SimulatedPins
    states: list[tuple[str, PinState]]

    async def seen(self, *names: str, steps: int, seconds: float) -> list[str]:
        """What each does, looked at every so many seconds, from half of them on."""
        await asyncio.sleep(seconds / 2)
        seen = ["" for _ in names]
        for _ in range(steps):
            for number, name in enumerate(names):
                seen[number] += "#" if self.eyes.lit(name) else "."
            await asyncio.sleep(seconds)
        return seen


@contextlib.asynccontextmanager
async def lit(*lamps: Lamp, failing: dict[int, str] | None = None) -> AsyncIterator[Lit]:
    with SimulatedPins() as pins:
        pins.failing |= failing or {}
        states: list[tuple[str, PinState]] = []
        lights = Lights(pins, lamps, on_state=lambda *told: states.append(told), clock=clock)
        async with lights:
            yield Lit(lights, SimulatedLamps(pins, lamps), pins, states)


@pytest.mark.parametrize(
    ("pattern", "seen"),
    [
        (ON, "####################"),
        (OFF, "...................."),
        (SLOW_BLINK, "####....####....####"),
        (FAST_BLINK, "#.#.#.#.#.#.#.#.#.#."),
    ],
)
async def test_patterns(pattern: Pattern, seen: str) -> None:
    async with lit(ONE) as panel:
        panel.lights.show("one", pattern)
        assert await panel.seen("one", steps=20, seconds=0.125) == [seen]


async def test_all_that_blinks_is_in_one_phase() -> None:
    async with lit(ONE, TWO, LOW) as panel:
        panel.lights.show("one", SLOW_BLINK)
        await asyncio.sleep(3.3)
        panel.lights.show("two", SLOW_BLINK)
        await asyncio.sleep(0.2)
        panel.lights.show("low", FAST_BLINK)
        await asyncio.sleep(0.5)
        one, two, low = await panel.seen("one", "two", "low", steps=16, seconds=0.125)
        assert one == two == "####....####...."
        assert low == "#.#.#.#.#.#.#.#."


def test_it_stays_in_phase_for_a_day() -> None:
    thirds = Pattern("thirds", (Step(lit=True, seconds=600.1), Step(lit=False, seconds=0.2)))

    async def a_day() -> list[bool]:
        async with lit(ONE, TWO) as panel:
            began = clock()
            panel.lights.show("one", thirds)
            await asyncio.sleep(1000.7)
            panel.lights.show("two", thirds)
            seen = []
            for moment in (600.05, 600.15, 600.25, 600.35):
                await asyncio.sleep(144 * 600.3 + moment - (clock() - began))
                seen += [panel.eyes.lit("one"), panel.eyes.lit("two")]
            return seen

    with asyncio.Runner(loop_factory=MovedTime) as runner:
        assert runner.run(a_day()) == [True, True, False, False, False, False, True, True]


@pytest.mark.parametrize(
    ("pattern", "seen"),
    [
        (SHORT_BEEP, "###................."),
        (DOUBLE_BEEP, "##..###............."),
        (TRIPLE_BEEP, "##..###..##........."),
        (LONG_BEEP, "################...."),
    ],
)
async def test_a_buzzer_ends_after_its_course(pattern: Pattern, seen: str) -> None:
    async with lit(BUZZER) as panel:
        await asyncio.sleep(0.321)
        panel.lights.show("buzzer", pattern)
        assert await panel.seen("buzzer", steps=20, seconds=0.05) == [seen]
        assert panel.lights.shown == {"buzzer": OFF}
        panel.lights.show("buzzer", pattern)
        assert await panel.seen("buzzer", steps=20, seconds=0.05) == [seen]


async def test_an_alarm_takes_three_seconds_and_pauses() -> None:
    async with lit(BUZZER) as panel:
        panel.lights.show("buzzer", ALARM)
        seen = await panel.seen("buzzer", steps=20, seconds=0.2)
        assert seen == ["##.##.##.##.##......"]


async def test_what_is_shown_already_goes_on() -> None:
    async with lit(BUZZER) as panel:
        panel.lights.show("buzzer", ALARM)
        await asyncio.sleep(0.3)
        panel.lights.show("buzzer", ALARM)
        assert await panel.seen("buzzer", steps=4, seconds=0.2) == [".##."]
        panel.lights.show("buzzer", OFF)
        panel.lights.show("buzzer", ALARM)
        assert await panel.seen("buzzer", steps=4, seconds=0.2) == ["##.#"]


async def test_the_pin_is_written_only_when_the_light_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[float] = []
    write = SimulatedPin._set_state  # noqa: SLF001 - what gpiozero calls on any pin

    def note(pin: SimulatedPin, level: float) -> None:
        if pin is panel.pins.wire(27):
            written.append(level)
        write(pin, level)

    async with lit(ONE, TWO) as panel:
        monkeypatch.setattr(SimulatedPin, "_set_state", note)
        panel.lights.show("one", ON)
        panel.lights.show("two", FAST_BLINK)
        await asyncio.sleep(5)
        panel.lights.show("one", ON)
        assert written == [True]


async def test_a_lamp_that_is_lit_by_a_low_level() -> None:
    async with lit(LOW) as panel:
        pin = panel.pins.wire(24)
        assert pin.state
        panel.lights.show("low", ON)
        assert not pin.state
        assert panel.eyes.lit("low")


async def test_before_and_after_everything_is_off() -> None:
    with SimulatedPins() as pins:
        lights = Lights(pins, [ONE, LOW], clock=clock)
        eyes = SimulatedLamps(pins, [ONE, LOW])
        lights.show("one", ON)
        assert not eyes.lit("one")
        async with lights:
            lights.show("low", ON)
            assert eyes.lit("one")
            assert eyes.lit("low")
        assert not eyes.lit("one")
        assert not eyes.lit("low")
        assert [each.state for each in pins.wire(27).states] == [False, True, False]
        lights.show("one", FAST_BLINK)
        await asyncio.sleep(1)
        assert not eyes.lit("one")


async def test_a_lamp_whose_pin_fails_is_a_state() -> None:
    async with lit(ONE, TWO, failing={27: "busy"}) as panel:
        assert panel.lights.states == {"one": PinState("failed", "GPIO27: busy"), "two": READY}
        panel.lights.show("one", ON)
        panel.lights.show("two", SLOW_BLINK)
        await asyncio.sleep(RETRY_SECONDS - 10)
        del panel.pins.failing[27]
        seen = await panel.seen("one", "two", steps=8, seconds=0.125)
        assert seen == ["........", "####...."]
        await asyncio.sleep(10)
        assert panel.eyes.lit("one")
        assert panel.states[-1] == ("one", READY)


async def test_a_lamp_that_failed_alone_is_tried_again() -> None:
    async with lit(ONE, failing={27: "busy"}) as panel:
        del panel.pins.failing[27]
        await asyncio.sleep(RETRY_SECONDS + 1)
        assert panel.lights.states["one"] == READY


async def test_a_lamp_that_fails_while_it_blinks_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with lit(ONE, TWO) as panel:
        panel.lights.show("one", FAST_BLINK)
        panel.lights.show("two", SLOW_BLINK)
        panel.pins.failing[27] = "gone"
        await asyncio.sleep(3 * RETRY_SECONDS)
        assert panel.states[2:] == [("one", PinState("failed", "GPIO27: gone"))]
        warned = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
        assert warned == ['lamp "one" failed: GPIO27: gone']
        del panel.pins.failing[27]
        await asyncio.sleep(RETRY_SECONDS + 1)
        assert panel.lights.states["one"] == READY
        one, two = await panel.seen("one", "two", steps=8, seconds=0.125)
        assert sorted(one) == sorted("#.#.#.#.")
        assert sorted(two) == sorted("####....")


async def test_one_who_raises_on_a_state_ends_nothing() -> None:
    def refuse(name: str, state: PinState) -> None:
        raise RuntimeError(name, state)

    with SimulatedPins() as pins:
        async with Lights(pins, [ONE], on_state=refuse, clock=clock) as lights:
            lights.show("one", ON)
            assert SimulatedLamps(pins, [ONE]).lit("one")


async def test_a_lamp_that_is_not_there_is_an_error() -> None:
    async with lit(ONE) as panel:
        with pytest.raises(KeyError, match="three"):
            panel.lights.show("three", ON)


def test_two_lamps_of_one_name_are_refused() -> None:
    with SimulatedPins() as pins, pytest.raises(ValueError, match="same name"):
        Lights(pins, [ONE, Lamp(name="one", pin=5)])


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (Step(lit=True, seconds=0.0),),
        (Step(lit=True, seconds=1.0), Step(lit=False, seconds=-1.0)),
    ],
)
def test_a_step_that_takes_no_time_is_refused(steps: tuple[Step, ...]) -> None:
    with pytest.raises(ValueError, match="pattern never"):
        Pattern("never", steps)


made = st.builds(
    Pattern,
    st.just("any"),
    st.lists(
        st.builds(Step, st.booleans(), st.floats(min_value=0.001, max_value=100)),
        min_size=1,
        max_size=6,
    ).map(tuple),
    st.booleans(),
)


@settings(deadline=None, derandomize=True)
@given(pattern=made, seconds=st.floats(min_value=0, max_value=1e6))
def test_a_light_stays_for_as_long_as_is_said(pattern: Pattern, seconds: float) -> None:
    is_lit, stays = pattern.at(seconds)
    assert stays > 0
    if stays == inf:
        assert not is_lit
        assert seconds >= sum(step.seconds for step in pattern.steps) - 1e-5
    else:
        assert pattern.at(seconds + stays * 0.5)[0] == is_lit or stays < 1e-5
        assert stays <= max(step.seconds for step in pattern.steps) + 1e-6
