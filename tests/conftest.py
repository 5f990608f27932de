"""What every test runs under: uvloop, and a watch over what it blocks and what it leaves."""

import asyncio
import contextlib
import gc
import inspect
import os
import re
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
import uvloop
from blockbuster import BlockBuster

from tests import warm
from tests.running import RunningAppliance, running

HELD_SECONDS: Final = float(os.environ.get("EXPEDITOR_HELD_SECONDS", "0.25"))
"""Processor time that one turn of the event loop may take before a test fails for it.

An emulated machine counts what its host does meanwhile as its own.
"""


CLOSING_SECONDS: Final = 1.0
"""In which a loop closes what it was told to, however busy the machine is."""

_INODE: Final = re.compile(r"^(socket|pipe):\[\d+\]$")

uvloop.new_event_loop().close()  # A pipe of libuv's comes with the first one, and stays.


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    del config, item
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session", autouse=True)
def _what_warm_processes_begin_from() -> None:
    """It is nothing that a test has left open."""
    warm.begin()


@pytest.fixture(autouse=True)
def leaves_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a descriptor or a task, or blocks the loop."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("the_loop_stays_free")
        yield
    else:
        with _nothing_left():
            yield


@pytest.fixture
async def the_loop_stays_free() -> AsyncIterator[None]:
    """Fail on blocking calls and long computations in the loop, and on tasks left running."""
    longest = 0.0
    collecting = _Collecting()

    async def watch() -> None:
        nonlocal longest
        before = time.thread_time() - collecting.seconds
        while True:
            await asyncio.sleep(0.02)
            now = time.thread_time() - collecting.seconds
            longest = max(longest, now - before)
            before = now

    # The loop starts its helpers on first use; they end with it.
    await asyncio.to_thread(time.thread_time)
    watching = asyncio.create_task(watch())
    before = asyncio.all_tasks()
    guard = BlockBuster(scanned_modules=["appliance", "hardware"])
    # What measures the coverage of a thread of ours waits here for another's figures.
    guard.functions["threading.Lock.acquire"].can_block_in("coverage/collector.py", {"lock_data"})
    descriptors = _descriptors()
    with _nothing_left(), collecting.counted():
        guard.activate()
        try:
            yield
        finally:
            guard.deactivate()
            # A thread works on when its caller was cancelled, with its files open; and the loop
            # closes a socket some turns after it was told to.
            await asyncio.get_running_loop().shutdown_default_executor()
            await _closed(descriptors)
    ours = {watching, asyncio.current_task(), *before}
    left = [task.get_name() for task in asyncio.all_tasks() - ours if not task.done()]
    watching.cancel()
    assert not left, f"tasks left running: {left}"
    assert longest < HELD_SECONDS, f"the loop was held for {longest:.2f} s of processor time"


async def _closed(before: Counter[str]) -> None:
    """Wait for the loop to close what it was told to; not for what nobody closes."""
    gc.collect()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            while _descriptors() - before:
                await asyncio.sleep(0.01)


class _Collecting:
    """What collecting garbage takes of this thread: it grows with all tests that ran before."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = 0.0
        self._thread = threading.get_ident()

    def _told(self, phase: str, info: Mapping[str, int]) -> None:
        del info
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._began = time.thread_time()
        else:
            self.seconds += time.thread_time() - self._began

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        gc.callbacks.append(self._told)
        try:
            yield
        finally:
            gc.callbacks.remove(self._told)


@contextlib.contextmanager
def _nothing_left() -> Iterator[None]:
    threads, descriptors = set(threading.enumerate()), _descriptors()
    gc.freeze()  # All that earlier tests have left would be gone through again after each one.
    yield
    gc.collect()
    left = [
        thread.name
        for thread in threading.enumerate()
        if thread not in threads
        and not thread.name.startswith(("asyncio_", "uvloop_", "printer_"))  # kept
    ]
    assert not left, f"threads left behind: {left}"
    opened = _descriptors() - descriptors
    assert not opened, f"descriptors left open: {dict(opened)}"


def _descriptors() -> Counter[str]:
    """What is open, and how often: by number, or by inode, the loop's own pair of sockets would be
    another in each of its runs, and a fixture's end is a run of its own.
    """
    found: Counter[str] = Counter()
    for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are what is wanted
        try:
            what = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
        except OSError:
            continue  # The one that listed the others.
        if what != "/dev/null":  # libuv's spare, kept for the loop
            found[_INODE.sub(r"\1", what)] += 1
    return found


@pytest.fixture
async def appliance(tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    """The whole appliance in this process, on free ports, with the plain kitchen."""
    async with running(tmp_path) as appliance:
        yield appliance
