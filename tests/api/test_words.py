"""What tickets call channels and courses: by the table, and by what the configuration says."""

import json
from pathlib import Path
from typing import Any

import pytest

from appliance import config
from tests.api.asking import ask
from tests.running import RunningAppliance, running

FIRE = "/api/v1/kds/courses/fire"
TEXT = (
    config.embedded()
    + """
[tickets]
channels = { "For Here" = "table", "Room-Service" = "delivery" }
courses = { Starter = 1, dessert = 4 }
"""
)


def held(line_id: str, course: str | None) -> dict[str, Any]:
    return {"lineId": line_id, "name": "Hamburger", "course": course, "courseStatus": "hold"}


async def fire(appliance: RunningAppliance, course: int | None) -> set[str]:
    """Fire it; what is still held at the grill."""
    data = json.dumps({"order_id": "7", "course_number": course}).encode()
    answer = await ask(
        appliance, "POST", FIRE, data=data, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 200, answer.body
    (ticket,) = await appliance.tickets("grill")
    return {item["line_id"] for item in ticket["items"] if item["held"]}


@pytest.mark.parametrize(
    ("mode", "channel"),
    [
        (None, "table"),
        ("for here", "table"),
        ("ROOM service", "delivery"),
        ("DriveThru", "drive_thru"),
        ("Food Truck", "food_truck"),
    ],
)
async def test_the_settings_add_to_the_table_and_override_it(
    tmp_path: Path, mode: str | None, channel: str
) -> None:
    async with running(tmp_path, TEXT) as appliance:
        await appliance.order(id="7", mode=mode, items=[{"name": "Hamburger"}])
        (ticket,) = await appliance.tickets("grill")
        assert ticket["order_channel"] == channel
        (order,) = (await ask(appliance, "GET", "/api/v1/kds/expo")).body
        assert order["order_channel"] == channel


async def test_a_named_course_has_the_number_that_the_settings_give_it(tmp_path: Path) -> None:
    async with running(tmp_path, TEXT) as appliance:
        items = [
            held("1", "DESSERT"),
            held("2", "Dessert 2"),
            held("3", " starter "),
            held("4", "?"),
        ]
        await appliance.order(id="7", items=items)
        (ticket,) = await appliance.tickets("grill")
        assert [item["course"] for item in ticket["items"]] == [4, 2, 1, None]
        assert ticket["course_number"] == 1
        assert await fire(appliance, 3) == {"1", "4"}
        assert await fire(appliance, 4) == {"4"}


async def test_a_course_that_has_no_number_is_fired_by_null_alone(
    appliance: RunningAppliance,
) -> None:
    items = [held("1", "Dessert"), held("2", None), held("3", "Course 9")]
    await appliance.order(id="7", items=items)
    assert await fire(appliance, 0) == {"1", "3"}
    assert await fire(appliance, 8) == {"1", "3"}
    assert await fire(appliance, None) == set()
