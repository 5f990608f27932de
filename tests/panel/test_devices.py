"""Devices of the running appliance: pressed over HTTP, and on their pins."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from appliance.panel import devices as panel_devices
from appliance.panel import hands as simulated_hands
from appliance.panel import panel
from hardware.pins import PinsUnavailable, open_pins
from tests.panel.hands import (
    BURGER,
    DEVICES,
    FRIES,
    KITCHEN,
    device,
    followed,
    key,
    ordered,
    pins,
    press,
    ready,
    shown,
    tickets,
)
from tests.running import AT_ONCE, RunningAppliance, running

REAL = KITCHEN.replace('mode = "simulated"', 'mode = "real"').replace(
    'profile = "kb9000"', 'profile = "kb9000"\ntransport = "evdev:/dev/input/by-id/none-event-kbd"'
)


def by_of_newest(appliance: RunningAppliance) -> Any:
    feed = appliance.expeditor.feed
    return getattr(feed.after(feed.head - 1)[0].event, "by", None)


async def test_a_press_over_http_bumps_the_ticket_in_the_place(hands: RunningAppliance) -> None:
    await ordered(hands, "A", "B")
    assert await press(hands, "grill-2") == {"action": "bump 2", "outcome": "done", "why": ""}
    assert await tickets(hands) == [("A", "pending")]
    assert by_of_newest(hands) == "button grill-2"


async def test_a_button_knows_hold_and_double(hands: RunningAppliance) -> None:
    await ordered(hands, "A")
    assert (await press(hands, "grill-1", "double"))["action"] == "start 1"
    assert await tickets(hands) == [("A", "in_progress")]
    assert (await press(hands, "grill-1"))["action"] == "bump 1"
    assert await tickets(hands) == []
    assert (await press(hands, "grill-1", "hold"))["action"] == "recall"
    assert await tickets(hands) == [("A", "recalled")]


async def test_a_button_without_a_station_or_a_place_is_for_what_is_selected_at_the_default_one(
    hands: RunningAppliance,
) -> None:
    await ordered(hands, "A", "B")
    assert (await press(hands, "next"))["outcome"] == "done"
    assert hands.devices is not None
    assert hands.devices.panel.boards["grill"].shown.face.selected == "B"


async def test_a_contact_on_a_pin_bumps_the_ticket(hands: RunningAppliance) -> None:
    await press(hands, "grill-2")  # And is at rest from then on.
    await ordered(hands, "A", "B")
    contact = pins(hands).wire(22)
    contact.drive(high=False)
    async with asyncio.timeout(5):
        while await tickets(hands) != [("A", "pending")]:
            await asyncio.sleep(0.01)
    contact.drive(high=True)


async def test_the_keys_of_a_bar_do_what_the_profile_or_the_configuration_says(
    hands: RunningAppliance,
) -> None:
    await ordered(hands, "A", "B", item=FRIES)
    assert await key(hands, "2") == {"action": "bump 2", "outcome": "done", "why": ""}
    assert by_of_newest(hands) == "bar fry-bar key 2"
    assert await tickets(hands, "fry") == [("A", "pending")]
    assert (await key(hands, "key-f5"))["action"] == "recall"
    assert await tickets(hands, "fry") == [("A", "pending"), ("B", "recalled")]
    assert (await key(hands, "summary"))["action"] == "undo"
    assert await tickets(hands, "fry") == [("A", "pending")]


async def test_a_key_that_is_held_down_goes_through_the_tickets_and_bumps_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bars = """[[bump_bar]]
id = "bar"
profile = "kb9000"
keys = { down = "bump" }
"""
    async with running(tmp_path, AT_ONCE + bars) as appliance:
        await ready(appliance)
        assert appliance.devices is not None
        made: list[panel.Press] = []
        monkeypatch.setattr(appliance.devices.panel, "press", made.append)
        bar = vars(appliance.devices)["_simulated"]["bar"]
        for name in ("down", "up"):
            bar.down(name)
            for _ in range(3):
                bar.repeat(name)
            bar.up(name)
        async with asyncio.timeout(5):
            while [str(press.action) for press in made] != ["bump", *["previous"] * 4]:
                await asyncio.sleep(0.01)


async def test_what_a_press_came_to_is_told_and_counted(hands: RunningAppliance) -> None:
    assert (await press(hands, "grill-1"))["outcome"] == "nothing there"
    await ordered(hands, "A")
    assert (await press(hands, "grill-1"))["outcome"] == "done"
    refused = await key(hands, "summary")
    assert (refused["outcome"], refused["why"]) == (
        "refused",
        "nothing was done here by hand in the last 300 seconds",
    )
    _, status = await hands.call("GET", "/status")
    counted = {"done": 1, "nothing_there": 1, "refused": 1, "cannot_be_stored": 0}
    assert status["panel"]["presses"] == counted
    assert status["panel"]["devices"] == await shown(hands)


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("buttons/grill-9/press", None, 404, "there is no button 'grill-9'"),
        ("bars/grill-1/press", {"key": "1"}, 404, "there is no bump bar 'grill-1'"),
        ("buttons/grill-2/press?gesture=hold", None, 400, "gesture: it does nothing"),
        ("buttons/grill-2/press?gesture=kick", None, 400, "gesture: allowed: double, hold, press"),
        ("bars/fry-bar/press", {"key": "redraw"}, 400, "key: it does nothing"),
        ("buttons/spare/press", None, 409, "button 'spare': it is not wired: no pin is given"),
    ],
)
async def test_what_cannot_be_pressed_is_refused(
    hands: RunningAppliance, path: str, body: Any, status: int, message: str
) -> None:
    answered, error = await hands.call("POST", f"/panel/{path}", json=body)
    assert (answered, error["message"]) == (status, message)


async def test_who_is_kept_to_some_stations_sees_their_devices(hands: RunningAppliance) -> None:
    headers = {"Authorization": f"Bearer {hands.token('chef', stations=['fry'])}"}
    _, panel = await hands.call("GET", "/panel", **headers)
    assert [each["id"] for kind in ("buttons", "bars", "lights") for each in panel[kind]] == [
        "fry-bar",
        "tower",
    ]


async def test_an_input_that_chatters_is_named_and_harms_no_other(hands: RunningAppliance) -> None:
    await ordered(hands, "A", "B")
    contact = pins(hands).wire(17)
    for _ in range(400):
        contact.drive(high=False)
        contact.drive(high=True)
    async with asyncio.timeout(5):
        while (await device(hands, "grill-1"))["state"] != "chattering":
            await asyncio.sleep(0.01)
    _, health = await hands.call("GET", "/health")
    assert health["warnings"] == [
        "Button grill-1 is not listened to (chattering): more than 512 edges at once"
    ]
    problem, unwired = health["problems"]
    assert (problem["code"], problem["severity"]) == ("device-chattering", "warning")
    assert (unwired["code"], unwired["severity"]) == ("device-not-wired", "notice")
    why = "more than 512 edges at once"
    assert problem["facts"] == {"devices": ["grill-1"], "count": 1, "why": why}
    status, error = await hands.call("POST", "/panel/buttons/grill-1/press")
    assert (status, error["code"]) == (409, "CONFLICT")
    assert await tickets(hands) == [("A", "pending"), ("B", "pending")]
    assert (await press(hands, "grill-2"))["outcome"] == "done"


async def test_a_pin_that_fails_is_named(hands: RunningAppliance) -> None:
    pins(hands).failing[27] = "no such line"
    await ordered(hands, "A")
    lamp = (await device(hands, "grill-1"))["lamp"]
    assert (lamp["state"], lamp["why"], lamp["lit"]) == ("failed", "GPIO27: no such line", False)
    _, health = await hands.call("GET", "/health")
    assert health["warnings"] == ["Lamp grill-1 cannot be lit: GPIO27: no such line"]
    assert [each["code"] for each in health["problems"]] == ["device-failed", "device-not-wired"]
    assert (await press(hands, "grill-1"))["outcome"] == "done"


async def test_what_raises_for_a_press_ends_nothing(
    hands: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ordered(hands, "A")

    def fails(*_: object) -> None:
        raise RuntimeError("no hand for that")

    with monkeypatch.context() as patched:
        patched.setattr(panel, "for_ticket", fails)
        patched.setattr(simulated_hands, "ANSWER_SECONDS", 0.5)
        status, error = await hands.call("POST", "/panel/buttons/grill-1/press")
        assert (status, error["message"]) == (
            409,
            "button 'grill-1': no answer in 0.5 seconds; it may count all the same",
        )
        status, error = await hands.call("POST", "/panel/bars/fry-bar/press", json={"key": "1"})
        assert status == 200  # Nothing is there that could raise.
        await ordered(hands, "B", item=FRIES)
        status, error = await hands.call("POST", "/panel/bars/fry-bar/press", json={"key": "1"})
        assert (status, error["message"]) == (
            409,
            "bump bar 'fry-bar': no answer in 0.5 seconds; it may count all the same",
        )
    assert (await press(hands, "grill-1"))["outcome"] == "done"
    assert (await key(hands, "bump"))["outcome"] == "done"


async def test_what_came_of_a_press_late_is_no_answer_to_the_next(
    hands: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hands.devices is not None
    made: list[panel.Press] = []
    tell = vars(hands.devices.panel)["_tell"]
    monkeypatch.setattr(hands.devices.panel, "press", made.append)
    with monkeypatch.context() as patched:
        patched.setattr(simulated_hands, "ANSWER_SECONDS", 0.05)
        status, error = await hands.call("POST", "/panel/bars/fry-bar/press", json={"key": "1"})
        assert status == 409
        assert "it may count all the same" in error["message"]
    answered = asyncio.create_task(key(hands, "1"))
    async with asyncio.timeout(5):
        while len(made) < 2:
            await asyncio.sleep(0.01)
    tell(made[0], panel.Outcome("refused", "late"))
    tell(made[1], panel.DONE)
    assert (await answered)["outcome"] == "done"


async def test_without_pins_it_starts_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    async with running(tmp_path, REAL) as appliance:
        async with asyncio.timeout(5):
            for name in ("grill-1", "fry-bar"):
                while (await device(appliance, name))["why"] == "not opened yet":
                    await asyncio.sleep(0.01)
        button, bar = [await device(appliance, name) for name in ("grill-1", "fry-bar")]
        assert button["state"] == button["lamp"]["state"] == "unavailable"
        assert button["why"].startswith("lgpio is not installed: ")
        assert (bar["state"], bar["why"]) == (
            "away",
            "/dev/input/by-id/none-event-kbd is not plugged in",
        )
        _, health = await appliance.call("GET", "/health")
        assert health["warnings"] == [
            f"No button and no light works: {button['why']}",
            f"Bump bar fry-bar is away: {bar['why']}",
        ]
        status, error = await appliance.call("POST", "/panel/buttons/grill-1/press")
        assert status == 409
        assert error["message"] == "button 'grill-1': it is a real one, and takes a finger"
        assert await appliance.order(id="A", items=[BURGER]) == b"A"


async def test_pins_that_come_later_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = ["this is no Raspberry Pi"]

    def opened(_name: str) -> Any:
        if missing:
            raise PinsUnavailable(missing.pop())
        return open_pins("simulated")

    monkeypatch.setattr(panel_devices, "open_pins", opened)
    monkeypatch.setattr(panel_devices, "RETRY_SECONDS", 0.05)
    async with running(tmp_path, KITCHEN) as appliance:
        await ready(appliance)
        await ordered(appliance, "A")
        assert not missing
        _, health = await appliance.call("GET", "/health")
        assert health["warnings"] == []
        assert pins(appliance).wire(27).state == 1  # Lit though it was unknown at first.


async def test_nothing_of_it_is_there_without_devices(tmp_path: Path) -> None:
    async with running(tmp_path, AT_ONCE) as appliance:
        assert await shown(appliance) == {
            "mode": "simulated",
            "buttons": [],
            "bars": [],
            "lights": [],
        }
        status, _ = await appliance.call("POST", "/panel/buttons/grill-1/press")
        assert status == 404
        assert "panel" not in (await appliance.call("GET", "/status"))[1]


@pytest.mark.parametrize(("devices", "loaded"), [("", []), (DEVICES, ["gpiozero", "serial"])])
def test_libraries_are_loaded_only_for_who_has_devices(devices: str, loaded: list[str]) -> None:
    program = (
        "import sys; from appliance import config, service; from tests.running import AT_ONCE\n"
        f"settings = config.parse(AT_ONCE + {devices!r}, 'x')\n"
        "parts = service.ShownNow(), service.PrintersNow(), service.Presses()\n"
        "service.make_devices(settings, None, *parts)\n"
        "print([name for name in ('gpiozero', 'serial', 'evdev') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout.decode().strip() == str(loaded)


async def test_a_lamp_and_a_press_agree_on_the_page(hands: RunningAppliance) -> None:
    await ordered(hands, *(f"A-{number}" for number in range(1, 11)))
    assert hands.devices is not None
    board = hands.devices.panel.boards["grill"]
    board.shown.turn(1, asyncio.get_running_loop().time(), "bar")
    await followed(hands)
    assert (await press(hands, "grill-1"))["outcome"] == "done"
    assert "A-9" not in [order for order, _ in await tickets(hands)]
