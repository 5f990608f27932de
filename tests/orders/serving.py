"""The order router alone, with a kitchen and a disk that do what the test says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final
from zoneinfo import ZoneInfo

from appliance.config import OrderLimits
from appliance.expeditor import Answer
from appliance.kitchen.command import CancelOrder, Command, CreateOrder, OrderAccepted, UpdateOrder
from appliance.listening import sockets_at
from appliance.log import NotStored
from appliance.orders.peers import AllowList
from appliance.orders.server import OrderRouter

IDENTIFIER: Final = "5EED5EED5EED"
"""Of the appliance that the router is of."""


class Kitchen:
    """Accepts every order. With a slow disk, each is stored when `commit` is called."""

    def __init__(self, *, slow_disk: bool = False) -> None:
        self.orders: list[str] = []
        """The ids of what was submitted, in order."""
        self._slow = slow_disk
        self._uncommitted: list[asyncio.Future[None]] = []

    def submit(self, command: Command) -> Answer:
        assert isinstance(command, CreateOrder | UpdateOrder | CancelOrder)
        order_id = command.order_id if isinstance(command, CancelOrder) else command.order.id
        self.orders.append(order_id)
        durable = asyncio.get_running_loop().create_future()
        self._uncommitted.append(durable)
        if not self._slow:
            self.commit()
        return Answer(OrderAccepted(order_id), durable)

    def commit(self, count: int | None = None) -> None:
        """What was submitted, or the oldest few, is on the disk."""
        for durable in self._take(count):
            durable.set_result(None)

    def fail(self, count: int | None = None) -> None:
        """It could not be written."""
        for durable in self._take(count):
            durable.set_exception(NotStored("disk full"))
            durable.exception()  # As the one who commits looks at it.

    def _take(self, count: int | None) -> list["asyncio.Future[None]"]:
        taken = self._uncommitted[:count]
        del self._uncommitted[:count]
        return taken


@contextlib.asynccontextmanager
async def serving(
    submit: Callable[[Command], Answer],
    limits: OrderLimits = OrderLimits(),  # noqa: B008 - it is frozen
) -> AsyncIterator[tuple[OrderRouter, int]]:
    """The router, listening, and its port. Deadlines are checked when the test does it."""
    router = OrderRouter(
        submit, AllowList(["local"]), ZoneInfo("UTC"), limits, identifier=IDENTIFIER
    )
    sockets = await sockets_at("127.0.0.1", 0)
    port = sockets[0].getsockname()[1]
    await router.listen(sockets)
    try:
        yield router, port
    finally:
        await router.close()


def order(order_id: str) -> bytes:
    """A small order."""
    return b'{"id":"%s","items":[]}' % order_id.encode()
