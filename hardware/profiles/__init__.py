"""What the keys of a bump bar are called: profiles of models as data, and maps of one's own.

A profile says which name each key has (`bump`, `next`, `1`), by what the bar sends for it. What
a name does is not said here. Each shipped profile says where its codes come from.
"""

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec
from msgspec import Struct

from hardware.keys import Stroke, as_sent, bytes_of

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SUFFIX: Final = ".toml"


class ProfileError(ValueError):
    """There is no such profile, or a map of keys has an entry that cannot be used."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a serial line."""

    baud: int = 9600
    bits: Literal[5, 6, 7, 8] = 8
    parity: Literal["none", "even", "odd"] = "none"
    stop: Literal[1, 2] = 1


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a model of bar."""

    title: str
    """The model, for people."""
    source: str
    """Where the codes come from, and how far that is to be trusted."""
    keys: dict[str, str]
    """What is sent, as a Stroke writes it, and the name of the key. Several may have one name."""
    repeats: frozenset[str] = frozenset()
    """Names of keys that count again while they are held down."""
    line: Line = Line()
    """Of a serial bar."""

    def key_of(self, stroke: Stroke) -> str | None:
        """The name of the key; None for one that is not known, or that does not repeat."""
        name = self.keys.get(stroke.sent)
        return None if stroke.repeated and name not in self.repeats else name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys, in the order of the profile."""
        return tuple(dict.fromkeys(self.keys.values()))

    @property
    def sequences(self) -> tuple[bytes, ...]:
        """What the keys of a serial bar send; none where the profile is of keyboards only."""
        return tuple(bytes_of(sent) for sent in self.keys if sent.startswith("0x"))

    @property
    def chords(self) -> tuple[str, ...]:
        """What the keys of a keyboard send; none where the profile is of serial bars only."""
        return tuple(sent for sent in self.keys if not sent.startswith("0x"))

    def of_kind(self, *, is_serial: bool) -> "Profile":
        """This profile with the keys of a serial bar alone, or with those of a keyboard."""
        kept = {
            sent: name for sent, name in self.keys.items() if sent.startswith("0x") == is_serial
        }
        return msgspec.structs.replace(self, keys=kept)

    def with_keys(self, keys: Mapping[str, str]) -> "Profile":
        """This profile with these keys added; they take the place of those that send the same.

        Raises ProfileError, which names every entry that is wrong.
        """
        return msgspec.structs.replace(self, keys=self.keys | _checked(keys))


NO_KEYS: Final = Profile("no keys", "To begin a map of one's own with.", {})


def _checked(keys: Mapping[str, str]) -> dict[str, str]:
    checked: dict[str, str] = {}
    wrong = []
    for written, name in keys.items():
        try:
            sent = as_sent(written)
        except ValueError as error:
            wrong.append(str(error))
            continue
        if not _NAME.fullmatch(name):
            wrong.append(f"{name!r} is no name of a key; write it like 'bump', 'page-up' or '1'")
        elif checked.setdefault(sent, name) != name:
            wrong.append(f"{written!r} is both {checked[sent]!r} and {name!r}")
    if wrong:
        raise ProfileError("\n".join(wrong))
    return checked


@cache
def shipped() -> tuple[str, ...]:
    """The names of the profiles that there are. Blocks once: it reads the package's folder."""
    folder = files(__name__).iterdir()
    found = (file.name for file in folder if file.name.endswith(_SUFFIX))
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found))


@cache
def load(name: str) -> Profile:
    """The shipped profile with this name. Blocks once, reading its file. Raises ProfileError."""
    if name not in shipped():
        near = get_close_matches(name, shipped(), 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise ProfileError(f"no profile {name!r}; {meant}there are: {', '.join(shipped())}")
    text = (files(__name__) / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    profile = msgspec.convert(tomllib.loads(text), Profile)
    return msgspec.structs.replace(profile, keys=_checked(profile.keys))
