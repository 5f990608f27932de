"""Which configuration a command is for, with which menu, and where its data is."""

import argparse
import re
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from appliance import config, menu_file, tls
from appliance.certificates import Unfit
from appliance.cli_ending import complain
from appliance.config import Config, ConfigError, MenuSection
from appliance.kitchen.menu import MenuItem

LAST_GOOD: Final = "last-good.toml"
"""In the data directory: the configuration that the service last started with."""
LAST_GOOD_MENU: Final = "last-good-menu.csv"
"""There, too: the menu's file that it last started with."""
FIRST_SHOWN: Final = 120
"""Characters of an error on the pages, which are there for the cards."""


class MenuOfFile(NamedTuple):
    """What the menu's file has, if there is one."""

    items: tuple[MenuItem, ...] = ()
    content: bytes | None = None
    """Of its file, if the configuration names one."""


class Place(NamedTuple):
    """A configuration with its text, and what goes with it."""

    config: Config
    text: str
    directory: Path
    warnings: list[str]
    """For the pages: a sentence for each file that is wrong."""
    errors: list[str]
    """All that is wrong with these files, line by line."""
    menu: MenuOfFile = MenuOfFile()

    def say_wrong(self, file: Path, error: ConfigError, instead: str) -> None:
        """Add what is wrong with a file; `instead` is what the service runs on, and its path."""
        lines = str(error).splitlines()
        first = lines[0].removeprefix(str(file)).lstrip(": ")
        first = first if len(first) <= FIRST_SHOWN else f"{first[:FIRST_SHOWN]}…"
        # No more are looked for than so many, in a menu.
        more = "+" if len(lines) == menu_file.ERRORS_SHOWN else ""
        many = f" in {len(lines)}{more} places" if len(lines) > 1 else ""
        line = "line " if first[:1].isdigit() else ""
        what = instead.partition(",")[0]
        self.warnings.append(f"{file.name} is wrong{many} ({line}{first}): running on {what}")
        self.errors.extend([*lines, f"{file} is wrong: running on {instead}"])


def place_of(options: argparse.Namespace) -> Place:
    """The configuration to use, and the data directory. Raises ConfigError.

    When the file is wrong and the data directory has the one that the service last started
    with, that one is used; the warnings say so, and the errors why.
    """
    file: Path | None = options.config
    if file is None:
        text = config.embedded()
        settings = config.parse(text, "built-in configuration")
        return Place(settings, text, options.data or Path(settings.appliance.data_dir), [], [])
    try:
        settings = load(file)
    except ConfigError as error:
        directory = options.data or file.parent / _data_dir_of_wrong(file)
        try:
            last_good = load(directory / LAST_GOOD, file.parent)
        except ConfigError:
            raise error from None
        text = (directory / LAST_GOOD).read_text("utf-8")
        place = Place(last_good, text, directory, [], [])
        place.say_wrong(file, error, f"the last good configuration, {directory / LAST_GOOD}")
    else:
        directory = options.data or file.parent / settings.appliance.data_dir
        place = Place(settings, file.read_text("utf-8"), directory, [], [])
    return place._replace(menu=_menu_or_last_good(place))


def menu_of(settings: Config) -> MenuOfFile:
    """What is on the menu's file, if there is one. Raises ConfigError."""
    if settings.menu.file is None:
        return MenuOfFile()
    path = Path(settings.menu.file)
    content = menu_file.content_of(path)
    return MenuOfFile(menu_file.parse(content, str(path)), content)


def _menu_or_last_good(place: Place) -> MenuOfFile:
    """The menu, or the one that the service last started with, and then why. Raises ConfigError."""
    settings = place.config
    try:
        return menu_of(settings)
    except ConfigError as error:
        path = place.directory / LAST_GOOD_MENU
        try:
            menu = menu_of(replace(settings, menu=MenuSection(str(path))))
        except ConfigError:
            raise error from None
        place.say_wrong(Path(settings.menu.file or ""), error, f"the last good menu, {path}")
        return menu


def load(file: Path, directory: Path | None = None) -> Config:
    """As `config.load`, and what is in the files that it names; warns of what has ended.

    Raises ConfigError.
    """
    settings = config.load(file, directory=directory)
    if settings.https and settings.https.files:
        try:
            https = tls.Https(tls.GivenFiles(*settings.https.files))
        except Unfit as error:
            raise ConfigError(f"{file}: {tls.reason(error)}") from error
        for warning in https.status().warnings:
            complain(f"{file}: {warning}")
    return settings


_DATA_DIR: Final = re.compile(r"""^[ \t]*data_dir[ \t]*=[ \t]*(["'])(.+?)\1""", re.MULTILINE)


def _data_dir_of_wrong(file: Path) -> str:
    """Where the data would be according to a file that is otherwise wrong.

    It may be no TOML at all, for want of a quotation mark: so only this line is looked at.
    """
    try:
        found = _DATA_DIR.search(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        found = None
    return found[2] if found else config.Appliance().data_dir
