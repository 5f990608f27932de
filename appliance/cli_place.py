"""Which configuration a command is for, and what is to be said of it."""

import argparse
from pathlib import Path

from appliance import config
from appliance.cli_ending import complain
from appliance.config import Config, on_all_interfaces
from appliance.installing import place
from appliance.installing.on_card import of_card
from appliance.installing.place import Place


def place_of(options: argparse.Namespace) -> Place:
    """The configuration to use, and the data directory. Raises ConfigError."""
    found = place.place_of(options.config, options.data)
    _complain_of_certificate(found.file, found.config)
    if (card := getattr(options, "card", None)) is not None:
        return of_card(found, card)
    if getattr(options, "listen_lan", False):
        return found._replace(config=on_all_interfaces(found.config))
    return found


def settings_of(file: Path | None) -> Config:
    """The configuration of a file, by default the built-in one. Raises ConfigError."""
    if file is None:
        return config.parse(config.embedded(), "built-in configuration")
    settings = place.load(file)
    _complain_of_certificate(file, settings)
    return settings


def _complain_of_certificate(file: Path, settings: Config) -> None:
    for warning in place.certificate_warnings(settings):
        complain(f"{file}: {warning}")
