"""Somebody is called to a station over HTTP; listeners hear of it, the status has it."""

from typing import Any

import pytest

from tests.api.asking import Answer, ask
from tests.api.listening import Heard, listening
from tests.api.talking import subscribed
from tests.api.walking import Walk
from tests.running import RunningAppliance, running


def path(station: str) -> str:
    return f"/api/v1/kds/stations/{station}/summon"


async def call(appliance: RunningAppliance, station: str, **how: Any) -> Answer:
    return await ask(appliance, "POST", path(station), **how)


async def come(appliance: RunningAppliance, station: str, **how: Any) -> Answer:
    return await ask(appliance, "DELETE", path(station), **how)


async def in_status(appliance: RunningAppliance) -> list[Any]:
    status = await ask(appliance, "GET", "/api/v1/kds/status")
    found: list[Any] = status.body["kitchen"]["summons"]
    return found


async def in_snapshot(appliance: RunningAppliance, token: str | None = None) -> list[Any]:
    async with listening(appliance, token=token) as listener:
        found: list[Any] = (await listener.snapshot()).body["payload"]["summons"]
        return found


def is_summon(heard: Heard) -> bool:
    return heard.type == "kds.summon"


def said(body: Any) -> tuple[Any, ...]:
    return body["payload"]["station_id"], body["live"], body["by"]


async def test_who_is_called_is_answered_shown_and_in_the_status(
    appliance: RunningAppliance,
) -> None:
    answer = await call(appliance, "grill", role="chef")
    assert answer.status == 200
    assert answer.body == {"station_id": "grill", "since": answer.body["since"], "by": "test"}
    assert (await call(appliance, "grill")).body == answer.body
    second = (await call(appliance, "fry")).body
    assert await in_status(appliance) == [answer.body, second]
    assert await in_snapshot(appliance) == [answer.body, second]
    for _ in range(2):  # Whoever comes again comes to nobody, and that is no error.
        gone = await come(appliance, "grill", role="chef")
        assert (gone.status, gone.body) == (204, "")
    assert await in_status(appliance) == await in_snapshot(appliance) == [second]


async def test_each_call_is_heard_once_by_both_kinds_of_listeners(
    appliance: RunningAppliance,
) -> None:
    async with subscribed(appliance) as talk, listening(appliance) as stream:
        await stream.snapshot()
        await talk.the("kds.snapshot")
        await call(appliance, "grill")
        await call(appliance, "grill")
        await come(appliance, "grill")
        await come(appliance, "grill")
        for seq, live in ((1, True), (2, False)):
            by_stream = (await stream.until(is_summon))[-1]
            by_socket = await talk.the("kds.summon")
            assert by_socket == by_stream.body
            assert said(by_socket) == ("grill", live, "test")
            assert list(by_socket) == ["type", "seq", "at", "by", "live", "payload"]
            assert by_socket["seq"] == seq
            assert by_stream.id == f"{appliance.log.epoch}:{seq}"
        assert appliance.log.head == 2


async def test_who_was_away_hears_it_when_he_comes_back(appliance: RunningAppliance) -> None:
    await call(appliance, "grill")
    await call(appliance, "fry")
    await come(appliance, "grill")
    async with listening(appliance, "?since=1") as listener:
        heard = [await listener.hear(), await listener.hear()]
    assert [said(each.body) for each in heard] == [("fry", True, "test"), ("grill", False, "test")]


@pytest.mark.parametrize(
    ("stations", "hears"),
    [(["pass"], True), (["fry", "pass"], True), (["grill"], True), (["fry"], False)],
)
async def test_who_hears_of_the_pass_or_the_station_hears_the_call(
    appliance: RunningAppliance, stations: list[str], *, hears: bool
) -> None:
    token = appliance.token("chef", stations=stations)
    async with listening(appliance, token=token) as listener:
        await listener.snapshot()
        await call(appliance, "grill")
        head = appliance.log.head
        heard = await listener.until(lambda each: each.body["seq"] == head)
        assert any(map(is_summon, heard)) is hears
    assert bool(await in_snapshot(appliance, token)) is hears


@pytest.mark.parametrize(
    ("stations", "status"), [(["pass"], 204), (["grill"], 204), (["fry"], 403), (["cold"], 403)]
)
async def test_it_is_the_pass_or_the_station_itself_that_may_come(
    appliance: RunningAppliance, stations: list[str], status: int
) -> None:
    await call(appliance, "grill")
    token = appliance.token("chef", stations=stations)
    assert (await come(appliance, "grill", token=token)).status == status
    assert bool(await in_status(appliance)) is (status == 403)
    called = await call(appliance, "grill", token=appliance.token("chef", stations=["pass"]))
    assert called.status == 403  # But it is nobody else that may call there.


async def test_a_station_that_is_none_is_not_found(appliance: RunningAppliance) -> None:
    for answer in (await call(appliance, "gril"), await come(appliance, "gril")):
        assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")


async def test_it_ends_by_itself_after_a_quarter_of_an_hour(walk: Walk) -> None:
    appliance = walk.appliance
    async with listening(appliance) as listener:
        await listener.snapshot()
        await call(appliance, "grill")
        walk.clock.seconds += 15 * 60
        await call(appliance, "fry")  # Something happens: the timers look at the clock.
        heard = await listener.until(lambda each: is_summon(each) and not each.body["live"])
    assert said(heard[-1].body) == ("grill", False, None)
    assert [each["station_id"] for each in await in_status(appliance)] == ["fry"]


async def test_it_survives_a_restart(tmp_path: Any) -> None:
    async with running(tmp_path) as appliance:
        await call(appliance, "grill")
        before = await in_status(appliance)
    async with running(tmp_path) as appliance:
        assert await in_snapshot(appliance) == await in_status(appliance) == before
