"""`expeditor learn-keys`, at a terminal."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import config
from appliance.cli import main
from appliance.config.keys import ACTIONS, keys_of
from hardware import keyboards, serial_bars
from tests.at_a_terminal import CONTROL_C, CONTROL_D, AtATerminal
from tests.hardware.bars import OnPseudoTerminal, unplugged_at_last

NO_RIGHTS = """
from hardware import learning_keys
from hardware.simulated_bars import FailingBar
learning_keys.SerialBar = lambda path, profile: FailingBar(address=path)
"""


@pytest.fixture
def bar(tmp_path: Path) -> Iterator[OnPseudoTerminal]:
    (tmp_path / "bars").mkdir()
    bar = OnPseudoTerminal(tmp_path / "bars")
    with unplugged_at_last(bar):
        yield bar


def learn_two_keys(bar: OnPseudoTerminal, program: AtATerminal) -> None:
    bar.send(b"\x02K7\x03")
    program.until("0x024b3703 is not in the profile. Its name: ")
    program.type("summon")
    bar.send(b"1")
    program.until("0x31 is '1' in the profile. Its name: ")
    for wrong in ("two", "redraw"):  # The second one is a name, and does nothing here.
        program.type(wrong)
        program.until(f"'{wrong}' is no action; there are bump, start")
        program.until("Its name: ")
    program.type("start 2")
    bar.send(b"\x02K7\x03")
    program.until("0x024b3703: summon")


def test_the_map_is_printed_as_the_configuration_has_it(bar: OnPseudoTerminal) -> None:
    address = f"serial:{bar.transport.address}"
    with AtATerminal("learn-keys", address, "--profile", "ascii", output_aside=True) as program:
        told = program.until("working: connected to")
        learn_two_keys(bar, program)
        program.send(CONTROL_C)
        assert program.end() == 0
        written = program.output
    assert "Ctrl-C" in told
    assert all(name in told for name in ACTIONS if not name.isdigit())
    assert "1 to 20" in told
    (section,) = tomllib.loads(f"[[bump_bar]]\n{written}")["bump_bar"]
    assert section == {"keys": {"0x024b3703": "summon", "0x31": "start 2"}}
    assert address in written
    assert "profile = 'ascii'" in written
    above = '[[station]]\nid = "a"\nname = "A"\n[[bump_bar]]\nid = "b"\nprofile = "ascii"\n'
    (bar_of_file,) = config.parse(above + written, "file").bump_bar
    profile, actions = keys_of(bar_of_file, 8)
    assert str(actions[profile.keys["0x024b3703"]]) == "summon"
    assert str(actions[profile.keys["0x31"]]) == "start 2"


def test_without_a_profile_it_is_learned_beside_the_one_that_the_configuration_takes(
    bar: OnPseudoTerminal,
) -> None:
    with AtATerminal("learn-keys", f"serial:{bar.transport.address}", output_aside=True) as program:
        program.until("With the profile ascii ")
        program.until("working: connected to")
        bar.press("bump")
        program.until("0x0d is 'bump' in the profile. Its name: ")
        program.type("")
        bar.send(b"A")
        program.until("0x41 is not in the profile. Its name: ")
        program.type("undo")
        bar.send(b"B")
        program.until("Its name: ")
        program.send(CONTROL_D)
        assert program.end() == 0
        written = program.output
    assert "profile = 'ascii'" in written
    assert tomllib.loads(written)["bump_bar"] == {"keys": {"0x41": "undo"}}


def test_the_map_is_written_to_a_new_file(bar: OnPseudoTerminal, tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    arguments = ("learn-keys", f"serial:{bar.transport.address}", "--write", str(file))
    with AtATerminal(*arguments, output_aside=True) as program:
        program.until("working: connected to")
        bar.send(b"A")
        program.until("Its name: ")
        program.type("bump")
        bar.send(b"B")
        program.until("Its name: ")
        program.send(CONTROL_D)
        assert program.end() == 0
        assert program.output == ""
        assert f"Written to {file}." in program.rest
    assert tomllib.loads(file.read_text())["bump_bar"] == {"keys": {"0x41": "bump"}}


def test_a_file_that_is_there_is_never_written(tmp_path: Path) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text("mine")
    with AtATerminal("learn-keys", "serial:/dev/ttyUSB0", "--write", str(file)) as program:
        program.until("give the name of a new file")
        assert program.end() == 2
    assert file.read_text() == "mine"


def test_what_was_learned_is_not_lost_where_it_cannot_be_written(
    bar: OnPseudoTerminal, tmp_path: Path
) -> None:
    file = tmp_path / "nowhere" / "keys.toml"
    arguments = ("learn-keys", f"serial:{bar.transport.address}", "--write", str(file))
    with AtATerminal(*arguments, output_aside=True) as program:
        program.until("working: connected to")
        bar.send(b"A")
        program.until("Its name: ")
        program.type("bump")
        bar.send(b"B")
        program.until("0x42 is not in the profile. Its name: ")
        program.send(CONTROL_C)
        assert program.end() == 1
        assert '0x41 = "bump"' in program.output


def test_a_bar_that_is_away_is_waited_for_and_nothing_is_written_of_nothing(
    bar: OnPseudoTerminal,
) -> None:
    bar.unplug()
    arguments = ("learn-keys", f"serial:{bar.transport.address}")
    with AtATerminal(*arguments, output_aside=True) as program:
        program.until("is not plugged in")
        bar.plug()
        program.until("working: connected to")
        program.send(CONTROL_C)
        assert program.end() == 0
        assert program.output == ""
        assert "Nothing to write" in program.rest
        assert "closed" not in program.rest
        assert "Traceback" not in program.rest


def test_who_has_ended_the_answers_is_asked_no_more(bar: OnPseudoTerminal) -> None:
    arguments = ("learn-keys", f"serial:{bar.transport.address}")
    with AtATerminal(*arguments, output_aside=True) as program:
        program.until("working: connected to")
        program.type("a line that answers nothing")
        program.send(CONTROL_D)
        bar.send(b"A")
        program.until("Its name: ")
        assert program.end() == 0
        assert program.output == ""


def test_it_says_what_to_do_where_rights_are_missing() -> None:
    with AtATerminal("learn-keys", "serial:/dev/ttyUSB0", prelude=NO_RIGHTS) as program:
        program.until("no permission for /dev/ttyUSB0")
        program.until("usermod -aG input,dialout")
        program.send(CONTROL_C)
        assert program.end() == 0


def test_without_a_bar_it_lists_those_that_are_plugged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, lines = tmp_path / "by-id", tmp_path / "serial"
    monkeypatch.setattr(keyboards, "FOLDERS", (keys, tmp_path / "by-path"))
    monkeypatch.setattr(serial_bars, "FOLDER", lines)
    assert main(["learn-keys"]) == 1
    assert "Plug it in" in capsys.readouterr().err
    keys.mkdir()
    lines.mkdir()
    (keys / "usb-KB9000-event-kbd").touch()
    (keys / "usb-Mouse-event-mouse").touch()
    (lines / "usb-FTDI").touch()
    assert main(["learn-keys"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed == [f"evdev:{keys}/usb-KB9000-event-kbd", f"serial:{lines}/usb-FTDI"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/dev/ttyUSB0"], "write it like"),
        (["serial:/dev/ttyUSB0", "--profile", "kb900"], "did you mean 'kb9000'?"),
    ],
)
def test_what_is_no_bar_or_no_profile_is_said_in_words(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["learn-keys", *arguments]) == 2
    assert words in capsys.readouterr().err
