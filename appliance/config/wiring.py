"""What is wrong with buttons, bump bars and lights, each error with its key."""

from collections.abc import Iterator
from typing import Final

from appliance.config.devices import AT_BOARD, BumpBarSection, ButtonSection
from appliance.config.keys import action_of, keys_of
from appliance.config.whole import Config
from hardware.browser_keys import in_browser
from hardware.pins import PinError, PinTaken, PinUse, check
from hardware.profiles import ProfileError

COLOURS: Final = ("green", "amber", "red", "buzzer")
"""What a light may have, each on a pin of its own."""


def wrong_wiring(config: Config) -> Iterator[str]:
    """What cannot be wired so, or means nothing."""
    per_page = config.panel.tickets_per_page
    for place, button in enumerate(config.button):
        yield from _wrong_button(button, f"button[{place}]", per_page)
    seen: dict[str, str] = {}
    for place, bar in enumerate(config.bump_bar):
        where = f"bump_bar[{place}]"
        yield from _wrong_bar(bar, where, per_page)
        if bar.transport in (None, AT_BOARD):
            continue
        if (first := seen.setdefault(bar.transport, where)) != where:
            yield f"{where}.transport: {bar.transport!r} is that of {first} already"
    for place, light in enumerate(config.light):
        if all(getattr(light, colour) is None for colour in COLOURS):
            yield f"light[{place}]: a pin is required; allowed: {', '.join(COLOURS)}"
    yield from _wrong_pins(config)


def doubtful_wiring(config: Config) -> Iterator[str]:
    """What may be so, but hardly is meant, or is to be known."""
    wired = _pins(config)
    yield from check(wired)
    cabled = any(bar.transport not in (None, AT_BOARD) for bar in config.bump_bar)
    if config.devices.mode == "simulated" and (wired or cabled):
        yield 'devices.mode: "simulated": nothing of what is wired is used before it is "real"'
    for place, button in enumerate(config.button):
        if button.pin is None:
            yield f"button[{place}]: it has no pin, and cannot be pressed"
    for place, bar in enumerate(config.bump_bar):
        if bar.transport is None and config.devices.mode == "real":
            yield f"bump_bar[{place}]: it has no transport, and cannot be found"
        if bar.transport == AT_BOARD:
            for sent in keys_of(bar, config.panel.tickets_per_page).profile.keys:
                if in_browser(sent) is None:
                    yield f"bump_bar[{place}].keys: no browser knows {sent}"


def _pins(config: Config) -> list[PinUse]:
    """What is wired to each pin, by its key."""
    buttons = ((f"button[{n}]", button, ("pin", "lamp")) for n, button in enumerate(config.button))
    lights = ((f"light[{n}]", light, COLOURS) for n, light in enumerate(config.light))
    keys = [
        (getattr(section, name), f"{where}.{name}")
        for where, section, names in (*buttons, *lights)
        for name in names
    ]
    return [PinUse(pin, key) for pin, key in keys if pin is not None]


def _wrong_pins(config: Config) -> Iterator[str]:
    good: list[PinUse] = []
    for use in _pins(config):
        try:
            check([*good, use])
        except PinTaken as error:
            yield f"{use.by}: {error}"
        except PinError as error:
            yield str(error)
        else:
            good.append(use)


def _wrong_button(button: ButtonSection, where: str, per_page: int) -> Iterator[str]:
    if (button.slot or 0) > per_page:
        yield f"{where}.slot: a page has {per_page} (panel.tickets_per_page)"
        return
    for gesture in ("press", "hold", "double"):
        text = getattr(button, gesture)
        if text is None:
            continue
        try:
            action_of(text, per_page, button.slot)
        except ValueError as error:
            yield f"{where}.{gesture}: {error}"


def _wrong_bar(bar: BumpBarSection, where: str, per_page: int) -> Iterator[str]:
    from hardware.bump_bars import transport_to  # noqa: PLC0415 - only who has a bar needs pyserial

    for key, text in bar.keys.items():
        try:
            action_of(text, per_page)
        except ValueError as error:
            yield f'{where}.keys."{key}": {error}'
            return
    try:
        profile = keys_of(bar, per_page).profile
    except ProfileError as error:
        key = "profile" if str(error).startswith("no profile") else "keys"
        yield from (f"{where}.{key}: {line}" for line in str(error).splitlines())
        return
    if bar.transport is None:
        return
    if bar.transport == AT_BOARD:
        if not any(map(in_browser, profile.keys)):
            yield f"{where}.profile: {profile.title!r} has no keys that a browser knows"
        return
    try:
        transport_to(bar.transport, profile)
    except ProfileError as error:
        yield f"{where}.profile: {error}"
    except ValueError as error:
        yield f'{where}.transport: {error}, or "{AT_BOARD}"'
