"""avahi as an independent peer: it finds and resolves us, and we find what it publishes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.mdns import SCREEN
from tests.mdns.avahi import Avahi
from tests.mdns.presence import Found, Present
from tests.network import Host, Network

HUB = "11111111-aaaa"


@pytest.fixture
def network() -> Iterator[Network]:
    assert shutil.which("avahi-browse"), "avahi is not installed; `make test` does that"
    with Network() as network:
        yield network


@pytest.fixture
def hub(network: Network) -> Host:
    return network.host()


@pytest.fixture
def laptop(network: Network, hub: Host) -> Host:
    """Another host on the hub's switch."""
    laptop = network.host()
    network.switch((hub, "eth0"), (laptop, "eth0"))
    hub.ip("address add 10.1.0.1/24 dev eth0")
    laptop.ip("address add 10.1.0.2/24 dev eth0")
    return laptop


def test_avahi_finds_us_and_our_name_until_we_say_goodbye(
    hub: Host, laptop: Host, tmp_path: Path
) -> None:
    avahi = Avahi(laptop, tmp_path, "laptop")
    present = Present(hub, HUB, "Küche")
    present.until(lambda shown: shown.host)
    found = avahi.services("_kitchen-orders._tcp")
    assert found == [
        [
            *("=", "eth0", "IPv4", r"K\195\188che", "_kitchen-orders._tcp", "local"),
            *("expeditor.local", "10.1.0.1", "9104"),
            r'"api=/api/v1" "name=K\195\188che" "id=11111111-aaaa"',
        ]
    ]
    assert avahi.tool("avahi-resolve", "-4n", "expeditor.local").split() == [
        "expeditor.local",
        "10.1.0.1",
    ]
    assert [page[-2:] for page in avahi.services("_http._tcp")] == [
        ["80", '"path=/" "id=11111111-aaaa"']
    ]
    present.program.stop()
    avahi.until_gone("_kitchen-orders._tcp")


def test_what_avahi_publishes_is_found_until_it_says_goodbye(
    hub: Host, laptop: Host, tmp_path: Path
) -> None:
    avahi = Avahi(laptop, tmp_path, "laptop")
    present = Present(hub, HUB, "Kitchen")
    publishing = avahi.publish(
        "Grill", SCREEN, "9104", "id=12345678-grill", "name=Grill", "proto=lan", "secret=x"
    )
    shown = present.until(lambda shown: shown.found)
    assert shown.found == (
        Found(
            SCREEN,
            "Grill",
            "laptop.local",
            ("10.1.0.2",),
            9104,
            {"id": "12345678-grill", "name": "Grill", "proto": "lan"},
        ),
    )
    publishing.stop()
    present.until(lambda shown: not shown.found)


def test_a_laptop_that_has_our_name_keeps_it(hub: Host, laptop: Host, tmp_path: Path) -> None:
    awaited = hub.start("tests.mdns.awaited", "10.1.0.1", "expeditor")
    assert awaited.line() == "listening"
    avahi = Avahi(laptop, tmp_path, "expeditor")
    # It says that it is complete while it still looks whether the name is free: so do we then, and
    # whoever is done first has it.
    assert awaited.line() == "heard"
    shown = Present(hub, HUB, "Kitchen").until(lambda shown: shown.renamed_because)
    assert shown.host == "expeditor-2.local"
    assert shown.renamed_because == "expeditor.local is the name of 10.1.0.2"
    assert avahi.services("_kitchen-orders._tcp")[0][6] == "expeditor-2.local"
    assert avahi.tool("avahi-resolve", "-4n", "expeditor.local").split()[1] == "10.1.0.2"


@pytest.mark.usefixtures("laptop")
def test_the_same_name_given_by_this_machines_own_avahi_is_ours(hub: Host, tmp_path: Path) -> None:
    avahi = Avahi(hub, tmp_path, "expeditor")
    present = Present(hub, HUB, "Kitchen")
    assert present.until(lambda shown: shown.host).host == "expeditor.local"
    # Both go on to be there: what a program of this machine publishes is found as anybody's is.
    avahi.publish("Agent", SCREEN, "9105", "id=87654321-agent", "proto=board")
    agent = present.until(lambda shown: shown.found)
    assert (agent.host, agent.found[0].host) == ("expeditor.local", "expeditor.local")
    assert agent.found[0].addresses == ("10.1.0.1",)
