"""All that makes this kitchen this kitchen, as one file: out of the data directory, and into it.

Taken in is it in two steps, each of which can be done again after a power cut: the file is kept,
whole, in the data directory; then, while nothing runs, it takes the place of what is there.
What programs made over HTTP is in the log, and follows as soon as that is read.
"""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from appliance import __version__, config, identity, menu_file
from appliance.api.auth import devices, pins
from appliance.config import CHANNELS, ConfigError, Fault
from appliance.files import replace_file
from appliance.installing.draft import Draft, drafted
from appliance.installing.place import OWN, WAITING, Place
from appliance.installing.writing import written
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.screens import registry
from appliance.setup import Document, HoldsJson, KitchenJson

FORMAT: Final = 1
MENU: Final = "menu.csv"
"""In the data directory: the menu's file of an import."""
_OF_THE_MACHINE: Final = (
    ("appliance", "data_dir"),
    ("https", "certificate"),
    ("https", "key"),
    ("auth", "cloud"),
    ("kiosk", None),
    ("card", None),
    *((channel, None) for channel in CHANNELS),
)
"""What another machine has otherwise; None: the whole section. It stays as it is on this one."""
_RECORDS: Final[dict[str, Any]] = {
    pins.NAME: pins.File,
    devices.NAME: devices.File,
    registry.NAME: registry.File,
}
"""Files of records, by their names here and in the data directory."""
_Made = TypeVar("_Made", Station, Rule, MenuItem)


class Arriving(NamedTuple):
    """A file that can be taken in."""

    draft: Draft
    text: str
    """Of the configuration, without what belongs to the machine that it came from."""
    left_out: Sequence[str]
    stations: tuple[Station, ...]
    rules: tuple[Rule, ...]
    menu: tuple[MenuItem, ...]
    records: dict[str, Any]
    identity: str | None

    @property
    def holds(self) -> HoldsJson:
        """How much is in it."""
        settings = self.draft.config
        adopted = self.records.get(registry.NAME)
        people = self.records.get(pins.NAME)
        return HoldsJson(
            name=settings.appliance.name,
            stations=len(settings.station) + len(self.stations),
            rules=len(settings.route) + len(self.rules),
            menu=len(self.draft.menu.items) + len(self.menu),
            screens=len(settings.screen) + (len(adopted.by_id) if adopted else 0),
            pins=len(people.pins) if people else 0,
        )


def whole(place: Place, kitchen: Kitchen) -> KitchenJson:
    """What there is now. Blocks; raises OSError."""
    stations, rules, menu = kitchen.made()
    content = place.menu.content
    kept = {
        name: msgspec.json.decode((place.directory / name).read_bytes())
        for name in _RECORDS
        if (place.directory / name).exists()
    }
    return KitchenJson(
        format=FORMAT,
        version=__version__,
        exported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        identity=identity.identifier(place.directory),
        configuration=place.text,
        menu_file=None if content is None else content.decode("utf-8-sig"),
        stations=[msgspec.to_builtins(each) for each in stations],
        rules=[msgspec.to_builtins(each) for each in rules],
        menu=[msgspec.to_builtins(each) for each in menu],
        pins=kept.get(pins.NAME),
        devices=kept.get(devices.NAME),
        screens=kept.get(registry.NAME),
    )


def arriving(kitchen: KitchenJson, now: Document, beside: Path) -> Arriving:
    """What such a file has; `now`: the document that it takes the place of. Blocks.

    Raises ConfigError.
    """
    if kitchen.format != FORMAT:
        words = (
            f"it was made by a newer appliance ({kitchen.version}); update this one first"
            if kitchen.format > FORMAT
            else "this is no file of an export"
        )
        raise _wrong("format", words)
    if kitchen.identity is not None and not identity.is_one(kitchen.identity):
        raise _wrong("identity", "this is none")
    try:
        document = tomllib.loads(kitchen.configuration)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong("configuration", str(error)) from error
    left_out = list(_leave_out(document, now))
    document.pop("menu", None)
    draft = drafted(document, now, beside)
    if kitchen.menu_file is not None:
        content = kitchen.menu_file.encode()
        items = _menu(content)
        document["menu"] = {"file": MENU}
        draft = draft._replace(menu=draft.menu._replace(items=items, content=content))
    records = {name: getattr(kitchen, name) for name in _RECORDS}
    return Arriving(
        draft,
        written(document, kitchen.configuration),
        left_out,
        _made(kitchen.stations, "stations", Station),
        _made(kitchen.rules, "rules", Rule),
        _made(kitchen.menu, "menu", MenuItem),
        {
            name: _converted(value, name, _RECORDS[name])
            for name, value in records.items()
            if value is not None
        },
        kitchen.identity,
    )


def _leave_out(document: Document, now: Document) -> Iterator[str]:
    """Keys that are not as they are `now`; they become so."""
    for section, name in _OF_THE_MACHINE:
        inside, here, key = (
            (document, now, section)
            if name is None
            else (document.get(section), now.get(section, {}), name)
        )
        if not isinstance(inside, dict):
            continue
        was, value = inside.pop(key, None), here.get(key)
        if value is not None:
            inside[key] = value
        if was not in (None, value):
            yield section if name is None else f"{section}.{name}"


def _menu(content: bytes) -> tuple[MenuItem, ...]:
    try:
        return menu_file.parse(content, MENU)
    except ConfigError as error:
        faults = [Fault("menu_file", each.message) for each in error.faults]
        raise ConfigError(str(error), faults) from error


def _made(entries: Sequence[dict[str, Any]], where: str, kind: type[_Made]) -> tuple[_Made, ...]:
    return tuple(_converted(each, f"{where}[{place}]", kind) for place, each in enumerate(entries))


def _converted(value: Any, where: str, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise _wrong(where, str(error)) from error


def _wrong(key: str, words: str) -> ConfigError:
    return ConfigError(f"{key}: {words}", [Fault(key, words)])


def keep(kitchen: KitchenJson, found: Arriving, directory: Path) -> None:
    """To be taken in as soon as nothing runs, as it was `found`. Blocks; raises OSError."""
    settled = replace(kitchen, configuration=found.text)
    replace_file(directory / WAITING, msgspec.json.encode(settled))


def waiting(directory: Path) -> Arriving:
    """What is to be taken in. Blocks; raises OSError, ConfigError, msgspec.DecodeError."""
    kitchen = msgspec.json.decode((directory / WAITING).read_bytes(), type=KitchenJson)
    # It was looked at before: by itself nothing of it is other than it was.
    itself = config.document_of(kitchen.configuration, WAITING)
    return arriving(kitchen, itself, directory)


def take_in(directory: Path) -> None:
    """Put what waits in the place of what is there, but for what is in the log. Blocks.

    Nothing of this data directory may be in use. Raises as `waiting`.
    """
    found = waiting(directory)
    if found.draft.menu.content is not None:
        replace_file(directory / MENU, found.draft.menu.content)
    for name, records in found.records.items():
        replace_file(directory / name, msgspec.json.encode(records))
    if found.identity is not None:
        replace_file(directory / identity.NAME, found.identity.encode())
    replace_file(directory / OWN, found.text.encode())


def done(directory: Path) -> None:
    """All of it is taken in. Blocks; raises OSError."""
    (directory / WAITING).unlink(missing_ok=True)
