"""The names of one machine, and what others say under them."""

from ipaddress import IPv4Address

from zeroconf._dns import DNSAddress, DNSService, DNSText
from zeroconf.const import _CLASS_IN, _TYPE_A, _TYPE_SRV, _TYPE_TXT

from appliance.mdns import ORDERS
from appliance.mdns.host import MOST_NUMBERS
from appliance.mdns.mine import Mine
from appliance.mdns.network import Announcement

OURS = "55555555-ours"
OWN = [IPv4Address("10.1.0.1"), IPv4Address("10.1.0.2")]


def said(host: str, address: str) -> DNSAddress:
    """Somebody answers to the name of a host with an address."""
    return DNSAddress(f"{host}.", _TYPE_A, _CLASS_IN, 120, IPv4Address(address).packed)


def test_who_says_our_own_addresses_is_no_other() -> None:
    """It is this machine's avahi, or systemd-resolved."""
    mine = Mine(OURS, "expeditor", [])
    own = [said(mine.host, str(each)) for each in OWN]
    assert not mine.are_contested(own, OWN)
    assert not mine.give_way(own, [], OWN, always=True)
    assert mine.are_contested([*own, said(mine.host, "10.1.0.9")], OWN)


def test_a_copied_card_of_another_version_keeps_no_name_while_both_are_one_host() -> None:
    """Which of both gives way is told by the names of their hosts, as soon as these are two."""
    mine = Mine(OURS, "expeditor", [Announcement(ORDERS, "Kitchen", 9104, {"id": OURS})])
    name = f"Kitchen.{ORDERS}.local."
    told = b"".join(bytes([len(each)]) + each for each in (f"id={OURS}".encode(), b"version=2"))
    its_text = DNSText(name, _TYPE_TXT, _CLASS_IN, 120, told)
    assert mine.are_contested([its_text], OWN)
    assert not mine.give_way([its_text], [], OWN, always=False)
    place = DNSService(name, _TYPE_SRV, _CLASS_IN, 120, 0, 0, 9104, "expeditor-2.local.")
    assert not mine.give_way([its_text, place], [], OWN, always=False)
    place = DNSService(name, _TYPE_SRV, _CLASS_IN, 120, 0, 0, 9104, "alpha.local.")
    assert mine.give_way([its_text, place], [], OWN, always=False)


def test_the_last_name_is_kept_whoever_has_it() -> None:
    mine = Mine(OURS, "expeditor", [])
    for _ in range(MOST_NUMBERS):
        assert mine.give_way([said(mine.host, "10.1.0.9")], [], OWN, always=False)
    assert mine.host == "expeditor-55555555.local"
    rivals = [said(mine.host, "10.1.0.9")]
    assert not mine.are_contested(rivals, OWN)
    assert not mine.give_way(rivals, [], OWN, always=True)
