"""An operation of the API, declared once: routed, guarded, decoded and answered by what it says.

The OpenAPI document is made from the same declarations (see `openapi.py`).
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping
from inspect import isawaitable, iscoroutinefunction
from typing import Any, Final, Literal, NamedTuple, TypeVar

import msgspec
from aiohttp import web
from msgspec import Struct

from appliance.api.auth import Authority, Caller
from appliance.api.body import read
from appliance.api.errors import REQUEST_ID, ApiError, Handler, invalid, result
from appliance.api.idempotency import Key, Repeats, key_of
from appliance.api.result import JSON, Result
from appliance.api.ticket_json import encode

_BODY_TYPES: Final = (JSON, "application/octet-stream")
"""The second is what aiohttp takes a body without a type for."""
_NO_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Kind = TypeVar("Kind", bound=Struct)


class Call(NamedTuple):
    """A request that may be made, decoded."""

    request: web.Request
    caller: Caller
    query: Any
    """Of the operation's type; None where it has none."""
    body: Any
    """The same."""
    key: Key | None
    """With which a POST may come again."""

    def path(self, name: str) -> str:
        """What stands in the path for a name in braces."""
        return self.request.match_info[name]


class Answer(NamedTuple):
    """A value to be sent as JSON, with headers besides."""

    value: object
    headers: dict[str, str]


class Operation(NamedTuple):
    """A method on a path, and all that anybody needs to know of it."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    """Below the prefix; names in braces stand for one part each."""
    handle: Callable[[Call], object]
    """Its docstring's first line is the summary. Answers a value to encode, or an `Answer`.
    Raises ApiError.

    A plain function asks the kitchen and submits to it, and waits for nothing: what it saw
    and decided is on disk before its answer or error leaves, and an answer with a key is
    remembered in that commit. A coroutine function works on files; it returns when what it
    did is on disk, and its answers are remembered in memory."""
    roles: frozenset[str]
    """Any of them may; a `station_id` in the path must be one of the caller's besides, but for
    what is done from `elsewhere`."""
    answers: Any
    """The type of what is sent as JSON; None for an empty answer."""
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    body_needed: bool = True
    """Else it may be left out, which is the same as `{}`."""
    lenient: bool = False
    """The body is an order as points of sale send it: it may have numbers as texts, and begin
    with a byte-order mark."""
    most_bytes: int | None = None
    """Of the body; None: as of most."""
    takes_bytes: int | None = None
    """The body is no JSON, but bytes as they come, at most so many; it is those then."""
    status: int = 200
    errors: tuple[int, ...] = ()
    """Apart from those that every operation has."""
    headers: Mapping[str, str] = {}
    """What headers of the answer mean."""
    gateway: bool = False
    """The cloud's gateway has it too."""
    everywhere: bool = False
    """Not for a token that is kept to some stations."""
    elsewhere: bool = False
    """A `station_id` in the path need not be one of the caller's: the handler says whose."""
    changes_nothing: bool = False
    """A POST that is answered anew each time: a key means nothing to it."""

    def route(self, prefix: str, authority: Authority, repeats: Repeats) -> web.RouteDef:
        """To be added to an application's router."""
        # Not aiohttp's own pattern for a part of a path, which leaves out braces: ids have them.
        path = prefix + self.path.replace("}", ":[^/]+}")
        handler = self._handler(authority, repeats, prefix)
        if self.method == "GET":
            return web.get(path, handler)  # And HEAD.
        return web.route(self.method, path, handler)

    def _handler(self, authority: Authority, repeats: Repeats, prefix: str) -> Handler:
        answer = self._from_files if iscoroutinefunction(self.handle) else self._from_kitchen

        async def handler(request: web.Request) -> web.StreamResponse:
            call = await self._call(request, authority, prefix)
            return (await answer(call, repeats)).response()

        return handler

    async def _call(self, request: web.Request, authority: Authority, prefix: str) -> Call:
        """What is asked. Raises ApiError 400, 401, 403, 413, 415, 429."""
        caller = authority.caller(request)
        if self.everywhere:
            caller.require_everywhere(self.roles)
        else:
            station = None if self.elsewhere else request.match_info.get("station_id")
            caller.require(self.roles, station)
        asked = None if self.query is None else query(request, self.query)
        body: object = None
        if self.takes_bytes is not None:
            body = await read(request.clone(client_max_size=self.takes_bytes))
        elif self.body is not None:
            body = await self._body(request, self.body)
        key = None if self.changes_nothing else await key_of(request, caller, prefix)
        return Call(request, caller, asked, body, key)

    async def _body(self, request: web.Request, kind: type[Kind]) -> Kind:
        """What was sent, decoded. Raises ApiError 400, 413, 415."""
        if not self.body_needed and not await read(request):
            return kind()
        if self.most_bytes is not None:
            request = request.clone(client_max_size=self.most_bytes)
        return await json_body(request, kind, lenient=self.lenient)

    async def _from_kitchen(self, call: Call, repeats: Repeats) -> Result:
        key = call.key
        if key is None:
            decided = self._decide(call)
            await repeats.settle(None, decided)
            return decided
        async with repeats.turn(key):
            earlier = await repeats.from_log(key)
            if earlier is not None:
                return earlier
            decided = self._decide(call)
            await repeats.settle(key, decided)
            return decided

    def _decide(self, call: Call) -> Result:
        try:
            return self._result(self.handle(call))
        except ApiError as error:
            return result(call.request[REQUEST_ID], error)

    async def _from_files(self, call: Call, repeats: Repeats) -> Result:
        key = call.key
        if key is None:
            return await self._do(call)
        async with repeats.turn(key):
            earlier = repeats.from_memory(key)
            if earlier is not None:
                return earlier
            done = await self._do(call)
            repeats.keep_in_memory(key, done)
            return done

    async def _do(self, call: Call) -> Result:
        try:
            doing = self.handle(call)
            return self._result(await doing if isawaitable(doing) else doing)
        except ApiError as error:
            return result(call.request[REQUEST_ID], error)

    def _result(self, answer: object) -> Result:
        value, headers = answer if isinstance(answer, Answer) else (answer, {})
        body = None if self.answers is None else encode(value)
        return Result(self.status, body, headers)


