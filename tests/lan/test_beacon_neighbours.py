"""The list of who was heard: the silent are forgotten, and nobody lies for others."""

from ipaddress import IPv4Address

from appliance.lan import neighbours
from appliance.lan.beacon import Beacon
from appliance.lan.neighbours import Neighbour, Neighbours

CLAIM = IPv4Address("192.168.1.3")


def beacon(identifier: str, name: str = "Grill") -> Beacon:
    return Beacon(CLAIM, identifier, name)


def who(heard: Neighbours, now: float) -> list[tuple[str, str]]:
    return [(one.identifier, one.address) for one in heard.listed(now)]


def test_a_neighbour_is_listed_with_where_it_came_from_and_since_when() -> None:
    heard = Neighbours()
    heard.hear(Beacon(CLAIM, "A", "Grill", "1.0"), "10.0.0.1", now=100.0)
    heard.hear(Beacon(CLAIM, "A", "Fry", "1.1"), "10.0.0.1", now=115.0)
    assert heard.listed(120.0) == [Neighbour("A", "Fry", "1.1", "10.0.0.1", 20.0, 5.0)]


def test_they_are_listed_by_name() -> None:
    heard = Neighbours()
    for number, name in enumerate(["Pass", "Fry", "Grill"]):
        heard.hear(beacon("A", name), f"10.0.0.{number}", now=0)
    assert [one.name for one in heard.listed(0)] == ["Fry", "Grill", "Pass"]


def test_who_is_silent_for_long_is_forgotten_and_new_when_heard_again() -> None:
    heard = Neighbours()
    heard.hear(beacon("A"), "10.0.0.1", now=0)
    heard.hear(beacon("B"), "10.0.0.2", now=15)
    assert who(heard, 60) == [("A", "10.0.0.1"), ("B", "10.0.0.2")]
    assert who(heard, 60.5) == [("B", "10.0.0.2")]
    heard.hear(beacon("A"), "10.0.0.1", now=70)
    heard.hear(beacon("B"), "10.0.0.2", now=80)
    assert [(one.identifier, one.first_heard_ago) for one in heard.listed(81)] == [
        ("A", 11),
        ("B", 1),
    ]


def test_nobody_moves_or_renames_another_from_elsewhere() -> None:
    heard = Neighbours()
    heard.hear(beacon("A", "Grill"), "10.0.0.1", now=0)
    heard.hear(beacon("A", "Mine"), "10.0.0.66", now=1)
    assert [(one.name, one.address) for one in heard.listed(1)] == [
        ("Grill", "10.0.0.1"),
        ("Mine", "10.0.0.66"),
    ]


def test_an_address_with_ever_new_identifiers_takes_only_its_own_places() -> None:
    heard = Neighbours()
    heard.hear(beacon("A"), "10.0.0.1", now=0)
    for number in range(1_000):
        heard.hear(beacon(f"{number}"), "10.0.0.66", now=1)
    assert who(heard, 1) == [
        ("A", "10.0.0.1"),
        ("996", "10.0.0.66"),
        ("997", "10.0.0.66"),
        ("998", "10.0.0.66"),
        ("999", "10.0.0.66"),
    ]


def test_when_all_places_are_taken_the_one_unheard_longest_goes() -> None:
    heard = Neighbours()
    addresses = [f"10.0.{number}.1" for number in range(neighbours.MAX_NEIGHBOURS)]
    for address in addresses:
        heard.hear(beacon("A"), address, now=0)
    heard.hear(beacon("A"), addresses[0], now=1)
    heard.hear(beacon("A"), "10.1.0.1", now=2)
    listed = {address for _, address in who(heard, 2)}
    assert listed == {*addresses, "10.1.0.1"} - {addresses[1]}
