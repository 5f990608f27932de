"""Who may: bearer tokens of the local issuer, and the cookie that a browser gets for one.

Source: ticket API design page, "Who may". Tokens are signed with a secret that is made on
first start and never leaves the data directory.
"""

import ipaddress
import logging
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, TypeGuard
from urllib.parse import urlsplit

import jwt
from aiohttp import web
from msgspec import Struct

from appliance.api.errors import ApiError, Handler
from appliance.files import sync_directory

logger = logging.getLogger(__name__)

ISSUER: Final = "expeditor"
AUDIENCE: Final = "expeditor-kds"
ALGORITHM: Final = "HS256"
SECRET_BYTES: Final = 32
LEEWAY_SECONDS: Final = 30
COOKIE: Final = "expeditor_session"
SESSION_SECONDS: Final = 30 * 24 * 3600
"""A screen on a wall is signed in once and then left alone."""

MANAGERS: Final = frozenset({"manager", "owner", "tenant_admin"})
KITCHEN: Final = MANAGERS | {
    "kitchen",
    "kitchen_staff",
    "chef",
    "sous_chef",
    "line_cook",
    "expeditor",
}
READ_ONLY: Final = frozenset({"server", "pos_staff"})
ROLES: Final = KITCHEN | READ_ONLY


class Caller(Struct, frozen=True):
    """Somebody with a valid token."""

    subject: str
    roles: frozenset[str]
    stations: frozenset[str] | None
    """The only stations that the token is good for; None for all of them."""

    def sees(self, station: str) -> bool:
        """Whether the token is good for this station."""
        return self.stations is None or station in self.stations

    def require(self, roles: Collection[str], station: str | None = None) -> None:
        """Raise 403 for whoever has none of these roles, or not this station."""
        if not self.roles & frozenset(roles):
            needed = ", ".join(sorted(roles))
            raise ApiError(403, "FORBIDDEN", f"this needs one of the roles {needed}")
        if station is not None and not self.sees(station):
            raise ApiError(403, "FORBIDDEN", f"this token is not for station {station!r}")


def local_secret(directory: Path) -> bytes:
    """The secret of this appliance, made on first use. Raises OSError."""
    path = directory / "secret"
    if path.exists():
        secret = path.read_bytes()
        if len(secret) == SECRET_BYTES:
            return secret
        logger.warning("%s was cut short: a new one is made, and old tokens end", path)
        path.unlink()
    descriptor, name = tempfile.mkstemp(prefix="secret.", dir=directory)
    partial = Path(name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    # Whoever was first wins; the service and `expeditor token` may start together.
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink(missing_ok=True)
    sync_directory(directory)
    return path.read_bytes()


def issue(
    secret: bytes,
    *,
    roles: Collection[str],
    tenant: str,
    subject: str,
    seconds: int,
    stations: Collection[str] = (),
) -> str:
    """A token of the local issuer."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": now,
        "exp": now + seconds,
        "tenant_id": tenant,
        "roles": sorted(roles),
    }
    if stations:
        claims["station_ids"] = sorted(stations)
    return jwt.encode(claims, secret, ALGORITHM)


class Authority:
    """Tells who a request is from."""

    def __init__(self, secret: bytes, tenant: str) -> None:
        self._secret = secret
        self._tenant = tenant
        self.link_code: str | None = secrets.token_urlsafe(24)
        """Opens one session as manager, once; None when it has been used."""

    def caller(self, request: web.Request) -> Caller:
        """Raises ApiError 401, or 403 for a write that came from another site's page."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return self.verify(token.strip())
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            challenge = {"WWW-Authenticate": "Bearer"}
            raise ApiError(401, "UNAUTHORIZED", "a bearer token is required", headers=challenge)
        caller = self.verify(cookie)
        if request.method not in ("GET", "HEAD") and not same_origin(request):
            raise ApiError(403, "FORBIDDEN", "this request came from another site's page")
        return caller

    def verify(self, token: str) -> Caller:
        """Whose token it is. Raises ApiError 401, 403."""
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
                # An appliance without a clock battery comes up in the past: a token is
                # not refused for having been made in what looks like the future.
                options={"require": ["exp", "iat", "sub", "iss", "aud"], "verify_iat": False},
            )
        except jwt.ExpiredSignatureError as error:
            message = "the token has expired"
            raise ApiError(401, "TOKEN_EXPIRED", message, headers=challenge) from error
        except (jwt.InvalidTokenError, UnicodeError) as error:
            message = f"the token is not valid: {error}"
            raise ApiError(401, "INVALID_TOKEN", message, headers=challenge) from error
        roles, stations = claims.get("roles"), claims.get("station_ids")
        if not (_texts(roles) and (stations is None or _texts(stations))):
            message = "roles, and station_ids if given, must be lists of texts"
            raise ApiError(401, "INVALID_TOKEN", message, headers=challenge)
        if claims.get("tenant_id") != self._tenant:
            raise ApiError(403, "FORBIDDEN", "this token is of another tenant")
        only = None if stations is None else frozenset(stations)
        return Caller(claims["sub"], frozenset(roles), only)

    def redeem(self, code: str) -> str:
        """The token for the one-time link's code. Raises ApiError 401."""
        right = (self.link_code or "").encode()
        if not right or not secrets.compare_digest(code.encode(), right):
            raise ApiError(401, "UNAUTHORIZED", "this link has been used, or never was one")
        self.link_code = None
        return issue(
            self._secret,
            roles={"manager"},
            tenant=self._tenant,
            subject="one-time link",
            seconds=SESSION_SECONDS,
        )


def _texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def same_origin(request: web.Request) -> bool:
    """Whether one of our own pages sent it: browsers name the page's site in `Origin`."""
    _scheme, _, site = request.headers.get("Origin", "").partition("://")
    return bool(site) and site == request.headers.get("Host")


_OWN_NAMES: Final = frozenset({"localhost", socket.gethostname().lower()})


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
