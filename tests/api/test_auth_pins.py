"""Signing in with a PIN: what it opens, and what guessing it brings."""

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import AsyncIterator
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from appliance import config
from appliance.api import auth
from appliance.api.auth import authority, lockout, pins
from appliance.files import replace_file
from tests.api.asking import Answer, ask, ticket_path
from tests.api.clock import ManualClock, with_clock
from tests.running import RunningAppliance, running

PINS = "/api/v1/kds/pins"
TICKETS = "/api/v1/kds/stations/grill/tickets"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock()
    with_clock(monkeypatch, monotonic=clock)
    return clock


@pytest.fixture
async def appliance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> AsyncIterator[RunningAppliance]:
    """With Maria, a chef with the PIN 4711; hashes are quick, for there are many."""
    del clock
    monkeypatch.setattr(pins, "SCRYPT_N", 2)
    async with running(tmp_path) as appliance:
        await set_pin(appliance, "Maria", "4711")
        yield appliance


async def set_pin(
    appliance: RunningAppliance, name: str, pin: str, role: str = "chef", **more: Any
) -> Answer:
    data = json.dumps({"name": name, "pin": pin, "roles": [role]} | more).encode()
    return await ask(appliance, "POST", PINS, data=data, headers=JSON)


async def sign_in(appliance: RunningAppliance, pin: str) -> Answer:
    headers = FORM | {"Origin": appliance.url}
    data = urlencode({"pin": pin, "token": ""}).encode()
    return await ask(appliance, "POST", "/sign-in", role=None, headers=headers, data=data)


async def from_address(appliance: RunningAppliance, address: str, pin: str) -> int:
    """The status of signing in from another address of this machine."""
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    async with (
        aiohttp.ClientSession(connector=connector) as http,
        http.post(
            f"{appliance.url}/sign-in", data={"pin": pin}, headers={"Origin": appliance.url}
        ) as answer,
    ):
        return answer.status


def session(answer: Answer) -> dict[str, str]:
    assert answer.status == 200, answer.body
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["expeditor_session"]
    return {"Cookie": f"expeditor_session={cookie.value}"}


