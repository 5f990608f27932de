"""Machines on one network, with real multicast: who finds whom, and under what name."""

import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from appliance.mdns import ORDERS
from appliance.mdns.found import MOST_SERVICES
from tests.mdns.presence import Found, Present, Shown
from tests.network import Host, Network

ONE, OTHER = "11111111-aaaa", "22222222-bbbb"
SEND_A_DATAGRAM = (
    "import socket, sys\n"
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', (sys.argv[1], 9))\n"
)
TAKE_THE_PORT = (
    "import socket\n"
    "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:\n"
    "    port.bind(('', 5353))\n"
    "    print('taken', flush=True)\n"
    "    port.recv(1)\n"
)
MEGABYTE = 1 << 20


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture
def hosts(network: Network) -> tuple[Host, Host]:
    """Two machines that nothing connects yet."""
    return network.host(), network.host()


@pytest.fixture
def box(network: Network, hosts: tuple[Host, Host]) -> Host:
    """The switch that connects them, as 10.1.0.1 and 10.1.0.2."""
    box = network.switch(*((host, "eth0") for host in hosts))
    for number, host in enumerate(hosts, 1):
        host.ip(f"address add 10.1.0.{number}/16 dev eth0")
    return box


def hub(address: str, identifier: str, name: str, host: str, instance: str = "") -> Found:
    told = {"id": identifier, "name": name, "api": "/api/v1"}
    return Found(ORDERS, instance or name, host, (address,), 9104, told)


def is_announced(shown: Shown) -> bool:
    return bool(shown.host)


@pytest.mark.usefixtures("box")
def test_two_appliances_find_each_other_until_one_says_goodbye(hosts: tuple[Host, Host]) -> None:
    one = Present(hosts[0], ONE, "Küche", "one")
    other = Present(hosts[1], OTHER, "Bar. 2nd floor", "other")
    found = one.until(lambda shown: shown.found).found
    # A point would begin another part of the name.
    bar = hub("10.1.0.2", OTHER, "Bar. 2nd floor", "other.local", "Bar 2nd floor")
    assert found == (bar,)
    assert other.until(lambda shown: shown.found).found == (
        hub("10.1.0.1", ONE, "Küche", "one.local"),
    )
    other.program.stop()
    assert one.until(lambda shown: not shown.found) == Shown("one.local", "", "", ())


def test_a_network_that_comes_later_or_goes_is_a_state(
    network: Network, hosts: tuple[Host, Host]
) -> None:
    one = Present(hosts[0], ONE, "Kitchen")
    other = Present(hosts[1], OTHER, "Bar", "other")
    assert one.until(lambda shown: "started" not in shown.not_because) == Shown(
        "", "", "no network is connected", ()
    )
    box = network.switch(*((host, "eth0") for host in hosts))
    one.until(lambda shown: shown.not_because == "no network interface has an IPv4 address")
    hosts[0].ip("address add 10.1.0.1/16 dev eth0")
    hosts[1].ip("address add 10.1.0.2/16 dev eth0")
    assert one.until(is_announced).host == "expeditor.local"
    one.until(lambda shown: shown.of(OTHER))
    box.ip("link set port0 down")
    out = one.until(lambda shown: not shown.host)
    assert out.not_because == "no network is connected"
    # The other goes meanwhile, and nobody hears its goodbye: who is back asks again.
    other.program.stop()
    box.ip("link set port0 up")
    assert one.until(is_announced).not_because == ""
    one.until(lambda shown: not shown.found)


@pytest.mark.usefixtures("box")
def test_a_changed_address_is_told_and_heard(hosts: tuple[Host, Host]) -> None:
    hosts[1].ip("address add fd00::2/64 dev eth0 nodad")
    one = Present(hosts[0], ONE, "Kitchen")
    Present(hosts[1], OTHER, "Bar", "other")
    both = one.until(lambda shown: shown.of(OTHER)).of(OTHER)
    assert both is not None
    assert both.addresses == ("10.1.0.2", "fd00::2")
    # The last of its kind: no other of IPv6 says that it no longer holds.
    hosts[1].ip("address del fd00::2/64 dev eth0")
    one.until(lambda shown: shown.of(OTHER) == hub("10.1.0.2", OTHER, "Bar", "other.local"))
    hosts[1].ip("address del 10.1.0.2/16 dev eth0")
    hosts[1].ip("address add 10.1.0.22/16 dev eth0")
    moved = hub("10.1.0.22", OTHER, "Bar", "other.local")
    one.until(lambda shown: shown.of(OTHER) == moved)


