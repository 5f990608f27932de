"""No secret, token, PIN or code in the log, in an error, or where a browser would carry it."""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from appliance.api.auth import Authority, secret
from tests.api.asking import Answer, ask, say
from tests.api.cloud import Cloud, cloud_on_loopback, make_keys, running_with, signed
from tests.api.every_path import every_request
from tests.api.listening import EVENTS
from tests.running import RunningAppliance

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ENDLESS = (EVENTS, "/api/v1/kds/setup/presses")
PIN, WRONG_PIN = "73108462", "91827364"


@pytest.fixture(scope="module", autouse=True)
def _keys() -> None:
    make_keys()


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with cloud_on_loopback() as cloud:
        yield cloud


async def test_nothing_secret_is_ever_told(
    tmp_path: Path, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(False)
    answers: list[Answer] = []
    async with running_with(tmp_path, cloud) as appliance:
        secrets = await everything_once(appliance, answers)
        await asyncio.to_thread(damage_everything, tmp_path, appliance.authority)
        secrets.append((tmp_path / secret.NAME).read_bytes().hex())
    assert "Error handling request" in caplog.text
    assert "is damaged" in caplog.text
    await asyncio.to_thread(nothing_is_told, secrets, caplog, answers)


def nothing_is_told(
    secrets: list[str], caplog: pytest.LogCaptureFixture, answers: list[Answer]
) -> None:
    """To look through all of it takes a while."""
    told = [caplog.text, *(str((answer.headers, answer.body)) for answer in answers)]
    for canary in secrets:
        assert len(canary) >= 8
        for text in told:
            assert canary not in text


def damage_everything(directory: Path, authority: Authority) -> None:
    for name in ("secret", "retired-secrets", "revoked", "pins", "devices"):
        path = directory / name
        path.write_bytes(path.read_bytes()[:-3] if path.exists() else b"{")
    authority.refresh()


async def everything_once(appliance: RunningAppliance, answers: list[Answer]) -> list[str]:
    """Use each way in, rightly and wrongly; all that must not be told."""
    key = appliance.secret
    secrets = [key.hex(), base64.b64encode(key).decode(), repr(key)[2:20], PIN, WRONG_PIN]

    async def say_so(method: str, path: str, **more: object) -> Answer:
        answer = await ask(appliance, method, path, **more)  # type: ignore[arg-type]
        answers.append(answer)
        return answer

    async def sign_in(**fields: str) -> Answer:
        headers = FORM | {"Origin": appliance.url}
        data = urlencode(fields).encode()
        answer = await ask(appliance, "POST", "/sign-in", role=None, headers=headers, data=data)
        if answer.status == 200:  # The cookie is where the token belongs.
            secrets.append(SimpleCookie(answer.headers["Set-Cookie"])["expeditor_session"].value)
            answer = answer._replace(headers=answer.headers.copy())  # type: ignore[arg-type]
            del answer.headers["Set-Cookie"]  # type: ignore[attr-defined]
        answers.append(answer)
        return answer

    code = appliance.authority.link_code
    assert code
    for _ in range(2):
        linked = await ask(appliance, "GET", f"/sign-in?code={code}", role=None)
        assert code not in str((linked.headers, linked.body))
        assert linked.headers["Referrer-Policy"] == "no-referrer"
    pin = json.dumps({"name": "Maria", "pin": PIN, "roles": ["chef"]}).encode()
    await say_so("POST", "/api/v1/kds/pins", data=pin, headers=JSON)
    await say_so("POST", "/api/v1/kds/pins", data=pin.replace(b"Maria", b"Tom"), headers=JSON)
    made = await ask(
        appliance, "POST", "/api/v1/kds/devices", data=b'{"name": "Tablet"}', headers=JSON
    )
    await sign_in(pin=PIN)
    for _ in range(6):
        await sign_in(pin=WRONG_PIN)
    tokens = [
        appliance.token("chef"),
        signed(),
        signed("rsa-2"),
        signed("rsa-stranger", kid="rsa-1"),
        appliance.token("chef")[:-4] + "AAAA",
        made.body["token"],
        made.body["token"] + "x",
        "eyJgarbagegarbagegarbage.x.y",
    ]
    for token in tokens:
        await sign_in(token=token)
        for asked in await every_request(appliance):
            if asked.path not in ("/sign-in", "/sign-out", *ENDLESS):
                await say_so(*asked, role=None, token=token)
    for token in tokens[:3]:
        data = json.dumps({"token": token}).encode()
        await say_so("POST", "/api/v1/kds/tokens/revoke", data=data, headers=JSON)
    # What is no HTTP: too long, and a byte that must not be in a header.
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
    await say(appliance, head + tokens[0].encode() * 40 + b"\r\n\r\n")
    await say(appliance, head + tokens[0].encode() + b"\x01\r\n\r\n")
    parts = [part for token in tokens for part in token.split(".") if len(part) > 40]
    return [*secrets, code, *tokens, *(part[-20:] for part in parts)]
