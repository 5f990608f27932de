"""Who keeps a place when there are none left: a crowd of slow peers locks nobody out."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest

from appliance.config import OrderLimits
from appliance.orders.peers import AllowList
from tests.orders.conftest import Arrivals
from tests.orders.peer import SECONDS, Peer, connected
from tests.orders.serving import Kitchen, order, serving
from tests.orders.test_backpressure import Transport

FAILURE = b"Unable to parse data"
CLOSED = b""
FIN_WAIT_1 = "04"
THREE = OrderLimits(connections=3)
TILL = "127.0.0.2"


async def works(peer: Peer, order_id: str = "1") -> None:
    """It has its place, and completes an object."""
    assert await peer.ask(order(order_id)) == order_id.encode()


def sockets_in(state: str, port: int) -> int:
    """The connections of a port that the kernel has in this state."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(local.endswith(f":{port:04X}") and at == state for _, local, _, at, *_ in lines)


async def submitted(kitchen: Kitchen, count: int) -> None:
    async with asyncio.timeout(SECONDS):
        while len(kitchen.orders) < count:
            await asyncio.sleep(0)


async def test_a_newcomer_gets_the_place_of_the_one_that_is_longest_without_an_order() -> None:
    async with (
        serving(Kitchen().submit, THREE) as (router, port),
        connected(port) as first,
        connected(port) as second,
        connected(port) as third,
    ):
        for peer in (second, third, first):
            await works(peer)
        async with connected(port) as newcomer:
            await works(newcomer)
            assert await second.rest() == CLOSED
            for peer in (first, third, newcomer):
                await works(peer)
        assert router.counters == {"accepted": 7, "evicted": 1}


async def test_who_never_completed_one_is_measured_from_its_connecting() -> None:
    async with (
        serving(Kitchen().submit, THREE) as (_router, port),
        connected(port) as before,
        connected(port) as working,
    ):
        await works(working)
        async with connected(port) as after, connected(port) as newcomer:
            await works(newcomer)
            assert await before.rest() == CLOSED
            async with connected(port) as next_newcomer:
                await works(next_newcomer)
                assert await working.rest() == CLOSED
                await works(after)


async def test_what_is_not_understood_keeps_no_place() -> None:
    async with (
        serving(Kitchen().submit, THREE) as (_router, port),
        connected(port) as babbling,
        connected(port) as second,
        connected(port) as third,
    ):
        for peer in (babbling, second, third):
            await works(peer)
        assert await babbling.ask(b"{}") == FAILURE
        async with connected(port) as newcomer:
            await works(newcomer)
            assert await babbling.rest() == CLOSED
            await works(second)


async def test_a_peer_that_is_owed_an_answer_keeps_its_place() -> None:
    kitchen = Kitchen(slow_disk=True)
    async with (
        serving(kitchen.submit, THREE) as (router, port),
        connected(port) as first,
        connected(port) as second,
    ):
        await first.send(order("1"))
        await submitted(kitchen, 1)
        await second.send(order("2"))
        await submitted(kitchen, 2)
        async with connected(port) as silent, connected(port) as newcomer:
            assert await silent.rest() == CLOSED
            kitchen.commit()
            assert await first.receive() == b"1"
            assert await second.receive() == b"2"
            await newcomer.send(order("3"))
            await submitted(kitchen, 3)
            kitchen.commit()
            assert await newcomer.receive() == b"3"
        assert router.counters == {"accepted": 3, "evicted": 1}


async def test_when_all_are_owed_one_the_longest_without_an_order_goes() -> None:
    kitchen = Kitchen(slow_disk=True)
    async with (
        serving(kitchen.submit, OrderLimits(connections=2)) as (router, port),
        connected(port) as first,
        connected(port) as second,
    ):
        await first.send(order("1") + b'{"id":')
        await submitted(kitchen, 1)
        await second.send(order("2"))
        await submitted(kitchen, 2)
        async with connected(port) as newcomer:
            await newcomer.send(order("3"))
            await submitted(kitchen, 3)
            assert await first.rest() == CLOSED  # A failure would be the answer to order 1.
            kitchen.commit()
            assert await second.receive() == b"2"
            assert await newcomer.receive() == b"3"
        assert router.counters == {"accepted": 2, "evicted": 1}


