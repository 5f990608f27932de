"""The command `expeditor check`: what is wrong with a configuration, and what is doubtful."""

import argparse
from pathlib import Path

from appliance import menu_file
from appliance.cli_ending import OK, complain
from appliance.cli_place import settings_of
from appliance.config.channels import doubtful_channels
from appliance.config.printers import doubtful_printing
from appliance.config.wiring import doubtful_wiring
from appliance.configured import make_kitchen
from appliance.installing.place import menu_of
from appliance.kitchen.doubting import doubts


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    check = commands.add_parser("check", help="say what is wrong with a configuration file")
    check.add_argument("file", metavar="FILE", type=Path)
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    """Raises ConfigError."""
    settings = settings_of(options.file)
    menu = menu_of(settings)
    kitchen = make_kitchen(settings, menu.items)
    for warning in (
        *doubts(kitchen.router, kitchen.settings.late),
        *doubtful_wiring(settings),
        *doubtful_printing(settings),
        *doubtful_channels(settings.deliverect),
    ):
        complain(f"{options.file}: {warning}")
    if menu.content is not None:
        for warning in menu_file.doubts(menu.content, str(settings.menu.file)):
            complain(warning)
    stations = ", ".join(station.id for station in settings.station)
    items = f"; on the menu: {len(menu.items)}" if menu.content is not None else ""
    print(f"{options.file}: good. Stations: {stations}; rules: {len(settings.route)}{items}.")
    return OK