async def test_a_pin_opens_a_session_with_its_persons_rights(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    answer = await sign_in(appliance, "4711")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["expeditor_session"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Strict"
    assert not cookie["secure"]  # Over plain HTTP a browser would not keep it.
    headers = session(answer) | {"Origin": appliance.url}
    for action, status in (("start", 200), ("void", 403)):
        path = ticket_path("grill", "A-1", action)
        assert (await ask(appliance, "POST", path, role=None, headers=headers)).status == status
    assert (await ask(appliance, "GET", PINS, role=None, headers=headers)).status == 403


async def test_a_pin_for_one_station_opens_no_other(appliance: RunningAppliance) -> None:
    await set_pin(appliance, "Tom", "0815", stations=["fry"])
    headers = session(await sign_in(appliance, "0815"))
    assert (await ask(appliance, "GET", TICKETS, role=None, headers=headers)).status == 403
    path = "/api/v1/kds/stations/fry/tickets"
    assert (await ask(appliance, "GET", path, role=None, headers=headers)).status == 200


async def test_a_wrong_pin_opens_nothing(appliance: RunningAppliance, clock: ManualClock) -> None:
    wrong = ["4710", "471", "47111", "0", "\u0664\u0667\u0661\u0661", "4711\x00", "é" * 500]
    for pin in wrong:
        clock.now += lockout.ADDRESS_SECONDS
        answer = await sign_in(appliance, pin)
        assert (answer.status, answer.body["code"]) == (401, "UNAUTHORIZED"), pin
        assert "Set-Cookie" not in answer.headers
        assert pin not in answer.body["message"]


async def test_without_any_pin_nobody_gets_in(tmp_path: Path) -> None:
    async with running(tmp_path) as appliance:
        for pin in ("0000", "1234", ""):
            assert (await sign_in(appliance, pin)).status == 401


async def test_five_wrong_pins_lock_for_a_minute_and_say_for_how_long(
    appliance: RunningAppliance, clock: ManualClock
) -> None:
    for _ in range(5):
        assert (await sign_in(appliance, "0000")).status == 401
    clock.now += 0.5
    for pin in ("0000", "4711"):  # The right one, too: nothing tells them apart.
        answer = await sign_in(appliance, pin)
        assert (answer.status, answer.body["code"]) == (429, "TOO_MANY_REQUESTS")
        assert answer.headers["Retry-After"] == "60"
        assert answer.body["details"] == {"retry_after": 60}
    clock.now += 59
    assert (await sign_in(appliance, "4711")).headers["Retry-After"] == "1"
    clock.now += 0.5
    session(await sign_in(appliance, "4711"))


async def test_four_wrong_pins_lock_nobody(appliance: RunningAppliance) -> None:
    for _ in range(4):
        assert (await sign_in(appliance, "0000")).status == 401
    session(await sign_in(appliance, "4711"))
    assert (await sign_in(appliance, "0000")).status == 401
    # A right one between them makes no room for more guesses.
    assert (await sign_in(appliance, "4711")).status == 429


async def test_many_addresses_together_lock_all(
    appliance: RunningAppliance, clock: ManualClock
) -> None:
    for number in range(5):
        assert await from_address(appliance, f"127.0.0.{10 + number}", "0000") == 401
    assert await from_address(appliance, "127.0.0.99", "4711") == 429
    assert appliance.authority.status().lockout.locked_seconds == 60
    clock.now += lockout.LOCKED_SECONDS
    assert await from_address(appliance, "127.0.0.99", "4711") == 200


async def test_an_address_that_guesses_slowly_is_locked_alone(
    appliance: RunningAppliance, clock: ManualClock
) -> None:
    for _ in range(5):
        clock.now += 30
        assert await from_address(appliance, "127.0.0.10", "0000") == 401
    clock.now += 30
    assert await from_address(appliance, "127.0.0.10", "4711") == 429
    assert await from_address(appliance, "127.0.0.11", "4711") == 200
    status = appliance.authority.status().lockout
    assert (status.locked_addresses, status.locked_seconds) == (1, 0)
    assert (status.wrong, status.locks) == (5, 1)


async def test_old_mistakes_are_forgotten(appliance: RunningAppliance, clock: ManualClock) -> None:
    for _ in range(8):
        assert (await sign_in(appliance, "0000")).status == 401
        clock.now += lockout.ADDRESS_SECONDS / 4
    session(await sign_in(appliance, "4711"))


async def test_guesses_at_the_same_time_are_no_way_around(appliance: RunningAppliance) -> None:
    tries = [sign_in(appliance, f"{number:04}") for number in range(40)]
    statuses = [answer.status for answer in await asyncio.gather(*tries)]
    assert (statuses.count(401), statuses.count(429)) == (5, 35)


async def test_an_hour_of_guessing_tries_no_more_than_five_a_minute(
    appliance: RunningAppliance, clock: ManualClock
) -> None:
    tried = 0
    for second in range(0, 3600, 10):
        for burst in range(2):
            tried += (await sign_in(appliance, f"9{second + burst:04}")).status == 401
        clock.now += 10
    assert 0 < tried <= 5 * 60


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.7", "10.0.0.7", True),
        ("::ffff:10.0.0.7", "::ffff:10.0.0.8", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_a_host_is_one_whatever_address_of_its_own_it_takes(
    one: str, other: str, *, same: bool
) -> None:
    clock = ManualClock()
    door = lockout.Lockout(clock)
    for _ in range(5):
        clock.now += 20
        door.count(one)
    clock.now += 45
    if same:
        with pytest.raises(lockout.Locked):
            door.count(other)
    else:
        door.count(other)()
        assert door.status().wrong == 5


async def test_as_much_is_computed_for_any_try(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    computed = 0
    real = hashlib.scrypt

    def counting(*arguments: Any, **named: Any) -> bytes:
        nonlocal computed
        computed += 1
        digest: bytes = real(*arguments, **named)
        return digest

    for number in range(5):
        await set_pin(appliance, f"Cook {number}", f"800{number}")
    monkeypatch.setattr(hashlib, "scrypt", counting)
    for pin in ("4711", "8004", "0000", "x", "1" * 1000):
        computed = 0
        clock.now += lockout.ADDRESS_SECONDS
        await sign_in(appliance, pin)
        assert computed == 1, pin


async def test_one_at_a_time_is_computed_for_each_takes_much_memory(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    computing: list[int] = []
    most = 0

    def slow(*_arguments: Any, **_named: Any) -> bytes:
        nonlocal most
        computing.append(1)
        time.sleep(0.02)  # In a thread of its own, for the others to come in meanwhile.
        most = max(most, len(computing))
        computing.pop()
        return b"nobody's"

    monkeypatch.setattr(hashlib, "scrypt", slow)
    await asyncio.gather(*(sign_in(appliance, f"000{number}") for number in range(5)))
    assert most == 1


async def test_no_two_have_the_same_pin(appliance: RunningAppliance) -> None:
    answer = await set_pin(appliance, "Tom", "4711")
    assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
    assert (await set_pin(appliance, "Maria", "4711", "manager")).status == 201
    shown = (await ask(appliance, "GET", PINS)).body
    assert [(each["name"], each["roles"]) for each in shown] == [("Maria", ["manager"])]


async def test_what_is_wrong_with_a_pin_is_named(appliance: RunningAppliance) -> None:
    for field, body in (
        ("pin", {"pin": "123"}),
        ("pin", {"pin": "123456789"}),
        ("pin", {"pin": "12a4"}),
        ("pin", {"pin": "\u0661\u0662\u0663\u0664"}),
        ("pin", {"pin": 1234}),
        ("name", {"name": ""}),
        ("name", {"name": "x" * 65}),
        ("name", {"name": "a\nb"}),
        ("roles", {"roles": ["chief"]}),
        ("roles", {"roles": []}),
        ("stations[0]", {"stations": [""]}),
    ):
        data = json.dumps({"name": "Tom", "pin": "1234", "roles": ["chef"]} | body).encode()
        answer = await ask(appliance, "POST", PINS, data=data, headers=JSON)
        assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR"), body
        assert answer.body["details"]["field"] == field
    assert appliance.authority.status().pins == 1


async def test_a_new_pin_ends_the_old_one_and_what_it_opened(appliance: RunningAppliance) -> None:
    before = session(await sign_in(appliance, "4711"))
    assert (await set_pin(appliance, "Maria", "0815")).status == 201
    assert (await ask(appliance, "GET", TICKETS, role=None, headers=before)).status == 401
    assert (await sign_in(appliance, "4711")).status == 401
    await asyncio.sleep(0.002)  # Tokens tell the milliseconds apart.
    after = session(await sign_in(appliance, "0815"))
    assert (await ask(appliance, "GET", TICKETS, role=None, headers=after)).status == 200


async def test_who_has_no_pin_any_more_is_signed_out(appliance: RunningAppliance) -> None:
    headers = session(await sign_in(appliance, "4711"))
    assert (await ask(appliance, "DELETE", f"{PINS}/Maria")).status == 204
    assert (await ask(appliance, "GET", TICKETS, role=None, headers=headers)).status == 401
    assert (await sign_in(appliance, "4711")).status == 401
    assert (await ask(appliance, "DELETE", f"{PINS}/Maria")).status == 404
    assert (await ask(appliance, "GET", PINS)).body == []


async def test_a_session_ends_with_its_pin_whoever_notices_it_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority, "LOOK_SECONDS", 3600)
    async with running(tmp_path) as appliance:
        await set_pin(appliance, "Maria", "4711")
        settings = config.Appliance(), config.Auth()
        elsewhere = await asyncio.to_thread(auth.Authority, tmp_path, *settings)
        await asyncio.to_thread(elsewhere.remove_pin, "Maria")
        headers = session(await sign_in(appliance, "4711"))
        await asyncio.to_thread(appliance.authority.refresh)
        assert (await ask(appliance, "GET", TICKETS, role=None, headers=headers)).status == 401


@pytest.mark.parametrize("replaced", [True, False])
async def test_a_pin_that_goes_while_it_is_tried_opens_nothing(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, *, replaced: bool
) -> None:
    computing, go_on = asyncio.Event(), threading.Event()
    loop, scrypt = asyncio.get_running_loop(), hashlib.scrypt

    def held_up(digits: bytes, **how: Any) -> bytes:
        if digits == b"4711":
            loop.call_soon_threadsafe(computing.set)
            go_on.wait(10)
        return scrypt(digits, **how)

    monkeypatch.setattr(hashlib, "scrypt", held_up)
    trying = asyncio.create_task(sign_in(appliance, "4711"))
    await computing.wait()
    if replaced:
        assert (await set_pin(appliance, "Maria", "0815")).status == 201
    else:
        assert (await ask(appliance, "DELETE", f"{PINS}/Maria")).status == 204
    go_on.set()
    answer = await trying
    assert answer.status == 401
    assert "Set-Cookie" not in answer.headers


async def test_taking_a_pin_away_is_one_write(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No disk can be full between that and the end of what it opened."""
    written: list[Path] = []

    def nothing_else(path: Path, content: bytes) -> None:
        if path.name != pins.NAME:
            raise OSError(28, "No space left on device")
        written.append(path)
        replace_file(path, content)

    monkeypatch.setattr("appliance.records.replace_file", nothing_else)
    for change in (
        partial(set_pin, appliance, "Maria", "4711"),
        partial(ask, appliance, "DELETE", f"{PINS}/Maria"),
    ):
        headers = session(await sign_in(appliance, "4711"))
        assert (await change()).status in (201, 204)
        assert (await ask(appliance, "GET", TICKETS, role=None, headers=headers)).status == 401
    assert len(written) == 2


async def test_pins_from_before_they_had_ids_open_sessions_of_their_own(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        await set_pin(first, "Maria", "4711")
        await set_pin(first, "Tom", "0815")
    path = tmp_path / pins.NAME
    kept = json.loads(path.read_bytes())
    for pin in kept["pins"]:
        del pin["id"]
    path.write_text(json.dumps(kept))
    async with running(tmp_path) as second:
        marias = session(await sign_in(second, "4711"))
        toms = session(await sign_in(second, "0815"))
        assert (await ask(second, "DELETE", f"{PINS}/Maria")).status == 204
        assert (await ask(second, "GET", TICKETS, role=None, headers=marias)).status == 401
        assert (await ask(second, "GET", TICKETS, role=None, headers=toms)).status == 200


async def test_signing_out_ends_a_session_for_whoever_has_a_copy(
    appliance: RunningAppliance,
) -> None:
    mine = session(await sign_in(appliance, "4711"))
    other = session(await sign_in(appliance, "4711"))
    for _ in range(2):
        out = await ask(
            appliance, "POST", "/sign-out", role=None, headers=mine | {"Origin": appliance.url}
        )
        assert out.status == 200
    assert (await ask(appliance, "GET", TICKETS, role=None, headers=mine)).status == 401
    assert (await ask(appliance, "GET", TICKETS, role=None, headers=other)).status == 200
    assert appliance.authority.status().revoked == 1


async def test_signing_out_on_a_full_disk_signs_the_browser_out(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    headers = session(await sign_in(appliance, "4711")) | {"Origin": appliance.url}
    monkeypatch.setattr("appliance.records.replace_file", full)
    out = await ask(appliance, "POST", "/sign-out", role=None, headers=headers)
    assert (out.status, "Max-Age=0" in out.headers["Set-Cookie"]) == (200, True)
    assert "stays good" in caplog.text


async def test_a_revoked_person_signs_in_again_while_the_clock_is_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(time.time())
    with_clock(monkeypatch, now=clock)
    async with running(tmp_path) as appliance:
        await set_pin(appliance, "Maria", "4711")
        before = session(await sign_in(appliance, "4711"))
        clock.now -= 3600
        await asyncio.to_thread(appliance.authority.revoke_subject, "pin:Maria")
        after = session(await sign_in(appliance, "4711"))
        for headers, status in ((before, 401), (after, 200)):
            answer = await ask(appliance, "GET", TICKETS, role=None, headers=headers)
            assert answer.status == status


async def test_only_managers_of_every_station_give_pins(appliance: RunningAppliance) -> None:
    data = json.dumps({"name": "Tom", "pin": "1234", "roles": ["owner"]}).encode()
    for token in (
        appliance.token("chef"),
        appliance.token("pos_staff"),
        appliance.token("manager", stations=["grill"]),
    ):
        for method, path in (("POST", PINS), ("GET", PINS), ("DELETE", f"{PINS}/Maria")):
            answer = await ask(appliance, method, path, token=token, data=data, headers=JSON)
            assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), path
    assert [pin.name for pin in appliance.authority.pins()] == ["Maria"]


async def test_pins_outlive_a_restart_and_are_on_disk_as_slow_hashes_alone(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as first:
        assert (await set_pin(first, "Maria", "4711")).status == 201
    async with running(tmp_path) as second:
        session(await sign_in(second, "4711"))
        assert (await sign_in(second, "4712")).status == 401
    path = tmp_path / pins.NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"4711" not in path.read_bytes()
    kept = json.loads(path.read_bytes())
    assert len(kept["pins"][0]["hash"]) == 88  # 64 bytes, as base64
    assert pins.SCRYPT_N * pins.SCRYPT_R * pins.SCRYPT_P >= 2**14 * 8 * 5


async def test_damaged_pins_open_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        await set_pin(first, "Maria", "4711")
    (tmp_path / pins.NAME).write_bytes(b"{")
    async with running(tmp_path) as second:
        assert (await sign_in(second, "4711")).status == 401
        assert second.authority.status().damaged == ("pins",)
        assert (await set_pin(second, "Maria", "4711")).status == 201


async def test_a_full_disk_is_said(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("appliance.records.replace_file", full)
    answer = await set_pin(appliance, "Tom", "1234")
    assert (answer.status, answer.body["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["Retry-After"]
    assert (await ask(appliance, "GET", PINS)).body[0]["name"] == "Maria"
