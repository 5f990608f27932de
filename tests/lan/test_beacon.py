"""The 102 bytes of a beacon: the documentation's vector, what is sent, what any bytes mean."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.lan import beacon
from appliance.lan.beacon import Beacon, decode, encode

VECTOR = bytes.fromhex(
    "46726573684B445300000000 312E300000000000 C0A80103000000000000"
    "4537413039414144374239380000000000000000 656D756C61746F72"
) + bytes(44)
EMULATOR = Beacon(IPv4Address("192.168.1.3"), "E7A09AAD7B98", "emulator")

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def texts(longest: int) -> st.SearchStrategy[str]:
    """Printable, with no space that would be lost: at either end, or beside another."""
    text = st.text(PRINTABLE, min_size=1, max_size=longest).map(lambda text: " ".join(text.split()))
    return text.filter(bool)


def test_the_vector_of_the_documentation_is_what_is_sent() -> None:
    assert encode(EMULATOR) == VECTOR
    assert len(VECTOR) == 102


def test_the_vector_of_the_documentation_is_understood() -> None:
    assert decode(VECTOR) == EMULATOR


@given(st.builds(Beacon, st.ip_addresses(v=4), texts(20), texts(20), texts(8)))
def test_what_is_sent_is_understood(sent: Beacon) -> None:
    assert decode(encode(sent)) == sent


@given(st.binary(max_size=200) | st.binary(min_size=90, max_size=90).map(VECTOR[:12].__add__))
def test_nothing_that_comes_does_harm(datagram: bytes) -> None:
    heard = decode(datagram)
    if heard is None:
        return
    assert datagram[:12] == VECTOR[:12]
    assert heard.identifier
    assert len(heard.name) <= beacon.MAX_NAME
    for text in (heard.identifier, heard.name, heard.version):
        assert text == text.strip()
        assert set(text) <= set(PRINTABLE)


@pytest.mark.parametrize(
    "datagram",
    [
        pytest.param(b"", id="empty"),
        pytest.param(VECTOR[:-1], id="short"),
        pytest.param(VECTOR + b"\0", id="long"),
        pytest.param(VECTOR.replace(b"Fresh", b"fresh"), id="another magic"),
        pytest.param(VECTOR.replace(b"KDS\0", b"KDS2"), id="a longer magic"),
        pytest.param(VECTOR.replace(b"E7A09AAD7B98", bytes(12)), id="no identifier"),
        pytest.param(VECTOR.replace(b"E7A09AAD7B98", b" \x01\x7f\xff        "), id="nothing in it"),
    ],
)
def test_what_is_no_beacon(datagram: bytes) -> None:
    assert decode(datagram) is None


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b"Grill", "Grill"),
        (b"Grill\0left over", "Grill"),
        (b" Gr\x1b[31m\xffill\n ", "Gr[31mill"),
        (b"0123456789" * 5 + b"01", "01234567890123456789"),
        (b"nineteen characters a", "nineteen characters"),
        (b"", ""),
    ],
)
def test_a_name_is_cleaned_and_cut(field: bytes, name: str) -> None:
    heard = decode(VECTOR[:50] + field.ljust(52, b"\0"))
    assert heard is not None
    assert heard.name == name


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Crêperie Žižkov", b"Creperie Zizkov"),
        ("ﬁsh & chips", b"fish & chips"),
        ("Kitchen\tno.\n 1", b"Kitchen no. 1"),
        ("Bar\x00\x7f", b"Bar"),
        ("厨房", b"Expeditor"),
        ("厨房 2", b"2"),
        ("", b"Expeditor"),
        (" \t", b"Expeditor"),
        ("The kitchen in the cellar", b"The kitchen in the c"),
        ("nineteen characters and more", b"nineteen characters"),
    ],
)
def test_an_own_name_is_put_into_ascii_and_cut(name: str, field: bytes) -> None:
    sent = encode(Beacon(IPv4Address("10.0.0.1"), "0123456789AB", name))
    assert sent[50:] == field.ljust(52, b"\0")


@pytest.mark.parametrize("identifier", ["", "x" * 21, "Küche", "A\0B", " A", "A\n"])
def test_an_identifier_that_would_not_be_read_as_it_is_is_not_sent(identifier: str) -> None:
    with pytest.raises(ValueError, match=r"printable|ascii"):
        encode(Beacon(IPv4Address("10.0.0.1"), identifier, "Kitchen"))
