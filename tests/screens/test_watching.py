"""The screens of an evening: what all of them have in common, and what is told of them."""

import msgspec
import pytest

from appliance.mdns import ORDERS
from appliance.screens_now import CannotAdopt, ScreensJson, Wanted
from tests.screens.evening import AT, OWN, Evening, service

pytestmark = pytest.mark.usefixtures("networks")


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
