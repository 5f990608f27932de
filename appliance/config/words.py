"""What is wrong with a single key, in words for whoever writes the file."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from appliance.config.card import COUNTRY, PIN, WPA_KEY
from appliance.config.stations import id_of_rule
from appliance.config.values import HOST_LABEL, ID, NOT_BLANK, SERVICE_TYPE
from appliance.config.whole import Config

_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?$", re.DOTALL)
_PATTERN_MISSED: Final = "Expected `str` matching regex "
_MISSED: Final = {
    ID: "letters, digits and _ . : - only, at most 64, beginning with a letter or digit",
    NOT_BLANK: "must not be empty",
    WPA_KEY: "8 to 63 letters, digits and signs, without accents",
    PIN: "4 to 8 digits",
    COUNTRY: 'two capital letters; write it like "US"',
    HOST_LABEL: "small letters, digits and - only, at most 52, as in expeditor",
    SERVICE_TYPE: 'is no type of services over TCP; write it like "_kitchen-screen._tcp"',
}


def in_words(error: msgspec.ValidationError, document: dict[str, Any]) -> str:
    """`key: what is wrong; what is allowed`, from msgspec's message."""
    found = _AT.match(str(error))
    what, where = (found["what"], found["where"] or "") if found else (str(error), "")
    missing = re.search(r"missing required field `(\w+)`", what)
    if missing:
        return f"{where}.{missing[1]}: this key is required".lstrip(".")
    if what.startswith(_PATTERN_MISSED):
        what = next(words for missed, words in _MISSED.items() if what.endswith(repr(missed)))
    if what == "Expected `array`, got `str`":
        what = 'a list is needed; write it like ["one", "two"]'
    if what == "Expected `array`, got `object`" and _struct_in(_type_at(where)):
        what = f"there can be several; write [[{where}]], in two brackets"
    if what.startswith("Invalid enum value"):
        allowed = ", ".join(_choices(_type_at(where)))
        what = f"{what.removeprefix('Invalid enum value ')} is not allowed; allowed: {allowed}"
    return f"{_named(where, document)}: {what}"


def with_rule(error: str) -> str:
    """An error of a rule, with what the rule is called elsewhere."""
    found = re.match(r"route\[(\d+)\][^: ]*", error)
    if found is None:
        return error
    return f"{found[0]} ({id_of_rule(int(found[1]) + 1)}){error[found.end() :]}"


def unknown_keys(table: dict[str, Any], section: type[Struct], path: str) -> Iterator[str]:
    """An error for each key of a table, at `path`, that its section does not have."""
    hints = _types(section)
    for key, value in table.items():
        if key not in hints:
            near = get_close_matches(key, hints, 1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            yield f"{path}{key}: unknown key; {meant}allowed: {', '.join(hints)}"
            continue
        inner = _struct_in(hints[key])
        if inner is None:
            continue
        if isinstance(value, dict):
            yield from unknown_keys(value, inner, f"{path}{key}.")
        for place, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, dict):
                yield from unknown_keys(entry, inner, f"{path}{key}[{place}].")


def _named(where: str, document: dict[str, Any]) -> str:
    """The path with the key itself where it is one of a table with keys of all kinds."""
    path, of_any_key, _ = where.partition("[...]")
    if not of_any_key:
        return where
    table: Any = document
    for name, place in re.findall(r"(\w+)(?:\[(\d+)\])?", path):
        table = table[name][int(place)] if place else table[name]
    _, of_value = get_args(_type_at(path))
    for key, value in table.items():
        try:
            msgspec.convert(value, of_value)
        except msgspec.ValidationError:
            return f'{path}."{key}"'
    return path


def _type_at(where: str) -> Any:
    """The type of the key at a path such as `station[0].type`."""
    kind: Any = Config
    for name in re.sub(r"\[[^\]]*\]", "", where).split("."):
        kind = _struct_in(_types(kind)[name]) or _types(kind)[name]
    return get_args(kind)[0] if get_origin(kind) is tuple else kind


def _choices(kind: Any) -> Iterator[str]:
    """What a key may be set to, also one that may be left out."""
    for each in get_args(kind):
        if get_args(each):
            yield from _choices(each)
        elif each is not NoneType:
            yield str(each)


def _types(section: type[Struct]) -> dict[str, Any]:
    """The type of each key, under the name that it has in the file."""
    hints = get_type_hints(section, include_extras=True)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(section)}


def _struct_in(hint: Any) -> type[Struct] | None:
    """The section that a key holds, if any, alone or in a list."""
    for candidate in get_args(hint) or (hint,):
        if isinstance(candidate, type) and issubclass(candidate, Struct):
            return candidate
    return None
