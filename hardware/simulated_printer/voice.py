"""What a printer says, and when: asked, or by itself once it was told to."""

import random
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Final

from hardware.printers.models import Model
from hardware.printers.printed import Question
from hardware.simulated_printer import answers
from hardware.simulated_printer.answers import Condition

MOST_NOISE: Final = 8
"""Bytes instead of an answer."""


class Voice:
    """Of one printer. One of a model that never answers says nothing."""

    def __init__(
        self, model: Model, faults: AbstractSet[str], write: Callable[[bytes], None], seed: int
    ) -> None:
        """`faults` are looked at whenever something is to be said; `seed` is of the noise."""
        self._model = model
        self._faults = faults
        self._write = write
        self._noise = random.Random(seed)  # noqa: S311 - it is a fault, not a secret
        self._watched = 0
        """The bits of GS a."""
        self._told = Condition()

    @property
    def condition(self) -> Condition:
        """What the sensors see."""
        low, out, cover_open = "paper low", "out of paper", "cover open"
        return Condition(low in self._faults, out in self._faults, cover_open in self._faults)

    def say(self, words: bytes) -> None:
        """Say this, or what the faults make of it."""
        if self._model.answers == "never" or not words or "stalled" in self._faults:
            return
        if "wrong answers" in self._faults:
            words = self._noise.randbytes(self._noise.randint(1, MOST_NOISE))
        self._write(words)

    def answer(self, question: Question) -> None:
        """What it was asked in its turn."""
        match question.command:
            case "GS r":
                self.say(answers.sensors(question.number, self.condition))
            case "GS I":
                self.say(answers.identity(question.number, self._model))
            case "GS ( H":
                self.say(answers.confirmation(question.data))
            case _:  # GS a
                self._watched = question.number
                if self._watched:
                    self.say(answers.changes(self.condition))

    def tell_changes(self) -> None:
        """By itself, where it was asked to tell of what is new now."""
        before, now = self._told, self.condition
        if before == now or "stalled" in self._faults:
            return
        self._told = now
        if answers.changed(self._watched, before, now):
            self.say(answers.changes(now))

    def forget(self) -> None:
        """Nobody has asked to be told of changes."""
        self._watched = 0
