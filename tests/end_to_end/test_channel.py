"""Orders of a channel while the plug is pulled, the channel is away, or both.

Each order is made once, each status is told in order, and none after the last.
"""

import asyncio
import contextlib
import random
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from appliance.api import auth
from appliance.api.app import BASE
from appliance.deliverect.failing_server import Outage
from appliance.deliverect.postman import Delivery
from appliance.deliverect.simulated import SimulatedDeliverect
from tests.deliverect.channel import configuration
from tests.process import Service
from tests.proof import PROOF, count
from tests.running import AT_ONCE

SHORTER = 1 if PROOF else 50
"""By how much pauses and outages are shorter than at a real channel."""
ORDERS = count(24, proof=300)
EVENING = count(10, proof=1_500)
"""Seconds, in which they come."""
OUTAGES: tuple[Outage, ...] = ("refused", "503", "500", "answer lost")
LONGEST = 300 / SHORTER
CANCELLED = 0.2
PATIENCE = 120.0
"""Seconds, for what was kept waiting: it tries again once a minute at least."""
ITEMS = [{"plu": "main-burger", "name": "Hamburger", "quantity": 1, "subItems": []}]
ALL_OF_THEM = [20, 50, 60, 70]
PLAIN_AT_ONCE = AT_ONCE.replace("[orders]", '[orders]\nlisten = "127.0.0.1:0"').replace(
    "[devices]", '[http]\nlisten = "127.0.0.1:0"\n[screens]\nmdns = false\n[devices]'
)
STEPS = (("grill", "start"), ("grill", "ready"), ("pass", "bump"))


class Evening:
    """The appliance in a process of its own, a channel, and somebody who cooks."""

    def __init__(
        self,
        service: Service,
        deliverect: SimulatedDeliverect,
        is_started: asyncio.Event,
        seed: int,
    ) -> None:
        self.service = service
        self.deliverect = deliverect
        self.chance = random.Random(seed)  # noqa: S311
        self.cancelled: set[str] = set()
        self.ordered: set[str] = set()
        self.posting: set[asyncio.Task[Delivery]] = set()
        self.is_started = is_started
        self.http = aiohttp.ClientSession()

    async def call(self, method: str, path: str) -> tuple[int, Any]:
        """Until somebody answers."""
        secret = (self.service.data / "secret").read_bytes()
        token = auth.issue(
            secret, roles=("manager",), tenant="default", subject="t", seconds=3600, stations=()
        )
        headers = {"Authorization": f"Bearer {token}"}
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                url = f"{self.service.url}{BASE}{path}"
                async with self.http.request(method, url, headers=headers) as answer:
                    body = await answer.json()
                    if answer.status != 503:
                        return answer.status, body
            await asyncio.sleep(0.05)

    async def post(self, posting: Coroutine[Any, Any, Delivery]) -> None:
        """What the channel has to say, as often as it tries."""
        task = asyncio.create_task(posting)
        self.posting.add(task)
        task.add_done_callback(self.posting.discard)
        delivery = await task
        assert delivery.delivered, delivery

    async def order(self, seconds: float) -> None:
        """One that comes by then, and what becomes of it."""
        await asyncio.sleep(seconds)
        body = self.deliverect.make_order(1, items=ITEMS)
        order = body["orderId"]
        await self.post(self.deliverect.send("/kds_order_notification", body))
        self.ordered.add(order)
        is_cancelled = self.chance.random() < CANCELLED
        last = self.chance.randrange(len(STEPS)) if is_cancelled else len(STEPS)
        for station, action in STEPS[:last]:
            await asyncio.sleep(self.chance.uniform(0, EVENING / 10))
            path = f"/stations/{station}/orders/{order}/ticket/{action}"
            status, told = await self.call("POST", path)
            # Where the plug was pulled before it was answered, it may be so already.
            assert status in (200, 409), told
        if is_cancelled:
            await self.post(self.deliverect.cancel(order))
            self.cancelled.add(order)

    async def all_of(self, moments: list[float]) -> None:
        """The orders that come by then."""
        await asyncio.gather(*map(self.order, moments))

    async def faults(self) -> None:
        """One after the other, as long as orders come."""
        while True:
            await asyncio.sleep(self.chance.uniform(0, LONGEST / 3))
            kind = self.chance.choice(("plug", "channel", "both"))
            away = self.chance.uniform(0, LONGEST)
            if kind != "plug":
                await self.deliverect.fail(self.chance.choice(OUTAGES))
            if kind != "channel":
                await asyncio.to_thread(self.service.kill)
            await asyncio.sleep(away)
            if kind != "channel":
                self.is_started.clear()
                await asyncio.to_thread(self.service.start)
                self.deliverect.to = self.service.url
                self.is_started.set()
            if kind != "plug":
                await self.deliverect.mend()
            if waiting := set(self.posting):
                await asyncio.wait(waiting)  # It tries for as long as one outage.

    async def pass_by(self) -> None:
        """All orders come; then faults end, and all that waits is told."""
        faults = asyncio.create_task(self.faults())
        moments = [self.chance.uniform(0, EVENING * 0.7) for _ in range(ORDERS)]
        ordering = asyncio.ensure_future(self.all_of(moments))
        try:
            await asyncio.wait([ordering, faults], return_when=asyncio.FIRST_COMPLETED)
            if faults.done():
                faults.result()
            await ordering
        finally:
            # In the midst of one it would leave the appliance away.
            faults.cancel()
            await asyncio.wait([faults])


