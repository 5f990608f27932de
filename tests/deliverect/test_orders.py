"""Orders of the channel over its webhooks: what becomes of them in the kitchen."""

import asyncio
import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from appliance.deliverect import webhooks
from appliance.deliverect.dinner import Shape
from appliance.deliverect.protocol import ORDERS, PRODUCTS, REGISTER, SIGNATURE, STATUSES, signature
from appliance.deliverect.simulated import PLACE, SECRET, SimulatedDeliverect
from tests.deliverect.channel import TRIAL, Channel, again, serving

SEED = {
    "locationId": PLACE.location,
    "channelLinkId": "5e8abc11dec0001a009b",
    "checkoutId": "609a1b2c3d4e5f6a7b8c9d0e",
    "status": "completed",
    "reason": "string",
    "updatedAt": "2026-03-15T14:30:00Z",
}
KDS: dict[str, Any] = {
    "orderId": "6239****835f",
    "account": PLACE.account,
    "location": PLACE.location,
    "channelOrderId": "31yr****vyz1",
    "channelOrderDisplayId": "1z3pW",
    "posReceiptId": "",
    "orderType": 3,
    "channel": 10000,
    "pickupTime": "2122-03-03T13:03:00Z",
    "deliveryIsAsap": False,
    "note": "",
    "items": [
        {
            "plu": "CMB-02",
            "name": "Burger Menu",
            "quantity": 1,
            "subItems": [
                {"plu": "VEG-01", "name": "Vegetables", "quantity": 1, "subItems": []},
                {
                    "plu": "BRG",
                    "name": "Cheeseburger",
                    "quantity": 2,
                    "subItems": [
                        {"plu": "GHRK", "name": "Extra Gherkin", "quantity": 3, "subItems": []}
                    ],
                },
                {"plu": "DRN", "name": "Cola", "itemRemark": "Iced.", "quantity": 1},
            ],
            "itemRemark": "No garlic sauce",
        }
    ],
    "packaging": {"includeCutlery": False},
    "brandId": "60ba****4c57",
    "brandName": "Space Bar",
    "remake": False,
    "customerName": "MD1",
    "status": 1,
}
POS: dict[str, Any] = {
    "_created": "YYYY-MM-DDTHH:mm:ss.SSSSSSZ",
    "_updated": "YYYY-MM-DDT08:36:46.SSSSSSZ",
    "_id": "62********************7c",
    "account": PLACE.account,
    "channelOrderId": "TEST******4206",
    "channelOrderDisplayId": "T4206",
    "location": PLACE.location,
    "channelLink": "61********************c3",
    "status": 1,
    "statusHistory": [
        {"timeStamp": "YYYY-MM-DDTHH:mm:ss.SSSSSSZ", "status": 4, "response": "", "source": 2}
    ],
    "packaging": {"includeCutlery": True},
    "by": "Deliverect",
    "orderType": 2,
    "channel": 7,
    "pos": 10000,
    "pickupTime": "YYYY-MM-DDTHH:mm:ss.SSSSSSZ",
    "deliveryIsAsap": True,
    "courier": {"firstName": "", "lastName": "", "phoneNumber": "+31-555", "deliveryBy": "fleet"},
    "customer": {
        "name": "Jack",
        "companyName": "",
        "phoneNumber": "+31615887898",
        "phoneAccessCode": "0020",
        "email": "test@test.com",
        "note": "call me when you arrive",
    },
    "deliveryAddress": {
        "street": "Main Street",
        "streetNumber": "5",
        "postalCode": "1012",
        "city": "Amsterdam",
        "extraAddressInfo": "third floor",
    },
    "orderIsAlreadyPaid": True,
    "payment": {"amount": 650, "type": 0},
    "note": "ring twice",
    "items": [
        {
            "plu": "P-BRGR",
            "name": "Hamburger",
            "kitchenName": "Burger",
            "sortOrder": 0,
            "price": 500,
            "quantity": 2,
            "productType": 1,
            "isCombo": True,
            "remark": "well done",
            "subItems": None,
        }
    ],
    "decimalDigits": 2,
}


