"""What Linux calls the keys of a keyboard: the code of an event, and the name of a key.

The codes and names are those of linux/input-event-codes.h, which never change; a key that
has two names there has its plainer one here. A code without a name is written `KEY_0x1f3`.
"""

import re
from difflib import get_close_matches
from typing import Final

_NONE: Final = "-"
_IN_ORDER: Final = """
ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE
ENTER LEFTCTRL A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH Z X C V B N
M COMMA DOT SLASH RIGHTSHIFT KPASTERISK LEFTALT SPACE CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9
F10 NUMLOCK SCROLLLOCK KP7 KP8 KP9 KPMINUS KP4 KP5 KP6 KPPLUS KP1 KP2 KP3 KP0 KPDOT -
ZENKAKUHANKAKU 102ND F11 F12 RO KATAKANA HIRAGANA HENKAN KATAKANAHIRAGANA MUHENKAN KPJPCOMMA
KPENTER RIGHTCTRL KPSLASH SYSRQ RIGHTALT LINEFEED HOME UP PAGEUP LEFT RIGHT END DOWN
PAGEDOWN INSERT DELETE MACRO MUTE VOLUMEDOWN VOLUMEUP POWER KPEQUAL KPPLUSMINUS
PAUSE SCALE KPCOMMA HANGEUL HANJA YEN LEFTMETA RIGHTMETA COMPOSE STOP AGAIN PROPS UNDO FRONT
COPY OPEN PASTE FIND CUT HELP MENU CALC SETUP SLEEP WAKEUP FILE SENDFILE DELETEFILE XFER
PROG1 PROG2 WWW MSDOS SCREENLOCK DIRECTION CYCLEWINDOWS MAIL BOOKMARKS COMPUTER BACK FORWARD
CLOSECD EJECTCD EJECTCLOSECD NEXTSONG PLAYPAUSE PREVIOUSSONG STOPCD RECORD REWIND PHONE ISO
CONFIG HOMEPAGE REFRESH EXIT MOVE EDIT SCROLLUP SCROLLDOWN KPLEFTPAREN KPRIGHTPAREN NEW REDO
F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24
"""
"""The names of the codes from 1 on."""
_PREFIX: Final = "KEY_"
HIGHEST_CODE: Final = 0x2FF
"""KEY_MAX."""

NAME_OF: Final = {
    code: f"{_PREFIX}{name}" for code, name in enumerate(_IN_ORDER.split(), 1) if name != _NONE
}
CODE_OF: Final = {name: code for code, name in NAME_OF.items()}
_NAMELESS: Final = re.compile(rf"{_PREFIX}0X([0-9A-F]{{1,3}})")


def name_of(code: int) -> str:
    """The name of a key."""
    return NAME_OF.get(code) or f"{_PREFIX}{code:#x}"


def code_of(name: str) -> int:
    """The code of the key with this name, in either case. Raises ValueError in words."""
    upper = name.strip().upper()
    if upper in CODE_OF:
        return CODE_OF[upper]
    nameless = _NAMELESS.fullmatch(upper)
    if nameless and 0 < int(nameless[1], 16) <= HIGHEST_CODE:
        return int(nameless[1], 16)
    near = get_close_matches(upper, CODE_OF, 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"{name!r} is no key of Linux{meant}")
