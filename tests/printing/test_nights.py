"""What comes out of which printer when printers go and come back, and the plug is pulled."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from unittest import mock

import apsw
import pytest

from appliance.kitchen.ticket import Leap
from appliance.printing.store import Store
from hardware.printers.driver import Condition
from tests.hardware.moved_time import MovedTime
from tests.printing.night import KITCHEN, NOW_MS, Night, few_words

Tell = Callable[[Night], Awaitable[None]]


@pytest.fixture
def tell(tmp_path: Path) -> Callable[..., None]:
    """Runs a night that is told by a function, from its start to an orderly end."""

    def run(story: Tell, text: str = KITCHEN) -> None:
        async def whole() -> None:
            night = Night(tmp_path, text)
            await night.start()
            await story(night)
            await night.stop()

        with few_words(), asyncio.Runner(loop_factory=MovedTime) as runner:
            runner.run(whole())

    return run


def test_each_chit_comes_out_once_of_its_printer_in_order(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        for _ in range(3):
            night.order("grill", "fry")
        await asyncio.sleep(5)
        assert night.came("grill") == night.came("fry") == ["1", "2", "3"]
        assert await night.states("grill") == ["1 confirmed", "2 confirmed", "3 confirmed"]
        assert night.shows("grill").waiting == 0

    tell(story)


def test_a_short_absence_is_waited_for(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.printers["grill"].be(Condition.OFFLINE)
        night.order("grill")
        await asyncio.sleep(4)
        assert night.paper == []
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(1)
        assert (night.came("grill"), night.came("fry")) == (["1"], [])

    tell(story)


def test_after_its_patience_chits_come_out_at_the_fallback_and_say_so(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.printers["grill"].be(Condition.OUT_OF_PAPER, "out of paper")
        night.order("grill")
        night.order("fry")
        night.order("grill")
        await asyncio.sleep(10)
        assert night.came("fry") == ["2", "1 for grill", "3 for grill"]
        shown = night.shows("grill")
        assert (shown.state, shown.why, shown.covered_by) == (
            "out of paper",
            "out of paper",
            "fry",
        )
        grill = night.printing.shown().printers[0]
        assert (grill.handed_over, grill.printed) == (2, 0)
        assert night.printing.shown().printers[1].printed == 3

    tell(story)


def test_back_again_it_prints_also_what_the_fallback_has_not_begun(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.printers["grill"].be(Condition.OFFLINE)
        for _ in range(4):
            night.order("grill")
        await asyncio.sleep(5.7)
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(5)
        assert night.came("fry") == ["1 for grill", "2 for grill"]
        assert night.came("grill") == ["3", "4"]
        assert night.shows("grill").covered_by is None

    tell(story)


def test_a_dead_printer_without_a_living_fallback_keeps_its_chits(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        for printer in night.printers.values():
            printer.be(Condition.OFFLINE)
        night.order("grill")
        night.order("fry")
        await asyncio.sleep(60)
        assert night.paper == []
        assert night.shows("grill").covered_by is None
        assert night.shows("grill").waiting == 1
        night.printers["fry"].be(Condition.READY)
        await asyncio.sleep(5)
        assert night.came("fry") == ["1 for grill late", "2 late"]

    tell(story)


def test_chits_go_on_along_the_fallbacks(tell: Callable[..., None]) -> None:
    more = """
[[station]]
id = "pass"
name = "Pass"
[[printer]]
id = "pass"
stations = ["pass"]
"""
    text = KITCHEN.replace('fallback = "grill"', 'fallback = "pass"') + more

    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.printers["grill"].be(Condition.OFFLINE)
        night.printers["fry"].be(Condition.COVER_OPEN)
        night.order("grill")
        await asyncio.sleep(10)
        assert night.came("pass") == ["1 for grill"]
        assert night.shows("grill").covered_by == night.shows("fry").covered_by == "pass"

    tell(story, text)


def test_one_that_stands_in_for_two_prints_what_was_made_first(
    tell: Callable[..., None],
) -> None:
    more = """
