"""`expeditor panel test`, at a terminal."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli import main
from hardware.profiles import load
from tests.at_a_terminal import CONTROL_C, CONTROL_D, AtATerminal
from tests.hardware.bars import OnPseudoTerminal, unplugged_at_last

STATION = '[[station]]\nid = "grill"\nname = "Grill"\n'
BUTTONS = """
[[button]]
id = "grill-1"
pin = 17
lamp = 27
hold = "recall"

[[button]]
id = "grill-2"
pin = 22
"""
BAR = '[[bump_bar]]\nid = "pad"\nprofile = "numpad"\n'
REAL = '[devices]\nmode = "real"\n'
NO_LGPIO = "import sys; sys.modules['lgpio'] = None"
SHORTED = """
from hardware.simulated import SimulatedButtons
up = SimulatedButtons.up
SimulatedButtons.up = lambda self, name: self.down(name) if name == "grill-1" else up(self, name)
"""
BROKEN = """
from hardware.simulated import SimulatedPins
made = SimulatedPins.__init__
def broken(self):
    made(self)
    self.failing |= {17: "no such line", 27: "burnt"}
SimulatedPins.__init__ = broken
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kitchen.toml"


def walking(file: Path, text: str, prelude: str = "") -> AtATerminal:
    file.write_text(STATION + text)
    return AtATerminal("panel", "test", "--config", str(file), prelude=prelude)


def test_all_of_them_are_tried_and_good(file: Path) -> None:
    with walking(file, BUTTONS + BAR) as program:
        assert '"simulated"' in program.until("press grill-1 (GPIO 17)\n")
        program.type("grill-1")
        program.until("  good\npress grill-2 (GPIO 22)\n")
        program.type("grill-2")
        program.until("  good\npad\n  good\n")
        for key in load("numpad").names:
            program.until(f"press {key} on pad\n")
            program.type(f"pad {key}")
            program.until("  good\n")
        program.until("lamp grill-1 (GPIO 27): is it on? [y/n] (simulated: lit)\n")
        program.type("perhaps")
        program.until("y or n; Enter skips it")
        program.type("Y")
        assert program.end() == 0
        assert "21 of 21 good" in program.rest


def test_what_came_instead_is_named_and_fails(file: Path) -> None:
    with walking(file, BUTTONS + BAR) as program:
        program.until("press grill-1 (GPIO 17)\n")
        program.type("grill-2")
        program.until("  that was grill-2 (GPIO 22)\n")
        program.type("pad bump")
        program.until("  that was bump on pad\n")
        program.type("grill-2")
        program.until("  that was grill-2 (GPIO 22)\n")
        program.type("")
        program.until("press grill-2")
        program.send(CONTROL_C)
        assert program.end() == 1
        came = "grill-2 (GPIO 22), bump on pad came instead"
        assert f"failed: grill-1 (GPIO 17): {came}\n" in program.rest
        assert "not tried: grill-2 (GPIO 22), pad, 1 on pad, " in program.rest
        assert "0 of 21 good" in program.rest
        assert "Traceback" not in program.rest


def test_a_wrong_press_before_the_right_one_is_forgiven(file: Path) -> None:
    with walking(file, BUTTONS) as program:
        program.until("press grill-1")
        program.type("grill-2")
        program.until("that was grill-2")
        program.type("grill-1")
        program.until("  good\n")


def test_what_is_skipped_is_no_failure(file: Path) -> None:
    with walking(file, BUTTONS) as program:
        program.until("press grill-1")
        program.type("grill-1")
        program.until("press grill-2")
        program.type("what")
        program.until("Enter skips it")
        program.type("")
        program.until("is it on?")
        program.type("")
        assert program.end() == 0
        assert "skipped: grill-2 (GPIO 22), lamp grill-1 (GPIO 27)\n" in program.rest
        assert "1 of 3 good" in program.rest


def test_what_does_nothing_and_a_dark_lamp_fail(file: Path) -> None:
    with walking(file, BUTTONS) as program:
        program.until("press grill-1")
        program.type("n")
        program.until("  failed: nothing came\npress grill-2")
        program.type("grill-2")
        program.until("is it on?")
        program.type("n")
        assert program.end() == 1
        assert "failed: grill-1 (GPIO 17): nothing came\n" in program.rest
        assert "failed: lamp grill-1 (GPIO 27): not on\n" in program.rest


