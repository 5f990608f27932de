"""A point of sale finds the appliance by its beacon, as it would find a screen, and orders."""

import json
from pathlib import Path

import pytest

from appliance.lan import beacon
from tests.lan.wire import seen
from tests.network import Network

OFF = "[orders]\nbeacon = false\n[[station]]\nid = 'grill'\nname = 'Grill'\n"
SEND = (
    "import socket, sys\n"
    "with socket.create_connection((sys.argv[1], 9104), 5) as pos:\n"
    "    pos.sendall(sys.argv[2].encode())\n"
    "    pos.shutdown(socket.SHUT_WR)\n"
    "    print(pos.recv(4096).decode())\n"
)


@pytest.fixture(scope="module")
def order() -> str:
    return json.dumps({"id": "123", "items": [{"name": "Hamburger"}]})


def test_a_point_of_sale_finds_the_appliance_and_orders(tmp_path: Path, order: str) -> None:
    with Network() as network:
        hub, till = network.host(), network.host()
        network.cable(hub, "eth0", till, "eth0")
        hub.ip("address add 10.1.0.1/24 dev eth0")
        till.ip("address add 10.1.0.2/24 dev eth0")
        wire = till.start("tests.lan.wire", str(beacon.PORT))
        assert wire.line() == "watching"
        hub.start("appliance", "run", "--listen-lan", "--data", str(tmp_path))
        found = beacon.decode(seen(wire).payload)
        assert found is not None
        assert found.name == "Demo kitchen"
        # Nothing but the address in the beacon leads there.
        assert till.run("python3", "-c", SEND, str(found.address), order) == "123\n"


def test_with_the_beacon_off_nothing_is_sent_or_heard(tmp_path: Path, order: str) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text(OFF)
    with Network() as network:
        hub, till = network.host(), network.host()
        network.cable(hub, "eth0", till, "eth0")
        hub.ip("address add 10.1.0.1/24 dev eth0")
        till.ip("address add 10.1.0.2/24 dev eth0")
        service = hub.start("appliance", "run", "--listen-lan", "--config", str(file))
        while "sign in" not in service.line():
            pass
        assert till.run("python3", "-c", SEND, "10.1.0.1", order) == "123\n"
        sockets = hub.run("cat", "/proc/net/udp")
        assert f":{beacon.PORT:04X}" not in sockets
