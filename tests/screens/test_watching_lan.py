"""LAN screens of an evening: fed, found again elsewhere, believed or not."""

from pathlib import Path

import pytest

from appliance.screens.feeding import Fed
from appliance.screens_now import CannotAdopt, Wanted
from tests.screens.evening import AT, ELSEWHERE, OWN, Evening, service

pytestmark = pytest.mark.usefixtures("networks")


def test_a_lan_screen_is_fed_from_its_adoption_on(evening: Evening) -> None:
    evening.beacon("E7A09AAD7B98", "10.0.0.9")
    evening.seconds(1)
    assert evening.found() == {"E7A09AAD7B98": AT}
    assert evening.feeding.fed == {}  # Nothing is sent to who was only found.
    made = evening.adopt_lan("E7A09AAD7B98", AT, station="grill")
    assert (made.address, made.proto) == (AT, "lan")
    assert evening.feeding.fed == {"E7A09AAD7B98": Fed(AT, frozenset({"grill"}))}
    assert evening.found() == {}
    evening.feeding.refused = 1
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
