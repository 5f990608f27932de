"""The limits at the door: sizes, and strangers. Past one: the failure reply, close, count."""

import asyncio
import logging

import pytest

from appliance.config import OrderLimits
from appliance.orders import server
from appliance.orders.peers import AllowList
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


async def test_the_size_and_the_nesting_of_an_object_are_settings() -> None:
    limits = OrderLimits(frame_bytes=4_096, nesting=8)
    # The deepest that the protocol has.
    components = b'"components":[{"name":"patty"%s}]'
    deepest, deeper = (
        b'{"order":{"id":"1","items":[{"name":"Burger","mods":[{"name":"Double",%s}]}]}}'
        % (components % more)
        for more in (b"", b',"x":[]')
    )
    async with serving(Kitchen().submit, limits) as (router, port), connected(port) as peer:
        assert await peer.ask(deepest) == b"1"
        assert await peer.ask(deeper) == FAILURE
        assert await peer.ask(order("2")[:-1] + b" " * 4_000 + b"}") == b"2"
        await peer.send(order("3")[:-1] + b" " * 4_096 + b"}")
        assert await peer.rest() == FAILURE
        assert [refusal.reason for refusal in router.status().refusals] == [
            "an object of over 4096 bytes",
            "nested deeper than 8 levels",
        ]


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
        assert "127.0.0.1 was refused: in no network that may send orders" in caplog.text
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
            "order client 127.0.0.1 was refused: order.items is missing"
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
    caplog: pytest.LogCaptureFixture,
) -> None:
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
        assert router.counters == {"accepted": 21}
        assert router.status().connections <= 2  # The last that left may not be noticed yet.
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
