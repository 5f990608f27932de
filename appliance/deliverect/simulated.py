"""A simulated Deliverect: both directions over real HTTP, for tests and for `expeditor rush`.

    appliance ── tokens, statuses, pauses ──▶ SimulatedApi
    appliance ◀── orders, products, words of what became of them ── Postman

Everything is done on the event loop.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, Self

import msgspec
from msgspec import Struct, field

from appliance.channels.progress import ENDS
from appliance.deliverect import dinner, protocol
from appliance.deliverect.dinner import Place, Shape
from appliance.deliverect.postman import (
    CONNECT_SECONDS,
    READ_SECONDS,
    Delivery,
    Pause,
    Postman,
)
from appliance.deliverect.protocol import (
    CANCEL,
    ORDERS,
    PRODUCTS,
    REGISTER,
    STATUSES,
    WORDS,
)
from appliance.deliverect.simulated_api import SimulatedApi

PLACE: Final = Place(
    account="61a0c0ffee0000000000acc1",
    location="61a0c0ffee000000000010c1",
    channel_link="61a0c0ffee000000000011c1",
)
SECRET: Final = b"a secret of webhooks"
CLIENTS: Final = {"expeditor": "a secret of a client"}

Body = bytes | Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What is posted: these bytes, or what is to be written as JSON."""
_ENDS: Final = {status for status, word in WORDS.items() if word in ENDS}


class _Said(Struct):
    """What a message is about."""

    order_id: str = field(default="", name="orderId")
    id: str = field(default="", name="_id")
    status: int | str = 0
    checkout: str | None = field(default=None, name="checkoutId")


_read = msgspec.json.Decoder(_Said).decode


class SimulatedDeliverect(SimulatedApi):
    """The channel, while it is entered."""

    def __init__(
        self,
        to: str,
        *,
        place: Place = PLACE,
        secret: bytes = SECRET,
        clients: Mapping[str, str | None] = CLIENTS,
        host: str = "127.0.0.1",
        port: int = 0,
        prefix: str = "",
        now: Callable[[], float] = time.time,
        pause: Pause = asyncio.sleep,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        seed: int = 1,
    ) -> None:
        """`to`: the appliance's URL, which may change: see `to`. Nothing is opened yet.

        `place`: whose orders it sends, where nothing else is said. `secret`: what it signs with;
        of staging, the location or the link. `pause`: how it waits before it posts once more.
        `seed`: of ids and orders. The others: see SimulatedApi, Postman.
        """
        super().__init__(clients, host=host, port=port, prefix=prefix, now=now)
        self.place = place
        self.secret = secret
        self._postman = Postman(
            to, pause=pause, connect_seconds=connect_seconds, read_seconds=read_seconds
        )
        # Those of two places are never the same.
        self._chance = random.Random(f"{seed} {place}")  # noqa: S311 - a dinner, not a secret
        self._made: dict[str, tuple[Shape, datetime, dict[str, Any]]] = {}
        self._of_checkout: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        self._postman.open()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._postman.close()
        await self.stop()

    @property
    def to(self) -> str:
        """Where it posts: a URL without a slash at its end."""
        return self._postman.to

    @to.setter
    def to(self, url: str) -> None:
        self._postman.to = url

    @property
    def tunnel(self) -> bool:
        """Whether a tunnel is on the way, which makes a 502 of a connection that breaks."""
        return self._postman.tunnel

    @tunnel.setter
    def tunnel(self, there_is: bool) -> None:
        self._postman.tunnel = there_is

    async def send(
        self, path: str, body: Body, *, secret: bytes | None = None, signature: str | None = None
    ) -> Delivery:
        """Post something, again where the channel does so.

        An order in it is known from now on. Where it was delivered and ends an order, that is
        final. `secret` in place of its own. `signature`: in place of that of the body; empty for
        none.
        """
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        said = _about(path, raw)
        order_id = self._learn(said) if path == ORDERS else said.order_id
        if signature is None:
            signature = protocol.signature(self.secret if secret is None else secret, raw)
        delivery = await self._postman.deliver(path, raw, signature)
        ended = order_id or self._of_checkout.get(said.checkout or "")
        if ended and delivery.delivered and said.status in _ENDS:
            self.make_final(ended)
        self._changed.set()
        return delivery._replace(order_id=order_id)

    def _learn(self, said: _Said) -> str:
        order_id = said.order_id or said.id
        if order_id:
            self.know(order_id)
            if said.checkout:
                self._of_checkout[said.checkout] = order_id
        return order_id

    # ── orders ───────────────────────────────────────────────────────────────────────

    def make_order(self, shape: Shape = 1, **other: Any) -> dict[str, Any]:
        """A believable order that was not sent yet. `other`: fields in place of its own, or more.

        Its id is `orderId` in the first shape, `_id` in the second.
        """
        order_id = dinner.new_id(self._chance)
        placed = datetime.fromtimestamp(self._now(), UTC)
        self._made[order_id] = shape, placed, other
        return self._order(order_id)

    def _order(self, order_id: str) -> dict[str, Any]:
        # Made anew each time: 100,000 that are kept would take a gigabyte.
        shape, placed, other = self._made[order_id]
        chance = random.Random(order_id)  # noqa: S311 - a dinner, not a secret
        return dinner.order(shape, order_id, self.place, placed, chance) | other

    async def order(self, shape: Shape = 1, **other: Any) -> Delivery:
        """Send an order as `make_order` makes it. `order_id` of what is returned is its id."""
        return await self.send(ORDERS, self.make_order(shape, **other))

    async def cancel(self, order_id: str) -> Delivery:
        """Take an order back: the same one, with the status that says so."""
        if order_id in self._made:
            body = self._order(order_id)
        else:
            body = {"orderId": order_id, "account": self.place.account}
            body["location"] = self.place.location
        return await self.send(ORDERS, body | {"status": CANCEL})

    async def fate(
        self,
        checkout_id: str,
        status: Literal["completed", "failed"],
        reason: str | None = None,
        *,
        path: str = ORDERS,
    ) -> Delivery:
        """Say what became of a checkout; `path`: it is published for ORDERS and for STATUSES.

        The order of a checkout is the one that has it as `checkoutId`.
        """
        body = {
            "locationId": self.place.location,
            "channelLinkId": self.place.channel_link,
            "checkoutId": checkout_id,
            "status": status,
            "reason": reason,
            "updatedAt": datetime.fromtimestamp(self._now(), UTC).isoformat(),
        }
        return await self.send(path, body)

    async def status(self, order_id: str, code: int, reason: str = "") -> Delivery:
        """Say that an order has a status."""
        body = {
            "orderId": order_id,
            "account": self.place.account,
            "location": self.place.location,
            "status": code,
            "reason": reason,
        }
        return await self.send(STATUSES, body)

    # ── the location ─────────────────────────────────────────────────────────────────

    async def products(self, products: Sequence[Mapping[str, Any]] | None = None) -> Delivery:
        """Push products; those of `dinner` where none are given."""
        return await self.send(PRODUCTS, dinner.products() if products is None else products)

    async def register(self, reference: str = "Corner Kitchen") -> Delivery:
        """Ask where to post; `answer` of what is returned has the addresses."""
        body = {
            "accountId": self.place.account,
            "locationId": self.place.location,
            "externalReference": reference,
        }
        return await self.send(REGISTER, body)


def _about(path: str, raw: bytes) -> _Said:
    if path not in (ORDERS, STATUSES):
        return _Said()
    try:
        return _read(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Said()  # It is sent all the same: that is what a test wants.
