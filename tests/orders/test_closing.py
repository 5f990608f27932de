"""The end of the router: no more is taken, and what was taken is still answered."""

import asyncio
import socket
from zoneinfo import ZoneInfo

import pytest

from appliance.orders.peers import AllowList
from appliance.orders.server import OrderRouter
from tests.orders.conftest import Arrivals
from tests.orders.peer import connected
from tests.orders.serving import Kitchen, order, serving

CLOSED = b""


async def test_what_was_taken_is_answered_and_what_comes_then_is_not_taken(
    arrivals: Arrivals,
) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await arrivals.separately(peer, order("1"))
        closing = asyncio.create_task(router.close())
        await asyncio.sleep(0)
        await peer.send(order("2"))
        kitchen.commit()
        assert await peer.receive() == b"1"
        await closing
        assert kitchen.orders == ["1"]


async def test_peers_that_wait_for_nothing_are_closed_at_once(arrivals: Arrivals) -> None:
    async with (
        serving(Kitchen().submit) as (router, port),
        connected(port) as silent,
        connected(port) as within_an_object,
    ):
        assert await silent.ask(order("1")) == b"1"
        await arrivals.separately(within_an_object, b'{"id"')
        async with asyncio.timeout(0.9):
            await router.close()
        assert await silent.receive() == await within_an_object.receive() == CLOSED


async def test_a_disk_that_does_not_answer_holds_up_the_end_for_a_second_only(
    arrivals: Arrivals,
) -> None:
    kitchen = Kitchen(slow_disk=True)
    async with serving(kitchen.submit) as (router, port), connected(port) as peer:
        await arrivals.separately(peer, order("1"))
        async with asyncio.timeout(5):
            await router.close()
        assert await peer.receive() == CLOSED
        kitchen.commit()  # Too late; nobody is there to hear of it.


async def test_afterwards_nobody_listens() -> None:
    async with serving(Kitchen().submit) as (_router, port):
        pass
    with socket.socket() as late, pytest.raises(ConnectionRefusedError):
        late.connect(("127.0.0.1", port))


async def test_a_router_that_never_listened_can_be_closed() -> None:
    await OrderRouter(Kitchen().submit, AllowList([]), ZoneInfo("UTC"), identifier="").close()