def routes(
    operations: Iterable[Operation],
    authority: Authority,
    repeats: Repeats,
    own: str,
    gateway: str,
) -> list[web.RouteDef]:
    """All operations below our own prefix, and below the gateway's what it has too."""
    return [
        operation.route(prefix, authority, repeats)
        for operation in operations
        for prefix in ((own, gateway) if operation.gateway else (own,))
    ]


def query(request: web.Request, kind: type[Kind]) -> Kind:
    """What was asked for behind the `?`. Raises ApiError 400."""
    try:
        return msgspec.convert(dict(request.query), kind, strict=False)
    except msgspec.ValidationError as error:
        raise unfit(error, kind) from error


async def json_body(request: web.Request, kind: type[Kind], *, lenient: bool = False) -> Kind:
    """The JSON body. Raises ApiError 400, 413, 415."""
    if request.content_type not in _BODY_TYPES:
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", f"send {JSON}")
    sent = await read(request)
    if lenient:
        sent = sent.removeprefix(BOM_UTF8)
        _refuse_envelope(sent)
    try:
        try:
            return msgspec.json.decode(sent, type=kind, strict=not lenient)
        except msgspec.ValidationError:
            return msgspec.convert(_whole(msgspec.json.decode(sent)), kind, strict=not lenient)
    except msgspec.ValidationError as error:
        raise unfit(error, kind) from error
    except _NO_JSON as error:
        raise ApiError(400, "INVALID_JSON", f"the body is no JSON: {error}") from error


def _whole(value: Any) -> Any:
    """The same JSON with `4.0` as `4`: to JSON they are one number, to msgspec they are two."""
    match value:
        case dict():
            return {name: _whole(each) for name, each in value.items()}
        case list():
            return [_whole(each) for each in value]
        case float() if value.is_integer():
            return int(value)
    return value


class _Envelope(Struct):
    """How an order comes over TCP."""

    command: str
    order: dict[str, msgspec.Raw]


def _refuse_envelope(sent: bytes) -> None:
    """Raise ApiError 400 for an order in the envelope that it has over TCP."""
    try:
        msgspec.json.decode(sent, type=_Envelope)
    except (*_NO_JSON, msgspec.ValidationError):
        return
    raise invalid("order", "send the order itself, without the envelope")


def unfit(error: msgspec.ValidationError, kind: type[Struct]) -> ApiError:
    """The error for a value that does not fit, with what would."""
    message, _, path = str(error).partition(" - at ")
    field = path.strip("`").removeprefix("$.") or _named(message)
    _schemas, components = msgspec.json.schema_components([kind])
    wanted = components[kind.__name__]["properties"].get(field, {})
    if "enum" in wanted:
        allowed = [value for value in wanted["enum"] if value != ""]
        return invalid(field, f"allowed: {', '.join(map(str, allowed))}", allowed=allowed)
    if "minimum" in wanted and "maximum" in wanted:
        return invalid(
            field, f"must be a whole number from {wanted['minimum']} to {wanted['maximum']}"
        )
    return invalid(field, message)


def _named(message: str) -> str:
    """The field that a message about a missing or unknown one names."""
    return message.split("`")[1] if "field `" in message else "body"
