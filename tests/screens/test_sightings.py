"""Who says to be a screen: merged by identity and place, bounded, and believed by nobody."""

from ipaddress import ip_address, ip_network
from typing import Any

from appliance.config.values import Address
from appliance.lan.neighbours import Neighbour
from appliance.mdns import ORDERS
from appliance.mdns.found import Service
from appliance.screens.liveness import Stay
from appliance.screens.registry import Adopted
from appliance.screens.sightings import Sightings, conflict, hubs, moved_to, to_adopt
from appliance.screens_now import FoundScreen, Hub, Knock, Knocking, Proto, Wanted
from tests.screens.evening import OWN, service

NETWORKS = [ip_network("10.0.0.0/24"), ip_network("127.0.0.0/8")]
OURS = [ip_address("10.0.0.1")]


def beacon(name: str = "E7A09AAD7B98", address: str = "10.0.0.9", **more: Any) -> Neighbour:
    usual: dict[str, Any] = {"first_heard_ago": 100.0, "last_heard_ago": 1.0}
    return Neighbour(name, "emulator", "1.0", address, **{**usual, **more})


def seen(*heard: Service | Neighbour, now: float = 1_000) -> Sightings:
    sightings = Sightings(OWN)
    services = [each for each in heard if isinstance(each, Service)]
    neighbours = [each for each in heard if isinstance(each, Neighbour)]
    sightings.look(services, neighbours, now)
    return sightings


def adopted(name: str, address: str | None, proto: Proto = "lan") -> Adopted:
    at = None if address is None else Address(address)
    return Adopted(name, proto, Wanted(f"our {name}", "grill"), 0, at)


def listed(sightings: Sightings, *screens: Adopted) -> list[FoundScreen]:
    return list(to_adopt(sightings.now, (), screens))


def test_what_is_found_by_beacon() -> None:
    (found,) = listed(seen(beacon()))
    assert found == FoundScreen(
        id="E7A09AAD7B98",
        name="emulator",
        proto="lan",
        station="",
        version="1.0",
        address="10.0.0.9:9104",
        by=("beacon",),
        known_as="",
    )


def test_what_is_found_by_mdns() -> None:
    (found,) = listed(seen(service("one-one-one", "10.0.0.9", port=91, station="fry", version="2")))
    assert found == FoundScreen(
        id="one-one-one",
        name="name of one-one-one",
        proto="lan",
        station="fry",
        version="2",
        address="10.0.0.9:91",
        by=("mdns",),
        known_as="",
    )
    (board,) = listed(seen(service("two-two-two", "10.0.0.9", proto="board")))
    assert (board.proto, board.address) == ("board", "10.0.0.9")


def test_who_is_found_twice_is_one() -> None:
    name = "E7A09AAD7B98"
    (found,) = listed(seen(service(name, "10.0.0.9", station="fry"), beacon(name)))
    assert (found.by, found.station) == (("mdns", "beacon"), "fry")
    assert len(listed(seen(service(name, "10.0.0.9", port=80), beacon(name)))) == 2
    assert len(listed(seen(beacon(name), beacon(name, "10.0.0.10")))) == 2


def test_a_board_that_knocks_and_is_announced_is_one() -> None:
    knocking = Knocking(Knock("two-two-two", "Grill TV", "10.0.0.9"), "123456", "token")
    sightings = seen(service("two-two-two", "10.0.0.9", proto="board"))
    (found,) = to_adopt(sightings.now, [knocking], ())
    assert (found.by, found.name) == (("knock", "mdns"), "Grill TV")


def test_what_is_no_screen_is_not_listed() -> None:
    assert listed(seen(service("hub-hub-hub", "10.0.0.9", type_=ORDERS))) == []
    assert listed(seen(service("one-one-one", "10.0.0.9", proto="printer"))) == []
    assert listed(seen(service(OWN, "10.0.0.9"), beacon(OWN))) == []
    # No path could name them.
    assert listed(seen(beacon("../stations"), beacon("a b"), beacon("<script>"))) == []


def test_who_was_not_heard_for_long_is_not_there() -> None:
    assert len(seen(beacon(last_heard_ago=19.9)).now) == 1
    assert seen(beacon(last_heard_ago=20)).now == []


