"""Tokens that end before their time: revoked, signed with a secret that was rotated away."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from appliance import config, records
from appliance.api.auth import Authority, issue, revoked, secret
from tests.api.asking import Answer, ask
from tests.api.clock import ManualClock, with_clock
from tests.api.every_path import guarded
from tests.api.listening import listening
from tests.running import RunningAppliance, running

TICKETS = "/api/v1/kds/stations/grill/tickets"
REVOKE = "/api/v1/kds/tokens/revoke"
JSON = {"Content-Type": "application/json"}
DAY = 86_400
SEVERAL_DAYS = 5 * DAY


async def opens(appliance: RunningAppliance, token: str) -> bool:
    answer = await ask(appliance, "GET", TICKETS, token=token)
    assert answer.status in (200, 401), answer.body
    return answer.status == 200


async def revoke(appliance: RunningAppliance, role: str = "manager", **what: Any) -> Answer:
    data = json.dumps(what).encode()
    return await ask(appliance, "POST", REVOKE, role=role, data=data, headers=JSON)


def token_of(appliance: RunningAppliance, subject: str = "Tom", seconds: int = SEVERAL_DAYS) -> str:
    return issue(
        appliance.secret, roles=["chef"], tenant="default", subject=subject, seconds=seconds
    )


async def later(change: Callable[[], None]) -> None:
    """As the command `expeditor` does it: elsewhere, and not in the loop."""
    await asyncio.to_thread(change)


async def test_a_revoked_token_opens_nothing_and_others_still_do(
    appliance: RunningAppliance,
) -> None:
    first, second = token_of(appliance), token_of(appliance)
    assert await opens(appliance, first)
    assert (await revoke(appliance, token=first)).status == 204
    for method, path in await guarded(appliance):
        answer = await ask(appliance, method, path, role=None, token=first)
        assert answer.status == 401, path
        assert method == "HEAD" or answer.body["code"] == "INVALID_TOKEN"
    assert await opens(appliance, second)


async def test_a_token_can_be_revoked_by_its_id_alone(appliance: RunningAppliance) -> None:
    token, other = token_of(appliance), token_of(appliance)
    jti = appliance.authority.verify(token).token_id
    assert (await revoke(appliance, jti=jti)).status == 204
    assert not await opens(appliance, token)
    assert await opens(appliance, other)


async def test_all_of_a_subject_end_but_what_it_gets_later(appliance: RunningAppliance) -> None:
    toms = [token_of(appliance), token_of(appliance)]
    mine = token_of(appliance, "Maria")
    assert (await revoke(appliance, subject="Tom")).status == 204
    assert [await opens(appliance, token) for token in toms] == [False, False]
    assert await opens(appliance, mine)
    await asyncio.sleep(0.002)  # Tokens tell the milliseconds apart.
    assert await opens(appliance, token_of(appliance))


async def test_a_subject_is_revoked_also_while_the_clock_is_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(time.time())
    with_clock(monkeypatch, now=clock)
    async with running(tmp_path) as appliance:
        token = token_of(appliance)
        for behind in (3600.0, clock.now):  # As last saved; or no battery at all.
            clock.now -= behind
            assert (await revoke(appliance, subject="Tom")).status == 204
            assert not await opens(appliance, token)
            assert await opens(appliance, appliance.authority.issue("Tom", ["chef"], 60))
            clock.now += behind
            assert not await opens(appliance, token)


async def test_what_a_token_told_of_the_time_is_believed_where_the_clock_knows_less(
    tmp_path: Path,
) -> None:
    def ahead(appliance: RunningAppliance, subject: str) -> str:
        at = time.time() + 3600
        who = {"tenant": "default", "subject": subject}
        return issue(appliance.secret, roles=["chef"], seconds=DAY, issued_at=at, **who)

    async with running(tmp_path) as first:
        toms, marias = ahead(first, "Tom"), ahead(first, "Maria")
        assert await opens(first, marias)
        assert (await revoke(first, subject="Maria")).status == 204
        assert not await opens(first, marias)
    async with running(tmp_path) as second:
        assert (await revoke(second, subject="Tom")).status == 204
        assert not await opens(second, toms)


async def test_a_token_revoked_by_its_id_in_the_past_stays_so_when_the_clock_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(0.0)
    with_clock(monkeypatch, now=clock)
    async with running(tmp_path) as appliance:
        token = token_of(appliance)
        await revoke(appliance, jti=appliance.authority.verify(token).token_id)
        clock.now = time.time()
        await revoke(appliance, jti="another")
        assert not await opens(appliance, token)


async def test_a_revocation_outlives_restarts(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        token = token_of(first)
        await revoke(first, token=token)
    async with running(tmp_path) as second:
        assert not await opens(second, token)
    assert (tmp_path / revoked.NAME).stat().st_mode & 0o777 == 0o600


async def test_only_managers_of_every_station_revoke(appliance: RunningAppliance) -> None:
    token = token_of(appliance)
    for role in ("chef", "server"):
        assert (await revoke(appliance, role, token=token)).status == 403
    grill = appliance.token("manager", stations=["grill"])
    data = json.dumps({"subject": "Tom"}).encode()
    answer = await ask(appliance, "POST", REVOKE, token=grill, data=data, headers=JSON)
    assert answer.status == 403
    assert await opens(appliance, token)


async def test_what_cannot_be_revoked_is_named(appliance: RunningAppliance) -> None:
    bodies: list[dict[str, Any]] = [
        {},
        {"token": "a", "jti": "b"},
        {"token": "garbage"},
        {"token": "device_x"},
        {"jti": ""},
        {"who": "Tom"},
    ]
    for body in bodies:
        answer = await revoke(appliance, **body)
        assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR"), body
    assert appliance.authority.status().revoked == 0


async def test_a_stream_ends_with_the_token_that_opened_it(appliance: RunningAppliance) -> None:
    async with listening(appliance) as listener:
        await listener.snapshot()
        await revoke(appliance, subject="test")
        with pytest.raises((EOFError, aiohttp.ClientError)):
            await listener.until(lambda _heard: False)


async def test_what_is_over_is_forgotten_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(time.time())
    with_clock(monkeypatch, now=clock)
    async with running(tmp_path) as appliance:
        short, long = token_of(appliance, seconds=60), token_of(appliance, seconds=9 * DAY)
        for token in (short, long):
            await later(partial(appliance.authority.revoke, token))
        assert appliance.authority.status().revoked == 2
        clock.now += 60 + revoked.KEPT_LONGER_SECONDS + 1
        await later(lambda: appliance.authority.revoke_id("another"))
        assert appliance.authority.status().revoked == 2
        assert not await opens(appliance, long)


async def test_there_is_an_end_to_what_can_be_revoked(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revoked, "MAX_REVOKED", 2)
    for jti in ("a", "b"):
        assert (await revoke(appliance, jti=jti)).status == 204
    answer = await revoke(appliance, jti="c")
    assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
    assert "rotate" in answer.body["message"]


async def test_a_rotated_secret_is_good_for_a_day_and_then_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(time.time())
    with_clock(monkeypatch, now=clock)
    async with running(tmp_path) as appliance:
        old = token_of(appliance)
        await later(appliance.authority.rotate)
        assert await opens(appliance, old)
        new = issue(
            (tmp_path / secret.NAME).read_bytes(),
            roles=["chef"],
            tenant="default",
            subject="x",
            seconds=SEVERAL_DAYS,
        )
        assert await opens(appliance, new)
        clock.now += DAY - 1
        assert await opens(appliance, old)
        clock.now += 1
        for method, path in await guarded(appliance):
            answer = await ask(appliance, method, path, role=None, token=old)
            assert answer.status == 401, path
        assert await opens(appliance, new)
        assert appliance.authority.status().secrets == 1
    for name in (secret.NAME, secret.RETIRED):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


async def test_how_long_is_a_setting(tmp_path: Path) -> None:
    text = '[[station]]\nid = "grill"\nname = "Grill"\n[auth]\nkeep_old_secret = "0s"\n'
    async with running(tmp_path, text) as appliance:
        old = token_of(appliance)
        assert await opens(appliance, old)
        await later(appliance.authority.rotate)
        assert not await opens(appliance, old)


async def test_a_rotation_outlives_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        old = token_of(first)
        await later(first.authority.rotate)
    async with running(tmp_path) as second:
        assert await opens(second, old)
        assert second.secret != first.secret


async def test_secrets_rotated_several_times_are_each_good_for_their_time(tmp_path: Path) -> None:
    async with running(tmp_path) as appliance:
        kept = []
        for _ in range(secret.RETIRED_KEPT + 1):
            current = (tmp_path / secret.NAME).read_bytes()
            kept.append(issue(current, roles=["chef"], tenant="default", subject="x", seconds=60))
            await later(appliance.authority.rotate)
        assert [await opens(appliance, token) for token in kept] == [False, *[True] * 4]


async def test_a_rotation_that_another_one_came_before_ends_no_token_of_it(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    between: list[str] = []

    def another_first(directory: Path) -> AbstractContextManager[None]:
        if not between:
            between.append("")
            other = Authority(directory, config.Appliance(), config.Auth())
            other.rotate()
            current = (directory / secret.NAME).read_bytes()
            between[0] = issue(current, roles=["chef"], tenant="default", subject="x", seconds=60)
        return records.locked(directory)

    monkeypatch.setattr(secret, "locked", another_first)
    await later(appliance.authority.rotate)
    assert await opens(appliance, between[0])


async def test_a_damaged_list_of_what_is_revoked_revokes_all_that_was_issued_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as first:
        bad, good = token_of(first), token_of(first)
        await revoke(first, token=bad)
    path = tmp_path / revoked.NAME
    path.write_bytes(path.read_bytes()[:-5])
    caplog.set_level(logging.WARNING)
    async with running(tmp_path) as second:
        assert not await opens(second, bad)
        assert not await opens(second, good)
        assert await opens(second, second.token("chef"))
        assert second.authority.status().damaged == ("revoked",)
    assert "revoked is damaged" in caplog.text
    assert (tmp_path / "revoked.damaged").exists()
    async with running(tmp_path) as third:
        assert not await opens(third, bad)
        assert third.authority.status().damaged == ()


async def test_that_holds_when_the_clock_is_in_the_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as first:
        bad = token_of(first)
        await revoke(first, token=bad)
    path = tmp_path / revoked.NAME
    path.write_bytes(path.read_bytes()[:-5])
    with_clock(monkeypatch, now=ManualClock(0.0))
    async with running(tmp_path) as second:
        assert not await opens(second, bad)


async def test_what_is_damaged_while_it_runs_changes_nothing(
    appliance: RunningAppliance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    bad, good = token_of(appliance), token_of(appliance)
    await revoke(appliance, token=bad)
    for name in (revoked.NAME, secret.NAME):
        (appliance.directory / name).write_bytes(b"{")
    await later(appliance.authority.refresh)
    assert not await opens(appliance, bad)
    assert await opens(appliance, good)
    assert "revoked is damaged" in caplog.text
    assert "secret is damaged" in caplog.text


async def test_what_cannot_be_read_holds_up_nothing_else(appliance: RunningAppliance) -> None:
    other = await asyncio.to_thread(
        Authority, appliance.directory, config.Appliance(), config.Auth()
    )
    await later(other.rotate)
    (appliance.directory / revoked.NAME).mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        await later(appliance.authority.refresh)
    assert appliance.authority.status().secrets == 2
    assert await opens(appliance, token_of(appliance))


async def test_what_could_not_be_read_once_is_read_when_it_can_be(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_path: Path) -> bytes:
        raise OSError(5, "Input/output error")

    token = token_of(appliance)
    other = await asyncio.to_thread(
        Authority, appliance.directory, config.Appliance(), config.Auth()
    )
    await later(partial(other.revoke, token))
    await later(other.rotate)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", broken)
        with pytest.raises(OSError, match="Input/output"):
            await later(appliance.authority.refresh)
    await later(appliance.authority.refresh)
    assert not await opens(appliance, token)
    assert appliance.authority.status().secrets == 2


async def test_damage_on_a_full_disk_opens_nothing(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    bad = token_of(appliance)
    await revoke(appliance, token=bad)
    (appliance.directory / revoked.NAME).write_bytes(b"{")
    monkeypatch.setattr("appliance.records.replace_file", full)
    with pytest.raises(OSError, match="No space left"):
        await later(appliance.authority.refresh)
    await later(appliance.authority.refresh)
    assert not await opens(appliance, bad)


async def test_a_damaged_list_of_old_secrets_opens_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        old = token_of(first)
        await later(first.authority.rotate)
    (tmp_path / secret.RETIRED).write_bytes(b"[]")
    async with running(tmp_path) as second:
        assert not await opens(second, old)
        assert second.authority.status().damaged == ("secrets",)
