"""What a person can choose from, and what is plugged in: told without opening any of it."""

import zoneinfo
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, get_args

from appliance.config.actions import BOARD_VERBS, STATION_VERBS, TICKET_VERBS
from appliance.kitchen.routing import StationType
from appliance.setup import ChoicesJson, PluggedInJson, PrinterModelJson, ProfileJson
from hardware import keyboards, serial_bars
from hardware.pins import CONSOLE_PINS, IDENTITY_PINS, LAST_PIN

LANGUAGES: Final = {"en": "English", "es": "Español", "de": "Deutsch", "fr": "Français"}
_USB_PRINTERS: Final = Path("/dev/usb")
_NO_PLACES: Final = ("posix/", "right/", "SystemV/", "Etc/")
"""Time zones that are others' second names, or those of no place on earth."""


def choices() -> ChoicesJson:
    """All of it. Blocks; takes a moment the first time."""
    return ChoicesJson(
        time_zones=_time_zones(),
        languages=LANGUAGES,
        station_types=get_args(StationType),
        printer_models=_printer_models(),
        printers=list(_printers()),
        bars=list(_bars()),
        bar_profiles=_bar_profiles(),
        pins=sorted(set(range(LAST_PIN + 1)) - IDENTITY_PINS - CONSOLE_PINS),
        actions=(*TICKET_VERBS, *BOARD_VERBS, *STATION_VERBS),
        slotted=(*TICKET_VERBS, "select"),
    )


@cache
def _time_zones() -> list[str]:
    zones = zoneinfo.available_timezones()
    places = {zone for zone in zones if "/" in zone and not zone.startswith(_NO_PLACES)}
    return ["UTC", *sorted(places)]


@cache
def _printer_models() -> list[PrinterModelJson]:
    # What encoding and drawing need is loaded when somebody sets up a printer.
    from hardware.printers.models import MODELS  # noqa: PLC0415

    return [
        PrinterModelJson(
            id=name,
            name=name,
            columns=model.columns,
            answers=model.answers,
            cutter=model.cutter,
            red=model.red,
            qr=model.qr,
            buzzer=model.buzzer,
        )
        for name, model in MODELS.items()
    ]


def _printers() -> Iterator[PluggedInJson]:
    from hardware.printers.discovery import adapters  # noqa: PLC0415 - and with it pyserial's list

    for path in sorted(_USB_PRINTERS.glob("lp*")):
        yield PluggedInJson(f"usb:{path}", "")
    for adapter in adapters():
        yield PluggedInJson(f"serial:{adapter.path}", adapter.description)


def _bars() -> Iterator[PluggedInJson]:
    for kind, paths in (("evdev", keyboards.found()), ("serial", serial_bars.found())):
        for path in paths:
            yield PluggedInJson(f"{kind}:{path}", Path(path).name)


@cache
def _bar_profiles() -> list[ProfileJson]:
    from hardware.profiles import load, shipped  # noqa: PLC0415

    profiles = ((name, load(name)) for name in shipped())
    return [
        ProfileJson(name, each.title, bool(each.chords), bool(each.sequences))
        for name, each in profiles
    ]
