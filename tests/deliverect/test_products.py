"""What the channel sells: names and allergens on the menu, on tickets and for routing."""

from pathlib import Path
from typing import Any

import pytest

from appliance.deliverect.dinner import Place
from appliance.deliverect.postman import Delivery
from appliance.deliverect.protocol import PRODUCTS
from appliance.deliverect.simulated import CLIENTS
from appliance.kitchen.menu import MenuItem
from tests.deliverect.channel import Channel, configuration, serving
from tests.running import running

BURGER: dict[str, Any] = {
    "plu": "main-burger",
    "name": "Hamburger",
    "description": "100% beef",
    "productType": 1,
    "productTags": [5, 101, 104, 130],
    "imageUrl": "",
}
CHEESE: dict[str, Any] = {
    "plu": "cheddar",
    "name": "Cheddar",
    "productType": 2,
    "productTags": [106],
}


async def menu(channel: Channel) -> dict[str, Any]:
    _status, items = await channel.kitchen.call("GET", "/menu")
    return {item["plu"]: item for item in items}


async def allergens(channel: Channel) -> list[str]:
    found = (await menu(channel))["main-burger"]["allergens"]
    assert isinstance(found, list)
    return found


async def test_allergens_are_on_the_tickets_that_stand_and_that_come(channel: Channel) -> None:
    sub = {"plu": "cheddar", "name": "Cheddar", "quantity": 1, "subItems": []}
    line = {"plu": "main-burger", "name": "Hamburger", "quantity": 1, "subItems": [sub]}
    await channel.deliverect.order(items=[line])
    delivery = await channel.deliverect.products([BURGER, CHEESE])
    assert delivery.status == 200
    (ticket,) = await channel.kitchen.tickets("grill")
    (item,) = ticket["items"]
    assert item["allergens"] == ["Gluten", "Eggs", "Lentils"]
    assert [mod["allergens"] for mod in item["modifiers"]] == [["Milk"]]


async def test_what_the_channel_tells_no_more_goes_and_what_was_added_here_stays(
    channel: Channel,
) -> None:
    await channel.deliverect.products([BURGER])
    added = {"name": "Hamburger", "allergens": ["Gluten", "Eggs", "Lentils", "Sesame"]}
    more = {"category": "Mains", "prep_time_seconds": 480}
    status, _ = await channel.kitchen.call("PUT", "/menu/main-burger", json=added | more)
    assert status == 200
    await channel.deliverect.products([BURGER | {"productTags": [101], "name": "Burger"}])
    item = (await menu(channel))["main-burger"]
    assert item["allergens"] == ["Gluten", "Sesame"]
    assert (item["name"], item["category"], item["prep_time_seconds"]) == ("Burger", "Mains", 480)


async def test_no_word_of_allergens_is_no_word_that_there_are_none(channel: Channel) -> None:
    await channel.deliverect.products([BURGER])
    await channel.deliverect.products([BURGER | {"productTags": []}])
    assert await allergens(channel) == ["Gluten", "Eggs", "Lentils"]
    await channel.deliverect.products([BURGER | {"productTags": None}])
    assert await allergens(channel) == ["Gluten", "Eggs", "Lentils"]
    await channel.deliverect.products([BURGER | {"productTags": [1000]}])
    assert await allergens(channel) == []


async def test_an_allergen_that_is_not_known_is_told_all_the_same(channel: Channel) -> None:
    await channel.deliverect.products([BURGER | {"productTags": [101, 777]}])
    assert await allergens(channel) == ["Gluten", "Allergen 777"]


async def test_all_of_it_or_nothing(channel: Channel) -> None:
    wrong: list[dict[str, Any]] = [BURGER, {"plu": "a\x00b", "name": "Wrong"}]
    assert (await channel.deliverect.products(wrong)).status == 400
    assert (await channel.deliverect.send(PRODUCTS, b'{"plu": "a"}')).status == 400
    many = [{"plu": str(place), "name": "Dish"} for place in range(5_001)]
    assert (await channel.deliverect.products(many)).status == 400
    assert await menu(channel) == {}
    assert (await channel.deliverect.products(many[:5_000])).status == 200
    assert len(await menu(channel)) == 5_000


OTHER = Place("another-account", "another-location", "another-link")


@pytest.fixture
def two_of_one_secret(tmp_path: Path) -> str:
    """A second account of production, which signs as the first one does."""
    ((client, _secret),) = CLIENTS.items()
    return f"""
[[deliverect]]
id = "other"
account = "{OTHER.account}"
location = "{OTHER.location}"
webhook_secret_file = "{tmp_path}/webhook.secret"
client_id = "{client}"
client_secret_file = "{tmp_path}/client.secret"
"""


async def test_what_one_account_tells_takes_nothing_from_another(
    tmp_path: Path, two_of_one_secret: str
) -> None:
    async with serving(tmp_path, more=two_of_one_secret) as channel:

        async def push(account: str, *tags: int) -> Delivery:
            products = [BURGER | {"productTags": [*tags]}]
            return await channel.deliverect.send(f"{PRODUCTS}?account={account}", products)

        await push("main", 101, 104)
        await push("other", 104, 106)
        assert await allergens(channel) == ["Eggs", "Milk", "Gluten"]
        await push("main", 1000)
        assert await allergens(channel) == ["Eggs", "Milk"]
        await push("other", 1000)
        assert await allergens(channel) == []
        assert (await push("trial", 101)).status == 401
        assert (await push("nobody", 101)).status == 404
        assert await allergens(channel) == []


async def test_what_nobody_knows_whose_it_is_takes_nothing(
    tmp_path: Path, two_of_one_secret: str
) -> None:
    async with serving(tmp_path, more=two_of_one_secret) as channel:
        await channel.deliverect.products([BURGER | {"productTags": [101]}])
        await channel.deliverect.products([BURGER | {"productTags": [106]}])
        assert sorted(await allergens(channel)) == ["Gluten", "Milk"]
        await channel.deliverect.products([BURGER | {"productTags": [1000]}])
        assert sorted(await allergens(channel)) == ["Gluten", "Milk"]


async def test_a_product_that_cannot_be_read_takes_no_allergens_from_others(
    channel: Channel,
) -> None:
    odd = {"plu": "odd", "name": "Odd", "productTags": [106, None]}
    pushed: list[Any] = [odd, {"plu": {}, "name": "?"}, "soup", BURGER | {"productTags": [101]}]
    assert (await channel.deliverect.products(pushed)).status == 200
    assert await allergens(channel) == ["Gluten"]
    assert (await menu(channel))["odd"]["allergens"] == ["Milk"]
    told = await channel.shows(lambda told: told["accounts"][0]["turned_away"] == 1)
    assert told["accounts"][0]["turned_away_why"].startswith(
        "of the products: Expected `int | float"
    )


async def test_what_the_file_has_stays_as_it_is(channel: Channel) -> None:
    directory, deliverect = channel.kitchen.directory / "other", channel.deliverect
    directory.mkdir()
    of_file = MenuItem("main-burger", "Burger", allergens=("Everything",), source="file")
    text = configuration(directory, deliverect.url)
    async with running(directory, text, menu=(of_file,)) as kitchen:
        deliverect.to = kitchen.url
        assert (await deliverect.products([BURGER, CHEESE])).status == 200
        there = await menu(Channel(kitchen, deliverect))
    assert there["main-burger"]["allergens"] == ["Everything"]
    assert there["cheddar"]["allergens"] == ["Milk"]
