"""Whose token opens what: every kind of wrong token against every kind of request."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from appliance.api import auth
from appliance.api.auth import tokens
from tests.api.asking import ask, say, ticket_path
from tests.api.every_path import OPEN, every_request, guarded
from tests.api.listening import EVENTS
from tests.api.talking import UPGRADE, talking
from tests.api.unchanged import nothing_changes
from tests.running import RunningAppliance

REQUESTS = [
    ("GET", "/api/v1/kds/stations/grill/tickets"),
    ("GET", "/v1/commerce/kds/stations/grill/tickets"),
    ("POST", ticket_path("grill", "A-1", "start")),
    ("POST", ticket_path("grill", "A-1", "void")),
    ("POST", ticket_path("grill", "A-1", "items", "1", "done")),
    ("POST", "/api/v1/kds/courses/fire"),
    ("GET", "/api/v1/kds/events"),
    ("GET", "/api/v1/kds/events?station_id=grill"),
    ("GET", "/api/v1/kds/session"),
]
MANAGED = ("/api/v1/kds/tokens", "/api/v1/kds/pins", "/api/v1/kds/devices")
KEYS = ["error", "code", "message", "details", "request_id", "timestamp"]
Claims = dict[str, Any]
Make = Callable[[bytes], str]


def claims(**other: object) -> Claims:
    """Of a good token, but for what is given; None leaves a claim out."""
    now = int(time.time())
    all_of_them: Claims = {
        "iss": "expeditor",
        "aud": "expeditor-kds",
        "sub": "test",
        "iat": now,
        "exp": now + 3600,
        "tenant_id": "default",
        "roles": ["manager"],
    } | other
    return {name: value for name, value in all_of_them.items() if value is not None}


def signed(**other: object) -> Make:
    return lambda secret: jwt.encode(claims(**other), secret, "HS256")


def signed_any(**other: object) -> Make:
    """As `signed`, with claims that a library refuses to write."""
    return signed_any_body(json.dumps(claims(**other)).encode())


def signed_any_body(body: bytes) -> Make:
    return lambda secret: jwt.PyJWS().encode(body, secret, "HS256")


def by_hand(header: object, *, sign: bool = True) -> Make:
    """A token with any header, signed with the right secret or not at all."""

    def make(secret: bytes) -> str:
        body = b".".join(map(_base64, (json.dumps(header), json.dumps(claims()))))
        signature = hmac.digest(secret, body, hashlib.sha256) if sign else b""
        return (body + b"." + _base64(signature)).decode()

    return make


def _base64(content: str | bytes) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def header_that_offers(name: str, value: object) -> Make:
    """Signed with a key of somebody else's, which the header says is the right one."""
    return lambda _secret: jwt.encode(claims(), b"x" * 32, "HS256", headers={name: value})


def exactly(token: str) -> Make:
    return lambda _secret: token


def just_expired(secret: bytes) -> str:
    return signed(exp=int(time.time()) - 25)(secret)


def long_expired(secret: bytes) -> str:
    return signed(exp=int(time.time()) - 32)(secret)


def with_claims_of_another(secret: bytes) -> str:
    header, _, signature = signed(roles=["server"])(secret).split(".")
    _, payload, _ = signed(roles=["owner"])(secret).split(".")
    return f"{header}.{payload}.{signature}"


