"""Tokens of the cloud's issuer: its keys, its algorithms, and nothing that a header says."""

import asyncio
import gzip
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp import web

from appliance.api.auth import cloud as keys
from tests.api.asking import ask
from tests.api.clock import ManualClock, with_clock
from tests.api.cloud import (
    AUDIENCE,
    ISSUER,
    Cloud,
    b64,
    claims,
    cloud_on_loopback,
    heard_from_cloud,
    jwk,
    make_keys,
    pem,
    private_key,
    running_with,
    settings,
    signed,
    until,
)
from tests.api.every_path import guarded
from tests.api.unchanged import nothing_changes
from tests.running import RunningAppliance, running

TICKETS = "/api/v1/kds/stations/grill/tickets"


@pytest.fixture(scope="module", autouse=True)
def _keys() -> None:
    make_keys()


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with cloud_on_loopback() as cloud:
        yield cloud


@pytest.fixture
async def appliance(tmp_path: Path, cloud: Cloud) -> AsyncIterator[RunningAppliance]:
    async with running_with(tmp_path, cloud) as appliance:
        yield appliance


def by_hand(header: object, sign: Callable[[bytes], bytes], **other: object) -> str:
    body = ".".join(b64(json.dumps(part).encode()) for part in (header, claims(**other)))
    return f"{body}.{b64(sign(body.encode()))}"


def hmac_with(secret: bytes, kid: str = "rsa-1") -> str:
    header = {"alg": "HS256", "typ": "JWT", "kid": kid}
    return by_hand(header, lambda body: hmac.digest(secret, body, hashlib.sha256))


def stranger(**header: object) -> str:
    """Signed by somebody's own key, which the header offers."""
    return signed("rsa-stranger", header={"kid": "rsa-1"} | header)


ATTACKER = "http://127.0.0.1:1/jwks.json"
CLAIMS = ("exp", "iat", "sub", "iss", "aud", "roles")
INVALID: dict[str, Callable[[], str]] = {
    "alg none": lambda: by_hand({"alg": "none", "kid": "rsa-1"}, lambda _body: b""),
    "the public key as HMAC secret": lambda: hmac_with(pem("rsa-1")),
    "the public key as HMAC secret, no kid": lambda: hmac_with(pem("rsa-1"), kid=""),
    "the set's key as HMAC secret": lambda: hmac_with(json.dumps(jwk("rsa-1")).encode()),
    "signed by a stranger": lambda: signed("rsa-stranger", kid="rsa-1"),
    "unknown kid": lambda: signed("rsa-2"),
    "no kid": lambda: jwt.encode(claims(), private_key("rsa-1"), "RS256"),
    "kid of a key of another type": lambda: signed("rsa-1", kid="ec-1"),
    "kid of a key of another type, the other way": lambda: signed("ec-1", kid="rsa-1"),
    "kid that is a number": lambda: by_hand({"alg": "RS256", "kid": 1}, lambda _body: b"x"),
    "kid that is a path": lambda: signed("rsa-1", kid="../../secret"),
    "jku": lambda: stranger(jku=ATTACKER),
    "x5u": lambda: stranger(x5u=ATTACKER),
    "jwk": lambda: stranger(jwk=jwk("rsa-stranger", kid="rsa-1")),
    "crit": lambda: signed(header={"crit": ["exp"]}),
    "RS512 by the right key": lambda: jwt.encode(
        claims(), private_key("rsa-1"), "RS512", headers={"kid": "rsa-1"}
    ),
    "PS256 by the right key": lambda: jwt.encode(
        claims(), private_key("rsa-1"), "PS256", headers={"kid": "rsa-1"}
    ),
    "the local issuer's name by the cloud's key": lambda: signed(
        iss="expeditor", aud="expeditor-kds"
    ),
    "another iss": lambda: signed(iss="https://id.cloud.example"),
    "iss that is a list": lambda: signed_any(iss=[ISSUER]),
    "another aud": lambda: signed(aud="expeditor-kds"),
    **{f"no {claim}": partial(signed, **{claim: None}) for claim in CLAIMS},  # type: ignore[arg-type]
    "not yet": lambda: signed(nbf=int(time.time()) + 60),
    "for ten years": lambda: signed(exp=int(time.time()) + 3650 * 86_400),
    "oversized": lambda: signed(note="x" * 3500),
    "location that is no text": lambda: signed(location_id=7),
    "stations that are no list": lambda: signed(station_ids="grill"),
}


