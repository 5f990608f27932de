"""From the configuration to the devices of `hardware`: what is wired where, and what it does.

Config ─▶ wiring ─▶ Wiring: buttons, bars and lights, each with its station
"""

from collections.abc import Mapping
from typing import NamedTuple, cast

from appliance.config import Config
from appliance.config.actions import Action
from appliance.config.devices import AT_BOARD, BumpBarSection, ButtonSection, LightSection
from appliance.config.keys import Keys, action_of, keys_of
from appliance.config.wiring import COLOURS
from appliance.devices import GESTURES, Gesture, KeyboardJson
from hardware.browser_keys import in_browser
from hardware.buttons import Button
from hardware.lights import Lamp


class WiredButton(NamedTuple):
    """A button, and the lamp in it."""

    id: str
    station: str
    slot: int | None
    actions: Mapping[Gesture, Action]
    contact: Button | None
    """None where no pin is given; of the lamp as well."""
    lamp: Lamp | None


class WiredBar(NamedTuple):
    """A bump bar."""

    id: str
    station: str
    keys: Keys
    address: str | None
    """None where it is nowhere, or at a board."""
    is_at_board: bool
    """It is a keyboard of the computer that shows the board."""

    @property
    def keyboard(self) -> KeyboardJson | None:
        """What it is for the browser there; None where it is the appliance's own."""
        if not self.is_at_board:
            return None
        profile, actions = self.keys
        codes = {
            code: name
            for sent, name in profile.keys.items()
            if name in actions and (code := in_browser(sent)) is not None
        }
        return KeyboardJson(codes, [name for name in profile.names if name in profile.repeats])


class WiredLight(NamedTuple):
    """A stack light, a buzzer, or both."""

    id: str
    station: str | None
    """None: all of them."""
    lamps: Mapping[str, Lamp]
    """By their colours, the buzzer among them."""


class Wiring(NamedTuple):
    """All of it."""

    buttons: tuple[WiredButton, ...]
    bars: tuple[WiredBar, ...]
    lights: tuple[WiredLight, ...]

    @property
    def contacts(self) -> list[Button]:
        """The buttons that have a pin."""
        return [button.contact for button in self.buttons if button.contact is not None]

    @property
    def lamps(self) -> list[Lamp]:
        """Whatever is switched by a pin."""
        in_buttons = [button.lamp for button in self.buttons if button.lamp is not None]
        return [*in_buttons, *(lamp for light in self.lights for lamp in light.lamps.values())]


def wiring(config: Config) -> Wiring:
    """What a configuration that was checked has wired."""
    per_page = config.panel.tickets_per_page
    return Wiring(
        tuple(_button(each, config.default_station, per_page) for each in config.button),
        tuple(_bar(each, config.default_station, per_page) for each in config.bump_bar),
        tuple(map(_light, config.light)),
    )


def actions_by_station(config: Config, wired: Wiring) -> dict[str, list[Action]]:
    """What buttons and keys do, of all stations that have any device."""
    actions: dict[str, list[Action]] = {}
    for light in wired.lights:
        for station in config.station:
            if light.station in (None, station.id):
                actions.setdefault(station.id, [])
    for button in wired.buttons:
        actions.setdefault(button.station, []).extend(button.actions.values())
    for bar in wired.bars:
        actions.setdefault(bar.station, []).extend(bar.keys.actions.values())
    return actions


def _button(section: ButtonSection, default_station: str, per_page: int) -> WiredButton:
    texts = {gesture: getattr(section, gesture) for gesture in GESTURES}
    actions = {
        gesture: action_of(text, per_page, section.slot)
        for gesture, text in texts.items()
        if text is not None
    }
    active_low = None if section.active is None else section.active == "low"
    contact = lamp = None
    if section.pin is not None:
        contact = Button(
            name=section.id,
            pin=section.pin,
            pull=section.pull,
            active_low=active_low,
            wants=frozenset(actions),
            hold_seconds=section.hold_time,
        )
    if section.lamp is not None:
        lamp = Lamp(name=section.id, pin=section.lamp)
    station = section.station or default_station
    return WiredButton(section.id, station, section.slot, actions, contact, lamp)


def _bar(section: BumpBarSection, default_station: str, per_page: int) -> WiredBar:
    keys = keys_of(section, per_page)
    is_at_board = section.transport == AT_BOARD
    address = None if is_at_board else section.transport
    return WiredBar(section.id, section.station or default_station, keys, address, is_at_board)


def _light(section: LightSection) -> WiredLight:
    pins = {colour: cast("int | None", getattr(section, colour)) for colour in COLOURS}
    return WiredLight(
        section.id,
        section.station,
        {
            colour: Lamp(
                name=f"{section.id}/{colour}", pin=pin, active_high=section.active == "high"
            )
            for colour, pin in pins.items()
            if pin is not None
        },
    )
