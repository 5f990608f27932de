"""The limits at the door: sizes and places. Past one: the failure reply, close, count."""

import asyncio
import contextlib
import logging

import pytest

from appliance.orders import server
from appliance.orders.peers import AllowList, address_of
from tests.orders.peer import connected
from tests.orders.serving import Kitchen, order, serving

FAILURE = b"Unable to parse data"
CLOSED = b""


async def test_an_object_that_is_too_large_is_refused_before_it_ends() -> None:
    kitchen = Kitchen()
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await peer.send(order("1") + b'{"id":"2","name":"' + b"x" * (256 * 1024))
        assert await peer.rest() == b"1" + FAILURE
        assert (kitchen.orders, router.counters) == (["1"], {"accepted": 1, "malformed": 1})


async def test_an_object_of_just_the_allowed_size_is_taken() -> None:
    kitchen = Kitchen()
    frame = order("2")[:-1] + b',"name":"%s"}'
    largest = frame % (b"x" * (256 * 1024 - len(frame) + len("%s")))
    assert len(largest) == 256 * 1024
    async with serving(kitchen.submit) as (_router, port), connected(port) as peer:
        assert await peer.ask(largest) == b"2"


async def test_when_all_places_are_taken_a_newcomer_is_told_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 3)
    async with serving(Kitchen().submit) as (router, port), contextlib.AsyncExitStack() as stack:
        first, *_others = [await stack.enter_async_context(connected(port)) for _ in range(3)]
        assert await first.ask(order("1")) == b"1"
        async with connected(port) as newcomer:
            assert await newcomer.rest() == FAILURE
        assert router.counters == {"accepted": 1, "turned_away": 1}
        first.end()  # A place becomes free.
        assert await first.rest() == CLOSED
        async with connected(port) as newcomer:
            assert await newcomer.ask(order("2")) == b"2"


async def test_one_address_has_eight_places(monkeypatch: pytest.MonkeyPatch) -> None:
    # All peers of this test come from this machine: let that be any other.
    monkeypatch.setattr(server, "address_of", lambda _peer: address_of("192.168.7.9"))
    async with serving(Kitchen().submit) as (router, port), contextlib.AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(connected(port)) for _ in range(8)]
        assert [await peer.ask(order("1")) for peer in peers] == [b"1"] * 8
        async with connected(port) as newcomer:
            assert await newcomer.rest() == FAILURE
        assert router.counters["turned_away"] == 1


async def test_this_machine_may_take_more_places_than_other_addresses() -> None:
    async with serving(Kitchen().submit) as (_router, port), contextlib.AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(connected(port)) for _ in range(20)]
        assert [await peer.ask(order("1")) for peer in peers] == [b"1"] * 20


async def test_a_stranger_is_turned_away_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kitchen = Kitchen()
    async with serving(kitchen.submit) as (router, port), connected(port) as known:
        assert await known.ask(order("1")) == b"1"
        monkeypatch.setattr(AllowList, "allows", lambda *_: False)
        async with connected(port) as stranger:
            assert await stranger.rest() == FAILURE
        assert (kitchen.orders, router.counters["turned_away"]) == (["1"], 1)
        assert "127.0.0.1 is in no network that may send orders" in caplog.text
        assert await known.ask(order("2")) == b"2"


async def test_a_peer_that_fails_again_and_again_is_one_line_in_the_log_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1_000.0
    monkeypatch.setattr(server, "monotonic", lambda: now)
    caplog.set_level(logging.WARNING)
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        for _ in range(50):
            assert await peer.ask(b'{"id":"1"}') == FAILURE
        assert [record.getMessage() for record in caplog.records] == [
            "order client 127.0.0.1 sent what is no order: order.items is missing"
        ]
        now += 61
        assert await peer.ask(b"{}") == FAILURE
        assert len(caplog.records) == 2
        assert router.counters == {"malformed": 51}


async def test_only_so_many_peers_are_remembered_as_failing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "COMPLAINTS_REMEMBERED", 2)
    async with serving(Kitchen().submit) as (router, _port):
        for peer in ("10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.3", "10.0.0.2"):
            router.complain(peer, "talks nonsense")
    told = [record.args for record in caplog.records if record.levelno == logging.WARNING]
    peers = [args[0] for args in told if isinstance(args, tuple)]
    assert peers == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.2"]  # Forgotten, told again.


async def test_connections_that_are_reset_leave_no_trace(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 16)  # Places that leak are soon missed.
    async with serving(Kitchen().submit) as (router, port):
        for number in range(60):
            async with connected(port) as peer:
                if number % 3 == 1:
                    await peer.send(b'{"id":')
                if number % 3 == 2:
                    assert await peer.ask(order("1")) == b"1"
                peer.reset()
                await asyncio.sleep(0)
        async with connected(port) as peer:
            assert await peer.ask(order("2")) == b"2"
        assert router.counters["accepted"] == 21
    assert [record for record in caplog.records if record.name == "asyncio"] == []


class GoneAtOnce(asyncio.Transport):
    """A connection that was reset before it was greeted: it has no peer any more."""

    aborted = False

    def get_extra_info(self, name: str, default: object = None) -> object:
        assert name in ("peername", "socket", "sockname")
        return default

    def abort(self) -> None:
        self.aborted = True


async def test_a_peer_that_left_before_it_was_greeted_takes_no_place() -> None:
    async with serving(Kitchen().submit) as (router, _port):
        protocol, transport = router.new_peer(), GoneAtOnce()
        protocol.connection_made(transport)
        assert transport.aborted
        protocol.connection_lost(ConnectionResetError())
        assert router.counters == {}
