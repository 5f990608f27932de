"""With simulated devices nobody is dialled: a simulated screen has what a real one would."""

from pathlib import Path

from appliance.config.values import Address
from appliance.screens.feeding import Fed, Feeding
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


def names(feeding: Feeding, screen: str) -> dict[str, list[str]]:
    shown = feeding.simulated[screen].orders
    return {order_id: [item.name for item in order.items] for order_id, (order, _) in shown.items()}
