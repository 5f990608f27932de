"""Boards that ask to be let in: a code each, told apart by tokens, and bounded."""

import re
import secrets

import pytest

from appliance.screens.knocks import MOST, MOST_PER_ADDRESS, Knocks
from appliance.screens_now import Knock


def knock(name: str = "board-one", address: str = "10.0.0.1") -> Knock:
    return Knock(name, "Grill screen", address)


def test_a_board_keeps_its_code_as_long_as_it_asks() -> None:
    asked = Knocks()
    code = asked.knock(knock(), "token", 0).code
    assert re.fullmatch("[0-9]{6}", code)
    for now in range(2, 600, 2):
        assert asked.knock(knock(), "token", now).code == code
    found = asked.showing(code, 598)
    assert found is not None
    assert found.token == "token"  # noqa: S105
    later = asked.knock(knock(), "token", 600).code
    assert later != code
    assert asked.showing(code, 600) is None


def test_a_board_that_asks_no_more_shows_its_code_no_longer() -> None:
    asked = Knocks()
    code = asked.knock(knock(), "token", 0).code
    assert asked.showing(code, 9.9) is not None
    assert asked.showing(code, 10) is None
    assert asked.listed(30) == []


def test_who_says_to_be_another_board_has_a_code_of_its_own() -> None:
    asked = Knocks()
    one = asked.knock(knock(), "token", 0)
    other = asked.knock(knock(address="10.0.0.66"), "another token", 0)
    assert one.code != other.code
    found = asked.showing(one.code, 1)
    assert found is not None
    assert (found.token, found.knock.address) == ("token", "10.0.0.1")


def test_no_two_boards_have_the_same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([7, 7, 7, 8, 8, 9])
    monkeypatch.setattr(secrets, "randbelow", lambda _below: next(numbers))
    asked = Knocks()
    assert asked.knock(knock(), "one", 0).code == "000007"
    assert asked.knock(knock(), "two", 0).code == "000008"
    assert asked.knock(knock(), "three", 0).code == "000009"


def test_one_address_crowds_out_nobody_else() -> None:
    asked = Knocks()
    code = asked.knock(knock(), "token", 0).code
    for number in range(1_000):
        asked.knock(knock(address="10.0.0.66"), f"token {number}", 0.1)
    assert len(asked.listed(1)) == 1 + MOST_PER_ADDRESS
    assert asked.showing(code, 1) is not None
    kept = [each.token for each in asked.listed(1)[1:]]
    assert kept == [f"token {number}" for number in range(992, 1_000)]


def test_from_many_addresses_the_one_unheard_longest_goes() -> None:
    asked = Knocks()
    for number in range(MOST + 10):
        asked.knock(knock(address=f"10.0.1.{number}"), f"token {number}", number / 10)
    assert len(asked.listed(8)) == MOST
    assert asked.listed(8)[0].token == "token 10"  # noqa: S105


def test_a_few_addresses_that_ask_without_end_crowd_out_nobody() -> None:
    asked = Knocks()
    code = asked.knock(knock(), "token", 0).code
    for number in range(1_000):
        address = f"10.0.0.{66 + number % 20}"
        asked.knock(knock(address=address), f"token {number}", 1)
    assert len(asked.listed(1)) == MOST
    assert asked.showing(code, 1) is not None


def test_one_host_with_many_addresses_is_one() -> None:
    asked = Knocks()
    for number in range(100):
        asked.knock(knock(address=f"2001:db8::{number:x}"), f"token {number}", 0)
    assert len(asked.listed(0)) == MOST_PER_ADDRESS


def test_what_a_board_says_is_made_harmless() -> None:
    hostile = Knock("board-one", "a\x1b[2Jb\u202e" + "c" * 100, "10.0.0.1")
    name = Knocks().knock(hostile, "token", 0).knock.name
    assert name.isprintable()
    assert len(name) <= 40
