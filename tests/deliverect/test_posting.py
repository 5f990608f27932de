"""The simulated Deliverect posts as the real one does: signed, and again where that helps."""

import asyncio
import hashlib
import hmac
import socket
from contextlib import AsyncExitStack
from inspect import signature

import pytest
from aiohttp import web

from appliance.deliverect.postman import Postman
from appliance.deliverect.protocol import ORDERS, SIGNATURE
from appliance.deliverect.simulated import SECRET, SimulatedDeliverect
from tests.deliverect.callers import Pauses, posting
from tests.deliverect.takers import Kitchen


async def test_the_raw_bytes_are_signed() -> None:
    async with posting() as (platform, kitchen):
        raw = b'{"orderId" : "a", "note": "caf\xc3\xa9"}  '
        delivery = await platform.send(ORDERS, raw, secret=b"another secret")
        assert delivery.delivered
        path, body, headers = kitchen.came[-1]
        assert (path, body) == (ORDERS, raw)
        assert headers["User-Agent"] == "Deliverect/1.0"
        assert headers["Content-Type"] == "application/json"
        assert headers[SIGNATURE] == hmac.new(b"another secret", raw, hashlib.sha256).hexdigest()

        await platform.send(ORDERS, {"orderId": "a"})
        _path, body, headers = kitchen.came[-1]
        assert headers[SIGNATURE] == hmac.new(SECRET, body, hashlib.sha256).hexdigest()

        await platform.send(ORDERS, raw, signature="00ff")
        assert kitchen.came[-1][2][SIGNATURE] == "00ff"
        await platform.send(ORDERS, raw, signature="")
        assert SIGNATURE not in kitchen.came[-1][2]


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_who_cannot_take_it_now_is_asked_again(status: int) -> None:
    pauses = Pauses()
    async with posting(pause=pauses) as (platform, kitchen):
        kitchen.answers = [status, status, 200]
        delivery = await platform.order()
        assert delivery[:3] == (True, 200, 3)
        assert len(delivery.milliseconds) == 3
        assert delivery.why == ""
        assert pauses.seconds == [10, 20]
        assert len({body for _path, body, _headers in kitchen.came}) == 1


async def test_it_gives_up_after_six_tries() -> None:
    pauses = Pauses()
    async with posting(pause=pauses) as (platform, kitchen):
        kitchen.answers = [503]
        delivery = await platform.order()
        assert delivery[:3] == (False, 503, 6)
        assert delivery.why == "503"
        assert pauses.seconds == [10, 20, 40, 80, 160]
        assert len(kitchen.came) == 6


@pytest.mark.parametrize("status", [302, 400, 401, 404, 408, 413, 429, 500, 501, 505])
async def test_any_other_answer_is_the_last(status: int) -> None:
    pauses = Pauses()
    async with posting(pause=pauses) as (platform, kitchen):
        kitchen.answers = [status]
        delivery = await platform.order()
        assert delivery[:3] == (False, status, 1)
        assert pauses.seconds == []


async def test_it_is_sent_nowhere_else() -> None:
    async def elsewhere(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with posting() as (platform, kitchen):
        kitchen.answers = [elsewhere, 200]
        assert (await platform.order())[:3] == (False, 307, 1)


async def test_who_is_not_there_is_asked_again() -> None:
    async with AsyncExitStack() as stack:
        kitchen, pauses = Kitchen(), list[float]()
        taken = stack.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))  # Nobody listens there, and nobody else will.
        port = taken.getsockname()[1]

        async def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                taken.close()
                await stack.enter_async_context(kitchen.listening(port))

        url = f"http://127.0.0.1:{port}"
        platform = await stack.enter_async_context(SimulatedDeliverect(url, pause=pause))
        delivery = await platform.order()
    assert delivery[:3] == (True, 200, 4)
    assert pauses == [10, 20, 40]


async def test_who_does_not_take_the_connection_in_time_is_asked_again() -> None:
    pauses = Pauses()
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for each in (first, second):  # No more have room in its queue.
            each.settimeout(0)
            each.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        async with SimulatedDeliverect(url, pause=pauses, connect_seconds=0.05) as platform:
            delivery = await platform.order()
    assert delivery[:3] == (False, None, 6)
    assert delivery.why == "no connection"
    assert min(delivery.milliseconds) >= 45
    assert max(delivery.milliseconds) < 2_000


async def test_who_takes_too_long_to_answer_is_not_asked_again() -> None:
    pauses, over = Pauses(), asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        await over.wait()
        return web.Response()

    async with posting(pause=pauses, read_seconds=0.05) as (platform, kitchen):
        kitchen.answers = [slow]
        delivery = await platform.order()
        over.set()
    assert delivery[:3] == (False, None, 1)
    assert delivery.why == "no answer in time"
    assert 45 <= delivery.milliseconds[0] < 2_000
    assert pauses.seconds == []


@pytest.mark.parametrize("tunnel", [False, True])
async def test_a_connection_that_breaks_is_asked_again_by_a_tunnel_alone(*, tunnel: bool) -> None:
    pauses = Pauses()

    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with posting(pause=pauses) as (platform, kitchen):
        kitchen.answers = [hang_up, 200]
        platform.tunnel = tunnel
        delivery = await platform.order()
    assert delivery[:3] == ((True, 200, 2) if tunnel else (False, None, 1))
    assert pauses.seconds == ([10] if tunnel else [])


def test_it_waits_as_long_as_is_published() -> None:
    defaults = signature(Postman).parameters
    assert [defaults[f"{what}_seconds"].default for what in ("connect", "read")] == [3, 30]
