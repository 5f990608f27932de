"""Beacons on loopback: what is sent when, what is heard, and what is said when something fails."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import AsyncIterator
from ipaddress import IPv4Address
from time import monotonic
from typing import Any

import pytest

from appliance.config import ALL_INTERFACES
from appliance.lan import PORT, beacon, presence
from appliance.lan.beacon import Beacon, encode
from appliance.lan.presence import Presence

SECONDS = 20
"""After which a test gives up waiting."""
OURS = "0123456789AB"
LOOPBACK = (
    socket.if_nametoindex("lo"),
    IPv4Address("127.0.0.1"),
    IPv4Address("127.255.255.255"),
)
NOT_OURS = (LOOPBACK[0], IPv4Address("192.0.2.77"), IPv4Address("192.0.2.255"))


class Lan:
    """A port on loopback that others use too, and what the appliance believes of interfaces."""

    def __init__(self, shared: socket.socket) -> None:
        self.interfaces = [LOOPBACK]
        self.lookups = 0
        self.port: int = shared.getsockname()[1]
        self._shared = shared

    def look_up(self) -> list[tuple[int, IPv4Address, IPv4Address]]:
        self.lookups += 1
        return self.interfaces

    async def datagram(self) -> bytes:
        """The next one that is broadcast to the port."""
        async with asyncio.timeout(SECONDS):
            return await asyncio.get_running_loop().sock_recv(self._shared, 2000)

    def silent(self) -> bool:
        """Whether nothing was sent that was not read."""
        try:
            self._shared.recv(2000)
        except BlockingIOError:
            return True
        return False

    def broadcast(self, *datagrams: bytes, source: str = "127.0.0.1") -> None:
        with udp() as sender:
            sender.bind((source, 0))
            for datagram in datagrams:
                sender.sendto(datagram, ("127.255.255.255", self.port))


def udp() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(0)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    return made


@pytest.fixture
async def lan() -> AsyncIterator[Lan]:
    with udp() as shared:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        shared.bind((ALL_INTERFACES, 0))
        yield Lan(shared)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beacons as fast as a test wants to see them."""
    monkeypatch.setattr(presence, "BEACON_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(presence, "TAKE_PORT_EVERY_SECONDS", 0.01)


def made(lan: Lan, **different: Any) -> Presence:
    settings: dict[str, Any] = {
        "identifier": OURS,
        "name": "Kitchen",
        "orders_host": ALL_INTERFACES,
        "orders_port": PORT,
        "interfaces": lan.look_up,
        "port": lan.port,
    }
    return Presence(**(settings | different))


@contextlib.asynccontextmanager
async def running(part: Presence) -> AsyncIterator[Presence]:
    task = asyncio.create_task(part.run())
    try:
        yield part
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until_heard(part: Presence, *identifiers: str) -> None:
    async with asyncio.timeout(SECONDS):
        while {one.identifier for one in part.neighbours()} != set(identifiers):
            await asyncio.sleep(0.01)


def screen(identifier: str, claim: str = "192.168.1.3") -> bytes:
    return encode(Beacon(IPv4Address(claim), identifier, "Grill"))


async def test_a_beacon_leaves_at_once_and_then_every_two_seconds(lan: Lan) -> None:
    expected = encode(Beacon(IPv4Address("127.0.0.1"), OURS, "Kitchen"))
    began = monotonic()
    async with running(made(lan)) as ours:
        assert await lan.datagram() == expected
        assert monotonic() - began < 1
        assert ours.unannounced_because is None
        assert ours.unhearing_because is None
        assert await lan.datagram() == expected
        assert 1.9 < monotonic() - began < 8


async def test_it_is_sent_from_the_port_of_beacons(lan: Lan) -> None:
    with udp() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((ALL_INTERFACES, lan.port))
        async with running(made(lan)):
            sent = await lan.datagram()
        assert other.recvfrom(2000) == (sent, ("127.0.0.1", lan.port))


async def test_others_are_heard_from_where_they_are(lan: Lan) -> None:
    async with running(made(lan)) as ours:
        await lan.datagram()
        lan.broadcast(screen("B", claim="10.0.0.1"), source="127.0.0.2")
        await until_heard(ours, "B")
        (heard,) = ours.neighbours()
        assert (heard.name, heard.version, heard.address) == ("Grill", "1.0", "127.0.0.2")
        assert 0 <= heard.last_heard_ago <= heard.first_heard_ago < SECONDS


async def test_own_beacons_and_what_is_none_are_not_neighbours(lan: Lan) -> None:
    async with running(made(lan)) as ours:
        await lan.datagram()
        wrong = [b"", b"x", screen("C") + b"\0", screen("C") + bytes(1000), screen("C")[:-1]]
        lan.broadcast(*wrong, screen(OURS), screen("B"))
        await until_heard(ours, "B")


async def test_nothing_is_ever_sent_to_who_was_heard(lan: Lan) -> None:
    with udp() as polite:
        polite.bind(("127.0.0.2", 0))
        async with running(made(lan)) as ours:
            await lan.datagram()
            polite.sendto(screen("B"), ("127.255.255.255", lan.port))
            await until_heard(ours, "B")
        with pytest.raises(BlockingIOError):
            polite.recv(2000)


async def test_a_burst_leaves_the_loop_its_turns(lan: Lan) -> None:
    async with running(made(lan)) as ours:
        await lan.datagram()
        lan.broadcast(*[screen("B")] * 99, screen("last"))
        turns = 0
        async with asyncio.timeout(SECONDS):
            while "last" not in {one.identifier for one in ours.neighbours()}:
                await asyncio.sleep(0)
                turns += 1
    assert turns >= 5


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("127.0.0.1", PORT, "only this machine"),
        ("127.0.0.5", PORT, "only this machine"),
        ("::1", PORT, "only this machine"),
        ("localhost", PORT, "the name localhost"),
        ("fd00::5", PORT, "IPv4 address"),
        (ALL_INTERFACES, 9105, "port 9105, and a beacon means 9104"),
    ],
)
async def test_where_orders_cannot_come_in_nothing_is_announced_but_others_are_heard(
    lan: Lan, host: str, port: int, reason: str
) -> None:
    async with running(made(lan, orders_host=host, orders_port=port)) as ours:
        async with asyncio.timeout(SECONDS):
            while ours.unhearing_because:
                await asyncio.sleep(0)
        lan.broadcast(screen("B"))
        await until_heard(ours, "B")
        assert reason in (ours.unannounced_because or "")
    assert await lan.datagram() == screen("B")
    assert lan.silent()


