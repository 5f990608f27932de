"""All of history is listed, back to the first order; and what it takes for that."""

import asyncio
import json
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from appliance.history.index import Index
from appliance.indexing import file as index_file
from appliance.indexing import follower
from appliance.kitchen import memory
from appliance.kitchen.order import Guest
from tests.bench import history
from tests.history.walking import page, patient, walk
from tests.running import RunningAppliance, running

CHANCE = random.Random(1)  # noqa: S311
SALAD = {"lineId": "1", "name": "House Salad", "qty": 1, "mods": []}


@pytest.fixture
async def forgetful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningAppliance]:
    """An appliance with two finished orders in memory."""
    monkeypatch.setattr(memory, "FINISHED_ORDERS_KEPT", 2)
    async with running(tmp_path) as appliance:
        yield appliance


async def serve(appliance: RunningAppliance, *numbers: int, **more: Any) -> None:
    for number in numbers:
        order = {"id": f"A-{number}", "items": [SALAD]} | more
        await appliance.converse(json.dumps({"order": order}).encode())
        await bump(appliance, f"A-{number}")


async def bump(appliance: RunningAppliance, order_id: str, station: str = "pass") -> None:
    path = f"/stations/{station}/orders/{order_id}/ticket/bump"
    status, body = await appliance.call("POST", path)
    assert status == 200, body


def names(tickets: list[Any]) -> list[str]:
    return [ticket["order_id"] for ticket in tickets]


async def indexed(appliance: RunningAppliance) -> Any:
    """The status of the index when it has come to the end of the log."""
    async with asyncio.timeout(10):
        while True:
            _, status = await appliance.call("GET", "/status")
            if status["history"]["indexed"] == status["history"]["of"]:
                return status["history"]
            await asyncio.sleep(0.005)


@pytest.fixture(scope="module")
def a_past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A directory with a past that no index knows, and how many tickets were closed in it."""
    directory = tmp_path_factory.mktemp("past")
    past = asyncio.run(history.fill(directory, 3_600, live_orders=7))
    return directory, past.closed_tickets


async def test_a_past_that_no_index_knows_yet_is_listed_whole(a_past: tuple[Path, int]) -> None:
    """With the memory as large as it really is."""
    directory, closed = a_past
    async with running(directory) as appliance:
        orders = int((await page(appliance, "pass", "limit=1")).body[0]["id"].split("-")[1]) - 1
        assert orders > 1.5 * memory.FINISHED_ORDERS_KEPT
        served = [f"bench-{number}" for number in range(orders, 0, -1)]
        live = [f"bench-{number}" for number in range(orders + 1, orders + 8)]
        assert names(await walk(appliance, "pass", "completed", CHANCE)) == served
        assert names(await walk(appliance, "pass", "all", CHANCE)) == live + served
        stations = [await walk(appliance, name, "completed", CHANCE) for name in history.STATIONS]
        assert sum(map(len, stations)) == closed


async def test_tickets_that_come_while_a_client_pages_cost_it_none_and_give_none_twice(
    forgetful: RunningAppliance,
) -> None:
    await serve(forgetful, *range(1, 10))
    seen: list[str] = []
    cursor = ""
    for number in range(10, 40):
        answer = await patient(forgetful, "cold", f"status=completed&limit=2{cursor}")
        seen += names(answer.body)
        if "X-Next-Cursor" not in answer.headers:
            break
        cursor = f"&cursor={answer.headers['X-Next-Cursor']}"
        await serve(forgetful, number)
    assert seen == [f"A-{number}" for number in range(9, 0, -1)]


async def test_a_ticket_that_is_recalled_is_live_and_nothing_else(
    forgetful: RunningAppliance,
) -> None:
    await serve(forgetful, 1, 2, 3)
    await indexed(forgetful)
    status, _ = await forgetful.call("POST", "/stations/cold/orders/A-3/ticket/recall")
    assert status == 200
    assert names(await walk(forgetful, "cold", "all", CHANCE)) == ["A-3", "A-2", "A-1"]
    assert names(await walk(forgetful, "cold", "completed", CHANCE)) == ["A-2", "A-1"]
    await serve(forgetful, 4, 5, 6)
    await bump(forgetful, "A-3", "cold")
    await serve(forgetful, 7, 8, 9)
    expected = ["A-9", "A-8", "A-7", "A-3", "A-6", "A-5", "A-4", "A-2", "A-1"]
    assert names(await walk(forgetful, "cold", "completed", CHANCE)) == expected


async def test_a_station_that_was_removed_is_known_by_its_tickets(
    forgetful: RunningAppliance,
) -> None:
    rule = {"location_id": "default", "name": ["*salad*"], "station_id": "bar"}
    assert (await forgetful.call("POST", "/stations", json={"name": "Bar"}))[0] == 201
    status, made = await forgetful.call("POST", "/routing", json=rule)
    assert status == 201, made
    await serve(forgetful, 1)
    for path in (f"/routing/{made['id']}", "/stations/bar"):
        headers = {"Authorization": f"Bearer {forgetful.token()}"}
        url = f"{forgetful.url}/api/v1/kds{path}"
        async with forgetful.http.delete(url, headers=headers) as answer:
            assert answer.status == 204
    await serve(forgetful, 2, 3, 4)
    for listed in ("completed", "all"):
        assert names((await patient(forgetful, "bar", f"status={listed}")).body) == ["A-1"]
    assert (await patient(forgetful, "bar", "status=completed&cursor=1.0.0")).body == []
    for path, query in (("bar", ""), ("nowhere", "status=completed"), ("nowhere", "status=all")):
        assert (await patient(forgetful, path, query)).status == 404


async def test_numbers_that_no_ticket_can_have_are_no_cursor(forgetful: RunningAppliance) -> None:
    await serve(forgetful, 1, 2, 3)
    most = 2**63
    for cursor in (f"1.{most}.0", f"1.0.-{most}", "2.0.0", "-1.0.0", "0.0.0", f"0.0.{most}.0"):
        answer = await page(forgetful, "cold", f"status=completed&cursor={cursor}")
        assert (answer.status, answer.body["details"]["field"]) == (400, "cursor")
    for cursor, found in (("0.0.0.1", 3), (f"1.-{most - 1}.0", 3), (f"1.{most - 1}.0", 0)):
        answer = await patient(forgetful, "cold", f"status=completed&cursor={cursor}")
        assert (answer.status, len(answer.body)) == (200, found)


async def test_the_index_holds_nothing_of_a_guest_and_an_erased_one_is_shown_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "FINISHED_ORDERS_KEPT", 2)
    async with running(tmp_path) as appliance:
        await serve(appliance, 1, 2, 3, name="Canary", phoneNumber="+16155550199")
        shown = await walk(appliance, "cold", "completed", CHANCE)
        assert [ticket["customer_name"] for ticket in shown] == ["Canary"] * 3
        await appliance.log.append([], {1: msgspec.json.encode(Guest())})
        shown = await walk(appliance, "cold", "completed", CHANCE)
        assert [ticket["customer_name"] for ticket in shown] == ["Canary", "Canary", None]
    stored = (tmp_path / Index.NAME).read_bytes()
    assert b"cold" in stored
    for part in (b"Canary", b"6155550199", b"A-1", b"Salad"):
        assert part not in stored


async def test_what_is_listed_does_not_wait_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card wears out by writing: the index is written when there is much, and at the end."""
    monkeypatch.setattr(memory, "FINISHED_ORDERS_KEPT", 2)

    def written() -> int:
        with closing(apsw.Connection(str(tmp_path / Index.NAME))) as database:
            return int(database.execute("SELECT seq FROM position").get)

    async with running(tmp_path) as appliance:
        await serve(appliance, 1, 2, 3, 4)
        assert len(await walk(appliance, "cold", "completed", CHANCE)) == 4
        await indexed(appliance)
        assert await asyncio.to_thread(written) == 0
    assert written() == appliance.log.head
    monkeypatch.setattr(index_file, "COMMIT_EVERY", 1)
    async with running(tmp_path) as appliance:
        await serve(appliance, 5)
        await indexed(appliance)
        assert await asyncio.to_thread(written) == appliance.log.head


