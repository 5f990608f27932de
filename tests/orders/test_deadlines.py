"""The limits in time. Past one: the failure reply, close, count."""

import asyncio

import pytest

from appliance.config import Duration, OrderLimits
from appliance.orders import connection, server
from tests.orders.conftest import Arrivals
from tests.orders.peer import SECONDS, Peer, connected
from tests.orders.serving import Kitchen, order, serving

FAILURE = b"Unable to parse data"
CLOSED = b""


class Clock:
    """The monotonic clock, in the hands of the test."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(connection, "monotonic", clock)
    return clock


async def taken(kitchen: Kitchen, count: int) -> None:
    """Wait until so many orders were submitted."""
    async with asyncio.timeout(SECONDS):
        while len(kitchen.orders) < count:
            await asyncio.sleep(0)


async def reset(peer: Peer) -> None:
    """Go on sending until the connection is reset."""
    async with asyncio.timeout(SECONDS):
        while True:
            await peer.send(b"x")
            await asyncio.sleep(0)


async def test_an_object_must_be_complete_ten_seconds_after_it_began(
    arrivals: Arrivals, clock: Clock
) -> None:
    kitchen = Kitchen()
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await arrivals.separately(peer, b'{"id":')
        clock.now += 9  # More bytes do not start the time again.
        await arrivals.separately(peer, b'"1",')
        router.check_deadlines(clock.now + 0.9)
        assert router.counters == {}
        router.check_deadlines(clock.now + 1.1)
        assert await peer.rest() == FAILURE
        assert router.counters == {"timed_out": 1}
        await peer.send(b'"items":[]}')  # Too late.
    assert kitchen.orders == []


async def test_each_object_has_ten_seconds_of_its_own(arrivals: Arrivals, clock: Clock) -> None:
    first, second = order("1"), order("2")
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        await arrivals.separately(peer, first[:5])
        clock.now += 8
        await arrivals.separately(peer, first[5:] + second[:5])
        router.check_deadlines(clock.now + 9.9)
        await peer.send(second[5:])
        peer.end()
        assert await peer.rest() == b"12"


async def test_what_lies_between_objects_has_no_deadline(arrivals: Arrivals, clock: Clock) -> None:
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        await arrivals.separately(peer, b"\r\n", order("1") + b"\r\n")
        router.check_deadlines(clock.now + 100)
        assert await peer.receive() == b"1"
        assert await peer.ask(order("2")) == b"2"


async def test_while_the_disk_is_slow_a_late_object_is_refused_once(
    arrivals: Arrivals, clock: Clock
) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await arrivals.separately(peer, order("1") + b'{"id"')
        for seconds in (11, 12, 13):
            router.check_deadlines(clock.now + seconds)
        kitchen.commit()
        assert await peer.rest() == b"1" + FAILURE
        assert router.counters == {"accepted": 1, "timed_out": 1}


async def test_time_in_which_we_do_not_read_does_not_count(
    arrivals: Arrivals, clock: Clock
) -> None:
    kitchen = Kitchen(slow_disk=True)
    stream = b"".join(map(order, map(str, range(65))))
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await peer.send(stream[:-1])
        await arrivals.of(stream[:-1])
        await taken(kitchen, 64)
        router.check_deadlines(clock.now + 60)
        kitchen.commit()
        await peer.send(stream[-1:])
        peer.end()
        await taken(kitchen, 65)
        kitchen.commit()
        assert await peer.rest() == b"".join(b"%d" % number for number in range(65))


async def test_a_peer_that_says_nothing_for_five_minutes_is_closed(
    arrivals: Arrivals, clock: Clock
) -> None:
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        assert await peer.ask(order("1")) == b"1"
        clock.now += 299
        router.check_deadlines(clock.now)
        await arrivals.separately(peer, b"\n")
        clock.now += 299
        router.check_deadlines(clock.now)
        assert await peer.ask(order("2")) == b"2"
        router.check_deadlines(clock.now + 301)
        assert await peer.receive() == CLOSED


async def test_both_times_are_settings(arrivals: Arrivals, clock: Clock) -> None:
    limits = OrderLimits(frame_timeout=Duration(3), idle_timeout=Duration(20))
    async with (
        serving(Kitchen().submit, limits) as (router, port),
        connected(port) as slow,
        connected(port) as idle,
    ):
        assert await idle.ask(order("1")) == b"1"
        await arrivals.separately(slow, b'{"id":')
        router.check_deadlines(clock.now + 2.9)
        assert router.counters["timed_out"] == 0
        router.check_deadlines(clock.now + 3.1)
        assert await slow.rest() == FAILURE
        router.check_deadlines(clock.now + 19.9)
        assert await idle.ask(order("2")) == b"2"
        router.check_deadlines(clock.now + 20.1)
        assert await idle.rest() == CLOSED


async def test_a_peer_that_waits_for_the_disk_is_not_idle(clock: Clock) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await peer.send(order("1"))
        await taken(kitchen, 1)
        router.check_deadlines(clock.now + 1_000)
        kitchen.commit()
        assert await peer.receive() == b"1"


async def test_a_refused_peer_that_does_not_leave_is_closed_two_seconds_later(
    clock: Clock,
) -> None:
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        await peer.send(b"nonsense")
        assert await peer.rest() == FAILURE
        for seconds in (0, 1, 1.9):  # Until then it may go on: its answer is not taken away.
            router.check_deadlines(clock.now + seconds)
            await peer.send(b"more nonsense")
            await asyncio.sleep(0)
        router.check_deadlines(clock.now + 2)
        with pytest.raises(ConnectionError):
            await reset(peer)


async def test_deadlines_are_watched_while_the_router_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CHECK_EVERY_SECONDS", 0.001)
    at_once = OrderLimits(frame_timeout=Duration(0))
    async with serving(Kitchen().submit, at_once) as (router, port), connected(port) as peer:
        running = asyncio.create_task(router.run())
        await peer.send(b'{"id"')
        assert await peer.rest() == FAILURE
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
