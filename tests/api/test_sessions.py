"""A browser's session: the one-time link, the cookie, and pages of other sites."""

import json
import stat
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.asking import Answer, ask, say, ticket_path
from tests.api.clock import ManualClock, with_clock
from tests.running import RunningAppliance, running

TICKETS = "/api/v1/kds/stations/grill/tickets"
START = ticket_path("grill", "A-1", "start")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def cookie_of(answer: Answer) -> Any:
    assert answer.status == 200, answer.body
    return SimpleCookie(answer.headers["Set-Cookie"])["expeditor_session"]


async def sign_in(
    appliance: RunningAppliance, token: str = "", origin: str | None = None, *, pin: str = ""
) -> Answer:
    return await ask(
        appliance,
        "POST",
        "/sign-in",
        role=None,
        headers=FORM | {"Origin": appliance.url if origin is None else origin},
        data=(f"pin={pin}" if pin else f"token={quote(token)}").encode(),
    )


async def post(appliance: RunningAppliance, path: str, body: dict[str, Any]) -> Answer:
    path, headers = f"/api/v1/kds{path}", {"Content-Type": "application/json"}
    answer = await ask(appliance, "POST", path, headers=headers, data=json.dumps(body).encode())
    assert answer.status == 201
    return answer


async def with_cookie(
    appliance: RunningAppliance, method: str, path: str, cookie: str, **headers: str
) -> Answer:
    headers |= {"Cookie": f"expeditor_session={cookie}"}
    return await ask(appliance, method, path, role=None, headers=headers)


