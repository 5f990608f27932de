"""The simulated Deliverect does what the published one does, over real sockets, both ways."""

import asyncio
import hashlib
import hmac
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from inspect import signature
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from appliance.deliverect import dinner, messages
from appliance.deliverect.failing_server import Outage
from appliance.deliverect.postman import Postman
from appliance.deliverect.protocol import ORDERS, PRODUCTS, REGISTER, SIGNATURE, STATUSES
from appliance.deliverect.simulated import PLACE, SECRET, SimulatedDeliverect
from appliance.deliverect.simulated_api import Store
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


# ── tokens ───────────────────────────────────────────────────────────────────────────


async def test_a_token_is_good_until_it_expires() -> None:
    clock = Clock()
    async with channel(now=clock) as caller:
        caller.platform.token_seconds = 60
        _status, said, _headers = await caller.post("/oauth/token", GOOD)
        assert said == {
            "access_token": said["access_token"],
            "expires_at": clock.now + 60,
            "expires_in": 60,
            "token_type": "Bearer",
            "scope": "genericKDS store",
        }
        caller.token = said["access_token"]
        clock.now += 59.9
        assert await caller.tell(20) == 200
        clock.now += 0.1
        assert await caller.tell(50) == 401
        assert caller.platform.unauthorized == 1
        assert await caller.sign_in() == 200
        assert await caller.tell(50) == 200
        assert caller.platform.token_fetches == 3
        assert caller.platform.history[ORDER] == [20, 50]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"client_secret": "another"}, 401),
        ({"client_secret": ""}, 401),
        ({"client_id": "somebody"}, 401),
        ({"client_id": "somebody", "client_secret": ""}, 401),
        ({"grant_type": "password"}, 400),
        ({"audience": ""}, 400),
    ],
)
async def test_a_token_is_for_those_who_know_the_secret(wrong: dict[str, str], status: int) -> None:
    async with channel() as caller:
        assert await caller.sign_in(**wrong) == status
        assert caller.platform.token_fetches == 1
        assert caller.platform.unauthorized == (status == 401)
        assert (await caller.post("/oauth/token", None, raw=b"{"))[0] == 400


async def test_older_accounts_ask_by_another_grant() -> None:
    async with channel() as caller:
        assert await caller.sign_in(grant_type="token") == 200


async def test_any_secret_will_do_where_none_is_known() -> None:
    async with channel(clients={"expeditor": None}) as caller:
        assert await caller.sign_in(client_secret="whatever") == 200  # noqa: S106
        assert await caller.sign_in(client_secret="") == 200
        assert await caller.sign_in(client_id="somebody") == 401


async def test_a_token_that_was_revoked_is_no_good() -> None:
    async with channel() as caller:
        caller.platform.revoke_tokens()
        assert await caller.tell(20) == 401
        caller.token = "invented"  # noqa: S105
        assert await caller.tell(20) == 401
        caller.token = ""
        assert (await caller.post("/updateStoreStatus/L1", {"isActive": True}))[0] == 401
        assert caller.platform.history[ORDER] == []
        assert caller.platform.violations == []


# ── statuses ─────────────────────────────────────────────────────────────────────────


async def test_it_keeps_what_it_was_told_of_an_order() -> None:
    async with channel() as caller:
        for status in (20, 50, 50, 60, 70, 70, 70, 80):
            assert await caller.tell(status) == 200
        assert caller.platform.history == {ORDER: [20, 50, 60, 70, 80]}
        assert caller.platform.repeats == 3
        assert caller.platform.violations == []


async def test_an_order_that_it_never_had_is_not_found() -> None:
    async with channel() as caller:
        assert await caller.tell(20, "5cecc6489f0001b80000aaaa") == 404
        assert caller.platform.history == {ORDER: []}


async def test_no_status_is_lower_than_one_before() -> None:
    async with channel() as caller:
        for status in (50, 70, 60, 50):
            assert await caller.tell(status) == 200
        assert caller.platform.history[ORDER] == [50, 70, 60, 50]
        assert caller.platform.violations == [f"{ORDER}: 60 after 70", f"{ORDER}: 50 after 70"]


async def test_the_path_and_the_body_are_about_the_same_order() -> None:
    async with channel() as caller:
        assert await caller.tell(20, orderId="another") == 400
        assert await caller.tell(20, reason=20) == 400
        assert (await caller.post(f"/kds/orderStatus/{ORDER}", None, raw=b"nothing"))[0] == 400
        first, second, third = caller.platform.violations
        assert first == f"{ORDER}: the body is about another"
        assert "reason" in second
        assert "malformed" in third
        assert caller.platform.history[ORDER] == []


