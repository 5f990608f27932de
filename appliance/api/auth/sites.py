"""Which site a request came from and meant: what keeps other pages in a browser out."""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from appliance.api.errors import ApiError, Handler


def require_own_page(request: web.Request) -> None:
    """Raise 403 unless one of our own pages sent it: browsers name its site in `Origin`."""
    _scheme, _, site = request.headers.get("Origin", "").partition("://")
    if not site or site != request.headers.get("Host"):
        raise ApiError(403, "FORBIDDEN", "this request came from another site's page")


COOKIE: Final = "expeditor_session"
SECURE_COOKIE: Final = "__Host-expeditor_session"
"""Over TLS. A name of its own: where a browser has a cookie of TLS, it takes none of that name
over plain HTTP. The prefix lets it come from nowhere else."""


def session_cookie(request: web.BaseRequest) -> str:
    """The name of the cookie that has the session, where the request came."""
    return SECURE_COOKIE if request.secure else COOKIE


def keep_session(request: web.Request, response: web.Response, token: str, seconds: int) -> None:
    """Make a token the browser's session, for so long."""
    response.set_cookie(
        session_cookie(request),
        token,
        max_age=seconds,
        httponly=True,
        samesite="Strict",
        secure=request.secure,
        path="/",
    )


_OWN_NAMES: Final = frozenset({"localhost", socket.gethostname().lower()})
_WILDCARD: Final = "*."


@lru_cache(256)  # A client names the same one with every request.
def _is_own(host: str, names: frozenset[str]) -> bool:
    """Whether a Host is one of our names, or an address: nobody else can own that here."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        if name not in _OWN_NAMES and not name.endswith(".local") and not _is_among(name, names):
            ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_among(name: str, names: frozenset[str]) -> bool:
    """As browsers read a certificate's names: `*.` stands for one label before two or more."""
    label, _, domain = name.partition(".")
    return name in names or bool(label and "." in domain and _WILDCARD + domain in names)


def host_middleware(
    names: Callable[[], frozenset[str]], outside: Mapping[str, frozenset[str]]
) -> Middleware:
    """Refuse a Host that is a name of somebody else's: DNS rebinding needs one.

    `names`: what else we are called now, in lower case; `*.` in front is for one more label.
    `outside`: by path, what we are called from outside there, and nowhere else.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        known = names() | outside.get(request.path, frozenset())
        if not _is_own(request.headers.get("Host", ""), known):
            message = "use the appliance's address, its .local name, or one of its http.names"
            raise ApiError(403, "FORBIDDEN", message)
        return await handler(request)

    return middleware