INVALID: dict[str, Make] = {
    "garbage": exactly("garbage"),
    "three parts of garbage": exactly("a.b.c"),
    "only dots": exactly(".."),
    "a header as deep as a well": exactly(f"{_base64('[' * 5000).decode()}.e30.x"),
    "alg none": by_hand({"alg": "none", "typ": "JWT"}, sign=False),
    "alg None": by_hand({"alg": "None"}, sign=False),
    "no alg": by_hand({"typ": "JWT"}),
    "alg HS256 without a signature": by_hand({"alg": "HS256"}, sign=False),
    "RS256 header signed with the HS256 secret": by_hand({"alg": "RS256", "typ": "JWT"}),
    "ES256 header signed with the HS256 secret": by_hand({"alg": "ES256"}),
    "alg that is a list": by_hand({"alg": ["HS256"]}),
    "HS512 with the right secret": lambda secret: jwt.encode(claims(), secret * 2, "HS512"),
    "another secret": lambda _secret: jwt.encode(claims(), b"x" * 32, "HS256"),
    "claims of another token": with_claims_of_another,
    "no exp": signed(exp=None),
    "no iat": signed(iat=None),
    "no sub": signed(sub=None),
    "no iss": signed(iss=None),
    "no aud": signed(aud=None),
    "an exp beyond all numbers": signed(exp=10**400),
    "good for longer than a revocation is remembered": signed(
        exp=int(time.time()) + tokens.MAX_LIFE_SECONDS + 3600
    ),
    "not good yet": signed(nbf=int(time.time()) + 3600),
    "an nbf that is no number": signed(nbf="soon"),
    "a jti that is no text": signed(jti=7),
    "a location that is no text": signed(location_id=7),
    "oversized": signed(note="x" * 3000),
    "a device's that never was": exactly("device_" + "x" * 43),
    "a device's without anything": exactly("device_"),
    "jku": header_that_offers("jku", "http://127.0.0.1:1/jwks.json"),
    "x5u": header_that_offers("x5u", "http://127.0.0.1:1/cert.pem"),
    "jwk": header_that_offers("jwk", {"kty": "oct", "k": "eHh4"}),
    "x5c": header_that_offers("x5c", ["eHh4"]),
    "unknown kid": header_that_offers("kid", "another"),
    "kid that is a path": header_that_offers("kid", "../../../dev/null"),
    "signed with nothing": lambda _secret: by_hand({"alg": "HS256"})(b""),
    "an iat that is no number": signed_any(iat="now"),
    "an iss that is a list": signed_any(iss=["expeditor"]),
    "an aud that is a number": signed_any(aud=7),
    "an aud of nobody": signed(aud=[]),
    "claims that are a list": signed_any_body(b'["expeditor"]'),
    "claims that are no JSON": signed_any_body(b"{"),
    "another iss": signed(iss="somebody"),
    "another aud": signed(aud="expeditor"),
    "an exp that is no number": signed(exp="tomorrow"),
    "an exp without end": signed(exp=float("inf")),
    "a sub that is no text": signed(sub=7),
    "no roles": signed(roles=None),
    "roles that are no list": signed(roles="manager"),
    "roles that are no texts": signed(roles=[["manager"]]),
    "stations that are no list": signed(station_ids="grill"),
}


@pytest.mark.parametrize("kind", INVALID)
async def test_a_token_that_is_not_ours_opens_nothing(
    appliance: RunningAppliance, kind: str
) -> None:
    await refuses(appliance, INVALID[kind](appliance.secret), 401, "INVALID_TOKEN")


async def test_a_claim_that_is_missing_is_named(appliance: RunningAppliance) -> None:
    for claim in ("exp", "iat", "sub", "iss", "aud"):
        token = signed(**{claim: None})(appliance.secret)
        answer = await ask(appliance, *REQUESTS[0], token=token)
        assert answer.body["message"] == f"the token is not valid: it has no {claim}"


async def test_nobody_gets_in_without_a_token(appliance: RunningAppliance) -> None:
    await refuses(appliance, None, 401, "UNAUTHORIZED")


async def test_an_expired_token_opens_nothing_and_says_that_it_expired(
    appliance: RunningAppliance,
) -> None:
    await refuses(appliance, long_expired(appliance.secret), 401, "TOKEN_EXPIRED")


async def test_a_token_of_another_tenant_opens_nothing(appliance: RunningAppliance) -> None:
    for tenant in ("somebody", None, ["default"]):
        await refuses(appliance, signed(tenant_id=tenant)(appliance.secret), 403, "FORBIDDEN")


async def test_a_token_for_another_location_opens_nothing(appliance: RunningAppliance) -> None:
    await refuses(appliance, signed(location_id="elsewhere")(appliance.secret), 403, "FORBIDDEN")


