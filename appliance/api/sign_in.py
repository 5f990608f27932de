"""A browser signs in: with the one-time link of the first start, a PIN, or a token.

GET  /sign-in?code=     the link that `expeditor run` prints
POST /sign-in           form field `pin`, or `token` as `expeditor token` prints one
POST /sign-out
GET  /api/v1/kds/session   204 for whoever is signed in: what a page asks when its stream ends
"""

from html import escape
from typing import Final
from urllib.parse import parse_qs

from aiohttp import web

from appliance.api.auth import (
    ROLES,
    SESSION_SECONDS,
    Authority,
    require_own_page,
    session_cookie,
)
from appliance.api.body import read
from appliance.api.errors import ApiError

_PAGE: Final = (
    '<!doctype html><meta charset="utf-8"><title>Expeditor</title>'
    '<meta name="viewport" content="width=device-width">'
)
# A page and not a redirect: the cookie is for our own pages only (SameSite=Strict), and a
# redirect counts as coming from wherever the link was clicked.
_ONWARD: Final = (
    f'{_PAGE}<meta http-equiv="refresh" content="0;url=/"><a href="/">To the kitchen</a>'
)
_HEADERS: Final = {
    # The address has the code in it: no page that follows is told where from.
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_MAX_FIELDS: Final = 8
"""Of a form; two are looked at."""


class SignIn:
    """The handlers, for one appliance."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def add_routes(self, router: web.UrlDispatcher, prefix: str) -> None:
        """These are for browsers."""
        router.add_get(f"{prefix}/session", self.session)
        # What only looks at a link first (HEAD) must not use it up.
        router.add_get("/sign-in", self.by_link, allow_head=False)
        router.add_post("/sign-in", self.by_form)
        router.add_post("/sign-out", self.out)

    async def by_link(self, request: web.Request) -> web.Response:
        """Redeem the link's code for a session."""
        try:
            token = self._authority.redeem(request.query.get("code", ""))
        except ApiError as error:  # A person followed it: say so to a person.
            words = escape(str(error).capitalize())
            text = f'{_PAGE}<p>{words}. <a href="/">Sign in with a token</a>.'
            return web.Response(
                text=text, status=error.status, content_type="text/html", headers=_HEADERS
            )
        return _signed_in(request, token)

    async def by_form(self, request: web.Request) -> web.Response:
        """Make a PIN, or a token that somebody pasted, the browser's session."""
        require_own_page(request)
        form = await _form(request)
        pin, token = form.get("pin"), form.get("token", "")
        if pin is not None:
            token = await self._authority.sign_in(pin, request.remote or "")
        self._authority.verify(token)
        return _signed_in(request, token)

    async def session(self, request: web.Request) -> web.Response:
        """Whether the browser is signed in."""
        self._authority.caller(request).require(ROLES)
        return web.Response(status=204)

    async def out(self, request: web.Request) -> web.Response:
        """Forget the session."""
        require_own_page(request)
        response = web.Response(text=_ONWARD, content_type="text/html", headers=_HEADERS)
        response.del_cookie(session_cookie(request), path="/", secure=request.secure)
        return response


async def _form(request: web.Request) -> dict[str, str]:
    """The first of each field that is filled in; empty where it is no form."""
    text = (await read(request)).decode(errors="replace")
    try:
        fields = parse_qs(text, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {}
    return {name: values[0].strip() for name, values in fields.items()}


def _signed_in(request: web.Request, token: str) -> web.Response:
    response = web.Response(text=_ONWARD, content_type="text/html", headers=_HEADERS)
    response.set_cookie(
        session_cookie(request),
        token,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=request.secure,
        path="/",
    )
    return response
