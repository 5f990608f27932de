"""Bars that cannot be used are states with words, and end nothing."""

import asyncio
import errno
import termios
from typing import Any

import pytest

from hardware.bump_bars import address_of, transport_to
from hardware.connection import Condition, OpenBar
from hardware.keyboards import Keyboard
from hardware.keys import Stroke
from hardware.profiles import NO_KEYS, ProfileError, load
from hardware.serial_bars import SerialBar
from hardware.simulated_bars import FailingBar, SimulatedSerialBar, simulated_bar
from hardware.simulated_bars import SimulatedKeyboard as Simulated
from tests.hardware.bars import listening

PROFILE = load("kb9000")


@pytest.mark.parametrize(
    ("error", "condition", "words"),
    [
        (None, Condition.REFUSED, "no permission for failing"),
        (OSError(errno.EBUSY, "busy"), Condition.REFUSED, "another program holds failing"),
        (OSError(errno.ENODEV, "gone"), Condition.AWAY, "failing is not plugged in"),
        (OSError(errno.EMFILE, "too many files"), Condition.REFUSED, "too many files"),
        (OSError("without a number"), Condition.REFUSED, "without a number"),
        (ValueError("baud 7"), Condition.REFUSED, "failing cannot be opened: ValueError('baud 7')"),
        (termios.error(22, "no"), Condition.REFUSED, "failing cannot be opened"),
        (RuntimeError("a driver's fault"), Condition.REFUSED, "a driver's fault"),
    ],
)
async def test_a_bar_that_always_fails_is_a_state(
    error: Exception | None, condition: Condition, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    tries, often = 0, asyncio.Event()

    class Counting(FailingBar):
        async def open(self) -> Any:
            nonlocal tries
            tries += 1
            if tries == 3:
                often.set()
            return await super().open()

    async with listening(Counting(error), PROFILE, "fry-bar") as heard:
        await asyncio.wait_for(often.wait(), 10)
        assert heard.bar.state.condition == condition
        assert words in heard.bar.state.words
    # Said once, however often it is tried.
    assert [state.condition for state in heard.states] == [condition, Condition.CLOSED]
    said = [record for record in caplog.records if words in record.getMessage()]
    assert [record.levelname for record in said] == ["WARNING"]
    assert "'fry-bar'" in said[0].getMessage()


async def test_one_that_fails_does_not_keep_another_from_working() -> None:
    good = Simulated(PROFILE)
    async with (
        listening(FailingBar(), PROFILE) as failing,
        listening(good, PROFILE) as working,
    ):
        await failing.until(Condition.REFUSED)
        await working.until(Condition.WORKING)
        good.press("1")
        assert (await working.press()).key == "1"


async def test_a_driver_that_fails_while_it_reads_is_opened_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    keyboard = Simulated(PROFILE)

    async with listening(Faulty(keyboard), PROFILE, "fry-bar") as heard:
        await heard.until(Condition.WORKING)
        keyboard.press("1")
        assert "ZeroDivisionError" in await heard.until(Condition.REFUSED)
        await heard.until(Condition.WORKING)
        keyboard.press("2")
        assert (await heard.press()).key == "2"
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == ["bar 'fry-bar': its driver has failed"]


class Faulty:
    """The way to a keyboard whose driver fails at the first event, and at closing."""

    address = "faulty"

    def __init__(self, keyboard: Simulated) -> None:
        self._keyboard = keyboard
        self._failed = False

    async def open(self) -> OpenBar:
        bar = await self._keyboard.open()
        if self._failed:
            return bar
        self._failed = True
        return FailingToRead(bar)


class FailingToRead:
    deadline = None

    def __init__(self, bar: OpenBar) -> None:
        self._bar = bar
        self.fileno = bar.fileno
        self.passed = bar.passed
        self.forget = bar.forget

    def read(self, now: float) -> list[Stroke]:
        raise ZeroDivisionError(now)

    def close(self) -> None:
        self._bar.close()
        raise OSError(errno.EIO, "closing failed, too")


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        ("evdev:/dev/input/by-id/x", "evdev", "/dev/input/by-id/x"),
        ("serial:/dev/serial/by-path/p:1.0", "serial", "/dev/serial/by-path/p:1.0"),
    ],
)
def test_addresses(text: str, kind: str, path: str) -> None:
    assert address_of(text) == (kind, path)


@pytest.mark.parametrize("text", ["", "evdev:", "evdev:event0", "/dev/ttyUSB0", "usb:/dev/x"])
def test_what_is_no_address_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        transport_to(text, PROFILE)


def test_a_transport_has_to_fit_the_profile() -> None:
    assert isinstance(transport_to("evdev:/dev/x", PROFILE), Keyboard)
    assert isinstance(transport_to("serial:/dev/x", load("ascii")), SerialBar)
    own = PROFILE.with_keys({"0x0d": "bump"})
    assert isinstance(transport_to("serial:/dev/x", own), SerialBar)
    with pytest.raises(ProfileError, match="no bytes of a serial bar"):
        transport_to("serial:/dev/x", PROFILE)
    with pytest.raises(ProfileError, match="no keys of a keyboard"):
        transport_to("evdev:/dev/x", load("ascii"))


async def test_letting_go_of_a_bar_late_does_not_unplug_it() -> None:
    keyboard = Simulated(PROFILE)
    before = await keyboard.open()
    keyboard.unplug()
    keyboard.plug()
    now = await keyboard.open()
    before.close()
    keyboard.press("1")
    assert [stroke.sent for stroke in now.read(0.0)] == ["KEY_0"]
    now.close()


async def test_what_is_forgotten_is_no_part_of_what_comes_next() -> None:
    line = SimulatedSerialBar(load("ascii"))
    bar = await line.open()
    line.send(b"\x1b[")
    assert bar.read(1.0) == []
    line.send(b"A1")
    bar.forget()
    assert bar.deadline is None
    line.send(b"\r")
    assert [stroke.sent for stroke in bar.read(1.01)] == ["0x0d"]
    bar.close()


def test_a_simulated_bar_is_of_the_kind_that_the_profile_is_for() -> None:
    assert isinstance(simulated_bar(PROFILE), Simulated)
    assert isinstance(simulated_bar(load("ascii")), SimulatedSerialBar)
    for bar in (simulated_bar(PROFILE), simulated_bar(load("ascii")), simulated_bar(NO_KEYS)):
        with pytest.raises(KeyError):
            bar.press("no such key")
