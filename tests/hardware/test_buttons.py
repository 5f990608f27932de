import asyncio
import logging
import random

import pytest

from hardware.buttons import Button, Buttons
from hardware.gestures import Gesture, Kind
from hardware.pins import READY, RETRY_SECONDS, PinState
from hardware.simulated import SimulatedPins
from tests.hardware import hands
from tests.hardware.moved_time import MovedTime, clock
from tests.hardware.panel import AT_REST, Panel, listening
from tests.proof import count

pytestmark = pytest.mark.moved_time

GRILL = Button(name="grill", pin=17)
FRY = Button(name="fry", pin=22)
ALL: frozenset[Kind] = frozenset({"press", "hold", "double"})
HOLD: frozenset[Kind] = frozenset({"press", "hold"})


async def elapse(seconds: float) -> None:
    """Move the time."""
    await asyncio.sleep(seconds)


async def test_a_press_is_heard_while_the_finger_is_still_down() -> None:
    async with listening(GRILL) as panel:
        pressed_at = clock()
        panel.pins.wire(17).drive_low()
        await elapse(0)
        assert panel.heard == [("grill", Gesture("press", pressed_at, pressed_at))]


async def test_each_press_is_heard_once_however_long() -> None:
    async with listening(GRILL) as panel:
        for seconds in (0.005, 0.03, 0.1, 7.0):
            await panel.fingers.press("grill", seconds)
            await elapse(AT_REST)
        assert panel.kinds == [("grill", "press")] * 4


@pytest.mark.parametrize(
    ("button", "high_when_pressed"),
    [
        (Button(name="it", pin=5), False),
        (Button(name="it", pin=5, active_low=False), True),  # Closed at rest, to ground.
        (Button(name="it", pin=5, pull="down"), True),
        (Button(name="it", pin=5, pull="down", active_low=True), False),
        (Button(name="it", pin=5, pull="none"), False),
        (Button(name="it", pin=5, pull="none", active_low=False), True),
    ],
)
async def test_pull_and_polarity(button: Button, *, high_when_pressed: bool) -> None:
    async with listening(button) as panel:
        pin = panel.pins.wire(5)
        assert pin.pull == {"up": "up", "down": "down", "none": "floating"}[button.pull]
        for expected in (1, 2):
            pin.drive(high=high_when_pressed)
            await elapse(AT_REST)
            assert len(panel.heard) == expected
            pin.drive(high=not high_when_pressed)
            await elapse(AT_REST)
            assert len(panel.heard) == expected


async def test_hold_and_double_press_from_the_pin() -> None:
    button = Button(name="it", pin=5, wants=ALL, hold_seconds=2.0, double_seconds=0.5)
    async with listening(button) as panel:
        began = clock()
        await panel.fingers.press("it", 2.5)
        await elapse(1)
        await panel.fingers.press("it", 0.1)
        await elapse(0.3)
        await panel.fingers.press("it", 0.1)
        await elapse(1)
        await panel.fingers.press("it", 1.9)
        await elapse(1)
    assert [(each.kind, round(each.down_at - began, 3)) for _, each in panel.heard] == [
        ("hold", 0.0),
        ("double", 3.5),
        ("press", 5.0),
    ]


async def test_a_hold_is_heard_in_its_time() -> None:
    async with listening(Button(name="it", pin=5, wants=HOLD)) as panel:
        panel.fingers.down("it")
        await elapse(0.799)
        assert panel.heard == []
        await elapse(0.003)
        assert panel.kinds == [("it", "hold")]


async def test_what_is_down_at_the_start_counts_when_it_was_lifted() -> None:
    with SimulatedPins() as pins:
        panel = Panel(pins, Button(name="it", pin=5, wants=HOLD))
        panel.fingers.down("it")
        async with panel.buttons():
            await elapse(5)
            panel.fingers.up("it")
            await elapse(1)
            assert panel.heard == []
            await panel.fingers.press("it")
            await elapse(0)
            assert panel.kinds == [("it", "press")]


async def test_a_contact_that_bounces_at_the_start_is_no_press() -> None:
    with SimulatedPins() as pins:
        panel = Panel(pins, GRILL)
        async with panel.buttons():
            await panel.fingers.bounce("grill", pressed=True, gaps=[0.003, 0.006, 0.001])
            await elapse(1)
            assert panel.heard == []


