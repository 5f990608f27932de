"""A document as TOML: with the comments of the text that was there before, as far as it stays."""

import logging
import tomllib
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AoT, Item, Table

from appliance.setup import Document, same

logger = logging.getLogger(__name__)


def written(document: Document, before: str) -> str:
    """Its text. What is as it was `before` stays so to the letter."""
    try:
        kept = tomlkit.parse(before)
        _become(kept, document)
        text = tomlkit.dumps(kept)
        if same(tomllib.loads(text), document):
            return text
    except Exception as error:  # noqa: BLE001 - whatever befalls it, the document is what counts
        logger.warning("the comments of the configuration are lost: %r", error)
    return tomlkit.dumps(document)


def _become(table: Table | Container, wanted: dict[str, Any]) -> None:
    for key in [key for key in table if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        found = table.get(key)
        if isinstance(found, Table) and isinstance(value, dict):
            _become(found, value)
        elif isinstance(found, AoT) and _are_tables(value):
            _become_all(found, value)
        elif found is None or not same(_plain(found), value):
            table[key] = value


def _plain(found: object) -> object:
    """As Python has it; tomlkit gives a boolean so by itself."""
    return found.unwrap() if isinstance(found, Item) else found


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _become_all(tables: AoT, wanted: list[dict[str, Any]]) -> None:
    """Whatever is written at an entry stays at the one with its id; without ids, at its place."""
    there = list(tables)
    by_id = {str(each["id"]): each for each in there if "id" in each}
    nameless = [each for each in there if "id" not in each]
    tables.clear()
    for entry in wanted:
        found = by_id.pop(str(entry["id"]), None) if "id" in entry else _taken(nameless, entry)
        if found is None:
            tables.append(tomlkit.item(entry))
        else:
            _become(found, entry)
            tables.append(found)


def _taken(tables: list[Table], entry: dict[str, Any]) -> Table | None:
    """The one that says the same already, or else the first that is left."""
    equal = (place for place, each in enumerate(tables) if same(_plain(each), entry))
    return tables.pop(next(equal, 0)) if tables else None
