"""A channel's order, signed, until it is answered: beside the same order over our own API.

Both are on disk before their answers. In turns, so that both meet the same machine.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import aiohttp
import uvloop

from appliance.api.app import BASE
from appliance.deliverect.protocol import ORDERS, SIGNATURE, signature
from appliance.deliverect.simulated import SECRET
from tests.bench import load
from tests.deliverect.channel import Channel, serving

ROUNDS: Final = 60
AT_ONCE: Final = 16
"""Orders of each round that come together: an evening's worst second."""


class Result(NamedTuple):
    """Milliseconds, ascending."""

    posted: list[float]
    own: list[float]


async def measure() -> Result:
    posted, own = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as name:
        async with serving(Path(name)) as channel, aiohttp.ClientSession() as http:
            for number in range(ROUNDS):
                orders = range(number * AT_ONCE, (number + 1) * AT_ONCE)
                posted += await timed(channel, http, orders, _post)
                own += await timed(channel, http, orders, _own)
    return Result(sorted(posted), sorted(own))


_Sent = Callable[[Channel, aiohttp.ClientSession, dict[str, Any]], Awaitable[int]]


async def timed(
    channel: Channel, http: aiohttp.ClientSession, orders: range, send: _Sent
) -> list[float]:
    """How long each took, all of them at once."""

    async def one(number: int) -> float:
        order = json.loads(load.order(number)[0])["order"]
        began = time.perf_counter()
        status = await send(channel, http, order)
        assert status in (200, 201), status
        return (time.perf_counter() - began) * 1e3

    return await asyncio.gather(*map(one, orders))


async def _post(channel: Channel, http: aiohttp.ClientSession, order: dict[str, Any]) -> int:
    items = [
        {"plu": item["id"], "name": item["name"], "quantity": item["qty"], "subItems": item["mods"]}
        for item in order["items"]
    ]
    made = channel.deliverect.make_order(1, items=items)
    channel.deliverect.know(made["orderId"])
    body = json.dumps(made).encode()
    headers = {SIGNATURE: signature(SECRET, body)}
    url = channel.kitchen.url + ORDERS
    async with http.post(url, data=body, headers=headers) as answer:
        return answer.status


async def _own(channel: Channel, http: aiohttp.ClientSession, order: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {channel.kitchen.token('pos_staff')}"}
    url = f"{channel.kitchen.url}{BASE}/orders"
    async with http.post(url, json=order, headers=headers) as answer:
        return answer.status


def webhooks(say: Callable[[str, str, str], None]) -> None:
    """How soon a channel has its answer."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        posted, own = runner.run(measure())
    for what, one, other in (
        ("median", median(posted), median(own)),
        ("p99", posted[int(len(posted) * 0.99)], own[int(len(own) * 0.99)]),
    ):
        say(
            f"a channel's order to its answer / one over HTTP, {AT_ONCE} at once, {what}",
            f"{one:.1f} / {other:.1f} ms = {one / other:.2f}",
            "under 1 s at p99" if what == "p99" else "",
        )
