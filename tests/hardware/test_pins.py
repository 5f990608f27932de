import os
import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from gpiozero.exc import PinUnknownPi

from hardware import pins
from hardware.pins import (
    BUS_PINS,
    HardwareError,
    NoSuchPin,
    PinReserved,
    PinsUnavailable,
    PinTaken,
    PinUse,
    check,
    open_pins,
)
from hardware.simulated import SimulatedPins
from tests.hardware.fake_lgpio import FakeLgpio

GRILL = 'button "grill"'


def test_pins_apart_from_each_other_are_fine() -> None:
    assert check([PinUse(17, GRILL), PinUse(27, "its lamp"), PinUse(22, "the buzzer")]) == []


def test_a_pin_taken_twice_names_both() -> None:
    with pytest.raises(PinTaken, match='GPIO 17 is given to button "grill" and to the buzzer'):
        check([PinUse(17, GRILL), PinUse(4, "a lamp"), PinUse(17, "the buzzer")])


@pytest.mark.parametrize("pin", [0, 1, 14, 15])
def test_reserved_pins_are_refused(pin: int) -> None:
    with pytest.raises(PinReserved, match=f'button "grill": GPIO {pin} '):
        check([PinUse(pin, GRILL)])


@pytest.mark.parametrize("pin", [-1, 28, 40])
def test_there_is_no_such_pin(pin: int) -> None:
    with pytest.raises(NoSuchPin, match=f"GPIO {pin} "):
        check([PinUse(pin, GRILL)])


def test_pins_of_buses_are_told() -> None:
    told = check([PinUse(2, "a"), PinUse(9, "b"), PinUse(4, "c")])
    assert told == [
        f"a: GPIO 2 is also a pin of {BUS_PINS[2]}",
        "b: GPIO 9 is also a pin of SPI",
    ]


def test_the_simulated_pins_by_name() -> None:
    with open_pins("simulated") as pins:
        assert isinstance(pins, SimulatedPins)


class Finder:
    """Of an lgpio that raises this when it is imported."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def find_spec(self, name: str, *_where: object) -> None:
        if name == "lgpio":
            raise self._error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ModuleNotFoundError("No module named 'lgpio'"), "lgpio is not installed"),
        (FileNotFoundError(2, "No such file", ".lgd-nfy-3"), "working directory.*lgd-nfy-3"),
    ],
)
def test_pins_that_cannot_be_had_say_why(
    monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    monkeypatch.delitem(sys.modules, "lgpio", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(error), *sys.meta_path])
    with pytest.raises(PinsUnavailable, match=why) as raised:
        open_pins("lgpio")
    assert isinstance(raised.value, HardwareError)


class Goes(Loader):
    """Of an lgpio that has LG_WD: it goes there when it is imported, and stays."""

    def __init__(self, module: ModuleType, directory: Path) -> None:
        self._module = module
        self._directory = directory

    def find_spec(self, name: str, *_where: object) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name == "lgpio" else None

    def create_module(self, _spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, _module: ModuleType) -> None:
        os.chdir(self._directory)


def test_the_working_directory_stays_when_the_library_has_one_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fake_lgpio: ModuleType
) -> None:
    before = Path.cwd()
    monkeypatch.chdir(before)
    monkeypatch.delitem(sys.modules, "lgpio")
    monkeypatch.setattr(sys, "meta_path", [Goes(fake_lgpio, tmp_path), *sys.meta_path])
    with open_pins("lgpio"):
        assert Path.cwd() == before


def test_a_machine_that_is_no_pi_is_said(
    monkeypatch: pytest.MonkeyPatch, fake_lgpio: ModuleType
) -> None:
    del fake_lgpio
    monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", _unknown)
    with pytest.raises(PinsUnavailable, match="no Raspberry Pi"):
        open_pins("lgpio")


def test_a_chip_that_cannot_be_opened_is_said(fake_lgpio: FakeLgpio) -> None:
    fake_lgpio.labels.clear()
    with pytest.raises(PinsUnavailable, match="can not open gpiochip 0"):
        open_pins("lgpio")


def test_the_chip_of_the_header_is_found_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fake_lgpio: FakeLgpio
) -> None:
    for number in (0, 2, 11, 12):
        (tmp_path / f"gpiochip{number}").touch()
    fake_lgpio.labels = {0: "gpio-brcmstb@107d508500", 11: "pinctrl-rp1", 12: "other"}
    monkeypatch.setattr(pins, "DEVICES", tmp_path)
    with open_pins("lgpio") as factory:
        assert factory.chip == 11
    assert not fake_lgpio.chip.is_open


@pytest.mark.parametrize("chips", [(), (0,)])
def test_where_no_chip_has_such_a_name_the_first_one_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fake_lgpio: FakeLgpio, chips: tuple[int, ...]
) -> None:
    for number in chips:
        (tmp_path / f"gpiochip{number}").touch()
    fake_lgpio.labels = {0: "jumper"}
    monkeypatch.setattr(pins, "DEVICES", tmp_path)
    with open_pins("lgpio") as factory:
        assert factory.chip == 0


def _unknown() -> int:
    raise PinUnknownPi("unable to locate Pi revision")