@pytest.mark.parametrize(("listen", "told"), [("0.0.0.0", [4]), ("[::]", [4, 6])])  # noqa: S104
@pytest.mark.usefixtures("box")
def test_an_appliance_tells_ipv6_only_where_it_listens_there(
    hosts: tuple[Host, Host], tmp_path: Path, listen: str, told: list[int]
) -> None:
    hosts[1].ip("address add fd00::2/64 dev eth0 nodad")
    config = tmp_path / "kitchen.toml"
    doors = f'[http]\nlisten = "{listen}:80"\n[orders]\nlisten = "{listen}:9104"\n'
    named = '[appliance]\nname = "Bar"\n[screens]\nhost = "other"\n'
    config.write_text(f'{doors}{named}[[station]]\nid = "grill"\nname = "Grill"\n')
    one = Present(hosts[0], ONE, "Kitchen")
    data = str(tmp_path / "data")
    hosts[1].start("appliance", "run", "--config", str(config), "--data", data)
    (other,) = one.until(lambda shown: shown.found).found
    assert [ip_address(each).version for each in other.addresses] == told


def test_an_adapter_that_is_plugged_in_again_is_used_again(
    network: Network, hosts: tuple[Host, Host], box: Host
) -> None:
    one = Present(hosts[0], ONE, "Kitchen")
    one.until(is_announced)
    # The same address, on another interface.
    hosts[0].ip("link del eth0")
    network.cable(box, "again", hosts[0], "eth0")
    hosts[0].ip("address add 10.1.0.1/16 dev eth0")
    box.ip("link set again master lan")
    other = Present(hosts[1], OTHER, "Bar", "other")
    other.until(lambda shown: shown.of(ONE))
    one.until(lambda shown: shown.of(OTHER))


@pytest.mark.usefixtures("box")
def test_an_appliance_that_was_killed_stays_on_the_list_and_is_back_elsewhere(
    hosts: tuple[Host, Host],
) -> None:
    one = Present(hosts[0], ONE, "Kitchen")
    other = Present(hosts[1], OTHER, "Bar", "other")
    one.until(lambda shown: shown.of(OTHER))
    other.program.kill()
    hosts[1].ip("address del 10.1.0.2/16 dev eth0")
    hosts[1].ip("address add 10.1.0.23/16 dev eth0")
    Present(hosts[1], OTHER, "Bar", "other")
    back = hub("10.1.0.23", OTHER, "Bar", "other.local")
    # No goodbye came, so it is not off the list before: mDNS does not tell who is alive.
    assert one.until(lambda shown: shown.of(OTHER) in (back, None)).of(OTHER) == back


@pytest.mark.usefixtures("box")
def test_of_two_that_want_a_name_the_smaller_id_keeps_it(hosts: tuple[Host, Host]) -> None:
    first = Present(hosts[1], OTHER, "Kitchen")
    first.until(is_announced)
    smaller = Present(hosts[0], ONE, "Kitchen")
    renamed = first.until(lambda shown: shown.host == "expeditor-2.local")
    assert renamed.renamed_because == "expeditor.local is the name of 10.1.0.1"
    gave_way = hub("10.1.0.2", OTHER, "Kitchen", "expeditor-2.local", "Kitchen-2")
    kept = smaller.until(lambda shown: shown.found == (gave_way,))
    assert (kept.host, kept.renamed_because) == ("expeditor.local", "")


