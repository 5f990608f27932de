"""An appliance as the LAN screen of another: orders there are tickets here, and none goes round."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from appliance.config.values import Address
from appliance.screens.feeding import Fed, Feeding
from tests.running import AT_ONCE, RunningAppliance, running

BURGER = {"lineId": "1", "name": "Hamburger"}
FRIES = {"lineId": "2", "name": "French Fries"}
SECONDS = 20


class Chained:
    """An appliance, and what it feeds."""

    def __init__(self, one: RunningAppliance, identifier: str) -> None:
        self.appliance = one
        self.identifier = identifier
        fed_from = one.directory / "fed"  # The appliance's own feeding has its file.
        fed_from.mkdir()
        self.feeding = Feeding(
            one.expeditor,
            one.log,
            fed_from,
            mode="real",
            identifier=identifier,
            changed=lambda: None,
        )
        self._as_screen = identifier

    def feeds(self, other: "Chained", *stations: str, name: str | None = None) -> None:
        """`name`: what it takes the other for, where that is not its identifier."""
        address = Address(f"127.0.0.1:{other.appliance.orders_port}")
        fed = Fed(address, frozenset(stations) if stations else None)
        self._as_screen = name or other.identifier
        self.feeding.feed({self._as_screen: fed})

    async def in_step(self) -> None:
        """Wait until the other was told everything."""
        async with asyncio.timeout(SECONDS):
            while True:
                status = self.feeding.status(self._as_screen)
                if status.seq == self.appliance.expeditor.seq and not status.waiting:
                    return
                await asyncio.sleep(0.01)

    async def shows(self, station: str) -> list[tuple[str, list[str]]]:
        """Ids of orders and names of items that are on a station's board."""
        return [
            (ticket["order_id"], [i["name"] for i in ticket["items"] if i["change"] != "deleted"])
            for ticket in await self.appliance.tickets(station)
            if ticket["status"] != "voided"
        ]

    async def act(self, station: str, order_id: str, action: str) -> None:
        path = f"/stations/{station}/orders/{order_id}/ticket/{action}"
        status, body = await self.appliance.call("POST", path)
        assert status == 200, body


@contextlib.asynccontextmanager
async def chained(directory: Path, *names: str) -> AsyncIterator[list[Chained]]:
    """Appliances that feed."""
    async with contextlib.AsyncExitStack() as stack:
        all_of_them = []
        for name in names:
            place = directory / name
            place.mkdir()
            one = await stack.enter_async_context(running(place, AT_ONCE))
            identifier = (place / "identity").read_text()
            all_of_them.append(Chained(one, identifier))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each.feeding.run()) for each in all_of_them]
            yield all_of_them
            for task in tasks:
                task.cancel()


async def test_orders_there_are_tickets_here(tmp_path: Path) -> None:
    async with chained(tmp_path, "front", "back") as (front, back):
        front.feeds(back, "grill")
        await front.appliance.order(id="7", name="Ann", items=[BURGER, FRIES])
        await front.in_step()
        assert await back.shows("grill") == [("7", ["Hamburger"])]
        assert await back.shows("fry") == []
        await front.appliance.order(
            "update-order", id="7", items=[BURGER, BURGER | {"lineId": "3"}]
        )
        await front.in_step()
        assert await back.shows("grill") == [("7", ["Hamburger", "Hamburger"])]
        await front.act("grill", "7", "bump")
        await front.in_step()
        # What was finished there looks like no cancelled order here.
        assert await back.appliance.tickets("grill") == []
        await front.act("grill", "7", "recall")
        await front.in_step()
        assert await back.shows("grill") == [("7~2", ["Hamburger", "Hamburger"])]
        await front.appliance.order("cancel-order", id="7")
        await front.in_step()
        assert [each["status"] for each in await back.appliance.tickets("grill")] == ["voided"]


