"""Who may open a WebSocket: by header, by cookie, by the first message; and for how long."""

import time
from pathlib import Path

import pytest

from appliance.api.events import websocket
from tests.api.asking import ask
from tests.api.clock import ManualClock, with_clock
from tests.api.listening import EVENTS
from tests.api.talking import UPGRADE, Talk, talking
from tests.running import RunningAppliance, running


def by_cookie(appliance: RunningAppliance, origin: str | None = None) -> dict[str, str]:
    cookie = {"Cookie": f"expeditor_session={appliance.token('chef')}"}
    return cookie if origin is None else cookie | {"Origin": origin}


async def revoke_all(appliance: RunningAppliance) -> None:
    """Also the token that this is asked with."""
    path, headers = "/api/v1/kds/tokens/revoke", {"Content-Type": "application/json"}
    answer = await ask(appliance, "POST", path, headers=headers, data=b'{"subject": "test"}')
    assert answer.status == 204


async def hears(talk: Talk) -> bool:
    await talk.subscribe()
    return bool(await talk.the("kds.snapshot"))


async def test_each_way_of_signing_in_is_told_whose_token_it_is(
    appliance: RunningAppliance,
) -> None:
    told = []
    token = appliance.token("chef", "server", "guest")
    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"Cookie": f"expeditor_session={token}", "Origin": appliance.url},
        {},
        {"Origin": "http://elsewhere.example"},  # Whoever has the token may.
    ):
        async with talking(appliance, headers=headers) as talk:
            if "Authorization" not in headers and "Cookie" not in headers:
                await talk.say("auth", token=token)
            told.append(await talk.the("auth_success"))
            assert await hears(talk)
    assert told[0] == told[1] == told[2] == told[3]
    claims = appliance.authority.verify(token)
    assert claims.expires_at is not None
    expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(claims.expires_at))
    assert told[0] == {
        "type": "auth_success",
        "user_id": "test",
        "tenant_id": "default",
        "permissions": ["chef", "server"],
        "expires_at": expires,
    }


async def test_a_screens_token_has_no_end(appliance: RunningAppliance) -> None:
    status, device = await appliance.call("POST", "/devices", json={"name": "Wall"})
    assert status == 201
    async with talking(appliance, headers={}) as talk:
        await talk.say("auth", token=device["token"])
        told = await talk.the("auth_success")
        assert (told["user_id"], told["expires_at"]) == ("device:Wall", None)
        assert await hears(talk)
        path = f"/api/v1/kds/devices/{device['id']}"
        assert (await ask(appliance, "DELETE", path)).status == 204
        await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
        assert (await talk.the("auth_error"))["code"] == "INVALID_TOKEN"
        assert (await talk.ends()).code == 4401


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:1", "null"])
async def test_a_cookie_opens_nothing_from_another_site(
    appliance: RunningAppliance, origin: str | None
) -> None:
    headers = UPGRADE | by_cookie(appliance, origin)
    answer = await ask(appliance, "GET", EVENTS, role=None, headers=headers)
    assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("header", ["Basic bWFuYWdlcjp4", "Bearer", "Bearer x"])
async def test_a_header_with_no_good_token_is_refused_at_the_upgrade(
    appliance: RunningAppliance, header: str
) -> None:
    headers = UPGRADE | {"Authorization": header}
    answer = await ask(appliance, "GET", EVENTS, role=None, headers=headers)
    assert answer.status == 401


@pytest.mark.parametrize(
    ("text", "code", "closed"),
    [
        ('{"type": "subscribe", "channel": "kds"}', "UNAUTHORIZED", 4401),
        ('{"type": "pong"}', "UNAUTHORIZED", 4401),
        ('{"type": "auth", "token": 7}', "VALIDATION_ERROR", 4400),
        ('{"type": "auth"}', "VALIDATION_ERROR", 4400),
        ('{"type": "auth", "token": ""}', "INVALID_TOKEN", 4401),
        ('{"type": "hello"}', "VALIDATION_ERROR", 4400),
        ("hello", "INVALID_JSON", 4400),
    ],
)
async def test_what_is_no_sign_in_ends_it(
    appliance: RunningAppliance, text: str, code: str, closed: int
) -> None:
    async with talking(appliance, headers={}) as talk:
        await talk.socket.send_str(text)
        told = await talk.hear()
        assert list(told) == ["type", "code", "message"]
        assert (told["type"], told["code"]) == ("auth_error", code)
        end = await talk.ends()
        assert (end.code, end.reason) == (closed, code)


@pytest.mark.parametrize("says", ["nothing", "pings"])
async def test_whoever_does_not_sign_in_in_time_is_closed(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    monkeypatch.setattr(websocket, "AUTH_SECONDS", 0.1)
    async with talking(appliance, headers={}) as talk:
        if says == "pings":
            await talk.socket.ping()
            assert (await talk.socket.receive(10)).type.name == "PONG"
        told = await talk.hear()
        assert (told["type"], told["code"]) == ("auth_error", "UNAUTHORIZED")
        assert (await talk.ends()).code == 4401


async def test_nothing_is_heard_before_the_sign_in(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "AUTH_SECONDS", 0.3)
    async with talking(appliance, headers={}) as talk:
        await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
        assert (await talk.hear())["type"] == "auth_error"


@pytest.mark.parametrize("subscribing", [True, False])
@pytest.mark.parametrize(("seconds", "code"), [(0, "INVALID_TOKEN"), (60, "TOKEN_EXPIRED")])
async def test_a_token_that_ends_ends_the_connection(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    code: str,
    *,
    subscribing: bool,
) -> None:
    clock = ManualClock(time.time() + 1)  # What is issued until now, was before it.
    with_clock(monkeypatch, now=clock)
    async with running(tmp_path) as appliance:
        token = appliance.token("chef", seconds=20)
        async with talking(appliance, token=token) as talk:
            await talk.the("auth_success")
            if subscribing:
                assert await hears(talk)
            if not seconds:
                await revoke_all(appliance)
            clock.now += seconds
            await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
            if not subscribing:
                await talk.say("subscribe", channel="kds")
            told = await talk.the("auth_error")
            assert told["code"] == code
            assert (await talk.ends()).code == 4401


async def test_a_connection_that_only_waits_ends_with_its_token(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_SECONDS", 0.05)
    async with talking(appliance) as talk:
        await talk.the("auth_success")
        await talk.the("ping")
        await revoke_all(appliance)
        await talk.say("pong")
        assert (await talk.the("auth_error"))["code"] == "INVALID_TOKEN"
        assert (await talk.ends()).code == 4401
