"""A LAN screen has what is live at its stations, whatever happens there, here and in between."""

from pathlib import Path

import pytest

from appliance.config.values import Address
from appliance.kitchen.command import CreateOrder, MoveTicket, UpdateOrder
from appliance.kitchen.order import Guest, Item, Order
from appliance.screens.feeding import Fed
from tests.screens.hub import Hub, hub, stations
from tests.screens.lan_screen import LanScreen, lan_screen

GRILL = stations("grill")
pytestmark = pytest.mark.usefixtures("hurry")


async def test_it_has_the_items_of_its_station_alone(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger", "Fries", "Combo")
    await kitchen.order("8", "Fries")
    await kitchen.in_step("one")
    assert screen.shown == {"7": [("1", 1, None), ("3", 1, None)]}
    assert screen.told == ["create 7"]


async def test_it_hears_of_updates_bumps_and_cancels(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await kitchen.change("7", "Burger", "Steak")
    await kitchen.in_step("one")
    assert screen.shown == {"7": [("1", 1, None), ("2", 1, None)]}
    await kitchen.order("8", "Burger")
    await kitchen.in_step("one")
    await kitchen.cancel("7")
    await kitchen.in_step("one")
    await kitchen.act("grill", "8", "bump")
    await kitchen.in_step("one")
    assert screen.shown == {}
    assert screen.told == ["create 7", "update 7", "create 8", "cancel 7", "cancel 8"]


async def test_what_changes_nothing_there_is_not_told(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger", "Fries")
    await kitchen.in_step("one")
    await kitchen.act("grill", "7", "start")
    await kitchen.act("fry", "7", "bump")
    await kitchen.in_step("one")
    assert screen.told == ["create 7"]


async def test_what_is_said_of_the_order_alone_is_told(kitchen: Hub, screen: LanScreen) -> None:
    burger = (Item("1", "Burger"),)
    await kitchen.do(CreateOrder(Order("7", burger, time=1), Guest("Ann")))
    await kitchen.in_step("one")
    await kitchen.do(UpdateOrder(Order("7", burger, time=1, server="Bob"), Guest("Eve")))
    await kitchen.in_step("one")
    assert screen.told == ["create 7", "update 7"]
    order = screen.messages[-1]["order"]
    assert (order["name"], order["server"]) == ("Eve", "Bob")


async def test_one_that_is_called_back_has_another_id_there(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    for _ in range(2):
        await kitchen.act("grill", "7", "bump")
        await kitchen.in_step("one")
        await kitchen.act("grill", "7", "recall")
        await kitchen.in_step("one")
    assert screen.told == ["create 7", "cancel 7", "create 7~2", "cancel 7~2", "create 7~3"]
    assert screen.shown == kitchen.shows(GRILL)


async def test_a_bumped_one_that_gets_a_line_has_this_alone_there(
    kitchen: Hub, screen: LanScreen
) -> None:
    """What a cook sent away does not come back to be made again."""
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await kitchen.act("grill", "7", "bump")
    await kitchen.in_step("one")
    await kitchen.change("7", "Burger", "Steak")
    await kitchen.in_step("one")
    assert screen.told == ["create 7", "cancel 7", "create 7~2"]
    assert screen.shown == kitchen.shows(GRILL) == {"7": [("2", 1, None)]}


async def test_an_order_that_has_the_id_of_a_former_one_is_another(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await kitchen.cancel("7")
    await kitchen.order("7", "Burger", "Burger")
    await kitchen.in_step("one")
    assert screen.told == ["create 7", "cancel 7", "create 7~2"]
    assert screen.shown == kitchen.shows(GRILL)


async def test_a_card_that_is_moved_away_goes(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await kitchen.do(MoveTicket("grill", "7", "fry"))
    await kitchen.in_step("one")
    assert screen.told == ["create 7", "cancel 7"]


async def test_a_screen_of_all_stations_has_each_line_once(kitchen: Hub, screen: LanScreen) -> None:
    kitchen.feed(one=Fed(screen.address, None))
    await kitchen.order("7", "Burger", "Fries", "Combo")
    await kitchen.in_step("one")
    assert [line for line, _, _ in screen.shown["7"]] == ["1", "2", "3"]
    await kitchen.act("grill", "7", "bump")
    await kitchen.act("pass", "7", "bump")
    await kitchen.in_step("one")
    assert screen.shown == {}


async def test_one_for_another_station_loses_what_it_had(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.order("8", "Fries")
    await kitchen.order("9", "Combo")
    await kitchen.in_step("one")
    kitchen.feed(one=Fed(screen.address, stations("fry")))
    await kitchen.until(lambda: screen.shown.keys() == {"8", "9"})
    assert screen.told[2:] == ["cancel 7", "create 8"]
    kitchen.feed(one=Fed(screen.address, GRILL))
    await kitchen.until(lambda: screen.shown.keys() == {"7", "9"})
    assert screen.shown == kitchen.shows(GRILL)


async def test_it_is_told_of_nothing_once_it_is_forgotten(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    kitchen.feed()
    await kitchen.act("grill", "7", "bump")
    async with lan_screen() as other:
        kitchen.feed(other=Fed(other.address, GRILL))
        await kitchen.order("8", "Burger")
        await kitchen.in_step("other")
        assert other.told == ["create 8"]
    assert screen.told == ["create 7"]
    with pytest.raises(KeyError):
        kitchen.feeding.status("one")


async def test_what_came_through_the_screen_does_not_go_back(tmp_path: Path) -> None:
    async with lan_screen() as screen, hub(tmp_path, FEEDC0FFEE12=Fed(screen.address, None)) as one:
        burger = (Item("1", "Burger"),)
        await one.do(CreateOrder(Order("7", burger, via=("A1", "FEEDC0FFEE12")), Guest()))
        await one.do(CreateOrder(Order("8", burger, via=("A1",)), Guest()))
        await one.in_step("FEEDC0FFEE12")
        assert [(each["order"]["id"], each["via"]) for each in screen.messages] == [
            ("8", ["A1", "0123456789AB"])
        ]
        await one.cancel("8")
        await one.in_step("FEEDC0FFEE12")
        assert screen.messages[-1]["via"] == ["A1", "0123456789AB"]


# ── away ─────────────────────────────────────────────────────────────────────────────


async def test_what_happened_meanwhile_is_one_step(kitchen: Hub, screen: LanScreen) -> None:
    for order_id in ("1", "2", "3"):
        await kitchen.order(order_id, "Burger")
    await kitchen.in_step("one")
    await screen.kill(forgets=False)
    await kitchen.knows_away("one")
    await kitchen.change("3", "Steak")
    await kitchen.act("grill", "1", "bump")
    await kitchen.order("4", "Burger")
    await kitchen.change("4", "Steak")
    await kitchen.order("5", "Burger")
    await kitchen.cancel("5")
    await kitchen.act("grill", "2", "bump")
    await kitchen.act("grill", "2", "recall")
    status = kitchen.feeding.status("one")
    assert (status.trouble, status.behind_since is None) == ("nothing listens there", False)
    await screen.start()
    await kitchen.in_step("one")
    assert screen.shown == kitchen.shows(GRILL)
    assert sorted(screen.told[3:]) == ["cancel 1", "create 4", "update 2", "update 3"]
    assert screen.told[3] == "cancel 1"
    assert kitchen.feeding.status("one").behind_since is None


async def test_an_order_that_took_over_an_id_while_it_was_away_is_another(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await screen.kill(forgets=False)
    await kitchen.knows_away("one")
    await kitchen.cancel("7")
    await kitchen.order("7", "Burger", "Burger")
    await kitchen.order("7~2", "Burger")
    await screen.start()
    await kitchen.in_step("one")
    assert screen.told == ["create 7", "cancel 7", "create 7~2", "create 7~2~2"]
    ids = {order_id: len(order.items) for order_id, (order, _) in screen.screen.orders.items()}
    assert ids == {"7~2": 2, "7~2~2": 1}


async def test_an_address_that_is_none_is_told_and_ends_nothing(
    kitchen: Hub, screen: LanScreen
) -> None:
    for address in ("a\0b:9104", "." * 300 + ":9104", "[fe80::1%nowhere]:9104"):
        kitchen.feed(one=Fed(screen.address, GRILL), odd=Fed(Address(address), GRILL))
        await kitchen.until(lambda: bool(kitchen.feeding.status("odd").trouble))
        await kitchen.order(f"{len(screen.shown)}", "Burger")
        await kitchen.in_step("one")
        kitchen.feed(one=Fed(screen.address, GRILL))


async def test_one_that_forgot_everything_is_told_everything(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.order("8", "Burger")
    await kitchen.in_step("one")
    await screen.kill()
    await kitchen.knows_away("one")
    await screen.start()
    await kitchen.in_step("one")
    assert screen.shown.keys() == {"7", "8"}
    assert screen.wrong == []


async def test_of_what_a_cook_bumped_there_nothing_comes_back_by_itself(
    kitchen: Hub, screen: LanScreen
) -> None:
    for order_id in ("7", "8", "9"):
        await kitchen.order(order_id, "Burger")
    await kitchen.in_step("one")
    for order_id in ("7", "8"):
        del screen.screen.orders[order_id]  # It knows nothing of what it had once.
    looks: set[float | None] = set()

    def are_many() -> bool:
        looks.add(kitchen.feeding.status("one").heard)
        return len(looks) > 9

    await kitchen.until(are_many)
    await kitchen.change("7", "Burger", "Steak")
    await kitchen.in_step("one")
    assert screen.told[3:] == ["update 7", "create 7"]
    assert screen.shown.keys() == {"7", "9"}
    await kitchen.act("grill", "8", "bump")
    await kitchen.in_step("one")
    assert screen.told[5:] == ["cancel 8"]
    assert kitchen.feeding.tallies == (5, 0, 0)


async def test_one_that_moved_is_fed_where_it_is(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await screen.kill(forgets=False)
    async with lan_screen() as elsewhere:
        kitchen.feed(one=Fed(None, GRILL))
        await kitchen.until(
            lambda: kitchen.feeding.status("one").trouble == "nobody knows where it is"
        )
        kitchen.feed(one=Fed(elsewhere.address, GRILL))
        await kitchen.in_step("one")
        assert elsewhere.shown == kitchen.shows(GRILL)
