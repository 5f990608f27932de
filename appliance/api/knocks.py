"""Boards that are not signed in knock: they get a code to show, and are let in when it is typed.

A board that knocks gets a token that is worth nothing yet, and a code, which it shows. A manager
types the code; from then on that token is good. So no secret travels after the adoption, and an
answer that is lost costs nothing. Before it sends that to an address where the appliance was not
before, a board asks for a proof (see `screen_proof`).
"""

from aiohttp import web

from appliance.address import plain
from appliance.api.access_log import AGAIN
from appliance.api.auth import Authority, keep_session, require_own_page, session_cookie
from appliance.api.auth.devices import DEVICE_SECONDS, new_token
from appliance.api.operation import json_body
from appliance.api.raw import RawOperation
from appliance.api.result import JSON, Result
from appliance.api.screen_json import (
    AdoptedBoard,
    HealthBody,
    Kitchen,
    KnockBody,
    NewBoard,
    ProvenHub,
)
from appliance.api.screens import shown
from appliance.api.ticket_json import encode
from appliance.screens_now import Knock, ScreenHealth, Screens


class Knocks:
    """The handler, for one appliance."""

    def __init__(self, screens: Screens, authority: Authority, kitchen: Kitchen) -> None:
        self._screens = screens
        self._authority = authority
        self._kitchen = kitchen

    def operations(self, prefix: str) -> list[RawOperation]:
        """One, for anybody."""
        return [
            RawOperation(
                "POST",
                f"{prefix}/screens/knock",
                self.knock,
                JSON,
                answers=NewBoard | AdoptedBoard | ProvenHub,
                body=KnockBody,
                asks={"Origin": "of a browser: the appliance's own site"},
                headers={"Set-Cookie": "the token, for a browser."},
            ),
        ]

    async def knock(self, request: web.Request) -> web.Response:
        """A board asks to be let in, every few seconds until it is, and says how it is.

        It brings the token that it got when it knocked first, as a bearer token or as its cookie.
        With a `nonce` it only asks whether it is known here.
        """
        # Only browsers send either, and of theirs only our own pages may.
        is_browser = "Origin" in request.headers or session_cookie(request) in request.cookies
        if is_browser:
            require_own_page(request)
        body = await json_body(request, KnockBody)
        if body.nonce is not None:
            proven = self._proven(request, body.screen_id, body.nonce)
            return _answered(request, encode(proven), None)
        sent, devices = _token(request), self._authority.devices
        knock = Knock(
            body.screen_id,
            _harmless(body.name),
            plain(request.remote or ""),
            None if body.health is None else _health(body.health),
        )
        device = devices.find(sent)
        screen = None if device is None else self._screens.heard(device.id, knock)
        if device is not None and screen is not None:
            request[AGAIN] = True
            sign_in = f"/sign-in?code={self._authority.lend(sent)}" if body.link else None
            unpainted = self._screens.unpainted_for(device.id)
            told = shown(screen, self._screens, self._authority)
            answer = encode(AdoptedBoard(self._kitchen, told, unpainted, sign_in))
            return _answered(request, answer, sent if is_browser else None)
        # What is worth nothing yet is made once and kept by the board: not by us.
        is_new = not devices.may_become_good(sent)
        token = new_token() if is_new else sent
        if not is_new:
            request[AGAIN] = True
        waits = self._screens.knock(knock, token)
        its_own = None if is_browser or not is_new else token
        answer = encode(NewBoard(self._kitchen, waits.code, its_own))
        # Set again, it could undo a sign-in that comes meanwhile.
        return _answered(request, answer, token if is_browser and is_new else None)

    def _proven(self, request: web.Request, screen: str, nonce: str) -> ProvenHub:
        own, device = request.get_extra_info("sockname"), self._screens.device_of(screen)
        at = plain(own[0]) if own else ""
        proof = device and self._authority.devices.prove(device, screen, nonce, at)
        return ProvenHub(self._kitchen, at, proof)


def _token(request: web.Request) -> str:
    """What it brought from an earlier knock; empty for nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.cookies.get(session_cookie(request), "")


def _answered(request: web.Request, answer: bytes, cookie: str | None) -> web.Response:
    response = Result(200, answer).response()
    if cookie is not None:
        keep_session(request, response, cookie, DEVICE_SECONDS)
    return response


def _harmless(text: str) -> str:
    """Anybody may send it, and people see it: without what is not printed as it stands."""
    return "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text
    ).strip()


def _health(sent: HealthBody) -> ScreenHealth:
    return ScreenHealth(
        version=_harmless(sent.version),
        uptime=sent.uptime,
        browser=sent.browser,
        restarts=sent.restarts,
        why=_harmless(sent.why),
    )