def signed_any(**other: object) -> str:
    """As `signed`, with claims that a library refuses to write."""
    body = json.dumps(claims(**other)).encode()
    return jwt.PyJWS().encode(body, private_key("rsa-1"), "RS256", headers={"kid": "rsa-1"})


@pytest.mark.parametrize("kind", INVALID)
async def test_a_token_that_is_not_the_clouds_opens_nothing(
    appliance: RunningAppliance, kind: str
) -> None:
    await refuses(appliance, INVALID[kind](), 401, "INVALID_TOKEN")


async def refuses(appliance: RunningAppliance, token: str, status: int, code: str) -> None:
    """Every kind of request is refused so, and changes nothing."""
    await appliance.order(id="A-1", items=[{"lineId": "1", "name": "Hamburger"}])
    async with nothing_changes(appliance):
        for asked in await guarded(appliance):
            answer = await ask(appliance, *asked, role=None, token=token)
            assert answer.status == status, asked
            assert asked.method == "HEAD" or answer.body["code"] == code, asked


async def test_a_cloud_token_of_elsewhere_or_of_before_opens_nothing(
    appliance: RunningAppliance,
) -> None:
    for token, status, code in (
        (signed(tenant_id="somebody"), 403, "FORBIDDEN"),
        (signed(tenant_id=None), 403, "FORBIDDEN"),
        (signed(location_id="elsewhere"), 403, "FORBIDDEN"),
        (signed(roles=["guest"]), 403, "FORBIDDEN"),
        (signed(exp=int(time.time()) - 31), 401, "TOKEN_EXPIRED"),
    ):
        await refuses(appliance, token, status, code)


async def test_a_good_token_of_the_cloud_opens(appliance: RunningAppliance) -> None:
    for token in (
        signed("rsa-1"),
        signed("ec-1"),
        signed(location_id="default"),
        signed(aud=["others", AUDIENCE]),
        signed(iat=int(time.time()) + 86_400, exp=int(time.time()) + 90_000),
        signed(nbf=int(time.time()) + 20),
        signed(exp=int(time.time()) - 20),
        signed(station_ids=["grill"], roles=["chef"]),
        signed(header={"jku": ATTACKER}),  # Nobody asks there, and the key is the cloud's.
    ):
        answer = await ask(appliance, "GET", TICKETS, token=token)
        assert answer.status == 200, answer.body


async def test_a_token_of_the_clouds_for_one_station_opens_no_other(
    appliance: RunningAppliance,
) -> None:
    token = signed(station_ids=["grill"])
    path = "/api/v1/kds/stations/fry/tickets"
    assert (await ask(appliance, "GET", path, token=token)).status == 403
    assert (await ask(appliance, "GET", "/api/v1/kds/pins", token=token)).status == 403


async def test_without_a_cloud_its_tokens_open_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as appliance:
        assert (await ask(appliance, "GET", TICKETS, token=signed())).status == 401


async def test_the_keys_outlast_a_restart_without_the_cloud(tmp_path: Path, cloud: Cloud) -> None:
    async with running_with(tmp_path, cloud) as first:
        await until((tmp_path / keys.NAME).exists)
        assert (await ask(first, "GET", TICKETS, token=signed())).status == 200
    cloud.answer = web.Response(status=503)
    async with running_with(tmp_path, cloud) as second:
        await until(lambda: status(second)["failure"] is not None)
        assert status(second)["failure"] == "the answer was 503"
        assert status(second)["keys"] == 2
        assert (await ask(second, "GET", TICKETS, token=signed())).status == 200
        listed = (await ask(second, "GET", "/api/v1/kds/status")).body["auth"]["cloud"]
        assert listed == status(second)
    assert (tmp_path / keys.NAME).stat().st_mode & 0o777 == 0o600


