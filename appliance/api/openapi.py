"""The OpenAPI 3.1 document of the API, made from the operations and their structs.

GET /openapi.json    no sign-in: it describes doors, and opens none
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from appliance import __version__
from appliance.api.auth.sites import COOKIE, SECURE_COOKIE
from appliance.api.errors import ErrorJson
from appliance.api.idempotency import HEADER
from appliance.api.operation import Operation
from appliance.api.result import JSON

VERSION: Final = "3.1.0"
_REF: Final = "#/components/schemas/{name}"
_NAME: Final = re.compile(r"\{(\w+)\}")
_ALWAYS: Final = (429, 500)
_SIGNED_IN: Final = (401, 403)
_WITH_BODY: Final = (400, 413, 415)
_WITH_KEY: Final = (400, 409, 413, 415, 503)
_MEANINGS: Final = {
    400: "The query or the body is not as described; `details.field` names what is wrong.",
    401: "No token, or one that is not good.",
    403: "This token may not do that, or the request came from elsewhere than our own pages.",
    404: "There is no such thing.",
    409: "It cannot be done in the state that it is in; `details` has `from` and `to`. Or the "
    f"request's {HEADER} was sent before with another body or query.",
    413: "The body is too large.",
    415: "The body is no JSON by its type, or in an encoding that is not known here.",
    429: "Too many requests; `Retry-After` says when to come again.",
    500: "A fault of the appliance; its log has it under the request's id.",
    503: "Nothing can be stored, or what was asked for not be read, at present, and nothing was"
    " done; `Retry-After` says when to try.",
}


def document(operations: Sequence[Operation], own: str, gateway: str) -> dict[str, Any]:
    """The whole document, ready to be encoded; `own` and `gateway` are the prefixes."""
    kinds = list(dict.fromkeys(_kinds(operations)))
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    schema_of = dict(zip(map(str, kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        for prefix in (own, gateway) if operation.gateway else (own,):
            described = _operation(operation, schema_of, components, from_gateway=prefix != own)
            paths.setdefault(prefix + operation.path, {})[operation.method.lower()] = described
    queries = {operation.query.__name__ for operation in operations if operation.query}
    return {
        "openapi": VERSION,
        "info": {
            "title": "Expeditor",
            "version": __version__,
            "summary": "Tickets of a kitchen: what to cook, and how far it is.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This appliance"}],
        "paths": paths,
        "components": {
            "schemas": {name: kind for name, kind in components.items() if name not in queries},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "secure_session": {"type": "apiKey", "in": "cookie", "name": SECURE_COOKIE},
            },
        },
    }


def _kinds(operations: Iterable[Operation]) -> Iterator[Any]:
    yield ErrorJson
    for operation in operations:
        yield from (
            kind
            for kind in (operation.answers, operation.query, operation.body)
            if kind is not None
        )


def _operation(
    operation: Operation,
    schema_of: dict[str, Any],
    components: dict[str, Any],
    *,
    from_gateway: bool,
) -> dict[str, Any]:
    first, _, more = (operation.handle.__doc__ or "").partition("\n")
    described: dict[str, Any] = {
        "summary": first.strip(),
        "operationId": _operation_id(operation, from_gateway=from_gateway),
        "parameters": [
            *_in_path(operation),
            *_in_query(operation, components),
            *_in_headers(operation),
        ],
        "responses": {str(operation.status): _success(operation, schema_of), **_errors(operation)},
        "security": [{"token": []}, {"session": []}, {"secure_session": []}],
        "x-roles": sorted(operation.roles),
    }
    if more.strip():
        described["description"] = " ".join(more.split())
    if operation.body is not None:
        content = {JSON: {"schema": schema_of[str(operation.body)]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _operation_id(operation: Operation, *, from_gateway: bool) -> str:
    words = re.findall(r"\w+", operation.path)
    return "_".join([operation.method.lower(), *words, *(["gateway"] if from_gateway else [])])


def _in_path(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in _NAME.findall(operation.path):
        schema = {"type": "string", "minLength": 1, "pattern": "^[^/]+$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(operation: Operation, components: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    schema = components[operation.query.__name__]
    for name, wanted in schema["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": wanted,
        }


def _in_headers(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.method == "POST":
        yield {
            "name": HEADER,
            "in": "header",
            "description": "Of the caller's making: what comes again with it within 24 hours is"
            " not done again, and gets the first answer.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
        }


def _success(operation: Operation, schema_of: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.answers is not None:
        described["content"] = {JSON: {"schema": schema_of[str(operation.answers)]}}
    if operation.headers:
        described["headers"] = {
            name: {"description": what, "schema": {"type": "string"}}
            for name, what in operation.headers.items()
        }
    return described


def _errors(operation: Operation) -> dict[str, Any]:
    statuses = {*_ALWAYS, *_SIGNED_IN, *operation.errors}
    if operation.body is not None:
        statuses |= {*_WITH_BODY}
    elif operation.query is not None:
        statuses.add(400)
    if operation.method == "POST":
        statuses |= {*_WITH_KEY}
    error = {JSON: {"schema": {"$ref": _REF.format(name=ErrorJson.__name__)}}}
    return {
        str(status): {"description": _MEANINGS[status], "content": error}
        for status in sorted(statuses)
    }
