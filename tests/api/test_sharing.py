"""Twins and backups over HTTP: how they are made, what tickets, tests and the status say."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.asking import Answer, ask
from tests.running import AT_ONCE, RunningAppliance, running

API = "/api/v1/kds"
JSON = {"Content-Type": "application/json"}
TWIN = {"id": "grill-2", "name": "Grill 2", "twin_of": "grill", "display_order": 1}
WOK = {"id": "wok", "name": "Wok", "backup": "fry", "overflow_after_seconds": 600}
TO_WOK = {"station_id": "wok", "name": ["*wok*"], "prep_time_seconds": 601}


async def send(
    appliance: RunningAppliance, method: str, path: str, body: Any, role: str = "manager"
) -> Answer:
    data = json.dumps(body).encode()
    return await ask(appliance, method, API + path, role=role, data=data, headers=JSON)


async def on_boards(appliance: RunningAppliance, *stations: str) -> list[list[str]]:
    return [[each["order_id"] for each in await appliance.tickets(each)] for each in stations]


async def test_a_twin_that_is_made_gets_its_share(appliance: RunningAppliance) -> None:
    made = await send(appliance, "POST", "/stations", TWIN)
    assert made.status == 201
    assert {key: made.body[key] for key in ("twin_of", "backup", "overflow_after_seconds")} == {
        "twin_of": "grill",
        "backup": None,
        "overflow_after_seconds": None,
    }
    for order_id in ("1", "2", "3"):
        await appliance.order(id=order_id, items=[{"name": "Hamburger"}])
    assert await on_boards(appliance, "grill", "grill-2") == [["1", "3"], ["2"]]
    (ticket,) = await appliance.tickets("grill-2")
    assert "overflowFrom" not in ticket["metadata"]


async def test_a_station_that_is_behind_has_its_backup_take_over_and_says_so(
    appliance: RunningAppliance,
) -> None:
    made = await send(appliance, "POST", "/stations", WOK)
    assert (made.body["backup"], made.body["overflow_after_seconds"]) == ("fry", 600)
    await send(appliance, "POST", "/routing", TO_WOK)
    assert await status(appliance) == []
    for order_id in ("1", "2"):
        await appliance.order(id=order_id, items=[{"name": "Wok"}, {"name": "Fries"}])
    assert await on_boards(appliance, "wok", "fry") == [["1"], ["1", "2"]]
    assert [each["metadata"].get("overflowFrom") for each in await appliance.tickets("fry")] == [
        None,
        ["wok"],
    ]
    assert await status(appliance) == [{"station_id": "wok", "backup": "fry"}]
    await appliance.call("POST", "/stations/wok/orders/1/ticket/bump")
    assert await status(appliance) == []
    await appliance.order(id="3", items=[{"name": "Wok"}])
    assert await on_boards(appliance, "wok") == [["3"]]


async def status(appliance: RunningAppliance) -> Any:
    """Which stations overflow now."""
    code, body = await appliance.call("GET", "/status")
    assert code == 200
    return body["routing"]["overflows"]


async def test_a_mark_goes_with_what_it_is_about(appliance: RunningAppliance) -> None:
    await send(appliance, "POST", "/stations", WOK | {"is_active": False})
    await send(appliance, "POST", "/routing", TO_WOK)
    items = [{"lineId": "1", "name": "Wok"}, {"lineId": "2", "name": "Fries"}]
    await appliance.order(id="1", items=items)
    (ticket,) = await appliance.tickets("fry")
    assert ticket["metadata"]["overflowFrom"] == ["wok"]
    await appliance.order("update-order", id="1", items=items[1:])
    (ticket,) = await appliance.tickets("fry")
    assert [item["change"] for item in ticket["items"]] == ["deleted", None]
    assert "overflowFrom" not in ticket["metadata"]
    await appliance.order(id="2", items=items[:1])
    await send(appliance, "PUT", "/stations/wok", {"name": "Wok"})
    path = "/stations/fry/orders/2/ticket/move"
    assert (await send(appliance, "POST", path, {"station_id": "wok"})).status == 200
    (ticket,) = await appliance.tickets("wok")
    assert "overflowFrom" not in ticket["metadata"]


async def test_a_test_says_who_shares_and_who_takes_over(appliance: RunningAppliance) -> None:
    await send(appliance, "POST", "/stations", TWIN)
    await send(appliance, "POST", "/stations", WOK)
    await send(appliance, "POST", "/routing", TO_WOK)
    order = {"items": [{"name": "Hamburger"}, {"name": "Wok"}]}
    burger, wok = (await send(appliance, "POST", "/routing/test", order, role="chef")).body
    shared = [
        (stop["station_id"], stop["sharing"], stop["overflow"])
        for each in (burger, wok)
        for stop in each["stations"]
    ]
    assert shared == [
        ("grill", ["grill", "grill-2"], None),
        ("pass", [], None),
        ("wok", [], "fry"),
        ("pass", [], None),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"twin_of": "nowhere"}, "twin_of"),
        ({"twin_of": "pass"}, "twin_of"),
        ({"backup": "nowhere"}, "backup"),
        ({"backup": "new"}, "backup"),
        ({"overflow_after_seconds": 60}, "overflow_after_seconds"),
        ({"backup": "fry", "overflow_after_seconds": -1}, "overflow_after_seconds"),
        ({"backup": "fry", "overflow_after_seconds": 0}, "overflow_after_seconds"),
    ],
)
async def test_what_is_wrong_is_named(
    appliance: RunningAppliance, body: dict[str, Any], field: str
) -> None:
    answer = await send(appliance, "POST", "/stations", {"id": "new", "name": "New"} | body)
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert answer.body["details"]["field"] == field
    code, _body = await appliance.call("GET", "/stations/new")
    assert code == 404


async def test_a_file_declares_them_too(tmp_path: Path) -> None:
    twin = '[[station]]\nid = "grill-2"\nname = "Grill 2"\ntwin_of = "grill"\n'
    text = AT_ONCE.replace(
        'type = "fry"\n', 'type = "fry"\nbackup = "cold"\noverflow_after = "4m"\n', 1
    )
    async with running(tmp_path, text + twin) as appliance:
        _code, fry = await appliance.call("GET", "/stations/fry")
        assert (fry["backup"], fry["overflow_after_seconds"]) == ("cold", 240)
        for order_id in ("1", "2", "3"):
            await appliance.order(id=order_id, items=[{"name": "Hamburger"}, {"name": "Fries"}])
        boards = await on_boards(appliance, "grill", "grill-2", "fry", "cold")
        assert boards == [["2"], ["1", "3"], ["1", "2"], ["3"]]
