"""A kitchen with devices, and what a test does with them and sees of them."""

import asyncio
from typing import Any, Final

from hardware.simulated import SimulatedPins
from tests.running import AT_ONCE, RunningAppliance

DEVICES: Final = """
[[button]]
id = "grill-1"
station = "grill"
slot = 1
pin = 17
lamp = 27
hold = "recall"
double = "start"

[[button]]
id = "grill-2"
station = "grill"
slot = 2
pin = 22
lamp = 23

[[button]]
id = "next"
pin = 24
lamp = 25
press = "next"

[[button]]
id = "spare"
lamp = 16

[[bump_bar]]
id = "fry-bar"
station = "fry"
profile = "kb9000"
keys = { F5 = "recall", summary = "undo" }

[[light]]
id = "tower"
green = 5
amber = 6
red = 13
buzzer = 19
"""
KITCHEN: Final = AT_ONCE + DEVICES
BURGER: Final = {"lineId": "1", "name": "Hamburger"}
FRIES: Final = {"lineId": "1", "name": "Fries"}

Facts = dict[str, Any]


async def shown(appliance: RunningAppliance) -> Facts:
    """As `GET /panel` has it."""
    status, body = await appliance.call("GET", "/panel", role="chef")
    assert status == 200, body
    return dict(body)


async def device(appliance: RunningAppliance, name: str) -> Facts:
    panel = await shown(appliance)
    (found,) = (
        each for kind in ("buttons", "bars", "lights") for each in panel[kind] if each["id"] == name
    )
    return dict(found)


async def lamps(appliance: RunningAppliance) -> list[str]:
    """What the lamps of the grill's two buttons show."""
    return [(await device(appliance, name))["lamp"]["shows"] for name in ("grill-1", "grill-2")]


async def colours(appliance: RunningAppliance) -> set[str]:
    """What is lit of the stack light."""
    tower = (await device(appliance, "tower"))["lamps"]
    return {name for name, lamp in tower.items() if lamp["shows"] == "on"}


async def light(appliance: RunningAppliance, *wanted: str) -> None:
    """Until the lamps of the grill show this."""
    async with asyncio.timeout(5):
        while await lamps(appliance) != list(wanted):
            await asyncio.sleep(0.01)


async def ready(appliance: RunningAppliance) -> None:
    """Until whatever is wired is listened to, and the lights show how it stands."""
    async with asyncio.timeout(5):
        while await _waiting(appliance):
            await asyncio.sleep(0.01)


async def _waiting(appliance: RunningAppliance) -> list[str]:
    panel = await shown(appliance)
    devices = [*panel["buttons"], *panel["bars"]]
    dark = [
        light["id"]
        for light in panel["lights"]
        if all(lamp["shows"] != "on" for lamp in light["lamps"].values())
    ]
    return [*dark, *(each["id"] for each in devices if each["state"] not in ("ready", "not wired"))]


async def press(appliance: RunningAppliance, name: str, gesture: str = "press") -> Any:
    status, body = await appliance.call("POST", f"/panel/buttons/{name}/press?gesture={gesture}")
    assert status == 200, body
    return body


async def key(appliance: RunningAppliance, name: str, bar: str = "fry-bar") -> Any:
    status, body = await appliance.call("POST", f"/panel/bars/{bar}/press", json={"key": name})
    assert status == 200, body
    return body


async def ordered(appliance: RunningAppliance, *orders: str, item: Any = BURGER) -> None:
    """One after the other, and the lamps have followed."""
    for order in orders:
        assert await appliance.order(id=order, items=[item]) == order.encode()
    await followed(appliance)


async def followed(appliance: RunningAppliance) -> None:
    """Until the panel has taken in all that has happened."""
    devices = appliance.devices
    assert devices is not None
    async with asyncio.timeout(5):
        for station, board in devices.panel.boards.items():
            while [card.ticket for card in board.cards] != appliance.expeditor.kitchen.live_tickets(
                station
            ):
                await asyncio.sleep(0.01)


async def tickets(appliance: RunningAppliance, station: str = "grill") -> list[tuple[str, str]]:
    listed = await appliance.tickets(station)
    return [(ticket["order_id"], ticket["status"]) for ticket in listed]


def pins(appliance: RunningAppliance) -> SimulatedPins:
    assert appliance.devices is not None
    assert isinstance(appliance.devices.pins, SimulatedPins)
    return appliance.devices.pins
