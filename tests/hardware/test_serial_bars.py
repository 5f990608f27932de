"""Bars on serial lines, on pseudo-terminals of the kernel."""

import asyncio
import os
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from hardware import serial_bars
from hardware.connection import Condition
from hardware.profiles import NO_KEYS, Line, Profile, load
from hardware.serial_bars import SerialBar, found
from tests.hardware.bars import OnPseudoTerminal, listening, unplugged_at_last

ASCII = load("ascii")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[OnPseudoTerminal]:
    line = OnPseudoTerminal(tmp_path)
    with unplugged_at_last(line):
        yield line


async def test_a_sequence_that_could_go_on_is_told_when_it_does_not(
    line: OnPseudoTerminal,
) -> None:
    profile = NO_KEYS.with_keys({"0x1b": "back", "0x1b5b41": "up"})
    async with listening(SerialBar(line.transport.address, profile), profile) as heard:
        await heard.until(Condition.WORKING)
        line.send(b"\x1b")
        assert (await heard.press()).key == "back"
        line.send(b"\x1b[A")
        assert (await heard.press()).key == "up"


async def test_what_was_sent_while_nobody_listened_is_not_a_press(line: OnPseudoTerminal) -> None:
    line.send(b"1")
    async with listening(line.transport, ASCII) as heard:
        await heard.until(Condition.WORKING)
        line.send(b"2")
        assert (await heard.press()).key == "2"


async def test_the_line_is_set_as_the_profile_says(line: OnPseudoTerminal) -> None:
    address = line.transport.address
    profile = Profile("a slow one", "", ASCII.keys, line=Line(baud=1200, stop=2))
    async with listening(SerialBar(address, profile), profile) as heard:
        await heard.until(Condition.WORKING)
        descriptor = os.open(address, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        set_to = termios.tcgetattr(descriptor)
        os.close(descriptor)
    assert set_to[4] == set_to[5] == termios.B1200
    assert set_to[2] & termios.CSTOPB
    assert not set_to[3] & (termios.ICANON | termios.ECHO)


async def test_what_is_no_line_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with listening(SerialBar(str(tmp_path / "file"), ASCII), ASCII) as heard:
        words = await heard.until(Condition.REFUSED)
    assert str(tmp_path / "file") in words


async def test_a_port_that_is_opened_too_late_is_closed(
    line: OnPseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, go_on = asyncio.Event(), threading.Event()
    opened: list[Any] = []
    loop, real = asyncio.get_running_loop(), serial.Serial

    def slow(*args: Any, **settings: Any) -> Any:
        loop.call_soon_threadsafe(opening.set)
        go_on.wait(10)
        opened.append(real(*args, **settings))
        return opened[0]

    monkeypatch.setattr(serial, "Serial", slow)
    async with listening(line.transport, ASCII):
        await opening.wait()
    go_on.set()
    async with asyncio.timeout(10):
        while not opened or opened[0].is_open:
            await asyncio.sleep(0.001)


async def test_looking_for_an_adapter_that_is_away_needs_no_thread(
    line: OnPseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(serial, "Serial", lambda *args, **_settings: opened.append(args))
    line.unplug()
    async with listening(line.transport, ASCII) as heard:
        await heard.until(Condition.AWAY)
    assert opened == []


def test_adapters_are_listed_by_names_that_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial_bars, "FOLDER", tmp_path)
    assert found() == []
    (tmp_path / "usb-FTDI-if00-port0").touch()
    assert found() == [str(tmp_path / "usb-FTDI-if00-port0")]
