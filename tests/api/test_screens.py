"""Screens over HTTP: who sees which, adopted, changed, forgotten, and their devices with them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from appliance.api.auth.devices import Devices
from appliance.screens_now import CannotAdopt, FoundScreen, Hub, Look
from tests.api.asking import Answer, ask
from tests.api.listening import Heard, listening
from tests.api.screens import LEFT_TO_IT, SHOWN_AT, MadeUpScreens, given, screen
from tests.api.test_knocks import ID, JSON, SCREENS, TICKETS, adopt, knock
from tests.running import RunningAppliance, running

TV = FoundScreen("0123456789", "TV", "lan", "fry", "1", "192.0.2.9:9104", ("mdns",), "")


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> MadeUpScreens:
    screens = MadeUpScreens(
        screen("at-grill", "grill"),
        screen("at-fry", "fry", proto="lan", address="192.0.2.8:9104", backup="at-grill"),
        screen("at-cold", "cold", source="file"),
        screen("for-all"),
    )
    screens.found, screens.hubs = [TV], [Hub("other", "Bar", "192.0.2.2", same_id=False)]
    given(monkeypatch, screens)
    return screens


@pytest.fixture
async def appliance(screens: MadeUpScreens, tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    del screens
    async with running(tmp_path) as appliance:
        yield appliance


async def send(
    appliance: RunningAppliance, method: str, path: str = SCREENS, **body: Any
) -> Answer:
    return await ask(appliance, method, path, data=json.dumps(body).encode(), headers=JSON)


async def may_see(appliance: RunningAppliance, token: str, station: str) -> bool:
    path = TICKETS.replace("grill", station)
    status = (await ask(appliance, "GET", path, token=token)).status
    assert status in (200, 401, 403)
    return status == 200


async def test_a_screen_is_told_in_full(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    screens.put(
        "at-fry", state="away", why="no answer", missed=True, covered_by="at-grill", waiting=3
    )
    told = (await ask(appliance, "GET", SCREENS)).body
    assert told["screens"][1] == {
        "id": "at-fry",
        "name": "The at-fry",
        "proto": "lan",
        "station_id": "fry",
        "source": "api",
        "address": "192.0.2.8:9104",
        "backup_id": "at-grill",
        "patience": 8,
        "shows": "board",
        "look": LEFT_TO_IT,
        "state": "away",
        "why": "no answer",
        "since": SHOWN_AT,
        "covers": [],
        "covered_by": "at-grill",
        "conflict": "",
        "missed": True,
        "seq": None,
        "waiting": 3,
        "refused": 0,
        "adopted": True,
        "health": None,
    }
    assert told["found"][0]["address"] == "192.0.2.9:9104"
    assert told["hubs"] == [
        {"id": "other", "name": "Bar", "address": "192.0.2.2", "same_id": False}
    ]
    assert told["announced"]["host"] == "expeditor.local"


async def test_who_is_kept_to_stations_sees_their_screens_and_nothing_found(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    async def seen(*stations: str) -> list[str]:
        token = appliance.token("chef", stations=stations)
        told = (await ask(appliance, "GET", SCREENS, token=token)).body
        assert (told["found"], told["hubs"]) == ([], [])
        return [each["id"] for each in told["screens"]]

    assert await seen("grill") == ["at-grill", "for-all"]
    assert await seen("fry", "cold") == ["at-fry", "at-cold", "for-all"]
    screens.put("at-grill", covers=("fry",))
    assert await seen("fry") == ["at-grill", "at-fry", "for-all"]
    assert await seen("pass") == list(screens.screens)
    status, told = await appliance.call("GET", "/screens", role="chef")
    assert (status, len(told["found"])) == (200, 1)


ADDRESSES = {
    "192.0.2.7": "192.0.2.7:9104",
    "192.0.2.7:9200": "192.0.2.7:9200",
    "fry-screen.local": "fry-screen.local:9104",
    "2001:db8::7": "[2001:db8::7]:9104",
    "[2001:db8::7]:9105": "[2001:db8::7]:9105",
}


async def test_a_lan_screen_is_adopted_by_its_address(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    wanted = {"station_id": "fry", "backup_id": "at-grill"}
    for typed, address in ADDRESSES.items():
        answer = await send(appliance, "POST", name="Wall", address=typed, **wanted)
        assert answer.status == 201, typed
        made = screens.screens[answer.body["id"]]
        assert (made.address, made.name, made.station) == (address, "Wall", "fry")
        assert (made.backup, made.patience) == ("at-grill", 8)
    assert (await ask(appliance, "GET", "/api/v1/kds/devices")).body == []


async def test_a_lan_screen_that_was_found_is_adopted_by_id_and_address(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    body: dict[str, Any] = {"found_id": TV.id, "address": TV.address, "name": "TV"}
    body["patience"] = 20
    answer = await send(appliance, "POST", **body)
    assert (answer.status, answer.body["id"], answer.body["patience"]) == (201, TV.id, 20)
    again = await send(appliance, "POST", **body)
    assert (again.status, again.body["code"]) == (409, "CONFLICT")
    assert "already" in again.body["message"]
    assert len(screens.screens) == 5


async def test_a_lan_screen_that_is_found_in_one_place_needs_no_address(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    answer = await send(appliance, "POST", found_id=TV.id, name="TV")
    assert (answer.status, answer.body["id"]) == (201, TV.id)
    assert screens.screens[TV.id].address == ""  # Which is theirs to find.
    screens.fails = CannotAdopt("an address is needed: 2 places say to be it")
    answer = await send(appliance, "POST", found_id="another", name="TV")
    assert (answer.status, answer.body["code"]) == (409, "CONFLICT")


NO_SCREENS: list[tuple[dict[str, Any], str]] = [
    ({}, "code"),
    ({"found_id": ""}, "code"),
    ({"code": "000001", "address": "192.0.2.7"}, "code"),
    ({"code": "000001", "found_id": TV.id}, "code"),
    ({"address": "192.0.2.7:0"}, "address"),
    ({"address": "192.0.2.7:70000"}, "address"),
    ({"address": "http://192.0.2.7"}, "address"),
    ({"address": "a b"}, "address"),
    ({"address": ""}, "address"),
    ({"address": "192.0.2.7", "station_id": "girl"}, "station_id"),
    ({"address": "192.0.2.7", "backup_id": "nobody"}, "backup_id"),
    ({"address": "192.0.2.7", "found_id": "at-fry", "backup_id": "at-fry"}, "backup_id"),
    ({"address": "192.0.2.7", "name": ""}, "name"),
    ({"address": "192.0.2.7", "name": " x"}, "name"),
    ({"address": "192.0.2.7", "name": "\u202ex"}, "name"),
    ({"address": "192.0.2.7", "name": "x" * 65}, "name"),
    ({"address": "192.0.2.7", "patience": 4}, "patience"),
    ({"address": "192.0.2.7", "id": "mine"}, "id"),
]


async def test_what_cannot_be_adopted_is_refused(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    await knock(appliance)
    for body, field in NO_SCREENS:
        answer = await send(appliance, "POST", **{"name": "Wall"} | body)
        assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR"), body
        assert answer.body["details"]["field"] == field, body
    assert len(screens.screens) == 4
    assert (await ask(appliance, "GET", "/api/v1/kds/devices")).body == []


async def test_a_code_that_nobody_shows_lets_nobody_in(appliance: RunningAppliance) -> None:
    await knock(appliance)
    for code in ("000002", "", "00001", "000001 ", "٠٠٠٠٠١"):
        assert (await adopt(appliance, code)).status == 404
    assert (await adopt(appliance, "000001")).status == 201
    assert (await adopt(appliance, "000001")).status == 404


@pytest.mark.parametrize(
    ("fails", "status"), [(CannotAdopt("no room"), 409), (OSError(28, "No space left"), 503)]
)
async def test_where_an_adoption_fails_the_token_is_worth_nothing(
    appliance: RunningAppliance, screens: MadeUpScreens, fails: Exception, status: int
) -> None:
    token = (await knock(appliance)).body["token"]
    screens.fails = fails
    answer = await adopt(appliance, "000001")
    assert answer.status == status
    assert ("no room" in answer.body["message"]) is (status == 409)
    assert (await ask(appliance, "GET", TICKETS, token=token)).status == 401
    assert (await ask(appliance, "GET", "/api/v1/kds/devices")).body == []
    assert (await adopt(appliance, "000001")).status == 201


async def test_of_two_who_type_the_same_code_one_is_right(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    token = (await knock(appliance)).body["token"]
    both = await asyncio.gather(*(adopt(appliance, "000001") for _ in range(2)))
    assert sorted(each.status for each in both) == [201, 404]
    (device,) = (await ask(appliance, "GET", "/api/v1/kds/devices")).body
    assert screens.devices[ID] == device["id"]
    assert await may_see(appliance, token, "grill")


async def test_a_repeated_adoption_is_answered_as_it_was(appliance: RunningAppliance) -> None:
    await knock(appliance)
    data = json.dumps({"code": "000001", "name": "Wall"}).encode()
    headers = JSON | {"X-Idempotency-Key": "adopt-1"}
    first, again = [
        await ask(appliance, "POST", SCREENS, data=data, headers=headers) for _ in range(2)
    ]
    assert (first.status, again.status) == (201, 201)
    assert (first.body, "Idempotent-Replayed" in again.headers) == (again.body, True)


async def test_another_station_is_another_right_at_once_and_for_good(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001", station_id="grill", backup_id="at-fry", patience=9)
    async with listening(appliance, token=token) as stream:
        assert [each["id"] for each in (await stream.snapshot()).body["payload"]["stations"]] == [
            "grill"
        ]
        answer = await send(appliance, "PATCH", f"{SCREENS}/{ID}", station_id="fry")
        assert (answer.status, answer.body["station_id"]) == (200, "fry")
        heard = await stream.until(lambda heard: heard.type == "kds.snapshot")
        assert [each["id"] for each in heard[-1].body["payload"]["stations"]] == ["fry"]
    changed = screens.screens[ID]
    assert (changed.name, changed.backup, changed.patience) == ("Wall", "at-fry", 9)
    assert await may_see(appliance, token, "fry")
    assert not await may_see(appliance, token, "grill")
    kept = await asyncio.to_thread(Devices, appliance.directory)
    assert [(each.name, each.stations) for each in kept.list()] == [("Wall", ("fry",))]

    await send(appliance, "PATCH", f"{SCREENS}/{ID}", station_id=None, name="Pass")
    assert await may_see(appliance, token, "grill")
    (device,) = (await ask(appliance, "GET", "/api/v1/kds/devices")).body
    assert (device["name"], device["stations"]) == ("Pass", None)


async def test_how_a_board_is_to_look_is_told_at_once_and_kept(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001", station_id="grill", look={"colours": "day"})
    wanted = LEFT_TO_IT | {"colours": "day", "scale": 140}
    async with listening(appliance, token=token) as stream:
        await stream.snapshot()
        look = {"colours": "day", "scale": 140}
        answer = await send(appliance, "PATCH", f"{SCREENS}/{ID}", look=look)
        assert (answer.status, answer.body["look"]) == (200, wanted)

        def is_told(heard: Heard) -> bool:
            told = heard.body.get("payload", {}).get("screens", [])
            return any(each["id"] == ID and each["look"] == wanted for each in told)

        await stream.until(is_told)
    await send(appliance, "PATCH", f"{SCREENS}/{ID}", name="Other")
    assert screens.screens[ID].look == Look(colours="day", scale=140)


async def test_a_token_is_good_for_what_its_screen_is_for_by_now(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001", station_id="grill")
    screens.put(ID, station="fry")  # As where the configuration's file is another.
    assert await may_see(appliance, token, "fry")
    assert not await may_see(appliance, token, "grill")
    screens.put(ID, station=None)
    assert await may_see(appliance, token, "grill")


async def test_a_token_ends_with_its_screen_however_that_ended(
    appliance: RunningAppliance, screens: MadeUpScreens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.api.events.listener.BEAT_SECONDS", 60)
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001")
    async with listening(appliance, token=token) as stream:
        await stream.snapshot()
        left, screens.screens = screens.screens, {}
        screens.tell()
        with pytest.raises((EOFError, aiohttp.ClientError)):
            await stream.until(lambda _heard: False)
    assert not await may_see(appliance, token, "grill")
    # It was not revoked: its screen may be in the file again.
    screens.screens = left
    screens.tell()
    assert await may_see(appliance, token, "grill")


async def test_the_old_token_ends_though_it_cannot_be_forgotten(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001", station_id="grill")
    new = (await knock(appliance)).body["token"]

    def fails(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(appliance.authority.devices, "revoke", fails)
    assert (await adopt(appliance, "000001", station_id="grill")).status == 201
    assert await may_see(appliance, new, "grill")
    assert not await may_see(appliance, old, "grill")


async def test_what_stays_need_not_be_there_any_more(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    screens.put("at-fry", station="gone", backup="gone")
    answer = await send(appliance, "PATCH", f"{SCREENS}/at-fry", name="Wall")
    assert (answer.status, answer.body["name"], answer.body["station_id"]) == (200, "Wall", "gone")


@pytest.mark.parametrize(
    ("fails", "status"), [(CannotAdopt("not so"), 409), (OSError(28, "No space left"), 503)]
)
async def test_a_change_that_fails_changes_nothing(
    appliance: RunningAppliance, screens: MadeUpScreens, fails: Exception, status: int
) -> None:
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001", station_id="grill")
    screens.fails = fails
    answer = await send(appliance, "PATCH", f"{SCREENS}/{ID}", station_id="fry", name="Fry")
    assert answer.status == status
    assert await may_see(appliance, token, "grill")
    assert not await may_see(appliance, token, "fry")
    assert (await ask(appliance, "GET", "/api/v1/kds/devices")).body[0]["name"] == "Wall"


NO_CHANGES: list[tuple[str, dict[str, Any], int, str | None]] = [
    ("at-grill", {"station_id": "girl"}, 400, "station_id"),
    ("at-grill", {"backup_id": "at-grill"}, 400, "backup_id"),
    ("at-grill", {"name": ""}, 400, "name"),
    ("at-grill", {"patience": None}, 400, "patience"),
    ("at-grill", {"code": "000001"}, 400, "code"),
    ("at-grill", {"look": {"scale": 300}}, 400, "look.scale"),
    ("at-grill", {"look": {"layout": "sideways"}}, 400, "look.layout"),
    ("at-fry", {"look": {"scale": 120}}, 400, "look"),
    ("at-cold", {"name": "Cold"}, 409, None),
    ("nobody", {"name": "Cold"}, 404, None),
]


async def test_what_cannot_be_changed_stays(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    before = dict(screens.screens)
    for path, body, status, field in NO_CHANGES:
        answer = await send(appliance, "PATCH", f"{SCREENS}/{path}", **body)
        assert (answer.status, answer.body["details"].get("field")) == (status, field), body
    assert screens.screens == before


async def test_a_screen_is_forgotten_and_its_token_ends_at_once(
    appliance: RunningAppliance, screens: MadeUpScreens, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing but the news of it ends the stream.
    monkeypatch.setattr("appliance.api.events.listener.BEAT_SECONDS", 60)
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001", station_id="grill")
    async with listening(appliance, token=token) as stream:
        await stream.snapshot()
        assert (await ask(appliance, "DELETE", f"{SCREENS}/{ID}")).status == 204
        with pytest.raises((EOFError, aiohttp.ClientError)):
            await stream.until(lambda _heard: False)
    assert not await may_see(appliance, token, "grill")
    assert ID not in screens.screens
    assert (await ask(appliance, "GET", "/api/v1/kds/devices")).body == []
    assert (await ask(appliance, "DELETE", f"{SCREENS}/{ID}")).status == 404
    assert (await knock(appliance, token)).body["state"] == "new"


async def test_a_screen_that_cannot_be_forgotten_has_no_token_all_the_same(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    token = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001")
    screens.fails = OSError(28, "No space left")
    answer = await ask(appliance, "DELETE", f"{SCREENS}/{ID}")
    assert (answer.status, answer.body["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert not await may_see(appliance, token, "grill")
    assert (await ask(appliance, "DELETE", f"{SCREENS}/{ID}")).status == 204


async def test_a_screen_of_the_file_is_not_forgotten(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    assert (await ask(appliance, "DELETE", f"{SCREENS}/at-cold")).status == 409
    assert (await ask(appliance, "DELETE", f"{SCREENS}/nobody")).status == 404
    assert len(screens.screens) == 4


async def test_the_health_names_them_for_everybody(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    screens.put("at-fry", state="away", why="no answer", missed=True, covered_by="at-grill")
    health = (await ask(appliance, "GET", "/api/v1/kds/health", role=None)).body
    assert [each["id"] for each in health["screens"]] == list(screens.screens)
    assert health["screens"][1] == {
        "id": "at-fry",
        "name": "The at-fry",
        "station_id": "fry",
        "proto": "lan",
        "state": "away",
        "why": "no answer",
        "since": SHOWN_AT,
        "covers": [],
        "covered_by": "at-grill",
        "conflict": "",
        "missed": True,
        "shows": "board",
        "look": LEFT_TO_IT,
    }