async def only_ticket(channel: Channel, station: str = "pass") -> Any:
    (ticket,) = await channel.kitchen.tickets(station)
    return ticket


async def test_an_order_of_the_kds_shape(channel: Channel) -> None:
    assert (await channel.deliverect.send(ORDERS, KDS)).status == 200
    ticket = await only_ticket(channel)
    assert ticket["order_id"] == "6239****835f"
    assert ticket["order_channel"] == "dine_in"
    assert ticket["order_reference"] == "MD1 Deliverect 1z3pW"
    (item,) = ticket["items"]
    assert (item["menu_item_id"], item["name"], item["quantity"]) == ("CMB-02", "Burger Menu", 1)
    assert item["special_instructions"] == "No garlic sauce; Cola: Iced."
    assert [(mod["name"], mod["quantity"]) for mod in item["modifiers"]] == [
        ("Vegetables", 1),
        ("Cheeseburger", 2),
        ("Extra Gherkin", 3),
        ("Cola", 1),
    ]
    metadata = ticket["metadata"]
    assert [mod.get("level", 0) for mod in metadata["items"][item["line_id"]]["mods"]] == [
        0,
        0,
        1,
        0,
    ]
    assert (metadata["cutlery"], metadata["channelAccount"]) == (False, "main")
    assert metadata["brand"] == "Space Bar"
    assert metadata["pickupAt"] == "2122-03-03T13:03:00Z"
    assert ticket["status"] == "held"


async def test_an_order_of_the_shape_that_a_point_of_sale_gets(channel: Channel) -> None:
    assert (await channel.deliverect.send(ORDERS, POS)).status == 200
    ticket = await only_ticket(channel)
    assert ticket["order_id"] == POS["_id"]
    assert ticket["order_channel"] == "delivery"
    assert ticket["order_reference"] == "Jack Uber Eats T4206"
    (item,) = ticket["items"]
    assert (item["name"], item["quantity"]) == ("Burger", 2)
    assert item["special_instructions"] == "well done"
    metadata = ticket["metadata"]
    assert metadata["specialInstructions"] == "ring twice; call me when you arrive"
    assert metadata["phoneNumber"] == "+31615887898 / 0020"
    assert metadata["deliveryAddress"] == "Main Street 5, 1012 Amsterdam, third floor"
    assert metadata["deliveryService"] == {
        "name": "fleet",
        "orderId": "T4206",
        "driverPhone": "+31-555",
    }
    assert "pickupAt" not in metadata
    assert ticket["status"] == "pending"


async def test_what_is_wanted_at_once_waits_for_no_hour(channel: Channel) -> None:
    body = KDS | {"deliveryIsAsap": True}
    assert (await channel.deliverect.send(ORDERS, body)).status == 200
    ticket = await only_ticket(channel)
    assert ticket["status"] == "pending"
    assert ticket["metadata"]["pickupAt"] == "2122-03-03T13:03:00Z"


async def test_a_remake_is_hurried_and_says_so(channel: Channel) -> None:
    await channel.deliverect.send(ORDERS, POS | {"remake": True})
    ticket = await only_ticket(channel)
    assert ticket["priority"] == "high"
    assert ticket["metadata"]["specialInstructions"].startswith("REMAKE; ")


@pytest.mark.parametrize("path", [ORDERS, STATUSES])
@pytest.mark.parametrize("reason", ["string", None])
async def test_the_fate_of_a_checkout_is_no_order(
    channel: Channel, path: str, reason: str | None
) -> None:
    assert (await channel.deliverect.send(path, SEED | {"reason": reason})).status == 200
    assert await channel.orders() == []


# ── cancellations ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shape", [1, 2])
async def test_a_cancellation_comes_to_the_same_place(channel: Channel, shape: Shape) -> None:
    order = (await channel.deliverect.order(shape)).order_id
    assert (await channel.deliverect.cancel(order)).status == 200
    assert (await only_ticket(channel))["status"] == "voided"