async def test_bouncing_presses_through_pins() -> None:
    chance = random.Random(4711)  # noqa: S311 - a seed makes it the same again
    async with listening(GRILL, FRY) as panel:
        began = clock()
        wire = panel.pins.wire(17)
        for press in hands.presses(chance, count(500, proof=100_000), hurry=0.6):
            down_at = began + press.down_at
            for edge in press.edges:
                await elapse(began + edge.at - clock())
                wire.drive(high=not edge.pressed)
            await elapse(0.03)
            assert [each.down_at for _, each in panel.heard] == [pytest.approx(down_at, abs=1e-6)]
            panel.heard.clear()
        assert panel.states == [("grill", READY), ("fry", READY)]


async def test_a_handler_that_raises_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    heard = []

    def handler(name: str, gesture: Gesture) -> None:
        heard.append((name, gesture.kind))
        raise RuntimeError("the kitchen is on fire")

    async with listening(GRILL, FRY) as panel:
        panel.on_gesture = handler
        for name in ("grill", "fry", "grill"):
            await panel.fingers.press(name)
            await elapse(AT_REST)
    assert heard == [("grill", "press"), ("fry", "press"), ("grill", "press")]
    errors = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert ['"grill"' in each.getMessage() for each in errors] == [True, False, True]
    assert all(each.exc_info for each in errors)


async def test_one_who_raises_on_a_state_ends_nothing() -> None:
    def refuse(name: str, state: PinState) -> None:
        raise RuntimeError(name, state)

    heard = []
    with SimulatedPins() as pins:
        panel = Panel(pins, GRILL)
        told = Buttons(
            pins, [GRILL], lambda *each: heard.append(each), on_state=refuse, clock=clock
        )
        async with told as buttons:
            await elapse(AT_REST)
            await panel.fingers.press("grill")
            assert len(heard) == 1
            assert buttons.states == {"grill": READY}


async def test_what_comes_at_once_is_told_in_its_order() -> None:
    async with listening(GRILL, FRY) as panel:
        ticks = iter(range(10**6))
        panel.clock = lambda: clock() + next(ticks) * 1e-6
        panel.fingers.down("fry")
        panel.fingers.down("grill")
        await elapse(0)
        assert panel.kinds == [("fry", "press"), ("grill", "press")]


async def test_holds_that_are_told_late_are_told_in_their_order() -> None:
    given = [Button(name=name, pin=pin, wants=HOLD) for name, pin in (("a", 5), ("b", 6))]
    async with listening(*given) as panel:
        panel.fingers.down("b")
        await elapse(0.1)
        panel.fingers.down("a")
        await elapse(0.6)
        hold_up(0.5)
        await elapse(0.01)
        assert panel.kinds == [("b", "hold"), ("a", "hold")]


async def test_what_one_waits_for_is_not_put_off_by_another() -> None:
    quick = Button(name="quick", pin=6, wants=HOLD, hold_seconds=0.1)
    async with listening(Button(name="slow", pin=5, wants=HOLD), quick) as panel:
        panel.fingers.down("slow")
        await elapse(0.3)
        panel.fingers.down("quick")
        await elapse(0.102)
        assert panel.kinds == [("quick", "hold")]
        panel.fingers.up("quick")
        await elapse(0.39)
        panel.fingers.down("quick")
        await elapse(0.01)
        assert panel.kinds[1:] == [("slow", "hold")]


