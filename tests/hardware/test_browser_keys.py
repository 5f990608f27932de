"""Profiles in a browser: its names of keys."""

import pytest

from hardware.browser_keys import in_browser
from hardware.key_names import CODE_OF
from hardware.keys import MODIFIERS
from hardware.profiles import load, shipped


# Source: UI Events KeyboardEvent code Values, W3C; what Chromium sends for them is tried in
# tests/pages/test_keys.py.
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("KEY_A", "KeyA"),
        ("KEY_0", "Digit0"),
        ("KEY_KP0", "Numpad0"),
        ("KEY_KPMINUS", "NumpadSubtract"),
        ("KEY_LEFTCTRL", "ControlLeft"),
        ("KEY_LEFTCTRL+KEY_ENTER", "ControlLeft+Enter"),
        ("KEY_F5", "F5"),
        ("KEY_F24", "F24"),
        ("KEY_PROG1", None),
        ("KEY_LEFTCTRL+KEY_PROG1", None),
        ("KEY_0x1f3", None),
        ("0x1b5b41", None),
    ],
)
def test_what_a_keyboard_sends_has_a_name_in_browsers(sent: str, code: str | None) -> None:
    assert in_browser(sent) == code


def test_each_key_of_each_keyboard_that_ships_can_be_told_apart_there() -> None:
    for profile in map(load, shipped()):
        codes = [in_browser(sent) for sent in profile.chords]
        assert None not in codes
        assert len(set(codes)) == len(codes)


def test_modifiers_stand_in_the_order_in_which_the_page_puts_them() -> None:
    names = {code: name for name, code in CODE_OF.items()}
    assert [in_browser(names[code]) for code in sorted(MODIFIERS)] == [
        "ControlLeft",
        "ShiftLeft",
        "ShiftRight",
        "AltLeft",
        "ControlRight",
        "AltRight",
        "MetaLeft",
        "MetaRight",
    ]
