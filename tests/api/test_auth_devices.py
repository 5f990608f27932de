"""Tokens of adopted screens: they work the tickets of their stations until they are revoked."""

import json
import timeit
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from appliance import config
from appliance.api.auth import Authority, devices
from appliance.api.auth.devices import Devices
from tests.api.asking import Answer, ask, ticket_path
from tests.api.every_path import guarded
from tests.api.listening import EVENTS, listening
from tests.running import RunningAppliance, running

DEVICES = "/api/v1/kds/devices"
TICKETS = "/api/v1/kds/stations/grill/tickets"
JSON = {"Content-Type": "application/json"}


async def adopt(appliance: RunningAppliance, role: str = "manager", **device: Any) -> Answer:
    data = json.dumps({"name": "Old tablet"} | device).encode()
    return await ask(appliance, "POST", DEVICES, role=role, data=data, headers=JSON)


async def test_a_screen_works_the_tickets_of_its_stations_and_no_more(
    appliance: RunningAppliance,
) -> None:
    items = [{"lineId": "1", "name": "Hamburger"}, {"lineId": "2", "name": "Fries"}]
    await appliance.order(id="A-1", items=items)
    made = await adopt(appliance, stations=["grill"])
    assert made.status == 201
    token = made.body["token"]
    for method, path, status in (
        ("GET", TICKETS, 200),
        ("POST", ticket_path("grill", "A-1", "start"), 200),
        ("POST", ticket_path("grill", "A-1", "items", "1", "done"), 200),
        ("POST", ticket_path("grill", "A-1", "bump"), 200),
        ("POST", ticket_path("grill", "A-1", "void"), 403),
        ("POST", ticket_path("fry", "A-1", "start"), 403),
        ("GET", "/api/v1/kds/stations/fry/tickets", 403),
        ("GET", f"{EVENTS}?station_id=fry", 403),
        ("GET", "/api/v1/kds/status", 403),
        ("GET", "/api/v1/kds/pins", 403),
        ("GET", DEVICES, 403),
        ("POST", DEVICES, 403),
    ):
        answer = await ask(appliance, method, path, token=token)
        assert answer.status == status, (path, answer.body)


async def test_a_screen_without_stations_sees_all_of_them(appliance: RunningAppliance) -> None:
    token = (await adopt(appliance)).body["token"]
    for station in ("grill", "pass"):
        path = f"/api/v1/kds/stations/{station}/tickets"
        assert (await ask(appliance, "GET", path, token=token)).status == 200


async def test_the_token_is_random_shown_once_and_stored_as_a_hash(
    appliance: RunningAppliance,
) -> None:
    first, second = (await adopt(appliance)).body, (await adopt(appliance)).body
    assert first["token"] != second["token"]
    assert len(first["token"].removeprefix("device_")) == 43  # 32 bytes, as base64
    path = appliance.directory / devices.NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert first["token"][7:].encode() not in path.read_bytes()
    listed = (await ask(appliance, "GET", DEVICES)).body
    assert [each["id"] for each in listed] == [first["id"], second["id"]]
    assert all("token" not in each and each["name"] == "Old tablet" for each in listed)


