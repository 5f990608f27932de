"""Who shows the tickets of a station while its screen is away, and who is told of it."""

import logging

import pytest

from appliance.screens.feeding import Fed
from tests.screens.evening import AT, Evening

pytestmark = pytest.mark.usefixtures("networks")


def test_a_station_is_covered_within_ten_seconds_until_its_screen_is_back(
    evening: Evening, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    evening.adopt_board("fry-board", station="fry")
    evening.adopt_board("grill-board", station="grill", backup="fry-board")
    evening.adopt_lan("cold-lan", AT, station="cold", backup="grill-board")
    evening.open_page("device of fry-board")
    page = evening.open_page("device of grill-board")
    evening.seconds(20)
    caplog.clear()
    evening.freeze(page)
    evening.feeding.there.clear()
    evening.seconds(6)
    assert (evening.shows("grill-board").state, evening.shows("grill-board").missed) == (
        "away",
        False,
    )
    evening.seconds(4)
    assert evening.shows("grill-board").missed
    assert evening.json("grill-board").missed
    assert evening.shows("fry-board").covers == ("grill", "cold")
    assert evening.shows("grill-board").covered_by == "fry-board"
    assert evening.shows("cold-lan").covered_by == "fry-board"
    assert evening.now.unseen == {"grill", "cold"}
    assert evening.watcher.status().covers_begun == 2
    assert evening.call(evening.watcher.warnings) == []  # Boards say so in their columns.
    evening.seconds(60)
    evening.open_page("device of grill-board")
    evening.seconds(0.1)
    assert evening.shows("fry-board").covers == ()
    assert evening.shows("grill-board").covers == ("cold",)
    assert evening.now.unseen == {"cold"}
    # Each once.
    assert [record.getMessage() for record in caplog.records] == [
        "screen grill-board is away: nothing is heard of it",
        "screen cold-lan is away: it refuses connections",
        "screen grill-board is covered by fry-board",
        "screen cold-lan is covered by fry-board",
        "screen grill-board is live",
        "screen grill-board is covered by no other any more",
        "screen cold-lan is covered by grill-board",
    ]


def test_where_there_is_no_backup_it_is_said(evening: Evening) -> None:
    evening.adopt_board("grill-board", station="grill")
    evening.seconds(9)
    assert evening.now.unseen == {"grill"}
    assert (evening.shows("grill-board").missed, evening.shows("grill-board").covered_by) == (
        True,
        None,
    )


def test_who_watches_is_told_once_for_each_change(evening: Evening) -> None:
    evening.adopt_board("grill-board", station="grill")
    page = evening.open_page("device of grill-board")
    evening.seconds(3)
    told: list[str] = []
    with evening.now.watched(lambda: told.append(evening.shows("grill-board").state)):
        evening.seconds(20)
        assert told == []
        evening.freeze(page)
        evening.seconds(20)
    assert told == ["away", "away"]  # The second time it is unseen as well.


def test_after_a_restart_nobody_is_unseen_before_their_patience(evening: Evening) -> None:
    evening.adopt_board("fry-board", station="fry")
    evening.adopt_board("grill-board", station="grill", backup="fry-board")
    evening.open_page("device of fry-board")
    evening.seconds(20)
    assert evening.now.unseen == {"grill"}
    evening.start()
    assert evening.states() == {"fry-board": "not seen yet", "grill-board": "not seen yet"}
    evening.open_page("device of fry-board")
    evening.seconds(7.5)
    assert evening.now.unseen == frozenset()
    evening.seconds(1)
    assert evening.shows("fry-board").covers == ("grill",)


def test_a_machine_that_stood_still_blames_nobody(evening: Evening) -> None:
    evening.adopt_board("grill-board", station="grill")
    evening.adopt_board("fry-board", station="fry")
    page = evening.open_page("device of grill-board")
    evening.seconds(10)
    evening.freeze(page)
    evening.loop.now += 30  # type: ignore[attr-defined]
    evening.seconds(1)
    # Who was away before is not back by that.
    assert evening.states() == {"grill-board": "live", "fry-board": "away"}
    evening.seconds(5)
    assert evening.states() == {"grill-board": "away", "fry-board": "away"}


def test_a_station_that_is_gone_is_said(evening: Evening) -> None:
    evening.adopt_lan("one", AT, station="grill")
    evening.seconds(3)
    assert evening.feeding.fed == {"one": Fed(AT, frozenset({"grill"}))}
    del evening.stations["grill"]
    evening.seconds(1)
    assert evening.feeding.fed == {"one": Fed(AT, frozenset())}  # And never everything.
    assert evening.shows("one").why == "there is no station grill any more"
    assert evening.call(evening.watcher.warnings) == [
        "Screen one: there is no station grill any more."
    ]
