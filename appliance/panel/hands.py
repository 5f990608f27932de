"""Hands on devices, over HTTP: on simulated ones, and on the keys of a bar at a board.

press ─▶ SimulatedButtons, SimulatedBar ─▶ drivers ─▶ Panel ─ what it came to ─▶ the answer

A press of a simulated one goes the whole way from the pin, or the cable.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from appliance.devices import CannotPress, Gesture, PressedJson
from appliance.panel.panel import Outcome, Press
from hardware.buttons import Button
from hardware.simulated import SimulatedButtons, SimulatedPins
from hardware.simulated_bars import SimulatedBar

TAP_SECONDS: Final = 0.06
REST_SECONDS: Final = 0.06
"""A finger is down, and up again, for longer than a contact may bounce."""
ANSWER_SECONDS: Final = 3.0
"""Until it counts as nobody having heard it: storing takes a few milliseconds, and a hold that
is longer than that has happened before this begins."""


class Hands:
    """On all simulated devices; each is pressed by one hand after the other."""

    def __init__(self, bars: dict[str, SimulatedBar]) -> None:
        """`bars` by their ids."""
        self._bars = bars
        self._buttons: dict[str, Button] = {}
        self._fingers: SimulatedButtons | None = None
        self._at_rest_at = 0.0
        """On the monotonic clock: contacts have to be at rest before they count."""
        self._turns = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self._waiting: dict[str, asyncio.Future[PressedJson]] = {}
        """By whose press it is."""

    def take(self, pins: SimulatedPins, buttons: Iterable[Button]) -> None:
        """These are the buttons, on these pins, which are now opened. Nobody touches them yet."""
        self._buttons = {button.name: button for button in buttons}
        self._fingers = SimulatedButtons(pins, self._buttons.values())
        self._at_rest_at = monotonic() + REST_SECONDS

    def told(self, press: Press, outcome: Outcome) -> None:
        """This came of a press."""
        waiting = self._waiting.get(press.by)
        if waiting is not None and not waiting.done():
            waiting.set_result(PressedJson(str(press.action), outcome.what, outcome.why))

    async def press_button(self, name: str, by: str, gesture: Gesture) -> PressedJson:
        """Make a gesture on a button, and what it came to. Raises CannotPress."""
        fingers = self._fingers
        if fingers is None or name not in self._buttons:
            raise CannotPress("it is not wired")
        async with self._turns[name]:
            await asyncio.sleep(self._at_rest_at - monotonic())
            with self._listening(by) as told:
                if gesture == "double":
                    await fingers.press(name, TAP_SECONDS)
                    await asyncio.sleep(REST_SECONDS)
                seconds = self._buttons[name].hold_seconds if gesture == "hold" else 0
                await fingers.press(name, seconds + TAP_SECONDS)
                pressed = await _heard(told)
            await asyncio.sleep(REST_SECONDS)
        return pressed

    async def press_key(self, name: str, by: str, key: str) -> PressedJson:
        """Press a key of a bar, and what it came to. Raises CannotPress."""
        async with self._turns[name]:
            with self._listening(by) as told:
                self._bars[name].press(key)
                return await _heard(told)

    async def press_at_board(self, name: str, by: str, make: Callable[[], None]) -> PressedJson:
        """`make` the press of a key of a bar at a board, and what it came to."""
        async with self._turns[name]:
            with self._listening(by) as told:
                make()
                return await _heard(told)

    @contextmanager
    def _listening(self, by: str) -> Iterator["asyncio.Future[PressedJson]"]:
        waiting = self._waiting[by] = asyncio.get_running_loop().create_future()
        try:
            yield waiting
        finally:
            del self._waiting[by]


async def _heard(told: "asyncio.Future[PressedJson]") -> PressedJson:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await told
    except TimeoutError:
        raise CannotPress("nothing came of it") from None
