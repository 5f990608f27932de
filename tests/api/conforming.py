"""Answers held against the appliance's own OpenAPI document: status, headers, type and schema."""

import json
import re
from functools import cache
from typing import Any, Final
from weakref import WeakKeyDictionary

import aiohttp
import jsonschema_rs

from appliance.api.app import BASE, GATEWAY
from appliance.api.contract import Contract
from appliance.api.openapi import document
from appliance.api.ticket_json import encode
from tests.running import RunningAppliance

BY_METHOD_OR_HOST = {403, 405}
"""Of a path that is in the document: for a method that it lacks, for a Host that is not ours."""

_OF_APPLIANCES: Final = WeakKeyDictionary[RunningAppliance, dict[str, Any]]()
_OF_DECLARATIONS: Final[dict[str, dict[str, Any]]] = {}
_VALIDATORS: Final[
    dict[int, tuple[dict[str, Any], dict[str, jsonschema_rs.Draft202012Validator]]]
] = {}
"""By the schemas that a document has, which are kept so that their number stays theirs."""


def document_of(appliance: RunningAppliance) -> dict[str, Any]:
    """What the appliance publishes, without asking it: no limit or log is touched.

    Nearly all appliances of a run declare the same, and theirs is written once.
    """
    if appliance not in _OF_APPLIANCES:
        _OF_APPLIANCES[appliance] = _written(_contract(appliance))
    return _OF_APPLIANCES[appliance]


def _contract(appliance: RunningAppliance) -> Contract:
    (found,) = {
        getattr(route.handler, "__self__", None)
        for route in appliance.app.router.routes()
        if route.resource is not None and route.resource.canonical == f"{BASE}/openapi.json"
    }
    assert isinstance(found, Contract)
    return found


def _written(contract: Contract) -> dict[str, Any]:
    """The document, which is made of what is declared, and of handlers only what they say."""
    declared = repr(
        [
            (
                resource.name,
                resource.module.__doc__,
                [each._asdict() | {"handle": each.handle.__doc__} for each in resource.operations],
            )
            for resource in contract.resources
        ]
    )
    if declared not in _OF_DECLARATIONS:
        encoded = encode(document(contract.resources, BASE, GATEWAY))
        _OF_DECLARATIONS[declared] = json.loads(encoded)
    return _OF_DECLARATIONS[declared]


def fits_the_contract(
    document: dict[str, Any],
    method: str,
    path: str,
    answer: aiohttp.ClientResponse,
    text: str,
) -> None:
    """Fail for an answer that a client could not expect. A path that is not described may all."""
    described = operations_at(document, path.partition("?")[0])
    if described is None:
        return
    operation = described.get("get" if method == "HEAD" else method.lower())
    if operation is None or (method == "HEAD" and answer.status == 405):
        assert answer.status in BY_METHOD_OR_HOST, (method, path, answer.status)
        return
    asked = f"{method} {path}: {answer.status} {text[:300]}"
    assert str(answer.status) in operation["responses"], asked
    response = operation["responses"][str(answer.status)]
    for name, header in response["headers"].items():
        known = resolved(document, header)
        if name in answer.headers:
            value: Any = answer.headers[name]
            kind = known["schema"]
            value = int(value) if kind["type"] == "integer" else value
            validator(json.dumps(kind)).validate(value)
        else:
            assert not known.get("required"), (asked, name)
    content = response.get("content", {})
    if answer.status in (101, 204) or method == "HEAD":
        return
    assert answer.content_type in content, (asked, answer.content_type)
    if answer.content_type == "application/json":
        check = _validator_in(document, content["application/json"]["schema"])
        error = next(check.iter_errors(json.loads(text)), None)
        assert error is None, (asked, error)


def operations_at(document: dict[str, Any], path: str) -> dict[str, Any] | None:
    """The operations of the path that a request is for; one without braces goes first."""
    fitting = [each for each in document["paths"] if _pattern(each).fullmatch(path)]
    found: dict[str, Any] = {}
    for each in sorted(fitting, key=lambda each: each.count("{"), reverse=True):
        found |= document["paths"][each]
    return found or None


def resolved(document: dict[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to, or the thing itself."""
    found = document
    for step in what["$ref"].split("/")[1:] if "$ref" in what else ():
        found = found[step]
    return what if found is document else found


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


def _validator_in(
    document: dict[str, Any], schema: dict[str, Any]
) -> jsonschema_rs.Draft202012Validator:
    """Of a schema that names others of its document."""
    schemas = document["components"]["schemas"]
    of, known = _VALIDATORS.setdefault(id(schemas), (schemas, {}))
    assert of is schemas
    name = json.dumps(schema)
    if name not in known:
        known[name] = validator(json.dumps(schema | {"components": {"schemas": schemas}}))
    return known[name]


@cache
def validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True)
