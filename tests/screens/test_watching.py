"""The screens of an evening: adopted, watched, covered for, found again elsewhere, forgotten."""

import logging
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import msgspec
import pytest

from appliance import interfaces
from appliance.config.values import Address
from appliance.mdns import ORDERS
from appliance.screens.feeding import Fed
from appliance.screens_now import CannotAdopt, Knock, ScreenHealth, ScreensJson, Wanted
from tests.screens.evening import NOW_MS, OWN, Evening, service

AT = Address("10.0.0.9:9104")
ELSEWHERE = Address("10.0.0.77:9104")


@pytest.fixture(autouse=True)
def _networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is 10.0.0.1."""
    monkeypatch.setattr(interfaces, "networks", lambda: [ip_network("10.0.0.0/24")])
    monkeypatch.setattr(interfaces, "addresses", lambda: [ip_address("10.0.0.1")])


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with Evening(tmp_path) as evening:
        yield evening


# ── boards ───────────────────────────────────────────────────────────────────────────


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


# ── covering ─────────────────────────────────────────────────────────────────────────


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


# ── LAN screens ──────────────────────────────────────────────────────────────────────


def test_a_lan_screen_is_fed_from_its_adoption_on(evening: Evening) -> None:
    evening.beacon("E7A09AAD7B98", "10.0.0.9")
    evening.seconds(1)
    assert evening.found() == {"E7A09AAD7B98": AT}
    assert evening.feeding.fed == {}  # Nothing is sent to who was only found.
    made = evening.adopt_lan("E7A09AAD7B98", AT, station="grill")
    assert (made.address, made.proto) == (AT, "lan")
    assert evening.feeding.fed == {"E7A09AAD7B98": Fed(AT, frozenset({"grill"}))}
    assert evening.found() == {}
    evening.seconds(2)
    shown = evening.json("E7A09AAD7B98")
    assert (shown.state, shown.seq, shown.waiting, shown.refused) == ("live", 7, 2, 1)
    status = evening.watcher.status()
    assert (status.messages, status.messages_failed, status.messages_refused) == (30, 20, 10)


def test_it_is_fed_what_it_covers_and_what_it_is_changed_to(evening: Evening) -> None:
    evening.adopt_lan("one", AT, station="grill")
    evening.adopt_board("fry-board", station="fry", backup="one")
    page = evening.open_page("device of fry-board")
    evening.seconds(3)
    assert evening.feeding.fed["one"].stations == frozenset({"grill"})
    evening.close(page)
    evening.seconds(9)
    assert evening.feeding.fed["one"].stations == frozenset({"grill", "fry"})
    changed = evening.do(evening.watcher.change("one", Wanted("Cold tablet", "cold")))
    assert (changed.name, changed.station) == ("Cold tablet", "cold")
    assert evening.feeding.fed["one"].stations == frozenset({"cold", "fry"})
    evening.do(evening.watcher.change("one", Wanted("All")))
    assert evening.feeding.fed["one"].stations is None
    evening.do(evening.watcher.forget("one"))
    assert evening.feeding.fed == {}
    assert list(evening.now.screens) == ["fry-board"]
    evening.do(evening.watcher.forget("fry-board"))
    device = "device of fry-board"
    assert evening.call(lambda: evening.watcher.unpainted_for(device)) is None
    evening.start()
    evening.seconds(1)
    assert list(evening.now.screens) == []


def test_a_screen_that_hangs_is_behind(evening: Evening) -> None:
    evening.adopt_lan("one", AT, station="grill")
    evening.seconds(1)
    evening.feeding.behind_since["one"] = evening.loop.time()
    evening.feeding.changed()
    evening.seconds(6)
    assert evening.states() == {"one": "behind"}
    assert evening.shows("one").why == "it refuses connections"
    assert evening.call(evening.watcher.warnings) == [
        "Screen one is behind: it refuses connections."
    ]


def leave(evening: Evening) -> None:
    """The screen is unplugged, and comes again elsewhere."""
    evening.adopt_lan("E7A09AAD7B98", AT, station="grill")
    evening.seconds(3)
    evening.feeding.there = {ELSEWHERE}


def hear(evening: Evening, seconds: int, *addresses: str) -> None:
    for _ in range(seconds // 2):
        for address in addresses:
            evening.beacon("E7A09AAD7B98", address)
        evening.seconds(2)


def test_a_screen_with_another_address_stays_the_same(
    evening: Evening, caplog: pytest.LogCaptureFixture
) -> None:
    leave(evening)
    hear(evening, 8, "10.0.0.77")
    assert evening.feeding.fed == {"E7A09AAD7B98": Fed(ELSEWHERE, frozenset({"grill"}))}
    assert evening.states() == {"E7A09AAD7B98": "live"}
    assert evening.found() == {}
    assert "screen E7A09AAD7B98 is at 10.0.0.77:9104 now; it was at 10.0.0.9:9104" in caplog.text
    evening.start()
    evening.seconds(0.1)
    assert evening.feeding.fed["E7A09AAD7B98"].address == ELSEWHERE


def test_it_is_not_looked_for_while_it_answers_where_it_was(evening: Evening) -> None:
    leave(evening)
    evening.feeding.there = {AT, ELSEWHERE}
    hear(evening, 60, "10.0.0.77")
    assert evening.feeding.fed["E7A09AAD7B98"].address == AT
    assert evening.shows("E7A09AAD7B98").conflict == (
        "10.0.0.77:9104 and 10.0.0.9:9104 both say to be it"
    )
    (found,) = evening.call(evening.watcher.shown).found
    assert (found.address, found.known_as) == (ELSEWHERE, "E7A09AAD7B98")


def test_nobody_is_believed_where_two_say_to_be_it(evening: Evening) -> None:
    leave(evening)
    hear(evening, 30, "10.0.0.77", "10.0.0.78")
    assert evening.feeding.fed["E7A09AAD7B98"].address == AT
    assert "both say to be it" in evening.shows("E7A09AAD7B98").conflict


def test_who_says_to_be_it_elsewhere_gets_nothing_while_it_is_heard_where_it_was(
    evening: Evening, caplog: pytest.LogCaptureFixture
) -> None:
    """It has only closed its door: somebody may have seen to that."""
    leave(evening)
    hear(evening, 60, "10.0.0.9", "10.0.0.77")
    assert evening.feeding.fed["E7A09AAD7B98"].address == AT
    # It is said once, whoever else comes.
    hear(evening, 20, "10.0.0.9", "10.0.0.77", "10.0.0.78")
    hear(evening, 20, "10.0.0.9", "10.0.0.77", "10.0.0.78", "10.0.0.79")
    assert "and 2 more" in evening.shows("E7A09AAD7B98").conflict
    assert caplog.text.count("say to be it") == 1


@pytest.mark.parametrize("address", ["10.9.9.9", "10.0.0.1"])
def test_nothing_is_sent_into_other_networks_or_to_ourselves(
    evening: Evening, address: str
) -> None:
    leave(evening)
    hear(evening, 20, address)
    assert evening.feeding.fed["E7A09AAD7B98"].address == AT


def test_a_place_that_does_not_answer_is_not_left_at_once(evening: Evening) -> None:
    leave(evening)
    evening.feeding.there = set()
    hear(evening, 8, "10.0.0.77")
    assert evening.feeding.fed["E7A09AAD7B98"].address == ELSEWHERE
    # Where it is said to be is not where it answers.
    assert evening.states() == {"E7A09AAD7B98": "away"}
    assert evening.watcher.status().came_back == 0
    hear(evening, 8, "10.0.0.9")
    assert evening.feeding.fed["E7A09AAD7B98"].address == ELSEWHERE
    hear(evening, 10, "10.0.0.9")
    assert evening.feeding.fed["E7A09AAD7B98"].address == AT


def test_a_disk_that_takes_nothing_keeps_no_screen_from_its_orders(evening: Evening) -> None:
    leave(evening)
    evening.disk.is_disk_full = True
    hear(evening, 8, "10.0.0.77")
    assert evening.feeding.fed["E7A09AAD7B98"].address == ELSEWHERE
    fault = "No space left on device"
    assert evening.watcher.status().fault == fault
    assert any(fault in warned for warned in evening.call(evening.watcher.warnings))
    evening.disk.is_disk_full = False
    evening.seconds(11)
    assert evening.watcher.status().fault is None
    evening.start()
    assert evening.json("E7A09AAD7B98").address == ELSEWHERE


def test_what_cannot_be_stored_is_not_adopted(evening: Evening) -> None:
    evening.knock("board-one")
    evening.disk.is_disk_full = True
    with pytest.raises(OSError, match="No space"):
        evening.adopt_board("board-one")
    with pytest.raises(OSError, match="No space"):
        evening.adopt_lan("", AT)
    assert evening.now.screens == {}
    assert evening.feeding.fed == {}
    assert "board-one" in evening.found()  # It still shows its code.


def test_a_screen_of_the_file_without_an_address_is_found(tmp_path: Path) -> None:
    text = '[[screen]]\nid = "E7A09AAD7B98"\nstation = "grill"\n'
    with Evening(tmp_path, text) as evening:
        evening.seconds(1)
        assert evening.feeding.fed == {"E7A09AAD7B98": Fed(None, frozenset({"grill"}))}
        evening.seconds(8)
        assert evening.states() == {"E7A09AAD7B98": "away"}
        evening.feeding.there = {ELSEWHERE}
        hear(evening, 4, "10.0.0.77")
        assert evening.states() == {"E7A09AAD7B98": "live"}


def test_why_a_screen_is_away_that_nobody_found(tmp_path: Path) -> None:
    with Evening(tmp_path, '[[screen]]\nid = "one"\n') as evening:
        evening.feeding.trouble = ""
        evening.seconds(6)
        assert evening.shows("one").why == "nobody knows where it is"


@pytest.mark.parametrize(
    ("found", "address", "why"),
    [
        ("", "10.0.0.9", "is no address"),
        ("", "10.0.0.9:0", "has no port"),
        ("", f"{'x' * 70}.local:9104", "is no address, and no name that is known"),
        ("", "a\0b:9104", "is no address, and no name that is known"),
        ("", "", "an address is needed: 0 places"),
        ("E7A09AAD7B98", "", "an address is needed: 0 places"),
        ("", "0.0.0.0:9104", "is no single machine"),
        ("", "224.0.0.251:9104", "is no single machine"),
        ("", "10.0.0.1:9104", "that is this appliance itself"),
        ("", "127.0.0.1:9104", "that is this appliance itself"),
        (OWN, "10.0.0.9:9104", "that is this appliance itself"),
        ("../x", "10.0.0.9:9104", "can be no id"),
        ("other-id", "10.0.0.50:9104", "10.0.0.50:9104 is where one is"),
        ("one", "10.0.0.51:9104", "one is adopted already, as one"),
    ],
)
def test_what_cannot_be_adopted(evening: Evening, found: str, address: str, why: str) -> None:
    evening.adopt_lan("one", "10.0.0.50:9104")
    before = dict(evening.feeding.fed)
    with pytest.raises(CannotAdopt, match=why):
        evening.do(evening.watcher.adopt_lan(found, address, Wanted("x")))
    assert evening.feeding.fed == before


def test_a_name_that_nobody_knows(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_asked: object, **_more: object) -> None:
        raise OSError

    monkeypatch.setattr(evening.loop, "getaddrinfo", unknown)
    with pytest.raises(CannotAdopt, match=r"'tablet\.local' is no address, and no name"):
        evening.do(evening.watcher.adopt_lan("", "tablet.local:9104", Wanted("x")))


def test_another_appliance_on_this_machine_can_be_a_screen(evening: Evening) -> None:
    made = evening.do(evening.watcher.adopt_lan("", "127.0.0.1:9105", Wanted("Chained")))
    assert (made.id, made.address) == ("127.0.0.1:9105", "127.0.0.1:9105")


def test_a_typed_address_is_who_says_to_be_there(evening: Evening) -> None:
    evening.beacon("E7A09AAD7B98", "10.0.0.9")
    evening.network.finds(service("fd-screen", "fd00::9", port=91))
    evening.seconds(1)
    made = evening.do(evening.watcher.adopt_lan("", AT, Wanted("x")))
    assert made.id == "E7A09AAD7B98"
    other = evening.do(evening.watcher.adopt_lan("", "[FD00:0::9]:91", Wanted("y")))
    assert (other.id, other.address) == ("fd-screen", "[fd00::9]:91")
    third = evening.do(evening.watcher.adopt_lan("", "[fd00::10]:91", Wanted("z")))
    assert third.id == "fd00::10:91"


def test_who_was_found_needs_no_address(evening: Evening) -> None:
    evening.beacon("E7A09AAD7B98", "10.0.0.9")
    evening.seconds(1)
    assert evening.do(evening.watcher.adopt_lan("E7A09AAD7B98", "", Wanted("x"))).address == AT


# ── all ──────────────────────────────────────────────────────────────────────────────


def test_no_screen_is_its_own_backup(evening: Evening) -> None:
    evening.adopt_board("board-one")
    with pytest.raises(CannotAdopt, match="cannot be its own backup"):
        evening.do(evening.watcher.change("board-one", Wanted("x", backup="board-one")))
    with pytest.raises(CannotAdopt, match="cannot be its own backup"):
        evening.adopt_lan("one", AT, backup="one")
    with pytest.raises(CannotAdopt, match="cannot be its own backup"):
        evening.adopt_board("board-two", backup="board-two")


def test_who_is_none_of_ours_is_neither_changed_nor_forgotten(evening: Evening) -> None:
    with pytest.raises(KeyError):
        evening.do(evening.watcher.change("nobody", Wanted("x")))
    with pytest.raises(KeyError):
        evening.do(evening.watcher.forget("nobody"))


def test_a_file_that_was_damaged_is_told(evening: Evening) -> None:
    evening.adopt_board("board-one")
    (evening.directory / "screens").write_text("{")
    evening.start()
    assert evening.now.screens == {}
    (warned,) = evening.call(evening.watcher.warnings)
    assert "screens.damaged" in warned


def test_other_appliances_and_names_are_told(evening: Evening) -> None:
    evening.network.host = "expeditor-2.local"
    evening.network.renamed_because = "10.0.0.5 has the name expeditor.local"
    evening.network.finds(
        service("ABCDEF012345", "10.0.0.5", type_=ORDERS),
        service(OWN, "10.0.0.6", type_=ORDERS),
    )
    shown = evening.call(evening.watcher.shown)
    assert [(hub.address, hub.same_id) for hub in shown.hubs] == [
        ("10.0.0.5:80", False),
        ("10.0.0.6:80", True),
    ]
    assert shown.announced.host == "expeditor-2.local"
    copied, renamed = evening.call(evening.watcher.warnings)
    assert "name of 0123456789AB at 10.0.0.6:80, has this one's identifier" in copied
    assert renamed == (
        "This appliance is found as expeditor-2.local: 10.0.0.5 has the name expeditor.local."
    )


def test_where_nobody_else_can_reach_it_that_is_said(evening: Evening) -> None:
    evening.watcher.network = None
    announced = evening.call(evening.watcher.shown).announced
    assert (announced.host, announced.not_because) == ("", "only this machine can reach it")


def test_what_is_found_is_seen_at_once(evening: Evening) -> None:
    evening.seconds(0.1)
    evening.network.finds(service("one-one-one", "10.0.0.9"))
    evening.seconds(0.1)
    assert evening.found() == {"one-one-one": AT}


def test_all_of_it_can_be_sent(evening: Evening) -> None:
    evening.beacon("E7A09AAD7B98", "10.0.0.9")
    evening.knock("board-two")
    evening.adopt_board("board-one")
    evening.adopt_lan("one", "10.0.0.10:9104")
    evening.network.finds(service(OWN, "10.0.0.6", type_=ORDERS))
    evening.seconds(1)
    shown = evening.call(evening.watcher.shown)
    assert (len(shown.screens), len(shown.found), len(shown.hubs)) == (2, 2, 1)
    assert msgspec.json.decode(msgspec.json.encode(shown), type=ScreensJson).hubs == shown.hubs
