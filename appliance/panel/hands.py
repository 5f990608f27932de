"""Hands on devices, over HTTP: on simulated ones, and on the keys of a bar at a board.

press ─▶ SimulatedButtons, SimulatedBar ─▶ drivers ─▶ Panel ─ what it came to ─▶ the answer

A press of a simulated one goes the whole way from the pin, or the cable.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final, NamedTuple

from appliance.devices import CannotPress, Gesture, PressedJson
from appliance.panel.panel import Outcome, Press
from hardware.buttons import Button
from hardware.keys import KeyPress
from hardware.simulated import SimulatedButtons, SimulatedPins
from hardware.simulated_bars import SimulatedBar

TAP_SECONDS: Final = 0.06
REST_SECONDS: Final = 0.06
"""A finger is down, and up again, for longer than a contact may bounce."""
ANSWER_SECONDS: Final = 3.0
"""For so long an answer is waited for: storing takes a few milliseconds, and a hold that is longer
than that has happened before this begins."""
STAMP_SECONDS: Final = 0.000_001
"""A keyboard's times have no smaller parts, and are cut off there."""


class _Listening(NamedTuple):
    """For what comes of a press."""

    since: float
    """On the monotonic clock: a finger that went down before has made another press."""
    told: "asyncio.Future[PressedJson]"


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
        self._waiting: dict[tuple[str, str | None], _Listening] = {}
        """By device and key."""

    def take(self, pins: SimulatedPins, buttons: Iterable[Button]) -> None:
        """These are the buttons, on these pins, which are now opened. Nobody touches them yet."""
        self._buttons = {button.name: button for button in buttons}
        self._fingers = SimulatedButtons(pins, self._buttons.values())
        self._at_rest_at = monotonic() + REST_SECONDS

    def told(self, press: Press, outcome: Outcome) -> None:
        """This came of a press."""
        asked = (press.device, press.key)
        waiting = self._waiting.get(asked if asked in self._waiting else (press.device, None))
        if waiting is None or press.down_at < waiting.since or waiting.told.done():
            return
        waiting.told.set_result(PressedJson(str(press.action), outcome.what, outcome.why))

    async def press_button(self, name: str, device: str, gesture: Gesture) -> PressedJson:
        """Make a gesture on a button, which presses call `device`, and what it came to.

        Raises CannotPress.
        """
        fingers = self._fingers
        if fingers is None or name not in self._buttons:
            raise CannotPress("it is not wired")
        async with self._turns[name]:
            await asyncio.sleep(self._at_rest_at - monotonic())
            with self._listening(device, None) as told:
                if gesture == "double":
                    await fingers.press(name, TAP_SECONDS)
                    await asyncio.sleep(REST_SECONDS)
                seconds = self._buttons[name].hold_seconds if gesture == "hold" else 0
                await fingers.press(name, seconds + TAP_SECONDS)
                pressed = await _heard(told)
            await asyncio.sleep(REST_SECONDS)
        return pressed

    async def press_key(self, name: str, device: str, key: str) -> PressedJson:
        """Press a key of a bar, which presses call `device`, and what it came to.

        Raises CannotPress.
        """
        async with self._turns[name]:
            with self._listening(device, key) as told:
                self._bars[name].press(key)
                return await _heard(told)

    async def press_sent(self, name: str, device: str, sent: str) -> PressedJson:
        """Press a key of a bar by what it sends, whatever that means.

        Raises CannotPress, ValueError for what it cannot send.
        """
        async with self._turns[name]:
            with self._listening(device, None) as told:
                self._bars[name].press_sent(sent)
                return await _heard(told)

    def nothing_done(self, device: str) -> None:
        """A key of this one was pressed that does nothing."""
        waiting = self._waiting.get((device, None))
        if waiting is not None and not waiting.told.done():
            waiting.told.set_result(PressedJson("", "nothing there", ""))

    async def press_at_board(
        self, press: KeyPress, device: str, make: Callable[[], None]
    ) -> PressedJson:
        """`make` this press of a bar at a board, which presses call `device`; what it came to."""
        async with self._turns[press.bar]:
            with self._listening(device, press.key, press.down_at) as told:
                make()
                return await _heard(told)

    @contextmanager
    def _listening(
        self, device: str, key: str | None, since: float | None = None
    ) -> Iterator["asyncio.Future[PressedJson]"]:
        told = asyncio.get_running_loop().create_future()
        since = monotonic() - STAMP_SECONDS if since is None else since
        self._waiting[device, key] = _Listening(since, told)
        try:
            yield told
        finally:
            del self._waiting[device, key]


async def _heard(told: "asyncio.Future[PressedJson]") -> PressedJson:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await told
    except TimeoutError:
        words = f"no answer in {ANSWER_SECONDS:g} seconds; it may count all the same"
        raise CannotPress(words) from None
