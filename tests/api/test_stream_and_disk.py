"""The event stream and the disk: nothing is told that is not stored, and why nothing is."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from appliance.kitchen.command import Due
from appliance.kitchen.ticket import Moment
from tests.api.listening import is_ticket, listening
from tests.log.faulty_disk import Disk
from tests.running import RunningAppliance, running

BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}


class SlowDisk(Disk):
    """One on which a write takes as long as the test wants."""

    def __init__(self, name: str) -> None:
        self.free = threading.Event()
        self.free.set()
        self.is_busy = threading.Event()
        super().__init__(name)

    def operate(self) -> None:
        self.is_busy.set()
        assert self.free.wait(20)
        super().operate()


@pytest.fixture
def disk() -> Iterator[SlowDisk]:
    disk = SlowDisk("under-the-stream")
    try:
        yield disk
    finally:
        disk.free.set()
        disk.unregister()


@pytest.fixture
async def on_disk(tmp_path: Path, disk: SlowDisk) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, vfs=disk.vfs_name) as appliance:
        yield appliance


async def hold(appliance: RunningAppliance, disk: SlowDisk, **order: Any) -> "asyncio.Task[bytes]":
    """An order whose commit has begun and does not end."""
    disk.free.clear()
    disk.is_busy.clear()
    ordering = asyncio.create_task(appliance.order(**order))
    assert await asyncio.to_thread(disk.is_busy.wait, 10)
    return ordering


async def test_nobody_hears_of_what_is_not_on_disk(
    on_disk: RunningAppliance, disk: SlowDisk
) -> None:
    async with listening(on_disk) as early, listening(on_disk) as late:
        await early.snapshot()
        await early.hear()
        ordering = await hold(on_disk, disk, id="A-1", items=[BURGER])
        async with listening(on_disk) as newcomer:
            # The wait is over when everybody has had a beat, and nobody anything else.
            assert (await early.hear()).type == "beat"
            beat = await newcomer.hear()
            assert (beat.type, beat.body["seq"]) == ("beat", None)  # It cannot be shown anything.
            assert not ordering.done()
            disk.free.set()
            assert await ordering == b"A-1"
            assert (await early.ticket()).type == "kds.ticket.created"
            found = await newcomer.until(lambda each: each.type == "kds.snapshot")
            assert len(found[-1].body["payload"]["tickets"]) == 2
        assert (await late.ticket()).type == "kds.ticket.created"


async def test_a_fault_is_told_by_the_beat_and_nothing_of_it_is_shown(
    on_disk: RunningAppliance, disk: SlowDisk
) -> None:
    await on_disk.order(id="A-1", items=[BURGER])
    async with listening(on_disk) as listener:
        await listener.snapshot()
        disk.failure, disk.fail_at = apsw.FullError, 0
        assert await on_disk.order(id="A-2", items=[BURGER]) == b"Unable to parse data"
        heard = await listener.until(lambda each: each.body.get("fault") is not None)
        assert not [each for each in heard if is_ticket(each)]
        assert "the disk is full" in heard[-1].body["fault"]["message"]
        assert heard[-1].body["fault"]["seconds"] >= 0
        # Whoever comes now is shown what is true, and told of the fault as well.
        async with listening(on_disk) as newcomer:
            told = await newcomer.until(lambda each: each.body.get("fault") is not None)
            shown = [each for each in told if each.type == "kds.snapshot"]
            for each in shown or [await newcomer.hear()]:
                orders = {t["order_id"] for t in each.body["payload"]["tickets"]}
                assert orders == {"A-1"}
        disk.failure = None
        heard = await listener.until(lambda each: each.body.get("fault", 1) is None)
        assert not [each for each in heard if is_ticket(each)]
        assert await on_disk.order(id="A-2", items=[BURGER]) == b"A-2"
        assert (await listener.ticket()).body["payload"]["ticket"]["order_id"] == "A-2"


async def test_nobody_is_reminded_of_what_is_not_on_disk(
    on_disk: RunningAppliance, disk: SlowDisk
) -> None:
    await on_disk.order(id="A-1", items=[BURGER])
    async with listening(on_disk) as listener:
        await listener.snapshot()
        disk.free.clear()
        disk.is_busy.clear()
        now = on_disk.expeditor.now()
        two_days_later = Moment(now.at + 2 * 86_400_000, now.tick + 2 * 86_400_000)
        on_disk.expeditor.now = lambda: two_days_later
        on_disk.expeditor.submit(Due())
        assert await asyncio.to_thread(disk.is_busy.wait, 10)
        await listener.until(lambda each: each.type == "beat")  # It may be one from before.
        beat = (await listener.until(lambda each: each.type == "beat"))[-1]
        assert beat.body["reminders"] == []
        disk.free.set()
        beat = (await listener.until(lambda each: bool(each.body.get("reminders"))))[-1]
        assert beat.body["reminders"][0].endswith("A-1")
