"""Screens in the configuration: what is wrong is named by its key."""

import pytest

from appliance import config
from appliance.config import ConfigError
from appliance.config.values import Address

STATIONS = """
[[station]]
id = "grill"
name = "Grill"
"""
BOARD = '[[screen]]\nid = "board-one"\nproto = "board"\n'
LAN = '[[screen]]\nid = "E7A09AAD7B98"\naddress = "192.168.1.3:9104"\n'
OTHER = LAN.replace("E7A09AAD7B98", "two")


def backed(screen: str, backup: str) -> str:
    return f'[[screen]]\nid = "{screen}"\nbackup = "{backup}"\n'


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"{BOARD}station = 'fry'", "screen[0].station: there is no 'fry' here; allowed: grill"),
        (f"{BOARD}name = ' '", "screen[0].name: must not be empty"),
        (f"{LAN}shows = 'ready'", "screen[0].shows: a LAN screen is a board"),
        (
            f"{BOARD}station = 'grill'\nshows = 'pass'",
            "screen[0].station: whole orders are shown at a pass; there is none",
        ),
        (
            f"{BOARD}station = 'grill'\nshows = 'ready'",
            "screen[0].station: guests see no station, and nobody stands in for their screen",
        ),
        (
            f"{BOARD}shows = 'ready'\n{backed('two', 'board-one')}",
            "screen[1].backup: 'board-one' is for guests",
        ),
        (f"{LAN}patience = '4s'", "screen[0].patience: must be at least 5s"),
        (
            f"{BOARD}address = '10.0.0.1:9104'",
            "screen[0].address: a board has none: it comes by itself, and shows a code",
        ),
        (
            BOARD.replace("board-one", "grill_tv1"),
            "screen[0].id: a board has one of 8 to 64 letters, digits and -, which it shows",
        ),
        (f"{LAN}{LAN}", "screen[1].id: 'E7A09AAD7B98' is used twice"),
        (
            f"{LAN}{OTHER}",
            "screen[1].address: '192.168.1.3:9104' is that of screen[0] already",
        ),
        (f"{BOARD}address = '10.0.0.1'", "screen[0].address: '10.0.0.1' is no address"),
        (
            LAN.replace("9104", "0"),
            "screen[0].address: '192.168.1.3:0' has no port",
        ),
        (
            LAN.replace("192.168.1.3", "localhost"),
            "screen[0].address: 'localhost:9104' is where this appliance itself takes orders",
        ),
        (
            f"[orders]\nlisten = '192.168.1.3:9104'\n{LAN}",
            "screen[0].address: '192.168.1.3:9104' is where this appliance itself takes orders",
        ),
        (
            f"{LAN}{backed('two', 'three')}",
            "screen[1].backup: there is no 'three' here; allowed: E7A09AAD7B98, two",
        ),
        (backed("one", "one"), "screen[0].backup: 'one' is this screen itself"),
        (
            "[screens]\nhost = 'Küche'\n",
            "screens.host: small letters, digits and - only, at most 52, as in expeditor",
        ),
        (
            "[screens]\nbrowse = ['_ipp._tcp', '_x._udp']\n",
            "screens.browse[1]: is no type of services over TCP; write it like",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_key(text: str, error: str) -> None:
    with pytest.raises(ConfigError) as raised:
        config.parse(text + STATIONS, "k")
    assert str(raised.value).removeprefix("k: ").startswith(error)


def test_two_screens_may_stand_in_for_each_other() -> None:
    settings = config.parse(f"{backed('one', 'two')}{backed('two', 'one')}{STATIONS}", "k")
    assert [screen.backup for screen in settings.screen] == ["two", "one"]


def test_what_screens_are_by_default() -> None:
    settings = config.parse(f"{STATIONS}{LAN}{BOARD}{backed('three', 'board-one')}", "k")
    lan, board, third = settings.screen
    assert (lan.proto, lan.name, lan.station, lan.patience) == ("lan", None, None, 8)
    assert lan.address == Address("192.168.1.3:9104")
    assert (board.proto, board.address) == ("board", None)
    assert third.backup == "board-one"
    assert (settings.screens.mdns, settings.screens.host) == (True, "expeditor")