async def test_without_its_disk_memory_is_listed_and_what_is_older_is_asked_to_wait_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "FINISHED_ORDERS_KEPT", 2)
    monkeypatch.setattr(follower, "WAIT_SECONDS", 0.01)
    in_the_way = tmp_path / Index.NAME
    in_the_way.mkdir()
    async with running(tmp_path) as appliance:
        await serve(appliance, 1, 2)
        assert names((await page(appliance, "cold", "status=completed")).body) == ["A-2", "A-1"]
        await serve(appliance, 3, 4)
        first = await page(appliance, "cold", "status=completed&limit=1")
        assert (first.status, names(first.body)) == (200, ["A-4"])
        assert (await page(appliance, "cold", "")).body == []
        rest = f"status=completed&limit=1&cursor={first.headers['X-Next-Cursor']}"
        answer = await page(appliance, "cold", rest)
        assert (answer.status, answer.body["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert int(answer.headers["Retry-After"]) > 0
        assert "unable to open" in answer.body["message"]
        assert answer.body["details"] == {"indexed": 0, "of": appliance.log.head}
        _, status = await appliance.call("GET", "/status")
        assert "unable to open" in status["history"]["fault"]
        await asyncio.to_thread(shutil.rmtree, in_the_way)
        assert names((await patient(appliance, "cold", rest)).body) == ["A-3"]
        assert (await indexed(appliance))["fault"] is None
        assert len(await walk(appliance, "cold", "completed", CHANCE)) == 4


async def test_a_disk_that_takes_no_more_of_the_index_takes_orders_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "FINISHED_ORDERS_KEPT", 2)
    monkeypatch.setattr(index_file, "COMMIT_EVERY", 1)
    commit = Index.commit

    def full(_index: Index) -> None:
        raise apsw.FullError("database or disk is full")

    async with running(tmp_path) as appliance:
        await serve(appliance, 1)
        await indexed(appliance)
        monkeypatch.setattr(Index, "commit", full)
        await serve(appliance, 2, 3, 4)
        async with asyncio.timeout(10):
            while not (await appliance.call("GET", "/status"))[1]["history"]["fault"]:
                await asyncio.sleep(0.005)
        assert appliance.expeditor.fault is None
        monkeypatch.setattr(Index, "commit", commit)
        assert len(await walk(appliance, "cold", "completed", CHANCE)) == 4
        assert (await indexed(appliance))["fault"] is None
