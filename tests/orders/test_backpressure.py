"""A peer that sends more than it reads, or more than the disk takes, is not read any further."""

import asyncio
import socket
from time import monotonic, process_time

import pytest

from appliance.config import OrderLimits
from tests.orders.peer import SECONDS, connected
from tests.orders.serving import Kitchen, order, serving
from tests.running import RunningAppliance


class Transport(asyncio.Transport):
    """A connection that notes what is done to it."""

    def __init__(self, plain: socket.socket | None = None) -> None:
        super().__init__({"peername": ("127.0.0.1", 40_000), "socket": plain})
        self.written: list[bytes] = []
        self.reading = True
        self.ended = self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.ended
        self.written.append(bytes(data))

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def write_eof(self) -> None:
        self.ended = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.ended = self.closed = True

    abort = close


async def turns(count: int = 20) -> None:
    """Let the loop do what is due."""
    for _ in range(count):
        await asyncio.sleep(0)


def orders(count: int) -> bytes:
    return b"".join(order(str(number)) for number in range(count))


def answers(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


async def test_reading_stops_while_a_peer_does_not_read_its_answers() -> None:
    kitchen = Kitchen()
    async with serving(kitchen.submit) as (router, _port):
        peer, transport = router.new_peer(), Transport()
        peer.connection_made(transport)
        peer.pause_writing()
        assert not transport.reading
        peer.data_received(orders(3))  # What was on its way.
        assert (kitchen.orders, transport.reading) == ([], False)
        peer.resume_writing()
        await turns()
        assert (transport.written, transport.reading) == (answers(3), True)
        peer.connection_lost(None)


async def test_reading_stops_while_64_orders_wait_for_the_disk() -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, _port):
        peer, transport = router.new_peer(), Transport()
        peer.connection_made(transport)
        peer.data_received(orders(200))
        await turns()
        assert (len(kitchen.orders), transport.reading) == (64, False)
        kitchen.commit(10)
        await turns()
        assert (len(kitchen.orders), transport.reading) == (74, False)
        for _ in range(4):
            kitchen.commit()
            await turns()
        assert (transport.written, transport.reading) == (answers(200), True)
        peer.connection_lost(None)


async def test_an_end_behind_more_orders_than_may_wait_is_noticed_after_them() -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, _port):
        peer, transport = router.new_peer(), Transport()
        peer.connection_made(transport)
        peer.data_received(orders(100) + b'{"id":')
        peer.eof_received()
        for _ in range(2):
            await turns()
            assert not transport.closed
            kitchen.commit()
        await turns()
        assert transport.written == [*answers(100), b"Unable to parse data"]
        assert transport.closed
        peer.connection_lost(None)


async def test_what_is_left_after_a_failed_commit_is_neither_taken_nor_in_the_way() -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, _port):
        peer, transport = router.new_peer(), Transport()
        peer.connection_made(transport)
        peer.data_received(orders(200))
        await turns()
        kitchen.fail()
        await turns()
        assert (len(kitchen.orders), transport.written) == (64, [b"Unable to parse data"])
        assert transport.ended
        assert transport.reading  # What still comes is thrown away, not left to cause a reset.
        peer.connection_lost(None)


async def test_a_deaf_peer_loses_no_answer_and_holds_up_nobody() -> None:
    kitchen = Kitchen()
    count = 40_000
    ids = [f"{number:0>200}" for number in range(count)]
    stream = b"".join(map(order, ids))
    async with (
        serving(kitchen.submit) as (_router, port),
        connected(port, receive_buffer=4096) as deaf,
        connected(port) as other,
    ):
        sending = asyncio.create_task(deaf.send(stream))
        taken = -1
        async with asyncio.timeout(SECONDS):
            while taken != len(kitchen.orders):
                taken = len(kitchen.orders)
                for _ in range(50):
                    assert await other.ask(order("other")) == b"other"
                taken += 50
        # It has been stopped: so much of its answers the router and the kernel keep.
        assert 200 * (taken - kitchen.orders.count("other")) < 500_000
        received = asyncio.create_task(deaf.rest())
        await sending
        deaf.end()
        assert await received == "".join(ids).encode()


async def test_a_deaf_peer_is_closed_when_it_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    kitchen = Kitchen()
    async with serving(kitchen.submit) as (router, _port):
        peer, transport = router.new_peer(), Transport()
        aborted = False

        def abort() -> None:
            nonlocal aborted
            aborted = True

        monkeypatch.setattr(transport, "abort", abort)
        peer.connection_made(transport)
        peer.data_received(orders(1))
        peer.pause_writing()
        peer.eof_received()
        assert not aborted
        router.check_deadlines(monotonic() + OrderLimits().idle_timeout + 1)
        assert aborted  # To close it would have waited for it to read.
        peer.connection_lost(None)


@pytest.mark.parametrize("object_", [b"{}", b'{"id":"1","items":[]}'])
async def test_a_packet_full_of_small_objects_does_not_hold_up_the_others(
    appliance: RunningAppliance, object_: bytes
) -> None:
    flood = object_ * (128 * 1024 // len(object_))
    async with (
        connected(appliance.orders_port) as flooding,
        connected(appliance.orders_port) as pos,
    ):
        sending = asyncio.create_task(flooding.send(flood))
        received = asyncio.create_task(flooding.rest())
        longest = 0.0
        while not sending.done() or longest == 0:
            began = process_time()
            assert await pos.ask(order("pos")) == b"pos"
            longest = max(longest, process_time() - began)
        assert longest < 0.2
        flooding.end()
        answers = await received
        assert len(answers) % (len(flood) // len(object_)) == 0
