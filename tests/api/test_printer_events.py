"""How printers are reaches who listens, by both kinds of streams: all first, then each change."""

from collections.abc import Callable
from typing import Any

import pytest

from appliance.api.events import listener as event_listener
from tests.api.listening import Heard, is_ticket, listening
from tests.api.printing import SHOWN_AT, now
from tests.api.talking import subscribed
from tests.running import RunningAppliance

LOW = {"state": "paper low", "why": "the roll is nearly at its end"}


def bodies(heard: list[Any]) -> list[Any]:
    return [each.body if isinstance(each, Heard) else each for each in heard]


def told(heard: list[Any]) -> list[list[tuple[str, str]]]:
    """The ids and states of each time that printers were told of."""
    return [
        [(each["id"], each["state"]) for each in body["payload"]["printers"]]
        for body in bodies(heard)
        if body["type"] == "kds.printers"
    ]


def says(*states: tuple[str, str]) -> Callable[[Any], bool]:
    return lambda heard: told([heard]) == [list(states)]


def is_beat(heard: Any) -> bool:
    """The first comes when all that is shown of the moment was told; here it is the only one."""
    return bool(bodies([heard])[0]["type"] == "beat")


@pytest.fixture(autouse=True)
def nothing_comes_with_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_listener, "BEAT_SECONDS", 60)


async def test_all_are_told_at_first_and_then_each_change(appliance: RunningAppliance) -> None:
    appliance.printers_now.show(now("hot", "grill", "fry"))
    appliance.printers_now.show(now("cold-printer", "cold"))
    async with subscribed(appliance) as talk, listening(appliance) as stream:
        for listener in (talk, stream):
            heard = await listener.until(is_beat)
            assert [body["type"] for body in bodies(heard)][-3:] == [
                "kds.snapshot",
                "kds.printers",
                "beat",
            ]
            assert told(heard) == [[("hot", "ready"), ("cold-printer", "ready")]]
        appliance.printers_now.show(now("hot", "grill", "fry", **LOW))
        for listener in (talk, stream):
            heard = await listener.until(says(("hot", "paper low"), ("cold-printer", "ready")))
            assert len(heard) == 1
            assert getattr(heard[0], "id", None) is None  # No place to come back to.
            assert bodies(heard)[0]["payload"]["printers"][0] == {
                "id": "hot",
                "stations": ["grill", "fry"],
                "state": "paper low",
                "why": "the roll is nearly at its end",
                "to_do": "Have a new roll at hand.",
                "since": SHOWN_AT,
                "concern": "warning",
                "waiting": None,
                "asking": 0,
                "covered_by": None,
                "steps_in_for": [],
            }


async def test_chits_that_come_and_go_are_no_news_while_it_prints(
    appliance: RunningAppliance,
) -> None:
    appliance.printers_now.show(now("hot", "grill"))
    async with listening(appliance) as stream:
        assert told(await stream.until(is_beat)) == [[("hot", "ready")]]
        for place, waiting in enumerate((1, 2, 1, 0)):
            appliance.printers_now.show(now("hot", "grill", waiting=waiting))
            await appliance.order(id=f"A-{place}", items=[{"name": "Hamburger"}])
            for _station in ("grill", "pass"):
                assert told(await stream.until(is_ticket)) == []
        appliance.printers_now.show(now("hot", "grill", waiting=3, state="out of paper"))
        (heard,) = bodies(await stream.until(says(("hot", "out of paper"))))
        assert heard["payload"]["printers"][0]["waiting"] == 3
        appliance.printers_now.show(now("hot", "grill", waiting=4, state="out of paper"))
        (heard,) = bodies(await stream.until(says(("hot", "out of paper"))))
        assert heard["payload"]["printers"][0]["waiting"] == 4


async def test_who_hears_of_some_stations_hears_of_their_printers(
    appliance: RunningAppliance,
) -> None:
    appliance.printers_now.show(now("hot", "grill", "fry"))
    appliance.printers_now.show(now("cold-printer", "cold"))
    at_fry = appliance.token("chef", stations=["fry"])
    async with (
        listening(appliance, token=at_fry) as fry,
        listening(appliance, "?station_id=cold") as cold,
        listening(appliance, "?station_id=pass") as at_pass,
    ):
        assert told(await fry.until(is_beat)) == [[("hot", "ready")]]
        assert told(await cold.until(is_beat)) == [[("cold-printer", "ready")]]
        appliance.printers_now.show(now("cold-printer", "cold", **LOW))
        appliance.printers_now.show(now("hot", "grill", "fry", **LOW))
        assert len(await fry.until(says(("hot", "paper low")))) == 1
        assert len(await cold.until(says(("cold-printer", "paper low")))) == 1
        await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
        assert told(await at_pass.until(lambda heard: heard.type == "kds.ticket.created")) == []


async def test_who_comes_back_is_told_anew(appliance: RunningAppliance) -> None:
    appliance.printers_now.show(now("hot", "grill"))
    async with listening(appliance) as stream:
        position = (await stream.snapshot()).id
    appliance.printers_now.show(now("hot", "grill", state="offline"))
    async with listening(appliance, last_event_id=position) as stream:
        heard = await stream.until(says(("hot", "offline")))
        assert [body["type"] for body in bodies(heard)] == ["kds.printers"]


async def test_where_there_are_none_nothing_is_said(appliance: RunningAppliance) -> None:
    async with listening(appliance) as stream:
        heard = await stream.until(lambda heard: heard.type == "beat")
        assert [each.type for each in heard] == ["kds.snapshot", "beat"]
