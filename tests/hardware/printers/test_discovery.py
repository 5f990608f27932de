"""Adapters in folders made up for it; printers that are really announced, on loopback."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf._dns import DNSPointer
from zeroconf._protocol.outgoing import DNSOutgoing
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from hardware.printers import discovery
from hardware.printers.discovery import (
    MOST_LETTERS,
    Adapter,
    NetworkPrinter,
    adapters,
    network_printers,
)

LOOPBACK = ["127.0.0.1"]
RESPONSE = 0x8400
POINTER, INTERNET = 12, 1
RAW, LPD = discovery.SERVICES


@contextlib.asynccontextmanager
async def announced(
    *services: AsyncServiceInfo, nameless: DNSOutgoing | None = None
) -> AsyncIterator[None]:
    """`nameless` is sent again and again, whoever asks."""
    async with AsyncZeroconf(interfaces=LOOPBACK) as network, asyncio.TaskGroup() as sending:

        async def send() -> None:
            while nameless is not None:
                network.zeroconf.async_send(nameless)
                await asyncio.sleep(0.2)

        shouting = sending.create_task(send())
        registering = [
            await network.async_register_service(service, cooperating_responders=True)
            for service in services
        ]
        await asyncio.gather(*registering)
        yield
        shouting.cancel()


def service(
    name: str, kind: str = RAW, address: str = "192.0.2.7", port: int = 9100, **told: str | bytes
) -> AsyncServiceInfo:
    server = f"{name.encode().hex()[:40]}.local."
    packed = [socket.inet_aton(address)]
    return AsyncServiceInfo(kind, f"{name}.{kind}", port, 0, 0, told, server, addresses=packed)


async def found(count: int) -> list[NetworkPrinter]:
    """As soon as there are so many; on a busy machine that may take longer than it should."""
    async with asyncio.timeout(60):
        while True:
            printers = await network_printers(2, interfaces=LOOPBACK)
            if len(printers) >= count:
                return printers


async def test_printers_that_announce_themselves_are_found() -> None:
    fry = service("Fry printer", ty="EPSON TM-m30", product="(else)")
    bar = service("Bar", LPD, "192.0.2.8", 515, product="(TM-T20II)")
    async with announced(fry, bar):
        assert await found(2) == [
            NetworkPrinter("Bar", "192.0.2.8", 9100, "TM-T20II"),
            NetworkPrinter("Fry printer", "192.0.2.7", 9100, "EPSON TM-m30"),
        ]


async def test_one_that_is_announced_twice_is_there_once_as_what_takes_bytes() -> None:
    async with announced(service("Fry", LPD, port=515), service("Fry")):
        assert await found(1) == [NetworkPrinter("Fry", "192.0.2.7", 9100, "")]


async def test_hostile_words_are_harmless() -> None:
    evil = service("Fry\u202e\u2066", ty=b"\xff\x9b\x1b]0;pwned\x07" + b"x" * 200)
    nameless = DNSOutgoing(RESPONSE)
    for name in ("\x1b[2J\x00", "." * 40, "x" * 60):
        pointer = DNSPointer(RAW, POINTER, INTERNET, 60, f"{name}.{RAW}")
        nameless.add_answer_at_time(pointer, 0)
    async with announced(evil, nameless=nameless):
        (printer,) = await found(1)
    assert printer.name == "Fry"
    assert printer.model.isprintable()
    assert len(printer.model) == MOST_LETTERS


async def test_they_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MOST_PRINTERS", 2)
    services = [service(f"Printer {n}", address=f"192.0.2.{n}") for n in range(1, 5)]
    async with announced(*services):
        assert len(await found(2)) == 2


async def test_without_any_there_are_none() -> None:
    assert await network_printers(0.1, interfaces=LOOPBACK) == []


@given(st.text(max_size=1_000))
def test_any_words_fit_a_terminal(said: str) -> None:
    words = discovery._words(said)  # noqa: SLF001 - from the network it takes a second each
    assert words == "" or words.isprintable()
    assert len(words) <= MOST_LETTERS


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with two USB adapters, one of which has a name that stays."""
    folder = tmp_path / "by-id"
    folder.mkdir()
    for device in ("ttyUSB0", "ttyUSB1"):
        (tmp_path / device).touch()
    (folder / "usb-FTDI-if00-port0").symlink_to("../ttyUSB0")
    monkeypatch.setattr("hardware.serial_bars.FOLDER", folder)
    listed = [
        SimpleNamespace(device=str(tmp_path / "ttyUSB0"), description="FT232R \x1b[2JUSB UART"),
        SimpleNamespace(device=str(tmp_path / "ttyUSB1"), description="n/a"),
    ]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: listed)
    return tmp_path


def test_adapters_by_names_that_stay_and_the_others_after_them(ports: Path) -> None:
    assert adapters() == [
        Adapter(str(ports / "by-id" / "usb-FTDI-if00-port0"), "FT232R [2JUSB UART"),
        Adapter(str(ports / "ttyUSB1"), ""),
    ]


def test_the_adapters_of_this_machine_can_be_listed() -> None:
    assert all(adapter.path.startswith("/dev/") for adapter in adapters())
