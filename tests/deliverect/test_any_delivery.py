"""Orders that are delivered up to six times, out of order, some taken back: each is made once."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from appliance.deliverect.protocol import ORDERS, SIGNATURE, signature
from appliance.deliverect.simulated import SECRET, SimulatedDeliverect
from appliance.kitchen import event as events
from appliance.kitchen.command import ActOnTicket
from appliance.kitchen.event import OrderCancelled, OrderPlaced
from tests.deliverect.channel import Channel, serving
from tests.proof import count

ALL = count(900, proof=100_000)
AT_ONCE = 24
FAR = 300
"""Deliveries that one may come late by, or early."""
TAKEN_BACK = 0.1
HANDED_OVER = 0.8
"""Shares of the orders."""


class Delivery(NamedTuple):
    """Something that the channel posts, or the kitchen does meanwhile."""

    at: float
    order: str
    body: bytes | None
    """None: the pass hands it over."""
    is_cancel: bool = False


def planned_for(deliverect: SimulatedDeliverect, orders: int, seed: int) -> list[Delivery]:
    return sorted(deliveries(deliverect, orders, seed))


def deliveries(deliverect: SimulatedDeliverect, orders: int, seed: int) -> Iterator[Delivery]:
    chance = random.Random(seed)  # noqa: S311
    items = [{"plu": "main-burger", "name": "Hamburger", "quantity": 1, "subItems": []}]
    for place in range(orders):
        made = deliverect.make_order(1, items=items)
        order, body = made["orderId"], json.dumps(made).encode()
        begun = place * 4.0
        for _ in range(chance.randint(1, 6)):
            yield Delivery(begun + chance.uniform(0, FAR), order, body)
        if chance.random() < TAKEN_BACK:
            cancel = json.dumps(made | {"status": 100}).encode()
            for _ in range(chance.randint(1, 3)):
                yield Delivery(begun + chance.uniform(0, FAR), order, cancel, is_cancel=True)
        elif chance.random() < HANDED_OVER:
            yield Delivery(begun + chance.uniform(0, FAR), order, None)
        # Nothing of it comes any more, and it leaves the boards: on nobody's stand thousands.
        yield Delivery(begun + 2 * FAR, order, None)


@pytest.mark.parametrize("seed", range(2))
async def test_each_order_is_made_exactly_once(tmp_path: Path, seed: int) -> None:
    async with serving(tmp_path) as channel:
        await channel.deliverect.fail("refused")  # It would take no more than 50 a second.
        orders = ALL // 2
        # In a thread: it takes seconds, while the loop is to stay free.
        planned = await asyncio.to_thread(planned_for, channel.deliverect, orders, seed)
        await posted(channel, planned)
        placed, cancelled = await happened(channel)
        await asyncio.to_thread(each_was_made_once, planned, orders, placed, cancelled)


def each_was_made_once(
    planned: list[Delivery], orders: int, placed: Counter[str], cancelled: set[str]
) -> None:
    sent = {each.order for each in planned}
    taken_back = {each.order for each in planned if each.is_cancel}
    assert len(sent) == orders
    assert max(placed.values()) == 1
    # What never came into the kitchen was taken back before it came.
    assert sent - placed.keys() <= taken_back
    assert placed.keys() <= sent
    assert taken_back & placed.keys() == cancelled
    assert sent - taken_back == placed.keys() - taken_back


async def posted(channel: Channel, planned: list[Delivery]) -> None:
    """In this order as far as they begin; many are under way at once."""
    url = channel.kitchen.url + ORDERS
    expeditor, left = channel.kitchen.expeditor, iter(planned)

    async def post(http: aiohttp.ClientSession) -> None:
        for each in left:
            if each.body is None:
                for station in ("pass", "grill"):  # There a card that was voided has one as well.
                    expeditor.submit(ActOnTicket(station, each.order, "bump"))
                continue
            headers = {SIGNATURE: signature(SECRET, each.body)}
            async with http.post(url, data=each.body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()

    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(post(http))


async def happened(channel: Channel) -> tuple[Counter[str], set[str]]:
    """How often each order was placed, and which were taken back, as the log has it."""
    placed: Counter[str] = Counter()
    numbers: dict[int, str] = {}
    cancelled: set[str] = set()
    seq = 0
    while recorded := await channel.kitchen.log.read(seq, 2_000):
        for each in recorded:
            match events.decode(each.event):
                case OrderPlaced(number=number, order=order):
                    placed[order.id] += 1
                    numbers[number] = order.id
                case OrderCancelled(number=number):
                    cancelled.add(numbers[number])
        seq = recorded[-1].seq
    return placed, cancelled
