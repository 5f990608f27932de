"""A LAN screen has what is live at its stations, whatever happens there, here and in between."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from appliance.config.values import Address
from appliance.kitchen.command import CreateOrder, MoveTicket, UpdateOrder
from appliance.kitchen.order import Guest, Item, Order
from appliance.screens.feeding import Fed
from tests.screens.hub import SECONDS, Hub, commands_of, hub, hurried, stations
from tests.screens.lan_screen import LanScreen, lan_screen

GRILL = stations("grill")


@pytest.fixture(autouse=True)
def hurry() -> Iterator[None]:
    with hurried():
        yield


@pytest.fixture
async def screen() -> AsyncIterator[LanScreen]:
    async with lan_screen() as one:
        yield one


@pytest.fixture
async def kitchen(tmp_path: Path, screen: LanScreen) -> AsyncIterator[Hub]:
    """Its grill is at the screen."""
    async with hub(tmp_path, one=Fed(screen.address, GRILL)) as one:
        yield one


def told(screen: LanScreen) -> list[str]:
    return commands_of(screen.messages)


async def test_it_has_the_items_of_its_station_alone(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger", "Fries", "Combo")
    await kitchen.order("8", "Fries")
    await kitchen.in_step("one")
    assert screen.shown == {"7": [("1", 1, None), ("3", 1, None)]}
    assert told(screen) == ["create 7"]


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
    assert told(screen) == ["create 7", "update 7", "create 8", "cancel 7", "cancel 8"]


async def test_what_changes_nothing_there_is_not_told(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger", "Fries")
    await kitchen.in_step("one")
    await kitchen.act("grill", "7", "start")
    await kitchen.act("fry", "7", "bump")
    await kitchen.in_step("one")
    assert told(screen) == ["create 7"]


async def test_what_is_said_of_the_order_alone_is_told(kitchen: Hub, screen: LanScreen) -> None:
    burger = (Item("1", "Burger"),)
    await kitchen.do(CreateOrder(Order("7", burger, time=1), Guest("Ann")))
    await kitchen.in_step("one")
    await kitchen.do(UpdateOrder(Order("7", burger, time=1, server="Bob"), Guest("Eve")))
    await kitchen.in_step("one")
    assert told(screen) == ["create 7", "update 7"]
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
    assert told(screen) == ["create 7", "cancel 7", "create 7~2", "cancel 7~2", "create 7~3"]
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
    assert told(screen) == ["create 7", "cancel 7", "create 7~2"]
    assert screen.shown == kitchen.shows(GRILL) == {"7": [("2", 1, None)]}


async def test_an_order_that_has_the_id_of_a_former_one_is_another(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await kitchen.cancel("7")
    await kitchen.order("7", "Burger", "Burger")
    await kitchen.in_step("one")
    assert told(screen) == ["create 7", "cancel 7", "create 7~2"]
    assert screen.shown == kitchen.shows(GRILL)


async def test_a_card_that_is_moved_away_goes(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await kitchen.do(MoveTicket("grill", "7", "fry"))
    await kitchen.in_step("one")
    assert told(screen) == ["create 7", "cancel 7"]


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
    assert told(screen)[2:] == ["cancel 7", "create 8"]
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
        assert told(other) == ["create 8"]
    assert told(screen) == ["create 7"]
    with pytest.raises(KeyError):
        kitchen.feeding.status("one")


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
    assert sorted(told(screen)[3:]) == ["cancel 1", "create 4", "update 2", "update 3"]
    assert told(screen)[3] == "cancel 1"
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
    assert told(screen) == ["create 7", "cancel 7", "create 7~2", "create 7~2~2"]
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
    assert told(screen)[3:] == ["update 7", "create 7"]
    assert screen.shown.keys() == {"7", "9"}
    await kitchen.act("grill", "8", "bump")
    await kitchen.in_step("one")
    assert told(screen)[5:] == ["cancel 8"]
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


async def test_who_may_be_another_is_sent_nothing_more(kitchen: Hub, screen: LanScreen) -> None:
    """Whatever is on its way when that is found out."""
    began = asyncio.Event()
    screen.began, screen.way = began.set, "waits"
    await kitchen.order("1", "Burger")
    await asyncio.wait_for(began.wait(), SECONDS)
    kitchen.feed(one=Fed(screen.address, GRILL, is_held=True))
    screen.heal()
    await kitchen.until(lambda: kitchen.feeding.tallies.accepted == 1)
    await kitchen.order("2", "Burger")
    await kitchen.until(lambda: kitchen.feeding.status("one").answers_since is not None)
    reached = kitchen.feeding.status("one").reached
    await kitchen.until(lambda: kitchen.feeding.status("one").reached != reached)
    assert told(screen) == ["create 1"]
    kitchen.feed(one=Fed(screen.address, GRILL))
    await kitchen.in_step("one")
    assert screen.shown == kitchen.shows(GRILL)


async def test_one_that_hangs_is_known_to(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    screen.way = "hangs"
    await kitchen.change("7", "Steak")
    await kitchen.until(lambda: kitchen.feeding.status("one").trouble == "it gives no answer")
    screen.heal()
    await kitchen.in_step("one")


async def test_it_is_heard_of_while_it_answers(kitchen: Hub, screen: LanScreen) -> None:
    def heard() -> float:
        return kitchen.feeding.status("one").heard or 0.0

    await kitchen.until(lambda: heard() > 0)  # Nothing was ever sent.
    before = heard()
    await kitchen.until(lambda: heard() > before)
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    screen.way = "hangs"
    await kitchen.cancel("7")
    await kitchen.knows_away("one")
    before, failed = heard(), kitchen.feeding.tallies.failed
    await kitchen.until(lambda: kitchen.feeding.tallies.failed > failed)
    assert heard() == before  # Though it takes connections.
    screen.heal()
    await kitchen.in_step("one")
    assert heard() > before
    assert kitchen.feeding.tallies.accepted == 2


async def test_it_is_looked_at_however_much_happens_elsewhere(
    kitchen: Hub, screen: LanScreen
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("appliance.screens.feeder.PROBE_SECONDS", 0.5)
        await kitchen.until(lambda: bool(kitchen.feeding.status("one").heard))
        await screen.kill()
        async with asyncio.timeout(SECONDS):
            number = 0
            while not kitchen.feeding.status("one").trouble:
                number += 1
                await kitchen.order(f"{number}", "Fries")  # News, of which none is for this screen.
    assert number > 1


async def test_an_order_that_it_does_not_survive_keeps_no_other_from_it(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("bad", "Burger")
    await kitchen.in_step("one")
    await screen.kill(forgets=False)
    screen.dies_of = b'"bad"'
    await kitchen.change("bad", "Steak")
    for order_id in ("1", "2", "3"):
        await kitchen.order(order_id, "Burger")
    failed: list[int] = []
    screen.taken = lambda: failed.append(kitchen.feeding.tallies.failed)
    await screen.start()
    await kitchen.until(lambda: {"1", "2", "3"} <= screen.shown.keys())
    assert failed[:3] == [1, 1, 1]  # The others have their turn first.
    screen.dies_of = b""
    await kitchen.in_step("one")
    assert screen.shown == kitchen.shows(GRILL)


async def test_for_one_order_without_an_answer_nothing_that_was_bumped_comes_back(
    kitchen: Hub, screen: LanScreen
) -> None:
    """It is the order's fault, perhaps. One other is told again: does the screen know it still?"""
    for order_id in ("1", "2", "3"):
        await kitchen.order(order_id, "Burger")
    await kitchen.in_step("one")
    for order_id in ("1", "2"):
        del screen.screen.orders[order_id]  # A cook was done with them.
    screen.dies_of = b'"bad"'
    await kitchen.order("bad", "Burger")
    await kitchen.until(lambda: kitchen.feeding.tallies.failed > 4)
    await kitchen.order("4", "Burger")
    await kitchen.until(lambda: "4" in screen.shown)
    screen.dies_of = b""
    await kitchen.in_step("one")
    assert screen.shown.keys() == {"3", "4", "bad"}
    assert (screen.sent("1"), screen.sent("2")) == (["create"], ["create"])
    assert {*screen.sent("3")[1:]} == {"update"}


