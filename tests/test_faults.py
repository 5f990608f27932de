"""Orders that cannot be stored: nobody gets a yes, the fault shows, and service resumes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from appliance import expeditor
from tests.log.faulty_disk import Disk, faulty_disk
from tests.running import RunningAppliance, running

BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}


@pytest.fixture
def disk() -> Any:
    with faulty_disk("under-test") as disk:
        yield disk


@pytest.fixture
async def appliance(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningAppliance]:
    monkeypatch.setattr(expeditor, "RETRY_SECONDS", 0.01)
    async with running(tmp_path, vfs=disk.vfs_name) as appliance:
        yield appliance


def break_disk(disk: Disk) -> None:
    disk.failure, disk.fail_at = apsw.FullError, 0


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def test_nobody_gets_a_yes_and_the_state_equals_the_log_again(
    appliance: RunningAppliance, disk: Disk
) -> None:
    assert await appliance.order(id="A-1", name="Jane", items=[BURGER]) == b"A-1"
    before = await appliance.tickets("grill")
    break_disk(disk)
    assert await appliance.order(id="A-2", name="Omar", items=[BURGER]) == b"Unable to parse data"
    status, error = await appliance.call("POST", "/stations/grill/orders/A-1/ticket/bump")
    assert (status, error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "the disk is full" in error["message"]
    async with asyncio.timeout(10):
        while (await appliance.call("GET", "/stations/grill/tickets"))[0] == 503:
            await asyncio.sleep(0.005)
    assert appliance.expeditor.fault is not None
    assert await appliance.tickets("grill") == before


async def test_it_ends_cleanly_on_a_disk_that_still_fails(tmp_path: Path, disk: Disk) -> None:
    async with running(tmp_path / "again", vfs=disk.vfs_name) as appliance:
        await appliance.order(id="A-1", name="Jane", items=[BURGER])
        break_disk(disk)
        await appliance.order(id="A-2", name="Omar", items=[BURGER])
    disk.failure = None
    async with running(tmp_path / "again") as appliance:
        assert [ticket["order_id"] for ticket in await appliance.tickets("grill")] == ["A-1"]


async def test_service_resumes_when_the_disk_does(appliance: RunningAppliance, disk: Disk) -> None:
    break_disk(disk)
    assert await appliance.order(id="A-1", name="Jane", items=[BURGER]) == b"Unable to parse data"
    disk.failure = None
    await until(lambda: appliance.expeditor.fault is None)
    assert await appliance.order(id="A-1", name="Jane", items=[BURGER]) == b"A-1"
    assert [ticket["order_id"] for ticket in await appliance.tickets("grill")] == ["A-1"]


async def test_all_who_wait_on_a_failed_commit_fail_and_nothing_of_them_stays(
    appliance: RunningAppliance, disk: Disk
) -> None:
    break_disk(disk)
    replies = await asyncio.gather(
        *(appliance.order(id=f"A-{n}", name="x", items=[BURGER]) for n in range(20))
    )
    assert set(replies) == {b"Unable to parse data"}
    disk.failure = None
    await until(lambda: appliance.expeditor.fault is None)
    listed = {ticket["order_id"] for ticket in await appliance.tickets("grill")}
    stored = {
        json.loads(each.event)["order"]["id"]
        for each in await appliance.log.read(0, 1_000)
        if json.loads(each.event)["type"] == "order.placed"
    }
    assert listed == stored


async def test_a_command_that_cannot_be_applied_never_reaches_the_log(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    await appliance.order(id="A-1", name="Jane", items=[BURGER])
    head = appliance.log.head

    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(appliance.expeditor.kitchen, "apply", broken)
    assert await appliance.order(id="A-2", name="Omar", items=[BURGER]) == b"Unable to parse data"
    await until(lambda: appliance.expeditor.fault is None)
    assert appliance.log.head == head
    assert await appliance.order(id="A-2", name="Omar", items=[BURGER]) == b"A-2"
    assert [t["order_id"] for t in await appliance.tickets("grill")] == ["A-1", "A-2"]


async def test_listeners_get_each_change_once_through_a_failure(
    appliance: RunningAppliance, disk: Disk
) -> None:
    feed = appliance.expeditor.feed
    await appliance.order(id="A-1", name="Jane", items=[BURGER])
    break_disk(disk)
    await appliance.order(id="A-2", name="Omar", items=[BURGER])
    disk.failure = None
    await until(lambda: appliance.expeditor.fault is None)
    await appliance.order(id="A-3", name="Mei", items=[BURGER])
    seen = [change.seq for change in feed.after(0)]
    assert seen == list(range(1, appliance.log.head + 1))


async def test_old_answers_come_due_just_as_a_commit_fails(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are looked for in every turn of the loop, also when the log alone knows of it."""
    monkeypatch.setattr(expeditor, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(expeditor, "FORGET_SECONDS", 0)
    async with running(tmp_path / "due", vfs=disk.vfs_name) as appliance:
        break_disk(disk)
        assert await appliance.order(id="A-1", items=[BURGER]) == b"Unable to parse data"
        disk.failure = None
        await until(lambda: appliance.expeditor.fault is None)
        assert await appliance.order(id="A-1", items=[BURGER]) == b"A-1"
