"""A disk that fails: nobody gets a yes that is not on disk, and service resumes."""

import asyncio
import contextlib
import random
import threading
from pathlib import Path

import apsw
import pytest

from appliance.log import LogUnusable, NotStored, sqlite
from appliance.log.sqlite import SqliteLog
from tests.log.faulty_disk import Disk, Failure, faulty_disk
from tests.proof import count

APPENDS = 12
FAILURES: list[Failure] = [apsw.FullError, apsw.IOError, apsw.ReadOnlyError]


def event(number: int) -> bytes:
    return b'{"number":%d,"text":"%s"}' % (number, b"order " * 200)


@pytest.fixture(autouse=True)
def small_write_ahead_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that it is copied and begun anew all the time."""
    monkeypatch.setattr(sqlite, "CHECKPOINT_AT", 6)
    monkeypatch.setattr(sqlite, "HOLD_WRITERS_AT", 14)


def append(log: SqliteLog, number: int) -> "asyncio.Future[None]":
    """An event, and the answer that speaks of it."""
    log.append([event(number)], {number: b"guest"})
    return log.remember(b"%d" % number, number, b"answer %d" % number)


async def append_all(log: SqliteLog, first: int = 1) -> list[int]:
    """Append one after the other; the numbers that were acknowledged."""
    acknowledged = []
    for number in range(first, first + APPENDS):
        try:
            await append(log, number)
        except NotStored:
            await asyncio.sleep(0)
        else:
            acknowledged.append(number)
    return acknowledged


async def numbers_in(directory: Path) -> list[int]:
    """What a healthy program finds: the number in each event, in order.

    An answer is there exactly if its event is.
    """
    log = await asyncio.to_thread(SqliteLog, directory)
    try:
        recorded = await log.read(0, log.head)
    finally:
        await log.close()
    assert [each.seq for each in recorded] == list(range(1, len(recorded) + 1))
    numbers = [int(each.event.split(b":")[1].split(b",")[0]) for each in recorded]
    with contextlib.closing(apsw.Connection(str(directory / "log.sqlite"))) as database:
        answered = [int(name) for (name,) in database.execute("SELECT name FROM answers")]
    assert sorted(answered) == sorted(numbers)
    return numbers


@pytest.mark.parametrize("failure", FAILURES)
async def test_at_every_write_and_sync_that_fails_no_yes_is_lost(
    tmp_path: Path, failure: Failure
) -> None:
    with faulty_disk("counting") as disk:
        log = await asyncio.to_thread(SqliteLog, tmp_path / "whole", "counting")
        opened_after = disk.operations
        assert await append_all(log) == list(range(1, APPENDS + 1))
        operations = disk.operations
        await log.close()
    for fail_at in range(opened_after + 1, operations + 1, count(5, proof=1)):
        await one_failure(tmp_path / f"{failure.__name__}-{fail_at}", failure, fail_at)


async def one_failure(directory: Path, failure: Failure, fail_at: int) -> None:
    name = f"failing-{failure.__name__}-{fail_at}"
    with faulty_disk(name) as disk:
        log = await asyncio.to_thread(SqliteLog, directory, name)
        disk.failure, disk.fail_at = failure, fail_at
        acknowledged = await append_all(log)
        if log.health().fault:
            assert len(acknowledged) < APPENDS
            with pytest.raises(NotStored):
                log.append([event(0)], {})
            with pytest.raises(NotStored):
                await log.recover()
        # Otherwise it struck a copy in the background, which is nobody's order.
        disk.failure = None
        await log.recover()
        assert log.health().fault is None
        head = log.head
        assert await append_all(log, first=100) == list(range(100, 100 + APPENDS))
        assert log.head == head + APPENDS
        await log.close()
    numbers = await numbers_in(directory)
    assert len(numbers) == len(set(numbers))
    assert set(acknowledged) <= set(numbers)
    assert set(range(100, 100 + APPENDS)) <= set(numbers)


async def test_what_is_acknowledged_survives_a_power_cut(tmp_path: Path) -> None:
    """What was not synced is dropped or torn: `kill -9` would not find a missing sync."""
    chance = random.Random(1)  # noqa: S311
    with faulty_disk("powered") as disk:
        log = await asyncio.to_thread(SqliteLog, tmp_path / "log", "powered")
        for cut in range(count(150, proof=5_000)):
            number = cut + 1
            wait = append(log, number)
            if chance.random() < 0.5:
                await asyncio.shield(wait)
            acknowledged = log.head
            after = tmp_path / f"cut-{cut}"
            await asyncio.to_thread(power_cut, disk, after, chance)
            found = await numbers_in(after)
            assert found[:acknowledged] == list(range(1, acknowledged + 1))
            await asyncio.shield(log.settled())
            for path in after.iterdir():
                path.unlink()
        await log.close()


def power_cut(disk: Disk, directory: Path, chance: random.Random) -> None:
    directory.mkdir()
    disk.after_power_cut(directory, chance)


async def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LogUnusable, match="cannot be written"):
        await asyncio.to_thread(SqliteLog, tmp_path / "file" / "data")


async def test_a_slow_copy_in_the_background_holds_the_writer_and_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty_disk("slow") as disk:
        log = await asyncio.to_thread(SqliteLog, tmp_path, "slow")
        copying, go_on = threading.Event(), threading.Event()
        copy = log._reader.wal_checkpoint  # noqa: SLF001 - a card that takes its time

        def slow_copy() -> None:
            with log._copying:  # noqa: SLF001
                copying.set()
                assert go_on.wait(10)
                copy(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

        monkeypatch.setattr(log, "_copy_to_database", slow_copy)
        appending = asyncio.create_task(append_all(log))
        await asyncio.to_thread(copying.wait, 10)
        go_on.set()
        assert await appending == list(range(1, APPENDS + 1))
        assert log.health().fault is None
        assert disk.failure is None
        await log.close()


async def test_whatever_goes_wrong_in_the_writer_those_who_wait_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await asyncio.to_thread(SqliteLog, tmp_path)
    commit = log._commit  # noqa: SLF001

    def out_of_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(log, "_commit", out_of_memory)
    with pytest.raises(NotStored):
        await log.append([event(1)], {})
    monkeypatch.setattr(log, "_commit", commit)
    await log.recover()
    await append(log, 1)
    await log.close()
    assert await numbers_in(tmp_path) == [1]