def test_two_networks_are_joined_and_each_name_is_somebodys(
    network: Network, hosts: tuple[Host, Host]
) -> None:
    boxes = [network.switch((host, "eth0")) for host in hosts]
    for number, host in enumerate(hosts, 1):
        host.ip(f"address add 10.1.0.{number}/16 dev eth0")
    one, other = Present(hosts[0], ONE, "Kitchen"), Present(hosts[1], OTHER, "Kitchen")
    assert one.until(is_announced).host == other.until(is_announced).host == "expeditor.local"
    network.cable(boxes[0], "uplink", boxes[1], "uplink")
    for box in boxes:
        box.ip("link set uplink master lan")
    other.until(lambda shown: shown.host == "expeditor-2.local" and shown.of(ONE))
    gave_way = hub("10.1.0.2", OTHER, "Kitchen", "expeditor-2.local", "Kitchen-2")
    assert one.until(lambda shown: shown.of(OTHER) == gave_way).host == "expeditor.local"


@pytest.mark.usefixtures("box")
def test_a_copied_card_is_told_apart_by_its_address(hosts: tuple[Host, Host]) -> None:
    lower, higher = (Present(host, ONE, "Kitchen") for host in hosts)
    renamed = higher.until(lambda shown: shown.host == "expeditor-2.local" and shown.found)
    assert renamed.of(ONE) == hub("10.1.0.1", ONE, "Kitchen", "expeditor.local")
    copy = hub("10.1.0.2", ONE, "Kitchen", "expeditor-2.local", "Kitchen-2")
    assert lower.until(lambda shown: shown.found == (copy,)).host == "expeditor.local"


@pytest.mark.usefixtures("box")
def test_a_thousand_fake_services_are_bounded_and_nothing_is_sent_to_them(
    hosts: tuple[Host, Host],
) -> None:
    one = Present(hosts[0], ONE, "Kitchen")
    one.until(is_announced)
    before = one.program.memory
    wire = hosts[0].start("tests.mdns.unicast")
    assert wire.line() == "watching"
    shouting = hosts[1].start("tests.mdns.shout", "10.1.0.2", "0", "1000", "1000")
    assert shouting.line() == "shouted"
    full = one.until(lambda shown: len(shown.found) == MOST_SERVICES)
    # Whoever was there first stays, and none of the others comes.
    assert {found.type for found in full.found} == {"_kitchen-screen._tcp"}
    assert one.program.memory - before < 4 * MEGABYTE
    hosts[0].run(sys.executable, "-c", SEND_A_DATAGRAM, "10.1.0.2")
    # This one datagram is all that ever left for one machine alone.
    assert wire.line() == "10.1.0.2"


@pytest.mark.usefixtures("box")
def test_who_has_every_name_keeps_nobody_from_being_found(hosts: tuple[Host, Host]) -> None:
    stranger = hosts[1].start("tests.mdns.stubborn", "10.1.0.2", "-")
    assert stranger.line() == "here"
    shown = Present(hosts[0], ONE, "Kitchen").until(is_announced)
    assert shown.host == f"expeditor-{ONE[:8]}.local"


@pytest.mark.usefixtures("box")
def test_who_should_give_way_and_does_not_has_the_name_in_the_end(hosts: tuple[Host, Host]) -> None:
    one = Present(hosts[0], ONE, "Kitchen")
    one.until(is_announced)
    stubborn = hosts[1].start("tests.mdns.stubborn", "10.1.0.2", OTHER)
    assert stubborn.line() == "here"
    one.until(lambda shown: shown.of(OTHER))
    shown = one.until(lambda shown: shown.host not in ("", "expeditor.local"))
    assert shown.host == "expeditor-2.local"


def test_a_port_that_another_program_has_is_a_state(
    network: Network, hosts: tuple[Host, Host]
) -> None:
    network.switch((hosts[0], "eth0"))
    hosts[0].ip("address add 10.1.0.1/16 dev eth0")
    taking = hosts[0].start_command(sys.executable, "-c", TAKE_THE_PORT)
    assert taking.line() == "taken"
    one = Present(hosts[0], ONE, "Kitchen")
    shown = one.until(lambda shown: "UDP" in shown.not_because)
    assert shown.not_because == "UDP port 5353 cannot be used: Address already in use"
    taking.kill()
    assert one.until(is_announced).not_because == ""
