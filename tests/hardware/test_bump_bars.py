"""What every kind of bump bar keeps to: keyboards and serial bars, real and simulated."""

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.bump_bars import BumpBar
from hardware.connection import MOST_STROKES, Condition, State
from hardware.keys import KeyPress
from tests.hardware.bars import KINDS, MISSING, Bar, listening, unplugged_at_last


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_bar_is_here_to_be_tried_or_said_to_be_missing(name: str, tmp_path: Path) -> None:
    if name in MISSING:
        pytest.skip(f"NOT TESTED: {name}: {MISSING[name]}")
    made = KINDS[name](tmp_path)
    with unplugged_at_last(made):
        assert made.transport.address


@pytest.fixture(params=[kind for kind in KINDS if kind not in MISSING])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bar(kind: str, tmp_path: Path) -> Iterator[Bar]:
    bar = KINDS[kind](tmp_path)
    with unplugged_at_last(bar):
        yield bar


@pytest.fixture
def other(kind: str, tmp_path: Path, bar: Bar) -> Iterator[Bar]:
    del bar  # made first
    other = KINDS[kind](tmp_path)
    with unplugged_at_last(other):
        yield other


async def test_each_press_is_heard_once_by_its_name(bar: Bar) -> None:
    async with listening(bar.transport, bar.profile, "fry-bar") as heard:
        await heard.until(Condition.WORKING)
        pressed = ["bump", "1", "2", "up", "bump", "recall"]
        before = time.monotonic()
        for key in pressed:
            bar.press(key)
        told = [await heard.press() for _ in pressed]
        assert [press.key for press in told] == pressed
        assert {press.bar for press in told} == {"fry-bar"}
        assert all(before - 0.001 <= press.down_at <= time.monotonic() for press in told)
        assert not any(press.repeated for press in told)


async def test_a_held_key_counts_again_only_where_it_may(bar: Bar) -> None:
    async with listening(bar.transport, bar.profile) as heard:
        await heard.until(Condition.WORKING)
        bar.hold("1")
        bar.hold("up")
        bar.press("recall")
        told = [await heard.press() for _ in range(4)]
        assert [(press.key, press.repeated) for press in told] == [
            ("1", False),
            ("up", False),
            ("up", True),
            ("recall", False),
        ]


async def test_a_bar_that_is_not_there_is_away_until_it_is(bar: Bar) -> None:
    bar.unplug()
    async with listening(bar.transport, bar.profile) as heard:
        assert "not plugged in" in await heard.until(Condition.AWAY)
        bar.plug()
        await heard.until(Condition.WORKING)
        bar.press("1")
        assert (await heard.press()).key == "1"


async def test_it_may_be_pulled_out_and_plugged_in_at_any_time(bar: Bar) -> None:
    async with listening(bar.transport, bar.profile) as heard:
        for key in ("1", "2", "bump"):
            await heard.until(Condition.WORKING)
            bar.press(key)
            assert (await heard.press()).key == key
            bar.unplug()
            await heard.until(Condition.AWAY)
            bar.press("recall")  # nobody hears it
            bar.plug()
        await heard.until(Condition.WORKING)
        bar.press("up")
        assert (await heard.press()).key == "up"


async def test_a_half_press_counts_for_nothing_when_the_bar_is_pulled_out(bar: Bar) -> None:
    async with listening(bar.transport, bar.profile) as heard:
        await heard.until(Condition.WORKING)
        bar.half()
        bar.unplug()
        await heard.until(Condition.AWAY)
        bar.plug()
        await heard.until(Condition.WORKING)
        bar.press("1")
        bar.press("bump")
        assert await heard.keys(until="bump") == ["1", "bump"]


