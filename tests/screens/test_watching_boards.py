"""Boards of an evening: let in, painting or not, at two places, with another token."""

from functools import partial
from pathlib import Path

import pytest

from appliance.screens_now import CannotAdopt, Knock, ScreenHealth, Wanted
from tests.screens.evening import NOW_MS, Evening

pytestmark = pytest.mark.usefixtures("networks")


def test_a_board_is_let_in_by_its_code(evening: Evening) -> None:
    code = evening.knock("board-one")
    assert evening.found() == {"board-one": "192.168.1.20"}
    knocking = evening.call(lambda: evening.watcher.knocking(code))
    assert knocking is not None
    assert knocking.token == "token of board-one"  # noqa: S105
    made = evening.do(
        evening.watcher.adopt_board(knocking, Wanted("Grill", "grill", patience=9), "device-1")
    )
    assert (made.id, made.name, made.station, made.patience) == ("board-one", "Grill", "grill", 9)
    assert (made.state, made.source, made.adopted) == ("not seen yet", "api", True)
    assert evening.found() == {}
    assert evening.call(lambda: evening.watcher.knocking(code)) is None
    assert evening.watcher.device_of("board-one") == "device-1"
    assert evening.watcher.device_of("board-two") is None
    shown = evening.now.of_device("device-1")
    assert shown is not None
    assert shown.id == "board-one"


def test_a_board_is_live_while_it_paints_and_away_after_five_seconds(evening: Evening) -> None:
    evening.adopt_board("board-one", station="grill")
    device = "device of board-one"
    assert evening.call(lambda: evening.watcher.unpainted_for(device)) is None
    page = evening.open_page(device)
    evening.seconds(60)
    assert evening.states() == {"board-one": "live"}
    evening.freeze(page)
    evening.seconds(4)
    assert evening.states() == {"board-one": "live"}
    evening.seconds(1.5)
    assert evening.states() == {"board-one": "away"}
    away = evening.shows("board-one")
    assert away.why == "nothing is heard of it"
    # Since its last word: the page spoke each two seconds, from 0 on.
    assert away.since == NOW_MS + 1_000_000 + 60_000
    painted = evening.call(lambda: evening.watcher.unpainted_for(device))
    assert painted == 5.5
    assert evening.watcher.status().went_away == 1
    evening.open_page(device)
    evening.seconds(0.1)
    assert evening.states() == {"board-one": "live"}
    assert evening.watcher.status().came_back == 1


def test_a_board_that_was_reloaded_was_never_away(evening: Evening) -> None:
    evening.adopt_board("board-one")
    page = evening.open_page("device of board-one")
    evening.seconds(2.5)
    evening.close(page)
    evening.seconds(3)
    evening.open_page("device of board-one")
    evening.seconds(10)
    assert evening.watcher.status().went_away == 0


