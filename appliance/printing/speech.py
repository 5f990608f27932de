"""The words on chits that are not the order's, in the language of the kitchen."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from appliance.kitchen.order import mode_key

Language = Literal["en", "es", "de", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class Speech:
    """One language. KeyError for words that it has not: every language has the same."""

    def __init__(self, language: Language) -> None:
        self.words = words(language)

    def say(self, key: str, **facts: object) -> str:
        """The words of a key, with what is to stand in them."""
        text: str = self.words[key]
        # Not by format(): what stands in them comes from outside, once, and is never read again.
        before, *parts = text.split("{")
        said = [before]
        for part in parts:
            name, _, after = part.partition("}")
            said += [str(facts[name]), after]
        return "".join(said)

    def mode(self, mode: str) -> str:
        """How an order is served; a mode that nobody knows as it was sent."""
        modes: Mapping[str, str] = self.words["modes"]
        return modes.get(mode_key(mode), mode)

    def style(self, name: str) -> str:
        """What a style is called."""
        styles: Mapping[str, str] = self.words["styles"]
        return styles[name]


@cache
def words(language: Language) -> Mapping[str, Any]:
    """All of them, by key; tables for modes and styles."""
    file = files("appliance.printing") / "words" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