[[station]]
id = "bar"
name = "Bar"
[[printer]]
id = "bar"
stations = ["bar"]
fallback = "fry"
"""

    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        for printer in night.printers.values():
            printer.be(Condition.OFFLINE)
        for station in ("bar", "grill", "fry", "bar", "grill"):
            night.order(station)
        await asyncio.sleep(10)
        night.printers["fry"].be(Condition.READY)
        await asyncio.sleep(1.2)
        night.printers["bar"].be(Condition.READY)
        await asyncio.sleep(5)
        assert night.came("fry") == ["1 for bar", "2 for grill", "3", "5 for grill"]
        assert night.came("bar") == ["4"]

    tell(story, KITCHEN + more)


def test_a_doubtful_chit_comes_again_marked_before_those_behind_it(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        night.printers["grill"].outcomes = ["doubtful", "nothing came"]
        night.order("grill")
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["1", "1 again", "2"]
        assert night.printing.shown().printers[0].reprinted == 1

    tell(story)


def test_one_that_breaks_off_comes_again_at_the_fallback(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.order("grill")
        await asyncio.sleep(0.3)
        night.printers["grill"].be(Condition.OUT_OF_PAPER)
        await asyncio.sleep(10)
        assert night.came("grill") == ["1 half"]
        assert night.came("fry") == ["1 again for grill"]

    tell(story)


def test_a_chit_that_is_never_confirmed_asks_in_the_end(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        night.printers["grill"].outcomes = ["doubtful"] * 6
        night.order("grill")
        night.order("grill")
        await asyncio.sleep(20)
        assert night.came("grill") == ["1", *["1 again"] * 4, "2", "2 again"]
        assert await night.states("grill") == ["1 asks", "2 confirmed"]
        assert night.shows("grill").asking == 1

    tell(story)


def test_a_printer_that_refuses_is_asked_again(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        night.printers["grill"].outcomes = ["not sent"] * 3
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["1"]

    tell(story)


def test_one_that_took_nothing_has_nothing_left_in_it(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.printers["grill"].outcomes = ["not sent"] * 9
        night.order("grill")
        await asyncio.sleep(0.3)
        await night.restart()
        assert not night.printers["grill"].interrupted

    tell(story)


def test_a_driver_that_fails_harms_no_other_printer(
    tell: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.printers["grill"].is_broken = True
        night.order("grill", "fry")
        await asyncio.sleep(5)
        night.printers["grill"].is_broken = False
        night.order("grill", "fry")
        await asyncio.sleep(5)
        assert night.came("fry") == ["1", "2"]
        assert night.came("grill") == ["2"]
        assert await night.states("grill") == ["1 asks", "2 confirmed"]
        assert "the driver of printer grill has failed" in caplog.messages

    tell(story)


def test_a_printer_is_away_since_it_went_whatever_is_said_of_it_meanwhile(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(7)
        went = night._moment().at  # noqa: SLF001
        night.printers["grill"].be(Condition.OFFLINE, "no answer")
        await asyncio.sleep(60)
        night.printers["grill"].be(Condition.OFFLINE, "nothing is plugged in")
        await asyncio.sleep(1)
        shown = night.shows("grill")
        assert (shown.why, shown.since) == ("nothing is plugged in", went)
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(1)
        assert night.shows("grill").since == went + 61_000

    tell(story)


def test_what_is_older_than_its_age_limit_asks(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        for printer in night.printers.values():
            printer.be(Condition.OFFLINE)
        for _ in range(3):
            night.order("grill")
        await asyncio.sleep(16 * 60)
        night.order("grill")
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(5)
        assert night.came("grill") == ["4"]
        assert night.shows("grill").asking == night.shows("grill").waiting == 3
        asking = [job.id for job in await night.printing.jobs("grill") if job.state == "asks"]
        assert await night.printing.decide("grill", asking[0], wanted=False) == 1
        assert await night.printing.decide("grill", None, wanted=True) == 2
        await asyncio.sleep(5)
        assert night.came("grill") == ["4", "1 late", "2 late"]
        assert night.printing.shown().printers[0].dropped == 1
        assert night.printing.warnings() == []

    tell(story)


@pytest.mark.parametrize("feed_from", [None, 0])
def test_what_was_ordered_while_it_was_off_comes_out_or_asks(
    tell: Callable[..., None], feed_from: int | None
) -> None:
    async def story(night: Night) -> None:
        night.order("grill")
        await asyncio.sleep(5)
        await night.kill()
        night.order("grill")
        await asyncio.sleep(16 * 60)
        night.order("grill")
        await night.start(feed_from=feed_from)
        await asyncio.sleep(5)
        assert night.came("grill") == ["1", "3"]
        assert await night.states("grill") == ["1 confirmed", "2 asks", "3 confirmed"]

    tell(story)


def test_orders_that_are_forgotten_are_passed_over(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        await night.kill()
        night.in_memory.discard(night.order("grill"))
        night.order("grill")
        await night.start()
        await asyncio.sleep(5)
        assert night.came("grill") == ["2"]

    tell(story)


def test_the_plug_pulled_in_mid_chit(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.order("grill")
        night.order("grill")
        await asyncio.sleep(0.3)
        await night.restart()
        await asyncio.sleep(5)
        assert night.came("grill") == ["1 half", "1 again", "2"]
        assert night.printers["grill"].interrupted
        assert not night.printers["fry"].interrupted

    tell(story)


def test_a_stop_waits_for_the_chit_that_is_being_printed(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.order("grill")
        night.order("grill")
        await asyncio.sleep(0.1)
        await night.stop()
        assert night.came("grill") == ["1"]
        await night.start()
        await asyncio.sleep(5)
        assert night.came("grill") == ["1", "2"]

    tell(story)


def test_a_stop_before_the_first_byte_leaves_no_doubt(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        for turns in range(12):
            night.order("grill")
            for _ in range(turns):
                await asyncio.sleep(0)
            await night.stop()
            await night.start()
            await asyncio.sleep(5)
            assert night.came("grill") == [f"{number}" for number in range(1, turns + 2)]
            assert not night.printers["grill"].interrupted

    tell(story)


def test_what_is_left_half_in_a_printer_is_known_although_it_came_out_elsewhere(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.order("grill")
        await asyncio.sleep(0.3)
        night.printers["grill"].be(Condition.OFFLINE)
        await asyncio.sleep(10)
        assert night.came("fry") == ["1 again for grill"]
        for _ in range(2):
            night.away = {"grill"}
            await night.restart()
            assert night.printers["grill"].interrupted
            assert not night.printers["fry"].interrupted
        night.order("grill")
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(5)
        await night.restart()
        assert not night.printers["grill"].interrupted

    tell(story)


def test_a_chit_that_waited_for_the_disk_says_that_it_is_late(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.plug.is_disk_broken = True
        night.order("grill")
        await asyncio.sleep(5 * 60)
        night.plug.is_disk_broken = False
        await asyncio.sleep(5)
        assert night.came("grill") == ["1 late"]

    tell(story)


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


def test_printers_of_the_configuration_come_and_go(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        night.away = {"grill", "fry"}
        await night.restart()
        night.order("grill", "fry")
        await asyncio.sleep(1)
        both, night.config = night.config, Night(night.directory, _WITHOUT_GRILL).config
        await night.restart()
        night.order("grill")
        await asyncio.sleep(1)
        await night.kill()
        night.order("grill")
        night.config, night.away = both, set()
        await night.start()
        await asyncio.sleep(1)
        night.order("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["4"]
        assert night.came("fry") == ["1"]

    tell(story)


_WITHOUT_GRILL = """
[[station]]
id = "grill"
name = "Grill"
[[station]]
id = "fry"
name = "Fry"
[[printer]]
id = "fry"
stations = ["fry"]
"""


def test_what_was_asked_for_comes_out_of_the_printer_that_was_named(
    tell: Callable[..., None],
) -> None:
    text = KITCHEN.replace('stations = ["fry"]', 'stations = ["fry", "grill"]')

    async def story(night: Night) -> None:
        number = night.order("grill")
        await asyncio.sleep(5)
        night.ask(number, "grill", "fry")
        await asyncio.sleep(5)
        assert (night.came("grill"), night.came("fry")) == (["1"], ["1", "1"])
        night.ask(number, "grill")
        await asyncio.sleep(5)
        assert (night.came("grill"), night.came("fry")) == (["1", "1"], ["1", "1", "1"])

    tell(story, text)


def test_a_void_names_what_is_on_paper_also_after_a_restart(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        number = night.order("grill")
        await asyncio.sleep(5)
        await night.restart()
        night.cancel(number, "grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["1", "void 1"]
        night.cancel(number, "grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["1", "void 1"]

    tell(story)


def test_a_test_page_comes_out_of_its_own_printer_or_not_at_all(tell: Callable[..., None]) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.printers["grill"].be(Condition.OFFLINE)
        job = await night.printing.test("grill")
        assert (job.kind, job.state, job.order_id) == ("test", "queued", None)
        night.order("grill")
        await asyncio.sleep(10)
        assert night.came("fry") == ["1 for grill"]
        night.printers["grill"].be(Condition.READY)
        await asyncio.sleep(5)
        assert night.came("grill") == ["test 0"]

    tell(story)


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


def test_a_printer_that_is_nowhere_is_covered_at_once(tell: Callable[..., None]) -> None:
    text = KITCHEN.replace("stations = [", 'transport = "file:/none"\nstations = [', 1)

    async def story(night: Night) -> None:
        night.order("grill")
        await asyncio.sleep(2)
        assert night.came("fry") == ["1 for grill"]
        assert night.shows("grill").state == "not wired"

    tell(story, text)


BY_HAND: Final = KITCHEN.replace('stations = ["grill"]', 'stations = ["grill"]\nprint_on = "never"')


def test_where_no_screen_shows_a_station_its_printer_prints_until_one_does_again(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        night.order("grill", "fry")
        await asyncio.sleep(5)
        assert (night.came("grill"), night.came("fry")) == ([], ["1"])
        night.lose_sight("grill", "fry")
        night.order("grill")
        await asyncio.sleep(5)
        assert night.shows("grill").steps_in_for == ("grill",)
        assert night.shows("fry").steps_in_for == ()
        night.lose_sight()
        night.order("grill")
        await asyncio.sleep(5)
        assert (night.came("grill"), night.came("fry")) == (["1", "2"], ["1"])
        assert night.shows("grill").steps_in_for == ()

    tell(story, BY_HAND)


def test_a_power_cut_while_a_printer_steps_in_prints_nothing_twice(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        night.order("grill")
        night.lose_sight("grill")
        await asyncio.sleep(5)
        night.order("grill")
        await asyncio.sleep(5)
        await night.restart()
        night.order("grill")
        await asyncio.sleep(5)
        assert night.shows("grill").steps_in_for == ()
        assert night.came("grill") == ["1", "2"]
        night.lose_sight("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == ["1", "2", "3"]

    tell(story, BY_HAND)


@pytest.mark.parametrize("commits", [1, 2, 3])
def test_a_power_cut_at_any_commit_of_stepping_in_loses_nothing(
    tell: Callable[..., None], commits: int
) -> None:
    async def story(night: Night) -> None:
        await asyncio.sleep(1)
        night.order("grill")
        night.order("grill")
        night.plug.commits_left = commits
        night.lose_sight("grill")
        await asyncio.sleep(5)
        assert night.plug.is_out
        await night.restart()
        night.lose_sight("grill")
        await asyncio.sleep(20)
        assert {slip.number for slip in night.paper if slip.is_whole} == {1, 2}
        unmarked = [slip.number for slip in night.paper if not slip.reprint]
        assert unmarked == sorted({*unmarked})

    tell(story, BY_HAND)


def test_what_is_not_durable_yet_is_not_printed_by_stepping_in(
    tell: Callable[..., None],
) -> None:
    async def story(night: Night) -> None:
        night.order("grill")
        await asyncio.sleep(1)
        night.expeditor.seq += 1
        night.lose_sight("grill")
        await asyncio.sleep(5)
        assert night.came("grill") == []
        night.expeditor.seq -= 1  # The commit failed, and the kitchen is as it was.
        await asyncio.sleep(5)
        assert night.came("grill") == ["1"]

    tell(story, BY_HAND)
