"""Chits while the disk of the spool fails, is damaged, or holds very many."""

import asyncio
import os
from collections.abc import Callable
from unittest import mock

import apsw
import pytest

from appliance.printing.store import Store
from hardware.printers.driver import Condition
from tests.printing.night import NOW_MS, Night


def test_a_disk_that_fails_stops_chits_is_said_and_goes_on(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.plug.is_disk_broken = True
        night.order("grill")
        await asyncio.sleep(10)
        assert night.paper == []
        assert night.printing.warnings() == ["No chit is printed: the disk is full"]
        assert night.printing.status().fault == night.printing.shown().fault == "the disk is full"
        night.plug.is_disk_broken = False
        await asyncio.sleep(5)
        assert night.came("grill") == ["1"]
        assert night.printing.warnings() == []
        await night.restart()
        await asyncio.sleep(5)
        assert night.came("grill") == ["1"]

    tell(story)


def test_a_chit_that_was_waiting_for_the_disk_too_long_asks(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.plug.is_disk_broken = True
        night.order("grill")
        await asyncio.sleep(20 * 60)
        night.plug.is_disk_broken = False
        await asyncio.sleep(5)
        assert night.paper == []
        assert await night.states("grill") == ["1 asks"]

    tell(story)


def test_a_disk_that_fails_while_the_spool_is_read_is_tried_again(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        await night.stop()
        with (
            mock.patch.object(Store, "load", side_effect=apsw.IOError),
            mock.patch.object(Store, "close", autospec=True, side_effect=Store.close) as closed,
        ):
            await night.start()
            await asyncio.sleep(2.5)
            assert night.printing.warnings() == ["No chit is printed: the disk does not store"]
            assert closed.call_count == 4, "left open"
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["1"]

    tell(story)


def test_a_damaged_spool_is_kept_aside_and_begun_anew(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.order("grill")
        await asyncio.sleep(5)
        await night.stop()
        file = night.directory / "spool.sqlite"
        file.write_bytes(b"\0" * 5000)
        os.utime(file, (NOW_MS / 1000, NOW_MS / 1000))
        night.order("grill")
        await night.start(feed_from=0)
        await asyncio.sleep(1)
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["1", "3"]
        assert "begun anew" in night.printing.warnings()[0]
        aside = file.with_name("spool.sqlite.damaged")
        assert aside.read_bytes() == b"\0" * 5000
        await asyncio.sleep(25 * 3600)  # Guests are named in it.
        assert not aside.exists()

    tell(story)


def test_of_very_many_the_oldest_are_given_up_and_that_is_said(
    tell: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.printing.memory.MOST_WAITING", 3)

    async def story(night: Night) -> None:
        night.away = {"grill", "fry"}
        await night.restart()
        for _ in range(5):
            night.order("grill")
        await asyncio.sleep(1)
        assert night.shows("grill").waiting == 3
        assert night.printing.shown().printers[0].dropped == 2
        assert "chits given up since the start: 2." in night.printing.warnings()[0]
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(5)
        assert night.came("grill") == ["3", "4", "5"]

    tell(story)


def test_after_a_day_nothing_is_kept(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        number = night.order("grill")
        await asyncio.sleep(5)
        for printer in night.printers.values():
            printer.be(Condition.OFFLINE)
        night.order("grill")
        await asyncio.sleep(25 * 3600)
        assert await night.states("grill") == []
        assert "chits given up since the start: 1." in night.printing.warnings()[0]
        night.in_memory.discard(number)
        await asyncio.sleep(120)
        kept = night.printing._spool._opened().load()  # noqa: SLF001 - what is on disk
        assert (list(kept.jobs), [key.number for key in kept.papers]) == ([], [2])

    tell(story)
