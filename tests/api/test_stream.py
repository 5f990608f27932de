"""The event stream: a snapshot, then each change once, in order, and never before its time."""

import asyncio
import json
import random
from pathlib import Path
from time import monotonic

import pytest

from tests.api.asking import ask, ticket_path
from tests.api.listening import Heard, is_ticket, listening
from tests.running import RunningAppliance, running

BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}
FRIES = {"lineId": "2", "name": "Fries", "qty": 1, "mods": []}


async def post(appliance: RunningAppliance, order_id: str, *action: str, **body: str) -> None:
    path = ticket_path("grill", order_id, *action)
    answer = await ask(appliance, "POST", path, data=json.dumps(body).encode())
    assert answer.status == 200, answer.body


async def tickets_in_log(appliance: RunningAppliance) -> list[int]:
    """Sequence numbers of all ticket events ever."""
    recorded = await appliance.log.read(0, 100_000)
    return [each.seq for each in recorded if json.loads(each.event)["type"] == "ticket"]


def seqs(heard: list[Heard]) -> list[int]:
    return [each.body["seq"] for each in heard if is_ticket(each)]


async def test_a_snapshot_of_every_live_ticket_comes_first(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", name="Jane", items=[BURGER, FRIES])
    await appliance.order(id="A-2", name="Omar", items=[FRIES])
    await appliance.order(id="A-3", name="Mei", items=[BURGER])
    await post(appliance, "A-3", "bump")
    async with listening(appliance) as listener:
        first = await listener.snapshot()
    payload = first.body["payload"]
    assert payload.keys() == {
        "name",
        "warnings",
        "late_after",
        "very_late_after",
        "stations",
        "tickets",
        "summons",
    }
    assert [station["id"] for station in payload["stations"]] == ["grill", "fry", "cold", "pass"]
    listed = [
        ticket
        for station in payload["stations"]
        for ticket in await appliance.tickets(station["id"])
    ]
    assert sorted(payload["tickets"], key=json.dumps) == sorted(listed, key=json.dumps)
    assert first.id == f"{appliance.log.epoch}:{first.body['seq']}"
    assert first.body["seq"] == appliance.log.head


async def test_each_change_comes_once_as_the_documented_type_with_the_ticket(
    appliance: RunningAppliance,
) -> None:
    async with listening(appliance, "?station_id=grill") as listener:
        await listener.snapshot()
        held = {"lineId": "9", "name": "Steak", "course": "2", "courseStatus": "hold"}
        await appliance.order(id="A-1", items=[BURGER, held])
        fire = {"order_id": "A-1", "course_number": 2}
        await appliance.call("POST", "/courses/fire", json=fire)
        await post(appliance, "A-1", "start")
        await post(appliance, "A-1", "items", "1", "done")
        await post(appliance, "A-1", "priority", priority="urgent")
        await post(appliance, "A-1", "ready")
        await post(appliance, "A-1", "recall")
        await post(appliance, "A-1", "bump")
        await post(appliance, "A-1", "bump")  # Says nothing new.
        await appliance.order(id="A-2", items=[BURGER])
        await appliance.order("update-order", id="A-2", items=[BURGER | {"qty": 2}])
        await post(appliance, "A-2", "void")
        await post(appliance, "A-2", "bump")
        acknowledged = appliance.log.head
        heard = await listener.until(lambda last: last.body["seq"] == acknowledged)
    events = [each for each in heard if is_ticket(each)]
    kinds = [each.type.removeprefix("kds.ticket.") for each in events]
    assert kinds == [
        *("created", "fired", "started", "item_done", "prioritized"),
        *("ready", "recalled", "bumped"),
        *("created", "updated", "voided", "bumped"),
    ]
    for each in events:
        assert list(each.body) == [
            *("type", "aggregate_id", "tenant_id", "seq", "at", "by", "live", "payload"),
        ]
        assert list(each.body["payload"]) == ["ticket"]
        assert each.body["aggregate_id"] == each.body["payload"]["ticket"]["id"]
        assert each.body["tenant_id"] == "default"
        assert each.id == f"{appliance.log.epoch}:{each.body['seq']}"
    assert seqs(heard) == sorted(set(seqs(heard)))
    listed = {t["id"]: t for t in await appliance.tickets("grill", status="all")}
    newest = {each.body["aggregate_id"]: each.body["payload"]["ticket"] for each in events}
    assert newest == listed


async def keep_ordering(appliance: RunningAppliance, stop: asyncio.Event) -> None:
    """Orders, changes and bumps without end."""
    number = 0
    while not stop.is_set():
        number += 1
        await appliance.order(id=f"A-{number}", items=[BURGER, FRIES])
        await post(appliance, f"A-{number}", "start")
        await appliance.order("update-order", id=f"A-{number}", items=[BURGER])
        await post(appliance, f"A-{number}", "bump")


async def test_whoever_is_cut_off_goes_on_without_a_gap_or_a_repeat(
    appliance: RunningAppliance,
) -> None:
    chance = random.Random(1)  # noqa: S311
    stop = asyncio.Event()
    ordering = asyncio.create_task(keep_ordering(appliance, stop))
    seen: list[int] = []
    async with listening(appliance) as listener:
        snapshot = await listener.snapshot()
    position = str(snapshot.id)
    for cut in range(50):
        by_header = bool(cut % 2)
        query = "" if by_header else f"?since={position}"
        asked = position if by_header else None
        async with listening(appliance, query, last_event_id=asked) as listener:
            for _ in range(chance.randint(1, 12)):
                heard = await listener.ticket()
                assert heard.id is not None
                seen.append(heard.body["seq"])
                position = heard.id
    stop.set()
    await ordering
    async with listening(appliance, last_event_id=position) as listener:
        rest = await listener.until(lambda each: each.body["seq"] == appliance.log.head)
    seen += seqs(rest)
    assert seen == [s for s in await tickets_in_log(appliance) if s > snapshot.body["seq"]]
    assert len(seen) > 50


async def test_a_restart_costs_a_listener_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as before, listening(before) as listener:
        await listener.snapshot()
        await before.order(id="A-1", items=[BURGER])
        first = await listener.until(lambda each: each.body["seq"] == before.log.head)
    async with running(tmp_path) as after:
        await after.order(id="A-2", items=[BURGER])
        async with listening(after, last_event_id=first[-1].id) as listener:
            rest = await listener.until(lambda each: each.body["seq"] == after.log.head)
        assert [each.type for each in rest] == ["kds.ticket.created"] * 2
        assert seqs(first) + seqs(rest) == await tickets_in_log(after)


@pytest.mark.parametrize("kind", ["foreign epoch", "ahead", "garbage", "huge", "negative"])
async def test_a_position_that_means_nothing_here_starts_from_a_snapshot(
    appliance: RunningAppliance, kind: str
) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    position = {
        "foreign epoch": "0123456789abcdef:1",
        "ahead": f"{appliance.log.epoch}:{appliance.log.head + 1}",
        "garbage": "x",
        "huge": f"{appliance.log.epoch}:{10**30}",
        "negative": f"{appliance.log.epoch}:-1",
    }[kind]
    async with listening(appliance, last_event_id=position) as listener:
        snapshot = await listener.snapshot()
        assert snapshot.id == f"{appliance.log.epoch}:{appliance.log.head}"
        assert [t["order_id"] for t in snapshot.body["payload"]["tickets"]] == ["A-1", "A-1"]


@pytest.mark.parametrize("since", ["%D9%A1", "x", "a:b", "5:", "-1", "e:-1", "1.5", "9" * 30])
async def test_a_position_that_is_none_is_refused_in_the_query(
    appliance: RunningAppliance, since: str
) -> None:
    answer = await ask(appliance, "GET", f"/api/v1/kds/events?since={since}")
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert answer.body["details"]["field"] == "since"


async def test_another_location_is_no_stream(appliance: RunningAppliance) -> None:
    answer = await ask(appliance, "GET", "/api/v1/kds/events?location_id=moon")
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")
    async with listening(appliance, "?location_id=default") as listener:
        await listener.snapshot()


async def test_a_position_that_is_not_kept_any_more_starts_from_a_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.feed.KEPT", 10)
    async with running(tmp_path) as appliance:
        for number in range(10):
            await appliance.order(id=f"A-{number}", items=[BURGER])
        head = appliance.log.head
        async with listening(appliance, f"?since={head - 11}") as listener:
            assert (await listener.snapshot()).body["seq"] == head
        async with listening(appliance, f"?since={head - 10}") as listener:
            heard = await listener.until(lambda each: each.body["seq"] == head)
            assert seqs(heard) == [s for s in await tickets_in_log(appliance) if s > head - 10]


async def test_a_listener_for_a_station_hears_of_no_other(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-0", items=[BURGER, FRIES])
    for query, token in (
        ("?station_id=fry", appliance.token("chef")),
        ("", appliance.token("chef", stations=["fry"])),
        ("?station_id=fry", appliance.token("chef", stations=["fry", "cold"])),
    ):
        async with listening(appliance, query, token=token) as listener:
            payload = (await listener.snapshot()).body["payload"]
            assert {ticket["station_id"] for ticket in payload["tickets"]} == {"fry"}
            assert [station["id"] for station in payload["stations"]] == ["fry"]
            order_id = f"{query}-{len(token)}"
            await appliance.order(id=order_id, items=[BURGER, FRIES])
            heard = await listener.ticket()
            assert heard.body["payload"]["ticket"]["station_id"] == "fry"
            assert heard.body["payload"]["ticket"]["order_id"] == order_id


async def test_an_unknown_station_is_no_stream_that_looks_alive(
    appliance: RunningAppliance,
) -> None:
    answer = await ask(appliance, "GET", "/api/v1/kds/events?station_id=gril")
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")


async def test_a_beat_comes_at_least_every_three_seconds(appliance: RunningAppliance) -> None:
    async with listening(appliance) as listener:
        await listener.snapshot()
        gaps = []
        for _ in range(2):
            began = monotonic()
            beat = await listener.hear()
            gaps.append(monotonic() - began)
            assert (beat.id, beat.type, beat.body["fault"]) == (None, "beat", None)
            assert beat.body["seq"] == appliance.log.head
    assert gaps[0] < 0.5  # A screen that comes back is told at once that it has everything.
    assert gaps[1] < 3
