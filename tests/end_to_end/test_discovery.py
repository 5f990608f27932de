"""A point of sale finds the appliance by its beacon, as it would find a screen, and orders."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.lan import beacon
from tests.lan.wire import seen
from tests.network import Host, Network

KITCHEN = "[[station]]\nid = 'grill'\nname = 'Grill'\n"
ORDER = json.dumps({"id": "123", "items": [{"name": "Hamburger"}]})
SEND = """
import contextlib, socket, sys
with socket.create_connection((sys.argv[1], 9104), 5) as pos:
    with contextlib.suppress(OSError):  # Who is refused at once cannot send any more.
        pos.sendall(sys.argv[2].encode())
        pos.shutdown(socket.SHUT_WR)
    print(pos.recv(4096).decode())
"""
LIST = """
import sys, urllib.request
url = "http://127.0.0.1:8080/api/v1/kds/stations/grill/tickets"
request = urllib.request.Request(url, headers={"Authorization": "Bearer " + sys.argv[1]})
print(urllib.request.urlopen(request).read().decode())
"""
HOLD_TWO = """
import socket, sys
first = socket.create_connection((sys.argv[1], 9104), 5)
second = socket.create_connection((sys.argv[1], 9104), 5)
print(first.recv(1))
"""


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture
def hub(network: Network) -> Host:
    return network.host()


@pytest.fixture
def till(network: Network, hub: Host) -> Host:
    """Another host, on a cable to the hub."""
    till = network.host()
    network.cable(hub, "eth0", till, "eth0")
    hub.ip("address add 10.1.0.1/24 dev eth0")
    till.ip("address add 10.1.0.2/24 dev eth0")
    return till


def runs(hub: Host, file: Path) -> None:
    service = hub.start("appliance", "run", "--listen-lan", "--config", str(file))
    while "sign in" not in service.line():
        pass


def test_a_point_of_sale_finds_the_appliance_and_orders(
    hub: Host, till: Host, tmp_path: Path
) -> None:
    wire = till.start("tests.lan.wire", str(beacon.PORT))
    assert wire.line() == "watching"
    hub.start("appliance", "run", "--listen-lan", "--data", str(tmp_path))
    found = beacon.decode(seen(wire).payload)
    assert found is not None
    assert found.name == "Demo kitchen"
    # Nothing but the address in the beacon leads there.
    assert till.run(sys.executable, "-c", SEND, str(found.address), ORDER) == "123\n"


def test_with_the_beacon_off_nothing_is_sent_or_heard(
    hub: Host, till: Host, tmp_path: Path
) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text(f"[orders]\nbeacon = false\n{KITCHEN}")
    runs(hub, file)
    assert till.run(sys.executable, "-c", SEND, "10.1.0.1", ORDER) == "123\n"
    assert f":{beacon.PORT:04X}" not in hub.run("cat", "/proc/net/udp")


def test_what_the_configuration_says_of_orders_is_what_is_done(
    hub: Host, till: Host, tmp_path: Path
) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text(
        "[appliance]\nname = 'Café Nord'\ntime_zone = 'America/Chicago'\n"
        "[orders]\nallow = ['10.1.0.2/32']\n"
        f"[orders.limits]\nframe_bytes = 4096\nconnections_per_address = 1\n{KITCHEN}"
    )
    till.ip("address add 10.1.0.3/24 dev eth0")
    wire = till.start("tests.lan.wire", str(beacon.PORT))
    assert wire.line() == "watching"
    runs(hub, file)
    found = beacon.decode(seen(wire).payload)
    assert found is not None
    assert found.name == "Cafe Nord"
    zoneless = {"id": "1", "pickupTime": "2026-01-02T19:45:00", "items": [{"name": "Soup"}]}
    assert till.run(sys.executable, "-c", SEND, "10.1.0.1", json.dumps(zoneless)) == "1\n"
    token = hub.run(
        sys.executable, "-m", "appliance", "token", "--role", "manager", "--config", str(file)
    )
    listed = hub.run(sys.executable, "-c", LIST, token.strip())
    assert json.loads(listed)[0]["target_time"] == "2026-01-03T01:45:00Z"
    large = json.dumps({"id": "2", "items": [], "name": "x" * 4096})
    assert till.run(sys.executable, "-c", SEND, "10.1.0.1", large) == "Unable to parse data\n"
    # The place of the first is the second's.
    assert till.run("timeout", "10", sys.executable, "-c", HOLD_TWO, "10.1.0.1") == "b''\n"
    stranger = SEND.replace("9104), 5)", "9104), 5, ('10.1.0.3', 0))")
    assert till.run(sys.executable, "-c", stranger, "10.1.0.1", ORDER) == "Unable to parse data\n"
