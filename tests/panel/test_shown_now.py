"""What the panel has boards show reaches the screens, by both kinds of streams."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from appliance.api.events import listener as event_listener
from appliance.config.actions import parse
from appliance.panel.panel import Panel, Press
from tests.api.asking import ask
from tests.api.listening import Heard, listening
from tests.api.talking import subscribed
from tests.running import AT_ONCE, RunningAppliance, running

BAR = ("bump", "next", "previous", "page", "all-day")
BUTTONS = ("bump 1", "bump 2")
NOTHING = {"selected_order_id": None, "first": 0, "per_page": 2, "slots": False, "all_day": False}


class Hand:
    """Presses the devices of an appliance; the clock goes a second each time."""

    def __init__(self, appliance: RunningAppliance, does: Mapping[str, Sequence[str]]) -> None:
        self._now = 100.0
        self.panel = Panel(
            appliance.expeditor,
            {station: [*map(parse, texts)] for station, texts in does.items()},
            per_page=2,
            shown_now=appliance.shown_now,
            printers_now=appliance.printers_now,
            tell=lambda _press, _outcome: None,
            follow=lambda _happened: None,
            clock=lambda: self._now,
        )

    def press(self, action: str, station: str = "grill") -> None:
        self._now += 1
        self.panel.press(Press("bar", None, station, parse(action), self._now))


@contextlib.asynccontextmanager
async def devices(appliance: RunningAppliance, **does: Sequence[str]) -> AsyncIterator[Hand]:
    hand = Hand(appliance, does)
    following = asyncio.create_task(hand.panel.run())
    try:
        yield hand
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following


@pytest.fixture
async def kitchen(tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, AT_ONCE) as appliance:
        yield appliance


async def ordered(kitchen: RunningAppliance, *orders: str) -> None:
    for order in orders:
        items = [{"lineId": "1", "name": "Hamburger"}]
        assert await kitchen.order(id=order, items=items) == order.encode()


def shows(station: str, **view: Any) -> Callable[[Any], bool]:
    """Whether a message says this of the board of a station."""
    payload = {"station_id": station, **NOTHING, **view}

    def is_that(heard: Any) -> bool:
        body = heard.body if isinstance(heard, Heard) else heard
        return bool(body == {"type": "kds.board", "payload": payload})

    return is_that


def kinds(heard: Sequence[Any]) -> list[str]:
    bodies = [each.body if isinstance(each, Heard) else each for each in heard]
    return [body["type"] for body in bodies if body["type"] != "beat"]


async def test_what_a_key_changes_is_heard_at_once_by_both_kinds_of_listeners(
    kitchen: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_listener, "BEAT_SECONDS", 60)  # Nothing comes with a beat.
    async with (
        devices(kitchen, grill=BAR) as hand,
        subscribed(kitchen) as talk,
        listening(kitchen) as stream,
    ):
        await ordered(kitchen, "A", "B", "C")
        for listener in (talk, stream):
            await listener.until(shows("grill", selected_order_id="A"))
        for key, view in (
            ("next", {"selected_order_id": "B"}),
            ("next", {"selected_order_id": "C", "first": 2}),
            ("all-day", {"selected_order_id": "C", "first": 2, "all_day": True}),
            ("page", {"selected_order_id": "A", "all_day": True}),
            ("all-day", {"selected_order_id": "A"}),
        ):
            hand.press(key)
            for listener in (talk, stream):
                heard = await listener.until(shows("grill", **view))
                assert kinds(heard).count("kds.board") == 1
                assert getattr(heard[-1], "id", None) is None  # No place to come back to.


async def test_a_ticket_is_heard_of_before_it_is_selected(kitchen: RunningAppliance) -> None:
    async with devices(kitchen, grill=BAR) as hand, listening(kitchen) as stream:
        await stream.until(shows("grill"))
        await ordered(kitchen, "A", "B")
        heard = await stream.until(shows("grill", selected_order_id="A"))
        assert "kds.ticket.created" in kinds(heard)
        hand.press("bump")
        heard = await stream.until(shows("grill", selected_order_id="B"))
        assert kinds(heard)[-2:] == ["kds.ticket.bumped", "kds.board"]


async def test_whoever_comes_is_told_all_of_it_after_the_state_and_before_the_first_beat(
    kitchen: RunningAppliance,
) -> None:
    async with devices(kitchen, grill=BAR, fry=BUTTONS) as hand, listening(kitchen) as first:
        await ordered(kitchen, "A", "B", "C")
        await first.until(shows("grill", selected_order_id="A"))
        hand.press("next")
        await first.until(shows("grill", selected_order_id="B"))
        for query in ("", f"?since={kitchen.log.head}", f"?since={kitchen.log.head - 1}"):
            async with listening(kitchen, query) as stream:
                heard = await stream.until(lambda each: each.type == "beat")
            *state, at_grill, at_fry, _beat = heard
            assert shows("grill", selected_order_id="B")(at_grill)
            assert shows("fry", slots=True)(at_fry)
            assert "kds.board" not in kinds(state)
            assert len(state) == (0 if query.endswith(f"={kitchen.log.head}") else 1)
        async with subscribed(kitchen) as talk:
            await talk.the("kds.snapshot")
            assert shows("grill", selected_order_id="B")(await talk.the("kds.board"))


async def test_it_comes_again_with_each_snapshot(
    kitchen: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_listener, "BEAT_SECONDS", 0.05)
    now = kitchen.expeditor.now
    async with devices(kitchen, grill=BAR), listening(kitchen) as stream:
        await stream.snapshot()
        await stream.until(shows("grill"))
        kitchen.expeditor.now = lambda: replace(now(), at=now().at + 3_600_000)
        heard = await stream.until(shows("grill"))
        assert kinds(heard) == ["kds.snapshot", "kds.board"]


async def test_a_listener_hears_of_the_stations_that_it_may_see(kitchen: RunningAppliance) -> None:
    token = kitchen.token("chef", stations=["fry"])
    async with (
        devices(kitchen, grill=BAR, fry=BAR) as hand,
        listening(kitchen, token=token) as one,
        listening(kitchen, "?station_id=fry") as other,
        listening(kitchen) as everything,
    ):
        await everything.until(shows("fry"))
        hand.press("all-day", "grill")
        hand.press("all-day", "fry")
        await everything.until(shows("grill", all_day=True))
        for stream in (one, other):
            heard = await stream.until(shows("fry", all_day=True))
            assert not any(
                each.body.get("payload", {}).get("station_id") == "grill" for each in heard
            )


async def test_stations_without_devices_have_nothing_of_it(kitchen: RunningAppliance) -> None:
    async with devices(kitchen, grill=BUTTONS), listening(kitchen) as stream:
        heard = await stream.until(lambda each: each.type == "beat")
        heard += await stream.until(shows("grill", slots=True)) if len(heard) < 3 else []
        assert kinds(heard) == ["kds.snapshot", "kds.board"]


@pytest.mark.parametrize(
    ("does", "slots", "selects"),
    [
        (["bump 1", "recall", "undo", "summon"], True, False),
        (["bump"], False, True),
        (["next", "bump 1"], True, True),
        (["page"], False, True),
        (["select 2"], True, True),
        (["recall", "all-day"], False, False),
    ],
)
async def test_a_board_shows_what_the_devices_of_its_station_need(
    kitchen: RunningAppliance, does: list[str], *, slots: bool, selects: bool
) -> None:
    await ordered(kitchen, "A")
    async with devices(kitchen, grill=does), listening(kitchen) as stream:
        selected = "A" if selects else None
        await stream.until(shows("grill", slots=slots, selected_order_id=selected))


async def test_a_press_calls_somebody_and_another_one_nobody_any_more(
    kitchen: RunningAppliance,
) -> None:
    async with devices(kitchen, grill=["summon"]) as hand, listening(kitchen) as stream:
        for live in (True, False, True):
            hand.press("summon")
            heard = (await stream.until(lambda each: each.type == "kds.summon"))[-1].body
            assert heard["payload"] == {"station_id": "grill"}
            assert (heard["live"], heard["by"]) == (live, "bar")
        await ask(kitchen, "DELETE", "/api/v1/kds/stations/grill/summon")
        hand.press("summon", "grill")
        heard = await stream.until(lambda each: each.type == "kds.summon" and each.body["live"])
        assert heard[-1].body["seq"] == kitchen.log.head


async def test_a_board_that_only_a_light_stands_for_keeps_its_own_pages(
    kitchen: RunningAppliance,
) -> None:
    does: dict[str, Sequence[str]] = {"pass": ()}
    async with devices(kitchen, grill=BUTTONS, **does), subscribed(kitchen) as talk:
        await ordered(kitchen, "A")
        await talk.until(shows("grill", slots=True))
        assert [*kitchen.shown_now.views] == ["grill"]