async def test_two_bars_never_mix(bar: Bar, other: Bar) -> None:
    async with (
        listening(bar.transport, bar.profile, "one") as one,
        listening(other.transport, other.profile, "two") as two,
    ):
        await one.until(Condition.WORKING)
        await two.until(Condition.WORKING)
        bar.half()
        other.press("1")
        other.press("bump")
        assert await two.keys(until="bump") == ["1", "bump"]
        bar.unplug()
        await one.until(Condition.AWAY)
        other.press("2")
        assert (await two.press())[:2] == ("two", "2")
        bar.plug()
        await one.until(Condition.WORKING)
        bar.press("recall")
        assert (await one.press())[:2] == ("one", "recall")
        assert two.presses.empty()
        assert two.bar.state.condition == Condition.WORKING


async def test_a_handler_that_raises_kills_nothing(
    bar: Bar, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    both = asyncio.Event()

    def pressed(press: KeyPress) -> None:
        told.append(press.key)
        if press.key == "1":
            raise ZeroDivisionError
        both.set()

    async with listening(bar.transport, bar.profile, "fry-bar", pressed) as heard:
        await heard.until(Condition.WORKING)
        bar.press("1")
        bar.press("2")
        await asyncio.wait_for(both.wait(), 10)
        assert told == ["1", "2"]
        assert heard.bar.state.condition == Condition.WORKING
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert ["'fry-bar'" in record.getMessage() for record in errors] == [True]


async def test_what_is_told_the_state_and_raises_kills_nothing(bar: Bar) -> None:
    told: list[State] = []
    pressed: asyncio.Queue[KeyPress] = asyncio.Queue()

    def changed(state: State) -> None:
        told.append(state)
        bar.press("1")
        raise ZeroDivisionError

    listener = BumpBar("b", bar.transport, bar.profile, pressed.put_nowait, changed=changed)
    running = asyncio.create_task(listener.run())
    assert (await asyncio.wait_for(pressed.get(), 10)).key == "1"
    running.cancel()
    await asyncio.wait({running})
    assert [state.condition for state in told] == [Condition.WORKING, Condition.CLOSED]


@pytest.mark.parametrize("seed", range(5))
async def test_garbage_is_survived(bar: Bar, seed: int) -> None:
    async with listening(bar.transport, bar.profile) as heard:
        await heard.until(Condition.WORKING)
        bar.garbage(random.Random(seed))  # noqa: S311 - not a secret
        await heard.answers(bar)


async def test_a_bar_that_floods_is_not_listened_to_for_a_while(bar: Bar, other: Bar) -> None:
    async with (
        listening(bar.transport, bar.profile) as heard,
        listening(other.transport, other.profile) as calm,
    ):
        await heard.until(Condition.WORKING)
        await calm.until(Condition.WORKING)
        flooding = asyncio.create_task(_flood(bar))
        assert "more than 50 keys in a second" in await heard.until(Condition.FLOODING)
        assert heard.presses.qsize() <= MOST_STROKES
        other.press("1")
        assert (await calm.press()).key == "1"
        flooding.cancel()
        await asyncio.wait({flooding})
        await heard.until(Condition.WORKING)
        await heard.answers(bar)


async def _flood(bar: Bar) -> None:
    while True:
        for _ in range(20):
            bar.press("1")
            bar.press("2")
        await asyncio.sleep(0)


async def test_a_bar_belongs_to_one_who_listens(bar: Bar) -> None:
    async with listening(bar.transport, bar.profile, "second") as second:
        await second.until(Condition.WORKING)
        async with listening(bar.transport, bar.profile, "third") as third:
            assert "another program holds" in await third.until(Condition.REFUSED)
    async with listening(bar.transport, bar.profile, "fourth") as fourth:
        await fourth.until(Condition.WORKING)
        bar.press("1")
        assert (await fourth.press()).bar == "fourth"


async def test_it_is_closed_in_the_end(bar: Bar) -> None:
    async with listening(bar.transport, bar.profile) as heard:
        await heard.until(Condition.WORKING)
    assert heard.bar.state.condition == Condition.CLOSED
