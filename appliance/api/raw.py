"""A handler that is not JSON in and JSON out, declared once: routed and described by what it says.

What a browser signs in with, streams, the contract itself, and a screen that knocks, which may be
anybody. The sibling of `Operation`,
which guards and decodes; these handlers do both themselves, as their declaration says.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from aiohttp import web
from msgspec import Struct

from appliance.api.errors import Handler


class Frames(NamedTuple):
    """The messages of a stream, by server-sent events or WebSocket, as structs."""

    heard: tuple[type[Struct], ...]
    """By every listener: each `data:` of a server-sent event, each text of a WebSocket."""
    sent: tuple[type[Struct], ...]
    """To a client of the WebSocket besides."""
    received: tuple[type[Struct], ...]
    """From a client of the WebSocket."""


class RawOperation(NamedTuple):
    """A method on a path, and all that anybody needs to know of it."""

    method: Literal["GET", "POST"]
    path: str
    """All of it, from the root."""
    handle: Handler
    """Its docstring's first line is the summary. Raises ApiError."""
    content: str | None
    """The media type of the answer; None for an empty one."""
    answers: Any = None
    """The type of what is sent, where that is JSON of a known form."""
    roles: frozenset[str] = frozenset()
    """Any of them may; none for anybody, without signing in."""
    status: int = 200
    query: type[Struct] | None = None
    form: type[Struct] | None = None
    body: type[Struct] | None = None
    """What is taken as JSON, in place of a form."""
    errors: tuple[int, ...] = ()
    """Apart from those that every path has."""
    error_pages: tuple[int, ...] = ()
    """Which of them are told to a person, as a page."""
    asks: Mapping[str, str] = {}
    """What headers of the request mean."""
    headers: Mapping[str, str] = {}
    """What headers of the answer mean."""
    head: bool = True
    """A GET may be a HEAD."""
    frames: Frames | None = None
    """Of a stream."""

    def route(self) -> web.RouteDef:
        """To be added to an application's router."""
        if self.method == "GET":
            return web.get(self.path, self.handle, allow_head=self.head)
        return web.route(self.method, self.path, self.handle)
