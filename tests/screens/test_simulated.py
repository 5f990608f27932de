"""With simulated devices nobody is dialled: a simulated screen has what a real one would."""

import asyncio
from pathlib import Path
from unittest import mock

from appliance.config.values import Address
from appliance.screens.feeding import Fed, Feeding
from appliance.screens.simulated import SimulatedScreen
from tests.screens.hub import Hub, hurried, stations
from tests.screens.lan_screen import lan_screen


async def test_a_simulated_screen_takes_what_is_sent(tmp_path: Path) -> None:
    async with lan_screen() as real:
        began: list[bool] = []
        real.began = lambda: began.append(True)
        with hurried():
            one = Hub(tmp_path, mode="simulated")
            await one.start(
                there=Fed(real.address, stations("grill")),
                nowhere=Fed(None, None),
                unreachable=Fed(Address("no.such.host.invalid:9104"), stations("fry")),
            )
            await one.order("7", "Burger", "Fries")
            for screen in ("there", "nowhere", "unreachable"):
                await one.in_step(screen)
            assert names(one.feeding, "there") == {"7": ["Burger"]}
            assert names(one.feeding, "nowhere") == {"7": ["Burger", "Fries"]}
            assert names(one.feeding, "unreachable") == {"7": ["Fries"]}
            await one.act("pass", "7", "bump")
            await one.in_step("there")
            assert names(one.feeding, "there") == {}
            await one.stop()
        assert not began


async def test_a_simulated_screen_holds_up_nobody(tmp_path: Path) -> None:
    at_most = taken = 0
    take = SimulatedScreen.take

    def count(screen: SimulatedScreen, message: bytes) -> bytes:
        nonlocal taken, at_most
        taken += 1
        at_most = max(at_most, taken)
        return take(screen, message)

    async def other() -> None:
        nonlocal taken
        while True:
            taken = 0
            await asyncio.sleep(0)

    with hurried(), mock.patch.object(SimulatedScreen, "take", count):
        one = Hub(tmp_path, mode="simulated")
        await one.start()
        for number in range(20):
            await one.order(f"{number}", "Burger")
        busy = asyncio.create_task(other())
        one.feed(tv=Fed(None, None))
        await one.in_step("tv")
        busy.cancel()
        await one.stop()
    assert at_most == 1


def names(feeding: Feeding, screen: str) -> dict[str, list[str]]:
    shown = feeding.simulated[screen].orders
    return {order_id: [item.name for item in order.items] for order_id, (order, _) in shown.items()}
