"""Streams of keys, one for each profile, through the drivers: what evtest prints, and bytes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.connection import Condition
from hardware.keys import Sequences
from hardware.profiles import Profile, load, shipped
from hardware.simulated_bars import EVENT, SimulatedKeyboard
from tests.hardware.bars import MISSING, library_device, listening

FOLDER = Path(__file__).parents[1] / "data/bump_bars"
KEYBOARDS = sorted(FOLDER.glob("*.evtest"))
LINES = sorted(FOLDER.glob("*.serial"))

_EVENT = re.compile(
    r"Event: time (\d+)\.(\d{6}), (?:type (\d+) \(\w+\), code (\d+) \([\w?]+\), value (-?\w+)"
    r"|[-+]+ SYN_REPORT (?:\((\d+)\) )?[-+]+)"
)


def expected(file: Path) -> list[str]:
    lines = file.read_text().splitlines()
    return [key for line in lines if line.startswith("# expect ") for key in line.split()[2:]]


def events(file: Path) -> bytes:
    """As the kernel gives them. evtest prints the values of MSC_SCAN in hexadecimal."""
    packed = b""
    for line in file.read_text().splitlines():
        if found := _EVENT.fullmatch(line):
            sec, usec, kind, code, value, report = found.groups()
            if kind is None:
                packed += EVENT.pack(int(sec), int(usec), 0, 0, int(report or 0))
            else:
                number = int(value, 16 if kind == "4" else 10)
                packed += EVENT.pack(int(sec), int(usec), int(kind), int(code), number)
    return packed


def test_each_profile_has_a_stream() -> None:
    assert sorted(file.stem for file in KEYBOARDS + LINES) == sorted(shipped())


READING: dict[str, Callable[[Profile], SimulatedKeyboard]] = {
    "simulated": SimulatedKeyboard,
    "evdev over a pipe": lambda profile: SimulatedKeyboard(profile, device=library_device),
}


@pytest.fixture(params=KEYBOARDS, ids=lambda file: file.stem)
def recording(request: pytest.FixtureRequest) -> tuple[Profile, bytes, list[str]]:
    file: Path = request.param
    return load(file.stem), events(file), expected(file)


@pytest.mark.parametrize("reading", [reading for reading in READING if reading not in MISSING])
async def test_a_keyboard_is_heard_as_it_was_pressed(
    recording: tuple[Profile, bytes, list[str]], reading: str
) -> None:
    profile, sent, keys = recording
    keyboard = READING[reading](profile)
    async with listening(keyboard, profile) as heard:
        await heard.until(Condition.WORKING)
        keyboard.send(sent)
        assert [(await heard.press()).key for _ in keys] == keys
        keyboard.unplug()
        await heard.until(Condition.AWAY)
        assert heard.presses.empty()


@pytest.mark.parametrize("file", LINES, ids=lambda file: file.stem)
@pytest.mark.parametrize("together", [1, 64], ids=["byte by byte", "as an adapter sends"])
def test_a_serial_bar_is_heard_as_it_was_pressed(file: Path, together: int) -> None:
    profile = load(file.stem)
    sequences = Sequences(profile.sequences)
    lines = [line.split() for line in file.read_text().splitlines() if line[:1].isdigit()]
    sent = [(float(at), bytes.fromhex(byte)) for at, byte in lines]
    keys = []
    for at, data in _held_back(sent, 0.016 if together > 1 else 0.0):
        strokes = sequences.passed(at) + sequences.read(data, at)
        keys += [key for stroke in strokes if (key := profile.key_of(stroke))]
    assert keys == expected(file)


def _held_back(sent: list[tuple[float, bytes]], seconds: float) -> list[tuple[float, bytes]]:
    """What a USB adapter that waits for more before it sends makes of it."""
    blocks: list[tuple[float, bytes]] = []
    began = float("-inf")
    for at, data in sent:
        if at - began <= seconds:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + data)
        else:
            began = at
            blocks.append((at + seconds, data))
    return blocks