@pytest.mark.parametrize("seed", range(2))
def test_each_order_once_and_each_status_in_order(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # Killed, it tells nothing.
    asyncio.run(an_evening(tmp_path, seed))


async def an_evening(tmp_path: Path, seed: int) -> None:
    is_started = asyncio.Event()
    is_started.set()

    async def pause(seconds: float) -> None:
        await asyncio.sleep(seconds / SHORTER)
        # A start is no shorter here than anywhere.
        await is_started.wait()

    async with SimulatedDeliverect("", pause=pause, seed=seed) as deliverect:
        deliverect.tunnel = True
        file, text = (
            tmp_path / "kitchen.toml",
            configuration(tmp_path, deliverect.url, text=PLAIN_AT_ONCE),
        )
        file.write_text(text)
        service = Service(tmp_path / "data", "--config", str(file), warm=True)
        with service:
            deliverect.to = service.url
            evening = Evening(service, deliverect, is_started, seed)
            async with evening.http:
                await evening.pass_by()
                await everything_is_told(evening)
    assert not deliverect.violations


async def everything_is_told(evening: Evening) -> None:
    deliverect = evening.deliverect
    await asyncio.to_thread(is_up, evening.service)
    deliverect.to = evening.service.url
    await deliverect.mend()
    whole = evening.ordered - evening.cancelled
    assert len(evening.ordered) == ORDERS
    with contextlib.suppress(TimeoutError):
        await deliverect.until(
            lambda: all(deliverect.history[each] == ALL_OF_THEM for each in whole), PATIENCE
        )
    told = {each: deliverect.history[each] for each in whole}
    assert {each: steps for each, steps in told.items() if steps != ALL_OF_THEM} == {}
    for each in evening.cancelled:
        assert deliverect.history[each] == ALL_OF_THEM[: len(deliverect.history[each])]
    # Each was made once: what was handed over has left, and nothing stands there twice.
    _status, tickets = await evening.call("GET", "/stations/pass/tickets?limit=500")
    standing = [ticket["order_id"] for ticket in tickets]
    assert len(standing) == len(set(standing))
    assert set(standing) <= evening.cancelled


def is_up(service: Service) -> None:
    """Whatever the last fault left behind."""
    with contextlib.suppress(AssertionError):
        if service.pid:
            return
    service.start()


TERMINALS = 8


def test_a_stop_amid_a_rush_loses_no_order(tmp_path: Path) -> None:
    """Whoever has connected is answered; who comes later is refused at once, and tries again.

    A connection that breaks is final to the channel, where no proxy makes a 502 of it.
    """
    asyncio.run(a_stop_amid_a_rush(tmp_path))


async def a_stop_amid_a_rush(tmp_path: Path) -> None:
    async def at_once(_seconds: float) -> None:
        """Nobody is there any more, whenever it tries."""

    taken: list[str] = []
    is_under_way = asyncio.Event()

    async with SimulatedDeliverect("", pause=at_once) as deliverect:

        async def terminal() -> str:
            """Post one order after the other, each on a new connection; why it ended."""
            while True:
                order = deliverect.make_order(1, items=ITEMS)
                delivery = await deliverect.send("/kds_order_notification", order)
                if not delivery.delivered:
                    return delivery.why
                taken.append(delivery.order_id)
                if len(taken) > 3 * TERMINALS:
                    is_under_way.set()

        file = tmp_path / "kitchen.toml"
        file.write_text(configuration(tmp_path, deliverect.url, text=PLAIN_AT_ONCE))
        with Service(tmp_path / "data", "--config", str(file), warm=True) as service:
            deliverect.to = service.url
            posting = [asyncio.create_task(terminal()) for _ in range(TERMINALS)]
            await is_under_way.wait()
            service.send(signal.SIGTERM)
            assert await asyncio.gather(*posting) == ["no connection"] * TERMINALS
            assert await asyncio.to_thread(service.wait) == 0
            await asyncio.to_thread(service.start)
            evening = Evening(service, deliverect, asyncio.Event(), 0)
            async with evening.http:
                _status, tickets = await evening.call("GET", "/stations/pass/tickets?limit=500")
    assert sorted(ticket["order_id"] for ticket in tickets) == sorted(taken)
