"""Learning what a bar sends, key after key."""

import asyncio
import tomllib

import pytest

from hardware.keyboards import Keyboard
from hardware.learning_keys import Learning, listening_to
from hardware.profiles import NO_KEYS, load
from hardware.serial_bars import SerialBar
from hardware.simulated_bars import SimulatedKeyboard, SimulatedSerialBar

KB9000, ASCII = load("kb9000"), load("ascii")
OTHERS = NO_KEYS.with_keys(
    {"KEY_F1": "f1", "KEY_LEFTCTRL+KEY_A": "chord", "KEY_LEFTCTRL": "ctrl", "KEY_ENTER": "enter"}
)


def known(name: str) -> None:
    if name not in {"bump", "summon", "all-day", "start 2"}:
        raise ValueError(f"{name!r} means nothing")


class Person:
    """Presses a key when the bar works or the answer before was taken, and answers in turn."""

    def __init__(self, press: list[str], answers: list[str | None], bar: SimulatedKeyboard) -> None:
        self.asked: list[str] = []
        self.shown: list[str] = []
        self._press, self._answers, self._bar = press, answers, bar

    def show(self, line: str) -> None:
        self.shown.append(line)
        if not line.startswith("'"):
            self._next()

    async def ask(self, question: str) -> str | None:
        self.asked.append(question)
        answer = self._answers.pop(0)
        if answer is not None and not answer.startswith("!"):
            self._next()
        return answer

    def _next(self) -> None:
        if self._press:
            self._bar.press(self._press.pop(0))


async def test_each_new_key_is_shown_and_named() -> None:
    bar = SimulatedKeyboard(OTHERS)
    person = Person(["f1", "enter", "f1", "chord", "ctrl"], ["summon", "", "start 2", None], bar)
    learning = Learning(bar, KB9000, known, person.show, person.ask)
    await asyncio.wait_for(learning.run(), 10)
    assert person.asked == [
        "KEY_F1 is not in the profile. Its name: ",
        "KEY_ENTER is 'redraw' in the profile, which does nothing. Its name: ",
        "KEY_LEFTCTRL+KEY_A is not in the profile. Its name: ",
        "KEY_LEFTCTRL is 'bump' in the profile. Its name: ",
    ]
    assert person.shown[:2] == ["working: connected to simulated", "KEY_F1: summon"]
    assert learning.keys == {"KEY_F1": "summon", "KEY_LEFTCTRL+KEY_A": "start 2"}
    written = tomllib.loads("[[bump_bar]]\n" + learning.toml())
    assert written == {"bump_bar": [{"keys": learning.keys}]}


async def test_a_name_as_in_the_profile_is_not_written_and_a_held_key_is_one_key() -> None:
    bar = SimulatedKeyboard(OTHERS)
    shown: list[str] = []

    def show(line: str) -> None:
        shown.append(line)
        bar.down("enter")
        for _ in range(5):
            bar.repeat("enter")
        bar.up("enter")
        bar.press("f1")

    answers = ["redraw", None]

    async def ask(_question: str) -> str | None:
        return answers.pop(0)

    learning = Learning(bar, KB9000, known, show, ask)
    await asyncio.wait_for(learning.run(), 10)
    assert learning.keys == {}
    assert [line for line in shown if "KEY_ENTER" in line] == []


async def test_a_name_that_is_none_is_asked_for_again() -> None:
    bar = SimulatedKeyboard(OTHERS)
    person = Person(["f1", "enter"], ["! what", "summon", None], bar)
    learning = Learning(bar, NO_KEYS, known, person.show, person.ask)
    await asyncio.wait_for(learning.run(), 10)
    assert "'! what' means nothing" in person.shown
    assert learning.keys == {"KEY_F1": "summon"}


async def test_what_was_learned_is_kept_when_it_is_broken_off() -> None:
    bar = SimulatedKeyboard(OTHERS)
    named = asyncio.Event()

    async def ask(question: str) -> str:
        if "KEY_ENTER" in question:
            named.set()
            await asyncio.Event().wait()
        bar.press("enter")
        return "summon"

    learning = Learning(bar, NO_KEYS, known, lambda _: bar.press("f1"), ask)
    running = asyncio.create_task(learning.run())
    await asyncio.wait_for(named.wait(), 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert learning.keys == {"KEY_F1": "summon"}


async def test_whatever_a_serial_bar_sends_is_a_key() -> None:
    bar = SimulatedSerialBar(NO_KEYS)
    asked: list[str] = []

    async def ask(question: str) -> str | None:
        asked.append(question)
        return None

    learning = Learning(bar, NO_KEYS, known, lambda _: bar.send(b"\x02K7\x03"), ask)
    await asyncio.wait_for(learning.run(), 10)
    assert asked == ["0x024b3703 is not in the profile. Its name: "]


def test_the_way_to_a_bar_that_is_learned() -> None:
    assert isinstance(listening_to("evdev:/dev/input/event0", ASCII), Keyboard)
    assert isinstance(listening_to("serial:/dev/ttyUSB0", KB9000), SerialBar)
    with pytest.raises(ValueError, match="write it like"):
        listening_to("/dev/ttyUSB0", KB9000)