async def test_the_link_opens_one_session_as_manager_and_then_no_more(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    link = f"/sign-in?code={appliance.authority.link_code}"
    cookie = cookie_of(await ask(appliance, "GET", link, role=None)).value
    void = ticket_path("grill", "A-1", "void")
    answer = await with_cookie(appliance, "POST", void, cookie, Origin=appliance.url)
    assert (answer.status, answer.body["status"]) == (200, "voided")
    again = await ask(appliance, "GET", link, role=None)
    assert again.status == 401
    assert "Set-Cookie" not in again.headers
    assert (await with_cookie(appliance, "GET", TICKETS, cookie)).status == 200


async def test_a_guessed_code_opens_nothing_and_leaves_the_link_as_it_was(
    appliance: RunningAppliance,
) -> None:
    link = f"/sign-in?code={appliance.authority.link_code}"
    for code in ("", "x", "%C3%A9", "%FF", "None", "%00"):
        guessed = await ask(appliance, "GET", f"/sign-in?code={code}", role=None)
        assert guessed.status == 401, code
        assert "Set-Cookie" not in guessed.headers
    assert (await ask(appliance, "GET", link, role=None)).status == 200


async def test_a_used_up_link_tells_a_person_and_not_a_program(
    appliance: RunningAppliance,
) -> None:
    answer = await ask(appliance, "GET", "/sign-in?code=used", role=None)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "been used" in answer.body


async def test_the_link_ends_after_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock()
    with_clock(monkeypatch, monotonic=clock)
    async with running(tmp_path) as appliance:
        link = f"/sign-in?code={appliance.authority.link_code}"
        clock.now += 3600
        assert (await ask(appliance, "GET", link, role=None)).status == 401
        clock.now -= 1
        cookie_of(await ask(appliance, "GET", link, role=None))


async def test_signing_out_ends_the_links_session_and_no_pasted_token(
    appliance: RunningAppliance,
) -> None:
    link = f"/sign-in?code={appliance.authority.link_code}"
    links = cookie_of(await ask(appliance, "GET", link, role=None)).value
    pasted = cookie_of(await sign_in(appliance, appliance.token("chef"))).value
    for cookie, status in ((links, 401), (pasted, 200), ("garbage", 401)):
        out = await with_cookie(appliance, "POST", "/sign-out", cookie, Origin=appliance.url)
        assert cookie_of(out).value == ""
        assert (await with_cookie(appliance, "GET", TICKETS, cookie)).status == status
    assert appliance.authority.status().revoked == 1


async def test_scripts_and_other_sites_never_see_the_cookie(appliance: RunningAppliance) -> None:
    link = f"/sign-in?code={appliance.authority.link_code}"
    for cookie in (
        cookie_of(await ask(appliance, "GET", link, role=None)),
        cookie_of(await sign_in(appliance, appliance.token("chef"))),
    ):
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        assert int(cookie["max-age"]) > 0


async def test_a_pasted_token_becomes_the_session_with_its_own_rights(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    cookie = cookie_of(await sign_in(appliance, f"  {appliance.token('chef')}\n")).value
    assert (await with_cookie(appliance, "GET", "/api/v1/kds/session", cookie)).status == 200
    started = await with_cookie(appliance, "POST", START, cookie, Origin=appliance.url)
    assert (started.status, started.body["status"]) == (200, "in_progress")
    void = ticket_path("grill", "A-1", "void")
    answer = await with_cookie(appliance, "POST", void, cookie, Origin=appliance.url)
    assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")


async def test_a_pasted_text_that_is_no_token_opens_nothing(appliance: RunningAppliance) -> None:
    for token in ("", "garbage", "a.b.c", "é"):
        answer = await sign_in(appliance, token)
        assert (answer.status, answer.body["code"]) == (401, "INVALID_TOKEN")
        assert "Set-Cookie" not in answer.headers


async def test_a_form_that_is_none_opens_nothing(appliance: RunningAppliance) -> None:
    for kind, data in (
        ("application/x-www-form-urlencoded; charset=klingon", b"token=x"),
        ("application/x-www-form-urlencoded", b"token=\xff%FF"),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("application/json", b'{"token": "x"}'),
    ):
        headers = {"Content-Type": kind, "Origin": appliance.url}
        answer = await ask(appliance, "POST", "/sign-in", role=None, headers=headers, data=data)
        assert (answer.status, answer.body["code"]) == (401, "INVALID_TOKEN"), kind
        assert "Set-Cookie" not in answer.headers


FOREIGN = ["", "null", "http://evil.example", "http://127.0.0.1:1", "https://localhost", "//[", "é"]


async def test_pages_of_other_sites_can_neither_write_nor_sign_in(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    cookie = appliance.token("manager")
    for origin in FOREIGN:
        for path in (START, ticket_path("grill", "A-1", "void"), "/api/v1/kds/courses/fire"):
            answer = await with_cookie(appliance, "POST", path, cookie, Origin=origin)
            assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), (origin, path)
        for path in ("/sign-in", "/sign-out"):
            headers = FORM | {"Origin": origin}
            answer = await ask(appliance, "POST", path, role=None, headers=headers, data=b"token=x")
            assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), (origin, path)
    (ticket,) = await appliance.tickets("grill")
    assert ticket["status"] == "pending"


async def test_a_write_by_cookie_without_an_origin_is_refused_and_a_read_is_not(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    cookie = appliance.token("manager")
    assert (await with_cookie(appliance, "POST", START, cookie)).status == 403
    assert (await with_cookie(appliance, "GET", TICKETS, cookie)).status == 200


async def test_signing_out_takes_the_cookie_away(appliance: RunningAppliance) -> None:
    cookie = appliance.token("manager")
    answer = await with_cookie(appliance, "POST", "/sign-out", cookie, Origin=appliance.url)
    assert cookie_of(answer).value == ""


async def test_a_name_of_somebody_elses_is_refused_everywhere(
    appliance: RunningAppliance,
) -> None:
    for host in (
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "local",
        "expeditor.local.evil.example",
        "[::1",
        "[evil]",
        "",
        "a b",
        "é.example",
        "127.0.0.1@evil.example",
    ):
        for path in ("/", TICKETS, "/sign-in?code=x", "/nowhere", "/api/v1/kds/events"):
            answer = await ask(appliance, "GET", path, headers={"Host": host})
            assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), (host, path)


async def test_a_host_of_bytes_that_are_no_text_is_refused(appliance: RunningAppliance) -> None:
    request = b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n"
    answer = await say(appliance, request)
    assert b" 403 " in answer.splitlines()[0]
    assert b'"FORBIDDEN"' in answer


async def test_a_request_that_names_no_host_is_refused(appliance: RunningAppliance) -> None:
    answer = await say(appliance, b"GET / HTTP/1.0\r\n\r\n")
    assert b" 403 " in answer.splitlines()[0]


async def test_addresses_and_local_names_are_its_own(appliance: RunningAppliance) -> None:
    own = ["127.0.0.1", "localhost", "LOCALHOST:80", "expeditor.local", "[::1]:8080", "10.0.0.7"]
    for host in own:
        assert (await ask(appliance, "GET", TICKETS, headers={"Host": host})).status == 200, host


async def test_the_secret_is_random_and_for_its_owner_alone(
    appliance: RunningAppliance, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = appliance.directory / "secret"
    found = path.stat()
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert found.st_size == 32
    async with running(tmp_path_factory.mktemp("other")) as other:
        assert other.secret != appliance.secret
        token = appliance.token("owner")
        assert (await ask(other, "GET", TICKETS, token=token)).status == 401


async def test_a_token_outlives_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        token = first.token("chef")
    async with running(tmp_path) as second:
        assert (await ask(second, "GET", TICKETS, token=token)).status == 200


async def test_a_session_says_whose_it_is_and_how_they_came_in(appliance: RunningAppliance) -> None:
    manager = {"roles": ["manager"], "stations": None}
    link = f"/sign-in?code={appliance.authority.link_code}"
    by_link = cookie_of(await ask(appliance, "GET", link, role=None)).value
    by_token = appliance.token("manager")
    maria = {"name": "Maria: López", "pin": "4711", "roles": ["chef"], "stations": ["grill"]}
    await post(appliance, "/pins", maria)
    by_pin = cookie_of(await sign_in(appliance, pin="4711")).value
    tablet = {"name": "Fry screen", "stations": ["fry"]}
    by_screen = (await post(appliance, "/devices", tablet)).body["token"]
    for cookie, said in (
        (by_link, {"by": "link", "name": "", **manager}),
        (by_token, {"by": "token", "name": "test", **manager}),
        (by_pin, {"by": "pin", "name": "Maria: López", "roles": ["chef"], "stations": ["grill"]}),
        (by_screen, {"by": "screen", "name": "Fry screen", "stations": ["fry"]}),
    ):
        answer = await with_cookie(appliance, "GET", "/api/v1/kds/session", cookie)
        assert answer.status == 200
        assert answer.body | said == answer.body
