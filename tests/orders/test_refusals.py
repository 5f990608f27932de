"""What was answered with a failure is counted, and its last shown to who looks for the cause."""

import asyncio
import logging
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.config import Duration, OrderLimits
from appliance.expeditor import Answer
from appliance.kitchen.command import Command, Refused
from appliance.log import NotStored
from appliance.orders.peers import AllowList
from appliance.orders.refusals import Refusals
from appliance.orders.server import OrderRouter
from tests.orders.conftest import Arrivals
from tests.orders.peer import connected
from tests.orders.serving import IDENTIFIER, Kitchen, order, serving
from tests.orders.test_conversations import CANCEL
from tests.running import RunningAppliance

FAILURE = b"Unable to parse data"
UNKNOWN = b"ORDER_DOES_NOT_EXIST"
HERE = "127.0.0.1"


def shown(router: OrderRouter) -> list[tuple[str, str, str, int]]:
    return [
        (each.address, each.reason, each.extract, each.count) for each in router.status().refusals
    ]


async def test_what_is_not_understood() -> None:
    before = time.time_ns() // 1_000_000
    async with (
        serving(Kitchen().submit) as (router, port),
        connected(port, source="127.0.0.7") as peer,
    ):
        await peer.send(b'{"id":"1"}GET / HTTP/1.1\r\n')
        assert await peer.rest() == FAILURE + FAILURE
        assert shown(router) == [
            ("127.0.0.7", "not a JSON object", r"GET / HTTP/1.1\r\n", 1),
            ("127.0.0.7", "order.items is missing", '{"id":"1"}', 1),
        ]
        assert router.counters == {"malformed": 2}
        after = time.time_ns() // 1_000_000
        assert all(before <= refusal.at <= after for refusal in router.status().refusals)


async def test_what_came_through_this_appliance_already() -> None:
    kitchen = Kitchen()
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        looped = b'{"via":["A","%s"],"order":%s}' % (IDENTIFIER.encode(), order("1"))
        await peer.send(looped + looped + order("2"))
        peer.end()
        assert await peer.rest() == b"112"
        assert router.status().refusals == []
        assert router.counters == {"accepted": 1}
        assert kitchen.orders == ["2"]


async def test_what_the_end_of_the_connection_cuts_off() -> None:
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        await peer.send(b'{"id":"1"')
        peer.end()
        assert await peer.rest() == FAILURE
        assert shown(router) == [(HERE, "the connection ended inside an object", '{"id":"1"', 1)]


async def test_an_order_that_does_not_exist(appliance: RunningAppliance) -> None:
    assert await appliance.converse(CANCEL) == UNKNOWN
    (refusal,) = appliance.router.status().refusals
    assert refusal.reason == "no order 'A-1001' here"
    assert refusal.extract.startswith('{"command":"cancel-order"')
    assert appliance.router.counters == {"refused": 1}


async def test_what_the_kitchen_refuses_otherwise() -> None:
    def refuse(_command: Command) -> Answer:
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return Answer(Refused("wrong_state", "the kitchen is closed"), done)

    async with serving(refuse) as (router, port), connected(port) as peer:
        assert await peer.ask(order("1")) == FAILURE
        assert shown(router) == [(HERE, "the kitchen is closed", '{"id":"1","items":[]}', 1)]
        assert router.counters == {"refused": 1}


async def test_a_refusal_of_the_kitchen_waits_for_the_disk_too(arrivals: Arrivals) -> None:
    durable = asyncio.get_running_loop().create_future()

    def refuse(_command: Command) -> Answer:
        return Answer(Refused("no_such_order", "no such"), durable)

    async with serving(refuse) as (router, port), connected(port) as peer:
        await arrivals.separately(peer, order("1"))
        assert shown(router) == []
        durable.set_result(None)
        assert await peer.receive() == UNKNOWN
        assert shown(router) == [(HERE, "no such", '{"id":"1","items":[]}', 1)]


async def test_what_takes_too_long() -> None:
    limits = OrderLimits(frame_timeout=Duration(0))
    async with serving(Kitchen().submit, limits) as (router, port), connected(port) as peer:
        assert await peer.ask(order("1")) == b"1"
        await peer.send(b'{"id":')
        answer = asyncio.create_task(peer.receive())
        while not answer.done():
            router.check_deadlines(time.monotonic())
            await asyncio.sleep(0)
        assert await answer == FAILURE
        assert shown(router) == [(HERE, "not complete 0 s after it began", '{"id":', 1)]