def test_adopted_screens_are_not_listed_where_they_are() -> None:
    name = "E7A09AAD7B98"
    assert listed(seen(beacon(name)), adopted(name, "10.0.0.9:9104")) == []
    (elsewhere,) = listed(seen(beacon(name)), adopted(name, "10.0.0.10:9104"))
    assert elsewhere.known_as == f"our {name}"
    # Nobody knows which place a name is, or where an adopted board comes from.
    assert listed(seen(beacon(name)), adopted(name, "tablet.local:9104")) == []
    board = service("two-two-two", "10.0.0.9", proto="board")
    assert listed(seen(board), adopted("two-two-two", None, "board")) == []


def test_an_adopted_board_that_knocks_is_listed() -> None:
    knocking = Knocking(Knock("two-two-two", "Grill TV", "10.0.0.9"), "123456", "token")
    (found,) = to_adopt((), [knocking], [adopted("two-two-two", None, "board")])
    assert found.known_as == "our two-two-two"


def moves(*heard: Service | Neighbour) -> Address | None:
    screen = adopted("E7A09AAD7B98", "10.0.0.9:9104")
    return moved_to(screen, seen(*heard).of(screen.id), NETWORKS, OURS)


def test_a_screen_is_found_again_where_just_one_says_to_be_it() -> None:
    assert moves() is None
    assert moves(beacon()) is None
    assert moves(beacon(address="10.0.0.77")) == "10.0.0.77:9104"
    # Where it was it is heard no more, or still.
    gone = beacon(last_heard_ago=6)
    assert moves(gone, beacon(address="10.0.0.77")) == "10.0.0.77:9104"
    assert moves(beacon(), beacon(address="10.0.0.77")) is None
    assert moves(beacon(address="10.0.0.77"), beacon(address="10.0.0.78")) is None
    assert moves(service("E7A09AAD7B98", "10.0.0.77", port=91)) == "10.0.0.77:91"
    assert moves(service("E7A09AAD7B98", "10.0.0.77", proto="board")) is None
    assert moves(beacon("another-screen", "10.0.0.77")) is None


def test_it_is_looked_for_in_our_networks_and_not_on_this_machine() -> None:
    for address in ("10.0.1.77", "10.0.0.1", "127.0.0.1", "8.8.8.8"):
        assert moves(beacon(address=address)) is None


def test_two_at_once_are_told_apart() -> None:
    screen = adopted("E7A09AAD7B98", "10.0.0.9:9104")
    both = "10.0.0.77:9104 and 10.0.0.9:9104 both say to be it"

    def between(stay: Stay | None, *heard: Neighbour) -> str:
        return conflict(screen, stay, seen(*heard).now)

    assert between(None, beacon(), beacon(address="10.0.0.77")) == both
    assert between(Stay(0, 999), beacon(address="10.0.0.77")) == both
    assert between(Stay(0, 999), beacon()) == ""
    assert between(None, beacon(address="10.0.0.77")) == ""
    many = [beacon(address=f"10.0.0.{last}") for last in range(10, 30)]
    words = "10.0.0.10:9104, 10.0.0.11:9104 and 18 more say to be it"
    assert between(None, *many) == words
    # It went from there to here.
    gone = beacon(address="10.0.0.77", last_heard_ago=15)
    assert between(Stay(990, 999), gone, beacon(first_heard_ago=12)) == ""


def test_somebody_announced_for_a_moment_is_no_conflict() -> None:
    sightings = Sightings(OWN)
    screen = adopted("one-one-one", "10.0.0.9:9104")
    for now, words in ((100, False), (104, False), (106, True)):
        sightings.look([service("one-one-one", "10.0.0.77")], [], now)
        assert bool(conflict(screen, Stay(0, now), sightings.of("one-one-one"))) == words


def test_other_appliances() -> None:
    services = [
        service("ABCDEF012345", "10.0.0.5", type_=ORDERS, http="8080"),
        service(OWN, "10.0.0.6", type_=ORDERS, http="99999"),
        service("one-one-one", "10.0.0.9"),
    ]
    assert hubs(services, OWN) == [
        Hub("ABCDEF012345", "name of ABCDEF012345", "10.0.0.5:8080", same_id=False),
        Hub(OWN, f"name of {OWN}", "10.0.0.6:80", same_id=True),
    ]
