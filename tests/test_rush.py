"""The dinner service that `expeditor rush` sends is believable, and the same for a seed."""

from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from appliance import rush
from appliance.lan import messages
from appliance.rush import Message, Plan

DINNER = Plan(orders_per_minute=30, minutes=10, seed=7)


def without_stamps(planned: list[Message]) -> list[tuple[float, Any]]:
    """What a seed decides: all but the ids and the time of sending."""
    bodies = []
    for message in planned:
        order = {k: v for k, v in message.body["order"].items() if k not in ("id", "time")}
        bodies.append((message.at, (message.body["command"], order)))
    return bodies


def test_the_same_seed_makes_the_same_service() -> None:
    assert without_stamps(rush.messages_of(DINNER)) == without_stamps(rush.messages_of(DINNER))
    assert without_stamps(rush.messages_of(DINNER)) != without_stamps(
        rush.messages_of(DINNER._replace(seed=8))
    )


def test_it_has_as_many_orders_as_asked_with_updates_and_cancels() -> None:
    commands = Counter(message.body["command"] for message in rush.messages_of(DINNER))
    assert commands["create-order"] == 300
    assert 20 < commands["update-order"] < 80
    assert 2 < commands["cancel-order"] < 25


def test_it_peaks_in_the_middle() -> None:
    thirds = Counter(int(message.at // 200) for message in rush.messages_of(DINNER))
    assert thirds[1] > 1.5 * max(thirds[0], thirds[2])


def test_a_change_never_comes_before_its_order() -> None:
    created: set[str] = set()
    for message in rush.messages_of(DINNER):
        if message.body["command"] == "create-order":
            created.add(message.order_id)
        else:
            assert message.order_id in created


def test_every_message_is_understood() -> None:
    for message in rush.messages_of(DINNER):
        messages.decode(msgspec.json.encode(message.body), ZoneInfo("UTC"))