async def test_all_of_ipv6_is_all(lan: Lan) -> None:
    async with running(made(lan, orders_host="::")):
        assert beacon.decode(await lan.datagram())


async def test_an_address_that_no_interface_has_is_waited_for(lan: Lan) -> None:
    async with running(made(lan, orders_host="192.0.2.77")) as ours:
        async with asyncio.timeout(SECONDS):
            while not lan.lookups:
                await asyncio.sleep(0)
        assert ours.unannounced_because == "no network interface has the address 192.0.2.77"
    assert lan.silent()


@pytest.mark.usefixtures("hurried")
async def test_a_port_that_another_program_has_is_said_once_and_taken_when_it_is_free(
    lan: Lan, caplog: pytest.LogCaptureFixture
) -> None:
    with udp() as greedy:
        greedy.bind((ALL_INTERFACES, 0))
        lan.port = greedy.getsockname()[1]
        async with running(made(lan)) as ours:
            async with asyncio.timeout(SECONDS):
                for _ in range(5):
                    sent = await asyncio.get_running_loop().sock_recv(greedy, 2000)
                    assert beacon.decode(sent)
            reason = f"UDP port {lan.port} cannot be bound: {os.strerror(errno.EADDRINUSE)}"
            assert ours.unhearing_because == reason
            assert ours.unannounced_because is None
            assert caplog.messages == [f"beacon: {reason}"]
            assert caplog.records[0].levelno == logging.WARNING
            greedy.close()
            async with asyncio.timeout(SECONDS):
                while ours.unhearing_because:
                    await asyncio.sleep(0.01)
            lan.broadcast(screen("B"))
            await until_heard(ours, "B")


