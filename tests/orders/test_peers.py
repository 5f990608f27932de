"""The allow-list: which peers may send orders."""

import ipaddress
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import ifaddr
import pytest

from appliance.lan.client import send
from appliance.listening import sockets_at
from appliance.orders import peers
from appliance.orders.peers import AllowList, address_of
from appliance.orders.server import OrderRouter
from tests.orders.serving import Kitchen, order


class Interfaces:
    """The networks of a machine, which may change."""

    def __init__(self) -> None:
        self.networks = ["192.168.7.20/24", "fd00:7::20/64"]
        self.looked_at = 0
        self.now = 1_000.0

    def adapters(self) -> Iterator[ifaddr.Adapter]:
        self.looked_at += 1
        for network in self.networks:
            interface = ipaddress.ip_interface(network)
            text = str(interface.ip)
            address = text if interface.version == 4 else (text, 0, 2)
            ip = ifaddr.IP(address, interface.network.prefixlen, "eth0")
            yield ifaddr.Adapter("eth0", "eth0", [ip], index=2)


@pytest.fixture
def interfaces(monkeypatch: pytest.MonkeyPatch) -> Interfaces:
    machine = Interfaces()
    monkeypatch.setattr(ifaddr, "get_adapters", machine.adapters)
    monkeypatch.setattr(peers, "monotonic", lambda: machine.now)
    return machine


OWN = ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]
NEIGHBOURS = ["192.168.7.1", "192.168.7.255", "::ffff:192.168.7.9", "fd00:7::9", "fd00:7::9%eth0"]
ELSEWHERE = ["192.168.8.1", "10.0.0.1", "::ffff:192.168.8.1", "fd00:8::9", "fe80::1%eth0"]
INTERNET = ["8.8.8.8", "::ffff:8.8.8.8", "2a00:1450::5", "172.32.0.1"]


@pytest.mark.usefixtures("interfaces")
@pytest.mark.parametrize(
    ("entries", "allowed", "refused"),
    [
        ([], OWN, NEIGHBOURS + ELSEWHERE + INTERNET),
        (["local"], OWN + NEIGHBOURS, ELSEWHERE + INTERNET),
        (["private"], OWN + NEIGHBOURS + ELSEWHERE, INTERNET),
        (["any"], OWN + NEIGHBOURS + ELSEWHERE + INTERNET, []),
        (["10.0.0.0/8"], [*OWN, "10.0.0.1", "::ffff:10.9.9.9"], [*NEIGHBOURS, "11.0.0.1"]),
        (["10.0.0.1"], [*OWN, "10.0.0.1"], [*NEIGHBOURS, "10.0.0.2"]),
        (["2a00:1450::/32"], [*OWN, "2a00:1450::5"], [*NEIGHBOURS, "2a00:1451::5", "8.8.8.8"]),
        (["local", "8.8.8.0/24"], [*OWN, *NEIGHBOURS, "8.8.8.8"], [*ELSEWHERE, "8.8.9.8"]),
    ],
    ids=lambda value: " ".join(value[:1]) if isinstance(value, list) else None,
)
def test_who_may_send_orders(entries: list[str], allowed: list[str], refused: list[str]) -> None:
    allow_list = AllowList(entries)
    assert [peer for peer in allowed if not allow_list.allows(peer)] == []
    assert [peer for peer in refused if allow_list.allows(peer)] == []


def test_a_new_lease_counts_within_seconds(interfaces: Interfaces) -> None:
    allow_list = AllowList(["local"])
    assert allow_list.allows("192.168.7.1")
    interfaces.networks = ["10.20.30.40/16"]
    assert not allow_list.allows("10.20.1.1")
    interfaces.now += peers.LOOK_AGAIN_SECONDS
    assert allow_list.allows("10.20.1.1")
    assert not allow_list.allows("192.168.7.1")


def test_the_interfaces_are_not_looked_up_for_every_peer(interfaces: Interfaces) -> None:
    allow_list = AllowList(["local"])
    for number in range(100):
        allow_list.allows(f"192.168.7.{number}")
    assert interfaces.looked_at == 1
    AllowList(["any"]).allows("8.8.8.8")
    assert interfaces.looked_at == 1


def test_the_interfaces_of_this_machine_can_be_read() -> None:
    assert AllowList(["local"]).allows("127.0.0.1")
    assert not AllowList(["local"]).allows("8.8.8.8")


def test_an_ipv4_address_is_itself_over_ipv6_too() -> None:
    assert address_of("::ffff:192.168.7.9") == address_of("192.168.7.9")
    assert address_of("fe80::1%eth0") == ipaddress.ip_address("fe80::1")


async def test_every_address_is_those_of_ipv4_and_of_ipv6() -> None:
    router = OrderRouter(Kitchen().submit, AllowList(["local"]), ZoneInfo("UTC"), identifier="")
    sockets = await sockets_at("::", 0)
    port = sockets[0].getsockname()[1]
    await router.listen(sockets)
    try:
        for host in ("127.0.0.1", "::1"):
            assert (await send(host, port, order("1"))).accepted
    finally:
        await router.close()
