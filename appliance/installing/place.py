"""Which configuration is in force, with which menu, and where its data is.

With a file of the installer's (`--config`), that one. Otherwise the appliance's own, in its data
directory, where the pages write it; before there is one, the built-in kitchen.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from appliance import config, menu_file, tls
from appliance.certificates import Unfit
from appliance.config import Config, ConfigError, Fault, MenuSection
from appliance.files import replace_file
from appliance.kitchen.menu import MenuItem

OWN: Final = "kitchen.toml"
"""In the data directory: the configuration that the pages write."""
LAST_GOOD: Final = "last-good.toml"
"""There, too: the configuration that the service last started with."""
WAITING: Final = "import.json"
"""There, too, from when an import was asked for until it is done: see `transfer.py`."""
LAST_GOOD_MENU: Final = "last-good-menu.csv"
"""There, too: the menu's file that it last started with."""
FIRST_SHOWN: Final = 120
"""Characters of an error on the pages, which are there for the cards."""

Source = Literal["built-in", "own", "file"]


class MenuOfFile(NamedTuple):
    """What the menu's file has, if there is one."""

    items: tuple[MenuItem, ...] = ()
    content: bytes | None = None
    """Of its file, if the configuration names one."""


class Place(NamedTuple):
    """A configuration with its text, and what goes with it."""

    source: Source
    file: Path
    """Where it is; of the built-in one, where another would be."""
    config: Config
    text: str
    directory: Path
    warnings: list[str]
    """For the pages: a sentence for each file that is wrong."""
    errors: list[str]
    """All that is wrong with these files, line by line."""
    menu: MenuOfFile = MenuOfFile()
    faults: Sequence[Fault] = ()
    """What is wrong with the file itself, where this is what the service runs on instead."""
    card: Path | None = None
    """What the boot of a card has found is there; None: this runs from no card."""

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

    @property
    def movable(self) -> frozenset[str]:
        """The sections whose port is replaced by a free one where it is in use.

        Those that say nothing of it, unless an installer has written the file.
        """
        if self.source == "file":
            return frozenset()
        said = config.document_of(self.text, self.file.name)
        return frozenset(each for each in ("orders", "http") if "listen" not in said.get(each, {}))


def place_of(file: Path | None, data: Path | None) -> Place:
    """The configuration to use, and the data directory. Raises ConfigError.

    When the file is wrong and the data directory has the one that the service last started
    with, that one is used; the warnings say so, and the errors why. Where the appliance's own is
    wrong, and there is no other, the built-in kitchen is: so that it can be mended on its pages.
    """
    if file is not None:
        return _of_file(file, data)
    directory = data or Path(config.Appliance().data_dir)
    own = directory / OWN
    if not own.exists():
        return _built_in(directory)
    try:
        return _good("own", own, directory)
    except ConfigError as error:
        return _instead(own, directory, error) or _built_in(directory, error)


def _of_file(file: Path, data: Path | None) -> Place:
    try:
        settings = load(file)
    except ConfigError as error:
        directory = data or file.parent / _data_dir_of_wrong(file)
        place = _instead(file, directory, error)
        if place is None:
            raise
        return place._replace(source="file")
    return _good("file", file, data or file.parent / settings.appliance.data_dir)


def _good(source: Source, file: Path, directory: Path) -> Place:
    """Raises ConfigError where it is not."""
    place = Place(source, file, load(file), config.text_of(file), directory, [], [])
    return place._replace(menu=_menu_or_last_good(place))


def _built_in(directory: Path, error: ConfigError | None = None) -> Place:
    """`error`: what is wrong with the appliance's own."""
    text, file = config.embedded(), directory / OWN
    settings = config.parse(text, "built-in configuration")
    place = Place("built-in", file, settings, text, directory, [], [])
    if error is None:
        return place
    place.say_wrong(file, error, "the built-in kitchen")
    return place._replace(source="own", faults=error.faults)


def _instead(file: Path, directory: Path, error: ConfigError) -> Place | None:
    """The last good configuration, where that is any use.

    One that is wrong was good to a newer version: the service runs on what is known of it here.
    """
    path = directory / LAST_GOOD
    try:
        text = config.text_of(path)
        document = config.document_of(text, str(path))
        left_out = config.leave_out_wrong(document, str(path))
        last_good = config.located(config.of_document(document, str(path)), file.parent)
        require_certificate(last_good, str(path))
    except ConfigError:
        return None
    place = Place("own", file, last_good, text, directory, [], [], faults=error.faults)
    known = "what is known here of " if left_out else ""
    place.say_wrong(file, error, f"{known}the last good configuration, {path}")
    place.errors.extend(
        f"{path} is of a newer version, left out: {': '.join(each)}" for each in left_out
    )
    return place._replace(menu=_menu_or_last_good(place))


def instead_of(place: Place, before: Place | None, why: str) -> Place | None:
    """What to run on where the appliance's own configuration cannot; None for nothing else.

    One that ran well before is not to blame: an address that is not there yet, after a power cut.
    `before`: what ran before it in this process. `why`: in one line.
    """
    if place.source != "own" or place.faults:
        return None
    error = ConfigError(f"{place.file}: {why}", [Fault.of(why)])
    if before is None:
        found = _instead(place.file, place.directory, error)
        if found is None:
            return _built_in(place.directory, error)
        return None if found.text == place.text else found
    instead = before._replace(source="own", warnings=[], errors=[], faults=error.faults)
    instead.say_wrong(place.file, error, "the configuration before it")
    return instead


def keep_last_good(place: Place) -> None:
    """The service runs on this configuration: keep it for the day of a wrong one.

    Raises OSError.
    """
    if place.text == config.embedded():
        return  # It is there anyway, and is nobody's.
    replace_file(place.directory / LAST_GOOD, place.text.encode())
    if place.menu.content is not None:
        replace_file(place.directory / LAST_GOOD_MENU, place.menu.content)


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
            menu = menu_of(replace(settings, menu=MenuSection(file=str(path))))
        except ConfigError:
            raise error from None
        place.say_wrong(Path(settings.menu.file or ""), error, f"the last good menu, {path}")
        return menu


def load(file: Path) -> Config:
    """As `config.load`, and what is in the files that it names. Raises ConfigError."""
    settings = config.load(file)
    require_certificate(settings, str(file))
    return settings


def require_certificate(settings: Config, source: str) -> None:
    """Raise ConfigError where the certificate of a configuration is none."""
    try:
        certificate_warnings(settings)
    except Unfit as error:
        why = tls.reason(error)
        raise ConfigError(f"{source}: {why}", [Fault.of(why)]) from error


def certificate_warnings(settings: Config) -> Sequence[str]:
    """What is doubtful about the certificate that is given. Raises Unfit."""
    if settings.https is None or settings.https.files is None:
        return ()
    return tls.Https(tls.GivenFiles(*settings.https.files)).status().warnings


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