async def test_the_port_is_not_tried_with_every_beacon(
    lan: Lan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "BEACON_EVERY_SECONDS", 0.01)
    with udp() as greedy:
        greedy.bind((ALL_INTERFACES, 0))
        lan.port = greedy.getsockname()[1]
        async with running(made(lan)) as ours:
            await asyncio.get_running_loop().sock_recv(greedy, 2000)
            greedy.close()
            rounds = lan.lookups
            async with asyncio.timeout(SECONDS):
                while lan.lookups < rounds + 5:
                    await asyncio.sleep(0.01)
            assert ours.unhearing_because


@pytest.mark.usefixtures("hurried")
async def test_one_network_that_fails_holds_up_no_other_and_is_said_once(
    lan: Lan, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    lan.interfaces = [NOT_OURS, LOOPBACK]
    async with running(made(lan)) as ours:
        for _ in range(5):
            assert await lan.datagram()
        assert ours.unannounced_because is None
        (said,) = caplog.messages
        assert said.startswith("beacon: 192.0.2.77 cannot be announced: ")
        lan.interfaces = [LOOPBACK]
        async with asyncio.timeout(SECONDS):
            while len(caplog.messages) < 2:
                await asyncio.sleep(0.01)
    assert caplog.messages[1] == said.replace("beacon:", "beacon: no longer:")
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


@pytest.mark.usefixtures("hurried")
async def test_without_any_network_it_says_why_and_begins_when_there_is_one(lan: Lan) -> None:
    lan.interfaces = []
    async with running(made(lan)) as ours:
        async with asyncio.timeout(SECONDS):
            while not lan.lookups:
                await asyncio.sleep(0)
        assert ours.unannounced_because == "no network interface has an IPv4 broadcast address"
        lan.interfaces = [NOT_OURS]
        async with asyncio.timeout(SECONDS):
            while "192.0.2.77 cannot be announced" not in (ours.unannounced_because or ""):
                await asyncio.sleep(0.01)
        lan.interfaces = [LOOPBACK]
        assert beacon.decode(await lan.datagram())
        assert ours.unannounced_because is None


@pytest.mark.usefixtures("hurried")
async def test_interfaces_that_cannot_be_read_are_a_state(lan: Lan) -> None:
    faulty = True

    def look_up() -> list[tuple[int, IPv4Address, IPv4Address]]:
        if faulty:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return [LOOPBACK]

    async with running(made(lan, interfaces=look_up)) as ours:
        reason = f"the network interfaces cannot be read: {os.strerror(errno.EMFILE)}"
        async with asyncio.timeout(SECONDS):
            while ours.unannounced_because != reason:
                await asyncio.sleep(0.01)
        faulty = False
        assert beacon.decode(await lan.datagram())


@pytest.mark.usefixtures("hurried")
async def test_a_socket_that_cannot_be_made_is_a_state(
    lan: Lan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left() -> socket.socket:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patched:
        patched.setattr(presence, "_udp_socket", none_left)
        ours = made(lan)
        task = asyncio.create_task(ours.run())
        reason = f"there is no UDP socket: {os.strerror(errno.EMFILE)}"
        async with asyncio.timeout(SECONDS):
            while (ours.unhearing_because, ours.unannounced_because) != (reason, reason):
                await asyncio.sleep(0.01)
    assert beacon.decode(await lan.datagram())
    task.cancel()
    await asyncio.wait([task])


async def test_a_fault_of_ours_ends_it(lan: Lan, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_datagram: bytes) -> None:
        raise LookupError("broken")

    monkeypatch.setattr(beacon, "decode", broken)
    with pytest.raises(LookupError, match="broken"):
        async with asyncio.timeout(SECONDS):
            await made(lan).run()
