"""Listeners hear of stations that are made, changed and removed while they listen."""

import asyncio
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from appliance.kitchen.command import (
    AddRules,
    Command,
    DefineStation,
    Refused,
    RemoveRule,
    RemoveStation,
)
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.state import STATE_FORMAT
from appliance.log import snapshot
from tests.api.asking import ask
from tests.api.listening import Heard, listening
from tests.running import RunningAppliance, running

BAR = Station("bar", "Bar", "bar", display_order=2)
WATER = Rule("r-1", "bar", name=("water",))
GLASS = {"lineId": "1", "name": "Water"}


async def submit(appliance: RunningAppliance, *commands: Command) -> None:
    for command in commands:
        answer = appliance.expeditor.submit(command)
        assert not isinstance(answer.reply, Refused), answer.reply
        await asyncio.shield(answer.durable)


def is_about_stations(heard: Heard) -> bool:
    return heard.type == "kds.stations"


def ids(stations: list[Any]) -> list[str]:
    return [station["id"] for station in stations]


async def test_each_change_comes_once_with_all_stations_as_a_snapshot_has_them(
    appliance: RunningAppliance,
) -> None:
    shown = []
    async with listening(appliance) as listener:
        first = await listener.snapshot()
        before = first.body["payload"]["stations"]
        for command in (
            DefineStation(BAR),
            DefineStation(replace(BAR, name="Drinks", display_order=10, active=False)),
            RemoveStation("bar"),
        ):
            await submit(appliance, command)
            heard = (await listener.until(is_about_stations))[-1]
            assert list(heard.body) == ["type", "seq", "at", "payload"]
            assert heard.id == f"{appliance.log.epoch}:{heard.body['seq']}"
            assert heard.body["seq"] == appliance.log.head
            assert list(heard.body["payload"]) == ["stations"]
            shown.append(heard.body["payload"]["stations"])
            async with listening(appliance) as late:
                payload = (await late.snapshot()).body["payload"]
                assert payload["stations"] == shown[-1]
    bar = {"id": "bar", "name": "Bar", "station_type": "bar", "active": True}
    bar |= {"sound_alerts": False}
    drinks = bar | {"name": "Drinks", "active": False}
    assert ids(before) == ["grill", "fry", "cold", "pass"]
    grill, fry, cold, at_pass = before
    assert shown == [
        [grill, fry, bar, cold, at_pass],
        [grill, fry, cold, at_pass, drinks],
        before,
    ]


async def test_whoever_was_away_hears_what_there_was_then_and_not_what_is_now(
    appliance: RunningAppliance,
) -> None:
    async with listening(appliance) as listener:
        position = (await listener.snapshot()).id
    await submit(appliance, DefineStation(BAR), RemoveStation("bar"))
    async with listening(appliance, last_event_id=position) as listener:
        first = await listener.hear()
        second = await listener.hear()
    assert "bar" in ids(first.body["payload"]["stations"])
    assert "bar" not in ids(second.body["payload"]["stations"])


async def test_a_restart_costs_nobody_a_station(tmp_path: Path) -> None:
    async with running(tmp_path) as before, listening(before) as listener:
        position = (await listener.snapshot()).id
        await submit(before, DefineStation(BAR), AddRules((WATER,)))
    snapshot.path_of(tmp_path, STATE_FORMAT).unlink()
    async with running(tmp_path) as from_log:
        async with listening(from_log, last_event_id=position) as listener:
            heard = (await listener.until(is_about_stations))[-1]
            assert "bar" in ids(heard.body["payload"]["stations"])
        await from_log.order(id="A-1", items=[GLASS])
    async with running(tmp_path) as from_snapshot:
        await from_snapshot.order(id="A-2", items=[GLASS])
        placed = [ticket["order_id"] for ticket in await from_snapshot.tickets("bar")]
        assert placed == ["A-1", "A-2"]


async def test_a_listener_for_a_station_hears_of_that_one_alone(
    appliance: RunningAppliance,
) -> None:
    token = appliance.token("chef", stations=["bar", "grill"])
    async with listening(appliance, token=token) as listener:
        first = await listener.snapshot()
        assert ids(first.body["payload"]["stations"]) == ["grill"]
        await submit(appliance, DefineStation(Station("oven", "Oven")), DefineStation(BAR))
        heard = await listener.hear()
        while heard.type == "beat":
            heard = await listener.hear()
        assert ids(heard.body["payload"]["stations"]) == ["grill", "bar"]
        assert heard.body["seq"] == appliance.log.head


async def test_changes_of_rules_are_no_news_for_a_board_and_stop_no_listener(
    appliance: RunningAppliance,
) -> None:
    await submit(appliance, DefineStation(BAR))
    async with listening(appliance) as listener:
        await listener.snapshot()
        await submit(appliance, AddRules((WATER,)))
        await appliance.order(id="A-1", items=[GLASS])
        await submit(appliance, RemoveRule("r-1"))
        head = appliance.log.head
        heard = await listener.until(lambda last: last.type == "beat" and last.body["seq"] == head)
    stations = [
        each.body["payload"]["ticket"]["station_id"] for each in heard if each.type != "beat"
    ]
    assert stations == ["bar", "pass"]


async def test_a_station_can_be_listened_to_as_soon_as_it_is_there(
    appliance: RunningAppliance,
) -> None:
    path = "/api/v1/kds/events?station_id=bar"
    assert (await ask(appliance, "GET", path)).status == 404
    await submit(appliance, DefineStation(replace(BAR, active=False)))
    async with listening(appliance, "?station_id=bar") as listener:
        assert ids((await listener.snapshot()).body["payload"]["stations"]) == ["bar"]
