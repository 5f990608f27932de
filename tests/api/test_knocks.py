"""Boards knock: a code, a token that is worth nothing before a manager typed the code, a link."""

import hashlib
import hmac
import json
import logging
import tomllib
from collections.abc import AsyncIterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from appliance.api.auth import link
from appliance.api.auth.link import MAX_SCREEN_LINKS, ScreenLinks
from tests.api.asking import Answer, ask
from tests.api.clock import ManualClock, with_clock
from tests.api.every_path import guarded
from tests.api.screens import MadeUpScreens, given, screen
from tests.running import PLAIN, RunningAppliance, running

KNOCK = "/api/v1/kds/screens/knock"
SCREENS = "/api/v1/kds/screens"
TICKETS = "/api/v1/kds/stations/grill/tickets"
JSON = {"Content-Type": "application/json"}
ID = "4b825dc642cb6eb9a060e54bf8d69288"
FOUR_HUNDRED_DAYS = 400 * 24 * 3600
NONCE = "0123456789abcdef" * 2
KITCHEN = {"id": "E7A09AAD7B98", "name": tomllib.loads(PLAIN)["appliance"]["name"]}
NEW = {"state": "new", "kitchen": KITCHEN, "code": "000001", "token": None}


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> MadeUpScreens:
    screens = MadeUpScreens()
    given(monkeypatch, screens)
    return screens


