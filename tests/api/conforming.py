"""Answers held against the appliance's own OpenAPI document: status, headers, type and schema."""

import json
import re
from functools import cache
from typing import Any

import aiohttp
import jsonschema_rs

from appliance.api.app import BASE
from appliance.api.contract import Contract
from tests.running import RunningAppliance

BY_METHOD_OR_HOST = {403, 405}
"""Of a path that is in the document: for a method that it lacks, for a Host that is not ours."""


def document_of(appliance: RunningAppliance) -> dict[str, Any]:
    """What the appliance publishes, without asking it: no limit or log is touched."""
    (found,) = {
        getattr(route.handler, "__self__", None)
        for route in appliance.app.router.routes()
        if route.resource is not None and route.resource.canonical == f"{BASE}/openapi.json"
    }
    assert isinstance(found, Contract)
    return _decoded(found.written.document)


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
        schema = content["application/json"]["schema"]
        whole = json.dumps(schema | {"components": {"schemas": document["components"]["schemas"]}})
        error = next(validator(whole).iter_errors(json.loads(text)), None)
        assert error is None, (asked, error)


def operations_at(document: dict[str, Any], path: str) -> dict[str, Any] | None:
    """The operations of the path that a request is for; one without braces goes first."""
    fitting = [each for each in document["paths"] if re.fullmatch(_pattern(each), path)]
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
def _decoded(encoded: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(encoded)
    return document


@cache
def _pattern(path: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))


@cache
def validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True)
