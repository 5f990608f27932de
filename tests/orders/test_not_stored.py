"""An order that cannot be stored: nobody gets a yes, and the connection is closed."""

import asyncio
import logging

import pytest

from appliance.expeditor import Answer
from appliance.kitchen.command import Command
from appliance.log import NotStored
from tests.orders.conftest import Arrivals
from tests.orders.peer import connected
from tests.orders.serving import Kitchen, order, serving
from tests.running import RunningAppliance

FAILURE = b"Unable to parse data"


def full(_command: Command) -> Answer:
    raise NotStored("disk full")


def broken(_command: Command) -> Answer:
    raise ZeroDivisionError("a fault of ours")


async def test_while_nothing_can_be_stored_every_order_is_refused_and_closed(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(appliance.router, "submit", full)
        for number in (1, 2, 3):
            async with connected(appliance.orders_port) as peer:
                await peer.send(order(str(number)))
                assert await peer.rest() == FAILURE  # This peer has not ended its own side.
        assert appliance.router.counters == {"not_stored": 3}
    assert "could not be stored" in caplog.text
    assert await appliance.order(id="4", items=[]) == b"4"


async def test_a_fault_of_ours_is_answered_too_and_told_in_the_log(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(appliance.router, "submit", broken)
        async with connected(appliance.orders_port) as peer:
            await peer.send(order("1"))
            assert await peer.rest() == FAILURE
    assert appliance.router.counters == {"not_stored": 1}
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)
    assert await appliance.order(id="2", items=[]) == b"2"


@pytest.mark.parametrize("submit", [full, broken])
async def test_what_follows_a_refused_order_in_the_same_packet_is_not_taken(
    submit: object, caplog: pytest.LogCaptureFixture
) -> None:
    kitchen = Kitchen()

    def submit_first(command: Command) -> Answer:
        answer = kitchen.submit(command)
        if kitchen.orders == ["1"]:
            assert callable(submit)
            submit(command)
        return answer

    async with serving(submit_first) as (router, port), connected(port) as peer:
        await peer.send(order("1") + order("2") + b"{}" + order("3"))
        assert await peer.rest() == FAILURE
        assert kitchen.orders == ["1"]
        assert router.counters == {"not_stored": 1}
    assert "asyncio" not in {record.name for record in caplog.records}


async def test_no_answer_leaves_before_the_order_is_on_disk(arrivals: Arrivals) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (_router, port), connected(port) as peer:
        await peer.send(order("1") + order("2") + b"{}")
        await arrivals.of(b"{}")
        answer = asyncio.create_task(peer.receive())
        await asyncio.sleep(0)
        assert kitchen.orders == ["1", "2"]
        kitchen.commit(1)
        assert await answer == b"1"  # Not the answer to `{}` either: it has its turn.
        kitchen.commit()
        peer.end()
        assert await peer.rest() == b"2" + FAILURE


async def test_when_the_commit_fails_what_waits_for_it_gets_one_failure_and_is_closed(
    arrivals: Arrivals,
) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await peer.send(order("1") + order("2") + order("3"))
        await arrivals.of(order("3"))
        kitchen.commit(1)
        kitchen.fail()
        assert await peer.rest() == b"1" + FAILURE
        assert router.counters == {"accepted": 1, "not_stored": 1}


async def test_when_the_commit_fails_after_the_peer_has_ended_its_side(
    arrivals: Arrivals,
) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await peer.send(order("1") + b'{"id":')
        await arrivals.of(b'{"id":')
        peer.end()
        answers = asyncio.create_task(peer.rest())
        await asyncio.sleep(0)
        kitchen.fail()
        assert await answers == FAILURE
        assert router.counters["not_stored"] == 1


async def test_when_a_later_order_is_refused_the_earlier_one_keeps_its_yes(
    arrivals: Arrivals,
) -> None:
    kitchen = Kitchen(slow_disk=True)

    def submit_one(command: Command) -> Answer:
        return full(command) if kitchen.orders else kitchen.submit(command)

    async with serving(submit_one) as (router, port), connected(port) as peer:
        await peer.send(order("1") + order("2"))
        await arrivals.of(order("2"))
        kitchen.commit()
        assert await peer.rest() == b"1" + FAILURE
        assert router.counters == {"accepted": 1, "not_stored": 1}


async def test_a_peer_that_left_before_its_order_was_stored_harms_nobody(
    arrivals: Arrivals, caplog: pytest.LogCaptureFixture
) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (_router, port), connected(port) as peer:
        for number in range(3):
            async with connected(port) as gone:
                await gone.send(order(f"gone-{number}"))
                await arrivals.of(order(f"gone-{number}"))
                gone.reset()
        await peer.send(order("1"))
        await arrivals.of(order("1"))
        kitchen.fail(1)
        kitchen.commit()
        assert await peer.receive() == b"1"
    assert "asyncio" not in {record.name for record in caplog.records}