@pytest.fixture
async def appliance(screens: MadeUpScreens, tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    del screens
    (tmp_path / "identity").write_text(KITCHEN["id"])
    async with running(tmp_path) as appliance:
        yield appliance


async def knock(
    appliance: RunningAppliance,
    token: str | None = None,
    *,
    cookie: str | None = None,
    origin: str | None = None,
    **body: Any,
) -> Answer:
    headers = dict(JSON)
    if cookie is not None:
        headers["Cookie"] = f"expeditor_session={cookie}"
    if origin is not None:
        headers["Origin"] = origin
    data = json.dumps({"screen_id": ID} | body).encode()
    return await ask(appliance, "POST", KNOCK, role=None, token=token, headers=headers, data=data)


async def adopt(appliance: RunningAppliance, code: str, **more: Any) -> Answer:
    data = json.dumps({"code": code, "name": "Wall"} | more).encode()
    return await ask(appliance, "POST", SCREENS, data=data, headers=JSON)


def cookie_of(answer: Answer) -> "Morsel[str]":
    return SimpleCookie(answer.headers["Set-Cookie"])["expeditor_session"]


async def test_an_agent_gets_a_token_that_is_worth_nothing_before_the_adoption(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    first = await knock(appliance, name="TV at the fryer")
    assert first.status == 200
    token = first.body["token"]
    assert first.body == NEW | {"token": token}
    assert len(token.removeprefix("device_")) == 43  # 32 bytes, as base64
    assert "Set-Cookie" not in first.headers
    for method, path in await guarded(appliance):
        answer = await ask(appliance, method, path, role=None, token=token)
        assert answer.status == 401, path
    # The same again: it has its token.
    again = await knock(appliance, token)
    assert again.body == NEW
    assert [each.knock.name for each in screens.waiting.values()] == [""]

    adopted = await adopt(appliance, "000001", station_id="grill")
    assert (adopted.status, adopted.body["id"], adopted.body["station_id"]) == (201, ID, "grill")
    assert token not in json.dumps(adopted.body)
    assert (await ask(appliance, "GET", TICKETS, token=token)).status == 200
    assert (await ask(appliance, "GET", TICKETS.replace("grill", "fry"), token=token)).status == 403
    known = await knock(appliance, token)
    assert known.body["state"] == "adopted"
    assert (known.body["screen"], known.body["kitchen"]) == (adopted.body, KITCHEN)
    assert (known.body["unpainted_for"], known.body["sign_in"]) == (None, None)


async def test_only_a_new_board_that_knocks_is_a_line_in_the_log(
    appliance: RunningAppliance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "appliance.api.access_log")

    async def lines() -> list[str]:
        await ask(appliance, "GET", "/")  # What was answered before it is written by then.
        text = "\n".join(each.getMessage() for each in caplog.records).splitlines()
        caplog.clear()
        return [line.split()[3] for line in text if "/screens/knock " in line]

    token = (await knock(appliance)).body["token"]
    assert await lines() == ["200"]
    for _ in range(3):
        await knock(appliance, token)
    assert await lines() == []
    await adopt(appliance, "000001")
    await knock(appliance, token)
    assert await lines() == []
    assert (await knock(appliance, token, name=5)).status == 400
    assert await lines() == ["400"]


async def test_a_board_that_sends_no_token_is_proven_to_that_it_was_adopted_here(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    token = (await knock(appliance)).body["token"]

    async def proof(**body: Any) -> Any:
        answer = await knock(appliance, nonce=NONCE, **body)
        assert answer.body.keys() == {"state", "kitchen", "at", "proof"}
        assert (answer.body["state"], answer.body["kitchen"]) == ("proof", KITCHEN)
        assert answer.body["at"] == "127.0.0.1"
        return answer.body["proof"]

    assert await proof() is None
    assert len(screens.waiting) == 1  # It is no knock.
    await adopt(appliance, "000001")
    # By the words of appliance/api/README.md.
    key = hashlib.sha256(token.encode()).digest()
    said = f"expeditor: the hub of a screen\n{ID}\n{NONCE}\n127.0.0.1".encode()
    assert await proof() == hmac.new(key, said, hashlib.sha256).hexdigest()
    assert await proof(screen_id="another-screen") is None
    assert not screens.waiting
    assert not screens.heard_from
    assert (await ask(appliance, "DELETE", f"{SCREENS}/{ID}")).status == 204
    assert await proof() is None


async def test_what_is_worth_nothing_yet_costs_no_disk(appliance: RunningAppliance) -> None:
    def files() -> dict[str, int]:
        # Databases are opened, and cleaned, at a time of their own.
        found = (each for each in appliance.directory.iterdir() if ".sqlite" not in each.name)
        return {each.name: each.stat().st_mtime_ns for each in found}

    before = files()
    for number in range(20):
        assert (await knock(appliance, screen_id=f"screen-{number:04}")).status == 200
    assert files() == before
    assert (await ask(appliance, "GET", "/api/v1/kds/devices")).body == []


async def test_a_browser_has_its_token_in_its_cookie_alone(appliance: RunningAppliance) -> None:
    first = await knock(appliance, origin=appliance.url)
    assert first.body == NEW
    cookie = cookie_of(first)
    assert cookie["max-age"] == str(FOUR_HUNDRED_DAYS)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    token = cookie.value
    # Not set again while it waits: a sign-in that came meanwhile stays.
    assert "Set-Cookie" not in (await knock(appliance, cookie=token, origin=appliance.url)).headers
    await adopt(appliance, "000001")
    known = await knock(appliance, cookie=token, origin=appliance.url)
    assert known.body["state"] == "adopted"
    assert token not in json.dumps(known.body)
    renewed = cookie_of(known)
    assert (renewed.value, renewed["max-age"]) == (token, str(FOUR_HUNDRED_DAYS))
    headers = {"Cookie": f"expeditor_session={token}"}
    assert (await ask(appliance, "GET", TICKETS, role=None, headers=headers)).status == 200


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "https://127.0.0.1:1"])
async def test_another_sites_page_makes_no_browser_knock(
    appliance: RunningAppliance, screens: MadeUpScreens, origin: str
) -> None:
    answer = await knock(appliance, origin=origin)
    assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")
    assert "Set-Cookie" not in answer.headers
    assert not screens.waiting


async def test_what_is_no_token_of_ours_is_replaced(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    given = ("device_", "device_x", "device_" + "é" * 43, "device_" + "a" * 44, "x" * 50)
    for token in given:
        screens.waiting.clear()
        headers = JSON | {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
        data = json.dumps({"screen_id": ID}).encode()
        body = (await ask(appliance, "POST", KNOCK, role=None, headers=headers, data=data)).body
        assert body["token"] not in (None, token)
        assert [each.token for each in screens.waiting.values()] == [body["token"]]


async def test_a_token_outlasts_a_hub_that_forgot_who_knocked(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    token = (await knock(appliance)).body["token"]
    screens.waiting.clear()  # As after a restart.
    assert (await knock(appliance, token)).body["token"] is None
    await adopt(appliance, "000001")
    assert (await ask(appliance, "GET", TICKETS, token=token)).status == 200


async def test_a_token_that_was_revoked_never_becomes_good_again(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    """Somebody may have a copy."""
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001")
    (device,) = (await ask(appliance, "GET", "/api/v1/kds/devices")).body
    path = f"/api/v1/kds/devices/{device['id']}"
    assert (await ask(appliance, "DELETE", path)).status == 204
    (shown,) = (await ask(appliance, "GET", SCREENS)).body["screens"]
    assert shown["adopted"] is False
    again = (await knock(appliance, token)).body
    assert again["token"] not in (None, token)
    (code,) = screens.waiting
    assert (await adopt(appliance, code)).body["adopted"] is True
    assert (await ask(appliance, "GET", TICKETS, token=again["token"])).status == 200
    assert (await ask(appliance, "GET", TICKETS, token=token)).status == 401


async def test_the_old_token_of_a_board_that_is_adopted_anew_ends(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    """Its storage was cleared: it has its id, from its name say, and no token."""
    first = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001")
    second = (await knock(appliance)).body["token"]
    assert (await ask(appliance, "GET", TICKETS, token=first)).status == 200  # Not before that.
    (code,) = screens.waiting
    assert (await adopt(appliance, code)).status == 201
    assert (await ask(appliance, "GET", TICKETS, token=second)).status == 200
    assert (await ask(appliance, "GET", TICKETS, token=first)).status == 401
    assert len((await ask(appliance, "GET", "/api/v1/kds/devices")).body) == 1


async def test_a_board_says_how_it_is(appliance: RunningAppliance, screens: MadeUpScreens) -> None:
    health = {"version": "1.2", "uptime": 7, "browser": "running", "restarts": 2, "why": "hung"}
    token = (await knock(appliance, name="TV", health=health)).body["token"]
    (waits,) = screens.waiting.values()
    assert (waits.knock.name, waits.knock.address) == ("TV", "127.0.0.1")
    await adopt(appliance, "000001")
    screens.unpainted = 2.5
    health |= {"why": "\u202e\x1b[2J<b>", "browser": "ended"}
    said = await knock(appliance, token, name="T\u202eV\n", health=health)
    assert said.body["unpainted_for"] == 2.5
    (heard,) = screens.heard_from
    assert heard.health is not None
    assert (heard.name, heard.health.why) == ("T�V�", "��[2J<b>")
    assert heard.health.restarts == 2


HEALTH: dict[str, Any] = {"version": "1", "uptime": 1, "browser": "running", "restarts": 0}
NO_KNOCKS: list[tuple[dict[str, Any], str]] = [
    ({"screen_id": "short"}, "screen_id"),
    ({"screen_id": "x" * 65}, "screen_id"),
    ({"screen_id": "../../etc/passwd"}, "screen_id"),
    ({"screen_id": f"{ID}\n"}, "screen_id"),
    ({"screen_id": 12345678}, "screen_id"),
    ({"name": "x" * 65}, "name"),
    ({"code": "000001"}, "code"),
    ({"link": "yes"}, "link"),
    ({"nonce": "0" * 31}, "nonce"),
    ({"nonce": f"{NONCE}\n"}, "nonce"),
    ({"nonce": "x" * 32}, "nonce"),
    ({"health": {"version": "1"}}, "health"),
    ({"health": HEALTH | {"why": "x" * 201}}, "health.why"),
    ({"health": HEALTH | {"restarts": -1}}, "health.restarts"),
]


async def test_what_does_not_fit_is_refused(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    for body, field in NO_KNOCKS:
        answer = await knock(appliance, **body)
        assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR"), body
        assert answer.body["details"]["field"] == field, body
    assert not screens.waiting


async def test_who_knocks_too_often_is_held_back(tmp_path: Path, screens: MadeUpScreens) -> None:
    limits = "[http.limits]\naddress_per_second = 1\naddress_burst = 5\n"
    answers: list[int] = []
    async with running(tmp_path, PLAIN + limits) as appliance:
        while 429 not in answers:
            assert len(answers) < 100
            answers.append((await knock(appliance)).status)
    assert answers[:5] == [200] * 5
    assert len(screens.waiting) == answers.count(200)


async def test_a_link_signs_in_the_browser_of_a_screen_once(appliance: RunningAppliance) -> None:
    token = (await knock(appliance, link=True)).body["token"]
    await adopt(appliance, "000001", station_id="grill")
    sign_in = (await knock(appliance, token, link=True)).body["sign_in"]
    assert sign_in.startswith("/sign-in?code=")
    assert token not in sign_in
    answer = await ask(appliance, "GET", sign_in, role=None)
    cookie = cookie_of(answer)
    assert (cookie.value, cookie["max-age"]) == (token, str(FOUR_HUNDRED_DAYS))
    again = await ask(appliance, "GET", sign_in, role=None)
    assert (again.status, again.headers.get("Set-Cookie")) == (401, None)


async def test_a_link_ends_with_the_token(appliance: RunningAppliance) -> None:
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001")
    sign_in = (await knock(appliance, token, link=True)).body["sign_in"]
    assert (await ask(appliance, "DELETE", f"{SCREENS}/{ID}")).status == 204
    assert (await ask(appliance, "GET", sign_in, role=None)).status == 401


async def test_a_link_of_a_screen_lasts_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screens: MadeUpScreens
) -> None:
    del screens
    clock = ManualClock()
    with_clock(monkeypatch, monotonic=clock)
    async with running(tmp_path) as appliance:
        token = (await knock(appliance)).body["token"]
        await adopt(appliance, "000001")
        sign_in = (await knock(appliance, token, link=True)).body["sign_in"]
        clock.now += 60
        assert (await ask(appliance, "GET", sign_in, role=None)).status == 401
        sign_in = (await knock(appliance, token, link=True)).body["sign_in"]
        clock.now += 59
        assert (await ask(appliance, "GET", sign_in, role=None)).status == 200


def test_a_link_is_not_ended_by_the_next_that_is_asked_for() -> None:
    clock = ManualClock()
    links = ScreenLinks(clock)
    first = links.lend("token")
    clock.now += 29
    assert links.lend("token") == first
    clock.now += 1
    second = links.lend("token")
    assert second != first
    assert links.lend("other") not in (first, second)
    assert [links.take(first), links.take(first), links.take(second)] == ["token", None, "token"]
    assert links.lend("token") not in (first, second)


def test_links_are_bounded() -> None:
    links = ScreenLinks(lambda: 0.0)
    codes = [links.lend(f"token-{number}") for number in range(MAX_SCREEN_LINKS + 1)]
    assert len(set(codes)) == len(codes)
    assert links.take(codes[0]) is None
    assert [links.take(code) for code in codes[1:]] == [
        f"token-{number}" for number in range(1, MAX_SCREEN_LINKS + 1)
    ]
    assert len(codes[0]) >= link.CODE_BYTES


async def test_a_device_without_a_screen_becomes_one_with_its_token(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    """As one whose screen was forgotten when the power went."""
    made = await ask(
        appliance, "POST", "/api/v1/kds/devices", data=b'{"name": "Tablet"}', headers=JSON
    )
    token = made.body["token"]
    assert (await knock(appliance, token)).body == NEW
    await adopt(appliance, "000001", station_id="grill")
    (device,) = (await ask(appliance, "GET", "/api/v1/kds/devices")).body
    assert (device["name"], device["stations"]) == ("Wall", ["grill"])
    assert screens.devices[ID] == device["id"]
    assert (await knock(appliance, token)).body["state"] == "adopted"


async def test_a_board_of_the_file_is_let_in_to_what_the_file_says(
    tmp_path: Path, screens: MadeUpScreens
) -> None:
    screens.screens[ID] = replace(screen(ID, "fry", source="file"), name="Fry")
    async with running(tmp_path) as appliance:
        token = (await knock(appliance)).body["token"]
        adopted = await adopt(appliance, "000001", station_id="grill", name="Mine")
        assert (adopted.body["name"], adopted.body["station_id"]) == ("Fry", "fry")
        for station, status in (("fry", 200), ("grill", 403)):
            path = f"/api/v1/kds/stations/{station}/tickets"
            assert (await ask(appliance, "GET", path, token=token)).status == status