async def test_one_that_died_of_an_order_and_is_back_at_once_is_told_everything(
    kitchen: Hub, screen: LanScreen
) -> None:
    for order_id in ("1", "2", "3"):
        await kitchen.order(order_id, "Burger")
    await kitchen.in_step("one")
    screen.dies_of, screen.dies_forgetting = b'"bad"', True
    await kitchen.order("bad", "Burger")
    for failed in (1, 3):
        await kitchen.until(lambda failed=failed: kitchen.feeding.tallies.failed >= failed)  # type: ignore[misc]
        await kitchen.until(lambda: screen.shown.keys() == {"1", "2", "3"})
    assert screen.wrong == []


async def test_who_gives_no_answer_is_not_heard_by_being_there(
    kitchen: Hub, screen: LanScreen
) -> None:
    screen.dies_of = b'"bad"'
    await kitchen.order("bad", "Burger")
    await kitchen.until(lambda: kitchen.feeding.tallies.failed > 2)
    heard = kitchen.feeding.status("one").heard
    await kitchen.until(lambda: kitchen.feeding.tallies.failed > 4)
    assert kitchen.feeding.status("one").heard == heard


async def test_who_answers_nothing_may_have_forgotten_everything(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("1", "Burger")
    await kitchen.in_step("one")
    screen.way = "hangs"
    await kitchen.order("2", "Burger")
    await kitchen.order("3", "Burger")
    await kitchen.until(lambda: kitchen.feeding.tallies.failed > 1)
    screen.heal()
    await kitchen.in_step("one")
    assert "update 1" in told(screen)
    assert screen.shown == kitchen.shows(GRILL)


async def test_one_that_takes_its_time_was_heard_when_it_took_the_message(
    kitchen: Hub, screen: LanScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kitchen.until(lambda: bool(kitchen.feeding.status("one").heard))
    monkeypatch.setattr("appliance.screens.feeder.PROBE_SECONDS", 3600)
    monkeypatch.setattr("appliance.screens.feeding.ANSWER_SECONDS", 3600)
    await kitchen.order("1", "Burger")
    await kitchen.in_step("one")  # No look is due from now on.
    before = kitchen.feeding.status("one").heard or 0.0
    screen.way = "hangs"
    await kitchen.order("2", "Burger")
    await kitchen.until(lambda: (kitchen.feeding.status("one").heard or 0.0) > before)
    assert kitchen.feeding.tallies == (1, 0, 0)
    screen.heal()
    monkeypatch.undo()


async def test_it_delays_no_other(kitchen: Hub, screen: LanScreen) -> None:
    async with lan_screen() as other:
        kitchen.feed(one=Fed(screen.address, GRILL), other=Fed(other.address, None))
        screen.way = "hangs"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("appliance.screens.feeding.ANSWER_SECONDS", 3600)
            for number in range(5):
                await kitchen.order(f"{number}", "Burger")
            await kitchen.in_step("other")
        assert len(other.shown) == 5
        assert screen.shown == {}
        screen.heal()


# ── what it does not take ────────────────────────────────────────────────────────────


async def test_what_it_refuses_is_told_again_later(kitchen: Hub, screen: LanScreen) -> None:
    """It could not be stored there, perhaps: nobody has to change the order for it to be taken."""
    screen.way = "refuses"
    await kitchen.order("7", "Burger")
    await kitchen.until(lambda: kitchen.feeding.tallies.refused > 2)
    status = kitchen.feeding.status("one")
    assert (status.refused, status.waiting, status.trouble) == (1, 0, "")
    assert status.stuck_since is not None
    screen.way = "well"
    await kitchen.in_step("one")
    assert screen.shown == kitchen.shows(GRILL)
    status = kitchen.feeding.status("one")
    assert (status.refused, status.behind_since, status.stuck_since) == (0, None, None)


async def test_what_it_refuses_keeps_nothing_else_from_it(
    kitchen: Hub, screen: LanScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.screens.mirror.AGAIN_SECONDS", 3600)
    monkeypatch.setattr("appliance.screens.mirror.MOST_SECONDS", 3600)
    screen.way = "refuses"
    await kitchen.order("7", "Burger")
    await kitchen.until(lambda: kitchen.feeding.status("one").refused == 1)
    screen.way = "well"
    await kitchen.order("8", "Burger")
    await kitchen.until(lambda: screen.shown.keys() == {"8"})
    assert kitchen.feeding.tallies.refused == 1
    assert kitchen.feeding.status("one").stuck_since is not None  # Of one order it shows nothing.
    await kitchen.change("7", "Steak")  # It may take that.
    await kitchen.in_step("one")
    assert screen.shown == kitchen.shows(GRILL)


async def test_it_may_take_it_after_it_was_away(
    kitchen: Hub, screen: LanScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.screens.mirror.AGAIN_SECONDS", 3600)
    monkeypatch.setattr("appliance.screens.mirror.MOST_SECONDS", 3600)
    screen.way = "refuses"
    await kitchen.order("7", "Burger")
    await kitchen.until(lambda: kitchen.feeding.status("one").refused == 1)
    await screen.kill()
    await kitchen.knows_away("one")
    screen.way = "well"
    await screen.start()
    await kitchen.until(lambda: screen.shown.keys() == {"7"})


async def test_a_cancel_that_it_refuses_is_told_again(kitchen: Hub, screen: LanScreen) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    screen.way = "refuses"
    await kitchen.cancel("7")
    await kitchen.until(lambda: kitchen.feeding.tallies.refused > 2)
    status = kitchen.feeding.status("one")
    # It shows one too many, and lacks nothing: nobody has to stand in for it.
    assert (status.refused, status.behind_since, status.stuck_since) == (1, None, None)
    screen.way = "well"
    await kitchen.in_step("one")
    assert (screen.shown, kitchen.feeding.status("one").refused) == ({}, 0)


async def test_an_answer_that_is_none_is_trouble(kitchen: Hub, screen: LanScreen) -> None:
    screen.way = "babbles"
    await kitchen.order("7", "Burger")
    words = "it answers what is no answer of this protocol"
    await kitchen.until(lambda: kitchen.feeding.status("one").trouble == words)
    screen.heal()
    await kitchen.in_step("one")
    assert screen.shown == kitchen.shows(GRILL)


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
