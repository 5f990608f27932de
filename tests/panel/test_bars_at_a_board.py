"""A bump bar that is a keyboard of the computer that shows the board: it presses over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from appliance import config
from appliance.panel.trial import devices_of
from tests.panel.hands import FRIES, device, key, ordered, tickets
from tests.running import AT_ONCE, RunningAppliance, running

BARS = """
[[bump_bar]]
id = "fry-bar"
station = "fry"
transport = "board"
profile = "bematech"
keys = { F7 = "summon", PROG1 = "undo", up = "start" }
"""
REAL = AT_ONCE.replace('mode = "simulated"', 'mode = "real"') + BARS
SIMULATED = AT_ONCE + BARS


@pytest.fixture(params=[REAL, SIMULATED], ids=["real", "simulated"])
async def hands(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, request.param) as appliance:
        yield appliance


async def test_the_page_is_told_what_its_keyboard_sends(hands: RunningAppliance) -> None:
    bar = await device(hands, "fry-bar")
    assert (bar["state"], bar["why"]) == ("ready", "")
    assert bar["keyboard"] == {
        "codes": {
            "Enter": "bump",
            "ControlLeft": "recall",
            "ControlLeft+Digit7": "recall-last",
            "ArrowRight": "next",
            "ArrowLeft": "previous",
            "ArrowUp": "up",
            "ArrowDown": "down",
            "NumpadSubtract": "summary",
            "Digit0": "cancel",
            "ControlLeft+Digit8": "page",
            "F7": "key-f7",
        },
        "repeats": ["next", "previous", "down"],  # One that is held down starts one ticket.
    }


async def test_its_keys_are_pressed_whether_devices_are_real_or_not(
    hands: RunningAppliance,
) -> None:
    await ordered(hands, "A", "B", item=FRIES)
    assert await key(hands, "next") == {"action": "next", "outcome": "done", "why": ""}
    assert await key(hands, "bump") == {"action": "bump", "outcome": "done", "why": ""}
    assert await tickets(hands, "fry") == [("A", "pending")]
    feed = hands.expeditor.feed
    event: Any = feed.after(feed.head - 1)[0].event
    assert event.by == "bar fry-bar key bump"
    _, health = await hands.call("GET", "/health")
    assert health["warnings"] == []


async def test_a_press_that_was_long_under_way_is_for_what_was_there_then(
    hands: RunningAppliance,
) -> None:
    await ordered(hands, "A", item=FRIES)
    path, pressed = "/panel/bars/fry-bar/press", {"key": "bump", "ago_ms": 10_000}
    _, late = await hands.call("POST", path, json=pressed)  # The kitchen was closed.
    assert late["outcome"] == "nothing there"
    assert await tickets(hands, "fry") == [("A", "pending")]
    for wrong in (-1, 10_001, "1"):
        status, error = await hands.call("POST", path, json=pressed | {"ago_ms": wrong})
        assert (status, error["details"]["field"]) == (400, "ago_ms")


async def test_who_may_press_it_is_who_may_work_there(hands: RunningAppliance) -> None:
    path, pressed = "/panel/bars/fry-bar/press", {"key": "summary"}
    for role, stations, status in (
        ("chef", ["fry"], 200),
        ("chef", ["grill"], 403),
        ("server", [], 403),
    ):
        token = hands.token(role, stations=stations)
        headers = {"Authorization": f"Bearer {token}"}
        assert (await hands.call("POST", path, json=pressed, **headers))[0] == status


def test_a_walk_through_the_devices_of_the_appliance_leaves_it_out() -> None:
    bar = '[[bump_bar]]\nid = "own"\ntransport = "evdev:/dev/input/by-id/a"\n'
    found = devices_of(config.parse(REAL + bar, "k")).bars
    assert [each.name for each in found] == ["own"]
