"""Whatever a night brings, and however screen, network and hub fail: then all is in step again."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, NamedTuple

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.settings import Settings
from appliance.screens.feeding import Fed
from tests.kitchen.nights import Step, commands, creates, step, ways_to_work
from tests.kitchen.orders import new_kitchen
from tests.proof import count
from tests.screens.hub import SECONDS, Hub, hurried, ordered
from tests.screens.lan_screen import LanScreen

NIGHTS: Final = count(30, proof=400)
"""Each with some five faults, and up to ten."""

What = Literal[
    "killed",
    "killed, keeps all",
    "started anew",
    "hangs",
    "cuts",
    "refuses",
    "moves",
    "hub stops",
    "hub is killed",
    "other stations",
    "pause",
    "well",
]


class Fault(NamedTuple):
    """Something that goes wrong, or is well again."""

    what: What
    number: int
    """Of bytes, or of milliseconds."""


faults = st.builds(
    Fault,
    st.sampled_from(
        [
            "killed",
            "killed, keeps all",
            "started anew",
            "hangs",
            "cuts",
            "cuts",
            "refuses",
            "moves",
            "hub stops",
            "hub is killed",
            "hub is killed",
            "other stations",
            "pause",
            "pause",
            "well",
            "well",
        ]
    ),
    st.integers(1, 400),
)
STATIONS: Final = [frozenset({"grill"}), frozenset({"fry", "cold"}), frozenset({"pass"}), None]
nights = st.builds(
    lambda first, then: [first, *then],
    step(creates),
    st.lists(step(commands) | faults, min_size=10, max_size=40),
)


class Night:
    """One hub, one screen."""

    def __init__(self, directory: Path, kitchen: Callable[[], Kitchen], first: int) -> None:
        self.hub = Hub(directory, kitchen=kitchen)
        self.screen = LanScreen()
        self.is_up = True
        self.place = first

    @property
    def fed(self) -> Fed:
        return Fed(self.screen.address, STATIONS[self.place % len(STATIONS)])

    async def run(self, steps: list[Step | Fault]) -> None:
        await self.screen.start()
        await self.hub.start(one=self.fed)
        try:
            for each in steps:
                if isinstance(each, Fault):
                    await self.fail(each)
                else:
                    self.hub.seconds += each.pause
                    await self.hub.do(each.command)
            await self.heal()
            await self.becomes_right()
        finally:
            await self.hub.stop()
            if self.is_up:
                await self.screen.kill()

    async def fail(self, fault: Fault) -> None:
        screen = self.screen
        match fault.what:
            case "pause":
                await asyncio.sleep(fault.number / 10_000)
            case "hangs" | "cuts" | "refuses" as way:
                screen.way, screen.cut_after = way, fault.number
            case "well":
                await self.heal()
            case "hub stops":
                await self.hub.stop()
                await self.hub.start()
            case "hub is killed":
                await self.hub.kill()
                await self.hub.start()
            case "other stations":
                self.place += fault.number
                self.hub.feed(one=self.fed)
            case "moves" if self.is_up:
                await screen.elsewhere()
                self.hub.feed(one=self.fed)
            case "started anew" if self.is_up:
                await screen.kill()
                # Sooner it would not be seen to have forgotten, as the guide says.
                await self.hub.knows_away("one")
                await screen.start()
            case "killed" | "killed, keeps all" if self.is_up:
                await screen.kill(forgets=fault.what == "killed")
                self.is_up = False

    async def heal(self) -> None:
        self.screen.heal()
        if not self.is_up:
            await self.screen.start()
            self.is_up = True

    async def becomes_right(self) -> None:
        should = self.hub.shows(self.fed.stations)
        try:
            async with asyncio.timeout(SECONDS):
                while ordered(self.screen.shown) != should:
                    await asyncio.sleep(0.005)
        finally:
            assert ordered(self.screen.shown) == should
        await self.hub.in_step("one")
        assert ordered(self.screen.shown) == should
        assert self.screen.wrong == []


# Each night that fails waits until it is sure: none is made shorter.
@settings(deadline=None, derandomize=True, max_examples=NIGHTS, phases=[Phase.generate])
@given(st.booleans(), ways_to_work, st.integers(0, 3), nights)
def test_the_screen_has_what_is_live(
    with_pass: bool,  # noqa: FBT001
    ways: Settings,
    first: int,
    steps: list[Step | Fault],
) -> None:
    def kitchen() -> Kitchen:
        return new_kitchen(with_pass=with_pass, settings=ways)

    async def night(directory: Path) -> None:
        await Night(directory, kitchen, first).run(steps)

    with tempfile.TemporaryDirectory() as name, hurried():
        asyncio.run(night(Path(name)))
