"""The menu over HTTP, and what tickets show of it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from appliance.kitchen.menu import MenuItem
from tests.api.asking import Answer, ask
from tests.api.listening import Heard, listening
from tests.running import RunningAppliance, running

MENU = "/api/v1/kds/menu"
JSON = {"Content-Type": "application/json"}
BURGER = {"name": "Hamburger", "allergens": ["gluten"], "prep_time_seconds": 60}
WHOLE = {
    "plu": "B-1",
    "name": "Hamburger",
    "category": "Mains",
    "allergens": ["gluten", "milk"],
    "components": [{"name": "patty", "count": 2}, {"name": "bun", "count": 0.5}],
    "prep_time_seconds": 60,
}


async def send(
    appliance: RunningAppliance, method: str, path: str, body: Any = None, role: str = "manager"
) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    return await ask(appliance, method, MENU + path, role=role, data=data, headers=JSON)


async def plus(appliance: RunningAppliance) -> list[str]:
    return [each["plu"] for each in (await send(appliance, "GET", "", role="chef")).body]


async def test_what_is_there_twice_is_refused_whole(appliance: RunningAppliance) -> None:
    items = [WHOLE, {"plu": "B-2", "name": "Other"}, WHOLE | {"allergens": []}]
    answer = await send(appliance, "POST", "/bulk", {"items": items})
    assert (answer.status, answer.body["details"]) == (400, {"field": "items[2].plu"})
    assert await plus(appliance) == []


async def test_an_item_is_listed_as_it_was_made_also_after_a_restart(tmp_path: Path) -> None:
    body = {key: value for key, value in WHOLE.items() if key != "plu"}
    async with running(tmp_path) as appliance:
        made = await send(appliance, "PUT", "/B-1", body)
        assert (made.status, made.body) == (200, {**WHOLE, "source": "api"})
    async with running(tmp_path) as appliance:
        assert (await send(appliance, "GET", "")).body == [{**WHOLE, "source": "api"}]
        removed = await send(appliance, "DELETE", "/B-1")
        assert (removed.status, removed.body) == (204, "")
        assert await plus(appliance) == []
        assert (await send(appliance, "DELETE", "/B-1")).status == 404


async def test_many_items_are_made_at_once_or_none(appliance: RunningAppliance) -> None:
    await send(appliance, "PUT", "/T-1", {"name": "Tea"})
    items = [WHOLE, {"plu": "C-1", "name": "Cola"}]
    made = await send(appliance, "POST", "/bulk", {"items": items})
    assert (made.status, made.body) == (201, {"count": 2})
    assert await plus(appliance) == ["T-1", "B-1", "C-1"]
    wrong = [{"plu": "D-1", "name": "Dip"}, {"plu": "E-1", "name": ""}]
    refused = await send(appliance, "POST", "/bulk", {"items": wrong, "replace": True})
    assert (refused.status, refused.body["details"]["field"]) == (400, "items[1].name")
    assert await plus(appliance) == ["T-1", "B-1", "C-1"]
    await send(appliance, "POST", "/bulk", {"items": items[1:], "replace": True})
    assert await plus(appliance) == ["C-1"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        (BURGER | {"allergens": "gluten"}, "allergens"),
        (BURGER | {"allergens": [""]}, "allergens"),
        (BURGER | {"prep_time_seconds": -1}, "prep_time_seconds"),
        (BURGER | {"components": [{"name": "bun", "count": 0}]}, "components"),
        (BURGER | {"price": 3}, "price"),
    ],
)
async def test_what_is_wrong_is_named(
    appliance: RunningAppliance, body: dict[str, Any], field: str
) -> None:
    answer = await send(appliance, "PUT", "/B-1", body)
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert field in answer.body["details"]["field"]
    too_long = await send(appliance, "PUT", "/" + "9" * 201, BURGER)
    assert (too_long.status, too_long.body["details"]["field"]) == (400, "plu")


@pytest.mark.parametrize("text", ["\0", "a\0b", "a\nb", " ", "\t", "\x85"])
async def test_what_nobody_could_read_is_not_on_a_menu(
    appliance: RunningAppliance, text: str
) -> None:
    answer = await send(appliance, "PUT", f"/{quote(text)}", BURGER)
    assert (answer.status, answer.body["details"]["field"]) == (400, "plu")
    for key, value, field in (
        ("plu", text, "plu"),
        ("name", text, "name"),
        ("category", text, "category"),
        ("allergens", ["milk", text], "allergens[1]"),
        ("components", [{"name": text}], "components[0].name"),
    ):
        body = {"items": [WHOLE, WHOLE | {"plu": "B-2", key: value}]}
        answer = await send(appliance, "POST", "/bulk", body)
        assert (answer.status, answer.body["details"]["field"]) == (400, f"items[1].{field}")
    assert await plus(appliance) == []


async def test_everybody_reads_and_managers_write(appliance: RunningAppliance) -> None:
    for role in ("chef", "pos_staff", "server"):
        assert (await send(appliance, "GET", "", role=role)).status == 200
    for method, path, body in (
        ("PUT", "/B-1", BURGER),
        ("POST", "/bulk", {"items": [WHOLE]}),
        ("DELETE", "/B-1", None),
    ):
        assert (await send(appliance, method, path, body, role="chef")).status == 403


async def test_items_of_the_file_stay(tmp_path: Path) -> None:
    of_file = MenuItem("B-1", "Hamburger", allergens=("gluten",), source="file")
    async with running(tmp_path, menu=(of_file,)) as appliance:
        await send(appliance, "PUT", "/T-1", {"name": "Tea"})
        for method, path, body in (
            ("PUT", "/B-1", BURGER),
            ("POST", "/bulk", {"items": [WHOLE]}),
            ("DELETE", "/B-1", None),
        ):
            answer = await send(appliance, method, path, body)
            assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
        listed = (await send(appliance, "GET", "")).body
        assert [(each["plu"], each["source"]) for each in listed] == [
            ("B-1", "file"),
            ("T-1", "api"),
        ]


def allergens(ticket: dict[str, Any]) -> list[Any]:
    """Of each item and of its modifiers."""
    return [
        (item["allergens"], [mod["allergens"] for mod in item["modifiers"]])
        for item in ticket["items"]
    ]


async def test_tickets_that_stand_show_the_allergens_as_they_are_known_now(
    appliance: RunningAppliance,
) -> None:
    burger = {"lineId": "1", "id": "B-1", "name": "Hamburger", "mods": ["Cheddar", "Onion"]}
    await appliance.order(id="7", items=[burger])
    (ticket,) = await appliance.tickets("grill")
    assert allergens(ticket) == [([], [[], []])]
    cheddar = {"plu": "C-1", "name": "cheddar", "allergens": ["milk"]}
    await send(appliance, "POST", "/bulk", {"items": [WHOLE, cheddar]})
    (ticket,) = await appliance.tickets("grill")
    assert allergens(ticket) == [(["gluten", "milk"], [["milk"], []])]
    await send(appliance, "PUT", "/B-1", BURGER)
    (ticket,) = await appliance.tickets("grill")
    assert allergens(ticket) == [(["gluten"], [["milk"], []])]


async def test_tickets_show_the_components_of_the_menu_where_none_were_sent(
    at_once: RunningAppliance,
) -> None:
    cup = {"plu": "S-1", "name": "sauce", "components": [{"name": "cup"}]}
    fries = {"plu": "F-1", "name": "side fries", "components": [{"name": "potato", "count": 3}]}
    sent = {"lineId": "1", "id": "B-1", "name": "Hamburger", "mods": ["Sauce", "Side Fries"]}
    own = {"lineId": "2", "id": "B-1", "name": "Hamburger", "components": [{"name": "leaf"}]}
    await at_once.order(id="7", items=[sent, own])
    await send(at_once, "POST", "/bulk", {"items": [WHOLE, cup, fries]})
    (ticket,) = await at_once.tickets("grill")
    potatoes = {"components": [{"name": "potato", "count": 3}]}
    first, second = (ticket["metadata"]["items"][line] for line in "12")
    assert first == {
        "components": WHOLE["components"],
        "mods": [{"components": [{"name": "cup", "count": 1}]}, potatoes],
    }
    assert second == {"components": [{"name": "leaf", "count": 1}]}
    (ticket,) = await at_once.tickets("fry")
    assert ticket["metadata"]["items"]["1"] == {"mods": [potatoes]}
    await send(at_once, "DELETE", "/B-1")
    (ticket,) = await at_once.tickets("grill")
    assert "components" not in ticket["metadata"]["items"]["1"]


def is_about_the_menu(heard: Heard) -> bool:
    return heard.type == "kds.menu"


async def test_listeners_hear_that_the_menu_has_changed(appliance: RunningAppliance) -> None:
    await appliance.order(id="7", items=[{"lineId": "1", "name": "Hamburger"}])
    async with listening(appliance, "?station_id=grill") as listener:
        await listener.snapshot()
        for method, body, shown in (("PUT", BURGER, ["gluten"]), ("DELETE", None, [])):
            await send(appliance, method, "/B-1", body)
            heard = (await listener.until(is_about_the_menu))[-1]
            assert heard.body["seq"] == appliance.log.head
            async with listening(appliance, "?station_id=grill") as again:
                (ticket,) = (await again.snapshot()).body["payload"]["tickets"]
                assert ticket["items"][0]["allergens"] == shown


async def test_a_station_that_makes_a_modifier_alone_gets_that_alone(
    at_once: RunningAppliance,
) -> None:
    fries = {"name": "Side Fries", "qty": 2, "components": [{"name": "potato", "count": 3}]}
    burger = {
        "lineId": "1",
        "name": "Hamburger",
        "qty": 2,
        "mods": ["Cheddar", fries],
        "components": [{"name": "patty"}],
        "specialInstructions": "no salt",
    }
    await at_once.order(id="7", items=[burger])
    (ticket,) = await at_once.tickets("fry")
    (item,) = ticket["items"]
    assert item["only_modifiers"] is True
    assert (item["name"], item["quantity"]) == ("Hamburger", 2)
    assert [(mod["name"], mod["quantity"]) for mod in item["modifiers"]] == [("Side Fries", 2)]
    assert item["special_instructions"] == "no salt"
    potato = [{"name": "potato", "count": 3}]
    assert ticket["metadata"]["items"]["1"] == {"mods": [{"components": potato}]}
    for station in ("grill", "pass"):
        ((item,),) = [each["items"] for each in await at_once.tickets(station)]
        assert item["only_modifiers"] is False
        assert [mod["name"] for mod in item["modifiers"]] == ["Cheddar", "Side Fries"]


async def test_what_no_rule_takes_says_so_and_is_in_the_status(
    appliance: RunningAppliance,
) -> None:
    items = [{"lineId": "1", "name": "Soup"}, {"lineId": "2", "name": "Hamburger"}]
    await appliance.order(id="7", items=items)
    await appliance.order(id="8", items=[{"lineId": "1", "name": "Cake"}])
    tickets = await appliance.tickets("grill")
    shown = [[item["unrouted"] for item in ticket["items"]] for ticket in tickets]
    assert shown == [[True, False], [True]]
    status = (await ask(appliance, "GET", "/api/v1/kds/status")).body["routing"]
    assert status["unrouted"] == 2
    assert [(each["name"], each["count"]) for each in status["names"]] == [("Cake", 1), ("Soup", 1)]
    assert status["names"][0]["last_at"] == tickets[1]["created_at"]
