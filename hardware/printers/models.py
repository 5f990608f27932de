"""What each model of printer can do: our own table, checked against the makers' manuals.

Where a value comes from:

- [reference] Epson's ESC/POS Command Reference for TM printers, by command, with the list of
  supported commands of the TM-T20III: GS ( H, GS ( k, ESC R, FS . are in it, ESC r is not.
- [guide] Epson's ESC/POS Application Programming Guide 10.01 for the TM-T88III, TM-L90, TM-T90,
  TM-U210, TM-U220, TM-U230: GS ( H is in the TM-L90, and not in the TM-T88III, TM-U220, TM-U230.
- [u220], [u230] Epson's specifications of these: ESC t 0 to 5 and 16 to 19; font A of 9 by 9 dots,
  33 in a line of 76 mm paper with the DIP switches as they come; ESC ! sizes; no reverse printing;
  the TM-U230's buzzer, ESC ( A function 97.
- ESC r counts only at the beginning of a line, as makers of compatible printers (Samsung SRP-275)
  say in their manuals of the same command: a line is red as a whole.

Fewer code pages are listed than a model has: those of Hebrew and Arabic are left out, since no
printer turns lines around or joins letters, those of Thai and Vietnamese, which are of several
kinds, and those that Python does not know. Where nothing could be looked up, a model has what its
predecessor has.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from hardware.printers.fonts import draws
from hardware.printers.paper import PLAIN, Style
from hardware.printers.text import cells, is_mark, is_plain, safe, spelled

__all__ = [
    "MODELS",
    "PLAIN_PRINTER",
    "Answers",
    "Model",
    "Sizing",
    "UnknownModel",
    "cells",
    "characters_of",
    "model_of",
    "printable",
    "prints_as_text",
    "style_on",
]

Answers = Literal["job id", "in order", "never"]
"""How a printer tells that a job is done. `job id`: it sends the job's id back once that is
printed (GS ( H). `in order`: a question that is read in its turn (GS r) is answered when all
before it was worked off. `never`: nothing is known but that the bytes were taken."""
Sizing = Literal["GS !", "ESC !"]
"""How large letters are asked for: 1 to 8 times in each direction, or doubled alone."""


class UnknownModel(ValueError):
    """There is no model of that name; the message lists those that there are."""


class Model(Struct, frozen=True):
    """A model, or a family that differs in nothing of this."""

    name: str
    columns: int
    """Characters of font A in a line."""
    dots: int
    """Of a line; 0 where it prints no graphics."""
    code_pages: Mapping[str, int]
    """What `ESC t` selects, by Python's name of the encoding; the first is tried first."""
    answers: Answers
    red: bool = False
    inverse: bool = True
    """GS B."""
    cutter: bool = True
    qr: bool = True
    buzzer: bool = False
    sizing: Sizing = "GS !"

    @property
    def largest(self) -> int:
        """How many times as wide or high as normal its letters can be."""
        return 8 if self.sizing == "GS !" else 2


def _table() -> dict[str, Model]:
    first = {"cp437": 0, "cp850": 2, "cp860": 3, "cp863": 4, "cp865": 5}
    older = {"cp437": 0, "cp858": 19, "cp1252": 16, "cp852": 18, "cp866": 17} | first
    newer = older | {
        "cp737": 14,
        "cp857": 13,
        "cp1250": 45,
        "cp1251": 46,
        "cp1253": 47,
        "cp1254": 48,
        "cp1257": 51,
        "cp775": 33,
        "cp855": 34,
        "cp861": 35,
        "cp869": 38,
    }
    t88 = Model("TM-T88V", 42, 512, newer, "job id")
    t88_older = replace(t88, name="TM-T88IV", code_pages=older, answers="in order")
    t20 = Model("TM-T20III", 48, 576, newer, "job id")
    u220 = Model(
        "TM-U220B",
        33,
        0,
        older,
        "in order",
        red=True,
        inverse=False,
        qr=False,
        sizing="ESC !",
    )
    of_families = {
        "TM-T88": t88_older,
        "TM-T88II": replace(t88_older, qr=False),
        "TM-T88III": replace(t88_older, qr=False),
        "TM-T88IV": t88_older,
        "TM-T88V": t88,
        "TM-T88VI": t88,
        "TM-T88VII": t88,
        "TM-T20": replace(t20, answers="in order"),
        "TM-T20II": t20,
        "TM-T20III": t20,
        "TM-T20X": replace(t20, answers="in order"),
        "TM-L90": replace(t20, code_pages=older, qr=False),
        "TM-U220": u220,
        "TM-U220A": u220,
        "TM-U220B": u220,
        "TM-U220D": replace(u220, cutter=False),
        "TM-U230": replace(u220, code_pages=first, buzzer=True),
    }
    return {"plain": PLAIN_PRINTER} | {
        name: replace(model, name=name) for name, model in of_families.items()
    }


PLAIN_PRINTER: Final = Model("plain", 42, 0, {"cp437": 0}, "never", qr=False)
"""What any printer can do that knows ESC/POS at all. It has 42 columns or more."""
MODELS: Final[Mapping[str, Model]] = _table()


def model_of(name: str | None) -> Model:
    """The model of a name as an installer writes it, `TM-T20III` or `epson tm-t88v`.

    None is the plain one. Raises UnknownModel.
    """
    if name is None:
        return PLAIN_PRINTER
    wanted = _letters(name).removeprefix("epson").removeprefix("tm")
    for known, model in MODELS.items():
        if _letters(known).removeprefix("tm") == wanted:
            return model
    raise UnknownModel(f"no model {name!r} is known; there are {', '.join(MODELS)}")


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def style_on(style: Style, model: Model) -> Style:
    """What of a style the model does: red for inverse, or the other way round, where it has one.

    What is `width` times as wide has `model.columns // width` columns. That a line with something
    red in it is red as a whole is not said here.
    """
    if style == PLAIN:
        return style
    wanted = style.red or style.inverse
    return Style(
        width=min(max(style.width, 1), model.largest),
        height=min(max(style.height, 1), model.largest),
        bold=style.bold,
        inverse=model.inverse and (wanted if not model.red else style.inverse),
        red=model.red and (wanted if not model.inverse else style.red),
    )


def printable(text: str, model: Model) -> str:
    """The text as that model can print it: safe, on one line, and of what it has glyphs for.

    Control characters, bidi overrides and the like are gone; what can neither be encoded nor
    drawn is spelled out in letters. Doing it twice changes nothing.
    """
    text = safe(text)
    if is_plain(text):
        return text
    has = _repertoire(tuple(model.code_pages))
    if has.issuperset(text):
        return text
    made = []
    letter = ""
    for character in text:
        # With a letter that is spelled, its marks cannot be drawn either, and go.
        letter = letter + character if is_mark(character) else character
        drawn = model.dots > 0 and draws(letter)
        made.append(character if character in has or drawn else spelled(character))
    return "".join(made)


def prints_as_text(text: str, model: Model) -> bool:
    """Whether code pages of the model have all of it; what has not is drawn."""
    return is_plain(text) or _repertoire(tuple(model.code_pages)).issuperset(text)


@cache
def _repertoire(code_pages: tuple[str, ...]) -> frozenset[str]:
    """What can be printed by one code page or another."""
    return frozenset(character for page in code_pages for character in characters_of(page))


@cache
def characters_of(code_page: str) -> frozenset[str]:
    """The characters of a code page, without those that `safe` takes away or takes apart."""
    codes = (bytes([code]).decode(code_page, "ignore") for code in range(0x20, 0x100))
    return frozenset(
        character
        for character in codes
        if character
        and safe(character) == character
        and unicodedata.category(character) not in ("Co", "Cn")
    )
