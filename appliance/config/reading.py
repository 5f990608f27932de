"""A file, or its text, in; the configuration out, or what is wrong with it."""

import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

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


class ConfigError(ValueError):
    """The configuration cannot be used; the text has one line per error."""


def load(path: Path, *, directory: Path | None = None) -> Config:
    """The configuration in a file. Raises ConfigError, whose lines begin with its name.

    What it says of files is relative to `directory`, its own by default.
    """
    config = parse(_text_of(path), str(path))
    beside = path.parent if directory is None else directory
    if config.menu.file is not None:
        config = replace(config, menu=MenuSection(str(beside / config.menu.file)))
    if config.https is None or config.https.files is None:
        return config
    certificate, key = (str(beside / file) for file in config.https.files)
    return replace(config, https=replace(config.https, certificate=certificate, key=key))


def embedded() -> str:
    """The text of the configuration that ships with the program."""
    return (files("appliance") / "kitchen.toml").read_text(encoding="utf-8")


def parse(text: str, source: str) -> Config:
    """The configuration of a text; `source` is what errors call it. Raises ConfigError."""
    document = _document(text, source)
    config = _converted(document, Config, source)
    _refuse(source, inconsistencies(config))
    return config


def load_screen(path: Path) -> ScreenConfig:
    """What is for `expeditor screen` in a file. Raises ConfigError; its lines begin with the name.

    It needs no kitchen; what it has of one is not looked at, but for the names of its keys.
    """
    source = str(path)
    document = _document(_text_of(path), source)
    own = {key: document[key] for key in ScreenConfig.__struct_fields__ if key in document}
    return _converted(own, ScreenConfig, source)


_AnyConfig = TypeVar("_AnyConfig", Config, ScreenConfig)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"{path}: {reason}") from error


def _document(text: str, source: str) -> dict[str, Any]:
    """With no key that is unknown."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: {error}") from error
    _refuse(source, unknown_keys(document, Config, ""))
    return document


def _converted(document: dict[str, Any], wanted: type[_AnyConfig], source: str) -> _AnyConfig:
    try:
        return msgspec.convert(document, wanted, dec_hook=_convert)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {with_rule(in_words(error, document))}") from error


def _refuse(source: str, errors: Iterable[str]) -> None:
    if lines := [f"{source}: {with_rule(error)}" for error in errors]:
        raise ConfigError("\n".join(lines))


def _convert(wanted: type, value: object) -> object:
    if issubclass(
        wanted,
        Duration | ExtraTime | Address | Network | Color | TimeOfDay | DayEnd | HostName | Site,
    ):
        return wanted.parse(value)
    raise NotImplementedError(wanted)
