"""The OpenAPI 3.1 document of the API, made from the operations and their structs.

What is said here a second time is only what the declarations cannot say: what the parts of a
path mean, what an error's status means, and what every path has in common.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from http import HTTPStatus
from types import ModuleType
from typing import Any, Final, NamedTuple

from appliance import __version__
from appliance.api.auth import KITCHEN, MANAGERS, ROLES
from appliance.api.auth.sites import COOKIE, SECURE_COOKIE
from appliance.api.errors import ErrorJson
from appliance.api.examples import BODIES, PARTS
from appliance.api.idempotency import HEADER as KEY
from appliance.api.idempotency import MAX_KEY, REPLAYED
from appliance.api.operation import Operation
from appliance.api.raw import RawOperation
from appliance.api.result import JSON
from appliance.api.schemas import REF, Schemas
from appliance.lan.messages import MAX_ORDER_ID

VERSION: Final = "3.1.0"
FORM: Final = "application/x-www-form-urlencoded"
BYTES: Final = "application/octet-stream"
_NAME: Final = re.compile(r"\{(\w+)\}")
_SECURITY: Final[list[dict[str, list[str]]]] = [
    {"token": []},
    {"session": []},
    {"secure_session": []},
]
_ALWAYS: Final = (403, 429, 500, 503)
_SIGNED_IN: Final = (401,)
_WITH_BODY: Final = (400, 413, 415)
_WITH_KEY: Final = (400, 409, 413, 415, 503)
_MEANINGS: Final = {
    400: "The path, query or body is not as described; `details.field` names what is wrong.",
    401: "No token, or one that is not good.",
    403: "This token may not do that, or the request came from elsewhere than our own pages.",
    404: "There is no such thing; of what the kitchen does not have, `details` has a `reason`.",
    409: "It cannot be done as things are: `details` has a `reason`, and of a ticket's state `from`"
    " and `to`."
    f" Or the request's `{KEY}` was sent before with another body or query.",
    413: "The body is too large.",
    415: "The body is no JSON by its type, or in an encoding that is not known here.",
    429: "Too many requests; `Retry-After` says when to come again.",
    500: "A fault of the appliance; its log has it under the request's id.",
    503: "Nothing can be stored, or what was asked for not be read, at present, or there is no"
    " place for another connection. Nothing was done; `Retry-After` says when to try.",
}
_ABOUT: Final = """\
Every answer names its request in `X-Request-ID`. Every error has the same flat form, `ErrorJson`;
programs go by its `code`. A path that is none of these is answered with 404, a method that a path
lacks with 405 and the header `Allow`; HEAD is answered as GET is, except where a stream would have
no end or a link would be used up. A path below `{own}` that takes keys behind the `?` answers one
that it does not take with 400.

A token that is kept to some stations sees those alone. The kitchen's roles are kitchen,
kitchen_staff, chef, sous_chef, line_cook and expeditor; managers are manager, owner and
tenant_admin, and may all that the kitchen may; server and pos_staff read what
the kitchen reads.

Below `{gateway}` are the paths that the cloud's gateway has too, by the same handlers.
"""
_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "X-Request-ID": {
        "description": "The request's own, where it is 1 to 100 letters, digits and . _ : -",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,100}$"},
    },
    "Retry-After": {
        "description": "In so many seconds it may be tried again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": "That a bearer token is wanted, and what was wrong with the one sent.",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer"},
    },
}
_REPEATED: Final = {name: f"`{value}` on a repeated answer" for name, value in REPLAYED.items()}
_WITH_HEADER: Final = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


class Resource(NamedTuple):
    """Operations that belong together. The first line of their module's docstring says how."""

    name: str
    module: ModuleType
    operations: Sequence[Operation | RawOperation]


