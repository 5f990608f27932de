"""A LAN screen that hangs, dies of an order, refuses one, or may be another: what it is told."""

import asyncio

import pytest

from appliance.screens.feeding import Fed
from tests.screens.hub import SECONDS, Hub, stations
from tests.screens.lan_screen import LanScreen, lan_screen

GRILL = stations("grill")


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
    assert screen.told == ["create 1"]
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
    assert "update 1" in screen.told
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