async def test_an_answer_that_comes_after_the_eviction_is_nobodys(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with (
        serving(kitchen.submit, OrderLimits(connections=1)) as (router, port),
        connected(port) as owed,
    ):
        await owed.send(order("1"))
        await submitted(kitchen, 1)
        monkeypatch.setattr(router, "evicted", lambda _address: kitchen.commit())
        async with connected(port) as newcomer:
            await newcomer.send(order("2"))
            await submitted(kitchen, 2)
            kitchen.commit()
            assert await newcomer.receive() == b"2"
            assert await owed.rest() == CLOSED
        assert router.counters == {"accepted": 1}
    assert "asyncio" not in {record.name for record in caplog.records}


async def test_newcomers_that_come_together_get_no_more_places_than_there_are() -> None:
    async with serving(Kitchen().submit, THREE) as (router, _port):
        with socket.socket() as plain:
            peers = [(router.new_peer(), Transport(plain)) for _ in range(8)]
            for peer, transport in peers:  # All in one turn of the loop.
                peer.connection_made(transport)
                assert router.status().connections <= 3
            assert [transport.closed for _, transport in peers] == [True] * 5 + [False] * 3
            assert router.counters == {"evicted": 5}
            for peer, _transport in peers:
                peer.connection_lost(None)


async def test_a_peer_that_was_refused_and_does_not_leave_goes_first() -> None:
    async with (
        serving(Kitchen().submit, THREE) as (router, port),
        connected(port) as first,
        connected(port) as second,
    ):
        await works(first)
        await works(second)
        async with connected(port) as refused:
            await refused.send(b"nonsense")
            assert await refused.rest() == FAILURE
            async with connected(port) as newcomer:
                await works(newcomer)
                await works(first)
                await works(second)
        assert router.counters == {"accepted": 5, "malformed": 1}


async def test_who_is_evicted_within_an_object_is_told_so(arrivals: Arrivals) -> None:
    async with (
        serving(Kitchen().submit, OrderLimits(connections=1)) as (router, port),
        connected(port) as within,
    ):
        await works(within)
        await arrivals.separately(within, b'{"id":"2", ')
        async with connected(port) as newcomer:
            await works(newcomer)
            assert await within.rest() == FAILURE
        assert router.counters == {"accepted": 2, "evicted": 1}
        (refusal,) = router.status().refusals
        assert refusal.reason == "all places were taken before it was complete"
        assert refusal.extract == '{"id":"2", '


async def test_a_peer_that_does_not_read_is_gone_at_once_too() -> None:
    kitchen = Kitchen()
    stream = b"".join(order(f"{number:0>200}") for number in range(40_000))
    async with (
        serving(kitchen.submit, OrderLimits(connections=2)) as (router, port),
        connected(port) as other,
        connected(port, receive_buffer=4096) as deaf,
    ):
        sending = asyncio.create_task(deaf.send(stream))
        taken = -1
        async with asyncio.timeout(SECONDS):
            while taken != len(kitchen.orders):
                taken = len(kitchen.orders)
                for _ in range(50):
                    await works(other)
                taken += 50
        async with connected(port) as newcomer:
            await works(newcomer)
            await works(other)
            with pytest.raises(ConnectionError):
                async with asyncio.timeout(SECONDS):
                    await sending
            assert router.status().connections == 2


async def test_answers_that_are_not_read_are_not_kept_by_the_kernel_either() -> None:
    kitchen = Kitchen()
    async with (
        serving(kitchen.submit, OrderLimits(connections=1)) as (_router, port),
        connected(port, receive_buffer=4096) as deaf,
    ):
        await deaf.send(b"".join(order(f"{number:0>200}") for number in range(200)))
        await submitted(kitchen, 200)
        async with connected(port) as newcomer:
            await works(newcomer)
            assert sockets_in(FIN_WAIT_1, port) == 0


async def test_a_till_that_leaks_connections_loses_its_own_oldest() -> None:
    async with (
        serving(Kitchen().submit) as (router, port),
        contextlib.AsyncExitStack() as stack,
        connected(port, source="127.0.0.3") as longest,
    ):
        await works(longest)
        leaked = [await stack.enter_async_context(connected(port, source=TILL)) for _ in range(8)]
        for peer in leaked:
            await works(peer)
        for peer in leaked[:5]:
            newcomer = await stack.enter_async_context(connected(port, source=TILL))
            await works(newcomer)
            assert await peer.rest() == CLOSED
        for peer in (*leaked[5:], longest):
            await works(peer)
        assert router.status().connections == 9
        assert router.counters["evicted"] == 5


async def test_the_places_of_one_address_are_a_setting() -> None:
    limits = OrderLimits(connections_per_address=1)
    async with (
        serving(Kitchen().submit, limits) as (_router, port),
        connected(port, source=TILL) as first,
        connected(port, source=TILL) as second,
        connected(port, source="127.0.0.3") as other,
    ):
        await works(second)
        await works(other)
        assert await first.rest() == CLOSED


async def test_this_machine_may_take_all_places_and_no_more() -> None:
    async with serving(Kitchen().submit) as (router, port), contextlib.AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(connected(port)) for _ in range(64)]
        for peer in peers:
            await works(peer)
        assert router.counters == {"accepted": 64}
        async with connected(port) as newcomer:
            await works(newcomer)
            assert await peers[0].rest() == CLOSED
        assert router.status().connections <= 64
        assert router.counters["evicted"] == 1


async def test_a_stranger_takes_nobodys_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AllowList, "allows", lambda _list, address: address != "127.0.0.9")
    async with (
        serving(Kitchen().submit, THREE) as (router, port),
        connected(port) as first,
        connected(port) as second,
        connected(port) as third,
    ):
        peers = (first, second, third)
        for peer in peers:
            await works(peer)
        for _ in range(5):
            async with connected(port, source="127.0.0.9") as stranger:
                assert await stranger.rest() == FAILURE
        for peer in peers:
            await works(peer)
        assert router.counters == {"accepted": 6, "turned_away": 5}
