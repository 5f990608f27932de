"""What comes out of which printer when printers go and come back, and the plug is pulled."""

import asyncio
from collections.abc import Callable

import pytest

from hardware.printers.driver import Condition
from tests.printing.night import KITCHEN, Night


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
