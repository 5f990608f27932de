"""What a manager sees of the door and of the network, and that nobody else does."""

import asyncio
import secrets
import socket
from ipaddress import IPv4Address

import pytest

from appliance.lan import beacon
from appliance.lan.beacon import Beacon
from tests.api.asking import ask
from tests.running import RunningAppliance

STATUS = "/api/v1/kds/status"


async def test_what_was_refused_at_the_door_and_why(appliance: RunningAppliance) -> None:
    assert await appliance.order(id="5", items=[{"name": "Fries"}]) == b"5"
    assert await appliance.order("update-order", id="6", items=[]) == b"ORDER_DOES_NOT_EXIST"
    assert await appliance.converse(b"HELO <kitchen>\r\n") == b"Unable to parse data"
    orders = (await ask(appliance, "GET", STATUS)).body["orders"]
    assert orders["counters"] == {"accepted": 1, "refused": 1, "malformed": 1}
    assert orders["connections"] == 0
    told = [
        (each["address"], each["reason"], each["extract"], each["count"])
        for each in orders["refusals"]
    ]
    update = '{"command": "update-order", "order": {"id": "6", "items": []}}'
    assert told == [
        ("127.0.0.1", "not a JSON object", "HELO \\x3ckitchen\\x3e\\r\\n", 1),
        ("127.0.0.1", "no order '6' here", update, 1),
    ]


async def test_a_screen_that_was_heard_is_listed(appliance: RunningAppliance) -> None:
    # Others may be heard as well: screens that are near, and those of other tests.
    screen = Beacon(IPv4Address("192.168.1.3"), secrets.token_hex(6), "emulator")

    async def heard() -> list[tuple[str, str]]:
        neighbours = (await ask(appliance, "GET", STATUS)).body["beacon"]["neighbours"]
        ours = [each for each in neighbours if each["identifier"] == screen.identifier]
        return [(each["name"], each["address"]) for each in ours]

    assert await heard() == []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        async with asyncio.timeout(20):
            while not await heard():
                sending.sendto(beacon.encode(screen), ("127.255.255.255", beacon.PORT))
    # Its address is where it came from, not what it claims.
    assert await heard() == [("emulator", "127.0.0.1")]


async def test_an_appliance_that_cannot_be_reached_says_why_it_is_not_announced(
    appliance: RunningAppliance,
) -> None:
    told = (await ask(appliance, "GET", STATUS)).body["beacon"]
    assert told["unannounced_because"] == (
        f"orders come in on port {appliance.orders_port}, and a beacon means 9104"
    )
    assert told["unhearing_because"] is None


@pytest.mark.parametrize("role", ["chef", "server", "pos_staff"])
async def test_guests_in_what_was_refused_are_for_managers(
    appliance: RunningAppliance, role: str
) -> None:
    assert (await ask(appliance, "GET", STATUS, role=role)).status == 403
    assert (await ask(appliance, "GET", STATUS, role=None)).status == 401


async def test_it_is_of_all_stations_and_for_managers_of_all(appliance: RunningAppliance) -> None:
    of_the_grill = appliance.token("manager", stations=["grill"])
    assert (await ask(appliance, "GET", STATUS, token=of_the_grill)).status == 403
