"""What each model of printer can do: our own table, checked against the makers' manuals."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

Answers = Literal["job id", "in order", "never"]
"""How a printer tells that a job is done. `job id`: it sends the job's id back once that is
printed (GS ( H). `in order`: a question that is read in its turn (GS r) is answered when all
before it was worked off. `never`: nothing is known but that the bytes were taken."""


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


def model_of(name: str | None) -> Model:
    """The model of a name as an installer writes it, `TM-T20III` or `epson tm-t88v`.

    None is the plain one. Raises UnknownModel.
    """
    del name
    return PLAIN_PRINTER


def printable(text: str, model: Model) -> str:
    """The text as that model can print it: safe, on one line, and of what it has glyphs for.

    Control characters, bidi overrides and the like are gone; what can neither be encoded nor
    drawn is spelled out in letters. Doing it twice changes nothing.
    """
    del model
    return text


def cells(text: str) -> int:
    """How many columns the text takes at its normal width; a Chinese character takes two."""
    return len(text)


PLAIN_PRINTER: Final = Model("plain", 42, 0, {"cp437": 0}, "never", qr=False)
