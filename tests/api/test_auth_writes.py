"""Each write, from where it must not come: another site, another name, nobody at all."""

import pytest

from tests.api.asking import ask
from tests.api.every_path import READS, every_request
from tests.running import RunningAppliance

HOSTS = ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::1", "a b", ""]
ORIGINS = ["http://evil.example", "http://127.0.0.1:1", "http://localhost", "null", "", "//["]
BY_BROWSERS = {"/sign-in", "/sign-out"}


async def writes(appliance: RunningAppliance) -> list[tuple[str, str]]:
    found = [each for each in await every_request(appliance) if each.method not in READS]
    assert {path for _method, path in found} > BY_BROWSERS
    return [(each.method, each.path) for each in found]


@pytest.mark.parametrize("host", HOSTS)
async def test_each_write_to_another_name_is_refused(
    appliance: RunningAppliance, host: str
) -> None:
    for method, path in await writes(appliance):
        headers = {"Host": host, "Origin": f"http://{host}"}
        answer = await ask(appliance, method, path, headers=headers)
        assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), path


@pytest.mark.parametrize("origin", ORIGINS)
async def test_each_write_by_cookie_from_another_site_is_refused(
    appliance: RunningAppliance, origin: str
) -> None:
    cookie = {"Cookie": f"expeditor_session={appliance.token('manager')}"}
    for headers in (cookie | {"Origin": origin}, cookie):
        for method, path in await writes(appliance):
            answer = await ask(appliance, method, path, role=None, headers=headers)
            assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), path


async def test_each_write_without_a_token_is_refused(appliance: RunningAppliance) -> None:
    for method, path in await writes(appliance):
        if path not in BY_BROWSERS:
            answer = await ask(
                appliance, method, path, role=None, headers={"Origin": appliance.url}
            )
            assert (answer.status, answer.body["code"]) == (401, "UNAUTHORIZED"), path


async def test_a_web_socket_by_cookie_from_another_site_is_refused(
    appliance: RunningAppliance,
) -> None:
    cookie = {"Cookie": f"expeditor_session={appliance.token('manager')}"}
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    session = "/api/v1/kds/session"
    for origin, status in (("http://127.0.0.1:1", 403), (appliance.url, 204)):
        headers = cookie | upgrade | {"Origin": origin}
        assert (await ask(appliance, "GET", session, role=None, headers=headers)).status == status
