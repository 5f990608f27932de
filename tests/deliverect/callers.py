"""Whoever calls the simulated channel, in place of the appliance; and whom it posts to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from appliance.deliverect.simulated import SimulatedDeliverect
from tests.deliverect.takers import NOWHERE, Kitchen

ORDER = "609a1b2c3d4e5f6a7b8c9d0e"
GOOD = {
    "client_id": "expeditor",
    "client_secret": "a secret of a client",
    "audience": "https://api.deliverect.com",
    "grant_type": "client_credentials",
}


class Clock:
    """Stands still until it is told the time."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


class Caller:
    """The appliance's side, without any manners."""

    def __init__(self, platform: SimulatedDeliverect, session: aiohttp.ClientSession) -> None:
        self.platform = platform
        self.session = session
        self.token = ""

    async def post(
        self, path: str, body: object, *, raw: bytes | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        async with self.session.post(
            self.platform.url + path,
            data=msgspec.json.encode(body) if raw is None else raw,
            headers={"Authorization": f"Bearer {self.token}"},
        ) as answer:
            return answer.status, await answer.json(), {**answer.headers}

    async def sign_in(self, **other: str) -> int:
        status, said, _headers = await self.post("/oauth/token", GOOD | other)
        if status == 200:
            self.token = said["access_token"]
        return status

    async def tell(self, status: int, order_id: str = ORDER, **other: object) -> int:
        body: dict[str, object] = {"orderId": order_id, "status": status, "reason": ""}
        body |= other
        return (await self.post(f"/kds/orderStatus/{order_id}", body))[0]


@asynccontextmanager
async def channel(**settings: Any) -> AsyncIterator[Caller]:
    """The platform, which knows ORDER, and somebody who calls it with a good token."""
    platform = SimulatedDeliverect(NOWHERE, **settings)
    timeout = aiohttp.ClientTimeout(total=5)
    async with platform, aiohttp.ClientSession(timeout=timeout) as session:
        platform.know(ORDER)
        caller = Caller(platform, session)
        assert await caller.sign_in() == 200
        yield caller


@asynccontextmanager
async def posting(**settings: Any) -> AsyncIterator[tuple[SimulatedDeliverect, Kitchen]]:
    """The platform, and a kitchen that it posts to."""
    async with (
        Kitchen().listening() as kitchen,
        SimulatedDeliverect(kitchen.url, **settings) as platform,
    ):
        yield platform, kitchen


class Pauses:
    """Waits for nothing, and remembers for how long it did not."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