def test_it_ends_with_its_input(file: Path) -> None:
    with walking(file, BUTTONS) as program:
        program.until("press grill-1")
        program.send(CONTROL_D)
        assert program.end() == 1
        assert "0 of 3 good" in program.rest


def test_it_can_be_answered_by_a_file(file: Path, tmp_path: Path) -> None:
    file.write_text(STATION + BUTTONS)
    answers = tmp_path / "answers"
    answers.write_text("grill-1\ngrill-2\ny")
    command = [sys.executable, "-m", "appliance", "panel", "test", "--config", str(file)]
    with answers.open() as typed:
        ended = subprocess.run(command, stdin=typed, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.endswith("3 of 3 good\n")


def test_a_contact_that_is_closed_already_fails(file: Path) -> None:
    with walking(file, BUTTONS, SHORTED) as program:
        program.until("grill-1 (GPIO 17)\n  failed: closed though nobody is asked to press it")
        program.until("press grill-2")
        program.type("")
        program.until("is it on?")
        program.type("y")
        assert program.end() == 1


def test_pins_that_cannot_be_used_fail_with_what_their_driver_says(file: Path) -> None:
    with walking(file, BUTTONS, BROKEN) as program:
        program.until("grill-1 (GPIO 17)\n  failed: GPIO17: no such line\npress grill-2")
        program.type("grill-2")
        program.until("lamp grill-1 (GPIO 27)\n  failed: GPIO27: burnt\n")
        assert program.end() == 1


@pytest.fixture
def bar(tmp_path: Path) -> Iterator[OnPseudoTerminal]:
    (tmp_path / "bars").mkdir()
    bar = OnPseudoTerminal(tmp_path / "bars")
    with unplugged_at_last(bar):
        yield bar


def test_a_real_bar_is_tried_also_where_there_are_no_pins(
    file: Path, bar: OnPseudoTerminal
) -> None:
    first, second, *_ = load("ascii").names
    transport = f'transport = "serial:{bar.transport.address}"\nprofile = "ascii"\n'
    bar.unplug()
    with walking(
        file, f'{REAL}{BUTTONS}[[bump_bar]]\nid = "far"\n{transport}', NO_LGPIO
    ) as program:
        program.until("stop it first")
        program.until("grill-1 (GPIO 17)\n  failed: lgpio is not installed")
        program.until("grill-2 (GPIO 22)\n  failed: lgpio is not installed")
        program.until("is not plugged in (Enter skips it)")
        bar.plug()
        program.until(f"far\n  good\npress {first} on far\n")
        bar.press(second)
        program.until(f"  that was {second} on far\n")
        bar.press(first)
        program.until(f"  good\npress {second} on far\n")
        bar.send(b"\x02K7\x03")
        program.until("  that was 0x024b3703 of far, which has no name\n")
        bar.unplug()
        program.until("  far: unplugged")
        bar.plug()
        program.until("  far: works again\n")
        bar.press(second)
        program.until("  good\n")
        program.send(CONTROL_C)
        assert program.end() == 1
        assert f"good: far, {first} on far, {second} on far\n" in program.rest


def test_a_bar_that_is_not_there_can_be_skipped(file: Path) -> None:
    far = '[[bump_bar]]\nid = "far"\ntransport = "serial:/nowhere/tty"\nprofile = "ascii"\n'
    with walking(file, REAL + far) as program:
        program.until("far: /nowhere/tty is not plugged in (Enter skips it)")
        program.type("")
        assert program.end() == 1
        assert "failed: far: /nowhere/tty is not plugged in\n" in program.rest
        assert "not tried: " in program.rest


def test_a_bar_without_a_place_fails(file: Path) -> None:
    with walking(file, REAL + BAR) as program:
        program.until("pad: it has no transport, and cannot be found")
        program.type("")
        assert program.end() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing to try"),
        (BUTTONS.replace("22", "17"), "GPIO 17 is given to button"),
        (BUTTONS.replace("22", "14"), "serial console"),
        ('[[bump_bar]]\nid = "far"\nprofile = "kb900"\n', "did you mean 'kb9000'?"),
        ("[[button]]\n", "id"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_before(
    file: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(STATION + text)
    assert main(["panel", "test", "--config", str(file)]) == 2
    assert words in capsys.readouterr().err