@pytest.mark.parametrize("code", [100, 110])
async def test_so_does_a_status_that_takes_it_back(channel: Channel, code: int) -> None:
    order = (await channel.deliverect.order()).order_id
    assert (await channel.deliverect.status(order, code)).status == 200
    assert (await only_ticket(channel))["status"] == "voided"


async def test_an_order_that_is_taken_back_before_it_came_is_never_made(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as channel:
        first = channel.deliverect.make_order()
        second = channel.deliverect.make_order(2)
        assert (await channel.deliverect.cancel(first["orderId"])).status == 200
        assert (await channel.deliverect.cancel(second["_id"])).status == 200
        assert (await channel.deliverect.send(ORDERS, first)).status == 200
        assert await channel.orders() == []
        deliverect = channel.deliverect
    # Nor after a restart.
    async with serving(tmp_path) as channel:
        assert (await channel.deliverect.send(ORDERS, second)).status == 200
        assert (await channel.deliverect.send(ORDERS, first)).status == 200
        assert await channel.orders() == []
    assert not deliverect.violations


async def test_order_and_cancellation_at_the_same_moment(channel: Channel) -> None:
    for _ in range(20):
        body = channel.deliverect.make_order()
        order, cancelled = await asyncio.gather(
            channel.deliverect.send(ORDERS, body),
            channel.deliverect.send(ORDERS, body | {"status": 100}),
        )
        assert (order.status, cancelled.status) == (200, 200)
    assert {ticket["status"] for ticket in await channel.kitchen.tickets("pass")} <= {"voided"}


# ── once, whatever comes twice ───────────────────────────────────────────────────────


async def test_what_comes_twice_is_made_once(channel: Channel) -> None:
    body = channel.deliverect.make_order()
    answers = await asyncio.gather(*(channel.deliverect.send(ORDERS, body) for _ in range(6)))
    assert {each.status for each in answers} == {200}
    assert await channel.orders() == [body["orderId"]]


async def test_what_was_handed_over_is_not_made_once_more(tmp_path: Path) -> None:
    changed = {"courier": {"firstName": "Ann", "phoneNumber": "+1"}}
    async with serving(tmp_path) as channel:
        body = channel.deliverect.make_order(2)
        await channel.deliverect.send(ORDERS, body)
        await channel.act(body["_id"], "pass", "bump")
        assert (await channel.deliverect.send(ORDERS, body | changed)).status == 200
        assert await channel.orders() == []
    async with serving(tmp_path) as channel:
        assert (await channel.deliverect.send(ORDERS, body | changed)).status == 200
        assert await channel.orders() == []


async def test_what_was_taken_back_stays_so(channel: Channel) -> None:
    body = channel.deliverect.make_order()
    await channel.deliverect.send(ORDERS, body)
    await channel.deliverect.cancel(body["orderId"])
    await channel.act(body["orderId"], "pass", "bump")
    assert (await channel.deliverect.send(ORDERS, body)).status == 200
    assert await channel.orders() == []


async def test_a_live_order_that_comes_again_with_other_content_is_changed(
    channel: Channel,
) -> None:
    await channel.deliverect.send(ORDERS, KDS)
    more = {"plu": "CMB-02", "name": "Lemonade", "quantity": 1, "subItems": []}
    await channel.deliverect.send(ORDERS, KDS | {"items": [*KDS["items"], more]})
    ticket = await only_ticket(channel)
    assert [item["name"] for item in ticket["items"]] == ["Burger Menu", "Lemonade"]


# ── several locations ────────────────────────────────────────────────────────────────


async def test_an_order_of_staging_says_so(channel: Channel) -> None:
    body = POS | {"account": TRIAL.account, "location": TRIAL.location}
    secret = POS["channelLink"].encode()
    assert (await channel.deliverect.send(ORDERS, body, secret=secret)).status == 200
    ticket = await only_ticket(channel)
    assert ticket["order_reference"] == "Jack STAGING Deliverect T4206"
    assert ticket["metadata"]["channelAccount"] == "trial"


async def test_a_location_that_is_not_served_here(channel: Channel) -> None:
    body = channel.deliverect.make_order(location="another")
    delivery = await channel.deliverect.send(ORDERS, body)
    assert delivery.status == 404
    assert b"it is not served here" in delivery.answer
    assert await channel.orders() == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Input data was truncated"),
        (b"{", "Input data was truncated"),
        (b'"text"', "an object is needed"),
        (b"\xff", "JSON is malformed"),
        (json.dumps(KDS | {"orderId": "../token"}), "An id without spaces"),
        (json.dumps(KDS | {"orderId": 5}), "Expected `str | null`, got `int`"),
        (json.dumps(KDS | {"items": {"name": "a"}}), "Expected `array | null`, got `object`"),
        (json.dumps({"location": PLACE.location}), "orderId, _id or checkoutId is required"),
    ],
)
async def test_what_cannot_be_understood_is_told_and_not_stored(
    channel: Channel, body: str | bytes, why: str
) -> None:
    before = channel.kitchen.log.head
    raw = body.encode() if isinstance(body, str) else body
    delivery = await channel.deliverect.send(ORDERS, raw)
    assert delivery.status == 400
    assert why in json.loads(delivery.answer)["message"]
    assert channel.kitchen.log.head == before