async def test_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AllowList, "allows", lambda *_: False)
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        assert await peer.rest() == FAILURE
        assert shown(router) == [(HERE, "in no network that may send orders", "", 1)]


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_could_not_be_stored(arrivals: Arrivals, *, at_once: bool) -> None:
    kitchen = Kitchen(slow_disk=True)

    def submit(command: Command) -> Answer:
        if at_once:
            raise NotStored("disk full")
        return kitchen.submit(command)

    async with serving(submit) as (router, port), connected(port) as peer:
        await peer.send(order("1") + order("2"))
        await arrivals.of(order("2"))
        kitchen.fail()
        assert await peer.rest() == FAILURE
        assert shown(router) == [(HERE, "it could not be stored", '{"id":"1","items":[]}', 1)]
        assert router.counters == {"not_stored": 1}


async def test_the_same_again_is_one_entry_with_a_count_and_the_last_time() -> None:
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        assert await peer.ask(b'{"id":"1"}') == FAILURE
        (once,) = router.status().refusals
        assert await peer.ask(b"{}") == FAILURE
        while time.time_ns() // 1_000_000 == once.at:
            await asyncio.sleep(0)
        assert await peer.ask(b'{"id":"2"}') == FAILURE
        assert shown(router) == [
            (HERE, "order.items is missing", '{"id":"2"}', 2),
            (HERE, "order.id is missing or empty", "{}", 1),
        ]
        assert router.status().refusals[0].at > once.at


async def test_one_that_fails_in_ever_new_ways_leaves_the_others_their_place() -> None:
    async with (
        serving(Kitchen().submit) as (router, port),
        connected(port, source="127.0.0.2") as other,
        connected(port) as flooding,
    ):
        assert await other.ask(b"{}") == FAILURE
        for number in range(100):
            assert await flooding.ask(b'{"command":"%d","id":"1"}' % number) == FAILURE
        reasons = [reason for address, reason, _extract, _count in shown(router) if address == HERE]
        assert reasons == [f"unknown command '{number}'" for number in range(99, 89, -1)]
        assert shown(router)[-1][0] == "127.0.0.2"
        assert router.counters == {"malformed": 101}


async def test_only_the_last_fifty_are_kept() -> None:
    async with serving(Kitchen().submit) as (router, port):
        for number in range(1, 61):
            async with connected(port, source=f"127.0.1.{number}") as peer:
                assert await peer.ask(b"{}") == FAILURE
        addresses = [address for address, *_ in shown(router)]
        assert addresses == [f"127.0.1.{number}" for number in range(60, 10, -1)]


async def test_neither_log_nor_reason_names_a_guest(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "appliance")
    async with serving(Kitchen().submit) as (router, port), connected(port) as peer:
        for wrong in (
            b'{"name":"Ada Lovelace"}',
            b'{"name":"Ada \\ud800"}',
            b'{"name":"Ada \xff"}',
        ):
            assert await peer.ask(wrong) == FAILURE
        assert "Ada" not in caplog.text
        assert len(caplog.records) >= 3
        assert not [reason for _address, reason, *_ in shown(router) if "Ada" in reason]


def extract_of(sent: bytes) -> str:
    refusals = Refusals()
    refusals.note(HERE, "a reason", sent)
    (refusal,) = refusals.latest()
    return refusal.extract


@pytest.mark.parametrize(
    ("sent", "extract"),
    [
        (b'{"id":"1"}', '{"id":"1"}'),
        ('{"name":"Jürgen 🍔"}'.encode(), '{"name":"Jürgen 🍔"}'),
        (b"a\r\n\tb\0", r"a\r\n\tb\x00"),
        (b"\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("\u202eevil\u2066\u200f\u2028".encode(), r"\u202eevil\u2066\u200f\u2028"),
        (b"<script>", r"\x3cscript\x3e"),
        ("\U000e0041\ufeff".encode(), r"\U000e0041\ufeff"),
        (b"caf\xe9!", "caf\ufffd!"),
        (b"caf\xc3", "caf\ufffd"),
        (b"x" * 200, "x" * 200),
        (b"x" * 199 + "é".encode()[:1], "x" * 199),
        (b"x" * 197 + b"\n\n\n", "x" * 197 + r"\n"),
        (b"\0" * 200, r"\x00" * 50),
        (b"", ""),
    ],
)
def test_an_extract_shows_what_was_sent_and_harms_nobody(sent: bytes, extract: str) -> None:
    assert extract_of(sent) == extract


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()[:200]))
def test_an_extract_of_anything_is_short_and_printable(sent: bytes) -> None:
    extract = extract_of(sent)
    assert extract.isprintable()
    assert len(extract) <= 200
    assert not set("<>") & set(extract)


def test_a_reason_is_short_and_printable_too() -> None:
    refusals = Refusals()
    for length in (500, 501):  # Nor is more of it remembered.
        refusals.note(HERE, "\x1b[31m" + "x" * length, b"")
    (refusal,) = refusals.latest()
    assert refusal.reason == r"\x1b[31m" + "x" * 192
    assert refusal.count == 2
