"""What a newer version has written, as far as this one understands it.

Its further fields, values and entries are left out, from the inside out: what is then without a
value takes the default, what cannot be without it is left out as well.
"""

from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import fields

_Kind = TypeVar("_Kind")
_NOTHING: Final = object()


def understood(value: Any, kind: type[_Kind]) -> _Kind:
    """A value, as JSON or MessagePack have it, as one of that kind.

    Raises msgspec.ValidationError where nothing of it can be that.
    """
    found = _what_fits(value, kind)
    return msgspec.convert(value if found is _NOTHING else found, kind)


def unpacked(content: bytes, kind: type[_Kind]) -> _Kind:
    """What MessagePack has, as one of that kind. Raises msgspec.DecodeError."""
    try:
        return msgspec.msgpack.decode(content, type=kind)
    except msgspec.ValidationError:
        return understood(msgspec.msgpack.decode(content), kind)


def _what_fits(value: Any, kind: Any) -> Any:
    if _fits(value, kind):
        return value
    found = _parts_that_fit(value, kind)
    return found if found is not _NOTHING and _fits(found, kind) else _NOTHING


def _parts_that_fit(value: Any, kind: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        found = (_what_fits(value, each) for each in inner)
        return next((each for each in found if each is not _NOTHING), _NOTHING)
    match value:
        case dict() if origin is dict:
            entries = {key: _what_fits(each, inner[1]) for key, each in value.items()}
        case dict() if isinstance(kind, type) and issubclass(kind, Struct):
            kinds = {field.encode_name: field.type for field in fields(kind)}
            entries = {key: _what_fits(value[key], kinds[key]) for key in kinds.keys() & value}
        case list() if origin is tuple and inner[1:] == (...,):
            found = (_what_fits(each, inner[0]) for each in value)
            return [each for each in found if each is not _NOTHING]
        case _:
            return _NOTHING
    return {key: each for key, each in entries.items() if each is not _NOTHING}


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