def document(resources: Sequence[Resource], own: str, gateway: str) -> dict[str, Any]:
    """The whole document, ready to be encoded; `own` and `gateway` are the prefixes."""
    schemas = Schemas(each for resource in resources for each in resource.operations)
    paths: dict[str, dict[str, Any]] = {}
    for resource in resources:
        for operation in resource.operations:
            method = operation.method.lower()
            words = [method, *re.findall(r"\w+", operation.path.removeprefix(own))]
            for path in _paths(operation, own, gateway):
                twin = ["gateway"] if path.startswith(gateway) else []
                described = _operation(schemas, operation, path, "_".join([*words, *twin]))
                paths.setdefault(path, {})[method] = {"tags": [resource.name], **described}
    return {
        "openapi": VERSION,
        "info": {
            "title": "Expeditor",
            "version": __version__,
            "summary": "Tickets of a kitchen: what to cook, and how far it is.",
            "description": _ABOUT.format(own=own, gateway=gateway),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This appliance"}],
        "tags": [
            {"name": each.name, "description": (each.module.__doc__ or "").partition("\n")[0]}
            for each in resources
        ],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "headers": _HEADERS,
            "parameters": _PARAMETERS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "As `expeditor token` prints one, or of the configured cloud.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "Of a browser that has signed in; writes by it also need "
                    "our own site as their `Origin`.",
                },
                "secure_session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SECURE_COOKIE,
                    "description": "The same over https.",
                },
            },
        },
    }


_PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "X-Request-ID": {
        "name": "X-Request-ID",
        "in": "header",
        "description": "Names the request in its answer and in the appliance's log.",
        "schema": {"type": "string"},
    },
    KEY: {
        "name": KEY,
        "in": "header",
        "description": "Of the caller's making: what comes again with it within 24 hours is not "
        "done again, and gets the first answer.",
        "schema": {"type": "string", "pattern": f"^[!-~]{{1,{MAX_KEY}}}$"},
    },
}


def _paths(operation: Operation | RawOperation, own: str, gateway: str) -> list[str]:
    if isinstance(operation, RawOperation):
        return [operation.path]
    prefixes = (own, gateway) if operation.gateway else (own,)
    return [prefix + operation.path for prefix in prefixes]


def _operation(
    schemas: Schemas, operation: Operation | RawOperation, path: str, name: str
) -> dict[str, Any]:
    first, _, more = (operation.handle.__doc__ or "").partition("\n")
    described: dict[str, Any] = {
        "summary": first.strip(),
        "description": " ".join([*more.split(), _who(operation)]),
        "operationId": name,
        "parameters": [
            *_in_path(path),
            *(_in_query(*schemas.query(operation.query)) if operation.query else ()),
            *_in_header(operation),
        ],
        "responses": {
            str(operation.status): _success(schemas, operation),
            **_errors(operation),
            **_upgrade(operation),
        },
        "security": _SECURITY if operation.roles else [],
        "x-roles": sorted(operation.roles),
    }
    form = operation.form if isinstance(operation, RawOperation) else None
    body = form or operation.body
    if body is not None:
        content = {"schema": schemas.of(body), "example": BODIES[body]}
        kind = JSON if form is None else FORM
        is_needed = isinstance(operation, RawOperation) or operation.body_needed
        described["requestBody"] = {"required": is_needed, "content": {kind: content}}
    if isinstance(operation, Operation) and operation.takes_bytes is not None:
        some: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}, "example": "…"}
        described["requestBody"] = {"required": True, "content": {BYTES: some}}
    if isinstance(operation, RawOperation) and operation.frames is not None:
        described["x-frames"] = {
            name: schemas.any_of(kinds) for name, kinds in operation.frames._asdict().items()
        }
    return described


def _in_query(schema: dict[str, Any], required: Collection[str]) -> Iterator[dict[str, Any]]:
    for name, wanted in schema.items():
        # None is for one that is not there: no text stands for it.
        kinds = [each for each in wanted.get("anyOf", ()) if each != {"type": "null"}]
        kind = {key: each for key, each in wanted.items() if key not in ("anyOf", "default")}
        kind |= kinds[0] if len(kinds) == 1 else {}
        if wanted.get("default") not in (None, ""):
            kind["default"] = wanted["default"]
        yield {
            "name": name,
            "in": "query",
            "required": name in required,
            **({"description": kind.pop("description")} if "description" in kind else {}),
            "schema": kind,
        }


