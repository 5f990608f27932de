"""What buttons and lamps do on any pins: each check holds for every way of driving them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from hardware.buttons import Button, Buttons
from hardware.gestures import Gesture
from hardware.lights import ON, Lamp, Lights
from hardware.pins import READY

AT_REST = 0.06
"""Seconds after which a contact has been stable, by a clock of milliseconds."""


class Rig(NamedTuple):
    """A pin from both sides."""

    pins: Any
    pin: int
    high: Callable[[], None]
    low: Callable[[], None]
    """Bring that level to it from outside."""
    level: Callable[[], bool]
    """The level that it has, seen from outside."""
    clock: Callable[[], float]


class Heard:
    """Gestures, and a way to wait for the next."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Gesture] = asyncio.Queue()

    def __call__(self, _name: str, gesture: Gesture) -> None:
        self._queue.put_nowait(gesture)

    async def next(self) -> Gesture:
        async with asyncio.timeout(10):
            return await self._queue.get()

    @property
    def nothing(self) -> bool:
        return self._queue.empty()


async def a_press_is_heard_once(rig: Rig) -> None:
    heard = Heard()
    rig.high()
    async with Buttons(rig.pins, [Button(name="it", pin=rig.pin)], heard, clock=rig.clock):
        await asyncio.sleep(AT_REST)
        for _ in range(3):
            before = rig.clock()
            rig.low()
            gesture = await heard.next()
            assert gesture.kind == "press"
            assert before <= gesture.down_at <= rig.clock()
            await asyncio.sleep(AT_REST)
            rig.high()
            await asyncio.sleep(AT_REST)
            assert heard.nothing


async def a_bouncing_press_is_heard_once(rig: Rig) -> None:
    heard = Heard()
    rig.high()
    async with Buttons(rig.pins, [Button(name="it", pin=rig.pin)], heard, clock=rig.clock):
        await asyncio.sleep(AT_REST)
        for _ in range(20):
            rig.low()
            rig.high()
        rig.low()
        await heard.next()
        await asyncio.sleep(AT_REST)
        assert heard.nothing


async def a_handler_that_raises_ends_nothing(rig: Rig) -> None:
    heard = Heard()

    def handler(name: str, gesture: Gesture) -> None:
        heard(name, gesture)
        raise RuntimeError("the kitchen is on fire")

    rig.high()
    async with Buttons(rig.pins, [Button(name="it", pin=rig.pin)], handler, clock=rig.clock):
        await asyncio.sleep(AT_REST)
        for _ in range(3):
            rig.low()
            await heard.next()
            await asyncio.sleep(AT_REST)
            rig.high()
            await asyncio.sleep(AT_REST)


async def a_hold_is_heard(rig: Rig) -> None:
    heard = Heard()
    button = Button(
        name="it", pin=rig.pin, pull="down", wants=frozenset({"press", "hold"}), hold_seconds=0.1
    )
    rig.low()
    async with Buttons(rig.pins, [button], heard, clock=rig.clock):
        await asyncio.sleep(AT_REST)
        rig.high()
        gesture = await heard.next()
        assert gesture.kind == "hold"
        assert gesture.at == gesture.down_at + 0.1
        rig.low()
        await asyncio.sleep(AT_REST)
        assert heard.nothing


async def what_is_down_at_the_start_is_nothing(rig: Rig) -> None:
    heard = Heard()
    rig.low()
    async with Buttons(rig.pins, [Button(name="it", pin=rig.pin)], heard, clock=rig.clock):
        await asyncio.sleep(AT_REST)
        rig.high()
        await asyncio.sleep(AT_REST)
        assert heard.nothing
        rig.low()
        await heard.next()


async def hum_is_switched_off_and_tried_again(rig: Rig) -> None:
    heard = Heard()
    rig.high()
    async with Buttons(
        rig.pins, [Button(name="it", pin=rig.pin)], heard, clock=rig.clock
    ) as buttons:
        await asyncio.sleep(AT_REST)
        for number in range(120):
            (rig.high if number % 2 else rig.low)()
            await asyncio.sleep(0.005)
            if buttons.states["it"] != READY:
                break
        assert buttons.states["it"].kind == "chattering"
        await heard.next()  # Its first edge could have been a finger.
        rig.low()
        rig.high()
        await asyncio.sleep(AT_REST)
        assert heard.nothing


async def a_pin_can_be_had_again(rig: Rig) -> None:
    for _ in range(2):
        heard = Heard()
        rig.high()
        async with Buttons(rig.pins, [Button(name="it", pin=rig.pin)], heard, clock=rig.clock):
            await asyncio.sleep(AT_REST)
            rig.low()
            await heard.next()
        rig.high()


async def two_on_one_pin_are_refused(rig: Rig) -> None:
    rig.high()
    given = [Button(name="one", pin=rig.pin), Button(name="other", pin=rig.pin)]
    async with Buttons(rig.pins, given, Heard(), clock=rig.clock) as buttons:
        assert buttons.states["one"] == READY
        assert buttons.states["other"].kind == "failed"
        assert f"GPIO{rig.pin} is already in use" in buttons.states["other"].reason


async def a_lamp_is_lit_and_off_afterwards(rig: Rig) -> None:
    async with Lights(rig.pins, [Lamp(name="it", pin=rig.pin)], clock=rig.clock) as lights:
        assert not rig.level()
        lights.show("it", ON)
        assert rig.level()
        assert lights.states["it"] == READY
    assert not rig.level()


Check = Callable[[Rig], Awaitable[None]]

BUTTONS: list[Check] = [
    a_press_is_heard_once,
    a_bouncing_press_is_heard_once,
    a_handler_that_raises_ends_nothing,
    a_hold_is_heard,
    what_is_down_at_the_start_is_nothing,
    hum_is_switched_off_and_tried_again,
    a_pin_can_be_had_again,
    two_on_one_pin_are_refused,
]
LAMPS: list[Check] = [a_lamp_is_lit_and_off_afterwards]
