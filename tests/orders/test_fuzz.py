"""Damaged orders: whatever comes in, nothing is raised and the next order is answered."""

import json
import random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.lan import messages
from tests.lan.cutting import Broken, bytewise, mutated, results
from tests.orders.peer import connected
from tests.orders.test_conversations import BARE, CANCEL, CREATE, SEED
from tests.running import RunningAppliance

UTC = ZoneInfo("UTC")
GOOD = b'{"id":"good","items":[{"name":"Fries"}]}'


def decode(frame: bytes | bytearray) -> object:
    return messages.decode(frame, UTC)


@settings(deadline=None, derandomize=True, max_examples=500)
@example(b'{"id":"1","items":[{"name":"x","qty":"nan"}]}')
@example(b'{"id":"\\ud800"}')
@given(st.binary(max_size=100) | st.binary(max_size=100).map(lambda tail: b'{"id":"' + tail))
def test_of_any_bytes_there_are_only_results(stream: bytes) -> None:
    whole = results([stream], decode)
    assert whole == results(bytewise(stream), decode)


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.sampled_from([CREATE, SEED, CANCEL, BARE]), st.randoms(use_true_random=False))
def test_of_a_damaged_order_there_are_only_results(frame: bytes, chance: random.Random) -> None:
    stream = mutated(frame, chance)
    whole = results([stream], decode)
    assert whole == results(bytewise(stream), decode)
    # A stream that is sound to its end is sound for what follows.
    if not any(isinstance(result, Broken) and result.fatal for result in whole):
        assert results([stream, GOOD], decode) == [*whole, decode(GOOD)]


@pytest.mark.parametrize("seed", range(4))
async def test_after_hundreds_of_damaged_orders_a_good_one_is_answered(
    appliance: RunningAppliance, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same damage each time
    for number in range(100):
        frame = chance.choice([CREATE, SEED, CANCEL, BARE])
        damaged = b"".join(mutated(frame, chance) for _ in range(chance.choice((1, 1, 3))))
        async with connected(appliance.orders_port) as peer:
            await peer.send(damaged)
            peer.end()
            assert await peer.rest() or not damaged.strip(b" \t\r\n\0")
        if number % 10 == 0:
            assert (
                await appliance.order(id=f"{seed}-{number}", items=[])
                == f"{seed}-{number}".encode()
            )
    assert appliance.router.counters["malformed"] > 50
    assert appliance.router.counters["not_stored"] == 0
    assert {record.name for record in caplog.records} <= {"appliance.orders.server"}


async def test_numbers_that_no_log_can_keep_do_not_get_into_it(
    appliance: RunningAppliance,
) -> None:
    for number in ('"nan"', '"inf"', "1e300", str(10**30), "1e999"):
        for field in ("qty", "covers", "time"):
            order = {"id": "1", "items": [{"name": "Fries", "qty": 1}], "covers": 1, "time": 1}
            sent = json.dumps(order).replace(f'"{field}": 1', f'"{field}": {number}')
            if field == "time" and number.startswith('"'):
                continue  # A text, and kept as one.
            assert await appliance.converse(sent.encode()) == b"Unable to parse data", sent
    await appliance.expeditor.load()  # All of the log can be read.
    assert appliance.router.counters["not_stored"] == 0
