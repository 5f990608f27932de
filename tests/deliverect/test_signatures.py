"""Whatever the channel did not sign, as it was sent, is refused, and nothing of it is stored."""

import json
import random
from pathlib import Path

import aiohttp
import pytest

from appliance.deliverect.protocol import (
    ORDERS,
    PRODUCTS,
    REGISTER,
    SIGNATURE,
    STATUSES,
    signature,
)
from appliance.deliverect.simulated import PLACE, SECRET
from tests.deliverect.channel import TRIAL, Channel, serving
from tests.proof import count
from tests.running import running

PATHS = (ORDERS, PRODUCTS, REGISTER, STATUSES)
MUTATIONS = count(600, proof=10_000)


async def refused(channel: Channel, path: str, body: bytes, *signatures: str) -> None:
    """Over a connection that is kept: these are many."""
    headers = [("Content-Type", "application/json"), *((SIGNATURE, each) for each in signatures)]
    url = channel.kitchen.url + path
    async with channel.kitchen.http.post(url, data=body, headers=headers) as answer:
        assert answer.status == 401, (await answer.text(), body, signatures)


def mutated(chance: random.Random, value: bytes) -> bytes:
    """The same, but for a bit, a byte more or less, or two that changed places."""
    place = chance.randrange(len(value))
    match chance.randrange(4):
        case 0:
            other = value[place] ^ (1 << chance.randrange(8))
            return value[:place] + bytes([other]) + value[place + 1 :]
        case 1:
            return value[:place] + value[place + 1 :]
        case 2:
            return value[:place] + bytes([chance.randrange(256)]) + value[place:]
        case _:
            other = chance.randrange(len(value))
            swapped = bytearray(value)
            swapped[place], swapped[other] = swapped[other], swapped[place]
            return bytes(swapped)


@pytest.mark.parametrize("seed", range(4))
async def test_every_mutation_is_refused_and_nothing_is_stored(channel: Channel, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    before = channel.kitchen.log.head
    left = MUTATIONS // 4
    while left:
        order = channel.deliverect.make_order(chance.choice((1, 2)))
        body, path = json.dumps(order).encode(), chance.choice(PATHS)
        good = signature(SECRET, body)
        other, sent = body, good.encode()
        while (other, sent) == (body, good.encode()):
            if chance.random() < 0.5:
                other = mutated(chance, body)
            else:
                sent = mutated(chance, good.encode())
        shown = sent.decode("latin-1")
        if shown.strip() == good or not shown.isprintable() or not shown.isascii():
            continue  # No header can have it so, or it is the same one as HTTP has it.
        await refused(channel, path, other, shown)
        left -= 1
    assert channel.kitchen.log.head == before
    assert await channel.orders() == []
    assert (await channel.kitchen.call("GET", "/menu"))[1] == []


async def test_no_signature_or_two_are_refused(channel: Channel) -> None:
    body = json.dumps(channel.deliverect.make_order()).encode()
    good = signature(SECRET, body)
    for path in PATHS:
        await refused(channel, path, body)
        await refused(channel, path, body, "")
        await refused(channel, path, body, good, good)
        await refused(channel, path, body, good.upper())
        await refused(channel, path, body, signature(b"", body))
    assert channel.kitchen.log.head == 0 or await channel.orders() == []


async def test_what_is_wrong_with_it_is_looked_at_after_its_signature(channel: Channel) -> None:
    for body in (b"", b"{", b"[" * 100_000, b"\xff" * 1_000):
        for path in PATHS:
            await refused(channel, path, body, "0" * 64)


async def test_production_is_never_opened_by_what_a_message_says_itself(
    channel: Channel,
) -> None:
    """As staging is signed."""
    order = channel.deliverect.make_order(2)
    body = json.dumps(order).encode()
    for key in (PLACE.location, PLACE.channel_link, TRIAL.location, order["channelLink"]):
        await refused(channel, ORDERS, body, signature(key.encode(), body))


async def test_staging_opens_nothing_but_staging(channel: Channel) -> None:
    both = channel.deliverect.make_order(2, channelLink=TRIAL.location)
    body = json.dumps(both).encode()
    delivery = await channel.deliverect.send(ORDERS, body, secret=TRIAL.location.encode())
    assert delivery.status == 401  # Signed in its name, and for a location of production.
    products = json.dumps([{"plu": "a", "name": "A"}]).encode()
    for secret, status in ((TRIAL.location, 403), ("another", 401)):
        delivery = await channel.deliverect.send(PRODUCTS, products, secret=secret.encode())
        assert delivery.status == status
    assert await channel.orders() == []


async def test_wrong_signatures_are_counted(channel: Channel) -> None:
    for _ in range(3):
        await channel.deliverect.send(ORDERS, channel.deliverect.make_order(), signature="0")
    told = await channel.shows(lambda told: told["accounts"][0]["wrong_signatures"] == 3)
    assert len(told["accounts"]) == 2


async def test_an_account_whose_secret_is_missing_is_closed_and_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as channel:
        assert (await channel.deliverect.order()).status == 200
        text = channel.kitchen.current.place.text
    (tmp_path / "webhook.secret").unlink()  # `serving` would write it anew.
    async with running(tmp_path, text) as kitchen, aiohttp.ClientSession() as http:
        body = json.dumps({"orderId": "1", "items": []}).encode()
        headers = {SIGNATURE: signature(b"", body)}
        async with http.post(kitchen.url + ORDERS, data=body, headers=headers) as answer:
            assert answer.status == 503  # It may be the channel: 401 would be the end of it.
        account = kitchen.channels_now.accounts[0]
        why = "webhook_secret_file: No such file or directory; it is read at the start"
        assert (account.state, account.why) == ("secret", why)
        assert account.wrong_signatures == 0  # Nobody can say that it is.
