"""The command `expeditor panel test`: a walk through each button, key and lamp."""

import argparse
import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gpiozero.pins import Factory
from msgspec.structs import replace

from appliance.cli_ending import FAILED, OK, WRONG_CONFIGURATION, complain
from appliance.cli_place import settings_of
from appliance.panel.trial import Bar, Devices, Mode, Real, Simulated, devices_of
from appliance.terminal import Terminal
from hardware.buttons import Button, Buttons
from hardware.connection import Condition, Connection, State
from hardware.keys import Stroke
from hardware.lights import OFF, ON, Lamp, Lights
from hardware.pins import PinError, PinState, PinsUnavailable, check
from hardware.profiles import ProfileError
from hardware.walk import Ended, Pressed, Trouble, Typed, Unknown, Walk

AT_REST_SECONDS: Final = 0.2
"""From opening the pins until a contact that seems closed is closed: until then the capacitors of
the wiring guide are being charged, which takes milliseconds."""

HOW: Final = "Enter skips, n says that it was pressed and nothing came, Ctrl-C ends."
CLOSED: Final = "closed though nobody is asked to press it: a short, or pull or active is wrong"


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    panel = commands.add_parser("panel", help="buttons, bump bars and lamps")
    actions = panel.add_subparsers(title="actions", metavar="ACTION", required=True)
    test = actions.add_parser("test", help="a walk through each button, key and lamp")
    test.add_argument("--config", type=Path, metavar="FILE", help="default: the demo kitchen")
    test.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    """Walk through the devices of the configuration; returns the exit code."""
    settings = settings_of(options.config)
    try:
        devices = devices_of(settings)
        uses = [button.use for button in devices.buttons] + [lamp.use for lamp in devices.lamps]
        for warning in check(uses):
            complain(warning)
    except (PinError, ProfileError) as error:
        complain(str(error))
        return WRONG_CONFIGURATION
    planned = list(_planned(devices))
    if not planned:
        where = options.config or "the demo kitchen"
        complain(f"{where}: nothing to try: no button with a pin, no lamp, and no bump bar")
        return WRONG_CONFIGURATION
    # How the devices are is told by words here, not in a log.
    logging.getLogger("hardware").addHandler(logging.NullHandler())
    mode: Mode = Simulated(devices) if settings.devices.mode == "simulated" else Real()
    walk = Walk(_show)
    _show(f"{mode.note}\n{HOW}\n")
    with contextlib.suppress(KeyboardInterrupt):
        _walk_through(walk, devices, mode)
    _show(f"\n{walk.summary(planned)}")
    verdicts = [finding.verdict for finding in walk.findings]
    return OK if len(verdicts) == len(planned) and "failed" not in verdicts else FAILED


def _walk_through(walk: Walk, devices: Devices, mode: Mode) -> None:
    """Try them all, those on pins only where there are pins."""
    try:
        pins = mode.pins() if devices.buttons or devices.lamps else None
    except PinsUnavailable as error:
        pins = None
        for what in (*map(_button, devices.buttons), *map(_lamp, devices.lamps)):
            walk.hear(Trouble(what, str(error)))
    with pins if pins is not None else contextlib.nullcontext():
        asyncio.run(_Trial(walk, devices, mode).run(pins))


class _Trial:
    """One walk, and what it listens to."""

    def __init__(self, walk: Walk, devices: Devices, mode: Mode) -> None:
        self._walk = walk
        self._devices = devices
        self._mode = mode

    async def run(self, pins: Factory | None) -> None:
        """Walk until it is over, or the person answers no more."""
        async with contextlib.AsyncExitStack() as stack:
            terminal = stack.enter_context(Terminal())
            lights = None
            if pins is not None:
                buttons = await stack.enter_async_context(self._buttons(pins))
                lights = await stack.enter_async_context(self._lights(pins))
                await asyncio.sleep(AT_REST_SECONDS)
                for button in self._devices.buttons:
                    if button.name in buttons.down:
                        self._walk.hear(Trouble(_button(button), CLOSED))
            group = await stack.enter_async_context(asyncio.TaskGroup())
            listening = [group.create_task(self._listen(terminal))]
            listening += [group.create_task(each.run()) for each in self._connections()]
            with contextlib.suppress(Ended):
                await self._steps(lights)
            for each in listening:
                each.cancel()

    async def _steps(self, lights: Lights | None) -> None:
        for button in self._devices.buttons:
            await self._walk.press(_button(button))
        for bar in self._devices.bars:
            if await self._walk.find(bar.name):
                for key in _keys(bar):
                    await self._walk.press(key)
        for lamp in self._devices.lamps:
            if lights is not None:
                lights.show(lamp.name, ON)
            await self._walk.look(_lamp(lamp), self._mode.seen(lamp))
            if lights is not None:
                lights.show(lamp.name, OFF)

    async def _listen(self, terminal: Terminal) -> None:
        while (line := await terminal.line()) is not None:
            if not await self._mode.touch(line.strip()):
                self._walk.hear(Typed(line))
        self._walk.hear(Typed(None))

    def _buttons(self, pins: Factory) -> Buttons:
        names = {button.name: _button(button) for button in self._devices.buttons}
        # A press that need not wait for what else it may become is told as the finger comes down.
        pressed = frozenset({"press"})
        return Buttons(
            pins,
            [replace(button, wants=pressed) for button in self._devices.buttons],
            lambda name, _gesture: self._walk.hear(Pressed(names[name])),
            on_state=lambda name, state: self._pin_is(names[name], state),
        )

    def _lights(self, pins: Factory) -> Lights:
        names = {lamp.name: _lamp(lamp) for lamp in self._devices.lamps}
        return Lights(
            pins,
            self._devices.lamps,
            on_state=lambda name, state: self._pin_is(names[name], state),
        )

    def _pin_is(self, what: str, state: PinState) -> None:
        words = f"chattering: {state.reason}" if state.kind == "chattering" else state.reason
        self._walk.hear(Trouble(what, words))

    def _connections(self) -> Iterator[Connection]:
        for bar in self._devices.bars:
            try:
                transport = self._mode.transport_to(bar)
            except ValueError as error:
                self._walk.hear(Trouble(bar.name, str(error)))
            else:
                yield Connection(
                    bar.name, transport, self._heard_from(bar), changed=self._told_by(bar)
                )

    def _heard_from(self, bar: Bar) -> Callable[[Stroke], None]:
        def heard(stroke: Stroke) -> None:
            key = bar.profile.keys.get(stroke.sent)
            if stroke.repeated:
                return
            if key is None:
                self._walk.hear(Unknown(f"{stroke.sent} of {bar.name}, which has no name"))
            else:
                self._walk.hear(Pressed(_key(bar, key)))

        return heard

    def _told_by(self, bar: Bar) -> Callable[[State], None]:
        def told(state: State) -> None:
            words = "" if state.condition is Condition.WORKING else state.words
            self._walk.hear(Trouble(bar.name, words))

        return told


def _planned(devices: Devices) -> Iterator[str]:
    yield from map(_button, devices.buttons)
    for bar in devices.bars:
        yield bar.name
        yield from _keys(bar)
    yield from map(_lamp, devices.lamps)


def _button(button: Button) -> str:
    return f"{button.name} (GPIO {button.pin})"


def _lamp(lamp: Lamp) -> str:
    return f"lamp {lamp.name} (GPIO {lamp.pin})"


def _keys(bar: Bar) -> list[str]:
    return [_key(bar, name) for name in bar.profile.names]


def _key(bar: Bar, name: str) -> str:
    return f"{name} on {bar.name}"


def _show(text: str) -> None:
    print(text, flush=True)
