"""Stations over HTTP, beside those of the configuration file."""

import json
from typing import Any

import pytest

from tests.api.asking import Answer, ask
from tests.running import RunningAppliance

STATIONS = "/api/v1/kds/stations"
JSON = {"Content-Type": "application/json"}
PIZZA = {
    "name": "Pizza Oven",
    "station_type": "pizza",
    "display_order": 4,
    "settings": {"color": "#d9480f", "sound_alerts": True, "alert_threshold_seconds": 600},
}
MADE = {
    "id": "pizza-oven",
    "location_id": "default",
    **PIZZA,
    "is_active": True,
    "source": "api",
    "twin_of": None,
    "backup": None,
    "overflow_after_seconds": None,
}


async def send(
    appliance: RunningAppliance, method: str, path: str, body: Any = None, role: str = "manager"
) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    return await ask(appliance, method, STATIONS + path, role=role, data=data, headers=JSON)


async def ids(appliance: RunningAppliance, query: str = "") -> list[str]:
    return [each["id"] for each in (await send(appliance, "GET", query)).body]


async def test_a_station_is_made_changed_and_removed(appliance: RunningAppliance) -> None:
    made = await send(appliance, "POST", "", PIZZA)
    assert (made.status, made.body) == (201, MADE)
    assert (await send(appliance, "GET", "/pizza-oven")).body == MADE
    assert await ids(appliance) == ["grill", "fry", "cold", "pizza-oven", "pass"]
    changed = await send(appliance, "PUT", "/pizza-oven", {"name": "Oven", "display_order": 0})
    assert (changed.status, changed.body["name"]) == (200, "Oven")
    assert changed.body["settings"] == {
        "color": None,
        "sound_alerts": False,
        "alert_threshold_seconds": None,
    }
    assert await ids(appliance) == ["pizza-oven", "grill", "fry", "cold", "pass"]
    gone = await send(appliance, "DELETE", "/pizza-oven")
    assert (gone.status, gone.body) == (204, "")
    assert (await send(appliance, "GET", "/pizza-oven")).status == 404


async def test_stations_of_the_file_can_be_read_and_not_changed(
    appliance: RunningAppliance,
) -> None:
    grill = (await send(appliance, "GET", "/grill")).body
    assert grill["source"] == "file"
    for method, body in (("PUT", PIZZA), ("DELETE", None)):
        answer = await send(appliance, method, "/grill", body)
        assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
    assert (await send(appliance, "GET", "/grill")).body == grill


async def test_a_station_is_called_after_its_name_or_as_was_asked(
    appliance: RunningAppliance,
) -> None:
    for body, station_id in (
        ({"name": "Grill"}, "grill-2"),
        ({"name": "烤"}, "station"),
        ({"name": "Bar", "id": "b.1"}, "b.1"),
    ):
        assert (await send(appliance, "POST", "", body)).body["id"] == station_id
    taken = await send(appliance, "POST", "", {"name": "x", "id": "fry"})
    assert (taken.status, taken.body["code"]) == (409, "CONFLICT")


async def test_a_whole_number_may_be_written_with_a_fraction_of_nothing(
    appliance: RunningAppliance,
) -> None:
    made = await send(appliance, "POST", "", PIZZA | {"display_order": 4.0})
    assert (made.status, made.body) == (201, MADE)
    half = await send(appliance, "POST", "", PIZZA | {"display_order": 4.5})
    assert (half.status, half.body["details"]["field"]) == (400, "display_order")


async def test_no_line_feed_slips_in_behind_what_has_a_pattern(appliance: RunningAppliance) -> None:
    for body, field in (
        ({"name": "x", "id": "bar\n"}, "id"),
        ({"name": "x", "settings": {"color": "#d9480f\n"}}, "settings.color"),
    ):
        answer = await send(appliance, "POST", "", body)
        assert (answer.status, answer.body["details"]["field"]) == (400, field)
    window = {"from": "22:00\n", "until": "23:00"}
    rule = {"station_id": "grill", "name": ["*"], "time_of_day": window}
    status, body = await appliance.call("POST", "/routing", json=rule)
    assert (status, body["details"]["field"]) == (400, "time_of_day.from")


async def test_those_that_are_not_active_are_listed_when_asked_for(
    appliance: RunningAppliance,
) -> None:
    await send(appliance, "POST", "", PIZZA | {"is_active": False})
    assert "pizza-oven" not in await ids(appliance)
    assert "pizza-oven" in await ids(appliance, "?active_only=false")


async def test_a_station_that_is_needed_stays(appliance: RunningAppliance) -> None:
    await send(appliance, "POST", "", PIZZA)
    rule = {"station_id": "pizza-oven", "name": ["*pizza*"]}
    made = await appliance.call("POST", "/routing", json=rule)
    assert made[0] == 201
    assert (await send(appliance, "DELETE", "/pizza-oven")).status == 409
    await appliance.order(id="7", items=[{"name": "Pizza"}])
    assert (await appliance.call("POST", "/stations/pizza-oven/orders/7/ticket/start"))[0] == 200
    await appliance.http.delete(
        f"{appliance.url}/api/v1/kds/routing/{made[1]['id']}",
        headers={"Authorization": f"Bearer {appliance.token()}"},
    )
    assert (await send(appliance, "DELETE", "/pizza-oven")).status == 409
    await appliance.call("POST", "/stations/pizza-oven/orders/7/ticket/bump")
    assert (await send(appliance, "DELETE", "/pizza-oven")).status == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "x", "station_type": "sushi"}, "station_type"),
        ({"name": "x", "display_order": 10**30}, "display_order"),
        ({"name": "x", "settings": {"color": "red"}}, "settings.color"),
        ({"name": "x", "settings": {"alert_threshold_seconds": -1}}, "settings"),
        ({"name": "x", "id": "a/b"}, "id"),
        ({"name": "x", "id": "ab\n"}, "id"),
        ({"name": "x", "settings": {"color": "#d9480f\n"}}, "settings.color"),
        ({"name": "x", "colour": "y"}, "colour"),
    ],
)
async def test_what_is_wrong_is_named(
    appliance: RunningAppliance, body: dict[str, Any], field: str
) -> None:
    answer = await send(appliance, "POST", "", body)
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert field in answer.body["details"]["field"]
    assert await ids(appliance) == ["grill", "fry", "cold", "pass"]


async def test_managers_write_and_everybody_in_the_house_reads(
    appliance: RunningAppliance,
) -> None:
    for method, path, body in (
        ("POST", "", PIZZA),
        ("PUT", "/grill", PIZZA),
        ("DELETE", "/x", None),
    ):
        assert (await send(appliance, method, path, body, role="chef")).status == 403
    assert (await send(appliance, "GET", "", role="server")).status == 200
    elsewhere = await send(appliance, "POST", "", PIZZA | {"location_id": "moon"})
    assert elsewhere.status == 404


async def test_a_board_hears_of_it(appliance: RunningAppliance) -> None:
    seq = appliance.log.head
    await send(appliance, "POST", "", PIZZA)
    (change,) = appliance.expeditor.feed.after(seq)
    assert [station.id for station in change.stations if station.source == "api"] == ["pizza-oven"]
