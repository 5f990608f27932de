"""An input that no finger moves, driven from a thread as lgpio's would be: in real time."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from itertools import count

from hardware.buttons import Button, Buttons
from hardware.gestures import Gesture
from hardware.pins import PinState
from hardware.simulated import SimulatedButtons, SimulatedPin, SimulatedPins
from tests.hardware.contract import AT_REST

NOISY = Button(name="noisy", pin=17)
QUIET = [Button(name=f"quiet {pin}", pin=pin) for pin in (22, 23, 24, 25)]


@contextlib.contextmanager
def at_10_khz(wire: SimulatedPin) -> Iterator[threading.Event]:
    """Its level changes every 100 µs, or as often as the machine can; set once it does."""
    over, goes_on = threading.Event(), threading.Event()

    def drive() -> None:
        for number in count():
            wire.drive(high=bool(number % 2))
            if number == 100:
                goes_on.set()
            if over.wait(0.0001):
                break

    thread = threading.Thread(target=drive, name="noise")
    thread.start()
    try:
        yield goes_on
    finally:
        over.set()
        thread.join()


async def test_an_input_at_10_khz_does_not_hold_up_the_others() -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    switched_off: asyncio.Queue[tuple[str, PinState]] = asyncio.Queue()

    def listen(name: str, _gesture: Gesture) -> None:
        if name != "noisy":  # Until it is known, its edges could be a finger's.
            heard.put_nowait(name)

    def note(name: str, state: PinState) -> None:
        if state.kind != "ready":
            switched_off.put_nowait((name, state))

    async with asyncio.timeout(30):
        with SimulatedPins() as pins:
            fingers = SimulatedButtons(pins, [NOISY, *QUIET])
            async with Buttons(pins, [NOISY, *QUIET], listen, on_state=note):
                await asyncio.sleep(AT_REST)
                with at_10_khz(pins.wire(17)) as goes_on:
                    await asyncio.to_thread(goes_on.wait)
                    for button in QUIET:
                        fingers.down(button.name)
                        assert await heard.get() == button.name
                    name, state = await switched_off.get()
                    assert (name, state.kind) == ("noisy", "chattering")
                    assert pins.wire(17).when_changed is None
                    for button in QUIET:
                        fingers.up(button.name)
                    await asyncio.sleep(AT_REST)
                    for button in QUIET:
                        fingers.down(button.name)
                        assert await heard.get() == button.name
                assert switched_off.empty()
