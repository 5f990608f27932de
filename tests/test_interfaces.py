"""The addresses of a machine's interfaces, on one that was made for it."""

import sys
from collections.abc import Iterator

import pytest

from tests.network import Host, Network

SHOW_BROADCASTING = """
import socket
from appliance import interfaces
for one in interfaces.broadcasting():
    print(socket.if_indextoname(one.interface), one.address, one.broadcast)
"""
SHOW_NETWORKS = """
from appliance import interfaces
print(*sorted(map(str, interfaces.networks())))
"""


SHOW_CONNECTED = """
import socket
from appliance import interfaces
print(*sorted(map(socket.if_indextoname, interfaces.connected())))
"""

SHOW_REACHABLE = """
from appliance import interfaces
for name, addresses in interfaces.reachable().items():
    print(name, *addresses)
"""


@pytest.fixture
def host() -> Iterator[Host]:
    """A machine with two interfaces and addresses of every kind."""
    with Network() as network:
        host = network.host()
        network.cable(host, "eth0", network.host(), "eth0")
        network.cable(host, "eth1", network.host(), "eth0")
        host.ip("address add 10.99.0.1/24 dev lo")
        host.ip("address add 10.1.0.1/24 dev eth0")
        host.ip("address add 10.1.7.1/22 dev eth0 label eth0:bar")
        host.ip("address add 10.2.0.1/30 dev eth0")
        host.ip("address add 10.3.0.0/31 dev eth0")
        host.ip("address add 10.4.0.1/32 dev eth0")
        host.ip("address add fd00::1/64 dev eth0")
        host.ip("address add 192.168.7.20/16 dev eth1")
        yield host


def test_broadcasts_go_to_all_of_a_network_and_not_where_nobody_else_can_be(host: Host) -> None:
    shown = host.run(sys.executable, "-c", SHOW_BROADCASTING)
    assert sorted(shown.splitlines()) == [
        "eth0 10.1.0.1 10.1.0.255",
        "eth0 10.1.7.1 10.1.7.255",
        "eth0 10.2.0.1 10.2.0.3",
        "eth1 192.168.7.20 192.168.255.255",
    ]


def test_all_networks_are_there_those_of_ipv6_and_loopback_too(host: Host) -> None:
    shown = host.run(sys.executable, "-c", SHOW_NETWORKS).split()
    assert [network for network in shown if not network.startswith("fe80:")] == [
        "10.1.0.0/24",
        "10.1.4.0/22",
        "10.2.0.0/30",
        "10.3.0.0/31",
        "10.4.0.1/32",
        "10.99.0.0/24",
        "127.0.0.0/8",
        "192.168.0.0/16",
        "::1/128",
        "fd00::/64",
    ]


def test_it_is_reached_at_what_holds_for_more_than_one_cable(host: Host) -> None:
    shown = dict(
        line.split(" ", 1) for line in host.run(sys.executable, "-c", SHOW_REACHABLE).splitlines()
    )
    assert shown["eth1"] == "192.168.7.20"
    assert set(shown["eth0"].split()) >= {"10.1.0.1", "fd00::1"}
    assert not [each for each in " ".join(shown.values()).split() if each[:4] in ("fe80", "127.")]


def test_connected_is_what_leads_somewhere(host: Host) -> None:
    show = sys.executable, "-c", SHOW_CONNECTED
    assert host.run(*show).split() == ["eth0", "eth1"]
    host.ip("link set eth0 down")
    assert host.run(*show).split() == ["eth1"]


def test_an_interface_with_its_cable_out_is_not_connected() -> None:
    with Network() as network:
        host = network.host()
        box = network.switch((host, "eth0"))
        box.ip("link set port0 down")
        assert host.run(sys.executable, "-c", SHOW_CONNECTED).split() == []
