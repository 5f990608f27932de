"""Where the channel and the kitchen do not think the same of an order."""

from pathlib import Path
from typing import Any

import pytest

from appliance.channels import store
from appliance.channels.progress import NOT_CLOSED_MS
from appliance.deliverect.protocol import ORDERS, STATUSES
from appliance.deliverect.simulated import PLACE, SimulatedDeliverect
from tests.deliverect.channel import Channel, again, serving

STEAK = [{"plu": "main-steak", "name": "Ribeye Steak", "quantity": 1}]


def matters(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["order_id"], each["matter"]) for each in told["disagreements"]]


async def placed(channel: Channel, **other: Any) -> str:
    delivery = await channel.deliverect.order(channelOrderDisplayId="T4206", **other)
    assert delivery.status == 200
    return delivery.order_id


async def paused(channel: Channel, seconds: int) -> None:
    """Have new orders paused for so long; 0: have them sent again."""
    headers = {"Authorization": f"Bearer {channel.kitchen.token()}"}
    path = f"{channel.kitchen.url}/api/v1/kds/channels/main/pause"
    async with channel.kitchen.http.post(
        path, headers=headers, json={"seconds": seconds}
    ) as answer:
        assert answer.status == 204, await answer.text()


async def test_the_platform_says_failed_and_the_kitchen_is_cooking(channel: Channel) -> None:
    order = await placed(channel, checkoutId="checkout-1")
    other = await placed(channel, channelOrderId="checkout-2")
    await channel.told(order, 20)
    await channel.told(other, 20)
    await channel.deliverect.fate("checkout-1", "failed", "document not found")
    await channel.deliverect.fate("checkout-2", "failed", path=STATUSES)
    await channel.deliverect.fate("checkout-3", "failed")
    told = await channel.shows(lambda told: len(told["disagreements"]) == 2)
    assert sorted(matters(told)) == sorted([(order, "failed"), (other, "failed")])
    (shown,) = [each for each in told["disagreements"] if each["order_id"] == order]
    assert (shown["called"], shown["reason"]) == ("T4206", "document not found")
    # It is told nothing more of it, and the matter ends with the cooking.
    await channel.act(order, "pass", "bump")
    await channel.deliverect.fate("checkout-2", "completed")
    await channel.shows(lambda told: not told["disagreements"])
    assert channel.deliverect.history[order] == [20]


async def test_what_became_of_a_checkout_may_come_before_its_order(channel: Channel) -> None:
    await channel.deliverect.fate("checkout-1", "failed", "no money")
    order = await placed(channel, checkoutId="checkout-1")
    told = await channel.shows(lambda told: len(told["disagreements"]) == 1)
    assert matters(told) == [(order, "failed")]
    assert told["disagreements"][0]["reason"] == "no money"


async def test_of_a_checkout_what_was_said_last_counts_whatever_came_last(
    channel: Channel,
) -> None:
    order = await placed(channel, checkoutId="checkout-1")
    fate = {"locationId": PLACE.location, "checkoutId": "checkout-1"}
    failed = fate | {"status": "failed", "updatedAt": "2026-03-02T14:30:05Z"}
    completed = fate | {"status": "completed", "updatedAt": "2026-03-02T14:30:00Z"}
    for body in (failed, completed):
        assert (await channel.deliverect.send(STATUSES, body)).delivered
    told = await channel.shows(lambda told: len(told["disagreements"]) == 1)
    assert matters(told) == [(order, "failed")]
    later = completed | {"updatedAt": "2026-03-02T14:30:10Z"}
    assert (await channel.deliverect.send(STATUSES, later)).delivered
    await channel.shows(lambda told: not told["disagreements"])


async def test_a_number_that_a_platform_uses_again_is_that_of_the_order_that_is_here(
    channel: Channel,
) -> None:
    old = await placed(channel, channelOrderId="ROO")
    await channel.act(old, "pass", "bump")
    await channel.told(old, 20, 50, 60, 70)
    new = await placed(channel, channelOrderId="ROO")
    await channel.deliverect.fate("ROO", "failed")
    told = await channel.shows(lambda told: len(told["disagreements"]) == 1)
    assert matters(told) == [(new, "failed")]
    # Where two are here at once nobody knows which.
    one, other = [await placed(channel, channelOrderId="TWO", items=STEAK) for _ in range(2)]
    await channel.told(one, 20)
    await channel.told(other, 20)
    await channel.deliverect.fate("TWO", "failed")
    for order in (one, other):
        await channel.act(order, "grill", "start")
        await channel.told(order, 20, 50)


async def test_what_was_said_first_of_a_checkout_is_of_one_order_alone(channel: Channel) -> None:
    await channel.deliverect.fate("TW", "failed")
    first = await placed(channel, channelOrderId="TW")
    await channel.shows(lambda told: matters(told) == [(first, "failed")])
    second = await placed(channel, channelOrderId="TW")
    await channel.told(second, 20)


