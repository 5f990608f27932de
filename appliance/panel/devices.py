"""The buttons, bars and lights of a configuration, as long as the appliance runs.

hardware ─ gestures, keys ▶ Devices ─ presses ▶ Panel
hardware ◀─────── patterns ─ Devices ◀──────── Lamps

A device that is away, or a machine without pins, is a state that is shown, and ends nothing.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from functools import partial
from time import monotonic, time
from typing import Final, NamedTuple

from gpiozero.pins import Factory

from appliance.config import Config
from appliance.devices import (
    NOT_YET,
    BarJson,
    ButtonJson,
    CannotPress,
    Gesture,
    LampJson,
    LightJson,
    PanelJson,
    PanelStatus,
    PressedJson,
    PressesJson,
    State,
)
from appliance.expeditor import Expeditor
from appliance.panel.boards import Happened
from appliance.panel.hands import Hands
from appliance.panel.lamps import Lamps, SlotLamp, StackLight
from appliance.panel.panel import Outcome, Panel, Press
from appliance.panel.wiring import WiredBar, WiredButton, actions_by_station, wiring
from appliance.presses import Presses, PressJson
from appliance.printers import PrintersNow
from appliance.shown_now import ShownNow
from hardware.bump_bars import BumpBar, transport_to
from hardware.buttons import Buttons
from hardware.connection import Condition, Transport
from hardware.gestures import Gesture as Made
from hardware.keys import KeyPress, Stroke
from hardware.lights import OFF, Lights, Pattern
from hardware.pins import RETRY_SECONDS, PinsUnavailable, open_pins
from hardware.simulated_bars import SimulatedBar, simulated_bar

logger = logging.getLogger(__name__)

_STATES: Final[dict[Condition, State]] = {
    Condition.AWAY: "away",
    Condition.REFUSED: "refused",
    Condition.WORKING: "ready",
    Condition.FLOODING: "chattering",
    Condition.CLOSED: "away",
}
"""What the conditions of a bar are called among devices."""


class How(NamedTuple):
    """How a device is, and why where it is not ready."""

    state: State
    why: str = ""


READY: Final = How("ready")


class Devices:
    """All of them, simulated or real, and the panel that they are the hands of."""

    def __init__(
        self,
        config: Config,
        expeditor: Expeditor,
        shown_now: ShownNow,
        printers_now: PrintersNow,
        presses: Presses,
    ) -> None:
        """Opens nothing yet. Blocks for a moment: it reads the profiles of the bars.

        `presses` are told each press, also of keys that do nothing.
        """
        self._mode = config.devices.mode
        self._told = presses
        self._wiring = wiring(config)
        self._buttons = {button.id: button for button in self._wiring.buttons}
        self.panel = Panel(
            expeditor,
            actions_by_station(config, self._wiring),
            per_page=config.panel.tickets_per_page,
            shown_now=shown_now,
            printers_now=printers_now,
            tell=self._tell,
            follow=self._follow,
        )
        every = tuple(station.id for station in config.station)
        passes = frozenset(station.id for station in config.station if station.type == "expo")
        self._lamps = Lamps(
            expeditor,
            self.panel.boards,
            [
                SlotLamp(button.lamp.name, button.station, button.slot)
                for button in self._wiring.buttons
                if button.lamp is not None
            ],
            [
                StackLight(
                    every if light.station is None else (light.station,),
                    {colour: lamp.name for colour, lamp in light.lamps.items()},
                    is_at_the_pass=light.station is None or light.station in passes,
                )
                for light in self._wiring.lights
            ],
            self._show,
            printers_now=printers_now,
        )
        self._shown: dict[str, Pattern] = {}
        """What each lamp is to show, also while there are no pins."""
        self._presses = Counter[str]()
        self._no_pins = How("unavailable", NOT_YET)
        self.pins: Factory | None = None
        """Open as long as it runs, where this machine has any."""
        self._inputs: Buttons | None = None
        self._lights: Lights | None = None
        self._simulated: dict[str, SimulatedBar] = {}
        self._bars = {
            bar.id: BumpBar(
                bar.id,
                transport,
                bar.keys.profile,
                self._pressed,
                unknown=partial(self._of_no_key, bar.id),
            )
            for bar in self._wiring.bars
            if (transport := self._transport(bar)) is not None
        }
        self._keys = {bar.id: bar for bar in self._wiring.bars}
        self._hands = Hands(self._simulated)

    # ── running ──────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Listen to them and light them, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.panel.run(), name="panel")
            group.create_task(self._lamps.run(), name="lamps")
            for bar in self._bars.values():
                group.create_task(bar.run(), name=f"bar {bar.name}")
            if self._wiring.contacts or self._wiring.lamps:
                group.create_task(self._drive_pins(), name="pins")

    async def _drive_pins(self) -> None:
        while True:
            pins = await self._opened()
            if pins is not None:
                break
            await asyncio.sleep(RETRY_SECONDS)
        buttons = Buttons(pins, self._wiring.contacts, self._made)
        lights = Lights(pins, self._wiring.lamps)
        for name, pattern in self._shown.items():
            lights.show(name, pattern)
        try:
            async with buttons, lights:
                self.pins, self._inputs, self._lights = pins, buttons, lights
                await asyncio.get_running_loop().create_future()
        finally:
            self.pins = self._inputs = self._lights = None
            pins.close()

    async def _opened(self) -> Factory | None:
        """The pins; None, and a reason to show, where there are none."""
        try:
            if self._mode == "real":
                return await asyncio.to_thread(open_pins, "lgpio")
            pins = await asyncio.to_thread(open_pins, "simulated")
        except PinsUnavailable as error:
            now = How("unavailable", str(error))
            if now != self._no_pins:
                logger.warning("buttons and lights cannot be used: %s", error)
            self._no_pins = now
            return None
        self._hands.take(pins, self._wiring.contacts)
        return pins

    def _transport(self, bar: WiredBar) -> Transport | None:
        if bar.is_at_board:
            return None
        if self._mode == "simulated":
            simulated = self._simulated[bar.id] = simulated_bar(bar.keys.profile)
            return simulated
        return None if bar.address is None else transport_to(bar.address, bar.keys.profile)

    # ── presses ──────────────────────────────────────────────────────────────────────

    def _made(self, name: str, gesture: Made) -> None:
        button = self._buttons[name]
        action = button.actions[gesture.kind]
        device, station = _button(name), button.station
        self.panel.press(Press(device, None, station, action, gesture.down_at, gesture.kind))

    def _pressed(self, press: KeyPress) -> None:
        bar = self._keys[press.bar]
        action = bar.keys.actions.get(press.key)
        if action is None:
            self._nothing_done(press.bar, press.sent, press.key)
            return
        device, station = _bar(press.bar), bar.station
        self.panel.press(
            Press(device, press.key, station, action, press.down_at, sent=press.sent or None)
        )

    def _of_no_key(self, bar: str, stroke: Stroke) -> None:
        self._nothing_done(bar, stroke.sent, None)

    def _nothing_done(self, bar: str, sent: str, key: str | None) -> None:
        """A key was pressed that does nothing."""
        now = round(time() * 1000)
        self._told.tell(PressJson(now, bar, "bar", sent or None, key, "press", None, None, ""))
        self._hands.nothing_done(_bar(bar))

    def _tell_on(self, press: Press, outcome: Outcome) -> None:
        if not self._told.is_listened_to:
            return
        kind, _, device = press.device.partition(" ")
        self._told.tell(
            PressJson(
                at=round((time() - monotonic() + press.down_at) * 1000),
                device=device,
                kind="button" if kind == "button" else "bar",
                key=press.sent,
                name=press.key,
                gesture=press.gesture,
                action=str(press.action),
                outcome=outcome.what,
                why=outcome.why,
            )
        )

    def _tell(self, press: Press, outcome: Outcome) -> None:
        self._tell_on(press, outcome)
        self._presses[outcome.what] += 1
        if outcome.what in ("refused", "cannot be stored"):
            self._lamps.refuse(press.station)
        self._hands.told(press, outcome)

    def _follow(self, happened: list[Happened]) -> None:
        self._lamps.follow(happened)

    def _show(self, name: str, pattern: Pattern) -> None:
        if pattern.repeats:
            self._shown[name] = pattern
        if self._lights is not None:
            self._lights.show(name, pattern)

    async def press_button(self, name: str, gesture: Gesture) -> PressedJson:
        """Press a simulated button that is there. Raises CannotPress."""
        self._require_ready(self._of_button(self._buttons[name]))
        return await self._hands.press_button(name, _button(name), gesture)

    async def press_key(self, name: str, key: str, ago: float) -> PressedJson:
        """Press a key that a simulated bar has, or one at a board. Raises CannotPress, ValueError.

        A simulated bar takes what a key sends, too, whether that means anything or not.
        """
        is_named = key in self._keys[name].keys.profile.names
        if self._keys[name].is_at_board:
            if not is_named:
                raise ValueError("keys of a bar at a board go by their names")
            press = KeyPress(name, key, monotonic() - ago)
            return await self._hands.press_at_board(
                press, _bar(name), partial(self._pressed, press)
            )
        self._require_ready(self._of_bar(name))
        if not is_named:
            return await self._hands.press_sent(name, _bar(name), key)
        return await self._hands.press_key(name, _bar(name), key)

    def _require_ready(self, how: How) -> None:
        if self._mode != "simulated":
            raise CannotPress("it is a real one, and takes a finger")
        if how != READY:
            raise CannotPress(f"it is {how.state}: {how.why}")

    # ── what is told of them ─────────────────────────────────────────────────────────

    def shown(self) -> PanelJson:
        """All of them, as they are now."""
        return PanelJson(
            self._mode,
            [
                ButtonJson(
                    button.id,
                    button.station,
                    button.slot,
                    *self._of_button(button),
                    {gesture: str(action) for gesture, action in button.actions.items()},
                    self._lamp(button.lamp.name) if button.lamp else None,
                )
                for button in self._wiring.buttons
            ],
            [
                BarJson(
                    bar.id,
                    bar.station,
                    *self._of_bar(bar.id),
                    {key: str(action) for key, action in bar.keys.actions.items()},
                    bar.keyboard,
                )
                for bar in self._wiring.bars
            ],
            [
                LightJson(
                    light.id,
                    light.station,
                    {colour: self._lamp(lamp.name) for colour, lamp in light.lamps.items()},
                )
                for light in self._wiring.lights
            ],
        )

    def status(self) -> PanelStatus:
        """They, and what presses came to."""
        counted = {name.replace(" ", "_"): count for name, count in self._presses.items()}
        return PanelStatus(PressesJson(**counted), self.shown())

    def warnings(self) -> list[str]:
        """A sentence for each that somebody should look after."""
        return list(self._warnings())

    def _warnings(self) -> Iterator[str]:
        if self.pins is None and self._no_pins.why != NOT_YET:
            yield f"No button and no light works: {self._no_pins.why}"
        elif self._inputs is not None and self._lights is not None:
            for name, (kind, why) in self._inputs.states.items():
                if kind != "ready":
                    yield f"Button {name} is not listened to ({kind}): {why}"
            for name, (kind, why) in self._lights.states.items():
                if kind != "ready":
                    yield f"Lamp {name} cannot be lit: {why}"
        for bar in self._wiring.bars:
            state, why = self._of_bar(bar.id)
            if state != "ready" and why != NOT_YET:
                yield f"Bump bar {bar.id} is {state}: {why}"

    def _of_button(self, button: WiredButton) -> How:
        if button.contact is None:
            return How("not wired", "no pin is given")
        if self._inputs is None:
            return self._no_pins
        return How(*self._inputs.states[button.id])

    def _of_bar(self, name: str) -> How:
        if self._keys[name].is_at_board:
            return READY
        if name not in self._bars:
            return How("not wired", "no transport is given")
        condition, words = self._bars[name].state
        if condition is Condition.CLOSED:
            return How("away", NOT_YET)
        return READY if condition is Condition.WORKING else How(_STATES[condition], words)

    def _lamp(self, name: str) -> LampJson:
        if self._lights is None:
            return LampJson(*self._no_pins, OFF.name, lit=False)
        lights = self._lights
        how = How(*lights.states[name])
        return LampJson(*how, lights.shown[name].name, lit=lights.lit[name])


def _button(name: str) -> str:
    return f"button {name}"


def _bar(name: str) -> str:
    return f"bar {name}"
