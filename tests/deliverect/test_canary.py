"""No secret, no token and no guest's number is in what the channel logs, keeps or tells."""

import logging
from pathlib import Path

import pytest

from appliance.deliverect.protocol import ORDERS, STATUSES
from appliance.deliverect.simulated import CLIENTS, SECRET
from tests.deliverect.channel import Channel, serving

NUMBER = "+31600424242"
GUEST = {
    "customer": {"name": "Canary Guest", "phoneNumber": NUMBER, "note": "canary note"},
    "deliveryAddress": {"street": "Canary Street", "city": "Canary Town"},
    "note": "canary wish",
}


async def an_evening_that_goes_wrong(channel: Channel) -> frozenset[str]:
    """The tokens that were given."""
    deliverect = channel.deliverect
    order = (await deliverect.order(2, **GUEST)).order_id
    await channel.told(order, 20)
    # What is refused says so: with an order of a guest in it, and with a signature.
    for body in (b"{" + NUMBER.encode(), b'{"note": "' + NUMBER.encode(), b'["' + SECRET + b'"]'):
        assert (await deliverect.send(ORDERS, body)).status == 400
        assert (await deliverect.send(STATUSES, body, signature=SECRET.decode())).status == 401
    wrong = {"orderId": "1", "items": NUMBER}
    assert (await deliverect.send(ORDERS, wrong)).status == 400
    deliverect.refuse(order, 422)
    await channel.act(order, "grill", "start")
    await channel.shows(lambda told: told["accounts"][0]["refused"] == 1)
    tokens = deliverect.tokens
    deliverect.revoke_tokens()
    deliverect.clients = dict.fromkeys(CLIENTS, "another secret")
    other = (await deliverect.order(1, customerName=NUMBER)).order_id
    await channel.shows(lambda told: told["accounts"][0]["state"] == "refused")
    await deliverect.cancel(other)
    await deliverect.fail("500")
    return tokens


async def test_none_of_it_is_in_a_log_or_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(tmp_path) as channel:
        tokens = await an_evening_that_goes_wrong(channel)
        _status, told = await channel.kitchen.call("GET", "/health")
        _status, channels = await channel.kitchen.call("GET", "/channels")
    assert tokens
    out, err = capfd.readouterr()
    shown = "\n".join((out, err, caplog.text, str(told), str(channels)))
    for secret in (*CLIENTS.values(), SECRET.decode(), *tokens):
        assert secret not in shown
    for personal in (NUMBER, "Canary", "canary"):
        assert personal not in shown


async def test_none_of_it_is_kept_by_the_channel(tmp_path: Path) -> None:
    async with serving(tmp_path) as channel:
        tokens = await an_evening_that_goes_wrong(channel)
        files = [*tmp_path.glob("channels.sqlite*")]
        kept = b"".join(file.read_bytes() for file in files)
    assert len(kept) > 1_000
    for secret in (*CLIENTS.values(), SECRET.decode(), *tokens, NUMBER, "Canary", "canary"):
        assert secret.encode() not in kept
