"""Keyboards as Linux shows them: lost events, keys held down, stamps, and what cannot be opened."""

import errno
import fcntl
import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hardware import keyboards
from hardware.connection import Condition
from hardware.key_names import code_of
from hardware.keyboards import MISSING as NOT_INSTALLED
from hardware.keyboards import Keyboard, found
from hardware.keys import DOWN, UP
from hardware.profiles import load
from hardware.simulated_bars import EVENT, SimulatedKeyboard
from tests.hardware.bars import (
    EVDEV,
    MISSING,
    OnUinput,
    library_device,
    listening,
    unplugged_at_last,
)

PROFILE = load("kb9000")
CTRL, ONE, TWO = code_of("KEY_LEFTCTRL"), code_of("KEY_0"), code_of("KEY_1")


@pytest.fixture(params=[kind for kind in ("simulated", "evdev over a pipe") if kind not in MISSING])
def keyboard(request: pytest.FixtureRequest) -> SimulatedKeyboard:
    if request.param == "simulated":
        return SimulatedKeyboard(PROFILE)
    return SimulatedKeyboard(PROFILE, device=library_device)


async def test_when_events_were_lost_half_presses_are_dropped(keyboard: SimulatedKeyboard) -> None:
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        keyboard.change([(CTRL, DOWN)])
        keyboard.lose([(CTRL, UP), (CTRL, DOWN)])
        keyboard.change([(CTRL, UP)])
        keyboard.press("recall")
        keyboard.press("bump")
        assert await heard.keys(until="bump") == ["recall", "bump"]


async def test_when_events_were_lost_the_keys_that_are_down_are_known_anew(
    keyboard: SimulatedKeyboard,
) -> None:
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        keyboard.change([(ONE, DOWN)])
        keyboard.lose([(ONE, UP), (TWO, DOWN)])  # the 1 is up now, the 2 is down
        assert (await heard.press()).key == "1"
        keyboard.press("1")
        keyboard.change([(TWO, UP)])
        keyboard.press("2")
        assert [(await heard.press()).key for _ in range(2)] == ["1", "2"]


async def test_what_comes_between_a_loss_and_its_end_is_not_used(
    keyboard: SimulatedKeyboard,
) -> None:
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        keyboard.send(EVENT.pack(0, 0, 0, 3, 0) + EVENT.pack(0, 0, 1, TWO, DOWN))
        keyboard.send(EVENT.pack(0, 0, 0, 0, 0))
        keyboard.press("1")
        assert (await heard.press()).key == "1"


async def test_a_key_held_while_the_bar_is_plugged_in_counts_once_it_was_released(
    keyboard: SimulatedKeyboard,
) -> None:
    keyboard.down("bump")
    keyboard.down("1")
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        keyboard.repeat("1")
        keyboard.up("1")
        keyboard.press("1")  # with Ctrl, which nobody saw going down
        keyboard.up("bump")
        keyboard.press("2")
        keyboard.press("bump")
        assert await heard.keys(until="bump") == ["2", "bump"]


async def test_a_finger_that_stays_down_while_the_bar_is_replugged_has_pressed_once(
    keyboard: SimulatedKeyboard,
) -> None:
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        keyboard.down("1")
        assert (await heard.press()).key == "1"
        keyboard.unplug()
        await heard.until(Condition.AWAY)
        keyboard.down("1")
        keyboard.plug()
        await heard.until(Condition.WORKING)
        keyboard.repeat("1")
        keyboard.up("1")
        keyboard.press("2")
        assert (await heard.press()).key == "2"


@pytest.mark.parametrize("seconds_ago", [0.2, 2.0])
async def test_a_press_has_the_time_that_the_kernel_stamped(
    keyboard: SimulatedKeyboard, seconds_ago: float
) -> None:
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        at = time.monotonic() - seconds_ago
        keyboard.send(_event(at, 1, ONE, DOWN) + _event(at, 0, 0, 0))
        assert (await heard.press()).down_at == pytest.approx(at, abs=1e-5)


@pytest.mark.parametrize("at", [0.0, 1_700_000_000.0])
async def test_a_stamp_of_another_clock_is_not_believed(
    keyboard: SimulatedKeyboard, at: float
) -> None:
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        before = time.monotonic()
        keyboard.send(_event(at, 1, ONE, DOWN) + _event(at, 0, 0, 0))
        assert before <= (await heard.press()).down_at <= time.monotonic()


def _event(at: float, *rest: int) -> bytes:
    return EVENT.pack(int(at), int(at % 1 * 1e6), *rest)


async def test_a_modifier_is_stamped_when_it_went_down(keyboard: SimulatedKeyboard) -> None:
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        at = time.monotonic() - 1
        keyboard.send(_event(at, 1, CTRL, DOWN) + _event(at, 0, 0, 0))
        keyboard.send(_event(at + 0.5, 1, CTRL, UP) + _event(at + 0.5, 0, 0, 0))
        press = await heard.press()
        assert press.key == "bump"
        assert press.down_at == pytest.approx(at, abs=1e-5)


