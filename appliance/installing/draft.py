"""A document that is to be the configuration: what is wrong with it, and what is doubtful."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance import config, menu_file
from appliance.config import Config, ConfigError, Fault
from appliance.config.printers import doubtful_printing
from appliance.config.wiring import doubtful_wiring
from appliance.configured import make_kitchen
from appliance.installing.afar import not_from_afar
from appliance.installing.place import MenuOfFile, menu_of, require_certificate
from appliance.kitchen.doubting import doubts
from appliance.kitchen.kitchen import Kitchen
from appliance.setup import Document

SOURCE: Final = "set-up"
"""What the lines of errors begin with."""


class Draft(NamedTuple):
    """One that can be used."""

    document: Document
    config: Config
    menu: MenuOfFile

    def kitchen(self) -> Kitchen:
        """An empty one."""
        return make_kitchen(self.config, self.menu.items)

    def doubts(self) -> Iterator[Fault]:
        """What may be so, but hardly is meant, or is to be known. Takes a moment."""
        kitchen = self.kitchen()
        for text in (
            *doubts(kitchen.router, kitchen.settings.late),
            *doubtful_wiring(self.config),
            *doubtful_printing(self.config),
        ):
            yield Fault.of(text)
        if self.menu.content is not None:
            for text in menu_file.doubts(self.menu.content, str(self.config.menu.file)):
                yield Fault("menu.file", text)


def drafted(document: Document, now: Document, beside: Path) -> Draft:
    """The configuration of a document that takes the place of the one `now`.

    What it says of files is relative to `beside`. Blocks. Raises ConfigError.
    """
    document = without_nulls(document)
    settings = config.located(config.of_document(document, SOURCE), beside)
    if wrong := list(not_from_afar(document, now)):
        raise ConfigError("\n".join(map(": ".join, wrong)), wrong)
    require_certificate(settings, SOURCE)
    try:
        menu = menu_of(settings)
    except ConfigError as error:
        faults = [Fault("menu.file", each.message) for each in error.faults]
        raise ConfigError(str(error), faults) from error
    return Draft(document, settings, menu)


def without_nulls(document: Document) -> Document:
    """The same: a key without a value is one that is not written."""
    kept: Document = _without_nulls(document)
    return kept


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_nulls(each) for key, each in value.items() if each is not None}
        case list():
            return list(map(_without_nulls, value))
    return value
