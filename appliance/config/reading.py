"""A file, or its text, in; the configuration out, or what is wrong with it."""

import tomllib
from importlib.resources import files
from pathlib import Path

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
    TimeOfDay,
)
from appliance.config.whole import Config
from appliance.config.words import in_words, unknown_keys, with_rule


class ConfigError(ValueError):
    """The configuration cannot be used; the text has one line per error."""


def load(path: Path, *, directory: Path | None = None) -> Config:
    """The configuration in a file. Raises ConfigError, whose lines begin with its name.

    What it says of files is relative to `directory`, its own by default.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"{path}: {reason}") from error
    config = parse(text, str(path))
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
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: {error}") from error
    errors = list(unknown_keys(document, Config, ""))
    if not errors:
        try:
            config = msgspec.convert(document, Config, dec_hook=_convert)
        except msgspec.ValidationError as error:
            errors = [in_words(error, document)]
        else:
            errors = list(inconsistencies(config))
            if not errors:
                return config
    raise ConfigError("\n".join(f"{source}: {with_rule(error)}" for error in errors))


def _convert(wanted: type, value: object) -> object:
    if issubclass(
        wanted, Duration | ExtraTime | Address | Network | Color | TimeOfDay | DayEnd | HostName
    ):
        return wanted.parse(value)
    raise NotImplementedError(wanted)