async def test_an_event_cut_in_half_ends_nothing() -> None:
    keyboard = SimulatedKeyboard(PROFILE)
    async with listening(keyboard, PROFILE) as heard:
        await heard.until(Condition.WORKING)
        keyboard.send(_event(0, 1, ONE, DOWN)[:13])
        keyboard.unplug()
        await heard.until(Condition.AWAY)
        keyboard.plug()
        await heard.until(Condition.WORKING)
        keyboard.press("2")
        assert (await heard.press()).key == "2"


# Opening real devices.


async def test_without_the_library_the_bar_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "evdev", None)
    async with listening(Keyboard("/dev/input/event0"), PROFILE) as heard:
        assert await heard.until(Condition.REFUSED) == NOT_INSTALLED
        assert "apt install python3-evdev" in NOT_INSTALLED


async def test_the_loop_does_not_wait_for_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[int] = []

    class Finder:
        @staticmethod
        def find_spec(name: str, *_where: object) -> None:
            if name == "evdev":
                looked_for.append(threading.get_ident())

    monkeypatch.delitem(sys.modules, "evdev", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    async with listening(Keyboard("/dev/input/no-such-bar"), PROFILE) as heard:
        await heard.until(Condition.AWAY if EVDEV else Condition.REFUSED)
    assert looked_for
    assert threading.get_ident() not in looked_for


@pytest.mark.skipif(EVDEV is None, reason="NOT TESTED: python-evdev is not here")
async def test_what_is_no_input_device_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with listening(Keyboard(str(tmp_path / "file")), PROFILE) as heard:
        assert "is no device of this kind" in await heard.until(Condition.REFUSED)
    async with listening(Keyboard(str(tmp_path / "nothing")), PROFILE) as heard:
        assert "is not plugged in" in await heard.until(Condition.AWAY)


@pytest.mark.skipif(
    "evdev on uinput" in MISSING, reason="NOT TESTED: the kernel's own stamps of a keyboard's keys"
)
async def test_the_kernel_stamps_keys_by_the_clock_that_it_was_told(tmp_path: Path) -> None:
    bar = OnUinput(tmp_path)
    with unplugged_at_last(bar):
        async with listening(bar.transport, bar.profile) as heard:
            await heard.until(Condition.WORKING)
            before = time.monotonic()
            bar.press("1")
            after = time.monotonic()
            time.sleep(0.1)  # noqa: ASYNC251 - the loop comes late
            # The kernel cuts off what is less than a microsecond.
            assert before - 1e-6 <= (await heard.press()).down_at <= after


class Kernel:
    """What python-evdev asks the kernel, for one device that is grabbed or not."""

    def __init__(self, *, grabbed: bool) -> None:
        self.asked: list[str] = []
        self.grabbed = grabbed

    def library(self) -> Any:
        return SimpleNamespace(InputDevice=self._device)

    def ioctl(self, _fd: int, request: int, argument: bytes) -> None:
        clock = int.from_bytes(argument, sys.byteorder)
        self.asked.append(f"ioctl {request:#x} {clock}")

    def _device(self, path: str) -> Any:
        reading, writing = os.pipe()
        self.asked.append(f"open {path}")

        def close() -> None:
            os.close(reading)
            os.close(writing)
            self.asked.append("close")

        return SimpleNamespace(
            fd=reading,
            fileno=lambda: reading,
            grab=self._grab,
            active_keys=self._keys,
            close=close,
        )

    def _keys(self) -> list[int]:
        self.asked.append("keys")
        return []

    def _grab(self) -> None:
        self.asked.append("grab")
        if self.grabbed:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))


@pytest.fixture(params=[False, True], ids=["free", "grabbed by another"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    kernel = Kernel(grabbed=request.param)
    monkeypatch.setitem(sys.modules, "evdev", kernel.library())
    monkeypatch.setattr(fcntl, "ioctl", kernel.ioctl)
    return kernel


async def test_a_device_is_grabbed_before_its_keys_are_looked_at(kernel: Kernel) -> None:
    opened = ["open /dev/input/event7", f"ioctl 0x400445a0 {time.CLOCK_MONOTONIC}", "grab"]
    async with listening(Keyboard("/dev/input/event7"), PROFILE) as heard:
        if kernel.grabbed:
            words = await heard.until(Condition.REFUSED)
            assert words == "another program holds /dev/input/event7"
            assert kernel.asked[:4] == [*opened, "close"]
        else:
            await heard.until(Condition.WORKING)
            assert kernel.asked == [*opened, "keys"]
    assert kernel.asked[-1] == "close"


def test_keyboards_are_listed_by_names_that_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_id, by_path = tmp_path / "by-id", tmp_path / "by-path"
    monkeypatch.setattr(keyboards, "FOLDERS", (by_id, by_path))
    assert found() == []
    by_id.mkdir()
    for name in ("usb-B-event-kbd", "usb-A-event-kbd", "usb-A-event-mouse"):
        (by_id / name).touch()
    assert found() == [str(by_id / "usb-A-event-kbd"), str(by_id / "usb-B-event-kbd")]
