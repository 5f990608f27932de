"""From the bytes of a text to letters: code pages, and the letters of some countries."""

import codecs
from functools import lru_cache
from typing import Final

UNKNOWN: Final = "\ufffd"
"""Where a code page has nothing."""

_REPLACED: Final = "#$@[\\]^`{|}~"
"""What ESC R puts other letters in the place of."""
_COUNTRIES: Final = (
    _REPLACED,  # USA
    "#$à°ç§^`éùè¨",  # France
    "#$§ÄÖÜ^`äöüß",  # Germany
    "£$@[\\]^`{|}~",  # United Kingdom
    "#$@ÆØÅ^`æøå~",  # Denmark I
    "#¤ÉÄÖÅÜéäöåü",  # Sweden
    "#$@°\\é^ùàòèì",  # Italy
    "₧$@¡Ñ¿^`¨ñ}~",  # Spain I
    "#$@[¥]^`{|}~",  # Japan
    "#¤ÉÆØÅÜéæøåü",  # Norway
    "#$ÉÆØÅÜéæøåü",  # Denmark II
    "#$á¡Ñ¿é`íñóú",  # Spain II
    "#$á¡Ñ¿éüíñóú",  # Latin America
    "#$@[₩]^`{|}~",  # Korea
    "#$ŽŠĐĆČžšđćč",  # Slovenia and Croatia
    "#¥@[\\]^`{|}~",  # China
)
"""In the order of _REPLACED. Source: the table of international character sets in Epson's
reference, at ESC R."""
COUNTRIES: Final = len(_COUNTRIES)


@lru_cache(maxsize=64)
def letters(encoding: str, country: int) -> str:
    """What each of the 256 bytes prints; what would control something prints nothing legible."""
    decoder = codecs.lookup(encoding)
    table = [decoder.decode(bytes([byte]), "replace")[0] or UNKNOWN for byte in range(256)]
    table[0x7F] = " "
    for plain, other in zip(_REPLACED, _COUNTRIES[country], strict=True):
        table[ord(plain)] = other
    return "".join(
        letter if (len(letter) == 1 and letter.isprintable()) or letter == "\xa0" else UNKNOWN
        for letter in table
    )


def read(text: bytes, table: str) -> str:
    """The letters of a text in a one-byte code page."""
    return codecs.charmap_decode(text, "replace", table)[0]


def read_wide(pair: bytes) -> str:
    """The letter of a two-byte character, as Chinese printers have them."""
    letter = pair.decode("gb18030", "replace")
    return letter if len(letter) == 1 and letter.isprintable() else UNKNOWN
