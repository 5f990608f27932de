"""What a board's token may see goes with what it covers, on open streams too; `kds.screens`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from appliance.api.events import listener as event_listener
from tests.api.asking import ask, ticket_path
from tests.api.listening import Heard, listening
from tests.api.screens import LEFT_TO_IT, SHOWN_AT, MadeUpScreens, given, screen
from tests.api.talking import subscribed, talking
from tests.api.test_knocks import ID, TICKETS, adopt, knock
from tests.running import RunningAppliance, running

BOTH = [{"lineId": "1", "name": "Hamburger"}, {"lineId": "2", "name": "Fries"}]


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
async def at_grill(appliance: RunningAppliance) -> str:
    """The token of an adopted board."""
    token: str = (await knock(appliance)).body["token"]
    assert (await adopt(appliance, "000001", station_id="grill")).status == 201
    return token


def bodies(heard: list[Any]) -> list[Any]:
    return [each.body if isinstance(each, Heard) else each for each in heard]


def told(heard: list[Any]) -> list[list[tuple[str, str]]]:
    """The ids and states of each time that screens were told of."""
    return [
        [(each["id"], each["state"]) for each in body["payload"]["screens"]]
        for body in bodies(heard)
        if body["type"] == "kds.screens"
    ]


def is_beat(heard: Any) -> bool:
    return bool(bodies([heard])[0]["type"] == "beat")


def is_snapshot(heard: Any) -> bool:
    return bool(bodies([heard])[0]["type"] == "kds.snapshot")


def stations_of(heard: Any) -> list[str]:
    return [each["id"] for each in bodies([heard])[0]["payload"]["stations"]]


def tickets_of(heard: Any) -> list[tuple[str, str]]:
    tickets = bodies([heard])[0]["payload"]["tickets"]
    return [(each["order_id"], each["station_id"]) for each in tickets]


async def statuses(appliance: RunningAppliance, token: str) -> dict[str, int]:
    return {
        station: (
            await ask(appliance, "GET", TICKETS.replace("grill", station), token=token)
        ).status
        for station in ("grill", "fry", "cold")
    }


@pytest.fixture
def nothing_comes_with_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_listener, "BEAT_SECONDS", 60)


# ── what its token is for ────────────────────────────────────────────────────────────


async def test_a_screen_works_the_station_that_it_covers_for_so_long(
    appliance: RunningAppliance, screens: MadeUpScreens, at_grill: str
) -> None:
    await appliance.order(id="A-1", items=BOTH)
    bump = ticket_path("fry", "A-1", "bump")
    assert await statuses(appliance, at_grill) == {"grill": 200, "fry": 403, "cold": 403}
    assert (await ask(appliance, "POST", bump, token=at_grill)).status == 403
    screens.put(ID, covers=("fry",))
    assert await statuses(appliance, at_grill) == {"grill": 200, "fry": 200, "cold": 403}
    assert (await ask(appliance, "POST", bump, token=at_grill)).status == 200
    expo = (await ask(appliance, "GET", "/api/v1/kds/expo", token=at_grill)).body
    assert {each["station_id"] for each in expo[0]["tickets"]} == {"grill", "fry"}
    screens.put(ID, covers=())
    assert await statuses(appliance, at_grill) == {"grill": 200, "fry": 403, "cold": 403}
    assert (await ask(appliance, "POST", bump, token=at_grill)).status == 403


async def test_what_a_screen_covers_is_not_kept(
    appliance: RunningAppliance, screens: MadeUpScreens, at_grill: str
) -> None:
    del at_grill
    screens.put(ID, covers=("fry",))
    (device,) = (await ask(appliance, "GET", "/api/v1/kds/devices")).body
    assert device["stations"] == ["grill"]


async def test_a_press_that_is_sent_again_is_the_same_one_though_a_cover_began(
    appliance: RunningAppliance, screens: MadeUpScreens, at_grill: str
) -> None:
    await appliance.order(id="A-1", items=BOTH)
    headers = {"X-Idempotency-Key": "press-1"}
    start = ticket_path("grill", "A-1", "start")
    first = await ask(appliance, "POST", start, token=at_grill, headers=headers)
    screens.put(ID, covers=("fry",))
    again = await ask(appliance, "POST", start, token=at_grill, headers=headers)
    assert (first.status, again.status) == (200, 200)
    assert again.headers.get("Idempotent-Replayed") == "true"


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_an_open_stream_shows_what_it_covers_at_once_and_no_longer(
    appliance: RunningAppliance, screens: MadeUpScreens, at_grill: str
) -> None:
    await appliance.order(id="A-1", items=BOTH)
    async with subscribed(appliance, token=at_grill) as talk:
        stream: Any
        async with listening(appliance, token=at_grill) as stream:
            for each in (talk, stream):
                first = (await each.until(is_beat))[0]
                assert (stations_of(first), tickets_of(first)) == (["grill"], [("A-1", "grill")])
            screens.put(ID, covers=("fry",))
            for each in (talk, stream):
                *_, more = await each.until(is_snapshot)
                assert stations_of(more) == ["grill", "fry"]
                assert sorted(tickets_of(more)) == [("A-1", "fry"), ("A-1", "grill")]
            bumped = ticket_path("fry", "A-1", "bump")
            assert (await ask(appliance, "POST", bumped)).status == 200
            for each in (talk, stream):
                *_, heard = await each.until(
                    lambda heard: bodies([heard])[0]["type"] == "kds.ticket.bumped"
                )
                assert bodies([heard])[0]["payload"]["ticket"]["station_id"] == "fry"
            screens.put(ID, covers=())
            for each in (talk, stream):
                *_, less = await each.until(is_snapshot)
                assert (stations_of(less), tickets_of(less)) == (["grill"], [("A-1", "grill")])
            recall = ticket_path("fry", "A-1", "recall")
            assert (await ask(appliance, "POST", recall)).status == 200
            start = ticket_path("grill", "A-1", "start")
            assert (await ask(appliance, "POST", start)).status == 200
            for each in (talk, stream):
                heard = await each.until(
                    lambda heard: bodies([heard])[0]["type"].startswith("kds.ticket")
                )
                assert [bodies([it])[0]["type"] for it in heard if told([it]) == []] == [
                    "kds.ticket.started"
                ]


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_who_chose_a_station_is_not_disturbed_unless_it_loses_it(
    appliance: RunningAppliance, screens: MadeUpScreens, at_grill: str
) -> None:
    screens.put(ID, covers=("fry",))
    async with (
        subscribed(appliance, token=at_grill, station_id="grill") as stays,
        subscribed(appliance, token=at_grill, station_id="fry") as ends,
        listening(appliance, "?station_id=fry", token=at_grill) as stream,
    ):
        await stays.until(is_beat)
        await ends.until(is_beat)
        await stream.until(is_beat)
        screens.put(ID, covers=())
        closed = await ends.ends()
        assert (closed.code, closed.reason) == (4403, "FORBIDDEN")
        with pytest.raises((EOFError, aiohttp.ClientError)):
            await stream.until(lambda _heard: False)
        await appliance.order(id="A-1", items=BOTH)
        assert [(await stays.hear())["type"] for _ in range(2)] == [
            "kds.screens",
            "kds.ticket.created",
        ]
    answer = await ask(appliance, "GET", "/api/v1/kds/events?station_id=fry", token=at_grill)
    assert answer.status == 403


# ── coming back ──────────────────────────────────────────────────────────────────────


def position(talk: list[Any], epoch: str) -> str:
    return f"{epoch}:{talk[-1]['seq']}"


async def test_a_screen_resumes_where_it_was_while_it_covers_the_same(
    appliance: RunningAppliance, screens: MadeUpScreens, at_grill: str
) -> None:
    screens.put(ID, covers=("fry",))
    async with talking(appliance, token=at_grill) as talk:
        await talk.the("auth_success")
        epoch = (await talk.subscribe())["epoch"]
        since = position(await talk.until(is_beat), epoch)
    await appliance.order(id="A-1", items=BOTH)
    async with subscribed(appliance, token=at_grill, since=since) as talk:
        heard = await talk.until(is_beat)
        kinds = [each["type"] for each in heard if each["type"] != "kds.screens"]
        assert kinds == ["kds.ticket.created", "kds.ticket.created", "beat"]


@pytest.mark.parametrize("before", [(), ("fry",), ("cold",)])
async def test_a_screen_that_comes_back_to_other_stations_gets_a_snapshot(
    appliance: RunningAppliance,
    screens: MadeUpScreens,
    at_grill: str,
    before: tuple[str, ...],
) -> None:
    await appliance.order(id="A-1", items=BOTH)
    screens.put(ID, covers=before)
    async with subscribed(appliance, token=at_grill) as talk:
        await talk.until(is_beat)
    async with listening(appliance, token=at_grill) as stream:
        at = (await stream.snapshot()).id
    assert at is not None
    after = ("fry",) if before != ("fry",) else ()
    screens.put(ID, covers=after)
    for since in (at, at.rpartition(":")[2]):
        async with subscribed(appliance, token=at_grill, since=since) as talk:
            assert is_snapshot(await talk.hear())
    async with listening(appliance, token=at_grill, last_event_id=at) as stream:
        assert stations_of(await stream.snapshot()) == ["grill", *after]
    screens.put(ID, covers=before)
    async with listening(appliance, token=at_grill, last_event_id=at) as stream:
        assert not is_snapshot(await stream.hear())


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_positions_are_of_what_is_heard_since_a_cover_began(
    appliance: RunningAppliance, screens: MadeUpScreens, at_grill: str
) -> None:
    """Who heard of more and comes back when that is over has to be told that it is."""
    async with talking(appliance, token=at_grill) as talk:
        await talk.the("auth_success")
        first = await talk.subscribe()
        await talk.until(is_beat)
        screens.put(ID, covers=("fry",))
        anew = await talk.the("subscribed")
        assert anew["epoch"] != first["epoch"]
        assert anew | {"epoch": None} == first | {"epoch": None}
        assert is_snapshot(await talk.hear())
    screens.put(ID, covers=())
    async with subscribed(appliance, token=at_grill, since=f"{anew['epoch']}:0") as talk:
        assert is_snapshot(await talk.hear())


async def test_who_is_no_screen_resumes_as_ever(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    token = appliance.token("chef", stations=["grill"])
    async with talking(appliance, token=token) as talk:
        await talk.the("auth_success")
        about = await talk.subscribe()
        assert (about["epoch"], about["screen_id"]) == (appliance.expeditor.epoch, None)
        at = (await talk.until(is_beat))[-1]["seq"]
    screens.tell()
    for since in (at, f"{about['epoch']}:{at}"):
        async with subscribed(appliance, token=token, since=since) as talk:
            assert is_beat(await talk.hear())


# ── what must not be heard any more ──────────────────────────────────────────────────


async def test_a_listener_that_catches_up_hears_no_more_of_what_it_lost(
    appliance: RunningAppliance,
    screens: MadeUpScreens,
    at_grill: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_listener, "SENT_AT_ONCE", 1)
    screens.put(ID, covers=("fry",))
    async with talking(appliance, token=at_grill) as talk:
        await talk.the("auth_success")
        epoch = (await talk.subscribe())["epoch"]
        since = f"{epoch}:{(await talk.the('kds.snapshot'))['seq']}"
    for number in range(10):
        await appliance.order(id=f"A-{number}", items=BOTH)
    after, batches = appliance.expeditor.feed.after, 0

    def counted(seq: int, *most: int) -> Any:
        nonlocal batches
        batches += most == (1,)
        if batches == 8:
            screens.put(ID, covers=())
        return after(seq, *most)

    monkeypatch.setattr(appliance.expeditor.feed, "after", counted)
    async with talking(appliance, token=at_grill) as talk:
        await talk.the("auth_success")
        await talk.subscribe(since=since)
        heard = await talk.until(is_snapshot)
        events = [each for each in heard if each["type"].startswith("kds.ticket.")]
        assert 0 < len(events) <= 8
        assert stations_of(heard[-1]) == ["grill"]


async def test_no_snapshot_is_sent_of_what_was_lost_while_it_waited_for_the_disk(
    appliance: RunningAppliance,
    screens: MadeUpScreens,
    at_grill: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await appliance.order(id="A-1", items=BOTH)
    screens.put(ID, covers=("fry",))
    settled = appliance.expeditor.settled

    def meanwhile() -> Any:
        screens.put(ID, covers=())
        return settled()

    monkeypatch.setattr(appliance.expeditor, "settled", meanwhile)
    async with subscribed(appliance, token=at_grill) as talk:
        snapshot = (await talk.until(is_snapshot))[-1]
        assert tickets_of(snapshot) == [("A-1", "grill")]


# ── how screens are ──────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_all_are_told_at_first_and_then_each_change(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    screens.screens |= {"hot": screen("hot", "grill"), "wall": screen("wall")}
    screens.tell()
    async with subscribed(appliance) as talk, listening(appliance) as stream:
        for listener in (talk, stream):
            heard = await listener.until(is_beat)
            assert [body["type"] for body in bodies(heard)] == [
                "kds.snapshot",
                "kds.screens",
                "beat",
            ]
            assert told(heard) == [[("hot", "live"), ("wall", "live")]]
        screens.put("hot", state="away", why="no word", missed=True, covered_by="wall")
        for listener in (talk, stream):
            (heard,) = bodies(await listener.until(lambda heard: told([heard]) != []))
            assert "seq" not in heard
            assert heard["payload"]["screens"][0] == {
                "id": "hot",
                "name": "The hot",
                "station_id": "grill",
                "proto": "board",
                "state": "away",
                "why": "no word",
                "since": SHOWN_AT,
                "covers": [],
                "covered_by": "wall",
                "conflict": "",
                "missed": True,
                "shows": "board",
                "look": LEFT_TO_IT,
            }
        screens.screens.clear()
        screens.tell()
        for listener in (talk, stream):
            assert told(await listener.until(lambda heard: told([heard]) != [])) == [[]]


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_who_hears_of_some_stations_hears_of_their_screens(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    names = {"hot": "grill", "fries": "fry", "salad": "cold", "wall": None}
    screens.screens |= {name: screen(name, station) for name, station in names.items()}
    screens.put("salad", covers=("fry",))
    at_fry = appliance.token("chef", stations=["fry"])
    async with (
        listening(appliance, token=at_fry) as fry,
        listening(appliance, "?station_id=grill") as grill,
    ):
        assert told(await fry.until(is_beat)) == [
            [("fries", "live"), ("salad", "live"), ("wall", "live")]
        ]
        assert told(await grill.until(is_beat)) == [[("hot", "live"), ("wall", "live")]]
        screens.put("fries", state="away")
        screens.put("hot", state="away")
        assert len(await fry.until(lambda heard: told([heard]) != [])) == 1
        assert told(await grill.until(lambda heard: told([heard]) != [])) == [
            [("hot", "away"), ("wall", "live")]
        ]


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_after_each_snapshot_they_are_told_anew(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    screens.screens["wall"] = screen("wall")
    screens.tell()
    devices = appliance.authority.devices
    made = await asyncio.to_thread(devices.issue, "Tablet", ["grill"])
    async with listening(appliance, token=made.token) as stream:
        assert told(await stream.until(is_beat)) == [[("wall", "live")]]
        await asyncio.to_thread(devices.change, made.device.id, "Tablet", ["grill", "fry"])
        await appliance.order(id="A-1", items=BOTH)
        await stream.snapshot()
        assert told([await stream.hear()]) == [[("wall", "live")]]


@pytest.mark.usefixtures("nothing_comes_with_a_beat")
async def test_who_hears_of_a_pass_hears_of_all(
    appliance: RunningAppliance, screens: MadeUpScreens
) -> None:
    screens.screens |= {"fries": screen("fries", "fry"), "expo": screen("expo", "pass")}
    screens.tell()
    at_pass = appliance.token("chef", stations=["pass"])
    async with listening(appliance, token=at_pass) as stream:
        assert told(await stream.until(is_beat)) == [[("fries", "live"), ("expo", "live")]]
        screens.put("fries", state="away")
        heard = await stream.until(lambda heard: told([heard]) != [])
        assert told(heard) == [[("fries", "away"), ("expo", "live")]]


async def test_a_screen_is_told_which_it_is(appliance: RunningAppliance, at_grill: str) -> None:
    async with talking(appliance, token=at_grill) as talk:
        await talk.the("auth_success")
        assert (await talk.subscribe())["screen_id"] == ID
