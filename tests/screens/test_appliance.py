"""Screens of a whole appliance: real beacons, real files, and what the service joins."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from appliance.lan import beacon
from appliance.lan.beacon import Beacon
from appliance.screens.registry import NAME
from appliance.screens.screens import Watcher
from appliance.screens_now import CannotAdopt, FoundScreen, Knock, Wanted
from tests.api.asking import ask
from tests.api.test_knocks import ID, TICKETS, adopt, knock
from tests.running import PLAIN, RunningAppliance, running


@contextlib.asynccontextmanager
async def beaconing(identifier: str) -> AsyncIterator[None]:
    """A screen of the LAN family, on this machine."""
    sent = beacon.encode(Beacon(IPv4Address("192.168.1.3"), identifier, "emulator"))

    async def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            while True:
                sending.sendto(sent, ("127.255.255.255", beacon.PORT))
                await asyncio.sleep(0.1)

    sender = asyncio.create_task(send())
    yield
    sender.cancel()
    await asyncio.wait([sender])


async def found(screens: Watcher, identifier: str) -> FoundScreen:
    async with asyncio.timeout(10):
        while True:
            for each in screens.shown().found:
                if each.id == identifier:
                    return each
            await asyncio.sleep(0.05)


async def test_who_beacons_is_found_and_adopted_for_good(tmp_path: Path) -> None:
    identifier = secrets.token_hex(6).upper()
    async with running(tmp_path) as appliance, beaconing(identifier):
        screen = await found(appliance.screens, identifier)
        assert (screen.name, screen.by, screen.proto) == ("emulator", ("beacon",), "lan")
        # Where it really is, and not where it says to be.
        assert screen.address.endswith(":9104")
        assert not screen.address.startswith("192.168.1.3:")
        wanted = Wanted("Old tablet", "cold")
        made = await appliance.screens.adopt_lan(identifier, "", wanted)
        assert (made.address, made.station) == (screen.address, "cold")
        assert all(each.id != identifier for each in appliance.screens.shown().found)
    async with running(tmp_path) as appliance:
        (kept,) = appliance.screens.shown().screens
        assert (kept.id, kept.name, kept.address) == (identifier, "Old tablet", screen.address)


async def test_a_board_paints_and_is_live(appliance: RunningAppliance) -> None:
    screens = appliance.screens
    knocking = screens.knock(Knock("5f0c2ab7d94e4e0f", "TV", "127.0.0.1"), "device_token")
    assert screens.knocking(knocking.code) == knocking
    await screens.adopt_board(knocking, Wanted("Grill TV", "grill"), "its device")
    page = object()
    screens.painted("its device", "127.0.0.1", page, 0)
    async with asyncio.timeout(5):
        while screens.shown().screens[0].state != "live":
            await asyncio.sleep(0.01)
    screens.closed(page)
    await screens.forget("5f0c2ab7d94e4e0f")
    assert screens.shown().screens == []
    assert screens.device_of("5f0c2ab7d94e4e0f") is None


async def test_an_appliance_is_no_screen_of_its_own(appliance: RunningAppliance) -> None:
    for host in ("127.0.0.1", "localhost"):
        address = f"{host}:{appliance.orders_port}"
        with pytest.raises(CannotAdopt, match="that is this appliance itself"):
            await appliance.screens.adopt_lan("", address, Wanted("Loop"))
    assert appliance.screens.shown().screens == []


def in_file(station: str) -> str:
    return f"""{PLAIN}
[[screen]]
id = "{ID}"
proto = "board"
station = "{station}"
"""


async def sees(appliance: RunningAppliance, token: str) -> list[str]:
    """The stations whose tickets it gets."""
    return [
        station
        for station in ("grill", "fry", "cold")
        if (await ask(appliance, "GET", TICKETS.replace("grill", station), token=token)).status
        == 200
    ]


async def test_a_board_sees_what_the_file_says_as_long_as_it_is_in_there(tmp_path: Path) -> None:
    async with running(tmp_path) as appliance:
        token = (first := await knock(appliance)).body["token"]
        assert (await adopt(appliance, first.body["code"], station_id="grill")).status == 201
        assert await sees(appliance, token) == ["grill"]
    # It comes into the file, which has another station for it.
    async with running(tmp_path, in_file("fry")) as appliance:
        assert await sees(appliance, token) == ["fry"]
        assert (await knock(appliance, token)).body["screen"]["station_id"] == "fry"
        again = (await knock(appliance)).body
        assert (await adopt(appliance, again["code"])).status == 201
        assert await sees(appliance, token) == []
        assert await sees(appliance, again["token"]) == ["fry"]
    async with running(tmp_path, in_file("cold")) as appliance:
        assert await sees(appliance, again["token"]) == ["cold"]
    # It is in there no more, and nobody's.
    async with running(tmp_path) as appliance:
        assert await sees(appliance, token) == []
        assert await sees(appliance, again["token"]) == []


async def test_where_adopted_screens_are_lost_none_is_let_in(tmp_path: Path) -> None:
    async with running(tmp_path) as appliance:
        token = (first := await knock(appliance)).body["token"]
        assert (await adopt(appliance, first.body["code"])).status == 201
        assert await sees(appliance, token) == ["grill", "fry", "cold"]
    (tmp_path / NAME).write_text("{")
    async with running(tmp_path) as appliance:
        assert await sees(appliance, token) == []
        again = (await knock(appliance, token)).body
        assert (again["state"], again["token"]) == ("new", None)
        assert (await adopt(appliance, again["code"], station_id="fry")).status == 201
        assert await sees(appliance, token) == ["fry"]
