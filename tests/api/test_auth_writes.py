"""Each write, from where it must not come: another site, another name, nobody at all."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.asking import ask
from tests.api.every_path import READS, every_request
from tests.api.rights import ROWS
from tests.api.screens import MadeUpScreens, given
from tests.api.unchanged import nothing_changes
from tests.running import RunningAppliance, running

HOSTS = ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::1", "a b", ""]
ORIGINS = ["http://evil.example", "http://127.0.0.1:1", "http://localhost", "null", "", "//["]
BY_BROWSERS = {"/sign-in", "/sign-out"}
BY_ANYBODY = "/api/v1/kds/screens/knock"


@pytest.fixture
async def appliance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningAppliance]:
    """With an order that the writes are about."""
    given(monkeypatch, MadeUpScreens())
    async with running(tmp_path) as appliance:
        await appliance.order(id="A-1", items=[{"lineId": "1", "name": "Hamburger"}])
        yield appliance


def body(path: str) -> bytes | None:
    """What would be done, were it not refused."""
    if path == BY_ANYBODY:
        return b'{"screen_id": "0123456789"}'
    return next(
        (json.dumps(row.body).encode() for row in ROWS if row.asked.path == path and row.body), None
    )


async def writes(appliance: RunningAppliance) -> list[tuple[str, str]]:
    found = [each for each in await every_request(appliance) if each.method not in READS]
    assert {path for _method, path in found} > BY_BROWSERS
    return [(each.method, each.path) for each in found]


@pytest.mark.parametrize("host", HOSTS)
async def test_each_write_to_another_name_is_refused(
    appliance: RunningAppliance, host: str
) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    async with nothing_changes(appliance):
        for method, path in await writes(appliance):
            answer = await ask(appliance, method, path, headers=headers, data=body(path))
            assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), path


@pytest.mark.parametrize("origin", ORIGINS)
async def test_each_write_by_cookie_from_another_site_is_refused(
    appliance: RunningAppliance, origin: str
) -> None:
    cookie = {"Cookie": f"expeditor_session={appliance.token('manager')}"}
    async with nothing_changes(appliance):
        for headers in (cookie | {"Origin": origin}, cookie):
            for method, path in await writes(appliance):
                answer = await ask(
                    appliance, method, path, role=None, headers=headers, data=body(path)
                )
                assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), path


@pytest.mark.parametrize("origin", ORIGINS)
async def test_each_write_by_token_from_another_site_is_refused(
    appliance: RunningAppliance, origin: str
) -> None:
    async with nothing_changes(appliance):
        for method, path in await writes(appliance):
            answer = await ask(appliance, method, path, headers={"Origin": origin}, data=body(path))
            assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), path


async def test_a_token_needs_no_origin_and_may_come_from_our_own(
    appliance: RunningAppliance,
) -> None:
    own: list[dict[str, str]] = [{}, {"Origin": appliance.url}]
    for headers in own:
        for method, path in await writes(appliance):
            if path not in BY_BROWSERS:
                answer = await ask(appliance, method, path, headers=headers, data=body(path))
                assert answer.status in (200, 201, 204, 404, 409), (path, answer.body)


async def test_each_write_without_a_token_is_refused(appliance: RunningAppliance) -> None:
    headers = {"Origin": appliance.url}
    async with nothing_changes(appliance):
        for method, path in await writes(appliance):
            if path not in BY_BROWSERS | {BY_ANYBODY}:
                answer = await ask(
                    appliance, method, path, role=None, headers=headers, data=body(path)
                )
                assert (answer.status, answer.body["code"]) == (401, "UNAUTHORIZED"), path


async def test_the_same_writes_from_our_own_page_are_done(appliance: RunningAppliance) -> None:
    cookie = {"Cookie": f"expeditor_session={appliance.token('manager')}", "Origin": appliance.url}
    for method, path in await writes(appliance):
        if path not in BY_BROWSERS:
            answer = await ask(appliance, method, path, role=None, headers=cookie, data=body(path))
            assert answer.status in (200, 201, 204, 404, 409), (path, answer.body)


async def test_a_web_socket_by_cookie_from_another_site_is_refused(
    appliance: RunningAppliance,
) -> None:
    cookie = {"Cookie": f"expeditor_session={appliance.token('manager')}"}
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    session = "/api/v1/kds/session"
    for origin, status in (("http://127.0.0.1:1", 403), (appliance.url, 200)):
        headers = cookie | upgrade | {"Origin": origin}
        assert (await ask(appliance, "GET", session, role=None, headers=headers)).status == status
