"""A browser signs in: with a one-time link, a PIN, or a token.

Cookies are set for our own pages alone, which say so by `Origin`.
"""

import asyncio
import logging
from html import escape
from typing import Annotated, Final, Literal
from urllib.parse import parse_qs

from aiohttp import web
from msgspec import Meta, Struct

from appliance.api.auth import (
    MANAGERS,
    ROLES,
    SESSION_SECONDS,
    Authority,
    Caller,
    keep_session,
    require_own_page,
    session_cookie,
)
from appliance.api.auth.devices import DEVICE_SECONDS, PREFIX, READY
from appliance.api.auth.revoked import TooMany
from appliance.api.auth.sites import COOKIE, SECURE_COOKIE
from appliance.api.auth.tokens import LINK, NAMELESS
from appliance.api.body import read
from appliance.api.errors import ApiError
from appliance.api.operation import Call, Operation
from appliance.api.raw import RawOperation
from appliance.setup import SetUp

logger = logging.getLogger(__name__)

_PAGE: Final = (
    '<!doctype html><meta charset="utf-8"><title>Expeditor</title>'
    '<meta name="viewport" content="width=device-width">'
)
# A page and not a redirect: the cookie is for our own pages only (SameSite=Strict), and a
# redirect counts as coming from wherever the link was clicked.
_ONWARD: Final = _PAGE + (
    '<meta http-equiv="refresh" content="0;url={path}"><a href="{path}">To the kitchen</a>'
)
_HEADERS: Final = {
    # The address has the code in it: no page that follows is told where from.
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_MAX_FIELDS: Final = 8
"""Of a form; two are looked at."""


_HTML: Final = "text/html"
_COOKIE: Final = {
    "Set-Cookie": f"`{COOKIE}`, over https `{SECURE_COOKIE}`: the session, for a browser."
}


_OWN_PAGE: Final = {"Origin": "the appliance's own site, whose pages alone may ask this"}


class LinkQuery(Struct):
    """What a one-time link has in it."""

    code: Annotated[
        str,
        Meta(description="as `expeditor run` prints it, or as an adopted screen was given it"),
    ] = ""


class Credentials(Struct):
    """The form of the board: one of them."""

    pin: Annotated[str, Meta(description="4 to 8 digits, as `expeditor pin set` took them")] = ""
    token: Annotated[str, Meta(description="as `expeditor token` prints one")] = ""


Way = Literal["pin", "link", "token", "screen"]


class Session(Struct):
    """Who is signed in. `by`: what they came in with."""

    by: Way
    name: str
    """The person's, or the screen's, or for whom the token is; empty for nobody in particular."""
    roles: tuple[str, ...]
    stations: tuple[str, ...] | None
    """The only ones; null for all."""


class SignIn:
    """The handlers, for one appliance."""

    def __init__(self, authority: Authority, set_up: SetUp) -> None:
        """`set_up` knows whether anybody has set the kitchen up."""
        self._authority = authority
        self._set_up = set_up

    def operations(self) -> list[RawOperation | Operation]:
        """These are for browsers."""
        return [
            RawOperation(
                "GET",
                "/sign-in",
                self.by_link,
                _HTML,
                query=LinkQuery,
                error_pages=(401,),
                headers=_COOKIE,
                # What only looks at a link first must not use it up.
                head=False,
            ),
            RawOperation(
                "POST",
                "/sign-in",
                self.by_form,
                _HTML,
                form=Credentials,
                asks=_OWN_PAGE,
                errors=(401, 429),
                headers=_COOKIE,
            ),
            RawOperation("POST", "/sign-out", self.out, _HTML, asks=_OWN_PAGE, headers=_COOKIE),
            Operation("GET", "/session", session, roles=ROLES, answers=Session),
        ]

    async def by_link(self, request: web.Request) -> web.Response:
        """Redeem a one-time link's code for a session: a manager's, or a screen's.

        As long as nobody has set the kitchen up, a manager is led there.
        """
        try:
            token = await self._authority.redeem(request.query.get("code", ""))
        except ApiError as error:  # A person followed it: say so to a person.
            words = escape(str(error).capitalize())
            text = f'{_PAGE}<p>{words}. <a href="/">Sign in with a token</a>.'
            return web.Response(
                text=text, status=error.status, content_type=_HTML, headers=_HEADERS
            )
        caller = self._authority.verify(token)
        if caller.roles & MANAGERS and (await self._set_up.now()).first_start:
            return _signed_in(request, token, "/setup")
        return _signed_in(request, token, "/ready" if caller.roles == READY else "/")

    async def by_form(self, request: web.Request) -> web.Response:
        """Make a PIN, or a token that somebody pasted, the browser's session."""
        require_own_page(request)
        form = await _form(request)
        pin, token = form.get("pin"), form.get("token", "")
        if pin is not None:
            token = await self._authority.sign_in(pin, request.remote or "")
        self._authority.verify(token)
        return _signed_in(request, token)

    async def out(self, request: web.Request) -> web.Response:
        """End the session, also for whoever has a copy of its cookie."""
        require_own_page(request)
        session = request.cookies.get(session_cookie(request))
        if session:
            try:
                await asyncio.shield(asyncio.to_thread(self._authority.sign_out, session))
            except (TooMany, OSError) as error:
                # The browser forgets it in any case.
                logger.warning("a copy of a session that was signed out stays good: %s", error)
        response = _onward("/")
        response.del_cookie(session_cookie(request), path="/", secure=request.secure)
        return response


def session(call: Call) -> Session:
    """Who is signed in: what a page asks when its stream ends, and says at its top."""
    caller = call.caller
    by = _way(caller)
    return Session(
        by=by,
        name=_name(caller.subject) if by != "link" else "",
        roles=tuple(sorted(caller.roles)),
        stations=None if caller.stations is None else tuple(sorted(caller.stations)),
    )


def _way(caller: Caller) -> Way:
    if caller.proof is None:
        return "screen"
    opened_by = caller.proof.claims.opened_by
    if opened_by is None:
        return "token"
    return "link" if opened_by == LINK else "pin"


def _name(subject: str) -> str:
    if subject == NAMELESS:
        return ""
    return subject.removeprefix("pin:").removeprefix("device:")


async def _form(request: web.Request) -> dict[str, str]:
    """The first of each field that is filled in; empty where it is no form."""
    text = (await read(request)).decode(errors="replace")
    try:
        fields = parse_qs(text, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {}
    return {name: values[0].strip() for name, values in fields.items()}


def _onward(path: str) -> web.Response:
    text = _ONWARD.format(path=path)
    return web.Response(text=text, content_type=_HTML, headers=_HEADERS)


def _signed_in(request: web.Request, token: str, path: str = "/") -> web.Response:
    response = _onward(path)
    seconds = DEVICE_SECONDS if token.startswith(PREFIX) else SESSION_SECONDS
    keep_session(request, response, token, seconds)
    return response