def hold_up(seconds: float) -> None:
    """The loop is busy with something else."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, MovedTime)
    loop.now += seconds


async def flicker(panel: Panel, name: str, *, times: int, seconds: float) -> None:
    """The contact changes so many times, once in so many seconds."""
    for number in range(times):
        (panel.fingers.up if number % 2 else panel.fingers.down)(name)
        await elapse(seconds)


async def test_a_pin_that_fails_is_a_state_of_its_button() -> None:
    with SimulatedPins() as pins:
        pins.failing[17] = "busy"
        panel = Panel(pins, GRILL, FRY)
        async with panel.buttons() as buttons:
            await elapse(AT_REST)
            assert buttons.states == {"grill": PinState("failed", "GPIO17: busy"), "fry": READY}
            await panel.fingers.press("fry")
            assert panel.kinds == [("fry", "press")]
            await elapse(3 * RETRY_SECONDS)
            assert [name for name, _ in panel.states] == ["grill", "fry"]
            del pins.failing[17]
            await elapse(RETRY_SECONDS)
            assert panel.states[-1] == ("grill", READY)
            await panel.fingers.press("grill")
            assert panel.kinds[1:] == [("grill", "press")]


async def test_a_pin_that_fails_in_use_comes_back() -> None:
    async with listening(GRILL, FRY) as panel:
        panel.pins.failing[17] = "gone"
        await panel.fingers.press("grill")
        await elapse(AT_REST)
        assert panel.states[-1] == ("grill", PinState("failed", "GPIO17: gone"))
        await panel.fingers.press("fry")
        assert panel.kinds == [("grill", "press"), ("fry", "press")]
        del panel.pins.failing[17]
        await elapse(RETRY_SECONDS + AT_REST)
        await panel.fingers.press("grill")
        assert panel.kinds[2:] == [("grill", "press")]


async def test_a_pin_that_another_has_is_named() -> None:
    async with listening(GRILL, Button(name="twin", pin=17)) as panel:
        ((_, state),) = [each for each in panel.states if each[0] == "twin"]
        assert state.kind == "failed"
        assert "GPIO17 is already in use" in state.reason
        await panel.fingers.press("grill")
        assert panel.kinds == [("grill", "press")]


async def test_afterwards_the_pins_are_free_and_nothing_is_heard() -> None:
    with SimulatedPins() as pins:
        panel = Panel(pins, GRILL)
        async with panel.buttons():
            await elapse(AT_REST)
        await panel.fingers.press("grill")
        await elapse(1)
        assert panel.heard == []
        assert not panel.listens("grill")
        async with panel.buttons():
            await elapse(AT_REST)
            await panel.fingers.press("grill")
        assert panel.kinds == [("grill", "press")]


async def test_a_release_whose_edge_was_lost_does_not_cost_the_next_press() -> None:
    async with listening(GRILL) as panel:
        wire = panel.pins.wire(17)
        wire.edges = "falling"
        for expected in (1, 2, 3):
            await panel.fingers.press("grill", 0.02)
            await elapse(AT_REST)
            assert len(panel.heard) == expected


async def test_edges_lost_while_another_was_switched_off_are_found() -> None:
    async with listening(GRILL, FRY) as panel:
        panel.pins.wire(22).edges = "none"
        panel.fingers.down("fry")
        await flicker(panel, "grill", times=60, seconds=0.01)
        await elapse(AT_REST)
        assert ("fry", "press") in panel.kinds


async def test_a_loop_that_was_held_up_takes_a_press_for_no_hold() -> None:
    async with listening(Button(name="it", pin=5, wants=HOLD)) as panel:
        panel.pins.wire(5).edges = "falling"  # The release is still on its way.
        panel.fingers.down("it")
        await elapse(0.7)
        panel.fingers.up("it")
        hold_up(0.2)
        await elapse(AT_REST)
        assert panel.kinds == [("it", "press")]


async def test_a_loop_that_was_held_up_misses_no_short_press() -> None:
    async with listening(GRILL) as panel:
        await panel.fingers.press("grill")
        wire = panel.pins.wire(17)
        wire.edges = "none"  # Those of the press are still on their way.
        hold_up(0.04)
        panel.fingers.down("grill")
        await elapse(0)
        assert panel.kinds == [("grill", "press")] * 2
        wire.edges = "both"
        await panel.fingers.bounce("grill", pressed=True, gaps=[0.002, 0.008])
        await elapse(0.01)
        await panel.fingers.bounce("grill", pressed=False, gaps=[0.002, 0.008])
        await elapse(1)
        assert len(panel.heard) == 2


async def test_two_buttons_of_one_name_are_refused() -> None:
    with SimulatedPins() as pins, pytest.raises(ValueError, match="same name"):
        Panel(pins, GRILL, Button(name="grill", pin=5)).buttons()


@pytest.mark.parametrize("times", [(0.3, 0.3), (0.2, 0.3), (0.0, 0.3), (0.8, 0.0), (0.8, -1.0)])
def test_times_that_cannot_be_told_apart_are_refused(times: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match='button "it"'):
        Button(name="it", pin=5, wants=ALL, hold_seconds=times[0], double_seconds=times[1])


def test_edges_after_the_end_of_the_loop_are_nobodys() -> None:
    heard: list[object] = []
    with SimulatedPins() as pins:
        buttons = Buttons(pins, [GRILL], lambda *told: heard.append(told))
        for loop in (asyncio.new_event_loop(), asyncio.new_event_loop()):
            heard.clear()
            pins.wire(17).drive(high=True)
            loop.run_until_complete(buttons.__aenter__())
            loop.run_until_complete(asyncio.sleep(AT_REST))
            pins.wire(17).drive(high=False)
            loop.run_until_complete(asyncio.sleep(0))
            pins.wire(17).drive(high=True)  # Never taken: the loop ends first.
            loop.close()
            pins.wire(17).drive(high=False)
            assert len(heard) == 1
        with asyncio.Runner() as runner:
            runner.run(buttons.__aexit__())
