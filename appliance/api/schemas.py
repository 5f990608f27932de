"""The structs of the API as JSON schemas, in the form in which the OpenAPI document has them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from appliance.api.errors import ErrorJson
from appliance.api.operation import Operation
from appliance.api.raw import RawOperation

REF: Final = "#/components/schemas/{name}"
# Numbers and truths as texts: what a lenient body may have beside each type.
_AS_TEXT: Final[dict[str, dict[str, Any]]] = {
    "integer": {
        "description": "the same as text",
        "type": "string",
        "pattern": "^(0|-?[1-9][0-9]{0,17})$",
    },
    "number": {
        "description": "the same as text",
        "type": "string",
        "pattern": r"^(0|-?[1-9][0-9]{0,17})(\.[0-9]{1,9})?$",
    },
    "boolean": {
        "description": "the same as 0, 1 or text",
        "enum": [0, 1, "0", "1", "true", "false"],
    },
}


class Schemas:
    """Those of all structs that these operations name."""

    def __init__(self, operations: Iterable[Operation | RawOperation]) -> None:
        known = list(operations)
        kinds = list(dict.fromkeys(_kinds(known)))
        schemas, components = msgspec.json.schema_components(kinds, ref_template=REF)
        self._schema_of = dict(zip(map(str, kinds), schemas, strict=True))
        queries = {each.query.__name__ for each in known if each.query is not None}
        self._queries = {name: components[name] for name in queries}
        self.components = {name: kind for name, kind in components.items() if name not in queries}
        """By name; those of queries are not among them: they are written as parameters."""
        for each in known:
            if isinstance(each, Operation) and each.lenient:
                self._loosen(self.of(each.body), set())

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type that an operation names."""
        return self._schema_of[str(kind)]

    def any_of(self, kinds: Iterable[type[Struct]]) -> dict[str, Any]:
        """The schema of whatever is one of these."""
        return {"anyOf": [self.of(kind) for kind in kinds]}

    def query(self, kind: type[Struct]) -> tuple[dict[str, Any], list[str]]:
        """The schemas of a query's fields by name, and which of them have to be there."""
        schema = self._queries[kind.__name__]
        return schema["properties"], schema["required"]

    def _loosen(self, schema: dict[str, Any], seen: set[str]) -> None:
        """Let texts stand for numbers and truths, in all that this schema leads to."""
        name = schema.get("$ref", "").rpartition("/")[2]
        if name:
            if name not in seen:
                seen.add(name)
                self._loosen(self.components[name], seen)
            return
        for field, wanted in schema.get("properties", {}).items():
            schema["properties"][field] = _or_text(wanted)
            self._loosen(wanted, seen)
        for each in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
            self._loosen(each, seen)


def _or_text(wanted: dict[str, Any]) -> dict[str, Any]:
    kinds = wanted.get("anyOf") or [wanted]
    texts = [_AS_TEXT[kind["type"]] for kind in kinds if kind.get("type") in _AS_TEXT]
    if not texts or {"type": "string"} in kinds:
        return wanted
    rest = {key: each for key, each in wanted.items() if key in ("default", "description")}
    return {"anyOf": [*kinds, texts[-1]], **rest}


def _kinds(operations: Iterable[Operation | RawOperation]) -> Iterator[Any]:
    """All types that are sent or taken."""
    yield ErrorJson
    for operation in operations:
        yield from filter(None, (operation.answers, operation.query, operation.body))
        if isinstance(operation, RawOperation):
            yield from filter(None, (operation.form,))
            yield from (kind for kinds in operation.frames or () for kind in kinds)
