"""What no channel should do, what disks and clocks do, and orders of others."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from aiohttp import web

from appliance.channels import store
from appliance.channels.progress import TAKEN, Fate, Followed
from appliance.deliverect.protocol import ORDERS, PRODUCTS, STATUSES, TOKEN
from appliance.deliverect.simulated import PLACE, SimulatedDeliverect
from appliance.kitchen.command import CreateOrder, Due
from appliance.kitchen.order import NOBODY, Item, Order
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Moment
from tests.deliverect.channel import TRIAL, Channel, again, configuration, serving
from tests.kitchen.orders import new_kitchen
from tests.running import running

STEAK = {"items": [{"plu": "main-steak", "name": "Ribeye Steak", "quantity": 1}]}


async def placed(channel: Channel, **other: Any) -> str:
    delivery = await channel.deliverect.order(**(STEAK | other))
    assert delivery.delivered, delivery
    return delivery.order_id


async def standing(channel: Channel) -> dict[str, str]:
    return {each["order_id"]: each["status"] for each in await channel.kitchen.tickets("pass")}


# ── answers that are none ────────────────────────────────────────────────────────────


@contextlib.asynccontextmanager
async def a_strange_api(token: bytes, *, pieces: int = 1) -> AsyncIterator[tuple[str, list[int]]]:
    """Its URL, and the statuses that it was told."""
    told: list[int] = []

    async def give(_request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(_request)
        size = len(token) // pieces + 1
        for first in range(0, len(token), size):
            await answer.write(token[first : first + size])
            await asyncio.sleep(0.02)
        return answer

    async def take(request: web.Request) -> web.Response:
        told.append((await request.json())["status"])
        return web.json_response({})

    app = web.Application()
    app.add_routes([web.post(TOKEN, give), web.post("/kds/orderStatus/{id}", take)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", told
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def against(directory: Path, api: str) -> AsyncIterator[Channel]:
    """An appliance that tells this API; a simulated channel posts all the same."""
    async with (
        SimulatedDeliverect("") as deliverect,
        running(directory, configuration(directory, api)) as kitchen,
    ):
        deliverect.to = kitchen.url
        yield Channel(kitchen, deliverect)


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"[]",
        b'{"access_token": ""}',
        b'{"access_token": "a\\r\\nX: b"}',
        b'{"access_token": "a", "expires_in": 1e308}',
        b'{"access_token": "a", "expires_in": "inf"}',
        b'{"access_token": "a", "expires_at": "nan"}',
        b'{"access_token": "\\u00e9"}',
        b"x" * 100_000,
    ],
)
async def test_a_token_that_is_none_is_told_and_ends_nothing(tmp_path: Path, token: bytes) -> None:
    async with a_strange_api(token) as (url, told), against(tmp_path, url) as channel:
        await placed(channel)
        shown = await channel.shows(lambda told: told["accounts"][0]["state"] == "away")
        assert "gives no access token" in shown["accounts"][0]["why"]
    assert told == []


@pytest.mark.parametrize("expires_in", [0, -5, None])
async def test_a_token_that_comes_in_pieces_and_tells_no_time(
    tmp_path: Path, expires_in: int | None
) -> None:
    token = json.dumps({"access_token": "a" * 500, "expires_in": expires_in}).encode()
    async with a_strange_api(token, pieces=5) as (url, told), against(tmp_path, url) as channel:
        await placed(channel)
        await channel.shows(lambda told: told["accounts"][0]["last_status_at"] is not None)
    assert told == [20]


async def test_an_order_that_is_never_taken_holds_up_no_other(channel: Channel) -> None:
    first = await placed(channel)
    await channel.told(first, 20)
    channel.deliverect.refuse(first, 500)
    await channel.act(first, "grill", "start")
    await channel.shows(lambda told: told["accounts"][0]["state"] == "away")
    for other in [await placed(channel) for _ in range(3)]:
        await channel.told(other, 20)


# ── orders of others ─────────────────────────────────────────────────────────────────


async def test_staging_touches_nothing_of_production_or_of_a_point_of_sale(
    channel: Channel,
) -> None:
    ours = await placed(channel)
    line = {"name": "Hamburger", "qty": 1, "mods": []}
    assert await channel.kitchen.order(id="777", items=[line]) == b"777"
    secret = TRIAL.location.encode()
    before = channel.kitchen.log.head
    for order in (ours, "777"):
        body = {"orderId": order, "location": TRIAL.location}
        for more in ({"status": 100}, {"items": [{"name": "Hacked"}]}):
            delivery = await channel.deliverect.send(ORDERS, body | more, secret=secret)
            assert delivery.status == 400
    menu = [{"plu": "main-steak", "name": "Hacked", "productTags": [1000]}]
    assert (await channel.deliverect.send(PRODUCTS, menu, secret=secret)).status == 403
    assert channel.kitchen.log.head == before


async def test_what_two_accounts_could_mean_is_taken_back_for_both(tmp_path: Path) -> None:
    second = """
