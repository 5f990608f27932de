"""What the simulated Deliverect posts has the published shapes, and means what it should."""

import re
from typing import Any

import aiohttp
import msgspec
import pytest

from appliance.deliverect import dinner, messages, reading
from appliance.deliverect.protocol import ORDERS, PRODUCTS, REGISTER, STATUSES
from appliance.deliverect.simulated import PLACE, SimulatedDeliverect
from tests.deliverect.callers import Caller, Clock, posting
from tests.deliverect.takers import NOWHERE

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
        assert order["status"] == 1
        assert re.fullmatch("[0-9a-f]{24}", order["orderId" if shape == 1 else "_id"])
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", order["pickupTime"])
        own = {"itemRemark"} if shape == 1 else {"remark", "price", "productType", "sortOrder"}
        assert all(item.keys() >= ITEM | own for item in every_item(order["items"]))
        said = reading.message(msgspec.json.encode(order))
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
