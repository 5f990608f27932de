"""The whole appliance on a chip's pins and a keyboard that are the kernel's, pressed from outside.

On a board: a jumper as for tests/hardware/test_real_pins.py. `make vm` has both.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gpiozero import OutputDevice

from hardware.pins import open_pins
from tests.hardware.bars import EVDEV, MISSING
from tests.hardware.test_real_pins import JUMPER
from tests.pages.kitchen import BURGER, FRIES, Kitchen

PATIENCE_SECONDS = 20
PRESS_SECONDS = 0.06

_LACKING = "no jumper is named" if not JUMPER else MISSING.get("evdev on uinput", "")
pytestmark = pytest.mark.skipif(
    bool(_LACKING), reason=f"NOT TESTED: the whole appliance on real devices: {_LACKING}"
)


@pytest.fixture(scope="module", autouse=True)
def lgpio() -> None:
    """Loaded before the test: its thread and its pipe stay as long as the process."""
    open_pins("lgpio").close()


class Keys:
    """A number pad made by the kernel, at a path that stays."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._made: Any = None

    def plug(self) -> None:
        self._made = EVDEV.UInput()
        self._link.symlink_to(self._made.device.path)

    def unplug(self) -> None:
        self._link.unlink()
        self._made.close()

    def bump(self) -> None:
        for value in (1, 0):
            self._made.write(EVDEV.ecodes.EV_KEY, EVDEV.ecodes.KEY_KPENTER, value)
            self._made.syn()


@pytest.fixture
def bar(tmp_path: Path) -> Iterator[Keys]:
    bar = Keys(tmp_path / "bar")
    bar.plug()
    yield bar
    bar.unplug()


@pytest.fixture
def kitchen(tmp_path: Path, bar: Keys) -> Iterator[Kitchen]:
    del bar  # plugged in first
    kitchen = Kitchen(tmp_path)
    file = tmp_path / "kitchen.toml"
    text = file.read_text()
    for demo, real in {
        'mode = "simulated"': 'mode = "real"',
        "pin = 17": f"pin = {JUMPER.partition(':')[2]}",
        "amber = 20": "",
        "red = 21": "",
        'profile = "numpad"': f'profile = "numpad"\ntransport = "evdev:{tmp_path / "bar"}"',
    }.items():
        assert demo in text
        text = text.replace(demo, real)
    file.write_text(text)
    with kitchen:
        yield kitchen


@pytest.fixture
def finger() -> Iterator[Callable[[], None]]:
    with (
        open_pins("lgpio") as pins,
        OutputDevice(int(JUMPER.partition(":")[0]), pin_factory=pins, initial_value=True) as wire,
    ):

        def press() -> None:
            wire.off()
            time.sleep(PRESS_SECONDS)
            wire.on()

        yield press


def test_a_button_and_a_bar_bump_once_for_each_press(
    bar: Keys, finger: Callable[[], None], kitchen: Kitchen
) -> None:
    until(lambda: devices(kitchen) == ["ready", "ready"])
    for order in ("A", "B"):
        kitchen.order(id=order, items=[BURGER, FRIES])
    until(lambda: lamp(kitchen) == ("on", True))
    assert bumps(kitchen, finger) == 1
    assert there(kitchen, "grill") == ["B"]
    assert bumps(kitchen, bar.bump) == 1
    assert there(kitchen, "fry") == ["B"]

    bar.unplug()
    until(lambda: devices(kitchen) == ["ready", "away"])
    assert bumps(kitchen, finger) == 1
    assert there(kitchen, "grill") == []
    until(lambda: lamp(kitchen) == ("off", False))
    bar.plug()
    until(lambda: devices(kitchen) == ["ready", "ready"])
    assert bumps(kitchen, bar.bump) == 1
    assert there(kitchen, "fry") == []


def there(kitchen: Kitchen, station: str) -> list[str]:
    return [order for order, _ in kitchen.listed(station)]


def devices(kitchen: Kitchen) -> list[str]:
    panel = kitchen.call("GET", "/panel")
    return [panel["buttons"][0]["state"], panel["bars"][0]["state"]]


def lamp(kitchen: Kitchen) -> tuple[str, bool]:
    seen = kitchen.call("GET", "/panel")["buttons"][0]["lamp"]
    return seen["shows"], seen["lit"]


def bumps(kitchen: Kitchen, press: Callable[[], None]) -> int:
    """Press until it bumps: before, it may have been meant for what was there before."""
    before = presses(kitchen)
    while (after := presses(kitchen))["done"] == before["done"]:
        press()
        until(lambda: sum(presses(kitchen).values()) > sum(after.values()))
    return after["done"] - before["done"]


def presses(kitchen: Kitchen) -> dict[str, int]:
    counted: dict[str, int] = kitchen.call("GET", "/status")["panel"]["presses"]
    return counted


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
