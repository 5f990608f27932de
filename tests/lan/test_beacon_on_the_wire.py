"""Beacons between hosts that are connected by cables: what each interface sends and hears."""

import json
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from appliance.config import ALL_INTERFACES
from appliance.lan import beacon
from appliance.lan.beacon import Beacon
from tests.lan.wire import Packet, seen
from tests.network import Host, Network, Program

OURS = "0123456789AB"
SEND_A_DATAGRAM = (
    "import socket, sys\n"
    "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:\n"
    "    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)\n"
    "    sender.sendto(bytes.fromhex(sys.argv[1]), (sys.argv[2], int(sys.argv[3])))\n"
)


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture
def hub(network: Network) -> Host:
    return network.host()


@pytest.fixture
def screen(network: Network, hub: Host) -> Host:
    """Another host, on both cables of the hub."""
    screen = network.host()
    network.cable(hub, "eth0", screen, "eth0")
    network.cable(hub, "eth1", screen, "eth1")
    return screen


def watching(host: Host) -> Program:
    """What passes the interfaces of a host from now on."""
    wire = host.start("tests.lan.wire", str(beacon.PORT))
    assert wire.line() == "watching"
    return wire


def present(hub: Host, orders_host: str = ALL_INTERFACES) -> Program:
    return hub.start("tests.lan.present", OURS, "Küche", orders_host)


def announced(packet: Packet) -> tuple[str, str, str, str]:
    """Interface, source, destination and claim of a packet that is a beacon of ours."""
    claim = beacon.decode(packet.payload)
    assert claim is not None
    assert (claim.identifier, claim.name) == (OURS, "Kuche")
    return packet.interface, packet.source, packet.destination, str(claim.address)


def test_each_network_gets_the_address_that_it_can_reach(hub: Host, screen: Host) -> None:
    hub.ip("address add 10.1.0.1/24 dev eth0")
    hub.ip("address add 192.168.7.20/22 dev eth1")
    wire = watching(screen)
    present(hub)
    assert {announced(seen(wire)) for _ in range(4)} == {
        ("eth0", "10.1.0.1", "10.1.0.255", "10.1.0.1"),
        ("eth1", "192.168.7.20", "192.168.7.255", "192.168.7.20"),
    }


def test_two_interfaces_in_the_same_network_each_send_their_own(hub: Host, screen: Host) -> None:
    hub.ip("address add 10.1.0.1/24 dev eth0")
    hub.ip("address add 10.1.0.2/24 dev eth1")
    wire = watching(screen)
    present(hub)
    assert {announced(seen(wire)) for _ in range(4)} == {
        ("eth0", "10.1.0.1", "10.1.0.255", "10.1.0.1"),
        ("eth1", "10.1.0.2", "10.1.0.255", "10.1.0.2"),
    }


@pytest.mark.usefixtures("screen")
def test_nothing_leaves_on_loopback_nor_where_nobody_else_can_be(hub: Host) -> None:
    hub.ip("address add 10.77.0.1/24 dev lo")
    hub.ip("address add 10.50.0.1/32 dev eth0")
    hub.ip("address add 10.60.0.0/31 dev eth0")
    hub.ip("address add 10.1.0.1/30 dev eth1")
    wire = watching(hub)
    present(hub)
    assert {announced(seen(wire)) for _ in range(3)} == {
        ("eth1", "10.1.0.1", "10.1.0.3", "10.1.0.1")
    }


def test_one_address_is_announced_where_orders_come_in_on_one(hub: Host, screen: Host) -> None:
    hub.ip("address add 10.1.0.1/24 dev eth0")
    hub.ip("address add 10.2.0.1/24 dev eth1")
    wire = watching(screen)
    present(hub, "10.2.0.1")
    assert {announced(seen(wire)) for _ in range(3)} == {
        ("eth1", "10.2.0.1", "10.2.0.255", "10.2.0.1")
    }


def test_a_new_address_is_followed_and_so_is_a_cable_that_comes_later(
    hub: Host, screen: Host
) -> None:
    wire = watching(screen)
    present(hub)
    hub.ip("address add 10.1.0.1/24 dev eth0")
    assert announced(seen(wire)) == ("eth0", "10.1.0.1", "10.1.0.255", "10.1.0.1")
    hub.ip("address delete 10.1.0.1/24 dev eth0")
    hub.ip("address add 10.9.0.1/16 dev eth0")
    while (last := announced(seen(wire)))[1] == "10.1.0.1":
        pass
    assert last == ("eth0", "10.9.0.1", "10.9.255.255", "10.9.0.1")


def test_a_beacon_is_heard_from_where_it_came_whatever_it_claims(hub: Host, screen: Host) -> None:
    hub.ip("address add 10.1.0.1/24 dev eth0")
    screen.ip("address add 10.1.0.9/24 dev eth0")
    wire = watching(screen)
    heard = present(hub)
    seen(wire)  # It has begun.
    claim = Beacon(IPv4Address("192.168.1.3"), "E7A09AAD7B98", "emulator")
    arguments = (beacon.encode(claim).hex(), "10.1.0.255", str(beacon.PORT))
    screen.run(sys.executable, "-c", SEND_A_DATAGRAM, *arguments)
    assert json.loads(heard.line()) == [["E7A09AAD7B98", "10.1.0.9"]]


def test_two_appliances_hear_each_other_and_not_themselves(hub: Host, screen: Host) -> None:
    hub.ip("address add 10.1.0.1/24 dev eth0")
    screen.ip("address add 10.1.0.9/24 dev eth0")
    heard = present(hub)
    other = screen.start("tests.lan.present", "BA9876543210", "Bar", ALL_INTERFACES)
    assert json.loads(heard.line()) == [["BA9876543210", "10.1.0.9"]]
    assert json.loads(other.line()) == [[OURS, "10.1.0.1"]]
