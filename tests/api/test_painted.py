"""What pages of an adopted screen say that they have painted."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from appliance.api.events.websocket import MAX_MESSAGES
from tests.api.asking import ask
from tests.api.screens import MadeUpScreens, given
from tests.api.talking import Talk, subscribed, talking
from tests.api.test_knocks import adopt, knock
from tests.running import RunningAppliance, running


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> MadeUpScreens:
    screens = MadeUpScreens()
    given(monkeypatch, screens)
    return screens


@pytest.fixture
async def appliance(screens: MadeUpScreens, tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    del screens
    async with running(tmp_path) as appliance:
        yield appliance


@pytest.fixture
async def board(appliance: RunningAppliance) -> str:
    """The token of an adopted one."""
    token: str = (await knock(appliance)).body["token"]
    await adopt(appliance, "000001")
    return token


async def beat(talk: Talk) -> Any:
    return (await talk.until(lambda heard: heard["type"] == "beat"))[-1]


async def answered(talk: Talk) -> Any:
    """The error that a message is answered with."""
    return (await talk.until(lambda heard: heard["type"] == "error"))[-1]


async def taken(talk: Talk) -> None:
    """Whatever was said before is done with: this is refused, and nothing else was."""
    await talk.say("pong", nonsense=True)
    await talk.say("subscribe", channel="kds")
    assert (await answered(talk))["code"] == "CONFLICT"


async def test_each_page_of_a_screen_says_what_it_shows(
    appliance: RunningAppliance, screens: MadeUpScreens, board: str
) -> None:
    (device,) = (await ask(appliance, "GET", "/api/v1/kds/devices")).body
    async with (
        subscribed(appliance, token=board) as first,
        subscribed(appliance, token=board) as second,
    ):
        seq = (await beat(first))["seq"]
        await first.say("painted", seq=seq)
        await taken(first)
        await beat(second)
        await second.say("painted", seq=0)
        await taken(second)
        await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
        newest = (await first.until(lambda heard: heard["type"] == "kds.ticket.created"))[-1]
        await first.say("painted", seq=newest["seq"])
        await taken(first)
        assert list(screens.pages.values()) == [
            [(device["id"], "127.0.0.1", seq), (device["id"], "127.0.0.1", newest["seq"])],
            [(device["id"], "127.0.0.1", 0)],
        ]
        pages = set(screens.pages)
    async with asyncio.timeout(10):
        assert {await screens.ended.get() for _ in range(2)} == pages
    assert not screens.pages


async def test_the_page_of_a_connection_that_breaks_is_closed(
    appliance: RunningAppliance, screens: MadeUpScreens, board: str
) -> None:
    async with subscribed(appliance, token=board) as talk:
        await talk.say("painted", seq=(await beat(talk))["seq"])
        await taken(talk)
        (page,) = screens.pages
        (device,) = (await ask(appliance, "GET", "/api/v1/kds/devices")).body
        path = f"/api/v1/kds/devices/{device['id']}"
        assert (await ask(appliance, "DELETE", path)).status == 204
        assert (await talk.ends()).code == 4401
    async with asyncio.timeout(10):
        assert await screens.ended.get() is page


@pytest.mark.parametrize("seq", [-1, 10**6, 10**30, "1", 1.5, None, True])
async def test_what_cannot_have_been_painted_is_refused(
    appliance: RunningAppliance, screens: MadeUpScreens, board: str, seq: Any
) -> None:
    async with subscribed(appliance, token=board) as talk:
        await beat(talk)
        await talk.say("painted", seq=seq)
        refused = await answered(talk)
        assert (refused["code"], refused["details"]["field"]) == ("VALIDATION_ERROR", "seq")
        await talk.say("painted", seq=0)
        await taken(talk)
        assert [painted for ((*_, painted),) in screens.pages.values()] == [0]


async def test_others_may_say_it_and_nothing_comes_of_it(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    async with subscribed(appliance) as talk:
        await talk.say("painted", seq=(await beat(talk))["seq"])
        await taken(talk)
        await talk.say("painted", seq=10**6)
        assert (await answered(talk))["code"] == "VALIDATION_ERROR"
    assert not screens.pages


async def test_who_hears_nothing_or_one_station_of_its_choice_is_not_the_screen(
    appliance: RunningAppliance, screens: MadeUpScreens, board: str
) -> None:
    async with talking(appliance, token=board) as talk:
        await talk.the("auth_success")
        await talk.say("painted", seq=0)
        assert (await answered(talk))["code"] == "CONFLICT"
    async with subscribed(appliance, token=board, station_id="grill") as talk:
        await beat(talk)
        await talk.say("painted", seq=0)
        refused = await answered(talk)
        assert (refused["code"], "station_id" in refused["message"]) == ("CONFLICT", True)
    assert not screens.pages


async def test_it_is_counted_apart_from_other_messages(
    appliance: RunningAppliance, screens: MadeUpScreens, board: str
) -> None:
    async with subscribed(appliance, token=board) as talk:
        for _ in range(MAX_MESSAGES):
            await talk.say("painted", seq=0)
        await taken(talk)
        assert [len(each) for each in screens.pages.values()] == [MAX_MESSAGES]
        await talk.say("painted", seq=0)
        assert (await talk.ends()).code == 4429