async def test_two_that_feed_each_other_do_not_go_round(tmp_path: Path) -> None:
    async with chained(tmp_path, "front", "back") as (front, back):
        front.feeds(back)
        back.feeds(front)
        await front.appliance.order(id="7", items=[BURGER])
        await back.appliance.order(id="8", items=[FRIES])
        await front.in_step()
        await back.in_step()
        for each in (front, back):
            shown = await each.shows("pass")
            assert sorted(shown) == [("7", ["Hamburger"]), ("8", ["French Fries"])]
        await front.act("pass", "7", "bump")
        await front.in_step()
        await back.in_step()
        assert await back.shows("pass") == [("8", ["French Fries"])]
        assert {each.feeding.tallies.refused for each in (front, back)} == {0}
        assert front.appliance.router.counters["malformed"] == 0


async def test_what_comes_back_to_where_it_came_from_changes_nothing(tmp_path: Path) -> None:
    """Nobody knows that they are each other's screens: they are known by their addresses alone."""
    async with chained(tmp_path, "front", "back") as (front, back):
        front.feeds(back, name="kitchen-tv")
        back.feeds(front, name="front-tv")
        await front.appliance.order(id="7", items=[BURGER])
        await front.in_step()
        await back.in_step()
        assert back.feeding.tallies.accepted == 1
        # Nor does it take back its own order, when that is over in the other's kitchen.
        await back.act("pass", "7", "bump")
        await back.in_step()
        assert await front.shows("pass") == [("7", ["Hamburger"])]
        assert {each.feeding.tallies.refused for each in (front, back)} == {0}
        assert front.appliance.router.status().refusals == []
        assert front.appliance.expeditor.kitchen.orders_in_memory == 1
        metadata: list[Any] = [each["metadata"] for each in await back.appliance.tickets("grill")]
        assert all("via" not in each for each in metadata)


async def test_what_was_made_or_is_shown_elsewhere_again_is_struck_through_nowhere(
    tmp_path: Path,
) -> None:
    async with chained(tmp_path, "front", "back") as (front, back):
        front.feeds(back, "grill", "fry")
        await front.appliance.order(id="7", items=[BURGER, FRIES])
        await front.appliance.order(id="8", items=[FRIES])
        await front.in_step()
        assert await back.shows("fry") == [("7", ["French Fries"]), ("8", ["French Fries"])]
        # It stood in for the screen of the fryer, which is back.
        front.feeds(back, "grill")
        async with asyncio.timeout(SECONDS):
            while await back.appliance.tickets("fry"):
                await asyncio.sleep(0.01)
        assert await back.shows("grill") == [("7", ["Hamburger"])]
        assert await lines(back, "pass") == {"7": [("Hamburger", None)]}
        front.feeds(back, "grill", "fry")
        async with asyncio.timeout(SECONDS):
            while (await lines(back, "fry")).keys() != {"7", "8~2"}:
                await asyncio.sleep(0.01)
        await front.act("fry", "7", "bump")
        await front.in_step()
        assert (await lines(back, "fry")).keys() == {"8~2"}
        assert (await lines(back, "pass"))["7"] == [("Hamburger", None)]
        await front.appliance.order("update-order", id="7", items=[FRIES])
        await front.in_step()
        assert [each["status"] for each in await back.appliance.tickets("grill")] == ["voided"]


async def lines(one: Chained, station: str) -> dict[str, list[tuple[str, str | None]]]:
    """By order, the items of its card and what is marked of them."""
    return {
        ticket["order_id"]: [(item["name"], item["change"]) for item in ticket["items"]]
        for ticket in await one.appliance.tickets(station)
    }


async def test_three_in_a_circle_stand_still(tmp_path: Path) -> None:
    async with chained(tmp_path, "a", "b", "c") as (a, b, c):
        a.feeds(b, name="b")
        b.feeds(c, name="c")
        c.feeds(a, name="a")
        await a.appliance.order(id="7", items=[BURGER])
        for each in (a, b, c):
            await each.in_step()
        assert all([await each.shows("grill") for each in (a, b, c)])
        assert a.appliance.router.counters["malformed"] == 0
        assert c.feeding.tallies == (1, 0, 0)
        assert a.appliance.expeditor.kitchen.orders_in_memory == 1