async def test_a_token_without_a_role_of_ours_opens_nothing(appliance: RunningAppliance) -> None:
    for roles in ([], ["guest"], ["Manager"], ["manager "], ["admin", ""]):
        await refuses(appliance, signed(roles=roles)(appliance.secret), 403, "FORBIDDEN")


async def test_a_header_that_carries_no_bearer_token_is_none(appliance: RunningAppliance) -> None:
    for header in ("", "Bearer", "Bearer ", "Basic bWFuYWdlcjp4", "Bearerabc", "Token abc"):
        headers = {"Authorization": header}
        answer = await ask(appliance, "GET", REQUESTS[0][1], role=None, headers=headers)
        assert (answer.status, answer.body["code"]) == (401, "UNAUTHORIZED"), header


async def test_a_token_of_bytes_that_are_no_text_opens_nothing(
    appliance: RunningAppliance,
) -> None:
    request = (
        b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" % REQUESTS[0][1].encode()
    )
    answer = await say(appliance, request + b"Authorization: Bearer \xff\xfe\r\n\r\n")
    assert b" 401 " in answer.splitlines()[0]
    assert b'"INVALID_TOKEN"' in answer


async def refuses(appliance: RunningAppliance, token: str | None, status: int, code: str) -> None:
    """Every kind of request is refused so, and changes nothing."""
    await appliance.order(id="A-1", items=[{"lineId": "1", "name": "Hamburger"}])
    async with nothing_changes(appliance):
        for method, path in await guarded(appliance):
            answer = await ask(appliance, method, path, role=None, token=token)
            assert answer.status == status, (method, path)
            assert "WWW-Authenticate" in answer.headers or status == 403
            if method != "HEAD":
                assert answer.body["code"] == code, (method, path)
                assert list(answer.body) == KEYS
                assert token is None or token not in str(answer.body)
        if token is not None:
            await refuses_a_web_socket(appliance, token, status, code)


async def refuses_a_web_socket(
    appliance: RunningAppliance, token: str, status: int, code: str
) -> None:
    """Not with the upgrade, in a header or a cookie, nor in the first message."""
    by_cookie = {"Cookie": f"expeditor_session={token}", "Origin": appliance.url}
    for headers in ({"Authorization": f"Bearer {token}"}, by_cookie):
        answer = await ask(appliance, "GET", EVENTS, role=None, headers=UPGRADE | headers)
        assert (answer.status, answer.body["code"]) == (status, code)
    async with talking(appliance, headers={}) as talk:
        await talk.say("auth", token=token)
        told = await talk.hear()
        assert (told["type"], told["code"]) == ("auth_error", code)
        assert token not in str(told)
        assert (await talk.ends()).code == 4000 + status


async def test_the_walk_finds_every_path(appliance: RunningAppliance) -> None:
    everything = await every_request(appliance)
    assert set(everything) > OPEN
    assert len(set(everything)) == len(everything)
    for _method, path in REQUESTS:
        assert path.partition("?")[0] in {asked.path for asked in everything}


