"""The kitchen's answers as bytes."""

import pytest

from appliance.kitchen.command import OrderAccepted, Refused, Reply
from appliance.lan.replies import FAILURES, encode


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (OrderAccepted("A-1001"), b"A-1001"),
        (OrderAccepted("Käse 🧀"), "Käse 🧀".encode()),
        (Refused("no_such_order", "no order 'A-1001'"), b"ORDER_DOES_NOT_EXIST"),
        (Refused("wrong_state", "it is bumped"), b"Unable to parse data"),
    ],
)
def test_a_reply_is_bare_text(reply: Reply, text: bytes) -> None:
    assert encode(reply) == text
    assert (text in FAILURES) == isinstance(reply, Refused)