def _success(schemas: Schemas, operation: Operation | RawOperation) -> dict[str, Any]:
    named = {**operation.headers, **(_REPEATED if _has_key(operation) else {})}
    described: dict[str, Any] = {
        "description": HTTPStatus(operation.status).phrase,
        "headers": {
            "X-Request-ID": _header("X-Request-ID"),
            **{
                name: {"description": what, "schema": {"type": "string"}}
                for name, what in named.items()
            },
        },
    }
    if operation.answers is not None:
        described["content"] = {JSON: {"schema": schemas.of(operation.answers)}}
    elif isinstance(operation, RawOperation) and operation.content is not None:
        described["content"] = {operation.content: {"schema": _raw(schemas, operation)}}
    return described


def _raw(schemas: Schemas, operation: RawOperation) -> dict[str, Any]:
    """What an answer is that was not made of a struct; of a stream, each of its events."""
    if operation.frames is None:
        return {"type": "object" if operation.content == JSON else "string"}
    data = {
        "type": "string",
        "contentMediaType": JSON,
        "contentSchema": schemas.any_of(operation.frames.heard),
    }
    properties = {"id": {"type": "string"}, "data": data}
    return {"type": "object", "required": ["data"], "properties": properties}


def _who(operation: Operation | RawOperation) -> str:
    """Who may, in words."""
    if not operation.roles:
        return "For anybody, without signing in."
    groups, left = [], operation.roles
    for words, group in (
        ("everybody who is signed in", ROLES),
        ("the kitchen and managers", KITCHEN),
        ("managers", MANAGERS),
    ):
        if group <= left:
            groups.append(words)
            left -= group
    words = f"For {' and '.join([*groups, *sorted(left)])}."
    if isinstance(operation, Operation) and operation.everywhere:
        words += " The token must be for every station."
    return words


def _in_path(path: str) -> Iterator[dict[str, Any]]:
    for name in _NAME.findall(path):
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if name == "order_id":
            schema["maxLength"] = MAX_ORDER_ID
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": PARTS[name].meaning,
            "schema": schema,
            "example": PARTS[name].example,
        }


def _in_header(operation: Operation | RawOperation) -> Iterator[dict[str, Any]]:
    if isinstance(operation, RawOperation):
        for name, what in operation.asks.items():
            yield {"name": name, "in": "header", "description": what, "schema": {"type": "string"}}
    for name in ("X-Request-ID", *((KEY,) if _has_key(operation) else ())):
        yield {"$ref": f"#/components/parameters/{name}"}


def _has_key(operation: Operation | RawOperation) -> bool:
    if isinstance(operation, RawOperation):
        return False
    return operation.method == "POST" and not operation.changes_nothing


def _errors(operation: Operation | RawOperation) -> dict[str, Any]:
    statuses = {*_ALWAYS, *operation.errors}
    if operation.roles:
        statuses |= {*_SIGNED_IN}
    if isinstance(operation, RawOperation):
        has_body = operation.form is not None or operation.body is not None
        statuses |= {*operation.error_pages, *(_WITH_BODY if has_body else ())}
    elif operation.body is not None or operation.takes_bytes is not None:
        statuses |= {*_WITH_BODY}
    elif operation.query is not None:
        statuses.add(400)
    if _has_key(operation):
        statuses |= {*_WITH_KEY}
    return {str(status): _error(operation, status) for status in sorted(statuses)}


def _error(operation: Operation | RawOperation, status: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": _MEANINGS[status],
        "headers": {"X-Request-ID": _header("X-Request-ID")},
    }
    if isinstance(operation, RawOperation) and status in operation.error_pages:
        described["content"] = {"text/html": {"schema": {"type": "string"}}}
        return described
    if status in _WITH_HEADER:
        name = _WITH_HEADER[status]
        described["headers"][name] = _header(name)
    described["content"] = {JSON: {"schema": {"$ref": REF.format(name=ErrorJson.__name__)}}}
    return described


def _upgrade(operation: Operation | RawOperation) -> dict[str, Any]:
    """The answer to who asks a stream for a WebSocket."""
    if not isinstance(operation, RawOperation) or operation.frames is None:
        return {}
    return {
        "101": {
            "description": "To a request to upgrade to a WebSocket; `x-frames` has its messages.",
            "headers": {"X-Request-ID": _header("X-Request-ID")},
        }
    }


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}
