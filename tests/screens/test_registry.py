"""The adopted screens on disk: what is kept, and what becomes of a damaged file."""

import asyncio
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.config.devices import ScreenSection
from appliance.config.values import Address, Duration
from appliance.screens.registry import MOST, NAME, Adopted, Registry, canonical
from appliance.screens_now import CannotAdopt, Wanted
from tests.proof import count

WANTED = Wanted("Grill screen", "grill", "fry-tv", 12)
TABLET = ScreenSection(
    id="E7A09AAD7B98", name="Old tablet", address=Address("192.168.1.3:9104"), station="cold"
)
TV = ScreenSection(id="grill-tv", proto="board", station="grill", patience=Duration(20))


def lan(name: str = "one", **more: Any) -> Adopted:
    at = more.pop("address", Address("10.0.0.9:9104"))
    usual: dict[str, Any] = {"wanted": WANTED, "adopted_at": 5.0, "address": at, "home": at}
    return Adopted(name, "lan", **{**usual, **more})


def board(name: str = "two", **more: Any) -> Adopted:
    usual: dict[str, Any] = {"wanted": WANTED, "adopted_at": 5.0, "device": "d"}
    return Adopted(name, "board", **{**usual, **more})


def test_adopted_screens_are_there_again_after_a_restart(tmp_path: Path) -> None:
    registry = Registry(tmp_path, ())
    registry.adopt(lan())
    registry.adopt(board())
    assert registry.screens == (lan(), board())
    assert Registry(tmp_path, ()).screens == (lan(), board())
    registry.change("one", Wanted("Other"))
    registry.forget("two")
    assert Registry(tmp_path, ()).screens == (lan(wanted=Wanted("Other")),)
    with pytest.raises(KeyError):
        registry.forget("two")
    with pytest.raises(KeyError):
        registry.change("two", WANTED)


def test_those_of_the_file_come_first_and_are_as_it_says(tmp_path: Path) -> None:
    Registry(tmp_path, ()).adopt(lan())
    first, second, third = Registry(tmp_path, (TABLET, TV)).screens
    assert first == Adopted(
        "E7A09AAD7B98",
        "lan",
        Wanted("Old tablet", "cold"),
        0,
        Address("192.168.1.3:9104"),
        of_file=True,
        home=Address("192.168.1.3:9104"),
    )
    assert second == Adopted(
        "grill-tv", "board", Wanted("grill-tv", "grill", patience=20), 0, of_file=True
    )
    assert third == lan()


def test_a_board_of_the_file_keeps_its_device(tmp_path: Path) -> None:
    registry = Registry(tmp_path, (TV,))
    registry.adopt(board("grill-tv", device="one", wanted=Wanted("Called so", "grill")))
    again = Registry(tmp_path, (TV,))
    assert [each.device for each in again.screens] == ["one"]
    assert again.screens[0].wanted.name == "grill-tv"
    found = again.of_device("one")
    assert found is not None
    assert found.id == "grill-tv"
    # It left the file, and is nobody any more.
    assert Registry(tmp_path, ()).screens == ()


def test_a_screen_that_comes_into_the_file_is_there_once(tmp_path: Path) -> None:
    Registry(tmp_path, ()).adopt(lan(TABLET.id))
    (screen,) = Registry(tmp_path, (TABLET,)).screens
    assert screen.of_file


def test_a_board_that_comes_into_the_file_keeps_its_token(tmp_path: Path) -> None:
    Registry(tmp_path, ()).adopt(board(TV.id, device="one"))
    registry = Registry(tmp_path, (TV,))
    (screen,) = registry.screens
    assert (screen.of_file, screen.device, screen.wanted.station) == (True, "one", "grill")
    # Adopted anew it has another, whatever there was before.
    registry.adopt(board(TV.id, device="two", wanted=Wanted("Called so", "grill")))
    assert [each.device for each in Registry(tmp_path, (TV,)).screens] == ["two"]


@pytest.mark.parametrize(
    ("screen", "why"),
    [
        (board("grill-tv", wanted=Wanted("x", "fry")), "file has this screen, for grill"),
        (board("E7A09AAD7B98"), "declared in the configuration's file already"),
        (lan("E7A09AAD7B98"), "declared in the configuration's file already"),
    ],
)
def test_the_file_counts(tmp_path: Path, screen: Adopted, why: str) -> None:
    registry = Registry(tmp_path, (TABLET, TV))
    before = registry.screens
    with pytest.raises(CannotAdopt, match=why):
        registry.adopt(screen)
    assert registry.screens == before


