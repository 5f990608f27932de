"""Buttons and lamps while the disk is full."""

import asyncio
from pathlib import Path

import apsw

from tests.log.faulty_disk import faulty_disk
from tests.panel.hands import KITCHEN, colours, device, ordered, press, ready, tickets
from tests.running import running


async def test_a_press_that_cannot_be_stored_is_seen_and_heard_and_not_done_later(
    tmp_path: Path,
) -> None:
    with faulty_disk("panel") as disk:
        async with running(tmp_path, KITCHEN, vfs=disk.vfs_name) as appliance:
            await ready(appliance)
            await ordered(appliance, "A", "B")
            await asyncio.sleep(0.31)  # From then on they are meant.
            disk.failure, disk.fail_at = apsw.FullError, 0
            for _ in range(2):  # One that is in the commit which fails, and one after it.
                told = await press(appliance, "grill-2")
                assert told["outcome"] == "cannot be stored"
                assert told["why"]
            assert (await device(appliance, "tower"))["lamps"]["buzzer"]["shows"] == "long"
            async with asyncio.timeout(5):
                while await colours(appliance) != {"red"}:
                    await asyncio.sleep(0.01)
            assert (await device(appliance, "grill-2"))["lamp"]["shows"] == "on"
            disk.failure = None
            async with asyncio.timeout(10):
                while await colours(appliance) != {"green"}:
                    await asyncio.sleep(0.01)
            assert await tickets(appliance) == [("A", "pending"), ("B", "pending")]
            assert (await press(appliance, "grill-2"))["outcome"] == "done"
            assert await tickets(appliance) == [("A", "pending")]
            _, status = await appliance.call("GET", "/status")
            assert status["panel"]["presses"]["cannot_be_stored"] == 2
