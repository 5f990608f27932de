"""Orders over HTTP: what the commands of the LAN protocol do, with the same payloads."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from appliance import config
from tests.api.asking import Answer, ask
from tests.running import RunningAppliance, running

DATA = Path(__file__).parent.parent / "data"
ORDERS = "/api/v1/kds/orders"
JSON = {"Content-Type": "application/json"}
BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}
RINGS = {"lineId": "2", "name": "Onion Rings", "qty": 1, "mods": []}


async def send(
    appliance: RunningAppliance, method: str, path: str, body: Any = None, role: str = "pos_staff"
) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    return await ask(appliance, method, path, role=role, data=data, headers=JSON)


def shown(answer: Answer) -> dict[str, list[tuple[str, str | None]]]:
    """The lines on each station's ticket, and their marks."""
    return {
        ticket["station_id"]: [(item["name"], item["change"]) for item in ticket["items"]]
        for ticket in answer.body["tickets"]
    }


async def test_an_order_is_taken_changed_and_taken_back(appliance: RunningAppliance) -> None:
    created = await send(appliance, "POST", ORDERS, {"id": "7", "items": [BURGER, RINGS]})
    assert created.status == 201
    assert created.body["order_id"] == "7"
    assert list(shown(created)) == ["grill", "fry", "pass"]
    updated = await send(appliance, "PUT", f"{ORDERS}/7", {"items": [BURGER | {"qty": 2}]})
    assert updated.status == 200
    assert shown(updated)["grill"] == [("Hamburger", "edited")]
    assert shown(updated)["fry"] == [("Onion Rings", "deleted")]
    change = {"itemsToAdd": [{"lineId": "3", "name": "House Salad"}], "priority": True}
    amended = await send(appliance, "PATCH", f"{ORDERS}/7", change)
    assert shown(amended)["cold"] == [("House Salad", "added")]
    assert {ticket["priority"] for ticket in amended.body["tickets"]} >= {"high"}
    cancelled = await send(appliance, "DELETE", f"{ORDERS}/7")
    assert cancelled.status == 200
    assert {ticket["status"] for ticket in cancelled.body["tickets"]} == {"voided"}
    # What it answers is what is listed.
    assert await appliance.tickets("cold") == [
        ticket for ticket in cancelled.body["tickets"] if ticket["station_id"] == "cold"
    ]


async def test_both_doors_lead_to_the_same_kitchen(appliance: RunningAppliance) -> None:
    order: dict[str, Any] = {"id": "7", "time": 1, "items": [BURGER]}
    assert await appliance.order(**order) == b"7"
    retried = await send(appliance, "POST", ORDERS, order)
    assert (retried.status, len(await appliance.tickets("grill"))) == (201, 1)
    assert await appliance.order("cancel-order", id="7") == b"7"
    again = await send(appliance, "DELETE", f"{ORDERS}/7")
    assert again.status == 200


async def test_what_points_of_sale_send_is_understood_as_over_tcp(
    appliance: RunningAppliance,
) -> None:
    bare = json.loads((DATA / "legacy-bare-order.json").read_bytes())
    answer = await send(appliance, "POST", ORDERS, bare | {"unknown": {"x": 1}})
    (item,) = answer.body["tickets"][0]["items"]
    assert (answer.status, item["quantity"]) == (201, 1)
    assert [modifier["name"] for modifier in item["modifiers"]] == ["No Ketchup"]


async def test_an_id_with_anything_in_it_has_its_path(appliance: RunningAppliance) -> None:
    await send(appliance, "POST", ORDERS, {"id": "A/1 {x}", "items": [BURGER]})
    answer = await send(appliance, "DELETE", f"{ORDERS}/A%2F1%20%7Bx%7D")
    assert (answer.status, answer.body["order_id"]) == (200, "A/1 {x}")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "", {"items": []}, "id"),
        ("POST", "", {"id": "7"}, "items"),
        ("PUT", "/7", {}, "items"),
        ("POST", "", {"id": "7", "items": [{"qty": 1}]}, "items[0]"),
        ("POST", "", {"id": 7, "items": []}, "id"),
        ("PUT", "/7", {"id": "8", "items": []}, "id"),
        ("PATCH", "/7", {"itemsToUpdate": [{"lineId": "9", "qty": 2}]}, "itemsToUpdate"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_done(
    appliance: RunningAppliance, method: str, path: str, body: Any, field: str
) -> None:
    await appliance.order(id="7", items=[BURGER])
    before = await appliance.tickets("grill")
    answer = await send(appliance, method, ORDERS + path, body)
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert field in answer.body["details"]["field"]
    assert await appliance.tickets("grill") == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_an_order_that_was_never_here_is_not_found(
    appliance: RunningAppliance, method: str
) -> None:
    answer = await send(appliance, method, f"{ORDERS}/7", {"items": []})
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_an_order_that_has_left_is_left_alone(
    appliance: RunningAppliance, method: str
) -> None:
    await appliance.order(id="7", items=[BURGER])
    await appliance.call("POST", "/stations/pass/orders/7/ticket/bump")
    answer = await send(appliance, method, f"{ORDERS}/7", {"items": []})
    assert answer.status == 200
    assert {ticket["status"] for ticket in answer.body["tickets"]} == {"bumped"}


@pytest.mark.parametrize("role", ["chef", "server", "kitchen"])
async def test_cooks_send_no_orders(appliance: RunningAppliance, role: str) -> None:
    answer = await send(appliance, "POST", ORDERS, {"id": "7", "items": []}, role=role)
    assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")
    assert await appliance.tickets("pass") == []


async def test_an_order_may_be_as_large_as_over_tcp(tmp_path: Path) -> None:
    embedded = await asyncio.to_thread(config.embedded)
    text = f"{embedded}\n[orders.limits]\nframe_bytes = 1048576\n"
    order = {"id": "A-1", "items": [{"name": "Hamburger"}], "orderNote": "x" * 500_000}
    async with running(tmp_path, text) as appliance:
        status, answer = await appliance.call("POST", "/orders", json=order)
        assert (status, answer["order_id"]) == (201, "A-1")


async def test_an_id_that_is_too_long_is_refused_as_described(appliance: RunningAppliance) -> None:
    status, answer = await appliance.call("DELETE", f"/orders/{'a' * 300}")
    assert (status, answer["code"]) == (400, "VALIDATION_ERROR")
    described = (await appliance.call("GET", "/openapi.json"))[1]["paths"]
    assert "400" in described["/api/v1/kds/orders/{order_id}"]["delete"]["responses"]


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PUT", "/7"), ("PATCH", "/7")])
async def test_the_envelope_of_tcp_is_refused_by_its_name(
    appliance: RunningAppliance, method: str, path: str
) -> None:
    message = {"command": "create-order", "order": {"id": "7", "items": [BURGER]}}
    answer = await send(appliance, method, ORDERS + path, message)
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert answer.body["details"]["field"] == "order"
    assert "without the envelope" in answer.body["message"]
    assert await appliance.tickets("grill") == []


async def test_a_byte_order_mark_may_come_first_as_over_tcp(appliance: RunningAppliance) -> None:
    data = b"\xef\xbb\xbf" + json.dumps({"id": "7", "items": [BURGER]}).encode()
    headers = {"Content-Type": "application/json"}
    answer = await ask(appliance, "POST", ORDERS, data=data, headers=headers)
    assert (answer.status, answer.body["order_id"]) == (201, "7")
