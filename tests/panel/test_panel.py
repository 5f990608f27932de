"""From a press to the ticket, on the running appliance."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.config.actions import parse
from appliance.kitchen.event import PrintAsked
from appliance.panel.panel import Outcome, Panel, Press
from tests.api.printing import now
from tests.running import AT_ONCE, RunningAppliance, running

BAR = [parse(text) for text in ("bump", "next", "previous", "page", "page-back", "all-day")]


class Hand:
    """Presses the buttons of an appliance, and sees what they came to."""

    def __init__(self, appliance: RunningAppliance) -> None:
        self.now = 100.0
        self._outcomes: asyncio.Queue[Outcome] = asyncio.Queue()
        self._appliance = appliance
        self._followed = asyncio.Event()
        self.panel = Panel(
            appliance.expeditor,
            dict.fromkeys(("grill", "fry", "pass"), BAR),
            per_page=8,
            shown_now=appliance.shown_now,
            printers_now=appliance.printers_now,
            tell=lambda _press, outcome: self._outcomes.put_nowait(outcome),
            follow=lambda _happened: self._followed.set(),
            clock=lambda: self.now,
        )

    async def press(self, action: str, station: str = "grill", *, by: str = "grill-1") -> Outcome:
        """A second after the last one; what came of it."""
        self.now += 1
        return await self.press_at(self.now, action, station, by=by)

    async def press_at(
        self, down_at: float, action: str, station: str = "grill", *, by: str = "grill-1"
    ) -> Outcome:
        self.panel.press(Press(by, None, station, parse(action), down_at))
        return await self.outcome()

    async def outcome(self) -> Outcome:
        """What came of the next press."""
        async with asyncio.timeout(5):
            return await self._outcomes.get()

    async def sees(self, station: str, *orders: str) -> None:
        """Until the lamps of a station stand for these orders."""
        while self.panel.boards[station].shown.face.orders != orders:
            self._followed.clear()
            await self._followed.wait()

    async def states(self, station: str = "grill") -> list[tuple[str, str]]:
        tickets = await self._appliance.tickets(station)
        return [(ticket["order_id"], ticket["status"]) for ticket in tickets]


@pytest.fixture
async def kitchen(tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, AT_ONCE) as appliance:
        yield appliance


@pytest.fixture
async def hand(kitchen: RunningAppliance) -> AsyncIterator[Hand]:
    hand = Hand(kitchen)
    following = asyncio.create_task(hand.panel.run())
    yield hand
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following


async def ordered(kitchen: RunningAppliance, hand: Hand, *orders: str) -> None:
    for order in orders:
        items = [{"lineId": "1", "name": "Hamburger"}, {"lineId": "2", "name": "Steak"}]
        assert await kitchen.order(id=order, items=items) == order.encode()
    await hand.sees("grill", *orders)
    hand.now += 1


DONE = Outcome("done")


async def test_a_slot_is_bumped(kitchen: RunningAppliance, hand: Hand) -> None:
    await ordered(kitchen, hand, "A", "B", "C")
    assert await hand.press("bump 2") == DONE
    assert await hand.states() == [("A", "pending"), ("C", "pending")]


async def test_the_ticket_that_was_there_is_bumped_though_another_has_taken_its_place(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B", "C")
    await kitchen.call("POST", "/stations/grill/orders/A/ticket/bump")
    await hand.sees("grill", "B", "C")
    assert await hand.press_at(hand.now + 0.1, "bump 1") == DONE  # It was A that was meant.
    assert await hand.states() == [("B", "pending"), ("C", "pending")]
    assert await hand.press_at(hand.now + 0.5, "bump 1") == DONE
    assert await hand.states() == [("C", "pending")]


async def test_what_was_selected_before_is_bumped_though_both_presses_come_late(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B", "C")
    await hand.press_at(hand.now - 0.2, "next", by="bar")
    assert await hand.press_at(hand.now - 0.1, "bump", by="bar") == DONE
    assert await hand.states() == [("A", "pending"), ("C", "pending")]


async def test_two_presses_of_one_button_bump_two_tickets(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B", "C")
    await hand.press("bump 1")
    await hand.sees("grill", "B", "C")
    await hand.press_at(hand.now + 0.15, "bump 1")
    assert await hand.states() == [("C", "pending")]


async def test_a_bump_bar_selects_and_bumps(kitchen: RunningAppliance, hand: Hand) -> None:
    await ordered(kitchen, hand, "A", "B", "C")
    await hand.press("next")
    await hand.press("start")
    assert await hand.states() == [("A", "pending"), ("B", "in_progress"), ("C", "pending")]
    await hand.press("ready")
    await hand.press("bump")
    await hand.sees("grill", "A", "C")
    assert hand.panel.boards["grill"].shown.face.selected == "C"
    await hand.press("previous")
    await hand.press("bump")
    assert await hand.states() == [("C", "pending")]


async def test_the_newest_that_was_bumped_is_recalled(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B", "C")
    await hand.press("bump 3")
    tick = kitchen.expeditor.now().tick
    while kitchen.expeditor.now().tick == tick:  # Which is newer is told by milliseconds.
        await asyncio.sleep(0)
    await hand.press("bump 1")
    await hand.sees("grill", "B")
    assert await hand.press("recall") == DONE
    assert await hand.states() == [("A", "recalled"), ("B", "pending")]


async def test_a_press_is_taken_back(kitchen: RunningAppliance, hand: Hand) -> None:
    await ordered(kitchen, hand, "A", "B")
    await hand.press("start 1")
    await hand.press("bump 2")
    assert await hand.press("undo") == DONE
    assert await hand.states() == [("A", "in_progress"), ("B", "pending")]


async def test_lines_are_ticked_one_after_the_other(kitchen: RunningAppliance, hand: Hand) -> None:
    await ordered(kitchen, hand, "A")
    await hand.press("item 1")
    (ticket,) = await kitchen.tickets("grill")
    assert [item["is_done"] for item in ticket["items"]] == [True, False]
    await hand.press("item")
    assert await hand.states() == [("A", "ready")]
    assert await hand.press("item") == Outcome("nothing there")


async def test_courses_are_fired_one_after_the_other(kitchen: RunningAppliance, hand: Hand) -> None:
    courses = {"1": "2", "2": "3", "3": "Sweet"}
    items = [
        {"lineId": line, "name": "Steak", "course": course, "courseStatus": "hold"}
        for line, course in courses.items()
    ]
    assert await kitchen.order(id="A", items=items) == b"A"
    await hand.sees("grill", "A")
    for held in ([False, True, True], [False, False, True], [False, False, False]):
        assert await hand.press("fire") == DONE
        (ticket,) = await kitchen.tickets("grill")
        assert [item["held"] for item in ticket["items"]] == held
    assert await hand.press("fire") == Outcome("nothing there")


async def test_what_cannot_be_done_is_told(kitchen: RunningAppliance, hand: Hand) -> None:
    assert await hand.press("bump 1") == Outcome("nothing there")
    assert await hand.press("recall") == Outcome("nothing there")
    refused = await hand.press("undo")
    assert refused.what == "refused"
    await ordered(kitchen, hand, "A")
    assert (await hand.press("ready 1")).what == "refused"
    assert await hand.states() == [("A", "pending")]


async def test_what_is_gone_or_was_never_there_is_not_selected(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    for action in ("next", "page", "select 1"):
        assert await hand.press(action) == Outcome("nothing there")
    await ordered(kitchen, hand, "A", "B")
    await kitchen.call("POST", "/stations/grill/orders/A/ticket/bump")
    await hand.sees("grill", "B")
    assert await hand.press_at(hand.now + 0.1, "select 1") == Outcome("nothing there")
    assert await hand.press("select 1") == DONE


async def test_a_press_that_arrives_twice_counts_once(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B")
    for action in ("item 1", "next", "summon", "bump 1"):
        hand.now += 1
        press = Press("bar", action, "grill", parse(action), hand.now)
        hand.panel.press(press)
        assert await hand.outcome() == DONE
        hand.panel.press(press)
    (ticket,) = await kitchen.tickets("grill")
    assert ticket["order_id"] == "B"
    assert hand.panel.boards["grill"].shown.face.selected == "B"
    (summons,) = kitchen.expeditor.kitchen.summons
    assert summons.station == "grill"
    _, status = await kitchen.call("GET", "/stations/grill/tickets?status=completed")
    assert [each["order_id"] for each in status] == ["A"]


async def test_of_two_devices_that_press_for_one_ticket_one_bumps_it(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B", "C")
    hand.panel.press(Press("button grill-1", None, "grill", parse("bump 1"), hand.now))
    hand.panel.press(Press("bar grill-bar", "bump", "grill", parse("bump"), hand.now))
    assert [await hand.outcome(), await hand.outcome()] == [DONE, DONE]
    await hand.sees("grill", "B", "C")
    at = hand.now + 0.2
    hand.panel.press(Press("bar grill-bar", "1", "grill", parse("bump 1"), at))
    assert await hand.outcome() == DONE
    assert await hand.states() == [("B", "pending"), ("C", "pending")]


async def test_a_recall_brings_back_the_newest_that_can_come_back(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B")
    courses = [
        {"lineId": "1", "name": "Steak", "course": "1"},
        {"lineId": "2", "name": "Steak", "course": "2", "courseStatus": "hold"},
    ]
    assert await kitchen.order(id="C", items=courses) == b"C"
    await hand.sees("grill", "A", "B", "C")
    hand.now += 1
    await hand.press("bump 1")
    await hand.sees("grill", "B", "C")
    await hand.press("bump 2")  # Its first course; the second one stays.
    await hand.press("fire 2")
    assert await hand.states() == [("B", "pending"), ("C", "pending")]
    assert await hand.press("recall") == DONE
    assert ("A", "recalled") in await hand.states()


async def test_a_recall_brings_back_no_other_order_of_that_id(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B")
    await hand.press("bump 1")
    await hand.sees("grill", "B")
    await hand.press("bump 1")
    for order in ("A", "B"):
        await kitchen.call("POST", f"/stations/pass/orders/{order}/ticket/bump")
    items = [{"lineId": "9", "name": "Chicken Burger"}]
    assert await kitchen.order(id="B", items=items) == b"B"
    await hand.sees("grill", "B")
    assert await hand.press("recall") == DONE
    assert ("A", "recalled") in await hand.states()


async def test_what_was_fired_at_a_station_is_taken_back_there(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    items = [{"lineId": "1", "name": "Steak", "course": "2", "courseStatus": "hold"}]
    assert await kitchen.order(id="A", items=items) == b"A"
    await hand.sees("grill", "A")
    hand.now += 1
    assert await hand.press("fire 1") == DONE
    assert await hand.states() == [("A", "pending")]
    assert await hand.press("undo") == DONE
    assert await hand.states() == [("A", "held")]


async def test_who_pressed_is_told_with_the_event(kitchen: RunningAppliance, hand: Hand) -> None:
    await ordered(kitchen, hand, "A")
    await hand.press("bump 1", by="button grill-1")
    newest = kitchen.expeditor.feed.after(kitchen.expeditor.feed.head - 1)[-1]
    assert getattr(newest.event, "by", None) == "button grill-1"


async def test_the_counts_of_a_station_are_called_and_dismissed(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A")
    board = hand.panel.boards["grill"]
    await hand.press("all-day")
    assert board.counts
    await hand.press("all-day")
    assert not board.counts


async def test_print_has_the_ticket_come_out_once_more(
    kitchen: RunningAppliance, hand: Hand
) -> None:
    await ordered(kitchen, hand, "A", "B")
    await hand.sees("grill", "A", "B")
    why = "no printer prints for 'grill'"
    assert await hand.press("print 2") == Outcome("refused", why)
    kitchen.printers_now.show(now("fry-printer", "fry"))
    assert await hand.press("print 2") == Outcome("refused", why)
    kitchen.printers_now.show(now("hot", "fry", "grill", state="offline"))
    for action in ("print 2", "print", "print 3"):
        await hand.press(action)
    asked = [
        (each.event.ticket.station, each.placed and each.placed.order.id, each.event.by)
        for each in kitchen.expeditor.feed.after(0)
        if isinstance(each.event, PrintAsked)
    ]
    assert asked == [("grill", "B", "grill-1"), ("grill", "A", "grill-1")]
    assert await hand.states() == [("A", "pending"), ("B", "pending")]
