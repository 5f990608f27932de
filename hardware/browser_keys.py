"""What a browser calls the keys of a keyboard: profiles work in a page as they do on a machine.

The names are the `code` values of the W3C's "UI Events KeyboardEvent code Values": like Linux'
they say where a key is, whatever layout is set.
"""

from string import ascii_uppercase, digits
from typing import Final

_OTHERS: Final = """
ESC Escape, MINUS Minus, EQUAL Equal, BACKSPACE Backspace, TAB Tab, LEFTBRACE BracketLeft,
RIGHTBRACE BracketRight, ENTER Enter, LEFTCTRL ControlLeft, SEMICOLON Semicolon,
APOSTROPHE Quote, GRAVE Backquote, LEFTSHIFT ShiftLeft, BACKSLASH Backslash, COMMA Comma,
DOT Period, SLASH Slash, RIGHTSHIFT ShiftRight, KPASTERISK NumpadMultiply, LEFTALT AltLeft,
SPACE Space, CAPSLOCK CapsLock, NUMLOCK NumLock, SCROLLLOCK ScrollLock, KPMINUS NumpadSubtract,
KPPLUS NumpadAdd, KPDOT NumpadDecimal, 102ND IntlBackslash, RO IntlRo, YEN IntlYen,
KPENTER NumpadEnter, RIGHTCTRL ControlRight, KPSLASH NumpadDivide, SYSRQ PrintScreen,
RIGHTALT AltRight, HOME Home, UP ArrowUp, PAGEUP PageUp, LEFT ArrowLeft, RIGHT ArrowRight,
END End, DOWN ArrowDown, PAGEDOWN PageDown, INSERT Insert, DELETE Delete, KPEQUAL NumpadEqual,
PAUSE Pause, KPCOMMA NumpadComma, LEFTMETA MetaLeft, RIGHTMETA MetaRight, COMPOSE ContextMenu
"""
_CODES: Final[dict[str, str]] = {
    **{f"KEY_{letter}": f"Key{letter}" for letter in ascii_uppercase},
    **{f"KEY_{digit}": f"Digit{digit}" for digit in digits},
    **{f"KEY_KP{digit}": f"Numpad{digit}" for digit in digits},
    **{f"KEY_F{number}": f"F{number}" for number in range(1, 25)},
    **{f"KEY_{linux}": code for linux, code in map(str.split, _OTHERS.split(","))},
}


def in_browser(sent: str) -> str | None:
    """What a page calls what a keyboard sends: `ControlLeft+Digit7` for `KEY_LEFTCTRL+KEY_7`.

    Modifiers stand first, in the order of their codes in Linux. None where one of the keys has
    no name in browsers, and for what a serial bar sends.
    """
    codes = [_CODES.get(name) for name in sent.split("+")]
    return "+".join(code for code in codes if code) if all(codes) else None
