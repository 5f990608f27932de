"""Which site a request came from and meant: what keeps other pages in a browser out."""

import ipaddress
import socket
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from appliance.api.errors import ApiError, Handler


def require_own_page(request: web.Request) -> None:
    """Raise 403 unless one of our own pages sent it: browsers name its site in `Origin`."""
    _scheme, _, site = request.headers.get("Origin", "").partition("://")
    if not site or site != request.headers.get("Host"):
        raise ApiError(403, "FORBIDDEN", "this request came from another site's page")


_OWN_NAMES: Final = frozenset({"localhost", socket.gethostname().lower()})


@lru_cache(256)  # A client names the same one with every request.
def _is_own(host: str) -> bool:
    """Whether a Host is one of our names, or an address: nobody else can own that here."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        if name not in _OWN_NAMES and not name.endswith(".local"):
            ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@web.middleware
async def host_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a Host that is a name of somebody else's: DNS rebinding needs one."""
    if not _is_own(request.headers.get("Host", "")):
        raise ApiError(403, "FORBIDDEN", "use the appliance's address or its .local name")
    return await handler(request)