async def test_nothing_is_told_of_an_order_that_is_final() -> None:
    clock = Clock()
    async with channel(now=clock) as caller:
        assert await caller.tell(20) == 200
        caller.platform.make_final(ORDER)
        clock.now += 0.25
        assert await caller.tell(50) == 200
        assert caller.platform.violations == []
        assert caller.platform.crossed == 1
        clock.now += 0.001
        assert await caller.tell(50) == 200
        assert await caller.tell(60) == 200
        assert caller.platform.violations == [
            f"{ORDER}: 50 after it was final",
            f"{ORDER}: 60 after it was final",
        ]


async def test_who_is_strict_lets_none_cross() -> None:
    clock = Clock()
    async with channel(now=clock) as caller:
        caller.platform.crossing_seconds = 0
        caller.platform.make_final(ORDER)
        clock.now += 0.001
        assert await caller.tell(20) == 200
        assert caller.platform.violations == [f"{ORDER}: 20 after it was final"]


async def test_an_order_can_be_refused_for_good() -> None:
    async with channel() as caller:
        caller.platform.refuse(ORDER, 422)
        assert await caller.tell(20) == 422
        assert caller.platform.history[ORDER] == []
        caller.platform.refuse(ORDER, None)
        assert await caller.tell(20) == 200


async def test_so_many_requests_in_a_second_and_no_more() -> None:
    clock = Clock()
    async with channel(now=clock) as caller:
        clock.now += 1
        caller.platform.rate = 3
        assert [await caller.tell(20) for _ in range(5)] == [200, 200, 200, 429, 429]
        assert await caller.sign_in() == 429
        assert caller.platform.limited == 3
        _status, _said, headers = await caller.post(f"/kds/orderStatus/{ORDER}", {})
        assert headers["Retry-After"] == "1"
        clock.now += 1
        assert await caller.tell(50) == 200


# ── stores ───────────────────────────────────────────────────────────────────────────


async def test_a_store_can_be_closed_for_a_while() -> None:
    async with channel() as caller:
        path, until = f"/updateStoreStatus/{PLACE.location}", "2026-03-15T14:30:00Z"
        closed = {"isActive": False, "disableAt": until}
        assert (await caller.post(path, closed))[0] == 200
        assert caller.platform.stores == {PLACE.location: Store(is_active=False, disable_at=until)}
        assert (await caller.post(path, {"isActive": True}))[0] == 200
        assert caller.platform.stores == {PLACE.location: Store(is_active=True, disable_at=None)}
        assert (await caller.post(path, {"isActive": "no"}))[0] == 400


async def test_stores_are_for_tokens_that_say_so() -> None:
    async with channel() as caller:
        caller.platform.scope = "genericKDS"
        assert await caller.sign_in() == 200
        path = f"/updateStoreStatus/{PLACE.location}"
        assert (await caller.post(path, {"isActive": False}))[0] == 403
        assert caller.platform.stores == {}
        assert await caller.tell(20) == 200


# ── outages ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("outage", ["503", "500"])
async def test_it_can_be_out_of_order(outage: Outage) -> None:
    async with channel() as caller:
        await caller.platform.fail(outage)
        assert caller.platform.outage == outage
        assert await caller.tell(20) == int(outage)
        assert await caller.sign_in() == int(outage)
        assert caller.platform.history[ORDER] == []
        caller.platform.retry_after = 7
        _status, _said, headers = await caller.post(f"/kds/orderStatus/{ORDER}", {})
        assert headers.get("Retry-After") == ("7" if outage == "503" else None)
        await caller.platform.mend()
        assert caller.platform.outage is None
        assert await caller.tell(20) == 200


async def test_it_can_be_gone_and_come_back_on_the_same_port() -> None:
    async with channel() as caller:
        url = caller.platform.url
        await caller.platform.fail("refused")
        with pytest.raises(aiohttp.ClientConnectorError):
            await caller.tell(20)
        await caller.platform.mend()
        assert caller.platform.url == url
        assert await caller.tell(20) == 200  # By a token from before.


async def test_it_can_be_silent() -> None:
    async with channel() as caller:
        await caller.platform.fail("silent")
        asking = asyncio.create_task(caller.tell(20))
        done, _waiting = await asyncio.wait([asking], timeout=0.1)
        assert not done
        await caller.platform.mend()
        with pytest.raises(aiohttp.ClientError):
            await asking
        assert caller.platform.history[ORDER] == []
        assert await caller.tell(20) == 200