def test_a_board_that_answers_and_does_not_paint_the_newest_is_behind(evening: Evening) -> None:
    evening.adopt_board("board-one", station="grill")
    evening.log.head = 5
    page = object()

    def paint(seq: int, seconds: int) -> None:
        for _ in range(seconds // 2):
            evening.call(
                lambda: evening.watcher.painted("device of board-one", "10.0.0.8", page, seq)
            )
            evening.seconds(2)

    paint(5, 60)
    assert evening.states() == {"board-one": "live"}
    assert evening.json("board-one").seq == 5
    evening.log.head = 6
    paint(5, 4)
    assert evening.states() == {"board-one": "live"}
    paint(5, 2)
    assert evening.states() == {"board-one": "behind"}
    assert evening.shows("board-one").why == "it does not show the newest"
    paint(5, 40)
    assert evening.states() == {"board-one": "behind"}
    paint(6, 2)
    assert evening.states() == {"board-one": "live"}


def test_a_board_is_never_behind_a_log_that_goes_on(evening: Evening) -> None:
    """Each page is two seconds late, always: there is always something newer."""
    evening.adopt_board("board-one")
    page = object()
    for head in range(100):
        evening.log.head = head
        evening.call(
            lambda: evening.watcher.painted(
                "device of board-one", "10.0.0.8", page, max(0, evening.log.head - 2)
            )
        )
        evening.seconds(1)
        assert evening.states() == {"board-one": "live"}


def test_one_page_that_paints_is_enough(evening: Evening) -> None:
    evening.adopt_board("board-one")
    evening.log.head = 5
    evening.open_page("device of board-one")
    stuck = object()
    for _ in range(10):
        evening.call(
            lambda: evening.watcher.painted("device of board-one", "192.168.1.20", stuck, 0)
        )
        evening.seconds(2)
    assert evening.states() == {"board-one": "live"}


def test_pages_at_two_addresses_at_once_are_told(evening: Evening) -> None:
    evening.adopt_board("board-one")
    device = "device of board-one"
    first = evening.open_page(device, "10.0.0.8")
    evening.open_page(device, "10.0.0.8")
    evening.seconds(10)
    assert evening.shows("board-one").conflict == ""
    evening.freeze(first)
    evening.seconds(1)
    evening.open_page(device, "10.0.0.66")
    evening.seconds(4)
    assert evening.shows("board-one").conflict == ""
    evening.seconds(5)
    words = "10.0.0.66 and 10.0.0.8 both say to be it"
    assert evening.shows("board-one").conflict == words
    assert evening.json("board-one").conflict == words
    assert words in " ".join(evening.call(evening.watcher.warnings))


def test_a_conflict_is_over_when_one_of_them_is_gone(evening: Evening) -> None:
    evening.adopt_board("board-one")
    page = evening.open_page("device of board-one", "10.0.0.8")
    evening.open_page("device of board-one", "10.0.0.66")
    evening.seconds(10)
    assert evening.shows("board-one").conflict != ""
    evening.freeze(page)
    evening.seconds(6)
    assert evening.shows("board-one").conflict == ""


def test_a_board_that_got_another_address_is_no_two(evening: Evening) -> None:
    evening.adopt_board("board-one")
    page = evening.open_page("device of board-one", "10.0.0.8")
    evening.seconds(10)
    evening.freeze(page)
    evening.open_page("device of board-one", "10.0.0.66")
    for _ in range(20):
        evening.seconds(0.5)
        assert evening.shows("board-one").conflict == ""
    assert evening.json("board-one").address == "10.0.0.66"


def test_a_token_of_no_screen_is_nobody(evening: Evening) -> None:
    evening.open_page("device of nobody")
    evening.seconds(3)
    knock = Knock("board-one", "x", "10.0.0.8")
    assert evening.call(lambda: evening.watcher.heard("device of nobody", knock)) is None

    def painted() -> float | None:
        evening.watcher.painted("device of nobody", "10.0.0.8", object(), 0)
        return evening.watcher.unpainted_for("device of nobody")

    assert evening.call(painted) is None


def test_what_its_agent_says_is_told_for_a_while(evening: Evening) -> None:
    evening.adopt_board("board-one")
    health = ScreenHealth("1.0", 60, "ended", 3, "it hung")
    knock = Knock("some-other-id", "x", "10.0.0.8", health)
    device = "device of board-one"
    heard = evening.call(lambda: evening.watcher.heard(device, knock))
    assert heard is not None
    assert (heard.id, heard.health, heard.address) == ("board-one", health, "10.0.0.8")
    evening.seconds(6)
    assert evening.states() == {"board-one": "away"}  # An agent is no page.
    assert evening.shows("board-one").why == (
        "nothing is painted; its computer answers: browser ended, restarts: 3 (it hung)"
    )
    evening.seconds(10)
    assert evening.json("board-one").health is None
    assert evening.shows("board-one").why == "nothing is heard of it"


def test_since_when_it_is_so_goes_with_the_wall_clock(evening: Evening) -> None:
    evening.adopt_board("board-one")
    page = evening.open_page("device of board-one")
    evening.seconds(60)
    evening.freeze(page)
    evening.seconds(20)
    away_since = evening.shows("board-one").since
    # The power came without a network: only now the time is known.
    evening.wall_ms += 3_600_000
    evening.seconds(1)
    assert evening.states() == {"board-one": "away"}
    assert evening.shows("board-one").since == away_since + 3_600_000


def test_a_board_that_comes_again_has_another_token(evening: Evening) -> None:
    evening.adopt_board("board-one", "old", station="grill")
    evening.open_page("old")
    evening.seconds(10)
    evening.knock("board-one", "its new token", "192.168.1.99")
    (found,) = evening.call(evening.watcher.shown).found
    assert (found.known_as, found.address) == ("board-one", "192.168.1.99")
    evening.adopt_board("board-one", "new", station="fry")
    assert evening.watcher.device_of("board-one") == "new"
    assert len(evening.now.screens) == 1
    evening.seconds(10)  # Pages with its old token say nothing any more.
    assert evening.states() == {"board-one": "away"}


def test_an_adoption_awaits_the_board_anew(evening: Evening) -> None:
    evening.seconds(600)
    evening.adopt_board("board-one")
    evening.seconds(4)
    assert evening.states() == {"board-one": "not seen yet"}
    evening.seconds(2)
    assert evening.states() == {"board-one": "away"}


def test_a_board_of_the_file_has_to_show_its_code_once(tmp_path: Path) -> None:
    text = '[[screen]]\nid = "board-one"\nproto = "board"\nstation = "grill"\n'
    with Evening(tmp_path, text) as evening:
        evening.seconds(60)
        shown = evening.json("board-one")
        assert (shown.source, shown.adopted, shown.state) == ("file", False, "not seen yet")
        assert evening.now.unseen == frozenset()
        with pytest.raises(CannotAdopt, match="the configuration's file has this screen, for gr"):
            evening.adopt_board("board-one", station="fry")
        assert evening.adopt_board("board-one", station="grill").adopted
        evening.start()
        assert evening.json("board-one").adopted
        with pytest.raises(CannotAdopt, match="declared in the configuration's file"):
            evening.do(evening.watcher.change("board-one", Wanted("x")))
        with pytest.raises(CannotAdopt, match="declared in the configuration's file"):
            evening.do(evening.watcher.forget("board-one"))


def test_of_two_with_one_id_the_second_does_not_take_the_place_of_the_first(
    evening: Evening,
) -> None:
    """A card was copied: each of them has a token of its own."""
    evening.adopt_board("board-one", station="grill")
    evening.open_page("device of board-one")
    code = ""
    for _ in range(4):
        code = evening.knock("board-one", "another token", "192.168.1.21")
        evening.seconds(2)
    both = "192.168.1.20 and 192.168.1.21 both say to be it"
    assert evening.shows("board-one").conflict == both
    knocking = evening.call(lambda: evening.watcher.knocking(code))
    assert knocking is not None
    with pytest.raises(CannotAdopt, match=r"which is live at 192\.168\.1\.20: give one of them"):
        evening.do(evening.watcher.adopt_board(knocking, Wanted("x"), "device-2"))
    assert evening.watcher.device_of("board-one") == "device of board-one"
    evening.seconds(11)
    assert evening.shows("board-one").conflict == ""


def test_a_board_that_paints_nothing_new_is_covered(evening: Evening) -> None:
    """It beats all the same: its cooks see nothing of what comes."""
    evening.adopt_board("fry-board", station="fry")
    evening.adopt_board("grill-board", station="grill", backup="fry-board")
    evening.open_page("device of fry-board")
    page, evening.log.head = object(), 1
    for head in range(2, 20):
        paint = partial(evening.watcher.painted, "device of grill-board", "10.0.0.8", page)
        evening.call(partial(paint, min(head, 10)))
        evening.log.head = head
        evening.seconds(2)
        if head == 12:
            assert evening.shows("grill-board").state == "live"
    shows = evening.shows("grill-board")
    assert (shows.state, shows.missed, shows.covered_by) == ("behind", True, "fry-board")
    assert evening.shows("fry-board").covers == ("grill",)
    assert evening.now.unseen == {"grill"}
    evening.call(lambda: evening.watcher.painted("device of grill-board", "10.0.0.8", page, 15))
    evening.seconds(1)
    assert evening.shows("fry-board").covers == ()
