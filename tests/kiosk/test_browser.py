"""The browser: there as long as the agent, whole or not at all."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from appliance.kiosk import agent, watching
from appliance.kiosk import browser as browser_module
from appliance.kiosk.browser import Browser
from tests.kiosk import stand_in
from tests.kiosk.conftest import Screen, Wire, alive, running, settings
from tests.kiosk.hub import Hub

OURS = f"an-id-{os.getpid()}"
"""Browsers of one mark end each other: tests run beside each other."""


@contextlib.asynccontextmanager
async def while_it_runs(browser: Browser) -> AsyncIterator[None]:
    running_it = asyncio.create_task(browser.run())
    try:
        yield
    finally:
        running_it.cancel()
        await asyncio.gather(running_it, return_exceptions=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """With times of a tenth and less of what they are."""
    monkeypatch.setattr(watching, "GRACE_SECONDS", 3.0)
    monkeypatch.setattr(watching, "POLL_SECONDS", 1.0)
    monkeypatch.setattr(watching, "PAINT_SECONDS", 1.0)
    monkeypatch.setattr(browser_module, "FIRST_PAUSE_SECONDS", 0.05)


async def test_one_that_ends_is_started_again_each_time_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def short(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    browser = Browser(("true",), "http://127.0.0.1:1/", tmp_path, OURS)
    monkeypatch.setattr(asyncio, "sleep", short)
    async with asyncio.timeout(20), while_it_runs(browser):
        while browser.restarts < 7:
            await sleep(0.02)
    assert browser.why == "it ended by itself (code 0)"
    waited = [seconds for seconds in pauses if seconds >= browser_module.FIRST_PAUSE_SECONDS]
    assert waited[:7] == [1, 2, 4, 8, 16, 30, 30]
    # One that lived for long enough begins with the shortest again.
    monkeypatch.setattr(browser_module, "SOUND_AFTER_SECONDS", 0.0)
    pauses.clear()
    async with asyncio.timeout(20), while_it_runs(browser):
        while browser.restarts < 11:
            await sleep(0.02)
    waited = [seconds for seconds in pauses if seconds >= browser_module.FIRST_PAUSE_SECONDS]
    assert waited[:3] == [1, 1, 1]


async def test_one_that_asks_nothing_on_our_page_hangs(tmp_path: Path, impatient: None) -> None:
    del impatient
    async with running(tmp_path, Wire(), does="hangs") as screen:
        first, second = await screen.started(2)
        assert not alive(first)
        health = await screen.is_well(lambda told: told["restarts"])
        assert "asked nothing" in health["why"]
        assert health["browser"] == "starting"
        assert alive(second)


async def test_one_that_paints_nothing_at_a_hub_that_answers_hangs(
    tmp_path: Path, impatient: None
) -> None:
    del impatient
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire, does="polls") as screen:
        wire.found.append(hub.advert())
        hub.adopt(await screen.code("Kitchen"))
        await hub.visited()
        hub.paints = False
        await hub.visited(2)  # It began at our page again, which sent it on.
        health = await screen.health()
        assert "nothing was painted" in health["why"]
        assert hub.knocks[-1]["health"]["restarts"] <= health["restarts"]
        first = screen.browsers()[0]
        assert not alive(first)


async def test_one_that_paints_is_left_alone_and_so_it_is_while_its_hub_is_away(
    tmp_path: Path, impatient: None
) -> None:
    del impatient
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire, does="polls") as screen:
        wire.found.append(hub.advert())
        hub.adopt(await screen.code("Kitchen"))
        await hub.visited()
        begun = (await screen.health())["uptime"]
        await screen.is_well(lambda told: told["uptime"] > begun + watching.GRACE_SECONDS)
        await hub.stop()
        health = await screen.is_well(lambda told: told["state"] == "away")
        assert (health["restarts"], health["browser"]) == (0, "running")
        assert len(screen.browsers()) == 1


async def test_all_of_it_ends_with_the_agent(tmp_path: Path) -> None:
    """Also what has left its group, and hears no SIGTERM."""
    async with running(tmp_path, Wire(), does="family") as screen:
        family = await screen.started(2)
        assert all(map(alive, family))
    assert not any(map(alive, family))


def test_what_ends_is_there_as_long_as_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is not while it waits to be asked what came of it, which may take its parent long."""
    browser = Browser(("true",), "http://127.0.0.1:1/", tmp_path, OURS)
    ending: set[int] = set()
    marked = os.environ | {browser_module.MARK: OURS}
    with subprocess.Popen(("sleep", "60"), env=marked) as process:
        while not browser._is_there(None, ending):  # noqa: SLF001 - it has forked, and executes
            pass
        # As when it has begun to end.
        monkeypatch.setattr(browser_module, "_environment", lambda _process: ())
        assert browser._is_there(None, ending)  # noqa: SLF001 - no other way to that moment
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not browser._is_there(None, ending)  # noqa: SLF001 - as above


