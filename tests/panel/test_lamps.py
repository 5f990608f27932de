"""Lamps and sounds follow the log, and time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from appliance.expeditor import Fault
from appliance.kitchen.command import Summon
from appliance.panel.boards import Happened
from appliance.panel.lamps import Lamps, StackLight
from appliance.panel.panel import Panel
from hardware.lights import (
    ALARM,
    DOUBLE_BEEP,
    FAST_BLINK,
    LONG_BEEP,
    SHORT_BEEP,
    TRIPLE_BEEP,
    Lamp,
    Pattern,
)
from hardware.simulated import SimulatedLamps
from tests.api.printing import now
from tests.api.walking import KitchenClock
from tests.panel.hands import (
    BURGER,
    FRIES,
    colours,
    device,
    followed,
    key,
    lamps,
    light,
    ordered,
    pins,
    press,
)
from tests.running import RunningAppliance

WIRED = [
    Lamp(name=name, pin=pin)
    for name, pin in (
        ("grill-1", 27),
        ("grill-2", 23),
        ("tower/green", 5),
        ("tower/amber", 6),
        ("tower/red", 13),
    )
]
LATE, VERY_LATE = 300, 480
"""Seconds after which a ticket is, by default."""


async def test_a_lamp_is_lit_while_a_ticket_is_in_its_place(hands: RunningAppliance) -> None:
    assert await lamps(hands) == ["off", "off"]
    await ordered(hands, "A", "B")
    assert await lamps(hands) == ["on", "on"]
    assert (await device(hands, "next"))["lamp"]["shows"] == "on"  # Something is selected.
    await press(hands, "grill-1")
    assert await lamps(hands) == ["on", "off"]
    await press(hands, "grill-1")
    assert await lamps(hands) == ["off", "off"]
    assert (await device(hands, "next"))["lamp"]["shows"] == "off"


async def test_what_is_told_is_what_the_pin_does(hands: RunningAppliance) -> None:
    eyes = SimulatedLamps(pins(hands), WIRED)
    for orders in ((), ("A",)):
        await ordered(hands, *orders)
        for name in ("grill-1", "grill-2"):
            assert (await device(hands, name))["lamp"]["lit"] is eyes.lit(name)
        assert eyes.lit("grill-1") is bool(orders)
    tower = (await device(hands, "tower"))["lamps"]
    for colour in ("green", "amber", "red"):
        assert tower[colour]["lit"] is eyes.lit(f"tower/{colour}")


async def test_a_held_ticket_flashes(hands: RunningAppliance) -> None:
    await ordered(hands, "A", item=BURGER | {"course": "1", "courseStatus": "hold"})
    assert await lamps(hands) == ["short flash", "off"]
    await hands.call("POST", "/courses/fire", json={"order_id": "A", "course_number": 1})
    await followed(hands)
    assert await lamps(hands) == ["on", "off"]


async def test_lamps_blink_when_it_is_late_without_anything_happening(
    hands: RunningAppliance, clock: KitchenClock
) -> None:
    await ordered(hands, "A")
    clock.seconds = 60
    await ordered(hands, "B")
    clock.seconds = LATE - 1
    await ordered(hands, "C")
    assert await lamps(hands) == ["on", "on"]
    clock.seconds = LATE
    await light(hands, "slow blink", "on")
    assert await colours(hands) == {"amber"}
    clock.seconds = LATE + 60
    await light(hands, "slow blink", "slow blink")
    clock.seconds = VERY_LATE
    await light(hands, "fast blink", "slow blink")
    assert await colours(hands) == {"red"}
    await press(hands, "grill-1")
    assert await lamps(hands) == ["slow blink", "on"]


async def test_a_promise_that_has_changed_counts(
    hands: RunningAppliance, clock: KitchenClock
) -> None:
    for order in ("A", "B"):
        at = "2026-03-02T18:09:00Z"  # Nine minutes from now.
        assert await hands.order(id=order, items=[BURGER], pickupTime=at) == order.encode()
    later = "2026-03-02T18:30:00Z"
    await light(hands, "short flash", "short flash")
    clock.seconds = 120
    await ordered(hands, "Elsewhere", item=FRIES)  # Something happens, and so time has passed.
    await light(hands, "on", "on")
    assert await hands.order("update-order", id="A", items=[BURGER], pickupTime=later) == b"A"
    clock.seconds = 9 * 60
    await light(hands, "on", "fast blink")


async def test_the_stack_light_is_green_while_all_is_well(hands: RunningAppliance) -> None:
    assert await colours(hands) == {"green"}
    await ordered(hands, "A")
    assert await colours(hands) == {"green"}


async def test_the_stack_light_is_red_while_nothing_can_be_stored(hands: RunningAppliance) -> None:
    hands.expeditor.fault = Fault("no room", 0.0)
    async with asyncio.timeout(5):
        while await colours(hands) != {"red"}:
            await asyncio.sleep(0.01)
        hands.expeditor.fault = None
        while await colours(hands) != {"green"}:
            await asyncio.sleep(0.01)


class Heard:
    """The sounds for some stations, one after the other."""

    def __init__(self, appliance: RunningAppliance, *stations: str) -> None:
        self.sounds: list[str] = []
        self._appliance = appliance
        self._panel = Panel(
            appliance.expeditor,
            {"grill": (), "fry": (), "pass": ()},
            per_page=8,
            shown_now=appliance.shown_now,
            printers_now=appliance.printers_now,
            tell=lambda *_: None,
            follow=self._follow,
        )
        buzzer = StackLight(stations, {"buzzer": "buzzer"}, is_at_the_pass="pass" in stations)
        self.now = 0.0
        """Monotonic, seconds."""
        self.lamps = Lamps(
            appliance.expeditor,
            self._panel.boards,
            [],
            [buzzer],
            self._show,
            printers_now=appliance.printers_now,
            clock=lambda: self.now,
        )

    def _follow(self, happened: list[Happened]) -> None:
        self.lamps.follow(happened)

    def _show(self, name: str, pattern: Pattern) -> None:
        assert name == "buzzer"
        self.sounds.append(pattern.name)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._panel.run())
            group.create_task(self.lamps.run())

    def look(self) -> None:
        """It has looked at the printers as they are now."""
        self.lamps.follow([])

    async def expect(self, *sounds: str) -> None:
        """These since the last time, and the boards are as they are."""
        boards, kitchen = self._panel.boards, self._appliance.expeditor.kitchen
        async with asyncio.timeout(5):
            while self.sounds != [*sounds] or any(
                [card.ticket for card in board.cards] != kitchen.live_tickets(station)
                for station, board in boards.items()
            ):
                await asyncio.sleep(0.01)
        self.sounds.clear()
        self.now += 10  # Whatever it was, it has ended.


@pytest.fixture
async def heard(
    hands: RunningAppliance,
) -> AsyncIterator[Heard]:
    await ordered(hands, "Old")
    heard = Heard(hands, "grill")
    running_it = asyncio.create_task(heard.run())
    yield heard
    running_it.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running_it


SHORT, DOUBLE = SHORT_BEEP.name, DOUBLE_BEEP.name


async def test_a_call_is_heard_at_the_pass_once(hands: RunningAppliance, heard: Heard) -> None:
    at_the_pass = Heard(hands, "pass")
    running_it = asyncio.create_task(at_the_pass.run())
    try:
        await at_the_pass.expect()
        assert (await hands.call("POST", "/stations/fry/summon"))[0] in (200, 201)
        await at_the_pass.expect(ALARM.name)
        await ordered(hands, "A")
        await at_the_pass.expect(SHORT)
        await heard.expect(SHORT)
    finally:
        running_it.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running_it


async def test_a_call_is_heard_once_it_is_stored(hands: RunningAppliance) -> None:
    await ordered(hands, "Old")
    at_the_pass = Heard(hands, "pass")
    running_it = asyncio.create_task(at_the_pass.run())
    try:
        await at_the_pass.expect()
        hands.expeditor.submit(Summon("fry", on=True))
        at_the_pass.lamps.follow([])
        assert at_the_pass.sounds == []
        await at_the_pass.expect(ALARM.name)
    finally:
        running_it.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running_it


async def test_what_is_more_important_is_not_cut_off(hands: RunningAppliance) -> None:
    everywhere = Heard(hands, "grill", "pass")
    running_it = asyncio.create_task(everywhere.run())
    try:
        await everywhere.expect()
        await ordered(hands, "A")
        assert (await hands.call("POST", "/stations/fry/summon"))[0] in (200, 201)
        while everywhere.sounds != [SHORT, ALARM.name]:
            await asyncio.sleep(0.01)
        await ordered(hands, "B")
        everywhere.lamps.refuse("grill")
        await everywhere.expect(SHORT, ALARM.name)
        await ordered(hands, "C")
        everywhere.lamps.refuse("grill")
        await everywhere.expect(SHORT, LONG_BEEP.name)
    finally:
        running_it.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running_it


async def test_what_cannot_be_done_is_heard_at_its_station(
    hands: RunningAppliance, heard: Heard
) -> None:
    await heard.expect()
    heard.lamps.refuse("fry")
    await heard.expect()
    heard.lamps.refuse("grill")
    await heard.expect(LONG_BEEP.name)
    assert (await key(hands, "summary"))["outcome"] == "refused"
    assert (await device(hands, "tower"))["lamps"]["buzzer"]["shows"] == LONG_BEEP.name


async def test_a_ticket_that_is_to_be_made_is_heard_once(
    hands: RunningAppliance, heard: Heard
) -> None:
    await heard.expect()  # What stood there at the start is not new.
    await ordered(hands, "A")
    await heard.expect(SHORT)
    await hands.call("POST", "/stations/grill/orders/A/ticket/start")
    await ordered(hands, "Elsewhere", item=FRIES)
    await heard.expect()


async def test_a_held_ticket_is_heard_when_it_is_fired(
    hands: RunningAppliance, heard: Heard
) -> None:
    await ordered(hands, "A", item=BURGER | {"course": "1", "courseStatus": "hold"})
    await heard.expect()
    await hands.call("POST", "/courses/fire", json={"order_id": "A", "course_number": 1})
    await heard.expect(SHORT)


async def test_what_is_added_to_a_finished_ticket_is_heard_and_what_is_brought_back_is_not(
    hands: RunningAppliance, heard: Heard
) -> None:
    await ordered(hands, "A")
    await heard.expect(SHORT)
    await hands.call("POST", "/stations/grill/orders/A/ticket/bump")
    await hands.call("POST", "/stations/grill/orders/A/ticket/recall")
    await heard.expect()
    await hands.call("POST", "/stations/grill/orders/A/ticket/bump")
    more = [BURGER, {"lineId": "2", "name": "Steak"}]
    assert await hands.order("update-order", id="A", items=more) == b"A"
    await heard.expect(SHORT)


async def test_a_ticket_that_becomes_very_late_is_heard_once(
    hands: RunningAppliance, heard: Heard, clock: KitchenClock
) -> None:
    await heard.expect()
    clock.seconds = VERY_LATE - 1
    await ordered(hands, "A")
    await heard.expect(SHORT)
    clock.seconds = VERY_LATE
    await heard.expect(DOUBLE)
    await ordered(hands, "B")
    await heard.expect(SHORT)


async def shows(appliance: RunningAppliance, **wanted: str) -> None:
    """Until the stack light shows this, and nothing else."""
    expected = {"green": "off", "amber": "off", "red": "off"} | wanted
    async with asyncio.timeout(5):
        while True:
            tower = (await device(appliance, "tower"))["lamps"]
            if {colour: tower[colour]["shows"] for colour in expected} == expected:
                return
            await asyncio.sleep(0.01)


async def test_the_stack_light_says_how_printers_are(hands: RunningAppliance) -> None:
    printers = hands.printers_now
    printers.show(now("hot", "grill", "fry"))
    await shows(hands, green="on")
    for trouble, light_shows in (
        ({"state": "paper low"}, {"amber": "slow blink"}),
        ({"state": "out of paper"}, {"red": "fast blink"}),
        ({"state": "out of paper", "covered_by": "other"}, {"amber": "slow blink"}),
        ({"asking": 1}, {"amber": "slow blink"}),
        ({"state": "silent"}, {"green": "on"}),
        ({"state": "offline"}, {"red": "fast blink"}),
        ({}, {"green": "on"}),
    ):
        printers.show(now("hot", "grill", "fry", **trouble))
        await shows(hands, **light_shows)


async def test_it_goes_on_saying_how_tickets_are(
    hands: RunningAppliance, clock: KitchenClock
) -> None:
    await ordered(hands, "A")
    hands.printers_now.show(now("hot", "grill", state="offline"))
    hands.printers_now.show(now("other", "fry", state="paper low"))
    await shows(hands, amber="slow blink", red="fast blink")
    clock.seconds = LATE
    hands.printers_now.show(now("other", "fry"))
    await shows(hands, amber="on", red="fast blink")
    hands.printers_now.show(now("hot", "grill", state="paper low"))
    clock.seconds = VERY_LATE
    await shows(hands, amber="slow blink", red="on")
    assert await lamps(hands) == ["fast blink", "off"]  # Those of buttons are for tickets alone.
    hands.expeditor.fault = Fault("no room", 0.0)
    hands.printers_now.show(now("hot", "grill", state="offline"))
    await shows(hands, red="on")
    hands.expeditor.fault = None
    await shows(hands, red="fast blink")


async def test_a_printer_that_fails_is_heard_once_at_its_stations(
    hands: RunningAppliance, heard: Heard
) -> None:
    hands.printers_now.show(now("hot", "grill", state="offline"))
    hands.printers_now.show(now("other", "fry"))
    heard.look()  # How it was found is no news.
    await heard.expect()
    for trouble in ({}, {"state": "paper low"}, {"state": "cover open", "covered_by": "other"}):
        hands.printers_now.show(now("hot", "grill", **trouble))
        heard.look()
    await heard.expect()
    hands.printers_now.show(now("hot", "grill", state="cover open"))
    heard.look()
    await heard.expect(TRIPLE_BEEP.name)
    hands.printers_now.show(now("hot", "grill", state="out of paper", waiting=1))
    hands.printers_now.show(now("other", "fry", state="offline"))
    heard.look()
    await heard.expect()


async def test_lights_of_other_stations_say_nothing_of_it(hands: RunningAppliance) -> None:
    shown: dict[str, Pattern] = {}
    boards = Panel(
        hands.expeditor,
        {"grill": ()},
        per_page=8,
        shown_now=hands.shown_now,
        printers_now=hands.printers_now,
        tell=lambda *_: None,
        follow=lambda _: None,
    ).boards
    at_the_grill = StackLight(["grill"], {"red": "red", "amber": "amber", "green": "green"})
    at_the_grill_alone = Lamps(
        hands.expeditor,
        boards,
        [],
        [at_the_grill],
        shown.__setitem__,
        printers_now=hands.printers_now,
    )
    hands.printers_now.show(now("other", "fry", state="offline"))
    at_the_grill_alone.follow([])
    assert [name for name, pattern in shown.items() if pattern.name != "off"] == ["green"]
    hands.printers_now.show(now("both", "fry", "grill", state="offline"))
    at_the_grill_alone.follow([])
    assert shown["red"] == FAST_BLINK
