"""What the keys of a bump bar do: by their names in its profile, or as its own section says.

profile, `keys` of the section ─▶ the name of each key, and its action
"""

import re
from typing import Final, NamedTuple

from msgspec.structs import replace

from appliance.config.actions import MOST_SLOTS, Action, parse
from appliance.config.devices import BumpBarSection
from hardware.profiles import Profile, ProfileError, load

SERIAL: Final = "serial"
LONGEST_NAME: Final = 32
"""Of a key, as profiles allow."""
_REPEATED: Final = {"next", "previous"}
"""Done again while a key that repeats in its profile is held down. Of another action one press is
one result, also on a key that was an arrow."""
_PREFIX: Final = "KEY_"
_NAMED: Final = "key-"
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")

ACTIONS: Final[dict[str, str]] = {
    "bump": "bump",
    "start": "start",
    "ready": "ready",
    "fire": "fire",
    "item": "item",
    "next": "next",
    "right": "next",
    "down": "next",
    "scroll": "next",
    "previous": "previous",
    "left": "previous",
    "up": "previous",
    "home": "select 1",
    "page": "page",
    "page-down": "page",
    "page-back": "page-back",
    "page-up": "page-back",
    "recall": "recall",
    "recall-last": "recall",
    "undo": "undo",
    "cancel": "undo",
    "summary": "all-day",
    "sum": "all-day",
    "all-day": "all-day",
    "summon": "summon",
    **{str(slot): f"bump {slot}" for slot in range(1, MOST_SLOTS + 1)},
}
"""The action of a key that has this name, unless the bar's section says otherwise. Keys with
other names do nothing."""


class Keys(NamedTuple):
    """Those of one bar."""

    profile: Profile
    """With the bar's own keys and speed."""
    actions: dict[str, Action]
    """By the key's name in that profile."""


def keys_of(section: BumpBarSection, per_page: int) -> Keys:
    """The keys of a bar, those for places that no page has left out.

    A key is given by its name in the profile, or else by what it sends. The profile is left with
    what a bar of that kind, keyboard or serial, can send. Raises ProfileError where there is no
    such profile, or no such key; ValueError for what is no action.
    """
    profile = load(usual_profile(section.transport) if section.profile is None else section.profile)
    is_serial = _is_serial(section.transport) if section.transport else not profile.chords
    # A simulated bar that is nowhere is of the kind that its profile is for.
    profile = profile.of_kind(is_serial=is_serial)
    if section.baud is not None:
        profile = replace(profile, line=replace(profile.line, baud=section.baud))
    named, sent, own = profile.names, dict[str, str](), dict[str, Action]()
    for written, text in section.keys.items():
        name = written if written in named else _name(written)
        if name in own:
            raise ProfileError(f"{written!r} is given twice")
        if name != written:
            sent[_sent(written, is_serial=is_serial)] = name
        own[name] = action_of(text, per_page)
    profile = profile.with_keys(sent)
    usual = {name: parse(ACTIONS[name]) for name in profile.names if name in ACTIONS}
    actions = {name: each for name, each in usual.items() if (each.slot or 0) <= per_page} | own
    # A key that sends what another is given for is not there any more.
    there = {name: actions[name] for name in profile.names if name in actions}
    repeats = {name for name in profile.repeats if name in there and there[name].verb in _REPEATED}
    return Keys(replace(profile, repeats=frozenset(repeats)), there)


def usual_profile(transport: str | None) -> str:
    """The name of the profile of a bar whose section names none."""
    return "ascii" if _is_serial(transport) else "numpad"


def _is_serial(transport: str | None) -> bool:
    return (transport or "").startswith(f"{SERIAL}:")


def action_of(text: str, per_page: int, slot: int | None = None) -> Action:
    """The action of an action's text, or of a key's name, as `parse`. Raises ValueError."""
    action = parse(ACTIONS.get(text.strip().casefold(), text), slot)
    if (action.slot or 0) > per_page:
        raise ValueError(f"{str(action)!r}: a page has {per_page} (panel.tickets_per_page)")
    return action


def _sent(written: str, *, is_serial: bool) -> str:
    """What a profile calls it: `KEY_F5` may be written `F5`. Raises ProfileError."""
    if written[:2].lower() == "0x":
        if not is_serial:
            raise ProfileError(f"{written!r}: a keyboard sends no bytes")
        return written
    if is_serial:
        raise ProfileError(f"{written!r}: a serial bar sends bytes, as 0x1b5b41")
    return "+".join(
        _PREFIX + part.strip().upper().removeprefix(_PREFIX) for part in written.split("+")
    )


def _name(written: str) -> str:
    """A name for a key that has none in the profile: `key-f5` where it is not.

    Of long ones the end: what serial bars send begins alike.
    """
    plain = _NO_NAME.sub("-", written.lower().replace(_PREFIX.lower(), ""))
    return f"{_NAMED}{plain[-(LONGEST_NAME - len(_NAMED)) :].strip('-')}"
