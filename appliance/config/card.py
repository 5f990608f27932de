"""`[card]`: what an SD card that runs the appliance makes of its machine; read at each boot.

Elsewhere the keys are known, and nothing is done with them.
"""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from msgspec import Meta

from appliance.config.values import HOST_LABEL, Section

WPA_KEY: Final = r"^[\x20-\x7e]{8,63}\Z"
"""Of WPA. Source: IEEE 802.11, annex J.4."""
PIN: Final = r"^[0-9]{4,8}\Z"
COUNTRY: Final = r"^[A-Z]{2}\Z"
LONGEST_SSID: Final = 32
"""Bytes of an SSID."""


class InterfaceAddress(str):
    """A fixed address with the size of its network: `192.168.1.10/24`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "InterfaceAddress":
        """From the text of the configuration. Raises ValueError."""
        wrong = ValueError(
            f'{text!r} is no address of an interface; write it like "192.168.1.10/24"'
        )
        if not isinstance(text, str) or "/" not in text:
            raise wrong
        try:
            return cls(ipaddress.ip_interface(text))
        except ValueError:
            raise wrong from None


class IpAddress(str):
    """`192.168.1.1`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "IpAddress":
        """From the text of the configuration. Raises ValueError."""
        try:
            return cls(ipaddress.ip_address(text if isinstance(text, str) else ""))
        except ValueError:
            raise ValueError(f'{text!r} is no IP address; write it like "192.168.1.1"') from None


class WiredSection(Section, frozen=True):
    """How the machine is in a network. Without an address it asks for one (DHCP)."""

    address: InterfaceAddress | None = None
    gateway: IpAddress | None = None
    dns: tuple[IpAddress, ...] = ()


class WifiSection(WiredSection, frozen=True, kw_only=True):
    """The same, without a cable."""

    network: Annotated[str, Meta(min_length=1)]
    """Its name (SSID)."""
    password: Annotated[str, Meta(pattern=WPA_KEY)] | None = None
    """None: it is open to everybody."""
    country: Annotated[str, Meta(pattern=COUNTRY)]
    """By whose rules it sends: two letters, as `US`."""
    hidden: bool = False
    """It does not say its name."""


class CardSection(Section, frozen=True):
    """The machine."""

    role: Literal["hub", "screen"] = "hub"
    """`screen`: it shows the board of a hub that it finds."""
    hostname: Annotated[str, Meta(pattern=HOST_LABEL)] | None = None
    """None: `expeditor`, and of a screen one with its number."""
    pin: Annotated[str, Meta(pattern=PIN)] | None = None
    """Signs a manager in, as long as nobody has a PIN: for who has no display at hand."""
    wired: WiredSection = WiredSection()
    wifi: WifiSection | None = None


def wrong_card(card: CardSection) -> Iterator[str]:
    """What of it makes no sense, each error with its key."""
    yield from _wrong_addresses("card.wired", card.wired)
    if card.wifi is None:
        return
    yield from _wrong_addresses("card.wifi", card.wifi)
    if len(card.wifi.network.encode()) > LONGEST_SSID:
        yield f"card.wifi.network: at most {LONGEST_SSID} bytes"


def _wrong_addresses(where: str, section: WiredSection) -> Iterator[str]:
    if section.address is None:
        for key in ("gateway", "dns"):
            if getattr(section, key):
                yield f"{where}.{key}: it goes with an address: without one all of it is asked for"
    elif section.gateway is not None:
        network = ipaddress.ip_interface(section.address).network
        if ipaddress.ip_address(section.gateway) not in network:
            yield f"{where}.gateway: {section.gateway} is not in {network}"
