"""What is printed of the past: after clocks were set, by another log, at a first start."""

import asyncio
from collections.abc import Callable

import pytest

from appliance.kitchen.ticket import Leap
from hardware.printers.driver import Condition
from tests.printing.night import Night


def test_what_came_before_the_wall_clock_was_set_is_as_old_as_it_is(
    tell: Callable[..., None],
) -> None:
    """The kitchen's clock goes forward then, by the time for which the machine had been off."""

    async def story(night: Night) -> None:
        night.away = {"grill", "fry"}
        await night.restart()
        night.order("grill")
        await asyncio.sleep(60)
        await night.restart()
        after = night._moment().tick  # noqa: SLF001
        await asyncio.sleep(1)
        night.order("grill")
        await asyncio.sleep(10)
        until, night.tick = night._moment().tick, 20 * 3_600_000  # noqa: SLF001
        night.leap = Leap(after, until, night.tick)
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(5)
        assert night.came("grill") == ["2"]
        assert await night.states("grill") == ["1 asks", "2 confirmed"]
        await asyncio.sleep(5 * 3_600)
        assert await night.states("grill") == ["2 confirmed"]

    tell(story)


@pytest.mark.parametrize("days", [-30, 30])
def test_chits_of_another_log_are_as_old_as_the_wall_clock_says(
    tell: Callable[..., None], days: int
) -> None:
    """Each log has a clock of its own."""

    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.order("fry")
        await asyncio.sleep(5)
        night.away = {"grill", "fry"}
        await night.restart()
        night.order("grill")
        await asyncio.sleep(120)
        await night.kill()
        night.log.epoch, night.tick = "restored", days * 24 * 3_600_000
        await night.start()
        assert await night.states("grill") == ["2 asks"]
        await night.printing.decide("grill", None, wanted=True)
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(5)
        assert night.came("grill") == ["2 late"]
        assert 120 <= night.paper[-1].late_by <= 130
        await asyncio.sleep(24 * 3_600)
        assert await night.states("grill") == await night.states("fry") == []

    tell(story)


def test_another_log_prints_nothing_by_itself(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.order("fry")
        await asyncio.sleep(5)
        night.away = {"grill", "fry"}
        await night.restart()
        night.order("grill")
        await asyncio.sleep(5)
        night.away = set()
        await night.kill()
        night.order("grill")
        night.log.epoch = "restored"
        await night.start()
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["4"]
        assert await night.states("grill") == ["2 asks", "4 confirmed"]
        assert "restored" in night.printing.warnings()[0]
        night.cancel(1, "fry")  # Whether that is the order on paper nobody knows any more.
        await asyncio.sleep(5)
        assert night.came("fry") == ["1"]

    tell(story)


def test_a_restored_log_that_is_shorter_than_when_a_printer_came_is_printed(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        await night.kill()
        for file in night.directory.iterdir():
            file.unlink()
        for _ in range(3):
            night.order("grill")
        await night.start()
        await night.kill()
        night.log.epoch = "restored"
        del night.log.events[1:]
        await night.start()
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["4"]

    tell(story)


def test_a_log_that_is_shorter_prints_nothing_by_itself(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        night.order("grill")
        night.order("grill")
        await asyncio.sleep(5)
        await night.kill()
        night.log.events.pop()
        await night.start()
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["1", "2", "3"]
        assert night.printing.warnings() != []

    tell(story)


def test_a_first_start_prints_nothing_of_the_past(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await night.kill()
        for file in night.directory.iterdir():
            file.unlink()
        night.order("grill")
        await night.start(feed_from=0)
        await asyncio.sleep(1)
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["2"]
        assert night.printing.warnings() == []

    tell(story)


def test_what_was_ordered_as_soon_as_it_listened_comes_out(tell: Callable[..., None]) -> None:
    """Although the plug is pulled before anything was written but that it begins here."""

    async def story(night: Night) -> None:
        await night.kill()
        for file in night.directory.iterdir():
            file.unlink()
        await night.start()
        night.plug.is_out = True
        night.order("grill")
        await night.restart()
        await asyncio.sleep(5)
        assert night.came("grill") == ["1"]

    tell(story)
