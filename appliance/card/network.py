"""The network of a card, as systemd-networkd and wpa_supplicant take it.

Sources: systemd.network(5), wpa_supplicant.conf(5).
"""

from collections.abc import Iterator
from typing import Final

from appliance.config import CardSection, WifiSection, WiredSection

WIRED: Final = "20-wired.network"
WIFI: Final = "20-wifi.network"


def files(card: CardSection) -> Iterator[tuple[str, str]]:
    """Of networkd, each with its name."""
    yield WIRED, _network("ether", card.wired, metric=100)
    if card.wifi is not None:
        yield WIFI, _network("wlan", card.wifi, metric=600)


def _network(kind: str, section: WiredSection, *, metric: int) -> str:
    """`metric`: of two ways out the one with less is taken: a cable, where there is one."""
    lines = [
        "[Match]",
        f"Type={kind}",
        "",
        "[Network]",
        # Names of the local network are the appliance's own business.
        "MulticastDNS=no",
        "LLMNR=no",
        # A router that is gone takes no address away.
        "KeepConfiguration=dynamic",
    ]
    if section.address is None:
        # Two machines at a switch need no router.
        lines += ["LinkLocalAddressing=yes", "DHCP=yes"]
    else:
        # By IPv4 it would have two addresses, of which one leads nowhere.
        lines += ["LinkLocalAddressing=ipv6", f"Address={section.address}"]
        lines += [f"DNS={server}" for server in section.dns]
        if section.gateway is not None:
            lines += ["", "[Route]", f"Gateway={section.gateway}", f"Metric={metric}"]
    # A router knows this machine by its card's number, whatever was flashed since.
    lines += ["", "[DHCPv4]", "ClientIdentifier=mac", f"RouteMetric={metric}", ""]
    # Nothing waits for a network.
    lines += ["[Link]", "RequiredForOnline=no", ""]
    return "\n".join(lines)


def wpa_supplicant(wifi: WifiSection) -> str:
    """Its configuration.

    A network of WPA2 and WPA3 is taken by the former: the chips of a Raspberry Pi, which would do
    the latter first, fail at it with some (raspberrypi/linux, issue 7634).
    """
    if wifi.password is None:
        ways = [["key_mgmt=NONE"]]
    else:
        # It ends at the last quotation mark of its line, so that there may be some in it.
        psk = f'psk="{wifi.password}"'
        ways = [
            [psk, "key_mgmt=WPA-PSK WPA-PSK-SHA256", "ieee80211w=1", "priority=1"],
            [psk, "key_mgmt=SAE", "ieee80211w=2"],
        ]
    # In hexadecimal no letter of a name means anything.
    named = [f"ssid={wifi.network.encode().hex()}", f"scan_ssid={int(wifi.hidden)}"]
    lines = [f"country={wifi.country}", "sae_pwe=2"]
    for way in ways:
        lines += ["network={", *(f"\t{line}" for line in [*named, *way]), "}"]
    return "\n".join([*lines, ""])
