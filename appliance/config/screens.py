"""What is wrong with screens, each error with its key."""

import re
from collections.abc import Iterator
from typing import Final

from appliance.config.devices import ScreenSection
from appliance.config.whole import Config

SHORTEST_PATIENCE: Final = 5
"""Seconds: a screen that says nothing for less is not known to be away."""
_BOARD: Final = re.compile(r"[0-9A-Za-z-]{8,64}")
"""Of what a board says to be: see `screens_now.Knock`."""


def wrong_screens(config: Config) -> Iterator[str]:
    """What cannot be shown so, or means nothing."""
    screens = {screen.id: screen for screen in config.screen}
    places: dict[str, str] = {}
    for place, screen in enumerate(config.screen):
        where = f"screen[{place}]"
        if screen.patience < SHORTEST_PATIENCE:
            yield f"{where}.patience: must be at least {SHORTEST_PATIENCE}s"
        if screen.proto == "board" and not _BOARD.fullmatch(screen.id):
            yield f"{where}.id: a board has one of 8 to 64 letters, digits and -, which it shows"
        yield from _wrong_shown(screen, where, config)
        yield from _wrong_backup(screen, where, screens)
        yield from _wrong_address(screen, where, config)
        if screen.address is None:
            continue
        if (first := places.setdefault(screen.address, where)) != where:
            yield f"{where}.address: {screen.address!r} is that of {first} already"


def _wrong_shown(screen: ScreenSection, where: str, config: Config) -> Iterator[str]:
    if screen.shows != "board" and screen.proto == "lan":
        yield f"{where}.shows: a LAN screen is a board"
    elif screen.shows == "pass":
        passes = [station.id for station in config.station if station.type == "expo"]
        if screen.station not in passes:
            known = f"allowed: {', '.join(passes)}" if passes else "there is none"
            yield f"{where}.station: whole orders are shown at a pass; {known}"
    elif screen.shows == "ready":
        for key in ("station", "backup"):
            if getattr(screen, key) is not None:
                yield f"{where}.{key}: guests see no station, and nobody stands in for their screen"


def _wrong_backup(
    screen: ScreenSection, where: str, screens: dict[str, ScreenSection]
) -> Iterator[str]:
    if screen.backup is None:
        return
    if screen.backup == screen.id:
        yield f"{where}.backup: {screen.id!r} is this screen itself"
    elif screen.backup not in screens:
        yield f"{where}.backup: there is no {screen.backup!r} here; allowed: {', '.join(screens)}"
    elif screens[screen.backup].shows == "ready":
        yield f"{where}.backup: {screen.backup!r} is for guests"


def _wrong_address(screen: ScreenSection, where: str, config: Config) -> Iterator[str]:
    address, own = screen.address, config.orders.listen
    if address is None:
        return
    if screen.proto == "board":
        yield f"{where}.address: a board has none: it comes by itself, and shows a code"
    elif address.port == 0:
        yield f"{where}.address: {address!r} has no port"
    elif address.port == own.port and (address.only_this_machine or address.host == own.host):
        yield f"{where}.address: {address!r} is where this appliance itself takes orders"