async def test_what_is_open_shows_no_ticket(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", name="Yusuf", items=[{"lineId": "1", "name": "Secret Soup"}])
    for method, path in sorted(OPEN):
        answer = await ask(appliance, method, path, role=None)
        assert answer.status in (200, 400, 401, 403), (method, path)
        assert "Yusuf" not in str(answer.body)
        assert "Secret Soup" not in str(answer.body)


async def test_a_good_token_opens(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[{"lineId": "1", "name": "Hamburger"}])
    for make in (
        signed(),
        just_expired,
        signed(iat=int(time.time()) + 86_400),  # The appliance came up in the past.
        signed(aud=["expeditor-kds", "other"]),
        signed(roles=["guest", "line_cook"]),
        signed(station_ids=["grill"]),
        signed(location_id="default"),
        signed(nbf=int(time.time()) + 20),
        signed(exp=int(time.time()) + tokens.MAX_LIFE_SECONDS - 60),
    ):
        for method, path in (REQUESTS[0], REQUESTS[4]):
            answer = await ask(appliance, method, path, token=make(appliance.secret))
            assert answer.status == 200, answer.body


ROLES_AND_RIGHTS = [
    *((role, 200, 200, 200) for role in ("manager", "owner", "tenant_admin")),
    *((role, 200, 200, 403) for role in sorted(auth.KITCHEN - auth.MANAGERS)),
    *((role, 200, 403, 403) for role in ("server", "pos_staff")),
]


@pytest.mark.parametrize(("role", "read", "work", "void"), ROLES_AND_RIGHTS)
async def test_each_role_may_do_what_is_its_own(
    appliance: RunningAppliance, role: str, read: int, work: int, void: int
) -> None:
    await appliance.order(id="A-1", items=[{"lineId": "1", "name": "Hamburger"}])
    actions = ["start", "ready", "recall", "bump", "priority"]
    rights = dict.fromkeys(actions, work) | {"items/1/done": work, "void": void}
    assert (await ask(appliance, "GET", REQUESTS[0][1], role=role)).status == read
    for action, status in rights.items():
        await appliance.order(id=action, items=[{"lineId": "1", "name": "Hamburger"}])
        if action in ("ready", "recall"):
            await ask(appliance, "POST", ticket_path("grill", action, "start"))
        if action == "recall":
            await ask(appliance, "POST", ticket_path("grill", action, "ready"))
        path = ticket_path("grill", action, *action.split("/"))
        answer = await ask(appliance, "POST", path, role=role, data=b'{"priority":"high"}')
        assert answer.status == status, (action, answer.body)
    fire = b'{"order_id":"A-1","course_number":1}'
    assert (await ask(appliance, "POST", REQUESTS[5][1], role=role, data=fire)).status == work


async def test_a_token_for_one_station_opens_no_other(appliance: RunningAppliance) -> None:
    items = [{"lineId": "1", "name": "Hamburger"}, {"lineId": "2", "name": "Fries"}]
    await appliance.order(id="A-1", items=items)
    token = appliance.token("manager", stations=["grill"])
    for action in ("start", "void", "priority"):
        data = b'{"priority":"high"}'
        path = ticket_path("fry", "A-1", action)
        answer = await ask(appliance, "POST", path, token=token, data=data)
        assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")
        path = ticket_path("grill", "A-1", action)
        answer = await ask(appliance, "POST", path, token=token, data=data)
        assert answer.status in (200, 409), answer.body
    answer = await ask(appliance, "GET", "/api/v1/kds/stations/fry/tickets", token=token)
    assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")
    path = "/api/v1/kds/events?station_id=fry"
    answer = await ask(appliance, "GET", path, token=token)
    assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")


async def test_a_token_for_another_station_opens_no_path_of_this_one(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[{"lineId": "1", "name": "Hamburger"}])
    token = appliance.token("owner", stations=["fry"])
    walked = [asked for asked in await guarded(appliance) if "/stations/grill/" in asked.path]
    managing = [asked for asked in await guarded(appliance) if asked.path.startswith(MANAGED)]
    assert len(walked) > 10
    assert len(managing) == 9
    for asked in (*walked, *managing):
        answer = await ask(appliance, *asked, role=None, token=token)
        assert answer.status == 403, asked
        assert asked.method == "HEAD" or answer.body["code"] == "FORBIDDEN"


async def test_a_token_for_one_station_that_fires_a_course_hears_of_its_own_alone(
    at_once: RunningAppliance,
) -> None:
    dishes = ("Hamburger", "Fries")
    items = [{"lineId": d, "name": d, "course": "1", "courseStatus": "hold"} for d in dishes]
    await at_once.order(id="A-1", items=items)
    data = b'{"order_id":"A-1","course_number":1}'
    token = at_once.token("chef", stations=["grill"])
    answer = await ask(at_once, "POST", "/api/v1/kds/courses/fire", token=token, data=data)
    assert [ticket["station_id"] for ticket in answer.body] == ["grill"]
    (fries,) = await at_once.tickets("fry")
    assert fries["status"] == "pending"