async def test_a_body_that_is_packed_is_not_what_was_signed(channel: Channel) -> None:
    body = gzip.compress(json.dumps(KDS).encode())
    headers = {"Content-Encoding": "gzip", SIGNATURE: signature(SECRET, body)}
    url = channel.kitchen.url + ORDERS
    async with channel.kitchen.http.post(url, data=body, headers=headers) as answer:
        assert answer.status == 415
    assert await channel.orders() == []


async def test_bodies_that_never_end_keep_no_order_away(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST_ARRIVING", 300_000)
    host, port = channel.kitchen.url.removeprefix("http://").split(":")
    held = []
    for _ in range(4):
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST {PRODUCTS} HTTP/1.1\r\nHost: {host}\r\n{SIGNATURE}: {'a' * 64}\r\n"
        writer.write(head.encode() + b"Content-Length: 200000\r\n\r\n" + b"x" * 150_000)
        await writer.drain()
        held.append((reader, writer))
    try:
        # Somebody among them is one too many.
        _done, waiting = await asyncio.wait(
            [asyncio.ensure_future(reader.readline()) for reader, _writer in held],
            return_when=asyncio.FIRST_COMPLETED,
        )
        delivery = await channel.deliverect.send(ORDERS, KDS)
        assert (delivery.status, delivery.tries) == (200, 1)
    finally:
        for _reader, writer in held:
            # Whoever was refused is listened to for a while, lest it does not read why.
            with contextlib.suppress(OSError):
                writer.write(b"x" * 50_000)
                await writer.drain()
            writer.close()
    await asyncio.wait(waiting)


async def test_what_is_not_taken_for_good_is_seen_on_its_account(channel: Channel) -> None:
    deliverect = channel.deliverect
    assert (await deliverect.send(ORDERS, KDS | {"items": "none"})).status == 400
    told = await channel.shows(lambda told: told["accounts"][0]["turned_away"] == 1)
    assert told["accounts"][0]["turned_away_why"].startswith("400: Expected `array | null`")
    assert (await deliverect.send(ORDERS, KDS | {"location": "another"})).status == 404
    told = await channel.shows(lambda told: told["accounts"][0]["turned_away"] == 2)
    assert told["accounts"][0]["turned_away_why"] == "404: it is not served here"
    # What anybody may have said is no matter of the account.
    assert (await deliverect.send(ORDERS, KDS, signature="0" * 64)).status == 401
    foreign = KDS | {"account": TRIAL.account, "location": TRIAL.location}
    assert (await deliverect.send(ORDERS, foreign)).status == 401
    assert (await deliverect.send(ORDERS, KDS | {"items": "none"})).status == 400
    told = await channel.shows(lambda told: told["accounts"][0]["turned_away"] == 3)
    assert told["accounts"][0]["wrong_signatures"] == 2
    assert told["accounts"][1]["turned_away"] == 0
    # Nor are its products, and where it is served, told for nothing.
    assert (await deliverect.send(f"{PRODUCTS}?account=nobody", [])).status == 404
    assert (await deliverect.send(REGISTER, {"accountId": "another"})).status == 404
    assert (await deliverect.send(REGISTER, b"[]")).status == 400
    await channel.shows(lambda told: told["accounts"][0]["turned_away"] == 6)


async def test_what_was_not_taken_is_known_after_a_restart(tmp_path: Path) -> None:
    async with SimulatedDeliverect("") as deliverect:
        async with again(tmp_path, deliverect):
            assert (await deliverect.send(ORDERS, KDS | {"items": "none"})).status == 400
        async with again(tmp_path, deliverect) as channel:
            told = await channel.shows(lambda told: told["accounts"][0]["turned_away"] == 1)
            assert told["accounts"][0]["turned_away_why"].startswith("400: Expected `array")


async def test_what_is_endless_is_refused(channel: Channel) -> None:
    body = json.dumps(KDS | {"note": "x" * 600_000}).encode()
    assert (await channel.deliverect.send(ORDERS, body)).status == 413
    many = {"items": [{"name": "a", "subItems": [{"name": "b"}] * 2_001}]}
    delivery = await channel.deliverect.send(ORDERS, KDS | many)
    assert delivery.status == 400
    assert await channel.orders() == []


async def test_deeply_nested(channel: Channel) -> None:
    deep: dict[str, Any] = {"name": "deepest", "quantity": 1}
    for level in range(200):
        deep = {"name": f"level {level}", "subItems": [deep]}
    assert (await channel.deliverect.send(ORDERS, KDS | {"items": [deep]})).status == 200
    body = json.dumps(KDS | {"orderId": "other"}).encode()[:-1]
    endless = body + b', "note": ' + b"[" * 100_000
    assert (await channel.deliverect.send(ORDERS, endless)).status == 400


async def test_while_nothing_can_be_stored_the_channel_is_told_to_come_again(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as channel:
        expeditor = channel.kitchen.expeditor
        await channel.deliverect.order()
        expeditor._fail("the disk is away")  # noqa: SLF001 - as a commit that fails does
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            pauses.append(seconds)
            while expeditor.fault is not None:
                await asyncio.sleep(0.01)

        channel.deliverect._postman._pause = pause  # noqa: SLF001
        delivery = await channel.deliverect.order()
        assert (delivery.delivered, delivery.tries, pauses) == (True, 2, [10.0])
        assert len(await channel.orders()) == 2


async def test_where_it_is_registered(tmp_path: Path) -> None:
    async with serving(tmp_path, more='public_url = "https://kitchen.example.com/k/"') as channel:
        delivery = await channel.deliverect.register()
        assert json.loads(delivery.answer) == {
            "productSyncUrl": "https://kitchen.example.com/k/kds/productUpdate?account=main",
            "orderWebhookUrl": "https://kitchen.example.com/k/kds_order_notification",
            "orderStatusUpdateUrl": "https://kitchen.example.com/k/kds/order_status_update",
        }
        channel.deliverect.place = PLACE._replace(location="another")
        assert (await channel.deliverect.register()).status == 404


async def test_from_outside_there_are_its_paths_and_nothing_else(tmp_path: Path) -> None:
    async with serving(tmp_path, more='public_url = "https://kitchen.example.com"') as channel:
        http, url = channel.kitchen.http, channel.kitchen.url
        headers = {"Host": "kitchen.example.com"}
        for path in ("/", "/status", "/api/v1/kds/health", "/kds/orderStatus/1"):
            async with http.get(url + path, headers=headers) as answer:
                assert answer.status == 403, path
        async with http.post(url + ORDERS, headers=headers, data=b"{}") as answer:
            assert answer.status == 401
        async with http.post(url + ORDERS, headers={"Host": "other.example.com"}) as answer:
            assert answer.status == 403
