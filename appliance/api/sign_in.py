"""A browser signs in: with the one-time link of the first start, or by giving a token.

GET  /sign-in?code=     the link that `expeditor run` prints
POST /sign-in           form field `token`, as `expeditor token` prints one
POST /sign-out
GET  /api/v1/kds/session   204 for whoever is signed in: what a page asks when its stream ends
"""

from html import escape
from typing import Final
from urllib.parse import parse_qs

from aiohttp import web

from appliance.api.auth import COOKIE, ROLES, SESSION_SECONDS, Authority, same_origin
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


class SignIn:
    """The handlers, for one appliance."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def add_routes(self, router: web.UrlDispatcher, prefix: str) -> None:
        """These are for browsers."""
        router.add_get(f"{prefix}/session", self.session)
        # What only looks at a link first (HEAD) must not use it up.
        router.add_get("/sign-in", self.by_link, allow_head=False)
        router.add_post("/sign-in", self.by_token)
        router.add_post("/sign-out", self.out)

    async def by_link(self, request: web.Request) -> web.Response:
        """Redeem the link's code for a session."""
        try:
            token = self._authority.redeem(request.query.get("code", ""))
        except ApiError as error:  # A person followed it: say so to a person.
            words = escape(str(error).capitalize())
            text = f'{_PAGE}<p>{words}. <a href="/">Sign in with a token</a>.'
            return web.Response(text=text, status=error.status, content_type="text/html")
        return _signed_in(token)

    async def by_token(self, request: web.Request) -> web.Response:
        """Keep a token that somebody pasted as the browser's session."""
        _refuse_other_sites(request)
        form = parse_qs((await request.read()).decode(errors="replace"))
        token = form.get("token", [""])[0].strip()
        self._authority.verify(token)
        return _signed_in(token)

    async def session(self, request: web.Request) -> web.Response:
        """Whether the browser is signed in."""
        self._authority.caller(request).require(ROLES)
        return web.Response(status=204)

    async def out(self, request: web.Request) -> web.Response:
        """Forget the session."""
        _refuse_other_sites(request)
        response = web.Response(text=_ONWARD, content_type="text/html")
        response.del_cookie(COOKIE, path="/")
        return response


def _refuse_other_sites(request: web.Request) -> None:
    if not same_origin(request):
        raise ApiError(403, "FORBIDDEN", "this request came from another site's page")


def _signed_in(token: str) -> web.Response:
    response = web.Response(text=_ONWARD, content_type="text/html")
    response.set_cookie(
        COOKIE, token, max_age=SESSION_SECONDS, httponly=True, samesite="Strict", path="/"
    )
    return response
