"""A file, or its text, in; the configuration out, or what is wrong with it."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from appliance.config.card import CardSection, InterfaceAddress, IpAddress, wrong_card
from appliance.config.channels import located_channel
from appliance.config.checking import inconsistencies
from appliance.config.stations import MenuSection
from appliance.config.values import (
    Address,
    Color,
    DayEnd,
    Duration,
    ExtraTime,
    HostName,
    Network,
    Site,
    TimeOfDay,
)
from appliance.config.whole import Config, ScreenConfig
from appliance.config.words import in_words, unknown_keys, with_rule


class Fault(NamedTuple):
    """Something that is wrong, or doubtful."""

    key: str
    """As `printer[0].transport`; empty where it is of no key."""
    message: str

    @classmethod
    def of(cls, text: str) -> "Fault":
        """From `key: what is wrong`."""
        found = _KEYED.fullmatch(text)
        return cls(found[1], found[2]) if found else cls("", text)


_UNKNOWN: Final = "Object contains unknown field "
_KEYED: Final = re.compile(r'((?:[^\s":]|"[^"]*")+): (.*)', re.DOTALL)


class ConfigError(ValueError):
    """The configuration cannot be used; the text has one line per error."""

    def __init__(self, text: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(text)
        self.faults = faults or [Fault("", line) for line in text.splitlines()]
        """The same, by key."""


def load(path: Path) -> Config:
    """The configuration in a file. Raises ConfigError, whose lines begin with its name.

    What it says of files is relative to its directory.
    """
    config = parse(text_of(path), str(path))
    return located(config, path.parent)


def located(config: Config, beside: Path) -> Config:
    """The same, with what it says of files relative to a directory."""
    if config.menu.file is not None:
        config = replace(config, menu=MenuSection(str(beside / config.menu.file)))
    channels = tuple(replace(each, **located_channel(each, beside)) for each in config.deliverect)
    config = replace(config, deliverect=channels)
    if config.https is None or config.https.files is None:
        return config
    certificate, key = (str(beside / file) for file in config.https.files)
    return replace(config, https=replace(config.https, certificate=certificate, key=key))


def embedded() -> str:
    """The text of the configuration that ships with the program."""
    return (files("appliance") / "kitchen.toml").read_text(encoding="utf-8")


def parse(text: str, source: str) -> Config:
    """The configuration of a text; `source` is what errors call it. Raises ConfigError."""
    return of_document(document_of(text, source), source)


def of_document(document: dict[str, Any], source: str) -> Config:
    """The configuration of what a file says, as TOML has it. Raises ConfigError, as `parse`."""
    _refuse(source, [*unknown_keys(document, Config, ""), *_misfits(document)])
    config = _converted(document, Config, source)
    _refuse(source, inconsistencies(config))
    return config


def load_screen(path: Path) -> ScreenConfig:
    """What is for `expeditor screen` in a file. Raises ConfigError, naming the file."""
    return screen_of(document_of(text_of(path), str(path)), str(path))


def screen_of(document: dict[str, Any], source: str) -> ScreenConfig:
    """What is for `expeditor screen` in a document. Raises ConfigError.

    It needs no kitchen; what it has of one is not looked at, but for the names of its keys.
    """
    _refuse(source, unknown_keys(document, Config, ""))
    own = {key: document[key] for key in ScreenConfig.__struct_fields__ if key in document}
    return _converted(own, ScreenConfig, source)


def of_card(document: dict[str, Any], source: str) -> CardSection:
    """What a document makes of its machine, whatever else is wrong with it. Raises ConfigError."""
    own = {"card": document["card"]} if "card" in document else {}
    _refuse(source, unknown_keys(own, Config, ""))
    card = _converted(own, ScreenConfig, source).card
    _refuse(source, wrong_card(card))
    return card


_AnyConfig = TypeVar("_AnyConfig", Config, ScreenConfig)


def text_of(path: Path) -> str:
    """What is in a file. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"{path}: {reason}") from error


def document_of(text: str, source: str) -> dict[str, Any]:
    """What a text says, whether that is right or not. Raises ConfigError for what is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: {error}", [Fault("", str(error))]) from error


def _misfits(document: dict[str, Any]) -> Iterator[str]:
    """What is of the wrong kind: the first of each section, and of each entry of several."""
    for key, section in document.items():
        entries = section if isinstance(section, list) else ()
        wrong = [
            error for place, entry in enumerate(entries) if (error := _misfit(key, entry, place))
        ]
        if not wrong and (error := _misfit(key, section)):
            wrong = [error]
        yield from wrong


def _misfit(key: str, value: Any, place: int | None = None) -> str | None:
    """What is wrong with a section, or with its entry in a place."""
    document = {key: value if place is None else [value]}
    try:
        msgspec.convert(document, Config, dec_hook=_convert)
    except msgspec.ValidationError as error:
        if str(error).startswith(_UNKNOWN):
            return None  # See `unknown_keys`, which names all of them.
        text = in_words(error, document)
        return text if place is None else text.replace(f"{key}[0]", f"{key}[{place}]", 1)
    return None


def _converted(document: dict[str, Any], wanted: type[_AnyConfig], source: str) -> _AnyConfig:
    try:
        return msgspec.convert(document, wanted, dec_hook=_convert)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {with_rule(in_words(error, document))}") from error


def _refuse(source: str, errors: Iterable[str]) -> None:
    if wrong := list(errors):
        lines = [f"{source}: {with_rule(error)}" for error in wrong]
        raise ConfigError("\n".join(lines), list(map(Fault.of, wrong)))


def _convert(wanted: type, value: object) -> object:
    if issubclass(
        wanted,
        Duration
        | ExtraTime
        | Address
        | InterfaceAddress
        | IpAddress
        | Network
        | Color
        | TimeOfDay
        | DayEnd
        | HostName
        | Site,
    ):
        return wanted.parse(value)
    raise NotImplementedError(wanted)
