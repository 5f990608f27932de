"""Buttons, bump bars and lights: how they are; simulated ones can be pressed."""

import re
from collections.abc import Sequence
from typing import Annotated, Final, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from appliance.api.auth import KITCHEN
from appliance.api.errors import ApiError, invalid
from appliance.api.operation import Call, Operation
from appliance.devices import (
    BarJson,
    ButtonJson,
    CannotPress,
    Devices,
    Gesture,
    PanelJson,
    PressedJson,
)

_IS_SENT: Final = re.compile("KEY_|BTN_|0x", re.IGNORECASE)
Device = TypeVar("Device", ButtonJson, BarJson)


class GestureQuery(Struct, forbid_unknown_fields=True):
    """What a finger does."""

    gesture: Gesture = "press"


class KeyBody(Struct, forbid_unknown_fields=True):
    """Which key."""

    key: Annotated[str, Meta(min_length=1, max_length=64)]
    """One of those that `GET /panel` lists. Of a simulated bar also what a key sends, known or
    not, to try how keys are learned: `KEY_F5`, `KEY_LEFTCTRL+KEY_1`, `0x1b5b41`."""
    ago_ms: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """How long ago the finger went down, where that was at a board."""


class Panel:
    """The operations, for one appliance."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices

    def operations(self) -> list[Operation]:
        """List, and press."""
        return [
            Operation("GET", "/panel", self.list, KITCHEN, PanelJson),
            Operation(
                "POST",
                "/panel/buttons/{button_id}/press",
                self.press_button,
                KITCHEN,
                PressedJson,
                query=GestureQuery,
                errors=(404, 409),
            ),
            Operation(
                "POST",
                "/panel/bars/{bar_id}/press",
                self.press_key,
                KITCHEN,
                PressedJson,
                body=KeyBody,
                errors=(404, 409),
            ),
        ]

    async def list(self, call: Call) -> PanelJson:
        """The devices of the stations that the caller may see, and the lights for all stations."""
        shown, sees = self._devices.shown(), call.caller.sees
        return replace(
            shown,
            buttons=[each for each in shown.buttons if sees(each.station_id)],
            bars=[each for each in shown.bars if sees(each.station_id)],
            lights=[
                each for each in shown.lights if each.station_id is None or sees(each.station_id)
            ],
        )

    async def press_button(self, call: Call) -> PressedJson:
        """Press a simulated button; answers what came of it.

        A gesture that it has no action for is refused. 409 where devices are real, and where
        this one is not ready.
        """
        button = _known(self._devices.shown().buttons, "button", call.path("button_id"), call)
        gesture: Gesture = call.query.gesture
        if gesture not in button.actions:
            raise invalid("gesture", "it does nothing", allowed=list(button.actions))
        try:
            return await self._devices.press_button(button.id, gesture)
        except CannotPress as error:
            raise ApiError(409, "CONFLICT", f"button {button.id!r}: {error}") from error

    async def press_key(self, call: Call) -> PressedJson:
        """Press a key of a simulated bump bar, or of one at a board; answers what came of it.

        409 where the bar is real and the appliance's own, and where it is not ready.
        """
        bar = _known(self._devices.shown().bars, "bump bar", call.path("bar_id"), call)
        key: str = call.body.key
        if key not in bar.keys and not _IS_SENT.match(key):
            raise invalid("key", "it does nothing", allowed=list(bar.keys))
        try:
            return await self._devices.press_key(bar.id, key, call.body.ago_ms / 1000)
        except ValueError as error:
            raise invalid("key", str(error)) from error
        except CannotPress as error:
            raise ApiError(409, "CONFLICT", f"bump bar {bar.id!r}: {error}") from error


def _known(devices: Sequence[Device], what: str, name: str, call: Call) -> Device:
    """The device of that id, which the caller may press. Raises ApiError 403, 404."""
    for device in devices:
        if device.id == name:
            call.caller.require(KITCHEN, device.station_id)
            return device
    raise ApiError(404, "NOT_FOUND", f"there is no {what} {name!r}")