async def test_its_answer_can_be_lost() -> None:
    async with channel() as caller:
        await caller.platform.fail("answer lost")
        with pytest.raises(aiohttp.ClientError):
            await caller.tell(20)
        await caller.platform.mend()
        assert await caller.tell(20) == 200
        assert caller.platform.history[ORDER] == [20]
        assert caller.platform.repeats == 1


async def test_one_outage_follows_another() -> None:
    async with channel() as caller:
        await caller.platform.fail("refused")
        await caller.platform.fail("503")
        assert await caller.tell(20) == 503
        await caller.platform.fail("silent")
        await caller.platform.fail("refused")
        with pytest.raises(aiohttp.ClientConnectorError):
            await caller.tell(20)
        # It can be left like this.


async def test_its_paths_can_be_below_another() -> None:
    async with channel(prefix="/deliverect") as caller:
        assert caller.platform.url.endswith("/deliverect")
        assert await caller.tell(20) == 200


async def test_one_can_wait_for_what_it_is_told() -> None:
    async with channel() as caller:
        platform = caller.platform
        waiting = asyncio.create_task(platform.until(lambda: platform.history[ORDER] == [20, 50]))
        assert await caller.tell(20) == 200
        assert await caller.tell(50) == 200
        await waiting
        with pytest.raises(TimeoutError):
            await platform.until(lambda: False, 0.01)


# ── what it posts ────────────────────────────────────────────────────────────────────


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


# ── what it says ─────────────────────────────────────────────────────────────────────

ITEM = {"plu", "name", "quantity", "subItems"}
KDS = {
    *("orderId", "account", "location", "channelOrderId", "channelOrderDisplayId", "orderType"),
    *("channel", "pickupTime", "deliveryIsAsap", "note", "items", "packaging", "brandName"),
    *("remake", "customerName", "status"),
}
POS = {
    *("_id", "account", "location", "channelLink", "channelOrderId", "channelOrderDisplayId"),
    *("orderType", "channel", "pickupTime", "deliveryIsAsap", "note", "items", "packaging"),
    *("customer", "status"),
}


def every_item(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for item in items for each in (item, *every_item(item["subItems"]))]


def depth(items: list[dict[str, Any]]) -> int:
    return max((1 + depth(item["subItems"]) for item in items), default=0)


@pytest.mark.parametrize("shape", dinner.SHAPES)
async def test_its_orders_have_the_published_shapes(shape: dinner.Shape) -> None:
    platform = SimulatedDeliverect(NOWHERE)
    orders = [platform.make_order(shape) for _ in range(200)]
    for order in orders:
        assert order.keys() >= (KDS if shape == 1 else POS)
        assert re.fullmatch("[0-9a-f]{24}", order["orderId" if shape == 1 else "_id"])
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", order["pickupTime"])
        own = {"itemRemark"} if shape == 1 else {"remark", "price", "productType", "sortOrder"}
        assert all(item.keys() >= ITEM | own for item in every_item(order["items"]))
        said = messages.message(msgspec.json.encode(order))
        assert messages.is_order(said)
        assert (said.of_account, said.of_location) == (PLACE.account, PLACE.location)
    assert {order["orderType"] for order in orders} == {1, 2, 3, 4, 5}
    assert {order["deliveryIsAsap"] for order in orders} == {False, True}
    assert max(depth(order["items"]) for order in orders) == 3
    items = [item for order in orders for item in every_item(order["items"])]
    assert any(item["itemRemark" if shape == 1 else "remark"] for item in items)
    assert any(order["note"] for order in orders)
    if shape == 2:
        delivered = [order for order in orders if order["orderType"] == 2]
        assert all({"courier", "deliveryAddress"} <= order.keys() for order in delivered)
        assert any(item["isCombo"] for item in items)
        assert any(item["kitchenName"] for item in items)


def test_the_same_seed_makes_the_same_orders_and_no_two_are_one() -> None:
    clock = Clock()
    made = [
        [platform.make_order(shape) for shape in (1, 2, 1)]
        for platform in (
            SimulatedDeliverect(NOWHERE, now=clock),
            SimulatedDeliverect(NOWHERE, now=clock),
            SimulatedDeliverect(NOWHERE, now=clock, seed=2),
            SimulatedDeliverect(NOWHERE, now=clock, place=PLACE._replace(location="L2")),
        )
    ]
    assert made[0] == made[1]
    ids = [order.get("orderId", order.get("_id")) for orders in made[1:] for order in orders]
    assert len(set(ids)) == 9