async def test_it_has_no_end_but_being_revoked(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        made, other = (await adopt(first)).body, (await adopt(first)).body
    async with running(tmp_path) as second:
        assert (await ask(second, "GET", TICKETS, token=made["token"])).status == 200
        assert (await ask(second, "DELETE", f"{DEVICES}/{made['id']}")).status == 204
        for method, path in await guarded(second):
            answer = await ask(second, method, path, role=None, token=made["token"])
            assert answer.status == 401, path
            assert method == "HEAD" or answer.body["code"] == "INVALID_TOKEN"
        assert (await ask(second, "GET", TICKETS, token=other["token"])).status == 200
        assert (await ask(second, "DELETE", f"{DEVICES}/{made['id']}")).status == 404


async def test_a_stream_ends_with_the_token_that_opened_it(appliance: RunningAppliance) -> None:
    made, other = (await adopt(appliance)).body, (await adopt(appliance)).body
    async with (
        listening(appliance, token=made["token"]) as listener,
        listening(appliance, token=other["token"]) as stays,
    ):
        await listener.snapshot()
        await stays.snapshot()
        assert (await ask(appliance, "DELETE", f"{DEVICES}/{made['id']}")).status == 204
        with pytest.raises((EOFError, aiohttp.ClientError)):
            await listener.until(lambda _heard: False)
        assert (await stays.until(lambda heard: heard.type == "beat"))[-1].body["fault"] is None


async def test_it_can_be_revoked_like_any_token(appliance: RunningAppliance) -> None:
    token = (await adopt(appliance)).body["token"]
    data = json.dumps({"token": token}).encode()
    path = "/api/v1/kds/tokens/revoke"
    assert (await ask(appliance, "POST", path, data=data, headers=JSON)).status == 204
    assert (await ask(appliance, "GET", TICKETS, token=token)).status == 401


@pytest.mark.parametrize("by", ["jti", "subject"])
async def test_it_can_be_revoked_by_what_names_it(appliance: RunningAppliance, by: str) -> None:
    made, other = (await adopt(appliance)).body, (await adopt(appliance, name="Wall")).body
    data = json.dumps({by: {"jti": made["id"], "subject": "device:Old tablet"}[by]}).encode()
    path = "/api/v1/kds/tokens/revoke"
    assert (await ask(appliance, "POST", path, data=data, headers=JSON)).status == 204
    assert (await ask(appliance, "GET", TICKETS, token=made["token"])).status == 401
    assert (await ask(appliance, "GET", TICKETS, token=other["token"])).status == 200
    assert [each["id"] for each in (await ask(appliance, "GET", DEVICES)).body] == [other["id"]]


def seconds_of_checks(directory: Path, many: int) -> float:
    """How long it takes to look whether the last of so many devices may still listen."""
    found = Devices(directory)
    *_others, last = (found.issue(f"Screen {number}") for number in range(many))
    authority = Authority(directory, config.Appliance(), config.Auth())
    check = partial(authority.check, authority.verify(last.token))
    return min(timeit.repeat(check, number=200, repeat=20))


def test_looking_whether_one_may_still_listen_takes_no_longer_with_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.files.os.fsync", lambda _descriptor: None)
    (tmp_path / "few").mkdir()
    (tmp_path / "many").mkdir()
    few, many = seconds_of_checks(tmp_path / "few", 1), seconds_of_checks(tmp_path / "many", 400)
    assert many < 5 * few


async def test_a_token_that_is_almost_right_opens_nothing(appliance: RunningAppliance) -> None:
    token = (await adopt(appliance)).body["token"]
    for wrong in (token[:-1], token + "x", token.upper(), token.removeprefix("device_")):
        answer = await ask(appliance, "GET", TICKETS, token=wrong)
        assert (answer.status, answer.body["code"]) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize("role", ["chef", "server"])
async def test_only_managers_let_screens_in(appliance: RunningAppliance, role: str) -> None:
    assert (await adopt(appliance, role)).status == 403
    assert (await ask(appliance, "GET", DEVICES, role=role)).status == 403
    assert (await ask(appliance, "DELETE", f"{DEVICES}/x", role=role)).status == 403


async def test_there_is_an_end_to_them(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "MAX_DEVICES", 1)
    assert (await adopt(appliance)).status == 201
    assert (await adopt(appliance)).status == 409


async def test_a_screen_without_a_name_is_refused(appliance: RunningAppliance) -> None:
    answer = await adopt(appliance, name="")
    assert (answer.status, answer.body["details"]["field"]) == (400, "name")


async def test_damaged_devices_open_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        token = (await adopt(first)).body["token"]
    (tmp_path / devices.NAME).write_bytes(b'{"by_hash": 1}')
    async with running(tmp_path) as second:
        assert (await ask(second, "GET", TICKETS, token=token)).status == 401
        assert second.authority.status().damaged == ("devices",)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/devices", {"name": "Tablet"}),
        ("/pins", {"name": "Maria", "pin": "4711", "roles": ["chef"]}),
    ],
)
async def test_a_station_that_is_not_there_is_named(
    appliance: RunningAppliance, path: str, body: dict[str, object]
) -> None:
    status, answer = await appliance.call("POST", path, json=body | {"stations": ["grill", "girl"]})
    assert (status, answer["code"], answer["details"]["field"]) == (
        400,
        "VALIDATION_ERROR",
        "stations",
    )
    assert (await appliance.call("GET", path))[1] == []
    # One that was made over HTTP will do.
    await appliance.call("POST", "/stations", json={"name": "Girl", "id": "girl"})
    status, _ = await appliance.call("POST", path, json=body | {"stations": ["grill", "girl"]})
    assert status == 201