async def test_what_a_killed_agent_left_is_ended_by_the_next(tmp_path: Path) -> None:
    config, pids = tmp_path / "screen.toml", tmp_path / "pids"

    async def start(does: str, browsers: int) -> tuple[asyncio.subprocess.Process, list[int]]:
        """One more agent, and all browsers up to now."""
        browser = [sys.executable, os.fspath(stand_in.__file__), does, os.fspath(pids)]
        config.write_text(f"[screens]\nmdns = false\n[kiosk]\nport = 0\nbrowser = {browser}\n")
        command = ("-m", "appliance", "screen", "--config", str(config))
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(20):
            while not pids.exists() or len(pids.read_text().split()) < browsers:
                await asyncio.sleep(0.02)
        return process, [int(line) for line in pids.read_text().split()]

    killed, left = await start("family", 2)
    killed.kill()
    await killed.wait()
    assert all(map(alive, left))
    following, all_of_them = await start("hangs", 3)
    assert not any(map(alive, left))
    assert alive(all_of_them[2])
    following.send_signal(signal.SIGTERM)
    assert await following.wait() == 0
    assert not any(map(alive, all_of_them))


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ((), "cage is not installed: sudo apt install cage"),
        (("cage",), "Xwayland is not installed: sudo apt install xwayland"),
        (("cage", "Xwayland"), "chromium is not installed: sudo apt install chromium"),
    ],
)
async def test_a_missing_program_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], why: str
) -> None:
    for name in there:
        (tmp_path / name).touch(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    browser = Browser((), "http://127.0.0.1:1/", tmp_path, OURS)
    async with asyncio.timeout(10), while_it_runs(browser):
        while not browser.why:
            await asyncio.sleep(0.02)
    assert browser.why == why
    assert (browser.life, browser.restarts) == ("ended", 0)


async def test_without_its_browser_the_page_and_the_health_go_on(tmp_path: Path) -> None:
    own = settings("hangs", tmp_path)
    none = replace(own, kiosk=replace(own.kiosk, browser=(str(tmp_path / "nothing"),)))
    async with agent.running(none, tmp_path, Wire().network) as parts, ClientSession() as http:
        screen = Screen(parts, tmp_path, http)
        health = await screen.is_well(lambda told: told["why"])
        assert health["why"].endswith("nothing is not installed")
        assert health["browser"] == "ended"
        assert (await screen.page())["state"] == "looking"


async def test_a_lock_that_chromium_left_is_taken_away_before_the_usual_browser_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, told = tmp_path / "bin", tmp_path / "told"
    programs.mkdir()
    for name in ("cage", "Xwayland", "chromium"):
        (programs / name).write_text(
            f'#!/bin/sh\necho "$0" "$@" >{told}.new\nmv {told}.new {told}\n'
        )
        (programs / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    profile = tmp_path / browser_module.PROFILE
    profile.mkdir()
    (profile / "SingletonLock").symlink_to("another-host-4711")
    browser = Browser((), "http://127.0.0.1:1/", tmp_path, OURS)
    async with asyncio.timeout(10), while_it_runs(browser):
        while not told.exists():
            await asyncio.sleep(0.02)
    command = told.read_text().split()
    assert command[0] == str(programs / "cage")
    assert command[-1] == "http://127.0.0.1:1/"
    assert f"--user-data-dir={profile}" in command
    assert not os.path.lexists(profile / "SingletonLock")


async def test_a_display_without_a_keyboard_will_do(tmp_path: Path) -> None:
    """Which cage takes for a fault, unless it is told."""
    told = tmp_path / "told"
    command = (
        "sh",
        "-c",
        f'echo "$WLR_LIBINPUT_NO_DEVICES" > {told}.partial; mv {told}.partial {told}',
    )
    browser = Browser(command, "http://127.0.0.1:1/", tmp_path, OURS)
    async with asyncio.timeout(20), while_it_runs(browser):
        while not told.exists():
            await asyncio.sleep(0.02)
    assert told.read_text() == "1\n"
