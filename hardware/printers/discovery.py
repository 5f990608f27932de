"""Printers that could be connected: serial adapters of this machine, and what the network offers.

What comes from the network is anybody's: it is bounded, and words are made harmless.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from serial.tools import list_ports
from zeroconf import (
    BadTypeInNameException,
    DNSQuestionType,
    InterfaceChoice,
    IPVersion,
    ServiceStateChange,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from hardware import serial_bars
from hardware.printers.transport import USUAL_PORT

RAW: Final = "_pdl-datastream._tcp.local."
SERVICES: Final = (RAW, "_printer._tcp.local.")
"""Bytes for a printer as they are, and the line printer daemon, which such printers announce as
well, or alone."""
MOST_PRINTERS: Final = 100
MOST_LETTERS: Final = 80
"""Of a name."""
ALOUD: Final = DNSQuestionType.QM
"""To be answered to all: what is sent to this machine alone, another program on it may get, which
listens on the same port."""
LISTENING: Final = 0.75
"""Of the time. Answers are put off for up to half a second, so as not to come all at once."""
MODEL_KEYS: Final = (b"ty", b"usb_MDL", b"product")
"""Where a printer says what it is (Bonjour Printing Specification 1.2, 9.2)."""


class Adapter(NamedTuple):
    """A serial line of this machine."""

    path: str
    """The one that stays, where there is such."""
    description: str
    """What it says of itself; may be empty."""


class NetworkPrinter(NamedTuple):
    """A printer that somebody announces."""

    name: str
    host: str
    """Its address in digits."""
    port: int
    """Where it takes bytes as they are; USUAL_PORT where it does not say."""
    model: str
    """As it says; may be empty."""


def adapters() -> list[Adapter]:
    """The serial adapters that are plugged in, those with a stable path first. Blocks."""
    # pyserial says n/a where an adapter says nothing.
    described = {
        port.device: _words((port.description or "").removeprefix("n/a"))
        for port in list_ports.comports()
    }
    stable = {path: str(Path(path).resolve()) for path in serial_bars.found()}
    found = [Adapter(path, described.get(device, "")) for path, device in stable.items()]
    others = sorted(described.keys() - set(stable.values()))
    return found + [Adapter(device, described[device]) for device in others]


async def network_printers(
    seconds: float, *, interfaces: Sequence[str] | InterfaceChoice = InterfaceChoice.All
) -> list[NetworkPrinter]:
    """Those that answer within so long, by name, up to MOST_PRINTERS. 3 seconds are enough.

    Each is there once, by its address; where it takes bytes as they are is preferred. Raises
    OSError where there is no network at all.
    """
    names: dict[tuple[str, str], None] = {}

    def heard(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        del zeroconf
        if state_change is ServiceStateChange.Added and len(names) < MOST_PRINTERS:
            names[service_type, name] = None

    found: dict[str, NetworkPrinter] = {}
    async with AsyncZeroconf(interfaces=interfaces) as network:
        browser = AsyncServiceBrowser(
            network.zeroconf, list(SERVICES), handlers=[heard], question_type=ALOUD
        )
        try:
            await asyncio.sleep(seconds * LISTENING)
            # Most have told all of it already. Those that have not are asked at the same time.
            asked = [info for name in sorted(names) if (info := _service(*name))]
            left = seconds * (1 - LISTENING) * 1000
            await asyncio.gather(
                *(info.async_request(network.zeroconf, left, ALOUD) for info in asked)
            )
        finally:
            await browser.async_cancel()
        for info in asked:
            if printer := _printer(info):
                found.setdefault(printer.host, printer)
    return sorted(found.values())


def _service(service_type: str, name: str) -> AsyncServiceInfo | None:
    """What can be asked about; None where the name is not one that DNS has."""
    try:
        return AsyncServiceInfo(service_type, name)
    except BadTypeInNameException:
        return None


def _printer(info: AsyncServiceInfo) -> NetworkPrinter | None:
    hosts = info.parsed_addresses(IPVersion.V4Only) or info.parsed_scoped_addresses()
    if not hosts or not info.port:
        return None
    name = info.name.removesuffix(f".{info.type}")
    # A line printer daemon takes no bytes as they are; at the usual port, they nearly all do.
    port = info.port if info.type == RAW else USUAL_PORT
    return NetworkPrinter(_words(name), hosts[0], port, _model(info.properties))


def _model(told: dict[bytes, bytes | None]) -> str:
    said = [told.get(key) or b"" for key in MODEL_KEYS]
    first = next(filter(None, said), b"")
    # Of 3 bytes at most a letter each is left; `product` is written in brackets.
    return _words(first.decode("utf-8", "replace")).strip("()")


def _words(said: str) -> str:
    """Safe for a terminal and a page's text: one short line of letters that print."""
    shown = "".join(letter for letter in said[: 4 * MOST_LETTERS] if letter.isprintable())
    return shown[:MOST_LETTERS].strip()
