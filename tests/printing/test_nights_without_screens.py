"""Printers that step in where no screen shows a station, and the plug pulled meanwhile."""

import asyncio
from collections.abc import Callable
from typing import Final

import pytest

from tests.printing.night import KITCHEN, Night


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