@pytest.mark.parametrize("status", [80, 90, 95])
async def test_the_same_delivered_twice_changes_nothing(channel: Channel, status: int) -> None:
    body = channel.deliverect.make_order(items=STEAK, status=status)
    order = body["orderId"]
    for _ in range(2):
        assert (await channel.deliverect.send(ORDERS, body)).status == 200
    await channel.told(order, 20)
    assert (await channel.deliverect.send(ORDERS, body)).status == 200
    await channel.act(order, "grill", "start")
    await channel.told(order, 20, 50)
    await channel.act(order, "pass", "bump")
    await channel.told(order, 20, 50, 60, 70)
    assert (await channel.kitchen.call("GET", "/channels"))[1]["disagreements"] == []


async def test_the_kitchen_took_it_back_and_the_platform_goes_on(tmp_path: Path) -> None:
    async with serving(tmp_path) as channel:
        order = await placed(channel)
        status, _ = await channel.kitchen.call("DELETE", f"/orders/{order}")
        assert status == 200
        told = await channel.shows(lambda told: len(told["disagreements"]) == 1)
        assert matters(told) == [(order, "voided")]
        # Somebody calls the platform, and says so: it is not told once more after a restart.
        path = f"{channel.kitchen.url}/api/v1/kds/channels/main/orders/{order}/settled"
        headers = {"Authorization": f"Bearer {channel.kitchen.token()}"}
        async with channel.kitchen.http.post(path, headers=headers) as answer:
            assert answer.status == 204
        await channel.shows(lambda told: not told["disagreements"])
    async with serving(tmp_path) as channel:
        await channel.told(await placed(channel, orderId="another"), 20)
        await channel.shows(lambda told: told["accounts"][0]["last_status_at"] is not None)
        assert channel.kitchen.channels_now.disagreements == ()


async def test_the_platform_takes_back_what_was_handed_over(channel: Channel) -> None:
    order = await placed(channel)
    await channel.act(order, "pass", "bump")
    await channel.told(order, 20, 50, 60, 70)
    await channel.deliverect.cancel(order)
    told = await channel.shows(lambda told: len(told["disagreements"]) == 1)
    assert matters(told) == [(order, "cancelled late")]


async def test_the_platform_says_that_it_has_left_and_it_is_still_being_made(
    channel: Channel,
) -> None:
    order = await placed(channel)
    await channel.deliverect.status(order, 80)
    told = await channel.shows(lambda told: len(told["disagreements"]) == 1)
    assert matters(told) == [(order, "left")]


async def test_what_was_never_closed_is_told_where_the_platform_usually_closes(
    channel: Channel,
) -> None:
    never, closed = await placed(channel), await placed(channel)
    for order in (never, closed):
        await channel.act(order, "pass", "bump")
        await channel.told(order, 20, 50, 60, 70)
    later = channel.kitchen.expeditor.now().tick + NOT_CLOSED_MS + 1
    books = store.Store(channel.kitchen.directory / store.NAME, lambda _: True)
    try:
        assert books.matters(later, 10) == []
        await channel.deliverect.status(closed, 90)
        assert [each.id for each in books.matters(later, 10)] == [never]
        assert books.matters(later - NOT_CLOSED_MS - 60_000, 10) == []
    finally:
        books.close()


async def test_new_orders_are_paused_and_sent_again(channel: Channel) -> None:
    order = await placed(channel)
    await channel.told(order, 20)
    await channel.shows(lambda told: told["accounts"][0]["can_pause"])
    await paused(channel, 900)
    (store_of,) = channel.deliverect.stores.values()
    assert not store_of.is_active
    assert store_of.disable_at is not None
    told = await channel.shows(lambda told: told["accounts"][0]["paused_until"] is not None)
    assert told["accounts"][0]["paused_until"] == store_of.disable_at
    await paused(channel, 0)
    (store_of,) = channel.deliverect.stores.values()
    assert store_of.is_active
    await channel.shows(lambda told: told["accounts"][0]["paused_until"] is None)


async def test_a_restart_knows_what_was_paused(tmp_path: Path) -> None:
    def is_paused(told: dict[str, Any]) -> bool:
        return told["accounts"][0]["paused_until"] is not None

    async with SimulatedDeliverect("") as deliverect:
        async with again(tmp_path, deliverect) as channel:
            await channel.shows(lambda told: told["accounts"][0]["can_pause"])
            await paused(channel, 900)
            before = await channel.shows(is_paused)
        async with again(tmp_path, deliverect) as channel:
            after = await channel.shows(is_paused)
            assert after["accounts"][0]["paused_until"] == before["accounts"][0]["paused_until"]
            await paused(channel, 0)
            await channel.shows(lambda told: not is_paused(told))
        async with again(tmp_path, deliverect) as channel:
            await channel.shows(lambda told: told["accounts"][0]["can_pause"])
            _status, told = await channel.kitchen.call("GET", "/channels")
            assert not is_paused(told)


async def test_who_may_not_pause_is_not_offered_it(channel: Channel) -> None:
    channel.deliverect.scope = "genericKDS"
    order = await placed(channel)
    await channel.told(order, 20)
    told = await channel.shows(lambda told: told["accounts"][0]["state"] == "ready")
    assert not told["accounts"][0]["can_pause"]
    status, body = await channel.kitchen.call("POST", "/channels/main/pause", json={"seconds": 60})
    assert (status, body["message"]) == (409, "Deliverect does not do it: its answer was 403")