async def test_nobody_there_is_a_state_and_nothing_stops_for_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    async with running(tmp_path, await of_cloud(f"http://127.0.0.1:{port}/")) as appliance:
        await until(lambda: heard_from_cloud(appliance))
        assert status(appliance)["keys"] == 0
        assert status(appliance)["failure"]
        assert (await ask(appliance, "GET", TICKETS, token=signed())).status == 401
        assert (await ask(appliance, "GET", TICKETS)).status == 200


async def of_cloud(url: str, more: str = "") -> str:
    return await asyncio.to_thread(settings, url, more)


def status(appliance: RunningAppliance) -> dict[str, Any]:
    found = appliance.authority.status().cloud
    assert found is not None
    return {name: getattr(found, name) for name in found.__struct_fields__}


async def test_the_keys_of_another_address_do_not_count(tmp_path: Path, cloud: Cloud) -> None:
    async with running_with(tmp_path, cloud):
        await until((tmp_path / keys.NAME).exists)
    async with cloud_on_loopback() as other:
        other.answer = web.Response(status=500)
        async with running_with(tmp_path, other) as appliance:
            await until(lambda: status(appliance)["failure"] is not None)
            assert (await ask(appliance, "GET", TICKETS, token=signed())).status == 401


async def test_a_new_key_is_fetched_when_a_token_names_it_but_not_too_often(
    tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    with_clock(monkeypatch, monotonic=clock)
    async with running_with(tmp_path, cloud) as appliance:
        cloud.keys = [jwk("rsa-2")]
        for _ in range(20):
            assert (await ask(appliance, "GET", TICKETS, token=signed("rsa-2"))).status == 401
        clock.now += keys.ASK_AGAIN_SECONDS - 1
        assert (await ask(appliance, "GET", TICKETS, token=signed("rsa-2"))).status == 401
        assert cloud.asked == 1
        clock.now += 1
        for _ in range(20):
            await ask(appliance, "GET", TICKETS, token=signed("nobody's", kid="x"))
        await cloud.was_asked(2)
        await until(lambda: status(appliance)["keys"] == 1)
        assert (await ask(appliance, "GET", TICKETS, token=signed("rsa-2"))).status == 200
        # What the cloud no longer has is good no more, also where it was read before.
        assert (await ask(appliance, "GET", TICKETS, token=signed("rsa-1"))).status == 401
        assert cloud.asked == 2


async def test_a_token_that_was_good_ends_with_the_key_that_signed_it(
    tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    with_clock(monkeypatch, monotonic=clock)
    async with running_with(tmp_path, cloud) as appliance:
        token = signed("rsa-1")
        assert (await ask(appliance, "GET", TICKETS, token=token)).status == 200
        # The same name for another key.
        cloud.keys = [jwk("rsa-2", kid="rsa-1")]
        clock.now += keys.ASK_AGAIN_SECONDS
        await ask(appliance, "GET", TICKETS, token=signed("ec-1", kid="unknown"))
        await cloud.was_asked(2)
        await until(lambda: status(appliance)["keys"] == 1)
        assert (await ask(appliance, "GET", TICKETS, token=token)).status == 401
        again = signed("rsa-2", kid="rsa-1")
        assert (await ask(appliance, "GET", TICKETS, token=again)).status == 200


async def test_the_keys_are_fetched_regularly(tmp_path: Path, cloud: Cloud) -> None:
    async with running(tmp_path, await of_cloud(cloud.url, 'refresh = "1s"')):
        await cloud.was_asked(3)
    assert cloud.asked == 3


BAD_ANSWERS = {
    "a redirect": lambda: web.Response(status=302, headers={"Location": "/jwks.json"}),
    "an answer without end": lambda: web.Response(
        text=json.dumps({"keys": [jwk("rsa-2")]}) + " " * keys.MAX_BYTES
    ),
    "packed, which nobody asked for": lambda: web.Response(
        body=gzip.compress(json.dumps({"keys": [jwk("rsa-2")]}).encode()),
        headers={"Content-Encoding": "gzip"},
    ),
    "no JSON": lambda: web.Response(text="<html>"),
    "as deep as a well": lambda: web.Response(text="[" * 100_000),
    "no set": lambda: web.Response(text='{"keys": 5}'),
    "no keys": lambda: web.Response(text='{"keys": []}'),
    "too many keys": lambda: served(*[jwk("rsa-2", kid=str(n)) for n in range(51)]),
    "only a symmetric key": lambda: served({"kty": "oct", "kid": "rsa-2", "k": b64(b"x" * 32)}),
    "only a weak key": lambda: served(jwk("weak-1", kid="rsa-2")),
    "only a curve of another kind": lambda: served(jwk("p384-1", kid="rsa-2")),
    "only a key to encrypt with": lambda: served(jwk("rsa-2", use="enc")),
    "only a key for another algorithm": lambda: served(jwk("rsa-2", alg="PS256")),
    "only a key without a kid": lambda: served(jwk("rsa-2", kid=None)),
    "only a broken key": lambda: served(jwk("rsa-2", n="!!")),
    "only a key whose parts are no text": lambda: served(jwk("rsa-2", n=7)),
    "a kind of key that is a list": lambda: served(jwk("rsa-2", kty=["RSA"])),
}


def served(*found: dict[str, Any]) -> web.Response:
    return web.Response(text=json.dumps({"keys": found}))


@pytest.mark.parametrize("kind", BAD_ANSWERS)
async def test_an_answer_that_is_no_good_changes_nothing_and_is_shown(
    tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    clock = ManualClock()
    with_clock(monkeypatch, monotonic=clock)
    async with running_with(tmp_path, cloud) as appliance:
        cloud.answer = BAD_ANSWERS[kind]()
        clock.now += keys.ASK_AGAIN_SECONDS
        await ask(appliance, "GET", TICKETS, token=signed("rsa-2"))
        await until(lambda: status(appliance)["failure"] is not None)
        assert cloud.asked == 2
        assert status(appliance)["keys"] == 2
        assert (await ask(appliance, "GET", TICKETS, token=signed("rsa-1"))).status == 200
        assert (await ask(appliance, "GET", TICKETS, token=signed("rsa-2"))).status == 401


async def test_one_bad_key_does_not_spoil_the_others(tmp_path: Path, cloud: Cloud) -> None:
    cloud.keys = [{"kid": "x"}, jwk("rsa-2", n="!!"), jwk("weak-1"), jwk("ec-1")]
    async with running_with(tmp_path, cloud) as appliance:
        assert status(appliance)["keys"] == 1
        assert (await ask(appliance, "GET", TICKETS, token=signed("ec-1"))).status == 200
        for name in ("weak-1", "rsa-2"):
            assert (await ask(appliance, "GET", TICKETS, token=signed(name))).status == 401


async def test_keys_that_cannot_be_kept_count_all_the_same(
    tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("appliance.records.replace_file", full)
    async with running_with(tmp_path, cloud) as appliance:
        await until(lambda: status(appliance)["failure"] is not None)
        assert "No space left" in status(appliance)["failure"]
        assert (await ask(appliance, "GET", TICKETS, token=signed())).status == 200


async def test_damaged_keys_on_disk_open_nothing(tmp_path: Path, cloud: Cloud) -> None:
    async with running_with(tmp_path, cloud):
        await until((tmp_path / keys.NAME).exists)
    path = tmp_path / keys.NAME
    path.write_bytes(path.read_bytes()[:-10])
    cloud.answer = web.Response(status=500)
    async with running_with(tmp_path, cloud) as appliance:
        assert (await ask(appliance, "GET", TICKETS, token=signed())).status == 401
        assert appliance.authority.status().damaged == ("cloud keys",)