def test_a_board_is_the_same_screen_with_its_new_token(tmp_path: Path) -> None:
    registry = Registry(tmp_path, ())
    registry.adopt(board(device="old"))
    registry.adopt(board(device="new", wanted=Wanted("New")))
    assert registry.screens == (board(device="new", wanted=Wanted("New")),)


def test_nobody_takes_the_place_of_a_lan_screen(tmp_path: Path) -> None:
    registry = Registry(tmp_path, ())
    registry.adopt(lan())
    for other in (lan(address=Address("10.0.0.66:9104")), board("one")):
        with pytest.raises(CannotAdopt, match="one is adopted already, as Grill screen"):
            registry.adopt(other)
    assert registry.screens == (lan(),)


def test_there_is_room_for_so_many(tmp_path: Path) -> None:
    registry = Registry(tmp_path, (TABLET,))
    for number in range(MOST - 1):
        registry.adopt(lan(f"screen-{number}"))
    with pytest.raises(CannotAdopt, match="there are 64 screens"):
        registry.adopt(lan())
    registry.forget("screen-0")
    registry.adopt(lan())


def moved(registry: Registry, screen: str, address: str) -> None:
    registry.move(screen, Address(address))
    assert registry.has_found
    asyncio.run(registry.keep_found())
    assert not registry.has_found


def test_a_move_is_kept(tmp_path: Path) -> None:
    registry = Registry(tmp_path, (TABLET,))
    registry.adopt(lan())
    for name in ("E7A09AAD7B98", "one"):
        moved(registry, name, "10.0.0.77:9104")
    moved(registry, "forgotten-meanwhile", "10.0.0.78:9104")
    for found in (registry, Registry(tmp_path, (TABLET,))):
        assert [each.address for each in found.screens] == ["10.0.0.77:9104"] * 2


def test_another_address_in_the_file_counts_more_than_a_move(tmp_path: Path) -> None:
    moved(Registry(tmp_path, (TABLET,)), "E7A09AAD7B98", "10.0.0.77:9104")
    (screen,) = Registry(tmp_path, (ScreenSection(id=TABLET.id),)).screens
    assert screen.address is None


def test_a_move_counts_before_it_is_on_disk(tmp_path: Path) -> None:
    registry = Registry(tmp_path, ())
    registry.adopt(lan())
    registry.move("one", Address("10.0.0.77:9104"))
    assert registry.screens[0].address == "10.0.0.77:9104"
    assert Registry(tmp_path, ()).screens[0].address == "10.0.0.9:9104"


def test_a_move_is_forgotten_with_its_screen(tmp_path: Path) -> None:
    registry = Registry(tmp_path, ())
    registry.adopt(lan())
    registry.move("one", Address("10.0.0.77:9104"))
    registry.forget("one")
    registry.adopt(lan(address=Address("10.0.0.12:9104")))
    assert registry.screens == (lan(address=Address("10.0.0.12:9104")),)


def test_an_address_is_written_in_one_way() -> None:
    for text, same in (
        ("[FD00:0::1]:9104", "[fd00::1]:9104"),
        ("10.0.0.1:80", "10.0.0.1:80"),
        ("Tablet.local:9104", "tablet.local:9104"),
    ):
        assert canonical(Address(text)) == same


def _is_json(content: bytearray) -> bool:
    try:
        msgspec.json.decode(content)
    except ValueError:
        return False
    return True


def test_a_damaged_file_opens_nothing_and_is_kept(tmp_path: Path) -> None:
    """Whatever of its bytes are lost, turned or doubled."""
    Registry(tmp_path, ()).adopt(board())
    good = (tmp_path / NAME).read_bytes()
    chance = random.Random(8)  # noqa: S311
    damaged = 0
    for _ in range(count(100, proof=1_000)):
        bad = bytearray(good)
        place = chance.randrange(len(bad))
        match chance.randrange(3):
            case 0:
                del bad[place:]
            case 1:
                bad[place] = chance.randrange(256)
            case _:
                bad[place:place] = bad[: chance.randrange(1, 40)]
        (tmp_path / NAME).write_bytes(bad)
        registry = Registry(tmp_path, ())
        if registry.damaged:
            damaged += 1
            is_json = _is_json(bad)  # Then it may be a newer version's: what is known of it counts.
            assert len(registry.screens) <= is_json
            assert (tmp_path / f"{NAME}.damaged").read_bytes() == bad
        registry.adopt(lan())
        assert registry.find("one") == lan()
    assert damaged > 40


def test_an_address_that_is_none_has_to_be_found_again(tmp_path: Path) -> None:
    Registry(tmp_path, ()).adopt(lan())
    file = tmp_path / NAME
    file.write_text(file.read_text().replace("10.0.0.9:9104", "somewhere"))
    (screen,) = Registry(tmp_path, ()).screens
    assert screen == lan(address=None)
