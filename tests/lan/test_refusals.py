"""What is no message of the protocol, and the reason that a point of sale is given."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.kitchen.command import CreateOrder, UpdateOrder
from appliance.kitchen.order import Order
from appliance.lan.messages import NotUnderstood, decode

UTC = ZoneInfo("UTC")
REFUSED = (NotUnderstood, msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def refusal(message: Any) -> str:
    with pytest.raises((NotUnderstood, msgspec.ValidationError)) as refused:
        decode(json.dumps(message).encode(), UTC)
    return str(refused.value)


def of_item(**fields: Any) -> dict[str, Any]:
    return {"id": "1", "items": [{"name": "Fries"} | fields]}


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({}, "order.id is missing or empty"),
        ({"items": []}, "order.id is missing or empty"),
        ({"id": "", "items": []}, "order.id is missing or empty"),
        ({"id": " \t", "items": []}, "order.id is missing or empty"),
        ({"command": "cancel-order", "order": {}}, "order.id is missing or empty"),
        ({"id": "x" * 201, "items": []}, "order.id is longer than 200 characters"),
        ({"id": "1"}, "order.items is missing"),
        ({"command": "create-order", "order": {"id": "1"}}, "order.items is missing"),
        ({"command": "update-order", "order": {"id": "1"}}, "order.items is missing"),
        ({"id": "1", "items": None}, "order.items is missing"),
        ({"command": "delete-order", "order": {"id": "1"}}, "unknown command 'delete-order'"),
        ({"command": "", "order": {"id": "1"}}, "unknown command ''"),
        ({"command": "x" * 99, "order": {"id": "1"}}, f"unknown command '{'x' * 40}'"),
        ({"id": 7, "items": []}, "Expected `str | null`, got `int` - at `$.id`"),
        ({"order": []}, "Expected `object`, got `array` - at `$.order`"),
        (
            {"order": {"id": "1", "items": {}}},
            "Expected `array | null`, got `object` - at `$.order.items`",
        ),
        (
            {"id": "1", "items": [{"name": "Fries"}, {"qty": 1}]},
            "Object missing required field `name` - at `$.items[1]`",
        ),
        (of_item(name=None), "Expected `str`, got `null` - at `$.items[0].name`"),
        (of_item(name=7), "Expected `str`, got `int` - at `$.items[0].name`"),
        (of_item(qty="two"), "Expected `int | float | null`, got `str` - at `$.items[0].qty`"),
        (of_item(qty=True), "Expected `int | float | null`, got `bool` - at `$.items[0].qty`"),
        (of_item(mods="No Salt"), "Expected `array | null`, got `str` - at `$.items[0].mods`"),
        (of_item(mods=[{}]), "Object missing required field `name` - at `$.items[0].mods[0]`"),
        (
            {"id": "1", "items": [], "time": True},
            "Expected `int | float | str | null`, got `bool` - at `$.time`",
        ),
        (
            {"id": "1", "items": [], "priority": "yes"},
            "Expected `bool | null`, got `str` - at `$.priority`",
        ),
    ],
)
def test_the_reason_names_what_is_wrong_and_where(message: Any, reason: str) -> None:
    assert refusal(message) == reason


def test_an_order_id_of_200_characters_is_taken() -> None:
    command = decode(json.dumps({"id": "é" * 200, "items": []}).encode(), UTC)
    assert isinstance(command, CreateOrder)
    assert command.order.id == "é" * 200


@pytest.mark.parametrize(
    ("number", "bound"),
    [
        (2**63, "`int` <= 9223372036854775807"),
        (-(2**63), "`int` >= -9223372036854775807"),
        (10**30, "`int` <= 9223372036854775807"),
        (str(10**30), "`int` <= 9223372036854775807"),
        (1e300, "`float` <= 9.223372036854776e+18"),
        ("inf", "`float` <= 9.223372036854776e+18"),
        ("-Infinity", "`float` >= -9.223372036854776e+18"),
        ("nan", "`float` >= -9.223372036854776e+18"),
    ],
)
def test_a_number_that_the_log_could_not_give_back_is_refused(number: Any, bound: str) -> None:
    where = "$.items[0].components[0].count"
    assert refusal(of_item(qty=number)) == f"Expected {bound} - at `$.items[0].qty`"
    assert refusal(of_item(components=[{"name": "x", "count": number}])).endswith(f"`{where}`")
    assert refusal(of_item(mods=[{"name": "x", "qty": number}])).endswith("mods[0].qty`")


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("time", "$.time"),
        ("pickupTime", "$.pickupTime"),
        ("covers", "$.covers"),
        ("retry", "$.retry.expiration"),
    ],
)
def test_a_whole_number_of_more_than_64_bits_is_refused(field: str, path: str) -> None:
    for number in (2**63, -(2**63), 10**30):
        value: Any = {"expiration": number} if field == "retry" else number
        reason = refusal({"id": "1", "items": [], field: value})
        assert reason.startswith("Expected `int` ")
        assert reason.endswith(f"at `{path}`")


NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([2**63, 2**64, 10**30, "nan", "-inf", "1e400", "0x10", "٣", "1_0", 1e18])
    | st.integers().map(str)
    | st.floats().map(str)
    | st.none()
)
ITEMS = st.fixed_dictionaries(
    {"name": st.text(max_size=5)},
    optional={
        "qty": NUMBERS,
        "lineId": st.text(max_size=2),
        "mods": st.lists(
            st.text(max_size=3) | st.fixed_dictionaries({"name": st.just("x"), "qty": NUMBERS}),
            max_size=2,
        ),
        "components": st.lists(
            st.fixed_dictionaries({"name": st.just("x"), "count": NUMBERS}), max_size=2
        ),
        "courseStatus": st.text(max_size=5),
    },
)
ORDERS = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=3), "items": st.lists(ITEMS, max_size=3)},
    optional={
        "time": NUMBERS,
        "pickupTime": NUMBERS | st.text(max_size=20) | st.datetimes().map(str),
        "covers": NUMBERS,
        "retry": st.fixed_dictionaries({"expiration": NUMBERS}),
        "priority": st.booleans() | st.sampled_from(["true", "no", 7]),
        "name": st.text(max_size=5),
    },
)


@settings(deadline=None, derandomize=True)
@given(ORDERS)
def test_what_is_taken_can_be_stored_and_read_back_as_it_was(order: dict[str, Any]) -> None:
    try:
        command = decode(json.dumps({"command": "update-order", "order": order}).encode(), UTC)
    except REFUSED:
        return
    assert isinstance(command, UpdateOrder)
    kept = command.order
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Order) == kept
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(kept), type=Order) == kept


@settings(deadline=None, derandomize=True)
@given(st.binary(max_size=80) | st.binary(max_size=80).map(lambda inner: b'{"id":"' + inner))
def test_bytes_that_are_no_message_raise_what_is_promised_and_nothing_else(frame: bytes) -> None:
    with pytest.raises(REFUSED):
        decode(frame, UTC)
