"""Words of strangers, made short and printable; what is worth a line on the list."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.mdns import SCREEN
from appliance.mdns.found import MOST_ADDRESSES, MOST_LETTERS, Service, harmless, service

ID: dict[bytes, bytes | None] = {b"id": b"12345678"}


def found(
    *addresses: str,
    text: dict[bytes, bytes | None] = ID,
    port: int | None = 9104,
) -> Service | None:
    listed = [ip_address(address) for address in addresses]
    return service(SCREEN, "Grill", host="grill.local.", addresses=listed, port=port, text=text)


@given(st.text() | st.binary())
def test_any_words_become_short_and_printable(words: str | bytes) -> None:
    shown = harmless(words)
    assert len(shown) <= MOST_LETTERS
    assert shown.isprintable()
    assert shown == shown.strip()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Grill", "Grill"),
        ("Küche 烤架", "Küche 烤架"),
        ("\x1b[31mred\x07\r\n", "[31mred"),
        ("\u202elive\u2066\u200f\ufeff", "live"),
        (b"\xffGrill", "\N{REPLACEMENT CHARACTER}Grill"),
        ("x" * 65_536, "x" * MOST_LETTERS),
        (b"x" * 65_536, "x" * MOST_LETTERS),
        (" \t ", ""),
    ],
)
def test_what_cannot_be_shown_is_left_out(words: str | bytes, shown: str) -> None:
    assert harmless(words) == shown


def test_a_service_has_only_what_is_known_of_it() -> None:
    text = {
        b"ID": b"12345678",
        b"name": b"Grill",
        b"id": b"another1",
        b"secret": b"x",
        b"api": None,
    }
    assert found("10.0.0.7", text=text) == Service(
        type=SCREEN,
        instance="Grill",
        host="grill.local",
        addresses=(IPv4Address("10.0.0.7"),),
        port=9104,
        text={"id": "12345678", "name": "Grill", "api": ""},
    )


@pytest.mark.parametrize(
    "identity", [b"", b"1234567", b"x" * 65, b"<script>", b"12345678\n", b"\xff" * 8]
)
def test_without_an_identity_it_is_not_listed(identity: bytes) -> None:
    assert found("10.0.0.7", text={b"id": identity}) is None
    assert found("10.0.0.7", text={}) is None


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "0.0.0.0", "224.0.0.251", "255.255.255.255"),  # noqa: S104 - not bound
        *("::1", "::", "ff02::fb", "fe80::1", "::ffff:10.0.0.7"),
    ],
)
def test_an_address_that_leads_to_nobody_else_is_none(address: str) -> None:
    assert found(address) is None
    several = found(address, "2001:db8::7", "10.0.0.7")
    assert several is not None
    assert several.addresses == (IPv4Address("10.0.0.7"), IPv6Address("2001:db8::7"))


def test_without_a_port_it_is_not_listed_and_of_many_addresses_some_are() -> None:
    assert found("10.0.0.7", port=0) is None
    assert found("10.0.0.7", port=None) is None
    many = found(*(f"10.0.0.{number}" for number in range(1, 255)))
    assert many is not None
    assert len(many.addresses) == MOST_ADDRESSES