@pytest.mark.parametrize("shape", dinner.SHAPES)
async def test_a_cancellation_is_the_same_order_with_another_status(shape: dinner.Shape) -> None:
    async with posting() as (platform, kitchen):
        delivery = await platform.order(shape, note="Ring twice", checkoutId="c1")
        sent = kitchen.last
        assert sent["note"] == "Ring twice"
        assert platform.history == {delivery.order_id: []}
        await platform.cancel(delivery.order_id)
        assert kitchen.last == sent | {"status": 100}
        assert kitchen.came[-1][0] == ORDERS


async def test_an_order_of_somebody_elses_making_can_be_cancelled() -> None:
    async with posting() as (platform, kitchen):
        assert (await platform.send(ORDERS, {"_id": "x1", "items": []})).order_id == "x1"
        assert (await platform.cancel("x1")).delivered
        assert kitchen.last["orderId"] == "x1"
        assert kitchen.last["status"] == 100


async def test_what_ends_an_order_is_final_when_it_was_delivered() -> None:
    ended = []
    async with posting() as (platform, kitchen), aiohttp.ClientSession() as session:
        platform.crossing_seconds = 0
        caller = Caller(platform, session)
        assert await caller.sign_in() == 200

        async def is_final(order_id: str) -> bool:
            known = len(platform.violations)
            assert await caller.tell(20, order_id) == 200
            return len(platform.violations) > known

        for status in (100, 110, 120, 90, 95, 80):
            order_id = (await platform.order()).order_id
            await platform.status(order_id, status, "so it is")
            assert kitchen.came[-1][0] == STATUSES
            assert kitchen.last["orderId"] == order_id
            assert kitchen.last["status"] == status
            ended.append(await is_final(order_id))
        assert ended == [True, True, True, True, True, False]

        order_id = (await platform.order(2)).order_id
        kitchen.answers = [401]
        assert not (await platform.cancel(order_id)).delivered
        assert not await is_final(order_id)
        kitchen.answers = [200]
        assert (await platform.cancel(order_id)).delivered
        assert await is_final(order_id)

        order_id = (await platform.order(checkoutId="c2")).order_id
        await platform.fate("c2", "completed")
        assert not await is_final(order_id)
        await platform.fate("c2", "failed", "c2: document not found", path=STATUSES)
        assert kitchen.came[-1][0] == STATUSES
        assert await is_final(order_id)
        await platform.fate("nobody's", "failed")


async def test_a_fate_has_the_six_fields_of_the_seed() -> None:
    async with posting() as (platform, kitchen):
        await platform.fate("609a1b2c3d4e5f6a7b8c9d0e", "failed", "document not found")
        assert kitchen.came[-1][0] == ORDERS
        said = kitchen.last
        assert said.pop("updatedAt").startswith("20")
        assert said == {
            "locationId": PLACE.location,
            "channelLinkId": PLACE.channel_link,
            "checkoutId": "609a1b2c3d4e5f6a7b8c9d0e",
            "status": "failed",
            "reason": "document not found",
        }


async def test_products_come_with_tags() -> None:
    async with posting() as (platform, kitchen):
        assert (await platform.products()).delivered
        assert kitchen.came[-1][0] == PRODUCTS
        told = {product["plu"]: product for product in kitchen.last}
        assert told["main-salmon"]["productTags"] == [103, 106]
        assert {product["productType"] for product in told.values()} == {1, 2}
        assert len(told) == len(kitchen.last)
        await platform.products([{"plu": "P-1", "name": "Pizza"}])
        assert kitchen.last == [{"plu": "P-1", "name": "Pizza"}]
        orders = [platform.make_order(1) for _ in range(50)]
        sold = {item["plu"] for order in orders for item in every_item(order["items"])}
        assert sold <= told.keys()


async def test_a_location_is_registered() -> None:
    async with posting() as (platform, kitchen):
        delivery = await platform.register("Corner")
        assert kitchen.came[-1][0] == REGISTER
        assert kitchen.last == {
            "accountId": PLACE.account,
            "locationId": PLACE.location,
            "externalReference": "Corner",
        }
        assert delivery.answer == b'{"result": "OK"}'


async def test_what_is_no_json_is_sent_all_the_same() -> None:
    async with posting() as (platform, kitchen):
        for raw in (b"", b"{", b'{"orderId": 1}', b"[]", b"\xff", b"[" * 5_000):
            await platform.send(ORDERS, raw)
            assert kitchen.came[-1][1] == raw
        assert platform.history == {}
