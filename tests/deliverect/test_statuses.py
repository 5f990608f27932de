"""What the channel is told of its orders: by its API, while the kitchen works."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.channels import sender
from appliance.deliverect import channel as room
from appliance.deliverect import platform
from appliance.deliverect.failing_server import Outage
from appliance.deliverect.protocol import ORDERS
from appliance.deliverect.simulated import CLIENTS, SimulatedDeliverect
from tests.deliverect.channel import TRIAL, Channel, again, serving

STEAK_AND_FRIES = {
    "items": [
        {"plu": "main-steak", "name": "Ribeye Steak", "quantity": 1, "subItems": []},
        {"plu": "side-fries", "name": "French Fries", "quantity": 2, "subItems": []},
    ]
}


async def placed(channel: Channel, **other: Any) -> str:
    delivery = await channel.deliverect.order(**(STEAK_AND_FRIES | other))
    assert delivery.delivered, delivery
    return delivery.order_id


async def test_each_status_is_told_as_the_kitchen_comes_to_it(channel: Channel) -> None:
    order = await placed(channel)
    await channel.told(order, 20)
    await channel.act(order, "grill", "start")
    await channel.told(order, 20, 50)
    await channel.act(order, "grill", "ready")
    await channel.act(order, "fry", "start", "ready")
    await channel.told(order, 20, 50, 60)
    await channel.act(order, "pass", "bump")
    await channel.told(order, 20, 50, 60, 70)
    await channel.collect(order)
    await channel.told(order, 20, 50, 60, 70, 80)
    assert not channel.deliverect.violations


async def test_an_account_that_wants_no_word_of_acceptance(tmp_path: Path) -> None:
    async with serving(tmp_path, more="send_accepted = false") as channel:
        order = await placed(channel)
        await channel.act(order, "grill", "start")
        await channel.told(order, 50)


async def test_one_token_does_for_all_and_is_fetched_anew_before_it_ends(
    channel: Channel,
) -> None:
    channel.deliverect.token_seconds = 1.0  # Good for half of that.
    first = await placed(channel)
    await channel.told(first, 20)
    assert channel.deliverect.token_fetches == 1
    orders = [await placed(channel) for _ in range(5)]
    for order in orders:
        await channel.told(order, 20)
    assert channel.deliverect.unauthorized == 0


async def test_a_token_that_was_revoked_is_fetched_once_more(channel: Channel) -> None:
    order = await placed(channel)
    await channel.told(order, 20)
    channel.deliverect.revoke_tokens()
    await channel.act(order, "grill", "start")
    await channel.told(order, 20, 50)
    assert channel.deliverect.token_fetches == 2


async def test_credentials_that_are_not_taken_are_told_and_tried_again(
    channel: Channel,
) -> None:
    secrets = dict(channel.deliverect.clients)
    channel.deliverect.clients = dict.fromkeys(secrets, "another one")
    order = await placed(channel)
    told = await channel.shows(lambda told: told["accounts"][0]["queue"] == 1)
    told = await channel.shows(lambda told: told["accounts"][0]["state"] == "refused")
    assert told["accounts"][0]["why"] == "it gives no access token: 401"
    channel.deliverect.clients = dict(secrets)
    await channel.told(order, 20)
    await channel.shows(lambda told: told["accounts"][0]["state"] == "ready")


@pytest.mark.parametrize("outage", ["refused", "503", "500"])
async def test_after_an_outage_all_of_it_is_told_in_order(channel: Channel, outage: Outage) -> None:
    known = await placed(channel)
    await channel.told(known, 20)
    await channel.deliverect.fail(outage)
    await channel.act(known, "grill", "start", "ready")
    await channel.act(known, "fry", "start", "ready")
    other = await placed(channel)
    await channel.act(known, "pass", "bump")
    await channel.shows(lambda told: told["accounts"][0]["queue"] == 2)
    await channel.shows(lambda told: told["accounts"][0]["state"] == "away")
    await channel.deliverect.mend()
    await channel.told(known, 20, 50, 60, 70)
    await channel.told(other, 20)
    assert not channel.deliverect.violations
    await channel.shows(lambda told: told["accounts"][0]["queue"] == 0)
    await channel.shows(lambda told: told["accounts"][0]["state"] == "ready")


@pytest.mark.parametrize("is_a_date", [False, True])
async def test_retry_after_is_honoured(channel: Channel, *, is_a_date: bool) -> None:
    order = await placed(channel)
    await channel.told(order, 20)
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    channel.deliverect.retry_after = until if is_a_date else 3
    await channel.deliverect.fail("503")
    await channel.act(order, "grill", "start")
    await channel.shows(lambda told: told["accounts"][0]["state"] == "away")
    began = time.monotonic()
    await channel.deliverect.mend()
    await channel.told(order, 20, 50)
    assert time.monotonic() - began > 1.0  # By itself it would have tried after that.


async def test_retry_after_is_honoured_by_what_is_on_its_way(channel: Channel) -> None:
    orders = [await placed(channel) for _ in range(12)]
    for order in orders:
        await channel.told(order, 20)
    channel.deliverect.retry_after = 3_000
    await channel.deliverect.fail("503")
    await asyncio.gather(*(channel.act(order, "grill", "start") for order in orders))
    await channel.shows(lambda told: told["accounts"][0]["state"] == "away")
    await channel.shows(lambda told: told["accounts"][0]["queue"] == len(orders))
    # Those that were sent before its first answer came.
    assert channel.deliverect.turned_away <= 2


async def test_one_order_that_it_does_not_let_us_tell_of_is_no_matter_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "TAKES_OTHERS_SECONDS", 60)
    async with serving(tmp_path) as channel:
        denied, broken = await placed(channel), await placed(channel)
        for order in (denied, broken):
            await channel.told(order, 20)
        channel.deliverect.refuse(denied, 401)
        channel.deliverect.refuse(broken, 500)
        fetches = channel.deliverect.token_fetches
        for order in (denied, broken):
            await channel.act(order, "grill", "start")
        for _ in range(5):
            await channel.told(await placed(channel), 20)
        await channel.shows(lambda told: told["accounts"][0]["queue"] == 2)
        await channel.shows(lambda told: told["accounts"][0]["state"] == "ready")
        assert channel.deliverect.token_fetches == fetches + 1
        for order in (denied, broken):
            channel.deliverect.refuse(order, None)
            await channel.told(order, 20, 50)


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_what_is_refused_for_good_is_recorded_and_not_tried_again(
    channel: Channel, status: int
) -> None:
    order = await placed(channel)
    await channel.told(order, 20)
    channel.deliverect.refuse(order, status)
    await channel.act(order, "grill", "start")
    told = await channel.shows(lambda told: told["accounts"][0]["refused"] == 1)
    assert told["accounts"][0]["refused_why"] == f"its answer was {status}"
    assert told["accounts"][0]["queue"] == 0
    channel.deliverect.refuse(order, None)
    await channel.act(order, "grill", "ready")
    await channel.act(order, "fry", "start", "ready")
    await channel.told(order, 20, 60)


async def test_a_restart_knows_what_was_taken_and_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as channel:
        order = await placed(channel)
        await channel.told(order, 20)
        channel.deliverect.refuse(order, 409)
        await channel.act(order, "grill", "start")
        before = await channel.shows(lambda told: told["accounts"][0]["refused"] == 1)
    async with serving(tmp_path) as channel:
        after = await channel.shows(lambda told: told["accounts"][0]["refused"] == 1)
    for known in ("last_status_at", "refused_why", "last_order_at"):
        assert after["accounts"][0][known] == before["accounts"][0][known]


async def test_after_a_cancellation_nothing_more_is_told(channel: Channel) -> None:
    order, other = await placed(channel), await placed(channel)
    await channel.told(order, 20)
    assert (await channel.deliverect.cancel(order)).delivered
    await channel.act(order, "pass", "bump")
    await channel.act(other, "grill", "start")
    await channel.told(other, 20, 50)
    assert channel.deliverect.history[order] == [20]
    assert not channel.deliverect.violations


async def test_what_waits_for_its_turn_is_not_told_after_a_cancellation(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = channel.deliverect.history
    orders = [await placed(channel) for _ in range(12)]
    for order in orders:
        await channel.told(order, 20)
    await channel.deliverect.fail("503")
    for order in orders:
        await channel.act(order, "grill", "start")
    await channel.shows(lambda told: told["accounts"][0]["queue"] == len(orders))
    monkeypatch.setattr(platform, "PER_SECOND", 3)
    await channel.deliverect.mend()
    await channel.deliverect.until(lambda: any(history[each] == [20, 50] for each in orders))
    waiting = [each for each in orders if history[each] == [20]]
    assert len(waiting) > 6
    for order in waiting:
        assert (await channel.deliverect.cancel(order)).delivered
    await channel.told(await placed(channel), 20)  # Which comes after all of them.
    assert not channel.deliverect.violations


async def test_what_was_not_told_before_a_restart_is_told_after_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as channel:
        order = await placed(channel)
        await channel.told(order, 20)
        await channel.deliverect.fail("refused")
        await channel.act(order, "grill", "start")
        await channel.shows(lambda told: told["accounts"][0]["queue"] == 1)
        gone = channel.deliverect  # It never comes back: what waits for it is told to another.
    async with serving(tmp_path) as channel:
        channel.deliverect.know(order)
        await channel.told(order, 50)
    assert gone.history[order] == [20]


async def test_where_nothing_is_known_any_more_live_orders_are_told_from_the_beginning(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as channel:
        order = await placed(channel)
        gone = await placed(channel)
        await channel.act(order, "grill", "start")
        await channel.act(gone, "pass", "bump")
        await channel.told(order, 20, 50)
        await channel.told(gone, 20, 50, 60, 70)
    for file in tmp_path.glob("channels.sqlite*"):
        file.write_bytes(b"this is no database" * 1_000)
    async with serving(tmp_path) as channel:
        channel.deliverect.know(order)
        channel.deliverect.know(gone)
        await channel.told(order, 20, 50)
        assert channel.deliverect.history[gone] == []
    assert (tmp_path / "channels.sqlite.damaged").exists()


async def test_an_account_away_holds_up_no_other(tmp_path: Path) -> None:
    trial = SimulatedDeliverect("", place=TRIAL, secret=TRIAL.location.encode())
    async with trial as away, SimulatedDeliverect("") as deliverect:
        await away.fail("silent")
        async with again(tmp_path, deliverect, trial_api=away.url) as channel:
            away.to = channel.kitchen.url
            kept_waiting = await away.order()
            assert kept_waiting.delivered
            order = await placed(channel)
            await channel.told(order, 20)
            assert away.history[kept_waiting.order_id] == []
            told = await channel.shows(lambda told: told["accounts"][0]["state"] == "ready")
            assert [each["queue"] for each in told["accounts"]] == [0, 1]


async def test_whoever_changes_it_the_channel_is_told(channel: Channel) -> None:
    order = await placed(channel)
    line = {"name": "Ribeye Steak", "qty": 1, "mods": []}
    assert await channel.kitchen.order("update-order", id=order, items=[line]) == order.encode()
    await channel.act(order, "grill", "start", "ready")
    await channel.told(order, 20, 50, 60)


async def test_the_shared_rate_is_kept(channel: Channel) -> None:
    orders = [await placed(channel) for _ in range(120)]
    for order in orders:
        await channel.told(order, 20)
    assert channel.deliverect.limited == 0


async def test_more_orders_at_once_than_are_remembered_as_tried(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "MOST_TRIED", 2)
    await channel.deliverect.fail("503")
    orders = [await placed(channel) for _ in range(8)]
    await channel.shows(lambda told: told["accounts"][0]["queue"] == len(orders))
    await channel.deliverect.mend()
    for order in orders:
        await channel.told(order, 20)


async def test_credentials_that_are_not_taken_are_told_before_an_order_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PREPARE_AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(platform, "LONGEST_PAUSE", 0.1)
    async with (
        SimulatedDeliverect("", clients={}) as deliverect,
        again(tmp_path, deliverect) as channel,
    ):
        told = await channel.shows(lambda told: told["accounts"][0]["state"] == "refused")
        assert told["accounts"][0]["why"] == "it gives no access token: 401"
        deliverect.clients = dict(CLIENTS)
        await channel.shows(lambda told: told["accounts"][0]["state"] == "waiting")


async def test_a_restart_knows_when_the_newest_order_came(tmp_path: Path) -> None:
    async with serving(tmp_path) as channel:
        body = channel.deliverect.make_order(1, **STEAK_AND_FRIES)
        assert (await channel.deliverect.send(ORDERS, body)).delivered
        order = body["orderId"]
        await channel.told(order, 20)
        told = await channel.shows(lambda told: told["accounts"][0]["last_order_at"] is not None)
        came = told["accounts"][0]["last_order_at"]
        await channel.act(order, "grill", "start")
        await channel.told(order, 20, 50)
        assert (await channel.deliverect.send(ORDERS, body)).delivered  # That is no new one.
        told = await channel.shows(lambda told: told["accounts"][0]["queue"] == 0)
        assert told["accounts"][0]["last_order_at"] == came
    async with serving(tmp_path) as channel:
        told = await channel.shows(lambda told: told["accounts"][0]["last_order_at"] is not None)
        assert told["accounts"][0]["last_order_at"] == came
