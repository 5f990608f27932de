"""Names that are told from the same of others, and who is to give way."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.mdns.host import (
    LABEL_BYTES,
    MOST_NUMBERS,
    Name,
    Other,
    keeps_it,
    lowest,
    usable,
)

OURS = "5555-ours"


def test_names_are_numbered_and_the_last_has_the_identifier() -> None:
    name = Name("expeditor")
    tried = []
    while not name.is_last:
        tried.append(name.label(OURS))
        name = name.next()
    assert tried == ["expeditor", *(f"expeditor-{number}" for number in range(2, MOST_NUMBERS + 1))]
    assert name.label("0123456789ab") == "expeditor-01234567"


@given(st.text(), st.integers(1, MOST_NUMBERS + 1))
def test_any_name_fits_and_has_no_point(wanted: str, number: int) -> None:
    label = Name(wanted, number).label(OURS)
    assert 0 < len(label.encode()) <= LABEL_BYTES
    assert "." not in label
    assert label.isprintable()


@pytest.mark.parametrize("wanted", ["", "...", "_sub", "\u202e"])
def test_a_name_of_which_nothing_is_left_is_the_identifier(wanted: str) -> None:
    assert Name(wanted).label(OURS) in ("5555-our", "sub")


@pytest.mark.parametrize(
    ("ids", "mark", "kept"),
    [
        ((), (), False),  # A stranger.
        (("4444-else",), (), False),
        (("6666-else",), (), True),
        (("6666-else", "4444-else"), (), False),
        ((OURS,), (4, 9), True),  # A copied card, at a higher address.
        ((OURS,), (4, 1), False),
    ],
)
def test_the_smaller_identifier_keeps_a_name(
    ids: tuple[str, ...], mark: tuple[int, ...], *, kept: bool
) -> None:
    assert keeps_it(OURS, (4, 5), Other(frozenset(ids), mark)) is kept


def test_of_two_that_see_each_other_one_keeps_a_name() -> None:
    ours, theirs = lowest([IPv4Address("10.0.0.9")]), lowest([IPv4Address("10.0.0.10")])
    assert keeps_it(OURS, ours, Other(frozenset([OURS]), theirs))
    assert not keeps_it(OURS, theirs, Other(frozenset([OURS]), ours))


def test_what_others_cannot_use_is_not_announced() -> None:
    own = ["fe80::1", "::1", "2001:db8::1", "127.0.0.1", "169.254.7.7", "10.0.0.1"]
    assert usable([ip_address(each) for each in own]) == [
        IPv4Address("10.0.0.1"),
        IPv6Address("2001:db8::1"),
    ]


def test_two_at_a_cable_without_a_router_find_each_other() -> None:
    own = ["fe80::1", "127.0.0.1", "169.254.7.7"]
    assert usable([ip_address(each) for each in own]) == [IPv4Address("169.254.7.7")]
