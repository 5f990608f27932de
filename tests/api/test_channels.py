"""Delivery channels: how they are, what somebody has seen to, pausing, and who is told of it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from appliance.api.events import listener as event_listener
from appliance.channels_now import CannotPause
from appliance.log import NotStored
from tests.api.asking import Answer, ask
from tests.api.channels import AT, SHOWN_AT, MadeUpChannels, account, disagreement, given
from tests.api.listening import Heard, Listener, listening
from tests.api.talking import subscribed
from tests.api.test_errors import is_error
from tests.api.test_metrics import measured
from tests.running import RunningAppliance, running

CHANNELS = "/api/v1/kds/channels"
SETTLE = f"{CHANNELS}/city/orders/9%2F1/settled"
PAUSE = f"{CHANNELS}/city/pause"
HEALTH = "/api/v1/kds/health"
CITY = account(
    "city",
    last_order=AT,
    last_status=AT + 1000,
    queue=2,
    oldest=AT,
    refused=1,
    refused_why="no such order",
    token_until=AT + 2000,
    wrong_signatures=3,
    can_pause=True,
)
TOWN = account("town", environment="staging", state="away", why="no answer", paused_until=AT)
FAILED = disagreement("A-1", reason="too late")
CITY_TOLD = {
    "id": "city",
    "channel": "Deliverect",
    "name": "The city",
    "environment": "production",
    "state": "ready",
    "why": "",
    "since": SHOWN_AT,
    "last_order_at": SHOWN_AT,
    "last_status_at": "2026-03-02T18:00:01Z",
    "queue": 2,
    "oldest_at": SHOWN_AT,
    "refused": 1,
    "refused_why": "no such order",
    "turned_away": 0,
    "turned_away_why": "",
    "token_until": "2026-03-02T18:00:02Z",
    "wrong_signatures": 3,
    "can_pause": True,
    "paused_until": None,
}
OF_THE_MOMENT = dict.fromkeys(("last_order_at", "last_status_at", "queue", "oldest_at"))
FAILED_TOLD = {
    "account": "city",
    "order_id": "A-1",
    "called": "U-1",
    "matter": "failed",
    "since": SHOWN_AT,
    "reason": "too late",
}


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> MadeUpChannels:
    channels = MadeUpChannels(CITY)
    given(monkeypatch, channels)
    return channels


@pytest.fixture
async def appliance(channels: MadeUpChannels, tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    del channels
    async with running(tmp_path) as appliance:
        appliance.channels_now.show([CITY, TOWN], [FAILED])
        yield appliance


async def pause(appliance: RunningAppliance, seconds: Any, path: str = PAUSE) -> Answer:
    data = json.dumps({"seconds": seconds}).encode()
    headers = {"Content-Type": "application/json"}
    return await ask(appliance, "POST", path, data=data, headers=headers)


async def test_how_they_are_and_where_they_do_not_agree(appliance: RunningAppliance) -> None:
    told = (await ask(appliance, "GET", CHANNELS, role="server")).body
    assert [each["id"] for each in told["accounts"]] == ["city", "town"]
    assert told["accounts"][0] == CITY_TOLD
    assert told["accounts"][1]["paused_until"] == SHOWN_AT
    assert told["disagreements"] == [FAILED_TOLD]
    for station, wanted in (("grill", []), ("pass", [FAILED_TOLD])):
        token = appliance.token("chef", stations=[station])
        told = (await ask(appliance, "GET", CHANNELS, token=token)).body
        assert (len(told["accounts"]), told["disagreements"]) == (2, wanted)


async def test_a_disagreement_is_settled(
    appliance: RunningAppliance, channels: MadeUpChannels
) -> None:
    at_pass = appliance.token("expeditor", stations=["pass"])
    assert (await ask(appliance, "POST", SETTLE, token=at_pass)).status == 204
    assert channels.settled == [("city", "9/1")]
    elsewhere = SETTLE.replace("city", "village")
    is_error(await ask(appliance, "POST", elsewhere), 404, "NOT_FOUND")
    channels.fails = NotStored("no room")
    answer = await ask(appliance, "POST", SETTLE)
    is_error(answer, 503, "SERVICE_UNAVAILABLE")
    assert "no room" in answer.body["message"]


async def test_new_orders_are_paused(appliance: RunningAppliance, channels: MadeUpChannels) -> None:
    assert (await pause(appliance, 900)).status == 204
    assert (await pause(appliance, 0)).status == 204
    assert channels.paused == [("city", 900), ("city", 0)]
    for wrong in (-1, 86_401, "soon", None):
        is_error(await pause(appliance, wrong), 400, "VALIDATION_ERROR")
    is_error(await pause(appliance, 900, PAUSE.replace("city", "village")), 404, "NOT_FOUND")
    channels.fails = CannotPause("the channel refused it: no such scope")
    answer = await pause(appliance, 900)
    is_error(answer, 409, "CONFLICT")
    assert answer.body["message"] == "the channel refused it: no such scope"


async def test_where_there_are_none_there_is_nothing_of_them(tmp_path: Path) -> None:
    async with running(tmp_path) as appliance:
        told = (await ask(appliance, "GET", CHANNELS)).body
        assert told == {"accounts": [], "disagreements": []}
        assert (await ask(appliance, "POST", SETTLE)).status == 404
        assert (await pause(appliance, 900)).status == 404
        assert (await ask(appliance, "GET", HEALTH, role=None)).body["channels"] == []
        assert not [name for name, *_labels in await measured(appliance) if "channel" in name]


async def test_everybody_may_know_how_they_are_and_no_order_of_theirs(
    appliance: RunningAppliance,
) -> None:
    answer = await ask(appliance, "GET", HEALTH, role=None)
    assert [each["id"] for each in answer.body["channels"]] == ["city", "town"]
    assert answer.body["channels"][0] == CITY_TOLD
    assert "A-1" not in str(answer.body)
    assert "U-1" not in str(answer.body)


async def test_numbers_for_monitors(appliance: RunningAppliance) -> None:
    samples = await measured(appliance)
    states = {
        name[1:]
        for name, value in samples.items()
        if name[0] == "expeditor_channel_state" and value
    }
    assert states == {
        ("city", "Deliverect", "production", "ready"),
        ("town", "Deliverect", "staging", "away"),
    }
    for name, of_city, of_town in (
        ("queue", 2, 0),
        ("refused", 1, 0),
        ("turned_away", 0, 0),
        ("paused", 0, 1),
    ):
        assert samples[f"expeditor_channel_{name}", "city"] == of_city
        assert samples[f"expeditor_channel_{name}", "town"] == of_town
    for name, after in (("last_order", 0), ("last_status", 1), ("oldest", 0), ("token_until", 2)):
        metric = f"expeditor_channel_{name}_timestamp_seconds"
        assert samples[metric, "city"] == AT / 1000 + after
        assert (metric, "town") not in samples
    assert samples["expeditor_channel_disagreements", "city", "failed"] == 1
    assert samples["expeditor_channel_disagreements", "town", "failed"] == 0


# ── events ───────────────────────────────────────────────────────────────────────────


def told(heard: list[Any]) -> list[Any]:
    """What was told of channels."""
    bodies = [each.body if isinstance(each, Heard) else each for each in heard]
    return [each["payload"] for each in bodies if each["type"] == "kds.channels"]


def is_beat(heard: Any) -> bool:
    body = heard.body if isinstance(heard, Heard) else heard
    return bool(body["type"] == "beat")


@pytest.fixture
def nothing_comes_with_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_listener, "BEAT_SECONDS", 60)


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_who_sees_a_pass_or_all_is_told_at_first_and_then_each_change(
    appliance: RunningAppliance,
) -> None:
    at_pass = appliance.token("chef", stations=["pass"])
    talk: Any
    async with (
        subscribed(appliance) as talk,
        listening(appliance, token=at_pass) as stream,
    ):
        for each in (talk, stream):
            (first,) = told(await each.until(is_beat))
            assert first["accounts"][0] == CITY_TOLD | OF_THE_MOMENT
            assert first["disagreements"] == [FAILED_TOLD]
        # What each order changes is not worth an event.
        appliance.channels_now.show([account("city", queue=7, last_order=AT + 9)], [FAILED])
        appliance.channels_now.show([account("city", queue=8, last_order=AT + 10)], [])
        for each in (talk, stream):
            *_, last = told(await each.until(lambda heard: told([heard]) != []))
            assert ("seq" in last, len(last["accounts"])) == (False, 1)
            assert last["disagreements"] == []
        appliance.channels_now.show([account("city", queue=9, last_order=AT + 11)], [])
        appliance.channels_now.show([account("city", state="refused", why="401")], [])
        for each in (talk, stream):
            (only,) = told(await each.until(lambda heard: told([heard]) != []))
            assert only["accounts"][0]["state"] == "refused"


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_who_sees_no_pass_is_told_nothing(appliance: RunningAppliance) -> None:
    async def hears_none(stream: Listener, order: str) -> None:
        assert told(await stream.until(is_beat)) == []
        appliance.channels_now.show([TOWN], [FAILED])
        await appliance.order(id=order, items=[{"lineId": "1", "name": "Hamburger"}])
        assert told(await stream.until(lambda heard: heard.type.startswith("kds.ticket"))) == []

    token = appliance.token("chef", stations=["grill"])
    async with listening(appliance, token=token) as stream:
        await hears_none(stream, "A-1")
    appliance.channels_now.show([CITY, TOWN], [FAILED])
    async with listening(appliance, "?station_id=grill") as stream:
        await hears_none(stream, "A-2")