[[deliverect]]
id = "second"
account = "a"
location = "second"
client_id = "expeditor"
"""
    async with SimulatedDeliverect("") as deliverect:
        text = configuration(tmp_path, deliverect.url)
        secrets = text.partition('client_secret_file = "')[2].partition('"')[0]
        second += f'client_secret_file = "{secrets}"\napi = "{deliverect.url}"\n'
        second += f'webhook_secret_file = "{tmp_path}/webhook.secret"\n'
        async with running(tmp_path, text + second) as kitchen:
            deliverect.to = kitchen.url
            channel = Channel(kitchen, deliverect)
            body = deliverect.make_order(1, location="second", account="a", **STEAK)
            taken_back = {"orderId": body["orderId"], "status": 100}
            assert (await deliverect.send(ORDERS, taken_back)).status == 200
            assert (await deliverect.send(ORDERS, body)).status == 200
            assert await channel.orders() == []


@pytest.mark.parametrize("late", [80, 90, 95, 120])
async def test_what_was_taken_back_before_it_came_stays_so(channel: Channel, late: int) -> None:
    body = channel.deliverect.make_order(1, **STEAK)
    await channel.deliverect.cancel(body["orderId"])
    await channel.deliverect.status(body["orderId"], late)
    await channel.deliverect.send(ORDERS, body)
    assert await channel.orders() == []


async def test_the_path_of_statuses_makes_no_order(channel: Channel) -> None:
    body = channel.deliverect.make_order(1, **STEAK)
    for status in (1, 80, 90):
        delivery = await channel.deliverect.send(STATUSES, body | {"status": status})
        assert delivery.status == 200
    assert await channel.orders() == []


async def test_what_comes_again_with_its_end_is_heard(channel: Channel) -> None:
    body = channel.deliverect.make_order(1, **STEAK)
    await channel.deliverect.send(ORDERS, body | {"status": 95})
    order = body["orderId"]
    await channel.told(order, 20)  # A point of sale was done with it, the kitchen is not.
    await channel.deliverect.send(ORDERS, body | {"status": 90})
    await channel.shows(lambda told: len(told["disagreements"]) == 1)
    await channel.act(order, "grill", "start")
    other = await placed(channel)
    await channel.told(other, 20)
    assert channel.deliverect.history[order] == [20]


@pytest.mark.parametrize(
    "wrong",
    [
        {"packaging": []},
        {"courier": ""},
        {"customer": "John"},
        {"numberOfCustomers": -5},
        {"numberOfCustomers": 2**70},
        {"orderType": ""},
        {"deliveryIsAsap": "maybe"},
        {"note": False},
        {"channelLink": {}},
    ],
)
async def test_no_order_is_lost_for_what_nobody_needs(
    channel: Channel, wrong: dict[str, Any]
) -> None:
    order = await placed(channel, **wrong)
    assert await channel.orders() == [order]
    body = {"orderId": order, "location": PLACE.location, "items": "none", "status": "100"}
    assert (await channel.deliverect.send(ORDERS, body | wrong)).status == 200
    assert await standing(channel) == {order: "voided"}


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        ({"itemRemark": ["no nuts"]}, ("1 Soup", 'itemRemark: ["no nuts"]')),
        ({"quantity": "two", "remark": "hot"}, ("1 Soup", "hot; quantity: two")),
        ({"quantity": "2", "subItems": {}}, ("2 Soup", "")),
        ({"subItems": [{}, {"name": 5, "quantity": []}]}, ("1 Soup + ? + 5", "")),
        ({"subItems": ["Bread", {"plu": "b", "remark": {}}]}, ("1 Soup + Bread + b", "")),
        ({"name": None}, ("1 ?", "")),
        ({"name": {"en": "Soup"}}, ("1 ?", 'name: {"en":"Soup"}')),
    ],
)
async def test_what_cannot_be_read_of_a_dish_is_shown_to_the_cook(
    channel: Channel, item: dict[str, Any], shown: tuple[str, str]
) -> None:
    await placed(channel, items=[{"name": "Soup"} | item])
    (ticket,) = await channel.kitchen.tickets("pass")
    (line,) = ticket["items"]
    mods = [each["name"] for each in line["modifiers"]]
    said = " + ".join([f"{line['quantity']:g} {line['name']}", *mods])
    assert (said, line.get("special_instructions") or "") == shown


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [
        (b'"No onions \\ud83d"', "No onions ?"),
        (b'"Caf\xe9"', "Caf\N{REPLACEMENT CHARACTER}"),
        (b'"\\ud83c\\udf36 hot"', "\N{HOT PEPPER} hot"),
    ],
)
async def test_no_order_is_lost_for_half_a_character(
    channel: Channel, wrong: bytes, shown: str
) -> None:
    order = json.dumps({"orderId": "A", "location": PLACE.location, "note": "@"} | STEAK)
    body = b"\xef\xbb\xbf" + order.encode().replace(b'"@"', wrong)
    assert (await channel.deliverect.send(ORDERS, body)).delivered
    (ticket,) = await channel.kitchen.tickets("pass")
    assert ticket["metadata"]["specialInstructions"] == shown


async def test_numbers_without_an_end(channel: Channel) -> None:
    digits = "9" * 5_000
    order = await placed(channel, status=digits)
    assert await channel.orders() == [order]
    product = [{"plu": "a", "name": "A", "productTags": [digits, 101]}]
    assert (await channel.deliverect.products(product)).status == 200
    await channel.kitchen.expeditor.save_snapshot()


# ── disks and clocks ─────────────────────────────────────────────────────────────────


async def test_a_damaged_row_is_put_aside_and_the_channel_goes_on(tmp_path: Path) -> None:
    async with serving(tmp_path) as channel:
        order = await placed(channel)
        await channel.told(order, 20)
    with contextlib.closing(apsw.Connection(str(tmp_path / store.NAME))) as database:
        database.execute("UPDATE orders SET state = ?", (b"\xc1",))
    async with serving(tmp_path) as channel:
        channel.deliverect.know(order)
        await channel.act(order, "grill", "start")
        other = await placed(channel, orderId="other")
        await channel.told(other, 20)
        await channel.told(order, 20, 50)
    assert (tmp_path / f"{store.NAME}.damaged").exists()


async def test_another_log_has_other_orders(tmp_path: Path) -> None:
    async with SimulatedDeliverect("") as deliverect:
        async with again(tmp_path, deliverect) as channel:
            first = await placed(channel)
            await channel.told(first, 20)
        for file in (*tmp_path.glob("log.sqlite*"), *tmp_path.glob("snapshot*")):
            file.unlink()
        async with again(tmp_path, deliverect) as channel:
            second = await placed(channel)
            await channel.act(second, "grill", "start")
            await channel.told(second, 20, 50)
            assert deliverect.history[first] == [20]
            # What is not there any more is made when the channel sends it again.
            body = {"orderId": first, "location": PLACE.location} | STEAK
            assert (await deliverect.send(ORDERS, body)).status == 200
            assert set(await channel.orders()) == {first, second}


def test_an_order_that_the_end_of_the_day_closes_is_no_ready_one() -> None:
    kitchen = new_kitchen(settings=Settings(day_closes=240))
    followed = Followed("main", "A")
    order = Order("A", (Item("1", "Burger"),), channel_account="main")
    begun = Moment(1_700_000_000_000, 1_000)
    for command, now in (
        (CreateOrder(order, NOBODY), begun),
        (Due(), Moment(begun.at + 40 * 3_600_000, begun.tick + 40 * 3_600_000)),
    ):
        decision = kitchen.decide(command, now)
        for event in decision.events:
            kitchen.apply(event)
            followed.apply(event)
    assert set(followed.tickets.values()) == {"bumped"}
    assert followed.reached == TAKEN


def test_no_clock_makes_anything_old(tmp_path: Path) -> None:
    books = store.Store(tmp_path / store.NAME, lambda _: True)
    try:
        year = 365 * 24 * 3_600_000

        def touch(followed: Followed) -> None:
            followed.number, followed.reached, followed.reached_at = 1, 1, year
            followed.touched, followed.tick, followed.reached_tick = year, 1_000, 1_000

        books.change("main", "A", touch)
        assert books.give_up(2_000) == 0
        books.forget(2_000)
        assert books.due("main", 10) == [("main", "A")]
        assert books.give_up(2_000 + 25 * 3_600_000) == 1
        books.forget(2_000 + 20 * 24 * 3_600_000)
        assert books.find("main", "A") is None
    finally:
        books.close()


def test_a_reason_is_kept_as_long_as_it_matters(tmp_path: Path) -> None:
    books = store.Store(tmp_path / store.NAME, lambda _: True)
    try:

        def fail(followed: Followed) -> None:
            followed.number, followed.tickets = 1, {"grill": "pending"}
            followed.hear(Fate("failed", 1, "no money, Canary"), 1)

        assert books.change("main", "A", fail).matter() == "failed"
        known = books.find("main", "A")
        assert known is not None
        assert known.fate is not None
        assert known.fate.reason

        def end(followed: Followed) -> None:
            followed.tickets = {"grill": "bumped"}

        books.change("main", "A", end)
        known = books.find("main", "A")
        assert known is not None
        assert known.fate == Fate("failed", 1)
    finally:
        books.close()
