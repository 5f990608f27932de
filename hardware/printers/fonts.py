"""Fonts of this machine, and which characters they have: what can be drawn where printers lack it.

Nothing is shipped: whatever of FONTS is installed is used. Only the tables of a font are read here;
`raster` draws with it.
"""

import mmap
import struct
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple


class Font(NamedTuple):
    """A font file, and how large to draw with it."""

    path: Path
    em: int
    """Dots of its size with which letters fit the printer's, of 12 by 24 dots."""


_SHARE: Final = Path("/usr/share/fonts")
FONTS: Final = (
    Font(_SHARE / "truetype/dejavu/DejaVuSansMono-Bold.ttf", 20),
    Font(_SHARE / "truetype/dejavu/DejaVuSans-Bold.ttf", 20),
    Font(_SHARE / "truetype/droid/DroidSansFallbackFull.ttf", 22),
    Font(_SHARE / "opentype/noto/NotoSansCJK-Bold.ttc", 22),
    Font(_SHARE / "opentype/noto/NotoSansCJK-Regular.ttc", 22),
    Font(_SHARE / "truetype/wqy/wqy-microhei.ttc", 22),
    Font(_SHARE / "truetype/wqy/wqy-zenhei.ttc", 22),
    Font(_SHARE / "opentype/unifont/unifont.otf", 22),
)
"""Where Debian puts them, of the packages fonts-dejavu-core, fonts-droid-fallback, fonts-noto-cjk,
fonts-wqy-microhei, fonts-wqy-zenhei and unifont. The first that has a character draws it."""


_PLAIN: Final = tuple(map(chr, range(0x21, 0x7F)))
"""Fonts that fill gaps of others need not have them."""


@lru_cache(maxsize=4096)
def font_for(letter: str) -> Font | None:
    """The first font that has a character and all marks on it; None: it cannot be drawn."""
    for font in FONTS:
        ranges = _ranges(font.path)
        if all(any(first <= code <= last for first, last in ranges) for code in map(ord, letter)):
            return font
    return None


def draws(letter: str) -> bool:
    """Whether a character and all marks on it can be drawn, and the plain letters beside it."""
    return font_for(letter) is not None and all(map(font_for, _PLAIN))


@cache
def _ranges(path: Path) -> tuple[tuple[int, int], ...]:
    """The code points that a font has glyphs for; none where it is not there or damaged."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return tuple(_character_map(data))
    except (OSError, ValueError, struct.error):
        return ()


def _character_map(data: mmap.mmap) -> list[tuple[int, int]]:
    """The table `cmap`, as the OpenType specification has it, of a font or of a collection's first.

    Of its forms, 12 has all of Unicode, and 4 its first 65,536 code points.
    """
    start = _number(data, 12, ">I") if data[:4] == b"ttcf" else 0
    for at in range(start + 12, start + 12 + 16 * _number(data, start + 4, ">H"), 16):
        if data[at : at + 4] == b"cmap":
            table = _number(data, at + 8, ">I")
            break
    else:
        return []
    forms = {}
    for at in range(table + 4, table + 4 + 8 * _number(data, table + 2, ">H"), 8):
        form = table + _number(data, at + 4, ">I")
        forms[_number(data, form, ">H")] = form
    if 12 in forms:  # noqa: PLR2004 - the form's own number
        return _all_of_unicode(data, forms[12])
    return _first_plane(data, forms[4]) if 4 in forms else []  # noqa: PLR2004


def _all_of_unicode(data: mmap.mmap, at: int) -> list[tuple[int, int]]:
    groups = _number(data, at + 12, ">I")
    read = struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * groups])
    return [(first, last) for first, last, _glyph in read]


def _first_plane(data: mmap.mmap, at: int) -> list[tuple[int, int]]:
    """Segments of code points, each with an offset to its glyphs; glyph 0 is none."""
    segments = _number(data, at + 6, ">H") // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{segments}H", data, at + 14 + part * 2 * segments + (part > 0) * 2)
        for part in range(4)
    )
    found = []
    for index, (first, last, delta, offset) in enumerate(
        zip(starts, ends, deltas, offsets, strict=True)
    ):
        if offset == 0:
            found.append((first, last))
            continue
        glyphs = at + 16 + 6 * segments + 2 * index + offset
        for code in range(first, last + 1):
            glyph = _number(data, glyphs + 2 * (code - first), ">H")
            if glyph and (glyph + delta) % 0x10000:
                found.append((code, code))
    return [(first, min(last, 0xFFFE)) for first, last in found if first <= 0xFFFE]  # noqa: PLR2004


def _number(data: mmap.mmap, at: int, form: str) -> int:
    number: int = struct.unpack_from(form, data, at)[0]
    return number
